"""Getting claimed pricebook items ready: linked by name, created, or given another income account."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.db import transaction

from qbo.lists.mirrors import refresh_lists
from qbo.mapping.book import MappingBook
from qbo.mapping.list_planning import ListRecord, plan_item, said_of_item
from qbo.mapping.loading import load_book, load_list_records
from qbo.mapping.matching import Match, match_item
from qbo.mapping.names import name_key
from qbo.mapping.payloads import Write, item_account_payload, item_payload
from qbo.mapping.planning import Plan
from qbo.mapping.preflight import check_new_item, inactive_product, item_inactive
from runacall.invoices.document_loading import load_items
from runacall.invoices.documents import ItemDocument
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.prepare.item_links import candidates, item_rivals, link_item
from sync.engine.prepare.nothing_sent import linked, nothing_to_send, owed_update, refused_here
from sync.engine.prepare.sent_before import Sent, not_yet, sent_before
from sync.engine.prepare.verdicts import sort_in
from sync.engine.recording import record, release_dependants
from sync.engine.send.push import Ready
from sync.models import State, SyncEvent
from sync.models.events import EntityType


def prepare_items(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The items that have to be written; the others are linked or refused here."""
    documents = load_items(event.record_id for event in events)
    sent = sent_before(drain, "Item", [event for event in events if event.look_first])
    if sent:
        # What was sent may be there, and our mirror cannot know.
        refresh_lists(drain.connection, drain.turn.client(), ["Item"], at=drain.now(), pace=drain.pace)
    book = load_book(drain.connection, items=list(documents.values()))
    there = load_list_records(drain.connection, EntityType.ITEM, documents)
    settled: list[Outcome] = []
    ready: list[Ready] = []
    names: set[str] = set()
    for event in events:
        item, known = documents.get(event.record_id), there.get(event.record_id)
        verdict = _judge(drain, event, item, book, names, sent.get(event.record_id, []), known)
        if isinstance(verdict, Ready):
            verdict = not_yet(drain, event, sent.get(event.record_id, ())) or verdict
        sort_in(verdict, ready, settled)
        if isinstance(verdict, Ready) and verdict.write.operation == "create":
            names.add(name_key(verdict.write.payload["Name"]))
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        synced = [outcome.event for outcome in settled if outcome.state == State.SYNCED]
        release_dependants(synced, at=drain.now())
    drain.count(len(settled))
    return ready


def _judge(
    drain: Drain,
    event: SyncEvent,
    item: ItemDocument | None,
    book: MappingBook,
    names: set[str],
    sent: Sequence[Sent],
    known: ListRecord | None,
) -> Ready | Outcome:
    if item is None:
        return nothing_to_send(drain, event, "The item is gone.")
    there = book.items.get(item.id)
    if there and there.active:
        return owed_update(drain, event, _update(item, book, known))
    match = _find(drain, item, sent)
    if match.row:
        link_item(drain, item, str(match.row["Id"]), str(match.row.get("SyncToken", "")))
        message = f"Linked to the product of the same name in QuickBooks, Id {match.row['Id']}."
        return linked(drain, event, match.row, message=message)
    product = inactive_product(item, book)
    if product:
        return refused_here(drain, event, item_inactive(item, product), None)
    taken = match.taken or name_key(item.name) in names
    write = Write("Item", "create", item_payload(item, book, name_taken=taken))
    failures = (match.failure,) if match.failure else check_new_item(item, book)
    if failures:
        return refused_here(drain, event, failures[0], write)
    former_id = there.qbo_id if there else ""
    return Ready.to_send(event, write, former_id=former_id, said=said_of_item(item))


def _find(drain: Drain, item: ItemDocument, sent: Sequence[Sent]) -> Match:
    """As what it last went out, if it did, since staff may have renamed it; else as it is."""
    former = [replace(item, name=str(one.payload["Name"])) for one in sent[-1:] if "Name" in one.payload]
    refs, held = candidates(drain, [item, *former])
    rivals = item_rivals(drain, [item]) if refs else {}
    matches = [match_item(one, refs, held=held) for one in former]
    matches.append(match_item(item, refs, held=held, rivals=rivals.get(item.id, ())))
    return next((match for match in matches if match.row), matches[-1])


def _update(item: ItemDocument, book: MappingBook, known: ListRecord | None) -> Plan:
    """The product is there: owed may be a new name or price, and the account that staff chose for its category."""
    there, account_id = book.items[item.id], book.chosen_account(item)
    if known is not None:
        return plan_item(item, known, account_id=account_id)
    if not account_id or there.account_id == account_id:
        return Plan(said=said_of_item(item))
    return Plan(Write("Item", "update", item_account_payload(there, account_id)), said_of_item(item))

"""Getting claimed pricebook items ready: linked to the product of that name, created, or given another account."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

from django.db import transaction

from qbo import catalogue
from qbo.connection.queries import read_where_in
from qbo.failures import Failure
from qbo.lists.checking import checked
from qbo.lists.mirrors import refresh_lists
from qbo.mapping.base import Base, reference
from qbo.mapping.book import MappingBook, Ref
from qbo.mapping.list_planning import ListRecord, carried_over, plan_item, said_of_item
from qbo.mapping.loading import load_book, load_list_records, load_ruled, product_row, ref_of
from qbo.mapping.matching import Match, Ruled, ambiguous_item, candidate_names, match_item
from qbo.mapping.names import OF_ITEM, full_name_key, name_for_quickbooks, name_key
from qbo.mapping.payloads import Write, item_account_payload, item_payload
from qbo.mapping.plans import Plan
from qbo.mapping.preflight import check_new_item, inactive_product, item_inactive
from qbo.models import Connection, Link, ListEntry, ListState
from runacall.invoices.document_loading import load_items
from runacall.invoices.documents import ItemDocument
from runacall.invoices.models import PricebookItem
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome, record, release_dependants
from sync.engine.prepare.list_doubts import look_at_updates, still_under_way
from sync.engine.prepare.merged_items import survivors
from sync.engine.prepare.nothing_sent import linked, not_yet, nothing_to_send, owed_if_any, owed_update, refused_here
from sync.engine.prepare.rivals import ITEM_NAME, named_alike
from sync.engine.send.doubts import Sent, base_as_sent, changed_since, made_meanwhile, sent_before
from sync.engine.send.push import Ready
from sync.models import SyncEvent
from sync.models.events import EntityType, Further
from sync.outbox.arrivals import note_arrival
from sync.outbox.enqueueing import item_name


def prepare_items(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The items that have to be written; the others are linked or refused here."""
    documents = load_items(event.record_id for event in events)
    sent = sent_before(drain, "Item", [event for event in events if event.look_first])
    if sent:
        # What was sent may be there, but our mirror does not show it yet.
        read_lists(drain, ["Item"])
    look_at_updates(drain, "Item", events, sent)
    merged = _follow_merges(drain, documents)
    book = load_book(drain.connection, items=list(documents.values()))
    there = load_list_records(drain.connection, EntityType.ITEM, documents)
    settled: list[Outcome] = []
    ready: list[Ready] = []
    names: set[str] = set()
    was_read = bool(sent)
    for event in events:
        item, known, sends = documents.get(event.record_id), there.get(event.record_id), sent.get(event.record_id, [])
        waits = still_under_way(drain, event, sends)
        if waits:
            settled.append(waits)
            continue
        verdict = _judge(drain, event, item, book, names, sends, known)
        if event.record_id in merged:
            verdict = _told(verdict, merged[event.record_id])
        if isinstance(verdict, Outcome) and verdict.failure and read_old_lists(drain, [verdict.failure]):
            book = load_book(drain.connection, items=list(documents.values()))
            verdict = _judge(drain, event, item, book, names, sends, known)
        if item and not was_read and _is_beside_a_renamed_one(drain, item, verdict):
            read_lists(drain, ["Item"])
            was_read = True
            verdict = _judge(drain, event, item, book, names, sends, known)
        if isinstance(verdict, Ready) and item and sends:
            verdict = not_yet(drain, event, sends) or _renamed(drain, event, verdict, item, sends)
        if not isinstance(verdict, Ready):
            settled.append(verdict)
            continue
        ready.append(verdict)
        if verdict.write.operation == "create":
            # Two of ours with one name in the same call would both be created, before QuickBooks could refuse the
            # second.
            names.add(name_key(verdict.write.payload["Name"]))
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        release_dependants(settled, at=drain.now())
    drain.count(len(settled))
    return ready


# An older list may have been put right in QuickBooks since.
OLD = timedelta(minutes=15)


def read_old_lists(drain: Drain, failures: Iterable[Failure]) -> bool:
    """Read the lists again that these failures rest on and that are older than OLD; whether there were any.

    A list that was just read is not old, so however many events it stops, it is read once. Raises ReadFailed,
    MustWait or Stop.
    """
    wanted = {name for failure in failures for name in catalogue.entry(failure.code).refreshes}
    if not wanted:
        return False
    states = ListState.objects.filter(connection=drain.connection, name__in=wanted)
    old = set(states.older_than(OLD, at=drain.now()).values_list("name", flat=True))
    ordered = [name for name in ListState.LISTS if name in old]
    read_lists(drain, ordered)
    return bool(ordered)


def read_lists(drain: Drain, names: Sequence[str]) -> None:
    """Read these lists (ListState.LISTS) again, under the lease. Raises ReadFailed, MustWait, LeaseLost."""
    client = drain.turn.client()
    refresh_lists(drain.connection, client, names, lease=drain.lease, at=drain.now(), pace=drain.pace)


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
        return nothing_to_send(drain, event, "The item no longer exists.")
    there = book.items.get(item.id)
    if there and there.active:
        return owed_update(drain, event, _update(item, book, known))
    # Looked for before creating: QuickBooks refuses a second product of that name, and an inactive one keeps it.
    match = _find(drain, item, sent)
    if match.row:
        link_item(drain, item, str(match.row["Id"]), str(match.row.get("SyncToken", "")), book, sent)
        message = f"Linked to the product with the same name in QuickBooks, Id {match.row['Id']}."
        return (_owed_again(drain, event, item, book) if there or sent else None) or linked(
            drain, event, match.row, message=message
        )
    product = inactive_product(item, book)
    if product and not _is_owed(drain, item, book):
        return nothing_to_send(
            drain, event, "The product is inactive in QuickBooks, and nothing has changed here that goes there."
        )
    if product:
        return refused_here(drain, event, item_inactive(item, product), None)
    taken = match.taken or name_key(item.name) in names
    write = Write("Item", "create", item_payload(item, book, name_taken=taken))
    failures = (match.failure,) if match.failure else check_new_item(item, book)
    if failures:
        first, *rest = failures
        return refused_here(drain, event, first, write, further=[Further(one) for one in rest])
    former_id = there.qbo_id if there else ""
    return Ready.to_send(event, write, former_id=former_id, said=said_of_item(item, book.chosen_account(item)))


def _is_beside_a_renamed_one(drain: Drain, item: ItemDocument, verdict: Ready | Outcome) -> bool:
    """Whether it is to be made under a name with its number, because another of ours has its name there, which is
    called otherwise here: what that one was renamed to may have arrived without an answer.
    """
    beside = name_for_quickbooks(item.name, OF_ITEM, record_id=item.id, taken=True)
    if not isinstance(verdict, Ready) or verdict.write.payload.get("Name") != beside:
        return False
    _, held = candidates(drain.connection, [item])
    holders = load_items(held.values()).values()
    return any(name_key(one.name) != name_key(item.name) for one in holders)


def _is_owed(drain: Drain, item: ItemDocument, book: MappingBook) -> bool:
    """Something of it, or the account that staff chose for it, changed here and never went, as far as we know."""
    link = Link.objects.of(drain.connection, EntityType.ITEM).filter(record_id=item.id).first()
    base = Base.from_text(link.base) if link else None
    if base is None or base.ours_wins:
        return True
    known = {"account": reference(base.row, "IncomeAccountRef"), **base.said}
    return any(known.get(name) != value for name, value in said_of_item(item, book.chosen_account(item)).items())


def _owed_again(drain: Drain, event: SyncEvent, item: ItemDocument, book: MappingBook) -> Ready | Outcome | None:
    """What changed here and never went, now that another product is it; None for nothing."""
    known = load_list_records(drain.connection, EntityType.ITEM, [item.id]).get(item.id)
    return owed_if_any(drain, event, _update(item, book, known)) if known else None


def _find(drain: Drain, item: ItemDocument, sent: Sequence[Sent]) -> Match:
    """By the name it was last sent with, if it was, because staff may have renamed it;
    otherwise by its current name.
    """
    former = [replace(item, name=str(one.payload["Name"])) for one in sent[-1:] if "Name" in one.payload]
    refs, held = candidates(drain.connection, [item, *former])
    rivals = item_rivals(drain.connection, [item]).get(item.id, []) if refs else []
    ruled = load_ruled(drain.connection, EntityType.ITEM, [item.id, *(one.id for one in rivals)])
    matches = [match_item(one, refs, held=held) for one in former]
    matches.append(match_item(item, refs, held=held, rivals=rivals, ruled=ruled))
    return next((match for match in matches if match.row), matches[-1])


def _renamed(
    drain: Drain, event: SyncEvent, ready: Ready, item: ItemDocument, sends: Sequence[Sent]
) -> Ready | Outcome:
    """An earlier send may have arrived, and the product may have another name there since: a person says."""
    if ready.write.operation != "create":
        return ready
    made = changed_since(made_meanwhile(drain, "Item", sends))
    held = Link.objects.of(drain.connection, EntityType.ITEM).filter(qbo_id__in=[str(row["Id"]) for row in made])
    ruled = load_ruled(drain.connection, EntityType.ITEM, [item.id]).get(item.id, Ruled())
    taken = {*held.values_list("qbo_id", flat=True), *ruled.refused}
    free = [row for row in made if str(row["Id"]) not in taken]
    if ruled.creates or not free:
        return ready
    there = [(str(row["Id"]), Decimal(str(row.get("UnitPrice") or 0))) for row in free]
    return refused_here(drain, event, ambiguous_item(item, (), there), ready.write)


def _update(item: ItemDocument, book: MappingBook, known: ListRecord | None) -> Plan:
    """The product exists: it may need a new name or price, or the account that staff chose for its category."""
    account_id = book.chosen_account(item)
    if known is not None:
        return plan_item(item, known, account_id=account_id, accounts=book.accounts)
    there = book.items[item.id]
    if not account_id or there.account_id == account_id:
        return Plan(said=said_of_item(item))
    return Plan(Write("Item", "update", item_account_payload(there, account_id)), said_of_item(item))


def _follow_merges(drain: Drain, items: Mapping[int, ItemDocument]) -> dict[int, str]:
    """Link those whose product was merged into another there to that one. By item, what the log says of it."""
    said = dict[int, str]()
    merged = survivors(drain, items)
    if not merged:
        return said
    book = load_book(drain.connection, items=[items[item_id] for item_id in merged])
    for item_id, product in merged.items():
        was = Link.objects.of(drain.connection, EntityType.ITEM).get(record_id=item_id).qbo_id
        link_item(drain, items[item_id], product.qbo_id, product.sync_token, book)
        said[item_id] = f"Merged in QuickBooks: Id {was} is now {product.name}, Id {product.qbo_id}."
    return said


def _told(verdict: Ready | Outcome, merged: str) -> Ready | Outcome:
    """The row says where a change went, or that nothing else was to be done."""
    if isinstance(verdict, Ready):
        return replace(verdict, item=replace(verdict.item, kept=f"{merged} {verdict.item.kept}".strip()))
    return replace(verdict, message=f"{merged} {verdict.message}".strip()) if not verdict.failure else verdict


def link_items(drain: Drain, items: Mapping[int, ItemDocument]) -> dict[int, Failure]:
    """Link each of these items to the product that it was merged into there, else to the only one with its name.

    By item: why a person has to choose, where several fit. Raises ReadFailed, MustWait or Stop.
    """
    for item_id, message in _follow_merges(drain, items).items():
        note_arrival(drain.connection, item_name(items[item_id]), at=drain.now(), message=message)
    matches = matches_by_name(drain.connection, _without_doubtful(drain, items))
    unclear = {item.id: match.failure for item, match in matches if match.failure}
    found = [(item, match.row) for item, match in matches if match.row]
    if found:
        book = load_book(drain.connection, items=[item for item, _ in found])
        for item, row in found:
            link_item(drain, item, str(row["Id"]), str(row.get("SyncToken", "")), book)
    return unclear


def _without_doubtful(drain: Drain, items: Mapping[int, ItemDocument]) -> dict[int, ItemDocument]:
    """Those of which no send may have arrived: only the event of such a one knows what of it is there, and is owed."""
    events = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.ITEM, record_id__in=items)
    known = set(events.in_doubt().values_list("record_id", flat=True))
    return {item_id: item for item_id, item in items.items() if item_id not in known}


def matches_by_name(connection: Connection, items: Mapping[int, ItemDocument]) -> list[tuple[ItemDocument, Match]]:
    """Those of these items that are linked to no active product, with what the mirror has for each; links nothing."""
    homeless = unlinked(connection, items)
    refs, held = candidates(connection, homeless) if homeless else ({}, {})
    rivals = item_rivals(connection, homeless) if refs else {}
    of_rivals = {one.id for ones in rivals.values() for one in ones}
    ruled = load_ruled(connection, EntityType.ITEM, {*items, *of_rivals}) if refs else {}
    found = []
    for item in homeless:
        match = match_item(item, refs, held=held, rivals=rivals.get(item.id, ()), ruled=ruled)
        if match.row:
            held[str(match.row["Id"])] = item.id
        found.append((item, match))
    return found


def unlinked(connection: Connection, items: Mapping[int, ItemDocument]) -> list[ItemDocument]:
    """Items without a link to a product that is active in the mirror."""
    links = dict(Link.objects.of(connection, EntityType.ITEM).for_records(items).values_list("qbo_id", "record_id"))
    active = ListEntry.objects.of(connection, "Item").active().filter(qbo_id__in=list(links))
    alive = {links[qbo_id] for qbo_id in active.values_list("qbo_id", flat=True)}
    return [item for item in items.values() if item.id not in alive]


def candidates(connection: Connection, items: Iterable[ItemDocument]) -> tuple[dict[str, list[Ref]], dict[str, int]]:
    """Active products with any name that these items may have there, and which are already linked."""
    keys = {name_key(name) for item in items for name in candidate_names(item.name, OF_ITEM, item.id)}
    rows = ListEntry.objects.of(connection, "Item").active().filter(name_key__in=keys).order_by("pk")
    refs: dict[str, list[Ref]] = {}
    for row in rows:
        full = row.data.get("FullyQualifiedName") if isinstance(row.data, dict) else None
        for key in {row.name_key, full_name_key(str(full or row.name))}:
            refs.setdefault(key, []).append(ref_of(row))
    ids = {ref.qbo_id for ones in refs.values() for ref in ones}
    links = Link.objects.of(connection, EntityType.ITEM).filter(qbo_id__in=ids)
    return refs, dict(links.values_list("qbo_id", "record_id"))


def item_rivals(connection: Connection, items: Iterable[ItemDocument]) -> dict[int, list[ItemDocument]]:
    """By item, our other items with the same name that are in use and not linked."""
    keys = {item.id: full_name_key(item.name) for item in items}
    ours = PricebookItem.objects.for_organization(connection.organization).active()
    named = named_alike(ours, ITEM_NAME, set(keys.values()))
    linked = Link.objects.of(connection, EntityType.ITEM).for_records(named).filter(active=True)
    for pk in linked.values_list("record_id", flat=True):
        named.pop(pk, None)
    documents = load_items(named) if len(named) > 1 else {}
    return {pk: [one for one in documents.values() if one.id != pk and named[one.id] == keys[pk]] for pk in keys}


def link_item(
    drain: Drain, item: ItemDocument, qbo_id: str, sync_token: str, book: MappingBook, sends: Sequence[Sent] = ()
) -> None:
    """`book`: with the account that staff chose for it; what it has there stays until they choose another.

    `sends`: what went out for it without an answer, which that product may have come of. Raises LeaseLost.
    """
    said = said_of_item(item, book.chosen_account(item))
    links = Link.objects.of(drain.connection, EntityType.ITEM)
    former = links.filter(record_id=item.id).first()
    row = product_row(drain.connection, qbo_id)
    if sends:
        # The mirror has no descriptions, and she may have written one since.
        client = drain.turn.client()
        row = next(iter(checked(read_where_in(client, "Item", "Id", [qbo_id], pace=drain.pace))), row)
    columns = {
        "qbo_id": qbo_id,
        "sync_token": sync_token,
        "active": True,
        "synced_at": drain.now(),
        "created_here": False,
        # Differences that existed before linking stay: what is sent is what was owed, and what changes from now on.
        **carried_over(base_as_sent(sends, "Item") or (former.base if former else ""), said, row, "Item"),
    }
    with transaction.atomic():
        drain.lease.assert_held()
        links.update_or_create(
            connection=drain.connection,
            realm_id=drain.turn.realm_id,
            record_type=EntityType.ITEM,
            record_id=item.id,
            defaults=columns,
        )

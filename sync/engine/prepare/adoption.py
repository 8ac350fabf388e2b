"""Looking in QuickBooks before invoices are sent: is one of them already there, is its number taken?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial

from django.db import transaction

from qbo.connection.client import decode, encode
from qbo.connection.free_numbers import following
from qbo.connection.queries import VALUES, ReadFailed, read_where_in
from qbo.connection.turn import MustWait
from qbo.json_objects import Row
from qbo.mapping.base import Base, There, kept_part
from qbo.mapping.book import MappingBook
from qbo.mapping.invoice_rows import UNCHANGED, base_if_arrived, base_of_create, base_of_update, holds, is_void
from qbo.mapping.marks import is_marked
from qbo.mapping.payloads import Write
from qbo.mapping.plans import Plan
from qbo.models import Link
from runacall import clock
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import round_cents
from sync.engine.context import Drain, Stop
from sync.engine.links import columns_without_base, keep_link, link_columns, read_their_rows
from sync.engine.outcomes import Outcome
from sync.engine.prepare.book import book_of
from sync.engine.prepare.nothing_sent import looked, not_yet, refused_here
from sync.engine.send.answers import settle_written
from sync.engine.send.doubts import (
    Sent,
    keep_void_in_doubt,
    made_meanwhile,
    may_have_made,
    maybe_undone,
    rows_on_days,
    sent_before,
)
from sync.engine.send.push import item_of
from sync.engine.send.sent_items import difference, remark
from sync.models import SyncEvent
from sync.models.events import EntityType

Documents = Mapping[int, InvoiceDocument]


@dataclass(frozen=True)
class Look:
    """The result of a look in QuickBooks: events that it settled, records to check again, and the book for that."""

    outcomes: Sequence[Outcome]
    learned: frozenset[int]
    book: MappingBook


def look_in_quickbooks(
    drain: Drain, events: Sequence[SyncEvent], documents: Documents, plans: Mapping[int, Plan], book: MappingBook
) -> Look:
    """Link what is there and ours, read records with unknown outcomes, find out which numbers are taken.

    `events`: those worth a call; `plans`: what each would send. Raises ReadFailed, MustWait, Stop.
    """
    doubtful = {event.record_id: event for event in events if event.look_first and event.record_id in documents}
    linked = [record_id for record_id in doubtful if record_id in book.invoices]
    if linked:
        read_their_rows(drain, "Invoice", linked)
        # An update that arrived looks like a bookkeeper's change unless we know that we sent it.
        updates = sent_before(drain, "Invoice", [doubtful[record_id] for record_id in linked])
        for link in Link.objects.of(drain.connection, EntityType.INVOICE).for_records(updates).exclude(theirs=""):
            _adopt_update(drain, link, updates[link.record_id])
    lost = {record_id: event for record_id, event in doubtful.items() if record_id not in book.invoices}
    sent = sent_before(drain, "Invoice", lost.values()) if lost else {}
    new: dict[int, SyncEvent] = {}
    numbers: set[str] = set()
    sure: set[str] = set()
    for event in events:
        plan = plans.get(event.record_id)
        if plan and plan.write:
            new |= {event.record_id: event} if plan.write.operation == "create" else {}
            (numbers if event.look_first else sure).update(_new_number(plan))
    unread: dict[str, ReadFailed] = {}
    rows = _rows_of_numbers(drain, numbers, sure, sent, unread)
    if lost:
        rows += _rows_of_doubtful(drain, [documents[record_id] for record_id in lost], sent, book)
        rows += _rows_made_meanwhile(drain, {key: documents[key] for key in lost}, sent, rows)
    ours: dict[int, Row] = {}
    for record_id in new | lost:
        # Of several with our mark the first is ours: the others are copies that the bookkeeper made.
        marked = sorted((row for row in rows if is_ours(row, documents[record_id])), key=lambda row: int(row["Id"]))
        # A person who sends a voided invoice again wants a new one; what was lost may be void by now.
        live = [row for row in marked if not is_void(row)]
        marked = live or [row for row in marked if record_id in lost and may_have_made(sent[record_id], row)]
        ours |= {record_id: marked[0]} if marked else {}
    tries = [
        _adopt(drain, (new | lost)[record_id], plans[record_id], row, sent.get(record_id, ()))
        for record_id, row in ours.items()
    ]
    # Not found is an answer only when the last send can no longer arrive.
    tries += [not_yet(drain, event, sent[record_id]) for record_id, event in lost.items() if record_id not in ours]
    if unread:
        known = {outcome.event.pk for outcome in tries if outcome}
        left = [event for event in events if event.pk not in known and event.record_id in plans]
        tries += [_unread_number(drain, one, plans[one.record_id], sent.get(one.record_id, ()), unread) for one in left]
    if ours or linked:
        again = book_of(drain, documents)
        book = replace(again, unclear_items=book.unclear_items)
        invoices = {key: replace(there, in_doubt=key in doubtful) for key, there in book.invoices.items()}
        book = replace(book, invoices=invoices)
    void = [
        row for row in rows if is_void(row) and any(is_ours(row, documents[key]) for key in new if key in documents)
    ]
    holding = [row for row in rows if row.get("DocNumber") and row not in void]
    # Of all rows read, also those that are not ours: a number is taken by whoever has it.
    taken = {str(row["DocNumber"]): str(row["Id"]) for row in holding}
    holders = {str(row["DocNumber"]): _in_words(row) for row in holding}
    spent = frozenset(str(row.get("DocNumber", "")) for row in void) - taken.keys()
    book = replace(book, taken_numbers=taken, number_holders=holders, spent_numbers=spent)
    return Look([outcome for outcome in tries if outcome], frozenset({*ours, *doubtful}), book)


def _in_words(row: Row) -> str:
    """The customer, amount and date of an invoice, so that a person can find it."""
    customer = str((row.get("CustomerRef") or {}).get("name") or "")
    amount = round_cents(Decimal(str(row.get("TotalAmt") or 0)))
    return f"{customer}{', ' if customer else ''}{amount:,.2f} of {row.get('TxnDate', '')}"


def _new_number(plan: Plan) -> set[str]:
    """The number that the write would set: when creating, and if a person changed it."""
    number = plan.write.payload.get("DocNumber") if plan.write else None
    # Also of one that is stopped: it is looked at again, and may go by what is found there.
    return {str(number)} if number else set()


def is_ours(row: Row, invoice: InvoiceDocument) -> bool:
    """Whether the row has our mark of this invoice."""
    return is_marked(str(row.get("PrivateNote") or ""), invoice)


def _unread_number(
    drain: Drain, event: SyncEvent, plan: Plan, sends: Iterable[Sent], unread: Mapping[str, ReadFailed]
) -> Outcome | None:
    """We cannot know whether it is there while QuickBooks cannot read the row with its number."""
    numbers = {*_new_number(plan), *(str(one.payload.get("DocNumber")) for one in sends)} & unread.keys()
    return refused_here(drain, event, unread[numbers.pop()].failure, plan.write) if numbers else None


def _rows_of_numbers(
    drain: Drain, doubtful: set[str], sure: set[str], sent: Mapping[int, Iterable[Sent]], unread: dict[str, ReadFailed]
) -> list[Row]:
    """QuickBooks may not check numbers (Intuit's API reference, Invoice.DocNumber), so we do, in one query per batch.

    `sure`: numbers of what has certainly not been sent yet. Of those it is enough that they were free a moment ago; so
    the numbers that come next are asked for as well, as far as they need no further query.
    """
    at = clock.now().timestamp()
    known, counts_for = drain.turn.numbers, drain.numbers_count_for
    asked = {str(one.payload["DocNumber"]) for sends in sent.values() for one in sends if "DocNumber" in one.payload}
    asked |= doubtful | sure - known.take(doubtful | sure, at=at, counts_for=counts_for)
    if asked:
        return _read_numbers(drain, asked, following(sure)[: -len(asked) % VALUES], unread)
    if sure and known.is_old(at=at, counts_for=counts_for):
        # So that not even one invoice in some seconds waits for it.
        drain.meanwhile = partial(_look_ahead, drain, following(sure))
    return []


def _read_numbers(
    drain: Drain, asked: Collection[str], ahead: Collection[str], unread: dict[str, ReadFailed]
) -> list[Row]:
    """Rows with these numbers; which of `ahead` none has is remembered."""
    at = clock.now().timestamp()
    wanted = {*asked, *ahead}
    rows = read_where_in(drain.turn.client(), "Invoice", "DocNumber", wanted, pace=drain.pace, unread=unread)
    held = {str(row.get("DocNumber", "")) for row in rows}
    drain.turn.numbers.note(ahead, held={*asked, *held, *unread}, at=at)
    return rows


def _look_ahead(drain: Drain, ahead: Collection[str]) -> None:
    """Find out which of the numbers that come next are free. If that fails, whoever needs one asks for it."""
    with suppress(ReadFailed, MustWait, Stop):
        _read_numbers(drain, (), ahead, {})


def _rows_of_doubtful(
    drain: Drain, invoices: Iterable[InvoiceDocument], sent: Mapping[int, Iterable[Sent]], book: MappingBook
) -> list[Row]:
    """If QuickBooks assigns the numbers, ours are searched by customer and date, and recognized by our mark."""
    by_day: dict[str, set[str]] = defaultdict(set)
    for invoice in invoices:
        customer = book.customers.get(invoice.customer.id)
        if customer and not book.sends_number_of(invoice):
            by_day[invoice.books_date.isoformat()].add(customer.qbo_id)
        for one in sent[invoice.id]:
            if one.item.operation == "create" and "DocNumber" not in one.payload:
                by_day[str(one.payload["TxnDate"])].add(str(one.payload["CustomerRef"]["value"]))
    return rows_on_days(drain, "Invoice", by_day)


def _rows_made_meanwhile(
    drain: Drain, invoices: Documents, sent: Mapping[int, Sequence[Sent]], rows: Iterable[Row]
) -> list[Row]:
    """For those that would be made again: what was made there while they were sent, whatever number, date or customer
    it has been given since. Our mark tells which is which.
    """
    rows = list(rows)
    left = [key for key, invoice in invoices.items() if not any(is_ours(row, invoice) for row in rows)]
    found = made_meanwhile(drain, "Invoice", [one for key in left for one in sent.get(key, ())])
    return [row for row in found if any(is_ours(row, invoices[key]) for key in left)]


def _adopt(drain: Drain, event: SyncEvent, plan: Plan, row: Row, sends: Sequence[Sent]) -> Outcome | None:
    """An earlier send did arrive: link it.

    Settled if nothing changed since; otherwise an update or a void is needed.
    """
    # What only changed an earlier one, which is gone by now, has not made this one.
    made = [one for one in sends if one.item.operation == "create"]
    # The newest send that the row fits: an older one may have arrived before it and been replaced.
    arrived = next((one for one in reversed(made) if holds(row, one.payload)), made[-1] if made else None)
    if arrived is None:
        item = item_of(event, Write("Invoice", "create", {}))
        keep_link(drain, EntityType.INVOICE, event.record_id, columns_without_base(item, row, at=drain.now()))
        return None
    item, written, there = replace(arrived.item, event_id=event.pk), arrived.payload, There.of(row)
    unchanged = plan.write is not None and _same_words(item.said, plan.said)
    differs = difference(item, there) if unchanged else None
    columns = link_columns(item, row, there, written, at=drain.now(), differs=differs)
    # QuickBooks counts from 0, so another token means that the record was changed after our create.
    if differs is None and str(row.get("SyncToken")) != UNCHANGED:
        # Somebody has changed it since: it is compared with what we sent, also when it is looked at again.
        kept = kept_part("Invoice", row)
        base = base_of_create(kept, item.said, written)
        columns |= {"base": base.as_text(), "theirs": encode(kept)}
    keep_link(drain, EntityType.INVOICE, event.record_id, columns)
    if not unchanged:
        return None
    said = remark(item, there, kept=item.kept)
    return settle_written(item, looked(drain, event, row), differs, qbo_id=str(row["Id"]), remark=said)


def _adopt_update(drain: Drain, link: Link, sends: Sequence[Sent]) -> None:
    """An update with unknown outcome: what of it is there is our own work and becomes part of the base; what she may
    have taken back since, a person is asked about.
    """
    theirs = decode(link.theirs)
    # Older ones are in the base, or a person has decided since.
    doubtful = [one for one in sends if one.item.operation == "update" and one.sent_at >= link.synced_at]
    if keep_void_in_doubt(drain, link, doubtful):
        return
    arrived = next((one for one in reversed(doubtful) if holds(theirs, one.payload)), None)
    before = Base.from_text(link.base)
    if before is None:
        return
    if arrived:
        base = base_of_update(theirs, arrived.item.said, arrived.payload, before=before)
    elif undone := maybe_undone(drain, link, doubtful):
        base = base_if_arrived(before, undone.item.said, undone.payload)
    else:
        return
    with transaction.atomic():
        drain.lease.assert_held()
        # `theirs` stays: what else is different there, the bookkeeper changed.
        link.base = base.as_text()
        link.save(update_fields=["base"])


def _same_words(then: Mapping[str, object], now: Mapping[str, object]) -> bool:
    return encode(dict(then)) == encode(dict(now))

"""Looking in QuickBooks before invoices are sent: is one of them there already, is its number taken?"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from django.db import transaction

from qbo.connection.queries import Row, quoted, read_rows, read_where_in
from qbo.mapping.book import MappingBook
from qbo.mapping.loading import load_book
from qbo.mapping.payloads import Write, is_marked, plan_invoice
from qbo.models import Link
from runacall.invoices.documents import InvoiceDocument
from sync.engine.context import Drain
from sync.engine.prepare.nothing_sent import looked
from sync.engine.prepare.sent_before import Sent, not_yet, sent_before
from sync.engine.recording import Outcome, link_columns
from sync.engine.send.answers import owing, settle_written
from sync.engine.send.sent_items import SentItem, There, difference, expecting
from sync.models import SyncEvent
from sync.models.events import EntityType

Documents = Mapping[int, InvoiceDocument]


def look_in_quickbooks(
    drain: Drain, events: Sequence[SyncEvent], documents: Documents, book: MappingBook
) -> tuple[list[Outcome], MappingBook]:
    """Adopt what is there and ours; the book then knows which numbers others hold. Raises ReadFailed, MustWait."""
    doubtful = [event for event in events if event.look_first and event.record_id in documents]
    voided = [event for event in events if event.record_id in documents and documents[event.record_id].is_void]
    linked = {event.record_id for event in [*doubtful, *voided] if event.record_id in book.invoices}
    paid = _read_linked(drain, linked) if linked else frozenset()
    if linked:
        # Which of our words QuickBooks heard last is not known either: an update stays owed.
        in_doubt = Link.objects.of(drain.connection, EntityType.INVOICE).for_records(e.record_id for e in doubtful)
        in_doubt.update(sent_digest="")
        book = load_book(drain.connection, list(documents.values()))
    lost = {event.record_id: event for event in doubtful if event.record_id not in book.invoices}
    sent = sent_before(drain, "Invoice", lost.values())
    new = {e.record_id: e for e in events if e.record_id in documents and _is_new(documents[e.record_id], book)}
    rows = _rows_of_numbers(drain, [documents[record_id] for record_id in new], sent, book)
    rows += _rows_of_doubtful(drain, [documents[record_id] for record_id in lost], sent, book)
    ours = {record_id: row for record_id in new | lost for row in rows if is_ours(row, documents[record_id])}
    tries = [_adopt(drain, (new | lost)[record_id], documents[record_id], row, book) for record_id, row in ours.items()]
    tries += [not_yet(drain, event, sent[record_id]) for record_id, event in lost.items() if record_id not in ours]
    if ours:
        book = load_book(drain.connection, list(documents.values()))
    taken = {str(row.get("DocNumber", "")): str(row["Id"]) for row in rows if row.get("DocNumber")}
    return [outcome for outcome in tries if outcome], replace(book, taken_numbers=taken, paid_there=paid)


def _is_new(invoice: InvoiceDocument, book: MappingBook) -> bool:
    write = plan_invoice(invoice, book)
    return write is not None and write.operation == "create"


def is_ours(row: Row, invoice: InvoiceDocument) -> bool:
    """Whether the row carries our mark of this very invoice."""
    return is_marked(str(row.get("PrivateNote") or ""), invoice)


def _rows_of_numbers(
    drain: Drain, invoices: Iterable[InvoiceDocument], sent: Mapping[int, Iterable[Sent]], book: MappingBook
) -> list[Row]:
    """QuickBooks may not check numbers (Intuit's API reference, Invoice.DocNumber): we do, in one query a batch."""
    numbers = {invoice.number for invoice in invoices if book.sends_number_of(invoice)}
    numbers |= {str(one.payload["DocNumber"]) for sends in sent.values() for one in sends if "DocNumber" in one.payload}
    return read_where_in(drain.turn.client(), "Invoice", "DocNumber", numbers, pace=drain.pace)


def _rows_of_doubtful(
    drain: Drain, invoices: Iterable[InvoiceDocument], sent: Mapping[int, Iterable[Sent]], book: MappingBook
) -> list[Row]:
    """Where QuickBooks numbers, ours are looked for by customer and date, and known by our mark."""
    by_day: dict[str, set[str]] = defaultdict(set)
    for invoice in invoices:
        customer = book.customers.get(invoice.customer.id)
        if customer and not book.sends_number_of(invoice):
            by_day[invoice.books_date.isoformat()].add(customer.qbo_id)
        for one in sent[invoice.id]:
            if "TxnDate" in one.payload and "DocNumber" not in one.payload:
                by_day[str(one.payload["TxnDate"])].add(str(one.payload["CustomerRef"]["value"]))
    rows: list[Row] = []
    for day, customers in by_day.items():
        listed = ", ".join(quoted(qbo_id) for qbo_id in sorted(customers))
        where = f"TxnDate = {quoted(day)} AND CustomerRef IN ({listed})"
        rows += read_rows(drain.turn.client(), "Invoice", where, pace=drain.pace)
    return rows


def _adopt(drain: Drain, event: SyncEvent, invoice: InvoiceDocument, row: Row, book: MappingBook) -> Outcome | None:
    """An earlier send did arrive: link it. Settled where nothing changed since; else an update, or a void, is owed."""
    write = plan_invoice(invoice, book) or Write("Invoice", "create", {})
    item = expecting(sent_item(event, write), invoice, write)
    unchanged = _last_digest(event) == write.digest
    differs = difference(item, There.of(row)) if unchanged else None
    kept = owing(item, differs) if unchanged else replace(item, digest="")
    with transaction.atomic():
        drain.lease.assert_held()
        Link.objects.update_or_create(
            connection=drain.connection,
            realm_id=drain.connection.realm_id,
            record_type=EntityType.INVOICE,
            record_id=invoice.id,
            defaults=link_columns(kept, dict(row), at=drain.now()),
        )
    if not unchanged:
        return None
    return settle_written(item, event, looked(drain, event, row), differs, qbo_id=str(row["Id"]))


def _last_digest(event: SyncEvent) -> str:
    """What the event last said to QuickBooks."""
    items = event.submission.items if event.submission else []
    return next((str(item["digest"]) for item in items if item["event_id"] == event.pk), "")


def sent_item(event: SyncEvent, write: Write) -> SentItem:
    return SentItem(
        event_id=event.pk,
        record_type=event.record_type,
        record_id=event.record_id,
        entity=write.entity,
        operation=write.operation,
        options=write.options,
        digest=write.digest,
    )


def _read_linked(drain: Drain, record_ids: Iterable[int]) -> frozenset[int]:
    """Read again what may have changed there without our knowing; those that a payment is applied to."""
    links = Link.objects.of(drain.connection, EntityType.INVOICE).for_records(record_ids)
    by_id = {link.qbo_id: link for link in links}
    paid = set()
    for row in read_where_in(drain.turn.client(), "Invoice", "Id", by_id, pace=drain.pace):
        link = by_id.pop(str(row["Id"]))
        there = There.of(row)
        voided = there.total == 0 and str(row.get("PrivateNote") or "").startswith("Voided")
        Link.objects.filter(pk=link.pk).update(
            sync_token=str(row["SyncToken"]), total=there.total, tax=there.tax, txn_date=there.day, voided=voided
        )
        if any(one.get("TxnType") == "Payment" for one in row.get("LinkedTxn") or ()):
            paid.add(link.record_id)
    Link.objects.filter(pk__in=[link.pk for link in by_id.values()]).update(active=False)
    return frozenset(paid)

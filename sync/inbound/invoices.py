"""Changes in QuickBooks to invoices that are ours: what is quiet, what is worth a remark, and what a person decides."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from qbo.connection.client import encode
from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.lists.checking import checked_reference
from qbo.mapping.base import Base, Side, There, changed_there_at, kept_part
from qbo.mapping.book import MappingBook
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import load_book
from qbo.mapping.planning import changed_there, is_decisive
from qbo.mapping.plans import brought_back, changes_in_words, edited
from qbo.models import Link
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice, PaymentApplication
from runacall.invoices.money import round_cents
from sync.inbound.hearing import Hearing
from sync.inbound.postings import is_on_its_own_day, take_posting_back
from sync.models import SyncEvent
from sync.models.events import Direction, EntityType
from sync.outbox.arrivals import is_in_flight, note_arrival, note_difference, try_again, unsent_of
from sync.outbox.enqueueing import RecordName, invoice_name, queued_again


def take_invoices(hearing: Hearing) -> None:
    """Compare each changed invoice with its base, and note what is gone."""
    for moved in hearing.moved("Invoice"):
        names = _names(link for link, _ in moved)
        known = [(link, row) for link, row in moved if link.record_id in names]
        for link, row in known:
            with hearing.one("Invoice", link.record_id):
                _store(link, row)
        documents = load_invoices([link.record_id for link, _ in known])
        book = load_book(hearing.connection, list(documents.values()))
        for link, row in known:
            with hearing.one("Invoice", link.record_id):
                _take(hearing, link, row, documents[link.record_id], book, names[link.record_id])
        _release_payments(
            hearing, {link.record_id: round_cents(Decimal(str(row.get("Balance") or 0))) for link, row in known}
        )
    for links in hearing.gone("Invoice"):
        names = _names(links)
        for link in links:
            with hearing.one("Invoice", link.record_id):
                _gone(hearing, link, names.get(link.record_id))


def _release_payments(hearing: Hearing, open_there: Mapping[int, Decimal]) -> None:
    """Queue again the payments that were more than what was open there, where that is enough by now; `open_there`: by
    invoice. Retrying them after any other change of the invoice would only be refused again.
    """
    failed = SyncEvent.objects.of(hearing.connection).failed().filter(record_type=EntityType.PAYMENT)
    failed = failed.filter(failure_code="payment_over_applied")
    parts = PaymentApplication.objects.filter(payment__in=failed.values("record_id"), invoice__in=open_there)
    too_much = {one.payment_id for one in parts if one.amount > open_there[one.invoice_id]}
    fit = {one.payment_id for one in parts} - too_much
    if fit:
        hearing.came["queued again"] += failed.filter(record_id__in=fit).update(
            **queued_again(hearing.at), changed_at=hearing.at
        )


def _names(links: object) -> dict[int, RecordName]:
    ids = [link.record_id for link in links]  # type: ignore[attr-defined]
    invoices = Invoice.objects.filter(pk__in=ids).select_related("customer")
    return {invoice.pk: invoice_name(invoice) for invoice in invoices}


def _store(link: Link, row: Row) -> None:
    """Keep the row beside the base: the next write of ours starts from it, and needs no read of its own."""
    checked_reference(row)
    there = There.of(row)
    link.theirs, link.there_at, link.active = encode(kept_part("Invoice", row)), changed_there_at(row), True
    link.total, link.tax, link.txn_date, link.doc_number = there.total, there.tax, there.day, there.number[:32]
    link.save(update_fields=["theirs", "there_at", "active", "total", "tax", "txn_date", "doc_number"])


def _take(
    hearing: Hearing, link: Link, row: Row, invoice: InvoiceDocument, book: MappingBook, name: RecordName
) -> None:
    connection, at = hearing.connection, hearing.at
    if is_in_flight(connection, name):
        return
    is_back = is_on_its_own_day(row, own_day=invoice.invoice_date, posted_to=invoice.posting_date)
    if is_back and not invoice.is_void:
        take_posting_back(hearing, link, Invoice.objects.get(pk=invoice.id), name)
        invoice = load_invoices([invoice.id])[invoice.id]
    waiting = unsent_of(connection, name)
    if waiting is not None and waiting.direction == Direction.OUT:
        # It meets what is there now when it is sent; what failed because of it gets another try.
        hearing.came["queued again"] += try_again(connection, EntityType.INVOICE, invoice.id, at=at)
        return
    failure = _difference(invoice, book)
    if failure is not None:
        hearing.came["invoices to decide"] += note_difference(connection, name, failure, at=at, row=row)
        return
    sides = [] if invoice.is_void else changed_there(invoice, book)
    _renew_base(link, row)
    if sides:
        note_arrival(connection, name, at=at, message=remark(sides), row=row)
    elif waiting is not None:
        note_arrival(connection, name, at=at, message="Changed back in QuickBooks: it agrees again", row=row)
    hearing.came["invoices with a remark" if sides else "invoices"] += 1


def _difference(invoice: InvoiceDocument, book: MappingBook) -> Failure | None:
    """What a person decides: a void there, or other money, customer, date or number; None if it is nothing of that."""
    subject = Subject("invoice", str(invoice.id), invoice.number)
    if invoice.is_deleted:
        return None
    there = book.invoices[invoice.id]
    if invoice.is_void:
        back = brought_back(there.base, there.now)
        return edited(subject, back) if back else None
    if is_void(there.now):
        return Failure("voided_in_quickbooks", subject, facts={"here": "here it is still open"})
    sides = changed_there(invoice, book)
    return edited(subject, sides) if any(map(is_decisive, sides)) else None


def remark(sides: Sequence[Side]) -> str:
    """E.g. "Changed in QuickBooks: due date 2026-07-17 → 2026-08-01. Run a Call keeps its own."."""
    return f"Changed in QuickBooks: {changes_in_words(sides)}. Run a Call keeps its own."


def _renew_base(link: Link, row: Row) -> None:
    """QuickBooks' row becomes what we know it has; what we said stays, so that only later changes here are sent."""
    base = Base.from_text(link.base)
    if base is None:
        return
    kept: Mapping[str, object] = kept_part("Invoice", row)
    link.base, link.theirs = replace(base, row=kept).as_text(), ""
    link.sync_token = str(row.get("SyncToken") or link.sync_token)
    link.save(update_fields=["base", "theirs", "sync_token"])


def _gone(hearing: Hearing, link: Link, name: RecordName | None) -> None:
    connection, at = hearing.connection, hearing.at
    Link.objects.filter(pk=link.pk).update(active=False)
    if name is None or is_in_flight(connection, name):
        return
    invoice = Invoice.objects.get(pk=link.record_id)
    if invoice.status == Invoice.Status.VOID or invoice.deleted_at:
        return
    waiting = unsent_of(connection, name)
    if waiting is not None and waiting.direction == Direction.OUT:
        hearing.came["queued again"] += try_again(connection, EntityType.INVOICE, invoice.pk, at=at)
        return
    failure = Failure("record_deleted_there", Subject("invoice", str(invoice.pk), invoice.number))
    hearing.came["invoices to decide"] += note_difference(connection, name, failure, at=at)

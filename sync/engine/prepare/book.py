"""The mapping book of invoices that are about to be sent: with what only the queue knows of the payments on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from decimal import Decimal

from qbo.mapping.applied import applied_by, are_all_ours, unknown_on
from qbo.mapping.book import MappingBook, PaymentsOn, TransactionRef
from qbo.mapping.loading import load_book
from qbo.models import Link
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Payment
from runacall.invoices.money import ZERO
from sync.engine.context import Drain
from sync.engine.send.doubts import Sent, sent_before
from sync.models import SyncEvent
from sync.models.events import EntityType


def book_of(drain: Drain, invoices: Mapping[int, InvoiceDocument]) -> MappingBook:
    """All that is looked up for these invoices, and which payments may pay them all the same since a lost answer."""
    book = load_book(drain.connection, list(invoices.values()))
    # Where all that pays an invoice there is known to be ours, nothing is in doubt.
    asked = {pk: book.invoices[pk] for pk, one in book.payments_on.items() if _is_unclear(book.invoices[pk], one)}
    if not asked:
        return book
    customers = {invoices[pk].customer.id for pk in asked}.union(*map(_former_customer, asked.values()))
    lost = lost_payments(drain, customers)
    payments_on = dict(book.payments_on)
    for pk, there in asked.items():
        paid = {key: amounts.get(there.qbo_id, ZERO) for key, amounts in lost.items()}
        payments_on[pk] = replace(payments_on[pk], lost=paid)
    return replace(book, payments_on=payments_on)


def _is_unclear(invoice: TransactionRef, payments: PaymentsOn) -> bool:
    return bool(unknown_on(invoice, payments)) or not are_all_ours(invoice, payments)


def _former_customer(invoice: TransactionRef) -> set[int]:
    """The customer of ours that an invoice was last sent with, whose payments may be on it; none if that is unknown."""
    said = str(invoice.base.said.get("customer", "")) if invoice.base else ""
    return {int(said)} if said.isdecimal() else set()


def lost_payments(drain: Drain, customers: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """The payments of these customers whose answer nobody has seen: what each pays in QuickBooks if what was sent last
    has arrived, by the invoice's Id there. Here it may pay something else by now, or be void.
    """
    payments = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.PAYMENT)
    lost = payments.in_doubt()
    ids = Payment.objects.filter(customer__in=customers, pk__in=lost.values("record_id")).values_list("pk", flat=True)
    events = list(lost.filter(record_id__in=ids))
    links = Link.objects.of(drain.connection, EntityType.PAYMENT).for_records(ids)
    synced_at = dict(links.values_list("record_id", "synced_at"))
    found = dict[int, dict[str, Decimal]]()
    for key, sends in sent_before(drain, "Payment", events).items():
        last = _last_of_money(sends, synced_at.get(key))
        if last:
            found[key] = {qbo_id: Decimal(amount) for qbo_id, amount in applied_by(last.payload).items()}
    return found


def _last_of_money(sends: Sequence[Sent], synced_at: datetime | None) -> Sent | None:
    """What has made a payment, or changed what one that is linked pays, if it has arrived; a void pays nothing.

    `synced_at`: what was sent of a linked one before then is known.
    """
    if synced_at is None:
        return next((one for one in reversed(sends) if one.item.operation == "create"), None)
    last = sends[-1] if sends else None
    changes = last and last.sent_at >= synced_at and ("Line" in last.payload or last.item.options == "void")
    return last if changes else None

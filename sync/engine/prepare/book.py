"""The mapping book of invoices that are about to be sent: with what only the queue knows of the payments on them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal

from qbo.mapping.applied import applied_by, unknown_on
from qbo.mapping.book import MappingBook
from qbo.mapping.loading import load_book
from qbo.models import Link
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Payment
from sync.engine.context import Drain
from sync.engine.send.doubts import sent_before
from sync.models import SyncEvent
from sync.models.events import EntityType


def book_of(drain: Drain, invoices: Mapping[int, InvoiceDocument]) -> MappingBook:
    """All that is looked up for these invoices, and which unlinked payments may have arrived on them all the same."""
    book = load_book(drain.connection, list(invoices.values()))
    # Where all that pays an invoice there is known to be ours, nothing is in doubt.
    asked = {pk: book.invoices[pk] for pk, one in book.payments_on.items() if unknown_on(book.invoices[pk], one)}
    if not asked:
        return book
    lost = _lost_payments(drain, {invoices[pk].customer.id for pk in asked})
    payments_on = dict(book.payments_on)
    for pk, there in asked.items():
        paid = {key: amounts[there.qbo_id] for key, amounts in lost.items() if there.qbo_id in amounts}
        payments_on[pk] = replace(payments_on[pk], lost=paid)
    return replace(book, payments_on=payments_on)


def _lost_payments(drain: Drain, customers: Iterable[int]) -> dict[int, dict[str, Decimal]]:
    """The payments of these customers whose answer nobody has seen: what each pays in QuickBooks if it has arrived, by
    the invoice's Id there. Here it may pay something else by now, or be void.
    """
    payments = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.PAYMENT)
    lost = payments.in_doubt()
    ids = Payment.objects.filter(customer__in=customers, pk__in=lost.values("record_id")).values_list("pk", flat=True)
    known = Link.objects.of(drain.connection, EntityType.PAYMENT).for_records(ids).values_list("record_id", flat=True)
    events = list(lost.filter(record_id__in=set(ids) - set(known)))
    found = dict[int, dict[str, Decimal]]()
    for key, sends in sent_before(drain, "Payment", events).items():
        made = next((one for one in reversed(sends) if one.item.operation == "create"), None)
        if made:
            found[key] = {qbo_id: Decimal(amount) for qbo_id, amount in applied_by(made.payload).items()}
    return found

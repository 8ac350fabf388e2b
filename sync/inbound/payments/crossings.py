"""An answer that crossed with a deletion: ours was voided as the same as a payment that is no longer in QuickBooks."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import QuerySet

from qbo.failures import Failure, Subject
from runacall.invoices.models import Invoice, Payment
from sync.inbound.hearing import Hearing
from sync.models import Untaken
from sync.models.events import EntityType
from sync.outbox.arrivals import note_difference
from sync.outbox.enqueueing import payment_name


def tell_of_crossings(hearing: Hearing, gone: QuerySet[Untaken]) -> list[int]:
    """A row for each of these that one of ours was voided for; returns those to be told later.

    That is where our void is still to be sent: a record has one open event.
    """
    later = []
    for one in gone.exclude(instead_of=None):
        payment = Payment.objects.filter(pk=one.instead_of or 0).select_related("customer").first()
        if payment is None:
            continue
        subject = Subject("payment", str(payment.pk), _numbers(one.records))
        facts = {"amount": f"{payment.amount:,}", "there_entity": "Payment", "there_id": one.qbo_id}
        failure = Failure("same_payment_gone", subject, facts=facts)
        if note_difference(hearing.connection, payment_name(payment), failure, at=hearing.at):
            hearing.came["payments to decide"] += 1
        else:
            later.append(one.pk)
    return later


def _numbers(records: Iterable[str]) -> str:
    """Of the invoices among these, e.g. "#1842, #1843"."""
    named = (record.partition(":") for record in records)
    ids = [int(key) for record_type, _, key in named if record_type == EntityType.INVOICE]
    return ", ".join(f"#{number}" for number in Invoice.objects.filter(pk__in=ids).values_list("number", flat=True))

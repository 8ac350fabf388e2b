"""Before a payment is sent for the first time: whether QuickBooks has it already, because somebody entered it there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from qbo.connection.queries import ReadFailed, read_where_in
from qbo.failures import Failure
from qbo.mapping.book import MappingBook
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.marks import PAYMENT, marked_as
from qbo.mapping.twins import Theirs, may_be_the_same, twin_failure
from qbo.models import Link
from runacall.invoices.documents import PaymentDocument
from runacall.invoices.models import PaymentApplication
from sync.engine.context import Drain
from sync.models import TwoPayments, Untaken
from sync.models.events import EntityType

Paid = Mapping[int, str]


def find_twins(drain: Drain, payments: Sequence[PaymentDocument], book: MappingBook) -> dict[int, Failure]:
    """By payment, the question to a person. Reads only what pays these invoices there and is not known here.

    Raises ReadFailed, MustWait, Stop.
    """
    invoice_ids = {one.invoice_id for payment in payments for one in payment.applied}
    paid = {pk: book.invoices[pk].qbo_id for pk in invoice_ids if pk in book.invoices}
    if not paid:
        return {}
    here = {"connection": drain.connection, "realm_id": drain.turn.realm_id}
    told = TwoPayments.objects.filter(**here, payment_id__in=[payment.id for payment in payments])
    two = set(told.values_list("payment_id", "qbo_id"))
    waiting = [Theirs(**one) for one in Untaken.objects.filter(**here).values_list("theirs", flat=True) if one]
    known = [*_received(drain, paid), *waiting]
    unknown = list(_unknown(drain, paid, known, book))
    found: dict[int, Failure] = {}
    for payment in payments:
        ids = [paid[one.invoice_id] for one in payment.applied if one.invoice_id in paid]
        for theirs in (*known, *unknown):
            if (payment.id, theirs.qbo_id) not in two and may_be_the_same(payment, theirs, ids):
                found[payment.id] = twin_failure(payment, theirs)
                if theirs in unknown:
                    _keep(here, theirs, payment)
                break
    return found


def _keep(here: Mapping[str, Any], theirs: Theirs, payment: PaymentDocument) -> None:
    """Once a person has decided, the next reading of changes records it here."""
    facts = {"records": [f"{EntityType.PAYMENT}:{payment.id}"], "theirs": theirs.as_json}
    Untaken.objects.get_or_create(**here, qbo_id=theirs.qbo_id, defaults=facts)


def _received(drain: Drain, paid: Paid) -> Iterator[Theirs]:
    """Those that were received there on these invoices, and are recorded here."""
    links = Link.objects.of(drain.connection, EntityType.PAYMENT).filter(created_here=False, voided=False)
    parts = PaymentApplication.objects.filter(invoice__in=paid, payment__voided_at=None)
    parts = parts.filter(payment__in=links.values("record_id")).select_related("payment")
    ids = dict(links.filter(record_id__in=[one.payment_id for one in parts]).values_list("record_id", "qbo_id"))
    for one in parts:
        payment = one.payment
        yield Theirs(
            ids[payment.pk],
            str(payment.amount),
            payment.books_date.isoformat(),
            payment.reference,
            {paid[one.invoice_id]: str(one.amount)},
        )


def _unknown(drain: Drain, paid: Paid, known: Sequence[Theirs], book: MappingBook) -> Iterator[Theirs]:
    """Those on these invoices that nobody has told us of, such as what was entered while payments stayed here."""
    named = {
        str(one.get("TxnId"))
        for pk in paid
        for one in book.invoices[pk].now.get("LinkedTxn") or ()
        if one.get("TxnType") == "Payment"
    }
    named -= {one.qbo_id for one in known}
    if not named:
        return
    links = Link.objects.of(drain.connection, EntityType.PAYMENT).filter(qbo_id__in=named)
    named -= set(links.values_list("qbo_id", flat=True))
    unread: dict[str, ReadFailed] = {}
    for row in read_where_in(drain.turn.client(), "Payment", "Id", named, pace=drain.pace, unread=unread):
        if not is_void(row) and marked_as(str(row.get("PrivateNote") or ""), PAYMENT) is None:
            yield Theirs.of(row)

"""Recording a payment that was received in QuickBooks, as one of ours that is not sent back.

What may be one that the office recorded as well, or that an invoice cannot take, a person decides about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import Base, cents, changed_there_at, kept_part, reference
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import load_book
from qbo.mapping.marks import PAYMENT, marked_as
from qbo.mapping.payments import payment_payload, said_of_payment
from qbo.mapping.twins import Theirs, may_be_the_same, twin_failure
from qbo.models import Link
from runacall.invoices.document_loading import load_payments
from runacall.invoices.models import Customer, Invoice, Payment
from sync.inbound.hearing import Hearing
from sync.inbound.payments.rows import customer_of, day_of, method_of, number_of
from sync.inbound.payments.untaken import TOLD, dismissed_among, forget_untaken, keep_untaken, total_of, untaken_of
from sync.models import SyncEvent, TwoPayments
from sync.models.events import Direction, EntityType
from sync.outbox.arrivals import drop_just_opened, is_in_flight, note_arrival, note_difference, stop_unsent, unsent_of
from sync.outbox.enqueueing import RecordName, invoice_name, payment_name


def received(hearing: Hearing) -> Iterable[tuple[Row, Mapping[str, int]]]:
    """Payments there that pay an invoice of ours and are none of ours, each with our invoices by their Ids there."""
    rows = {str(row["Id"]): row for row in hearing.changes.rows.get("Payment", ()) if row.get("Id")}
    known = Link.objects.of(hearing.connection, "payment").filter(qbo_id__in=list(rows))
    for qbo_id in known.values_list("qbo_id", flat=True):
        _look_at_known(hearing, rows[qbo_id])
        rows.pop(qbo_id)
    standing = [row for row in rows.values() if not is_void(row) and not _is_marked(hearing, row)]
    forget_untaken(hearing, rows.keys() - {str(row["Id"]) for row in standing}, gone=True)
    paid = {invoice_id for row in standing for invoice_id in applied_by(row)}
    links = Link.objects.of(hearing.connection, "invoice").filter(qbo_id__in=paid)
    ours = dict(links.values_list("qbo_id", "record_id"))
    for row in standing:
        parts = {invoice_id: ours[invoice_id] for invoice_id in applied_by(row) if invoice_id in ours}
        if parts:
            yield row, parts


def _look_at_known(hearing: Hearing, row: Row) -> None:
    """One that is here already, and that one of ours was voided for, was looked at to see whether it still stands."""
    crossing = untaken_of(hearing).filter(qbo_id=str(row["Id"])).exclude(instead_of=None)
    if is_void(row):
        forget_untaken(hearing, list(crossing.values_list("qbo_id", flat=True)), gone=True)
    else:
        crossing.delete()


def _is_marked(hearing: Hearing, row: Row) -> bool:
    """One of ours whose answer was lost: the engine finds and links it. One that a person has taken in again is not,
    nor a copy that the bookkeeper made of one that we know.
    """
    mark = marked_as(str(row.get("PrivateNote") or ""), PAYMENT)
    if mark is None or mark[0] != hearing.connection.organization_id:
        return False
    known = Link.objects.of(hearing.connection, "payment").filter(record_id=mark[1], active=True)
    again = untaken_of(hearing).filter(qbo_id=str(row["Id"]), records=[f"{EntityType.PAYMENT}:{mark[1]}"])
    return not (known.exists() or again.exists())


def record_received(hearing: Hearing, row: Row, parts: Mapping[str, int]) -> None:
    """As a payment of ours with a link, so that it is not sent back; what cannot be taken over, a person is told."""
    connection, at = hearing.connection, hearing.at
    applied = applied_by(row)
    invoices = {one.pk: one for one in Invoice.objects.filter(pk__in=parts.values()).select_related("customer")}
    names = {pk: invoice_name(invoice) for pk, invoice in invoices.items()}
    waited = {pk: unsent_of(connection, name) for pk, name in names.items()}
    wanted = {invoices[pk]: Decimal(applied[qbo_id]) for qbo_id, pk in parts.items()}
    if twin := _twin(hearing, row, parts):
        if not dismissed_among(hearing, {str(row["Id"])}, facts__amount=total_of(row)):
            _ask(hearing, row, twin)
            keep_untaken(hearing, row, [payment_name(twin), *names.values()])
        return
    elsewhere = sum((Decimal(paid) for key, paid in applied.items() if key not in parts), Decimal(0))
    # What pays invoices that are none of ours is no credit of the customer here.
    amount = Decimal(cents(row.get("TotalAmt"))) - elsewhere
    customer = customer_of(hearing, row) or next(iter(wanted)).customer
    if reason := _refusal(wanted, amount, customer):
        if not dismissed_among(hearing, {str(row["Id"])}, facts__amount=total_of(row)):
            for pk, invoice in invoices.items():
                _tell(hearing, row, invoice, names[pk], reason)
            keep_untaken(hearing, row, names.values())
        return
    payment = Payment.objects.receive(
        parts=wanted,
        at=at,
        organization=connection.organization,
        customer=customer,
        amount=amount,
        method=method_of(hearing, row),
        received_date=day_of(row, otherwise=connection.organization.today(at)),
        reference=number_of(row),
        memo=str(row.get("PrivateNote") or "")[:500],
    )
    link_received(hearing, payment, row)
    forget_untaken(hearing, [str(row["Id"])])
    for pk, name in names.items():
        if waited[pk] is None:
            # What an invoice owes is no news to QuickBooks.
            drop_just_opened(connection, name)
    numbers = ", ".join(f"#{invoice.number}" for invoice in invoices.values())
    note_arrival(
        connection,
        payment_name(payment),
        at=at,
        message=f"Received in QuickBooks (Id {row['Id']}): recorded here on invoice {numbers}",
        row=row,
        just_opened=True,
    )
    hearing.came["payments received"] += 1


def _twin(hearing: Hearing, row: Row, parts: Mapping[str, int]) -> Payment | None:
    """A payment recorded here that may be this one, and of which no person has said that it is not."""
    connection, theirs = hearing.connection, Theirs.of(row)
    links = Link.objects.of(connection, "payment")
    told = TwoPayments.objects.filter(connection=connection, realm_id=connection.realm_id, qbo_id=theirs.qbo_id)
    here = Payment.objects.standing().filter(applications__invoice__in=parts.values(), amount=Decimal(theirs.amount))
    # What was received there is no payment that the office has entered.
    here = here.exclude(pk__in=links.filter(created_here=False).values("record_id"))
    here = here.exclude(pk__in=told.values("payment_id")).distinct().select_related("customer").order_by("pk")
    payments = {payment.pk: payment for payment in here}
    documents = load_payments(payments) if payments else {}
    same = (pk for pk in payments if may_be_the_same(documents[pk], theirs, parts))
    return next((payments[pk] for pk in same), None)


def _ask(hearing: Hearing, row: Row, payment: Payment) -> None:
    """Whether the two are one. While ours is on its way, that has to be over first."""
    connection, at, name = hearing.connection, hearing.at, payment_name(payment)
    if is_in_flight(connection, name):
        return
    failure = twin_failure(load_payments([payment.pk])[payment.pk], Theirs.of(row))
    waiting = unsent_of(connection, name)
    if waiting is not None and waiting.direction == Direction.OUT:
        hearing.came["payments to decide"] += stop_unsent(waiting, failure, at=at, row=row)
    elif waiting is None or _is_about(waiting, row):
        hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at, row=row)


def _refusal(wanted: Mapping[Invoice, Decimal], amount: Decimal, customer: Customer) -> str:
    """Why an invoice cannot take its part, or the payment of `customer` is less than they; "" if all can."""
    for invoice, part in wanted.items():
        if not invoice.can_become(Invoice.Status.PAID):
            return f"here it is {invoice.get_status_display()}"
        if part > invoice.balance:
            return f"here only {invoice.balance:,} of it is open"
    if sum(wanted.values()) > amount:
        return WITH_CREDIT
    if len({invoice.customer_id for invoice in wanted}) > 1:
        return "here its invoices have different customers"
    here = next(iter(wanted)).customer
    return "" if here == customer else f"here it is an invoice of {here.display_name}"


# A credit note, or what is left of another payment: neither is known here.
WITH_CREDIT = "it uses a credit of the customer in QuickBooks"


def _tell(hearing: Hearing, row: Row, invoice: Invoice, name: RecordName, reason: str) -> None:
    facts = {"amount": total_of(row), "reason": reason}
    facts |= {"there_entity": "Payment", "there_id": str(row["Id"])}
    failure = Failure("payment_not_taken_over", Subject("invoice", str(invoice.pk), invoice.number), facts=facts)
    waiting = unsent_of(hearing.connection, name)
    # Another difference of the invoice, or another payment, is to be decided first.
    if waiting is None or waiting.direction == Direction.OUT or _is_about(waiting, row):
        hearing.came["payments to decide"] += note_difference(hearing.connection, name, failure, at=hearing.at, row=row)


def _is_about(event: SyncEvent, row: Row) -> bool:
    return event.failure_code in TOLD and event.facts.get("there_id") == str(row["Id"])


def link_received(hearing: Hearing, payment: Payment, row: Row) -> None:
    """Also after it was taken over again: what we would say of it now is what QuickBooks has."""
    connection = hearing.connection
    document = load_payments([payment.pk])[payment.pk]
    payload = payment_payload(document, load_book(connection, payments=[document]))
    said = {
        **said_of_payment(document),
        "lines": applied_by(payload),
        "customer_ref": reference(payload, "CustomerRef"),
    }
    Link.objects.update_or_create(
        connection=connection,
        realm_id=connection.realm_id,
        record_type="payment",
        qbo_id=str(row["Id"]),
        defaults={
            "record_id": payment.pk,
            "sync_token": str(row.get("SyncToken", "")),
            "active": True,
            "voided": payment.is_void,
            "created_here": False,
            "base": Base(said, kept_part("Payment", row)).as_text(),
            "theirs": "",
            "total": Decimal(cents(row.get("TotalAmt"))),
            "txn_date": day_of(row, otherwise=payment.received_date),
            "there_at": changed_there_at(row),
            "synced_at": hearing.at,
        },
    )

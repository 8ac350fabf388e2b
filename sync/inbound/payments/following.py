"""What happened in QuickBooks to payments that we have.

One that was received there is one whose link we did not make (`created_here` is False): it follows whatever happens
to it there, but for its memo. About a payment that was recorded here, a person decides.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from qbo.connection.client import encode
from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import Base, Side, There, cents, changed_there_at, kept_part, name_of, plain, reference
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import numbers_of_ours
from qbo.mapping.payments import parts_in_words
from qbo.mapping.plans import brought_back, edited
from qbo.models import Link
from runacall.invoices.models import Invoice, Payment
from runacall.invoices.refusals import PaymentRefused, Refused
from sync.inbound.hearing import Hearing
from sync.inbound.payments.receiving import WITH_CREDIT, link_received
from sync.inbound.payments.rows import day_of, method_of, number_of
from sync.inbound.payments.untaken import forget_untaken, keep_untaken
from sync.inbound.postings import is_on_its_own_day, take_posting_back
from sync.models.events import Direction, EntityType
from sync.outbox.arrivals import (
    drop_just_opened,
    is_in_flight,
    note_arrival,
    note_difference,
    try_again,
    unsent_of,
)
from sync.outbox.enqueueing import invoice_name, payment_name


def take_ours(hearing: Hearing, link: Link, row: Row, payment: Payment) -> None:
    connection, at, name = hearing.connection, hearing.at, payment_name(payment)
    is_back = is_on_its_own_day(row, own_day=payment.received_date, posted_to=payment.posting_date)
    if is_back and not payment.is_void and not is_in_flight(connection, name):
        take_posting_back(hearing, link, payment, name)
    waiting = unsent_of(connection, name)
    if is_in_flight(connection, name) or (waiting is not None and waiting.direction == Direction.OUT):
        _keep_theirs(link, row)
        hearing.came["queued again"] += try_again(connection, EntityType.PAYMENT, payment.pk, at=at)
        return
    if not (link.created_here or payment.is_void):
        _follow(hearing, link, row, payment)
        return
    subject = Subject("payment", str(payment.pk), f"{payment.amount:,} of {payment.received_date.isoformat()}")
    base = Base.from_text(link.base) or Base()
    sides = [] if is_void(row) else _sides(hearing, base, row, payment)
    if (is_void(row) and not payment.is_void) or sides:
        _keep_theirs(link, row)
        failure = edited(subject, sides) if sides else Failure("payment_voided_there", subject, facts=STANDS_HERE)
        hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at, row=row)
        return
    _renew(link, row)
    if waiting is not None:
        note_arrival(connection, name, at=at, message="Changed back in QuickBooks: it agrees again", row=row)
    hearing.came["payments"] += 1


def _keep_theirs(link: Link, row: Row) -> None:
    """As it is there now, beside the base; its day there says whether the closing date stops a change of it."""
    link.theirs, link.there_at = encode(kept_part("Payment", row)), changed_there_at(row)
    link.txn_date = There.of(row).day
    link.save(update_fields=["theirs", "there_at", "txn_date"])


STANDS_HERE = {"here": "here it still counts"}


def _sides(hearing: Hearing, base: Base, now: Row, payment: Payment) -> list[Side]:
    """Amount, date and what it pays, where they changed there to something else than here."""
    if payment.is_void:
        return brought_back(base, now)
    known = base.row
    ours = {"amount": cents(payment.amount), "date": payment.books_date.isoformat()}
    read = {"amount": lambda row: cents(row.get("TotalAmt")), "date": lambda row: str(row.get("TxnDate") or "")[:10]}
    sides = [
        Side(field, read[field](known), ours[field], read[field](now))
        for field in ours
        if read[field](now) not in (read[field](known), ours[field])
    ]
    was, there = (applied_by(row) for row in (known, now))
    numbers = numbers_of_ours(hearing.connection, {*was, *there}) if was != there else {}
    said = base.said.get("lines", was)
    before, after = ({key: one[key] for key in one if key in said or key in numbers} for one in (was, there))
    if after not in (before, said):
        sides.append(Side("invoices", *(parts_in_words(one, numbers) for one in (was, said, there))))
        # What it pays can only be its own customer's.
        sides += _customer_moved(hearing, known, now, payment)
    return sides


def _customer_moved(hearing: Hearing, known: Row, now: Row, payment: Payment) -> list[Side]:
    """The customer, if she gave the payment to another one than it is of here."""
    key = "CustomerRef"
    linked = Link.objects.of(hearing.connection, "customer").filter(record_id=payment.customer_id)
    was, theirs = reference(known, key), reference(now, key)
    if theirs == was or theirs in linked.values_list("qbo_id", flat=True):
        return []
    side = Side("customer", was, was, theirs)
    return [side.named(name_of(known, key), payment.customer.display_name, name_of(now, key))]


def _renew(link: Link, row: Row) -> None:
    base = Base.from_text(link.base)
    if base is not None:
        link.base = replace(base, row=kept_part("Payment", row)).as_text()
    there = There.of(row)
    link.theirs, link.there_at, link.total, link.txn_date = "", changed_there_at(row), there.total, there.day
    link.sync_token = str(row.get("SyncToken") or link.sync_token)
    link.save(update_fields=["base", "theirs", "sync_token", "there_at", "total", "txn_date"])


def _follow(hearing: Hearing, link: Link, row: Row, payment: Payment) -> None:
    """One that was received there is here what it is there."""
    connection, at = hearing.connection, hearing.at
    before = {one.invoice: one.amount for one in payment.applications.select_related("invoice")}
    if is_void(row):
        _void(hearing, payment, link, "Voided in QuickBooks, so it is void here too", row)
        return
    applied = applied_by(row)
    ours = dict(Link.objects.of(connection, "invoice").filter(qbo_id__in=applied).values_list("qbo_id", "record_id"))
    invoices = Invoice.objects.in_bulk(ours.values())
    parts = {invoices[pk]: Decimal(applied[qbo_id]) for qbo_id, pk in ours.items()}
    elsewhere = sum((Decimal(amount) for key, amount in applied.items() if key not in ours), Decimal(0))
    amount = Decimal(cents(row.get("TotalAmt"))) - elsewhere
    fields = _corrected(hearing, link, row, payment)
    if (payment.amount, before) == (amount, parts) and not fields:
        _renew(link, row)
        forget_untaken(hearing, [link.qbo_id])
        return
    said = _words(payment)
    names = [invoice_name(invoice) for invoice in {*before, *parts}]
    waited = [name for name in names if unsent_of(connection, name) is not None]
    try:
        if sum(parts.values()) > amount:
            raise PaymentRefused(WITH_CREDIT)
        payment.restate(amount=amount, parts=parts, at=at, by=None, **fields)
    except Refused as refusal:
        subject = Subject("payment", str(payment.pk), said["money"])
        facts = {"amount": f"{amount:,}", "reason": str(refusal), "there_entity": "Payment", "there_id": link.qbo_id}
        failure = Failure("payment_not_taken_over", subject, facts=facts)
        name = payment_name(payment)
        hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at, row=row)
        keep_untaken(hearing, row, [name, *names])
        return
    link_received(hearing, payment, row)
    forget_untaken(hearing, [link.qbo_id])
    for name in names:
        if name not in waited:
            drop_just_opened(connection, name)
    now = _words(payment)
    changes = ", ".join(f"{said[name]} → {now[name]}" for name in now if now[name] != said[name]) or "what it pays"
    message = f"Changed in QuickBooks: {changes}. It is the same here now."
    note_arrival(connection, payment_name(payment), at=at, message=message, row=row, just_opened=True)
    hearing.came["payments changed"] += 1


def _corrected(hearing: Hearing, link: Link, row: Row, payment: Payment) -> dict[str, object]:
    """The day, the method and the number of one that was received there, where they changed there."""
    read: dict[str, Callable[[Row], object]] = {
        "received_date": lambda one: day_of(one, otherwise=payment.books_date),
        "method": lambda one: method_of(hearing, one),
        "reference": number_of,
    }
    known = (Base.from_text(link.base) or Base()).row
    here = {"received_date": payment.books_date, "method": payment.method, "reference": plain(payment.reference)}
    return {name: of(row) for name, of in read.items() if of(row) not in (of(known), here[name])}


def _words(payment: Payment) -> dict[str, str]:
    """What the log says of it, before a change and after it."""
    return {
        "money": f"{payment.amount:,} of {payment.received_date}",
        "method": payment.get_method_display(),
        "reference": f"number {payment.reference}" if payment.reference else "no number",
    }


def _void(hearing: Hearing, payment: Payment, link: Link, message: str, row: Row | None) -> None:
    connection, at = hearing.connection, hearing.at
    names = [invoice_name(one.invoice) for one in payment.applications.select_related("invoice__customer")]
    waited = [name for name in names if unsent_of(connection, name) is not None]
    title = payment_name(payment)
    payment.void(at=at)
    forget_untaken(hearing, [link.qbo_id], gone=True)
    if row is not None:
        _renew(link, row)
    Link.objects.filter(pk=link.pk).update(voided=True)
    for name in names:
        if name not in waited:
            drop_just_opened(connection, name)
    note_arrival(connection, title, at=at, message=message, row=row, just_opened=True)
    hearing.came["payments void"] += 1


def lose_ours(hearing: Hearing, link: Link) -> None:
    connection, at = hearing.connection, hearing.at
    Link.objects.filter(pk=link.pk).update(active=False)
    payment = Payment.objects.filter(pk=link.record_id).first()
    if payment is None or payment.is_void:
        return
    name = payment_name(payment)
    waiting = unsent_of(connection, name)
    if is_in_flight(connection, name) or (waiting is not None and waiting.direction == Direction.OUT):
        hearing.came["queued again"] += try_again(connection, EntityType.PAYMENT, payment.pk, at=at)
        return
    if not link.created_here:
        _void(hearing, payment, link, "Deleted in QuickBooks, so it is void here too", None)
        return
    failure = Failure("record_deleted_there", Subject("payment", str(payment.pk), f"{payment.amount:,}"))
    hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at)

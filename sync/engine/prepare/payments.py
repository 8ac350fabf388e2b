"""Preparing claimed payments: what is already there, what would fail, which invoices have to be sent first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import QuerySet

from qbo.connection.client import decode, encode
from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import Base, There, kept_part
from qbo.mapping.book import MappingBook
from qbo.mapping.invoice_rows import UNCHANGED
from qbo.mapping.loading import load_book, transaction_ref
from qbo.mapping.marks import is_marked
from qbo.mapping.payloads import Write
from qbo.mapping.payments import base_of_payment, check_payment, holds_payment, plan_payment, said_of_payment
from qbo.mapping.plans import Plan, kept_in_words
from qbo.models import Link
from runacall.invoices.document_loading import load_payments
from runacall.invoices.documents import PaymentDocument
from runacall.invoices.models import Invoice, Payment
from sync.engine.context import Drain
from sync.engine.links import adopt_theirs, columns_without_base, keep_link, link_columns, read_their_rows
from sync.engine.outcomes import Outcome, record, release_dependants
from sync.engine.prepare.book import lost_payments
from sync.engine.prepare.items import read_old_lists
from sync.engine.prepare.nothing_sent import in_agreement, looked, not_yet, nothing_to_send, refused_here
from sync.engine.prepare.prerequisites import (
    Needed,
    failed_prerequisites,
    is_under_way,
    leads_back,
    payment_needed,
    wait_for,
)
from sync.engine.prepare.twins import find_twins
from sync.engine.send.answers import settle_written
from sync.engine.send.doubts import Sent, keep_void_in_doubt, made_meanwhile, maybe_undone, rows_on_days, sent_before
from sync.engine.send.push import Ready, item_of
from sync.engine.send.sent_items import difference
from sync.models import State, SyncEvent
from sync.models.events import Direction, EntityType, Further
from sync.outbox.enqueueing import RecordName, customer_name, invoice_name, payment_name

Documents = Mapping[int, PaymentDocument]


def prepare_payments(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The payments that can be sent now; the others are settled here. Raises ReadFailed, MustWait or Stop."""
    documents = load_payments(event.record_id for event in events)
    settled = _look(drain, [event for event in events if event.look_first], documents)
    known = {outcome.event.pk for outcome in settled}
    left = [event for event in events if event.pk not in known]
    book, judged = _judge_all(drain, documents)
    failures = [failure for one in judged.values() for failure in one.failures]
    # The cause may be mended there already. Read once for all that stop, and judged again.
    if failures and any((read_old_lists(drain, failures), _read_their_invoices(drain, failures))):
        book, judged = _judge_all(drain, documents)
    ids = {event.record_id for event in left}
    first = [documents[pk] for pk, one in judged.items() if pk in ids and _is_first(one)]
    twins = find_twins(drain, first, book)
    ready: list[Ready] = []
    for event in left:
        if event.record_id in twins:
            write = judged[event.record_id].plan.write
            settled.append(refused_here(drain, event, twins[event.record_id], write))
            continue
        verdict = _verdict(drain, event, documents.get(event.record_id), judged.get(event.record_id), book)
        if isinstance(verdict, Ready):
            ready.append(verdict)
        else:
            settled.append(verdict)
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        release_dependants(settled, at=drain.now())
    drain.count(sum(outcome.state != State.QUEUED for outcome in settled))
    return ready


# What became in QuickBooks of an invoice that a payment pays.
OF_ITS_INVOICE = ("payment_customer_differs", "payment_invoice_gone")


def _read_their_invoices(drain: Drain, failures: Iterable[Failure]) -> bool:
    """Whether there were invoices in the way of payments, which are read again: she may have put them right."""
    ids = {int(failure.subject.key) for failure in failures if failure.code in OF_ITS_INVOICE}
    read_their_rows(drain, "Invoice", ids)
    return bool(ids)


@dataclass(frozen=True)
class Judged:
    """What a payment needs, and everything we know that would make it fail."""

    plan: Plan
    failures: Sequence[Failure]


def _is_first(one: Judged) -> bool:
    """It would be created there now."""
    return one.plan.write is not None and one.plan.write.operation == "create" and not one.failures


def _judge_all(drain: Drain, documents: Documents) -> tuple[MappingBook, dict[int, Judged]]:
    book = load_book(drain.connection, payments=list(documents.values()))
    plans = {pk: plan_payment(payment, book) for pk, payment in documents.items()}
    return book, {pk: Judged(plan, check_payment(documents[pk], plan, book)) for pk, plan in plans.items()}


def _verdict(
    drain: Drain, event: SyncEvent, payment: PaymentDocument | None, one: Judged | None, book: MappingBook
) -> Ready | Outcome:
    """Ready to send, or the outcome instead."""
    if payment is None or one is None:
        return nothing_to_send(drain, event, "The payment no longer exists.")
    plan, failures = one.plan, one.failures
    if plan.write is None and not failures:
        if payment.id not in book.payments:
            return nothing_to_send(drain, event, "Nothing to send: it was voided before it reached QuickBooks.")
        if plan.adopts:
            adopt_theirs(drain, EntityType.PAYMENT, payment.id, plan.adopts)
        return in_agreement(drain, event, remark=kept_in_words(plan.kept))
    assert plan.write is not None, "a payment without a write has no failures"
    needed = _needed(drain, event, payment, failures) if not payment.is_void else []
    waits = {one.failure.cause_key for one in needed}
    # An invoice brings its customer along.
    needed = [one for one in needed if one.failure.code == "waits_for_invoice"] or needed
    stopping = [failure for failure in failures if failure.cause_key not in waits]
    if stopping:
        first, *rest = stopping
        further = [*map(Further, rest), *failed_prerequisites(drain, needed)]
        return refused_here(drain, event, first, plan.write, further=further)
    needed = needed or _under_way(drain, event, payment, book)
    if needed:
        return wait_for(drain, event, needed, plan.write)
    return Ready.planned(event, plan, book.payments.get(payment.id))


def _needed(drain: Drain, event: SyncEvent, payment: PaymentDocument, failures: Sequence[Failure]) -> list[Needed]:
    """The customer and the invoices that are not there and can be sent first, and the invoices that are on their way to
    what the payment needs of them, such as to its customer.
    """
    found: list[Needed] = []
    of_invoices = [failure for failure in failures if failure.code in ("waits_for_invoice", *OF_ITS_INVOICE)]
    keys = [int(failure.subject.key) for failure in of_invoices]
    invoices = Invoice.objects.select_related("customer").in_bulk(keys) if keys else {}
    for failure in failures:
        if failure in of_invoices:
            name = invoice_name(invoices[int(failure.subject.key)])
            if failure.code == "waits_for_invoice" or _may_wait_for(drain, event, name):
                found.append(Needed(failure, name))
        elif failure.code == "customer_not_found":
            found.append(Needed(failure, customer_name(payment.customer)))
    return found


def _under_way(drain: Drain, event: SyncEvent, payment: PaymentDocument, book: MappingBook) -> list[Needed]:
    """What changes the invoices that it pays and is not there yet, if QuickBooks has refused it: it may be for that,
    such as a payment of all that is owed since the invoice became dearer, or since another payment was voided.
    """
    if not event.heals or payment.is_void:
        return []
    rows = Invoice.objects.select_related("customer").filter(pk__in=[one.invoice_id for one in payment.applied])
    found = [
        Needed(Failure("waits_for_invoice", Subject("invoice", str(invoice.pk), f"#{invoice.number}")), name)
        for invoice in rows
        if _may_wait_for(drain, event, name := invoice_name(invoice))
    ]
    return found or [
        payment_needed(name)
        for other in _paying_as_well(drain, event, payment, book)
        if _may_wait_for(drain, event, name := payment_name(other))
    ]


def _may_wait_for(drain: Drain, event: SyncEvent, name: RecordName) -> bool:
    return is_under_way(drain, name) and not leads_back(drain, name, to=event)


def _paying_as_well(drain: Drain, event: SyncEvent, payment: PaymentDocument, book: MappingBook) -> QuerySet[Payment]:
    """Other payments of ours that pay one of its invoices there and have a change to be sent, and those that may pay
    one since an answer was lost. Of two that are looked at together only the later one waits.
    """
    paid = {book.invoices[one.invoice_id].qbo_id for one in payment.applied if one.invoice_id in book.invoices}
    changes = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.PAYMENT, direction=Direction.OUT)
    looked_at_too = changes.filter(pk__gt=event.pk, state=State.SENDING).values("record_id")
    changes = changes.open().exclude(record_id=payment.id)
    links = Link.objects.of(drain.connection, EntityType.PAYMENT).filter(record_id__in=changes.values("record_id"))
    others = {one.record_id for one in links if paid & applied_by(transaction_ref(one).now).keys()}
    lost = {pk for pk, amounts in lost_payments(drain, {payment.customer.id}).items() if paid & amounts.keys()}
    found = Payment.objects.filter(pk__in=others | lost).exclude(pk=payment.id)
    return found.exclude(pk__in=looked_at_too).order_by("pk")


# --- what may be there already --------------------------------------------------------------------------------------


def _look(drain: Drain, events: Sequence[SyncEvent], documents: Documents) -> list[Outcome]:
    """Link payments whose earlier send did arrive, and read the rows of those whose update may have."""
    doubtful = {event.record_id: event for event in events if event.record_id in documents}
    if not doubtful:
        return []
    linked = Link.objects.of(drain.connection, EntityType.PAYMENT).for_records(doubtful)
    links = set(linked.values_list("record_id", flat=True))
    sent = sent_before(drain, "Payment", list(doubtful.values()))
    if links:
        read_their_rows(drain, "Payment", links)
        for link in linked.exclude(theirs=""):
            _adopt_update(drain, link, sent[link.record_id])
    lost = {pk: event for pk, event in doubtful.items() if pk not in links}
    rows = _rows_of(drain, [documents[pk] for pk in lost], sent)
    # Those that would be made again: day and customer may have been changed there since.
    missing = [pk for pk in lost if not _ours(rows, documents[pk])]
    rows += made_meanwhile(drain, "Payment", [one for pk in missing for one in sent[pk]])
    outcomes: list[Outcome | None] = []
    for pk, event in lost.items():
        ours = _ours(rows, documents[pk])
        outcomes.append(
            _adopt(drain, event, documents[pk], ours[0], sent[pk]) if ours else not_yet(drain, event, sent[pk])
        )
    return [outcome for outcome in outcomes if outcome]


def _ours(rows: Iterable[Row], payment: PaymentDocument) -> list[Row]:
    """Those with our mark of this payment, the oldest first."""
    ours = (row for row in rows if is_marked(str(row.get("PrivateNote") or ""), payment))
    return sorted(ours, key=lambda row: int(row["Id"]))


def _rows_of(drain: Drain, payments: Sequence[PaymentDocument], sent: Mapping[int, Sequence[Sent]]) -> list[Row]:
    """The payments of these customers on these days, among which ours have our mark."""
    by_day: dict[str, set[str]] = {}
    book = load_book(drain.connection, payments=list(payments)) if payments else MappingBook()
    for payment in payments:
        customer = book.customers.get(payment.customer.id)
        if customer:
            by_day.setdefault(payment.books_date.isoformat(), set()).add(customer.qbo_id)
        for one in sent[payment.id]:
            if "TxnDate" in one.payload and "CustomerRef" in one.payload:
                by_day.setdefault(str(one.payload["TxnDate"]), set()).add(str(one.payload["CustomerRef"]["value"]))
    return rows_on_days(drain, "Payment", by_day)


def _adopt(drain: Drain, event: SyncEvent, payment: PaymentDocument, row: Row, sends: Sequence[Sent]) -> Outcome | None:
    """An earlier send did arrive: link it. Settled if nobody changed anything since; otherwise it is compared."""
    # What only changed an earlier one, which is gone by now, has not made this one.
    arrived = next((one for one in reversed(sends) if one.item.operation == "create"), None)
    if arrived is None:
        item = item_of(event, Write("Payment", "create", {}))
        keep_link(drain, EntityType.PAYMENT, payment.id, columns_without_base(item, row, at=drain.now()))
        return None
    item, there = replace(arrived.item, event_id=event.pk), There.of(row)
    is_changed_there = str(row.get("SyncToken")) != UNCHANGED
    is_over = not (is_changed_there or payment.is_void) and _says_the_same(item.said, payment)
    differs = difference(item, there) if is_over else None
    columns = link_columns(item, row, there, arrived.payload, at=drain.now(), differs=differs)
    if is_changed_there:
        # It is compared with what we sent, also when it is looked at again.
        kept = kept_part("Payment", row)
        columns |= {"base": base_of_payment(kept, item.said, arrived.payload).as_text(), "theirs": encode(kept)}
    keep_link(drain, EntityType.PAYMENT, payment.id, columns)
    if not is_over:
        return None
    return settle_written(item, looked(drain, event, row), differs, qbo_id=str(row["Id"]))


def _says_the_same(said: Mapping[str, object], payment: PaymentDocument) -> bool:
    return all(said.get(name) == value for name, value in said_of_payment(payment).items())


def _adopt_update(drain: Drain, link: Link, sends: Sequence[Sent]) -> None:
    """An update with unknown outcome: what it sent counts as said, so that only what differs there is compared; what
    she may have taken back since, a person is asked about.
    """
    theirs, before = decode(link.theirs), Base.from_text(link.base)
    doubtful = [one for one in sends if one.item.operation == "update" and one.sent_at >= link.synced_at]
    if keep_void_in_doubt(drain, link, doubtful):
        return
    arrived = next((one for one in reversed(doubtful) if holds_payment(theirs, one.payload)), None)
    if before is None:
        return
    if arrived:
        base = replace(before, said=arrived.item.said, row=theirs)
    elif undone := maybe_undone(drain, link, doubtful):
        base = before.if_arrived(undone.payload)
    else:
        return
    with transaction.atomic():
        drain.lease.assert_held()
        link.base = base.as_text()
        link.save(update_fields=["base"])

"""Payments in QuickBooks: those that the bookkeeper took on our invoices, and what became of ours.

A payment of ours that has its origin in QuickBooks is one whose link we did not make (`created_here` is False): it
follows whatever happens to it there. About a payment that was recorded here, a person decides.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from qbo.connection.client import encode
from qbo.connection.queries import ReadFailed, read_where_in
from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping import twins
from qbo.mapping.base import Base, Side, There, cents, changed_there_at, kept_part, plain, reference
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.loading import load_book
from qbo.mapping.marks import PAYMENT, marked_as
from qbo.mapping.names import name_key
from qbo.mapping.payments import applied_by, payment_payload, said_of_payment
from qbo.mapping.twins import Theirs, may_be_the_same, twin_failure
from qbo.models import ConnectionSettings, Link, ListEntry, PaymentMapping
from runacall.invoices.document_loading import load_payments
from runacall.invoices.models import Customer, Invoice, Payment
from runacall.invoices.refusals import Refused
from sync.inbound.crossings import tell_of_crossings
from sync.inbound.hearing import Hearing
from sync.inbound.invoices import brought_back, edited
from sync.models import State, SyncEvent, TwoPayments, Untaken
from sync.models.events import NO_FAILURE, Direction, EntityType
from sync.outbox.arrivals import drop_just_opened, is_in_flight, note_arrival, note_difference, stop_unsent, unsent_of
from sync.outbox.enqueueing import RecordName, invoice_name, payment_name, queued_again

# What a person is told of a payment there that is none of ours.
TOLD = ("payment_not_taken_over", twins.CODE)
# QuickBooks' names of methods, as companies have them from the start, and ours.
METHODS = {
    "cash": Payment.Method.CASH,
    "check": Payment.Method.CHECK,
    "cheque": Payment.Method.CHECK,
    "ach": Payment.Method.ACH,
    "e-check": Payment.Method.ACH,
    "credit card": Payment.Method.CARD,
    "card": Payment.Method.CARD,
    "visa": Payment.Method.CARD,
    "mastercard": Payment.Method.CARD,
    "american express": Payment.Method.CARD,
    "discover": Payment.Method.CARD,
}


def take_payments(hearing: Hearing) -> None:
    """Record what was received there, and follow or tell what happened to what we have."""
    # The switch is for both directions.
    is_on = ConnectionSettings.objects.filter(connection=hearing.connection, sync_payments=True).exists()
    if is_on:
        _add_untaken(hearing)
    for moved in hearing.moved("Payment"):
        ours = Payment.objects.in_bulk([link.record_id for link, _ in moved])
        for link, row in moved:
            if link.record_id in ours:
                with hearing.one("Payment", link.record_id):
                    _take(hearing, link, row, ours[link.record_id])
    for links in hearing.gone("Payment"):
        for link in links:
            with hearing.one("Payment", link.record_id):
                _gone(hearing, link)
    if not is_on:
        return
    for row, parts in _received(hearing):
        with hearing.one("Payment", int(str(row["Id"])) if str(row["Id"]).isdecimal() else 0):
            _record(hearing, row, parts)


def _received(hearing: Hearing) -> Iterable[tuple[Row, Mapping[str, int]]]:
    """Payments there that pay an invoice of ours and are none of ours, each with our invoices by their Ids there."""
    rows = {str(row["Id"]): row for row in hearing.changes.rows.get("Payment", ()) if row.get("Id")}
    known = Link.objects.of(hearing.connection, "payment").filter(qbo_id__in=list(rows))
    for qbo_id in known.values_list("qbo_id", flat=True):
        _look_at_known(hearing, rows[qbo_id])
        rows.pop(qbo_id)
    standing = [row for row in rows.values() if not is_void(row) and not _is_marked(hearing, row)]
    _forget(hearing, rows.keys() - {str(row["Id"]) for row in standing}, gone=True)
    paid = {invoice_id for row in standing for invoice_id in applied_by(row)}
    links = Link.objects.of(hearing.connection, "invoice").filter(qbo_id__in=paid)
    ours = dict(links.values_list("qbo_id", "record_id"))
    for row in standing:
        parts = {invoice_id: ours[invoice_id] for invoice_id in applied_by(row) if invoice_id in ours}
        if parts:
            yield row, parts


def _look_at_known(hearing: Hearing, row: Row) -> None:
    """One that is here already, and that one of ours was voided for, was looked at to see whether it still stands."""
    crossing = _untaken(hearing).filter(qbo_id=str(row["Id"])).exclude(instead_of=None)
    if is_void(row):
        _forget(hearing, list(crossing.values_list("qbo_id", flat=True)), gone=True)
    else:
        crossing.delete()


def _is_marked(hearing: Hearing, row: Row) -> bool:
    """One of ours whose answer was lost: the engine finds and links it. One that a person has taken in again is not."""
    mark = marked_as(str(row.get("PrivateNote") or ""), PAYMENT)
    return (
        mark is not None
        and mark[0] == hearing.connection.organization_id
        and not _untaken(hearing).filter(qbo_id=str(row["Id"]), records=[f"{EntityType.PAYMENT}:{mark[1]}"]).exists()
    )


# --- what could not be taken in -----------------------------------------------------------------------------------


def _untaken(hearing: Hearing) -> QuerySet[Untaken]:
    connection = hearing.connection
    return Untaken.objects.filter(connection=connection, realm_id=connection.realm_id)


def _keep(hearing: Hearing, row: Row, names: Iterable[RecordName]) -> None:
    """For another try, once one of these records stands differently."""
    records = sorted(f"{name.record_type}:{name.record_id}" for name in names)
    connection, stood = hearing.connection, _standing(hearing, [records])
    Untaken.objects.update_or_create(
        connection=connection,
        realm_id=connection.realm_id,
        qbo_id=str(row["Id"]),
        defaults={
            "records": records,
            "stood": [stood[record] for record in records],
            "theirs": Theirs.of(row).as_json,
        },
    )


def _forget(hearing: Hearing, qbo_ids: Collection[str], *, gone: bool = False) -> None:
    """They are taken in, or `gone`: what was told of them is over, and what stopped for them goes."""
    if not qbo_ids:
        return
    forgotten = _untaken(hearing).filter(qbo_id__in=qbo_ids)
    later = tell_of_crossings(hearing, forgotten) if gone else []
    forgotten.exclude(pk__in=later).delete()
    told = SyncEvent.objects.of(hearing.connection).failed()
    told = told.filter(failure_code__in=TOLD, facts__there_id__in=list(qbo_ids))
    told.filter(direction=Direction.OUT).update(**queued_again(hearing.at), changed_at=hearing.at)
    for event in told.filter(direction=Direction.IN):
        message = f"Payment Id {event.facts['there_id']} in QuickBooks is settled"
        closed = {**NO_FAILURE, "message": message, "state": State.SYNCED}
        SyncEvent.objects.filter(pk=event.pk).update(**closed, changed_at=hearing.at)


def _add_untaken(hearing: Hearing) -> None:
    """Read again what could not be taken in, where that may have changed: one query, and none while nothing has."""
    changes = hearing.changes
    _forget(hearing, changes.deleted.get("Payment", frozenset()), gone=True)
    shown = {str(row.get("Id")) for row in changes.rows.get("Payment", ())}
    waiting = list(_untaken(hearing).exclude(qbo_id__in=shown))
    now = _standing(hearing, [one.records for one in waiting])
    moved = {one.qbo_id for one in waiting if one.stood != [now[record] for record in one.records]}
    over = _dismissed(hearing, moved)
    _forget(hearing, over)
    if not (moved := moved - over):
        return
    for one in waiting:
        _untaken(hearing).filter(pk=one.pk).update(stood=[now[record] for record in one.records])
    unread: dict[str, ReadFailed] = {}
    visit = hearing.visit
    rows = read_where_in(visit.client, "Payment", "Id", moved, pace=visit.pace, unread=unread)
    _forget(hearing, moved - {str(row["Id"]) for row in rows} - unread.keys(), gone=True)
    hearing.changes = replace(changes, rows={**changes.rows, "Payment": [*changes.rows.get("Payment", ()), *rows]})


def _dismissed(hearing: Hearing, qbo_ids: Collection[str], **facts: str) -> set[str]:
    """Those of these payments that a person decided to leave out."""
    events = SyncEvent.objects.of(hearing.connection).filter(state=State.DISMISSED, **facts)
    events = events.filter(failure_code__in=TOLD, facts__there_id__in=list(qbo_ids))
    return set(events.values_list("facts__there_id", flat=True)) if qbo_ids else set()


def _total(row: Row) -> str:
    """E.g. 1,234.50."""
    return f"{Decimal(cents(row.get('TotalAmt'))):,}"


def _standing(hearing: Hearing, records: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """How each of these records stands now, as far as it decides about a payment."""
    wanted: dict[str, set[int]] = {EntityType.INVOICE: set(), EntityType.PAYMENT: set()}
    for record in {one for some in records for one in some}:
        record_type, _, key = record.partition(":")
        wanted[record_type].add(int(key))
    found = {f"{record_type}:{pk}": [""] for record_type, ids in wanted.items() for pk in ids}
    invoices = Invoice.objects.filter(pk__in=wanted[EntityType.INVOICE])
    for pk, *parts in invoices.values_list("pk", "status", "total", "amount_paid", "customer"):
        found[f"{EntityType.INVOICE}:{pk}"] = [str(part) for part in parts]
    for record_type, ids in wanted.items():
        rows = SyncEvent.objects.of(hearing.connection).filter(record_type=record_type, record_id__in=ids).unsent()
        for record_id, *waits in rows.values_list("record_id", "pk", "direction", "failure_code"):
            found[f"{record_type}:{record_id}"] += [str(part) for part in waits]
    payments = Payment.objects.filter(pk__in=wanted[EntityType.PAYMENT])
    for pk, *parts in payments.values_list("pk", "amount", "received_date", "reference", "voided_at"):
        found[f"{EntityType.PAYMENT}:{pk}"] += [str(part) for part in parts]
    links = Link.objects.of(hearing.connection, "payment").filter(record_id__in=wanted[EntityType.PAYMENT])
    for record_id, qbo_id in links.values_list("record_id", "qbo_id"):
        found[f"{EntityType.PAYMENT}:{record_id}"].append(qbo_id)
    return found


# --- received there ---------------------------------------------------------------------------------------------


def _record(hearing: Hearing, row: Row, parts: Mapping[str, int]) -> None:
    """As a payment of ours with a link, so that it is not sent back; what cannot be taken over, a person is told."""
    connection, at = hearing.connection, hearing.at
    applied = applied_by(row)
    invoices = {one.pk: one for one in Invoice.objects.filter(pk__in=parts.values()).select_related("customer")}
    names = {pk: invoice_name(invoice) for pk, invoice in invoices.items()}
    waited = {pk: unsent_of(connection, name) for pk, name in names.items()}
    wanted = {invoices[pk]: Decimal(applied[qbo_id]) for qbo_id, pk in parts.items()}
    if twin := _twin(hearing, row, parts):
        if not _dismissed(hearing, {str(row["Id"])}, facts__amount=_total(row)):
            _ask(hearing, row, twin)
            _keep(hearing, row, [payment_name(twin), *names.values()])
        return
    if reason := _refusal(wanted):
        if not _dismissed(hearing, {str(row["Id"])}, facts__amount=_total(row)):
            for pk, invoice in invoices.items():
                _tell(hearing, row, invoice, names[pk], reason)
            _keep(hearing, row, names.values())
        return
    elsewhere = sum((Decimal(amount) for key, amount in applied.items() if key not in parts), Decimal(0))
    payment = Payment.objects.receive(
        parts=wanted,
        at=at,
        organization=connection.organization,
        customer=_customer(hearing, row) or next(iter(invoices.values())).customer,
        # What pays invoices that are none of ours is no credit of the customer here.
        amount=Decimal(cents(row.get("TotalAmt"))) - elsewhere,
        method=_method(hearing, row),
        received_date=_day(row, otherwise=connection.organization.today(at)),
        reference=plain(row.get("PaymentRefNum"))[:100],
        memo=str(row.get("PrivateNote") or "")[:500],
    )
    _link(hearing, payment, row)
    _forget(hearing, [str(row["Id"])])
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


def _refusal(wanted: Mapping[Invoice, Decimal]) -> str:
    """Why an invoice cannot take its part; "" if all can."""
    for invoice, amount in wanted.items():
        if not invoice.can_become(Invoice.Status.PAID):
            return f"here it is {invoice.get_status_display()}"
        if amount > invoice.balance:
            return f"here only {invoice.balance:,} of it is open"
    customers = {invoice.customer_id for invoice in wanted}
    return "" if len(customers) == 1 else "here its invoices have different customers"


def _tell(hearing: Hearing, row: Row, invoice: Invoice, name: RecordName, reason: str) -> None:
    facts = {"amount": _total(row), "reason": reason}
    facts |= {"there_entity": "Payment", "there_id": str(row["Id"])}
    failure = Failure("payment_not_taken_over", Subject("invoice", str(invoice.pk), invoice.number), facts=facts)
    waiting = unsent_of(hearing.connection, name)
    # Another difference of the invoice, or another payment, is to be decided first.
    if waiting is None or waiting.direction == Direction.OUT or _is_about(waiting, row):
        hearing.came["payments to decide"] += note_difference(hearing.connection, name, failure, at=hearing.at, row=row)


def _is_about(event: SyncEvent, row: Row) -> bool:
    return event.failure_code in TOLD and event.facts.get("there_id") == str(row["Id"])


def _customer(hearing: Hearing, row: Row) -> Customer | None:
    links = Link.objects.of(hearing.connection, "customer").filter(qbo_id=reference(row, "CustomerRef"))
    ids = list(links.values_list("record_id", flat=True)[:2])
    return Customer.objects.filter(pk=ids[0]).first() if len(ids) == 1 else None


def _method(hearing: Hearing, row: Row) -> str:
    """By staff's choice of methods, then by QuickBooks' name of it."""
    method_id = reference(row, "PaymentMethodRef")
    if not method_id:
        return Payment.Method.OTHER
    connection = hearing.connection
    mapped = PaymentMapping.objects.filter(
        connection=connection, realm_id=connection.realm_id, method_id=method_id
    ).first()
    if mapped is not None:
        return mapped.method
    entry = ListEntry.objects.of(connection, "PaymentMethod").filter(qbo_id=method_id).first()
    return METHODS.get(name_key(entry.name) if entry else "", Payment.Method.OTHER)


def _day(row: Row, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(row.get("TxnDate") or "")[:10])
    except ValueError:
        return otherwise


def _link(hearing: Hearing, payment: Payment, row: Row) -> None:
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
            "txn_date": _day(row, otherwise=payment.received_date),
            "there_at": changed_there_at(row),
            "synced_at": hearing.at,
        },
    )


# --- what became of those that we have --------------------------------------------------------------------------


def _take(hearing: Hearing, link: Link, row: Row, payment: Payment) -> None:
    connection, at, name = hearing.connection, hearing.at, payment_name(payment)
    waiting = unsent_of(connection, name)
    if is_in_flight(connection, name) or (waiting is not None and waiting.direction == Direction.OUT):
        link.theirs, link.there_at = encode(kept_part("Payment", row)), changed_there_at(row)
        link.save(update_fields=["theirs", "there_at"])
        return
    if not (link.created_here or payment.is_void):
        _follow(hearing, link, row, payment)
        return
    subject = Subject("payment", str(payment.pk), f"{payment.amount:,} of {payment.received_date.isoformat()}")
    base = Base.from_text(link.base) or Base()
    sides = [] if is_void(row) else _sides(base.row, row, payment)
    if (is_void(row) and not payment.is_void) or sides:
        link.theirs, link.there_at = encode(kept_part("Payment", row)), changed_there_at(row)
        link.save(update_fields=["theirs", "there_at"])
        failure = edited(subject, sides) if sides else Failure("payment_voided_there", subject, facts=STANDS_HERE)
        hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at, row=row)
        return
    _renew(link, row)
    if waiting is not None:
        note_arrival(connection, name, at=at, message="Changed back in QuickBooks: it agrees again", row=row)
    hearing.came["payments"] += 1


STANDS_HERE = {"here": "here it still counts"}


def _sides(known: Row, now: Row, payment: Payment) -> list[Side]:
    """Amount, date and what it pays, where they changed there to something else than here."""
    if payment.is_void:
        return brought_back(Base(row=known), now)
    ours = {"amount": cents(payment.amount), "date": payment.books_date.isoformat()}
    read = {"amount": lambda row: cents(row.get("TotalAmt")), "date": lambda row: str(row.get("TxnDate") or "")[:10]}
    sides = [
        Side(field, read[field](known), ours[field], read[field](now))
        for field in ours
        if read[field](now) not in (read[field](known), ours[field])
    ]
    was, there = (applied_by(row) for row in (known, now))
    if any(there.get(key) != amount for key, amount in was.items()):
        sides.append(Side("invoices", _parts(was), _parts(was), _parts(there)))
    return sides


def _parts(applied: Mapping[str, str]) -> str:
    return ", ".join(f"Id {key}: {amount}" for key, amount in sorted(applied.items())) or "none"


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
    day = _day(row, otherwise=payment.received_date)
    same = (payment.amount, payment.received_date, before) == (amount, day, parts)
    if same:
        _renew(link, row)
        _forget(hearing, [link.qbo_id])
        return
    was = f"{payment.amount:,} of {payment.received_date}"
    names = [invoice_name(invoice) for invoice in {*before, *parts}]
    waited = [name for name in names if unsent_of(connection, name) is not None]
    try:
        payment.restate(amount=amount, received_date=day, parts=parts, at=at)
    except Refused as refusal:
        subject = Subject("payment", str(payment.pk), was)
        facts = {"amount": f"{amount:,}", "reason": str(refusal), "there_entity": "Payment", "there_id": link.qbo_id}
        failure = Failure("payment_not_taken_over", subject, facts=facts)
        name = payment_name(payment)
        hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at, row=row)
        _keep(hearing, row, [name, *names])
        return
    _link(hearing, payment, row)
    _forget(hearing, [link.qbo_id])
    for name in names:
        if name not in waited:
            drop_just_opened(connection, name)
    message = f"Changed in QuickBooks: {was} → {amount:,} of {day}. It is the same here now."
    note_arrival(connection, payment_name(payment), at=at, message=message, row=row, just_opened=True)
    hearing.came["payments changed"] += 1


def _void(hearing: Hearing, payment: Payment, link: Link, message: str, row: Row | None) -> None:
    connection, at = hearing.connection, hearing.at
    names = [invoice_name(one.invoice) for one in payment.applications.select_related("invoice__customer")]
    waited = [name for name in names if unsent_of(connection, name) is not None]
    title = payment_name(payment)
    payment.void(at=at)
    _forget(hearing, [link.qbo_id], gone=True)
    if row is not None:
        _renew(link, row)
    Link.objects.filter(pk=link.pk).update(voided=True)
    for name in names:
        if name not in waited:
            drop_just_opened(connection, name)
    note_arrival(connection, title, at=at, message=message, row=row, just_opened=True)
    hearing.came["payments void"] += 1


def _gone(hearing: Hearing, link: Link) -> None:
    connection, at = hearing.connection, hearing.at
    Link.objects.filter(pk=link.pk).update(active=False)
    payment = Payment.objects.filter(pk=link.record_id).first()
    if payment is None or payment.is_void:
        return
    name = payment_name(payment)
    waiting = unsent_of(connection, name)
    if is_in_flight(connection, name) or (waiting is not None and waiting.direction == Direction.OUT):
        return
    if not link.created_here:
        _void(hearing, payment, link, "Deleted in QuickBooks, so it is void here too", None)
        return
    failure = Failure("record_deleted_there", Subject("payment", str(payment.pk), f"{payment.amount:,}"))
    hearing.came["payments to decide"] += note_difference(connection, name, failure, at=at)

"""Checks in a company's books whether every invoice that should be there is, once and to the cent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain

from django.conf import settings
from django.db.models import QuerySet

from qbo.connection.limiter import pause_asked_for
from qbo.connection.queries import ReadFailed, read_rows, read_where_in
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NotNow, Sleep, Visit, visit
from qbo.failures import Failure, FailureKind
from qbo.json_objects import Row
from qbo.mapping.comparing import Comparison, Wanted, WantedPayment, compare, compare_payments
from qbo.mapping.loading import load_company
from qbo.mapping.payloads import rounding_allowed
from qbo.models import Connection, ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from runacall import clock
from runacall.invoices.document_loading import load_invoices, load_payments
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice, Payment, PaymentApplication
from runacall.invoices.money import ZERO
from sync.models import Submission, SyncEvent
from sync.models.events import EntityType

AT_ONCE = 500
TRIES = 5
# Seconds to wait for a process that is sending.
PATIENCE = 200.0
Now = Callable[[], datetime]


class CannotRead(Exception):
    """The books could not be read; its text says why."""


def reconcile(
    connection: Connection, *, now: Now = clock.now, since: date | None = None, sleep: Sleep = time.sleep
) -> Comparison:
    """Compare every invoice that should be in the books (dated from `since`) with all that are. Raises CannotRead."""
    wanted = wanted_invoices(connection, since=since)
    payments = wanted_payments(connection, since=since)
    entities = ("Invoice", "Payment") if payments else ("Invoice",)
    linked = [one.qbo_id for one in wanted if one.qbo_id]
    rows, unread = read_books(connection, linked, entities=entities, now=now, sleep=sleep)
    found = compare(wanted, rows["Invoice"], unread)
    return replace(found, payments=compare_payments(payments, rows.get("Payment", ())))


def read_books(
    connection: Connection,
    linked: Sequence[str] = (),
    *,
    entities: Sequence[str] = ("Invoice",),
    now: Now = clock.now,
    sleep: Sleep = time.sleep,
) -> tuple[dict[str, list[Row]], dict[str, str]]:
    """Every row of these kinds in the company. Gets a usable token first, and waits when QuickBooks asks us to.

    A row that QuickBooks itself cannot read is left out; of invoices whose Id is among `linked`, the second part of
    the answer has Intuit's words by Id.
    """
    try:
        with visit(connection, patience=PATIENCE, sleep=sleep) as mine:
            unread: dict[str, str] = {}
            rows = {entity: _read(mine, entity, linked, unread, now) for entity in entities}
            return rows, unread
    except NotNow as error:
        raise CannotRead(str(error)) from error


def _read(mine: Visit, entity: str, linked: Sequence[str], broken: dict[str, str], now: Now) -> list[Row]:
    connection, refused = mine.connection, None
    for _ in range(TRIES):
        try:
            _renew(connection, at=now(), refused=refused)
            skipped: list[ReadFailed] = []
            unread: dict[str, ReadFailed] = {}
            rows = read_rows(mine.client, entity, pace=mine.pace, skipped=skipped)
            if skipped and entity == "Invoice":
                # Asked for one by one, QuickBooks says which of them it is.
                lost = sorted(set(linked) - {str(row["Id"]) for row in rows})
                rows += read_where_in(mine.client, "Invoice", "Id", lost, pace=mine.pace, unread=unread)
            broken |= {qbo_id: error.failure.intuit_words for qbo_id, error in unread.items()}
            return rows
        except RefreshUnderWay:
            mine.sleep(1)
        except ReadFailed as error:
            failure = error.failure
            if failure.code == "token_expired" and refused is None:
                refused = connection.access_token
            elif failure.kind is FailureKind.WAIT:
                mine.give_way(pause_asked_for(failure, default=settings.SYNC["THROTTLE_PAUSE"]))
            elif failure.kind is FailureKind.TRANSIENT:
                mine.sleep(1)
            else:
                raise CannotRead(failure.message) from error
    raise CannotRead(Failure("server_error").message)


def _renew(connection: Connection, *, at: datetime, refused: str | None) -> None:
    failure = refresh_tokens(connection, at=at, refused=refused)
    if failure is not None:
        raise CannotRead(failure.message)


def wanted_invoices(
    connection: Connection, *, since: date | None = None, among: QuerySet[Invoice] | None = None
) -> list[Wanted]:
    """What should be there by the shop's settings: sent or paid invoices; void ones in case they were sent before.

    `among`: only of these.
    """
    settings = ConnectionSettings.objects.get(connection=connection)
    links = {link.record_id: link for link in Link.objects.of(connection, EntityType.INVOICE).defer("base", "theirs")}
    known = set(links) | _queued_once(connection)
    sent = _sent(connection, since)
    if among is not None:
        sent = sent.filter(pk__in=among.values("pk"))
    chosen = [invoice for invoice in sent if _is_wanted(invoice, settings, known)]
    documents = _documents(invoice.pk for invoice in chosen)
    customers = dict(Link.objects.of(connection, EntityType.CUSTOMER).values_list("record_id", "qbo_id"))
    numbered_there = _numbered_there(connection, documents, links) if settings.send_numbers else set()
    company = load_company(connection)
    return [
        Wanted(
            document,
            number=document.number if settings.send_numbers and document.id not in numbered_there else "",
            customer_id=customers.get(document.customer.id, ""),
            qbo_id=links[document.id].qbo_id if document.id in links else "",
            accepted=bool(links.get(document.id) and links[document.id].accepted_at),
            rounding=ZERO if settings.stop_on_rounding else rounding_allowed(document, company),
            currency=connection.organization.currency,
        )
        for document in documents
    ]


def wanted_payments(
    connection: Connection, *, since: date | None = None, among: QuerySet[Payment] | None = None
) -> list[WantedPayment]:
    """The payments that are there or were to be sent; of void invoices they are the customer's credit.

    `among`: only of these.
    """
    links = {link.record_id: link for link in Link.objects.of(connection, EntityType.PAYMENT).defer("base", "theirs")}
    events = SyncEvent.objects.of(connection).filter(record_type=EntityType.PAYMENT)
    ids = set(links) | set(events.values_list("record_id", flat=True))
    if among is not None:
        ids &= set(among.values_list("pk", flat=True))
    customers = dict(Link.objects.of(connection, EntityType.CUSTOMER).values_list("record_id", "qbo_id"))
    invoices = dict(Link.objects.of(connection, EntityType.INVOICE).values_list("record_id", "qbo_id"))
    found = []
    for chunk in in_chunks(sorted(ids)):
        paid: dict[int, list[int]] = {}
        # Of void invoices too: a payment that is still applied to one differs.
        parts = PaymentApplication.objects.filter(payment__in=chunk)
        for payment_id, invoice_id in parts.values_list("payment", "invoice"):
            paid.setdefault(payment_id, []).append(invoice_id)
        for payment in load_payments(chunk).values():
            if since and payment.received_date < since:
                continue
            link = links.get(payment.id)
            found.append(
                WantedPayment(
                    payment,
                    qbo_id=link.qbo_id if link else "",
                    customer_id=customers.get(payment.customer.id, ""),
                    invoices={pk: invoices[pk] for pk in paid.get(payment.id, ()) if pk in invoices},
                    accepted=bool(link and link.accepted_at),
                )
            )
    return found


def _sent(connection: Connection, since: date | None) -> QuerySet[Invoice]:
    invoices = Invoice.objects.for_organization(connection.organization).sent()
    if since:
        invoices = invoices.filter(invoice_date__gte=since)
    return invoices.only("pk", "status").order_by("pk")


def _is_wanted(invoice: Invoice, settings: ConnectionSettings, known: set[int]) -> bool:
    """An invoice that was sent once has to be kept up to date, whatever the settings say now."""
    if invoice.pk in known or invoice.status == Invoice.Status.VOID:
        return True
    paid = invoice.status == Invoice.Status.PAID
    return settings.sync_invoices and (settings.when_to_sync == WhenToSync.ON_SEND or paid)


def _queued_once(connection: Connection) -> set[int]:
    events = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE)
    return set(events.values_list("record_id", flat=True))


def _documents(ids: Iterable[int]) -> list[InvoiceDocument]:
    return [document for chunk in in_chunks(list(ids)) for document in load_invoices(chunk).values()]


def _numbered_there(connection: Connection, documents: Iterable[InvoiceDocument], links: dict[int, Link]) -> set[int]:
    """Invoices sent without a number while "Run a Call IDs in QBO" was off: QuickBooks assigned their numbers."""
    suspects = [
        document.id
        for document in documents
        if document.id in links and links[document.id].doc_number not in ("", document.number)
    ]
    created, numbered = set[int](), set[int]()
    for ids in in_chunks(suspects):
        events = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE, record_id__in=ids)
        submissions = Submission.objects.filter(attempts__event__in=events).distinct().order_by("pk")
        for item in chain.from_iterable(submissions.values_list("items", flat=True)):
            if item["record_type"] == EntityType.INVOICE:
                # An update or a void leaves the number out: that says nothing of who gave it.
                created |= {item["record_id"]} if item["operation"] == "create" else set()
                numbered |= {item["record_id"]} if item["number"] else set()
    return set(suspects) & created - numbered


def in_chunks(ids: Sequence[int]) -> Iterator[Sequence[int]]:
    """A few hundred at a time, because databases limit the number of values in a statement."""
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))

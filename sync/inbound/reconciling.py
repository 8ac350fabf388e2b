"""Checks in a company's books whether every invoice that should be there is, once and to the cent."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from itertools import chain
from typing import Any, TypeVar

from django.conf import settings
from django.db.models import QuerySet

from qbo.connection.limiter import pause_asked_for
from qbo.connection.queries import ReadFailed, read_pages, read_where_in
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NotNow, Sleep, Visit, visit
from qbo.failures import Failure, FailureKind
from qbo.json_objects import Row
from qbo.mapping.base import Base, reference
from qbo.mapping.comparing import Comparison, Wanted, WantedPayment, compare, compare_payments
from qbo.mapping.loading import load_company
from qbo.mapping.payloads import rounding_allowed
from qbo.models import Connection, ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from runacall import clock
from runacall.chunks import in_chunks
from runacall.invoices.document_loading import load_invoices, load_payments
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from runacall.invoices.models import Invoice, Payment, PaymentApplication
from runacall.invoices.money import ZERO
from sync.inbound.shelf import Shelf
from sync.models import Submission, SyncEvent
from sync.models.events import EntityType

AT_ONCE = 500
TRIES = 5
# Seconds to wait for a process that is sending.
PATIENCE = 200.0
Now = Callable[[], datetime]
# How many rows of an entity were read so far.
Told = Callable[[str, int], None]
Expected = TypeVar("Expected", Wanted, WantedPayment)


class CannotRead(Exception):
    """The books could not be read; its text says why."""


def reconcile(
    connection: Connection,
    *,
    now: Now = clock.now,
    since: date | None = None,
    sleep: Sleep = time.sleep,
    told: Told = lambda entity, count: None,
) -> Comparison:
    """Compare every invoice that should be in the books (dated from `since`) with all that are. Raises CannotRead.

    `told`: is told how many rows were read so far.
    """
    found = Comparison()
    for some in comparisons(connection, now=now, since=since, sleep=sleep, told=told):
        found.add(some)
    return found


def comparisons(
    connection: Connection,
    *,
    now: Now = clock.now,
    since: date | None = None,
    sleep: Sleep = time.sleep,
    told: Told = lambda entity, count: None,
) -> Iterator[Comparison]:
    """As `reconcile`, of a few hundred at a time: however many there are, no more are kept in memory."""
    with Shelf() as shelf:
        # Before the books are read: what is sent meanwhile is not missing there.
        shelf.expect("Invoice", in_chunks(wanted_invoices(connection, since=since), AT_ONCE))
        has_payments = shelf.expect("Payment", in_chunks(wanted_payments(connection, since=since), AT_ONCE))
        entities = ("Invoice", "Payment") if has_payments else ("Invoice",)
        unread = read_books(connection, shelf, entities=entities, now=now, sleep=sleep, told=told)
        for invoices in shelf.expected("Invoice"):
            marks = [(one.invoice.organization_id, one.invoice.id) for one in invoices]
            rows = shelf.beside("Invoice", marks=marks, numbers=[one.invoice.number for one in invoices])
            invoices = with_customers_sent(connection, EntityType.INVOICE, invoices, rows)
            yield compare(invoices, rows, unread)
        for payments in shelf.expected("Payment"):
            marks = [(one.payment.organization_id, one.payment.id) for one in payments]
            rows = list(shelf.beside("Payment", marks=marks, ids=[one.qbo_id for one in payments]))
            links = Link.objects.of(connection, EntityType.PAYMENT).filter(qbo_id__in={str(row["Id"]) for row in rows})
            linked = dict(links.values_list("qbo_id", "record_id"))
            payments = with_customers_sent(connection, EntityType.PAYMENT, payments, rows)
            yield Comparison(payments=compare_payments(payments, rows, linked))


def read_books(
    connection: Connection,
    shelf: Shelf,
    *,
    entities: Sequence[str] = ("Invoice",),
    now: Now = clock.now,
    sleep: Sleep = time.sleep,
    told: Told = lambda entity, count: None,
) -> dict[str, str]:
    """Put every row of these kinds in the company on the shelf. Gets a usable token first, and waits when QuickBooks
    asks us to.

    A row that QuickBooks itself cannot read is left out; of our invoices, Intuit's words by Id are returned.
    """
    try:
        with visit(connection, patience=PATIENCE, sleep=sleep) as mine:
            unread: dict[str, str] = {}
            for entity in entities:
                _read(mine, entity, shelf, unread, now, told)
            return unread
    except NotNow as error:
        raise CannotRead(str(error)) from error


def _read(mine: Visit, entity: str, shelf: Shelf, broken: dict[str, str], now: Now, told: Told) -> None:
    """After a pause or a failure it goes on with the page that is next."""
    connection, refused, pages, read, tries = mine.connection, None, 0, 0, 0
    skipped: list[ReadFailed] = []
    while tries < TRIES:
        try:
            _renew(connection, at=now(), refused=refused)
            for page in read_pages(mine.client, entity, pace=mine.pace, skipped=skipped, first=pages):
                shelf.put(entity, page)
                pages, tries, refused = pages + 1, 0, None
                told(entity, read := read + len(page))
            if skipped and entity == "Invoice":
                broken |= _read_one_by_one(mine, shelf)
            return
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
        tries += 1
    raise CannotRead(Failure("server_error").message)


def _read_one_by_one(mine: Visit, shelf: Shelf) -> dict[str, str]:
    """Asked for one by one, QuickBooks says which of our invoices it cannot read: Intuit's words by Id."""
    unread: dict[str, ReadFailed] = {}
    for links in by_key(Link.objects.of(mine.connection, EntityType.INVOICE).only("pk", "qbo_id")):
        ids = [link.qbo_id for link in links]
        lost = sorted(set(ids) - shelf.has("Invoice", ids))
        shelf.put("Invoice", read_where_in(mine.client, "Invoice", "Id", lost, pace=mine.pace, unread=unread))
    return {qbo_id: error.failure.intuit_words for qbo_id, error in unread.items()}


def _renew(connection: Connection, *, at: datetime, refused: str | None) -> None:
    failure = refresh_tokens(connection, at=at, refused=refused)
    if failure is not None:
        raise CannotRead(failure.message)


def wanted_invoices(
    connection: Connection, *, since: date | None = None, among: QuerySet[Invoice] | None = None
) -> Iterator[Wanted]:
    """What should be there by the shop's settings: sent or paid invoices; void ones in case they were sent before.

    `among`: only of these. A few hundred are in memory at a time.
    """
    settings = ConnectionSettings.objects.get(connection=connection)
    company = load_company(connection)
    for some in by_key(_sent(connection, since, among)):
        ids = [invoice.pk for invoice in some]
        rows = Link.objects.of(connection, EntityType.INVOICE).for_records(ids)
        links = {link.record_id: link for link in rows.defer("base", "theirs")}
        known = set(links) | _queued_once(connection, ids)
        chosen = [invoice.pk for invoice in some if _is_wanted(invoice, settings, known)]
        documents = sorted(load_invoices(chosen).values(), key=lambda document: document.id)
        customers = _customers(connection, documents)
        numbered_there = _numbered_there(connection, documents, links) if settings.send_numbers else set()
        for document in documents:
            link = links.get(document.id)
            yield Wanted(
                document,
                number=document.number if settings.send_numbers and document.id not in numbered_there else "",
                customer_id=customers.get(document.customer.id, ""),
                qbo_id=link.qbo_id if link else "",
                accepted=bool(link and link.accepted_at),
                rounding=ZERO if settings.stop_on_rounding else rounding_allowed(document, company),
                currency=connection.organization.currency,
            )


def wanted_payments(
    connection: Connection, *, since: date | None = None, among: QuerySet[Payment] | None = None
) -> Iterator[WantedPayment]:
    """The payments that are there or were to be sent; of void invoices they are the customer's credit.

    `among`: only of these. A few hundred are in memory at a time.
    """
    every = Payment.objects.for_organization(connection.organization)
    for some in by_key(every if among is None else every & among):
        ids = [payment.pk for payment in some]
        rows = Link.objects.of(connection, EntityType.PAYMENT).for_records(ids)
        links = {link.record_id: link for link in rows.defer("base", "theirs")}
        events = SyncEvent.objects.of(connection).filter(record_type=EntityType.PAYMENT, record_id__in=ids)
        known = sorted(set(links) | set(events.values_list("record_id", flat=True)))
        documents = load_payments(known)
        customers = _customers(connection, documents.values())
        paid: dict[int, list[int]] = {}
        # Of void invoices too: a payment that is still applied to one differs.
        for payment_id, invoice_id in PaymentApplication.objects.filter(payment__in=known).values_list(
            "payment", "invoice"
        ):
            paid.setdefault(payment_id, []).append(invoice_id)
        there = Link.objects.of(connection, EntityType.INVOICE).for_records({pk for ids in paid.values() for pk in ids})
        invoices = dict(there.values_list("record_id", "qbo_id"))
        for pk in known:
            payment, link = documents[pk], links.get(pk)
            if since and payment.received_date < since:
                continue
            yield WantedPayment(
                payment,
                qbo_id=link.qbo_id if link else "",
                customer_id=customers.get(payment.customer.id, ""),
                invoices={one: invoices[one] for one in paid.get(pk, ()) if one in invoices},
                accepted=bool(link and link.accepted_at),
            )


def _customers(connection: Connection, documents: Iterable[InvoiceDocument | PaymentDocument]) -> dict[int, str]:
    """The Id of each one's customer there."""
    links = Link.objects.of(connection, EntityType.CUSTOMER).for_records({one.customer.id for one in documents})
    return dict(links.values_list("record_id", "qbo_id"))


def with_customers_sent(
    connection: Connection, record_type: EntityType, some: Sequence[Expected], rows: Iterable[Row]
) -> list[Expected]:
    """The same; where the row has another customer than it would be sent with now, with the one it was sent with."""
    there = {str(row["Id"]): reference(row, "CustomerRef") for row in rows}
    unsure = [
        one.qbo_id for one in some if one.customer_id != there.get(one.qbo_id, one.customer_id) and one.customer_id
    ]
    links = Link.objects.of(connection, record_type).filter(qbo_id__in=unsure) if unsure else Link.objects.none()
    bases = {link.qbo_id: Base.from_text(link.base) for link in links.only("qbo_id", "base")}
    # What we said, not what stood there after our last write: she may have moved it before, and ours left it there.
    sent = {
        qbo_id: str(base.said.get("customer_ref") or reference(base.row, "CustomerRef"))
        for qbo_id, base in bases.items()
        if base is not None
    }
    return [replace(one, customer_sent=sent[one.qbo_id]) if one.qbo_id in sent else one for one in some]


def _sent(connection: Connection, since: date | None, among: QuerySet[Invoice] | None) -> QuerySet[Invoice]:
    invoices = Invoice.objects.for_organization(connection.organization).sent()
    if since:
        invoices = invoices.filter(invoice_date__gte=since)
    if among is not None:
        invoices &= among
    return invoices.only("pk", "status")


def by_key(rows: QuerySet[Any]) -> Iterator[list[Any]]:
    """All rows, a few hundred at a time, by primary key: without an open cursor, however long that takes."""
    last = 0
    while some := list(rows.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        yield some
        last = some[-1].pk


def _is_wanted(invoice: Invoice, settings: ConnectionSettings, known: set[int]) -> bool:
    """An invoice that was sent once has to be kept up to date, whatever the settings say now."""
    if invoice.pk in known or invoice.status == Invoice.Status.VOID:
        return True
    paid = invoice.status == Invoice.Status.PAID
    return settings.sync_invoices and (settings.when_to_sync == WhenToSync.ON_SEND or paid)


def _queued_once(connection: Connection, ids: Sequence[int]) -> set[int]:
    events = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE, record_id__in=ids)
    return set(events.values_list("record_id", flat=True))


def _numbered_there(connection: Connection, documents: Iterable[InvoiceDocument], links: dict[int, Link]) -> set[int]:
    """Invoices sent without a number while "Run a Call IDs in QBO" was off: QuickBooks assigned their numbers."""
    suspects = [
        document.id
        for document in documents
        if document.id in links and links[document.id].doc_number not in ("", document.number)
    ]
    created, numbered = set[int](), set[int]()
    for ids in in_chunks(suspects, AT_ONCE):
        events = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE, record_id__in=ids)
        submissions = Submission.objects.filter(attempts__event__in=events).distinct().order_by("pk")
        for item in chain.from_iterable(submissions.values_list("items", flat=True)):
            if item["record_type"] == EntityType.INVOICE:
                # An update or a void leaves the number out: that says nothing of who gave it.
                created |= {item["record_id"]} if item["operation"] == "create" else set()
                numbered |= {item["record_id"]} if item["number"] else set()
    return set(suspects) & created - numbered

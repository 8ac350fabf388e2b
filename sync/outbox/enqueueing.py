"""From a change of a record to its open sync event, and opening events for what was sent before the connection."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef, QuerySet

from qbo.mapping.loose_ends import may_have_no_link
from qbo.models import Connection, ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from runacall.invoices.document_loading import customer_document, item_document
from runacall.invoices.documents import CustomerDocument, ItemDocument
from runacall.invoices.models import Customer, Invoice, Payment, PaymentApplication, PricebookItem
from runacall.looked_up import there_is_no
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import IN_FLIGHT, NO_FAILURE, RANK_OF_UNDOING, RANKS, UNSENT, Direction, EntityType

AT_ONCE = 500
# How many of the invoices that a payment pays are in its name in the log.
NAMED = 4
# An event in one of these asks for nothing any more.
CLOSED = (State.SYNCED, State.SUPERSEDED)


@dataclass(frozen=True)
class RecordName:
    """The name of a record in the log."""

    record_type: EntityType
    record_id: int
    label: str
    # When it is sent among the others: the lower ones first.
    rank: int
    party: str = ""
    amount: Decimal | None = None

    @property
    def key(self) -> str:
        """As events name the record whose failure they share."""
        return f"{self.record_type}:{self.record_id}"


def invoice_name(invoice: Invoice) -> RecordName:
    return RecordName(
        EntityType.INVOICE,
        invoice.pk,
        f"Invoice #{invoice.number}",
        RANK_OF_UNDOING if invoice.status == Invoice.Status.VOID else RANKS[EntityType.INVOICE],
        party=invoice.customer.display_name,
        amount=invoice.total,
    )


def payment_name(payment: Payment) -> RecordName:
    invoices = sorted(payment.invoices.all(), key=lambda invoice: invoice.pk)
    numbers = ", ".join(f"#{invoice.number}" for invoice in invoices[:NAMED])
    numbers += f" and {len(invoices) - NAMED} more" if len(invoices) > NAMED else ""
    return RecordName(
        EntityType.PAYMENT,
        payment.pk,
        f"Payment on {numbers}" if numbers else f"Payment of {payment.received_date:%Y-%m-%d}",
        RANKS[EntityType.PAYMENT],
        party=payment.customer.display_name,
        amount=payment.amount,
    )


def customer_name(customer: Customer | CustomerDocument) -> RecordName:
    return RecordName(EntityType.CUSTOMER, customer.id, f"Customer {customer.display_name}", RANKS[EntityType.CUSTOMER])


def item_name(item: PricebookItem | ItemDocument) -> RecordName:
    return RecordName(EntityType.ITEM, item.id, f"Item {item.name}", RANKS[EntityType.ITEM])


def enqueue_invoice(connection: Connection, invoice: Invoice, *, at: datetime) -> bool:
    """Open or join the invoice's event if the change concerns QuickBooks; True if it concerns the connected company.

    If an earlier company has the invoice, an event for that company is opened too; it waits until that company is
    connected.
    """
    name = invoice_name(invoice)
    holders = _companies_that_have_it(connection, name)
    for realm_id in holders - {connection.realm_id}:
        open_event(connection, name, at=at, realm_id=realm_id)
    settings = ConnectionSettings.objects.filter(connection=connection).first()
    if settings is None:
        return False
    # Of one that is there, or of which an event is open, every change concerns QuickBooks.
    rows = SyncEvent.objects.of(connection).of_record(name.record_type, name.record_id)
    states = set(rows.values_list("state", flat=True))
    is_there = connection.realm_id in holders
    if not (is_there or _should_send(settings, invoice) or states - set(CLOSED)):
        return False
    open_event(connection, name, at=at, is_first=not states)
    is_new = not (is_there or states)
    if (is_new and invoice.amount_paid) or invoice.status == Invoice.Status.VOID:
        # What was paid before it went goes with it; what paid a void one is taken off it first.
        for payment in invoice.payments.select_related("customer"):
            enqueue_payment(connection, payment, at=at, settings=settings)
    return True


def _should_send(settings: ConnectionSettings, invoice: Invoice) -> bool:
    """On send: when it is no longer a draft. On payment: when it is paid. Nothing dated before the start date."""
    if not settings.sync_invoices or invoice.deleted_at:
        return False
    if invoice.status in (Invoice.Status.DRAFT, Invoice.Status.VOID):
        return False
    if settings.start_date and invoice.invoice_date < settings.start_date:
        return False
    return settings.when_to_sync == WhenToSync.ON_SEND or invoice.status == Invoice.Status.PAID


def enqueue_payment(
    connection: Connection, payment: Payment, *, at: datetime, settings: ConnectionSettings | None = None
) -> bool:
    """Open or join the payment's event if the change concerns QuickBooks; True if it concerns the connected company.

    A new payment goes while Sync payments is on, once each invoice that it pays is in QuickBooks or on its way there;
    to an earlier company as well, once that one is connected.
    """
    name = payment_name(payment)
    holders = _companies_that_have_it(connection, name)
    for realm_id in holders - {connection.realm_id}:
        open_event(connection, name, at=at, realm_id=realm_id)
    settings = settings or ConnectionSettings.objects.filter(connection=connection).first()
    if settings is None:
        return False
    rows = SyncEvent.objects.of(connection).of_record(name.record_type, name.record_id)
    if not (connection.realm_id in holders or rows.exclude(state__in=CLOSED).exists()):
        companies = _companies_for(connection, settings, payment)
        for realm_id in companies - holders - {connection.realm_id}:
            open_event(connection, name, at=at, realm_id=realm_id)
        if connection.realm_id not in companies:
            return False
    open_event(connection, name, at=at)
    return True


def _companies_for(connection: Connection, settings: ConnectionSettings, payment: Payment) -> set[str]:
    """The realm IDs of those that a new payment goes to: the connected one, and earlier ones with all that it pays."""
    if not (settings.sync_invoices and settings.sync_payments) or payment.is_void:
        return set()
    paid = list(payment.invoices.all())
    # Nothing is owed of a void one any more.
    invoices = {invoice.pk: invoice for invoice in paid if invoice.status != Invoice.Status.VOID}
    if paid and not invoices:
        return set()
    if not invoices and settings.start_date:
        return {connection.realm_id} if payment.received_date >= settings.start_date else set()
    known = _known_by_company(connection, invoices)
    here = known.get(connection.realm_id, set())
    goes = all(pk in here or _should_send(settings, invoice) for pk, invoice in invoices.items())
    earlier = {realm_id for realm_id, there in known.items() if invoices and there == invoices.keys()}
    return earlier | {connection.realm_id} if goes else earlier - {connection.realm_id}


def _known_by_company(connection: Connection, invoice_ids: Collection[int]) -> Mapping[str, set[int]]:
    """By realm ID, which of these invoices are in that company or on their way there."""
    found: dict[str, set[int]] = defaultdict(set)
    of_invoices = {"record_type": EntityType.INVOICE, "record_id__in": invoice_ids}
    events = SyncEvent.objects.filter(connection=connection, **of_invoices)
    known = events.exclude(state__in=(State.SUPERSEDED, State.DISMISSED))
    for rows in (known, Link.objects.filter(**of_invoices).in_any_company(connection)):
        for realm_id, record_id in rows.values_list("realm_id", "record_id"):
            found[realm_id].add(record_id)
    return found


def enqueue_list_record(connection: Connection, record: Customer | PricebookItem, *, at: datetime) -> bool:
    """Open or join an event if the record is in QuickBooks or on its way there. False if it is neither.

    If an earlier company has the record, an event for that company is opened too; it waits until that company is
    connected.
    """
    if isinstance(record, Customer):
        record_type, name = EntityType.CUSTOMER, customer_name(customer_document(record))
    else:
        record_type, name = EntityType.ITEM, item_name(item_document(record))
    choices = ConnectionSettings.objects.filter(connection=connection).first()
    goes = choices is not None and (choices.sync_customer_updates or record_type == EntityType.ITEM)
    if goes:
        for realm_id in _companies_that_have_it(connection, name) - {connection.realm_id}:
            open_event(connection, name, at=at, realm_id=realm_id)
    # A product that is inactive there is there all the same; a customer that is gone is made again when it is needed.
    links = Link.objects.of(connection, record_type).filter(record_id=record.pk)
    is_there = links.exclude(record_type=EntityType.CUSTOMER, active=False).exists()
    # One that is being created may have gone out as it was before.
    rows = SyncEvent.objects.of(connection).of_record(record_type, record.pk)
    if goes and (is_there or rows.filter(state__in=(State.QUEUED, State.FAILED, *IN_FLIGHT)).exists()):
        open_event(connection, name, at=at)
        return True
    return reopen_failed(connection, record_type, record.pk, at=at)


def _companies_that_have_it(connection: Connection, name: RecordName) -> set[str]:
    """The realm IDs of those to which the record is linked: the connected one, and those connected before."""
    links = Link.objects.filter(record_type=name.record_type, record_id=name.record_id).in_any_company(connection)
    return set(links.values_list("realm_id", flat=True))


def reopen_failed(connection: Connection, record_type: str, record_id: int, *, at: datetime) -> bool:
    """An edit queues the record's failed event again; True if there was one."""
    rows = SyncEvent.objects.of(connection).failed().of_record(record_type, record_id)
    return bool(rows.update(**queued_again(at), changed_at=at))


def earlier_invoices(
    connection: Connection,
    *,
    realm_id: str = "",
    start_date: date | None = None,
    settings: ConnectionSettings | None = None,
) -> QuerySet[Invoice]:
    """What the shop sent before it connected and has never been sent to QuickBooks.

    `realm_id` and `start_date`: for a company other than the connected one, from that day on.
    """
    realm_id = realm_id or connection.realm_id
    settings = settings or ConnectionSettings.objects.get(connection=connection)
    start_date = start_date or settings.start_date
    linked = Link.objects.filter(connection=connection, realm_id=realm_id, record_type=EntityType.INVOICE)
    known = SyncEvent.objects.filter(connection=connection, realm_id=realm_id, record_type=EntityType.INVOICE)
    rows = Invoice.objects.for_organization(connection.organization).sent().exclude(status=Invoice.Status.VOID)
    of_state = known
    if realm_id == connection.realm_id:
        of_state = SyncEvent.objects.by_state_of(connection).filter(record_type=EntityType.INVOICE)
    # Most that have no link have failed: these are left out before each of the others is asked for its event.
    some = may_have_no_link(connection, EntityType.INVOICE, realm_id=realm_id, but=of_state.unsent().order_by())
    sent, opened = (one.filter(record_id=OuterRef("pk")) for one in (linked, known))
    if some is None:
        # EXISTS, since PostgreSQL goes through the whole list for each row of a long NOT IN.
        rows = rows.exclude(Exists(sent)).exclude(Exists(opened))
    else:
        rows = rows.filter(there_is_no(sent), there_is_no(opened), pk__in=some)
    if start_date:
        rows = rows.filter(invoice_date__gte=start_date)
    if settings.when_to_sync == WhenToSync.ON_PAYMENT:
        rows = rows.filter(status=Invoice.Status.PAID)
    return rows.select_related("customer").order_by("invoice_date", "pk")


def enqueue_earlier(connection: Connection, *, at: datetime, action: ActionRecord | None = None) -> int:
    """Open an event for each of them, and for their payments if these are sent; returns how many invoices.

    `action`: the person's action that sends them.
    """
    with transaction.atomic():
        invoices = earlier_invoices(connection).iterator(chunk_size=AT_ONCE)
        count = open_events(connection, map(invoice_name, invoices), at=at, action=action)
        if count and ConnectionSettings.objects.get(connection=connection).sync_payments:
            opened = SyncEvent.objects.of(connection).filter(record_type=EntityType.INVOICE, opened_at=at)
            paid = Invoice.objects.filter(pk__in=opened.values("record_id"))
            payments = payments_of(connection, paid).iterator(chunk_size=AT_ONCE)
            open_events(connection, map(payment_name, payments), at=at)
        return count


def payments_of(connection: Connection, invoices: QuerySet[Invoice] | None = None) -> QuerySet[Payment]:
    """The payments that have never been sent to QuickBooks and that pay one of these invoices, and no other that is not
    there; without `invoices`, those that pay only invoices that are there.
    """
    # EXISTS, since PostgreSQL goes through the whole list for each row of a long NOT IN.
    sent = Link.objects.of(connection, EntityType.PAYMENT).filter(record_id=OuterRef("pk"))
    known = SyncEvent.objects.of(connection).of_record(EntityType.PAYMENT, OuterRef("pk"))
    rows = Payment.objects.for_organization(connection.organization).standing()
    some = may_have_no_link(connection, EntityType.PAYMENT)
    rows = rows if some is None else rows.filter(pk__in=some)
    rows = rows.exclude(Exists(sent)).exclude(Exists(known))
    paid = PaymentApplication.objects.filter(payment=OuterRef("pk")).exclude(invoice__status=Invoice.Status.VOID)
    there = Link.objects.of(connection, EntityType.INVOICE).filter(record_id=OuterRef("invoice"))
    elsewhere = paid.exclude(Exists(there))
    if invoices is not None:
        ids = invoices.order_by().values("pk")
        rows, elsewhere = rows.filter(Exists(paid.filter(invoice__in=ids))), elsewhere.exclude(invoice__in=ids)
    else:
        rows = rows.filter(Exists(paid))
    rows = rows.filter(~Exists(elsewhere))
    return rows.select_related("customer").prefetch_related("invoices").order_by("received_date", "pk")


def enqueue_earlier_payments(connection: Connection, *, at: datetime, action: ActionRecord | None = None) -> int:
    """Open an event for each payment of an invoice in QuickBooks that was never sent; returns how many."""
    with transaction.atomic():
        payments = payments_of(connection).iterator(chunk_size=AT_ONCE)
        return open_events(connection, map(payment_name, payments), at=at, action=action)


def open_event(
    connection: Connection, name: RecordName, *, at: datetime, realm_id: str = "", is_first: bool = False
) -> None:
    """Have the record sent to the company, as it is at the time of sending.

    `realm_id`: the company, if it is not the connected one; the event waits until it is connected. `is_first`: the
    caller has just seen that the record has no event yet.
    Joins the record's queued or failed event, which starts its retries again; while one is being sent, another is
    opened. Dismissing closes one event: later changes of a record that is in QuickBooks are still sent, and a record
    that was never there stays out.
    """
    realm_id = realm_id or connection.realm_id
    rows = SyncEvent.objects.filter(connection=connection, realm_id=realm_id)
    rows = rows.filter(record_type=name.record_type, record_id=name.record_id)
    for _ in range(2):
        if not is_first and rows.filter(state__in=UNSENT).update(**names(name), **queued_again(at), changed_at=at):
            return
        if not is_first and rows.filter(state=State.DISMISSED).exists():
            there = Link.objects.filter(connection=connection, realm_id=realm_id, record_type=name.record_type)
            if not there.filter(record_id=name.record_id).exists():
                return
        try:
            with transaction.atomic():
                _new(connection, realm_id, name, at).save(force_insert=True)
        except IntegrityError:
            is_first = False  # another process opened it in the meantime: join that one
        else:
            return


def open_events(
    connection: Connection, names: Iterable[RecordName], *, at: datetime, action: ActionRecord | None = None
) -> int:
    """As `open_event`, for many records without an event; returns how many. An event that another process opens in
    the meantime stays.

    `action`: the person's action that opens them.
    """
    count, rest = 0, iter(names)
    while chunk := [_new(connection, connection.realm_id, name, at, action) for name in islice(rest, AT_ONCE)]:
        SyncEvent.objects.bulk_create(chunk, ignore_conflicts=True)
        count += len(chunk)
    return count


def _new(
    connection: Connection, realm_id: str, name: RecordName, at: datetime, action: ActionRecord | None = None
) -> SyncEvent:
    return SyncEvent(
        action=action,
        organization_id=connection.organization_id,
        connection=connection,
        realm_id=realm_id,
        record_type=name.record_type,
        record_id=name.record_id,
        opened_at=at,
        changed_at=at,
        due_at=at,
        **names(name),
    )


def names(name: RecordName) -> dict[str, object]:
    return {"label": name.label[:200], "party": name.party[:300], "amount": name.amount, "rank": name.rank}


def queued_again(at: datetime) -> dict[str, object]:
    """The columns of an event that is due now, to be sent, with all its retries left."""
    unused = {"retries": 0, "heals": 0, "reason": "", "action": None, "direction": Direction.OUT}
    return {"state": State.QUEUED, "due_at": at, **unused, **NO_FAILURE}

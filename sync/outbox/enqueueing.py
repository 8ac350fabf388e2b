"""Which changes concern QuickBooks at all, and opening events for what was sent before the connection."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from qbo.models import Connection, ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from runacall.invoices.models import Invoice
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.outbox.opening import AT_ONCE, afresh, open_event, open_events
from sync.outbox.record_names import invoice_name


def enqueue_invoice(connection: Connection, invoice: Invoice, *, at: datetime) -> bool:
    """Open or join the invoice's event where QuickBooks is concerned; True where it is."""
    settings = ConnectionSettings.objects.filter(connection=connection).first()
    if settings is None or not settings.sync_invoices:
        return False
    if not (_wants(settings, invoice) or _is_known(connection, invoice)):
        return False
    open_event(connection, invoice_name(invoice), at=at)
    return True


def _wants(settings: ConnectionSettings, invoice: Invoice) -> bool:
    """On send: as soon as it is no draft. On payment: once it is paid."""
    if invoice.deleted_at or invoice.status in (Invoice.Status.DRAFT, Invoice.Status.VOID):
        return False
    return settings.when_to_sync == WhenToSync.ON_SEND or invoice.status == Invoice.Status.PAID


def _is_known(connection: Connection, invoice: Invoice) -> bool:
    """It is in QuickBooks, or an event of it is open: then every change concerns QuickBooks."""
    if Link.objects.of(connection, EntityType.INVOICE).filter(record_id=invoice.pk).exists():
        return True
    rows = SyncEvent.objects.filter(connection=connection).of_record(EntityType.INVOICE, invoice.pk)
    return rows.exclude(state__in=(State.SYNCED, State.SUPERSEDED)).exists()


def reopen_failed(connection: Connection, record_type: str, record_id: int, *, at: datetime) -> bool:
    """An edit re-queues the record's failed event; True where there was one."""
    rows = SyncEvent.objects.failed().filter(connection=connection).of_record(record_type, record_id)
    return bool(rows.update(**afresh(at), changed_at=at))


def earlier_invoices(connection: Connection) -> QuerySet[Invoice]:
    """What the shop sent before it connected and QuickBooks has never heard of."""
    settings = ConnectionSettings.objects.get(connection=connection)
    linked = Link.objects.of(connection, EntityType.INVOICE).values("record_id")
    known = SyncEvent.objects.filter(connection=connection, record_type=EntityType.INVOICE).values("record_id")
    rows = Invoice.objects.for_organization(connection.organization).sent()
    rows = rows.exclude(status=Invoice.Status.VOID).exclude(pk__in=linked).exclude(pk__in=known)
    if settings.when_to_sync == WhenToSync.ON_PAYMENT:
        rows = rows.filter(status=Invoice.Status.PAID)
    return rows.select_related("customer").order_by("invoice_date", "pk")


def enqueue_earlier(connection: Connection, *, at: datetime) -> int:
    """Open an event for each of them; how many."""
    with transaction.atomic():
        invoices = earlier_invoices(connection).iterator(chunk_size=AT_ONCE)
        return open_events(connection, map(invoice_name, invoices), at=at)

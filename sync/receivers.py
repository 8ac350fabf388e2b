"""Listens to the lower apps: changed records open events, a working connection releases its queue."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django_q.models import Schedule

from qbo.models import Connection, Lease, ListState
from qbo.signals import connection_changed, list_read
from runacall.invoices.models import Customer, Invoice, PricebookItem
from runacall.invoices.signals import record_changed
from sync.engine.recording import close_connection_failure
from sync.outbox.enqueueing import enqueue_invoice, enqueue_list_record
from sync.outbox.lists import note_list
from sync.worker.schedules import ensure_schedules
from sync.worker.wake import wake


@receiver(record_changed, sender=Invoice, dispatch_uid="sync.invoice_changed")
def invoice_changed(sender: type[Invoice], record: Invoice, at: datetime, **_: Any) -> None:
    connection = _connection(record.organization_id)
    if connection and enqueue_invoice(connection, record, at=at):
        wake(connection)


@receiver(record_changed, sender=Customer, dispatch_uid="sync.customer_changed")
@receiver(record_changed, sender=PricebookItem, dispatch_uid="sync.item_changed")
def list_record_changed(sender: type, record: Customer | PricebookItem, at: datetime, **_: Any) -> None:
    """A change of what is in QuickBooks goes there; it may also be the very thing that a failed event waited for."""
    connection = _connection(record.organization_id)
    if connection and enqueue_list_record(connection, record, at=at):
        wake(connection)


@receiver(connection_changed, dispatch_uid="sync.connection_changed")
def connection_has_changed(sender: type, connection: Connection, at: datetime, **_: Any) -> None:
    """Reconnecting clears the one row that stood for the pause and releases the queue.

    A drain that is under way over what was before, perhaps another company, ends.
    """
    if connection.is_live or connection.status == Connection.Status.DISCONNECTED:
        Lease.overtake(connection)
    if connection.is_live:
        close_connection_failure(connection, at=at)
        wake(connection)


@receiver(list_read, dispatch_uid="sync.list_read")
def list_was_read(sender: type, connection: Connection, state: ListState, at: datetime, **_: Any) -> None:
    if note_list(connection, state, at=at):
        wake(connection)


@receiver(post_migrate, dispatch_uid="sync.schedules")
def schedules_exist(sender: Any, using: str, **_: Any) -> None:
    """After a partial migration django-q's table may not be there yet; the next one makes them."""
    if (
        getattr(sender, "name", "") == "sync"
        and Schedule._meta.db_table in connections[using].introspection.table_names()
    ):
        ensure_schedules()


def _connection(organization_id: int) -> Connection | None:
    return Connection.objects.filter(organization_id=organization_id).first()

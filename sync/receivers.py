"""Listens to the other apps: changed records open events, a working connection releases its queue."""

from __future__ import annotations

import gc
from datetime import date, datetime

from django.contrib.auth.models import User
from django.db import connections
from django.db.models.signals import post_migrate
from django.dispatch import receiver
from django_q.models import Schedule
from django_q.signals import post_spawn

from qbo.failures import Failure
from qbo.mapping.prices import forget_comparison
from qbo.models import Connection, Lease, ListState
from qbo.models.connection import OTHER_COMPANY
from qbo.signals import company_chosen, connection_changed, list_read
from runacall import stopping
from runacall.invoices.models import Customer, Invoice, Payment, PricebookItem
from runacall.invoices.signals import record_changed
from runacall.isolation import isolated
from sync.engine.pausing import close_connection_failure, open_connection_failure
from sync.models import ActionRecord
from sync.operations.releasing import release_stopped
from sync.outbox.enqueueing import enqueue_earlier, enqueue_invoice, enqueue_list_record, enqueue_payment
from sync.outbox.held import release_held
from sync.outbox.lists import note_list
from sync.worker.cluster import END_DRAIN
from sync.worker.schedules import ensure_schedules
from sync.worker.wake import wake

# So many more objects in a worker before Python looks for cycles among them; some megabytes.
GARBAGE_AT = 50_000


@receiver(post_spawn, dispatch_uid="sync.worker_started")
def worker_started(**_: object) -> None:
    """In each worker of a cluster, when it starts."""
    stopping.heed(END_DRAIN)
    # What was imported stays. A wave makes many objects and hardly a cycle, so looking for cycles can be rare.
    gc.freeze()
    gc.set_threshold(GARBAGE_AT)


@receiver(record_changed, sender=Invoice, dispatch_uid="sync.invoice_changed")
def invoice_changed(sender: type[Invoice], record: Invoice, at: datetime, **_: object) -> None:
    connection = _connection(record.organization_id)
    if connection and enqueue_invoice(connection, record, at=at):
        wake(connection)


@receiver(record_changed, sender=Payment, dispatch_uid="sync.payment_changed")
def payment_changed(sender: type[Payment], record: Payment, at: datetime, **_: object) -> None:
    connection = _connection(record.organization_id)
    if connection and enqueue_payment(connection, record, at=at):
        wake(connection)


@receiver(record_changed, sender=Customer, dispatch_uid="sync.customer_changed")
@receiver(record_changed, sender=PricebookItem, dispatch_uid="sync.item_changed")
def list_record_changed(sender: type, record: Customer | PricebookItem, at: datetime, **_: object) -> None:
    """A change of a record that is in QuickBooks is sent; it may also be the fix that a failed event needs."""
    connection = _connection(record.organization_id)
    if connection and isinstance(record, PricebookItem):
        forget_comparison(connection, record)
    if connection and enqueue_list_record(connection, record, at=at):
        wake(connection)


@receiver(connection_changed, dispatch_uid="sync.connection_changed")
def connection_has_changed(sender: type, connection: Connection, at: datetime, **_: object) -> None:
    """Reconnecting clears the one row that stood for the pause and releases the queue.

    A drain that still runs over the previous connection, perhaps to another company, ends.
    """
    if connection.is_live or connection.is_held or connection.status == Connection.Status.DISCONNECTED:
        Lease.overtake(connection)
    if connection.is_held:
        open_connection_failure(connection, Failure(OTHER_COMPANY), at=at)
    elif connection.is_live:
        close_connection_failure(connection, at=at)
        wake(connection)
    else:
        _restore_row(connection, at=at)


def _restore_row(connection: Connection, *, at: datetime) -> None:
    """If the old company is kept, its row says again what it said before, or clears."""
    if not close_connection_failure(connection, at=at, code=OTHER_COMPANY):
        return
    if connection.pause_code:
        open_connection_failure(connection, Failure(connection.pause_code), at=at)


@receiver(company_chosen, dispatch_uid="sync.company_chosen")
def company_was_chosen(
    sender: type, connection: Connection, start_date: date | None, at: datetime, by: User | None = None, **_: object
) -> None:
    """Queue what a new company gets from its start date on, and record the choice."""
    action = "keep_company" if start_date is None else "use_company"
    ActionRecord.objects.create(
        organization_id=connection.organization_id,
        by=by,
        at=at,
        action=action,
        done=enqueue_earlier(connection, at=at) if start_date else 0,
        reason=f"{connection} ({connection.realm_id})" + (f" from {start_date:%Y-%m-%d}" if start_date else ""),
    )


@receiver(list_read, dispatch_uid="sync.list_read")
def list_was_read(
    sender: type, connection: Connection, state: ListState, at: datetime, changed: bool = False, **_: object
) -> None:
    released = note_list(connection, state, at=at)
    if state.name == "Preferences" and not state.problem:
        released += release_held(connection, at=at)
    if released:
        wake(connection)
    if changed:
        with isolated("Releasing what waited for a list", connection=connection.pk, list=state.name):
            release_stopped(connection, [state.name], at=at)


@receiver(post_migrate, dispatch_uid="sync.schedules")
def schedules_exist(sender: object, using: str, **_: object) -> None:
    """After a partial migration django-q's table may be missing; the next migration creates it."""
    if (
        getattr(sender, "name", "") == "sync"
        and Schedule._meta.db_table in connections[using].introspection.table_names()
    ):
        ensure_schedules()


def _connection(organization_id: int) -> Connection | None:
    # Nothing is sent from here: the tokens stay where they are.
    return Connection.objects.filter(organization_id=organization_id).defer("access_token", "refresh_token").first()

"""Asking for a drain: one django-q2 task a connection. The events themselves are the queue; this is but the call."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django_q.tasks import async_task

from qbo.models import Connection, Lease, ListState
from runacall.isolation import isolated
from sync.models import SyncEvent
from sync.models.events import State


def wake(connection: Connection) -> None:
    """Have a worker drain `connection` as soon as the caller's transaction is committed.

    Not within it: one shop's writers would wait for each other on the row of the lease, and with a drain for ever.
    Should the process die right after its commit, the sweep asks.
    """

    def ask() -> None:  # Django names what fails here, and a partial has no name
        _ask(connection)

    if connection.is_live:
        transaction.on_commit(ask, robust=True)


def _ask(connection: Connection) -> bool:
    """Ask for a drain; False where one is asked for already."""
    Lease.objects.get_or_create(connection=connection)
    now = timezone.now()
    # A wake that led to no drain for this long is taken for lost.
    lost = now - timedelta(seconds=settings.SYNC["WAKE_LOST_AFTER"])
    asleep = Q(woken_at=None) | Q(woken_at__lte=lost)
    if not Lease.objects.filter(asleep, connection=connection).update(woken_at=now):
        return False
    async_task("sync.tasks.drain_connection", connection.pk, group="drain")
    return True


def connections_with_work(*, at: datetime) -> list[Connection]:
    """Live connections with something due and nobody at it, the one that waited longest first."""
    events = SyncEvent.objects.of_connected_companies()
    queued = events.filter(state=State.QUEUED, due_at__lte=at).allowed_out().values("connection")
    checking = events.filter(state=State.CHECKING, due_at__lte=at).values("connection")
    now = timezone.now()
    idle = Q(lease=None) | (
        (Q(lease__expires_at=None) | Q(lease__expires_at__lte=now))
        & (Q(lease__quiet_until=None) | Q(lease__quiet_until__lte=now))
        & (Q(lease__resume_at=None) | Q(lease__resume_at__lte=now))
    )
    # A holder that died in mid-send leaves events behind that are not due but taken.
    left = events.filter(state=State.SENDING).values("connection")
    wanted = ListState.objects.stale(at=at).values("connection")
    # One after the other, each by its own small index: this is asked every second, and the log may be long.
    live = Connection.objects.live().filter(Q(pk__in=queued) | Q(pk__in=checking) | Q(pk__in=left) | Q(pk__in=wanted))
    return list(live.filter(idle).order_by("lease__drained_at", "pk"))


def wake_due() -> int:
    """Ask for a drain of every connection that has work; how many were asked for."""
    asked = 0
    for connection in connections_with_work(at=timezone.now()):
        with isolated("Asking for a drain", connection=connection.pk, organization=connection.organization_id):
            asked += _ask(connection)
    return asked

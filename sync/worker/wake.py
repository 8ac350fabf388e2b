"""Requesting a drain: one django-q2 task per connection.

The events themselves are the queue; a task only starts the work.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from qbo.models import Connection, Lease, ListState
from qbo.models.connection import ConnectionQuerySet
from runacall import clock
from sync.models import SyncEvent
from sync.models.events import State
from sync.worker.broker import queue_many

# Drains that one look asks for. A queue that is longer than this keeps every worker busy until the next look.
WAKES_AT_ONCE = 500


def wake(connection: Connection) -> None:
    """Have a worker drain `connection` as soon as the caller's transaction is committed.

    Not inside it: one shop's writers would wait for each other on the row of the lease, and could deadlock with a
    drain. If the process dies right after its commit, the sweep requests the drain.
    """

    def ask() -> None:  # Django names what fails here, and a partial has no name
        _ask_for([connection.pk], at=clock.now())

    if connection.is_live:
        transaction.on_commit(ask, robust=True)


def wake_if_due(connection: Connection) -> None:
    """As `wake`, if anything is due: for whoever gives up the lease. A drain asked for meanwhile found it taken."""
    if connections_with_work(at=clock.now()).filter(pk=connection.pk).exists():
        wake(connection)


def _ask_for(connections: list[int], *, at: datetime) -> int:
    """Ask for a drain of each of `connections`, at most once each; how many were asked for.

    A fixed number of statements: one UPDATE decides who asks, so that two hosts never ask for the same drain.
    """
    leases = Lease.objects.filter(connection__in=connections)
    asleep = leases.filter(not_woken(at=at))
    asked = asleep.update(woken_at=at)
    if asked < len(connections) and leases.count() < len(connections):
        # A connection gets its lease with its first drain.
        Lease.objects.bulk_create([Lease(connection_id=pk) for pk in connections], ignore_conflicts=True)
        asked += asleep.update(woken_at=at)
    if not asked:
        return 0
    all_ours = asked == len(connections)
    ours = connections if all_ours else leases.filter(woken_at=at).values_list("connection", flat=True)
    return queue_many("sync.tasks.drain_connection", ours, group="drain")


def not_woken(*, at: datetime, prefix: str = "") -> Q:
    """Leases for which no drain was asked for, or so long ago that the request counts as lost."""
    lost = at - timedelta(seconds=settings.SYNC["WAKE_LOST_AFTER"])
    return Q(**{f"{prefix}woken_at": None}) | Q(**{f"{prefix}woken_at__lte": lost})


def connections_with_work(*, at: datetime, but: int = 0) -> ConnectionQuerySet:
    """Live connections with something due that nobody is working on, the one that waited longest first.

    `but`: the id of one that is left out, with all that waits for it.
    """
    events = SyncEvent.objects.of_connected_companies().exclude(connection=but)
    # As a drain claims them: what it would leave alone must not call for the next drain at once.
    queued = events.due(at=at).allowed_out().values("connection")
    checking = events.filter(state=State.CHECKING, due_at__lte=at).values("connection")
    now = clock.now()
    idle = Q(lease=None) | (
        (Q(lease__expires_at=None) | Q(lease__expires_at__lte=now))
        & (Q(lease__quiet_until=None) | Q(lease__quiet_until__lte=now))
        & (Q(lease__resume_at=None) | Q(lease__resume_at__lte=now))
    )
    # A holder that died while sending leaves events that are claimed, not due.
    left = events.filter(state=State.SENDING).values("connection")
    wanted = ListState.objects.stale(at=at).values("connection")
    # One after another, each by its own small index: this runs every second, and the log may be long.
    live = Connection.objects.live().filter(Q(pk__in=queued) | Q(pk__in=checking) | Q(pk__in=left) | Q(pk__in=wanted))
    return live.filter(idle).exclude(pk=but).order_by("lease__drained_at", "pk")


def wake_due() -> int:
    """Ask for a drain of every connection that has work and was not asked for yet; how many were asked for.

    Called every second on every host: the number of queries does not depend on the number of connections, and no
    token is read.
    """
    now = clock.now()
    asleep = Q(lease=None) | not_woken(at=now, prefix="lease__")
    wanted = connections_with_work(at=now).filter(asleep).values_list("pk", flat=True)[:WAKES_AT_ONCE]
    waiting = list(wanted)
    return _ask_for(waiting, at=now) if waiting else 0


# What nothing asks for is read again after this.
A_DAY = timedelta(days=1)


def ask_for_old_lists(*, at: datetime) -> int:
    """Have lists read again that nobody has read for a day, over connections that may call; how many lists.

    The preferences, which have the closing date, every time while something is held until that moves.
    """
    live = Connection.objects.live()
    held = SyncEvent.objects.of_connected_companies().held().values("connection")
    old = ListState.objects.older_than(A_DAY, at=at).filter(connection__in=live).update(wanted_at=at)
    watched = ListState.objects.filter(name="Preferences", connection__in=live.filter(pk__in=held))
    return old + watched.filter(Q(wanted_at=None) | Q(wanted_at__lt=at)).update(wanted_at=at)

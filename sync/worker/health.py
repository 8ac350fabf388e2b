"""Whether events are being sent: a long backlog that shrinks is healthy, a short one that does not move is not."""

from __future__ import annotations

import socket
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Exists, Min, OuterRef, Q, QuerySet

from qbo.models import Connection, Lease
from runacall import clock
from sync.models import Heartbeat, State, SyncEvent
from sync.models.events import OVERDUE_AFTER, WAITING

# The sweep runs every minute, and each drain records when it has ended.
SIGNS_OF_LIFE = ("sweep", "drain")
ALIVE_WITHIN = timedelta(minutes=5)
# A drain ends after a minute or two, so in this many minutes several drains have settled no event.
PROGRESS_WITHIN = timedelta(minutes=15)
# What the heartbeat of a host's supervisor is called: this and the host's name.
CLUSTER = "cluster "
# The states in which a drain leaves an event that it settled.
SETTLED = (State.SYNCED, State.FAILED, State.SUPERSEDED)


@dataclass(frozen=True)
class Health:
    """`heartbeat_age` and `oldest_due_age` in seconds, None if there is none; `stalled`: connections, see below.

    `clocks_off`: hosts whose own clock is wrong, see `clocks_off`. It is no problem: they send all the same.
    """

    heartbeat_age: float | None
    oldest_due_age: float | None
    progresses: bool
    stalled: int
    clocks_off: Mapping[str, float] = field(default_factory=dict)

    @property
    def problem(self) -> str:
        """The problem in words, for a person on call; "" if there is none."""
        if self.heartbeat_age is None:
            return "no worker has reported yet"
        if self.heartbeat_age > ALIVE_WITHIN.total_seconds():
            return f"no worker has reported for {self.heartbeat_age:.0f} s"
        is_overdue = self.oldest_due_age is not None and self.oldest_due_age > OVERDUE_AFTER.total_seconds()
        if is_overdue and not self.progresses:
            return f"something has been due for {self.oldest_due_age:.0f} s, and nothing is being sent"
        if self.stalled:
            return f"drains of {self.stalled} connections run but send nothing"
        return ""

    @property
    def as_json(self) -> dict[str, Any]:
        return {
            "ok": not self.problem,
            "problem": self.problem,
            "heartbeat_age_seconds": None if self.heartbeat_age is None else round(self.heartbeat_age),
            "oldest_due_age_seconds": None if self.oldest_due_age is None else round(self.oldest_due_age),
            "progresses": self.progresses,
            "stalled_connections": self.stalled,
            "clocks_off": dict(self.clocks_off),
        }


def queue_health(*, at: datetime) -> Health:
    """In a fixed number of queries, each by an index, however long the log is."""
    beat = Heartbeat.objects.filter(name__in=SIGNS_OF_LIFE).order_by("-at").values_list("at", flat=True).first()
    due = oldest_due(at=at)
    is_overdue = due is not None and at - due > OVERDUE_AFTER
    return Health(
        heartbeat_age=(at - beat).total_seconds() if beat else None,
        oldest_due_age=(at - due).total_seconds() if due else None,
        progresses=not is_overdue or settling(at=at).exists(),
        stalled=stalled(at=at).count() if is_overdue else 0,
        clocks_off=clocks_off(at=at),
    )


def clocks_off(*, at: datetime) -> dict[str, float]:
    """Hosts whose own clock is wrong, by name: seconds by which it is ahead of the database's, negative if behind.

    Of this host, and of those whose `run_cluster` has reported lately.
    """
    alive = Heartbeat.objects.filter(name__startswith=CLUSTER, at__gt=at - ALIVE_WITHIN)
    ahead = {name.removeprefix(CLUSTER): seconds or 0.0 for name, seconds in alive.values_list("name", "host_ahead")}
    ahead[socket.gethostname()] = clock.host_ahead()
    return {host: round(seconds, 1) for host, seconds in sorted(ahead.items()) if abs(seconds) > clock.OFF_BY}


def oldest_due(*, at: datetime) -> datetime | None:
    """When the oldest due event became due; events of a paused connection do not count."""
    waiting = SyncEvent.objects.of_connected_companies().allowed_out()
    waiting = waiting.filter(due_at__lte=at, connection__in=Connection.objects.live())
    # State by state, because each has a small index of its own.
    found = [waiting.filter(state=state).aggregate(first=Min("due_at"))["first"] for state in WAITING]
    return min(filter(None, found), default=None)


def settling(*, at: datetime) -> QuerySet[Lease]:
    """Recently held leases over whose connection something was settled recently."""
    since = at - PROGRESS_WITHIN
    lately = Q(expires_at__gt=at) | Q(drained_at__gt=since)
    return Lease.objects.filter(lately).filter(_settled(since))


def stalled(*, at: datetime) -> QuerySet[Lease]:
    """Leases of connections whose drains do not help: something is overdue, drains run, nothing is settled.

    A connection whose turn has not come yet is not included, nor one that QuickBooks' limits slow down.
    """
    since = at - PROGRESS_WITHIN
    overdue = [
        Exists(
            SyncEvent.objects.allowed_out().filter(
                connection=OuterRef("connection"),
                realm_id=OuterRef("connection__realm_id"),
                state=state,
                due_at__lt=at - OVERDUE_AFTER,
            )
        )
        for state in WAITING
    ]
    waits = Q(quiet_until__gt=at) | Q(resume_at__gt=at) | Q(expires_at__gt=at)
    live = Lease.objects.filter(connection__in=Connection.objects.live(), drained_at__gt=since).exclude(waits)
    return live.filter(overdue[0] | overdue[1]).exclude(_settled(since))


def _settled(since: datetime) -> Exists:
    rows = SyncEvent.objects.filter(
        organization=OuterRef("connection__organization"),
        realm_id=OuterRef("connection__realm_id"),
        state__in=SETTLED,
        changed_at__gt=since,
    )
    return Exists(rows)

"""Draining a connection to the end from a process that may wait, such as a command; a worker may not."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Count, Max

from qbo.models import Connection, ConnectionSettings
from runacall import stopping
from sync.engine.drain import Now, drain
from sync.models import Attempt, State, SyncEvent

# How long to wait for a lease that another process holds, and how many drains may do nothing at all.
BUSY_PAUSE = 1.0
FRUITLESS = 10


@dataclass(frozen=True)
class Drained:
    """The results of the events that were tried, and how many are still due: none, unless it gave up."""

    by_state: dict[str, int] = field(default_factory=dict)
    still_due: int = 0
    paused: bool = False

    @property
    def tried(self) -> int:
        return sum(self.by_state.values())


def drain_to_the_end(
    connection: Connection,
    *,
    now: Now,
    progress: Callable[[int], None] = lambda count: None,
    say: Callable[[str], None] = lambda text: None,
    sleep: Callable[[float], None] = time.sleep,
) -> Drained:
    """Drain until nothing is due at `now()`; waits for limits and for other holders of the lease."""
    first = Attempt.objects.aggregate(last=Max("pk"))["last"] or 0
    fruitless, said_busy = 0, False
    while not stopping.is_asked() and count_due(connection, at=now()) and fruitless < FRUITLESS and connection.is_live:
        result = drain(connection, now=now, progress=progress)
        wait = BUSY_PAUSE if result.busy else result.resume_in
        if result.busy and not said_busy:
            said_busy = True
            say("Another process is sending; waiting for it to finish.")
        elif result.resume_in and result.resume_in > BUSY_PAUSE:
            say(f"Waiting {result.resume_in:.0f} s for QuickBooks' limits.")
        # A busy peer or a limit is a reason to wait; a drain that did nothing for no reason is not.
        fruitless = 0 if result.settled or wait else fruitless + 1
        if wait or not result.settled:
            sleep(wait or BUSY_PAUSE)
        connection.refresh_from_db()
    return Drained(
        by_state=_outcomes(connection, after=first),
        still_due=count_due(connection, at=now()) if connection.is_live else 0,
        paused=not connection.is_live,
    )


def count_due(connection: Connection, *, at: datetime) -> int:
    """Events that a drain at that time has to settle, including those left by a dead holder."""
    events = SyncEvent.objects.of(connection)
    states = (State.QUEUED, State.CHECKING) if ConnectionSettings.may_send(connection) else (State.CHECKING,)
    waiting = events.filter(state__in=states, due_at__lte=at)
    return waiting.count() + events.filter(state=State.SENDING).count()


def _outcomes(connection: Connection, *, after: int) -> dict[str, int]:
    tried = SyncEvent.objects.filter(connection=connection, attempts__pk__gt=after)
    counted = tried.order_by().values_list("state").annotate(events=Count("pk", distinct=True))
    return dict(counted)

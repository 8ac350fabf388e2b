"""What one drain carries with it: its turn at the connection, the time, the retry policy, and how far it is."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings

from qbo.connection.turn import Turn
from qbo.models import Connection, Lease
from sync.models import Attempt, SyncEvent
from sync.retry_policy import Policy


class Stop(Exception):
    """The connection cannot be used any further in this drain."""


def policy() -> Policy:
    return Policy(delays=tuple(settings.SYNC["RETRY_DELAYS"]), throttle_pause=settings.SYNC["THROTTLE_PAUSE"])


@dataclass
class Drain:
    """`now` is the time that events are judged by; leases and limits go by the wall clock."""

    turn: Turn
    now: Callable[[], datetime]
    policy: Policy = field(default_factory=policy)
    began: float = field(default_factory=time.monotonic)
    # How many events this drain settled, and whom it tells.
    settled: int = 0
    # Set once the connection cannot be used any further in this drain.
    stopped: bool = False
    # How many waves of invoices went out.
    invoice_waves: int = 0
    # How often QuickBooks refused a token that looked fresh.
    renewals: int = 0
    progress: Callable[[int], None] = lambda count: None
    # Of the turn: they stay the same for as long as it is held.
    connection: Connection = field(init=False)
    lease: Lease = field(init=False)
    fence: int = field(init=False)

    def __post_init__(self) -> None:
        self.connection, self.lease = self.turn.connection, self.turn.lease
        self.fence = self.lease.fence
        self.batch_size: int = settings.SYNC["BATCH_SIZE"]
        self.in_flight: int = settings.SYNC["BATCHES_IN_FLIGHT"]
        # Seconds after which a call that was made is over, whatever became of it.
        self.answers_within: float = settings.SYNC["HTTP_CONNECT_TIMEOUT"] + settings.SYNC["HTTP_READ_TIMEOUT"]

    @property
    def time_is_up(self) -> bool:
        """No call starts after this."""
        return time.monotonic() - self.began >= settings.SYNC["DRAIN_SECONDS"]

    def pace(self, *, batch: bool = False) -> None:
        """To be called before each request: as `Turn.keep_limits`, and raises Stop once the drain's time is up."""
        if self.time_is_up:
            raise Stop("No call starts any more in this drain.")
        self.turn.keep_limits(batch=batch)

    def attempt(self, event: SyncEvent, kind: str, **facts: Any) -> Attempt:
        """A try of `event` that is being made now; its outcome is set by `Outcome`."""
        return Attempt(event=event, kind=kind, at=self.now(), retry_number=event.retries, **facts)

    def count(self, events: int) -> None:
        self.settled += events
        self.progress(events)

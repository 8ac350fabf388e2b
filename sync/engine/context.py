"""The context of one drain: its turn at the connection, the time, the retry policy, and its progress."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from django.conf import settings

from qbo.connection.limiter import size_of_call
from qbo.connection.turn import Turn
from qbo.models import Connection, Lease
from runacall import clock, stopping, stopwatch
from sync.models import Attempt, Submission, SyncEvent
from sync.retry_policy import Policy


class Stop(Exception):
    """The connection can no longer be used in this drain."""


@dataclass
class Drain:
    """`now` is the time used for events; leases and limits use the database's clock."""

    turn: Turn
    now: Callable[[], datetime]
    began: float = field(default_factory=time.monotonic)
    # How many events this drain settled, and what to call with the count.
    settled: int = 0
    # Set once the connection can no longer be used in this drain.
    stopped: bool = False
    # Whether the shop had a failed event at the last look; without one, none has to be released.
    has_failed: bool = True
    # Of this wave: whether it is all that was due, and how many events of it are Synced.
    claimed_all: bool = False
    synced: int = 0
    # Whether nothing was due at the last look.
    is_empty: bool = False
    # How often this drain has claimed an event, by its id.
    claims: Counter[int] = field(default_factory=Counter)
    # How many waves of invoices were sent.
    invoice_waves: int = 0
    # How often QuickBooks refused a token that looked fresh, since it last took a write.
    renewals: int = 0
    progress: Callable[[int], None] = lambda count: None
    # A read to make while the next write is on its way; its answer is not waited for by anybody.
    meanwhile: Callable[[], None] | None = None
    # Of the turn: they stay the same for as long as it is held.
    connection: Connection = field(init=False)
    lease: Lease = field(init=False)
    fence: int = field(init=False)

    def __post_init__(self) -> None:
        self.connection, self.lease = self.turn.connection, self.turn.lease
        self.fence = self.lease.fence
        self.batch_size: int = settings.SYNC["BATCH_SIZE"]
        # So few writes go each on its own.
        self.alone_at_most: int = settings.SYNC["ALONE_AT_MOST"]
        self.in_flight: int = settings.SYNC["BATCHES_IN_FLIGHT"]
        # Seconds for which a look at numbers counts.
        self.numbers_count_for: float = settings.SYNC["NUMBERS_COUNT_FOR"]
        # Seconds after which a write has been acted on or never will be.
        self.answers_within: float = settings.SYNC["LEAVES_WITHIN"] + settings.SYNC["HTTP_READ_TIMEOUT"]

    @cached_property
    def policy(self) -> Policy:
        return Policy.of(settings.SYNC)

    @property
    def time_is_up(self) -> bool:
        """No call starts after this: the drain has run long enough, or its process is asked to stop."""
        return stopping.is_asked() or time.monotonic() - self.began >= settings.SYNC["DRAIN_SECONDS"]

    def pace(self, *, batch: bool = False) -> None:
        """Call before each request: as `Turn.keep_limits`, but raises Stop once the drain's time is up."""
        if self.time_is_up:
            raise Stop("No more calls start in this drain.")
        self.turn.keep_limits(batch=batch)

    @staticmethod
    def leaves_by() -> float:
        """When, by `stopwatch.seconds`, the bytes of a write that is decided on now have left, or never do.

        Asked before the decision: a process that was suspended after it makes no call that nobody expects any more.
        """
        within: float = settings.SYNC["LEAVES_WITHIN"]
        return stopwatch.seconds() + within

    def may_be_resent(self, submission: Submission) -> bool:
        """Whether QuickBooks is sure to still know its request id."""
        return submission.may_be_resent(at=self.now(), trusted_for=settings.SYNC["REQUEST_ID_TRUSTED_FOR"])

    def next_call(self, waiting: int) -> int:
        """How many of `waiting` writes, at least one, the next call takes along; waits a moment until it may go.

        Raises Stop once the drain's time is up, MustWait if the wait is longer than a moment. The call is counted by
        whoever writes it ahead.
        """
        if self.time_is_up:
            raise Stop("No more calls start in this drain.")
        now = clock.now().timestamp()
        batch_in, alone_in = (self.turn.limiter.delay(now, batch=batch) for batch in (True, False))
        size = size_of_call(
            waiting, batch_size=self.batch_size, alone_at_most=self.alone_at_most, batch_in=batch_in, alone_in=alone_in
        )
        self.turn.wait(batch_in if size > 1 else alone_in)
        return size

    def attempt(self, event: SyncEvent, kind: str, *, at: datetime | None = None, **facts: object) -> Attempt:
        """A new attempt for `event`, made now unless `at` is given; `Outcome` sets its result."""
        return Attempt(event=event, kind=kind, at=at or self.now(), retry_number=event.retries, **facts)

    def count(self, events: int) -> None:
        self.settled += events
        self.progress(events)

"""Intuit's limits for one company, counted from the calls of the last minute; pure, the time is passed in."""

from __future__ import annotations

from dataclasses import dataclass, field

from qbo.failures import Failure

# A little longer than Intuit's windows: calls sent a minute, or a second, apart may arrive closer together.
MINUTE = 60.25
SECOND = 1.1

# A shorter wait, such as for the limit per second, is waited out; for a longer one the worker is released.
SHORT_WAIT = 1.2

# A pause of an hour or more is checked again within the hour.
LONGEST_PAUSE = 3600


def pause_asked_for(failure: Failure, *, default: float) -> float:
    """How many seconds QuickBooks asked us to wait after `failure`; `default` if it names none."""
    return min(failure.retry_after_seconds or default, LONGEST_PAUSE)


@dataclass(frozen=True)
class Limits:
    """The calls that Intuit allows per company (Intuit's page on limits and throttles)."""

    requests_a_minute: int = 500
    requests_a_second: int = 10
    batches_a_minute: int = 40


@dataclass
class Limiter:
    """`calls`: [Unix time, 1 for a batch or 0] of the last minute, as stored in the lease between holders."""

    limits: Limits
    calls: list[list[float]] = field(default_factory=list)

    def delay(self, now: float, *, batch: bool) -> float:
        """Seconds until another call is allowed; 0 if it is allowed now."""
        # Two hosts agree about the time to a few milliseconds: a call recorded a little ahead was made by now anyway.
        self.calls = [[min(at, now), is_batch] for at, is_batch in self.calls if now - MINUTE < at]
        made = [at for at, _ in self.calls]
        waits = [
            _until_room(made, self.limits.requests_a_second, SECOND, now),
            _until_room(made, self.limits.requests_a_minute, MINUTE, now),
        ]
        if batch:
            batches = [at for at, is_batch in self.calls if is_batch]
            waits.append(_until_room(batches, self.limits.batches_a_minute, MINUTE, now))
        return max(waits)

    def soonest(self, now: float) -> float:
        """Seconds until a call of either kind is allowed."""
        return min(self.delay(now, batch=batch) for batch in (True, False))

    def note(self, now: float, *, batch: bool) -> None:
        """Count a call that is made now."""
        self.calls.append([round(now, 3), int(batch)])

    def leaves(self, now: float) -> None:
        """The call that was counted last leaves only now: what came between took time, and Intuit counts arrivals."""
        if self.calls:
            self.calls[-1][0] = round(now, 3)


def _until_room(made: list[float], allowed: int, window: float, now: float) -> float:
    """Seconds until the window contains fewer than `allowed` of the calls `made` (oldest first)."""
    # The call that is `allowed` back from the last has to leave the window before the next may go.
    return max(0.0, made[-allowed] + window - now) if len(made) >= allowed else 0.0


def size_of_call(waiting: int, *, batch_size: int, alone_at_most: int, batch_in: float, alone_in: float) -> int:
    """How many of `waiting` writes (at least one) the next call takes: 1 is a call on its own, more are a batch.

    Intuit counts 40 batches a minute beside 500 requests. So few writes go on their own and leave the batches to who
    has many; many go in batches and, while no batch is allowed, on their own. `batch_in` and `alone_in`: seconds until
    the limits allow a call of each kind; `alone_at_most`: what counts as few, 0 for never.
    """
    if waiting <= alone_at_most:
        alone = alone_in <= SHORT_WAIT or alone_in <= batch_in
    else:
        alone = batch_in > SHORT_WAIT and alone_in < batch_in
    return 1 if alone else min(waiting, batch_size)

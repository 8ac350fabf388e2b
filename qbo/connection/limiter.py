"""Intuit's limits for one company as the calls of the last minute; pure, and handed the time."""

from __future__ import annotations

from dataclasses import dataclass, field

from qbo.failures import Failure

# A little longer than Intuit counts: calls that left a minute, or a second, apart may arrive closer together.
MINUTE = 60.25
SECOND = 1.1

# A promise of an hour or more is looked at within the hour.
LONGEST_PAUSE = 3600


def pause_asked_for(failure: Failure, *, default: float) -> float:
    """Seconds for which QuickBooks wants to be left alone after `failure`; `default` where it names none."""
    return min(failure.retry_after_seconds or default, LONGEST_PAUSE)


@dataclass(frozen=True)
class Limits:
    """Calls that Intuit allows a company (Intuit's page on limits and throttles)."""

    requests_a_minute: int = 500
    requests_a_second: int = 10
    batches_a_minute: int = 40


@dataclass
class Limiter:
    """`calls`: [Unix time, 1 for a batch or 0] of the last minute, as kept in the lease between holders."""

    limits: Limits
    calls: list[list[float]] = field(default_factory=list)

    def delay(self, now: float, *, batch: bool) -> float:
        """Seconds until another call is allowed; 0 when it is allowed now."""
        # What another host noted whose clock is ahead was made by now all the same.
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

    def note(self, now: float, *, batch: bool) -> None:
        """Count a call that is made now."""
        self.calls.append([round(now, 3), int(batch)])


def _until_room(made: list[float], allowed: int, window: float, now: float) -> float:
    """Seconds until the window that ends then holds fewer than `allowed` of the calls `made`, oldest first."""
    return max(0.0, made[-allowed] + window - now) if len(made) >= allowed else 0.0

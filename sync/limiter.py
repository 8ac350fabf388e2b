"""Intuit's limits for one company as a sliding minute of calls; pure, and handed the time."""

from __future__ import annotations

from dataclasses import dataclass, field

WINDOW = 61  # a minute, and one second for the second in which a call is counted
# Calls that left a second apart may arrive a little closer together.
SECOND = 1.1


@dataclass(frozen=True)
class Limits:
    """Calls that Intuit allows a company (Intuit's page on limits and throttles)."""

    requests_a_minute: int = 500
    requests_a_second: int = 10
    batches_a_minute: int = 40


@dataclass
class Limiter:
    """`calls`: [second, requests, batches] of the last minute, as kept in the lease between holders."""

    limits: Limits
    calls: list[list[int]] = field(default_factory=list)
    # When each call of the last moments was made; of an earlier holder's calls only the second is known.
    recent: list[float] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.recent = [call[0] + 1.0 for call in self.calls for _ in range(call[1])]

    def delay(self, now: float, *, batch: bool) -> float:
        """Seconds until another call is allowed; 0 when it is allowed now. `now` is a Unix time."""
        self._forget(now)
        waits = [0.0]
        allowed = self.limits.requests_a_second
        if len(self.recent) >= allowed:
            waits.append(self.recent[-allowed] + SECOND - now)
        waits.append(self._room(now, 1, self.limits.requests_a_minute))
        if batch:
            waits.append(self._room(now, 2, self.limits.batches_a_minute))
        return max(waits)

    def note(self, now: float, *, batch: bool) -> None:
        """Count a call that is made now."""
        second = int(now)
        if not self.calls or self.calls[-1][0] != second:
            self.calls.append([second, 0, 0])
        self.recent.append(now)
        self.calls[-1][1] += 1
        self.calls[-1][2] += batch

    def _forget(self, now: float) -> None:
        self.calls = [call for call in self.calls if now - WINDOW < call[0] <= now]
        self.recent = [at for at in self.recent if now - SECOND < at]

    def _room(self, now: float, column: int, limit: int) -> float:
        """Seconds until the window has room for one more."""
        excess = sum(call[column] for call in self.calls) - limit + 1
        for call in self.calls:
            if excess <= 0:
                return 0.0
            excess -= call[column]
            if excess <= 0:
                return max(0.0, call[0] + WINDOW - now)
        return 0.0

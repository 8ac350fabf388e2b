"""The time of day: the database's clock, which is the same for every host. A host's own clock only measures spans.

Hosts compare times that others have stored: leases, due times, ages of request ids, calls against QuickBooks' limits.
A host whose clock is minutes ahead would take a lease that is still held. On SQLite there is one host, and one clock.
"""

from __future__ import annotations

import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import Error, connection
from django.utils import timezone

from runacall import operators_log, stopwatch

# After so many seconds the database is asked again; until then the time is what it said, and what has passed since.
ASK_AGAIN_AFTER = 30.0
# A host whose own clock differs by more, in seconds, is reported: it still sends, because nothing goes by that clock.
OFF_BY = 5.0


@dataclass(frozen=True)
class Reading:
    """What the database said, and what the stopwatch and this host's own clock said when it was asked."""

    at: datetime
    stopwatch: float
    host_at: datetime

    @classmethod
    def take(cls) -> Reading:
        """Ask the database."""
        began, host_at = stopwatch.seconds(), timezone.now()
        with connection.cursor() as cursor:
            cursor.execute("SELECT clock_timestamp()")
            [at] = cursor.fetchone()
        return cls(at.astimezone(UTC), began, host_at)

    @property
    def host_ahead(self) -> float:
        """Seconds by which this host's own clock is ahead of the database's; negative if it is behind."""
        return (self.host_at - self.at).total_seconds()

    @property
    def age(self) -> float:
        """In seconds."""
        return stopwatch.seconds() - self.stopwatch

    def now(self) -> datetime:
        return self.at + timedelta(seconds=self.age)


_last: Reading | None = None


def now() -> datetime:
    """The time now by the database's clock, in UTC. It runs on within a transaction. May ask the database."""
    if connection.vendor == "sqlite":
        return timezone.now()
    if _last is not None and _last.age <= ASK_AGAIN_AFTER:
        return _last.now()
    try:
        return read().now()
    except Error:
        if _last is None:
            raise
        # The stopwatch alone is right for much longer than an outage lasts.
        return _last.now()


def now_by_stopwatch() -> datetime:
    """As `now`, for threads that must not use the database; its time has been read in this process before."""
    return _last.now() if _last else timezone.now()


def host_ahead() -> float:
    """Seconds by which this host's own clock was ahead of the database's at the last reading; 0 on SQLite.

    May ask the database, once in ASK_AGAIN_AFTER seconds.
    """
    if connection.vendor == "sqlite":
        return 0.0
    now()
    return _last.host_ahead if _last else 0.0


def read() -> Reading:
    """Ask the database for the time now, and report a host whose own clock is wrong."""
    global _last
    _last = Reading.take()
    if abs(_last.host_ahead) > OFF_BY:
        operators_log.warn("clock off", holder=socket.gethostname(), seconds=round(_last.host_ahead, 1))
    return _last

"""What one drain carries with it: its connection, its lease, its clocks and its pace."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.utils import timezone

from qbo.connection.client import Client
from qbo.connection.connecting import client_for
from qbo.connection.limiter import Limiter, Limits
from qbo.models import Connection
from sync.models import Lease
from sync.retry_policy import Policy

# A wait shorter than this is waited out, as that for the limit of a second is; a longer one gives the worker up.
PATIENCE = 1.2


class MustWait(Exception):
    """The limits leave no room for another call before `seconds` have passed."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No call is allowed for another {seconds:.1f} s.")
        self.seconds = seconds


class Stop(Exception):
    """The connection cannot be used any further in this drain."""


def policy() -> Policy:
    return Policy(delays=tuple(settings.SYNC["RETRY_DELAYS"]), throttle_pause=settings.SYNC["THROTTLE_PAUSE"])


def limits() -> Limits:
    return Limits(
        requests_a_minute=settings.SYNC["REQUESTS_A_MINUTE"],
        requests_a_second=settings.SYNC["REQUESTS_A_SECOND"],
        batches_a_minute=settings.SYNC["BATCHES_A_MINUTE"],
    )


@dataclass
class Drain:
    """`now` is the time that events are judged by; leases and limits go by the wall clock."""

    connection: Connection
    lease: Lease
    now: Callable[[], datetime]
    limiter: Limiter
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
    # Open connections to QuickBooks: the one for reads, and those that are lent to writes, one call at a time.
    reader: requests.Session = field(default_factory=requests.Session)
    sessions: deque[requests.Session] = field(default_factory=deque)

    @classmethod
    def over(cls, connection: Connection, lease: Lease, *, now: Callable[[], datetime]) -> Drain:
        return cls(connection, lease, now, Limiter(limits(), list(lease.calls)))

    @property
    def fence(self) -> int:
        return self.lease.fence

    @property
    def time_is_up(self) -> bool:
        """No call starts after this."""
        return time.monotonic() - self.began >= settings.SYNC["DRAIN_SECONDS"]

    @property
    def batch_size(self) -> int:
        return int(settings.SYNC["BATCH_SIZE"])

    @property
    def in_flight(self) -> int:
        return int(settings.SYNC["BATCHES_IN_FLIGHT"])

    @property
    def answers_within(self) -> float:
        """Seconds after which a call that was made is over, whatever became of it."""
        return float(settings.SYNC["HTTP_CONNECT_TIMEOUT"] + settings.SYNC["HTTP_READ_TIMEOUT"])

    def client(self) -> Client:
        """For reads, one after the other."""
        return client_for(self.connection, session=self.reader)

    @contextmanager
    def own_client(self) -> Iterator[Client]:
        """For a write, one of several at a time, from a thread of its own."""
        try:
            session = self.sessions.pop()
        except IndexError:
            session = requests.Session()
        try:
            yield client_for(self.connection, session=session)
        finally:
            self.sessions.append(session)

    def close(self) -> None:
        """Hang up."""
        self.reader.close()
        while self.sessions:
            self.sessions.pop().close()

    def pace(self, *, batch: bool = False) -> None:
        """To be called before each request: as `keep_limits`, and raises Stop once the drain's time is up."""
        if self.time_is_up:
            raise Stop("No call starts any more in this drain.")
        self.keep_limits(batch=batch)

    def keep_limits(self, *, batch: bool = False) -> None:
        """Wait a moment, or raise MustWait; holds on to the lease. Raises LeaseLost."""
        delay = self.limiter.delay(time.time(), batch=batch)
        if delay > PATIENCE:
            raise MustWait(delay)
        if delay:
            time.sleep(delay)
        self.limiter.note(time.time(), batch=batch)
        self.renew()

    def renew(self) -> None:
        self.lease.renew(at=timezone.now(), seconds=settings.SYNC["LEASE_SECONDS"], calls=self.limiter.calls)

    def quiet_for(self) -> float:
        """Seconds for which QuickBooks still wants to be left alone."""
        self.lease.refresh_from_db(fields=["quiet_until"])
        until = self.lease.quiet_until
        return max(0.0, (until - timezone.now()).total_seconds()) if until else 0.0

    def quiet(self, seconds: float) -> None:
        """QuickBooks wants the whole company left alone for `seconds`."""
        self.lease.stay_quiet(until=timezone.now() + timedelta(seconds=seconds))

    def count(self, events: int) -> None:
        self.settled += events
        self.progress(events)

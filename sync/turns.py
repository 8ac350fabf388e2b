"""A turn at a connection for calls from outside the engine: its lease, and the pace of QuickBooks' limits."""

from __future__ import annotations

import os
import socket
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.conf import settings
from django.utils import timezone

from qbo.connection.client import Client
from qbo.connection.queries import ReadFailed
from qbo.failures import FailureKind
from qbo.models import Connection
from qbo.signals import NotNow
from sync.engine.context import Drain, MustWait
from sync.models import Lease
from sync.models.leases import LeaseLost
from sync.retry_policy import wait_seconds

Sleep = Callable[[float], None]
# How often a lease that somebody else holds is asked for, in seconds.
BUSY_PAUSE = 0.5


@dataclass(frozen=True)
class Turn:
    """The right to call, for as long as it lasts. `patience`: seconds that a call may wait for the limits."""

    work: Drain
    patience: float
    sleep: Sleep

    @property
    def client(self) -> Client:
        return self.work.client()

    def pace(self) -> None:
        """To be called before each request. Raises NotNow."""
        while True:
            try:
                return self.work.keep_limits()
            except MustWait as wait:
                if wait.seconds > self.patience:
                    raise NotNow("QuickBooks takes no more calls for a moment.") from wait
                self.sleep(wait.seconds)

    def give_way(self, seconds: float) -> None:
        """QuickBooks asked for a pause: nobody calls before it is over."""
        self.work.quiet(seconds)
        self.sleep(seconds)


@contextmanager
def turn(connection: Connection, *, patience: float = 0, sleep: Sleep = time.sleep) -> Iterator[Turn]:
    """Take the connection's lease, waiting up to `patience` seconds for it. Raises NotNow."""
    lease = _lease(connection, patience, sleep)
    connection.refresh_from_db()
    work = Drain.over(connection, lease, now=timezone.now)
    try:
        _sit_out(work, patience, sleep)
        yield Turn(work, patience, sleep)
    except ReadFailed as error:
        if error.failure.kind is FailureKind.WAIT:
            work.quiet(wait_seconds(error.failure, work.policy))
        raise
    finally:
        with suppress(LeaseLost):
            work.lease.release(at=timezone.now(), calls=work.limiter.calls)
        work.close()


def _lease(connection: Connection, patience: float, sleep: Sleep) -> Lease:
    holder = f"{socket.gethostname()}:{os.getpid()}:{uuid.uuid4().hex[:8]}"
    until = time.monotonic() + patience
    while True:
        seconds = settings.SYNC["LEASE_SECONDS"]
        lease = Lease.acquire(connection, holder=holder, at=timezone.now(), seconds=seconds)
        if lease is not None:
            return lease
        if time.monotonic() >= until:
            raise NotNow("Run a Call is sending to QuickBooks right now.")
        sleep(BUSY_PAUSE)


def _sit_out(work: Drain, patience: float, sleep: Sleep) -> None:
    """A pause that QuickBooks asked for is for all who call."""
    seconds = work.quiet_for()
    if seconds > patience:
        raise NotNow("QuickBooks asked Run a Call to slow down for a moment.")
    if seconds:
        sleep(seconds)

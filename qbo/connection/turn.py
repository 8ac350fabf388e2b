"""A turn at a connection: its lease, the limits, open HTTP sessions. It does not know what is sent.

A drain holds one turn for as long as it runs; a page or a command takes one for a few reads. Because every caller
holds the lease, Intuit's limits are counted once per company, however many hosts there are.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

import requests
from django.conf import settings

from qbo.connection.bounds import leave_session, new_session, take_session
from qbo.connection.client import Client
from qbo.connection.endpoints import endpoints
from qbo.connection.free_numbers import FreeNumbers
from qbo.connection.limiter import SHORT_WAIT, Limiter, Limits, pause_asked_for
from qbo.connection.queries import ReadFailed
from qbo.failures import FailureKind
from qbo.models import Connection, Lease
from qbo.models.leases import NOTHING_MORE, CompanyChanged, LeaseLost, new_holder
from runacall import clock, operators_log
from runacall.isolation import DATABASE_AWAY, connect_again

Sleep = Callable[[float], None]
NOT_CONNECTED = (
    "QuickBooks is not connected. The shop's QuickBooks admin connects it under Settings → QuickBooks → Status."
)
# How often to ask for a lease that another process holds, in seconds.
BUSY_PAUSE = 0.5
# How long to try to release a lease while the database is away, in seconds.
RELEASE_PATIENCE = 30.0


class NotNow(Exception):
    """Nothing is connected, another process is calling the company, or QuickBooks asked for a pause; the text is for
    staff.
    """


class MustWait(Exception):
    """The limits allow no further call for `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"No call is allowed for another {seconds:.1f} s.")
        self.seconds = seconds


def client_for(
    connection: Connection,
    *,
    address: str = "",
    session: requests.Session | None = None,
    until: float | None = None,
    leaves_by: float | None = None,
) -> Client:
    """A client with the connection's current access token; all calls have to end by `until` (time.monotonic).

    `leaves_by`: when, by `stopwatch.seconds`, their bytes have left, or never do.
    """
    return Client(
        base_url=address or endpoints(connection.environment, connection.emulator_url).api,
        realm_id=connection.realm_id,
        access_token=connection.access_token,
        timeout=(settings.SYNC["HTTP_CONNECT_TIMEOUT"], settings.SYNC["HTTP_READ_TIMEOUT"]),
        session=session or new_session(),
        most=settings.SYNC["LARGEST_ANSWER"],
        until=until,
        leaves_by=leaves_by,
    )


@dataclass
class Turn:
    """The right to call QuickBooks over `connection`, while it is held. Leases and limits use the database's clock."""

    connection: Connection
    lease: Lease
    limiter: Limiter
    # The company that the turn is for, even if the connection changes to another one later.
    realm_id: str
    numbers: FreeNumbers
    # What reads go over, one after another.
    reader: requests.Session | None = None

    @classmethod
    def take(cls, connection: Connection, *, also: Mapping[str, Any] = NOTHING_MORE) -> Turn | None:
        """The turn if the lease was free or had expired, otherwise None. Reads the connection again.

        `also`: what else to read with the lease, as annotations of `Turn.lease`.
        """
        turn = cls.take_by_id(connection.pk, also=also)
        if turn is not None:
            # What was loaded before we had the lease may belong to another company.
            connection.become(turn.connection)
            turn.connection = connection
        return turn

    @classmethod
    def take_by_id(cls, connection_id: int, *, also: Mapping[str, Any] = NOTHING_MORE) -> Turn | None:
        """As `take`, with the connection as it is now; None as well if there is no such connection."""
        seconds = settings.SYNC["LEASE_SECONDS"]
        lease = Lease.acquire(connection_id, holder=new_holder(), at=clock.now(), seconds=seconds, also=also)
        if lease is None:
            return None
        connection = lease.connection
        limits = Limits(
            requests_a_minute=settings.SYNC["REQUESTS_A_MINUTE"],
            requests_a_second=settings.SYNC["REQUESTS_A_SECOND"],
            batches_a_minute=settings.SYNC["BATCHES_A_MINUTE"],
        )
        numbers = FreeNumbers.from_json(lease.free_numbers, connection.realm_id)
        return cls(connection, lease, Limiter(limits, _calls_of(lease)), connection.realm_id, numbers)

    @cached_property
    def address(self) -> str:
        """Where the company is called."""
        return endpoints(self.connection.environment, self.connection.emulator_url).api

    def client(self, *, until: float | None = None) -> Client:
        """A client for reads, one after another, which have to end by `until` (time.monotonic).

        Raises CompanyChanged.
        """
        if self.reader is None:
            self.reader = take_session(self.address)
        client = client_for(self.connection, address=self.address, session=self.reader, until=until)
        self.assert_company(client.realm_id)
        return client

    def end_reads(self) -> None:
        """No read is under way: its HTTP connection may carry the next write, which then needs no handshake."""
        if self.reader is not None:
            leave_session(self.address, self.reader)
            self.reader = None

    @contextmanager
    def own_client(self, realm_id: str, *, leaves_by: float) -> Iterator[Client]:
        """A client for a write to `realm_id`, one of several at a time, each in its own thread.

        Nothing leaves after `leaves_by` (`stopwatch.seconds`). Raises CompanyChanged.
        """
        session = take_session(self.address)
        try:
            client = client_for(self.connection, address=self.address, session=session, leaves_by=leaves_by)
            # Check the client that will send: a renewed token may belong to another company.
            self.assert_company(client.realm_id, realm_id)
            yield client
        finally:
            leave_session(self.address, session)

    def assert_company(self, *realm_ids: str) -> None:
        """Check that all of these are the company of this turn. Raises CompanyChanged."""
        others = set(realm_ids) - {self.realm_id}
        if others:
            raise CompanyChanged(f"A turn at company {self.realm_id} met {', '.join(sorted(others))}.")

    def keep_limits(self, *, batch: bool = False) -> None:
        """Call before each request: waits a moment if the limits require it, and renews the lease.

        Raises MustWait if the wait is longer than a moment, LeaseLost if another process has taken over.
        """
        at = clock.now()
        delay = self.limiter.delay(at.timestamp(), batch=batch)
        if delay:
            self.wait(delay)
            at = clock.now()
        self.count_call(at=at, batch=batch)

    def wait(self, delay: float) -> None:
        """Wait the seconds that the limits require. Raises MustWait if that is longer than a moment."""
        if delay > SHORT_WAIT:
            raise MustWait(delay)
        if delay:
            time.sleep(delay)

    def count_call(self, *, at: datetime, batch: bool) -> None:
        """Count a call that is made now, at `at`, and renew the lease. Raises LeaseLost if another process has it.

        Stored before the call, with the numbers that it uses up: whoever takes over after a crash knows of them. Within
        a transaction, the row of the lease is locked until it ends, as by `Lease.assert_held`.
        """
        self.limiter.note(at.timestamp(), batch=batch)
        self.lease.renew(at=at, seconds=settings.SYNC["LEASE_SECONDS"], **self._stored)

    @property
    def _stored(self) -> dict[str, object]:
        """What the next holder of the lease has to know."""
        return {"calls": self.limiter.calls, "free_numbers": self.numbers.as_json}

    def quiet_for(self) -> float:
        """How many more seconds QuickBooks asked us to wait."""
        # As it was when we took the lease, and as we have set it since: nobody else does meanwhile.
        until = self.lease.quiet_until
        return max(0.0, (until - clock.now()).total_seconds()) if until else 0.0

    def leave_alone(self, seconds: float) -> None:
        """Let nobody call the company for `seconds`; of several pauses the longest counts."""
        self.lease.stay_quiet(until=clock.now() + timedelta(seconds=seconds))
        operators_log.warn(
            "left alone",
            organization=self.connection.organization_id,
            connection=self.connection.pk,
            realm=self.connection.realm_id,
            seconds=round(seconds, 1),
        )

    def end(self, *, resume_in: float | None = None) -> bool:
        """Release the lease, unless another process already has it; True if a drain was requested in the meantime.

        `resume_in`: seconds until the limits allow another call.
        """
        until, was_asked = time.monotonic() + RELEASE_PATIENCE, False
        with suppress(LeaseLost):
            while True:
                try:
                    was_asked = self.lease.release(at=clock.now(), resume_in=resume_in, **self._stored)
                    break
                except DATABASE_AWAY:
                    # Asked again for a while: nobody else may send until the lease is released.
                    if time.monotonic() >= until or not connect_again():
                        raise
                    time.sleep(BUSY_PAUSE)
        self.end_reads()
        return was_asked


def _calls_of(lease: Lease) -> list[list[float]]:
    """The stored calls of the last minute, without invalid entries."""
    kept = lease.calls if isinstance(lease.calls, list) else []
    pairs = [call for call in kept if isinstance(call, list) and len(call) == 2]
    return [call for call in pairs if all(isinstance(part, int | float) for part in call)]


@dataclass(frozen=True)
class Visit:
    """A turn for a few reads from a page or a command. `patience`: seconds that a call may wait for the limits."""

    turn: Turn
    patience: float
    sleep: Sleep
    # When the caller gives up, by time.monotonic.
    until: float | None = None

    @property
    def connection(self) -> Connection:
        return self.turn.connection

    @property
    def client(self) -> Client:
        return self.turn.client(until=self.until)

    def pace(self) -> None:
        """Call before each request. Raises NotNow."""
        while True:
            try:
                return self.turn.keep_limits()
            except MustWait as wait:
                if wait.seconds > self.patience:
                    raise NotNow("QuickBooks takes no more calls for a moment.") from wait
                self.sleep(wait.seconds)

    def give_way(self, seconds: float) -> None:
        """QuickBooks asked for a pause: let nobody call before it is over."""
        self.turn.leave_alone(seconds)
        self.sleep(seconds)


@contextmanager
def visit(
    connection: Connection, *, patience: float = 0, sleep: Sleep = time.sleep, until: float | None = None
) -> Iterator[Visit]:
    """Take the connection's lease, waiting up to `patience` seconds for it. Raises NotNow.

    All calls have to end by `until` (time.monotonic).
    """
    turn = _wait_for_turn(connection, patience, sleep)
    try:
        if connection.status == Connection.Status.DISCONNECTED:
            # As it is now that we hold the lease: without tokens it would pass for one whose token has expired.
            raise NotNow(NOT_CONNECTED)
        _sit_out(turn, patience, sleep)
        yield Visit(turn, patience, sleep, until)
    except ReadFailed as error:
        if error.failure.kind is FailureKind.WAIT:
            turn.leave_alone(pause_asked_for(error.failure, default=settings.SYNC["THROTTLE_PAUSE"]))
        raise
    finally:
        turn.end()


def _wait_for_turn(connection: Connection, patience: float, sleep: Sleep) -> Turn:
    until = time.monotonic() + patience
    while True:
        turn = Turn.take(connection)
        if turn is not None:
            return turn
        if time.monotonic() >= until:
            raise NotNow("Run a Call is sending to QuickBooks right now.")
        sleep(BUSY_PAUSE)


def _sit_out(turn: Turn, patience: float, sleep: Sleep) -> None:
    """A pause that QuickBooks asked for applies to every caller."""
    seconds = turn.quiet_for()
    if seconds > patience:
        raise NotNow("QuickBooks asked Run a Call to slow down for a moment.")
    if seconds:
        sleep(seconds)

"""Connecting a shop to an emulator from the command line, and queueing what it sent before."""

from __future__ import annotations

import os
import socket
import time
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import timezone

from qbo.company_lists import refresh_lists
from qbo.connection import connect
from qbo.first_run import choose_defaults
from qbo.headless_consent import consent
from qbo.models import Connection, ListState
from runacall.organizations.models import Organization
from sync.engine.context import Drain, MustWait
from sync.enqueueing import enqueue_earlier
from sync.models import Lease
from sync.wake import wake

# How often, and how many times, a lease that a worker holds is asked for.
BUSY_PAUSE, BUSY_TRIES = 0.5, 400


@dataclass(frozen=True)
class Connected:
    """`queued`: how many earlier invoices were queued."""

    connection: Connection
    queued: int


def connect_to_emulator(
    organization: Organization,
    emulator_url: str,
    *,
    at: datetime,
    realm_id: str = "",
    auto_create: bool = True,
    earlier: bool = True,
) -> Connected:
    """Connect or reconnect, choose defaults where staff have not, and queue what was sent before.

    Raises NotLoopback, ConsentFailed, OAuthFailed, RealmTaken, and after connecting ReadFailed or TimeoutError.
    """
    before = Connection.objects.for_organization(organization).first()
    grant = consent(emulator_url, realm_id=realm_id)
    connection = connect(organization, grant, environment="emulator", emulator_url=emulator_url, at=at)
    _read_lists(connection, at=at)
    is_new = before is None or before.realm_id != connection.realm_id
    # Staff's own choice outlives a reconnection; what is asked for in so many words does not wait.
    choose_defaults(connection, auto_create_items=auto_create if is_new or not auto_create else None)
    queued = enqueue_earlier(connection, at=at) if earlier else 0
    wake(connection)
    return Connected(connection, queued)


def _read_lists(connection: Connection, *, at: datetime) -> None:
    """Under the lease, since QuickBooks' limits are for all who talk to the company together."""
    work = Drain.over(connection, _lease(connection), now=lambda: at)
    try:
        refresh_lists(connection, work.client(), ListState.LISTS, at=at, pace=lambda: _patiently(work))
    finally:
        work.lease.release(at=timezone.now(), calls=work.limiter.calls)


def _patiently(work: Drain) -> None:
    """A command may wait for room within the limits; a worker may not."""
    while True:
        try:
            return work.pace()
        except MustWait as wait:
            time.sleep(wait.seconds)


def _lease(connection: Connection) -> Lease:
    """The connection's lease; waits for a worker that has it. Raises TimeoutError."""
    holder = f"{socket.gethostname()}:{os.getpid()}:connecting"
    for _ in range(BUSY_TRIES):
        seconds = settings.SYNC["LEASE_SECONDS"]
        lease = Lease.acquire(connection, holder=holder, at=timezone.now(), seconds=seconds)
        if lease is not None:
            return lease
        time.sleep(BUSY_PAUSE)
    raise TimeoutError("Another process has been sending over this connection all the time.")

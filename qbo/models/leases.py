"""The lease of a connection: which process may send now, and whether that process is dead; it does not know what is
sent.
"""

from __future__ import annotations

import hashlib
import os
import socket
import uuid
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import psutil
from django.db import models
from django.db.models import F, Q

from qbo.models.connection import Connection

NOTHING_MORE: Mapping[str, Any] = {}


class LeaseLost(Exception):
    """Another process holds the lease: the former holder must write nothing more."""


class CompanyChanged(LeaseLost):
    """The connection now leads to another company than when the drain began, so its data is not valid there."""


class Lease(models.Model):
    """One row per connection. A holder is one process; the fence increases with every change of holder."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="lease")
    holder = models.CharField(max_length=100, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    # When a drain was last requested, and last ended; the longest waiting connection goes first.
    woken_at = models.DateTimeField(null=True, blank=True)
    drained_at = models.DateTimeField(null=True, blank=True)
    # The calls of the last minute, and until when QuickBooks asked us not to call.
    calls = models.JSONField(default=list)
    # Which numbers nothing had there a moment ago (qbo.connection.free_numbers).
    free_numbers = models.JSONField(null=True, blank=True)
    # Before this, Intuit's limits allow no further call.
    resume_at = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Lease of {self.connection}"

    @classmethod
    def acquire(
        cls, connection_id: int, *, holder: str, at: datetime, seconds: float, also: Mapping[str, Any] = NOTHING_MORE
    ) -> Lease | None:
        """The lease, with the connection as it is now, if it was free or expired, otherwise None.

        One conditional UPDATE decides. None as well if there is no such connection. `also`: what else to read with the
        lease, as annotations.
        """
        free = cls.objects.filter(Q(expires_at=None) | Q(expires_at__lte=at), connection=connection_id)
        until = at + timedelta(seconds=seconds)
        ours: dict[str, Any] = {"holder": holder, "fence": F("fence") + 1, "expires_at": until, "woken_at": None}
        # A connection gets its lease with its first drain.
        taken = free.update(**ours) or (cls._is_new(connection_id) and free.update(**ours))
        leases = cls.objects.select_related("connection").annotate(**also)
        # None as well after a pause as long as the lease: another holder has it by now.
        return leases.filter(connection=connection_id, holder=holder).first() if taken else None

    @classmethod
    def _is_new(cls, connection_id: int) -> bool:
        """Whether the connection is there and had no lease until now; it has one then."""
        if cls.objects.filter(connection=connection_id).exists():
            return False
        there = Connection.objects.filter(pk=connection_id).exists()
        return there and cls.objects.get_or_create(connection_id=connection_id)[1]

    @classmethod
    def overtake(cls, connection: Connection) -> None:
        """Take the lease away from its current holder, whose data about the connection is no longer valid."""
        cls.objects.filter(connection=connection).update(fence=F("fence") + 1, expires_at=None)

    @classmethod
    def count_call(cls, connection: Connection, *, at: datetime) -> None:
        """Count a call that was made without the lease, in the transaction that stores what it brought."""
        cls.objects.get_or_create(connection=connection)
        lease = cls.objects.select_for_update().get(connection=connection)
        kept = lease.calls if isinstance(lease.calls, list) else []
        cls.objects.filter(pk=lease.pk).update(calls=[*kept, [round(at.timestamp(), 3), 0]])

    @classmethod
    def free(cls, lease_id: int, *, fence: int) -> bool:
        """Take the lease from the holder that has this fence and has died; False if it changed hands meanwhile."""
        held = cls.objects.filter(pk=lease_id, fence=fence)
        return bool(held.update(fence=F("fence") + 1, expires_at=None, woken_at=None))

    def renew(self, *, at: datetime, seconds: float, **stored: object) -> None:
        """Extend the lease by `seconds`, and store these of its columns. Raises LeaseLost if another process has it."""
        expires_at = at + timedelta(seconds=seconds)
        self._guarded(expires_at=expires_at, **stored)
        # Only now, because threads that are about to call check it.
        self.expires_at = expires_at

    def assert_held(self) -> None:
        """Lock the row until the transaction ends, and check that we hold the lease. Raises LeaseLost."""
        self._guarded(holder=self.holder)

    def release(self, *, at: datetime, resume_in: float | None = None, **stored: object) -> bool:
        """Give the lease up, and store these of its columns; True if a drain was requested while it was held.

        That drain found the lease taken and did nothing, so it has to be requested again. Raises LeaseLost if another
        process has the lease.
        """
        resume_at = at + timedelta(seconds=resume_in) if resume_in else None
        changes = {"expires_at": None, "drained_at": at, "resume_at": resume_at, **stored}
        if Lease.objects.filter(pk=self.pk, fence=self.fence, woken_at=None).update(**changes):
            return False
        self._guarded(**changes, woken_at=None)
        return True

    def stay_quiet(self, *, until: datetime) -> None:
        """Of several pauses the longest counts."""
        self.quiet_until = max(self.quiet_until or until, until)
        self._guarded(quiet_until=self.quiet_until)

    def _guarded(self, **changes: object) -> None:
        if not Lease.objects.filter(pk=self.pk, fence=self.fence).update(**changes):
            raise LeaseLost(f"Another process has the lease of connection {self.connection_id}.")


def new_holder() -> str:
    """The name of a holder: host, process, the kernel that counts its processes, and a random part."""
    return f"{_host()}:{os.getpid()}:{_kernel()}:{uuid.uuid4().hex[:8]}"


def of_this_host() -> models.QuerySet[Lease]:
    """Leases whose last holder was a process of this host."""
    return Lease.objects.filter(holder__startswith=f"{_host()}:")


def pid_of(holder: str) -> int:
    """0 where the name is not one of ours."""
    parts = holder.split(":")
    return int(parts[1]) if len(parts) > 2 and parts[1].isdigit() else 0


def is_dead(holder: str) -> bool:
    """True if this host knows that the process has ended. False for other hosts, and for what it cannot know."""
    pid = pid_of(holder)
    if not pid or not holder.startswith(f"{_host()}:{pid}:{_kernel()}:"):
        return False
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def _host() -> str:
    return socket.gethostname().replace(":", "-")[:50]


@cache
def _kernel() -> str:
    """The same for all processes that see each other's numbers: two containers may bear one host's name."""
    known = ""
    with suppress(OSError):
        known = Path("/proc/sys/kernel/random/boot_id").read_text() + os.readlink("/proc/self/ns/pid")
    return hashlib.sha256(known.encode()).hexdigest()[:8]

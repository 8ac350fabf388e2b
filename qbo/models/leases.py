"""The lease of a connection: who may send over it now; it does not know what is sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import models
from django.db.models import F, Q

from qbo.models.connection import Connection


class LeaseLost(Exception):
    """Somebody else holds the lease: whatever the former holder knows may no longer be written."""


class CompanyChanged(LeaseLost):
    """The connection leads to another company than the drain began with: what it knows is of no use there."""


class Lease(models.Model):
    """One row a connection. A holder is one process; the fence rises with every change of holder."""

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="lease")
    holder = models.CharField(max_length=100, blank=True)
    fence = models.PositiveBigIntegerField(default=0)
    expires_at = models.DateTimeField(null=True, blank=True)
    # When a drain was last asked for, and last ended; the one that waited longest goes first.
    woken_at = models.DateTimeField(null=True, blank=True)
    drained_at = models.DateTimeField(null=True, blank=True)
    # Calls of the last minute by second, and until when QuickBooks asked us to stay away.
    calls = models.JSONField(default=list)
    # Before this, Intuit's limits leave no room for another call.
    resume_at = models.DateTimeField(null=True, blank=True)
    quiet_until = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"Lease of {self.connection}"

    @classmethod
    def acquire(cls, connection: Connection, *, holder: str, at: datetime, seconds: float) -> Lease | None:
        """The lease, if it was free or expired; else None. One conditional UPDATE decides."""
        cls.objects.get_or_create(connection=connection)
        taken = cls.objects.filter(Q(expires_at=None) | Q(expires_at__lte=at), connection=connection).update(
            holder=holder, fence=F("fence") + 1, expires_at=at + timedelta(seconds=seconds), woken_at=None
        )
        return cls.objects.get(connection=connection, holder=holder) if taken else None

    @classmethod
    def overtake(cls, connection: Connection) -> None:
        """Whoever holds it now may write no more: what it knows of the connection no longer holds."""
        cls.objects.filter(connection=connection).update(fence=F("fence") + 1, expires_at=None)

    def renew(self, *, at: datetime, seconds: float, calls: list[list[float]] | None = None) -> None:
        """Hold on for `seconds` more. Raises LeaseLost where somebody else took over."""
        expires_at = at + timedelta(seconds=seconds)
        changes: dict[str, object] = {"expires_at": expires_at}
        if calls is not None:
            changes["calls"] = calls
        self._guarded(**changes)
        # Only now: the threads that are about to call go by it.
        self.expires_at = expires_at

    def assert_held(self) -> None:
        """Inside a transaction: makes the row ours until it commits. Raises LeaseLost."""
        self._guarded(holder=self.holder)

    def release(self, *, at: datetime, calls: list[list[float]], resume_in: float | None = None) -> None:
        resume_at = at + timedelta(seconds=resume_in) if resume_in else None
        # A drain that was asked for meanwhile found the lease held and is spent: the next one has to be asked for anew.
        self._guarded(expires_at=None, drained_at=at, calls=calls, resume_at=resume_at, woken_at=None)

    def stay_quiet(self, *, until: datetime) -> None:
        """Of several wishes the longest counts."""
        self.quiet_until = max(self.quiet_until or until, until)
        self._guarded(quiet_until=self.quiet_until)

    def _guarded(self, **changes: object) -> None:
        if not Lease.objects.filter(pk=self.pk, fence=self.fence).update(**changes):
            raise LeaseLost(f"The lease of connection {self.connection_id} went to somebody else.")

"""What was read from QuickBooks: how far changes were, what webhooks named since, which payments could
not be taken in or are not the ones they look like, and a month's tie-out.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models

from qbo.models import Connection
from runacall.organizations.models import Organization


class ChangeCursor(models.Model):
    """Up to when the changes of one company were read; a company that is connected again goes on from there."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="change_cursors")
    realm_id = models.CharField(max_length=32)
    # By QuickBooks' own clock; None before the first read.
    since = models.DateTimeField(null=True, blank=True)
    # By ours: the last read, and when the next one is due.
    read_at = models.DateTimeField(null=True, blank=True)
    next_at = models.DateTimeField()
    # When what was sent in the last day was last compared with the books.
    compared_at = models.DateTimeField(null=True, blank=True)
    # When a worker was asked to read; None once it has.
    asked_at = models.DateTimeField(null=True, blank=True)
    # Why the last read failed; empty if it did not.
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id"], name="sync_one_cursor_a_company"),
        ]
        indexes = [models.Index(fields=["next_at"], name="sync_cursor_due")]

    def __str__(self) -> str:
        return f"Changes of {self.realm_id}"

    @classmethod
    def go_back(cls, connection: Connection, *, to: datetime) -> None:
        """What was changed there since then is read again, when the changes are next read."""
        cls.objects.filter(connection=connection, realm_id=connection.realm_id, since__gt=to).update(since=to)

    @classmethod
    def of(cls, connection: Connection, *, at: datetime) -> ChangeCursor:
        """The cursor of the connected company; a new one is due at `at`."""
        cursor, _ = cls.objects.get_or_create(
            connection=connection, realm_id=connection.realm_id, defaults={"next_at": at}
        )
        return cursor


class Notice(models.Model):
    """One change that a webhook named. It says that a record changed, never what: changes are read."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="notices")
    realm_id = models.CharField(max_length=32)
    entity = models.CharField(max_length=32)
    qbo_id = models.CharField(max_length=32)
    # The record that a merge took away.
    merged_id = models.CharField(max_length=32, blank=True)
    # By QuickBooks' clock.
    changed_at = models.DateTimeField(null=True, blank=True)
    # The same for each delivery of one change.
    key = models.CharField(max_length=64)
    received_at = models.DateTimeField()
    # Nothing has to be read for it any more. It is kept for a while, so that a second change in one second is noticed.
    is_known = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "key"], name="sync_one_notice_a_change"),
        ]

    def __str__(self) -> str:
        return f"{self.entity} {self.qbo_id}"


class Untaken(models.Model):
    """A payment in QuickBooks that our records could not take in. It is tried again once they stand differently."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="untaken")
    realm_id = models.CharField(max_length=32)
    qbo_id = models.CharField(max_length=32)
    # Which of our records it concerns, as type:id.
    records = models.JSONField(default=list)
    # How these stood at the last try.
    stood = models.JSONField(default=list)
    # What it says there, as far as it is compared with payments of ours (`qbo.mapping.twins`).
    theirs = models.JSONField(default=dict)
    # Our payment that a person voided because this one is the same: until it is here, the money counts nowhere.
    instead_of = models.BigIntegerField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "qbo_id"], name="sync_one_untaken_a_payment"),
        ]

    def __str__(self) -> str:
        return f"Payment {self.qbo_id} of {self.realm_id}"


class TwoPayments(models.Model):
    """A person said that a payment of ours and one in QuickBooks are two, although they look like one."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="two_payments")
    realm_id = models.CharField(max_length=32)
    payment_id = models.BigIntegerField()
    qbo_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "realm_id", "payment_id", "qbo_id"], name="sync_two_payments_once"
            ),
        ]

    def __str__(self) -> str:
        return f"Payments {self.payment_id} here and {self.qbo_id} there"


class TieOutQuerySet(models.QuerySet["TieOut"]):
    def for_organization(self, organization: Organization | None) -> TieOutQuerySet:
        return self.filter(organization=organization) if organization else self.none()


class TieOut(models.Model):
    """One comparison of one month with the books, as it was read then; never changed afterwards."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tie_outs")
    realm_id = models.CharField("realm ID", max_length=32)
    # Its first day.
    month = models.DateField()
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    read_at = models.DateTimeField(null=True, blank=True)
    # Why the books could not be read.
    problem = models.CharField(max_length=500, blank=True)
    # To the cent, with no difference, accepted or not.
    agrees = models.BooleanField(default=False)
    # Lines and differences (`sync.inbound.tying`).
    content = models.JSONField(default=dict)
    fingerprint = models.CharField(max_length=64, blank=True)

    objects = TieOutQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(agrees=True) | models.Q(read_at__isnull=False), name="sync_tie_out_agrees_if_read"
            ),
        ]
        indexes = [models.Index(fields=["organization", "-asked_at"], name="sync_tie_outs")]

    def __str__(self) -> str:
        return f"Tie-out of {self.month:%B %Y}"

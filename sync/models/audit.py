"""What people and processes did: actions with their counts, support visits, heartbeats."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection, models

from runacall.organizations.models import Organization


class ActionRecordQuerySet(models.QuerySet["ActionRecord"]):
    def open(self) -> ActionRecordQuerySet:
        """Actions that a worker still has to carry out."""
        return self.filter(is_open=True)


class ActionRecord(models.Model):
    """One action of one person: on what, how many it changed, how many it left alone and why."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    # Who did it if that is nobody with a log-in: the accountant, or the program.
    by_name = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField()
    # Its name in the table of actions (`sync.actions`).
    action = models.CharField(max_length=32)
    filters = models.JSONField(default=dict)
    reason = models.CharField(max_length=500, blank=True)
    done = models.PositiveIntegerField(default=0)
    # How many events it was meant for when it was requested.
    meant = models.PositiveIntegerField(default=0)
    # Why others were left alone: reason -> how many.
    left = models.JSONField(default=dict)
    # What can be undone: by record id, its dates before ("was") and after ("became").
    before = models.JSONField(default=dict)
    # The fix of a cause from its card: the cause, what was chosen, what was foreseen, and what undoing needs.
    fix = models.JSONField(default=dict)
    # The events that it was done to, for the history of each.
    touched = models.ManyToManyField("sync.SyncEvent", related_name="actions")
    # Requested but not done yet: a worker does what is too much for a web request.
    is_open = models.BooleanField(default=False)

    objects = ActionRecordQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [
            models.Index(fields=["organization"], condition=models.Q(is_open=True), name="sync_action_open"),
        ]

    def __str__(self) -> str:
        return f"{self.action}: {self.done}"

    def touch(self, events: models.QuerySet[models.Model]) -> None:
        """Keep that it was done to `events`: one statement, however many, also if it was before.

        Call it before they change.
        """
        table = connection.ops.quote_name(ActionRecord.touched.through._meta.db_table)
        try:
            chosen, params = events.order_by().values("id").query.sql_with_params()
        except EmptyResultSet:
            return
        with connection.cursor() as cursor:
            cursor.execute(
                # Without WHERE, SQLite takes ON for the condition of a join.
                f"INSERT INTO {table} (actionrecord_id, syncevent_id)"
                f" SELECT %s, chosen.id FROM ({chosen}) chosen WHERE true ON CONFLICT DO NOTHING",
                [self.pk, *params],
            )

    def change(self, events: models.QuerySet[models.Model], **columns: object) -> int:
        """Change these columns of `events`, keep that it was done to them, and count them; returns how many."""
        self.touch(events)
        changed = events.order_by().update(**columns | {"action": self})
        self.done = self.meant = self.done + changed
        self.save(update_fields=["done", "meant"])
        return changed


class SupportLookQuerySet(models.QuerySet["SupportLook"]):
    def for_organization(self, organization: Organization | None) -> SupportLookQuerySet:
        return self.filter(organization=organization) if organization else self.none()


class SupportLook(models.Model):
    """A visit of our support to an organization they do not belong to: one person, one page, one hour."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    hour = models.DateTimeField()
    path = models.CharField(max_length=500)

    objects = SupportLookQuerySet.as_manager()

    class Meta:
        ordering = ["-at", "-id"]
        verbose_name = "support visit"
        constraints = [
            models.UniqueConstraint(fields=["organization", "by", "path", "hour"], name="sync_one_look_an_hour"),
        ]
        indexes = [models.Index(fields=["organization", "-at"], name="sync_looks_of_organization")]

    def __str__(self) -> str:
        return self.path


class Heartbeat(models.Model):
    """When a background process last reported that it is alive."""

    name = models.CharField(max_length=100, unique=True)
    at = models.DateTimeField()
    # Seconds by which the host's own clock is ahead of the database's; None for what beats for no host.
    host_ahead = models.FloatField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} at {self.at:%Y-%m-%d %H:%M:%S}"

    @classmethod
    def beat(cls, name: str, *, at: datetime, host_ahead: float | None = None) -> None:
        """Note that the part of this name was alive at `at`. One statement, except the first time.

        `host_ahead`: see the column.
        """
        told = {"at": at, "host_ahead": host_ahead}
        if not cls.objects.filter(name=name).update(**told):
            cls.objects.update_or_create(name=name, defaults=told)

"""One try of one event, written once and never changed."""

from __future__ import annotations

from typing import Any

from django.db import models

from sync.models.events import State, SyncEvent
from sync.models.submissions import Submission


class Kind(models.TextChoices):
    SENT = "sent", "Sent to QuickBooks"
    SETTLED_HERE = "settled_here", "Decided here, not sent"
    LOOKED = "looked", "Checked in QuickBooks"
    LINKED = "linked", "Linked to a record in QuickBooks"
    READ = "read", "Read from QuickBooks"


class AttemptIsFinal(Exception):
    """Somebody tried to change an attempt."""


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def with_bodies(self) -> AttemptQuerySet:
        """Attempts with a request of their own, such as those decided here and looks."""
        return self.filter(request__gt="")


class Attempt(models.Model):
    """What was sent, what came back, and what it meant for the event."""

    Kind = Kind

    # No index of its own: `sync_attempt_event` starts with it.
    event = models.ForeignKey(SyncEvent, on_delete=models.CASCADE, related_name="attempts", db_index=False)
    # If it was sent, payload and answer are the submission's items at `position`.
    submission = models.ForeignKey(Submission, on_delete=models.CASCADE, null=True, blank=True, related_name="attempts")
    position = models.PositiveSmallIntegerField(default=0)
    kind = models.CharField(max_length=16, choices=Kind.choices)
    at = models.DateTimeField()
    duration_ms = models.PositiveIntegerField(default=0)
    # The event's state after this attempt.
    outcome = models.CharField(max_length=12, choices=State.choices)
    # The automatic retry that this was; 0 for a first try and for a person's retry.
    retry_number = models.PositiveSmallIntegerField(default=0)
    failure_code = models.CharField(max_length=40, blank=True)
    message = models.CharField(max_length=500, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    intuit_tid = models.CharField(max_length=100, blank=True)
    # QuickBooks' own words, entry by entry: code, message, detail, element.
    entries = models.JSONField(default=list)
    # Only if there is no submission to read them from.
    request = models.TextField(blank=True)
    answer = models.TextField(blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        ordering = ["at", "id"]
        indexes = [
            models.Index(fields=["event", "at"], name="sync_attempt_event"),
            models.Index(fields=["at", "id"], condition=models.Q(request__gt=""), name="sync_attempt_bodies"),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} at {self.at:%Y-%m-%d %H:%M}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self.pk is not None and not kwargs.get("force_insert"):
            raise AttemptIsFinal("An attempt is written once.")
        super().save(*args, **kwargs)

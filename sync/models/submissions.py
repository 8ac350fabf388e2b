"""The write-ahead record of one HTTP write; it does not know how the answer is read."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

from django.db import models

from qbo.connection.client import decode
from qbo.json_objects import JsonObject
from qbo.mapping.payloads import ALLOW_DUPLICATE
from qbo.models import Connection

BATCH = "batch"


class SubmissionQuerySet(models.QuerySet["Submission"]):
    def unsettled(self) -> SubmissionQuerySet:
        """Submissions whose outcome is not known yet."""
        return self.filter(settled_at=None)

    def with_bodies(self) -> SubmissionQuerySet:
        """Submissions whose payload retention has not removed."""
        return self.filter(is_slim=False)


class Submission(models.Model):
    """Request id, exact bytes and events of one write; committed before the call is made."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="submissions")
    realm_id = models.CharField(max_length=32)
    request_id = models.UUIDField(default=uuid.uuid4, unique=True)
    # Where it goes: "batch", or the address of one entity for a write on its own.
    path = models.CharField(max_length=20, default=BATCH, db_default=BATCH)
    body = models.TextField()
    # What each batch item was for and what should come back; bId is the index in this list.
    items = models.JSONField(default=list)
    fence = models.PositiveBigIntegerField()
    created_at = models.DateTimeField()
    last_sent_at = models.DateTimeField(null=True, blank=True)
    sends = models.PositiveSmallIntegerField(default=0)
    # When the outcome became known: answered item by item, or looked up in QuickBooks.
    settled_at = models.DateTimeField(null=True, blank=True)
    http_status = models.PositiveSmallIntegerField(null=True, blank=True)
    intuit_tid = models.CharField(max_length=100, blank=True)
    duration_ms = models.PositiveIntegerField(null=True, blank=True)
    answer = models.TextField(blank=True)
    # Body and answer were removed by retention.
    is_slim = models.BooleanField(default=False, db_default=False)

    objects = SubmissionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~models.Q(body=""), name="sync_submission_has_body"),
        ]
        indexes = [
            models.Index(fields=["connection"], condition=models.Q(settled_at=None), name="sync_submission_unsettled"),
            models.Index(fields=["settled_at", "id"], condition=models.Q(is_slim=False), name="sync_submission_bodies"),
        ]

    def __str__(self) -> str:
        return str(self.request_id)

    @property
    def is_batch(self) -> bool:
        return self.path == BATCH

    @property
    def params(self) -> dict[str, str]:
        """The query parameters that it goes with, the same each time. A write on its own says there what it does."""
        known = {"requestid": str(self.request_id)}
        if self.is_batch:
            return known
        item = self.items[0]
        operation = item["options"] or item["operation"]
        known |= {"include": operation} if operation == ALLOW_DUPLICATE else {}
        return known | ({"operation": operation} if operation in ("delete", "void") else {})

    @property
    def writes(self) -> list[JsonObject]:
        """What was sent, one item for each of `items`, as a batch has them."""
        sent = decode(self.body)
        return list(sent["BatchItemRequest"]) if self.is_batch else [{"bId": "0", self.items[0]["entity"]: sent}]

    def may_be_resent(self, *, at: datetime, trusted_for: float) -> bool:
        """Whether QuickBooks is sure to still know the request id, so that the same bytes cannot take effect twice."""
        return (at - self.created_at).total_seconds() <= trusted_for

    def done_for(self, *, answers_within: float) -> datetime:
        """From when on QuickBooks has either acted on it or never will; before that, finding nothing proves nothing."""
        return (self.last_sent_at or self.created_at) + timedelta(seconds=answers_within)

"""What a shop asked its accountant about invoices of a closed period, and her answer."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.db import models
from django.db.models import Q

from runacall.organizations.models import Organization
from sync.models.events import SyncEvent


class Answer(models.TextChoices):
    MOVED = "moved", "I have moved the closing date"
    POST_TODAY = "post_today", "Post them in the current period"
    LEAVE_OUT = "leave_out", "Leave them out of QuickBooks"


class QuestionState(models.TextChoices):
    """`WAITING` alone can be answered."""

    WAITING = "waiting", "Waiting for an answer"
    ANSWERED = "answered", "Answered"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"


class QuestionQuerySet(models.QuerySet["Question"]):
    def for_organization(self, organization: Organization | None) -> QuestionQuerySet:
        return self.filter(organization=organization) if organization else self.none()

    def waiting(self, *, at: datetime) -> QuestionQuerySet:
        return self.filter(answered_at=None, revoked_at=None, expires_at__gt=at)


class Question(models.Model):
    """The link holds while it waits, and shows `events` and nothing else. `to_name`: the accountant, as typed."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    events = models.ManyToManyField(SyncEvent, related_name="questions")
    # Part of the link, so that a link of another database opens nothing.
    key = models.CharField(max_length=32)
    to_name = models.CharField(max_length=100)
    note = models.CharField(max_length=500, blank=True)
    closing_date = models.DateField(null=True, blank=True)
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    asked_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    opened_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True, blank=True)
    answer = models.CharField(max_length=12, blank=True, choices=Answer.choices)
    answer_note = models.CharField(max_length=500, blank=True)
    # What came of the answer, in words.
    outcome = models.CharField(max_length=500, blank=True)

    objects = QuestionQuerySet.as_manager()

    class Meta:
        ordering = ["-asked_at", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(answered_at=None, answer="") | (Q(answered_at__isnull=False) & ~Q(answer="")),
                name="sync_question_answer_has_time",
            ),
            models.CheckConstraint(condition=Q(answered_at=None) | Q(revoked_at=None), name="sync_question_one_ending"),
        ]
        indexes = [models.Index(fields=["organization", "-asked_at"], name="sync_questions")]

    def __str__(self) -> str:
        return f"Question to {self.to_name}"

    def state(self, *, at: datetime) -> QuestionState:
        if self.answered_at:
            return QuestionState.ANSWERED
        if self.revoked_at:
            return QuestionState.REVOKED
        return QuestionState.WAITING if self.expires_at > at else QuestionState.EXPIRED


class Guest:
    """A person without a log-in who acts, by name: the accountant. Takes a user's place in operations."""

    pk = None

    def __init__(self, name: str) -> None:
        self.name = name

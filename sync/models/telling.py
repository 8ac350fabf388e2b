"""What people are told by e-mail: who wants it, which causes were told, and the e-mails that wait to be sent."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import User
from django.db import models
from django.db.models import Q

from runacall.organizations.models import Organization


class Wish(models.Model):
    """What one person of an organization wants to be told. Without a row: new errors at once, no digest."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at_once = models.BooleanField("An e-mail when something new needs a person", default=True)
    digest = models.BooleanField("A summary each morning", default=False)
    snoozed_until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user"], name="sync_one_wish_a_person"),
        ]

    def __str__(self) -> str:
        return f"{self.user} of {self.organization}"


class ToldCause(models.Model):
    """A cause that people were told of; they are not told again while it stands."""

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    realm_id = models.CharField(max_length=32)
    cause_key = models.CharField(max_length=200)
    told_at = models.DateTimeField()
    # Since when no event has it; a retry that fails again soon is not news.
    gone_since = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "realm_id", "cause_key"], name="sync_cause_told_once"),
        ]

    def __str__(self) -> str:
        return self.cause_key


class LetterQuerySet(models.QuerySet["Letter"]):
    def for_person(self, organization: Organization | None, user: User) -> LetterQuerySet:
        return self.filter(organization=organization, user=user) if organization else self.none()

    def due(self, *, at: datetime) -> LetterQuerySet:
        return self.waiting().filter(next_at__lte=at)

    def waiting(self) -> LetterQuerySet:
        """Written, and neither sent nor given up."""
        return self.filter(sent_at=None).exclude(next_at=None)


class Letter(models.Model):
    """One e-mail to one person. It is stored first and sent by a worker, so that no crash loses it."""

    class Outcome(models.TextChoices):
        """How one try to send it ended, for the totals of /metrics."""

        SENT = "sent"
        FAILED = "failed", "failed, and tried again later"
        GIVEN_UP = "given_up", "failed for the last time"
        DROPPED = "dropped", "not sent: the person no longer manages QuickBooks here"

    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    # The same for the same news, so that it is written once.
    key = models.CharField(max_length=64)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    html = models.TextField()
    made_at = models.DateTimeField()
    # When it is tried next; None once it was sent or given up.
    next_at = models.DateTimeField(null=True, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    problem = models.CharField(max_length=300, blank=True)

    objects = LetterQuerySet.as_manager()

    class Meta:
        ordering = ["-made_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "key"], name="sync_one_letter_a_news"),
        ]
        indexes = [models.Index(fields=["next_at"], condition=Q(sent_at=None), name="sync_letters_due")]

    def __str__(self) -> str:
        return self.subject

    def claim(self, *, at: datetime, seconds: float) -> bool:
        """Whether this process sends it now; if it dies, another one tries after `seconds`."""
        mine = Letter.objects.filter(pk=self.pk, sent_at=None, next_at=self.next_at)
        return bool(mine.update(next_at=at + timedelta(seconds=seconds), tries=self.tries + 1))

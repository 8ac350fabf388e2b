"""A consent requested from Intuit: who asked, for which shop; it is answered only once."""

from __future__ import annotations

import secrets
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models
from django.utils.crypto import salted_hmac

from runacall.organizations.models import Organization

# People answer Intuit's page within minutes; a longer unused state is no longer valid.
ANSWERED_WITHIN = timedelta(hours=1)


class Consent(models.Model):
    """One press of Connect. Its state goes to Intuit and comes back; it is valid for one answer."""

    # Only the browser and Intuit know the state itself.
    digest = models.CharField(max_length=64, unique=True)
    session_digest = models.CharField(max_length=64)
    organization = models.ForeignKey(Organization, on_delete=models.CASCADE, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    asked_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"Consent asked at {self.asked_at:%Y-%m-%d %H:%M}"

    @classmethod
    def ask(cls, organization: Organization, *, by: object, session: str, at: datetime) -> str:
        """The state to send along. Each press has its own, so that two tabs both work."""
        cls.objects.filter(asked_at__lt=at - ANSWERED_WITHIN).delete()
        state = secrets.token_urlsafe(32)
        cls.objects.create(
            digest=_digest(state), session_digest=_digest(session), organization=organization, by=by, asked_at=at
        )
        return state

    @classmethod
    def answered(cls, state: str, *, by: object, session: str, at: datetime) -> Organization | None:
        """The organization that `state` was created for, once; None if this person and session have no such consent."""
        mine = cls.objects.filter(digest=_digest(state), session_digest=_digest(session), by=by)
        consent = mine.filter(asked_at__gte=at - ANSWERED_WITHIN).select_related("organization").first()
        # Of two answers at once, the one that deletes the row is used.
        if consent is None or not cls.objects.filter(pk=consent.pk).delete()[0]:
            return None
        return consent.organization


def _digest(text: str) -> str:
    return salted_hmac("qbo.consent", text, algorithm="sha256").hexdigest()

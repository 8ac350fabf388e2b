"""Sending the e-mails that wait, by Django's own mail with whatever backend is set."""

from __future__ import annotations

import hashlib
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from qbo.models import Connection
from runacall.isolation import DATABASE_AWAY
from runacall.organizations.models import Membership
from sync.models import Letter, Tally
from sync.telling.people import stop_link

# After each failed try; then it is given up.
DELAYS = (60, 300, 1800, 7200, 21600)
# A process that took an e-mail has sent it, or died, within this time.
TAKEN_FOR = 300.0
AT_ONCE = 100


def send_due(*, at: datetime, seconds: float = 20.0) -> int:
    """Send what is due, the oldest first, for about that long; returns how many were sent."""
    sent, until = 0, time.monotonic() + seconds
    for letter in Letter.objects.due(at=at).select_related("user", "organization").order_by("made_at", "pk")[:AT_ONCE]:
        if time.monotonic() >= until:
            break
        if letter.claim(at=at, seconds=TAKEN_FOR):
            outcome = _send(letter, at)
            _count(letter, outcome)
            sent += outcome == Letter.Outcome.SENT
    return sent


def _count(letter: Letter, outcome: Letter.Outcome) -> None:
    """Where nobody may read /metrics, nothing is counted; as in `sync.worker.tallying`."""
    if not settings.METRICS_TOKEN:
        return
    for pk in Connection.objects.filter(organization=letter.organization_id).values_list("pk", flat=True):
        Tally.add(pk, {("e-mail", outcome.value): 1})


def _send(letter: Letter, at: datetime) -> Letter.Outcome:
    mine = Letter.objects.filter(pk=letter.pk)
    member = Membership.objects.filter(organization=letter.organization, user=letter.user).first()
    if member is None or not member.manages_quickbooks or not letter.user.is_active or not letter.user.email:
        mine.update(next_at=None, problem="They no longer manage QuickBooks here.")
        return Letter.Outcome.DROPPED
    stop = stop_link(letter.organization, letter.user_id)
    # The same for each try, so that a mail program shows it once.
    name = hashlib.sha256(f"{letter.organization_id} {letter.user_id} {letter.key}".encode()).hexdigest()[:32]
    message = EmailMultiAlternatives(
        letter.subject,
        letter.text,
        to=[letter.user.email],
        headers={
            "Message-ID": f"<{name}@runacall>",
            "List-Unsubscribe": f"<{stop}>",
            "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        },
        connection=get_connection(),
    )
    message.attach_alternative(letter.html, "text/html")
    try:
        message.send()
    except DATABASE_AWAY:
        raise
    except Exception as mistake:  # any backend has errors of its own
        delay = DELAYS[letter.tries] if letter.tries < len(DELAYS) else None
        next_at = None if delay is None else at + timedelta(seconds=delay)
        mine.update(next_at=next_at, problem=f"{type(mistake).__name__}: {mistake}"[:300])
        return Letter.Outcome.GIVEN_UP if next_at is None else Letter.Outcome.FAILED
    mine.update(sent_at=at, next_at=None, problem="")
    return Letter.Outcome.SENT

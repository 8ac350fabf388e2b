"""Keeping unused connections alive: Intuit ends one whose tokens are not used for a hundred days."""

from __future__ import annotations

import logging
import time
from collections import Counter
from datetime import datetime, timedelta

from django.conf import settings

from qbo.connection.tokens import RefreshUnderWay, refresh_tokens, unreadable_tokens
from qbo.models import Connection
from runacall.isolation import isolated
from sync.engine.pausing import pause_idle

logger = logging.getLogger(__name__)

# How soon to try again if Intuit gave no new tokens but did not refuse the old ones either.
PUT_OFF = timedelta(hours=6)
RENEWED, PUT_OFF_FOR_NOW, PAUSED, UNDER_WAY = "renewed", "put off", "paused", "under way elsewhere"


def renew_unused(*, at: datetime) -> Counter[str]:
    """Renew the tokens of each connection that was not used for about a week; returns counts by result.

    Stops after the time of a drain; the next run does the rest. A connection that is refused, or whose tokens
    no key can decrypt, pauses with a row in the log.
    """
    came_to: Counter[str] = Counter()
    until = time.monotonic() + settings.SYNC["DRAIN_SECONDS"]
    for connection in list(Connection.objects.to_be_renewed(at=at)):
        if time.monotonic() >= until:
            break
        with isolated("Renewing tokens", connection=connection.pk, organization=connection.organization_id) as caught:
            came_to[_renew(connection, at=at)] += 1
        if caught.mistake:
            _put_off(connection, at=at)
    came_to[PAUSED] += pause_unreadable(at=at)
    return +came_to


def pause_unreadable(*, at: datetime) -> int:
    """Pause connections that look active although no key can decrypt their tokens; returns how many."""
    paused = 0
    for connection in Connection.objects.filter(status=Connection.Status.ACTIVE).iterator():
        with isolated("Reading tokens", connection=connection.pk, organization=connection.organization_id):
            if not connection.has_readable_tokens:
                paused += pause_idle(connection, unreadable_tokens(), at=at)
    return paused


def _renew(connection: Connection, *, at: datetime) -> str:
    try:
        failure = refresh_tokens(connection, at=at, unused=True)
    except RefreshUnderWay:
        return UNDER_WAY
    if failure is None:
        return RENEWED
    if failure.code == "token_expired" and pause_idle(connection, failure, at=at):
        return PAUSED
    # Intuit's service does not work, or our app is refused: that is not one shop's problem.
    logger.warning("Renewing the tokens of connection %s came to %s.", connection.pk, failure.code)
    _put_off(connection, at=at)
    return PUT_OFF_FOR_NOW


def _put_off(connection: Connection, *, at: datetime) -> None:
    Connection.objects.filter(pk=connection.pk).to_be_renewed(at=at).update(renew_at=at + PUT_OFF)

"""Keeping connections alive over which nothing is sent: Intuit ends one whose tokens nobody uses for a hundred days."""

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

# How soon to come back where Intuit gave no new tokens, though it did not refuse the old ones either.
PUT_OFF = timedelta(hours=6)
RENEWED, PUT_OFF_FOR_NOW, PAUSED, UNDER_WAY = "renewed", "put off", "paused", "under way elsewhere"


def renew_unused(*, at: datetime) -> Counter[str]:
    """Renew the tokens of each connection that was not used for about a week; how many came to what.

    Stops after the time of a drain; what is left is done by the next run. A connection that is refused, or whose
    tokens no key reads, pauses with a row of the log.
    """
    came_to: Counter[str] = Counter()
    until = time.monotonic() + settings.SYNC["DRAIN_SECONDS"]
    for connection in list(Connection.objects.to_be_renewed(at=at)):
        if time.monotonic() >= until:
            break
        with isolated("Renewing tokens", connection=connection.pk, organization=connection.organization_id) as slip:
            came_to[_renew(connection, at=at)] += 1
        if slip.mistake:
            _put_off(connection, at=at)
    came_to[PAUSED] += pause_unreadable(at=at)
    return +came_to


def pause_unreadable(*, at: datetime) -> int:
    """Connections that look active while no key reads their tokens say so before anything is sent; how many."""
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
    # Intuit's service is out of order, or our app is refused: that is no shop's doing.
    logger.warning("Renewing the tokens of connection %s came to %s.", connection.pk, failure.code)
    _put_off(connection, at=at)
    return PUT_OFF_FOR_NOW


def _put_off(connection: Connection, *, at: datetime) -> None:
    Connection.objects.filter(pk=connection.pk).to_be_renewed(at=at).update(renew_at=at + PUT_OFF)

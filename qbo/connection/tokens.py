"""The pair of tokens of a connection: stored, refreshed by one process at a time, never replaced by an older pair."""

from __future__ import annotations

import logging
import random
from collections.abc import Callable
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from qbo.connection.endpoints import endpoints
from qbo.connection.oauth import OAuthClient, OAuthFailed, Tokens
from qbo.encryption import UnreadableSecret
from qbo.failures import Failure
from qbo.models import Connection
from runacall import operators_log

logger = logging.getLogger(__name__)

UNREADABLE = "Run a Call can no longer read the stored tokens of this connection."
# A process that asks for the next pair has received it, or died, within this many times its patience.
LOCKED_FOR = 2
# Intuit ends a connection that is unused for a hundred days (its authorization FAQ); a week leaves a good margin.
# Up to a day earlier, so that shops that connected at the same time are not renewed at the same time.
RENEWED_AFTER = timedelta(days=7)
JITTER = timedelta(days=1)
# The emulator's default client id and secret.
EMULATOR_APP = ("emulator-client", "emulator-secret")


class RefreshUnderWay(Exception):
    """Another process is requesting the next pair right now; try again in a moment."""


def oauth_client(environment: str, emulator_url: str = "") -> OAuthClient:
    known = environment == "emulator" and not settings.QBO_CLIENT_ID
    client_id, secret = EMULATOR_APP if known else (settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET)
    return OAuthClient(
        endpoints=endpoints(environment, emulator_url),
        client_id=client_id,
        client_secret=secret,
        timeout=(settings.SYNC["HTTP_CONNECT_TIMEOUT"], _patience()),
    )


def _patience() -> float:
    return float(min(30, settings.SYNC["HTTP_READ_TIMEOUT"]))


def token_columns(tokens: Tokens, *, version: int) -> dict[str, object]:
    return {
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "access_expires_at": tokens.access_expires_at,
        "refresh_expires_at": tokens.refresh_expires_at,
        "hard_expires_at": tokens.hard_expires_at,
        "renew_at": tokens.given_at + RENEWED_AFTER - random.random() * JITTER,  # noqa: S311  spreads, keeps no secret
        "token_version": version,
        "refreshing_until": None,
    }


def unreadable_tokens() -> Failure:
    """The failure of a connection whose stored tokens none of TOKEN_KEYS can read."""
    return Failure("token_expired", facts={"reason": UNREADABLE})


def refresh_tokens(
    connection: Connection,
    *,
    at: datetime,
    refused: str | None = None,
    within: float | None = None,
    unused: bool = False,
) -> Failure | None:
    """Make sure that `connection` has a usable access token; None if it has one.

    `refused`: the access token that QuickBooks refused although it looked fresh. A newer pair from another process is
    used. `unused`: renew a fresh token too, if the last renewal was about a week ago.
    `within`: seconds after which the caller gives up, if that is sooner than our own limit.
    Raises RefreshUnderWay while another process refreshes. A returned Failure says why there is no token.
    """
    connection.refresh_from_db()
    try:
        if not connection.refresh_token:
            return Failure("token_expired")
    except UnreadableSecret:
        logger.error("No key in TOKEN_KEYS reads the tokens of connection %s.", connection.pk)
        return unreadable_tokens()
    is_fresh = not connection.needs_new_token(at=at) and connection.access_token != refused
    is_used = connection.renew_at is not None and connection.renew_at > at
    if is_fresh and (is_used or not unused):
        return None
    # One at a time: the old refresh token may end as soon as a new one is issued, so two askers could lose both.
    _lock(connection, at=at)
    # Whoever connects in the meantime raises the version, and then this pair is not stored over the newer one.
    seen = connection.token_version
    try:
        client = oauth_client(connection.environment, connection.emulator_url)
        tokens = client.refresh(connection.refresh_token, at=at, within=within)
    except OAuthFailed as error:
        return _adopt_or_fail(connection, seen=seen, failure=error.failure)
    columns = token_columns(tokens, version=seen + 1)
    if tokens.hard_expires_at is None:
        del columns["hard_expires_at"]  # the end that Intuit gave before is still valid
    # Saved before it is used: a lost pair cannot be requested again.
    Connection.objects.filter(pk=connection.pk, token_version=seen).update(**columns)
    connection.refresh_from_db()
    _note(operators_log.note, "token renewed", connection)
    return None


def _note(write: Callable[..., None], what: str, connection: Connection, **facts: str | int) -> None:
    organization, realm = connection.organization_id, connection.realm_id
    write(what, organization=organization, connection=connection.pk, realm=realm, **facts)


def _lock(connection: Connection, *, at: datetime) -> None:
    free = Q(refreshing_until=None) | Q(refreshing_until__lte=at)
    mine = Connection.objects.filter(free, pk=connection.pk, token_version=connection.token_version).update(
        refreshing_until=at + timedelta(seconds=LOCKED_FOR * _patience())
    )
    if not mine:
        raise RefreshUnderWay(f"Another process refreshes the tokens of connection {connection.pk}.")


def _adopt_or_fail(connection: Connection, *, seen: int, failure: Failure) -> Failure | None:
    """A refusal counts only if the refused token is still the stored one."""
    Connection.objects.filter(pk=connection.pk, token_version=seen).update(refreshing_until=None)
    connection.refresh_from_db()
    # Another process has renewed it or a person has connected: the refusal was about the old pair.
    if connection.token_version != seen:
        return None
    _note(operators_log.warn, "token refused", connection, code=failure.code)
    return failure

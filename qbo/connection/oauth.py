"""Intuit's OAuth 2 over HTTP: tokens in and out as values; knows no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.conf import settings

from qbo.connection.bounds import new_session
from qbo.connection.client import Reply, exchange
from qbo.connection.endpoints import Endpoints
from qbo.failures import Failure
from qbo.faults import read_fault

# The most bytes of an answer of the token endpoint; real ones have about two thousand.
LARGEST_TOKEN_ANSWER = 1_000_000
# Ten years, in seconds; Intuit's own is five.
LONGEST_LIFE = 315_360_000
# How long tokens live if Intuit's answer does not give a number (Intuit's OAuth 2.0 guide).
ACCESS_LIFE, REFRESH_LIFE = timedelta(hours=1), timedelta(days=100)
SCOPE = "com.intuit.quickbooks.accounting"


class OAuthFailed(Exception):
    """Intuit gave no tokens; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


@dataclass(frozen=True)
class Tokens:
    """A pair of tokens and when each ends."""

    access: str
    refresh: str
    access_expires_at: datetime
    refresh_expires_at: datetime
    # When both were issued, and Intuit's absolute end of the connection if it says so.
    given_at: datetime
    hard_expires_at: datetime | None = None


@dataclass(frozen=True)
class OAuthClient:
    """Our app at Intuit. `timeout` is (connect, read) in seconds."""

    endpoints: Endpoints
    client_id: str
    client_secret: str
    timeout: tuple[float, float]

    def authorize_url(self, *, redirect_uri: str, state: str) -> str:
        """The address where the person agrees; Intuit redirects back with code, state and realmId."""
        query = {
            "client_id": self.client_id,
            "response_type": "code",
            "scope": SCOPE,
            "redirect_uri": redirect_uri,
            "state": state,
        }
        return f"{self.endpoints.authorize}?{urlencode(query)}"

    def exchange_code(self, code: str, *, redirect_uri: str, at: datetime) -> Tokens:
        """The first pair for an authorization code. Raises OAuthFailed."""
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        return self._tokens(form, at=at, within=settings.SYNC["PAGE_SECONDS"])

    def refresh(self, refresh_token: str, *, at: datetime, within: float | None = None) -> Tokens:
        """The next pair; the old refresh token must not be used again. Raises OAuthFailed."""
        form = {"grant_type": "refresh_token", "refresh_token": refresh_token}
        return self._tokens(form, at=at, within=within)

    def revoke(self, token: str) -> bool:
        """Whether Intuit confirmed that `token` is revoked."""
        return self._post(self.endpoints.revoke, {"token": token}, within=settings.SYNC["PAGE_SECONDS"]).status == 200

    def _tokens(self, form: dict[str, str], *, at: datetime, within: float | None) -> Tokens:
        reply = self._post(self.endpoints.token, form, within=within)
        answer = reply.json
        if reply.status == 200 and answer.get("access_token") and answer.get("refresh_token"):
            return Tokens(
                access=str(answer["access_token"]),
                refresh=str(answer["refresh_token"]),
                access_expires_at=at + _life(answer.get("expires_in"), ACCESS_LIFE),
                refresh_expires_at=at + _life(answer.get("x_refresh_token_expires_in"), REFRESH_LIFE),
                given_at=at,
                hard_expires_at=_hard_end(answer.get("x_refresh_token_hard_expires_in"), at=at),
            )
        failure = read_fault(reply.answer, request_entity="token", operation=form["grant_type"])
        raise OAuthFailed(failure or Failure("answer_unreadable", http_status=reply.status))

    def _post(self, url: str, form: dict[str, str], *, within: float | None) -> Reply:
        return exchange(
            new_session(),
            "POST",
            url,
            data=form,
            auth=(self.client_id, self.client_secret),
            # Without the second one, Intuit does not say when the connection ends for good (its SDKs since 2026).
            headers={"Accept": "application/json", "x-include-refresh-token-hard-expires-in": "true"},
            timeout=self.timeout,
            most=LARGEST_TOKEN_ANSWER,
            within=within,
        )


def _hard_end(seconds: object, *, at: datetime) -> datetime | None:
    """`at` plus the seconds Intuit gave; None if it gave no valid number."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 <= seconds < LONGEST_LIFE:
        return None
    return at + timedelta(seconds=seconds)


def _life(seconds: object, otherwise: timedelta) -> timedelta:
    """How long a token lives: a number of seconds, also as text; `otherwise` if it is not a number."""
    try:
        life = timedelta(seconds=float(str(seconds)))
    except (ValueError, OverflowError):
        return otherwise
    return min(life, timedelta(seconds=LONGEST_LIFE)) if life > timedelta(0) else otherwise

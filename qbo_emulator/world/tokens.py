"""Intuit's OAuth: codes, tokens, refresh with rotation, revocation; knows no company's books and no HTTP."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from qbo_emulator.books.encoding import dumps
from qbo_emulator.books.journal import Journal

DAY = timedelta(days=1)
NO_REALM = ""


@dataclass
class Grant:
    """One code or token and what it allows."""

    kind: str  # "code", "access" or "refresh"
    token: str
    realm: str
    issued: float
    expires: float
    family: str = ""  # all tokens that stem from one consent
    redirect_uri: str = ""
    dead: str = ""  # "", "expired", "used", "revoked", "disconnected"
    used_at: float = 0.0
    scope: str = ""
    nonce: str = ""


class OAuthFault(Exception):
    """An answer of the token endpoint: HTTP status and JSON body."""

    def __init__(self, status: int, error: str, description: str = "") -> None:
        super().__init__(error)
        self.status = status
        self.body = {"error": error} | ({"error_description": description} if description else {})


INVALID_GRANT = {
    "incorrect": "Incorrect or invalid refresh token",
    "token_invalid": "Token invalid",
    "bare": "",
}


class Tokens:
    def __init__(self, client_id: str, client_secret: str, journal: Journal, switch: Callable[[str, str], Any]) -> None:
        self.client_id, self.client_secret = client_id, client_secret
        self.journal, self.switch = journal, switch
        self.grants: dict[str, Grant] = {}
        self._lock = threading.RLock()

    # issuing

    def issue_code(self, realm: str, redirect_uri: str, *, at: datetime, scope: str = "", nonce: str = "") -> str:
        now, life = at.timestamp(), self.switch(realm, "authorization_code_seconds")
        family = secrets.token_hex(12)
        code = Grant("code", _new("code"), realm, now, now + life, family, redirect_uri, scope=scope, nonce=nonce)
        return self.register(code).token

    def exchange(self, code: str, redirect_uri: str, *, at: datetime) -> tuple[dict[str, object], Grant]:
        """Tokens for an authorization code, and the code. Raises OAuthFault if it is used, late or not ours."""
        with self._lock:
            grant = self._usable("code", code, at)
            if redirect_uri != grant.redirect_uri:
                raise OAuthFault(400, "invalid_grant", "Redirect URI does not match")
            self._kill(grant, "used", at)
            return self._pair(grant, at), grant

    def refresh(self, token: str, *, at: datetime) -> dict[str, object]:
        """A new pair for a refresh token; rotation by switch. Raises OAuthFault invalid_grant."""
        with self._lock:
            grant = self._usable("refresh", token, at)
            if self._rotates(grant, at):
                self._kill(grant, "used", at)
                return self._pair(grant, at)
            grant.expires = at.timestamp() + self.switch(grant.realm, "refresh_token_seconds")
            self._write(grant)
            return self._answer(self._access(grant, at), grant, at)

    def _rotates(self, grant: Grant, at: datetime) -> bool:
        if self.switch(grant.realm, "refresh_rotation") == "every_call":
            return True
        return at.timestamp() - grant.issued >= DAY.total_seconds()

    def _usable(self, kind: str, token: str, at: datetime) -> Grant:
        grant = self.grants.get(token)
        realm = grant.realm if grant else NO_REALM
        if grant is None or grant.kind != kind or not self._alive(grant, at):
            raise OAuthFault(400, "invalid_grant", INVALID_GRANT[self.switch(realm, "invalid_grant_body")])
        return grant

    def _alive(self, grant: Grant, at: datetime) -> bool:
        now = at.timestamp()
        if (
            grant.dead == "used"
            and grant.kind == "refresh"
            and self.switch(grant.realm, "old_refresh_token") == "valid_24h"
        ):
            return now < grant.used_at + DAY.total_seconds()
        return not grant.dead and now < grant.expires

    def _pair(self, of: Grant, at: datetime) -> dict[str, object]:
        refresh = self._issue("refresh", of, at, self.switch(of.realm, "refresh_token_seconds"))
        return self._answer(self._access(of, at), refresh, at)

    def _access(self, of: Grant, at: datetime) -> Grant:
        return self._issue("access", of, at, self.switch(of.realm, "access_token_seconds"))

    def _answer(self, access: Grant, refresh: Grant, at: datetime) -> dict[str, object]:
        return {
            "token_type": "bearer",
            "access_token": access.token,
            "expires_in": round(access.expires - at.timestamp()),
            "refresh_token": refresh.token,
            "x_refresh_token_expires_in": round(refresh.expires - at.timestamp()),
        }

    def _issue(self, kind: str, of: Grant, at: datetime, life: float) -> Grant:
        """A token for what `of` allows."""
        now = at.timestamp()
        return self.register(Grant(kind, _new(kind), of.realm, now, now + life, of.family, scope=of.scope))

    def register(self, grant: Grant) -> Grant:
        with self._lock:
            self.grants[grant.token] = grant
            self._write(grant)
        return grant

    # checking and ending

    def check(self, token: str, *, at: datetime) -> tuple[str, Grant | None]:
        """The state of a bearer token ("ok", "expired", "disconnected" or "unknown") and its grant."""
        grant = self.grants.get(token)
        if grant is None or grant.kind != "access":
            return "unknown", None
        if grant.dead == "disconnected":
            return "disconnected", grant
        if grant.dead or at.timestamp() >= grant.expires:
            return "expired", grant
        return "ok", grant

    def revoke(self, token: str, *, at: datetime) -> bool:
        """Ends the whole connection that `token` belongs to; False for a token that is no longer valid."""
        with self._lock:
            grant = self.grants.get(token)
            if grant is None or grant.dead:
                return False
            self._end(lambda one: one.family == grant.family, "revoked", at)
            return True

    def expire(self, realm: str, *, at: datetime, refresh: bool) -> int:
        return self._end(lambda one: one.realm == realm and (refresh or one.kind == "access"), "expired", at)

    def disconnect(self, realm: str, *, at: datetime) -> int:
        return self._end(lambda one: one.realm == realm, "disconnected", at)

    def _end(self, meant: Callable[[Grant], bool], why: str, at: datetime) -> int:
        with self._lock:
            ended = [one for one in self.grants.values() if meant(one) and (not one.dead or why == "disconnected")]
            for one in ended:
                self._kill(one, why, at)
            return len(ended)

    def _kill(self, grant: Grant, why: str, at: datetime) -> None:
        grant.dead, grant.used_at = why, at.timestamp()
        self._write(grant)

    # keeping

    def _write(self, grant: Grant) -> None:
        self.journal.append(NO_REALM, [self._line(grant)])

    def _line(self, grant: Grant) -> str:
        return dumps(["t", {name: str(v) if isinstance(v, float) else v for name, v in asdict(grant).items()}])

    def replay(self, line: list[Any]) -> None:
        stored = line[1]
        for name in ("issued", "expires", "used_at"):
            stored[name] = float(stored[name])
        self.grants[stored["token"]] = Grant(**stored)

    def snapshot(self) -> Iterator[str]:
        return (self._line(grant) for grant in self.grants.values())


def _new(kind: str) -> str:
    prefix = {"code": "AB", "access": "eyJlbXVsYXRvciI6", "refresh": "RT1-"}[kind]
    return prefix + secrets.token_urlsafe({"code": 36, "access": 180, "refresh": 36}[kind])

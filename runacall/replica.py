"""A streaming replica serves pages that may be some seconds behind; everything else reads the server itself.

It is used for a request only if the page is one of REPLICA_VIEWS, if the replica has what this person wrote last, and
if it is at most DATABASE_REPLICA_MAX_LAG seconds behind; otherwise, and if it is away, the server itself answers.
Workers and commands never use it. How far it is behind is measured by positions in the write-ahead log, so no clock
matters.
"""

from __future__ import annotations

import re
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextvars import ContextVar
from typing import Any, cast

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS, Error, InterfaceError, OperationalError, connections, models
from django.http import HttpRequest, StreamingHttpResponse
from django.http.response import HttpResponseBase

REPLICA = "replica"
# The cookie that holds where the person's last write is in the log, and how long in seconds it is kept: longer than any
# replica that is used may be behind.
COOKIE, COOKIE_AGE = "written_at", 300
POSITION = re.compile(r"[0-9A-F]{1,8}/[0-9A-F]{1,8}")
BEFORE_ALL, AFTER_ALL = "0/0", "FFFFFFFF/FFFFFFFF"
# After it did not answer it is left alone for so many seconds, so that no page waits for it meanwhile.
AWAY_FOR = 30.0

_reads_replica: ContextVar[bool] = ContextVar("reads_replica", default=False)
_wrote: ContextVar[bool] = ContextVar("wrote", default=False)


class ReplicaRouter:
    """Where a query goes. Writes, and reads within a transaction, always go to the server itself."""

    def db_for_read(self, model: type[models.Model], **hints: object) -> str:
        at_replica = _reads_replica.get() and model._meta.app_label in settings.REPLICA_APPS
        return REPLICA if at_replica and not connections[DEFAULT_DB_ALIAS].in_atomic_block else DEFAULT_DB_ALIAS

    def db_for_write(self, model: type[models.Model], **hints: object) -> str:
        if model._meta.app_label in settings.REPLICA_APPS:
            _wrote.set(True)
        return DEFAULT_DB_ALIAS

    def allow_relation(self, *records: models.Model, **hints: object) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: object) -> bool | None:
        return False if db == REPLICA else None


class ReplicaMiddleware:
    """Has to be the last one: what other middleware reads and writes does not concern the replica."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        reads, wrote = _reads_replica.set(False), _wrote.set(False)
        try:
            answer = self.get_response(request)
            if _wrote.get():
                position = _position_here()
                answer.set_cookie(
                    COOKIE, position, COOKIE_AGE, httponly=True, secure=settings.SESSION_COOKIE_SECURE, samesite="Lax"
                )
            if _reads_replica.get() and isinstance(answer, StreamingHttpResponse):
                # It is read by the server after this has returned.
                answer.streaming_content = _at_replica(cast(Iterable[bytes], answer.streaming_content))
            return answer
        finally:
            _reads_replica.reset(reads)
            _wrote.reset(wrote)

    def process_view(self, request: HttpRequest, *_: object) -> None:
        """Choose the replica for this request, or not."""
        match = request.resolver_match
        may_lag = request.method in ("GET", "HEAD") and match and match.view_name in settings.REPLICA_VIEWS
        _reads_replica.set(bool(may_lag) and watch.allows(request.COOKIES.get(COOKIE, BEFORE_ALL)))

    def process_exception(self, request: HttpRequest, mistake: Exception) -> HttpResponseBase | None:
        """Answer a page whose replica went away in the middle of it: once more, by the server itself."""
        match = request.resolver_match
        if not _reads_replica.get() or match is None or not isinstance(mistake, (OperationalError, InterfaceError)):
            return None
        watch.is_away()
        _reads_replica.set(False)
        answer: Any = match.func(request, *match.args, **match.kwargs)
        rendered: HttpResponseBase = answer.render() if callable(getattr(answer, "render", None)) else answer
        return rendered


class Watch:
    """What this process knows of the replica. `positions`: (seconds by the stopwatch, the server's position then)."""

    def __init__(self) -> None:
        self.away_until = 0.0
        self.positions: deque[tuple[float, str]] = deque(maxlen=3)

    def allows(self, written: str) -> bool:
        """Whether the replica may answer somebody whose last write is at that position of the log."""
        if time.monotonic() < self.away_until:
            return False
        needed = self._needed()
        if needed is None or not POSITION.fullmatch(written):
            return False
        try:
            with connections[REPLICA].cursor() as cursor:
                # One that was promoted by mistake has a log of its own, whose positions mean nothing here.
                cursor.execute(
                    "SELECT pg_is_in_recovery() AND pg_last_wal_replay_lsn() >= GREATEST(%s::pg_lsn, %s::pg_lsn)",
                    [needed, written],
                )
                return bool(cursor.fetchone()[0])
        except Error:
            self.is_away()
            return False

    def is_away(self) -> None:
        self.away_until = time.monotonic() + AWAY_FOR
        connections[REPLICA].close()

    def _needed(self) -> str | None:
        """The position that a replica has reached if it is not too far behind; None if that is not known yet.

        The server's position is read twice in that time at most, and only while pages are asked for.
        """
        now, half = time.monotonic(), settings.DATABASE_REPLICA_MAX_LAG / 2
        if not self.positions or now - self.positions[-1][0] >= half:
            self.positions.append((now, _position_here()))
        known = [position for at, position in self.positions if half <= now - at <= 2 * half]
        return known[-1] if known else None


def _position_here() -> str:
    """Where the server's log ends now; if it cannot be asked, a position that no replica reaches."""
    try:
        with connections[DEFAULT_DB_ALIAS].cursor() as cursor:
            cursor.execute("SELECT pg_current_wal_insert_lsn()::text")
            return str(cursor.fetchone()[0])
    except Error:
        return AFTER_ALL


def _at_replica(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """The pieces, each read from the replica; between them nothing else is."""
    rest = iter(pieces)
    while True:
        before = _reads_replica.set(True)
        try:
            piece = next(rest)
        except StopIteration:
            return
        finally:
            _reads_replica.reset(before)
        yield piece


watch = Watch()

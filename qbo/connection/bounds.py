"""HTTP with limits: a whole call has a deadline and an answer a maximum size; it knows nothing about QuickBooks.

The time-outs of `requests` apply between two bytes, so a server that sends one byte now and then could hold
a caller forever, even while it sends the headers.
"""

from __future__ import annotations

import os
import socket
import threading
import time
from collections import deque
from contextlib import suppress
from http.cookiejar import DefaultCookiePolicy
from types import TracebackType
from typing import Any, Self

import requests
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

from runacall import stopwatch

PIECE = 65536
_running = threading.local()


class AnswerTooLong(requests.RequestException):
    """An answer was longer than the maximum size."""


class Deadline:
    """Shuts down the connection of the call that runs inside the block, in this thread, after `seconds`.

    Nothing is sent after `leaves_by` (`stopwatch.seconds`), either.
    """

    def __init__(self, seconds: float, *, leaves_by: float | None = None) -> None:
        self.seconds = seconds
        passes_at = stopwatch.seconds() + seconds
        self._leaves_by = passes_at if leaves_by is None else min(passes_at, leaves_by)
        self.has_passed = False
        self._is_over = False
        self._socket: socket.socket | None = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(max(0.0, seconds), self._pass)
        self._timer.daemon = True

    def __enter__(self) -> Self:
        _running.deadline = self
        self._timer.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        with self._lock:
            self._is_over = True
        self._timer.cancel()
        _running.deadline = None

    def watch(self, connected: socket.socket | None) -> None:
        """The call goes over this socket, from now on."""
        with self._lock:
            self._socket = connected
            # Not by the timer alone: a process that was suspended meanwhile may get here before its timer does, and
            # what it was about to send may have been sent by another one.
            self.has_passed = self.has_passed or stopwatch.seconds() >= self._leaves_by
            if self.has_passed:
                self._shut()

    def _pass(self) -> None:
        with self._lock:
            if not self._is_over:
                self.has_passed = True
                self._shut()

    def _shut(self) -> None:
        if self._socket is not None:
            with suppress(OSError):
                # Use the plain socket: TLS would first send a close message and wait for the reply.
                socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


def _watch(connected: socket.socket | None) -> None:
    deadline: Deadline | None = getattr(_running, "deadline", None)
    if deadline is not None:
        deadline.watch(connected)


class _Watched(HTTPConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *arguments: Any, **options: Any) -> None:
        _watch(self.sock)  # a connection still open from the previous call
        super().request(*arguments, **options)


class _WatchedTLS(HTTPSConnection):
    def connect(self) -> None:
        super().connect()
        _watch(self.sock)

    def request(self, *arguments: Any, **options: Any) -> None:
        _watch(self.sock)
        super().request(*arguments, **options)


class _Pool(HTTPConnectionPool):
    ConnectionCls = _Watched


class _PoolTLS(HTTPSConnectionPool):
    ConnectionCls = _WatchedTLS


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *arguments: Any, **options: Any) -> None:
        super().init_poolmanager(*arguments, **options)
        self.poolmanager.pool_classes_by_scheme = {"http": _Pool, "https": _PoolTLS}


def new_session() -> requests.Session:
    """A session whose calls a Deadline can end at any point."""
    session = requests.Session()
    # It may be used for several companies, and no cookie of one is for another.
    session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
    # A call brings its own token: without this, a .netrc of the host is looked for each time, and goes before it.
    session.auth = lambda request: request
    session.mount("http://", _Adapter())
    session.mount("https://", _Adapter())
    return session


# Seconds for which a connection that carries no call is used again. Servers and what stands between close it after a
# minute or more; a call over one that is just being closed would have to be looked for as if it had arrived.
KEPT_OPEN = 20.0
# By address, the sessions that no call of this process uses now, with when they were left; the latest last.
_free: dict[str, deque[tuple[float, requests.Session]]] = {}
# Two processes must not talk over one connection.
os.register_at_fork(after_in_child=_free.clear)


def take_session(address: str) -> requests.Session:
    """A session for calls to `address`, which nobody else uses until `leave_session`.

    One that was left a moment ago has an open connection, which saves the handshake: 100 to 200 ms to QuickBooks.
    """
    free = _free.setdefault(address, deque())
    with suppress(IndexError):
        while True:
            left_at, session = free.pop()
            if time.monotonic() - left_at < KEPT_OPEN:
                return session
            session.close()
    return new_session()


def leave_session(address: str, session: requests.Session) -> None:
    """The next call of this process to `address` may use it."""
    free, now = _free.setdefault(address, deque()), time.monotonic()
    free.append((now, session))
    with suppress(IndexError):
        while now - free[0][0] >= KEPT_OPEN:
            free.popleft()[1].close()


def read_body(response: requests.Response, *, most: int) -> bytes:
    """The unpacked body.

    Raises AnswerTooLong if it has more than `most` bytes, packed or unpacked; RequestException.
    """
    declared = response.headers.get("Content-Length", "")
    if declared.isdecimal() and int(declared[:20]) > most:
        raise AnswerTooLong(in_words(most))
    body = bytearray()
    for piece in response.iter_content(PIECE):
        body += piece
        if len(body) > most:
            raise AnswerTooLong(in_words(most))
    return bytes(body)


def in_words(most: int) -> str:
    """E.g. "the answer was longer than 20 MB"."""
    return f"the answer was longer than {most / 1_000_000:,g} MB"

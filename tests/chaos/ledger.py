"""Reads the database without Django, and cuts its connections; knows a few tables by name."""

from __future__ import annotations

import sqlite3
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from tests.chaos.stage import PACE

# Longer than the lease, see HASTE in `stage`: a process that waited for the lock has lost it in the meantime.
LOCKED_FOR = 2.2 * PACE
STATES = "SELECT state, COUNT(*) FROM sync_syncevent GROUP BY state"
FAILED = """SELECT e.record_type, e.record_id, e.failure_code, e.retries, e.message, a.kind FROM sync_syncevent e
            JOIN sync_attempt a ON a.id = (SELECT MAX(id) FROM sync_attempt WHERE event_id = e.id)
            WHERE e.state = 'failed' ORDER BY e.id"""


class FailedEvent(NamedTuple):
    record_type: str
    record_id: int
    code: str
    retries: int
    message: str
    # Of the last attempt: "settled_here" for what shares the failure of a customer or an item.
    kind: str


class Ledger:
    """The database at `url`: "sqlite:///…" or "postgresql://…"."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.is_sqlite = url.startswith("sqlite")

    def rows(self, statement: str) -> list[tuple[Any, ...]]:
        with closing(self._connect()) as connection:
            found = connection.execute(statement).fetchall()
            connection.commit()
            return list(found)

    def do(self, statement: str) -> None:
        with closing(self._connect()) as connection:
            connection.execute(statement)
            connection.commit()

    def states(self) -> dict[str, int]:
        return {str(state): int(count) for state, count in self.rows(STATES)}

    def failed(self) -> list[FailedEvent]:
        return [FailedEvent(*row) for row in self.rows(FAILED)]

    def holder(self) -> int:
        """The process that holds the lease; 0 where none does."""
        found = self.rows("SELECT holder FROM qbo_lease WHERE expires_at IS NOT NULL")
        return int(str(found[0][0]).split(":")[1]) if found and ":" in str(found[0][0]) else 0

    def pause(self) -> str:
        """Why the connection is paused; "" while it is not."""
        ((status, code, detail),) = self.rows("SELECT status, pause_code, pause_detail FROM qbo_connection")
        return "" if status == "active" and not code else f"{code or status}: {detail}"

    def cut(self) -> None:
        """PostgreSQL: every connection is ended. SQLite, which has none: nobody else can write for a while."""
        if self.is_sqlite:
            threading.Thread(target=self._lock, daemon=True).start()
        else:
            self.do(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )

    def _lock(self) -> None:
        with closing(self._connect()) as connection:
            connection.execute("BEGIN IMMEDIATE")
            time.sleep(LOCKED_FOR)
            connection.rollback()

    def _connect(self) -> Any:
        if self.is_sqlite:
            return sqlite3.connect(self.url.removeprefix("sqlite:///"), timeout=20)
        return psycopg.connect(self.url)


@contextmanager
def database(kind: str, folder: Path, *, server: str) -> Iterator[str]:
    """The URL of a new, empty database of `kind` "sqlite" or "postgres", gone afterwards."""
    if kind == "sqlite":
        yield f"sqlite:///{folder}/shop.sqlite3"
        return
    name = f"runacall_chaos_{uuid.uuid4().hex[:8]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield server.rsplit("/", 1)[0] + f"/{name}"
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')

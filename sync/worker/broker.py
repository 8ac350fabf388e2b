"""django-q2's queue with a doorbell: a cluster takes a task when it is queued, and polls only as a safety net.

On PostgreSQL the bell is NOTIFY, delivered with the commit that queues the task. It needs a session of its own, which
a pooler in transaction mode cannot give: set DATABASE_LISTEN_URL to the server itself, or the cluster only polls. On
SQLite it is the file's data version, which changes with every commit of another process.
"""

from __future__ import annotations

import logging
import sqlite3
import time
from collections.abc import Iterable
from contextlib import closing, suppress
from datetime import timedelta
from typing import Any, Protocol

from django.conf import settings
from django.db import connections
from django_q.brokers.orm import ORM
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from runacall import clock

CHANNEL = "runacall_tasks"
# Seconds between two looks at the data version of a SQLite file: one costs a few microseconds.
SQLITE_LOOK = 0.02
# After a bell failed, the cluster polls for this long before it installs another.
BELL_RETRY = timedelta(seconds=30)

logger = logging.getLogger(__name__)


class Doorbell(Protocol):
    """Something that can wait until another process has queued a task."""

    def wait(self, seconds: float) -> None:
        """Return as soon as the bell rings, and after `seconds` at the latest."""

    def close(self) -> None: ...


class NotifyBell:
    """LISTEN on a PostgreSQL session of its own. What was sent since the last wait is not missed."""

    def __init__(self) -> None:
        import psycopg

        database = connections[Conf.ORM]
        if settings.DATABASE_LISTEN_URL:
            self.session = psycopg.connect(settings.DATABASE_LISTEN_URL, autocommit=True)
        else:
            parameters: dict[str, Any] = database.get_connection_params()
            self.session = psycopg.connect(**{**parameters, "autocommit": True})
        self.session.execute(f"LISTEN {CHANNEL}")

    def wait(self, seconds: float) -> None:
        for _ in self.session.notifies(timeout=seconds, stop_after=1):
            return

    def close(self) -> None:
        self.session.close()


class FileBell:
    """Looks at the data version of a SQLite file, and after a commit at the newest task: a drain commits often, and
    each look of django-q2's costs a hundred times as much.
    """

    def __init__(self) -> None:
        self.file = sqlite3.connect(connections[Conf.ORM].settings_dict["NAME"], timeout=1)
        self.version, self.newest = self._version(), self._newest()

    def _version(self) -> int:
        return int(self._ask("PRAGMA data_version"))

    def _newest(self) -> int:
        return self._ask(f"SELECT COALESCE(MAX(id), 0) FROM {OrmQ._meta.db_table}")

    def _ask(self, question: str) -> int:
        with closing(self.file.execute(question)) as rows:
            return int(rows.fetchone()[0])

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            version = self._version()
            if version != self.version:
                # The version first: what is queued between the two changes it again.
                self.version, before, self.newest = version, self.newest, self._newest()
                if self.newest > before:
                    return
            time.sleep(SQLITE_LOOK)

    def close(self) -> None:
        self.file.close()


def new_bell() -> Doorbell | None:
    """The bell for this database; None behind a pooler without a direct address."""
    if connections[Conf.ORM].vendor == "sqlite":
        return FileBell()
    if connections[Conf.ORM].settings_dict.get("DISABLE_SERVER_SIDE_CURSORS") and not settings.DATABASE_LISTEN_URL:
        return None
    return NotifyBell()


class _Packages(ORM):
    """Collects what `async_task` would queue."""

    def __init__(self) -> None:
        super().__init__()
        self.packed: list[str] = []

    def enqueue(self, task: str) -> int:
        self.packed.append(task)
        return len(self.packed)


def queue_many(task: str, ids: Iterable[int], *, group: str) -> int:
    """Queue `task` once for each of `ids`, in one statement; how many."""
    packages = _Packages()
    for pk in ids:
        async_task(task, pk, group=group, broker=packages)
    now = clock.now()
    OrmQ.objects.bulk_create([OrmQ(key=packages.list_key, payload=one, lock=now) for one in packages.packed])
    ring()
    return len(packages.packed)


def ring() -> None:
    """Tell every cluster that tasks were queued; on PostgreSQL, with the commit."""
    database = connections[Conf.ORM]
    if database.vendor == "postgresql":
        with database.cursor() as cursor:
            cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])


class PromptBroker(ORM):
    """django-q2's ORM broker, except that an empty queue waits for the bell instead of sleeping."""

    bell: Doorbell | None = None
    no_bell_until = None

    def enqueue(self, task: object) -> object:
        # By the database's clock: a host that is ahead would queue it for later.
        queued = self.get_connection().create(key=self.list_key or Conf.CLUSTER_NAME, payload=task, lock=clock.now())
        ring()
        return queued.pk

    def timeout(self, task: object) -> object:
        return clock.now() + timedelta(seconds=Conf.RETRY)

    def dequeue(self) -> object:
        # The bell is there before the queue is read, so that nothing falls between the two.
        bell = self._bell()
        rows = self.get_connection().filter(key=self.list_key, lock__lt=clock.now()).order_by("pk")
        tasks = []
        for row in rows[: Conf.BULK]:
            # Another cluster may have taken it since.
            if self.get_connection().filter(pk=row.pk, lock=row.lock).update(lock=self.timeout(row)):
                tasks.append((row.pk, row.payload))
        if tasks:
            return tasks
        try:
            bell.wait(Conf.POLL) if bell else time.sleep(Conf.POLL)
        except Exception:
            logger.exception("The queue's doorbell failed; the cluster polls for %s.", BELL_RETRY)
            self._drop_bell()
        return None

    def _bell(self) -> Doorbell | None:
        if self.bell is None and (self.no_bell_until is None or clock.now() >= self.no_bell_until):
            try:
                self.bell = new_bell()
            except Exception:
                logger.exception("The queue's doorbell cannot be installed; the cluster polls for %s.", BELL_RETRY)
            if self.bell is None:
                self._drop_bell()
        return self.bell

    def _drop_bell(self) -> None:
        if self.bell is not None:
            with suppress(Exception):
                self.bell.close()
        self.bell, self.no_bell_until = None, clock.now() + BELL_RETRY

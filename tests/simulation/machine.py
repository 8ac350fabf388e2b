"""What stands between our code and the real world: clocks, random bytes, threads, the database, HTTP sessions.

`before_import` has to run before any module of ours is imported, since some take a clock's function as a default.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import Future
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from unittest.mock import patch

from tests.simulation.clockwork import ATOMIC, NEVER, Clockwork, Killed, Thread
from tests.simulation.history import CLOCK, QUERY

OURS = ("qbo.", "sync.", "runacall.")
WRITES = ("INSERT", "UPDATE", "DELETE")
_real_time, _real_monotonic, _real_sleep = time.time, time.monotonic, time.sleep

# The clockwork that time comes from; None while nothing is simulated.
running: Clockwork | None = None
# The time while the stage is built, before anything is simulated.
standing: float | None = None


def true_time() -> float:
    """By no host's clock."""
    return running.now if running else standing or _real_time()


def _now(depth: int = 2) -> float | None:
    work = running
    if work is None:
        return standing
    thread = work.current
    if thread is None:
        return work.now
    if sys._getframe(depth).f_globals.get("__name__", "").startswith(OURS):
        work.point(CLOCK)
    return work.now + thread.process.host.skew


def _time() -> float:
    now = _now()
    return _real_time() if now is None else now


def _monotonic() -> float:
    """Whoever sets a host's clock leaves its stopwatch alone: a point, and no skew."""
    now = _now()
    return _real_monotonic() if now is None else true_time()


def _sleep(seconds: float) -> None:
    if running is None or running.current is None:
        _real_sleep(seconds)
    else:
        running.sleep(seconds)


def _timezone_now() -> datetime:
    now = _now()
    return datetime.now(UTC) if now is None else datetime.fromtimestamp(now, UTC)


def _database_now() -> datetime:
    """The database's clock, which no host's skew changes; read by our code, so a point."""
    work = running
    if work is not None and work.current is not None:
        work.point(CLOCK)
    return datetime.fromtimestamp(true_time(), UTC)


class Machines:
    """Which process of which host a thread belongs to, as `qbo.models.leases` asks the operating system."""

    NoSuchProcess, STATUS_ZOMBIE = ProcessLookupError, "zombie"

    @staticmethod
    def host() -> str:
        thread = running.current if running else None
        return thread.process.host.name if thread else "here"

    @staticmethod
    def getpid() -> int:
        thread = running.current if running else None
        return thread.process.pid if thread else 1

    @staticmethod
    def Process(pid: int) -> SimpleNamespace:  # noqa: N802  as psutil calls it
        if running is None or pid not in running.alive:
            raise ProcessLookupError
        return SimpleNamespace(status=lambda: "running")


def before_import() -> None:
    """Put the simulated clocks in place of the real ones."""
    from django.utils import timezone

    assert not any(name.startswith(OURS) for name in sys.modules if name != "runacall.settings"), "too late"
    time.time, time.monotonic, time.sleep = _time, _monotonic, _sleep
    timezone.now = _timezone_now
    from runacall import clock, stopwatch

    clock.now = clock.now_by_stopwatch = _database_now
    stopwatch.seconds = _monotonic


def seed_random(seed: int) -> None:
    """The same tokens and request ids in each run."""
    dice = random.Random(seed)
    os.urandom = dice.randbytes  # type: ignore[assignment]
    random._urandom = dice.randbytes  # type: ignore[attr-defined]
    random.seed(seed)


class Deadline:
    """The time-out of a whole call; here the network keeps it."""

    has_passed = False

    def __init__(self, seconds: float, *, leaves_by: float | None = None) -> None:
        self.seconds = seconds
        self.leaves_by = min(true_time() + seconds, NEVER if leaves_by is None else leaves_by)

    def __enter__(self) -> Deadline:
        if running and running.current:
            running.current.leaves_by = self.leaves_by
        return self

    def __exit__(self, *_: object) -> None:
        # A later call without a time-out of ours, such as a person's browser makes, has no such limit.
        if running and running.current:
            running.current.leaves_by = NEVER


class Pool:
    """Stands for ThreadPoolExecutor: its threads are threads of the simulated process."""

    def __init__(self, max_workers: int = 0) -> None:
        self.flying: list[Future[Any]] = []

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not Killed:
            wait_for(self.flying, return_when="ALL_COMPLETED")

    def submit(self, call: Callable[..., Any], /, *arguments: Any) -> Future[Any]:
        work, future = _work(), Future[Any]()

        def body() -> None:
            try:
                result = call(*arguments)
            except Exception as error:
                future.set_exception(error)
            else:
                future.set_result(result)

        thread = work.current
        assert thread is not None
        self.flying.append(future)
        work.spawn(thread.process, body)
        return future


def wait_for(
    futures: Collection[Future[Any]], timeout: float | None = None, return_when: str = "ALL_COMPLETED"
) -> tuple[set[Future[Any]], set[Future[Any]]]:
    """Stands for concurrent.futures.wait."""
    work = _work()
    thread = work.current
    assert thread is not None
    enough = any if return_when == "FIRST_COMPLETED" else all
    for future in futures:
        future.add_done_callback(lambda _, thread=thread: work.wake(thread))
    while futures and not enough(future.done() for future in futures):
        work.block()
    done = {future for future in futures if future.done()}
    return done, set(futures) - done


def _work() -> Clockwork:
    assert running is not None
    return running


def after_import(network: Any) -> None:
    """Put simulated threads, time-outs and sessions in place of the real ones, for good."""
    import requests

    from qbo.models import leases
    from sync.engine.send import push

    patch.object(leases, "_host", Machines.host).start()
    patch.object(leases, "_kernel", lambda: "kernel").start()
    patch.object(leases, "os", Machines).start()
    patch.object(leases, "psutil", Machines).start()
    patch("qbo.connection.client.Deadline", Deadline).start()
    patch.object(push, "ThreadPoolExecutor", Pool).start()
    patch.object(push, "wait", wait_for).start()
    patch.object(requests.Session, "get_adapter", lambda session, url: network).start()


class Database:
    """The one connection to the database, on which the simulated processes take turns between transactions."""

    def __init__(self, connection: Any, after_commit: Callable[[], None]) -> None:
        self.connection, self.after_commit = connection, after_commit
        connection.execute_wrappers[:] = [self._execute]
        self._commit = type(connection)._commit.__get__(connection)
        connection._commit = self._commit_at_a_point
        _work().is_atomic = lambda: bool(connection.in_atomic_block)

    def _execute(self, execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        thread = running.current if running else None
        if thread is None:
            return execute(sql, params, many, context)
        if not thread.process.alive:
            if sql.startswith("ROLLBACK"):
                return execute(sql, params, many, context)
            raise Killed
        if self.connection.in_atomic_block:
            return execute(sql, params, many, context)
        is_write = sql.startswith(WRITES)
        _work().point(ATOMIC if is_write else QUERY)
        result = execute(sql, params, many, context)
        if is_write:
            self.after_commit()
        return result

    def _commit_at_a_point(self) -> None:
        try:
            if running:
                running.point(ATOMIC)
        except Killed:
            # Django rolls back after an error of the database only.
            self.connection._rollback()
            self.connection.run_on_commit = []
            raise
        self._commit()
        self.after_commit()


__all__: Sequence[str] = ("Database", "Deadline", "Pool", "Thread", "before_import", "seed_random")

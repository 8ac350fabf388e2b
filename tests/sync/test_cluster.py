"""The supervisor sees a cluster that is dead or frozen, and leaves one alone that works."""

from __future__ import annotations

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest
from django.db import InterfaceError
from django.utils import timezone
from django_q.models import OrmQ

from qbo.models import Lease
from sync.models import Heartbeat, SyncEvent
from sync.operations.recording import leave_to_worker
from sync.worker.cluster import BOOTS_WITHIN, Supervisor
from tests import migrated
from tests.books import Shop

ROOT = Path(__file__).resolve().parents[2]
LATER = timedelta(seconds=60)


class FakeGroup:
    """A process group that is as alive as we say, with one process in it."""

    def __init__(self, *pids: int) -> None:
        self.is_alive, self.pids, self.killed = True, pids, 0

    @property
    def members(self) -> frozenset[int]:
        return frozenset(self.pids)

    def contains(self, pid: int) -> bool:
        return pid in self.pids

    def kill(self) -> None:
        self.killed += 1


@pytest.fixture
def group() -> FakeGroup:
    return FakeGroup(4711)


@pytest.fixture
def supervisor(group: FakeGroup, monkeypatch: pytest.MonkeyPatch) -> Supervisor:
    watching: Any = Supervisor(group=group, is_up=True)
    monkeypatch.setattr(watching, "start", lambda: None)
    return watching


def lay_down_work(shop: Shop) -> None:
    """A drain was asked for, and the task lies in the queue."""
    shop.invoice()
    assert Lease.objects.get(connection=shop.connection).woken_at
    assert OrmQ.objects.exists()


def test_a_cluster_with_nothing_to_do_is_well(supervisor: Supervisor, db: None) -> None:
    assert supervisor.trouble(timezone.now() + LATER) == ""


def test_a_dead_one_is_replaced(supervisor: Supervisor, group: FakeGroup, transactional_db: None) -> None:
    group.is_alive = False
    supervisor.look_after()
    assert supervisor.restarts == 0, "one that dies at once is not started every second"
    supervisor.started_at -= timedelta(seconds=10)
    supervisor.look_after()
    assert (group.killed, supervisor.restarts) == (1, 1)


def test_work_that_lies_while_the_cluster_idles_means_frozen(supervisor: Supervisor, shop: Shop) -> None:
    lay_down_work(shop)
    assert supervisor.trouble(timezone.now() + timedelta(seconds=5)) == ""
    assert "idle" in supervisor.trouble(timezone.now() + LATER)


def test_a_task_that_was_taken_and_never_begun_means_frozen(supervisor: Supervisor, shop: Shop) -> None:
    lay_down_work(shop)
    OrmQ.objects.update(lock=timezone.now() + timedelta(hours=1))
    assert "never started" in supervisor.trouble(timezone.now() + LATER)


def test_a_cluster_that_works_is_left_alone(supervisor: Supervisor, shop: Shop) -> None:
    lay_down_work(shop)
    Lease.objects.update(holder=f"{socket.gethostname()}:4711:abc", expires_at=timezone.now() + timedelta(minutes=5))
    assert supervisor.trouble(timezone.now() + LATER) == ""
    Lease.objects.update(holder=f"{socket.gethostname()}:4712:abc")
    assert supervisor.trouble(timezone.now() + 2 * LATER) != "", "somebody else's work is no excuse"


def test_one_that_is_seen_between_two_drains_is_left_alone(supervisor: Supervisor, shop: Shop) -> None:
    """More wait than it has workers, so something has always been asked for long ago."""
    lay_down_work(shop)
    for look in range(1, 6):
        Lease.objects.update(
            holder=f"{socket.gethostname()}:4711:{look}", fence=look, drained_at=timezone.now(), expires_at=None
        )
        assert supervisor.trouble(timezone.now() + look * LATER) == "", "it has drained since the last look"
    assert supervisor.trouble(timezone.now() + 5 * LATER + timedelta(seconds=5)) == ""
    assert supervisor.trouble(timezone.now() + 6 * LATER) != "", "nothing has come of it for a minute"


def test_one_that_may_be_at_very_many_events_is_given_time(supervisor: Supervisor, shop: Shop) -> None:
    lay_down_work(shop)
    leave_to_worker(shop.organization, "retry", {"status": ["failed"]}, by=None, at=timezone.now())
    assert supervisor.trouble(timezone.now() + LATER) == ""
    assert supervisor.trouble(timezone.now() + 6 * LATER) != ""


def test_a_database_that_is_away_ends_nothing(supervisor: Supervisor, shop: Shop, monkeypatch: Any) -> None:
    def away(at: Any) -> None:
        raise InterfaceError("connection already closed")

    monkeypatch.setattr("sync.worker.cluster.beat", away)
    supervisor.look_after()
    assert supervisor.restarts == 0


def test_one_of_whose_workers_died_is_replaced_as_soon_as_it_idles(
    supervisor: Supervisor, group: FakeGroup, shop: Shop
) -> None:
    group.pids = (4711, 4712)
    assert supervisor.trouble(timezone.now()) == ""
    group.pids = (4711, 4713)
    Lease.objects.update_or_create(
        connection=shop.connection,
        defaults={
            "holder": f"{socket.gethostname()}:4711:abc",
            "expires_at": timezone.now() + timedelta(minutes=5),
        },
    )
    assert supervisor.trouble(timezone.now()) == "", "another worker of it is sending"
    Lease.objects.update(expires_at=None)
    assert "died" in supervisor.trouble(timezone.now())


def test_what_was_asked_for_is_asked_for_anew(supervisor: Supervisor, group: FakeGroup, shop: Shop) -> None:
    lay_down_work(shop)
    OrmQ.objects.all().delete()
    supervisor.restart("it is frozen")
    assert Lease.objects.get(connection=shop.connection).woken_at is None
    supervisor.look_after()
    assert OrmQ.objects.count() == 1
    assert SyncEvent.objects.exists()


def test_one_that_boots_slowly_is_left_alone(shop: Shop) -> None:
    """Work waits from the first second; patience begins when the last of its processes is there."""
    group, now = FakeGroup(4711), timezone.now()
    booting: Any = Supervisor(group=group)
    lay_down_work(shop)
    assert booting.trouble(now + 2 * LATER) == ""
    group.pids = (4711, 4712)
    assert booting.trouble(now + 3 * LATER) == ""
    group.pids = (4711, *range(4713, 4717))  # what ends while it boots was none of its workers
    assert booting.trouble(now + 4 * LATER) == ""
    assert booting.trouble(now + 4 * LATER + timedelta(seconds=5)) == ""
    assert "idle" in booting.trouble(now + 5 * LATER)


def test_one_that_never_comes_up_is_replaced_and_the_next_has_twice_the_time(
    group: FakeGroup, monkeypatch: pytest.MonkeyPatch, transactional_db: None
) -> None:
    booting: Any = Supervisor(group=group)
    monkeypatch.setattr(booting, "start", lambda: None)
    late = booting.started_at + timedelta(seconds=BOOTS_WITHIN + 1)
    assert "come up" in booting.trouble(late)
    booting.restart("it did not come up")
    assert booting.trouble(late) == ""
    group.is_alive = False
    booting.restart("it is gone")
    assert booting.boots_within == 2 * BOOTS_WITHIN, "one that ends at once is not slow"
    group.is_alive, group.pids = True, tuple(range(4711, 4716))
    assert booting.trouble(late) == ""
    assert booting.boots_within == BOOTS_WITHIN


def test_shows_that_it_lives(supervisor: Supervisor, transactional_db: None) -> None:
    supervisor.look_after()
    assert Heartbeat.objects.filter(name=f"cluster {socket.gethostname()}").exists()


# --- with real processes ----------------------------------------------------------------------------------------

# Seconds after which a cluster counts as frozen, and for which a slow one does nothing at first.
FROZEN_AFTER, SLOW_BY = 4, 8
SLOW = f"import sys, time; 'qcluster' in sys.orig_argv and time.sleep({SLOW_BY})"


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    migrated.copy_to(tmp_path / "cluster.sqlite3")
    return {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "runacall.settings",
        "DATABASE_URL": f"sqlite:///{tmp_path}/cluster.sqlite3",
        "Q_POLL": "0.2",
        "Q_WORKERS": "2",
    }


@pytest.fixture
def running(environment: dict[str, str]) -> Iterator[psutil.Process]:
    command = [sys.executable, "manage.py", "run_cluster", "--frozen-after", str(FROZEN_AFTER), "--stop-grace", "15"]
    with subprocess.Popen(command, cwd=ROOT, env=environment) as process:
        started = psutil.Process(process.pid)
        yield started
        left = started.children(recursive=True) if started.is_running() else []
        for one in [*left, started]:
            with suppress(psutil.NoSuchProcess):
                one.kill()


def manage(*arguments: str, environment: dict[str, str]) -> str:
    command = [sys.executable, "manage.py", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True).stdout.strip()


def wait_until(is_so: Callable[[], object], *, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < until, "it took too long"
        time.sleep(0.2)


def workers(supervisor: psutil.Process) -> list[psutil.Process]:
    """The cluster's leaves: workers, monitor and pusher."""
    family = supervisor.children(recursive=True)
    return [one for one in family if one.is_running() and len(one.parents()) >= 3 and not one.children()]


def has_another(supervisor: psutil.Process, cluster: psutil.Process) -> bool:
    return any(one.pid != cluster.pid for one in supervisor.children())


@pytest.fixture
def slow(environment: dict[str, str], tmp_path: Path) -> None:
    (tmp_path / "sitecustomize.py").write_text(SLOW)
    environment["PYTHONPATH"] = str(tmp_path)


@pytest.mark.processes
def test_a_cluster_that_boots_slowly_comes_up_and_works(
    slow: None, running: psutil.Process, environment: dict[str, str]
) -> None:
    ask_for_five(environment)
    wait_until(running.children)
    [cluster] = running.children()
    wait_until(lambda: tasks_left(environment) == 0)
    assert time.time() - cluster.create_time() > SLOW_BY
    assert running.children() == [cluster]


def tasks_left(environment: dict[str, str]) -> int:
    """Asked without a Django of its own, whose start takes a second of the processor that the cluster waits for."""
    with closing(sqlite3.connect(environment["DATABASE_URL"].removeprefix("sqlite:///"))) as database:
        return int(database.execute("SELECT count(*) FROM django_q_ormq").fetchone()[0])


def ask_for_five(environment: dict[str, str]) -> None:
    ask = "from django_q.tasks import async_task; [async_task('time.time') for _ in range(5)]"
    manage("shell", "-v0", "-c", ask, environment=environment)


@pytest.mark.processes
def test_a_freeze_is_repaired_and_a_stop_leaves_no_orphan(running: psutil.Process, environment: dict[str, str]) -> None:
    wait_until(lambda: len(workers(running)) >= 4)
    [cluster] = running.children()
    for worker in workers(running):
        worker.kill()
    ask_for_five(environment)
    wait_until(lambda: not cluster.is_running() or cluster.status() == psutil.STATUS_ZOMBIE)
    wait_until(lambda: has_another(running, cluster))
    wait_until(lambda: len(workers(running)) >= 4)
    family = running.children(recursive=True)
    running.send_signal(signal.SIGTERM)
    running.wait(30)
    assert [one for one in family if one.is_running()] == []


@pytest.mark.processes
def test_the_death_of_one_idle_worker_is_noticed_though_nothing_waits(running: psutil.Process) -> None:
    wait_until(lambda: len(workers(running)) >= 4)
    [cluster] = running.children()
    time.sleep(2)  # the supervisor has seen them all
    workers(running)[0].kill()
    wait_until(lambda: has_another(running, cluster))
    wait_until(lambda: len(workers(running)) >= 4)
    assert not cluster.is_running()


@pytest.mark.processes
def test_a_supervisor_that_is_killed_takes_its_cluster_along(running: psutil.Process) -> None:
    wait_until(lambda: len(workers(running)) >= 4)
    family = running.children(recursive=True)
    running.kill()
    running.wait(10)
    gone, alive = psutil.wait_procs(family, timeout=30)
    assert alive == []
    assert gone

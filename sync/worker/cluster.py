"""Keeps one django-q2 cluster running on this host; it does not know what the tasks do.

A worker that dies while it waits keeps the queue's lock, and the cluster then neither works nor stops.
So the cluster runs in its own process group, is watched from outside, and is replaced as a whole: as soon
as it is idle after one of its processes has ended, and whenever requested work is not started. A slow machine may need
minutes to boot a cluster, and each one that is replaced makes it slower: one that is booting is left alone.
"""

from __future__ import annotations

import ctypes
import logging
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import psutil
from django.conf import settings
from django.db import Error as DatabaseAway
from django.db import close_old_connections, transaction
from django.db.models import Q, QuerySet
from django_q.conf import Conf
from django_q.models import OrmQ

from qbo.models import Connection, Lease
from qbo.models.leases import is_dead, of_this_host, pid_of
from runacall import clock, operators_log
from runacall.env import BASE_DIR
from runacall.isolation import isolated
from sync.models import ActionRecord, Heartbeat, SyncEvent
from sync.worker.alive import show_alive, show_ready
from sync.worker.health import CLUSTER
from sync.worker.wake import wake_due

logger = logging.getLogger(__name__)

_SET_DEATH_SIGNAL = 1  # PR_SET_PDEATHSIG of <sys/prctl.h>
# A drain makes no call after 60 s, and a call ends within 125 s: after that a stopping cluster has stopped.
STOP_GRACE = 250.0
RESTART_PAUSE = 5.0
# Sentinel, monitor and pusher of a cluster, beside its workers.
OTHER_MEMBERS = 3
# Seconds in which a cluster has to come up, or it hangs; doubled for the next one after each that did not.
BOOTS_WITHIN = 300.0
# Asks a worker to end its drain after the calls in flight; see `sync.receivers`.
END_DRAIN = signal.SIGUSR1
# Seconds that a worker may spend on one UPDATE of very many events.
LONGEST_ACTION = 300.0


@dataclass
class Group:
    """One qcluster and its children: a process group that can be ended as a whole."""

    process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> Group:
        process = subprocess.Popen(
            [sys.executable, "-m", "django", "qcluster"],
            cwd=BASE_DIR,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        )
        return cls(process)

    @property
    def is_alive(self) -> bool:
        return self.process.poll() is None

    @property
    def members(self) -> frozenset[int]:
        """Its child processes: sentinel, pusher, monitor and workers."""
        with suppress(psutil.NoSuchProcess):
            return frozenset(one.pid for one in psutil.Process(self.process.pid).children(recursive=True))
        return frozenset()

    def contains(self, pid: int) -> bool:
        try:
            return os.getpgid(pid) == self.process.pid
        except ProcessLookupError:
            return False

    def ask_to_stop(self) -> None:
        if self.is_alive:
            self.process.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        """Kill whatever is left of the group; a SIGKILLed parent leaves its children behind."""
        with suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait()


def _end_with_parent() -> None:
    """If the system supports it, the cluster is told to stop when its supervisor dies unexpectedly."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_SET_DEATH_SIGNAL, signal.SIGTERM)


@dataclass
class Supervisor:
    """`frozen_after`: seconds that requested work may wait while the cluster is idle, once it is up."""

    frozen_after: float = 20.0
    poll: float = 1.0
    stop_grace: float = STOP_GRACE
    group: Group | None = None
    started_at: datetime = field(default_factory=clock.now)
    restarts: int = 0
    stopping: bool = False
    # Whether all of the cluster's processes have been there, and how long that may take.
    is_up: bool = False
    boots_within: float = BOOTS_WITHIN
    # The cluster's processes at the last check, and whether one of them has ended since it was up.
    members: frozenset[int] = frozenset()
    is_bereaved: bool = False
    # When it was last seen working, and the drains that were seen.
    busy_at: datetime = field(default_factory=clock.now)
    drains: frozenset[tuple[Any, ...]] = frozenset()

    def run(self) -> None:
        """Until `stop` is called: keep the cluster running, and wake connections that have work."""
        self.start()
        show_ready()
        try:
            while not self.stopping:
                show_alive()
                self.look_after()
                time.sleep(self.poll)
        finally:
            self.end()

    def stop(self) -> None:
        """Stop gracefully; called a second time, at once."""
        if self.stopping:
            self.stop_grace = 0
        self.stopping = True

    def start(self) -> None:
        self.group, self.started_at = Group.start(), clock.now()
        self.members, self.is_up, self.is_bereaved = frozenset(), False, False

    def look_after(self) -> None:
        """One check: a heartbeat, wake-ups for what is due, a new cluster if the old one is dead or frozen."""
        why = ""
        try:
            close_old_connections()
            now = clock.now()
            # Each on its own: if one of them fails, the others are still done.
            with isolated("The heartbeat", host=socket.gethostname()):
                beat(now)
            with isolated("Freeing leases", host=socket.gethostname()):
                free_the_dead(now)
            with isolated("Waking", host=socket.gethostname()):
                wake_due()
            with isolated("Looking after the cluster", host=socket.gethostname()):
                why = self.trouble(now)
        except DatabaseAway:
            # The database is unavailable: the cluster waits for it too, and a restart would not help.
            logger.exception("The database does not answer.")
            return
        if why:
            self.restart(why)

    def trouble(self, now: datetime) -> str:
        """Why the cluster has to be replaced; "" if it does not."""
        age = now - self.started_at
        self._count_members(now)
        if self.group is None or not self.group.is_alive:
            # A cluster that cannot even start is not started every second.
            return "it is gone" if age >= timedelta(seconds=RESTART_PAUSE) else ""
        if not self.is_up:
            return f"it did not come up in {self.boots_within:.0f} s" if age.total_seconds() > self.boots_within else ""
        if self.is_busy(now):
            self.busy_at = now
            return ""
        if self.is_bereaved:
            return "one of its workers died, perhaps while holding the queue's lock"
        patience = self.patience
        if now - self.busy_at < patience:
            return ""
        if OrmQ.objects.filter(key=settings.Q_CLUSTER["name"], lock__lte=now - patience).exists():
            return f"tasks have waited for {patience.total_seconds():.0f} s while it is idle"
        if lost_wakes(before=now - patience).exists():
            return f"a drain was asked for {patience.total_seconds():.0f} s ago and never started"
        return ""

    @property
    def patience(self) -> timedelta:
        """An action on very many events holds no lease while a worker does it."""
        at_work = ActionRecord.objects.open().exists()
        return timedelta(seconds=max(self.frozen_after, LONGEST_ACTION if at_work else 0))

    def _count_members(self, now: datetime) -> None:
        """Workers end only when they are killed or use too much memory: see `recycle` in the settings."""
        there = self.group.members if self.group else frozenset[int]()
        if self.is_up:
            self.is_bereaved = self.is_bereaved or not self.members <= there
        elif len(there) >= Conf.WORKERS + OTHER_MEMBERS:
            self.is_up, self.busy_at, self.boots_within = True, now, BOOTS_WITHIN
        self.members = there

    def is_busy(self, now: datetime) -> bool:
        """A process of this cluster holds a lease, or has held one since the last check, so it is working."""
        drains = self._drains()
        held = any(expires_at and expires_at > now for *_, expires_at in drains)
        seen = frozenset(drain[:-1] for drain in drains)
        is_new = bool(seen - self.drains)
        self.drains = seen
        return held or is_new

    def _drains(self) -> list[tuple[Any, ...]]:
        """For each lease that this cluster took last: fence, end of its drain, and until when it is held."""
        found = of_this_host().values_list("holder", "pk", "fence", "drained_at", "expires_at")
        return [row for row in found if self.group is not None and self.group.contains(pid_of(row[0]))]

    def restart(self, why: str) -> None:
        """Replace the whole group. Tasks that it had taken but not started are requested again."""
        logger.warning("Replacing the cluster: %s.", why)
        operators_log.warn("cluster replaced", kind=why)
        if self.group is not None:
            if self.group.is_alive and not self.is_up:
                self.boots_within *= 2
            self.group.kill()
        self.restarts += 1
        lost_wakes(before=clock.now()).update(woken_at=None)
        self.start()

    def end(self) -> None:
        """Let drains end after the calls in flight and other tasks finish within the grace period; kill the rest."""
        if self.group is None:
            return
        self.group.ask_to_stop()
        until = time.monotonic()
        while self.group.is_alive and time.monotonic() - until < self.stop_grace:
            show_alive()
            self.end_drains(at=clock.now())
            time.sleep(0.1)
        self.group.kill()

    def end_drains(self, *, at: datetime) -> None:
        """Tell the workers of this cluster that hold a lease to start no more calls."""
        with suppress(DatabaseAway):
            for holder, *_, expires_at in self._drains():
                if expires_at and expires_at > at:
                    with suppress(ProcessLookupError):
                        os.kill(pid_of(holder), END_DRAIN)


def free_the_dead(at: datetime) -> int:
    """Free leases at once whose holders on this host have died; how many. What those were sending is Checking."""
    held = of_this_host().filter(expires_at__gt=at).values_list("pk", "holder", "fence")
    return sum(_free(pk, fence=fence, at=at) for pk, holder, fence in held if is_dead(holder))


def _free(lease_id: int, *, fence: int, at: datetime) -> bool:
    with transaction.atomic():
        if not Lease.free(lease_id, fence=fence):
            return False
        connection = Connection.objects.get(lease=lease_id)
        SyncEvent.objects.of(connection).left_behind(by_fence=fence, at=at)
    return True


def beat(at: datetime) -> None:
    Heartbeat.beat(f"{CLUSTER}{socket.gethostname()}"[:100], at=at, host_ahead=clock.host_ahead())


def lost_wakes(*, before: datetime) -> QuerySet[Lease]:
    """Drains that were requested before then and have not started."""
    free = Q(expires_at=None) | Q(expires_at__lte=clock.now())
    live = Connection.objects.live()
    return Lease.objects.filter(free, woken_at__lte=before, connection__in=live)

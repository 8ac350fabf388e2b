"""A shop that is connected to an emulated company, in memory, and the machines that send its invoices."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection as database
from django.db import connections
from django.test import override_settings
from django.utils.module_loading import import_string
from django_q.signing import SignedPackage

from qbo.failures import Answer
from qbo.faults.reading import read_fault
from qbo_emulator.router import Emulator
from runacall import clock
from sync.worker.broker import PromptBroker
from sync.worker.cluster import free_the_dead
from sync.worker.wake import wake_due
from tests import books, over_and_over
from tests.simulation import machine
from tests.simulation.clockwork import Clockwork, Host, Process
from tests.simulation.history import History
from tests.simulation.network import Network, TrueClock
from tests.simulation.office import Office, Step
from tests.simulation.scenarios import CHANGING
from tests.simulation.watch import Watch

URL = "http://127.0.0.1:1"
NOON = datetime(2026, 6, 17, 16, 0, tzinfo=UTC).timestamp()
# As long as we trust a request id, until a call that begins then has left, and the longest that it takes.
REMEMBERED = 300 + 10 + 125
# An idle cluster asks the queue at least so often, in seconds; really every second, which would only take long here.
QUIET = 60.0

# How often the supervisor of a cluster looks for what is due, in seconds.
SUPERVISED = 1.0
# What a look could find: a task, the lease of a process that may be dead, a drain to ask for (an event that is due or
# under way, or a list to read, and nobody who works on it or was just asked to). Most looks find nothing, and one costs
# a hundred times as much as this.
MAY_FIND = """SELECT EXISTS (SELECT 1 FROM django_q_ormq WHERE lock < :now),
    EXISTS (SELECT 1 FROM qbo_lease WHERE expires_at IS NOT NULL),
    (EXISTS (SELECT 1 FROM sync_syncevent WHERE state = 'sending' OR state IN ('queued', 'checking') AND due_at <= :now)
    OR EXISTS (SELECT 1 FROM qbo_liststate WHERE refreshed_at IS NULL OR wanted_at > refreshed_at))
    AND NOT EXISTS (SELECT 1 FROM qbo_lease WHERE expires_at > :now OR quiet_until > :now OR resume_at > :now
    OR woken_at > :lost)"""

# What no rule of the reader of faults knows, as each way of reading takes it.
UNKNOWN = ("Something else", "<html><body>Something else</body></html>", '{"Fault": {"Error": [{"Message": "Else"}]}}')

logger = logging.getLogger(__name__)


@dataclass
class Stage:
    emulator: Emulator
    network: Network
    shop: books.Shop

    @classmethod
    def build(cls) -> Stage:
        """Everything up to the first invoice. Takes seconds; every run starts from a copy of this process."""
        machine.standing = NOON
        machine.seed_random(0)
        with override_settings(MIGRATION_MODULES=dict.fromkeys(one.label for one in apps.get_app_configs())):
            call_command("migrate", run_syncdb=True, verbosity=0)
        empty = sqlite3.connect(":memory:")
        database.connection.backup(empty)
        network = Network(new_emulator())
        machine.after_import(network)
        # What is compiled here, queries and the expressions of the reader of faults, the copies need not compile.
        Run(cls._connected(network), History(), list(CHANGING)).play()
        for body in UNKNOWN:
            read_fault(Answer(400, "", body))
        empty.backup(database.connection)
        machine.standing = NOON
        network.emulator = new_emulator()
        return cls._connected(network)

    @classmethod
    def _connected(cls, network: Network) -> Stage:
        # Time stands still while the lists are read: a second's limit would be over before the last of them.
        network.emulator.has_limits = False
        shop = books.connected_shop(URL)
        network.emulator.has_limits = True
        shop.books.do("switch", name="requestid_seconds", value=REMEMBERED)
        return cls(network.emulator, network, shop)


def new_emulator() -> Emulator:
    return Emulator(access_token=books.STANDING_TOKEN, clock=TrueClock(lambda: machine.true_time()))


class Bell:
    """In place of the cluster's: rings when another process commits."""

    def __init__(self, work: Clockwork) -> None:
        self.work, self.quiet = work, SUPERVISED

    def wait(self, seconds: float) -> None:
        began = self.work.now
        self.work.idle(at_most=self.quiet)
        rung = self.work.now - began < self.quiet
        self.quiet = SUPERVISED if rung else min(self.quiet * 2, QUIET)

    def close(self) -> None: ...


@dataclass
class Run:
    """One history on the stage."""

    stage: Stage
    history: History
    steps: list[Step]
    hosts: int = 2
    # When the disturbances end, and when the run does, in seconds.
    stormy: float = 1800.0
    longest: float = 6 * 3600.0

    def play(self) -> Watch:
        """Let it happen; afterwards the watch knows everything that went wrong."""
        machine.standing = None
        work = machine.running = Clockwork(self.history, now=NOON + 60)
        watch = Watch(self.stage, work)
        machine.Database(connections["default"], watch.committed)
        self.stage.network.work, self.stage.network.after = work, watch.arrived
        tokens = self.stage.emulator.tokens
        office = Office(
            work,
            self.stage.shop,
            self.steps,
            is_good=lambda token: not tokens.grants[token].dead,
            tell=watch.tell,
        )
        hosts = [Host(f"host-{number}") for number in range(self.hosts)]
        for host in hosts:
            work.start(Process(f"cluster {host.name}", host, cluster(work)))
        work.start(Process("web", hosts[-1], office.main))
        try:
            with over_and_over.watched(watch.tell):
                self._weather(work, office, watch)
        finally:
            machine.running, machine.standing = None, work.now
            self.stage.network.work = None
        watch.judge(office.expected())
        return watch

    def _weather(self, work: Clockwork, office: Office, watch: Watch) -> None:
        began = work.now
        while work.now < began + self.longest:
            before = watch.unfinished() or work.outstanding or not office.is_done
            work.run(work.now + 20.0)
            self.history.is_over = work.now > began + self.stormy
            if not (before or watch.unfinished() or work.outstanding) and office.is_done:
                return
            office.is_retrying = self.history.is_over or not watch.is_moving()


def cluster(work: Clockwork) -> Callable[[], None]:
    """What run_cluster and its worker do on one host: wake what is due, take a task, do it."""

    def main() -> None:
        broker, woken = PromptBroker(), 0.0
        broker.bell = Bell(work)
        while True:
            has_task, is_held, is_due = may_find(work.now)
            if not (has_task or is_held or is_due):
                broker.bell.wait(SUPERVISED)
                continue
            try:
                if work.now - woken >= SUPERVISED:
                    woken = work.now
                    if is_held:
                        free_the_dead(clock.now())
                    if is_due:
                        wake_due()
                for pk, payload in broker.dequeue() or ():
                    _do(payload)
                    broker.acknowledge(pk)
            except Exception:  # as django-q2 does
                logger.exception("A task failed")
                work.sleep(1.0)

    return main


def may_find(now: float) -> tuple[bool, bool, bool]:
    """Read past the simulated connection: a look that finds nothing is no point of the run."""
    lost = now - settings.SYNC["WAKE_LOST_AFTER"]
    times = {"now": _written(now), "lost": _written(lost)}
    ((has_task, is_held, is_due),) = database.connection.execute(MAY_FIND, times)
    return bool(has_task), bool(is_held), bool(is_due)


def _written(seconds: float) -> str:
    """As the database writes a time."""
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S.%f")


def _do(payload: str) -> Any:
    task = SignedPackage.loads(payload)
    return import_string(task["func"])(*task["args"])

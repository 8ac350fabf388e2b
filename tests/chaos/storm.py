"""A shop's busy day in a minute, in which everything breaks: invoices come in while processes die; seeded."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from tests.chaos.faults import ORDERS
from tests.chaos.host import Host, sleep_and_wake
from tests.chaos.ledger import Ledger
from tests.chaos.stage import PACE, RETRIES, Stage, kill, write_invoices

# Shorter than our patience with an answer, as Intuit gives a request up before we do: a request that was on its
# way when its sender died still arrives.
STALLED_FOR = 0.8 * PACE
ENDS = ("a worker killed", "a cluster killed", "a host powered off")
DISASTERS = (
    *ENDS,
    "the emulator killed",
    "the emulator stalled",
    "the holder of the lease asleep",
    "the database cut",
    "access token expired",
)
# After a disaster, batches go out before the next one strikes, up to so many; or so many seconds pass in which every
# host is up: however slowly a machine boots, its hosts are not felled before they are up.
BATCHES_BETWEEN = 3
LONGEST_PEACE = 6.0 * PACE
# How many times longer something may stand still while a host boots, or go round without coming to an end.
SLOW_BOOT = 10
# Seconds between an operator's looks at what failed, and what this storm is made of.
BETWEEN_LOOKS = 8.0 * PACE
PASSING = ("server_error", "network", "answer_unreadable", "rate_limited")
# Orders that the emulator holds ready, and how likely each is to strike a call that fits: together, about every second.
AT_ONCE = 6
RATES = {"token": 1.0, "query": 0.3}


@dataclass(frozen=True)
class Size:
    """So many invoices come, in so many files, while all of this happens: each `least` times, and `kills` processes."""

    invoices: int
    least: int
    kills: int
    files: int = 12
    orders: tuple[str, ...] = tuple(ORDERS)
    disasters: tuple[str, ...] = DISASTERS
    # How likely an order is to strike a batch.
    rate: float = 0.1

    @classmethod
    def full(cls, invoices: int) -> Size:
        """Everything; longer storms see more of it."""
        least = max(3, invoices // 400)
        return cls(invoices=invoices, least=least, kills=10 * least // 3)


# Of each kind what doubles or loses something first, in half a minute. That a cluster is started again, that a holder
# of the lease sleeps and that an answer comes late has quicker tests as well, and the gate's storms have it.
SMALL = Size(
    invoices=40,
    least=1,
    kills=2,
    files=2,
    disasters=(
        "a worker killed",
        "a host powered off",
        "the emulator killed",
        "the database cut",
        "access token expired",
    ),
    orders=(
        "reset after commit",
        "time-out after commit",
        "503 after commit",
        "429 in JSON with Retry-After",
        "429 for one item",
        "answer cut in half after commit",
        "half an answer that looks whole after commit",
        "502 with misleading words after commit",
        "empty answer after commit",
        "401 out of the blue",
        "503 to a query",
    ),
    rate=0.25,
)


@dataclass
class Storm:
    """What happened is in `counts`; `run` returns once all of it happened often enough, or the time is up."""

    stage: Stage
    ledger: Ledger
    seed: int
    size: Size
    hosts: int = 2
    seconds: float = 90
    # By how many seconds the clock of each host is ahead, in turn.
    clocks: tuple[float, ...] = (0,)
    # Whether every invoice is paid in the end, beside what the editor does.
    paid: bool = False
    counts: Counter[str] = field(default_factory=Counter)
    edits: Counter[str] = field(default_factory=Counter)
    reconnections: list[str] = field(default_factory=list)
    used_up: int = 0
    early_failures: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.dice = random.Random(self.seed)
        self.ordered: dict[int, str] = {}
        self.orders = 0
        self.batches_here = 0
        self.batches, self.quiet_batches, self.quiet_until = 0, 1, time.monotonic() + LONGEST_PEACE
        self.next_look = time.monotonic() + BETWEEN_LOOKS
        self.files = self._files()
        self.importing: subprocess.Popen[str] | None = None
        self.cluster: list[Host] = []

    def run(self) -> None:
        """Let it rage, then let things calm down; processes of ours run on until `end`."""
        self.cluster = [Host(self.stage, ahead=self.clocks[n % len(self.clocks)]) for n in range(self.hosts)]
        people = [self.stage.start_python("-m", f"tests.chaos.{name}", str(self.seed)) for name in self._people()]
        until = time.monotonic() + self.seconds
        while not self.is_enough and time.monotonic() < until:
            self._import_next()
            self._note_struck()
            self._reconnect()
            self._press_retry()
            self._strike()
            time.sleep(self.dice.random() * 0.1)
        self.stage.control("clear_faults")
        while self.files or self.importing:
            self._import_next()
            time.sleep(0.1)
        for person in people:
            person.send_signal(signal.SIGTERM)
            said, _ = person.communicate(timeout=(120 + self.size.invoices / 10) * PACE)
            self.edits.update(json.loads(said.splitlines()[-1]))

    def _people(self) -> tuple[str, ...]:
        return ("editor", "cashier") if self.paid else ("editor",)

    def end(self) -> None:
        for host in self.cluster:
            host.stop()

    def calm(self, seconds: float) -> bool:
        """Wait until nothing waits or is on its way any more; False where something does and stands still so long.

        Also False where it only goes round: a wait that uses up no retry and a lease that was lost have no end of
        their own, so some SLOW_BOOT times as long something has to come to its end.
        """
        before = self.ledger.states()
        fewest = open_ones(before)
        moved = got_on = time.monotonic()
        while open_ones(before):
            time.sleep(0.3)
            self._reconnect()
            states, now = self.ledger.states(), time.monotonic()
            if open_ones(states) < fewest:
                fewest, got_on = open_ones(states), now
            if states != before:
                moved, before = now, states
            elif now - moved > (seconds if self.hosts_are_up else SLOW_BOOT * seconds):
                return False
            if now - got_on > SLOW_BOOT * seconds:
                return False
        return True

    @property
    def hosts_are_up(self) -> bool:
        return all(host.is_up for host in self.cluster)

    @property
    def kills(self) -> int:
        return sum(self.counts[name] for name in ENDS)

    @property
    def wanting(self) -> list[str]:
        """What has not happened often enough yet."""
        return [name for name in (*self.size.orders, *self.size.disasters) if self.counts[name] < self.size.least]

    @property
    def is_enough(self) -> bool:
        return not (self.wanting or self.files or self.importing) and self.kills >= self.size.kills

    # --- invoices come in ---------------------------------------------------------------------------------------

    @property
    def _a_file(self) -> int:
        return -(-self.size.invoices // self.size.files)

    def _files(self) -> list[str]:
        size, invoices = self._a_file, self.size.invoices
        files = []
        for first in range(0, invoices, size):
            path = self.stage.folder / f"invoices-{first}.csv"
            write_invoices(path, min(size, invoices - first), first=first)
            files.append(str(path))
        return files

    def _import_next(self) -> None:
        """One file after the other; one that failed is imported again, since all of it or nothing is."""
        if self.importing and self.importing.poll() is None:
            return
        if self.importing:
            arrived = self.importing.returncode == 0 or self._arrived()
            if arrived:
                self.files.pop(0)
            self.counts["imports" if arrived else "imports tried in vain"] += 1
            self.importing = None
        if self.files:
            self.importing = self.stage.start("import_invoices", self.files[0], "--organization", "shop")

    def _arrived(self) -> bool:
        """A database that was cut off between the commit and its answer leaves a failure that is none."""
        expected = min(self.size.invoices, (self.size.files - len(self.files) + 1) * self._a_file)
        return int(self.ledger.rows("SELECT COUNT(*) FROM invoices_invoice")[0][0]) >= expected

    # --- things break -------------------------------------------------------------------------------------------

    def _strike(self) -> None:
        if len(self.ordered) < AT_ONCE:
            self._order()
        enough = self.kills >= self.size.kills and not set(self.size.disasters) & set(self.wanting)
        if not enough and self._is_up_again():
            name = self._chosen(self.size.disasters)
            if DOING[name](self):
                self.counts[name] += 1

    def _is_up_again(self) -> bool:
        """Some batches have gone out since the last disaster, or it is time for the next one all the same."""
        now, batches = time.monotonic(), self.batches
        if batches < self.quiet_batches:
            if now < self.quiet_until:
                return False
            if not self.hosts_are_up:
                self.quiet_until = now + LONGEST_PEACE
                return False
        self.quiet_batches = batches + self.dice.randint(1, BATCHES_BETWEEN)
        self.quiet_until = now + LONGEST_PEACE
        return True

    def _chosen(self, names: tuple[str, ...]) -> str:
        """What is still wanted, mostly."""
        wanted = [name for name in names if self.counts[name] < self.size.least]
        return self.dice.choice(wanted if wanted and self.dice.random() < 0.8 else names)

    def _order(self) -> None:
        name = self._chosen(tuple(name for name in self.size.orders if name not in self.ordered.values()))
        if ORDERS[name].get("path") == "token":
            self.expire_token()
        self.orders += 1
        # The seed is also the name by which the order is known again.
        order = {"path": "write", **ORDERS[name], "seed": self.orders, "times": 1}
        self.stage.control("fault", **order, rate=RATES.get(str(order["path"]), self.size.rate))
        self.ordered[self.orders] = name

    def _note_struck(self) -> None:
        state = self.stage.state()
        self.batches += state["batches"] - self.batches_here
        self.batches_here = state["batches"]
        waiting = {int(fault["seed"]) for fault in state["faults"]}
        for order in [order for order in self.ordered if order not in waiting]:
            self.counts[self.ordered.pop(order)] += 1

    def _reconnect(self) -> None:
        """A person's part: a process that dies with a new refresh token in its hands has lost the connection."""
        why = self.ledger.pause()
        if why:
            self.reconnections.append(why)
            self.stage.connect(attempts=5)

    def _press_retry(self) -> None:
        if time.monotonic() >= self.next_look:
            self.next_look = time.monotonic() + BETWEEN_LOOKS
            self.retry_failed()

    def retry_failed(self) -> None:
        """As an operator does; what had not used up its retries yet ought not to have failed."""
        failed = self.ledger.failed()
        early = [one for one in failed if one.code not in PASSING or (one.kind == "sent" and one.retries < RETRIES)]
        self.used_up += len(failed)
        self.early_failures += [f"failed before its retries were used up: {one}" for one in early]
        if failed:
            self.stage.run("retry_failed", "--organization", "shop", check=False)

    def _host(self) -> Host:
        return self.dice.choice(self.cluster)

    def kill_worker(self) -> bool:
        holder = self.ledger.holder()
        hosts = [host for host in self.cluster if holder in host.workers] or [self._host()]
        return hosts[0].kill_worker(self.dice, holder)

    def kill_cluster(self) -> bool:
        return self._host().kill_cluster()

    def power_off(self) -> bool:
        return self._host().power_off_and_on()

    def kill_emulator(self) -> bool:
        self._note_struck()
        self.stage.restart_emulator()
        self.ordered.clear()
        self.batches_here = 0
        return True

    def stall_emulator(self) -> bool:
        """It takes requests and does nothing, for a while; sometimes their sender dies meanwhile."""
        assert self.stage.emulator is not None
        if self.dice.random() < 0.6:
            holder = self.ledger.holder()
            if any(holder in host.workers for host in self.cluster):
                # A moment for a request to be under way.
                sleeper = self.stage.emulator.pid
                kill_in_mid_request(sleeper, holder, self.dice.random() * 0.3 * PACE)
                self.counts[ENDS[0]] += 1
                return True
        sleep_and_wake(self.stage.emulator.pid, STALLED_FOR)
        return True

    def sleep_holder(self) -> bool:
        holder = self.ledger.holder()
        return any(host.put_to_sleep(holder) for host in self.cluster)

    def cut_database(self) -> bool:
        self.ledger.cut()
        return True

    def expire_token(self) -> bool:
        self.stage.control("expire_token", refresh=False)
        return True


def open_ones(states: dict[str, int]) -> int:
    """How many events wait or are on their way."""
    return sum(states.get(state, 0) for state in ("queued", "sending", "checking"))


def kill_in_mid_request(emulator: int, holder: int, moment: float) -> None:
    """The emulator is stopped, its client dies with a request in flight, and then the request is processed."""
    os.kill(emulator, signal.SIGSTOP)
    time.sleep(moment)
    kill(holder)
    time.sleep(STALLED_FOR - moment)
    os.kill(emulator, signal.SIGCONT)


DOING: dict[str, Callable[[Storm], bool]] = {
    "a worker killed": Storm.kill_worker,
    "a cluster killed": Storm.kill_cluster,
    "a host powered off": Storm.power_off,
    "the emulator killed": Storm.kill_emulator,
    "the emulator stalled": Storm.stall_emulator,
    "the holder of the lease asleep": Storm.sleep_holder,
    "the database cut": Storm.cut_database,
    "access token expired": Storm.expire_token,
}

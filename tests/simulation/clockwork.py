"""Simulated time: processes as greenlets that run one at a time, and points where a history may disturb them.

It knows neither the shop nor QuickBooks. Everything is deterministic: the same history gives the same run.
"""

from __future__ import annotations

import contextlib
import heapq
import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import greenlet

from tests.simulation.history import History

# What one step of a process costs, in simulated seconds.
STEP = 0.0005
# What the watcher may do at a point inside a transaction: only die.
ATOMIC = "commit"
NEVER = float("inf")
# Seconds after which a killed process is started again, unless told otherwise.
RESTART = 2.0


class Killed(BaseException):
    """The process was killed here. Nothing may catch it, and nothing that it still does has an effect."""


@dataclass(eq=False)
class Host:
    """A machine: its clock is `skew` seconds ahead of the true time."""

    name: str
    skew: float = 0.0


@dataclass(eq=False)
class Process:
    """What dies as a whole. `main` is started again some time after each death."""

    name: str
    host: Host
    main: Callable[[], None]
    alive: bool = True
    # Another one after each start.
    pid: int = 0
    threads: list[Thread] = field(default_factory=list)


@dataclass(eq=False)
class Thread:
    process: Process
    greenlet: greenlet.greenlet
    # Raised by every resumption: an older plan to wake it counts no more.
    turn: int = 0
    blocked: bool = False
    # When its call has left, or never does.
    leaves_by: float = NEVER


class Clockwork:
    """The true time in Unix seconds, and what runs next."""

    def __init__(self, history: History, *, now: float) -> None:
        self.history, self.now = history, now
        self.current: Thread | None = None
        self.is_atomic: Callable[[], bool] = lambda: False
        self.points = 0
        self.deaths = 0
        # Threads that are held up, and calls on their way: a run is not over before they had their effect.
        self.outstanding = 0
        self._hub = greenlet.getcurrent()
        self._agenda: list[tuple[float, int, Callable[[], None]]] = []
        self._serial, self._pids = itertools.count(), itertools.count(100)
        # The numbers of the processes that are alive.
        self.alive: set[int] = set()
        self._idle: dict[Thread, int] = {}

    # what runs

    def start(self, process: Process) -> None:
        process.alive, process.pid = True, next(self._pids)
        self.alive.add(process.pid)
        process.threads.clear()
        self.spawn(process, process.main)

    def spawn(self, process: Process, run: Callable[[], Any]) -> Thread:
        """A further thread of `process`, which begins as soon as the current one waits."""

        def body() -> None:
            with contextlib.suppress(Killed):
                run()

        thread = Thread(process, greenlet.greenlet(body, parent=self._hub))
        process.threads.append(thread)
        self._resume(thread, at=self.now)
        return thread

    def later(self, seconds: float, do: Callable[[], None]) -> None:
        """Do something in `seconds` that belongs to no process, such as a packet that arrives."""
        heapq.heappush(self._agenda, (self.now + seconds, next(self._serial), do))

    def run(self, until: float, is_over: Callable[[], bool] = lambda: False) -> None:
        """Let time pass until `until`, or until `is_over()` after a step."""
        while self._agenda and self._agenda[0][0] <= until:
            at, _, do = heapq.heappop(self._agenda)
            self.now = max(self.now, at)
            do()
            if is_over():
                return
        self.now = max(self.now, until)

    def _resume(self, thread: Thread, *, at: float) -> None:
        thread.turn += 1
        turn = thread.turn

        def do() -> None:
            if thread.turn == turn and not thread.greenlet.dead:
                self.current = thread
                try:
                    thread.greenlet.switch()
                finally:
                    self.current = None

        heapq.heappush(self._agenda, (at, next(self._serial), do))

    # what a thread does

    def sleep(self, seconds: float) -> None:
        """The current thread waits."""
        thread = self._thread()
        self._resume(thread, at=self.now + max(0.0, seconds))
        self._wait(thread)

    def block(self, *, at_most: float = NEVER) -> None:
        """The current thread waits until `wake`, or for `at_most` seconds."""
        thread = self._thread()
        if at_most < NEVER:
            self._resume(thread, at=self.now + at_most)
        thread.blocked = True
        self._wait(thread)
        thread.blocked = False

    def wake(self, thread: Thread, *, after: float = 0.0) -> None:
        if thread.blocked and not thread.greenlet.dead:
            self._resume(thread, at=self.now + after)

    def idle(self, *, at_most: float) -> None:
        """The current thread has nothing to do until another one commits, or for `at_most` seconds."""
        thread = self._thread()
        self._idle[thread] = thread.turn
        try:
            self.block(at_most=at_most)
        finally:
            self._idle.pop(thread, None)

    def ring(self) -> None:
        """Something was committed: whoever is idle looks again."""
        for thread in list(self._idle):
            if thread is not self.current:
                self.wake(thread, after=0.02)

    def _thread(self) -> Thread:
        assert self.current is not None, "only a process waits"
        return self.current

    def _wait(self, thread: Thread) -> None:
        self._hub.switch()
        if not thread.process.alive:
            raise Killed

    # where it may be disturbed

    def point(self, kind: str) -> None:
        """A place where the history may kill or delay the current process. Raises Killed."""
        thread = self.current
        if thread is None:
            return
        if not thread.process.alive:
            raise Killed
        self.now += STEP
        number, self.points = self.points, self.points + 1
        act = self.history.at(number, kind)
        if act is None:
            return
        if act.what == "kill":
            self.kill(thread.process, restart_in=act.value)
            raise Killed
        if act.what == "skew":
            thread.process.host.skew = act.value
        if act.what == "pause" and not self.is_atomic():
            with self.held_up():
                self.sleep(act.value)

    @contextlib.contextmanager
    def held_up(self) -> Iterator[None]:
        self.outstanding += 1
        try:
            yield
        finally:
            self.outstanding -= 1

    def kill(self, process: Process, *, restart_in: float) -> None:
        if not process.alive:
            return
        process.alive = False
        self.alive.discard(process.pid)
        self.deaths += 1
        for thread in process.threads:
            if thread is not self.current:
                self._resume(thread, at=self.now)
        self.later(restart_in or RESTART, lambda: self.start(process))

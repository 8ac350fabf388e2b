"""Time and order of the histories: nothing in them depends on the machine, so each is always played the same way."""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from typing import Any, Self
from unittest.mock import patch

from django.utils import timezone

from qbo_emulator.books.clock import Clock
from runacall import clock
from sync.engine.send import push
from tests import builders

MOMENT = dt.timedelta(milliseconds=1)
# By which numbers histories have their turns shuffled; 0 leaves them as they are.
TURNS = (0, 0, *range(1, 30))


class Time(Clock):
    """QuickBooks' time and Run a Call's; a moment passes each time that somebody looks."""

    def __init__(self) -> None:
        super().__init__()
        self.at = builders.NOW

    def now(self) -> dt.datetime:
        self.at += MOMENT
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += dt.timedelta(seconds=seconds)


class Turns:
    """Which of several calls under way arrives next, and which answer is read next.

    Each arrives as soon as it is sent until `shuffle` makes it chance, which every number makes another one.
    """

    def __init__(self) -> None:
        self.dice: random.Random | None = None

    def shuffle(self, number: int) -> None:
        self.dice = random.Random(number) if number else None

    def pool(self, max_workers: int) -> Pool:
        return Pool(self)

    def wait(self, calls: Iterable[Call], return_when: str) -> tuple[list[Call], list[Call]]:
        """In place of `concurrent.futures.wait`: the next one that has an answer."""
        under_way = list(calls)
        one = self.dice.choice(under_way) if self.dice else under_way[0]
        one.make()
        return [one], []


class Call(Future[Any]):
    """A call that is made in this thread when it is its turn."""

    def __init__(self, work: Callable[[], Any]) -> None:
        super().__init__()
        self.work = work

    def make(self) -> None:
        if self.done():
            return
        try:
            self.set_result(self.work())
        except Exception as mistake:
            self.set_exception(mistake)


class Pool:
    """In place of a `ThreadPoolExecutor`."""

    def __init__(self, turns: Turns) -> None:
        self.turns, self.calls = turns, list[Call]()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def submit(self, work: Callable[..., Any], *arguments: Any) -> Call:
        call = Call(lambda: work(*arguments))
        self.calls.append(call)
        if self.turns.dice is None:
            call.make()
        elif self.turns.dice.random() < 0.5:
            # Some arrive at once, the others behind what is sent later, before any of them is read.
            self.turns.dice.choice(self.calls).make()
        return call


class NoDeadline:
    """A call in this process ends by itself."""

    has_passed = False

    def __init__(self, seconds: float, **_: object) -> None:
        self.seconds = seconds

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        pass


@contextmanager
def simulated() -> Iterator[tuple[Time, Turns]]:
    """Clocks that only the history moves, and calls one after another in an order that it chooses."""
    time, turns = Time(), Turns()
    with ExitStack() as stack:
        for holder in (timezone, clock):
            stack.enter_context(patch.object(holder, "now", time.now))
        stack.enter_context(patch.object(clock, "now_by_stopwatch", time.now))
        stack.enter_context(patch.object(push, "ThreadPoolExecutor", turns.pool))
        stack.enter_context(patch.object(push, "wait", turns.wait))
        stack.enter_context(patch("qbo.connection.client.Deadline", NoDeadline))
        yield time, turns

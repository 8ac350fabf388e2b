"""Plays cases, each in a copy of a process that holds the stage, several at a time; shrinks what went wrong.

A storm that branches is copied once more at some of its calls: what went before is played once for all branches.
"""

from __future__ import annotations

import gc
import json
import os
import random
import resource
import select
import signal
import sys
import time
import traceback
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from tests.simulation.cases import Case
from tests.simulation.history import Act, Drawn, without

if TYPE_CHECKING:
    from tests.simulation.stage import Stage

# How likely a storm branches at a call.
FORKED = 0.3
# Seconds of CPU that a run may take; far more than any needs.
PATIENCE = 120


@dataclass(frozen=True)
class Outcome:
    """What came of a case. `acts`: what disturbed it, `kinds`: its points, `minutes`: how much time it simulated."""

    case: Case
    wrong: list[str]
    acts: dict[int, Act] = field(default_factory=dict)
    kinds: list[str] = field(default_factory=list)
    minutes: float = 0.0


def play(stage: Stage, case: Case) -> Outcome:
    """Play `case` in a copy of this process."""
    (outcome,) = play_all(stage, [case], jobs=1)
    return outcome


@dataclass
class Branches:
    """Copies of this process, one after another, that go on in other ways; `left`: how many storms it may still be."""

    left: int
    dice: random.Random
    path: tuple[int, ...] = ()
    # How many it has made itself.
    made: int = 0

    def here(self) -> str:
        """The name of the new branch in its process; "" in this one, once the new one has ended."""
        if self.left < 2 or self.dice.random() > FORKED:
            return ""
        self.made += 1
        theirs = self.left // 2
        self.left -= theirs
        child = os.fork()
        if not child:
            self.left, self.path, self.made = theirs, (*self.path, self.made), 0
            return " ".join(map(str, self.path))
        _, status = os.waitpid(child, 0)
        assert status == 0, f"the branch {(*self.path, self.made)} did not end"
        return ""


def _played(stage: Stage, case: Case, keep_kinds: bool) -> dict[str, Any]:
    from django.conf import settings

    from tests.simulation import machine
    from tests.simulation.scenarios import BATCH_SIZE, LIMITS
    from tests.simulation.stage import NOON, Run

    stage.shop.books.do("duplicate_number_check", on=case.checks_numbers)
    if case.is_busy:
        settings.SYNC["BATCH_SIZE"] = BATCH_SIZE
        for ours, theirs, figure in LIMITS:
            settings.SYNC[ours] = figure
            stage.shop.books.do("switch", name=theirs, value=figure)
    history = case.history
    if isinstance(history, Drawn):
        history.branch = Branches(case.branches, random.Random(case.scenario)).here
    run = Run(stage, history, case.steps)
    watch = run.play()
    return {
        "wrong": watch.wrong,
        "acts": {number: list(act) for number, _, act in history.happened},
        "kinds": history.kinds if keep_kinds else [],
        "minutes": ((machine.standing or NOON) - NOON) / 60,
    }


def play_all(stage: Stage, cases: Iterable[Case], *, jobs: int, keep_kinds: bool = False) -> Iterator[Outcome]:
    """Play every case, each in a copy of this process and `jobs` at a time; in no particular order."""
    gc.collect()
    gc.freeze()
    waiting, flying = iter(cases), dict[int, tuple[Case, int]]()
    heard: dict[int, bytes] = {}
    more = True
    try:
        while flying or more:
            while more and len(flying) < jobs:
                case = next(waiting, None)
                more = case is not None
                if case is not None:
                    reader, child = _launch(stage, case, keep_kinds)
                    flying[reader], heard[reader] = (case, child), b""
            for reader in select.select(list(flying), [], [])[0] if flying else ():
                said = os.read(reader, 1 << 20)
                heard[reader] += said
                if not said:
                    case, child = flying.pop(reader)
                    os.close(reader)
                    os.waitpid(child, 0)
                    yield from _landed(case, heard.pop(reader).decode())
    finally:
        # Nobody waits for the rest: each with all its branches.
        for _, child in flying.values():
            os.killpg(child, signal.SIGKILL)


def _launch(stage: Stage, case: Case, keep_kinds: bool) -> tuple[int, int]:
    """Where the result can be read, and the process that writes it."""
    reader, writer = os.pipe()
    child = os.fork()
    if child:
        os.close(writer)
        # Here as well as there: whichever comes first.
        os.setpgid(child, child)
        return reader, child
    os.close(reader)
    os.setpgid(0, 0)
    resource.setrlimit(resource.RLIMIT_CPU, (PATIENCE, PATIENCE))
    # It ends before its garbage is worth collecting.
    gc.disable()
    try:
        said = json.dumps(_played(stage, case, keep_kinds))
    except BaseException:
        said = json.dumps({"wrong": [f"the run itself failed:\n{traceback.format_exc()}"]})
    with os.fdopen(writer, "w") as pipe:
        pipe.write(f"{said}\n")
    os._exit(0)


def _landed(case: Case, said: str) -> Iterator[Outcome]:
    """What came of it, and of each of its branches: one line each."""
    for line in said.splitlines() or ['{"wrong": ["the run did not end"]}']:
        told: dict[str, Any] = json.loads(line)
        acts = {int(number): Act(*act) for number, act in told.pop("acts", {}).items()}
        # A branch is told by what happened in it.
        yield Outcome(replace(case, acts=acts, branches=1) if case.branches > 1 else case, acts=acts, **told)


def shrunk(stage: Stage, outcome: Outcome) -> Outcome:
    """The same case with as few disturbances as still make it fail."""
    acts = dict(outcome.acts)
    # Told with its disturbances even if none of them can be left out.
    best = replace(outcome, case=Case(outcome.case.scenario, acts, outcome.case.checks_numbers))
    size = max(1, len(acts) // 2)
    while size:
        numbers = sorted(acts)
        parts = [numbers[start : start + size] for start in range(0, len(numbers), size)]
        for part in parts:
            fewer = without(acts, part)
            tried = play(stage, Case(outcome.case.scenario, fewer, outcome.case.checks_numbers))
            if tried.wrong:
                acts, best = fewer, tried
        size //= 2
    return best


def tell(outcome: Outcome, *, say: Callable[[str], None] = print) -> None:
    """What went wrong, and how to see it again."""
    say(f"WRONG: python -m tests.simulation {outcome.case.as_options}")
    for number, act in sorted(outcome.acts.items()):
        say(f"    at point {number}: {act}")
    for what in outcome.wrong:
        say(f"    {what}")
    sys.stdout.flush()


def clock() -> float:
    return time.clock_gettime(time.CLOCK_MONOTONIC)

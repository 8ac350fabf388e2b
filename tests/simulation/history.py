"""What disturbs a run, as data: at which point what happens. By a seed, or as it was written down."""

from __future__ import annotations

import itertools
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

# At these points a process may die or be held up.
COMMIT, QUERY, CLOCK, CALL, ANSWER = "commit", "query", "clock", "call", "answer"

# What may become of a call to QuickBooks; see `network`.
FAULTS = (
    "cut",  # arrives, and the answer is lost at once
    "silent",  # arrives, and no answer comes within the time-out
    "late",  # our side loses the connection at once, and it arrives long after
    "lost",  # never arrives, and the connection breaks
    "refused",  # no connection at all
    "slow",  # the answer takes long
    "500",  # not acted on
    "500 acted",  # acted on
    "503",
    "429",
    "401",
    "garbage",  # acted on, and something else comes back
    "orphan",  # its sender dies right after it left, and it arrives later
    "outage",  # arrives, the answer is lost, and so is every call of the next minutes
)
# What brings calls to QuickBooks later than they were counted, so that its limits say nothing about us.
DELAYS = ("late", "slow", "orphan", "pause")
# Seconds for which a process may stand still: another one overtakes it, the limits' minute, the lease, a request id.
PAUSES = (0.01, 0.3, 2.0, 70.0, 200.0, 320.0, 700.0)
SKEWS = (-400.0, -30.0, 3.0, 30.0, 400.0)


class Act(NamedTuple):
    what: str
    value: float = 0.0

    def __str__(self) -> str:
        return f"{self.what} {self.value:g}" if self.value else self.what


# How likely a process is killed, and held up, at a point of each kind. What matters most happens around a call.
KILLS = {COMMIT: 0.006, QUERY: 0.0, CLOCK: 0.0, CALL: 0.02, ANSWER: 0.05}
STOPS = {COMMIT: 0.0, QUERY: 0.002, CLOCK: 0.002, CALL: 0.02, ANSWER: 0.03}
# Seconds after which what was killed is started again: at once, or when its machine is back.
RESTARTS = (0.0, 0.0, 30.0, 400.0)
FAULTY = 0.15
SKEWED = 0.002
# How many acts a run has at most.
MOST = (1, 2, 3, 5, 8, 13, 30)


class History:
    """The acts of one run. With a seed they are drawn, at most `most` of them; otherwise they are those of `acts`."""

    def __init__(self, acts: Mapping[int, Act] | None = None) -> None:
        self.acts: dict[int, Act] = dict(acts or {})
        self.kinds: list[str] = []
        self.happened: list[tuple[int, str, Act]] = []
        self.is_over = False

    def at(self, number: int, kind: str) -> Act | None:
        """The act at this point, if there is one."""
        self.kinds.append(kind)
        act = None if self.is_over else self._next(number, kind)
        if act is not None:
            self.happened.append((number, kind, act))
        return act

    def _next(self, number: int, kind: str) -> Act | None:
        return self.acts.get(number)


class Drawn(History):
    """`branch`: asked at each call; "" goes on as drawn, and a name is that of a new branch."""

    def __init__(self, seed: int, *, skews: bool, delays: bool = True) -> None:
        super().__init__()
        self.seed = seed
        self.branch: Callable[[], str] = lambda: ""
        self.delays = delays
        self.faults = FAULTS if delays else tuple(fault for fault in FAULTS if fault not in DELAYS)
        self.dice = random.Random(seed)
        self.most = self.dice.choice(MOST)
        self.scale = self.dice.choice((0.5, 1.0, 2.0))
        self.skewed = SKEWED if skews and self.dice.random() < 0.3 else 0.0

    def _next(self, number: int, kind: str) -> Act | None:
        act = self._drawn(kind) if len(self.acts) < self.most else None
        if kind == CALL:
            act = self._branched(act)
        if act is not None:
            self.acts[number] = act
        return act

    def _branched(self, act: Act | None) -> Act | None:
        """As drawn; in a new branch something happens to this call, and what comes after it is drawn anew."""
        name = self.branch()
        if not name:
            return act
        self.dice = random.Random(f"{self.seed} {name}")
        self.most = max(len(self.acts) + 1, self.dice.choice(MOST))
        return next(other for _ in itertools.count() if (other := self._drawn(CALL)) not in (None, act))

    def _drawn(self, kind: str) -> Act | None:
        roll = self.dice.random() / self.scale
        for likely, act in self._choices(kind):
            if roll < likely:
                return act()
            roll -= likely
        return None

    def _choices(self, kind: str) -> Iterator[tuple[float, Callable[[], Act]]]:
        dice = self.dice
        if kind == CALL:
            yield FAULTY, lambda: Act(dice.choice(self.faults), round(dice.uniform(1.0, 120.0), 1))
        yield KILLS[kind], lambda: Act("kill", dice.choice(RESTARTS))
        if self.delays:
            yield STOPS[kind], lambda: Act("pause", dice.choice(PAUSES))
        yield self.skewed, lambda: Act("skew", dice.choice(SKEWS))


def told(acts: Mapping[int, Act]) -> str:
    """A history as it is written down: "120=kill,131=cut 3.5"."""
    return ",".join(f"{number}={act}" for number, act in sorted(acts.items()))


def read(text: str) -> dict[int, Act]:
    """The history that `told` wrote down."""
    acts = {}
    for part in filter(None, text.split(",")):
        number, _, act = part.partition("=")
        what, _, value = act.rpartition(" ")
        # "500" is a fault of its own, "500 acted" another, "cut 3.5" has a value.
        has_value = bool(what) and value.replace(".", "").replace("-", "").isdigit()
        acts[int(number)] = Act(what, float(value)) if has_value else Act(act)
    return acts


def without(acts: Mapping[int, Act], numbers: Sequence[int]) -> dict[int, Act]:
    return {number: act for number, act in acts.items() if number not in numbers}

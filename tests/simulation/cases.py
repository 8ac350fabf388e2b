"""Which runs there are: every crash point of a small scenario, alone and in pairs, and storms by seed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from tests.simulation import scenarios
from tests.simulation.history import ANSWER, CALL, CLOCK, COMMIT, FAULTS, QUERY, Act, Drawn, History, told
from tests.simulation.office import Step

# A short stop lets others in between; a long one outlasts the lease.
STOPS = (2.0, 200.0)
# The faults that take a while, and how long.
TAKES = {"late": 90.0, "slow": 40.0, "orphan": 60.0, "429": 30.0, "outage": 110.0}


@dataclass(frozen=True)
class Case:
    """`scenario`: "small", "changing" or a seed. Without `acts` the seed also draws the history."""

    scenario: str
    acts: Mapping[int, Act] | None = field(default=None, hash=False)
    # Whether the company refuses a number that is taken: a second line of defense, which hides our own mistakes.
    checks_numbers: bool = False
    skews: bool = False
    # Into how many storms it branches at most, where it is drawn.
    branches: int = 1

    @property
    def steps(self) -> list[Step]:
        known = {"small": scenarios.SMALL, "changing": scenarios.CHANGING}
        if self.scenario in known:
            return list(known[self.scenario])
        return scenarios.busy(int(self.scenario)) if self.is_busy else scenarios.drawn(int(self.scenario))

    @property
    def is_busy(self) -> bool:
        """More invoices than the limits allow at a time; nothing is held up, so that the limits can be judged."""
        return self.scenario.isdigit() and int(self.scenario) % 8 == 3

    @property
    def history(self) -> History:
        if self.acts is not None:
            return History(self.acts)
        return Drawn(int(self.scenario), skews=self.skews, delays=not self.is_busy)

    @property
    def as_options(self) -> str:
        """How to see this case again."""
        acts = "" if self.acts is None else f" --acts '{told(self.acts)}'"
        return f"--scenario {self.scenario}{acts}{' --skews' if self.skews else ''}"


def acts_at(kind: str, *, stops: bool) -> Iterator[Act]:
    """Everything that may happen at a point of this kind."""
    if kind in (COMMIT, CALL, ANSWER):
        yield Act("kill")
    if kind == CALL:
        yield from (Act(fault, TAKES.get(fault, 0.0)) for fault in FAULTS)
    if stops and kind in (QUERY, CALL, ANSWER, CLOCK):
        yield from (Act("pause", seconds) for seconds in STOPS)


def singles(scenario: str, kinds: list[str], *, stops: bool = True) -> Iterator[Case]:
    """One disturbance each: at every point of an undisturbed run, everything that may happen there."""
    for number, kind in enumerate(kinds):
        for act in acts_at(kind, stops=stops):
            yield Case(scenario, {number: act})


def seconds(first: Case, kinds: list[str]) -> Iterator[Case]:
    """A second disturbance after the first: `kinds` are the points of the run with the first one."""
    assert first.acts is not None
    last = max(first.acts)
    for number, kind in enumerate(kinds[last + 1 :], start=last + 1):
        for act in acts_at(kind, stops=False):
            yield Case(first.scenario, {**first.acts, number: act})


def sampled(cases: list[Case], count: int, seed: int) -> list[Case]:
    return cases if count >= len(cases) else random.Random(seed).sample(cases, count)

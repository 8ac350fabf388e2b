"""Playing histories of one seed, in a shop and an emulator of this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.errors import FlakyFailure
from hypothesis.internal.conjecture.providers import HypothesisProvider
from hypothesis.stateful import RuleBasedStateMachine, run_state_machine_as_test

from qbo_emulator.router import Emulator
from tests.books import Books, Shop, connected_shop
from tests.two_hands.hands import Hands
from tests.two_hands.inside import URL, emulator_inside
from tests.two_hands.simulated import Turns, simulated
from tests.two_hands.world import REALMS

STEPS = int(os.environ.get("TWO_HANDS_STEPS", "40"))


@contextmanager
def open_shop(country: str) -> Iterator[tuple[Shop, Emulator, Turns]]:
    world = "canada" if country == "CA" else "us"
    with simulated() as (time, turns), emulator_inside(*REALMS, world=world, clock=time) as emulator:
        shop = connected_shop(URL, country=country)
        shop.books = Books(URL, realm=REALMS[0])
        yield shop, emulator, turns


@contextmanager
def the_same_everywhere() -> Iterator[None]:
    """One seed draws one history in every process: hypothesis also draws from the constants of our modules that happen
    to be loaded, which depends on the tests that ran before.
    """
    with patch.object(HypothesisProvider, "_maybe_draw_constant", lambda *_, **__: None):
        yield


def play(hands: type[RuleBasedStateMachine], number: int, *, histories: int, steps: int = STEPS) -> None:
    """As many histories of a seed; raises what the first one that fails raised."""
    Hands.open_shop = staticmethod(open_shop)
    before = Hands.steps
    machine: Any = seed(number)(hands)
    how = settings(
        max_examples=histories,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        suppress_health_check=list(HealthCheck),
        phases=[Phase.generate, *([Phase.shrink] if os.environ.get("TWO_HANDS_SHRINK") else [])],
    )
    try:
        with the_same_everywhere():
            run_state_machine_as_test(machine, settings=how)
    except FlakyFailure as error:
        # What broke, where a report that is cut off still shows it.
        causes = "; ".join(f"{type(one).__name__}: {one}" for one in error.exceptions)
        raise AssertionError(f"seed {number} is not played the same way twice: {causes}") from error
    if steps > 1:
        print(f"seed {number}: {Hands.steps - before} steps")

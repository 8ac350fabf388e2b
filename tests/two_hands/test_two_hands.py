"""An office and a bookkeeper work on the same records at random; after every drain the books are as both left them.

`TWO_HANDS=200 make test ARGS=tests/two_hands/test_two_hands.py` runs more histories than the suite does. A history that
fails is printed as the steps of both; `TWO_HANDS_SHRINK=1` looks for the shortest. `TWO_HANDS_SEED="7 8"` makes others.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from qbo_emulator.router import Emulator
from tests.books import NO_LIMITS, Books, Shop, connected_shop
from tests.two_hands.inside import URL, emulator_inside
from tests.two_hands.machine import TwoHands
from tests.two_hands.world import REALMS


@contextmanager
def open_shop() -> Iterator[tuple[Shop, Emulator]]:
    with emulator_inside(*REALMS) as emulator:
        shop = connected_shop(URL)
        shop.books = Books(URL, realm=REALMS[0])
        yield shop, emulator


@pytest.fixture
def _apart(settings: Any) -> None:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    settings.QBO_EMULATOR_URL = URL


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("number", [int(one) for one in os.environ.get("TWO_HANDS_SEED", "1").split()])
def test_two_hands(db: None, number: int) -> None:
    TwoHands.open_shop = staticmethod(open_shop)
    before = TwoHands.steps
    machine: Any = seed(number)(TwoHands)
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("TWO_HANDS", "6")),
            stateful_step_count=int(os.environ.get("TWO_HANDS_STEPS", "40")),
            deadline=None,
            database=None,
            suppress_health_check=list(HealthCheck),
            phases=[Phase.generate, *([Phase.shrink] if os.environ.get("TWO_HANDS_SHRINK") else [])],
        ),
    )
    print(f"seed {number}: {TwoHands.steps - before} steps")

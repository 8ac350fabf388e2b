"""An office and a bookkeeper work on the same records at random; after every drain the books are as both left them.

`TWO_HANDS=200 make test ARGS=tests/two_hands/test_two_hands.py` runs more histories than the suite does. A history that
fails is printed as the steps of both; `TWO_HANDS_SHRINK=1` looks for the shortest. `TWO_HANDS_SEED="7 8"` makes others.
"""

from __future__ import annotations

import os

import pytest

from tests.two_hands.machine import TwoHands, TwoHandsInCanada
from tests.two_hands.playing import play

SEEDS = [int(one) for one in os.environ.get("TWO_HANDS_SEED", "1").split()]


def histories(usual: int) -> int:
    """How many to play: as many as TWO_HANDS says; without it the usual number in the gate, and a quarter elsewhere."""
    return int(os.environ.get("TWO_HANDS") or (usual if os.environ.get("RUN_SLOW") else max(1, usual // 4)))


@pytest.mark.long
@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("number", SEEDS)
def test_two_hands(db: None, number: int) -> None:
    play(TwoHands, number, histories=histories(8))


@pytest.mark.timeout(3600)
@pytest.mark.usefixtures("_apart")
@pytest.mark.parametrize("number", SEEDS)
def test_two_hands_in_canada(db: None, number: int) -> None:
    play(TwoHandsInCanada, number, histories=histories(2))

"""One seed is one history, whichever tests ran before it in the same process."""

from __future__ import annotations

import importlib
from pathlib import Path

import pytest
from hypothesis import stateful

from tests.two_hands.machine import A_NUMBER
from tests.two_hands.playing import play

DRAWN: list[tuple[str, int]] = []


class Drawing(stateful.RuleBasedStateMachine):
    """Keeps what is drawn, and does nothing. Which rules a history has at all is drawn as well."""

    @stateful.rule(number=A_NUMBER)
    def one(self, number: int) -> None:
        DRAWN.append(("one", number))

    @stateful.rule(number=A_NUMBER)
    def another(self, number: int) -> None:
        DRAWN.append(("another", number))


def drawn(seed: int) -> list[tuple[str, int]]:
    DRAWN.clear()
    play(Drawing, seed, histories=10, steps=5)
    return [*DRAWN]


def test_a_seed_draws_the_same_whatever_is_loaded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = [drawn(seed) for seed in range(1, 9)]
    (tmp_path / "full_of_numbers.py").write_text(f"NUMBERS = {list(range(101, 255))}\n")
    monkeypatch.syspath_prepend(tmp_path)
    importlib.import_module("full_of_numbers")
    assert [drawn(seed) for seed in range(1, 9)] == before

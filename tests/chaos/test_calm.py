"""A storm's end: what stands still or only goes round is told, and not waited for until the test's time is up."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

from tests.chaos.ledger import Ledger
from tests.chaos.stage import Stage
from tests.chaos.storm import SLOW_BOOT, SMALL, Storm

SECONDS = 30.0
States = dict[str, int]


class Clock:
    """Stands while nobody sleeps."""

    now = 0.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class ToldLedger(Ledger):
    """Counts as a test tells them, the last one again and again."""

    def __init__(self, told: Iterable[States]) -> None:
        super().__init__("sqlite:///")
        self.told, self.last = iter(told), States()

    def states(self) -> States:
        self.last = next(self.told, self.last)
        return self.last

    def pause(self) -> str:
        return ""


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr("tests.chaos.storm.time", clock)
    return clock


def is_calm(told: Iterable[States], folder: Path) -> bool:
    return Storm(Stage(folder, ""), ToldLedger(told), seed=1, size=SMALL).calm(SECONDS)


def going_round() -> Iterator[States]:
    """Sent, put off, sent again: no event comes to its end."""
    yield {"queued": 2, "synced": 48}
    yield from itertools.cycle([{"queued": 1, "sending": 1, "synced": 48}, {"queued": 1, "checking": 1, "synced": 48}])


def test_calm_is_when_nothing_waits(clock: Clock, tmp_path: Path) -> None:
    assert is_calm([{"queued": 2}, {"sending": 1, "synced": 1}, {"synced": 1, "failed": 1}], tmp_path)


def test_what_stands_still_is_told(clock: Clock, tmp_path: Path) -> None:
    assert not is_calm([{"queued": 2}, {"queued": 1, "synced": 1}], tmp_path)
    assert SECONDS < clock.now < SECONDS + 2


def test_what_only_goes_round_is_told(clock: Clock, tmp_path: Path) -> None:
    assert not is_calm(going_round(), tmp_path)
    assert SLOW_BOOT * SECONDS < clock.now < SLOW_BOOT * SECONDS + 2


def test_what_gets_on_slowly_is_waited_for(clock: Clock, tmp_path: Path) -> None:
    """Each needs nearly as long as all may go round."""
    rounds = int(0.9 * SLOW_BOOT * SECONDS / 0.3)
    told = [{"queued": left, "sending": flip % 2, "synced": 4 - left} for left in (3, 2, 1) for flip in range(rounds)]
    assert is_calm([*told, {"synced": 4}], tmp_path)

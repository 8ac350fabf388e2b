"""The longest tests begin first, on every worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, cast

import pytest

from tests.conftest import WORKERS, pytest_collection_modifyitems


@dataclass
class Collected:
    """Of a test, what its place depends on."""

    nodeid: str
    markers: tuple[str, ...] = ()

    def get_closest_marker(self, name: str) -> str | None:
        return name if name in self.markers else None


SHORT = [Collected(f"tests/sync/test_{number}.py::test") for number in range(60)]
SAMPLED = Collected("tests/journeys/test_matrix.py::test[7]", ("sampled", "slow"))
PAGES = [Collected(f"tests/browser/test_{number}.py::test", ("browser",)) for number in range(4)]
WALKS = [Collected(f"tests/browser/test_every_control.py::test[{role}]", ("browser", "slow")) for role in "OD"]
STORMS = [Collected(f"tests/chaos/test_storm.py::test[{kind}]", ("processes",)) for kind in ("sqlite", "postgres")]
HANDS = Collected("tests/two_hands/test_two_hands.py::test", ("long",))


def dealt() -> list[list[Collected]]:
    """What each worker begins with, as xdist deals it: equal parts in this order."""
    items = [*SHORT[:30], SAMPLED, *PAGES, *WALKS, *STORMS, *SHORT[30:], HANDS]
    pytest_collection_modifyitems(cast("list[pytest.Item]", cast("Any", items)))
    assert len(items) == len(SHORT) + 10
    parts = []
    for left in range(WORKERS, 0, -1):
        size = len(items) // left
        parts.append(items[:size])
        del items[:size]
    return parts


def test_each_part_begins_with_long_ones() -> None:
    first, second, third = dealt()
    assert first[:4] == PAGES
    assert {HANDS.nodeid, *(one.nodeid for one in [*WALKS, *STORMS])} == {
        one.nodeid for one in [*second[:4], *third[:3]] if one.markers
    }
    assert [one for part in (first[4:], second[4:], third[3:]) for one in part if one.markers] == [SAMPLED]


def test_one_storm_comes_after_the_other() -> None:
    assert [sum(one in STORMS for one in part) for part in dealt()] == [0, 2, 0]

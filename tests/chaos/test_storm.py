"""Real processes: everything breaks at once, again and again, and the books are still right.

A small storm in every run; in the gate one on each database in which all of it happens; `make chaos` has longer ones.
"""

from __future__ import annotations

import pytest

from tests.chaos.storm import SMALL, Size
from tests.chaos.weather import weather

INVOICES = 300
# Seconds that a storm may take until everything has happened often enough; a quick machine needs a fraction.
AT_MOST = 600

pytestmark = [pytest.mark.processes, pytest.mark.timeout(1200)]


def survives(kind: str, seed: int, size: Size, capsys: pytest.CaptureFixture[str]) -> None:
    with capsys.disabled():  # what was injected is to be read in a green run too
        verdict = weather(seed, size, kind=kind, seconds=AT_MOST)
    assert verdict.wrong == []


@pytest.mark.slow
@pytest.mark.parametrize(("kind", "seed"), [("sqlite", 1), pytest.param("postgres", 2, marks=pytest.mark.postgresql)])
def test_every_invoice_is_in_the_books_once_and_to_the_cent(
    kind: str, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    survives(kind, seed, Size.full(INVOICES), capsys)


def test_a_small_storm_is_survived(capsys: pytest.CaptureFixture[str]) -> None:
    survives("sqlite", 1, SMALL, capsys)

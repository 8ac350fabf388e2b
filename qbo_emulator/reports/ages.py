"""How long ago amounts were due: the periods of an aging report; knows no amount."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import NamedTuple

USUAL_DAYS, USUAL_PERIODS, MOST = 30, 4, 100


class Ages(NamedTuple):
    """`periods` of so many `days`; the last has no end."""

    days: int
    periods: int

    @property
    def firsts(self) -> list[int]:
        """The day past due on which each period begins."""
        return [1 + self.days * at for at in range(self.periods)]

    @property
    def titles(self) -> list[str]:
        """The columns of a summary, from what is not due yet to what is due for longest."""
        firsts = self.firsts
        between = [f"{first} - {first + self.days - 1}" for first in firsts[:-1]]
        return ["Current", *between, f"{firsts[-1]} and over"]

    @property
    def headings(self) -> list[str]:
        """The same for the sections of a detail."""
        firsts = self.firsts
        between = [f"{first} - {first + self.days - 1} days past due" for first in firsts[:-1]]
        return ["Current", *between, f"{firsts[-1]} or more days past due"]

    def place(self, late: int) -> int:
        """In which of them an amount stands that has been due for so many days."""
        return min((late + self.days - 1) // self.days, self.periods) if late > 0 else 0


def ages(asked: Mapping[str, str]) -> Ages:
    """What `aging_period` and `num_periods` say, or else four of thirty days."""
    return Ages(number(asked, "aging_period", USUAL_DAYS), number(asked, "num_periods", USUAL_PERIODS))


def number(asked: Mapping[str, str], name: str, usual: int) -> int:
    given = asked.get(name, "")
    return min(int(given), MOST * usual) if given.isdecimal() and int(given) else usual


def days_late(due: str, today: str) -> int:
    return (date.fromisoformat(today) - date.fromisoformat(due)).days

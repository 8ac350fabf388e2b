"""The columns that a statement is summarized by: days, weeks, months, quarters, years; knows no figures."""

from __future__ import annotations

from calendar import monthrange
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

ONE_DAY = timedelta(days=1)
MOST_COLUMNS = 400


class Span(NamedTuple):
    """One column: its title, its first and its last day."""

    title: str
    start: date
    end: date


def day_of(day: date) -> date:
    return day


def end_of_week(day: date) -> date:
    """Weeks end on Saturday; the calendar of computers ends on a Friday."""
    return date.fromordinal(min(day.toordinal() + (5 - day.weekday()) % 7, date.max.toordinal()))


def start_of_week(day: date) -> date:
    return day - timedelta(days=(day.weekday() + 1) % 7)


def end_of_month(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


def end_of_quarter(day: date) -> date:
    return end_of_month(day.replace(day=1, month=(day.month - 1) // 3 * 3 + 3))


def end_of_year(day: date) -> date:
    return day.replace(month=12, day=31)


# What a request may say, in lower case -> the last day of the column in which a day is.
ENDS: dict[str, Callable[[date], date]] = {
    "days": day_of,
    "week": end_of_week,
    "month": end_of_month,
    "quarter": end_of_quarter,
    "year": end_of_year,
}


def spans(days: tuple[str, str], summarized_by: str) -> list[Span]:
    """The columns over these days; none for only a total, or for too many columns."""
    end_of = ENDS.get(summarized_by.lower().replace("weeks", "week").replace("months", "month"))
    first, last = date.fromisoformat(days[0]), date.fromisoformat(days[1])
    found: list[Span] = []
    while end_of and first <= last and len(found) <= MOST_COLUMNS:
        end = min(end_of(first), last)
        found.append(Span(title(first, end), first, end))
        if end == last:
            break
        first = end + ONE_DAY
    return found if len(found) <= MOST_COLUMNS else []


def title(start: date, end: date) -> str:
    """Column titles as in Intuit's reports: "Jan 2026", "Jan 5 - 28, 2026", "Jan - Mar, 2026", "Jan 5, 2026",
    "2026".
    """
    year = f"{end:%Y}"
    whole = start.day == 1 and end == end_of_month(end)
    if start == end:
        return f"{start:%b} {start.day}, {year}"
    if whole and (start.month, end.month) == (1, 12):
        return year
    if start.month == end.month:
        return f"{start:%b} {year}" if whole else f"{start:%b} {start.day} - {end.day}, {year}"
    if whole:
        return f"{start:%b} - {end:%b}, {year}"
    return f"{start:%b} {start.day} - {end:%b} {end.day}, {year}"

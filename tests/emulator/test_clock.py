"""Times as every Python reads them, and California's without a table of time zones."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qbo_emulator.books.clock import PACIFIC, Clock, PacificTime, moment


def test_own_pacific_time_is_that_of_the_tables() -> None:
    hour = datetime(2026, 1, 1, tzinfo=UTC)
    while hour.year < 2028:
        assert (
            hour.astimezone(PacificTime()).isoformat() == hour.astimezone(ZoneInfo("America/Los_Angeles")).isoformat()
        )
        hour += timedelta(hours=1)


@pytest.mark.parametrize("day", [date(2026, 1, 15), date(2026, 6, 18), date(2026, 3, 8), date(2026, 11, 1)])
def test_a_clock_shows_the_day_it_is_given_at_every_hour_of_every_season(day: date) -> None:
    hour = datetime(2026, 1, 1, 0, 30, tzinfo=UTC)
    while hour.year < 2027:
        shown = (hour + Clock.starting(day, hour).shift).astimezone(PACIFIC)
        assert shown.date() == day, f"at {hour}"
        hour += timedelta(hours=1)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T10:00:00Z",
        "2026-03-01T02:00:00-08:00",
        "2026-03-01T02:00:00-0800",
        "2026-03-01T10:00:00.0Z",
        "2026-03-01T10:00:00.00000000+00:00",
        " 2026-03-01 10:00:00+00:00 ",
    ],
)
def test_one_moment_is_written_in_many_ways(text: str) -> None:
    assert moment(text) == datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "soon", "2026-13-01T00:00:00", "T-0800"])
def test_what_is_no_time_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment(text)

"""Times as every Python reads them, and California's without a table of time zones."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from qbo_emulator import Emulator
from qbo_emulator.books.clock import PACIFIC, Clock, PacificTime, moment
from qbo_emulator.founding.sample_facts import INVOICES, SALES_RECEIPTS

from .conftest import TOKEN, Client, invoice

ClientOf = Callable[[Emulator], Client]


class StandingClock(Clock):
    """Shows `at`."""

    def __init__(self, at: datetime) -> None:
        super().__init__()
        self.at = at.astimezone(UTC)

    def now(self) -> datetime:
        return self.at


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
    "at",
    [datetime(2026, 1, 14, 23, 30, tzinfo=PACIFIC), datetime(2026, 4, 1, 0, 30, tzinfo=PACIFIC)],
    ids=["before midnight in winter", "after midnight in summer"],
)
def test_a_sample_company_is_as_old_as_its_facts_say_at_every_hour(client_of: ClientOf, at: datetime) -> None:
    """So many times 24 hours before, it was another day: the clocks were changed in between."""
    books = client_of(Emulator(access_token=TOKEN, sample=True, clock=StandingClock(at)))
    days = {key: (at.date() - timedelta(days=ago)).isoformat() for key, _, _, ago, *_ in INVOICES + SALES_RECEIPTS}
    rows = [row for kind in ("Invoice", "SalesReceipt") for row in books.query(f"select * from {kind}")[kind]]
    assert {row["Id"]: row["TxnDate"] for row in rows if row["Id"] in days} == days


def test_rows_are_in_order_of_time_through_the_hour_that_is_twice(client_of: ClientOf) -> None:
    """1:40 in summer time comes before 1:10 in winter time."""
    clock = StandingClock(datetime(2026, 11, 1, 8, 40, tzinfo=UTC))
    books = client_of(Emulator(access_token=TOKEN, has_limits=False, clock=clock))
    made = [books.post("Invoice", invoice())["Id"]]
    clock.at += timedelta(minutes=30)
    made.append(books.post("Invoice", invoice())["Id"])
    for name in ("CreateTime", "LastUpdatedTime"):
        for order, wanted in (("asc", made), ("desc", made[::-1])):
            found = books.query(f"select * from Invoice orderby MetaData.{name} {order}")["Invoice"]
            assert [row["Id"] for row in found] == wanted


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

"""What time it is at Intuit; timestamps of the API carry a Pacific offset (recorded answers)."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PACIFIC = ZoneInfo("America/Los_Angeles")


class Clock:
    """The machine's clock, moved by a fixed distance so that a company can live on another date."""

    def __init__(self, shift: timedelta = timedelta(0)) -> None:
        self.shift = shift

    @classmethod
    def starting(cls, day: date) -> Clock:
        return cls(timedelta(days=(day - datetime.now(PACIFIC).date()).days))

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def advance(self, seconds: float) -> None:
        self.shift += timedelta(seconds=seconds)


def stamp(at: datetime) -> str:
    return at.astimezone(PACIFIC).isoformat(timespec="seconds")


def precise_stamp(at: datetime) -> str:
    return at.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def utc_stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pacific_date(at: datetime) -> date:
    return at.astimezone(PACIFIC).date()

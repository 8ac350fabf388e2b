"""What time it is at Intuit; timestamps of the API carry a Pacific offset (recorded answers)."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta, timezone, tzinfo
from email.utils import format_datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

UTC = timezone.utc
HOUR = timedelta(hours=1)
FRACTION = re.compile(r"\.(\d+)")


class PacificTime(tzinfo):
    """California's time by the law of 2007, for machines without a table of time zones (Windows, bare containers)."""

    def utcoffset(self, at: datetime | None) -> timedelta:
        return timedelta(hours=-8) + self.dst(at)

    def dst(self, at: datetime | None) -> timedelta:
        """From the second Sunday of March to the first of November, both at two o'clock."""
        if at is None:
            return timedelta(0)
        start, end = summer(at.year)
        wall = at.replace(tzinfo=None, fold=0)
        is_second_time = bool(at.fold) and end - HOUR <= wall < end  # the hour that the clock goes back over
        return HOUR if start <= wall < end and not is_second_time else timedelta(0)

    def fromutc(self, at: datetime) -> datetime:
        standard = at.replace(tzinfo=None) - timedelta(hours=8)
        start, end = summer(standard.year)
        is_summer = start <= standard < end - HOUR
        is_second_time = end - HOUR <= standard < end
        return (standard + HOUR if is_summer else standard).replace(tzinfo=self, fold=int(is_second_time))

    def tzname(self, at: datetime | None) -> str:
        return "PDT" if self.dst(at) else "PST"


def summer(year: int) -> tuple[datetime, datetime]:
    """Start and end of daylight saving time, in local time before the change."""
    return first_sunday(year, 3) + timedelta(days=7, hours=2), first_sunday(year, 11) + timedelta(hours=2)


def first_sunday(year: int, month: int) -> datetime:
    first = datetime(year, month, 1)  # noqa: DTZ001  wall time
    return first + timedelta(days=(6 - first.weekday()) % 7)


def pacific_time() -> tzinfo:
    try:
        return ZoneInfo("America/Los_Angeles")
    except ZoneInfoNotFoundError:
        return PacificTime()


PACIFIC = pacific_time()


class Clock:
    """The machine's clock, shifted by a fixed amount so that a company can have a different date."""

    def __init__(self, shift: timedelta = timedelta(0)) -> None:
        self.shift = shift

    @classmethod
    def starting(cls, day: date, at: datetime | None = None) -> Clock:
        """A clock that shows `day` in California, and the time of day that it is there at `at` (default: now)."""
        at = (at or datetime.now(UTC)).astimezone(UTC)
        time_of_day = at.astimezone(PACIFIC).time()
        return cls(datetime.combine(day, time_of_day, PACIFIC).astimezone(UTC) - at)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.shift

    def advance(self, seconds: float) -> None:
        self.shift += timedelta(seconds=seconds)


def moment(text: str) -> datetime:
    """The time that `text` gives, ISO 8601 with or without offset. Raises ValueError.

    The standard library reads `Z`, other than three or six decimals and offsets without a colon from Python 3.11 on.
    """
    text = FRACTION.sub(lambda found: f".{found[1]:0<6.6}", text.strip())
    if text[-1:] in "Zz":
        text = f"{text[:-1]}+00:00"
    if re.search(r"[T ].*[-+]\d{4}$", text):
        text = f"{text[:-2]}:{text[-2:]}"
    return datetime.fromisoformat(text)


def stamp(at: datetime) -> str:
    return at.astimezone(PACIFIC).isoformat(timespec="seconds")


def http_date(at: datetime) -> str:
    """The time as the header of an answer has it."""
    return format_datetime(at.astimezone(UTC), usegmt=True)


def precise_stamp(at: datetime) -> str:
    return at.astimezone(PACIFIC).isoformat(timespec="milliseconds")


def utc_stamp(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


def pacific_date(at: datetime) -> date:
    return at.astimezone(PACIFIC).date()

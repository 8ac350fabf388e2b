"""Which days are plausible; knows nothing about forms or records."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError

# Days outside this range are typing errors, and some clocks and databases cannot handle them.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)


def is_plausible(day: dt.date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def plausible_day(day: dt.date) -> None:
    """Raises ValidationError for a day outside the range."""
    if not is_plausible(day):
        raise ValidationError(f"Use a day between {FIRST_DAY:%Y} and {LAST_DAY:%Y}.")

"""Which days somebody can mean; knows no form and no record."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError

# Days outside of these are slips of the keyboard, and some clocks and databases cannot count there.
FIRST_DAY, LAST_DAY = dt.date(1900, 1, 1), dt.date(2100, 12, 31)


def is_plausible(day: dt.date) -> bool:
    return FIRST_DAY <= day <= LAST_DAY


def plausible_day(day: dt.date) -> None:
    """Raises ValidationError for a day that nobody means."""
    if not is_plausible(day):
        raise ValidationError(f"Use a day between {FIRST_DAY:%Y} and {LAST_DAY:%Y}.")

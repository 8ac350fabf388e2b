"""Numbers and dates as people write them; knows nothing about files and the database."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from runacall.invoices import money


class DateOrder(StrEnum):
    """How a date with slashes is read. It does not matter for a date such as 2026-06-17."""

    MONTH_FIRST = "m/d/y"
    DAY_FIRST = "d/m/y"
    EITHER = "either"  # both are in use: only an unambiguous date is accepted


class DecimalMark(StrEnum):
    """What stands before the decimals of a number."""

    POINT = "."
    COMMA = ","
    EITHER = "either"  # both are in use; only commas and blanks stand between thousands


@dataclass(frozen=True)
class Manner:
    """How numbers and dates are written in the country of the file."""

    decimals: DecimalMark = DecimalMark.POINT
    dates: DateOrder = DateOrder.MONTH_FIRST
    # A year of two digits is not taken for the last number of a date.
    may_begin_with_year: bool = False


class Ambiguous(ValueError):
    """A value that may mean two things; the text says which, and what to write instead."""


_MONTH_FIRST = frozenset({"US", "PR", "PH"})
_BOTH_ORDERS, _BOTH_DECIMALS = frozenset({"CA"}), frozenset({"CA", "CH"})
_YEAR_FIRST = frozenset({"CA", "CN", "HU", "JP", "KR", "LT", "SE", "TW"})
_DECIMAL_COMMA = frozenset(
    [
        "AR",
        "AT",
        "BE",
        "BG",
        "BR",
        "CL",
        "CO",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "ID",
        "IS",
        "IT",
        "LT",
        "LU",
        "LV",
        "NL",
        "NO",
        "PL",
        "PT",
        "RO",
        "RS",
        "SE",
        "SI",
        "SK",
        "TR",
        "UA",
        "VN",
        "ZA",
    ]
)


def manner_of(country: str, dates: DateOrder | None = None) -> Manner:
    """The manner of a country (two letters); `dates` is what a person said about this file."""
    order = DateOrder.MONTH_FIRST if country in _MONTH_FIRST else DateOrder.DAY_FIRST
    if country in _BOTH_ORDERS:
        order = DateOrder.EITHER
    decimals = DecimalMark.COMMA if country in _DECIMAL_COMMA else DecimalMark.POINT
    if country in _BOTH_DECIMALS:
        decimals = DecimalMark.EITHER
    return Manner(decimals, dates or order, may_begin_with_year=country in _YEAR_FIRST)


PLAIN = Manner()

# No thousands begin with 0: "0,125" is no way to write 125. In India, groups of two stand before the last one.
_AMOUNT = re.compile(r"(-?)([1-9][0-9]{0,2}(?:[, '][0-9]{3})+|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}|[0-9]+)?(\.[0-9]+)?\Z")
_COMMA_AMOUNT = re.compile(r"(-?)([1-9][0-9]{0,2}(?:[. '][0-9]{3})+|[0-9]+)?(,[0-9]+)?\Z")
_ONE_SEPARATOR = re.compile(r"-?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
# What stands before or after an amount: a sign of a currency, its code, or both ("CA$").
_CURRENCY = r"(?:[A-Z]{2,3}\s?)?[$€£¥]|[A-Z]{3}|C\$|kr|zł"
_OF_MONEY = re.compile(rf"(-?)\s*(?:{_CURRENCY})?\s*(-?)([0-9.,' ]*[0-9.,])\s*(?:{_CURRENCY})?\s*(-?)\Z")
_IN_PARENTHESES = re.compile(r"\((.+)\)\Z")
_MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u00a0": " ", "\u202f": " ", "\u2009": " ", "\u2019": "'"})
_DATE = re.compile(r"([0-9]{1,2})([/.-])\s?([0-9]{1,2})\2\s?([0-9]{4}|[0-9]{2})\Z")
_ISO_DATE = re.compile(r"([0-9]{4})(?:([-/.])([0-9]{1,2})\2([0-9]{1,2})|([0-9]{2})([0-9]{2}))\Z")
# What spreadsheets and databases add to a day.
_MIDNIGHT = re.compile(r"[T ](?:0?0:00(?::00(?:\.0+)?)?Z?|12:00(?::00)? AM)\Z", re.I)
_NAMED_DATE = re.compile(r"(?:([0-9]{1,2})[ -])?([A-Z][a-z]{2,8})\.?[ -](?:([0-9]{1,2}),? )?([0-9]{4})\Z", re.I)
_FOUR_PLACES = Decimal("0.0001")
# The largest quantity or rate, and the largest amount, that the columns can hold.
FACTOR_BOUND = Decimal(10) ** 8
AMOUNT_BOUND = Decimal(10) ** 10


def parse_amount(value: str, manner: Manner = PLAIN) -> Decimal | None:
    """“1234.5”, “1,234.50”, “$7”, “7 CAD”, “-5” and “(5.00)” as numbers; None for anything else, such as “1e5”.

    With decimal commas also “1234,5”, “1.234,50” and “1 234,50”. Raises Ambiguous there for “1.234” and “1,234”, and
    for the second where both are in use.
    """
    written = _bare(value.translate(_MINUS).strip())
    if written is None:
        return None
    if _ONE_SEPARATOR.match(written) and (manner.decimals, "," in written) in _MAY_BE_TWO:
        digits = re.sub(r"[.,]", "", written)
        raise Ambiguous(f"may be {digits} or {written.replace('.', ',')}. Write {digits}, or add one more decimal")
    for mark in _MARKS[manner.decimals]:
        found = _FORMS[mark].match(written)
        if found and (found[2] or found[3]):
            whole = re.sub(r"[,. ']", "", found[2] or "0")
            return Decimal(f"{found[1]}{whole}{(found[3] or '').replace(',', '.')}")
    return None


_MAY_BE_TWO = {(DecimalMark.COMMA, True), (DecimalMark.COMMA, False), (DecimalMark.EITHER, True)}
_FORMS = {DecimalMark.POINT: _AMOUNT, DecimalMark.COMMA: _COMMA_AMOUNT}
# In which forms a number is looked for, in order.
_MARKS = {
    DecimalMark.POINT: (DecimalMark.POINT,),
    DecimalMark.COMMA: (DecimalMark.COMMA, DecimalMark.POINT),
    DecimalMark.EITHER: (DecimalMark.POINT, DecimalMark.COMMA),
}


def _bare(value: str) -> str | None:
    """The amount without its currency, and with its minus in front; None if it is none."""
    within = _IN_PARENTHESES.match(value)
    found = _OF_MONEY.match(within[1].strip() if within else value)
    if not found:
        return None
    signs = "".join((found[1], found[2], found[4])) + ("-" if within else "")
    return f"{signs}{found[3]}" if len(signs) <= 1 else None


def parse_date(value: str, manner: Manner = PLAIN) -> dt.date:
    """Accepts 2026-06-17 (20260617, 2026/6/17), 17 Jun 2026 and June 17, 2026, or day, month and year in the order of
    the manner; those with points and dashes only if the day may come first. A year of two digits is of this century.

    Raises Ambiguous if either number could be the month, or the year of two digits may come first, and ValueError for
    anything else and for a year before 1900 or after 2100.
    """
    value, order = _MIDNIGHT.sub("", value), manner.dates
    if iso := _ISO_DATE.match(value):
        year, month, day = int(iso[1]), int(iso[3] or iso[5]), int(iso[4] or iso[6])
    elif (named := _NAMED_DATE.match(value)) and bool(named[1]) != bool(named[3]):
        year, day = int(named[4]), int(named[1] or named[3])
        month = _month(named[2])
    elif (written := _DATE.match(value)) and (written[2] == "/" or order != DateOrder.MONTH_FIRST):
        first, second, year = int(written[1]), int(written[3]), int(written[4])
        if len(written[4]) == len("26"):
            if manner.may_begin_with_year or written[2] == "-":
                raise Ambiguous("has a year of two digits. Write four")
            year += 2000
        if order == DateOrder.EITHER and first != second and first <= 12 and second <= 12:
            one, other = f"{year}-{first:02}-{second:02}", f"{year}-{second:02}-{first:02}"
            raise Ambiguous(f"may be {one} or {other}. Write one of these, or set --date-format")
        is_month_first = second > 12 if order == DateOrder.EITHER else order == DateOrder.MONTH_FIRST
        month, day = (first, second) if is_month_first else (second, first)
    else:
        raise ValueError(value)
    if not 1900 <= year <= 2100:
        raise ValueError(value)
    return dt.date(year, month, day)


def _month(name: str) -> int:
    """The number of a month by its English name or the first letters of it. Raises ValueError."""
    wanted = name.lower()
    fitting = [number for number in range(1, 13) if calendar.month_name[number].lower().startswith(wanted)]
    if len(fitting) != 1:
        raise ValueError(name)
    return fitting[0]


def complete_product(
    quantity: Decimal | None, rate: Decimal | None, amount: Decimal | None
) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, rate (each to four decimals) and amount; a missing one is calculated from the other two.

    Raises ValueError if there are too few, if they do not multiply exactly to the cent, or are too large.
    """
    if amount is None and rate is None:
        raise ValueError("Enter ItemAmount, or ItemQuantity and ItemRate.")
    if amount is not None and amount != money.round_cents(amount):
        raise ValueError("ItemAmount has more than two decimals.")
    if quantity is None:
        quantity = Decimal(1) if amount is None or rate is None else _divide(amount, rate)
    if rate is None:
        rate = _divide(amount or money.ZERO, quantity)
    if quantity != quantity.quantize(_FOUR_PLACES):
        raise ValueError("ItemQuantity has more than four decimals.")
    rate = _shorten(rate, quantity)
    product = money.line_amount(quantity, rate)
    if amount is not None and product != amount:
        raise ValueError(f"ItemQuantity × ItemRate is {product:,}, but ItemAmount is {amount:,}.")
    if abs(product) >= AMOUNT_BOUND or abs(quantity) >= FACTOR_BOUND or abs(rate) >= FACTOR_BOUND:
        raise ValueError("ItemQuantity × ItemRate is too large.")
    return quantity, rate, product


def _divide(amount: Decimal, by: Decimal) -> Decimal:
    if by:
        return (amount / by).quantize(_FOUR_PLACES)
    return Decimal(0) if amount else Decimal(1)


def _shorten(rate: Decimal, quantity: Decimal) -> Decimal:
    """Rounded to four decimals, as QuickBooks' exports with seven need, unless that changes a cent."""
    shorter = rate.quantize(_FOUR_PLACES)
    if money.line_amount(quantity, shorter) != money.line_amount(quantity, rate):
        raise ValueError("ItemRate has more than four decimals.")
    return shorter

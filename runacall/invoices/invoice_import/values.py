"""Numbers and dates as people write them; knows nothing about files and the database."""

from __future__ import annotations

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


@dataclass(frozen=True)
class Manner:
    """How numbers and dates are written in the country of the file."""

    decimal_comma: bool = False
    dates: DateOrder = DateOrder.MONTH_FIRST


class Ambiguous(ValueError):
    """A value that may mean two things; the text says which, and what to write instead."""


_MONTH_FIRST = frozenset({"US", "PR", "PH"})
_BOTH_ORDERS = frozenset({"CA"})
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
    return Manner(decimal_comma=country in _DECIMAL_COMMA, dates=dates or order)


PLAIN = Manner()

_AMOUNT = re.compile(r"(-?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(\.[0-9]+)?\Z")
_COMMA_AMOUNT = re.compile(r"(-?)[$€£]?([0-9]{1,3}(?:[. ][0-9]{3})+|[0-9]+)?(,[0-9]+)?\Z")
_ONE_SEPARATOR = re.compile(r"-?[$€£]?[1-9][0-9]{0,2}[.,][0-9]{3}\Z")
_DATE = re.compile(r"([0-9]{1,2})([/.-])([0-9]{1,2})\2([0-9]{4})\Z")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_FOUR_PLACES = Decimal("0.0001")
# The largest quantity or rate, and the largest amount, that the columns can hold.
FACTOR_BOUND = Decimal(10) ** 8
AMOUNT_BOUND = Decimal(10) ** 10


def parse_amount(value: str, manner: Manner = PLAIN) -> Decimal | None:
    """“1234.5”, “1,234.50”, “$7” and “-5” as numbers; None for anything else, such as “1e5” or “NaN”.

    With decimal commas also “1234,5” and “1.234,50”. Raises Ambiguous there for “1.234” and “1,234”.
    """
    if manner.decimal_comma:
        if _ONE_SEPARATOR.match(value):
            digits = re.sub(r"[.,]", "", value)
            raise Ambiguous(f"may be {digits} or {value.replace('.', ',')}. Write {digits}, or add one more decimal")
        written = _COMMA_AMOUNT.match(value.replace("$-", "-$"))
        if written and (written[2] or written[3]):
            whole = (written[2] or "0").replace(".", "").replace(" ", "")
            return Decimal(f"{written[1]}{whole}{(written[3] or '').replace(',', '.')}")
    found = _AMOUNT.match(value.replace("$-", "-$"))
    if not found or not (found[2] or found[3]):
        return None
    return Decimal(f"{found[1]}{(found[2] or '0').replace(',', '')}{found[3] or ''}")


def parse_date(value: str, order: DateOrder = DateOrder.MONTH_FIRST) -> dt.date:
    """Accepts 2026-06-17, or day, month and year in the given order; points and dashes only if the day may come first.

    Raises Ambiguous if either number could be the month, and ValueError for anything else and for a year before 1900
    or after 2100.
    """
    if iso := _ISO_DATE.match(value):
        year, month, day = map(int, iso.groups())
    elif (written := _DATE.match(value)) and (written[2] == "/" or order != DateOrder.MONTH_FIRST):
        first, second, year = int(written[1]), int(written[3]), int(written[4])
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

"""Numbers and dates as people write them in files; knows no file and no database."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal

from runacall.invoices import money

_AMOUNT = re.compile(r"(-?)\$?([0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)?(\.[0-9]+)?\Z")
_US_DATE = re.compile(r"([0-9]{1,2})/([0-9]{1,2})/([0-9]{4})\Z")
_ISO_DATE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})\Z")
_FOUR_PLACES = Decimal("0.0001")
# What the columns of quantity and rate, and of amount, can hold.
FACTOR_BOUND = Decimal(10) ** 8
AMOUNT_BOUND = Decimal(10) ** 10


def parse_amount(value: str) -> Decimal | None:
    """“1234.5”, “1,234.50”, “$7” and “-5” as numbers; None for anything else, such as “1e5” or “NaN”."""
    found = _AMOUNT.match(value.replace("$-", "-$"))
    if not found or not (found[2] or found[3]):
        return None
    return Decimal(f"{found[1]}{(found[2] or '0').replace(',', '')}{found[3] or ''}")


def parse_date(value: str) -> dt.date:
    """Raises ValueError for anything but a date of these two forms in a year from 1900 to 2100."""
    if iso := _ISO_DATE.match(value):
        year, month, day = map(int, iso.groups())
    elif us := _US_DATE.match(value):
        month, day, year = map(int, us.groups())
    else:
        raise ValueError(value)
    if not 1900 <= year <= 2100:
        raise ValueError(value)
    return dt.date(year, month, day)


def complete_product(
    quantity: Decimal | None, rate: Decimal | None, amount: Decimal | None
) -> tuple[Decimal, Decimal, Decimal]:
    """Quantity, rate (each to four decimals) and amount, the missing one found from the two others.

    Raises ValueError when there are too few, when they do not multiply to the cent, or are beyond all bounds.
    """
    if amount is None and rate is None:
        raise ValueError("Give ItemAmount, or ItemQuantity and ItemRate.")
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
    """To four decimals, as QuickBooks' exports with seven need, if that does not move a cent."""
    shorter = rate.quantize(_FOUR_PLACES)
    if money.line_amount(quantity, shorter) != money.line_amount(quantity, rate):
        raise ValueError("ItemRate has more than four decimals.")
    return shorter

"""Amounts as QuickBooks shows them; knows no document."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

CENT = Decimal("0.01")


def cents(amount: Decimal | int) -> Decimal | int:
    """`amount` to the cent, half up; zero is the integer 0, as in recorded answers."""
    if not amount:
        return 0
    return Decimal(amount).quantize(CENT, ROUND_HALF_UP) or 0


def plain(number: Decimal) -> Decimal | int:
    """A price or quantity without trailing zeros: 150, 12.5."""
    whole = int(number)
    return whole if whole == number else number.normalize()

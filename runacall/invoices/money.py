"""The arithmetic of an invoice: rounding, spreading a discount, tax and totals; knows no database."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, ROUND_HALF_UP, Decimal
from typing import Protocol

CENT = Decimal("0.01")
ZERO = Decimal("0.00")


class Rate(Protocol):
    @property
    def id(self) -> int: ...
    @property
    def percent(self) -> Decimal: ...


class Line(Protocol):
    @property
    def amount(self) -> Decimal: ...
    @property
    def rates(self) -> Sequence[Rate]: ...


@dataclass(frozen=True)
class RateSetTotal:
    """The total of the lines with the same set of rates. `taxable` is `amount` minus its part of the discount."""

    key: str
    percent: Decimal
    amount: Decimal
    discount: Decimal
    tax: Decimal

    @property
    def taxable(self) -> Decimal:
        return self.amount - self.discount


@dataclass(frozen=True)
class Totals:
    subtotal: Decimal
    discount: Decimal
    tax: Decimal
    total: Decimal
    rate_sets: tuple[RateSetTotal, ...]


def round_cents(value: Decimal) -> Decimal:
    """Round to whole cents, half away from zero: the only place where money is rounded."""
    return value.quantize(CENT, ROUND_HALF_UP)


def dollars(amount: Decimal) -> str:
    """With cents, and with more digits only where there are any: $1,200.00, −$5.00, $0.0725."""
    whole = round_cents(amount) == amount
    said = f"{abs(amount):,.2f}" if whole else f"{abs(amount).normalize():,f}"
    return f"−${said}" if amount < 0 else f"${said}"


def line_amount(quantity: Decimal, unit_price: Decimal) -> Decimal:
    return round_cents(quantity * unit_price)


def rate_key(ids: Iterable[int]) -> str:
    """The key of the set of rates with these ids: in ascending order joined with "+"; "" for no tax at all."""
    return "+".join(str(id_) for id_ in sorted(set(ids)))


def combined_percent(rates: Iterable[Rate]) -> Decimal:
    return sum({rate.id: rate.percent for rate in rates}.values(), Decimal(0))


def spread(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Split `amount` (whole cents) into parts proportional to `weights`, in whole cents, that add up to it exactly.

    The cents left over from rounding down go to the parts that lost the most, earlier ones
    first. Raises ValueError if there is something to spread and the weights add up to zero.
    """
    if not amount:
        return [ZERO for _ in weights]
    whole = sum(weights, Decimal(0))
    if not whole:
        raise ValueError("There is nothing to spread the amount over.")
    exact = [amount * weight / whole for weight in weights]
    parts = [part.quantize(CENT, ROUND_FLOOR) for part in exact]
    left_over = int((amount - sum(parts)) / CENT)
    by_loss = sorted(range(len(parts)), key=lambda i: (parts[i] - exact[i], i))
    for i in by_loss[:left_over]:
        parts[i] += CENT
    return parts


def totals(lines: Iterable[Line], discount: Decimal = ZERO) -> Totals:
    """The totals of an invoice.

    The discount is spread over the rate sets in proportion to their amounts, because QuickBooks taxes what
    is left after it; the combined percentage of a set is rounded once. Raises ValueError for a discount that is
    negative, not in whole cents, or more than the subtotal.
    """
    amounts, percents = _by_rate_set(lines)
    subtotal = sum(amounts.values(), ZERO)
    if discount < 0 or discount > max(subtotal, ZERO):
        raise ValueError("The discount must be between 0 and the subtotal.")
    if discount != round_cents(discount):
        raise ValueError("The discount must be in whole cents.")
    parts = dict(zip(amounts, spread(discount, list(amounts.values())), strict=True))
    rate_sets = tuple(_rate_set(key, percents[key], amounts[key], parts[key]) for key in amounts)
    tax = sum((rate_set.tax for rate_set in rate_sets), ZERO)
    return Totals(subtotal, discount, tax, subtotal - discount + tax, rate_sets)


def _by_rate_set(lines: Iterable[Line]) -> tuple[Mapping[str, Decimal], Mapping[str, Decimal]]:
    amounts: dict[str, Decimal] = {}
    percents: dict[str, Decimal] = {}
    for line in lines:
        key = rate_key(rate.id for rate in line.rates)
        amounts[key] = amounts.get(key, ZERO) + line.amount
        percents[key] = combined_percent(line.rates)
    return amounts, percents


def _rate_set(key: str, percent: Decimal, amount: Decimal, discount: Decimal) -> RateSetTotal:
    tax = round_cents((amount - discount) * percent / 100)
    return RateSetTotal(key, percent, amount, discount, tax)

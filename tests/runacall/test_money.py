"""Totals of an invoice: exact to the cent, whatever the lines."""

from dataclasses import dataclass
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runacall.invoices import money


@dataclass(frozen=True)
class Rate:
    id: int
    percent: Decimal


@dataclass(frozen=True)
class Line:
    amount: Decimal
    rates: tuple[Rate, ...] = ()


cents = st.integers(min_value=0, max_value=10**11).map(lambda n: Decimal(n).scaleb(-2))
percents = st.integers(min_value=0, max_value=200_000).map(lambda n: Decimal(n).scaleb(-4))
RATES = st.lists(percents, min_size=3, max_size=3).map(
    lambda values: tuple(Rate(i + 1, percent) for i, percent in enumerate(values))
)


@st.composite
def invoices(draw: st.DrawFn) -> tuple[list[Line], Decimal]:
    rates = draw(RATES)
    sets = st.lists(st.sampled_from(rates), max_size=3, unique=True).map(tuple)
    lines = draw(st.lists(st.builds(Line, amount=cents, rates=sets), max_size=12))
    subtotal = sum((line.amount for line in lines), Decimal(0))
    discount = draw(st.decimals(min_value=0, max_value=subtotal, places=2))
    return lines, discount


def is_cents(value: Decimal) -> bool:
    return value == value.quantize(money.CENT)


@given(invoices())
def test_parts_add_up(invoice: tuple[list[Line], Decimal]) -> None:
    lines, discount = invoice
    sums = money.totals(lines, discount)
    assert sums.subtotal == sum((line.amount for line in lines), Decimal(0))
    assert sum((part.discount for part in sums.rate_sets), Decimal(0)) == discount
    assert sum((part.tax for part in sums.rate_sets), Decimal(0)) == sums.tax
    assert sums.total == sums.subtotal - discount + sums.tax
    assert all(is_cents(value) for value in (sums.subtotal, sums.tax, sums.total))


@given(invoices())
def test_no_rate_set_is_discounted_below_nothing(invoice: tuple[list[Line], Decimal]) -> None:
    lines, discount = invoice
    for part in money.totals(lines, discount).rate_sets:
        assert 0 <= part.discount <= part.amount
        assert part.tax == money.round_cents(part.taxable * part.percent / 100)


@given(invoices(), st.randoms())
def test_order_of_lines_does_not_matter_without_a_discount(invoice: tuple[list[Line], Decimal], random: object) -> None:
    lines, _ = invoice
    shuffled = lines.copy()
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    assert money.totals(lines).total == money.totals(shuffled).total


@given(cents, st.lists(cents, min_size=1, max_size=20))
def test_spread_is_exact_and_fair(amount: Decimal, weights: list[Decimal]) -> None:
    whole = sum(weights, Decimal(0))
    if not whole:
        return
    parts = money.spread(amount, weights)
    assert sum(parts, Decimal(0)) == amount
    for part, weight in zip(parts, weights, strict=True):
        assert is_cents(part)
        assert abs(part - amount * weight / whole) < money.CENT


def test_spread_over_nothing() -> None:
    assert money.spread(Decimal(0), [Decimal(0)]) == [Decimal("0.00")]
    with pytest.raises(ValueError, match="nothing to spread"):
        money.spread(Decimal(1), [Decimal(0)])


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("0.0049", "0.00"), ("2.675", "2.68"), ("-0.005", "-0.01")]
)
def test_half_a_cent_is_rounded_away_from_zero(value: str, rounded: str) -> None:
    assert money.round_cents(Decimal(value)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("amount", "said"), [("1200", "$1,200.00"), ("-5", "−$5.00"), ("0.0725", "$0.0725"), ("-0.0725", "−$0.0725")]
)
def test_cents_are_always_said_and_more_digits_where_there_are_any(amount: str, said: str) -> None:
    assert money.dollars(Decimal(amount)) == said


def test_the_sketched_invoice() -> None:
    combined = Rate(1, Decimal("7.25"))
    sums = money.totals([Line(Decimal("126.11"), (combined,)), Line(Decimal("200.00"), (combined,))])
    assert (sums.subtotal, sums.tax, sums.total) == (Decimal("326.11"), Decimal("23.64"), Decimal("349.75"))


def test_combined_percentage_is_rounded_once() -> None:
    """Two rates of 0.5 % on $1.00 are one cent together, and would be two apart."""
    two = (Rate(2, Decimal("0.5")), Rate(10, Decimal("0.5")))
    sums = money.totals([Line(Decimal("1.00"), two)])
    assert sums.tax == Decimal("0.01")
    assert sums.rate_sets[0].key == "2+10"


def test_a_set_of_rates_is_the_same_in_any_order() -> None:
    """And a rate that stands in it twice is charged once."""
    state, county = Rate(2, Decimal("6.75")), Rate(10, Decimal("0.5"))
    sums = money.totals([Line(Decimal(100), (county, state)), Line(Decimal(100), (state, county, state))])
    (one,) = sums.rate_sets
    assert (one.key, one.percent, sums.tax) == ("2+10", Decimal("7.25"), Decimal("14.50"))


def test_the_discount_lowers_the_taxed_and_the_untaxed_part_alike() -> None:
    ten = (Rate(1, Decimal(10)),)
    sums = money.totals([Line(Decimal("75.00"), ten), Line(Decimal("25.00"))], Decimal("10.00"))
    assert [part.discount for part in sums.rate_sets] == [Decimal("7.50"), Decimal("2.50")]
    assert sums.tax == Decimal("6.75")
    assert sums.total == Decimal("96.75")


@pytest.mark.parametrize("discount", ["-0.01", "100.01", "0.005"])
def test_discounts_that_make_no_sense(discount: str) -> None:
    with pytest.raises(ValueError, match="discount"):
        money.totals([Line(Decimal(100))], Decimal(discount))


def test_a_credit_line_lowers_the_total() -> None:
    assert money.totals([Line(Decimal("100.00")), Line(Decimal("-30.00"))]).total == Decimal("70.00")

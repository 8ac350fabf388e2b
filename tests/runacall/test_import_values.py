"""Numbers and dates of an imported file, however they are written."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runacall.invoices import money
from runacall.invoices.invoice_import.values import complete_product, parse_amount, parse_date

factors = st.integers(min_value=1, max_value=10**7).map(lambda n: Decimal(n).scaleb(-4))


@given(factors, factors)
def test_quantity_and_rate_give_the_amount(quantity: Decimal, rate: Decimal) -> None:
    amount = money.line_amount(quantity, rate)
    assert complete_product(quantity, rate, None) == (quantity, rate, amount)
    assert complete_product(quantity, rate, amount) == (quantity, rate, amount)


@given(factors, factors)
def test_a_found_factor_multiplies_to_the_cent_or_is_refused(quantity: Decimal, rate: Decimal) -> None:
    amount = money.line_amount(quantity, rate)
    for given_quantity, given_rate in ((quantity, None), (None, rate)):
        try:
            found = complete_product(given_quantity, given_rate, amount)
        except ValueError as reason:
            assert "ItemQuantity × ItemRate is" in str(reason)  # noqa: PT017  either outcome is fine
        else:
            assert money.line_amount(found[0], found[1]) == found[2] == amount


@given(factors, factors, st.sampled_from([Decimal("0.01"), Decimal("-0.01")]))
def test_a_cent_off_is_refused(quantity: Decimal, rate: Decimal, cent: Decimal) -> None:
    with pytest.raises(ValueError, match="but ItemAmount is"):
        complete_product(quantity, rate, money.line_amount(quantity, rate) + cent)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=4, min_value=-(10**9), max_value=10**9))
def test_amounts_as_people_write_them(value: Decimal) -> None:
    assert parse_amount(f"{value:f}") == value
    assert parse_amount(f"{value:,f}") == value


@given(st.text(max_size=12))
def test_any_text_is_an_amount_or_none(text: str) -> None:
    value = parse_amount(text)
    assert value is None or value.is_finite()


@pytest.mark.parametrize("text", ["", "-", ".", "$", "1,23", "1e5", "NaN", "١٢", "1.2.3", "--1", "1 000", "(5.00)"])
def test_no_amounts(text: str) -> None:
    assert parse_amount(text) is None


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_both_ways_to_write_a_date(date: dt.date) -> None:
    assert parse_date(date.isoformat()) == parse_date(f"{date.month}/{date.day}/{date.year}") == date


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert 1900 <= parse_date(text).year <= 2100

"""Numbers and dates of an imported file, however they are written."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runacall.invoices import money
from runacall.invoices.invoice_import.values import DateOrder, Manner, complete_product, parse_amount, parse_date

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


@pytest.mark.parametrize("text", ["", "-", ".", "$", "1,23", "1e5", "NaN", "١٢", "1.2.3", "--1"])
def test_no_amounts(text: str) -> None:
    assert parse_amount(text) is None


@given(st.dates(min_value=dt.date(1900, 1, 1), max_value=dt.date(2100, 12, 31)))
def test_both_ways_to_write_a_date(date: dt.date) -> None:
    assert parse_date(date.isoformat()) == parse_date(f"{date.month}/{date.day}/{date.year}") == date


@given(st.text(max_size=12))
def test_any_text_is_a_date_or_refused(text: str) -> None:
    with contextlib.suppress(ValueError):
        assert 1900 <= parse_date(text).year <= 2100


@pytest.mark.parametrize(
    ("text", "comma", "amount"),
    [
        ("(5.00)", False, "-5.00"),
        ("($1,234.50)", False, "-1234.50"),
        ("5.00-", False, "-5.00"),
        ("\u22125.00", False, "-5.00"),
        ("$ 7", False, "7"),
        ("CA$7.50", False, "7.50"),
        ("C$7.50", False, "7.50"),
        ("7.50 CAD", False, "7.50"),
        ("USD 7.50", False, "7.50"),
        ("-$7.50", False, "-7.50"),
        ("$-7.50", False, "-7.50"),
        ("1 234.50", False, "1234.50"),
        ("1 234,50 $", True, "1234.50"),
        ("1\u00a0234,50\u00a0€", True, "1234.50"),
        ("1\u202f234,50", True, "1234.50"),
        ("1'234,50", True, "1234.50"),
        ("(1.234,50)", True, "-1234.50"),
        ("€ 12,5", True, "12.5"),
    ],
)
def test_amounts_as_people_and_spreadsheets_write_them(text: str, comma: bool, amount: str) -> None:
    assert parse_amount(text, Manner(decimal_comma=comma)) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["(-5)", "--5", "-5-", "()", "$", "5 6", "1,23.4", "12,34", "5%", "$5$ 6", "1e5", "NaN"]
)
def test_what_is_no_amount(text: str) -> None:
    assert parse_amount(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-06-17",
        "20260617",
        "2026/06/17",
        "2026.06.17",
        "2026-06-17T00:00:00",
        "17 Jun 2026",
        "17-Jun-2026",
        "June 17, 2026",
        "Jun 17 2026",
        "17 june 2026",
        "JUN. 17, 2026",
    ],
)
@pytest.mark.parametrize("order", list(DateOrder))
def test_dates_that_can_be_read_in_one_way_only(text: str, order: DateOrder) -> None:
    assert parse_date(text, order) == dt.date(2026, 6, 17)


@pytest.mark.parametrize(
    "text", ["17 Jum 2026", "J 17, 2026", "17 Jun 17 2026", "Jun 2026", "2026-06-17T10:00", "46190"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_date(text)

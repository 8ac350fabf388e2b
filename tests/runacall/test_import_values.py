"""Numbers and dates of an imported file, however they are written."""

from __future__ import annotations

import contextlib
import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runacall.invoices import money
from runacall.invoices.invoice_import.values import (
    Ambiguous,
    DateOrder,
    DecimalMark,
    Manner,
    complete_product,
    manner_of,
    parse_amount,
    parse_date,
)

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


POINT, COMMA, EITHER = DecimalMark


@pytest.mark.parametrize(
    ("text", "mark", "amount"),
    [
        ("(5.00)", POINT, "-5.00"),
        ("($1,234.50)", POINT, "-1234.50"),
        ("5.00-", POINT, "-5.00"),
        ("\u22125.00", POINT, "-5.00"),
        ("$ 7", POINT, "7"),
        ("CA$7.50", POINT, "7.50"),
        ("C$7.50", POINT, "7.50"),
        ("7.50 CAD", POINT, "7.50"),
        ("USD 7.50", POINT, "7.50"),
        ("-$7.50", POINT, "-7.50"),
        ("$-7.50", POINT, "-7.50"),
        ("1 234.50", POINT, "1234.50"),
        ("1 234,50 $", COMMA, "1234.50"),
        ("1\u00a0234,50\u00a0€", COMMA, "1234.50"),
        ("1\u202f234,50", COMMA, "1234.50"),
        ("1'234,50", COMMA, "1234.50"),
        ("(1.234,50)", COMMA, "-1234.50"),
        ("€ 12,5", COMMA, "12.5"),
        ("1'234.50", POINT, "1234.50"),
        ("1’234’567.50", POINT, "1234567.50"),
        ("1,23,456.50", POINT, "123456.50"),
        ("12,50", EITHER, "12.50"),
        ("1 234,50 $", EITHER, "1234.50"),
        ("1'234,50", EITHER, "1234.50"),
        ("1,234.50", EITHER, "1234.50"),
        ("1.125", EITHER, "1.125"),
        ("0,125", EITHER, "0.125"),
    ],
)
def test_amounts_as_people_and_spreadsheets_write_them(text: str, mark: DecimalMark, amount: str) -> None:
    assert parse_amount(text, Manner(mark)) == Decimal(amount)


@pytest.mark.parametrize(
    ("text", "mark"), [("1,234", COMMA), ("1.234", COMMA), ("1,234", EITHER), ("-1,234 $", EITHER)]
)
def test_an_amount_that_may_be_two(text: str, mark: DecimalMark) -> None:
    with pytest.raises(Ambiguous, match=r"may be -?1234 or -?1,234"):
        parse_amount(text, Manner(mark))


@pytest.mark.parametrize(
    "text", ["(-5)", "--5", "-5-", "()", "$", "5 6", "1,23.4", "12,34", "0,125", "5%", "$5$ 6", "1e5", "NaN"]
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
        "2026-6-17",
        "2026-06-17 12:00:00 AM",
        "17 Jun 2026 0:00",
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
    assert parse_date(text, Manner(dates=order)) == dt.date(2026, 6, 17)


@pytest.mark.parametrize(
    ("text", "country"),
    [
        ("6/17/26", "US"),
        ("6/17/2026 0:00", "US"),
        ("6/17/2026 12:00:00 AM", "US"),
        ("17.6.26", "DE"),
        ("17. 6. 2026", "CZ"),
        ("17/06/26", "GB"),
        ("17-6-2026", "NL"),
    ],
)
def test_dates_as_spreadsheets_of_a_country_write_them(text: str, country: str) -> None:
    assert parse_date(text, manner_of(country)) == dt.date(2026, 6, 17)


@pytest.mark.parametrize(("text", "country"), [("26/06/17", "CA"), ("26.06.17", "HU"), ("26-06-17", "GB")])
def test_a_year_of_two_digits_that_may_come_first_is_asked_about(text: str, country: str) -> None:
    with pytest.raises(Ambiguous, match=r"has a year of two digits\. Write four"):
        parse_date(text, manner_of(country))


@pytest.mark.parametrize(
    "text", ["17 Jum 2026", "J 17, 2026", "17 Jun 17 2026", "Jun 2026", "2026-06-17T10:00", "46190"]
)
def test_what_is_no_date(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_date(text)

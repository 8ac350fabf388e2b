"""Scores of guesses: what speaks for a record of QuickBooks, what against it, and when one stands out."""

from __future__ import annotations

from decimal import Decimal

import pytest

from qbo.mapping.guessing import (
    LEAST,
    Guess,
    Known,
    guess_customers,
    guess_items,
    is_clear,
    likeness,
    phones_in,
    their_customer,
)

JOHN = Known("1", "John Smith", "john@example.com", "(555) 555-0101", "12 Elm St., Akron, OH, 44301")


def there(qbo_id: str = "58", name: str = "John Smith", **known: str) -> Known:
    return Known(qbo_id, name, **known)


def only(ours: Known, theirs: Known) -> Guess:
    (found,) = guess_customers(ours, [theirs], least=0)
    return found


@pytest.mark.parametrize(
    ("known", "speaks_for", "score"),
    [
        ({}, ("same name",), 50),
        ({"name": "  JOHN\u00a0smith"}, ("same name",), 50),
        ({"email": "office@example.com, John@Example.com"}, ("same name", "same e-mail"), 90),
        ({"phone": "+1 555.555.0101"}, ("same name", "same phone"), 80),
        ({"phone": "555-555-0199, 5555550101"}, ("same name", "same phone"), 80),
        ({"address": "12 elm street, Akron"}, ("same name", "same address"), 75),
        (
            {"email": "john@example.com", "phone": "5555550101", "address": "12 Elm Street"},
            ("same name", "same e-mail", "same phone", "same address"),
            100,
        ),
    ],
)
def test_what_speaks_for_a_customer(known: dict[str, str], speaks_for: tuple[str, ...], score: int) -> None:
    found = only(JOHN, there(**known))
    assert (found.speaks_for, found.score) == (speaks_for, score)


def test_another_email_and_phone_speak_against_a_customer() -> None:
    found = only(JOHN, there(email="jane@example.com", phone="555-555-0199"))
    assert found.speaks_against == ("different e-mail", "different phone")
    assert found.score == 20


def test_what_is_not_known_speaks_neither_for_nor_against() -> None:
    plain = Known("1", "John Smith")
    assert only(plain, there(email="jane@example.com", phone="1", address="1 Oak Rd")) == Guess(
        there(email="jane@example.com", phone="1", address="1 Oak Rd"), 50, ("same name",)
    )


def test_an_email_finds_one_of_quite_another_name() -> None:
    (found,) = guess_customers(JOHN, [there(name="Smith Plumbing LLC", email="john@example.com"), there("9", "Acme")])
    assert found.speaks_for == ("same e-mail",)
    assert found.score == 40


def test_only_what_is_worth_a_line_is_guessed() -> None:
    assert guess_customers(JOHN, [there(name="Johanna Schmidt")]) == []
    assert all(one.score >= LEAST for one in guess_customers(JOHN, [there(), there("59", "John Smyth")]))


def test_names_are_alike_by_their_letters_or_their_words() -> None:
    assert likeness("Smith, John", "John Smith") == 1
    assert likeness("Jon Smith", "John Smith") > 0.9
    assert likeness("Anna", "Anna Kowalski Heating") < 0.8
    assert likeness("Acme", "John Smith") < 0.4


def test_the_likeliest_comes_first_and_the_older_of_two_equals() -> None:
    rows = [there("100"), there("7", phone="5555550101"), there("60")]
    assert [one.there.id for one in guess_customers(JOHN, rows)] == ["7", "60", "100"]


def test_a_guess_stands_out_or_a_person_has_to_look() -> None:
    clear = guess_customers(JOHN, [there("58", email="john@example.com"), there("59")])
    close = guess_customers(JOHN, [there("58"), there("59")])
    assert (is_clear(clear), is_clear(close), is_clear(clear[:1]), is_clear([])) == (True, False, True, False)


def test_a_customer_is_read_with_all_phones_and_either_address() -> None:
    row = {
        "Id": 58,
        "DisplayName": "Unit 4",
        "FullyQualifiedName": "ABC Property:Unit 4",
        "PrimaryPhone": {"FreeFormNumber": "1"},
        "Mobile": {"FreeFormNumber": "2"},
        "ShipAddr": {"Line1": "12 Elm St", "City": "Akron"},
    }
    assert their_customer(row) == Known(
        "58", "Unit 4", phone="1, 2", address="12 Elm St, Akron", full_name="ABC Property:Unit 4"
    )


def test_short_numbers_are_no_phones() -> None:
    assert phones_in("ext. 12; +1 (555) 555-0101 / none") == {"5555550101"}


FILTER = Known("3", "Filter 16x25", price=Decimal("24.5000"), account="Parts")


@pytest.mark.parametrize(
    ("name", "price", "account", "score", "speaks_for", "against"),
    [
        ("filter  16X25", None, "", 60, ("same name",), ()),
        ("Filter 16x25", "24.50", "", 85, ("same name", "same price"), ()),
        ("Filter 16x25", "24.50", "parts", 100, ("same name", "same price", "same account"), ()),
        ("Filter 16x25", "30", "", 50, ("same name",), ("different price",)),
        ("Filter 16x25 MERV", "24.5", "", 73, ("similar name", "same price"), ()),
    ],
)
def test_what_speaks_for_a_product(
    name: str, price: str | None, account: str, score: int, speaks_for: tuple[str, ...], against: tuple[str, ...]
) -> None:
    theirs = Known("11", name, price=Decimal(price) if price else None, account=account)
    assert guess_items(FILTER, [theirs]) == [Guess(theirs, score, speaks_for, against)]


def test_a_price_in_common_is_nothing_without_a_name() -> None:
    assert guess_items(FILTER, [Known("11", "Thermostat", price=Decimal("24.5"), account="Parts")]) == []


def test_a_name_with_its_category_is_that_product() -> None:
    ours = Known("3", "Heating:Filter")
    heating = Known("11", "Filter", full_name="Heating:Filter")
    assert guess_items(ours, [heating])[0].speaks_for == ("same name",)

"""A search of payments finds them by reference, by the number of an invoice, and by the customer."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.db.models import Q
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from runacall.invoices.admin.searching import contains
from runacall.invoices.models import Payment
from runacall.organizations.models import Organization, Role
from tests import builders

PAYMENTS = reverse("admin:invoices_payment_changelist")
LogIn = Callable[[User], Client]


@pytest.fixture
def office(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop, Role.DISPATCHER))


def paid(shop: Organization, number: str, reference: str, **customer: str) -> Payment:
    owner = builders.customer(shop, **{"name": "Somebody", **customer})
    return builders.payment(builders.invoice(shop, number=number, customer=owner), reference=reference)


def found(office: Client, words: str) -> set[int]:
    return {one.pk for one in office.get(PAYMENTS, {"q": words}).context["cl"].result_list}


@pytest.mark.parametrize("most", [1_000, 0])
def test_each_word_is_part_of_one_of_them(
    shop: Organization, office: Client, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    """The same whether what a word finds elsewhere is named to the database or joined in it."""
    monkeypatch.setattr("runacall.invoices.admin.searching.MOST_NAMED", most)
    check = paid(shop, "4711", "check 88", name="Ada Lindqvist")
    card = paid(shop, "4712", "visa", name="Joe", company="Lindqvist Heating", email="joe@example.com")
    paid(builders.organization("seaside"), "4711", "check 88", name="Ada Lindqvist")
    assert found(office, "4711") == found(office, "#4711") == found(office, "check") == {check.pk}
    assert found(office, "lindqvist") == found(office, "471") == {check.pk, card.pk}
    assert found(office, "lindqvist visa") == found(office, "joe@") == found(office, "heating 4712") == {card.pk}
    assert found(office, "lindqvist nobody") == set()


def test_a_payment_of_two_invoices_is_found_once(shop: Organization, office: Client) -> None:
    customer = builders.customer(shop)
    first, second = (builders.invoice(shop, number=f"515{n}", customer=customer) for n in range(2))
    payment = builders.payment(first, "50")
    payment.apply({first: payment.amount / 2, second: payment.amount / 2}, at=builders.NOW)
    listed = office.get(PAYMENTS, {"q": "515"}).context["cl"].result_list
    assert [one.pk for one in listed] == [payment.pk]


def test_no_statement_joins_what_it_searches(shop: Organization, office: Client) -> None:
    """A condition on two tables at once, or DISTINCT over all columns, reads every payment."""
    paid(shop, "4711", "check 88")
    with CaptureQueriesContext(database) as asked:
        office.get(PAYMENTS, {"q": "4711"})
    searches = [one["sql"] for one in asked.captured_queries if '"reference"' in one["sql"] and "LIKE" in one["sql"]]
    assert searches
    assert [sql for sql in searches if "DISTINCT" in sql or '"number"' in sql] == []


def test_what_a_search_finds_is_counted_up_to_a_bound(
    shop: Organization, office: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for n in range(4):
        paid(shop, f"47{n}", "")
    monkeypatch.setattr("runacall.organizations.paging.LookUpPaginator.most", 3)
    with CaptureQueriesContext(database) as asked:
        page = office.get(PAYMENTS, {"q": "47"})
    assert re.search(r"\b3\+\s+payments", page.content.decode())
    assert len([one for one in asked.captured_queries if one["sql"].endswith("LIMIT 4")]) == 1


CUSTOMERS = reverse("admin:invoices_customer_changelist")
PICK = reverse("admin:autocomplete")


def named(office: Client, words: str) -> list[str]:
    return sorted(one.name for one in office.get(CUSTOMERS, {"q": words}).context["cl"].result_list)


def test_digits_and_letters_are_found_in_each_column_in_any_case(shop: Organization, office: Client) -> None:
    builders.customer(shop, "Ada Lindqvist", phone="614-555-0177")
    builders.customer(shop, "Unit 77 Élan", email="elan@example.com")
    assert named(office, "77") == ["Ada Lindqvist", "Unit 77 Élan"]
    assert named(office, "-0") == ["Ada Lindqvist"], "a sign looks the same in small letters and capitals"
    assert named(office, "lindqvist 77") == named(office, "LINDQVIST") == ["Ada Lindqvist"]
    assert named(office, '"unit 77"') == ["Unit 77 Élan"], "what is in quotes is one word"
    assert named(office, '"77 unit"') == []
    assert named(office, "7\x007") == named(office, "77"), "NUL is in no text"


@pytest.mark.parametrize(
    ("word", "is_indexed", "lookup"),
    [
        ("77", False, "contains"),
        ("77", True, "contains"),
        ("777", False, "contains"),
        ("777", True, "icontains"),
        ("-0177", False, "contains"),
        ("7b", False, "icontains"),
        ("7b", True, "icontains"),
        ("７７", False, "icontains"),
    ],
)
def test_only_digits_and_signs_are_looked_for_as_they_are(word: str, is_indexed: bool, lookup: str) -> None:
    """And in three or more an index has capitals: there all words are spelled as it is."""
    assert contains("name", word, is_indexed=is_indexed) == Q(**{f"name__{lookup}": word})


def test_what_is_offered_while_somebody_types_is_looked_for_a_page_at_a_time(
    shop: Organization, office: Client
) -> None:
    for n in range(45):
        builders.customer(shop, f"Typed {n:02}")
    field = {"app_label": "invoices", "model_name": "invoice", "field_name": "customer", "term": "typed"}
    names: list[str] = []
    for page, more in ((1, True), (2, True), (3, False)):
        with CaptureQueriesContext(database) as asked:
            answer = office.get(PICK, field | {"page": page}).json()
        names += [one["text"] for one in answer["results"]]
        assert answer["pagination"]["more"] is more, page
        [search] = [one["sql"] for one in asked.captured_queries if "%typed%" in one["sql"] and "LIMIT" in one["sql"]]
        assert search.endswith(f"LIMIT {20 * page + 1}"), "not all that the term finds"
    assert len(set(names)) == len(names) == 45


def test_items_whose_name_begins_with_what_is_typed_are_offered_first(shop: Organization, office: Client) -> None:
    """Before those that only contain it, from one page to the next, and none twice."""
    for n in range(30):
        builders.item(shop, f"Part 1{n:02}77")
        builders.item(shop, f"part 77{n:02}")
    builders.item(shop, "Part 7799", is_active=False)
    field = {"app_label": "invoices", "model_name": "invoiceline", "field_name": "item", "term": "Part 77"}
    names: list[str] = []
    for page, more in ((1, True), (2, True), (3, False)):
        answer = office.get(PICK, field | {"page": page}).json()
        names += [one["text"] for one in answer["results"]]
        assert answer["pagination"]["more"] is more, page
    assert names == [f"part 77{n:02}" for n in range(30)] + [f"Part 1{n:02}77" for n in range(30)]
    swapped = office.get(PICK, field | {"term": "77 part"}).json()["results"]
    assert swapped[0]["text"] == "Part 10077", "no name begins so, and all that have both words are found"

"""A search of payments finds them by reference, by the number of an invoice, and by the customer."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

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

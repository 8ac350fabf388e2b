"""What the invoice form shows while somebody types is what saving makes of it, and saves nothing itself."""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client

from runacall.invoices.models import Invoice, InvoiceLine, NumberSequence
from runacall.organizations.models import Organization
from tests import builders
from tests.runacall.test_invoice_pages import LIST, head, lines, page, present_lines

LogIn = Callable[[User], Client]
NEW = f"{LIST}add/figures/"


@pytest.fixture
def office(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop))


def figures(office: Client, posted: dict[str, Any], url: str = NEW) -> dict[str, Any]:
    answer = office.post(url, posted)
    assert answer.status_code == 200
    return dict(answer.json())


def pairs(html: str) -> list[tuple[str, str]]:
    """Names and amounts of the sums."""
    return re.findall(r"<dt[^>]*>(.*?)</dt>\s*<dd[^>]*>(.*?)</dd>", html)


def amounts(said: dict[str, Any]) -> list[str]:
    return [line["amount"] for line in said["lines"]]


@pytest.mark.sampled(5)
@pytest.mark.parametrize("exempt", [False, True])
@pytest.mark.parametrize("discount", ["0", "10.55", ""])
def test_what_is_shown_is_what_is_saved(office: Client, shop: Organization, discount: str, exempt: bool) -> None:
    usual = builders.rate(shop, "State", percent="6.75", is_default=True)
    county = builders.rate(shop, "County", percent="0.505")
    who = builders.customer(shop, tax_exempt=exempt)
    filter_, permit = builders.item(shop, "Filter", unit_price="89.95"), builders.item(shop, "Permit", taxable=False)
    rows = lines(
        {"item": filter_.pk, "quantity": "1.3335", "tax_rates": [usual.pk]},
        {"item": permit.pk, "tax_rates": [usual.pk]},
        {"item": filter_.pk, "unit_price": "0.1", "quantity": "0.2", "tax_rates": [usual.pk, county.pk]},
        {"description": "Trip", "unit_price": "33.335", "tax_rates": [county.pk]},
        {"tax_rates": [usual.pk]},
    )
    posted = head(who.pk, discount=discount) | rows
    said = figures(office, posted)
    assert not Invoice.objects.exists()
    response = office.post(f"{LIST}add/", posted)
    assert response.status_code == 302, response.context["errors"]
    invoice = Invoice.objects.get()
    saved = [f"${line.amount:,.2f}" for line in invoice.lines.all()]
    assert amounts(said) == [*saved, ""]
    page_has, form_said = pairs(office.get(page(invoice)).content.decode()), pairs(said["sums"])
    assert form_said[-1] == ("Note", "M. Okafor is tax exempt.") if exempt else ("Total", f"${invoice.total:,.2f}")
    whole = [pair for pair in form_said if pair[0] != "Note"]
    assert page_has[: len(whole)] == whole
    assert (invoice.tax_total == 0) == exempt


def test_an_item_says_what_the_empty_boxes_stand_for(office: Client, shop: Organization) -> None:
    usual = builders.rate(shop, "State", is_default=True)
    taxed = builders.item(shop, "Filter", unit_price="12.50", description="Pleated filter")
    free = builders.item(shop, "Permit", unit_price="40", taxable=False)
    who = builders.customer(shop, tax_exempt=True)
    rows = lines({"item": taxed.pk}, {"item": free.pk, "unit_price": "55"}, {})
    first, second, blank = (line["filled"] for line in figures(office, head("") | rows)["lines"])
    assert first == {"description": "Pleated filter", "unit_price": "12.50", "tax_rates": [[usual.pk, str(usual)]]}
    assert second == {"description": "Permit", "unit_price": "40", "tax_rates": []}
    assert blank == {"description": "", "unit_price": "", "tax_rates": [[usual.pk, str(usual)]]}
    for line in figures(office, head(who.pk) | rows)["lines"][:2]:
        assert line["filled"]["tax_rates"] == []


def test_a_saved_line_keeps_its_rates(office: Client, shop: Organization) -> None:
    builders.rate(shop, "State", is_default=True)
    invoice = builders.invoice(shop)
    other = builders.item(shop, "Filter", unit_price="12.50")
    posted = head(invoice.customer_id, number=invoice.number) | present_lines(invoice, item=other.pk, unit_price="")
    said = figures(office, posted, page(invoice, "figures"))
    assert amounts(said) == ["$12.50"]
    assert said["lines"][0]["filled"]["tax_rates"] is None
    assert "Not saved yet: the total was $100.00." in said["sums"]
    assert InvoiceLine.objects.get().amount == 100
    assert Invoice.objects.get().total == 100


def test_a_line_that_is_taken_off_does_not_count(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop, lines=[builders.line("First", "10"), builders.line("Second", "20")])
    posted = head(invoice.customer_id, number=invoice.number) | present_lines(invoice) | {"lines-0-DELETE": "on"}
    said = figures(office, posted, page(invoice, "figures"))
    assert amounts(said) == ["", "$20.00"]
    assert "$20.00" in said["sums"]
    assert "$30.00" not in said["sums"].replace("the total was $30.00", "")


@pytest.mark.parametrize(
    ("fields", "row", "complaint"),
    [
        ({"discount": "100.01"}, {}, "The discount must be between 0 and the subtotal."),
        ({"discount": "ten"}, {}, "The discount is not counted yet."),
        ({}, {"unit_price": "-1"}, "An invoice total cannot be negative."),
        ({}, {"quantity": "99999999", "unit_price": "99999999"}, "can be more than"),
        ({}, {"unit_price": ""}, "Line 1 is not counted yet."),
        ({}, {"quantity": "two"}, "Line 1 is not counted yet."),
    ],
)
def test_what_cannot_be_counted_is_said(
    office: Client, fields: dict[str, Any], row: dict[str, Any], complaint: str
) -> None:
    posted = head("") | fields | lines({"description": "Trip", "unit_price": "100", **row})
    assert complaint in figures(office, posted)["sums"]


@pytest.mark.parametrize("posted", [{}, {"lines-TOTAL_FORMS": "x"}, {"lines-TOTAL_FORMS": "-3"}])
def test_a_form_without_lines_comes_to_nothing(office: Client, posted: dict[str, Any]) -> None:
    said = figures(office, posted)
    assert said["lines"] == []
    assert "$0.00" in said["sums"]


def test_no_one_elses_items_rates_or_invoices(office: Client, other_shop: Organization) -> None:
    item, rate = builders.item(other_shop, "Secret", unit_price="77"), builders.rate(other_shop, "Theirs")
    who, theirs = builders.customer(other_shop, tax_exempt=True), builders.invoice(other_shop)
    posted = head(who.pk) | lines({"item": item.pk}, {"unit_price": "5", "tax_rates": [rate.pk]})
    text = office.post(NEW, posted).content.decode()
    for secret in ("77", "Secret", "Theirs", "exempt"):
        assert secret not in text
    assert office.post(page(theirs, "figures"), posted).status_code == 404


def test_only_those_who_may_save_may_ask(office: Client, shop: Organization, log_in: LogIn) -> None:
    paid = builders.invoice(shop)
    builders.payment(paid, "40")
    support, url = log_in(builders.superuser()), page(builders.invoice(shop), "figures")
    assert office.post(page(paid, "figures"), head("")).status_code == 403
    assert [support.post(one, head("")).status_code for one in (NEW, url)] == [403, 403]
    assert [office.get(one).status_code for one in (NEW, url)] == [405, 405]
    assert Client().post(NEW, head("")).status_code == 302


def test_no_number_is_used_up(office: Client, shop: Organization) -> None:
    figures(office, head(builders.customer(shop).pk) | lines({"description": "Trip", "unit_price": "5"}))
    assert NumberSequence.take(shop, 1) == ["1001"]


def test_many_lines_take_few_moments(office: Client, shop: Organization, django_assert_max_num_queries: Any) -> None:
    item = builders.item(shop, "Filter", unit_price=Decimal("12.50"))
    rows = lines(*[{"item": item.pk} for _ in range(40)])
    with django_assert_max_num_queries(240):
        assert amounts(figures(office, head(builders.customer(shop).pk) | rows)) == ["$12.50"] * 40

"""Customers and Tax under Settings → QuickBooks in a browser: choose, undo, search, create, a warning before saving."""

from __future__ import annotations

import re
from dataclasses import dataclass

import pytest
from playwright.sync_api import Page, expect

from qbo.models import Link
from runacall.invoices.models import Customer, Invoice, TaxRate
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@dataclass
class Johns:
    """Two John Smith here with an invoice each, and one there with the phone of the second."""

    shop: Shop
    first: Customer
    second: Customer
    there: str
    invoices: list[Invoice]
    rate: TaxRate


@pytest.fixture
def johns(open_shop: Shop) -> Johns:
    shop = open_shop
    shop.connection.refresh_from_db()
    shop.books.access_token = shop.connection.access_token
    row = {"DisplayName": "John Smith", "PrimaryPhone": {"FreeFormNumber": "(330) 555-0102"}}
    there = shop.books.post("customer", row)["Customer"]["Id"]
    shop.books.do("add_customer", name="Hilltop Holding", email="office@hilltop.example.com")
    first, second = (builders.customer(shop.organization, "John Smith", phone=f"330-555-010{n}") for n in (1, 2))
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    assert wait_until(lambda: all(shop.event(one).state == State.FAILED for one in invoices))
    return Johns(shop, first, second, there, invoices, builders.rate(shop.organization, "Combined 7.25", "7.25"))


@pytest.mark.slow
def test_a_person_says_who_is_who(johns: Johns, page: Page) -> None:
    page.goto(f"/admin/invoices/invoice/{johns.invoices[1].pk}/change/")
    page.get_by_role("link", name="Choose the customer").click()
    expect(page.get_by_role("heading", name="Which customer in QuickBooks is John Smith?")).to_be_visible()
    row = page.locator(f"#there-{johns.there}")
    expect(row).to_contain_text("same name, same phone")
    row.get_by_role("button", name="This one", exact=True).click()
    expect(page.locator("#match")).to_contain_text("Matched to John Smith")
    page.get_by_role("button", name="Undo").click()
    expect(page.locator("#match")).to_contain_text("Not matched")
    page.locator(f"#there-{johns.there}").get_by_role("button", name="This one", exact=True).press("Enter")
    expect(page.locator("#match")).to_contain_text("Matched to John Smith")
    page.get_by_role("link", name="Retry them").click()
    page.get_by_role("button", name=re.compile("^Retry")).click()
    # A page that is left before it has a body makes Firefox report an error of its scripts.
    expect(page.locator(".rac-result, .rac-notice").first).to_be_visible()
    assert apart(lambda: wait_until(lambda: johns.shop.event(johns.invoices[1]).state == State.SYNCED))

    page.goto(f"/quickbooks/customers/{johns.first.pk}/")
    page.get_by_role("searchbox", name="Search QuickBooks").fill("hilltop")
    page.get_by_role("button", name="Search QuickBooks").click()
    expect(page.locator(".rac-candidates")).to_contain_text("Hilltop Holding")
    page.get_by_role("button", name="Create it in QuickBooks").click()
    expect(page.locator("#match")).to_contain_text("To be created in QuickBooks")
    page.get_by_role("link", name="Retry them").click()
    page.get_by_role("button", name=re.compile("^Retry")).click()
    # A page that is left before it has a body makes Firefox report an error of its scripts.
    expect(page.locator(".rac-result, .rac-notice").first).to_be_visible()
    assert apart(lambda: wait_until(lambda: johns.shop.event(johns.invoices[0]).state == State.SYNCED))
    page.goto(f"/quickbooks/customers/{johns.first.pk}/")
    expect(page.locator("#match")).to_contain_text("Run a Call created it there.")
    expect(page.locator("#history")).to_contain_text("Cannot be undone.")


@pytest.mark.slow
def test_guesses_are_looked_for_and_taken_in_the_list(johns: Johns, page: Page) -> None:
    page.goto("/quickbooks/customers/")
    expect(page.get_by_role("link", name=re.compile("Needs a choice"))).to_have_attribute("aria-current", "true")
    page.get_by_role("button", name=re.compile("^Search QuickBooks")).click()
    row = page.locator(f"#customer-{johns.second.pk}")
    expect(row).to_contain_text("score 80 of 100")
    row.get_by_role("button", name=re.compile("^This one")).click()
    expect(page.get_by_text("Matched. Nothing was sent.")).to_be_visible()
    linked = apart(lambda: Link.objects.filter(record_type="customer", record_id=johns.second.pk).exists())
    assert linked
    page.get_by_role("searchbox").fill("330-555-0101")
    page.get_by_role("button", name="Search", exact=True).click()
    expect(page.locator(f"#customer-{johns.first.pk}")).to_be_visible()
    expect(page.locator(f"#customer-{johns.second.pk}")).to_have_count(0)


def test_a_code_of_another_percentage_is_warned_of_before_saving(johns: Johns, page: Page) -> None:
    page.goto("/quickbooks/tax/")
    field = page.get_by_label("QuickBooks tax code of Combined 7.25")
    field.select_option("2")
    warning = page.get_by_text("This code is 8 % in QuickBooks, but the rate here is 7.25 %.")
    expect(warning).to_be_visible()
    field.select_option("")
    expect(warning).to_have_count(0)

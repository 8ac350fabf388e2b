"""Settings → QuickBooks → Customers, and → Products and services: a person says who is who, by the pages' controls."""

from __future__ import annotations

import pytest

from runacall.invoices.models import Customer, PricebookItem
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.html import form_of
from tests.journeys.office import Office
from tests.journeys.visiting import Page, send

CUSTOMERS, PRODUCTS = "/quickbooks/customers/", "/quickbooks/products/"


class Matching:
    """The pages, as the Owner uses them."""

    def __init__(self, office: Office) -> None:
        self.office, self.shop = office, office.shop

    def page(self, record: Customer | PricebookItem, search: str = "") -> Page:
        base = CUSTOMERS if isinstance(record, Customer) else PRODUCTS
        return self.office.visit(f"{base}{record.pk}/{f'?q={search}' if search else ''}")

    def press(self, page: Page, label: str, *, there: str = "") -> Page:
        """The button of that name; `there`: in the row of that record of QuickBooks."""
        root = page.part(f"there-{there}") if there else page.root
        for node in root.all("form"):
            button = next((one for one in node.all("button") if one.text == label), None)
            if button is not None:
                return send(self.office.visitor, page, form_of(page.root, node), **{button["name"]: button["value"]})
        raise AssertionError(f"no button “{label}”: {root.text}")

    def choose(self, record: Customer | PricebookItem, there: str) -> Page:
        return self.press(self.page(record), "This one", there=there)

    def retry(self, page: Page) -> Page:
        """The link that the notice of what waits offers, then the question."""
        asked = self.office.visit(self._link(page, "Retry "))
        return send(self.office.visitor, asked, asked.form(field="next"))

    @staticmethod
    def _link(page: Page, beginning: str) -> str:
        notice = page.root.one(class_="rac-notice")
        return next(one["href"] for one in notice.all("a") if one.text.startswith(beginning))


@pytest.fixture
def matching(office: Office) -> Matching:
    return Matching(office)


def two_johns(shop: Shop) -> tuple[Customer, Customer, str]:
    """Two John Smith here, and one there with the phone of the second."""
    row = {"DisplayName": "John Smith", "PrimaryPhone": {"FreeFormNumber": "(555) 555-0102"}}
    there = shop.books.post("customer", row)["Customer"]["Id"]
    first, second = (builders.customer(shop.organization, "John Smith", phone=f"555-555-010{n}") for n in (1, 2))
    return first, second, there


def test_two_of_a_name_and_a_person_chooses(shop: Shop, office: Office, matching: Matching) -> None:
    """cases/, two of a name: nobody is linked by itself; by the phones a person chooses, and both go."""
    first, second, there = two_johns(shop)
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    shop.drain()
    assert {shop.event(one).failure_code for one in invoices} == {"name_ambiguous"}
    page = office.visit(office.event_page(invoices[1]).link("Choose the customer"))
    sides = page.text
    assert "555-555-0101" in sides
    assert "(555) 555-0102" in sides
    assert "same name, same phone" in page.part(f"there-{there}").text
    assert "another phone" in matching.page(first).part(f"there-{there}").text
    writes = shop.books.writes()
    page = matching.press(page, "This one", there=there)
    assert "Matched. Nothing was sent." in page.text
    assert shop.books.writes() == writes
    matching.retry(page)
    shop.drain()
    assert shop.event(invoices[1]).state == State.SYNCED
    assert shop.event(invoices[0]).state == State.FAILED, "it waited for the other one"
    matching.retry(matching.page(first))
    shop.drain()
    office.assert_clear(*invoices)
    assert shop.qbo_id(second) == there
    assert shop.books.row("Customer", shop.qbo_id(first))["DisplayName"] == f"John Smith ({first.pk})"

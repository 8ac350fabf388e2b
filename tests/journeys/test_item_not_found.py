"""ERROR "Item not found": a pricebook item on the invoice is not in QBO."""

from __future__ import annotations

import pytest

from runacall.invoices.models import Invoice, PricebookItem
from sync.models import Attempt, State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

INACTIVE = "Item 'Capacitor 35/5' is inactive in QBO"
CODE, NAME, MESSAGE = "item_not_found", "Capacitor 35/5", "Item 'Capacitor 35/5' not found in QBO"


@pytest.fixture
def capacitor(shop: Shop) -> PricebookItem:
    shop.choose(auto_create_items=False)
    return builders.item(shop.organization, NAME)


def one_of(shop: Shop, item: PricebookItem) -> Invoice:
    return shop.invoice(item=item)


@says("item_not_found.means")
def test_fresh_a_missing_item_is_settled_without_a_write(shop: Shop, office: Office, capacitor: PricebookItem) -> None:
    invoice = one_of(shop, capacitor)
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE)
    assert shop.books.writes() == 0
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


@pytest.mark.sampled(2)
@pytest.mark.parametrize("words", ["610-generic", "specific"])
@says("item_not_found.means")
def test_stale_quickbooks_refuses_an_item_that_was_deleted(
    shop: Shop, office: Office, capacitor: PricebookItem, words: str
) -> None:
    shop.books.do("add_item", name=NAME)
    shop.read_lists("Item")
    shop.settled_invoice(item=capacitor)
    shop.books.do("switch", name="inactive_reference", value=words)
    shop.books.do("deactivate", entity="Item", name=NAME)
    invoice = one_of(shop, capacitor)
    shop.drain()
    assert shop.sent(invoice)[0].entries
    office.assert_failed(invoice, INACTIVE, code="item_inactive")


@says("item_not_found.auto_create")
def test_auto_create_then_retry(shop: Shop, office: Office, capacitor: PricebookItem) -> None:
    invoice = one_of(shop, capacitor)
    shop.drain()
    office.choose("auto_create_items", True)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.books.row("Item", shop.qbo_id(capacitor))["Name"] == NAME


@pytest.mark.sampled(2)
@pytest.mark.parametrize("typed", [NAME, f"  {NAME.upper()} "])
@says("item_not_found.by_hand")
def test_creating_it_in_qbo_with_the_same_name_then_retry(
    shop: Shop, office: Office, capacitor: PricebookItem, typed: str
) -> None:
    invoice = one_of(shop, capacitor)
    shop.drain()
    made = shop.books.do("add_item", name=typed, price="12.50")["row"]
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(capacitor) == made["Id"]
    assert shop.books.row("Item", made["Id"])["UnitPrice"] == 12.5


@pytest.mark.sampled(2)
@pytest.mark.parametrize("auto_create", [True, False])
def test_an_item_made_inactive_in_qbo_is_made_active_again_and_has_no_twin(
    shop: Shop, office: Office, capacitor: PricebookItem, auto_create: bool
) -> None:
    shop.books.do("add_item", name=NAME)
    shop.read_lists("Item")
    shop.settled_invoice(item=capacitor)
    shop.choose(auto_create_items=auto_create)
    old = shop.qbo_id(capacitor)
    shop.books.do("deactivate", entity="Item", id=old)
    shop.read_lists("Item")
    invoice = one_of(shop, capacitor)
    shop.drain()
    office.assert_failed(invoice, INACTIVE, code="item_inactive")
    page = office.event_page(invoice)
    assert page.link("Open the products in QuickBooks") == f"{shop.books.url}/app/items"
    shop.books.do("reactivate", entity="Item", id=old)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(capacitor) == old


def test_an_inactive_product_of_the_name_is_not_doubled_by_auto_create(
    shop: Shop, office: Office, capacitor: PricebookItem
) -> None:
    shop.choose(auto_create_items=True)
    shop.books.do("add_item", name=NAME)
    shop.books.do("deactivate", entity="Item", name=NAME)
    shop.read_lists("Item")
    invoice = one_of(shop, capacitor)
    shop.drain()
    office.assert_failed(invoice, INACTIVE, code="item_inactive")
    assert [row["Name"] for row in shop.books.rows("Item") if row["Name"].startswith(NAME)] == [f"{NAME} (deleted)"]


def test_an_item_of_nearly_the_same_name_is_not_taken_for_it(shop: Shop, capacitor: PricebookItem) -> None:
    invoice = one_of(shop, capacitor)
    shop.drain()
    shop.books.do("add_item", name="Capacitor 35-5")
    shop.retry(invoice)
    shop.drain()
    assert shop.event(invoice).failure_code == CODE


def test_a_category_of_the_same_name_is_not_taken_for_it(shop: Shop, capacitor: PricebookItem) -> None:
    shop.books.do("add_item", name=NAME, type="Category")
    shop.read_lists("Item")
    invoice = one_of(shop, capacitor)
    shop.drain()
    assert shop.event(invoice).failure_code in (CODE, "item_is_category")
    assert shop.books.writes() == 0


def test_an_item_that_could_not_be_created_is_clear_once_it_is_there(
    shop: Shop, office: Office, capacitor: PricebookItem
) -> None:
    """The item has its own failed row, which nobody retries."""
    shop.choose(auto_create_items=True, default_income_account_id="")
    invoice = one_of(shop, capacitor)
    shop.drain()
    assert shop.event(capacitor).state == State.FAILED
    shop.books.do("add_item", name=NAME)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)

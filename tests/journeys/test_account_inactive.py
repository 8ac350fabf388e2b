"""ERROR "Account inactive": an item or a tax code points at an account that is inactive in QBO."""

from __future__ import annotations

import pytest

from runacall.invoices.models import Invoice, PricebookItem
from sync.models import Attempt, State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import INVOICES, Office

CODE = "account_inactive"
BEHIND_ITEM = "Account 'Repairs income' is inactive (item 'Blower motor')"
BEHIND_TAX = "Account 'Sales Tax Agency Payable' is inactive (tax code 'California 8')"
AGENCY_ACCOUNT = "90"


@pytest.fixture
def account(shop: Shop) -> str:
    """An income account of the company."""
    qbo_id: str = shop.books.do("add_account", name="Repairs income", type="Income")["row"]["Id"]
    return qbo_id


@pytest.fixture
def motor(shop: Shop, account: str) -> PricebookItem:
    """A pricebook item that earns into the account and is in the books."""
    shop.books.do("add_item", name="Blower motor", income_account=account)
    shop.read_lists()
    repairs = builders.category(shop.organization, "Repairs")
    item = builders.item(shop.organization, "Blower motor", category=repairs)
    shop.settled_invoice(item=item)
    return item


def switched_off(shop: Shop, account: str, item: PricebookItem, *, fresh: bool) -> Invoice:
    shop.books.do("deactivate", entity="Account", id=account)
    if fresh:
        shop.read_lists("Account")
    invoice = shop.invoice(item=item)
    shop.drain()
    return invoice


@says("account_inactive.behind_item")
def test_fresh_behind_an_item_it_is_settled_without_a_call(
    shop: Shop, office: Office, account: str, motor: PricebookItem
) -> None:
    writes = shop.books.writes()
    invoice = switched_off(shop, account, motor, fresh=True)
    office.assert_failed(invoice, BEHIND_ITEM, code=CODE)
    assert shop.books.writes() == writes
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", ["610-generic", "2500-generic", "specific"])
@says("account_inactive.behind_item")
def test_stale_behind_an_item_quickbooks_says_so(
    shop: Shop, office: Office, account: str, motor: PricebookItem, words: str
) -> None:
    shop.books.do("switch", name="inactive_reference", value=words)
    invoice = switched_off(shop, account, motor, fresh=False)
    assert shop.sent(invoice)[0].entries
    office.assert_failed(invoice, BEHIND_ITEM, code=CODE)


@says("account_inactive.reactivate")
def test_reactivating_the_account_then_retry(shop: Shop, office: Office, account: str, motor: PricebookItem) -> None:
    invoice = switched_off(shop, account, motor, fresh=False)
    shop.books.do("reactivate", entity="Account", id=account)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


@says("account_inactive.remap")
def test_remapping_the_category_updates_the_item_first(
    shop: Shop, office: Office, account: str, motor: PricebookItem
) -> None:
    invoice = switched_off(shop, account, motor, fresh=False)
    assert motor.category is not None
    office.pick_account(motor.category, "1")
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    there = shop.books.row("Item", shop.qbo_id(motor))
    assert there["IncomeAccountRef"]["value"] == "1"
    assert there["Name"] == "Blower motor"
    assert shop.event(motor).state == State.SYNCED


@says("account_inactive.remap")
def test_remapping_to_another_inactive_account_does_not_help(
    shop: Shop, office: Office, account: str, motor: PricebookItem
) -> None:
    other = shop.books.do("add_account", name="Old income", type="Income")["row"]["Id"]
    invoice = switched_off(shop, account, motor, fresh=False)
    assert motor.category is not None
    office.pick_account(motor.category, other)
    shop.books.do("deactivate", entity="Account", id=other)
    office.retry(invoice)
    shop.drain()
    assert shop.event(invoice).failure_code == CODE


def test_behind_a_new_item_the_account_is_named_too(shop: Shop, account: str) -> None:
    """An item still to be created, whose mapped account is switched off."""
    shop.choose(default_income_account_id=account)
    shop.books.do("deactivate", entity="Account", id=account)
    shop.read_lists("Account")
    invoice = shop.invoice(item=builders.item(shop.organization, "Blower motor"))
    shop.drain()
    event = shop.event(invoice)
    assert (event.state, event.message) == (State.FAILED, BEHIND_ITEM)
    shop.choose(default_income_account_id="1")
    shop.retry()
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", ["610-generic", "2500-generic", "specific"])
@says("account_inactive.behind_tax_code")
def test_behind_a_tax_code_quickbooks_says_so(shop: Shop, office: Office, words: str) -> None:
    """Which account an agency books to, no list tells: only QuickBooks' own answer does."""
    shop.settled_invoice()
    shop.books.do("switch", name="inactive_reference", value=words)
    shop.books.do("deactivate", entity="Account", id=AGENCY_ACCOUNT)
    invoice = shop.invoice()
    shop.drain()
    assert shop.sent(invoice)[0].entries
    office.assert_failed(invoice, BEHIND_TAX, code=CODE)


@says("account_inactive.behind_tax_code", "account_inactive.reactivate")
def test_reactivating_the_account_behind_the_tax_code_then_retry(shop: Shop, office: Office) -> None:
    shop.settled_invoice()
    shop.books.do("deactivate", entity="Account", id=AGENCY_ACCOUNT)
    invoice = shop.invoice()
    shop.drain()
    shop.books.do("reactivate", entity="Account", id=AGENCY_ACCOUNT)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


def test_the_row_where_the_account_is_chosen_is_opened(
    shop: Shop, office: Office, account: str, motor: PricebookItem
) -> None:
    invoice = switched_off(shop, account, motor, fresh=True)
    category = motor.category_id
    for page in (office.event_page(invoice), office.visit(f"{INVOICES}/{invoice.pk}/change/")):
        assert page.link("Choose an account").endswith(f"/quickbooks/items/#id_category-{category}")
        assert page.link("Open the accounts in QuickBooks") == f"{shop.books.url}/app/chartofaccounts"
    assert office.visit("/quickbooks/items/").part(f"id_category-{category}").tag == "select"

"""ERROR "Tax not enabled": a taxable invoice, while sales tax is not set up in QBO."""

from __future__ import annotations

import pytest

from qbo.models import Link, TaxMapping
from runacall.invoices.models import Invoice
from sync.models import Attempt, State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

CODE = "tax_not_enabled"
MESSAGE = "Tax not enabled: the invoice is taxable, but sales tax is not set up in QBO"


@pytest.fixture
def off(shop: Shop) -> None:
    """A company that has not set up sales tax, and a shop that has mapped no rate."""
    shop.books.do("sales_tax", on=False)
    shop.read_lists("Preferences")
    TaxMapping.objects.all().delete()


@says("tax_not_enabled.means")
def test_fresh_it_is_settled_without_a_call(shop: Shop, office: Office, off: None) -> None:
    invoice = shop.invoice()
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE)
    assert shop.books.writes() == 0
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


@pytest.fixture
def stale(shop: Shop) -> Invoice:
    """Sent while our mirror still thought that sales tax is on: QuickBooks dropped the tax without a word."""
    customer = shop.settled_invoice().customer
    shop.books.do("sales_tax", on=False)
    invoice = shop.invoice(customer=customer)
    shop.drain()
    return invoice


@says("tax_not_enabled.means")
def test_stale_it_is_seen_by_the_total_that_comes_back(shop: Shop, office: Office, stale: Invoice) -> None:
    differs = "total $108.00 here, $100.00 there; tax $8.00 here, $0.00 there"
    office.assert_failed(stale, MESSAGE, code=CODE, books=f"In QuickBooks, but different: {differs}")
    (sent,) = shop.sent(stale)
    assert sent.http_status == 200
    assert shop.there(stale)["TotalAmt"] == 100
    assert stale.total == 108


@pytest.mark.parametrize("word", ["6470"])
@says("tax_not_enabled.means")
def test_stale_a_company_that_refuses_the_tax_line(shop: Shop, office: Office, word: str) -> None:
    shop.books.do("switch", name="tax_line_when_off", value=word)
    customer = shop.settled_invoice().customer
    shop.books.do("sales_tax", on=False)
    invoice = shop.invoice(customer=customer)
    shop.drain()
    assert shop.sent(invoice)[0].entries
    office.assert_failed(invoice, MESSAGE, code=CODE)


@says("tax_not_enabled.set_up")
def test_setting_up_sales_tax_and_mapping_then_retry(shop: Shop, office: Office, off: None) -> None:
    invoice = shop.invoice()
    shop.drain()
    shop.books.do("sales_tax", on=True)
    office.pick_tax_code(shop.rate, code="2")
    # The Tax page has read the settings again, which sends what they stopped: there is nothing left to retry.
    assert shop.event(invoice).state == State.QUEUED
    shop.drain()
    office.assert_clear(invoice)


@says("tax_not_enabled.set_up")
def test_what_arrived_without_its_tax_is_updated_not_created_again(shop: Shop, office: Office, stale: Invoice) -> None:
    there = Link.objects.get(record_type="invoice", record_id=stale.pk).qbo_id
    count = len(shop.books.invoices())
    shop.books.do("sales_tax", on=True)
    office.retry(stale)
    shop.drain()
    office.assert_clear(stale)
    assert len(shop.books.invoices()) == count
    assert shop.qbo_id(stale) == there


def test_an_untaxed_invoice_goes_through_all_the_same(shop: Shop, office: Office, off: None) -> None:
    invoice = shop.invoice(lines=[builders.line(item=shop.item("Labor"))])
    shop.drain()
    office.assert_clear(invoice)


@says("tax_not_enabled.means")
def test_automated_sales_tax_that_was_not_set_up_is_the_same_error(shop: Shop, office: Office) -> None:
    shop.books.do("automated_sales_tax", on=True)
    shop.books.do("preference", group="TaxPrefs", name="PartnerTaxEnabled", value=False)
    shop.read_lists("Preferences")
    invoice = shop.invoice()
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE)

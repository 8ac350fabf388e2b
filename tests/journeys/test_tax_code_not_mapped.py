"""ERROR "Tax code not mapped": a tax rate on the invoice has no QBO mapping."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice, TaxRate
from sync.models import Attempt, State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

CODE, MESSAGE = "tax_code_not_mapped", "Tax code 'Combined 7.25' not mapped"


@pytest.fixture
def combined(shop: Shop) -> TaxRate:
    return builders.rate(shop.organization, "Combined 7.25", "7.25")


def taxed(shop: Shop, rate: TaxRate, **fields: object) -> Invoice:
    return shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=[rate])], **fields)


@says("tax_code_not_mapped.means")
def test_fresh_an_unmapped_rate_is_settled_without_a_call(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = taxed(shop, combined)
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE)
    assert shop.books.writes() == 0
    (attempt,) = shop.attempts(invoice)
    assert attempt.kind == Attempt.Kind.SETTLED_HERE


@pytest.mark.sampled(3)
@pytest.mark.parametrize("words", ["610-generic", "2500-generic", "specific"])
@says("tax_code_not_mapped.means")
def test_stale_quickbooks_refuses_a_code_that_was_switched_off(
    shop: Shop, office: Office, combined: TaxRate, words: str
) -> None:
    code = shop.books.do("add_tax_code", name="Combined", percent="7.25")["row"]["Id"]
    shop.read_lists("TaxCode").map_tax(combined, code=code)
    shop.settled_invoice()
    shop.books.do("switch", name="inactive_reference", value=words)
    shop.books.do("deactivate", entity="TaxCode", id=code)
    invoice = taxed(shop, combined)
    shop.drain()
    assert shop.sent(invoice)[0].entries
    office.assert_failed(invoice, MESSAGE, code=CODE)


@says("tax_code_not_mapped.pick", "tax_code_not_mapped.retry")
def test_picking_a_code_and_retrying_clears_it(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = taxed(shop, combined)
    shop.drain()
    code = shop.books.do("add_tax_code", name="Combined 7.25", percent="7.25")["row"]["Id"]
    shop.read_lists("TaxCode")
    office.pick_tax_code(combined, code=code)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["TxnTaxDetail"]["TxnTaxCodeRef"]["value"] == code


def test_a_switched_off_code_is_mapped_anew(shop: Shop, office: Office, combined: TaxRate) -> None:
    code = shop.books.do("add_tax_code", name="Combined", percent="7.25")["row"]["Id"]
    shop.read_lists("TaxCode").map_tax(combined, code=code)
    shop.books.do("deactivate", entity="TaxCode", id=code)
    invoice = taxed(shop, combined)
    shop.drain()
    assert shop.event(invoice).state == State.FAILED
    office.pick_tax_code(combined, code="2")
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


@says("bulk.matching_succeed")
def test_all_that_match_the_mended_mapping_succeed(shop: Shop, office: Office, combined: TaxRate) -> None:
    other = builders.rate(shop.organization, "Lorain 6.5", "6.5")
    waiting = [taxed(shop, combined) for _ in range(35)]
    unmapped = taxed(shop, other)
    shop.drain()
    assert shop.failed().count() == 36
    office.pick_tax_code(combined, code="2")
    office.retry()
    shop.drain()
    assert {shop.event(invoice).state for invoice in waiting} == {State.SYNCED}
    assert list(shop.failed()) == [shop.event(unmapped)]


@says("retry.only_some")
def test_an_unmapped_code_is_not_retried_by_itself(shop: Shop, combined: TaxRate) -> None:
    invoice = taxed(shop, combined)
    start = timezone.now()
    shop.drain(start)
    calls = shop.books.calls()
    for minutes in (5, 35, 95, 60 * 24, 60 * 24 * 30):
        shop.drain(start + timedelta(minutes=minutes))
    assert shop.books.calls() == calls
    assert len(shop.attempts(invoice)) == 1


def test_saving_a_mapping_sends_nothing(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = taxed(shop, combined)
    shop.drain()
    told = office.pick_tax_code(combined, code="2")
    assert "1 failed invoice waits for ‘Combined 7.25’ · 1 will go · Retry it" in told.text
    shop.drain()
    assert shop.event(invoice).state == State.FAILED
    assert shop.books.writes() == 0

"""Fixing causes in their cards, without leaving the sync log."""

from __future__ import annotations

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from qbo.models import TaxMapping
from runacall.invoices.models import TaxRate
from runacall.organizations.models import Role
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import Owner, apart, signed_in
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOG = "/admin/sync/syncevent/?status=failed"
PATIENCE = 60_000
CALIFORNIA = "California (8 %)"


def fail(shop: Shop, rate: TaxRate, count: int) -> None:
    customer = builders.customer(shop.organization, "M. Okafor")
    for _ in range(count):
        shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[rate])])
    assert wait_until(lambda: shop.failed().count() == count), shop.events()


@pytest.fixture
def combined(open_shop: Shop) -> TaxRate:
    rate = builders.rate(open_shop.organization, "Combined 7.25", "7.25")
    open_shop.books.do("add_tax_code", name="Lorain", percent="6.5")
    open_shop.read_lists("TaxCode")
    fail(open_shop, rate, 3)
    return rate


def card(page: Page, title: str) -> Locator:
    return page.locator("#causes .rac-card", has_text=title)


def test_a_rate_is_mapped_and_its_invoices_sent_in_the_card(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    page.goto(LOG)
    expect(page.locator(".rac-causes-head")).to_have_text("1 cause · 3 invoices · $321.75 · oldest under a minute")
    shown = card(page, "Combined 7.25")
    expect(shown).to_contain_text("All 3 would fail again as it is: choose first.")
    page.evaluate("window.here = true")
    shown.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    expect(shown).to_contain_text("3 will go")
    expect(shown).to_contain_text("This code is 8 % in QuickBooks, but the rate here is 7.25 %.")
    shown.get_by_role("button", name="Map and send 3").click()
    expect(shown).to_contain_text(f"{CALIFORNIA}: 3 events on the way.")
    expect(shown.get_by_role("progressbar")).to_be_visible()
    expect(shown).to_contain_text(f"{CALIFORNIA}: 3 events sent. 3 in QuickBooks, $321.75", timeout=PATIENCE)
    expect(shown).to_contain_text("3 events were sent with it. Another code can be chosen under Settings")
    expect(shown.get_by_role("progressbar")).to_have_count(0)
    expect(page.locator("#sync-banner")).to_be_empty()
    assert page.evaluate("window.here"), "the page was never left"
    assert page.evaluate("document.activeElement.textContent") == "Tax code 'Combined 7.25' not mapped"
    assert apart(open_shop.reconciles)


@pytest.mark.slow
def test_it_is_undone_before_anything_is_sent(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    # Nothing goes out, so that there is time to undo.
    apart(lambda: open_shop.choose(sync_invoices=False))
    page.goto(LOG)
    shown = card(page, "Combined 7.25")
    shown.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    shown.get_by_role("button", name="Map and send 3").click()
    shown.get_by_role("button", name="Undo").click()
    expect(shown).to_contain_text(f"Undone: {CALIFORNIA}.")
    assert not apart(lambda: TaxMapping.objects.filter(rate_key=str(combined.pk)).exists())
    apart(lambda: open_shop.choose(sync_invoices=True))
    assert apart(lambda: wait_until(lambda: open_shop.failed().count() == 3))
    assert apart(open_shop.books.writes) == 0


@pytest.mark.slow
def test_of_two_people_the_second_is_told_who_was_faster(
    open_shop: Shop, combined: TaxRate, page: Page, context: BrowserContext, house: House
) -> None:
    # Nothing goes out, so that both cards stay as they are.
    apart(lambda: open_shop.choose(sync_invoices=False))
    colleague = apart(lambda: builders.member(open_shop.organization, Role.ADMIN).username)
    assert context.browser is not None
    elsewhere = context.browser.new_context(base_url=house.url)
    other = signed_in(elsewhere, Owner(colleague))
    for each in (page, other):
        each.goto(LOG)
    card(other, "Combined 7.25").get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    card(other, "Combined 7.25").get_by_role("button", name="Map and send 3").click()
    expect(card(other, "Combined 7.25")).to_contain_text(f"{CALIFORNIA}: 3 events queued. 3 waiting: sync is off")

    mine = card(page, "Combined 7.25")
    mine.get_by_label("QuickBooks tax code").select_option(label="Lorain (6.5 %)")
    mine.get_by_role("button", name="Map and send 3").click()
    expect(mine).to_contain_text(f"{colleague} fixed it already: {CALIFORNIA}. Nothing was changed.")
    elsewhere.close()
    apart(lambda: open_shop.choose(sync_invoices=True))
    assert apart(lambda: wait_until(lambda: open_shop.log().exclude(state=State.SYNCED).count() == 0))
    codes = apart(lambda: {one["TxnTaxDetail"]["TxnTaxCodeRef"]["value"] for one in open_shop.books.invoices()})
    assert codes == {"2"}
    assert len(apart(open_shop.books.invoices)) == 3


@pytest.mark.slow
def test_the_settings_page_sends_nothing_and_the_card_then_only_sends(
    open_shop: Shop, combined: TaxRate, page: Page
) -> None:
    page.goto("/quickbooks/tax/")
    page.get_by_label("QuickBooks tax code of Combined 7.25").select_option(label=CALIFORNIA)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#waiting")).to_contain_text("3 failed invoices wait for ‘Combined 7.25’ · 3 will go")
    expect(page.locator("#waiting").get_by_role("button", name="Send 3")).to_be_visible()
    page.goto(LOG)
    shown = card(page, "Combined 7.25")
    expect(shown).to_contain_text("chosen already")
    shown.get_by_role("button", name="Send 3").click()
    expect(shown).to_contain_text("3 in QuickBooks, $321.75", timeout=PATIENCE)


@pytest.mark.slow
def test_the_settings_page_offers_the_same_button(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    page.goto("/quickbooks/tax/")
    expect(page.locator("#waiting").get_by_role("button", name="Send 3")).to_have_count(0)
    page.get_by_label("QuickBooks tax code of Combined 7.25").select_option(label=CALIFORNIA)
    page.get_by_role("button", name="Save").click()
    page.locator("#waiting").get_by_role("button", name="Send 3").click()
    expect(page.get_by_text(f"{CALIFORNIA}: 3 events on the way.")).to_be_visible()
    expect(page.locator("#content-main").get_by_role("heading", name="Tax", exact=True)).to_be_visible()
    assert apart(lambda: wait_until(lambda: open_shop.log().exclude(state=State.SYNCED).count() == 0))

"""BULK FIXES in a real browser: from the banner to the log, to the mapping, and to a log without failures."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.article import says
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

# Two pages of the log.
DOZENS = 60
UNMAPPED = "Tax code 'Combined 7.25' not mapped"


def forgotten(shop: Shop, count: int) -> Shop:
    """The shop forgot to map a rate: so many invoices failed."""
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    customer = builders.customer(shop.organization)
    lines = [builders.line(item=shop.item("Labor"), rates=[rate])]
    for _ in range(count):
        shop.invoice(customer=customer, lines=lines)
    assert wait_until(lambda: shop.failed().count() == count), shop.events()
    return shop


@pytest.fixture
def dozens(open_shop: Shop) -> Shop:
    fine = open_shop.invoice()
    assert wait_until(lambda: open_shop.event(fine).state == State.SYNCED), open_shop.event(fine).message
    return forgotten(open_shop, DOZENS)


@pytest.fixture
def few(open_shop: Shop) -> Shop:
    return forgotten(open_shop, 2)


def banner(page: Page) -> Locator:
    return page.locator("#sync-banner")


def rows(page: Page) -> Locator:
    return page.locator("tbody.rac-event")


@says("shows.banner", "shows.log", "log.opens", "tax_code_not_mapped.pick", "bulk.retry_all", "bulk.matching_succeed")
def test_from_the_banner_to_no_banner(dozens: Shop, page: Page) -> None:
    page.goto("/admin/")
    expect(banner(page)).to_contain_text(f"{DOZENS} QBO sync errors need attention.")
    banner(page).get_by_role("link", name="Open the sync log").click()
    expect(rows(page)).to_have_count(50)

    row = rows(page).first
    row.get_by_text(UNMAPPED).first.click()
    row.get_by_text("Payload, ids and attempts").click()
    expect(row.get_by_text("What would have been sent")).to_be_visible()
    expect(row.locator("pre").first).to_contain_text('"TxnTaxCodeRef"')
    row.get_by_role("link", name="Settings → QuickBooks → Tax").last.click()

    page.get_by_label("QuickBooks tax code of Combined 7.25").select_option(label="California (8 %)")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text(f"{DOZENS} failed invoices wait for ‘Combined 7.25’")).to_be_visible()

    page.goto("/admin/sync/syncevent/")
    page.locator("#chips").get_by_role("link", name="Failed").click()
    page.get_by_label("Select all events on this page").check()
    page.get_by_role("button", name=f"Select all {DOZENS} that match").click()
    page.get_by_role("button", name="Retry all").click()
    page.get_by_role("button", name=f"Retry {DOZENS}").click()
    expect(page.get_by_text(f"Retried {DOZENS} events.")).to_be_visible()

    expect(banner(page)).to_be_empty(timeout=60_000)
    assert apart(lambda: wait_until(lambda: dozens.log().exclude(state=State.SYNCED).count() == 0))
    assert apart(dozens.reconciles)


@pytest.mark.slow
@says("log.opens", "retry.single")
def test_a_row_opens_and_is_retried_by_keyboard_alone(few: Shop, page: Page) -> None:
    page.goto("/admin/sync/syncevent/?status=failed")
    row = rows(page).first
    opener = row.get_by_role("button", name="Details of Invoice")
    expect(opener).to_have_attribute("aria-expanded", "false")
    opener.focus()
    page.keyboard.press("Enter")
    expect(opener).to_have_attribute("aria-expanded", "true")
    expect(row.get_by_role("heading", name="What happened")).to_be_visible()

    retry = row.get_by_role("button", name="Retry single event")
    retry.focus()
    page.keyboard.press("Enter")
    expect(row.get_by_text("Retried 1 event.")).to_be_visible()

    expect(row.locator(".rac-details")).to_be_focused()
    page.keyboard.press("Escape")
    expect(opener).to_have_attribute("aria-expanded", "false")
    expect(opener).to_be_focused()


@says("shows.invoice")
def test_the_banner_of_the_invoice_is_yellow(few: Shop, page: Page) -> None:
    invoice_id = apart(lambda: few.failed().latest("id").record_id)
    page.goto(f"/admin/invoices/invoice/{invoice_id}/change/")
    shown = page.locator("#invoice-sync")
    expect(shown).to_contain_text(f"Not in QuickBooks: {UNMAPPED}")
    red, green, blue = shown.evaluate("""
        element => {
            const canvas = document.createElement("canvas").getContext("2d");
            canvas.fillStyle = getComputedStyle(element).backgroundColor;
            canvas.fillRect(0, 0, 1, 1);
            return Array.from(canvas.getImageData(0, 0, 1, 1).data).slice(0, 3);
        }
    """)
    assert red > 200
    assert green > 200
    assert blue < min(red, green) - 10


@pytest.mark.slow
def test_no_page_scrolls_sideways_on_a_phone(few: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    for path in ("", "sync/syncevent/", "../quickbooks/tax/", "../quickbooks/status/", "../quickbooks/items/"):
        page.goto(f"/admin/{path}")
        assert page.evaluate("document.documentElement.scrollWidth") <= 390, path

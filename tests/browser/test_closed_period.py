"""A closed period in a real browser: hold, and the accountant at a page that needs no log-in."""

from __future__ import annotations

import datetime as dt
import re

import pytest
from playwright.sync_api import Page, expect

from runacall.invoices.models import Invoice
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def stopped(open_shop: Shop) -> list[Invoice]:
    """Two invoices of a closed period."""
    today = builders.today()
    open_shop.books.do("close_books", date=(today - dt.timedelta(days=30)).isoformat())
    open_shop.read_lists("Preferences")
    invoices = [open_shop.invoice(invoice_date=today - dt.timedelta(days=40)) for _ in range(2)]
    assert wait_until(lambda: open_shop.failed().count() == 2), open_shop.events()
    return invoices


def open_books(shop: Shop) -> None:
    shop.books.do("close_books", date=None)


@pytest.mark.slow
def test_hold_from_the_card_then_the_date_moves(stopped: list[Invoice], open_shop: Shop, page: Page) -> None:
    page.goto("/admin/")
    page.locator("#sync-banner").get_by_role("link", name="Open the sync log").click()
    page.locator("#causes").get_by_role("link", name="Hold 2…").click()
    expect(page.get_by_role("heading", name="Hold 2 events until the closing date moves?")).to_be_visible()
    page.get_by_role("button", name="Hold 2").click()
    expect(page.get_by_text("Held 2 events.")).to_be_visible()
    expect(page.locator("#sync-banner")).to_be_empty()
    page.locator("#chips").get_by_role("link", name="Held 2").click()
    expect(page.locator("tbody.rac-event")).to_have_count(2)
    expect(page.locator("tbody.rac-event").first).to_contain_text("sent automatically when the closing date")

    # The accountant moves the date in QuickBooks, and somebody reads the company's settings again.
    apart(lambda: open_books(open_shop))
    page.locator("a[href='/quickbooks/status/']").first.click()
    page.get_by_role("button", name="Refresh").first.click()
    assert apart(lambda: wait_until(lambda: open_shop.log().exclude(state=State.SYNCED).count() == 0))


@pytest.mark.slow
def test_the_accountant_answers_without_a_log_in(
    stopped: list[Invoice], open_shop: Shop, page: Page, house: House
) -> None:
    page.goto("/admin/")
    page.locator("#sync-banner").get_by_role("link", name="Open the sync log").click()
    page.locator("#causes").get_by_role("link", name="Ask the accountant…").click()
    page.get_by_label("Name of the accountant").fill("Jane Roe")
    page.get_by_label("A word to the accountant").fill("Both jobs were done in May.")
    page.get_by_role("button", name="Make the link").click()
    expect(page.get_by_role("heading", name="Question to Jane Roe")).to_contain_text("Waiting for an answer")
    link = page.locator("#question-link").inner_text()
    page.get_by_role("button", name="Copy the link").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()

    browser = page.context.browser
    assert browser is not None
    strangers = browser.new_context(viewport={"width": 390, "height": 800})
    she = strangers.new_page()
    she.goto(link)
    expect(she.get_by_role("heading", name="A question from")).to_be_visible()
    expect(she.get_by_role("row", name=re.compile("Invoice #"))).to_have_count(2)
    expect(she.get_by_text("Both jobs were done in May.")).to_be_visible()
    assert she.evaluate("document.documentElement.scrollWidth <= window.innerWidth"), "it scrolls sideways"
    she.get_by_label("Post them in the current period").check()
    she.get_by_label("A word to").fill("As of today, please.")
    she.get_by_role("button", name="Send the answer").click()
    expect(she.get_by_role("heading", name="Thank you")).to_be_visible()
    expect(she.locator("#outcome")).to_have_text("Posted to the current period: 2 invoices.")
    she.reload()
    expect(she.get_by_text("A link can be used once.")).to_be_visible()
    assert [cookie["name"] for cookie in strangers.cookies()] == ["csrftoken"]
    strangers.close()

    assert apart(lambda: wait_until(lambda: open_shop.log().exclude(state=State.SYNCED).count() == 0))
    page.reload()
    expect(page.get_by_role("heading", name="Question to Jane Roe")).to_contain_text("Answered")
    expect(page.get_by_text("“As of today, please.”")).to_be_visible()
    page.locator(".rac-crumbs").get_by_role("link", name="Sync log").click()
    expect(page.locator("#questions")).to_contain_text("Jane Roe was asked about 2 invoices")


@pytest.mark.slow
def test_a_revoked_link_is_dead_at_once(stopped: list[Invoice], page: Page) -> None:
    page.goto("/admin/")
    page.locator("#sync-banner").get_by_role("link", name="Open the sync log").click()
    page.locator("#causes").get_by_role("link", name="Ask the accountant…").click()
    page.get_by_label("Name of the accountant").fill("Jane Roe")
    page.get_by_role("button", name="Make the link").click()
    link = page.locator("#question-link").inner_text()
    page.get_by_role("button", name="Revoke the link").click()
    expect(page.get_by_text("Revoked. The link for Jane Roe no longer works.")).to_be_visible()
    answer = page.context.request.get(link)
    assert answer.status == 410
    assert "This question has been revoked" in answer.text()

"""The sync log by keyboard alone: moving, opening, selecting over pages, retrying, and the help that turns keys off."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_bulk_fix import forgotten

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


class Keys:
    """The keyboard of somebody who waits until the page is there: what is typed before its scripts run is lost."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, key: str) -> None:
        self.page.wait_for_load_state()
        self.page.keyboard.press(key)

    def type(self, text: str) -> None:
        self.page.wait_for_load_state()
        self.page.keyboard.type(text)


@pytest.fixture
def log(open_shop: Shop, page: Page) -> Page:
    """The failed events of two pages, reached from the banner."""
    apart(lambda: forgotten(open_shop, 53))
    page.goto("/admin/")
    page.locator("#sync-banner").get_by_role("link", name="Open the sync log").click()
    expect(page.locator("tbody.rac-event")).to_have_count(50)
    # Its rows are there before its scripts.
    page.wait_for_load_state()
    return page


def test_by_keyboard_alone(log: Page) -> None:
    page, keys = log, Keys(log)
    rows = page.locator("tbody.rac-event")
    openers = page.get_by_role("button", name="Details of Invoice")
    keys.press("j")
    expect(openers.nth(0)).to_be_focused()
    keys.press("j")
    keys.press("j")
    keys.press("k")
    expect(openers.nth(1)).to_be_focused()

    # Enter opens and closes it; Esc closes it from inside.
    keys.press("Enter")
    expect(rows.nth(1).get_by_role("heading", name="What happened")).to_be_visible()
    expect(rows.nth(1).get_by_text("It is not in QuickBooks yet.")).to_be_visible()
    keys.press("Enter")
    expect(openers.nth(1)).to_have_attribute("aria-expanded", "false")

    # r retries it: the row opens and moves up, the result is said, and the focus stays in the row.
    row = page.locator(f"#{rows.nth(1).get_attribute('id')}")
    keys.press("r")
    expect(row.get_by_text("Retried 1 event.")).to_be_visible()
    expect(page.locator("#said")).to_contain_text("Retried 1 event.")
    assert page.evaluate("document.activeElement.closest('tbody') !== null"), "the focus left the row"

    # x selects; what is selected stays selected on the next page.
    keys.press("x")
    keys.press("j")
    keys.press("x")
    bar = page.locator("#selection")
    expect(bar).to_contain_text("2 selected")
    expect(bar).to_be_in_viewport()
    rows.last.scroll_into_view_if_needed()
    expect(bar).to_be_in_viewport()
    page.locator("#pager").get_by_role("link", name="2", exact=True).click()
    expect(rows).to_have_count(3)
    expect(bar).to_contain_text("2 selected (2 on other pages)")
    keys.press("j")
    keys.press("x")
    expect(bar).to_contain_text("3 selected (2 on other pages)")
    keys.press("r")
    expect(page.locator("#results")).to_contain_text("Retried 3 events.")
    expect(bar).to_be_hidden()

    # / searches, ? helps; a letter typed into the box is a letter.
    keys.press("/")
    box = page.get_by_role("searchbox")
    expect(box).to_be_focused()
    keys.type("jx")
    expect(box).to_have_value("jx")
    keys.press("Escape")
    page.get_by_role("button", name="Keyboard shortcuts").focus()
    keys.press("?")
    dialog = page.get_by_role("dialog", name="Keyboard shortcuts")
    expect(dialog).to_be_visible()

    # Single keys can be turned off.
    dialog.get_by_label("Use single-key shortcuts in this browser").uncheck()
    dialog.get_by_role("button", name="Close").click()
    keys.press("j")
    expect(page.get_by_role("button", name="Keyboard shortcuts")).to_be_focused()


def test_shift_click_selects_a_range_and_the_way_back_keeps_the_filters(log: Page) -> None:
    page = log
    boxes = page.locator("input.action-select")
    boxes.nth(1).click()
    boxes.nth(5).click(modifiers=["Shift"])
    expect(page.locator("#selection")).to_contain_text("5 selected")
    page.get_by_role("button", name="Clear selection").click()
    expect(page.locator("#selection")).to_be_hidden()

    page.locator("#pager").get_by_role("link", name="2", exact=True).click()
    page.locator("tbody.rac-event").first.get_by_role("link", name="Invoice #").click()
    page.locator(".rac-crumbs").get_by_role("link", name="Sync log").click()
    expect(page.locator("tbody.rac-event")).to_have_count(3)
    expect(page.locator("#chips [aria-current]")).to_contain_text("Failed")

"""In a real browser: the log on a phone and beside the menu, where there is less room than its five columns need."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, Page, expect

from runacall.invoices.models import Invoice
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_causes import conflicts
from tests.journeys.house import wait_until

__all__ = ["conflicts"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOG = "/admin/sync/syncevent/"
CAUSES = 5


@pytest.fixture
def many_causes(open_shop: Shop) -> Shop:
    """Each of these invoices has a rate of its own, which has no tax code."""
    shop = open_shop.organization
    # Nobody here counts on the worker: what goes wrong is found before anything is sent.
    for number in range(CAUSES):
        rate = builders.rate(shop, f"Combined {number}", "7.25")
        open_shop.invoice(lines=[builders.line(item=open_shop.item("Labor"), rates=[rate])])
    assert wait_until(lambda: open_shop.failed().count() == CAUSES), open_shop.events()
    return open_shop


def test_the_first_row_is_on_the_screen_of_a_phone(many_causes: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(LOG)
    cards = page.locator("#causes .rac-card")
    expect(cards).to_have_count(CAUSES)
    row = page.locator(".rac-row").first
    box = row.bounding_box()
    assert box
    assert box["y"] + box["height"] <= 844, box
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    for part in ("Views", "Filters", "Export"):
        expect(page.locator(".rac-toolbar summary", has_text=part)).to_be_in_viewport(ratio=1)

    # A cause unfolds, keeps open while the page refreshes itself, and its fix is as on a desk.
    card = cards.filter(has_text="Combined 3")
    expect(card.get_by_role("button", name="Map and send 1")).to_be_hidden()
    card.get_by_role("button", name="Fix…").click()
    expect(card.get_by_role("button", name="Map and send 1")).to_be_visible()
    with page.expect_response("**/live/**"):
        page.evaluate("htmx.trigger(document.body, 'log-changed')")
    expect(card.get_by_role("button", name="Fix…")).to_have_attribute("aria-expanded", "true")
    card.get_by_label("QuickBooks tax code").select_option(label="California (8 %)")
    card.get_by_role("button", name="Map and send 1").click()
    expect(cards.filter(has_text="Combined 3")).to_contain_text("sent", timeout=60_000)
    apart(lambda: wait_until(lambda: many_causes.failed().count() == CAUSES - 1))


def test_what_is_marked_on_a_phone_leaves_the_rows_in_sight(many_causes: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{LOG}?status=failed")
    page.get_by_role("checkbox", name="Select Invoice #").first.check()
    bar = page.get_by_role("region", name="Selected events")
    expect(bar.get_by_role("button", name="Retry")).to_be_in_viewport(ratio=1)
    box = bar.bounding_box()
    assert box
    assert box["height"] < 130, box
    last = bar.get_by_role("button", name="Dismiss…")
    last.scroll_into_view_if_needed()
    expect(last).to_be_in_viewport(ratio=1)
    last.click()
    expect(page.get_by_role("heading", name="Dismiss 1")).to_be_visible()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("width", [390, 820, 1280, 1700])
def test_each_row_says_the_five_things_of_the_help(many_causes: Shop, page: Page, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{LOG}?status=failed")
    row = page.locator("tbody.rac-event", has_text="Invoice #").first
    way = row.get_by_text("Run a Call → QBO").locator("visible=true")
    expect(way).to_have_count(1)
    for said in ("Invoice #", "Failed", "not mapped"):
        expect(row).to_contain_text(said)
    message = row.locator(".rac-message").bounding_box()
    assert message
    assert message["width"] >= 190, message
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_at_a_desk_nothing_is_folded(many_causes: Shop, page: Page) -> None:
    page.goto(LOG)
    cards = page.locator("#causes .rac-card")
    expect(cards.get_by_role("button", name="Map and send 1")).to_have_count(CAUSES)
    expect(page.get_by_role("button", name="Fix…")).to_have_count(0)


SAID = """cell => {
    const head = cell.closest("table").tHead.rows[0].cells[cell.cellIndex];
    return head.offsetParent ? head.textContent : getComputedStyle(cell, "::before").content;
}"""


@pytest.mark.sampled(2)
@pytest.mark.parametrize("width", [390, 1280])
def test_the_values_of_both_sides_say_whose_they_are(conflicts: list[Invoice], page: Page, width: int) -> None:
    """In the opened row, and on the invoice, whose banner asks to compare them."""
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(f"{LOG}?status=failed")
    page.get_by_role("button", name="Details of Invoice").first.click()
    opened = page.locator(".rac-details-row .rac-sides")
    expect(opened).to_be_visible()
    compare(opened)
    page.goto(f"/admin/invoices/invoice/{conflicts[0].pk}/change/")
    banner = page.locator("#invoice-sync")
    expect(banner).to_contain_text("Compare the three values below")
    compare(banner.locator(".rac-sides"))


def compare(table: Locator) -> None:
    cells = table.locator("tbody tr").first.locator("td")
    assert [cell.evaluate(SAID).strip('": ') for cell in cells.all()] == ["Was", "Here", "In QuickBooks"]
    assert [text.strip() for text in cells.all_inner_texts()][1:] == ["Ours", "Hers"]

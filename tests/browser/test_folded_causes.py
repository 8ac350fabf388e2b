"""The causes beyond the ninth: they come when they are unfolded, and stay up to date from then on."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOG = "/admin/sync/syncevent/?status=failed"
CAUSES = 12
CALIFORNIA = "California (8 %)"
PATIENCE = 60_000


@pytest.fixture
def many_causes(open_shop: Shop) -> Shop:
    """Invoices with a rate each that has no tax code, Rate 12 to Rate 1, the later ones holding back more money."""
    for number in range(1, CAUSES + 1):
        rate = builders.rate(open_shop.organization, f"Rate {number:02}", "7.25")
        lines = [builders.line(item=open_shop.item("Labor"), unit_price=100 + number, rates=[rate])]
        open_shop.invoice(lines=lines)
    assert wait_until(lambda: open_shop.failed().count() == CAUSES), open_shop.events()
    return open_shop


def cards(page: Page) -> Locator:
    return page.locator("#causes .rac-card")


def card(page: Page, number: int) -> Locator:
    return cards(page).filter(has_text=f"'Rate {number:02}'")


def poll(page: Page) -> None:
    with page.expect_response("**/live/**"):
        page.evaluate("htmx.trigger(document.body, 'log-changed')")


def test_the_tenth_is_unfolded_filled_in_and_saved(many_causes: Shop, page: Page) -> None:
    page.goto(LOG)
    expect(cards(page)).to_have_count(9)
    more = page.get_by_text("3 more causes")
    more.focus()
    page.keyboard.press("Enter")
    expect(cards(page)).to_have_count(CAUSES)
    expect(page.locator(".rac-causes-ask")).to_be_hidden()
    expect(more).to_be_focused()

    code = card(page, 3).get_by_label("QuickBooks tax code")
    code.select_option(label=CALIFORNIA)
    expect(card(page, 3)).to_contain_text("1 will go")
    code.focus()
    poll(page)
    expect(cards(page)).to_have_count(CAUSES)
    expect(code.locator("option:checked")).to_have_text(CALIFORNIA)
    expect(code).to_be_focused()
    # Folded away and unfolded again, with a poll in between: it is as it was left.
    more.click()
    expect(card(page, 3)).to_be_hidden()
    poll(page)
    more.click()
    expect(code.locator("option:checked")).to_have_text(CALIFORNIA)

    card(page, 3).get_by_role("button", name="Map and send 1").click()
    expect(card(page, 3)).to_contain_text(f"{CALIFORNIA}: 1 event sent. 1 in QuickBooks", timeout=PATIENCE)
    assert card(page, 3).evaluate("card => card.closest('details') !== null"), "it stays where it was"
    expect(page.locator(".rac-causes-head")).to_contain_text("11 causes · 11 invoices")
    # What came of it is not folded away with the others.
    more.click()
    poll(page)
    expect(card(page, 3)).to_have_count(1)
    expect(card(page, 3)).to_be_visible()
    expect(page.get_by_text("2 more causes")).to_be_visible()
    assert apart(lambda: many_causes.failed().count()) == CAUSES - 1


def test_they_are_said_to_come_and_asked_for_again_if_they_do_not(many_causes: Shop, page: Page) -> None:
    page.goto(LOG)
    page.wait_for_load_state("networkidle")
    held: list[Route] = []
    page.route("**/live/**", lambda route: held.append(route))
    page.get_by_text("3 more causes").click()
    said = page.locator(".rac-causes-ask")
    expect(said).to_have_text("Loading…", use_inner_text=True)
    held.pop().fulfill(status=200, body="Not what was asked for")
    expect(said).to_have_text("They could not be loaded. Try again", use_inner_text=True)
    expect(cards(page)).to_have_count(9)

    page.unroute("**/live/**")
    page.get_by_role("link", name="Try again").press("Enter")
    expect(cards(page)).to_have_count(CAUSES)
    expect(said).to_be_hidden()
    expect(card(page, 3).get_by_role("heading")).to_be_focused()
    assert page.url.endswith(LOG), "the page was never left"


def test_without_scripts_a_link_shows_them(many_causes: Shop, page: Page, browser: Browser, house: House) -> None:
    state = page.context.storage_state()
    with browser.new_context(base_url=house.url, java_script_enabled=False, storage_state=state) as context:
        plain = context.new_page()
        plain.goto(LOG)
        plain.get_by_text("3 more causes").click()
        plain.get_by_role("link", name="Show them").click()
        expect(card(plain, 1)).to_be_visible()
        expect(plain.get_by_text("Loading…")).to_be_hidden()

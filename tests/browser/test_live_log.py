"""The list of the sync log in a real browser: rows come and go automatically without disturbing anybody."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from runacall.invoices.models import TaxRate
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOG = "/admin/sync/syncevent/"
PATIENCE = 60_000


def fail(shop: Shop, count: int, rate_name: str) -> TaxRate:
    """So many invoices fail for want of a code for this rate."""
    rate = builders.rate(shop.organization, rate_name, "7.25")
    customer = builders.customer(shop.organization, f"Customer of {rate_name}")
    before = shop.failed().count()
    for _ in range(count):
        shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[rate])])
    assert wait_until(lambda: shop.failed().count() == before + count), shop.events()
    return rate


@pytest.fixture
def two_rates(open_shop: Shop) -> tuple[TaxRate, TaxRate]:
    return fail(open_shop, 4, "Combined 7.25"), fail(open_shop, 2, "Lake 7.25")


def rows(page: Page) -> Locator:
    return page.locator("tbody.rac-event")


def fix(shop: Shop, rate: TaxRate) -> None:
    apart(lambda: shop.map_tax(rate))


def test_retry_all_ends_on_what_came_of_it(two_rates: tuple[TaxRate, TaxRate], open_shop: Shop, page: Page) -> None:
    fix(open_shop, two_rates[0])
    page.goto(f"{LOG}?status=failed")
    page.get_by_label("Select all events on this page").check()
    page.get_by_role("button", name="Retry all").click()
    page.get_by_role("button", name="Retry 6").click()

    result = page.locator("#results")
    expect(result).to_contain_text("Retried 6 events.")
    expect(result).to_contain_text("4 in QuickBooks, $429.00; 2 failed again: show", timeout=PATIENCE)
    expect(rows(page)).to_have_count(2)
    expect(page.locator("#chips [data-status=failed]")).to_have_text("Failed 2")
    expect(page.locator("#causes")).to_contain_text("Retry 2")
    expect(page.locator("#sync-banner")).to_contain_text("2 QBO sync errors need attention.")
    expect(page.locator("#sync-badge")).to_have_text("2")
    expect(page.get_by_text("Nothing failed")).to_have_count(0)

    result.get_by_role("link", name="show").click()
    expect(page.get_by_text("Only: Retry of")).to_be_visible()
    expect(rows(page)).to_have_count(2)
    page.get_by_role("link", name="Show all events").click()
    expect(page.get_by_text("Only: Retry of")).to_have_count(0)


def test_one_who_comes_back_to_the_tab_sees_at_once_how_it_is(open_shop: Shop, page: Page) -> None:
    apart(lambda: fail(open_shop, 1, "Combined 7.25"))
    page.goto(f"{LOG}?status=failed")
    expect(rows(page)).to_have_count(1)
    # Read again by itself in half a minute at most, which this waits for in no case.
    expect(page.locator("#live")).to_have_attribute("data-every", "30")
    apart(lambda: fail(open_shop, 1, "Lake 7.25"))
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(rows(page)).to_have_count(2, timeout=10_000)


def test_rows_that_come_and_go_disturb_nobody(two_rates: tuple[TaxRate, TaxRate], open_shop: Shop, page: Page) -> None:
    fix(open_shop, two_rates[0])
    page.goto(f"{LOG}?status=failed")
    stays = rows(page).filter(has_text="Lake 7.25").first
    leaves = rows(page).filter(has_text="Combined 7.25").first
    stays.get_by_role("checkbox").check()
    leaves.get_by_role("button", name="Details of").click()
    leaves.get_by_text("Payload, ids and attempts").click()
    expect(leaves.get_by_text("What would have been sent")).to_be_visible()
    number = leaves.locator(".rac-entity a").inner_text()
    opened = rows(page).filter(has_text=number)
    payload = opened.locator("pre").first
    payload.focus()
    touched = page.evaluate("""() => {
        window.touched = 0;
        const watch = (node) => new MutationObserver((found) => { window.touched += found.length; })
            .observe(node, {subtree: true, childList: true, characterData: true, attributes: true});
        watch(document.querySelector("tbody.rac-event:has(input:checked)"));
        return window.touched;
    }""")
    assert touched == 0

    # A colleague retries them all, elsewhere.
    apart(lambda: open_shop.retry())
    page.evaluate("document.body.dispatchEvent(new Event('log-changed'))")
    # The ticked one fails again and is on the list as before; three have left, the opened one has stayed.
    expect(opened.locator(".rac-status")).to_have_text("Synced", timeout=PATIENCE)
    expect(rows(page)).to_have_count(3, timeout=PATIENCE)
    expect(payload).to_be_focused()

    opened.get_by_role("button", name="Details of").click()
    page.get_by_label("Select all events on this page").focus()
    expect(rows(page)).to_have_count(2)
    assert apart(lambda: wait_until(lambda: open_shop.failed().count() == 2))


def test_what_has_not_changed_is_not_touched(two_rates: tuple[TaxRate, TaxRate], page: Page) -> None:
    page.goto(LOG)
    expect(page.locator(".rac-fix-forecast p")).to_have_count(2)
    rows(page).nth(1).get_by_role("checkbox").check()
    search = page.get_by_label("Search invoice number, customer or message")
    search.fill("half a wor")
    page.evaluate("""() => {
        window.touched = [];
        for (const id of ["sync-banner", "results", "causes", "chips", "list", "pager"]) {
            new MutationObserver((found) => window.touched.push(id))
                .observe(document.getElementById(id),
                         {subtree: true, childList: true, characterData: true, attributes: true});
        }
    }""")
    with page.expect_response("**/live/**"):
        page.evaluate("document.body.dispatchEvent(new Event('log-changed'))")
    page.wait_for_function("!document.querySelector('.htmx-request')")
    assert page.evaluate("window.touched") == []
    expect(search).to_be_focused()
    expect(search).to_have_value("half a wor")
    expect(rows(page).nth(1).get_by_role("checkbox")).to_be_checked()
    expect(page.locator(".rac-selection-count")).to_have_text("1 selected")


@pytest.mark.slow
def test_retry_sync_on_the_invoice_says_what_came_of_it(
    two_rates: tuple[TaxRate, TaxRate], open_shop: Shop, page: Page
) -> None:
    def of_rate(rate: TaxRate) -> Callable[[], int]:
        return lambda: open_shop.failed().filter(subject_name=rate.name).latest("pk").record_id

    fix(open_shop, two_rates[0])
    for rate, said in ((two_rates[0], "1 in QuickBooks, $107.25."), (two_rates[1], "1 failed again.")):
        page.goto(f"/admin/invoices/invoice/{apart(of_rate(rate))}/change/")
        page.get_by_role("button", name="Retry sync").click()
        expect(page.locator("#sync-result")).to_contain_text(f"Retried 1 event. {said}", timeout=PATIENCE)
    assert apart(lambda: open_shop.log().filter(state=State.SYNCED, record_type="invoice").count()) == 1

"""Several causes at once, the dates of a posting, and many conflicts decided together, by clicking."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from runacall.invoices.models import Invoice
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]

FILTER = "Item 'Furnace filter' not found in QBO"


def settled(shop: Shop, invoice: Invoice) -> bool:
    return wait_until(lambda: shop.event(invoice).state == State.SYNCED)


@pytest.fixture
def twice_stopped(open_shop: Shop) -> Shop:
    """Four invoices wait for a tax code; one of them for a product as well."""
    first = open_shop.invoice()
    assert settled(open_shop, first)
    open_shop.choose(auto_create_items=False)
    rate = builders.rate(open_shop.organization, "Combined 7.25", "7.25")
    for name in ("Furnace filter", "Labor", "Labor", "Labor"):
        lines = [builders.line(item=open_shop.item(name), rates=[rate])]
        open_shop.invoice(customer=first.customer, lines=lines)
    assert wait_until(lambda: open_shop.failed().count() == 4), open_shop.events()
    return open_shop


@pytest.fixture
def closed(open_shop: Shop) -> Invoice:
    today = open_shop.organization.today(timezone.now())
    open_shop.books.do("close_books", date=(today - dt.timedelta(days=30)).isoformat())
    day = today - dt.timedelta(days=40)
    invoice = open_shop.invoice(invoice_date=day, due_date=day + dt.timedelta(days=30), terms="Net 30")
    assert wait_until(lambda: open_shop.event(invoice).state == State.FAILED), open_shop.events()
    return invoice


@pytest.fixture
def conflicts(open_shop: Shop) -> list[Invoice]:
    first = open_shop.invoice()
    assert settled(open_shop, first)
    invoices = [first, *[open_shop.invoice(customer=first.customer) for _ in range(2)]]
    assert all(settled(open_shop, one) for one in invoices)
    for invoice in invoices:
        open_shop.books.post("invoice", {**open_shop.there(invoice), "CustomerMemo": {"value": "Hers"}})
        invoice.edit(customer_note="Ours", at=timezone.now())
    assert wait_until(lambda: open_shop.failed().count() == 3), open_shop.events()
    return invoices


@pytest.mark.slow
def test_both_causes_are_shown_and_the_fix_forecasts_what_stays(twice_stopped: Shop, page: Page) -> None:
    page.goto("/admin/sync/syncevent/?status=failed")
    row = page.locator("tbody.rac-event", has_text="also:").first
    expect(row).to_contain_text(f"also: {FILTER}")
    row.get_by_role("button", name="Details of Invoice").click()
    expect(row.get_by_role("heading", name="Also in the way")).to_be_visible()
    expect(row.locator(".rac-further")).to_contain_text(FILTER)

    page.goto("/quickbooks/tax/")
    page.get_by_label("QuickBooks tax code of Combined 7.25").select_option(label="California (8 %)")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#waiting")).to_contain_text(f"3 will go · 1 stays: {FILTER}")
    page.get_by_role("link", name="Retry them").click()
    expect(page.locator("#forecast")).to_contain_text("3 will go, 1 stays:")
    page.get_by_role("button", name="Retry 4").click()
    expect(page.locator("#sync-banner")).to_contain_text("1 QBO sync error needs attention.", timeout=60_000)


@pytest.mark.slow
def test_post_to_current_period_shows_the_dates_and_is_undone(open_shop: Shop, closed: Invoice, page: Page) -> None:
    today = apart(lambda: open_shop.organization.today(timezone.now()))
    page.goto(f"/admin/invoices/invoice/{closed.pk}/change/")
    page.get_by_role("link", name="Post to current period…").click()
    dates = page.locator(".rac-dates")
    expect(dates).to_contain_text(f"{closed.invoice_date} → {today}")
    expect(dates).to_contain_text(f"{closed.due_date} → {today + dt.timedelta(days=30)}")
    # Nothing goes out, so that there is time to undo.
    apart(lambda: open_shop.choose(sync_invoices=False))
    page.get_by_role("button", name="Post 1 to today").click()
    page.get_by_role("button", name=f"Undo: date it {closed.invoice_date} again").click()
    expect(page.get_by_text("Undid Post to current period for 1 event.")).to_be_visible()
    apart(closed.refresh_from_db)
    assert closed.due_date == today - dt.timedelta(days=10)


@pytest.mark.slow
def test_conflicts_that_are_alike_are_decided_together(open_shop: Shop, conflicts: list[Invoice], page: Page) -> None:
    page.goto("/admin/sync/syncevent/?status=failed")
    page.get_by_label("Select all events on this page").check()
    page.get_by_role("button", name="Keep QuickBooks'…").click()
    expect(page.get_by_role("heading", name="Keep QuickBooks' version of 3 records?")).to_be_visible()
    expect(page.get_by_text("3 invoices, $324.00")).to_be_visible()
    page.get_by_role("button", name="Keep QuickBooks' for 3").click()
    expect(page.get_by_text("Kept QuickBooks' version of 3 events.")).to_be_visible()
    expect(page.locator("#sync-banner")).to_be_empty()
    memos = apart(lambda: {open_shop.there(one)["CustomerMemo"]["value"] for one in conflicts})
    assert memos == {"Hers"}

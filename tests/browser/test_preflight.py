"""What stands or stood in the way of an invoice is fixed on its own page, and on that of everything that would fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect

from qbo.models import TaxMapping
from runacall.invoices.models import Invoice, TaxRate
from sync.models import State, SyncEvent
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
CALIFORNIA = "California (8 %)"
UNMAPPED = "Tax code 'Combined 7.25' not mapped"
PATIENCE = 60_000


@pytest.fixture
def draft(open_shop: Shop) -> Invoice:
    """With a rate that is not mapped, and a date in a closed period."""
    rate = builders.rate(open_shop.organization, "Combined 7.25", "7.25")
    today = open_shop.organization.today(timezone.now())
    open_shop.books.do("close_books", date=(today - timedelta(days=30)).isoformat())
    open_shop.read_lists("Preferences")
    line = builders.line(item=open_shop.item("Labor"), rates=[rate])
    return open_shop.invoice(send=False, lines=[line], invoice_date=today - timedelta(days=40))


def fails(shop: Shop, draft: Invoice) -> Invoice:
    """Sent, of the draft's customer, with its rate. Of a second customer of that name the draft would lack a choice,
    from the moment in which QuickBooks has the first.
    """
    line = builders.line(item=shop.item("Labor"), rates=[rate_of(draft)])
    return shop.invoice(customer=draft.customer, lines=[line])


def obstacle(page: Page, words: str) -> Locator:
    return page.locator(".rac-obstacle").filter(has=page.locator("b", has_text=words))


def rate_of(invoice: Invoice) -> TaxRate:
    return TaxRate.objects.get(name="Combined 7.25", organization=invoice.organization_id)


@pytest.mark.slow
def test_a_draft_is_made_ready_on_its_page_and_then_goes(open_shop: Shop, draft: Invoice, page: Page) -> None:
    today = open_shop.organization.today(timezone.now())
    page.goto(f"/admin/invoices/invoice/{draft.pk}/change/")
    expect(page.locator("#invoice-ready")).to_contain_text("Not ready for QuickBooks. 2 things stand in the way")
    page.evaluate("window.here = true")
    rate = obstacle(page, UNMAPPED)
    expect(rate).to_contain_text("As it is, it would stop: choose first.")
    rate.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    expect(rate).to_contain_text("Still in the way: Closed period")
    expect(rate).to_contain_text("This code is 8 % in QuickBooks, but the rate here is 7.25 %.")
    rate.get_by_role("button", name="Save choice").click()
    expect(page.locator("#preflight-said")).to_contain_text(f"{CALIFORNIA}: saved.")
    expect(page.locator("#invoice-ready")).to_contain_text("One thing stands in the way")
    expect(page.locator("#preflight-said")).to_be_focused()

    closed = obstacle(page, "Closed period")
    expect(closed).to_contain_text("It would be ready for QuickBooks.")
    closed.get_by_text("What will be posted").click()
    expect(closed.locator(".rac-posted")).to_contain_text("Tax code")
    closed.get_by_label("Date in the books").first.press("End")
    expect(closed.locator("input[name=text]")).to_be_visible()
    closed.get_by_label("Date in the books").first.press("Home")
    expect(closed.locator("input[name=text]")).to_be_hidden()
    closed.get_by_role("button", name="Save choice").press("Enter")
    expect(page.locator("#invoice-ready")).to_contain_text("Ready for QuickBooks It goes when you send it")
    # The form below has the new date as well: saving it would bring the old one back.
    expect(page.locator("#invoice-head")).to_contain_text(f"{today}")
    expect(page.locator("#id_invoice_date")).to_have_value(today.isoformat())
    assert page.evaluate("window.here"), "the page was never left"
    assert apart(SyncEvent.objects.exists) is False
    apart(lambda: Invoice.objects.get(pk=draft.pk).send(at=timezone.now()))
    assert apart(lambda: wait_until(lambda: open_shop.log().filter(state=State.SYNCED).count() > 0))
    assert apart(open_shop.reconciles)


@pytest.mark.slow
def test_it_is_undone_where_it_was_saved(draft: Invoice, page: Page) -> None:
    page.goto(f"/admin/invoices/invoice/{draft.pk}/change/")
    obstacle(page, UNMAPPED).get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    obstacle(page, UNMAPPED).get_by_role("button", name="Save choice").click()
    page.locator("#preflight-said").get_by_role("button", name="Undo").click()
    expect(page.locator("#preflight-said")).to_contain_text(f"Undone: {CALIFORNIA}.")
    expect(obstacle(page, UNMAPPED)).to_be_visible()
    assert not apart(lambda: TaxMapping.objects.filter(rate_key=str(rate_of(draft).pk)).exists())


def test_the_button_stays_under_the_pointer_when_the_forecast_comes(draft: Invoice, page: Page) -> None:
    """A click in that moment hit what had been above it."""
    page.goto(f"/admin/invoices/invoice/{draft.pk}/change/")
    rate = obstacle(page, UNMAPPED)
    expect(rate).to_contain_text("As it is, it would stop: choose first.")
    save = rate.get_by_role("button", name="Save choice")
    before = save.bounding_box()
    rate.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    expect(rate).to_contain_text("This code is 8 % in QuickBooks, but the rate here is 7.25 %.")
    assert save.bounding_box() == before


def test_what_would_fail_now_is_fixed_there(open_shop: Shop, draft: Invoice, page: Page) -> None:
    apart(lambda: fails(open_shop, draft))
    assert apart(lambda: wait_until(lambda: open_shop.failed().count() == 1))
    page.goto("/quickbooks/what-would-fail/")
    waits, drafts = page.locator("#would-fail section").nth(0), page.locator("#would-fail section").nth(1)
    expect(drafts.locator(".rac-obstacle")).to_have_count(2)
    date = drafts.locator(".rac-obstacle", has_text="Closed period")
    date.get_by_role("button", name="Save choice").click()
    expect(page.locator("#preflight-said")).to_contain_text("Post today")
    expect(drafts.locator(".rac-obstacle")).to_have_count(1)

    failed = waits.locator(".rac-obstacle", has_text=UNMAPPED)
    failed.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    expect(failed).to_contain_text("1 will go")
    failed.get_by_role("button", name="Map and send 1").click()
    expect(page.locator("#preflight-said")).to_contain_text(f"{CALIFORNIA}: 1 event on the way.")
    expect(page.locator(".rac-obstacle")).to_have_count(0)
    assert apart(lambda: wait_until(lambda: open_shop.log().exclude(state=State.SYNCED).count() == 0))


@pytest.mark.slow
def test_a_failed_invoice_is_fixed_in_its_banner(open_shop: Shop, draft: Invoice, page: Page) -> None:
    first, second = (apart(lambda: fails(open_shop, draft)) for _ in range(2))
    assert apart(lambda: wait_until(lambda: open_shop.failed().count() == 2))
    # Nothing goes out, so that there is time to undo.
    apart(lambda: open_shop.choose(sync_invoices=False))
    page.goto(f"/admin/invoices/invoice/{first.pk}/change/")
    page.evaluate("window.here = true")
    banner, said = page.locator("#invoice-sync"), page.locator("#preflight-said")
    expect(banner).to_contain_text("All 2 would fail again as it is: choose first.")
    banner.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    expect(banner).to_contain_text("2 will go")
    banner.get_by_text("What will be posted").click()
    expect(banner).to_contain_text("QuickBooks does not have this invoice yet. It gets:")
    banner.get_by_role("button", name="Map and send 2").press("Enter")
    expect(said).to_contain_text(f"{CALIFORNIA}: 2 events on the way.")
    expect(said).to_be_focused()
    expect(banner).to_contain_text(f"{CALIFORNIA}: 2 events")
    banner.get_by_role("button", name="Undo").press("Enter")
    expect(said).to_contain_text(f"Undone: {CALIFORNIA}.")
    expect(said).to_be_focused()
    assert not apart(lambda: TaxMapping.objects.filter(rate_key=str(rate_of(draft).pk)).exists())

    apart(lambda: open_shop.choose(sync_invoices=True))
    assert apart(lambda: wait_until(lambda: open_shop.failed().count() == 2))
    # As on coming back from the settings in another tab; a page that stays in view asks within half a minute.
    page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(banner.get_by_label("QuickBooks tax code")).to_be_visible()
    banner.get_by_label("QuickBooks tax code").select_option(label=CALIFORNIA)
    banner.get_by_role("button", name="Map and send 2").click()
    expect(banner).to_contain_text("In QuickBooks as", timeout=PATIENCE)
    expect(banner).to_contain_text("2 in QuickBooks", timeout=PATIENCE)
    expect(page.locator("#sync-banner")).to_be_empty()
    assert page.evaluate("window.here"), "the page was never left"
    assert apart(lambda: {open_shop.event(one).state for one in (first, second)}) == {State.SYNCED}
    assert apart(open_shop.reconciles)

"""Causes, settings and matching by keyboard alone; what has the focus is always in view."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from runacall.invoices.models import PricebookItem, TaxRate
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_fixing import CALIFORNIA, combined
from tests.browser.test_matching import Johns, johns

__all__ = ["combined", "johns"]
pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
PATIENCE = 60_000
# What covers the thing that has the focus, or says that it is out of view; "" for neither.
COVERED = """() => {
    const one = document.activeElement, box = one.getBoundingClientRect();
    const there = document.elementFromPoint(box.left + box.width / 2, box.top + Math.min(box.height, 40) / 2);
    const around = one.closest("label") || one;
    if (there && (around.contains(there) || there.contains(one))) return "";
    return `${one.outerHTML.slice(0, 100)} is under ${there ? there.outerHTML.slice(0, 100) : "the edge"}`;
}"""
MOST = 80


def arrive(page: Page, address: str) -> None:
    """Go to a page, and past its menu by the link that comes first."""
    page.goto(address)
    page.keyboard.press("Tab")
    skip = page.get_by_role("link", name="Skip to the content")
    expect(skip).to_be_focused()
    expect(skip).to_be_in_viewport()
    page.keyboard.press("Enter")


def tab_to(page: Page, wanted: Locator) -> None:
    """Press Tab until it has the focus; everything on the way has to be in view."""
    expect(wanted).to_be_visible()
    for _ in range(MOST):
        page.keyboard.press("Tab")
        assert page.evaluate(COVERED) == ""
        if wanted.evaluate("one => one === document.activeElement"):
            return
    pytest.fail(f"{wanted} is not reached by {MOST} tabs")


def press(page: Page, wanted: Locator, key: str = "Enter") -> None:
    tab_to(page, wanted)
    page.keyboard.press(key)


def test_the_first_stop_is_the_way_past_the_menu(page: Page) -> None:
    arrive(page, "/admin/invoices/invoice/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.closest('main') !== null")


def test_the_menus_open_by_key_and_one_logs_out(page: Page) -> None:
    page.goto("/admin/")
    sidebar = page.locator("#nav-sidebar")
    fold = page.get_by_role("button", name="Menu", exact=True)
    fold.press("Enter")
    expect(sidebar).to_be_hidden()
    fold.press(" ")
    expect(sidebar).to_be_visible()
    sidebar.get_by_role("button", name="@").press("Enter")
    tab_to(page, page.get_by_role("button", name="Log out"))
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Log in again")).to_be_visible()


@pytest.mark.slow
def test_a_month_is_compared(open_shop: Shop, page: Page) -> None:
    arrive(page, "/quickbooks/tie-out/")
    month = page.get_by_label("Month")
    press(page, month, "ArrowDown")
    chosen = month.locator("option:checked").inner_text()
    press(page, page.get_by_role("button", name="Compare with QuickBooks"))
    expect(page.locator("#tie-out")).to_contain_text(f"{chosen} agrees with QuickBooks to the cent.", timeout=PATIENCE)
    tab_to(page, page.get_by_role("link", name="Download CSV"))


@pytest.mark.slow
def test_notifications_are_chosen(page: Page) -> None:
    arrive(page, "/quickbooks/notifications/")
    summary = page.get_by_role("checkbox", name=re.compile("A summary each morning"))
    was = summary.is_checked()
    press(page, summary, "Space")
    press(page, page.get_by_role("button", name="Save"))
    expect(summary).to_be_checked(checked=not was)
    press(page, page.get_by_role("button", name="For a week"))
    expect(page.get_by_text("Snoozed until")).to_be_visible()
    press(page, page.get_by_role("button", name="End snooze"))
    expect(page.get_by_text("Snooze all e-mails:")).to_be_visible()


def test_a_customer_is_found_chosen_and_undone(johns: Johns, page: Page) -> None:
    arrive(page, "/quickbooks/customers/")
    tab_to(page, page.get_by_role("searchbox"))
    page.keyboard.type("330-555-0102")
    page.keyboard.press("Enter")
    expect(page.locator(f"#customer-{johns.first.pk}")).to_have_count(0)
    press(page, page.get_by_role("link", name="Choose for John Smith"))
    press(page, page.locator(f"#there-{johns.there}").get_by_role("button", name="This one", exact=True))
    expect(page.locator("#match")).to_contain_text("Matched to John Smith")
    press(page, page.get_by_role("button", name="Undo"))
    expect(page.locator("#match")).to_contain_text("Not matched")


@pytest.fixture
def filter_here(open_shop: Shop) -> PricebookItem:
    """Called otherwise in QuickBooks."""
    account = {"IncomeAccountRef": {"value": "1"}}
    open_shop.books.post("item", {"Name": "Air filter 16x25", "Type": "Service", **account})
    open_shop.read_lists("Item")
    return builders.item(open_shop.organization, "Furnace filter")


@pytest.mark.slow
def test_a_product_is_searched_and_chosen(open_shop: Shop, filter_here: PricebookItem, page: Page) -> None:
    arrive(page, "/quickbooks/products/?state=unmatched")
    press(page, page.get_by_role("link", name="Choose for Furnace filter"))
    expect(page.get_by_role("heading", name="Which", exact=False).first).to_contain_text("Furnace filter")
    tab_to(page, page.get_by_role("searchbox", name="Search QuickBooks"))
    page.keyboard.type("air filter")
    page.keyboard.press("Enter")
    found = page.locator(".rac-candidates tr", has_text="Air filter 16x25")
    press(page, found.get_by_role("button", name="This one", exact=True))
    expect(page.locator("#match")).to_contain_text("Matched to Air filter 16x25")
    press(page, page.get_by_role("button", name="Unlink"))
    expect(page.locator("#match")).to_contain_text("Not matched")
    assert apart(lambda: PricebookItem.objects.filter(pk=filter_here.pk).exists())


def choose(page: Page, select: Locator, label: str) -> None:
    """By the first letters of the option, as one does in a closed list."""
    tab_to(page, select)
    page.keyboard.type(label[:5])
    expect(select.locator("option:checked")).to_have_text(label)


def assert_focus_in(place: Locator) -> None:
    expect(place.locator(":focus").or_(place.and_(place.page.locator(":focus"))).first).to_be_attached()


def test_a_cause_is_fixed_in_its_card_and_undone(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    # Nothing goes out, so that there is time to undo.
    apart(lambda: open_shop.choose(sync_invoices=False))
    arrive(page, "/admin/sync/syncevent/?status=failed")
    shown = page.locator("#causes .rac-card", has_text="Combined 7.25")
    choose(page, shown.get_by_label("QuickBooks tax code"), CALIFORNIA)
    press(page, shown.get_by_role("button", name="Map and send 3"))
    expect(shown).to_contain_text("3 waiting: sync is off")
    assert_focus_in(shown)
    press(page, shown.get_by_role("button", name="Undo"))
    expect(shown).to_contain_text(f"Undone: {CALIFORNIA}.")
    assert_focus_in(shown)


@pytest.mark.slow
def test_an_invoice_is_fixed_in_its_banner_and_undone(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    apart(lambda: open_shop.choose(sync_invoices=False))
    invoice_id = apart(lambda: open_shop.failed().latest("id").record_id)
    arrive(page, f"/admin/invoices/invoice/{invoice_id}/change/")
    shown = page.locator("#invoice-sync")
    choose(page, shown.get_by_label("QuickBooks tax code"), CALIFORNIA)
    press(page, shown.get_by_role("button", name="Map and send 3"))
    expect(shown).to_contain_text("Waiting: sync is off")
    press(page, shown.get_by_role("button", name="Undo"))
    expect(shown).to_contain_text(f"Undone: {CALIFORNIA}.")


def test_a_line_is_added_and_taken_off_again(open_shop: Shop, page: Page) -> None:
    invoice = apart(lambda: open_shop.invoice(send=False))
    page.goto(f"/admin/invoices/invoice/{invoice.pk}/change/")
    add, added = page.get_by_role("link", name="Add a line"), page.locator("[name=lines-1-quantity]")
    add.press("Enter")
    expect(page.locator("tr").filter(has=added).get_by_role("combobox", name="Item")).to_be_focused()
    tab_to(page, added)
    press(page, page.get_by_role("button", name="Remove this line"))
    expect(added).to_have_count(0)
    expect(add).to_be_focused()


def test_what_was_typed_stays_when_a_line_above_it_is_taken_off(open_shop: Shop, page: Page) -> None:
    item, invoice = apart(lambda: (open_shop.item("Labor"), open_shop.invoice(send=False)))
    page.goto(f"/admin/invoices/invoice/{invoice.pk}/change/")
    add = page.get_by_role("link", name="Add a line")
    add.click()
    add.click()
    second, third = (page.locator("tr").filter(has=page.locator(f"[name=lines-{n}-quantity]")) for n in (1, 2))
    third.locator("textarea").fill("Two visits")
    third.get_by_role("combobox", name="Item").click()
    page.get_by_role("option", name="Labor").click()
    second.get_by_role("button", name="Remove this line").click()
    expect(third).to_have_count(0)
    expect(second.locator("textarea")).to_have_value("Two visits")
    expect(page.locator("[name=lines-1-item]")).to_have_value(str(item.pk))
    second.get_by_role("combobox", name="Item").click()
    expect(page.get_by_role("option", name="Labor")).to_be_visible()


@pytest.mark.slow
def test_a_rate_is_mapped_on_its_settings_page_and_sent(open_shop: Shop, combined: TaxRate, page: Page) -> None:
    arrive(page, "/quickbooks/tax/")
    choose(page, page.get_by_label("QuickBooks tax code of Combined 7.25"), CALIFORNIA)
    press(page, page.get_by_role("button", name="Save"))
    press(page, page.locator("#waiting").get_by_role("button", name="Send 3"))
    expect(page.get_by_text(f"{CALIFORNIA}: 3 events on the way.")).to_be_visible()

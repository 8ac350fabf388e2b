"""A saved view of a list by keyboard: filtered, saved, left, found again and deleted."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_bulk_fix import forgotten

pytestmark = [pytest.mark.browser, pytest.mark.timeout(400)]


@pytest.mark.slow
def test_a_view_by_keyboard_alone(open_shop: Shop, page: Page) -> None:
    apart(lambda: forgotten(open_shop, 2))
    page.goto("/admin/sync/syncevent/?status=failed")
    button, keys = page.locator(".rac-views > summary"), page.keyboard
    button.press("Enter")
    keys.press("Tab")
    # Letters that are shortcuts of the list are letters here.
    keys.type("Jax reads")
    keys.press("Tab")
    keys.press("Space")
    keys.press("Enter")
    expect(page.get_by_text("Saved the view “Jax reads”.")).to_be_visible()
    expect(button).to_have_text("View: Jax reads")
    expect(page.locator("tbody.rac-event")).to_have_count(2)

    page.goto("/admin/sync/syncevent/?status=held")
    expect(button).to_have_text("Views")
    button.press("Enter")
    keys.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator(".rac-views")).not_to_have_attribute("open", "")
    button.press("Enter")
    keys.press("Tab")
    expect(page.get_by_role("link", name="Jax reads")).to_be_focused()
    keys.press("Enter")
    expect(page.locator("tbody.rac-event")).to_have_count(2)
    button.press("Enter")
    page.get_by_label("Change the view Jax reads").press("Enter")
    page.get_by_role("button", name="Delete the view Jax reads").press("Enter")
    expect(page.get_by_text("Deleted the view “Jax reads”.")).to_be_visible()


@pytest.mark.slow
def test_a_view_of_invoices_and_its_filters_stay_on_every_return(open_shop: Shop, page: Page) -> None:
    apart(lambda: [open_shop.invoice(send=False) for _ in range(2)])
    page.goto("/admin/invoices/invoice/?status=draft")
    button, rows = page.locator(".rac-views > summary"), page.locator("#result_list tbody tr")
    expect(rows).to_have_count(2)
    button.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.type("To send")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Saved the view “To send”.")).to_be_visible()
    expect(button).to_have_text("View: To send")

    # Escape and a click beside it close it.
    button.press("Enter")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator(".rac-views")).not_to_have_attribute("open", "")
    button.press("Enter")
    page.locator("#result_list").click(position={"x": 2, "y": 2})
    expect(page.locator(".rac-views")).not_to_have_attribute("open", "")

    # Into an invoice and back, by saving and by the way back above it.
    rows.first.get_by_role("link").first.click()
    page.locator("#id_due_date").fill("2026-12-24")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was changed successfully")).to_be_visible()
    expect(button).to_have_text("View: To send")
    rows.first.get_by_role("link").first.click()
    page.get_by_role("link", name="Invoices", exact=True).last.click()
    expect(button).to_have_text("View: To send")


def test_every_menu_of_a_list_is_in_the_window(page: Page) -> None:
    for width in (390, 820, 1280):
        page.set_viewport_size({"width": width, "height": 900})
        for address in ("/admin/sync/syncevent/?status=failed", "/admin/invoices/invoice/"):
            page.goto(address)
            assert_menus_in_window(page, width)


def assert_menus_in_window(page: Page, width: int) -> None:
    menus = page.locator("details.rac-filters")
    assert menus.count() > 0
    for menu in menus.all():
        menu.locator("summary").first.click()
        box = menu.locator(".rac-filters-panel").bounding_box()
        assert box is not None
        assert box["x"] >= 0
        assert box["x"] + box["width"] <= width
        page.keyboard.press("Escape")

"""In a real browser: a settings page says what a choice would change, before Save, and shows its history after."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from qbo.models import ConnectionSettings
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_choice_says_what_it_would_change(open_shop: Shop, page: Page) -> None:
    page.locator("#nav-sidebar-apps").get_by_role("link", name="Invoices").last.click()
    numbers = page.get_by_label("Run a Call IDs in QBO")
    numbers.uncheck()
    preview = page.locator("#preview")
    expect(preview).to_contain_text("If you save this: no invoice that waits or has failed would change.")
    page.get_by_label("Sync invoices").uncheck()
    expect(preview).to_contain_text("Invoices that you send from now on would not go until it is on again.")
    shot(page, "settings-preview")
    assert apart(lambda: ConnectionSettings.objects.get().send_numbers)
    page.get_by_role("button", name="Save").click()
    page.get_by_text("History of this page").click()
    expect(page.locator("#history")).to_contain_text("Run a Call IDs in QBO")
    shot(page, "settings-history")
    page.get_by_role("link", name="All changes of this page").click()
    expect(page.locator("#content-main h1")).to_have_text("History of settings")
    page.locator(".rac-chips").get_by_role("link", name="Items").click()
    expect(page.get_by_text("No setting of this page has been changed yet.")).to_be_visible()
    shot(page, "history-empty")

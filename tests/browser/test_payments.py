"""In a real browser: a shop chooses where its payments go, records one, corrects it, and takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from qbo.models import ConnectionSettings, PaymentMapping
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_where_payments_go_is_chosen_and_said(open_shop: Shop, page: Page) -> None:
    page.locator("#nav-sidebar-apps").get_by_role("link", name="Payments").last.click()
    expect(page.locator("#content-main h1")).to_have_text("Payments")
    page.get_by_label("Method of Card payments").select_option("No method")
    page.get_by_label("Undeposited Funds account").select_option("Undeposited Funds")
    page.get_by_label("Sync payments").uncheck()
    expect(page.locator("#preview")).to_contain_text("Payments that you record from now on would not go.")
    shot(page, "payments-settings")
    page.get_by_label("Sync payments").check()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    assert apart(lambda: PaymentMapping.objects.get().method_id) == "none"
    assert apart(lambda: ConnectionSettings.objects.get().deposit_account_id) == "4"
    page.get_by_text("History of this page").click()
    expect(page.locator("#history")).to_contain_text("Method of Card payments")

"""In a real browser: a shop chooses where its payments go, records one, corrects it, and takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from qbo.models import ConnectionSettings, PaymentMapping
from runacall.invoices.models import Customer
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot
from tests.journeys.house import wait_until

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


def test_one_check_for_three_invoices(open_shop: Shop, page: Page) -> None:
    """Received by typing and ticking, sums said meanwhile; corrected, and taken back."""
    customer = apart(lambda: three_invoices(open_shop))
    page.locator("#nav-sidebar-apps").get_by_role("link", name="Payments").first.click()
    page.get_by_role("link", name="Receive payment").click()
    page.locator(".select2-selection[role=combobox]").first.click()
    page.get_by_role("searchbox", name="Search: Customer").fill("Okafor")
    page.get_by_role("option", name=customer.display_name).click()
    expect(page.locator(".rac-parts tbody tr")).to_have_count(3)
    shot(page, "receive-payment-empty")

    # Until an amount is typed, it is what the chosen invoices come to.
    page.get_by_role("checkbox", name="#S-1").check()
    page.get_by_role("checkbox", name="#S-3").check()
    expect(page.get_by_label("Amount received")).to_have_value("216.00")
    expect(page.locator("#sum")).to_have_text("Pays $216.00 of 2 invoices.")
    page.get_by_role("checkbox", name="#S-1").uncheck()
    expect(page.locator("#sum")).to_have_text("Pays $108.00 of 1 invoice.")
    page.get_by_label("Amount received").fill("$1,250.75")
    expect(page.locator("#sum")).to_contain_text("$1,142.75 is left: choose another invoice, or keep it as credit.")
    page.get_by_role("button", name="Oldest first").click()
    expect(page.get_by_label("Pays of invoice #S-2")).to_have_value("108.00")
    page.get_by_label("Amount received").fill("250")
    expect(page.locator("#sum")).to_contain_text("That is $74.00 more than the amount received.")
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("The invoices come to $324.00, which is $74.00 more than the payment.")).to_be_visible()
    shot(page, "receive-payment-refused")
    page.get_by_label("Pays of invoice #S-3").fill("30")
    expect(page.locator("#sum")).to_contain_text("$4.00 is left")
    page.get_by_label("Keep the rest as the customer's credit").check()
    expect(page.locator("#sum")).to_contain_text("it stays as credit.")
    page.get_by_label("Reference").fill("1107")
    page.get_by_role("button", name="Record payment").click()
    expect(page.get_by_text("Payment of $250.00 recorded on #S-1, #S-2 and #S-3.")).to_be_visible()
    assert apart(lambda: wait_until(lambda: [*parts_there(open_shop)] == [108, 108, 30])), apart(open_shop.events)
    row = apart(lambda: open_shop.log().get(record_type="payment"))
    assert row.label == "Payment on #S-1, #S-2, #S-3"

    page.get_by_role("link", name="Change what it pays").click()
    page.get_by_role("checkbox", name="#S-2").uncheck()
    page.get_by_label("Amount received").fill("138")
    page.get_by_label("Keep the rest as the customer's credit").uncheck()
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Changed: $138.00 on #S-1 and #S-3.")).to_be_visible()
    assert apart(lambda: wait_until(lambda: [*parts_there(open_shop)] == [108, 30]))
    page.get_by_role("link", name="Void payment").click()
    page.locator("#modal-content").get_by_role("button", name="Void payment").click()
    expect(page.get_by_text("voided.")).to_be_visible()
    assert apart(lambda: wait_until(lambda: [*parts_there(open_shop)] == []))
    assert apart(lambda: open_shop.compared().agrees)


def three_invoices(shop: Shop) -> Customer:
    """Of $108.00 each."""
    first = shop.invoice(number="S-1")
    # By the cluster: a drain of ours would find its lease taken.
    assert wait_until(lambda: shop.event(first).state == "synced"), shop.events()
    customer = first.customer
    for number in ("S-2", "S-3"):
        shop.invoice(customer=customer, number=number)
    return customer


def parts_there(shop: Shop) -> list[float]:
    """What the only payment in QuickBooks pays."""
    (row,) = shop.books.rows("Payment") or [{}]
    return sorted((line["Amount"] for line in row.get("Line", ())), reverse=True)

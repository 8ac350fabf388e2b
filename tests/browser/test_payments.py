"""In a real browser: a shop chooses where its payments go, records one, corrects it, and takes it back."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from qbo.models import ConnectionSettings, PaymentMapping
from runacall.invoices.models import Customer
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]


def test_where_payments_go_is_chosen_and_said(open_shop: Shop, page: Page) -> None:
    page.goto("/admin/")
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


def test_on_a_phone_the_two_choices_of_a_method_say_what_they_are(open_shop: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/quickbooks/payments/")
    card = page.locator("tr", has=page.get_by_role("rowheader", name="Card")).locator("td")
    expect(card).to_have_count(2)
    said = [cell.evaluate("one => getComputedStyle(one, '::before').content") for cell in card.all()]
    assert [words.strip('": ') for words in said] == ["In QuickBooks", "Account"]


def test_one_check_for_three_invoices(open_shop: Shop, page: Page) -> None:
    """Received by typing and ticking, sums said meanwhile; corrected, and taken back."""
    page.goto("/admin/")
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


@pytest.mark.slow
def test_tips_and_card_fees_get_products_of_their_own_and_are_tied_out(open_shop: Shop, page: Page) -> None:
    """Chosen by hand, booked there, counted for the month; and one that the bookkeeper books elsewhere is named."""
    page.goto("/admin/")
    shop, today = open_shop, builders.today()

    def begin() -> None:
        for name in ("Gratuity", "Surcharges", "Other income"):
            shop.books.do("add_item", name=name, price=0, income_account="1")

    def charge() -> str:
        tip, fee = (
            builders.item(shop.organization, name, kind=kind) for name, kind in (("Tip", "tip"), ("Fee", "card_fee"))
        )
        priced = ((builders.item(shop.organization, "Labor"), "100.00"), (tip, "20.00"), (fee, "3.00"))
        lines = [builders.line(item=item, unit_price=price) for item, price in priced]
        made = [shop.invoice(lines=lines, invoice_date=today) for _ in range(2)]
        assert wait_until(lambda: all(shop.event(one).state == "synced" for one in made)), shop.events()
        there = shop.there(made[0])
        names = [line["SalesItemLineDetail"]["ItemRef"]["name"] for line in there["Line"][:3]]
        assert names == ["Labor", "Gratuity", "Surcharges"]
        other = next(row["Id"] for row in shop.books.rows("Item") if row["Name"] == "Other income")
        there["Line"][1]["SalesItemLineDetail"]["ItemRef"] = {"value": other}
        shop.books.post("invoice", there)
        return made[0].number

    apart(begin)
    sidebar = page.locator("#nav-sidebar-apps")
    sidebar.get_by_role("link", name="Payments").last.click()
    page.get_by_role("button", name="Refresh").click()
    expect(page.locator("body")).to_contain_text("Read from QuickBooks just now", timeout=60_000)
    page.get_by_label("Product for tips").select_option("Gratuity")
    page.get_by_label("Product for card fees").select_option("Surcharges")
    shot(page, "tips-settings")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("Product for tips").locator("option:checked")).to_have_text("Gratuity")
    page.get_by_text("History of this page").click()
    expect(page.locator("#history")).to_contain_text("Product for card fees")
    number = apart(charge)

    sidebar.get_by_role("link", name="Tie-out").click()
    page.get_by_label("Month").select_option(f"{today.replace(day=1)}")
    page.get_by_role("button", name="Compare with QuickBooks").click()
    expect(page.locator("#tie-out")).to_contain_text("1 difference between Run a Call and QuickBooks", timeout=60_000)
    totals = page.get_by_label("Totals").locator("tr")
    expect(totals.filter(has_text="Tips")).to_have_text("Tips2 · $40.001 · $20.00No")
    expect(totals.filter(has_text="Card fees")).to_have_text("Card fees2 · $6.002 · $6.00Yes")
    named = page.get_by_label("Differences").locator("tbody tr")
    expect(named).to_have_count(1)
    expect(named).to_contain_text(f"Invoice #{number}")
    expect(named).to_contain_text("Booked under another product in QuickBooks")
    shot(page, "tips-tie-out")

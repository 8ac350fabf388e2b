"""In a real browser: an invoice is entered, and the form says what it comes to before it is saved."""

from __future__ import annotations

from decimal import Decimal

import pytest
from playwright.sync_api import Browser, Page, expect

from runacall.invoices.models import Invoice, LineInput, PricebookItem
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import House

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
NEW = "/admin/invoices/invoice/add/"


@pytest.fixture
def pricebook(open_shop: Shop) -> Shop:
    shop = open_shop.organization
    builders.rate(shop, "Ohio 7.25", percent="7.25", is_default=True)
    builders.item(shop, "Capacitor", unit_price="89.95", description="Capacitor 35/5")
    builders.item(shop, "Permit", unit_price="40", taxable=False)
    builders.customer(shop, "M. Okafor")
    builders.customer(shop, "County School", tax_exempt=True)
    return open_shop


def choose(page: Page, box: str, text: str) -> None:
    page.locator(f"{box} + .select2 .select2-selection").click()
    page.locator(".select2-container--open .select2-search__field").type(text)
    page.get_by_role("option", name=text).click()


def test_an_item_fills_its_line_and_the_sums_follow(pricebook: Shop, page: Page) -> None:
    page.goto(NEW)
    expect(page.locator("#sums")).to_contain_text("$0.00")
    choose(page, "#id_lines-0-item", "Capacitor")
    expect(page.get_by_label("Rate", exact=True).first).to_have_value("89.95")
    expect(page.get_by_label("Description").first).to_have_value("Capacitor 35/5")
    expect(page.locator("#lines-data [data-amount]").first).to_have_text("$89.95")
    expect(page.locator("#sums")).to_contain_text("Ohio 7.25")
    expect(page.locator("#sums dd").last).to_have_text("$96.47")

    # It can be read beside the buttons, however many lines there are.
    for _ in range(12):
        page.get_by_role("link", name="Add a line").click()
    beside = page.locator("#submit-row").get_by_role("status")
    expect(beside).to_have_text("Total $96.47")
    expect(beside).to_be_in_viewport(ratio=1)

    # Another item takes its place in the boxes that the first one filled, and in its tax.
    choose(page, "#id_lines-0-item", "Permit")
    expect(page.get_by_label("Rate", exact=True).first).to_have_value("40")
    expect(page.locator("#id_lines-0-tax_rates option:checked")).to_have_count(0)
    expect(page.locator("#sums dd").last).to_have_text("$40.00")

    # What a person typed stays, whatever is chosen then.
    page.get_by_label("Rate", exact=True).first.fill("55.555")
    page.get_by_label("Quantity").first.fill("3")
    expect(page.locator("#sums dd").last).to_have_text("$166.67")
    choose(page, "#id_lines-0-item", "Capacitor")
    expect(page.get_by_label("Description").first).to_have_value("Capacitor 35/5")
    expect(page.get_by_label("Rate", exact=True).first).to_have_value("55.555")
    expect(page.locator("#id_lines-0-tax_rates option:checked")).to_have_text("Ohio 7.25")
    page.get_by_label("Discount", exact=True).fill("16.67")
    expect(page.locator("#sums dd").last).to_have_text("$160.88")

    page.get_by_label("Description").nth(1).fill("Trip")
    expect(page.locator("#sums")).to_contain_text("Line 2 is not counted yet.")
    page.get_by_label("Rate", exact=True).nth(1).fill("10")
    choose(page, "#id_customer", "County School")
    expect(page.locator("#sums")).to_contain_text("is tax exempt")
    expect(page.locator("#id_lines-0-tax_rates option:checked")).to_have_count(0)
    choose(page, "#id_customer", "M. Okafor")
    expect(page.locator("#id_lines-0-tax_rates option:checked")).to_have_count(1)
    page.get_by_role("button", name="Remove this line").first.click()
    expect(page.locator("#lines-data [data-amount]").first).to_have_text("$10.00")
    expect(page.locator("#sums")).to_contain_text("The discount must be between 0 and the subtotal.")
    page.get_by_label("Discount", exact=True).fill("")
    expect(page.locator("#sums dd").last).to_have_text("$10.73")
    page.get_by_role("button", name="Save and continue editing").click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    invoice = apart(lambda: Invoice.objects.get())
    assert str(invoice.total) == "10.73"
    expect(page.locator("#sums dd").nth(2)).to_have_text("$10.73")
    expect(page.locator("#sums dt").last).to_have_text("Balance")


def test_a_saved_line_follows_another_item_where_it_says_what_the_first_did(pricebook: Shop, page: Page) -> None:
    def saved() -> Invoice:
        capacitor = PricebookItem.objects.get(name="Capacitor")
        return pricebook.invoice(lines=[LineInput(item=capacitor), LineInput(item=capacitor, unit_price=Decimal(70))])

    invoice = apart(saved)
    page.goto(f"/admin/invoices/invoice/{invoice.pk}/change/")
    with page.expect_response("**/figures/"):
        page.get_by_label("Quantity").first.fill("2")
    expect(page.locator("#sums")).to_contain_text("Not saved yet: the total was $171.55.")
    for number in (0, 1):
        choose(page, f"#id_lines-{number}-item", "Permit")
        expect(page.get_by_label("Description").nth(number)).to_have_value("Permit")
        expect(page.locator(f"#id_lines-{number}-tax_rates option:checked")).to_have_count(1)
    expect(page.get_by_label("Rate", exact=True).nth(0)).to_have_value("40")
    expect(page.get_by_label("Rate", exact=True).nth(1)).to_have_value("70")
    expect(page.locator("#lines-data [data-amount]").nth(1)).to_have_text("$70.00")
    expect(page.locator("#lines-data [data-amount]").nth(0)).to_have_text("$80.00")


def test_a_refused_form_says_what_is_missing_and_keeps_the_rest(pricebook: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(NEW)
    choose(page, "#id_lines-0-item", "Capacitor")
    expect(page.locator("#sums dd").last).to_have_text("$96.47")
    page.get_by_label("Quantity").first.fill("2")
    page.get_by_role("button", name="Save", exact=True).click()
    told = page.get_by_role("alert").filter(has_text="Nothing was saved yet.")
    expect(told).to_contain_text("Customer: Choose a customer.")
    expect(told).to_be_in_viewport()
    expect(page.locator("#id_lines-0-item option:checked")).to_have_text("Capacitor")
    expect(page.get_by_label("Quantity").first).to_have_value("2")
    expect(page.locator("#sums dd").last).to_have_text("$192.94")
    # It knows its own boxes again.
    choose(page, "#id_lines-0-item", "Permit")
    expect(page.get_by_label("Rate", exact=True).first).to_have_value("40")
    choose(page, "#id_customer", "M. Okafor")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert str(apart(lambda: Invoice.objects.get().total)) == "80.00"


def test_on_a_phone_a_line_is_a_card(pricebook: Shop, page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(NEW)
    choose(page, "#id_lines-0-item", "Capacitor")
    expect(page.locator("#lines-data [data-amount]").first).to_have_text("$89.95")
    card = page.locator("#lines-data tr.form-row").first.bounding_box()
    assert card
    assert card["height"] < 300, card
    quantity, rate = (page.get_by_label(name, exact=True).first.bounding_box() for name in ("Quantity", "Rate"))
    assert quantity
    assert rate
    assert quantity["y"] == rate["y"]
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    # The price that an item brought can be read in its box.
    assert rate["width"] > 80, rate


@pytest.mark.slow
def test_without_scripts_it_is_saved_as_ever(pricebook: Shop, page: Page, browser: Browser, house: House) -> None:
    invoice = apart(lambda: pricebook.invoice(send=False))
    state = page.context.storage_state()
    with browser.new_context(base_url=house.url, java_script_enabled=False, storage_state=state) as context:
        plain = context.new_page()
        plain.goto(NEW)
        expect(plain.locator("#sums")).to_be_hidden()
        plain.goto(f"/admin/invoices/invoice/{invoice.pk}/change/")
        expect(plain.locator("#sums")).to_contain_text("Balance")
        plain.locator("[name=lines-0-quantity]").fill("7")
        plain.get_by_role("button", name="Save and continue editing").click()
        expect(plain.get_by_text("was changed successfully")).to_be_visible()
        assert apart(lambda: Invoice.objects.get(pk=invoice.pk).lines.get().quantity) == 7


def test_where_the_sums_cannot_be_worked_out_the_form_says_so_and_saves(pricebook: Shop, page: Page) -> None:
    page.goto(NEW)
    expect(page.locator("#sums")).to_contain_text("$0.00")
    page.route("**/figures/", lambda route: route.fulfill(status=200, body="Log in"))
    choose(page, "#id_lines-0-item", "Capacitor")
    expect(page.locator("#sums")).to_contain_text("They will be when you save.")
    choose(page, "#id_customer", "M. Okafor")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("was added successfully")).to_be_visible()
    assert str(apart(lambda: Invoice.objects.get().total)) == "96.47"

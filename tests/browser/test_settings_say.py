"""In a real browser: a settings page says what a choice would change, before Save, and shows its history after."""

from __future__ import annotations

import pytest
from django.test import Client
from playwright.sync_api import Page, expect

from qbo.models import ConnectionSettings, TaxMapping
from qbo.pages.drop_downs import FEW
from runacall.invoices.models import TaxRate
from runacall.organizations.models import Role
from tests import builders, log_rows
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_first_run import shot

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


def test_a_choice_says_what_it_would_change(open_shop: Shop, page: Page) -> None:
    page.goto("/admin/")
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


def test_a_code_of_very_many_is_chosen_as_one_of_few(open_shop: Shop, page: Page) -> None:
    """The page has the codes once; a drop-down gets them when it is opened, by mouse, by keyboard or by Use it."""

    def prepare() -> None:
        for number in range(FEW):
            log_rows.entry(open_shop.connection, "TaxCode", str(1000 + number), f"Town {number:02}", Percent="3")
        builders.rate(open_shop.organization, "Town 07", "3")
        builders.rate(open_shop.organization, "Village", "3")

    apart(prepare)
    page.goto("/quickbooks/tax/")
    village = page.get_by_label("QuickBooks tax code of Village")
    assert village.locator("option").count() == 1
    village.focus()
    village.press("T")
    expect(village).to_have_value("1000")
    page.locator("tr", has_text="Town 07").get_by_role("button", name="Use it").first.click()
    town = page.get_by_label("QuickBooks tax code of Town 07")
    expect(town).to_have_value("1007")
    assert town.locator("option").count() > FEW
    shot(page, "tax-many-codes")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_label("QuickBooks tax code of Town 07")).to_have_value("1007")
    names = dict(apart(lambda: list(TaxRate.objects.values_list("pk", "name"))))
    kept = dict(apart(lambda: list(TaxMapping.objects.values_list("rate_key", "tax_code_id"))))
    assert {names[int(key)]: code for key, code in kept.items() if code in ("1000", "1007")} == {
        "Village": "1000",
        "Town 07": "1007",
    }


@pytest.mark.slow
def test_a_page_that_stood_open_asks_about_what_another_changed(open_shop: Shop, page: Page) -> None:
    page.goto("/quickbooks/payments/")
    account, method = page.get_by_label("Account of Check payments"), page.get_by_label("Method of Check payments")
    options = account.locator("option").all_text_contents()

    def ann_saves() -> str:
        ann, person = Client(), builders.member(open_shop.organization, Role.ADMIN)
        ann.force_login(person)
        form = ann.get("/quickbooks/payments/").context["form"]
        chosen = {name: form[name].value() or "" for name in form.fields}
        value = next(value for value, label in form.fields["account-check"].choices if label == options[1])
        method = next(value for value, _ in form.fields["method-cash"].choices if value)
        ann.post("/quickbooks/payments/", {**chosen, "account-check": value, "method-cash": method})
        return str(person)

    who = apart(ann_saves)
    account.select_option(label=options[2])
    page.get_by_role("button", name="Save").click()
    asked = page.get_by_role("alert").filter(has_text="while the page was open")
    expect(asked).to_contain_text(f"Account of Check payments: {who} changed this to “{options[1]}”")
    shot(page, "settings-left-open")
    expect(account.locator("option:checked")).to_have_text(options[2])
    # What only she changed is hers on this page too.
    expect(page.get_by_label("Method of Cash payments")).not_to_have_value("")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(account.locator("option:checked")).to_have_text(options[2])
    expect(method).to_have_value("")

"""What moves, and how it looks, while a page stays open."""

from __future__ import annotations

import itertools
import re

import pytest
from playwright.sync_api import Browser, Page, expect

from runacall.invoices.models import Invoice, TaxRate
from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.browser.test_fixing import combined
from tests.journeys.house import House

__all__ = ["combined"]

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]
LOG = "/admin/sync/syncevent/?status=failed"
COLUMNS = (
    "() => Array.from(document.querySelectorAll('#result_list thead th'), one => one.getBoundingClientRect().left)"
)


def test_an_opened_row_leaves_the_columns_where_they_are(combined: TaxRate, page: Page) -> None:
    page.goto(LOG)
    before = page.evaluate(COLUMNS)
    page.get_by_role("button", name="Details of Invoice").first.click()
    expect(page.get_by_role("heading", name="What happened")).to_be_visible()
    assert page.evaluate(COLUMNS) == before


def test_a_page_follows_the_system_to_dark_and_back(page: Page) -> None:
    page.goto("/admin/")
    whole = page.locator("html")
    for scheme, is_dark in (("dark", True), ("light", False)):
        page.emulate_media(color_scheme=scheme)
        expect(whole).to_have_js_property("className", "dark" if is_dark else "")


def test_who_has_chosen_keeps_it(page: Page) -> None:
    page.goto("/admin/")
    page.evaluate("localStorage.setItem('adminTheme', JSON.stringify('light'))")
    page.reload()
    page.emulate_media(color_scheme="dark")
    expect(page.locator("html")).to_have_class("light")


def test_a_row_that_is_opened_after_the_session_ended_leads_to_the_door(combined: TaxRate, page: Page) -> None:
    page.goto(LOG)
    # What a page asks for as it opens would lead there, too.
    page.wait_for_load_state("networkidle")
    page.context.clear_cookies(name="sessionid")
    page.get_by_role("button", name="Details of Invoice").first.click()
    expect(page.get_by_role("button", name="Log in")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/admin/login/\?next="))
    expect(page.locator("#nav-sidebar")).to_have_count(0)


def test_a_choice_that_is_not_saved_has_its_own_warning(combined: TaxRate, open_shop: Shop, page: Page) -> None:
    page.goto("/quickbooks/tax/")
    apart(lambda: open_shop.map_tax(combined, code="2"))
    code = page.get_by_label("QuickBooks tax code of Combined 7.25")
    code.select_option(label="Lorain (6.5 %)")
    page.get_by_role("button", name="Save").click()
    asked = page.get_by_role("alert").filter(has_text="while the page was open")
    expect(asked).to_be_in_viewport()
    expect(code.locator("option:checked")).to_have_text("Lorain (6.5 %)")
    expect(page.get_by_text("This code is 6.5 % in QuickBooks")).to_be_visible()
    expect(page.get_by_text("This code is 8 % in QuickBooks")).to_have_count(0)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("path", ["/admin/login/", "/admin/"])
def test_without_scripts_a_page_can_be_read_and_says_what_it_lacks(
    page: Page, browser: Browser, house: House, path: str
) -> None:
    state = page.context.storage_state()
    with browser.new_context(base_url=house.url, java_script_enabled=False, storage_state=state) as context:
        plain = context.new_page()
        plain.goto(path)
        expect(plain.locator("h1").first).to_be_visible()
        told = "getComputedStyle(document.body, '::before').content"
        assert "needs JavaScript" in plain.evaluate(told)
        # What opens only by a script covers nothing.
        expect(plain.locator("[x-data='searchCommand()']")).to_be_hidden()


def test_paper_shows_what_a_page_says_and_nothing_to_press(combined: TaxRate, open_shop: Shop, page: Page) -> None:
    number = apart(lambda: Invoice.objects.first().pk)
    for path, said in ((LOG, "#result_list"), (f"/admin/invoices/invoice/{number}/change/", "#sums")):
        page.goto(path)
        page.emulate_media(media="print")
        expect(page.locator(said)).to_be_visible()
        for pressed in ("#nav-sidebar", "#submit-row", ".rac-open", ".add-row", "select.select2-hidden-accessible"):
            expect(page.locator(f"{pressed} >> visible=true")).to_have_count(0)
        # Nothing stands where the menu was.
        assert page.locator("#main").evaluate("one => one.getBoundingClientRect().left") == 0
        page.emulate_media(media="screen")


def test_a_long_name_covers_nothing_beside_it(open_shop: Shop, page: Page) -> None:
    long = "Cuyahoga Falls Metropolitan Housing Authority and Community Development Corporation"
    invoice = apart(lambda: open_shop.invoice(customer=builders.customer(open_shop.organization, long), send=False))
    page.goto(f"/admin/invoices/invoice/{invoice.pk}/change/")
    expect(page.locator(".field-customer .select2-selection")).to_contain_text(long[:20])
    box, beside = (page.locator(one).bounding_box() for one in (".field-customer .select2-selection", ".field-number"))
    assert box["x"] + box["width"] <= beside["x"]
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


@pytest.mark.sampled(2)
@pytest.mark.parametrize("width", [1280, 390])
def test_the_boxes_of_a_line_can_be_read(open_shop: Shop, page: Page, width: int) -> None:
    """A product's name, and a rate's; beside the menu, and on a phone."""
    page.set_viewport_size({"width": width, "height": 800})
    page.goto("/admin/invoices/invoice/")
    page.get_by_role("link", name="Add invoice").first.click()
    boxes = page.locator("#lines-group .select2-container")
    expect(boxes.first).to_be_visible()
    widths = [box["width"] for one in boxes.all() if (box := one.bounding_box())]
    assert len(widths) == 2
    assert min(widths) > 180, widths
    assert page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["customer", "payment", "pricebookitem", "taxrate"])
def test_on_a_phone_a_row_of_a_list_takes_two_lines(open_shop: Shop, page: Page, name: str) -> None:
    """Its cells beside each other, none on another one, and with every word that it has on a desk."""
    apart(lambda: builders.payment(open_shop.invoice(send=True), "40"))
    page.goto(f"/admin/invoices/{name}/")
    cells = page.locator("tr.data-row").first.locator("td, th")
    said = [text.strip(" -—") for text in cells.all_inner_texts()]
    page.set_viewport_size({"width": 390, "height": 844})
    boxes = [box for one in cells.all() if (box := one.bounding_box()) and box["width"]]
    assert [text.strip(" -—") for text in cells.all_inner_texts()] == said
    assert len(boxes) == len(said)
    top, bottom = min(box["y"] for box in boxes), max(box["y"] + box["height"] for box in boxes)
    assert bottom - top < 80, boxes
    for one, other in itertools.combinations(boxes, 2):
        beside = one["x"] + one["width"] <= other["x"] + 1 or other["x"] + other["width"] <= one["x"] + 1
        assert beside or one["y"] + one["height"] <= other["y"] + 1 or other["y"] + other["height"] <= one["y"] + 1
    assert page.evaluate("document.documentElement.scrollWidth") <= 390

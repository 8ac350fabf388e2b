"""What axe-core finds on every page, in light and dark, on a phone and on a desk: nothing critical or serious.

EVERY_WIDTH=1 scans each page in both themes at 390, 820 and 1440 px; otherwise the two looks that differ most do, and
without RUN_SLOW=1 every third page, by turns in one of those.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import axe_playwright_python
import pytest
from playwright.sync_api import Page

from tests import builders
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(600)]
AXE = (Path(axe_playwright_python.__file__).parent / "axe.min.js").read_text()
GRAVE = ("critical", "serious")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
WIDTHS = (390, 820, 1440)
EVERY = [(width, theme) for width in WIDTHS for theme in ("light", "dark")]
LOOKS = EVERY if os.environ.get("EVERY_WIDTH") == "1" else [(390, "dark"), (1440, "light")]
BY_TURNS = not (os.environ.get("EVERY_WIDTH") or os.environ.get("RUN_SLOW"))
# Pages that no list leads to.
FURTHER = (
    "/admin/login/",
    "/admin/password_change/",
    "/quickbooks/disconnect/",
    "/admin/sync/syncevent/?status=failed",
    "/admin/sync/syncevent/?q=nothing+like+that",
    "/admin/sync/syncevent/retry/?status=failed",
    "/admin/sync/syncevent/dismiss/?status=failed",
    "/admin/invoices/invoice/?q=nothing+like+that",
)

SCAN = """async rules => {
    const found = await axe.run(document, { runOnly: { type: "tag", values: rules }, resultTypes: ["violations"] });
    const places = one => one.nodes.slice(0, 3).map(node => node.html.slice(0, 160));
    return found.violations.map(one => [one.impact, one.id, places(one)]);
}"""
DRESS = """theme => {
    document.documentElement.classList.toggle("dark", theme === "dark");
    document.documentElement.classList.toggle("light", theme !== "dark");
}"""
SIDEWAYS = "document.documentElement.scrollWidth - innerWidth"
LINKS = "all => all.map(one => one.getAttribute('href'))"


def test_every_page(open_shop: Shop, page: Page) -> None:
    page.goto("/admin/")
    apart(lambda: three_failures(open_shop))
    problems = defaultdict(list)
    menu = menu_of(page)
    addresses = list(dict.fromkeys([*menu, *FURTHER]))
    # It grows on the way.
    for number, address in enumerate(addresses):
        if BY_TURNS and number % 6:
            continue
        answer = page.goto(address)
        assert answer is not None
        assert answer.ok, address
        if address in menu:
            addresses += [one for one in first_links_of(page) if one not in addresses]
        looks = LOOKS[number // 3 % len(LOOKS) :][:1] if BY_TURNS else LOOKS
        for problem in problems_of(page, looks):
            problems[problem].append(address)
    assert len(menu) > 20, "the sidebar was not found"
    assert problems == {}


def three_failures(shop: Shop) -> None:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    customer = builders.customer(shop.organization, "M. Okafor")
    for _ in range(3):
        shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[rate])])
    assert wait_until(lambda: shop.failed().count() >= 3), shop.events()


def menu_of(page: Page) -> list[str]:
    links = page.eval_on_selector_all("#nav-sidebar a[href], nav a[href]", LINKS)
    return [one for one in dict.fromkeys(links) if one.startswith("/") and "logout" not in one]


def first_links_of(page: Page) -> list[str]:
    """Of a list, its first row and the page to add one."""
    rows = page.eval_on_selector_all("#result_list tbody a[href$='/change/'], a[href*='/change/?']", LINKS)
    return [*rows[:1], *page.eval_on_selector_all("a[href$='/add/']", LINKS)[:1]]


def problems_of(page: Page, looks: list[tuple[int, str]]) -> Iterator[str]:
    page.evaluate(AXE)
    for width, theme in looks:
        page.set_viewport_size({"width": width, "height": 900})
        page.evaluate(DRESS, theme)
        for impact, rule, nodes in page.evaluate(SCAN, RULES):
            if impact in GRAVE:
                yield f"{rule} ({impact}, {width} px, {theme}): {nodes}"
        if (wider := page.evaluate(SIDEWAYS)) > 0:
            yield f"scrolls sideways by {wider} px ({width} px, {theme})"

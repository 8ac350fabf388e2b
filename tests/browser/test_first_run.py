"""From an invitation to the first fifty invoices in the books, by what the pages offer: a US and a Canadian shop."""

from __future__ import annotations

import datetime as dt
import os
import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from qbo.models import Connection
from runacall.accounts import invitations
from runacall.organizations.models import Organization, Role
from sync.models import SyncEvent
from tests import builders
from tests.books import Books, Shop
from tests.browser.conftest import Owner, apart
from tests.journeys.house import House, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
COUNT = 50
PASSWORD = "a long walk home 17"


class HouseAbroad(House):
    """With a company of another country."""

    world = "us"

    def start(self, name: str, *arguments: str, **options: Any) -> Any:
        more = ("--world", self.world) if name == "emulator" else ()
        return super().start(name, *arguments, *more, **options)


@pytest.fixture
def world() -> str:
    return "us"


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path: Path, world: str, _alone: None) -> Iterator[House]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    opened = HouseAbroad(tmp_path)
    opened.world = world
    try:
        opened.open()
        yield opened
    finally:
        opened.end()


@pytest.fixture
def owner() -> Owner:
    """Nobody yet: the Owner comes by the invitation."""
    return Owner("")


def shop_of(country: str, rates: list[tuple[str, str]], sets: list[list[int]]) -> tuple[Organization, str]:
    """A shop that has sent fifty invoices from a list of paper, and the link that its Owner got."""
    organization = builders.organization("lakeside", name="Lakeside Heating", country=country)
    made = [builders.rate(organization, name, percent) for name, percent in rates]
    items = [builders.item(organization, name, unit_price="90.00") for name in ("Tune-up", "Filter 16x25")]
    customers = [builders.customer(organization, f"Customer {n}", email=f"c{n}@example.com") for n in range(5)]
    today = builders.today()
    for n in range(COUNT + 2):
        builders.invoice(
            organization,
            customer=customers[n % len(customers)],
            lines=[
                builders.line("Work", "90.00", item=items[n % 2], rates=[made[i] for i in sets[n % len(sets)]]),
                builders.line("Parts", f"{10 + n}.40", item=items[0], rates=[made[i] for i in sets[n % len(sets)]]),
            ],
            discount=Decimal("5.00") if n % 7 == 0 else Decimal(0),
            # The first two are from the year before last.
            invoice_date=today - dt.timedelta(days=500 if n < 2 else n % 20),
            at=timezone.now(),
        )
    invitation = invitations.invite(organization, email="olga@example.com", role=Role.OWNER, by=None, at=timezone.now())
    return organization, invitations.link_path(invitation, by_mail=False)


def shot(page: Page, name: str) -> None:
    """Pictures for a person to look at, where SCREENSHOTS names a folder: light, dark, and on a phone."""
    folder = os.environ.get("SCREENSHOTS")
    if not folder:
        return
    page.screenshot(path=f"{folder}/{name}-light.png", full_page=True)
    page.evaluate("document.documentElement.classList.add('dark')")
    page.screenshot(path=f"{folder}/{name}-dark.png", full_page=True)
    page.evaluate("document.documentElement.classList.remove('dark')")
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390, name
    page.screenshot(path=f"{folder}/{name}-phone.png", full_page=True)
    page.set_viewport_size({"width": 1280, "height": 900})


def joins(page: Page, link: str) -> None:
    page.goto(link)
    page.get_by_label("First name").fill("Olga")
    page.get_by_label("Last name").fill("Nowak")
    page.get_by_label("Password*", exact=True).fill(PASSWORD)
    page.get_by_label("Password again").fill(PASSWORD)
    page.get_by_role("button", name="Make my log-in").click()
    page.get_by_label("E-mail").fill("olga@example.com")
    page.get_by_label("Password").fill(PASSWORD)
    with page.expect_navigation():
        page.keyboard.press("Enter")
    page.get_by_role("button", name="Yes, join").click()
    expect(page.get_by_text("Welcome to Lakeside Heating.")).to_be_visible()


def connects(page: Page) -> None:
    page.locator("#nav-sidebar-apps").get_by_role("link", name="Status").click()
    page.get_by_role("button", name="Connect QuickBooks Online").click()
    page.get_by_role("button", name=re.compile("Connect|Allow")).first.click()
    expect(page.get_by_text("Nothing is sent until you press Go, in the checklist below.")).to_be_visible()


def summary(page: Page, step: str) -> Any:
    return page.locator(f"#step-{step} .rac-step-summary")


def opened(page: Page, step: str) -> Any:
    """The step's body, opened by its line where it is not."""
    if page.locator(f"#step-{step} details").get_attribute("open") is None:
        page.locator(f"#step-{step} summary").click()
    return page.locator(f"#step-{step} .rac-step-body")


def back(page: Page) -> None:
    page.get_by_role("link", name="back to the checklist").click()
    expect(page.locator("#first-run")).to_be_visible()


def walk(page: Page, name: str, map_rates: Callable[[Page], None]) -> None:
    """The seven steps, each by its own controls."""
    expect(page.locator("#step-company")).to_have_class(re.compile("rac-step-done"))
    shot(page, f"{name}-1-connected")
    opened(page, "tax").get_by_role("link", name="Map tax rates").click()
    expect(page.get_by_label("Default for unmapped")).to_be_visible()
    map_rates(page)
    page.get_by_role("button", name="Save").click()
    shot(page, f"{name}-2-tax")
    back(page)
    expect(page.locator("#step-tax")).to_have_class(re.compile("rac-step-done"))

    opened(page, "products").get_by_role("link", name="Create missing products").click()
    page.get_by_label("Auto-create missing QBO products").check()
    page.get_by_role("button", name="Save").click()
    back(page)
    expect(summary(page, "products")).to_contain_text("2 created when an invoice needs them")

    start = (builders.today() - dt.timedelta(days=60)).isoformat()
    opened(page, "start").get_by_label("Start date").fill(start)
    opened(page, "start").get_by_role("button", name="Save the start date").click()
    expect(summary(page, "start")).to_have_text(f"{start}: {COUNT} invoices, none older")
    # The address names the step, and a step that an address names is open.
    expect(page.locator("#step-start details")).to_have_attribute("open", "")

    opened(page, "dry_run").get_by_role("button", name="Try it without sending").click()
    expect(summary(page, "dry_run")).to_have_text(f"{COUNT} ready")
    shot(page, f"{name}-3-dry-run")
    assert apart(SyncEvent.objects.count) == 0

    opened(page, "go").get_by_role("button", name=f"Go: send {COUNT} invoices").click()
    expect(page.get_by_text(f"{COUNT} invoices are on the way to")).to_be_visible()
    shot(page, f"{name}-4-go")


def arrive(page: Page, organization: Organization, house: House) -> None:
    connection = apart(lambda: Connection.objects.get(organization=organization))
    shop = Shop(organization, connection, Books(house.books_url), rate=None)  # type: ignore[arg-type]
    assert apart(lambda: wait_until(lambda: len(shop.books.invoices()) == COUNT)), apart(shop.events)
    assert apart(lambda: wait_until(lambda: not shop.log().exclude(state="synced").exists())), apart(shop.events)
    page.locator("#nav-sidebar-apps").get_by_role("link", name="Status").click()
    expect(page.locator("#first-run")).to_contain_text(f"Getting started is done. In {connection}: {COUNT} invoices.")
    shot(page, "over")
    page.get_by_role("button", name="Hide this").click()
    expect(page.locator("#first-run")).to_have_count(0)


@pytest.mark.slow
def test_a_us_shop(context: BrowserContext, house: House) -> None:
    rates = [("State 5.75", "5.75"), ("County 2.25", "2.25"), ("California", "8")]
    organization, link = apart(lambda: shop_of("US", rates, [[2], [0, 1], []]))
    page = context.new_page()
    joins(page, link)
    connects(page)

    def map_rates(page: Page) -> None:
        for name in ("California", "State 5.75 + County 2.25"):
            page.get_by_label(f"QuickBooks tax code of {name}", exact=True).select_option(label="California (8 %)")

    walk(page, "us", map_rates)
    arrive(page, organization, house)


@pytest.mark.slow
@pytest.mark.parametrize("world", ["canada"])
def test_a_canadian_shop(context: BrowserContext, house: House, world: str) -> None:
    rates = [("GST", "5"), ("QST", "9.975"), ("HST ON", "13")]
    organization, link = apart(lambda: shop_of("CA", rates, [[2], [0], [0, 1], []]))
    page = context.new_page()
    joins(page, link)
    connects(page)

    def map_rates(page: Page) -> None:
        for name, code in (
            ("HST ON", "HST ON"),
            ("GST", "GST"),
            ("GST + QST", "QC"),
            ("Tax-exempt, not taxed", "Exempt"),
        ):
            field = page.get_by_label(f"QuickBooks tax code of {name}", exact=True)
            labels = field.locator("option").all_inner_texts()
            field.select_option(label=next(label for label in labels if code in label))

    walk(page, "canada", map_rates)
    arrive(page, organization, house)

"""The system's Chromium on our pages; the server is a separate process,
because Playwright does not allow the ORM next to it.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TypeVar

import pytest
from django.db import connection
from playwright.sync_api import BrowserContext, ConsoleMessage, Page, sync_playwright

from runacall.organizations.models import Role
from tests import builders
from tests.books import Shop
from tests.journeys.house import House, house, open_shop  # noqa: F401  fixtures

Answer = TypeVar("Answer")
NAMES = ("chromium", "chromium-browser", "google-chrome")
FLAGS = ["--no-sandbox", "--headless", "--disable-gpu", "--disable-background-networking"]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where it is; without one these tests are left out, unless REQUIRE_BROWSER=1 forbids that."""
    found = next(filter(None, map(shutil.which, NAMES)), "")
    if not found and os.environ.get("REQUIRE_BROWSER") == "1":
        pytest.fail("REQUIRE_BROWSER=1, but there is no Chromium (Debian: apt-get install chromium)")
    if not found:
        pytest.skip("no Chromium on this machine (Debian: apt-get install chromium)")
    return found


def apart(work: Callable[[], Answer]) -> Answer:
    """Do something with the database while Playwright runs, in a thread that has no event loop."""

    def work_and_close() -> Answer:
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as thread:
        return thread.submit(work_and_close).result()


@dataclass
class Owner:
    """Who sits at the browser."""

    username: str


@pytest.fixture
def owner(open_shop: Shop) -> Owner:  # noqa: F811
    return Owner(builders.member(open_shop.organization, Role.OWNER).username)


@pytest.fixture
def context(chromium: str, house: House, owner: Owner) -> Iterator[BrowserContext]:  # noqa: F811
    """The Owner's browser; fails where a page's script complains or is refused by the security policy."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location.get("url", "").endswith("/favicon.ico"):
            complaints.append(f"{message.location.get('url')}: {message.text}")

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        context = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 900})
        context.set_default_timeout(20_000)
        context.on("console", listen)
        context.on("weberror", lambda error: complaints.append(str(error.error)))
        yield context
        browser.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext, owner: Owner) -> Page:
    """Logged in, on the home page."""
    return signed_in(context, owner)


def signed_in(context: BrowserContext, owner: Owner, *, at: str = "") -> Page:
    """A page of that person at the server `at`, by default the house's."""
    page = context.new_page()
    page.goto(f"{at}/admin/login/")
    page.fill("input[name=username]", owner.username)
    page.fill("input[name=password]", builders.PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url("**/admin/")
    return page

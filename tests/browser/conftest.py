"""The system's Chromium on our pages, or with FIREFOX=1 its Firefox; the server is a separate process,
because Playwright does not allow the ORM next to it.

Browser, web process and cluster start once and stand until a worker's next test is another folder's. Each test has an
empty database, a new company and a new browser context.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, TypeVar

import pytest
from cryptography.fernet import Fernet
from django.contrib.auth import get_user_model
from django.db import connection, transaction
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ, Schedule
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Playwright, expect, sync_playwright
from pytest_django.plugin import blocking_manager_key

from qbo.models import Connection
from qbo.models.connection import Status
from qbo_emulator.router import Emulator
from qbo_emulator.server import Server
from runacall.organizations.models import Role
from sync.models import Heartbeat
from tests import builders, collected, needs
from tests.books import EMULATORS, STANDING_TOKEN, Shop, connected_shop
from tests.journeys.house import House, wait_until

ROOT = Path(__file__).parent
Answer = TypeVar("Answer")
NAMES = ("chromium", "chromium-browser", "google-chrome")
# Playwright's way to a Firefox that it has not built itself.
BESIDE_FIREFOX = ROOT / "firefox"
# Those that Playwright turns off, since only the last list counts; and what shows suggestions under the address bar,
# for which each new window of a headless browser starts a process of its own.
NOT_WANTED = (
    "AvoidUnnecessaryBeforeUnloadCheckSync",
    "DestroyProfileOnBrowserClose",
    "HttpsUpgrades",
    "HttpsFirstBalancedModeAutoEnable",
    "LensOverlay",
    "MediaRouter",
    "PaintHolding",
    "ThirdPartyStoragePartitioning",
    "AvoidCorsURLLoaderRestartOnRedirect",
    "OptimizationHints",
    "NetworkTimeServiceQuerying",
    "AimEnabled",
    "PreconnectToSearch",
    "WebUIOmniboxPopup",
    "WebUIOmniboxAimPopup",
    "WebUIOmniboxFullPopup",
)
FLAGS = [
    "--no-sandbox",
    "--headless",
    "--disable-gpu",
    "--disable-background-networking",
    f"--disable-features={','.join(NOT_WANTED)}",
]


@pytest.fixture(scope="session")
def chromium() -> str:
    """Where it is; without one these tests are left out, unless REQUIRE_BROWSER=1 forbids that. "" with FIREFOX=1."""
    if needs.with_firefox():
        return ""
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
def owner(open_shop: Shop) -> Owner:
    return Owner(builders.member(open_shop.organization, Role.OWNER).username)


# What the standing cluster gets is what a test asks for; the scheduler would come in its midst or not.
LATER = timedelta(days=1)
# Milliseconds in which a page has to do or to show what a test waits for; a busy machine needs some of them.
PATIENCE = 20_000
expect.set_options(timeout=PATIENCE)
# How long the cluster may take over what a test has left; then it is ended with that.
QUIET = 20.0


# As in production, where a page has half of the weight; only a demo may lead to an emulator there.
AS_IN_PRODUCTION = {"DEBUG": "false", "DEMO": "true"}
TOKEN_KEY = Fernet.generate_key().decode()


@dataclass
class Standing:
    """What the tests of this folder share, of which at most one uses it at a time."""

    house: House | None = None
    books: Server | None = None
    playwright: Playwright | None = None
    browser: Browser | None = None

    def open_house(self, folder: Callable[[], Path]) -> House:
        """With a company that nobody has used. It is in this process: one of its own would start anew for each test."""
        company = Emulator(has_limits=False, access_token=STANDING_TOKEN)
        if self.house is None or self.books is None:
            self.books = Server(company.handle)
            told = {**AS_IN_PRODUCTION, "TOKEN_KEYS": TOKEN_KEY, "STATIC_ROOT": str(collected.static_files())}
            self.house = House(folder(), books_url=self.books.url, books_token=STANDING_TOKEN, told=told)
            try:
                self.house.open_web()
                self.house.start_cluster()
            except BaseException:
                self.close_house()
                raise
            # Last, since a process is best started from one that has no other thread.
            self.books.start()
        self.books.handle = company.handle
        EMULATORS[self.books.url] = company
        return self.house

    def quiet(self) -> None:
        """No work is left of the test that ends now, and none can come: else the house is closed."""
        if self.house is not None and not (self.house.is_whole and wait_until(_nothing_to_do, seconds=QUIET)):
            self.close_house()

    def close_house(self) -> None:
        house, books, self.house, self.books = self.house, self.books, None, None
        if house is not None:
            house.end()
        if books is not None:
            EMULATORS.pop(books.url, None)
            books.stop()

    def open_browser(self, chromium: str) -> Browser:
        if self.browser is None:
            # Playwright's loop stands in this thread from now on, in which no other work is done by turns.
            os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
            self.playwright = sync_playwright().start()
            if needs.with_firefox():
                self.browser = self.playwright.firefox.launch(channel="moz-firefox", executable_path=BESIDE_FIREFOX)
            else:
                self.browser = self.playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        return self.browser

    def close(self) -> None:
        self.close_house()
        browser, playwright, self.browser, self.playwright = self.browser, self.playwright, None, None
        if browser is not None:
            browser.close()
        if playwright is not None:
            playwright.stop()
        os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE", None)


STANDING = Standing()


def _nothing_to_do() -> bool:
    """A task is in its table until it is over; the supervisor asks for none where nothing is connected."""
    with transaction.atomic():
        if OrmQ.objects.exists():
            return False
        Connection.objects.update(status=Status.DISCONNECTED)
        return True


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> Iterator[None]:
    yield
    if nextitem is None or ROOT not in nextitem.path.parents:
        stood = STANDING.house is not None
        STANDING.close()
        # After the last test the database is gone.
        if stood and nextitem is not None:
            # Written by processes that ended after the rows of the last test were deleted.
            with item.config.stash[blocking_manager_key].unblock():
                Heartbeat.objects.all().delete()
                connection.close()


def pytest_sessionfinish() -> None:
    STANDING.close()


@pytest.fixture
def _alone() -> None:
    """For a test with a house of its own: two would work on one database."""
    STANDING.close_house()


@pytest.fixture
def house(transactional_db: None, settings: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    settings.TOKEN_KEYS = [TOKEN_KEY]
    Schedule.objects.update(next_run=timezone.now() + LATER)
    yield STANDING.open_house(lambda: tmp_path_factory.mktemp("house"))
    STANDING.quiet()


@pytest.fixture
def open_shop(house: House) -> Shop:
    """A shop connected to the emulator's process, whose first drain, from before its settings, is over."""
    shop = connected_shop(house.books_url)
    shop.books.access_token = house.books_token
    assert wait_until(lambda: not OrmQ.objects.exists())
    return shop


@pytest.fixture
def browser(chromium: str) -> Browser:
    return STANDING.open_browser(chromium)


@pytest.fixture
def context(browser: Browser, house: House, owner: Owner) -> Iterator[BrowserContext]:
    """The Owner's browser; fails where a page's script complains or is refused by the security policy."""
    complaints: list[str] = []

    def listen(message: ConsoleMessage) -> None:
        if message.type == "error" and not message.location.get("url", "").endswith("/favicon.ico"):
            complaints.append(f"{message.location.get('url')}: {message.text}")

    context = browser.new_context(base_url=house.url, viewport={"width": 1280, "height": 900})
    context.set_default_timeout(PATIENCE)
    context.on("console", listen)
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    yield context
    for one in list(browser.contexts):
        one.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext, owner: Owner) -> Page:
    """Logged in, and nowhere yet."""
    return signed_in(context, owner)


def signed_in(context: BrowserContext, owner: Owner) -> Page:
    """A page of that person, who has logged in before."""

    def session() -> str:
        client = Client()
        client.force_login(get_user_model().objects.get(username=owner.username))
        return client.cookies["sessionid"].value

    context.add_cookies([{"name": "sessionid", "value": apart(session), "domain": "127.0.0.1", "path": "/"}])
    return context.new_page()


@pytest.fixture
def _real_passwords(settings: Any) -> None:
    """Such as the web process can read: it does not know the quick hasher of the tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]

"""How much a browser loads, from production's static files, for the lists on which staff spend their day."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import BrowserContext, Page, expect

from sync.admin.cause_strip import AT_FIRST
from tests import builders, log_rows, needs
from tests.benchmarks.failures import CAUSES, FEW, MANY, ROUNDS, fail
from tests.books import Shop
from tests.browser.conftest import apart

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]
LISTS = ("/admin/sync/syncevent/?status=failed", "/admin/invoices/invoice/")
ROWS = 50
MOST_COLD, MOST_WARM, MOST_REQUESTS = 300_000, 60_000, 12


class Scales:
    """Counts what comes over the wire, headers included; what the browser's cache answers weighs nothing."""

    def __init__(self, context: BrowserContext) -> None:
        self.page = context.new_page()
        self.session = context.new_cdp_session(self.page)
        self.session.send("Network.enable")
        self.session.on("Network.responseReceived", self._received)
        self.session.on("Network.loadingFinished", self._finished)
        self.loaded: list[tuple[int, str]] = []
        self.addresses: dict[str, str] = {}

    def _received(self, event: dict[str, Any]) -> None:
        if not event["response"].get("fromDiskCache"):
            self.addresses[event["requestId"]] = event["response"]["url"]

    def _finished(self, event: dict[str, Any]) -> None:
        address = self.addresses.get(event["requestId"], "")
        if event["encodedDataLength"] and not address.startswith("data:"):
            self.loaded.append((int(event["encodedDataLength"]), address))

    def load(self, address: str) -> list[tuple[int, str]]:
        self.loaded.clear()
        self.page.goto(address)
        self.page.wait_for_load_state("networkidle")
        return sorted(self.loaded, reverse=True)


@pytest.mark.skipif(needs.with_firefox(), reason="the bytes are counted by Chromium's own protocol")
def test_the_lists_are_light(open_shop: Shop, page: Page) -> None:
    apart(lambda: fifty_failures(open_shop))
    for address in LISTS:
        scales = Scales(page.context)
        scales.session.send("Network.clearBrowserCache")
        cold, warm = scales.load(address), scales.load(address)
        assert scales.page.locator("tbody tr").count() >= ROWS
        assert sum(size for size, _ in cold) <= MOST_COLD, cold
        assert sum(size for size, _ in warm) <= MOST_WARM, warm
        assert len(warm) <= MOST_REQUESTS, warm
        shown = scales.page.evaluate("document.fonts.check('24px \"Material Symbols Outlined\"', 'sync')")
        assert shown, "the icons are there"


@pytest.mark.slow
def test_3000_failures_are_painted_as_soon_as_60(open_shop: Shop, page: Page) -> None:
    """Of as many causes. The best of some rounds, for other work on the machine only ever adds to one."""
    apart(lambda: fail(open_shop.connection, FEW))
    few = painted(page)
    apart(lambda: fail(open_shop.connection, MANY - FEW, after=FEW))
    assert painted(page) <= 1.5 * few
    expect(page.locator("#chips [data-status=failed]")).to_have_text(f"Failed {MANY:,}")
    cards = page.locator("#causes .rac-card")
    expect(cards).to_have_count(AT_FIRST)
    page.get_by_text(f"{CAUSES - AT_FIRST} more causes").click()
    expect(cards).to_have_count(CAUSES)


def painted(page: Page) -> float:
    """Milliseconds from asking for the log to its first text."""
    return min(_painted(page) for _ in range(ROUNDS))


def _painted(page: Page) -> float:
    page.goto(LISTS[0])
    page.wait_for_function("performance.getEntriesByName('first-contentful-paint').length > 0")
    return float(page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime"))


def fifty_failures(shop: Shop) -> None:
    customer = builders.customer(shop.organization, "M. Okafor")
    for _ in range(ROWS):
        invoice = shop.invoice(customer=customer, send=False)
        log_rows.event(shop.connection, invoice=invoice, at=timezone.now())

"""Two companies side by side in a real browser: count, and go back."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from qbo.connection.connecting import Opened, _hold
from qbo.connection.oauth import Tokens
from qbo.models import Connection
from qbo.signals import connection_changed
from sync.models import State
from tests.books import Shop
from tests.browser.conftest import apart
from tests.journeys.house import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.timeout(240)]


@pytest.fixture
def held(open_shop: Shop) -> Shop:
    """Another company was connected, one that no emulator has: all that is looked at here are pages."""
    fine = open_shop.invoice()
    assert wait_until(lambda: open_shop.event(fine).state == State.SYNCED), open_shop.event(fine).message
    at = timezone.now()
    later = at + dt.timedelta(days=1)
    connection = Connection.objects.get(pk=open_shop.connection.pk)
    tokens = Tokens("a", "r", later, later, given_at=at)
    opened = Opened("9341457000000042", "Hilltop Holding", "emulator", connection.emulator_url, tokens)
    _hold(connection, opened, at=at, by=None)
    connection_changed.send(sender=Connection, connection=connection, at=at)
    return open_shop


@pytest.mark.slow
def test_counts_and_goes_back(held: Shop, page: Page) -> None:
    page.goto("/quickbooks/status/")
    page.get_by_role("link", name="Choose the company").first.click()
    expect(page.get_by_role("heading", name="Which company is it?")).to_be_visible()
    expect(page.locator("#company-before")).to_contain_text("Invoices in QuickBooks")
    page.get_by_label("Start date").fill("2020-01-01")
    page.get_by_role("button", name="Count").click()
    expect(page.locator("#company-other")).to_contain_text(
        "1 invoice dated 2020-01-01 or later goes to Hilltop Holding."
    )
    page.get_by_role("button", name="Go back to").click()
    expect(page.locator("#content-main")).to_contain_text("Active")
    assert apart(lambda: Connection.objects.get(pk=held.connection.pk).is_live)

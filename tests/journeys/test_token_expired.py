"""ERROR "Token expired": Intuit has ended the connection."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from qbo.models import Connection
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

MESSAGE = "Token expired"


def row(shop: Shop) -> SyncEvent:
    """The one row that shows the pause."""
    return shop.log().get(record_type=EntityType.CONNECTION)


def assert_paused(shop: Shop) -> None:
    shop.connection.refresh_from_db()
    assert shop.connection.status == Connection.Status.TOKEN_EXPIRED
    event = row(shop)
    assert (event.state, event.failure_code, event.message) == (State.FAILED, "token_expired", MESSAGE)
    assert event.label == "QuickBooks connection"
    assert list(shop.failed()) == [event]


@says("token_expired.means")
def test_fresh_an_expired_access_token_is_not_even_tried(shop: Shop) -> None:
    """Our clock knows that the access token is over, and Intuit gives no other."""
    shop.books.do("expire_token")
    Connection.objects.update(access_expires_at=timezone.now() - timedelta(minutes=1))
    shop.invoice()
    calls = len([one for one in shop.books.requests() if "/v3/" in one["path"]])
    shop.drain()
    assert_paused(shop)
    assert len([one for one in shop.books.requests() if "/v3/" in one["path"]]) == calls


@pytest.mark.parametrize("how", ["expire_token", "revoke_connection"])
@says("token_expired.means")
def test_stale_quickbooks_answers_401_and_gives_no_other_token(shop: Shop, how: str) -> None:
    shop.books.do("switch", name="disconnected_answer", value="401")
    customer = shop.settled_invoice().customer
    shop.books.do(how)
    shop.invoice(customer=customer)
    shop.drain()
    assert_paused(shop)


def test_a_whole_batch_that_is_refused_waits_unharmed(shop: Shop, office: Office) -> None:
    customer = shop.settled_invoice().customer
    shop.choose(send_numbers=False)  # so that nothing is read before the batch
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    invoices = [shop.invoice(customer=customer) for _ in range(3)]
    shop.books.do("expire_token")
    writes = shop.books.writes()
    shop.drain()
    assert_paused(shop)
    assert shop.books.writes() > writes
    assert {shop.event(invoice).state for invoice in invoices} == {State.QUEUED}
    office.reconnect()
    shop.drain()
    office.assert_clear(*invoices)


@says("token_expired.means")
def test_one_row_whatever_number_of_invoices_wait(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    invoices = [shop.invoice(customer=customer) for _ in range(5)]
    shop.books.do("expire_token")
    for minutes in (0, 5, 60):
        shop.drain(timezone.now() + timedelta(minutes=minutes))
    assert_paused(shop)
    for invoice in invoices:
        event = shop.event(invoice)
        assert (event.state, event.retries, event.failure_code) == (State.QUEUED, 0, "")


@says("token_expired.reconnect", "token_expired.resumes")
def test_reconnecting_clears_the_row_and_releases_what_waits(shop: Shop, office: Office) -> None:
    invoices = [shop.invoice() for _ in range(5)]
    shop.books.do("expire_token")
    shop.drain()
    office.reconnect()
    assert row(shop).state == State.SYNCED
    shop.drain()
    office.assert_clear(*invoices)


@says("token_expired.means")
def test_the_pages_say_what_waits_and_why(shop: Shop, office: Office) -> None:
    customer = shop.settled_invoice().customer
    invoices = [shop.invoice(customer=customer) for _ in range(2)]
    shop.books.do("expire_token")
    shop.drain()
    assert office.banner() == "1 QBO sync error needs attention."
    (paused,) = office.log(status="failed")
    assert paused.entity == "QuickBooks connection"
    assert paused.second == "Paused: token expired, 2 waiting, reconnect to send them"
    assert {each.message for each in office.log(status="queued")} == {"Waiting: token expired"}
    assert office.invoice_banner(invoices[0]).one("b").text == "Waiting: token expired"
    assert office.visit("/quickbooks/status/").part("status").text == "Token expired"


def test_a_new_invoice_waits_with_the_others_while_the_connection_is_paused(shop: Shop, office: Office) -> None:
    shop.invoice()
    shop.books.do("expire_token")
    shop.drain()
    later = shop.invoice()
    shop.drain()
    assert shop.event(later).state == State.QUEUED
    office.reconnect()
    shop.drain()
    office.assert_clear(later)


def test_retry_leaves_the_paused_connection_alone_and_says_why(shop: Shop, office: Office) -> None:
    shop.invoice()
    shop.books.do("expire_token")
    shop.drain()
    told = office.retry_selected(list(shop.failed()))
    assert "Retried 0 events." in told.text
    assert "Reconnect it" in told.text


def test_an_app_that_was_disconnected_at_intuit_is_one_row_and_reconnects_too(shop: Shop, office: Office) -> None:
    invoice = shop.invoice()
    shop.books.do("revoke_connection")
    shop.drain()
    assert [event.failure_code for event in shop.failed()] == ["permission_denied"]
    office.reconnect()
    shop.drain()
    office.assert_clear(invoice)


def test_a_second_expiry_opens_the_row_again(shop: Shop, office: Office) -> None:
    shop.invoice()
    for _ in range(2):
        shop.books.do("expire_token")
        shop.invoice()
        shop.drain()
        assert shop.failed().count() == 1
        office.reconnect()
        shop.drain()
        assert shop.failed().count() == 0

"""After an answer that is HTML, empty or cut off, nothing is lost and nothing is created twice."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.models import State
from tests.books import Shop

RETRIES = [timedelta(minutes=minutes) for minutes in (5, 35, 95)]


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.mark.sampled(7)
@pytest.mark.parametrize("numbered", [True, False], ids=["our numbers", "their numbers"])
@pytest.mark.parametrize("after_commit", [True, False], ids=["acted", "not acted"])
@pytest.mark.parametrize("fault", ["html", "empty", "cut", "reset", "status"])
@pytest.mark.parametrize("alone", [True, False], ids=["alone", "in a batch"])
def test_of_a_write(
    shop: Shop, settings: Any, start: datetime, fault: str, after_commit: bool, numbered: bool, alone: bool
) -> None:
    settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 5 if alone else 0}
    customer = shop.settled_invoice(at=start).customer
    if not numbered:
        shop.choose(send_numbers=False)
        shop.books.do("custom_numbers", on=False)
        shop.read_lists("Preferences")
    invoices = [shop.invoice(at=start, customer=customer) for _ in range(3)]
    shop.books.do("fault", fault=fault, path="write", after_commit=after_commit, times=1)
    shop.drain(start)
    doubtful = [one for one in invoices if shop.event(one).state in (State.CHECKING, State.QUEUED)]
    # After a call that nobody answered at all, no other is made in the same drain.
    assert len(doubtful) >= (1 if alone else 3)
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(*invoices)
    assert len(shop.books.invoices()) == 4


@pytest.mark.sampled(2)
@pytest.mark.parametrize("fault", ["html", "empty", "cut", "reset", "status"])
def test_of_a_read(shop: Shop, start: datetime, fault: str) -> None:
    invoice = shop.invoice(at=start)
    shop.books.do("fault", fault=fault, path="query", times=2)
    shop.drain(start)
    assert shop.event(invoice).state == State.QUEUED
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(invoice)


@pytest.mark.parametrize("after_commit", [True, False], ids=["acted", "not acted"])
def test_of_a_new_customer(shop: Shop, start: datetime, after_commit: bool) -> None:
    shop.books.do("fault", fault="cut", path="write", entity="customer", after_commit=after_commit, times=1)
    invoice = shop.invoice(at=start)
    shop.drain(start)
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(invoice)
    assert len([one for one in shop.books.rows("Customer") if one["DisplayName"] == "M. Okafor"]) == 1


@pytest.mark.parametrize("after_commit", [True, False], ids=["acted", "not acted"])
def test_of_a_new_item(shop: Shop, start: datetime, after_commit: bool) -> None:
    shop.books.do("fault", fault="cut", path="write", entity="item", after_commit=after_commit, times=1)
    invoice = shop.invoice(at=start)
    shop.drain(start)
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(invoice)
    assert len([one for one in shop.books.rows("Item") if one["Name"] == "Labor"]) == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize("fault", ["html", "empty", "cut", "reset", "status"])
def test_of_the_token_service(shop: Shop, start: datetime, fault: str) -> None:
    """Intuit's token service is out of order: that is no reason to ask anybody to sign in again."""
    shop.books.do("expire_token", refresh=False)
    shop.books.do("fault", fault=fault, path="token", times=1)
    invoice = shop.invoice(at=start)
    shop.drain(start)
    assert shop.failed().count() == 0
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(invoice)


def test_one_item_without_an_answer_does_not_hold_up_the_others(shop: Shop, start: datetime) -> None:
    customer = shop.settled_invoice(at=start).customer
    invoices = [shop.invoice(at=start, customer=customer) for _ in range(5)]
    shop.books.do("fault", fault="item_fault", path="write", times=1)
    shop.drain(start)
    assert [shop.event(one).state for one in invoices].count(State.SYNCED) == 4
    for later in RETRIES:
        shop.drain(start + later)
    shop.assert_in_books(*invoices)

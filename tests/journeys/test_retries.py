"""RETRYING FAILED EVENTS: what is retried automatically, when that stops, and what a person's Retry does."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from qbo.models import Lease
from runacall.invoices.models import Invoice
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

# A minute before, at and after each time at which something is tried, and between.
WATCHED = (0, 1, 4, 5, 6, 20, 34, 35, 36, 60, 65, 94, 95, 96, 125, 155, 200, 600)


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.fixture
def invoice(shop: Shop, start: datetime) -> Invoice:
    """One of whom customer and item are in the books already."""
    return shop.invoice(at=start, customer=shop.settled_invoice(at=start).customer)


def minutes_of_calls(shop: Shop, start: datetime, minutes: Sequence[int]) -> list[int]:
    """The minutes at which a drain called QuickBooks."""
    tried = []
    for minute in minutes:
        before = shop.books.calls()
        shop.drain(start + timedelta(minutes=minute))
        if shop.books.calls() > before:
            tried.append(minute)
    return tried


@pytest.mark.sampled(2)
@says("retry.automatic", "retry.stops")
@pytest.mark.parametrize("status", [503, 500])
def test_an_answer_503_every_time_gives_tries_at_0_5_35_95(
    shop: Shop, invoice: Invoice, start: datetime, status: int
) -> None:
    shop.books.do("fault", fault="status", status=status, times=None)
    assert minutes_of_calls(shop, start, WATCHED) == [0, 5, 35, 95]
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "server_error")
    assert list(shop.failed()) == [event]


@says("retry.automatic")
def test_a_write_that_is_answered_503_every_time_keeps_the_same_times(
    shop: Shop, invoice: Invoice, start: datetime
) -> None:
    """Reads work, the batch does not: also the look before each retry changes nothing about its time."""
    shop.books.do("fault", fault="status", status=503, path="write", times=None)
    for minute in WATCHED:
        shop.drain(start + timedelta(minutes=minute))
    minutes = [round((attempt.at - start).total_seconds() / 60) for attempt in shop.sent(invoice)]
    assert minutes == [0, 5, 35, 95]
    assert shop.event(invoice).state == State.FAILED


@says("retry.automatic")
def test_what_passes_by_itself_goes_through_at_the_next_try(shop: Shop, invoice: Invoice, start: datetime) -> None:
    shop.books.do("fault", fault="status", status=503, times=None)
    shop.drain(start)
    event = shop.event(invoice)
    assert event.state in (State.QUEUED, State.CHECKING)
    assert event.due_at == start + timedelta(minutes=5)
    assert shop.failed().count() == 0
    shop.books.do("clear_faults")
    shop.drain(start + timedelta(minutes=5))
    shop.assert_in_books(invoice)


@says("retry.stops", "retry.single")
def test_what_gave_up_waits_and_a_persons_retry_starts_afresh(shop: Shop, invoice: Invoice, start: datetime) -> None:
    shop.books.do("fault", fault="status", status=503, times=None)
    minutes_of_calls(shop, start, WATCHED)
    tries = len(shop.attempts(invoice))
    later = start + timedelta(days=1)
    assert minutes_of_calls(shop, later, WATCHED) == []
    shop.retry(invoice, at=later)
    assert minutes_of_calls(shop, later, WATCHED) == [0, 5, 35, 95]
    assert len(shop.attempts(invoice)) == tries + 4


@says("retry.only_some")
def test_a_lapsed_subscription_is_not_retried_by_itself(shop: Shop, invoice: Invoice, start: datetime) -> None:
    shop.books.do("subscription", status="EXPIRED")
    shop.drain(start)
    assert [event.failure_code for event in shop.failed()] == ["subscription_inactive"]
    assert shop.event(invoice).state == State.QUEUED
    assert minutes_of_calls(shop, start, range(1, 60 * 24, 61)) == []


def test_a_429_uses_up_no_retry(shop: Shop, invoice: Invoice, start: datetime) -> None:
    shop.books.do("fault", fault="throttle", path="write", times=5)
    for minute in range(5):
        shop.drain(start + timedelta(minutes=minute, seconds=minute))
        assert shop.event(invoice).retries == 0
        Lease.objects.update(quiet_until=None, resume_at=None)
    for minute in (7, 14, 21):
        shop.drain(start + timedelta(minutes=minute))
    shop.assert_in_books(invoice)


def test_a_retry_reads_again_what_the_failures_name(shop: Shop, office: Office) -> None:
    """Our mirror is older than the fix in QuickBooks, so a person's retry reads the list again."""
    shop.books.do("close_books", date=(builders.today() + timedelta(days=9)).isoformat())
    shop.read_lists()
    invoice = shop.invoice()
    shop.drain()
    assert shop.event(invoice).failure_code == "closed_period"
    shop.books.do("close_books", date=None)
    office.retry(invoice)
    shop.drain()
    shop.assert_in_books(invoice)


def test_a_retry_of_many_reads_each_list_once(shop: Shop) -> None:
    shop.choose(auto_create_items=False)
    for number in range(10):
        shop.invoice(item=builders.item(shop.organization, f"Part {number}"))
    shop.drain()
    assert shop.failed().count() == 10
    before = shop.books.calls()
    shop.retry()
    shop.drain()
    queries = [one["body"] for one in shop.books.requests() if one["id"] > before]
    assert sum("FROM Item" in query for query in queries) == 1


def test_what_is_settled_here_shows_what_would_have_gone(shop: Shop) -> None:
    shop.choose(auto_create_items=False)
    invoice = shop.invoice(item=builders.item(shop.organization, "Capacitor 35/5"), number="1842")
    shop.drain()
    (attempt,) = shop.attempts(invoice)
    assert attempt.kind == attempt.Kind.SETTLED_HERE
    assert '"DocNumber":"1842"' in attempt.request
    assert attempt.submission is None


def test_what_a_look_does_not_heal_is_sent_three_times_and_then_needs_a_person(
    shop: Shop, invoice: Invoice, start: datetime
) -> None:
    """QuickBooks keeps refusing what our mirror holds for right: it is asked again twice, and not for ever."""
    refused = {"code": "6210", "message": "Account period closed", "detail": "The account period has closed"}
    shop.books.do("fault", fault="item_fault", times=6, **refused)
    writes = shop.books.writes()
    for minute in range(5):
        shop.drain(start + timedelta(minutes=minute))
    assert shop.event(invoice).failure_code == "closed_period"
    assert shop.event(invoice).state == State.FAILED
    assert shop.books.writes() == writes + 3


def test_what_waits_for_its_time_is_not_taken_along(shop: Shop, invoice: Invoice, start: datetime) -> None:
    """Another invoice is due: its drain leaves the waiting one alone."""
    later = shop.invoice(at=start, customer=invoice.customer)
    shop.log().of_record("invoice", later.pk).update(due_at=start + timedelta(minutes=30))
    shop.drain(start)
    assert shop.event(invoice).state == State.SYNCED
    assert (shop.event(later).state, shop.attempts(later)) == (State.QUEUED, [])
    shop.drain(start + timedelta(minutes=30))
    shop.assert_in_books(invoice, later)

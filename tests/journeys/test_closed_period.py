"""ERROR "Closed period": the invoice date is not past the QBO closing date."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice
from sync.models import Attempt, State
from sync.operations import dating
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import Office

CODE = "closed_period"


def days_ago(days: int) -> dt.date:
    return builders.today() - dt.timedelta(days=days)


def message(invoice_date: dt.date, closing_date: dt.date) -> str:
    relation = "on" if invoice_date == closing_date else "before"
    return f"Closed period: {invoice_date} is {relation} the closing date {closing_date}"


@pytest.fixture
def closed(shop: Shop) -> dt.date:
    """The books are closed through this day."""
    day = days_ago(30)
    shop.books.do("close_books", date=day.isoformat())
    shop.read_lists("Preferences")
    return day


@pytest.mark.parametrize("days", [40, 30])
@says("closed_period.means")
def test_fresh_a_date_in_the_closed_period_is_settled_without_a_call(
    shop: Shop, office: Office, closed: dt.date, days: int
) -> None:
    invoice = shop.invoice(invoice_date=days_ago(days))
    shop.drain()
    office.assert_failed(invoice, message(days_ago(days), closed), code=CODE)
    assert shop.books.writes() == 0
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


@pytest.mark.sampled(3)
@pytest.mark.parametrize("code", ["6210", "6200", "5010", "6000"])
@says("closed_period.means")
def test_stale_quickbooks_says_that_the_period_is_closed(shop: Shop, office: Office, code: str) -> None:
    shop.books.do("switch", name="closed_books_code", value=code)
    shop.books.do("close_books", date=days_ago(30).isoformat())
    invoice = shop.invoice(invoice_date=days_ago(40))
    shop.drain()
    assert shop.sent(invoice)[0].entries[0]["code"] == code
    office.assert_failed(invoice, message(days_ago(40), days_ago(30)), code=CODE)


@says("closed_period.means")
def test_a_day_after_the_closing_date_is_open(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = shop.invoice(invoice_date=days_ago(29))
    shop.drain()
    office.assert_clear(invoice)


@says("closed_period.move_closing_date")
def test_moving_the_closing_date_then_retry(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = shop.invoice(invoice_date=days_ago(40))
    shop.drain()
    shop.books.do("close_books", date=days_ago(41).isoformat())
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


@says("closed_period.post_to_current")
def test_post_to_current_period_dates_it_today(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = shop.invoice(invoice_date=days_ago(40))
    shop.drain()
    office.post_to_current_period(invoice)
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.invoice_date == shop.organization.today(timezone.now())
    office.assert_clear(invoice)
    assert shop.there(invoice)["TxnDate"] == invoice.invoice_date.isoformat()


@says("closed_period.post_to_current")
def test_a_paid_invoice_keeps_its_date_and_moves_in_the_books_only(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = shop.invoice(invoice_date=days_ago(40))
    builders.payment(invoice, at=timezone.now(), received_date=days_ago(0))
    shop.drain()
    office.post_to_current_period(invoice)
    shop.drain()
    invoice.refresh_from_db()
    today = shop.organization.today(timezone.now())
    assert (invoice.invoice_date, invoice.posting_date) == (days_ago(40), today)
    office.assert_clear(invoice)
    assert shop.there(invoice)["TxnDate"] == today.isoformat()


@says("closed_period.post_to_current")
def test_it_is_refused_with_a_reason_while_today_is_closed_too(shop: Shop, office: Office) -> None:
    shop.books.do("close_books", date=days_ago(-10).isoformat())
    shop.read_lists("Preferences")
    invoice = shop.invoice(invoice_date=days_ago(40))
    shop.drain()
    page = office.event_page(invoice)
    assert "Post to current period…" not in page.text
    assert "Post to current period does not help here: today is in the closed period too." in page.text
    report = dating.post_to_current_period(shop.failed(), by=None, at=timezone.now())
    assert (report.done, report.left) == (0, {"today is in the closed period too": 1})
    assert shop.event(invoice).state == State.FAILED
    invoice.refresh_from_db()
    assert invoice.invoice_date == days_ago(40)


def as_it_was(shop: Shop) -> str:
    today = shop.organization.today(timezone.now())
    return f"In QuickBooks as it was on {today:%Y-%m-%d}; your change is not there"


@pytest.fixture
def standing(shop: Shop) -> Invoice:
    """In the books, whose period was closed since."""
    invoice = shop.settled_invoice(invoice_date=days_ago(40))
    shop.books.do("close_books", date=days_ago(30).isoformat())
    return invoice


@pytest.mark.sampled(2)
@pytest.mark.parametrize("fresh", [True, False])
@says("closed_period.means")
def test_an_edit_of_what_stands_in_a_closed_period_waits(
    shop: Shop, office: Office, standing: Invoice, fresh: bool
) -> None:
    if fresh:
        shop.read_lists("Preferences")
    writes = shop.books.writes()
    standing.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    office.assert_failed(standing, message(days_ago(40), days_ago(30)), code=CODE, books=as_it_was(shop))
    assert (shop.books.writes() == writes) is fresh
    assert "only moving the closing date helps" in office.event_page(standing).text
    shop.books.do("close_books", date=days_ago(41).isoformat())
    office.retry(standing)
    shop.drain()
    office.assert_clear(standing)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("fresh", [True, False])
@says("closed_period.means")
def test_a_void_of_what_stands_in_a_closed_period_waits(
    shop: Shop, office: Office, standing: Invoice, fresh: bool
) -> None:
    if fresh:
        shop.read_lists("Preferences")
    standing.void(reason="duplicate", at=timezone.now())
    shop.drain()
    office.assert_failed(standing, message(days_ago(40), days_ago(30)), code=CODE, books=as_it_was(shop))
    shop.books.do("close_books", date=None)
    office.retry(standing)
    shop.drain()
    office.assert_clear(standing)
    assert shop.there(standing)["TotalAmt"] == 0


def test_moving_a_standing_invoice_out_of_the_closed_period_is_refused_there(
    shop: Shop, office: Office, standing: Invoice
) -> None:
    standing.edit(invoice_date=days_ago(0), at=timezone.now())
    shop.drain()
    assert shop.event(standing).failure_code == CODE


def test_what_she_moved_out_of_the_closed_period_takes_a_note(shop: Shop) -> None:
    """Its date here is still in the closed period, and is not sent with the note."""
    invoice = shop.settled_invoice(invoice_date=days_ago(40))
    shop.books.post("invoice", {**shop.there(invoice), "TxnDate": days_ago(10).isoformat()})
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    shop.hear()
    invoice.edit(internal_note="Gate code 12", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    there = shop.there(invoice)
    assert (there["TxnDate"], "Gate code 12" in there["PrivateNote"]) == (days_ago(10).isoformat(), True)
    invoice.edit(invoice_date=days_ago(35), at=timezone.now())
    shop.drain()
    assert CODE in {failure.code for failure in shop.event(invoice).failures}
    assert shop.there(invoice)["TxnDate"] == days_ago(10).isoformat()


def test_one_day_does_not_stand_for_all_of_them(shop: Shop, office: Office, closed: dt.date) -> None:
    for days in (40, 50):
        shop.invoice(invoice_date=days_ago(days))
    shop.drain()
    asked = office.visit("/admin/sync/syncevent/retry/?status=failed&cause=closed_period")
    title = f"Closed period: the books are closed through {closed}"
    assert asked.part("forecast").text == f"0 will go, 2 stay: 2: {title}"
    assert f"Cause {title} Retry 2" in asked.text

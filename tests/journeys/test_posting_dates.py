"""Post to current period moves the due date too, shows the dates before it acts, and can be undone until it is sent."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from dataclasses import replace
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.utils import timezone

from runacall.invoices.models import Invoice
from sync import tasks
from sync.actions import ACTIONS
from sync.models import ActionRecord, State
from sync.operations import dating
from sync.posting import THERE, cannot_post_today
from tests import builders
from tests.books import Shop
from tests.journeys.office import INVOICES, Office
from tests.journeys.test_closed_period import CODE, days_ago, message


@pytest.fixture
def closed(shop: Shop) -> dt.date:
    """The books are closed through this day; nothing can be sent meanwhile, so that there is time to undo."""
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    return days_ago(30)


def stopped(shop: Shop, **fields: object) -> Invoice:
    invoice = shop.invoice(
        **{"invoice_date": days_ago(40), "due_date": days_ago(10), "terms": "Net 30", **fields}  # type: ignore[arg-type]
    )
    shop.drain()
    return invoice


def test_the_due_date_moves_by_the_terms(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    today = shop.organization.today(timezone.now())
    asked = office.ask_to_post(invoice)
    assert "Post 1 invoice to the current period?" in asked.text
    assert f"{days_ago(40)} → {today} {days_ago(10)} → {today + dt.timedelta(days=30)}" in asked.text
    office.say_yes(asked)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["DueDate"] == (today + dt.timedelta(days=30)).isoformat()


def test_nothing_happens_before_yes(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    office.ask_to_post(invoice)
    invoice.refresh_from_db()
    assert (invoice.invoice_date, invoice.due_date) == (days_ago(40), days_ago(10))
    assert shop.event(invoice).state == State.FAILED


def test_a_paid_invoice_shows_that_only_the_books_move(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = shop.invoice(invoice_date=days_ago(40), due_date=days_ago(10))
    builders.payment(invoice, at=timezone.now())
    shop.drain()
    asked = office.ask_to_post(invoice)
    assert "only in QuickBooks, because it has a payment" in asked.text
    assert f"{days_ago(10)}, as before" in asked.text
    office.say_yes(asked)
    invoice.refresh_from_db()
    assert (invoice.invoice_date, invoice.due_date) == (days_ago(40), days_ago(10))


def test_without_a_due_date_there_is_none_afterwards(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop, due_date=None, terms="")
    office.post_to_current_period(invoice)
    invoice.refresh_from_db()
    assert invoice.due_date is None


def test_it_can_be_undone_until_it_is_sent(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    office.post_to_current_period(invoice)
    banner = office.invoice_banner(invoice)
    assert f"Undo: date it {days_ago(40)} again" in banner.text
    told = office.undo_posting(invoice)
    assert "Undid Post to current period for 1 event." in told.text
    invoice.refresh_from_db()
    assert (invoice.invoice_date, invoice.posting_date, invoice.due_date) == (days_ago(40), None, days_ago(10))
    shop.drain()
    office.assert_failed(invoice, message(days_ago(40), days_ago(30)), code=CODE)
    assert "Undo: date it" not in office.invoice_banner(invoice).text


def test_the_history_of_the_invoice_says_who(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    office.post_to_current_period(invoice)
    office.undo_posting(invoice)
    history = office.visit(f"{INVOICES}/{invoice.pk}/history/").text
    today = shop.organization.today(timezone.now())
    assert f"Posted to the current period: date {days_ago(40)} → {today}, due date {days_ago(10)} → " in history
    assert f"Post to current period undone: date {today} → {days_ago(40)}" in history
    who = LogEntry.objects.filter(object_id=str(invoice.pk)).values_list("user", flat=True)
    assert set(who) == set(ActionRecord.objects.values_list("by", flat=True))


def test_what_was_sent_is_not_undone(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    office.post_to_current_period(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert "Undo: date it" not in office.event_page(invoice).text
    report = dating.undo_posting(shop.log(), by=None, at=timezone.now())
    assert report.done == 0
    assert report.left["already sent"] == 1


def test_dates_that_a_person_gave_since_stay(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    office.post_to_current_period(invoice)
    invoice.refresh_from_db()
    invoice.edit(due_date=days_ago(-60), at=timezone.now())
    report = dating.undo_posting(shop.log(), by=None, at=timezone.now())
    assert (report.done, report.left) == (0, {"with other dates since then": 1})
    invoice.refresh_from_db()
    assert invoice.due_date == days_ago(-60)


def test_many_are_posted_and_undone_together(shop: Shop, office: Office, closed: dt.date) -> None:
    invoices = [stopped(shop) for _ in range(3)]
    asked = office.choose_for_all("Post to current period…")
    assert "Post 3 invoices to the current period?" in asked.text
    assert all(f"Invoice #{invoice.number}" in asked.text for invoice in invoices)
    page = office.say_yes(asked)
    undo = office.visitor.get(page.link("Undo"))
    assert "Undo Post to current period for 3 invoices?" in undo.text
    assert "Undid Post to current period for 3 events." in office.say_yes(undo).text
    for invoice in invoices:
        invoice.refresh_from_db()
        assert (invoice.invoice_date, invoice.due_date) == (days_ago(40), days_ago(10))


def test_very_many_are_posted_by_a_worker(
    shop: Shop, office: Office, closed: dt.date, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page does not wait; a worker that died goes on with the rest, and all can be undone."""
    post = ACTIONS["post_to_current_period"]
    assert post.many
    monkeypatch.setitem(ACTIONS, post.name, replace(post, many=replace(post.many, most=2)))
    monkeypatch.setattr(dating, "DATED_AT_ONCE", 1)
    invoices = [stopped(shop) for _ in range(3)]
    page = office.say_yes(office.choose_for_all("Post to current period…"))
    assert "3 events: a background job is working on them." in page.text
    assert {shop.event(one).state for one in invoices} == {State.FAILED}
    (action,) = ActionRecord.objects.open()
    one, calls = dating.DATED[post.name], []

    def die(*arguments: Any) -> str:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return one(*arguments)

    monkeypatch.setitem(dating.DATED, post.name, die)
    with pytest.raises(KeyboardInterrupt):
        tasks.carry_out(action.pk)
    assert tasks.carry_out(action.pk) == 2
    assert tasks.carry_out(action.pk) == 0
    action.refresh_from_db()
    assert (action.is_open, action.done, len(action.before)) == (False, 3, 3)
    report = dating.undo_posting(shop.log().filter(action=action), by=None, at=timezone.now())
    assert report.done == 3
    for invoice in invoices:
        invoice.refresh_from_db()
        assert (invoice.invoice_date, invoice.due_date) == (days_ago(40), days_ago(10))


def test_the_forecast_is_what_comes_of_it(shop: Shop, closed: dt.date) -> None:
    there = shop.settled_invoice()
    there.edit(invoice_date=days_ago(40), at=timezone.now())
    fine = stopped(shop)
    for last_day, done in ((days_ago(30), [fine.pk]), (days_ago(0), [])):
        shop.books.do("close_books", date=last_day.isoformat())
        shop.read_lists("Preferences")
        at = timezone.now()
        assert cannot_post_today(shop.event(there), at=at) == THERE
        forecast = dating.post_to_current_period(shop.log(), by=None, at=at, dry_run=True)
        assert forecast.left == Counter(filter(None, (cannot_post_today(event, at=at) for event in shop.log())))
        assert forecast.done == len(done)

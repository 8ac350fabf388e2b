"""Hold: an invoice of a closed period waits until the closing date moves, and then goes without a person."""

from __future__ import annotations

import datetime as dt

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from qbo.models import ListState
from runacall.invoices.models import Invoice
from sync.closed_period.hold import hold
from sync.models import ActionRecord, State, SyncEvent
from sync.operations import retrying
from sync.worker.wake import ask_for_old_lists
from tests import builders
from tests.books import Shop
from tests.journeys.office import INVOICES, Office
from tests.journeys.test_closed_period import days_ago, message
from tests.journeys.visiting import send

HOLD = "Hold until the closing date moves"
UNTIL = "Held: sent automatically when the closing date in QuickBooks moves"


@pytest.fixture
def closed(shop: Shop) -> dt.date:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    return days_ago(30)


def stopped(shop: Shop, days: int = 40) -> Invoice:
    invoice = shop.invoice(invoice_date=days_ago(days))
    shop.drain()
    assert shop.event(invoice).failure_code == "closed_period"
    return invoice


def press_hold(office: Office, invoice: Invoice) -> None:
    page = office.event_page(invoice)
    assert HOLD in page.text
    send(office.visitor, page, page.form(action="/hold/"))


def move_closing_date(shop: Shop, days: int | None) -> None:
    """The accountant does, and our mirror hears of it with the next reading of the preferences."""
    shop.books.do("close_books", date=days_ago(days).isoformat() if days else None)
    ListState.want(shop.connection, {"Preferences"}, at=timezone.now())
    shop.drain()


def test_held_it_is_no_error_and_says_what_it_waits_for(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    assert office.banner() == "1 QBO sync error needs attention."
    press_hold(office, invoice)
    assert office.banner() == ""
    (row,) = office.log(status="held")
    assert (row.status, row.message) == ("Held", message(days_ago(40), closed))
    assert row.second == f"Not in QuickBooks · {UNTIL}"
    shown = office.invoice_banner(invoice)
    assert shown.one("div", class_="rac-invoice-words")["role"] == "status"
    assert UNTIL in shown.text
    assert "1 invoice is held until the closing date in QuickBooks moves." in office.visit("/admin/").text


def test_what_else_is_in_the_way_of_a_held_one_is_shown(shop: Shop, office: Office, closed: dt.date) -> None:
    shop.choose(auto_create_items=False)
    filters = "Item 'Furnace filter' not found in QBO"
    invoice = shop.invoice(
        invoice_date=days_ago(40), lines=[builders.line(item=shop.item("Furnace filter"), rates=[shop.rate])]
    )
    shop.drain()
    assert [one.code for one in shop.event(invoice).failures] == ["item_not_found", "closed_period"]
    press_hold(office, invoice)
    (row,) = office.log(status="held")
    held = "Held: tried again automatically when the closing date in QuickBooks moves"
    closing = message(days_ago(40), closed)
    assert (row.message, row.second) == (filters, f"Not in QuickBooks · {held} · also: {closing}")
    banner = office.invoice_banner(invoice)
    assert f"Not in QuickBooks: {filters} {held} " in banner.text
    assert f"Also in the way: {closing}" in banner.text
    assert "also:" not in banner.text
    assert "Choose the product" in [link.text for link in banner.all("a")]
    assert f"Also in the way {closing}" in office.event_page(invoice).text


def test_it_goes_by_itself_when_the_closing_date_moves(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    press_hold(office, invoice)
    move_closing_date(shop, 41)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["TxnDate"] == days_ago(40).isoformat()
    released = ActionRecord.objects.get(action="release")
    assert (released.by, released.by_name, released.done) == (None, "Run a Call", 1)


def test_a_move_that_is_not_far_enough_leaves_it_held(shop: Shop, office: Office, closed: dt.date) -> None:
    early, late = stopped(shop, 40), stopped(shop, 33)
    press_hold(office, early)
    press_hold(office, late)
    move_closing_date(shop, 35)
    shop.drain()
    assert (shop.event(early).state, shop.event(late).state) == (State.HELD, State.SYNCED)
    assert shop.books.writes() == 1


def test_while_something_is_held_the_closing_date_is_read_every_hour(
    shop: Shop, office: Office, closed: dt.date
) -> None:
    invoice = stopped(shop)
    at = timezone.now() + dt.timedelta(hours=1)
    assert ask_for_old_lists(at=at) == 0
    press_hold(office, invoice)
    assert ask_for_old_lists(at=at) == 1
    assert ListState.objects.get(connection=shop.connection, name="Preferences").wanted_at == at


def test_released_by_hand_it_is_tried_again(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    press_hold(office, invoice)
    page = office.event_page(invoice)
    send(office.visitor, page, page.form(action="/release/"))
    shop.drain()
    office.assert_failed(invoice, message(days_ago(40), closed), code="closed_period")
    press_hold(office, invoice)
    shop.books.do("close_books", date=None)
    page = office.event_page(invoice)
    send(office.visitor, page, page.form(action="/release/"))
    shop.drain()
    office.assert_clear(invoice)


def test_many_are_held_from_the_list_after_a_question(shop: Shop, office: Office, closed: dt.date) -> None:
    invoices = [stopped(shop) for _ in range(3)]
    asked = office.choose_for_all("Hold…")
    assert "Hold 3 events until the closing date moves?" in asked.text
    office.say_yes(asked)
    assert [shop.event(one).state for one in invoices] == [State.HELD] * 3
    action = ActionRecord.objects.get(action="hold")
    assert (action.done, action.by) == (3, office_owner(office))
    asked = office.choose_for_all("Release…", status="held")
    assert "Release 3 events?" in asked.text
    office.say_yes(asked)
    assert [shop.event(one).state for one in invoices] == [State.QUEUED] * 3


def office_owner(office: Office) -> object:
    return office.shop.organization.memberships.get().user


def test_retry_all_leaves_held_ones_alone(shop: Shop, office: Office, closed: dt.date) -> None:
    press_hold(office, stopped(shop))
    report = retrying.retry(shop.log(), by=None, at=timezone.now())
    assert report.left["held until the closing date moves; release them first"] == 1
    assert shop.log().held().count() == 1


def test_a_held_one_can_be_posted_to_today_instead(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    press_hold(office, invoice)
    office.post_to_current_period(invoice)
    shop.drain()
    office.assert_clear(invoice)


def test_an_edit_of_a_held_invoice_sends_it(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    press_hold(office, invoice)
    invoice.edit(invoice_date=days_ago(1), at=timezone.now())
    shop.drain()
    office.assert_clear(invoice)
    assert shop.log().of_record("invoice", invoice.pk).count() == 1


def test_a_change_of_what_stands_in_the_closed_period_is_held_as_well(shop: Shop, office: Office) -> None:
    invoice = shop.settled_invoice(invoice_date=days_ago(40))
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    press_hold(office, invoice)
    # Its own date is today, but what is there stands in the closed period.
    Invoice.objects.filter(pk=invoice.pk).update(invoice_date=days_ago(0))
    move_closing_date(shop, 35)
    assert shop.event(invoice).state == State.HELD
    Invoice.objects.filter(pk=invoice.pk).update(invoice_date=days_ago(40))
    move_closing_date(shop, 41)
    shop.drain()
    office.assert_clear(invoice)


def test_only_what_the_closing_date_stops_can_be_held(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    shop.books.do("close_books", date=None)
    shop.read_lists("Preferences")
    other = stopped_by_tax(shop)
    report = hold(shop.log(), by=None, at=timezone.now())
    assert report.done == 0
    assert report.left["in an open period by now: retry them"] == 1
    assert shop.event(invoice).state == shop.event(other).state == State.FAILED


def stopped_by_tax(shop: Shop) -> Invoice:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    invoice = shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=[rate])])
    shop.drain()
    return invoice


def test_an_invoice_page_offers_both(shop: Shop, office: Office, closed: dt.date) -> None:
    invoice = stopped(shop)
    page = office.visit(f"{INVOICES}/{invoice.pk}/change/")
    send(office.visitor, page, page.form(action="/hold/"))
    page = office.visit(f"{INVOICES}/{invoice.pk}/change/")
    send(office.visitor, page, page.form(action="/release/"))
    assert shop.event(invoice).state == State.QUEUED


def test_a_held_event_is_the_only_unsent_one_of_its_record(shop: Shop, closed: dt.date) -> None:
    event = shop.event(stopped(shop))
    hold(shop.failed(), by=None, at=timezone.now())
    event.refresh_from_db()
    event.pk, event.state = None, State.QUEUED
    event.due_at = timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        event.save(force_insert=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        SyncEvent.objects.held().update(failure_code="")

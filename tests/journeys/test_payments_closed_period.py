"""A payment in a closed period: posted with a date of the books, held until the closing date moves, or asked about."""

from __future__ import annotations

import datetime as dt

import pytest
from django.urls import reverse
from django.utils import timezone

from qbo.models import PaymentMapping
from runacall.invoices.models import Payment
from sync.closed_period import asking
from sync.closed_period.hold import hold
from sync.models import Answer, Question, State, SyncEvent
from sync.operations.dating import post_to_current_period, undo_posting
from sync.operations.deciding import keep_quickbooks
from sync.posting import dates_key
from tests.books import Shop
from tests.journeys.office import Office
from tests.journeys.test_closed_period import days_ago
from tests.journeys.test_hold import move_closing_date
from tests.journeys.test_payments import assert_synced, pay, there


@pytest.fixture
def stopped(shop: Shop) -> Payment:
    """Received 40 days ago on an invoice of today, in books that are closed since."""
    invoice = shop.settled_invoice()
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    payment = pay(invoice, received_date=days_ago(40))
    shop.drain()
    assert shop.event(payment).failure_code == "payment_in_closed_period"
    return payment


def today(shop: Shop) -> dt.date:
    return shop.organization.today(timezone.now())


def test_posted_to_today_it_keeps_the_day_on_which_it_was_received(shop: Shop, stopped: Payment) -> None:
    assert post_to_current_period(shop.failed(), by=None, at=timezone.now(), dry_run=True).done == 1
    assert post_to_current_period(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert_synced(shop, stopped)
    stopped.refresh_from_db()
    assert (stopped.received_date, stopped.posting_date) == (days_ago(40), today(shop))
    assert there(shop, stopped)["TxnDate"] == today(shop).isoformat()
    # It comes back as ours, and a nightly reading finds nothing.
    shop.hear()
    assert list(shop.failed()) == []


def move_there(shop: Shop, payment: Payment, day: dt.date) -> None:
    shop.books.post("payment", {**there(shop, payment), "TxnDate": day.isoformat()})


def days_sent(shop: Shop, since: int) -> list[str]:
    """What has said a date since that call."""
    sent = [str(one["body"]) for one in shop.books.requests() if one["id"] > since and one["method"] == "POST"]
    assert sent
    return [body for body in sent if "TxnDate" in body]


def test_moved_back_there_to_its_own_day_it_has_that_day_here_too(shop: Shop, stopped: Payment) -> None:
    post_to_current_period(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    shop.books.do("close_books", date=None)
    shop.read_lists("Preferences")
    move_there(shop, stopped, days_ago(40))
    shop.hear()
    stopped.refresh_from_db()
    assert (stopped.received_date, stopped.posting_date) == (days_ago(40), None)
    event = shop.event(stopped)
    assert (event.direction, event.state) == ("in", "synced")
    assert event.message == f"Moved back in QuickBooks to its own day, {days_ago(40)}. It is the same here now."
    calls = shop.books.calls()
    stopped.edit(reference="1108", at=timezone.now())
    shop.drain()
    assert_synced(shop, stopped)
    assert (there(shop, stopped)["TxnDate"], there(shop, stopped)["PaymentRefNum"]) == (
        days_ago(40).isoformat(),
        "1108",
    )
    assert days_sent(shop, calls) == []


def test_moved_back_there_while_a_change_waits_here(shop: Shop, stopped: Payment) -> None:
    post_to_current_period(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    shop.books.do("close_books", date=None)
    shop.read_lists("Preferences")
    move_there(shop, stopped, days_ago(40))
    stopped.edit(reference="1108", at=timezone.now())
    shop.hear()
    shop.drain()
    stopped.refresh_from_db()
    assert stopped.posting_date is None
    assert_synced(shop, stopped)
    assert (there(shop, stopped)["TxnDate"], there(shop, stopped)["PaymentRefNum"]) == (
        days_ago(40).isoformat(),
        "1108",
    )


def test_moved_there_to_a_third_day_a_person_decides(shop: Shop, stopped: Payment) -> None:
    post_to_current_period(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    shop.books.do("close_books", date=None)
    move_there(shop, stopped, days_ago(20))
    shop.hear()
    stopped.refresh_from_db()
    assert stopped.posting_date == today(shop)
    assert shop.event(stopped).message == f"Changed in QBO: date is {days_ago(20)} there and {today(shop)} here"


def test_a_paid_invoice_that_is_moved_back_there_has_its_own_day_in_the_books_again(shop: Shop) -> None:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    invoice = shop.invoice(invoice_date=days_ago(40))
    payment = pay(invoice, received_date=days_ago(10))
    shop.drain()
    post_to_current_period(shop.log().of_record("invoice", invoice.pk).failed(), by=None, at=timezone.now())
    shop.drain()
    shop.drain()
    assert shop.there(invoice)["TxnDate"] == today(shop).isoformat()
    shop.books.do("close_books", date=None)
    shop.read_lists("Preferences")
    shop.books.post("invoice", {**shop.there(invoice), "TxnDate": days_ago(40).isoformat()})
    shop.hear()
    invoice.refresh_from_db()
    assert (invoice.invoice_date, invoice.posting_date) == (days_ago(40), None)
    assert shop.event(invoice).message.startswith("Moved back in QuickBooks to its own day")
    assert_synced(shop, payment)
    shop.assert_in_books(invoice)
    calls = shop.books.calls()
    payment.void(at=timezone.now())
    shop.drain()
    invoice.refresh_from_db()
    invoice.edit(internal_note="Gate code 12", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert days_sent(shop, calls) == []


def test_posting_is_taken_back_until_it_is_sent(shop: Shop, stopped: Payment) -> None:
    post_to_current_period(shop.failed(), by=None, at=timezone.now())
    assert undo_posting(shop.log().of_record("payment", stopped.pk), by=None, at=timezone.now()).done == 1
    stopped.refresh_from_db()
    assert stopped.posting_date is None
    shop.drain()
    assert shop.event(stopped).failure_code == "payment_in_closed_period"


def test_an_invoice_and_a_payment_of_one_id_are_not_mixed_up() -> None:
    """What an action keeps of former dates goes by record."""
    invoice, payment = (SyncEvent(record_type=kind, record_id=7) for kind in ("invoice", "payment"))
    assert (dates_key(invoice), dates_key(payment)) == ("7", "payment:7")


def test_a_person_who_dates_it_anew_means_that_day(shop: Shop, stopped: Payment) -> None:
    post_to_current_period(shop.failed(), by=None, at=timezone.now())
    stopped.edit(received_date=days_ago(2), at=timezone.now())
    shop.drain()
    assert there(shop, stopped)["TxnDate"] == days_ago(2).isoformat()


def test_what_is_there_in_a_closed_period_cannot_be_posted_elsewhere(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), received_date=days_ago(40))
    shop.drain()
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    report = post_to_current_period(shop.failed(), by=None, at=timezone.now())
    assert report.left == {"already in the closed period in QuickBooks; only moving the closing date helps": 1}


def test_one_that_she_moved_out_of_the_closed_period_takes_a_new_number(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), received_date=days_ago(40))
    shop.drain()
    shop.books.post("payment", {**there(shop, payment), "TxnDate": days_ago(10).isoformat()})
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    shop.hear()
    assert keep_quickbooks(shop.failed(), by=None, at=timezone.now()).done == 1
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    row = there(shop, payment)
    assert (row["TxnDate"], row["PaymentRefNum"]) == (days_ago(10).isoformat(), "1108")


def test_held_it_goes_when_the_closing_date_moves(shop: Shop, stopped: Payment, office: Office) -> None:
    assert hold(shop.failed(), by=None, at=timezone.now()).done == 1
    assert office.banner() == ""
    assert "1 payment is held until the closing date in QuickBooks moves." in office.visitor.get("/admin/").text
    move_closing_date(shop, 35)
    assert shop.event(stopped).state == State.HELD
    move_closing_date(shop, 50)
    shop.drain()
    assert_synced(shop, stopped)
    assert there(shop, stopped)["TxnDate"] == days_ago(40).isoformat()


def test_the_page_that_asks_speaks_of_payments(shop: Shop, stopped: Payment, office: Office) -> None:
    page = office.visitor.get(reverse("admin:sync_syncevent_post_to_current_period_all") + "?status=failed").text
    assert "Post 1 payment to the current period?" in page
    assert "only in QuickBooks, because" not in page
    assert "only in QuickBooks" in page
    row = office.event_page(stopped).text
    assert "Post to current period…" in row
    assert "Hold until the closing date moves" in row
    assert "Ask the accountant…" in row


@pytest.mark.parametrize("choice", [Answer.POST_TODAY, Answer.MOVED, Answer.LEAVE_OUT])
def test_the_accountant_decides_about_it(shop: Shop, stopped: Payment, choice: str) -> None:
    question = Question.objects.get(pk=asking.ask(shop.failed(), by=None, at=timezone.now(), to_name="Jane").made)
    assert str(question.closing_date) == days_ago(30).isoformat()
    if choice == Answer.MOVED:
        shop.books.do("close_books", date=None)
    answered = asking.answer(question, choice, at=timezone.now())
    shop.drain()
    state = shop.event(stopped).state
    assert "1 payment" in answered.outcome
    assert state == (State.DISMISSED if choice == Answer.LEAVE_OUT else State.SYNCED)


def test_a_method_that_appears_in_quickbooks_releases_what_waited_for_it(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), method="card")
    other = pay(shop.settled_invoice(), method="ach")
    shop.drain()
    assert {shop.event(one).failure_code for one in (payment, other)} == {"payment_method_missing"}
    PaymentMapping.objects.all().delete()
    shop.books.post("paymentmethod", {"Name": "Card"})
    shop.read_lists("PaymentMethod")
    shop.drain()
    assert_synced_alone(shop, payment)
    assert shop.event(other).state == State.FAILED


def test_an_account_made_active_again_releases_what_it_stopped(shop: Shop) -> None:
    bank = shop.books.post("account", {"Name": "Stripe", "AccountType": "Bank"})["Account"]["Id"]
    shop.choose(deposit_account_id=bank)
    shop.books.do("deactivate", entity="Account", name="Stripe")
    shop.read_lists("Account")
    payment = pay(shop.settled_invoice())
    shop.drain()
    assert shop.event(payment).failure_code == "deposit_account_inactive"
    shop.books.do("reactivate", entity="Account", name="Stripe")
    shop.read_lists("Account")
    shop.drain()
    assert_synced(shop, payment)


def assert_synced_alone(shop: Shop, payment: Payment) -> None:
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message

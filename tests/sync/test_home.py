"""The start page says what is not in the books, what to fix, and how the last two weeks went."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection
from runacall.organizations.models import Role
from sync.log import home as home_module
from sync.log.home import DAYS, home, month_end
from sync.models import State, SupportLook, SyncEvent
from tests import builders, log_rows
from tests.on_postgres import only_from_outside, run_on_postgres

pytestmark = pytest.mark.django_db


@pytest.fixture
def books() -> Connection:
    return log_rows.shop_with_books()


@only_from_outside
@pytest.mark.postgresql
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__)


def page(books: Connection, role: str = Role.OWNER) -> str:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(builders.member(books.organization, role))
    return browser.get("/admin/").content.decode()


def failed_invoice(books: Connection, state: str = State.FAILED, **fields: object) -> SyncEvent:
    invoice = builders.invoice(books.organization, send=True)
    SyncEvent.objects.filter(record_id=invoice.pk).delete()
    return log_rows.event(books, state, invoice=invoice, at=timezone.now() - timedelta(hours=5), **fields)


def test_a_shop_without_quickbooks_sees_no_books() -> None:
    shop = builders.organization()
    assert home(shop, at=timezone.now()) is None


def test_what_is_missing_is_counted_with_its_money_and_tax(books: Connection) -> None:
    events = [failed_invoice(books) for _ in range(3)]
    there = failed_invoice(books)
    log_rows.link(books, invoice_of(there))
    shown = home(books.organization, at=timezone.now())
    assert shown
    invoices = [invoice_of(event) for event in events]
    assert shown.missing.invoices == 3
    assert shown.missing.money == sum(one.total for one in invoices) > 0
    assert shown.missing.tax == sum(one.tax_total for one in invoices)
    assert shown.missing.changes == 1, "one is there, without its latest change"
    assert (shown.oldest, shown.colour) == ("5 h", "bad")
    text = page(books)
    assert text.count("4 QBO sync errors need attention.") == 1, "the banner says it, and nothing else"
    assert "4 sync errors need attention." not in text
    assert f"${shown.missing.money:,.2f}" in text
    assert "1 more is there, but without the latest change." in text


def test_an_invoice_that_changed_while_it_was_sent_is_missing_once(books: Connection) -> None:
    unsent = failed_invoice(books)
    log_rows.event(books, State.SENDING, invoice=invoice_of(unsent), at=timezone.now() - timedelta(hours=8), fence=1)
    alone = failed_invoice(books, State.SENDING, fence=1)
    shown = home(books.organization, at=timezone.now())
    assert shown
    assert (shown.missing.invoices, shown.missing.changes) == (2, 0)
    assert shown.missing.money == invoice_of(unsent).total + invoice_of(alone).total
    assert shown.oldest == "8 h", "the one that is being sent waits longest"


def test_the_oldest_is_found_behind_many_that_are_there(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(home_module, "OLDEST_ASKED", 2)
    for hours in (9, 8, 7):
        invoice = builders.invoice(books.organization)
        log_rows.event(books, invoice=invoice, at=timezone.now() - timedelta(hours=hours))
        log_rows.link(books, invoice, qbo_id=f"{hours}")
    failed_invoice(books)
    shown = home(books.organization, at=timezone.now())
    assert shown
    assert (shown.oldest, shown.missing.invoices, shown.missing.changes) == ("5 h", 1, 3)


def invoice_of(event: SyncEvent):  # type: ignore[no-untyped-def]
    from runacall.invoices.models import Invoice

    return Invoice.objects.get(pk=event.record_id)


def test_causes_are_shown_with_their_fix(books: Connection) -> None:
    failed_invoice(books)
    text = page(books)
    assert "What to fix" in text
    assert '<a class="rac-button rac-primary" href="/quickbooks/tax/' in text


def test_only_those_who_manage_quickbooks_see_it(books: Connection) -> None:
    failed_invoice(books)
    for role, sees in {Role.OWNER: True, Role.ADMIN: True, Role.DISPATCHER: False, Role.FIELD_TECH: False}.items():
        assert ("rac-home" in page(books, role)) is sees, role


def test_the_menu_is_not_said_twice(books: Connection) -> None:
    """Where the page has the books, what else there is stands in the menu alone; others start from the list."""
    every = 'class="app-invoices'
    assert every not in page(books)
    assert every in page(books, Role.FIELD_TECH)
    for name in ("invoices_pricebookcategory", "invoices_taxrate"):
        assert reverse(f"admin:{name}_changelist") in page(books)


def test_all_is_well(books: Connection) -> None:
    log_rows.event(books, State.SYNCED, at=timezone.now())
    shown = home(books.organization, at=timezone.now())
    assert shown
    assert (shown.headline, shown.colour) == ("Everything you sent is in QuickBooks.", "good")
    assert shown.missing.money == Decimal(0)
    assert shown.last_success


def test_a_pause_is_said_before_anything_else(books: Connection) -> None:
    failed_invoice(books)
    books.pause("token_expired", at=timezone.now())
    shown = home(books.organization, at=timezone.now())
    assert shown
    assert shown.headline == "Nothing is being sent to QuickBooks: token expired."


def test_retries_to_come(books: Connection) -> None:
    soon = timezone.now() + timedelta(minutes=5)
    failed_invoice(books, State.QUEUED, due_at=soon, retries=1)
    failed_invoice(books, State.QUEUED, due_at=soon + timedelta(hours=1), retries=2)
    shown = home(books.organization, at=timezone.now())
    assert shown
    assert (shown.retries, shown.next_retry) == (2, soon)


def test_days_are_those_of_the_shop(books: Connection) -> None:
    """23:30 in New York is the next day in UTC."""
    zone = books.organization.zone
    late = dt.datetime(2026, 11, 20, 23, 30, tzinfo=zone)
    log_rows.event(books, State.SYNCED, at=late)
    log_rows.event(books, State.FAILED, at=late)
    log_rows.event(books, State.SYNCED, at=late - timedelta(days=DAYS))
    shown = home(books.organization, at=dt.datetime(2026, 11, 27, 8, 0, tzinfo=zone))
    assert shown
    assert {one.day: (one.sent, one.failed) for one in shown.days if one.sent or one.failed} == {
        dt.date(2026, 11, 20): (1, 1)
    }
    assert shown.days[-1].day == dt.date(2026, 11, 27)
    assert len(shown.days) == DAYS


@pytest.mark.parametrize(
    ("day", "said"),
    [
        (dt.date(2026, 11, 23), ""),
        (dt.date(2026, 11, 24), "The month ends in 6 days."),
        (dt.date(2026, 11, 29), "The month ends in 1 day."),
        (dt.date(2026, 12, 31), "The month ends today."),
        (dt.date(2028, 2, 28), "The month ends in 1 day."),
    ],
)
def test_the_end_of_the_month(day: dt.date, said: str) -> None:
    assert month_end(day) == said


def test_many_failures_cost_no_more_queries_than_few(books: Connection) -> None:
    def queries(act: Callable[[], object]) -> int:
        with CaptureQueriesContext(database) as seen:
            act()
        return len(seen)

    failed_invoice(books)
    few = queries(lambda: home(books.organization, at=timezone.now()))
    for _ in range(20):
        failed_invoice(books)
    assert queries(lambda: home(books.organization, at=timezone.now())) == few <= 12


def test_our_support_sees_the_state_of_the_books_in_the_shop_that_it_opened(books: Connection) -> None:
    failed_invoice(books)
    browser = Client(headers={"host": "localhost"})
    browser.force_login(builders.superuser())
    assert "need attention" not in browser.get("/admin/").content.decode(), "no shop is open yet"
    browser.post(reverse("switch_organization"), {"organization": books.organization_id})
    text = browser.get("/admin/").content.decode()
    assert "1 sync error needs attention." in text
    assert "What to fix" in text
    assert "rac-primary" not in text, "it may change nothing"
    assert SupportLook.objects.filter(organization=books.organization, path="/admin/").exists()

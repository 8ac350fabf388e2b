"""The banner above every page, the badge in the menu, and the banner of one invoice."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.models import State, SyncEvent
from sync.models.events import failure_columns
from sync.worker.status import sync_status
from tests import builders, log_rows

INDEX = reverse("admin:index")
EVERYWHERE = [
    INDEX,
    reverse("admin:invoices_invoice_changelist"),
    reverse("admin:invoices_customer_add"),
    reverse("admin:sync_syncevent_changelist"),
    reverse("admin:password_change"),
    reverse("qbo:status"),
    reverse("qbo:tax"),
    reverse("qbo:help", args=["resolving-common-quickbooks-errors"]),
]


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


class TestOnEveryPage:
    @pytest.mark.parametrize("page", EVERYWHERE)
    def test_says_how_many_and_leads_to_them(self, books: Connection, page: str) -> None:
        for _ in range(3):
            log_rows.event(books)
        html = client_of(books).get(page).content.decode()
        assert html.count("3 QBO sync errors need attention.") == (2 if "help" in page else 1)
        assert f'href="{reverse("admin:sync_syncevent_changelist")}?status=failed"' in html

    def test_one_is_singular(self, books: Connection) -> None:
        log_rows.event(books)
        assert "1 QBO sync error needs attention." in client_of(books, Role.ADMIN).get(INDEX).content.decode()

    def test_is_gone_at_zero(self, books: Connection) -> None:
        for state in (State.QUEUED, State.CHECKING, State.SUPERSEDED, State.DISMISSED, State.SYNCED, State.SENDING):
            log_rows.event(books, state)
        html = client_of(books).get(INDEX).content.decode()
        assert "need attention" not in html
        assert '<span id="sync-badge" class="rac-sidebar-badge"></span>' in html

    def test_a_pause_counts_as_one(self, books: Connection) -> None:
        log_rows.paused(books)
        log_rows.event(books, State.QUEUED, None)
        assert "1 QBO sync error needs attention." in client_of(books).get(INDEX).content.decode()

    def test_counts_the_current_organization_alone(self, books: Connection) -> None:
        log_rows.event(log_rows.shop_with_books("hilltop"))
        assert "need attention" not in client_of(books).get(INDEX).content.decode()

    @pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
    def test_is_for_those_who_manage_quickbooks(self, books: Connection, role: str) -> None:
        log_rows.event(books)
        html = client_of(books, role).get(INDEX).content.decode()
        assert "need attention" not in html
        assert "Sync log" not in html

    def test_says_what_is_not_in_the_books(self, books: Connection) -> None:
        lines = [builders.line(rates=[builders.rate(books.organization)])]
        missing, there = (builders.invoice(books.organization, lines=lines, at=timezone.now()) for _ in range(2))
        log_rows.event(books, invoice=missing)
        log_rows.event(books, invoice=there)
        log_rows.link(books, there)
        log_rows.event(books, record_type="payment", amount="9999.00")
        neighbor = log_rows.shop_with_books("lakeside")
        log_rows.event(neighbor, invoice=builders.invoice(neighbor.organization, at=timezone.now()))
        said = "$107.25 is not in the books yet, $7.25 of it sales tax."
        assert f"3 QBO sync errors need attention.</b> <span>{said}</span>" in self.html_for(books)
        log_rows.link(books, missing, qbo_id="59")
        assert "not in the books yet" not in self.html_for(books)

    def test_adds_up_only_the_latest_where_there_are_very_many(
        self, books: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is on every page: with 5,000 errors the sum would take as long as all the rest of the page."""
        invoices = [builders.invoice(books.organization, at=timezone.now()) for _ in range(3)]
        for hours, invoice in enumerate(invoices):
            log_rows.event(books, invoice=invoice, at=timezone.now() + dt.timedelta(hours=hours))
        money = f"{sum(one.total for one in invoices[1:]):,.2f}"
        monkeypatch.setattr("sync.log.attention.MOST_ADDED_UP", 2)
        assert f"<span>At least ${money} is not in the books yet" in self.html_for(books)
        monkeypatch.setattr("sync.log.attention.MOST_ADDED_UP", 3)
        html = self.html_for(books)
        assert "At least" not in html
        assert f"<span>${sum(one.total for one in invoices):,.2f} is not in the books yet" in html

    @pytest.mark.parametrize(
        ("state", "errors", "payments"),
        [(State.FAILED, 2, 2), (State.HELD, 1, 2), (State.DISMISSED, 3, 0), (State.SYNCED, 3, 0)],
    )
    def test_payments_that_wait_for_an_error_are_no_errors_of_their_own(
        self, books: Connection, state: str, errors: int, payments: int
    ) -> None:
        """Two payments of one invoice, beside a payment that failed by itself."""
        invoice = builders.invoice(books.organization, at=timezone.now())
        held = failure_columns(log_rows.CLOSED) if state == State.HELD else {}
        log_rows.event(books, state, invoice=invoice, **held)
        for _ in range(2):
            log_rows.event(books, record_type="payment", blocked_by=f"invoice:{invoice.pk}")
        log_rows.event(books, record_type="payment", blocked_by="customer:9")
        html = self.html_for(books)
        said = "1 QBO sync error needs" if errors == 1 else f"{errors} QBO sync errors need"
        assert f"<b>{said} attention.</b>" in html
        assert f'class="rac-sidebar-badge">{errors}</span>' in html
        following = f"{payments} payments wait for {'it' if errors == 1 else 'them'}."
        assert (following in html) == bool(payments)
        [queue] = sync_status([books.organization], at=timezone.now()).queues
        assert (queue.needing_attention, queue.waiting_payments) == (errors, payments)
        assert SyncEvent.objects.for_organization(books.organization).needing_attention().count() == errors
        # Status counts all that failed, and says what makes the difference.
        status = client_of(books).get(reverse("qbo:status")).content.decode()
        assert f"<b>{errors + payments}</b><span>Failed</span>" in status
        assert (
            "Failed includes 2 payments that only wait for an invoice; the banner does not count them" in status
        ) == bool(payments)

    def html_for(self, books: Connection) -> str:
        return client_of(books).get(reverse("admin:invoices_customer_changelist")).content.decode()

    def test_costs_one_query_with_the_badge_and_one_for_the_money(self, books: Connection) -> None:
        log_rows.event(books)
        client = client_of(books)
        page = reverse("admin:invoices_customer_changelist")
        client.get(page)
        with CaptureQueriesContext(database) as seen:
            html = client.get(page).content.decode()
        assert len([query for query in seen if "sync_syncevent" in query["sql"]]) == 2
        assert '<span id="sync-badge" class="rac-sidebar-badge">1</span>' in html

    def test_nobody_is_told_before_logging_in(self, books: Connection) -> None:
        log_rows.event(books)
        assert "need attention" not in Client().get(reverse("admin:login")).content.decode()


class TestInvoice:
    @pytest.fixture
    def invoice(self, books: Connection) -> Invoice:
        made = builders.invoice(books.organization)
        SyncEvent.objects.all().delete()
        return made

    def shown(self, client: Client, invoice: Invoice) -> str:
        html = client.get(reverse("admin:invoices_invoice_change", args=[invoice.pk])).content.decode()
        return " ".join(html.split())

    def test_a_failed_one_says_what_is_wrong_and_how_to_fix_it(self, books: Connection, invoice: Invoice) -> None:
        event = log_rows.event(books, invoice=invoice)
        log_rows.event(books)
        html = self.shown(client_of(books), invoice)
        assert "rac-tone-alarm" in html
        assert "Not in QuickBooks: Tax code &#x27;Combined 7.25&#x27; not mapped" in html
        assert f'<a href="{reverse("qbo:tax")}">Settings → QuickBooks → Tax</a>' in html
        assert "1 other needs the same fix." in html
        assert "Map the rate" in html
        assert "How to fix this" in html
        assert "Retry sync" in html
        assert "Post to current period" not in html
        answer = client_of(books).post(
            reverse("admin:sync_syncevent_retry", args=[event.pk]),
            {"next": reverse("admin:invoices_invoice_change", args=[invoice.pk])},
        )
        assert answer.url == reverse("admin:invoices_invoice_change", args=[invoice.pk])

    def test_a_closed_period_can_be_posted_to_today(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, failure=log_rows.CLOSED, invoice=invoice)
        assert "Post to current period…</a>" in self.shown(client_of(books), invoice)

    def test_a_waiting_one_says_for_what(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, State.QUEUED, None, invoice=invoice)
        log_rows.paused(books)
        html = self.shown(client_of(books), invoice)
        assert "Waiting: token expired" in html
        assert "rac-tone-calm" in html
        assert "Retry sync" not in html

    def test_a_retry_says_when(self, books: Connection, invoice: Invoice) -> None:
        due = timezone.now() + dt.timedelta(minutes=18)
        log_rows.event(books, State.QUEUED, log_rows.BUSY, invoice=invoice, retries=2, due_at=due)
        assert "Retry 2 of 3 at" in self.shown(client_of(books), invoice)

    def test_what_is_on_its_way_looks_again_by_itself(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, State.SENDING, None, invoice=invoice)
        client = client_of(books)
        again = reverse("sync:invoice_banner", args=[invoice.pk])
        assert f'hx-get="{again}"' in self.shown(client, invoice)
        html = client.get(again).content.decode()
        assert "Being sent to QuickBooks" in html
        assert "<html" not in html

    def test_a_synced_one_says_under_which_number_and_that_it_matches(
        self, books: Connection, invoice: Invoice
    ) -> None:
        log_rows.event(books, State.SYNCED, None, invoice=invoice)
        log_rows.link(books, invoice)
        html = self.shown(client_of(books), invoice)
        assert "In QuickBooks as 1042 · $100.00 matches" in html
        assert 'href="http://127.0.0.1:9/app/invoice?txnId=58"' in html

    def test_a_difference_is_said(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, State.SYNCED, None, invoice=invoice)
        log_rows.link(books, invoice, total=Decimal("100.05"))
        assert "$100.05 there, $100.00 here" in self.shown(client_of(books), invoice)

    def test_a_dispatcher_reads_plain_words_and_has_nothing_to_press(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, invoice=invoice)
        html = self.shown(client_of(books, Role.DISPATCHER), invoice)
        assert "Not in QuickBooks yet: a tax rate has to be set up. The office is on it." in html
        for hidden in ("Retry sync", "not mapped", reverse("qbo:tax"), "sync/syncevent"):
            assert hidden not in html, hidden

    def test_a_field_tech_sees_nothing(self, books: Connection, invoice: Invoice) -> None:
        log_rows.event(books, invoice=invoice)
        assert "invoice-sync" not in self.shown(client_of(books, Role.FIELD_TECH), invoice)

    def test_a_draft_and_a_shop_without_quickbooks_say_nothing(self, books: Connection) -> None:
        draft = builders.invoice(books.organization, send=False)
        assert "invoice-sync" not in self.shown(client_of(books), draft)
        Connection.objects.all().delete()
        assert "invoice-sync" not in self.shown(client_of(books), draft)

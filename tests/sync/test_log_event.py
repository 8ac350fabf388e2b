"""One event of the log: its opened row, its page, its buttons, and what goes to support."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.models import CompanyFacts, Connection, Link
from sync.models import ActionRecord, Attempt, State, SyncEvent
from tests import builders, log_rows

HTMX = {"HX-Request": "true"}


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def url(name: str, event: SyncEvent) -> str:
    return reverse(f"admin:sync_syncevent_{name}", args=[event.pk])


def opened(client: Client, event: SyncEvent) -> str:
    answer = client.get(url("details", event), headers=HTMX)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


class TestOpenedRow:
    def test_is_a_fragment(self, books: Connection, owner: Client) -> None:
        html = opened(owner, log_rows.event(books))
        assert "<html" not in html
        assert "rac-details" in html

    def test_links_the_remedy_to_the_page_that_fixes_it(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        log_rows.event(books)
        html = opened(owner, event)
        assert f'<a href="{reverse("qbo:tax")}">Settings → QuickBooks → Tax</a>' in html
        assert "1 other needs the same fix." in html
        assert "#tax-code-not-mapped" in html

    def test_shows_payload_answer_trace_and_attempts(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, failure=log_rows.NO_ITEM)
        log_rows.submitted(
            books,
            event,
            request={"Invoice": {"DocNumber": "1842", "Line": [{"Amount": 326.11}]}},
            answer={"Fault": {"Error": [{"Message": "Invalid Reference Id", "code": "2500"}]}},
            intuit_tid="1-66f0a1b2",
            http_status=200,
            duration_ms=412,
            retry_number=2,
            entries=[{"code": "2500", "message": "Invalid Reference Id", "detail": "Items element id 9"}],
        )
        html = opened(owner, event)
        for said in (
            "&quot;DocNumber&quot;: &quot;1842&quot;",
            "&quot;Amount&quot;: 326.11",
            "&quot;code&quot;: &quot;2500&quot;",
            "1-66f0a1b2",
            log_rows.REALM,
            "retry 2",
            "412 ms",
            "QuickBooks: 2500 Invalid Reference Id / Items element id 9",
        ):
            assert said in html, said
        assert "another customer" not in html

    def test_what_was_settled_here_shows_the_payload_that_would_have_gone(
        self, books: Connection, owner: Client
    ) -> None:
        event = log_rows.event(books)
        log_rows.attempt(event, Attempt.Kind.SETTLED_HERE, request='{"Invoice": {"DocNumber": "1842"}}')
        html = opened(owner, event)
        assert "Not sent. Run a Call knew before sending: Tax code" in html
        assert "What would have been sent" in html
        assert "decided here, nothing was sent" in html
        assert "none, QuickBooks was not asked" in html

    def test_hides_secrets(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        log_rows.attempt(
            event,
            request='{"access_token": "SECRET-1", "Invoice": {"SyncToken": "7"}}',
            answer="<html>Authorization: Bearer SECRET2.abcdef-ghij refresh_token=SECRET3</html>",
        )
        html = opened(owner, event)
        assert "SECRET" not in html
        assert "&quot;SyncToken&quot;: &quot;7&quot;" in html

    @pytest.mark.parametrize("answer", ["", "<html>Sign in</html>", '{"BatchItemResponse": [', "[1, 2]", "null"])
    def test_survives_any_answer(self, books: Connection, owner: Client, answer: str) -> None:
        event = log_rows.event(books)
        attempt = log_rows.submitted(books, event, request={"Invoice": {}}, answer={})
        attempt.submission.answer = answer
        attempt.submission.save()
        opened(owner, event)

    def test_looks_again_by_itself_only_while_something_is_about_to_happen(
        self, books: Connection, owner: Client
    ) -> None:
        assert "every 2s" in opened(owner, log_rows.event(books, State.QUEUED, None, at=timezone.now()))
        assert "every 2s" not in opened(owner, log_rows.event(books))


class TestButtons:
    def test_retry_single_event_from_its_page(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        shown = owner.get(url("change", event)).content.decode()
        assert "Retry single event" in shown
        answer = owner.post(url("retry", event), follow=True)
        event.refresh_from_db()
        assert event.state == State.QUEUED
        assert answer.context["result"].sentence == "Retried 1 event. 1 under way."
        assert "Retried 1 event." in answer.content.decode()

    def test_retry_single_event_from_the_opened_row_stays_there(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        answer = owner.post(url("retry", event), headers=HTMX)
        html = answer.content.decode()
        assert "Retried 1 event." in html
        assert f'<span id="status-{event.pk}" class="rac-badge rac-queued" hx-swap-oob="true">Queued' in html
        assert "log-changed" in answer.headers["HX-Trigger-After-Swap"]

    def test_a_synced_event_is_left_alone_and_says_so(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, State.SYNCED, None)
        assert "Retry single event" not in opened(owner, event)
        answer = owner.post(url("retry", event), follow=True)
        said = [str(message) for message in answer.context["messages"]]
        assert said == ["Retried 0 events. Left 1 alone: 1 already in QuickBooks."]

    def test_post_to_current_period(self, books: Connection, owner: Client) -> None:
        invoice = builders.invoice(books.organization)
        event = log_rows.event(books, failure=log_rows.CLOSED, invoice=invoice)
        assert "Post to current period" in opened(owner, event)
        owner.post(reverse("admin:sync_syncevent_post_to_current_period_all") + f"?id={event.pk}")
        invoice.refresh_from_db()
        assert invoice.invoice_date == books.organization.today(timezone.now())
        event.refresh_from_db()
        assert event.state == State.QUEUED

    def test_post_to_current_period_says_why_it_is_no_way_out(self, books: Connection, owner: Client) -> None:
        CompanyFacts.objects.update(book_close_date="2999-12-31")
        event = log_rows.event(books, failure=log_rows.CLOSED)
        html = opened(owner, event)
        assert "Post to current period…" not in html
        assert "today is in the closed period too" in html

    def test_post_all_of_a_closed_period(self, books: Connection, owner: Client) -> None:
        invoices = [builders.invoice(books.organization) for _ in range(2)]
        for invoice in invoices:
            log_rows.event(books, failure=log_rows.CLOSED, invoice=invoice)
        there = builders.invoice(books.organization)
        log_rows.event(books, failure=log_rows.CLOSED, invoice=there)
        log_rows.link(books, there)
        asked = reverse("admin:sync_syncevent_post_to_current_period_all") + "?status=failed&cause=closed_period"
        html = owner.get(asked).content.decode()
        assert "Post 2 invoices to the current period?" in html
        assert "already in the closed period in QuickBooks" in html
        owner.post(asked)
        assert SyncEvent.objects.filter(state=State.QUEUED).count() == 2

    def test_accept_is_for_a_difference_alone(self, books: Connection, owner: Client) -> None:
        invoice = builders.invoice(books.organization)
        differs = Failure("total_differs", Subject("invoice", str(invoice.pk), invoice.number))
        event = log_rows.event(books, failure=differs, invoice=invoice)
        log_rows.link(books, invoice, total=Decimal("100.05"))
        assert "Accept the difference" in opened(owner, event)
        owner.post(url("accept", event))
        event.refresh_from_db()
        assert event.state == State.SYNCED
        assert Link.objects.get().accepted_at
        assert ActionRecord.objects.get().action == "accept"
        assert "Accept the difference" not in opened(owner, log_rows.event(books))

    def test_what_fixes_it_comes_before_a_retry(self, books: Connection, owner: Client) -> None:
        def first(event: SyncEvent) -> str:
            html = opened(owner, event)
            at = html.index("rac-primary")
            assert html.count("rac-primary") == 1
            return html[at : html.index("</", at)].partition(">")[2].strip()

        assert first(log_rows.event(books)) == "Map the rate"
        offline = Failure("network")
        assert first(log_rows.event(books, failure=offline)) == "Retry single event"

    def test_dismiss_without_a_reason_does_nothing(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        assert "Enter a reason why" in owner.post(url("dismiss", event), headers=HTMX).content.decode()
        event.refresh_from_db()
        assert event.state == State.FAILED

    def test_a_reason_that_no_database_keeps_is_asked_for_again(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        many = f"{reverse('admin:sync_syncevent_dismiss_all')}?id={event.pk}"
        for where, follows in ((url("dismiss", event), {"headers": HTMX}), (many, {"follow": True})):
            answer = owner.post(where, {"reason": "by\x00hand"}, **follows)
            assert "a character in it that is not text" in answer.content.decode()
        event.refresh_from_db()
        assert event.state == State.FAILED

    @pytest.mark.parametrize("action", ["retry", "dismiss", "take_back", "accept", "undo_posting"])
    def test_nothing_happens_by_looking(self, books: Connection, owner: Client, action: str) -> None:
        event = log_rows.event(books)
        assert owner.get(url(action, event)).status_code == 405

    def test_buttons_lead_back_to_a_page_of_ours_alone(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        log = reverse("admin:sync_syncevent_changelist") + "?status=failed"
        assert owner.post(url("retry", event), {"next": log}).url == log
        assert owner.post(url("retry", event), {"next": "//evil.example"}).url == url("change", event)


class TestEscalate:
    def test_shows_everything_that_support_asks_for(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, failure=log_rows.NO_ITEM, label="Invoice #1842")
        log_rows.attempt(event, intuit_tid="1-66f0a1b2", http_status=400)
        answer = owner.get(url("escalate", event))
        text = answer.context["support_text"]
        for line in (
            "Exact error message: Item 'Capacitor 35/5' not found in QBO",
            "Affected invoice number: #1842",
            f"QBO realm ID: {log_rows.REALM}",
            "intuit_tid: 1-66f0a1b2",
        ):
            assert line in text.splitlines()
        html = answer.content.decode()
        assert 'data-copy="#support-text"' in html
        assert "mailto:admin@runacall.com?subject=QBO%20sync%20error%3A%20Invoice%20%231842" in html
        assert "Exact%20error%20message%3A%20Item%20%27Capacitor%2035%2F5%27" in html

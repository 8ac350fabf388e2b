"""The list of the sync log stays up to date, and shows the result of an action once it is known."""

from __future__ import annotations

import datetime as dt
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection, ConnectionSettings
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import failure_columns
from tests import builders, log_rows
from tests.journeys.visiting import Page

LOG = reverse("admin:sync_syncevent_changelist")
RETRY_ALL = reverse("admin:sync_syncevent_retry_all")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def said(answer: Any) -> list[str]:
    return [result.sentence for result in answer.context["results"]]


class TestLive:
    """What the page asks for by itself: the whole list, under the filters, order and page that it has."""

    def live(self, owner: Client, **query: str) -> Page:
        url = f"{reverse('admin:sync_syncevent_live')}?{urlencode(query)}"
        answer = owner.get(url, headers={"HX-Request": "true"})
        assert answer.status_code == 200
        return Page(url, 200, answer.content.decode())

    def test_brings_rows_chips_banner_pager_and_causes(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, State.SENDING, None)
        page = self.live(owner)
        for part in ("sync-banner", "results", "causes", "chips", "list", "pager", f"event-{event.pk}"):
            assert page.part(part), part
        assert "<html" not in page.body

    def test_rows_come_and_go_and_everything_agrees(self, books: Connection, owner: Client) -> None:
        events = [log_rows.event(books) for _ in range(3)]
        SyncEvent.objects.filter(pk=events[0].pk).update(state=State.QUEUED, due_at=timezone.now())
        page = self.live(owner, status="failed")
        shown = {node["id"] for node in page.root.all("tbody", class_="rac-event")}
        assert shown == {f"event-{event.pk}" for event in events[1:]}
        assert page.part("list")["data-total"] == "2"
        assert page.root.one("a", **{"data-status": "failed"}).text == "Failed 2"
        assert "2 QBO sync errors" in page.part("sync-banner").text
        assert "Retry 2" in page.part("causes").text
        assert "2 sync events" in page.part("pager").text
        SyncEvent.objects.update(state=State.FAILED)
        assert len(list(self.live(owner, status="failed").root.all("tbody", class_="rac-event"))) == 3

    def test_what_is_open_tells_how_it_stands_though_it_left_the_list(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books, State.SYNCED, None)
        foreign = log_rows.event(log_rows.shop_with_books("other"))
        page = self.live(owner, status="failed", open=str(event.pk))
        assert page.part("kept").one(id=f"status-{event.pk}").text == "Synced"
        assert "open" not in page.part("live")["hx-get"]
        assert page.part("list")["data-total"] == "0"
        assert not list(self.live(owner, open=str(foreign.pk)).part("kept").all("tbody"))

    def test_a_page_that_is_no_longer_there_is_the_last_one(self, books: Connection, owner: Client) -> None:
        for _ in range(51):
            log_rows.event(books)
        assert len(list(self.live(owner, status="failed", p="2").root.all("tbody", class_="rac-event"))) == 1
        SyncEvent.objects.earliest("pk").delete()
        assert len(list(self.live(owner, status="failed", p="2").root.all("tbody", class_="rac-event"))) == 50
        assert len(owner.get(LOG, {"status": "failed", "p": "7"}).context["rows"]) == 50

    def test_asks_often_only_while_something_is_about_to_happen(self, books: Connection, owner: Client) -> None:
        def every() -> str:
            return self.live(owner).part("live")["data-every"]

        log_rows.event(books)
        assert every() == "30"
        log_rows.event(books, State.QUEUED, None, at=timezone.now() + dt.timedelta(hours=1))
        assert every() == "30"
        log_rows.event(books, State.QUEUED, None, at=timezone.now())
        assert every() == "2"
        books.pause("token_expired", at=log_rows.AT)
        assert every() == "30"

    @pytest.mark.parametrize(
        ("kind", "off", "expected"),
        [
            ("payment", {"sync_payments": False}, "30"),
            ("invoice", {"sync_payments": False}, "2"),
            ("invoice", {"sync_invoices": False}, "30"),
            ("payment", {"sync_invoices": False}, "30"),
        ],
    )
    def test_what_is_not_sent_is_not_about_to_happen(
        self, books: Connection, owner: Client, kind: str, off: dict[str, bool], expected: str
    ) -> None:
        log_rows.event(books, State.QUEUED, None, at=timezone.now(), record_type=kind)
        assert self.live(owner).part("live")["data-every"] == "2"
        ConnectionSettings.objects.update_or_create(connection=books, defaults=off)
        assert self.live(owner).part("live")["data-every"] == expected

    def test_an_unknown_filter_changes_nothing_on_the_page(self, books: Connection, owner: Client) -> None:
        assert self.live(owner, status="nonsense").part("list").text.startswith("inbox These filters are not valid")


class TestResults:
    """What came of an action is said when it is known, not when it was queued."""

    @pytest.fixture
    def retried(self, books: Connection, owner: Client) -> list[SyncEvent]:
        events = [log_rows.event(books) for _ in range(5)]
        owner.post(f"{RETRY_ALL}?status=failed")
        return events

    def settle(self, events: list[SyncEvent], state: str, **changes: Any) -> None:
        failed = failure_columns(log_rows.UNMAPPED) if state == State.FAILED else {}
        SyncEvent.objects.filter(pk__in=[event.pk for event in events]).update(
            state=state, changed_at=timezone.now(), **failed, **changes
        )

    def test_an_empty_list_of_failures_claims_nothing(self, owner: Client, retried: list[SyncEvent]) -> None:
        html = owner.get(LOG, {"status": "failed"}).content.decode()
        assert "5 events are on the way and can still fail." in html
        assert "Everything that was sent is in QuickBooks" not in html

    def test_how_many_arrived_with_their_money_and_how_many_failed_again(
        self, owner: Client, retried: list[SyncEvent]
    ) -> None:
        assert said(owner.get(LOG)) == ["Retried 5 events. 5 under way."]
        self.settle(retried[:2], State.SYNCED)
        assert said(owner.get(LOG)) == ["Retried 5 events. 2 in QuickBooks, $699.50; 3 under way."]
        self.settle(retried[2:4], State.FAILED)
        self.settle(retried[4:], State.QUEUED, due_at=timezone.now() + dt.timedelta(minutes=5), retries=1)
        answer = owner.get(LOG)
        assert said(answer) == [
            "Retried 5 events. 2 in QuickBooks, $699.50; 1 waiting for the next retry; 2 failed again."
        ]
        assert answer.context["results"][0].is_known
        again = owner.get(answer.context["results"][0].failed_url)
        assert {row.event.pk for row in again.context["rows"]} == {event.pk for event in retried[2:4]}
        assert "Retry of " in again.content.decode()

    def test_a_paused_connection_is_named(self, books: Connection, owner: Client, retried: list[SyncEvent]) -> None:
        log_rows.paused(books)
        assert said(owner.get(LOG)) == ["Retried 5 events. 5 waiting: token expired."]

    def test_it_is_gone_after_a_while(self, owner: Client, retried: list[SyncEvent]) -> None:
        self.settle(retried, State.SYNCED)
        assert said(owner.get(LOG))
        hour_ago = timezone.now() - dt.timedelta(hours=1)
        ActionRecord.objects.update(at=hour_ago)
        SyncEvent.objects.update(changed_at=hour_ago)
        assert said(owner.get(LOG)) == []

    def test_two_people_at_once(self, books: Connection, owner: Client, retried: list[SyncEvent]) -> None:
        other, colleague = Client(), builders.member(books.organization)
        colleague.first_name, colleague.last_name = "Ann", "Lee"
        colleague.save()
        other.force_login(colleague)
        assert said(other.get(LOG))[0].endswith(": Retried 5 events. 5 under way.")
        self.settle(retried[:1], State.FAILED)
        other.post(reverse("admin:sync_syncevent_retry", args=[retried[0].pk]))
        assert said(owner.get(LOG)) == [
            "Ann Lee: Retried 1 event. 1 under way.",
            "Retried 5 events. 4 under way; 1 changed or retried again since.",
        ]
        self.settle(retried, State.SYNCED)
        assert said(owner.get(LOG)) == [
            "Retried 5 events. 4 in QuickBooks, $1,399.00; 1 changed or retried again since."
        ]
        assert said(other.get(LOG)) == ["Retried 1 event. 1 in QuickBooks, $349.75."]

    def test_one_of_which_nothing_is_left_is_not_told_beside_the_later_one(
        self, owner: Client, retried: list[SyncEvent]
    ) -> None:
        self.settle(retried, State.FAILED)
        owner.post(f"{RETRY_ALL}?status=failed")
        assert said(owner.get(LOG)) == ["Retried 5 events. 5 under way."]

    def test_an_edit_takes_an_event_out_of_the_action(self, books: Connection, owner: Client) -> None:
        invoice = builders.invoice(books.organization)
        event = SyncEvent.objects.get()
        SyncEvent.objects.update(state=State.FAILED, **failure_columns(log_rows.UNMAPPED))
        owner.post(reverse("admin:sync_syncevent_retry", args=[event.pk]))
        assert SyncEvent.objects.get().action is not None
        invoice.edit(customer_note="Thank you", at=timezone.now())
        assert SyncEvent.objects.get().action is None

    def test_as_many_queries_for_many_events_as_for_few(self, books: Connection, owner: Client) -> None:
        def queries() -> int:
            with CaptureQueriesContext(database) as found:
                owner.get(LOG)
            return len(found)

        log_rows.event(books)
        owner.post(f"{RETRY_ALL}?status=failed")
        few = queries()
        for _ in range(3):
            self.settle(list(SyncEvent.objects.all()), State.FAILED)
            log_rows.event(books)
            owner.post(f"{RETRY_ALL}?status=failed")
        assert queries() == few

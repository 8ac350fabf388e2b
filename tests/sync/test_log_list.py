"""The list of the sync log: what a row says, what the filters mean, and what is done to many."""

from __future__ import annotations

import csv
import datetime as dt
import re
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode, urljoin

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from django_q.models import OrmQ

from qbo.failures import Failure, Subject
from qbo.models import Connection
from sync import tasks
from sync.actions import ACTIONS
from sync.log.filters import SyncEventFilter
from sync.models import ActionRecord, State, SyncEvent
from tests import builders, log_rows
from tests.journeys.visiting import visitor_of

LOG = reverse("admin:sync_syncevent_changelist")
RETRY_ALL = reverse("admin:sync_syncevent_retry_all")
DISMISS = reverse("admin:sync_syncevent_dismiss_all")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def page(client: Client, **query: Any) -> str:
    answer = client.get(LOG, query)
    assert answer.status_code == 200
    return answer.content.decode()


def labels(client: Client, **query: Any) -> list[str]:
    return [row.event.label for row in client.get(LOG, query).context["rows"]]


def ticked(client: Client, action: str, *events: SyncEvent, query: str = "", across: bool = False) -> Any:
    posted = {
        "action": action,
        "select_across": "1" if across else "0",
        "_selected_action": [event.pk for event in events],
    }
    return client.post(f"{LOG}?{query}", posted)


def said(answer: Any) -> list[str]:
    """What the page says of actions: at once where they are over, else how they stand."""
    results = answer.context.get("results") or []
    return [*map(str, answer.context["messages"]), *[result.sentence for result in results]]


class TestRow:
    def test_says_what_the_help_article_shows(self, books: Connection, owner: Client) -> None:
        log_rows.event(books, label="Invoice #1842")
        html = page(owner)
        for cell in (
            "2026-06-18 11:32",
            "Invoice #1842",
            "Run a Call → QBO",
            "Failed",
            "Tax code &#x27;Combined 7.25&#x27; not mapped",
            "Needs you · not retried automatically",
            "M. Okafor · $349.75",
        ):
            assert cell in html, cell

    def test_has_a_real_button_and_no_payload(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        log_rows.attempt(event, request='{"secret-of-the-payload": 1}')
        html = page(owner)
        assert f'aria-expanded="false" aria-controls="details-{event.pk}"' in " ".join(html.split())
        assert reverse("admin:sync_syncevent_details", args=[event.pk]) in html
        assert "secret-of-the-payload" not in html

    def test_waiting_retry_says_when(self, books: Connection, owner: Client) -> None:
        due = timezone.now() + dt.timedelta(minutes=18)
        log_rows.event(books, State.QUEUED, log_rows.BUSY, retries=2, due_at=due)
        local = books.organization.local(due)
        assert f"Retry 2 of 3 at {local:%H:%M}, in 18 min" in page(owner)

    def test_pause_is_said_by_what_waits(self, books: Connection, owner: Client) -> None:
        log_rows.paused(books)
        log_rows.event(books, State.QUEUED, None)
        html = page(owner)
        assert "Waiting: token expired" in html
        assert "Paused: token expired, 1 waiting, reconnect to send them" in html

    def test_synced_says_under_which_number(self, books: Connection, owner: Client) -> None:
        invoice = builders.invoice(books.organization)
        log_rows.event(books, State.SYNCED, None, invoice=invoice)
        log_rows.link(books, invoice)
        html = page(owner)
        assert "In QuickBooks as 1042 · $100.00 matches" in html
        assert "http://127.0.0.1:9/app/invoice?txnId=58" in html

    def test_needs_the_same_queries_whatever_the_number_of_rows(self, books: Connection, owner: Client) -> None:
        def queries() -> int:
            page(owner)
            with CaptureQueriesContext(database) as seen:
                page(owner)
            return len(seen)

        for _ in range(4):
            log_rows.event(books)
        # The lists that a fix chooses from are read once for each kind of cause.
        log_rows.event(books, failure=Failure("item_not_found", Subject("item", "100", "Part")))
        log_rows.event(books, State.SYNCED, None)
        few = queries()
        for number in range(45):
            log_rows.event(books, failure=Failure("item_not_found", Subject("item", str(number), f"Part {number}")))
            log_rows.event(books, State.SYNCED, None)
        # One of them reads the saved views.
        assert queries() == few <= 25


@pytest.mark.parametrize("number", [2, 70], ids=["a few", "more than a page"])
@pytest.mark.parametrize(
    "query", [{"search": "lakewood"}, {"search": "40"}, {"search": "4070"}, {"entity": "customer"}]
)
@pytest.mark.parametrize("status", [(), ("failed",)])
def test_rows_and_counts_are_those_of_the_filters(
    books: Connection, owner: Client, number: int, query: dict[str, str], status: tuple[str, ...]
) -> None:
    for place in range(number):
        state, failure = (State.SYNCED, None) if place % 3 else (State.FAILED, log_rows.UNMAPPED)
        named = {"party": "Lakewood Dental", "at": log_rows.AT + dt.timedelta(minutes=place)}
        log_rows.event(books, state, failure, label=f"Invoice #{4001 + place}", **named)
        log_rows.event(books, state, failure, label=f"Customer {4001 + place}", record_type="customer", **named)
        log_rows.event(books, label=f"Invoice #{5001 + place}", party="Somebody else")
    found = SyncEventFilter(query, queryset=SyncEvent.objects.for_organization(books.organization)).qs
    wanted = found.filter(state__in=status or State.values)
    pages = [owner.get(LOG, {**query, "status": status, "p": page}).context["cl"] for page in (1, 2, 3, 99)]
    shown = [[row.pk for row in cl.result_list] for cl in pages]
    # The number itself comes first, and then the newest.
    exact = wanted.filter(label__endswith=f"#{query.get('search')}")
    first = [one.pk for one in exact] if query.get("search", "").isdecimal() else []
    expected = [*first, *(pk for pk in wanted.values_list("pk", flat=True) if pk not in first)]
    size = pages[0].list_per_page
    assert shown[0] == expected[:size]
    last = (len(expected) - 1) // size if expected else 0
    assert shown[1:] == [expected[size * min(at, last) :][:size] for at in (1, 2, 98)]
    for cl in pages:
        assert cl.result_count == len(expected)
        assert {state: count.number for state, count in cl.counts.items() if count.number} == {
            state: found.filter(state=state).count() for state in set(found.values_list("state", flat=True))
        }


class TestFilters:
    @pytest.fixture(autouse=True)
    def _rows(self, books: Connection) -> None:
        log_rows.event(books, label="Invoice #1")
        log_rows.event(books, failure=log_rows.NO_ITEM, label="Invoice #2", party="Lakewood Dental")
        log_rows.event(books, State.SYNCED, None, label="Invoice #3", at=log_rows.AT - dt.timedelta(days=3))
        log_rows.event(books, State.QUEUED, None, label="Item Capacitor", record_type="item", record_id=5, amount=None)
        log_rows.event(books, State.SYNCED, None, label="Invoice #4", direction="in")

    def test_each_shows_its_rows(self, owner: Client) -> None:
        expectations: list[tuple[dict[str, Any], set[str]]] = [
            ({"status": "failed"}, {"Invoice #1", "Invoice #2"}),
            ({"status": ["failed", "queued"]}, {"Invoice #1", "Invoice #2", "Item Capacitor"}),
            ({"cause": "item_not_found:item:9"}, {"Invoice #2"}),
            ({"cause": "tax_code_not_mapped"}, {"Invoice #1"}),
            ({"entity": "item"}, {"Item Capacitor"}),
            ({"direction": "in"}, {"Invoice #4"}),
            ({"before": "2026-06-17"}, {"Invoice #3"}),
            ({"after": "2026-06-18", "status": "synced"}, {"Invoice #4"}),
            ({"search": "#2 lakewood"}, {"Invoice #2"}),
            ({"search": "lakewood"}, {"Invoice #2"}),
            ({"search": "combined mapped"}, {"Invoice #1"}),
            ({"search": "nothing like it"}, set()),
        ]
        for query, expected in expectations:
            assert set(labels(owner, **query)) == expected, query

    def test_chips_count_what_the_other_filters_leave(self, owner: Client) -> None:
        counts = {chip.name: chip.count for chip in owner.get(LOG, {"status": "failed"}).context["chips"]}
        assert counts == {"all": 5, "failed": 2, "queued": 1, "checking": 0, "synced": 2}
        searched = owner.get(LOG, {"search": "lakewood"}).context["chips"]
        assert {chip.name: chip.count for chip in searched}["all"] == 1

    def test_what_piles_up_is_counted_up_to_a_bound(self, owner: Client, monkeypatch: pytest.MonkeyPatch) -> None:
        """Failures are counted all, and what is shown, selected and paged through says that there are more."""
        monkeypatch.setattr("sync.admin.change_list.MOST", 1)
        answer = owner.get(LOG)
        shown = {chip.name: (chip.count, chip.is_more) for chip in answer.context["chips"]}
        assert (shown["synced"], shown["failed"], shown["all"]) == ((1, True), (2, False), (4, True))
        html = answer.content.decode()
        assert re.search(r"Synced <span>1\+</span>", html)
        assert re.search(r"4\+\s+sync events; search or filter to reach the others", html)
        assert 'data-total="4" data-more="+"' in html
        assert len(answer.context["rows"]) == 5
        filtered = owner.get(LOG, {"status": "failed"}).content.decode()
        assert 'data-total="2" data-more=""' in filtered

    def test_the_number_that_was_searched_comes_first(self, owner: Client, books: Connection) -> None:
        for number in ("1777", "777", "7770"):
            log_rows.event(books, label=f"Invoice #{number}", state=State.SYNCED)
        assert labels(owner, search="777") == ["Invoice #777", "Invoice #7770", "Invoice #1777"]
        assert labels(owner, search="#777")[0] == "Invoice #777"

    @pytest.mark.parametrize("query", [{"status": "nonsense"}, {"after": "yesterday"}, {"entity": "dog"}])
    def test_nonsense_shows_nothing_rather_than_everything(self, owner: Client, query: dict[str, str]) -> None:
        assert labels(owner, **query) == []
        assert "not valid" in page(owner, **query)
        answer = owner.post(f"{RETRY_ALL}?{next(iter(query))}={next(iter(query.values()))}", follow=True)
        assert "nothing was done" in said(answer)[0]
        assert SyncEvent.objects.failed().count() == 2

    @pytest.mark.sampled(3)
    @pytest.mark.parametrize(
        ("typed", "expected"),
        [
            ({"search": "lakewood"}, {"Invoice #2"}),
            ({"entity": "item"}, {"Item Capacitor"}),
            ({"cause": "item_not_found:item:9"}, {"Invoice #2"}),
            ({"direction": "in"}, {"Invoice #4"}),
            ({"before": "2026-06-17"}, {"Invoice #3"}),
            ({"after": "2026-06-18", "entity": "item"}, {"Item Capacitor"}),
            ({"search": "   "}, {"Invoice #1", "Invoice #2", "Invoice #3", "Invoice #4", "Item Capacitor"}),
        ],
    )
    def test_the_form_finds_with_what_it_submits_itself(
        self, books: Connection, typed: dict[str, str], expected: set[str]
    ) -> None:
        """Every field goes along, the empty ones too; so do export, bundle and Retry all behind the list."""
        visitor = visitor_of(builders.member(books.organization))
        log = visitor.get(LOG)
        form = log.form(field="search").fill(**typed)
        assert set(form.fields) >= {"search", "cause", "entity", "direction", "after", "before"}
        found = visitor.get(f"{LOG}?{urlencode(form.fields, doseq=True)}")
        shown = {row.one("a").text for row in found.root.all("td", class_="rac-entity")}
        assert shown == expected
        assert found.part("chips").one("a").text == f"All {len(expected)}"
        csv_url = urljoin(found.url, found.link("These rows as CSV"))
        as_csv = visitor.client.get(csv_url, headers={"host": "localhost"})
        assert len(list(csv.DictReader(as_csv.getvalue().decode("utf-8-sig").splitlines()))) == len(expected)
        failed = visitor.get(urljoin(found.url, found.root.one("a", **{"data-status": "failed"})["href"]))
        failed_there = {row.one("a").text for row in failed.root.all("td", class_="rac-entity")}
        assert failed_there == expected & {"Invoice #1", "Invoice #2"}

    @pytest.mark.parametrize("query", ["search=&cause=&entity=&direction=&after=&before=", "status=&entity=+&search=+"])
    def test_empty_values_mean_any_everywhere(self, owner: Client, query: str) -> None:
        assert len(owner.get(f"{LOG}?{query}").context["rows"]) == 5
        asked = owner.get(f"{RETRY_ALL}?{query}")
        assert asked.status_code == 200
        assert asked.context["report"].done == 3  # two failed, and one that waits
        for name in ("export_log", "support_bundle"):
            address = reverse(f"sync:{name}", args=["csv"] if name == "export_log" else [])
            assert owner.get(f"{address}?{query}").status_code == 200
        live = owner.get(f"{reverse('admin:sync_syncevent_live')}?{query}")
        assert {chip.name: chip.count for chip in live.context["chips"]}["all"] == 5

    @pytest.mark.parametrize("query", ["message__contains=x", "organization__id__exact=1", "id__in=1,2"])
    def test_columns_cannot_be_looked_up_past_the_vocabulary(self, owner: Client, query: str) -> None:
        assert owner.get(f"{LOG}?{query}").status_code == 400

    def test_sorts_by_columns(self, owner: Client) -> None:
        entity = next(h for h in owner.get(LOG).context["headers"] if h["text"].lower() == "entity")
        sorted_page = owner.get(LOG + entity["url_primary"])
        shown = [row.event.label for row in sorted_page.context["rows"]]
        assert shown == sorted(shown)

    def test_empty_lists_say_why(self, owner: Client, books: Connection) -> None:
        assert "Nothing matches" in page(owner, search="nothing like it")
        SyncEvent.objects.all().delete()
        assert "Nothing failed" in page(owner, status="failed")
        assert "Nothing has been sent yet" in page(owner)
        books.delete()
        assert "QuickBooks is not connected" in page(owner)


def test_a_row_leads_to_its_page_and_opens_its_details(books: Connection, owner: Client) -> None:
    event = log_rows.event(books)
    change, details = (reverse(f"admin:sync_syncevent_{name}", args=[event.pk]) for name in ("change", "details"))
    html = page(owner, status="failed", search="okafor")
    back = "%2Fadmin%2Fsync%2Fsyncevent%2F%3Fstatus%3Dfailed%26search%3Dokafor"
    assert f'<a href="{change}?next={back}">' in html
    assert f'hx-get="{details}"' in html


class TestCauses:
    def test_one_card_a_cause_with_count_money_and_age(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            log_rows.event(books)
        log_rows.event(books, failure=log_rows.NO_ITEM, amount="2000.00")
        first, second = owner.get(LOG).context["strip"].cards
        assert (first.cause.title, first.counts, first.money) == (
            "Item 'Capacitor 35/5' not found in QBO",
            "1 invoice",
            "$2,000.00",
        )
        assert (second.cause.title, second.counts, second.money) == (
            "Tax code 'Combined 7.25' not mapped",
            "3 invoices",
            "$1,049.25",
        )
        assert second.fix.url == reverse("qbo:tax")
        assert len(owner.get(second.show_url).context["rows"]) == 3

    def test_a_paused_connection_comes_first_and_is_not_retried(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        log_rows.paused(books)
        first = owner.get(LOG).context["strip"].cards[0]
        assert first.cause.title == "Token expired"
        assert first.actions == []
        assert first.fix.label == "Reconnect"

    def test_many_causes_need_no_more_queries(self, books: Connection, owner: Client) -> None:
        def queries(**query: str) -> int:
            page(owner, **query)
            with CaptureQueriesContext(database) as seen:
                page(owner, **query)
            return len(seen)

        log_rows.event(books)
        log_rows.event(books, failure=log_rows.NO_ITEM)
        few = queries()
        for number in range(20, 59):
            log_rows.event(books, failure=Failure("item_not_found", Subject("item", str(number), f"Part {number}")))
        assert queries() <= few, "what only folded causes need is not read"
        assert queries(causes="all") == few
        html = page(owner)
        assert "32 more causes" in html
        assert html.count('<section class="rac-card') == 9
        assert "41 causes · 41 invoices · $14,339.75 · oldest" in html


class TestRetry:
    def test_of_ticked_rows(self, books: Connection, owner: Client) -> None:
        one, two, other = (log_rows.event(books) for _ in range(3))
        answer = ticked(owner, "retry", one, two, query="status=failed&search=okafor")
        assert answer.url == f"{LOG}?status=failed&search=okafor"
        assert said(owner.get(answer.url)) == ["Retried 2 events. 2 under way."]
        states = dict(SyncEvent.objects.values_list("pk", "state"))
        assert states == {one.pk: "queued", two.pk: "queued", other.pk: "failed"}

    def test_says_what_it_left_alone(self, books: Connection, owner: Client) -> None:
        failed, synced = log_rows.event(books), log_rows.event(books, State.SYNCED, None)
        answer = ticked(owner, "retry", failed, synced)
        assert said(owner.get(answer.url)) == ["Retried 1 event. 1 under way. Left 1 alone: 1 already in QuickBooks."]

    def test_all_across_pages_asks_first_and_keeps_the_filters(self, books: Connection, owner: Client) -> None:
        for _ in range(60):
            log_rows.event(books)
        log_rows.event(books, failure=log_rows.NO_ITEM)
        first = SyncEvent.objects.earliest("pk")
        query = "cause=tax_code_not_mapped&status=failed"
        asked = ticked(owner, "retry", first, query=query, across=True)
        assert asked.url.startswith(f"{RETRY_ALL}?{query}&next=")
        confirmation = owner.get(asked.url)
        assert "Retry 60 events?" in confirmation.content.decode()
        assert SyncEvent.objects.failed().count() == 61
        done = owner.post(asked.url, {"next": confirmation.context["back"]})
        assert done.url == f"{LOG}?{query}"
        assert said(owner.get(done.url)) == ["Retried 60 events. 60 under way."]
        assert list(SyncEvent.objects.failed().values_list("failure_code", flat=True)) == ["item_not_found"]
        assert ActionRecord.objects.get().filters == {"status": ["failed"], "cause": ["tax_code_not_mapped"]}

    def test_all_says_how_many_are_left_alone(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        log_rows.event(books, State.SYNCED, None)
        log_rows.event(books, State.DISMISSED)
        html = owner.get(RETRY_ALL).content.decode()
        assert "Retry 1 event?" in html
        assert "1 already in QuickBooks" in html
        assert "1 dismissed; take them back first" in html

    def test_nothing_ticked_changes_nothing(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        owner.post(LOG, {"action": "retry", "select_across": "0"})
        assert SyncEvent.objects.failed().count() == 1

    def test_back_leads_nowhere_else(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        answer = owner.post(f"{RETRY_ALL}?status=failed", {"next": "https://evil.example/"})
        assert answer.url == LOG


class TestRetryByAWorker:
    """More events than a page should wait for: the click asks, a worker does it."""

    @pytest.fixture(autouse=True)
    def _little_is_much(self, monkeypatch: pytest.MonkeyPatch) -> None:
        retry = ACTIONS["retry"]
        assert retry.many
        monkeypatch.setitem(ACTIONS, retry.name, replace(retry, many=replace(retry.many, most=2)))

    def press(self, client: Client) -> list[str]:
        done = client.post(f"{RETRY_ALL}?status=failed&search=okafor")
        return said(client.get(done.url))

    def test_is_one_task_and_one_record(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            log_rows.event(books)
        assert self.press(owner) == ["Retry of 3 events: a background job is queuing them."]
        assert SyncEvent.objects.failed().count() == 3, "the page did not wait"
        assert owner.get(LOG).context["live"]["every"] == 2, "the page asks how it goes"
        [task] = OrmQ.objects.all()
        action = ActionRecord.objects.open().get()
        assert (task.func(), task.args()) == ("sync.tasks.carry_out", (action.pk,))
        assert tasks.carry_out(action.pk) == 3
        assert not SyncEvent.objects.failed().exists()
        assert said(owner.get(LOG)) == ["Retried 3 events. 3 under way."]
        action.refresh_from_db()
        assert (action.is_open, action.done, action.filters["status"]) == (False, 3, ["failed"])

    def test_is_carried_out_once(self, books: Connection, owner: Client) -> None:
        events = [log_rows.event(books) for _ in range(3)]
        self.press(owner)
        action = ActionRecord.objects.get()
        tasks.carry_out(action.pk)
        SyncEvent.objects.filter(pk=events[0].pk).update(state=State.SYNCED, due_at=None)
        assert tasks.carry_out(action.pk) == 0
        assert SyncEvent.objects.get(pk=events[0].pk).state == State.SYNCED
        action.refresh_from_db()
        assert (action.done, action.is_open) == (3, False), "what it came to stays written down"

    def test_leaves_alone_what_failed_after_the_click(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            log_rows.event(books)
        self.press(owner)
        later = log_rows.event(books)
        SyncEvent.objects.filter(pk=later.pk).update(changed_at=timezone.now() + dt.timedelta(seconds=1))
        assert tasks.carry_out(ActionRecord.objects.get().pk) == 3
        assert list(SyncEvent.objects.failed()) == [later]

    def test_touches_no_other_organization(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            log_rows.event(books)
        foreign = log_rows.event(log_rows.shop_with_books("other"))
        self.press(owner)
        assert tasks.carry_out(ActionRecord.objects.get().pk) == 3
        assert list(SyncEvent.objects.failed()) == [foreign]

    def test_is_asked_for_again_where_the_task_was_lost(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            log_rows.event(books)
        self.press(owner)
        OrmQ.objects.all().delete()
        tasks.sweep()
        assert not any(task.func() == "sync.tasks.carry_out" for task in OrmQ.objects.all()), "it is still young"
        ActionRecord.objects.update(at=timezone.now() - dt.timedelta(minutes=2))
        tasks.sweep()
        assert [task.func() for task in OrmQ.objects.all()].count("sync.tasks.carry_out") == 1


class TestDismiss:
    def test_needs_a_reason_then_can_be_taken_back(self, books: Connection, owner: Client) -> None:
        event = log_rows.event(books)
        asked = ticked(owner, "dismiss", event)
        assert "Dismiss 1 failed event?" in owner.get(asked.url).content.decode()
        owner.post(asked.url, {"reason": "  "})
        event.refresh_from_db()
        assert event.state == State.FAILED
        owner.post(asked.url, {"reason": "Entered by hand"})
        event.refresh_from_db()
        assert event.state == State.DISMISSED
        assert ActionRecord.objects.get().reason == "Entered by hand"
        owner.post(reverse("admin:sync_syncevent_take_back", args=[event.pk]))
        event.refresh_from_db()
        assert event.state == State.FAILED

    def test_more_ids_than_a_page_has_are_refused(self, books: Connection, owner: Client) -> None:
        query = "&".join(f"id={number}" for number in range(201))
        answer = owner.post(f"{DISMISS}?{query}", {"reason": "x"}, follow=True)
        assert "nothing was done" in said(answer)[0]


def test_the_admin_adds_changes_and_deletes_nothing(books: Connection, owner: Client) -> None:
    event = log_rows.event(books)
    assert owner.get(reverse("admin:sync_syncevent_add")).status_code == 403
    assert owner.post(reverse("admin:sync_syncevent_delete", args=[event.pk]), {"post": "yes"}).status_code == 403
    assert owner.post(reverse("admin:sync_syncevent_change", args=[event.pk]), {"state": "synced"}).status_code == 405
    assert SyncEvent.objects.get().state == State.FAILED

"""The invoice list is filtered by what its column "QuickBooks" says, and counts no more than it has to."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qbo.mapping.loose_ends import EVERY, gather
from qbo.models import Connection
from runacall import clock
from runacall.invoices.admin import foreign_filters
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.models import State, SyncEvent
from sync.models.events import failure_columns
from tests import builders, log_rows

LIST = reverse("admin:invoices_invoice_changelist")
LATER = log_rows.AT + dt.timedelta(hours=1)


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


def sent(books: Connection, *states: str, link: dict[str, Any] | None = None) -> Invoice:
    """An invoice with one event for each state, the latest last; `link`: there is one, with these fields."""
    made = builders.invoice(books.organization)
    SyncEvent.objects.filter(record_type="invoice", record_id=made.pk).delete()
    for hours, state in enumerate(states):
        row: dict[str, Any] = {"record_id": made.pk, "label": str(made), "amount": made.total}
        row |= failure_columns(log_rows.CLOSED) if state == State.HELD else {}
        log_rows.event(books, state, at=log_rows.AT + dt.timedelta(hours=hours), **row)
    if link is not None:
        log_rows.link(books, made, **{"qbo_id": f"q{made.pk}", "doc_number": made.number, **link})
    return made


def shown(client: Client, **query: str) -> dict[str, str]:
    """The number of each invoice that the list shows, and its cell."""
    answer = client.get(LIST, query)
    assert answer.status_code == 200, answer
    changelist = answer.context["cl"]
    words = changelist.list_display[-1]
    return {one.number: words(one) for one in changelist.result_list}


def chips(client: Client, **query: str) -> dict[str, str]:
    page = client.get(LIST, query).content.decode()
    nav = re.search(r'aria-label="Filter by QuickBooks">(.*?)</nav>', page, re.DOTALL)
    found = re.findall(r'data-state="(\w+)">(.*?)</a>', nav[1]) if nav else []
    return {name: re.sub(r"<[^>]*>", "", text) for name, text in found}


# What was tried of an invoice, whether QuickBooks has it, the cell, and the filters that find it.
CASES: dict[str, tuple[tuple[str, ...], dict[str, Any] | None, str, set[str]]] = {
    "never sent": ((), None, "Not sent yet", {"not_there"}),
    "waits": ((State.QUEUED,), None, "On its way", {"waiting", "not_there"}),
    "being sent": ((State.SENDING,), None, "On its way", {"waiting", "not_there"}),
    "in doubt": ((State.CHECKING,), None, "On its way", {"waiting", "not_there"}),
    "failed": ((State.FAILED,), None, "Not in QuickBooks", {"attention", "not_there"}),
    "an edit failed": ((State.SYNCED, State.FAILED), {}, "Change not in QuickBooks", {"attention"}),
    "sent again after it failed": ((State.FAILED, State.SENDING), None, "On its way", {"waiting", "not_there"}),
    "held": ((State.HELD,), None, "Held", {"held", "not_there"}),
    "in doubt, with a change that is held": (
        (State.CHECKING, State.HELD),
        None,
        "On its way",
        {"waiting", "not_there"},
    ),
    "an edit is held": ((State.SYNCED, State.HELD), {}, "Held", {"held"}),
    "dismissed": ((State.DISMISSED,), None, "Not in QuickBooks", {"dismissed", "not_there"}),
    "an edit was dismissed": ((State.SYNCED, State.DISMISSED), {}, "Change not in QuickBooks", {"dismissed"}),
    "dismissed, then edited": ((State.DISMISSED, State.SYNCED), {}, "In QuickBooks", {"in_books"}),
    "there": ((State.SYNCED,), {}, "In QuickBooks", {"in_books"}),
    "there, its events removed": ((), {}, "In QuickBooks", {"in_books"}),
    "overtaken": ((State.SUPERSEDED,), {}, "In QuickBooks", {"in_books"}),
    "deleted there": ((State.SYNCED,), {"active": False}, "Not in QuickBooks", {"not_there"}),
}
FILTERS = ("attention", "held", "waiting", "dismissed", "not_there", "in_books")


def test_each_filter_finds_what_the_column_says(books: Connection) -> None:
    other, numbers = log_rows.shop_with_books("other"), {}
    for name, (states, link, _, _) in CASES.items():
        numbers[sent(books, *states, link=link).number] = name
        sent(other, *states, link=link)
    client = client_of(books)
    cells = {numbers[number]: cell for number, cell in shown(client).items()}
    assert cells == {name: cell for name, (_, _, cell, _) in CASES.items()}
    for one in FILTERS:
        found = {numbers[number] for number in shown(client, quickbooks=one)}
        assert found == {name for name, (*_, filters) in CASES.items() if one in filters}, one


@pytest.mark.parametrize("status", [Invoice.Status.DRAFT, Invoice.Status.VOID])
def test_what_is_not_meant_for_the_books_is_not_missing_there(books: Connection, status: str) -> None:
    made = builders.invoice(books.organization, send=status != Invoice.Status.DRAFT)
    if status == Invoice.Status.VOID:
        made.void(reason="Duplicate", at=clock.now())
        SyncEvent.objects.all().delete()
    client = client_of(books)
    assert shown(client) == {made.number: ""}
    assert [one for one in FILTERS if shown(client, quickbooks=one)] == []


def test_an_unknown_state_shows_nothing(books: Connection) -> None:
    sent(books)
    assert shown(client_of(books), quickbooks="bogus") == {}


def test_a_field_tech_is_not_offered_it(books: Connection) -> None:
    sent(books, State.FAILED)
    client = client_of(books, Role.FIELD_TECH)
    assert chips(client) == {}
    assert client.get(LIST, {"quickbooks": "attention"}).status_code == 400


def test_a_dispatcher_is(books: Connection) -> None:
    made = sent(books, State.FAILED)
    assert list(shown(client_of(books, Role.DISPATCHER), quickbooks="attention")) == [made.number]


def test_the_chips_count_what_the_other_filters_find(books: Connection) -> None:
    one, _, _ = sent(books, State.FAILED), sent(books, State.FAILED), sent(books, State.HELD)
    sent(books, State.SYNCED, link={})
    client = client_of(books)
    always = {"all": "All", "not_there": "Not in QuickBooks", "in_books": "In QuickBooks"}
    assert chips(client) == always | {"attention": "Needs attention 2", "held": "Held 1"}
    assert chips(client, q=one.number) == always | {"attention": "Needs attention 1"}
    # The chosen one stays even if nothing is in it.
    chosen = chips(client, q=one.number, quickbooks="waiting")
    assert chosen == always | {"attention": "Needs attention 1", "waiting": "On its way 0"}


def test_a_healthy_shop_reads_that_nothing_needs_attention(books: Connection) -> None:
    sent(books, State.SYNCED, link={})
    assert chips(client_of(books))["attention"] == "Needs attention 0"


def test_counting_stops(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(4):
        sent(books, State.FAILED)
    monkeypatch.setattr(foreign_filters, "MOST_IN_CHIP", 3)
    monkeypatch.setattr("runacall.organizations.paging.BoundedPaginator.most", 2)
    # By the state in QuickBooks it stops where a search does.
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", 2)
    client = client_of(books)
    assert chips(client)["attention"] == "Needs attention 3+"
    page = client.get(LIST, {"quickbooks": "not_there"}).content.decode()
    assert re.search(r"\b2\+\s+invoices", page)
    whole = client.get(LIST).content.decode()
    assert re.search(r"\b2\+\s+invoices", whole)
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", 4)
    assert re.search(r"\b4\s+invoices", client.get(LIST, {"q": "Okafor"}).content.decode())


def test_no_statement_counts_all_invoices_of_a_filter(books: Connection) -> None:
    """A count without a limit reads every row of a shop with hundreds of thousands."""
    for _ in range(3):
        sent(books, State.FAILED)
    client = client_of(books)
    with CaptureQueriesContext(database) as few:
        client.get(LIST, {"quickbooks": "in_books"})
    counts = [one["sql"] for one in few.captured_queries if "COUNT(" in one["sql"] and "invoices_invoice" in one["sql"]]
    assert counts
    assert [sql for sql in counts if "LIMIT" not in sql] == []
    for _ in range(20):
        sent(books, State.FAILED)
    with CaptureQueriesContext(database) as many:
        client.get(LIST, {"quickbooks": "in_books"})
    assert len(many) == len(few)


def test_of_a_search_that_finds_very_many_no_state_is_counted(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        sent(books, State.FAILED)
    client = client_of(books)
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", 3)
    assert chips(client, q="Okafor")["attention"] == "Needs attention 3"
    assert chips(client, q="Okafor", quickbooks="held")["attention"] == "Needs attention 3"
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", 2)
    assert chips(client, q="Okafor")["attention"] == "Needs attention"
    assert chips(client, q="Okafor", quickbooks="held")["attention"] == "Needs attention"
    assert chips(client, q="Okafor", quickbooks="attention")["attention"] == "Needs attention 2+"


@pytest.mark.parametrize("query", [{"quickbooks": "attention"}, {"quickbooks": "not_there"}, {"q": "Okafor"}])
def test_what_a_filter_finds_is_looked_for_once_and_only_the_page_is_read(
    books: Connection, query: dict[str, str]
) -> None:
    for _ in range(3):
        sent(books, State.FAILED)
    client = client_of(books)
    client.get(LIST, query)
    with CaptureQueriesContext(database) as asked:
        assert len(client.get(LIST, query).context["cl"].result_list) == 3
    lists = [one["sql"] for one in asked.captured_queries if 'ORDER BY "invoices_invoice"."invoice_date"' in one["sql"]]
    [ids, page] = lists
    assert ids.startswith('SELECT "invoices_invoice"."id" AS "pk" FROM')
    assert '"invoices_invoice"."id" IN (' in page
    # By their ids alone: what the ids were found by is not asked again.
    assert [asked for asked in ("LIKE", "sync_syncevent", "qbo_link") if asked in page.partition("WHERE")[2]] == []
    chosen = query.get("quickbooks")
    again = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"] and "IN ('failed')" in one["sql"]]
    assert len([sql for sql in again if 'FROM "invoices_invoice"' in sql]) == (0 if chosen == "attention" else 1)


def test_the_company_is_read_once_for_the_column(books: Connection) -> None:
    sent(books, State.FAILED)
    client = client_of(books)
    client.get(LIST)
    with CaptureQueriesContext(database) as asked:
        client.get(LIST)
    assert len([one for one in asked.captured_queries if "qbo_lease" in one["sql"]]) == 1


def test_the_way_back_from_an_invoice_keeps_the_filter(books: Connection) -> None:
    made, client = builders.invoice(books.organization, send=False), client_of(books)
    sent(books, State.FAILED)
    page = client.get(LIST, {"quickbooks": "attention"}).content.decode()
    assert "_changelist_filters=quickbooks%3Dattention" in page
    address = reverse("admin:invoices_invoice_change", args=[made.pk]) + "?_changelist_filters=quickbooks%3Dattention"
    here = f"http://testserver{address}"
    shown = client.get(address).content.decode()
    assert f'href="{LIST}?quickbooks=attention"' in shown, "the way back above the page"
    failed = sent(books, State.FAILED)
    banner = client.get(
        reverse("sync:invoice_banner", args=[failed.pk]), headers={"hx-request": "true", "hx-current-url": here}
    ).content.decode()
    assert "_changelist_filters=quickbooks%3Dattention" in banner, "and that from its buttons"
    sending = client.post(
        reverse("admin:invoices_invoice_send_invoice", args=[made.pk]),
        {"_form_submitted": "on"},
        headers={"hx-request": "true", "hx-current-url": here},
    )
    made.refresh_from_db()
    assert made.status == Invoice.Status.SENT
    assert sending.headers["HX-Redirect"] == address


@pytest.mark.sampled(5)
@pytest.mark.parametrize("unlinked", [range(9), range(0, 9, 2), range(6, 9), range(0)])
@pytest.mark.parametrize("most", [100, 4, 2, 1])
def test_what_is_not_there_is_the_same_whenever_its_link_is_asked_for(
    books: Connection, monkeypatch: pytest.MonkeyPatch, unlinked: range, most: int
) -> None:
    """Of those that come first, or of all where many of these have one by now."""
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", most)
    invoices = [builders.invoice(books.organization) for _ in range(9)]
    for day in range(2):
        gather(books, at=log_rows.AT + day * EVERY, go_on=lambda: True)
    for number, invoice in enumerate(invoices):
        if number not in unlinked:
            log_rows.link(books, invoice, qbo_id=f"9{number}")
    page = client_of(books).get(LIST, {"quickbooks": "not_there"}).context["cl"]
    newest = [invoices[number].pk for number in reversed(unlinked)]
    assert [one.pk for one in page.result_list] == newest[:most]
    assert (page.paginator.count, page.paginator.is_more) == (min(len(newest), most), len(newest) > most)
    assert list(page.queryset.values_list("pk", flat=True)) == newest


def test_only_of_the_first_that_may_not_be_there_the_link_is_asked_for(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runacall.organizations.paging.SearchPaginator.most", 2)
    for _ in range(9):
        builders.invoice(books.organization)
    for day in range(2):
        gather(books, at=log_rows.AT + day * EVERY, go_on=lambda: True)
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(LIST, {"quickbooks": "not_there"})
    among = [one["sql"] for one in asked.captured_queries if "qbo_looseend" in one["sql"]]
    [first] = [sql for sql in among if sql.endswith("LIMIT 6")]
    assert "LIMIT 1) IS NULL" not in first
    checks = [one["sql"] for one in asked.captured_queries if "LIMIT 1) IS NULL" in one["sql"]]
    assert [sql for sql in checks if "qbo_looseend" in sql] == []
    assert len([sql for sql in checks if 'FROM "qbo_link"' in sql]) == 1

"""What a shop with hundreds of thousands of invoices needs: an index for each look-up, and counts that stop."""

from __future__ import annotations

import re

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qbo.mapping.loose_ends import EVERY, gather, may_have_no_link, without_link
from qbo.mapping.tax_rows import sets_in_use
from qbo.models import Connection
from runacall.invoices.models import Customer
from runacall.organizations.models import Role
from sync.forecast.readiness import readiness
from sync.log.waiting import company_counts
from sync.models import State, SyncEvent
from sync.outbox.enqueueing import earlier_invoices
from tests import builders, log_rows

STATUS, OFFER = reverse("qbo:status"), reverse("sync:earlier_offer")
INVOICES = reverse("admin:invoices_invoice_changelist")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


def plan_of(asked: CaptureQueriesContext, part: str) -> str:
    """How the database finds the rows of the one statement that has `part`, if reading everything is forbidden."""
    [sql] = [one["sql"] for one in asked.captured_queries if part in one["sql"]]
    with database.cursor() as cursor:
        if database.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' if database.vendor == 'sqlite' else ''}{sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def linked(books: Connection, count: int) -> None:
    for number in range(count):
        log_rows.link(books, builders.invoice(books.organization), qbo_id=f"9{number}", doc_number=f"A{number}")


def test_whether_a_number_is_taken_there_is_found_by_it(books: Connection) -> None:
    invoice = builders.invoice(books.organization)
    with CaptureQueriesContext(database) as asked:
        readiness(books, [invoice.pk])
    plan = plan_of(asked, '"doc_number" IN')
    assert "qbo_link_number" in plan, plan


def test_invoices_are_sorted_by_an_index_of_their_total(books: Connection) -> None:
    builders.invoice(books.organization)
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(INVOICES, {"o": "5"})
    plan = plan_of(asked, 'ORDER BY "invoices_invoice"."total" ASC')
    assert "invoice_by_total" in plan, plan
    assert "TEMP B-TREE" not in plan, plan


def test_what_a_company_has_is_counted_up_to_a_bound(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(books, 3)
    assert str(dict(company_counts(books, books.realm_id))["Invoices in QuickBooks"]) == "3"
    monkeypatch.setattr("sync.log.waiting.MOST", 2)
    assert str(dict(company_counts(books, books.realm_id))["Invoices in QuickBooks"]) == "2+"


def test_the_status_page_counts_up_to_a_bound(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    linked(books, 3)
    monkeypatch.setattr("sync.operations.first_run.MOST", 2)
    with CaptureQueriesContext(database) as asked:
        page = client_of(books).get(STATUS).content.decode()
    assert "2+ invoices." in page
    counts = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"] and "qbo_link" in one["sql"]]
    assert [sql for sql in counts if 'FROM "qbo_link"' in sql and "LIMIT" not in sql] == []


def test_the_offer_of_earlier_invoices_follows_where_looking_takes_long(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(books, 3)
    earlier = [builders.invoice(books.organization) for _ in range(2)]
    SyncEvent.objects.filter(record_id__in=[one.pk for one in earlier]).delete()
    client = client_of(books)
    whole = client.get(STATUS).content.decode()
    assert "Send 2 earlier invoices" in whole
    assert OFFER not in whole
    monkeypatch.setattr("sync.log.waiting.MOST", 2)
    with CaptureQueriesContext(database) as asked:
        page = client.get(STATUS).content.decode()
    assert "earlier invoices" not in page
    assert f'hx-get="{OFFER}"' in page
    counts = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"]]
    assert not [sql for sql in counts if re.search('FROM "invoices_invoice"', sql)]
    part = client.get(OFFER).content.decode()
    assert "Send 2 earlier invoices" in part
    assert "csrfmiddlewaretoken" in part
    assert "hx-get" not in part


def test_what_is_not_sent_is_asked_for_as_the_database_has_an_index_of_it(books: Connection) -> None:
    """SQLite would go through all events of the connection; PostgreSQL through the rows of those by state."""
    log_rows.event(books)
    rows = SyncEvent.objects.by_state_of(books).unsent()
    assert rows.count() == 1
    where = str(rows.query).partition("WHERE")[2]
    asked = [column for column in ("organization_id", "connection_id") if f'"sync_syncevent"."{column}" =' in where]
    assert asked == ["organization_id" if database.vendor == "sqlite" else "connection_id"]


def test_earlier_invoices_are_counted_up_to_a_bound_among_those_that_failed(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _ in range(3):
        invoice = builders.invoice(books.organization)
        log_rows.event(books, invoice=invoice)
    dismissed = builders.invoice(books.organization)
    log_rows.event(books, State.DISMISSED, invoice=dismissed)
    earlier = [builders.invoice(books.organization) for _ in range(2)]
    SyncEvent.objects.filter(record_id__in=[one.pk for one in earlier]).delete()
    for day in range(2):
        gather(books, at=log_rows.AT + day * EVERY, go_on=lambda: True)
    assert may_have_no_link(books, "invoice") is not None
    assert {one.pk for one in earlier_invoices(books)} == {one.pk for one in earlier}
    client = client_of(books)
    part = client.get(OFFER).content.decode()
    assert "2 invoices were sent before" in part
    assert "Send 2 earlier invoices" in part
    monkeypatch.setattr("sync.log.waiting.MOST_LOOKED_AT", 1)
    part = client.get(OFFER).content.decode()
    assert "1+ invoice" in part
    assert "Send all earlier invoices" in part
    client.post(reverse("sync:send_earlier"))
    assert SyncEvent.objects.filter(record_id__in=[one.pk for one in earlier], state=State.QUEUED).count() == 2


def test_the_offer_is_on_the_page_where_few_invoices_have_no_link(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    linked(books, 3)
    earlier = [builders.invoice(books.organization) for _ in range(2)]
    SyncEvent.objects.filter(record_id__in=[one.pk for one in earlier]).delete()
    for day in range(2):
        gather(books, at=log_rows.AT + day * EVERY, go_on=lambda: True)
    monkeypatch.setattr("sync.log.waiting.MOST", 2)
    client = client_of(books)
    assert "Send 2 earlier invoices" in client.get(STATUS).content.decode()
    monkeypatch.setattr("sync.log.waiting.MOST_LOOKED_AT", 1)
    page = client.get(STATUS).content.decode()
    assert "earlier invoices" not in page
    assert f'hx-get="{OFFER}"' in page


def test_the_offer_is_for_those_who_manage_quickbooks(books: Connection) -> None:
    assert client_of(books, Role.DISPATCHER).get(OFFER).status_code == 403


def test_picking_a_customer_counts_no_more_than_a_search(books: Connection) -> None:
    builders.customer(books.organization, "Ann Example")
    asked_for = {"term": "Ann", "app_label": "invoices", "model_name": "invoice", "field_name": "customer"}
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        assert "Ann Example" in client.get(reverse("admin:autocomplete"), asked_for).content.decode()
    searches = [one["sql"] for one in asked.captured_queries if "LIKE" in one["sql"]]
    assert [sql for sql in searches if "COUNT(" in sql] == []
    assert len([sql for sql in searches if sql.endswith("LIMIT 21")]) == 1, "a page, and whether there is more"


def test_a_rate_sets_links_are_looked_up_one_by_one(books: Connection) -> None:
    """As a join PostgreSQL would go through all links of a company, for each of them through the latest invoices."""
    builders.invoice(books.organization, lines=[builders.line(rates=[builders.rate(books.organization)])])
    with CaptureQueriesContext(database) as asked:
        sets_in_use(books.organization, books)
    [counts] = [one["sql"] for one in asked.captured_queries if "COUNT(" in one["sql"]]
    assert "EXISTS" not in counts


def test_an_earlier_invoices_links_are_looked_up_one_by_one(books: Connection) -> None:
    builders.invoice(books.organization)
    for day in range(2):
        gather(books, at=log_rows.AT + day * EVERY, go_on=lambda: True)
    for rows in (earlier_invoices(books), without_link(Customer.objects.all(), books, "customer")):
        assert "EXISTS" not in str(rows.query).partition("qbo_looseend")[0]


def test_what_would_fail_asks_for_what_is_not_sent_by_an_index(books: Connection) -> None:
    """On SQLite by the organization; by the connection it would go through all events."""
    log_rows.event(books)
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(reverse("sync:would_fail"))
    of_state = re.compile(r"""WHERE \((?!.*"record_id").*"state" (= 'failed'|IN \('queued', 'failed', 'held'\))""")
    found = [one["sql"] for one in asked.captured_queries if of_state.search(one["sql"])]
    assert len(found) >= 3
    if database.vendor == "sqlite":
        assert [sql for sql in found if '"organization_id" =' not in sql] == []

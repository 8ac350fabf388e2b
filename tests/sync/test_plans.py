"""PostgreSQL finds what pages of a big shop ask for by indexes: its plans say so."""

from __future__ import annotations

from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.apps import apps
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qbo.models import Connection, FormerCompany, Link, ListEntry
from qbo.pages.drop_downs import inactive_names
from runacall.invoices.models import Customer, PricebookItem
from runacall.organizations.models import Role
from sync.engine.prepare.rivals import CUSTOMER_NAME, ITEM_NAME, named_alike
from sync.log.causes import causes
from sync.matching.listing import differing_ids
from sync.models import SyncEvent
from tests import builders, log_rows
from tests.on_postgres import IS_POSTGRES, only_from_outside, run_on_postgres

only_on_postgresql = pytest.mark.skipif(not IS_POSTGRES, reason="the test below runs them on PostgreSQL")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, Role.OWNER))
    return client


def plan_of(asked: CaptureQueriesContext, part: str, *, in_index: bool = False, may_sort: bool = False) -> str:
    """How PostgreSQL finds the rows of the one statement that has `part`, if reading everything is forbidden.

    `in_index`: in an index alone, as it does once the table was vacuumed, which a transaction cannot do.
    `may_sort`: it may sort what it has found, too.
    """
    [sql] = [one["sql"] for one in asked.captured_queries if part in one["sql"]]
    with database.cursor() as cursor:
        cursor.execute(f"SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = {'on' if may_sort else 'off'}")
        if in_index:
            cursor.execute("SET LOCAL enable_bitmapscan = off; SET LOCAL enable_indexscan = off")
        cursor.execute(f"EXPLAIN {sql}")
        return "\n".join(str(row[-1]) for row in cursor.fetchall())


def copy_of(event: SyncEvent, **changes: Any) -> SyncEvent:
    values = {one.attname: getattr(event, one.attname) for one in SyncEvent._meta.concrete_fields}
    return SyncEvent(**values | {"id": None} | changes)


@pytest.mark.slow
@only_from_outside
@pytest.mark.postgresql
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__)


@only_on_postgresql
def test_every_page_counts_errors_in_indexes_of_their_own(books: Connection) -> None:
    log_rows.event(books)
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(reverse("admin:invoices_customer_changelist"))
    plan = plan_of(asked, "AS counted")
    assert "sync_failed_payments" in plan, plan


@only_on_postgresql
@pytest.mark.parametrize("kind", ["payment", "customer"])
def test_the_log_of_a_rare_kind_is_walked_by_its_index(books: Connection, kind: str) -> None:
    log_rows.event(books, record_type=kind)
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(reverse("admin:sync_syncevent_changelist"), {"entity": kind})
    plan = plan_of(asked, f"\"record_type\" = '{kind}') ORDER BY")
    assert "sync_log_others" in plan, plan
    assert "Sort" not in plan, plan


@only_on_postgresql
@pytest.mark.parametrize("cause", ["tax_code_not_mapped", "tax_code_not_mapped:tax_rate:3"])
def test_what_a_cause_stops_is_found_by_its_code(books: Connection, cause: str) -> None:
    sample = log_rows.event(books, failure=log_rows.CLOSED)
    SyncEvent.objects.bulk_create(copy_of(sample, record_id=n) for n in range(2_000))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE sync_syncevent")
    with CaptureQueriesContext(database) as asked:
        list(SyncEvent.objects.failed_of(books).held_by(cause).order_by())
    plan = plan_of(asked, "sync_syncevent")
    assert "sync_failing_code" in plan, plan
    assert "sync_further" in plan, plan


@only_on_postgresql
def test_causes_are_added_up_in_their_index(books: Connection) -> None:
    sample = log_rows.event(books)
    SyncEvent.objects.bulk_create(copy_of(sample, record_id=n) for n in range(2_000))
    with database.cursor() as cursor:
        cursor.execute("ANALYZE sync_syncevent")
    with CaptureQueriesContext(database) as asked:
        causes(SyncEvent.objects.for_organization(books.organization))
    plan = plan_of(asked, 'AS "cause_key", COUNT', in_index=True)
    assert "Index Only Scan using sync_causes" in plan, plan


@only_on_postgresql
def test_matches_are_counted_without_the_others(books: Connection) -> None:
    with CaptureQueriesContext(database) as asked:
        list(Link.objects.of(books, "customer").filter(active=True, created_here=False).values("record_id"))
    plan = plan_of(asked, "created_here")
    assert "qbo_link_matches" in plan, plan


@only_on_postgresql
def test_the_companies_that_have_a_record_are_asked_for_it_and_not_for_all_they_have(books: Connection) -> None:
    for place, (realm, kind) in enumerate(product((books.realm_id, "9130000000000001"), ("invoice", "payment"))):
        links = {
            "connection": books,
            "realm_id": realm,
            "record_type": kind,
            "sync_token": "0",
            "synced_at": log_rows.AT,
        }
        Link.objects.bulk_create(Link(**links, record_id=n, qbo_id=str(n)) for n in range(10_000, 12_000 + place))
    FormerCompany.objects.create(connection=books, realm_id="9130000000000001", left_at=log_rows.AT)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE qbo_link")
    invoice = builders.invoice(books.organization)
    for part, step in {
        " UNION ": lambda: builders.invoice(books.organization, customer=invoice.customer),
        'AS "record_id" FROM "qbo_link"': lambda: builders.payment(invoice),
    }.items():
        with CaptureQueriesContext(database) as asked:
            step()
        plan = plan_of(asked, part, may_sort=True)
        found = [line for line in plan.splitlines() if "Index Cond" in line and "record_id" in line]
        # The connected company, and those before.
        assert len(found) == 2, plan
        assert all("realm_id =" in line for line in found), plan


@only_on_postgresql
def test_names_spelled_otherwise_have_indexes(books: Connection) -> None:
    migration = import_module("runacall.invoices.migrations.0016_names_spelled_otherwise").Migration
    for one in migration.operations:
        table = apps.get_model(one.model_name)._meta.db_table
        with database.cursor() as cursor:
            cursor.execute(f"CREATE INDEX {one.name} ON {table} ({one.column}) WHERE {one.condition}")
    for model, name, index in (
        (PricebookItem, ITEM_NAME, "item_spelled_otherwise"),
        (Customer, CUSTOMER_NAME, "customer_spelled_otherwise"),
    ):
        with CaptureQueriesContext(database) as asked:
            named_alike(model.objects.for_organization(books.organization), name, {"part 7"})
        [one] = asked.captured_queries
        one["sql"] = one["sql"].partition(" FOR ")[2] or one["sql"]
        plan = plan_of(asked, "LOWER")
        assert index in plan, plan


@only_on_postgresql
def test_what_a_comparison_of_prices_reads_of_links_is_in_an_index(books: Connection) -> None:
    with CaptureQueriesContext(database) as asked:
        list(Link.objects.of(books, "item").filter(active=True).values_list("record_id", "qbo_id"))
    plan = plan_of(asked, "qbo_link", in_index=True)
    assert "Index Only Scan using qbo_link_matches" in plan, plan


@only_on_postgresql
def test_prices_that_may_differ_are_found_by_what_is_noted(books: Connection) -> None:
    items = [builders.item(books.organization, f"Part {number}") for number in range(300)]
    links = [
        Link(connection=books, realm_id=books.realm_id, record_type="item", record_id=one.pk, qbo_id=f"{one.pk}",
             synced_at=log_rows.AT, same_price=True)
        for one in items
    ]  # fmt: skip
    Link.objects.bulk_create(links)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE qbo_link; ANALYZE invoices_pricebookitem")
    with CaptureQueriesContext(database) as asked:
        assert differing_ids(books) == []
    plan = plan_of(asked, "UnitPrice")
    assert "qbo_link_prices" in plan, plan


@only_on_postgresql
def test_names_that_begin_with_what_is_typed_are_found_by_an_index(books: Connection) -> None:
    [one] = import_module("runacall.invoices.migrations.0017_how_names_of_items_begin").Migration.operations
    with database.cursor() as cursor:
        columns = one.definition(database.ops.quote_name)
        cursor.execute(f"CREATE INDEX {one.name} ON invoices_pricebookitem {columns}")
    names = [f"Part {number}" for number in range(3_000)]
    PricebookItem.objects.bulk_create(PricebookItem(organization=books.organization, name=name) for name in names)
    with database.cursor() as cursor:
        cursor.execute("ANALYZE invoices_pricebookitem")
    field = {"app_label": "invoices", "model_name": "invoiceline", "field_name": "item", "term": "part 77"}
    client = client_of(books)
    with CaptureQueriesContext(database) as asked:
        client.get(reverse("admin:autocomplete"), field)
    plan = plan_of(asked, "LIKE UPPER('part 77%')) ORDER", may_sort=True)
    assert "item_name_begins" in plan, plan


@only_on_postgresql
def test_names_of_a_list_are_read_from_their_index(books: Connection) -> None:
    with CaptureQueriesContext(database) as asked:
        list(ListEntry.objects.of(books, "Item").active().values_list("qbo_id", "name_key"))
        inactive_names(books, "Item")
    plan = plan_of(asked, '"name_key"', in_index=True)
    assert "Index Only Scan using qbo_list_names" in plan, plan
    plan = plan_of(asked, "NOT ")
    assert "qbo_list_inactive" in plan, plan

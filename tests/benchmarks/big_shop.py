"""Benchmark 8: one shop with very many invoices: every page that staff open, beside the same shop with 1,000."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

FAILURES, CAUSES = 5000, 60
PAGES = {
    "start page": "/admin/",
    "log": "/admin/sync/syncevent/",
    "log, failed": "/admin/sync/syncevent/?status=failed",
    "log, by cause": "/admin/sync/syncevent/?cause=tax_code_not_mapped:tax_rate:7",
    "log, search of a number": "/admin/sync/syncevent/?search=777",
    "log, search of a name": "/admin/sync/syncevent/?search=Customer+77",
    "log, search of nothing": "/admin/sync/syncevent/?search=nobody+there",
    "log, deep page": "/admin/sync/syncevent/?p=15",
    "log, retry all": "/admin/sync/syncevent/retry/?status=failed",
    "status": "/quickbooks/status/",
    "tax": "/quickbooks/tax/",
    "items": "/quickbooks/items/",
    "invoices and payments": "/quickbooks/invoices/",
    "history": "/quickbooks/history/",
    "customers": "/quickbooks/customers/",
    "customers, search": "/quickbooks/customers/?search=Customer+77",
    "products": "/quickbooks/products/",
    "invoice list": "/admin/invoices/invoice/",
    "invoice list, search of a number": "/admin/invoices/invoice/?q=777",
    "invoice list, search of a name": "/admin/invoices/invoice/?q=Customer+77",
    "invoice list, needs attention": "/admin/invoices/invoice/?quickbooks=attention",
    "invoice list, not in QuickBooks": "/admin/invoices/invoice/?quickbooks=not_there",
    "invoice list, in QuickBooks": "/admin/invoices/invoice/?quickbooks=in_books",
    "customer list": "/admin/invoices/customer/",
    "customer list, search": "/admin/invoices/customer/?q=Customer+77",
    "tax rates": "/admin/invoices/taxrate/",
    "new invoice": "/admin/invoices/invoice/add/",
}


@dataclass(frozen=True)
class Size:
    invoices: int
    customers: int
    rates: int
    failures: int
    items: int = 300


def sizes(invoices: int) -> Size:
    """As many customers and rates as a shop of so many invoices has."""
    share = invoices / 405_000
    return Size(invoices, max(100, int(50_000 * share)), max(10, int(300 * share)), max(50, int(FAILURES * share)))


class Writer:
    """Rows straight in the database's own words: INSERT … SELECT of a series."""

    def __init__(self) -> None:
        from django.db import connection

        self.connection = connection
        self.is_postgres = connection.vendor == "postgresql"

    def run(self, sql: str) -> None:
        with self.connection.cursor() as cursor:
            cursor.execute(sql)

    def series(self, count: int) -> str:
        if self.is_postgres:
            return f"generate_series(0, {count - 1}) AS s(n)"
        return (
            f"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {count - 1}) SELECT n FROM s)"
        )

    def moment(self) -> str:
        if self.is_postgres:
            return "TIMESTAMP WITH TIME ZONE '2024-01-01 00:00:00+00' + n * INTERVAL '1 minute'"
        return "datetime('2024-01-01', '+' || n || ' minutes')"

    def day(self) -> str:
        return "DATE '2024-01-01' + n / 600" if self.is_postgres else "date('2024-01-01', '+' || (n / 600) || ' days')"

    def insert(self, model: Any, count: int, **columns: str) -> None:
        """`columns`: SQL for some columns by attribute; the others get their default or an empty value."""
        fields = model._meta.local_concrete_fields
        values = {f'"{field.column}"': self._value(field, columns.get(field.attname)) for field in fields}
        table = model._meta.db_table
        self.run(
            f"INSERT INTO {table} ({', '.join(values)}) SELECT {', '.join(values.values())} FROM {self.series(count)}"
        )

    def _value(self, field: Any, given: str | None) -> str:
        if given is not None:
            return given
        if field.null:
            return "NULL"
        default = field.get_default()
        if isinstance(default, bool):
            return str(default).upper() if self.is_postgres else str(int(default))
        if isinstance(default, dict | list):
            return f"'{json.dumps(default)}'" + ("::jsonb" if self.is_postgres else "")
        return f"'{default}'" if isinstance(default, str) else str(default)


def build(number: int, size: Size) -> Any:
    """The shop of that number; its rows have ids from `number` × 10,000,000 on. Returns its owner."""
    from django.contrib.auth.models import User
    from django.utils import timezone

    from qbo.models import CompanyFacts, Connection, ConnectionSettings, Link, ListEntry, ListState
    from runacall.invoices.models import (
        Customer,
        Invoice,
        InvoiceLine,
        InvoiceRateSet,
        PricebookCategory,
        PricebookItem,
        TaxRate,
    )
    from runacall.organizations.models import Membership, Organization
    from sync.models import Attempt, SyncEvent

    base, write, now = number * 10_000_000, Writer(), timezone.now()
    shop = Organization.objects.create(pk=number, slug=f"shop-{number}", name="Shop", time_zone="America/New_York")
    realm = str(9341000000000000 + number)
    connection = Connection.objects.create(
        pk=number, organization=shop, realm_id=realm, company_name="Books", refresh_token="r", access_token="a",
        environment="emulator", emulator_url="http://127.0.0.1:9",
    )  # fmt: skip
    ConnectionSettings.objects.create(connection=connection)
    CompanyFacts.objects.create(connection=connection, realm_id=realm, refreshed_at=now)
    for name in ListState.LISTS:
        ListState.objects.create(connection=connection, name=name, refreshed_at=now)
    owner = User.objects.create_user(f"owner{number}@example.com", password="x", is_staff=True)
    Membership.objects.create(organization=shop, user=owner, role="owner")
    category = PricebookCategory.objects.create(organization=shop, name="Parts")
    of, at = {"organization_id": f"{number}"}, write.moment()
    here = {"connection_id": f"{number}", "realm_id": f"'{realm}'"}
    write.insert(
        TaxRate, size.rates, id=f"{base} + n", name="'County ' || n", percent="5 + (n % 40) / 10.0", **of
    )  # fmt: skip
    write.insert(
        Customer, size.customers, id=f"{base} + n", name="'Customer ' || n", email="'c' || n || '@example.com'", **of
    )
    write.insert(
        PricebookItem, size.items, id=f"{base} + n", name="'Part ' || n", unit_price="100", kind="'material'",
        category_id=str(category.pk), **of,
    )  # fmt: skip
    write.insert(
        Invoice, size.invoices, id=f"{base} + n", number="'' || (1000 + n)", status="'sent'", invoice_date=write.day(),
        subtotal="100", tax_total="8", total="108", amount_paid="0", discount="0", sent_at=at, created_at=at,
        updated_at=at, customer_id=f"{base} + n % {size.customers}", **of,
    )  # fmt: skip
    write.insert(
        InvoiceLine, size.invoices, id=f"{base} + n", invoice_id=f"{base} + n", position="1", description="'Part'",
        quantity="1", unit_price="100", amount="100", item_id=f"{base} + n % {size.items}",
    )  # fmt: skip
    write.insert(
        InvoiceLine.tax_rates.through, size.invoices, id=f"{base} + n", invoiceline_id=f"{base} + n",
        taxrate_id=f"{base} + n % {size.rates}",
    )  # fmt: skip
    write.insert(
        InvoiceRateSet, size.invoices, id=f"{base} + n", invoice_id=f"{base} + n",
        key=f"'' || ({base} + n % {size.rates})", **of,
    )  # fmt: skip
    entries = {"refreshed_at": at, "name_key": "'x' || n", **here}
    for entity, name, count in (("TaxCode", "County", size.rates), ("Item", "Part", size.items)):
        write.insert(
            ListEntry, count, id=f"{base} + n + {0 if entity == 'Item' else 5_000_000}", entity=f"'{entity}'",
            qbo_id="'' || (n + 1)", name=f"'{name} ' || n", **entries,
        )  # fmt: skip
    links = {"synced_at": at, "created_here": "TRUE" if write.is_postgres else "1", **here}
    for place, (kind, count) in enumerate(
        {"customer": size.customers * 95 // 100, "item": size.items - 5, "invoice": size.invoices}.items()
    ):
        write.insert(
            Link, count, id=f"{base} + {place * 3_000_000} + n", record_type=f"'{kind}'", record_id=f"{base} + n",
            qbo_id="'' || (n + 1)", **links,
        )  # fmt: skip
    every = size.invoices // size.failures
    failed, cause = f"(n % {every} = 0)", f"(n / {every}) % {CAUSES}"
    write.insert(
        SyncEvent, size.invoices, id=f"{base} + n", record_type="'invoice'", record_id=f"{base} + n", rank="3",
        label="'Invoice #' || (1000 + n)", party=f"'Customer ' || (n % {size.customers})", amount="108",
        state=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", opened_at=at, changed_at=at,
        message=f"CASE WHEN {failed} THEN 'Tax code ''County ' || ({cause}) || ''' not mapped' ELSE '' END",
        failure_code=f"CASE WHEN {failed} THEN 'tax_code_not_mapped' ELSE '' END",
        cause_key=f"CASE WHEN {failed} THEN 'tax_code_not_mapped:tax_rate:' || ({cause}) ELSE '' END",
        subject_kind=f"CASE WHEN {failed} THEN 'tax_rate' ELSE '' END",
        subject_key=f"CASE WHEN {failed} THEN '' || ({cause}) ELSE '' END",
        subject_name=f"CASE WHEN {failed} THEN 'County ' || ({cause}) ELSE '' END", **of, **here,
    )  # fmt: skip
    write.insert(
        Attempt, size.invoices, id=f"{base} + n", event_id=f"{base} + n", kind="'sent'", at=at,
        outcome=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", duration_ms="250",
    )  # fmt: skip
    return owner


def measure(owner: Any, number: int, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Median milliseconds, queries and kilobytes of each page, after a warm-up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=False)
    client.force_login(owner)
    row = number * 10_000_000
    pages = {
        **PAGES,
        "an event": f"/admin/sync/syncevent/{row}/change/",
        "an invoice": f"/admin/invoices/invoice/{row}/change/",
        "a customer": f"/quickbooks/customers/{row + 99}/",
    }
    for name, address in pages.items():
        answer, times = client.get(address), []
        for _ in range(rounds):
            began = time.perf_counter()
            answer = client.get(address)
            times.append(1000 * (time.perf_counter() - began))
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        slowest = max(queries.captured_queries, key=lambda one: float(one["time"]), default={"time": 0, "sql": ""})
        found: dict[str, Any] = {"ms": statistics.median(times), "queries": len(queries), "status": answer.status_code}
        found |= {"kb": len(answer.content) / 1024, "slowest_ms": 1000 * float(slowest["time"]), "sql": slowest["sql"]}
        yield name, found


def main(invoices: int, rounds: int = 3) -> None:
    """Prints one JSON object: each page of the small shop and of the big one. Runs on a migrated, empty database."""
    owners = {1: build(1, sizes(1000)), 2: build(2, sizes(invoices))}
    Writer().run("ANALYZE")
    print(json.dumps({str(number): dict(measure(owner, number, rounds)) for number, owner in owners.items()}))


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]))

"""Benchmark 8: one shop with very many invoices: every page that staff open, beside the same shop with 1,000."""

from __future__ import annotations

import json
import statistics
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
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
    "log, dismiss all": "/admin/sync/syncevent/dismiss/?status=failed",
    "status": "/quickbooks/status/",
    "tax": "/quickbooks/tax/",
    "items": "/quickbooks/items/",
    "invoices and payments": "/quickbooks/invoices/",
    "history": "/quickbooks/history/",
    "customers": "/quickbooks/customers/",
    "customers, search": "/quickbooks/customers/?q=Customer+77",
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
    "log, what has changed": "/admin/sync/syncevent/live/",
    "log, dismissed": "/admin/sync/syncevent/?status=dismissed",
    "log, synced": "/admin/sync/syncevent/?status=synced",
    "log, customers": "/admin/sync/syncevent/?entity=customer",
    "log, payments": "/admin/sync/syncevent/?entity=payment",
    "log, of a month": "/admin/sync/syncevent/?after=2024-03-01&before=2024-03-31",
    "log, search of a message": "/admin/sync/syncevent/?search=mapped",
    "log, oldest first": "/admin/sync/syncevent/?o=1",
    "payment settings": "/quickbooks/payments/",
    "what would fail": "/quickbooks/what-would-fail/",
    "tie-outs": "/quickbooks/tie-out/",
    "notifications": "/quickbooks/notifications/",
    "fix of a cause": "/quickbooks/fix/?cause=tax_code_not_mapped:tax_rate:7",
    "fix of a cause, every choice": "/quickbooks/fix/?cause=tax_code_not_mapped:tax_rate:7&every=1",
    "customers, all": "/quickbooks/customers/?state=all",
    "customers, created": "/quickbooks/customers/?state=created",
    "products, all": "/quickbooks/products/?state=all",
    "products, price differs": "/quickbooks/products/?state=differs",
    "products, search": "/quickbooks/products/?q=Part+77",
    "offer to send earlier invoices": "/quickbooks/earlier/",
    "invoice list, held": "/admin/invoices/invoice/?quickbooks=held",
    "invoice list, on its way": "/admin/invoices/invoice/?quickbooks=waiting",
    "invoice list, dismissed": "/admin/invoices/invoice/?quickbooks=dismissed",
    "invoice list, outstanding": "/admin/invoices/invoice/?status=outstanding",
    "invoice list, drafts": "/admin/invoices/invoice/?status=draft",
    "invoice list, by total": "/admin/invoices/invoice/?o=5",
    "invoice list, of a month": "/admin/invoices/invoice/?invoice_date_from=2024-03-01&invoice_date_to=2024-03-31",
    "invoice list, deep page": "/admin/invoices/invoice/?p=90",
    "payment list": "/admin/invoices/payment/",
    "payment list, cash": "/admin/invoices/payment/?method__exact=cash",
    "payment list, search": "/admin/invoices/payment/?q=777",
    "payment list, search of a name": "/admin/invoices/payment/?q=Customer+77",
    "pricebook": "/admin/invoices/pricebookitem/",
    "pricebook, search": "/admin/invoices/pricebookitem/?q=Part+77",
    "categories": "/admin/invoices/pricebookcategory/",
    "picking a customer": (
        "/admin/autocomplete/?term=Customer+77&app_label=invoices&model_name=invoice&field_name=customer"
    ),
    "picking a product": "/admin/autocomplete/?term=Part+77&app_label=invoices&model_name=invoiceline&field_name=item",
    "state of the queue": "/healthz",
}


@dataclass(frozen=True)
class Size:
    invoices: int
    customers: int
    rates: int
    failures: int
    items: int
    payments: int

    @property
    def events(self) -> int:
        """Of invoices. The others were sent before QuickBooks was connected, and never since."""
        return self.invoices * 400 // 405


def sizes(invoices: int) -> Size:
    """As many customers, products and rates as a shop of so many invoices has."""
    share = invoices / 405_000
    return Size(
        invoices,
        customers=max(100, int(50_000 * share)),
        rates=max(10, int(300 * share)),
        failures=max(50, int(FAILURES * share)),
        items=max(100, int(50_000 * share)),
        payments=invoices // 8,
    )


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

    def letters(self, length: int) -> str:
        """So many, where a row is to be as wide as it is in a real shop."""
        return f"repeat('x', {length})" if self.is_postgres else f"hex(zeroblob({length // 2}))"

    def json(self, length: int) -> str:
        text = f"""'{{"UnitPrice": 100, "Description": "' || {self.letters(length)} || '"}}'"""
        return f"({text})::jsonb" if self.is_postgres else f"({text})"

    def base(self) -> str:
        """The base of a link, as long as that of an invoice of a few lines."""
        return (
            """'{"said": {}, "line_ids": [], "ours_wins": [], "row": {"PrivateNote": "' || """
            f"""{self.letters(1000)} || '"}}}}'"""
        )

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
        # PostgreSQL keeps its plan for checking references; made for an empty table, that reads the whole one per row.
        self.run(f"ANALYZE {table}")

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
        Payment,
        PaymentApplication,
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
        PricebookItem, size.items, id=f"{base} + n", name="'Part ' || n", unit_price="100", kind="'part'",
        category_id=str(category.pk), **of,
    )  # fmt: skip
    paid = f"n % 8 = 1 AND n / 8 < {size.payments}"
    write.insert(
        Invoice, size.invoices, id=f"{base} + n", number="'' || (1000 + n)",
        status=f"CASE WHEN {paid} THEN 'paid' WHEN n % 16 = 2 THEN 'overdue' ELSE 'sent' END", invoice_date=write.day(),
        subtotal="100", tax_total="8", total="108", amount_paid=f"CASE WHEN {paid} THEN 108 ELSE 0 END", discount="0",
        sent_at=at, created_at=at, updated_at=at, customer_id=f"{base} + n % {size.customers}", **of,
    )  # fmt: skip
    write.insert(
        Payment, size.payments, id=f"{base} + n", customer_id=f"{base} + (8 * n + 1) % {size.customers}", amount="108",
        method="CASE WHEN n % 5 = 0 THEN 'cash' ELSE 'check' END", received_date=write.day(), reference="'' || n", **of,
    )  # fmt: skip
    write.insert(
        PaymentApplication, size.payments, id=f"{base} + n", payment_id=f"{base} + n", invoice_id=f"{base} + 8 * n + 1",
        amount="108",
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
    entries = {"refreshed_at": at, **here}
    for entity, name, count in (("TaxCode", "County", size.rates), ("Item", "Part", size.items)):
        write.insert(
            ListEntry, count, id=f"{base} + n + {0 if entity == 'Item' else 5_000_000}", entity=f"'{entity}'",
            qbo_id="'' || (n + 1)", name=f"'{name} ' || n", name_key=f"'{name.lower()} ' || n",
            data=write.json(400), **entries,
        )  # fmt: skip
    every = size.events // size.failures
    # Not the payments' invoices, which have to be there.
    failed, cause = f"(n % {every} = 0)", f"(n / {every}) % {CAUSES}"
    links = {"synced_at": at, "created_here": "TRUE" if write.is_postgres else "1", "base": write.base(), **here}
    counts = {
        "customer": size.customers * 95 // 100, "item": size.items * 99 // 100, "invoice": size.events,
        "payment": size.payments,
    }  # fmt: skip
    for place, (kind, count) in enumerate(counts.items()):
        write.insert(
            Link, count, id=f"{base} + {place * 2_000_000} + n", record_type=f"'{kind}'", record_id=f"{base} + n",
            qbo_id="'' || (n + 1)", **({**links, "total": "108", "tax": "8", "doc_number": "'' || (1000 + n)"}
            if kind == "invoice" else links),
        )  # fmt: skip
    # What failed never got there.
    write.run(f"DELETE FROM qbo_link WHERE connection_id = {number} AND record_type = 'invoice'"
              f" AND (record_id - {base}) % {every} = 0")  # fmt: skip
    write.insert(
        SyncEvent, size.payments, id=f"{base} + 5000000 + n", record_type="'payment'", record_id=f"{base} + n",
        rank="4", opened_at=at, changed_at=at,
        label="'Payment on #' || (1000 + 8 * n + 1)", party=f"'Customer ' || ((8 * n + 1) % {size.customers})",
        amount="108", state="'synced'", **of, **here,
    )  # fmt: skip
    write.insert(
        SyncEvent, size.events, id=f"{base} + n", record_type="'invoice'", record_id=f"{base} + n", rank="3",
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
        Attempt, size.events, id=f"{base} + n", event_id=f"{base} + n", kind="'sent'", at=at,
        outcome=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", duration_ms="250",
    )  # fmt: skip
    return owner


def pages_of(number: int, size: Size) -> dict[str, str]:
    """The addresses of every page of the shop with that number, by name."""
    row, earlier = number * 10_000_000, size.events
    return {
        **PAGES,
        "an event": f"/admin/sync/syncevent/{row}/change/",
        "an invoice": f"/admin/invoices/invoice/{row}/change/",
        "an invoice sent before QuickBooks": f"/admin/invoices/invoice/{row + earlier}/change/",
        "an invoice's banner": f"/quickbooks/invoice/{row}/banner/",
        "a customer": f"/quickbooks/customers/{row + 99}/",
        "a customer's own page": f"/admin/invoices/customer/{row + 99}/change/",
        "a product": f"/quickbooks/products/{row + 99}/",
        "a product's search": f"/quickbooks/products/{row + 99}/?q=Part+77",
        "a product's own page": f"/admin/invoices/pricebookitem/{row + 99}/change/",
        "a payment": f"/admin/invoices/payment/{row}/change/",
        "receive payment": f"/admin/invoices/payment/receive/?customer={row + 99}",
        "a tax rate": f"/admin/invoices/taxrate/{row}/change/",
    }


def measure(owner: Any, number: int, size: Size, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Median milliseconds, queries and kilobytes of each page, after a warm-up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=False)
    client.force_login(owner)
    for name, address in pages_of(number, size).items():
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
    from django.utils import timezone

    from qbo.mapping.loose_ends import gather
    from qbo.models import Connection

    shops = {1: sizes(1000), 2: sizes(invoices)}
    owners = {number: build(number, size) for number, size in shops.items()}
    for connection in Connection.objects.all():
        # As upkeep has on the second day.
        for at in (timezone.now() - timedelta(days=2), timezone.now()):
            gather(connection, at=at, go_on=lambda: True)
    write = Writer()
    # As autovacuum has within minutes: it also empties the list of what the indexes of words have not taken in yet.
    write.run("VACUUM ANALYZE" if write.is_postgres else "ANALYZE")
    print(json.dumps({str(n): dict(measure(owner, n, shops[n], rounds)) for n, owner in owners.items()}))


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]))

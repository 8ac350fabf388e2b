"""Benchmark 8: one shop with very many invoices: every page that staff open, beside the same shop with 1,000.

What a page shows is the same in both: as many rows, choices, causes and tax rates. So the one with 1,000 invoices has
the same tax rates and causes, more failures than its share, and numbers and names of which a search finds a page.
"""

from __future__ import annotations

import json
import re
import statistics
import sys
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

FAILURES, CAUSES, RATES = 5000, 60, 300
# So long ago the first invoice was dated, and the first event was.
DAYS_OF_INVOICES, DAYS_OF_EVENTS = 600, 281
# Half a year ago, as far as the log and the list of invoices are asked for a month.
MONTH = timedelta(days=210), timedelta(days=180)
# A page of rows, and some that are found besides; and how many products a drop-down offers at most.
A_PAGE, OFFERED = 55, 2000
# Rows of a table, choices of a drop-down, and results of a search while somebody types.
SHOWN = re.compile(rb'<tr[ >]|<option|"id":')
PAGES = {
    "start page": "/admin/",
    "log": "/admin/sync/syncevent/",
    "log, failed": "/admin/sync/syncevent/?status=failed",
    "log, by cause": "/admin/sync/syncevent/?cause=tax_code_not_mapped:tax_rate:{rate}",
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
    "log, of a month": "/admin/sync/syncevent/?after={after}&before={before}",
    "log, search of a message": "/admin/sync/syncevent/?search=mapped",
    "log, oldest first": "/admin/sync/syncevent/?o=1",
    "payment settings": "/quickbooks/payments/",
    "what would fail": "/quickbooks/what-would-fail/",
    "tie-outs": "/quickbooks/tie-out/",
    "notifications": "/quickbooks/notifications/",
    "fix of a cause": "/quickbooks/fix/?cause=tax_code_not_mapped:tax_rate:{rate}",
    "fix of a cause, every choice": "/quickbooks/fix/?cause=tax_code_not_mapped:tax_rate:{rate}&every=1",
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
    "invoice list, of a month": "/admin/invoices/invoice/?invoice_date_from={after}&invoice_date_to={before}",
    "invoice list, deep page": "/admin/invoices/invoice/?p={deepest}",
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
    # The customers and products that are not in QuickBooks.
    new_customers: int
    new_items: int
    # The number in the name of the first customer and product, and that of the first invoice.
    named_from: int = 0
    numbered_from: int = 1000
    # When the first event was and the first invoice is dated, and the time from one to the next.
    began_at: str = "2024-01-01"
    began_on: str = "2024-01-01"
    seconds_apart: float = 60
    a_day: float = 600
    # Those that were sent before QuickBooks was connected are the last by number, and the first in time by so many.
    shifted: int = 0

    @property
    def events(self) -> int:
        """Of invoices. The others were sent before QuickBooks was connected, and never since."""
        return self.invoices * 400 // 405

    @property
    def every(self) -> int:
        """Each invoice with a number that this divides has failed."""
        return self.events // self.failures

    @property
    def of_one_cause(self) -> int:
        """So many of the first failures have one cause, the one that pages are asked for: more than a page of them."""
        return max(0, (FAILURES - self.failures) // CAUSES)


def sizes(invoices: int) -> Size:
    """As many customers, products and rates as a shop of so many invoices has."""
    share = invoices / 405_000
    customers, items = max(100, int(50_000 * share)), max(100, int(50_000 * share))
    return Size(
        invoices,
        customers=customers,
        # Each cause of a failure is a rate.
        rates=max(CAUSES, int(RATES * share)),
        failures=max(50, int(FAILURES * share)),
        items=items,
        payments=invoices // 8,
        new_customers=customers // 20,
        new_items=items // 100,
    )


def beside(invoices: int, *, today: date) -> Size:
    """As `sizes`, for shops whose pages are compared: what a page shows is the same, and all comes up to today."""
    size = sizes(invoices)
    is_small = invoices < 10 * CAUSES * A_PAGE
    return replace(
        size,
        rates=RATES,
        customers=max(4 * A_PAGE, size.customers),
        items=max(OFFERED + A_PAGE, size.items),
        failures=max(FAILURES // CAUSES + 2 * CAUSES, size.failures),
        new_customers=max(A_PAGE, size.new_customers),
        new_items=max(A_PAGE, size.new_items),
        # What is searched for begins with 77 or holds 777: among few there would be one or none.
        named_from=7700 if is_small else 0,
        numbered_from=77_700 if is_small else 1000,
        began_at=f"{today - timedelta(days=DAYS_OF_EVENTS)}",
        began_on=f"{today - timedelta(days=DAYS_OF_INVOICES)}",
        seconds_apart=DAYS_OF_EVENTS * 86_400 / invoices,
        a_day=invoices / DAYS_OF_INVOICES,
        shifted=invoices - size.events,
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

    def moment(self, size: Size, n: str = "n") -> str:
        """When the invoice with that number was sent, and its event was."""
        seconds = f"(({n} + {size.shifted}) % {size.invoices}) * {size.seconds_apart:.6f}"
        if self.is_postgres:
            return f"TIMESTAMP WITH TIME ZONE '{size.began_at} 00:00:00+00' + {seconds} * INTERVAL '1 second'"
        return f"datetime('{size.began_at}', '+' || ({seconds}) || ' seconds')"

    def letters(self, length: int) -> str:
        """So many, where a row is to be as wide as it is in a real shop."""
        return f"repeat('x', {length})" if self.is_postgres else f"hex(zeroblob({length // 2}))"

    def json(self, length: int) -> str:
        text = f"""'{{"Type": "Service", "UnitPrice": 100, "Description": "' || {self.letters(length)} || '"}}'"""
        return f"({text})::jsonb" if self.is_postgres else f"({text})"

    def base(self) -> str:
        """The base of a link, as long as that of an invoice of a few lines."""
        return (
            """'{"said": {}, "line_ids": [], "ours_wins": [], "row": {"PrivateNote": "' || """
            f"""{self.letters(1000)} || '"}}}}'"""
        )

    def day(self, size: Size, n: str = "n") -> str:
        days = f"(({n} + {size.shifted}) % {size.invoices}) / {size.a_day:.6f}"
        if self.is_postgres:
            return f"DATE '{size.began_on}' + CAST(floor({days}) AS integer)"
        return f"date('{size.began_on}', '+' || CAST({days} AS integer) || ' days')"

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
    of, at = {"organization_id": f"{number}"}, write.moment(size)
    paid_at = write.moment(size, "(8 * n + 1)")
    # Not the payments' invoices, which have to be there.
    failed = f"(n % {size.every} = 0 AND n < {size.events})"
    cause = f"CASE WHEN n / {size.every} < {size.of_one_cause} THEN 7 ELSE (n / {size.every}) % {CAUSES} END"
    rate = f"{base} + CASE WHEN {failed} THEN {cause} ELSE n % {size.rates} END"
    here = {"connection_id": f"{number}", "realm_id": f"'{realm}'"}
    write.insert(
        TaxRate, size.rates, id=f"{base} + n", name="'County ' || n", percent="5 + (n % 40) / 10.0", **of
    )  # fmt: skip
    write.insert(
        Customer,
        size.customers,
        id=f"{base} + n",
        name=f"'Customer ' || ({size.named_from} + n)",
        email="'c' || n || '@example.com'",
        **of,
    )
    write.insert(
        PricebookItem, size.items, id=f"{base} + n", name=f"'Part ' || ({size.named_from} + n)", unit_price="100",
        kind="'part'", category_id=str(category.pk), **of,
    )  # fmt: skip
    paid = f"n % 8 = 1 AND n / 8 < {size.payments}"
    write.insert(
        Invoice, size.invoices, id=f"{base} + n", number=f"'' || ({size.numbered_from} + n)",
        status=f"CASE WHEN {paid} THEN 'paid' WHEN n % 16 = 2 THEN 'overdue' ELSE 'sent' END",
        invoice_date=write.day(size), subtotal="100", tax_total="8", total="108", discount="0",
        amount_paid=f"CASE WHEN {paid} THEN 108 ELSE 0 END", sent_at=at, created_at=at, updated_at=at,
        customer_id=f"{base} + n % {size.customers}", **of,
    )  # fmt: skip
    write.insert(
        Payment, size.payments, id=f"{base} + n", customer_id=f"{base} + (8 * n + 1) % {size.customers}", amount="108",
        method="CASE WHEN n % 2 = 0 THEN 'cash' ELSE 'check' END", received_date=write.day(size, "(8 * n + 1)"),
        reference=f"'' || ({size.numbered_from} + n)", **of,
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
        taxrate_id=rate,
    )  # fmt: skip
    write.insert(
        InvoiceRateSet, size.invoices, id=f"{base} + n", invoice_id=f"{base} + n",
        key=f"'' || ({rate})", **of,
    )  # fmt: skip
    entries = {"refreshed_at": at, **here}
    lists = (("TaxCode", "County", size.rates, 0), ("Item", "Part", size.items, size.named_from))
    for entity, name, count, first in lists:
        write.insert(
            ListEntry, count, id=f"{base} + n + {0 if entity == 'Item' else 5_000_000}", entity=f"'{entity}'",
            qbo_id="'' || (n + 1)", name=f"'{name} ' || ({first} + n)", name_key=f"'{name.lower()} ' || ({first} + n)",
            data=write.json(400), **entries,
        )  # fmt: skip
    links = {"synced_at": at, "created_here": "TRUE" if write.is_postgres else "1", "base": write.base(), **here}
    counts = {
        "customer": size.customers - size.new_customers, "item": size.items - size.new_items, "invoice": size.events,
        "payment": size.payments,
    }  # fmt: skip
    of_invoices = {"total": "108", "tax": "8", "doc_number": f"'' || ({size.numbered_from} + n)"}
    for place, (kind, count) in enumerate(counts.items()):
        write.insert(
            Link, count, id=f"{base} + {place * 2_000_000} + n", record_type=f"'{kind}'", record_id=f"{base} + n",
            qbo_id="'' || (n + 1)", **links, **(of_invoices if kind == "invoice" else {}),
        )  # fmt: skip
    # What failed never got there.
    write.run(f"DELETE FROM qbo_link WHERE connection_id = {number} AND record_type = 'invoice'"
              f" AND (record_id - {base}) % {size.every} = 0")  # fmt: skip
    write.insert(
        SyncEvent, size.payments, id=f"{base} + 5000000 + n", record_type="'payment'", record_id=f"{base} + n",
        rank="4", opened_at=paid_at, changed_at=paid_at,
        label=f"'Payment on #' || ({size.numbered_from} + 8 * n + 1)",
        party=f"'Customer ' || ({size.named_from} + (8 * n + 1) % {size.customers})",
        amount="108", state="'synced'", **of, **here,
    )  # fmt: skip
    write.insert(
        SyncEvent, size.events, id=f"{base} + n", record_type="'invoice'", record_id=f"{base} + n", rank="3",
        label=f"'Invoice #' || ({size.numbered_from} + n)",
        party=f"'Customer ' || ({size.named_from} + n % {size.customers})", amount="108",
        state=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", opened_at=at, changed_at=at,
        message=f"CASE WHEN {failed} THEN 'Tax code ''County ' || ({cause}) || ''' not mapped' ELSE '' END",
        failure_code=f"CASE WHEN {failed} THEN 'tax_code_not_mapped' ELSE '' END",
        cause_key=f"CASE WHEN {failed} THEN 'tax_code_not_mapped:tax_rate:' || ({rate}) ELSE '' END",
        subject_kind=f"CASE WHEN {failed} THEN 'tax_rate' ELSE '' END",
        subject_key=f"CASE WHEN {failed} THEN '' || ({rate}) ELSE '' END",
        subject_name=f"CASE WHEN {failed} THEN 'County ' || ({cause}) ELSE '' END", **of, **here,
    )  # fmt: skip
    write.insert(
        Attempt, size.events, id=f"{base} + n", event_id=f"{base} + n", kind="'sent'", at=at,
        outcome=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", duration_ms="250",
    )  # fmt: skip
    return owner


def pages_of(number: int, size: Size) -> dict[str, str]:
    """The addresses of every page of the shop with that number, by name."""
    from django.utils import timezone

    from runacall.organizations.paging import MOST

    row, earlier, today = number * 10_000_000, size.events, timezone.localdate()
    month = {"after": today - MONTH[0], "before": today - MONTH[1]}
    deepest = min(MOST, size.invoices) // 50
    return {
        **{name: address.format(**month, deepest=deepest, rate=row + 7) for name, address in PAGES.items()},
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


def cpu_ms() -> float:
    """What this process has used so far, and the database's process of its connection, if that is on this machine."""
    from django.db import connection

    backend = 0.0
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        with suppress(OSError):
            used = Path(f"/proc/{connection.connection.info.backend_pid}/schedstat").read_text()
            backend = int(used.split()[0]) / 1_000_000
    return 1000 * time.process_time() + backend


def measure(owner: Any, number: int, size: Size, rounds: int) -> Iterator[tuple[str, dict[str, Any]]]:
    """Median milliseconds, the least CPU, queries, kilobytes and what each page shows, after a warm-up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(raise_request_exception=False)
    client.force_login(owner)
    for name, address in pages_of(number, size).items():
        answer, times, used = client.get(address), [], []
        for _ in range(rounds):
            began, before = time.perf_counter(), cpu_ms()
            answer = client.get(address)
            times.append(1000 * (time.perf_counter() - began))
            used.append(cpu_ms() - before)
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        slowest = max(queries.captured_queries, key=lambda one: float(one["time"]), default={"time": 0, "sql": ""})
        found: dict[str, Any] = {
            "ms": statistics.median(times),
            "cpu_ms": min(used),
            "queries": len(queries),
            "status": answer.status_code,
        }
        found |= {
            "shown": len(SHOWN.findall(answer.content)),
            "kb": len(answer.content) / 1024,
            "slowest_ms": 1000 * float(slowest["time"]),
            "sql": slowest["sql"],
        }
        yield name, found


def main(invoices: int, rounds: int = 10) -> None:
    """Prints one JSON object: each page of the small shop and of the big one. Runs on a migrated, empty database."""
    from django.utils import timezone

    from qbo.mapping.loose_ends import gather
    from qbo.mapping.prices import compare_prices
    from qbo.models import Connection, ListEntry

    shops = {number: beside(count, today=timezone.localdate()) for number, count in {1: 1000, 2: invoices}.items()}
    owners = {number: build(number, size) for number, size in shops.items()}
    for connection in Connection.objects.all():
        # As upkeep has on the second day.
        for at in (timezone.now() - timedelta(days=2), timezone.now()):
            gather(connection, at=at, go_on=lambda: True)
        # As reading the list has, each day.
        compare_prices(connection, ListEntry.objects.of(connection, "Item"))
    write = Writer()
    # As autovacuum has within minutes: it also empties the list of what the indexes of words have not taken in yet.
    write.run("VACUUM ANALYZE" if write.is_postgres else "ANALYZE")
    print(json.dumps({str(n): dict(measure(owner, n, shops[n], rounds)) for n, owner in owners.items()}))


if __name__ == "__main__":
    import django

    django.setup()
    main(int(sys.argv[1]))

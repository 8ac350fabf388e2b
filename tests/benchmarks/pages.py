"""Benchmark 3: the sync log of a shop with 1,000 events, alone and beside 499 shops with many."""

from __future__ import annotations

import json
import statistics
import sys
import time
from typing import Any

SHOPS, VIEWED = 500, 1000
FIRST_REALM = 10_000_000_000
COLUMNS = (
    "organization_id, connection_id, realm_id, record_type, record_id, rank, direction, label, party, amount, state,"
    " opened_at, changed_at, due_at, retries, heals, look_first, message, failure_code, cause_key, subject_kind,"
    " subject_key, subject_name, facts, fence, reason, blocked_by"
)
# One in twenty failed, for one of five causes; the rest is synced.
FAILED = "(n % 20 = 0)"


def fill(shops: int, total: int, *, first_id: int, after: int = 0) -> None:
    """`total` events spread evenly over `shops` organizations, straight in the database's own words."""
    from django.db import connection

    postgres = connection.vendor == "postgresql"
    series = (
        f"generate_series(0, {total - 1}) AS s(n)"
        if postgres
        else f"(WITH RECURSIVE s(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM s WHERE n < {total - 1}) SELECT n FROM s)"
    )
    moment = (
        "TIMESTAMP WITH TIME ZONE '2026-06-01 00:00:00+00' + n * INTERVAL '1 second'"
        if postgres
        else "datetime('2026-06-01', '+' || n || ' seconds')"
    )
    no, facts = ("FALSE", "'{}'::jsonb") if postgres else ("0", "'{}'")
    cause = "'tax_code_not_mapped:tax_rate:' || (n % 5)"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO sync_syncevent ({COLUMNS}) SELECT {first_id} + n % {shops}, {first_id} + n % {shops},"
            f" '9341' || ({FIRST_REALM} + {first_id} + n % {shops}),"
            f" 'invoice', {1_000_000 + after} + n, 3, 'out', 'Invoice #' || n, 'Customer ' || (n % 300), 100.25,"
            f" CASE WHEN {FAILED} THEN 'failed' ELSE 'synced' END, {moment}, {moment}, NULL, 0, 0, {no},"
            f" CASE WHEN {FAILED} THEN 'Tax code ''Rate' || (n % 5) || ''' not mapped' ELSE '' END,"
            f" CASE WHEN {FAILED} THEN 'tax_code_not_mapped' ELSE '' END,"
            f" CASE WHEN {FAILED} THEN {cause} ELSE '' END, '', '', '', {facts}, 0, '', '' FROM {series}"
        )
        cursor.execute("ANALYZE")


def build_shops() -> Any:
    from django.contrib.auth.models import User

    from qbo.models import Connection, ConnectionSettings
    from runacall.organizations.models import Membership, Organization

    Organization.objects.bulk_create(
        Organization(pk=n, slug=f"shop-{n}", name=f"Shop {n}", time_zone="America/New_York")
        for n in range(1, SHOPS + 1)
    )
    Connection.objects.bulk_create(
        Connection(
            pk=n,
            organization_id=n,
            realm_id=f"9341{FIRST_REALM + n}",
            refresh_token="r",
            environment="emulator",
            emulator_url="http://127.0.0.1:9",
        )
        for n in range(1, SHOPS + 1)
    )
    ConnectionSettings.objects.bulk_create(ConnectionSettings(connection_id=n) for n in range(1, SHOPS + 1))
    owner = User.objects.create_user("owner@example.com", password="x", is_staff=True)
    Membership.objects.create(organization_id=1, user=owner, role="owner")
    return owner


PAGES = {
    "first page": "/admin/sync/syncevent/",
    "filtered page": "/admin/sync/syncevent/?status=failed",
    "search": "/admin/sync/syncevent/?search=Customer+7",
    "deep page": "/admin/sync/syncevent/?p=15",
    "banner (another page)": "/admin/invoices/customer/",
}


def measure(owner: Any, rounds: int = 9) -> dict[str, dict[str, float]]:
    """Median milliseconds and queries of each page, after a warm-up."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client()
    client.force_login(owner)
    figures = {}
    for name, address in PAGES.items():
        times = []
        for _ in range(rounds + 1):
            began = time.perf_counter()
            answer = client.get(address)
            times.append(1000 * (time.perf_counter() - began))
            if answer.status_code != 200:
                raise RuntimeError(f"{address} answered {answer.status_code}")
        with CaptureQueriesContext(connection) as queries:
            client.get(address)
        figures[name] = {"ms": statistics.median(times[1:]), "queries": len(queries)}
    return figures


def main(totals: list[int]) -> None:
    """Prints one JSON object: the viewed shop alone, then beside each total. Runs on a migrated, empty database."""
    owner = build_shops()
    fill(1, VIEWED, first_id=1)
    figures = {"alone": measure(owner)}
    there = 0
    for total in totals:
        fill(SHOPS - 1, total - there, first_id=2, after=there)
        there = total
        figures[f"beside {total:,}"] = measure(owner)
    print(json.dumps(figures))


if __name__ == "__main__":
    import django

    django.setup()
    main([int(one) for one in sys.argv[1:]])

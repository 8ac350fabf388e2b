"""Benchmark 12: the log with 3,000 failures of 40 causes beside 60 failures, and the forecast for 1,000 invoices."""

from __future__ import annotations

import gzip
import json
import statistics
import time
from collections.abc import Callable
from typing import Any

FEW, MANY, CAUSES, FORESEEN = 60, 3_000, 40, 1_000
LOG = "/admin/sync/syncevent/?status=failed"
ROUNDS = 7


def cpu_of(ask: Callable[[], object]) -> float:
    """The median of the processor time of one call in milliseconds, after a warm-up: the machine may be busy."""
    ask()
    times = []
    for _ in range(ROUNDS):
        began = time.process_time()
        ask()
        times.append(1000 * (time.process_time() - began))
    return statistics.median(times)


def queries_of(ask: Callable[[], object]) -> int:
    from django.db import connection, reset_queries
    from django.test.utils import CaptureQueriesContext

    reset_queries()  # the log keeps 9,000 at most, and a full one counts none
    with CaptureQueriesContext(connection) as queries:
        ask()
    return len(queries)


def fail(books: Any, count: int, *, after: int = 0) -> None:
    """Failed events without invoices of their own, each cause a rate of its own that is not mapped; numbered from
    `after`.
    """
    from qbo.failures import Failure, Subject
    from sync.models import State, SyncEvent
    from sync.models.events import RANKS, EntityType, failure_columns
    from tests.log_rows import AT

    kinds = [Failure("tax_code_not_mapped", Subject("tax_rate", str(n + 900), f"Rate {n}")) for n in range(CAUSES)]
    columns = [failure_columns(one) for one in kinds]
    SyncEvent.objects.bulk_create(
        SyncEvent(
            organization=books.organization,
            connection=books,
            realm_id=books.realm_id,
            record_type=EntityType.INVOICE,
            record_id=10**6 + number,
            rank=RANKS[EntityType.INVOICE],
            label=f"Invoice #{number}",
            party=f"Customer {number % 300}",
            amount=10 + number % CAUSES,
            state=State.FAILED,
            opened_at=AT,
            changed_at=AT,
            **columns[number % CAUSES],
        )
        for number in range(after, after + count)
    )


def the_log(books: Any) -> dict[str, Any]:
    from django.test import Client

    from runacall.organizations.models import Role
    from sync.admin.cause_strip import AT_FIRST
    from sync.models import SyncEvent
    from tests import builders

    client = Client()
    client.force_login(builders.member(books.organization, Role.OWNER))
    found: dict[str, Any] = {}
    for count in (FEW, MANY):
        SyncEvent.objects.all().delete()
        fail(books, count)
        page = client.get(LOG).content
        assert page.count(b'class="rac-card"') == AT_FIRST
        found[str(count)] = {
            "cpu_ms": cpu_of(lambda: client.get(LOG)),
            "queries": queries_of(lambda: client.get(LOG)),
            "kb": len(page) / 1000,
            "gzip_kb": len(gzip.compress(page)) / 1000,
        }
    return found


def the_forecast(books: Any) -> dict[str, Any]:
    """What mapping one rate would do for 1,000 invoices, one of ten of which lacks its product as well."""
    from django.utils import timezone

    from qbo.failures import Failure, Subject
    from sync.fixing.applying import forecast
    from sync.fixing.fix import Answer
    from sync.fixing.table import case_of
    from sync.models import State, SyncEvent
    from sync.models.events import failure_columns
    from tests import builders, log_rows

    SyncEvent.objects.all().delete()
    shop, at = books.organization, timezone.now()
    log_rows.entry(books, "TaxCode", "2", "California", Percent="8")
    log_rows.entry(books, "Item", "7", "Labor", Type="Service")
    rate = builders.rate(shop, "Combined 7.25", "7.25")
    customer = builders.customer(shop, "M. Okafor", at=at)
    items = [builders.item(shop, name, at=at) for name in ("Labor", "Furnace filter")]
    for number in range(FORESEEN):
        line = builders.line(item=items[number % 10 == 0], rates=[rate])
        builders.invoice(shop, customer=customer, lines=[line], at=at)
    failure = Failure("tax_code_not_mapped", Subject("tax_rate", str(rate.pk), rate.name))
    SyncEvent.objects.filter(record_type="invoice").update(state=State.FAILED, due_at=None, **failure_columns(failure))
    type(books.settings).objects.filter(connection=books).update(auto_create_items=False)
    case = case_of(books, failure.cause_key)
    assert case is not None
    answer = Answer("code:2")
    said = forecast(case, answer)
    return {
        "cpu_ms": cpu_of(lambda: forecast(case, answer)),
        "queries": queries_of(lambda: forecast(case, answer)),
        "sentence": said.sentence,
        "is_exact": said.is_exact,
    }


if __name__ == "__main__":
    import django

    django.setup()
    from tests.log_rows import shop_with_books

    made = shop_with_books()
    print(json.dumps({"log": the_log(made), "forecast": the_forecast(made)}))

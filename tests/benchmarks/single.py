"""Benchmark 6: invoices sent one at a time: from Send to Synced, beside the bare call to the same company."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from pathlib import Path

import requests

from tests.benchmarks.ground import SLUG, Ground, cpu_seconds, family

# Run inside `manage.py shell`, so that the sender is a process of its own as a web worker is.
SEND = """
import time
from datetime import date
from django.utils import timezone
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Customer, LineInput, PricebookItem
from runacall.organizations.models import Organization
shop = Organization.objects.get(slug={slug!r})
customers = list(Customer.objects.filter(organization=shop))
item = PricebookItem.objects.filter(organization=shop).first()
lines = [LineInput(description="Labor", quantity=1, unit_price=None, item=item, rates=())]
began = time.monotonic()
for n in range({count}):
    time.sleep(max(0, began + n / {rate} - time.monotonic()))
    one = InvoiceInput(customer=customers[n % len(customers)], invoice_date=date.today(), lines=lines)
    enter_invoices(shop, [one], at=timezone.now(), send=True)
"""
# Seconds from the change to the moment in which the row said Synced, and how many are not there.
WAITED = """
import json
from sync.models import SyncEvent
rows = SyncEvent.objects.filter(record_type="invoice", pk__gt={after})
print(json.dumps({"waits": [(r.changed_at - r.opened_at).total_seconds() for r in rows if r.state == "synced"],
    "left": sum(r.state != "synced" for r in rows)}))
"""
LAST = 'from sync.models import SyncEvent; print(SyncEvent.objects.order_by("-pk").values_list("pk", flat=True)[0])'


def one_at_a_time(*, latency_ms: int, count: int = 1000, rate: float = 3.0, database_url: str = "") -> dict[str, float]:
    """Seconds, median and 99th of a hundred, of Send to Synced and of the bare call; CPU of the cluster an invoice."""
    with tempfile.TemporaryDirectory() as folder:
        url = database_url or f"sqlite:///{folder}/shop.sqlite3"
        ground = Ground(Path(folder), url, latency_ms=latency_ms, has_limits=False)
        try:
            ground.prepare(0)
            after = ground.run("shell", "-c", LAST).stdout.strip().splitlines()[-1]
            bare = bare_call(ground)
            cluster = ground.start("run_cluster")
            time.sleep(5)
            before = cpu_seconds(family(cluster.pid))
            began = time.monotonic()
            ground.run("shell", "-c", SEND.format(slug=SLUG, count=count, rate=rate), timeout=3600)
            time.sleep(3)
            idle_share = (time.monotonic() - began) * idle_cpu(cluster.pid)
            used = cpu_seconds(family(cluster.pid)) - before - idle_share
            printed = ground.run("shell", "-c", WAITED.replace("{after}", after)).stdout
            found = json.loads(printed.strip().splitlines()[-1])
        finally:
            ground.end()
    waits = sorted(found["waits"])
    return {
        "median": statistics.median(waits),
        "of_100_the_99th": waits[int(len(waits) * 0.99) - 1],
        "longest": waits[-1],
        "bare_call": bare,
        "left": found["left"],
        "cpu_ms": used / count * 1000,
    }


def idle_cpu(pid: int, seconds: float = 5.0) -> float:
    """CPU seconds a second of a cluster that has nothing to do."""
    before = cpu_seconds(family(pid))
    time.sleep(seconds)
    return (cpu_seconds(family(pid)) - before) / seconds


def bare_call(ground: Ground, count: int = 20) -> float:
    """Seconds of one call to the company, the median."""
    address = f"{ground.url}/v3/company/{ground.realm_id}/companyinfo/{ground.realm_id}"
    head = {"Authorization": f"Bearer {ground.access_token}", "Accept": "application/json"}
    times = []
    for _ in range(count):
        began = time.monotonic()
        requests.get(address, headers=head, timeout=10).raise_for_status()
        times.append(time.monotonic() - began)
    return statistics.median(times)

"""Benchmarks 1 and 2: Retry all against Intuit's limits, and against a plain loop over the same invoices."""

from __future__ import annotations

import math
import os
import resource
import tempfile
import time
from pathlib import Path

from tests.benchmarks.ground import SLUG, Ground, cpu_seconds, family

BATCH, BATCHES_A_MINUTE = 30, 40
LATENCY_MS = 250


def against_the_limits(invoices: int = 3000) -> dict[str, float]:
    """Bench 1. Seconds from the click to the last invoice in the books, beside the floor that Intuit sets.

    The floor is for what the company counted as created: full batches, 40 at once at the start of each minute,
    and one latency for the last. Batches and refusals are the company's own count too.
    """
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), f"sqlite:///{folder}/shop.sqlite3", latency_ms=LATENCY_MS)
        try:
            ground.prepare(invoices)
            time.sleep(61)  # the minute before is over: the counters start empty
            ground.start("run_cluster")
            time.sleep(5)
            before = ground.counters()
            began = time.monotonic()
            ground.run("retry_failed", "--organization", SLUG)
            ground.wait_for(before["counts"]["Invoice"] + invoices, patience=invoices / 5)
            seconds = time.monotonic() - began
            after = ground.counters()
        finally:
            ground.end()
    created = after["counts"]["Invoice"] - before["counts"]["Invoice"]
    floor = 60.0 * (math.ceil(math.ceil(created / BATCH) / BATCHES_A_MINUTE) - 1) + LATENCY_MS / 1000
    return {
        "seconds": seconds,
        "floor": floor,
        "ratio": seconds / floor,
        "created": created,
        "batches": after["batches"] - before["batches"],
        "turned_away": after["throttled"] - before["throttled"],
    }


def against_a_plain_loop(invoices: int = 3000, looped: int = 150) -> dict[str, float]:
    """Bench 2. Invoices a second and CPU an invoice, beside python-quickbooks one by one at the same latency."""
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), f"sqlite:///{folder}/shop.sqlite3", latency_ms=150, has_limits=False)
        try:
            ground.prepare(invoices)
            before = ground.count()
            cluster = ground.start("run_cluster")
            time.sleep(5)
            spent = cpu_seconds(family(cluster.pid))
            own = resource.getrusage(resource.RUSAGE_CHILDREN)
            began = time.monotonic()
            ground.run("retry_failed", "--organization", SLUG)
            ground.wait_for(before + invoices, patience=invoices / 5)
            seconds = time.monotonic() - began
            command = resource.getrusage(resource.RUSAGE_CHILDREN)
            cpu = cpu_seconds(family(cluster.pid)) - spent
            cpu += command.ru_utime + command.ru_stime - own.ru_utime - own.ru_stime
            loop = plain_loop(ground, looped)
        finally:
            ground.end()
    rate = invoices / seconds
    return {
        "invoices_a_second": rate,
        "loop_invoices_a_second": loop[0],
        "ratio": rate / loop[0],
        "cpu_ms": 1000 * cpu / invoices,
        "loop_cpu_ms": loop[1],
        "cpu_ratio": 1000 * cpu / invoices / loop[1],
    }


def plain_loop(ground: Ground, count: int) -> tuple[float, float]:
    """Invoices a second, and CPU milliseconds an invoice, of the loop that everybody writes first."""
    from quickbooks import QuickBooks
    from quickbooks.objects.customer import Customer
    from quickbooks.objects.detailline import SalesItemLine, SalesItemLineDetail
    from quickbooks.objects.invoice import Invoice
    from quickbooks.objects.item import Item
    from requests_oauthlib import OAuth2Session

    # The library allows plain HTTP only where it is told that the transport is safe.
    os.environ["OAUTHLIB_INSECURE_TRANSPORT"] = "1"
    QuickBooks.api_url_v3 = f"{ground.url}/v3"
    client = QuickBooks(company_id=ground.realm_id, minorversion=75)
    client.session = OAuth2Session("loop", token={"access_token": ground.access_token})
    items = Item.filter(Active=True, qb=client)
    began, cpu = time.monotonic(), time.process_time()
    for number in range(count):
        customer = Customer.filter(DisplayName=f"Customer {number % 60}", qb=client)[0]
        invoice = Invoice()
        invoice.CustomerRef = customer.to_ref()
        invoice.DocNumber, invoice.TxnDate = f"L{number:05}", "2026-11-02"
        for place in range(2):
            line = SalesItemLine()
            line.Amount = 20 + number % 50
            line.SalesItemLineDetail = SalesItemLineDetail()
            line.SalesItemLineDetail.ItemRef = items[(number + place) % len(items)].to_ref()
            invoice.Line.append(line)
        invoice.save(qb=client)
    return count / (time.monotonic() - began), 1000 * (time.process_time() - cpu) / count

"""Benchmark 5: two companies with very much to send beside fifty with little: how long the little ones wait."""

from __future__ import annotations

import json
import statistics
import tempfile
import time
from collections import Counter
from pathlib import Path

from tests.benchmarks.ground import Ground

BIG, SMALL = 2, 50
PATIENCE = 300.0
REALM = 9341457021720000

# Run inside `manage.py shell`: shops, connected, each with invoices that wait.
SETUP = """
import json
from django.utils import timezone
from django.db import transaction
from qbo.lists.mirrors import refresh_lists
from qbo.connection.turn import client_for
from qbo.connection.connecting import connect
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, Link, ListState
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import LineInput
from sync.outbox.enqueueing import enqueue_earlier
from tests import builders
from tests.books import grant
now = timezone.now()
for n, count in enumerate({counts}):
    shop = builders.organization(f"shop-{{n}}")
    customer = builders.customer(shop, "A", at=now)
    item = builders.item(shop, "Labor", at=now)
    lines = [LineInput(description="Labor", quantity=1, unit_price=None, item=item, rates=())]
    inputs = [InvoiceInput(customer=customer, invoice_date=now.date(), lines=lines) for _ in range(count)]
    enter_invoices(shop, inputs, at=now, send=True)
    given = grant({url!r}, realm=str({realm} + n))
    connection = connect(shop, given, environment="emulator", emulator_url={url!r}, at=now)
    refresh_lists(connection, client_for(connection), ListState.LISTS, lease=None, at=now)
    choose_defaults(connection, auto_create_items=True)
    enqueue_earlier(connection, at=now)
"""
# Small ones: due, left, when done. Big ones: begin and end of each round, by the fence under which it was sent.
FINISHED = """
import json
from django.db.models import Count, Max, Min, Q
from sync.models import Submission, SyncEvent
rows = SyncEvent.objects.filter(record_type="invoice").values("connection").annotate(
    left=Count("pk", filter=~Q(state="synced")), last=Max("changed_at"), total=Count("pk")).order_by("connection")
sent = Submission.objects.filter(items__0__record_type="invoice", connection__lte={big})
rounds = sent.values("connection", "fence").annotate(began=Min("created_at"), ended=Max("last_sent_at"))
print(json.dumps({{"shops": [[r["total"], r["left"], r["last"].timestamp()] for r in rows],
    "rounds": [[r["connection"], r["began"].timestamp(), r["ended"].timestamp()] for r in rounds]}}))
"""


def small_beside_big(big: int = 20_000, small: int = 20) -> dict[str, float]:
    """Seconds from the start until the small companies were done, and the rounds of the big ones meanwhile."""
    counts = [big] * BIG + [small] * SMALL
    with tempfile.TemporaryDirectory() as folder:
        ground = Ground(Path(folder), f"sqlite:///{folder}/shop.sqlite3", latency_ms=150, has_limits=False)
        try:
            ground.run("migrate", "--verbosity", "0")
            ground.start_company(*[f"--company={REALM + n}:us" for n in range(len(counts))])
            ground.run("shell", "-c", SETUP.format(counts=counts, url=ground.url, realm=REALM), timeout=1800)
            ground.start("run_cluster")
            began = time.time()
            while True:
                time.sleep(5)
                state = json.loads(ground.run("shell", "-c", FINISHED.format(big=BIG)).stdout.strip().splitlines()[-1])
                little = state["shops"][BIG:]
                if not any(left for _, left, _ in little) or time.time() - began > PATIENCE:
                    break
        finally:
            ground.end()
    done = sorted(last for _, _, last in little)
    return {
        "shortest_wait": done[0] - began,
        "median_wait": statistics.median(done) - began,
        "longest_wait": done[-1] - began,
        "small_left": sum(left for _, left, _ in little),
        "big_left": sum(left for _, left, _ in state["shops"][:BIG]),
        "rounds_meanwhile": most_rounds(state["rounds"], until=done[-1]),
        "longest_round": max((ended - start for _, start, ended in state["rounds"]), default=0.0),
    }


def most_rounds(rounds: list[tuple[int, float, float]], *, until: float) -> int:
    """Of the big company that had most: the rounds that it had begun by then."""
    begun = Counter(connection for connection, start, _ in rounds if start <= until)
    return max(begun.values(), default=0)

"""Benchmark 9: upkeep over very many events, and the log page meanwhile.

The page is asked for in turns: some requests while upkeep runs in a process of its own, some while that process is
stopped (SIGSTOP). So whatever else the machine does slows both alike.
"""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from tests.benchmarks.big_shop import Writer
from tests.benchmarks.pages import FIRST_REALM, SHOPS, build_shops

DAYS, EVENTS_A_RECORD, EVENTS_A_SUBMISSION = 800, 10, 25
TURNS, REQUESTS_A_TURN = 40, 10
PAGE = "/admin/sync/syncevent/"
# What staff open, and what an operator types, beside all those events.
PAGES = (
    "/admin/",
    PAGE,
    f"{PAGE}?status=failed",
    f"{PAGE}?search=Customer+7",
    "/admin/invoices/invoice/",
    "/quickbooks/status/",
    "/quickbooks/tax/",
    "/quickbooks/tie-out/",
)
COMMANDS = (
    "sync_status",
    "sync_status --organization shop-1",
    "retry_failed --dry-run",
    "preflight",
    "export_log --organization shop-1",
)
OPENED = 5
LONGEST = (
    "SELECT COALESCE(EXTRACT(EPOCH FROM MAX(clock_timestamp() - xact_start)), 0) FROM pg_stat_activity"
    " WHERE datname = current_database() AND application_name = 'upkeep'"
)


def build(events: int) -> Any:
    """`events` spread evenly over 500 shops and 800 days, with attempts, submissions and links. Returns an owner."""
    from qbo.models import Link
    from sync.models import Attempt, Submission, SyncEvent

    owner, write = build_shops(), Writer()
    # Nothing is checked row by row, and indexes are built at the end: that takes a tenth of the time.
    write.run("SET session_replication_role = replica")
    with without_indexes(SyncEvent, Attempt, Submission, Link):
        _fill(write, events)
    write.run("ANALYZE")
    return owner


@contextmanager
def without_indexes(*models: Any) -> Iterator[None]:
    """Primary keys and what belongs to columns stays."""
    from django.db import connection

    indexes = [(model, index) for model in models for index in (*model._meta.indexes, *unique(model))]
    with connection.schema_editor() as editor:
        for model, index in indexes:
            (editor.remove_index if hasattr(index, "suffix") else editor.remove_constraint)(model, index)
    yield
    with connection.schema_editor() as editor:
        for model, index in indexes:
            (editor.add_index if hasattr(index, "suffix") else editor.add_constraint)(model, index)


def unique(model: Any) -> list[Any]:
    return [one for one in model._meta.constraints if type(one).__name__ == "UniqueConstraint"]


def _fill(write: Writer, events: int) -> None:
    from django.contrib.sessions.models import Session
    from django_q.models import Success

    from qbo.models import Link
    from sync.models import Attempt, Submission, SyncEvent

    # Events of a record come one after another, as its changes do.
    record = f"(n % {events // EVENTS_A_RECORD})"
    shop = f"(1 + {record} % {SHOPS})"
    realm = f"'9341' || ({FIRST_REALM} + {shop})"
    at = f"now() - {DAYS} * INTERVAL '1 day' * (1 - n::float / {events})"
    write.insert(
        Submission, events // EVENTS_A_SUBMISSION, id="n + 1", connection_id=f"(1 + n % {SHOPS})", realm_id="'1'",
        request_id="gen_random_uuid()", fence="1", http_status="200", duration_ms="250",
        body="(SELECT '{' || string_agg(md5(i::text || n::text), ' ') || '}' FROM generate_series(1, 30) i)",
        answer="(SELECT string_agg(md5(i::text || n::text), ' ') FROM generate_series(1, 30) i)",
        created_at=f"now() - {DAYS} * INTERVAL '1 day' * (1 - n::float / {events // EVENTS_A_SUBMISSION})",
        settled_at=f"now() - {DAYS} * INTERVAL '1 day' * (1 - n::float / {events // EVENTS_A_SUBMISSION})",
    )  # fmt: skip
    # One in two hundred failed, and stays for ever.
    failed = f"(n % 200 = 0 AND n >= {events - events // EVENTS_A_RECORD})"
    write.insert(
        SyncEvent, events, id="n + 1", organization_id=shop, connection_id=shop, realm_id=realm,
        record_type="'invoice'", record_id=f"{record} + 1", rank="3", label=f"'Invoice #' || {record}",
        party=f"'Customer ' || ({record} % 300)", amount="108", opened_at=at, changed_at=at,
        state=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END",
        failure_code=f"CASE WHEN {failed} THEN 'tax_code_not_mapped' ELSE '' END",
        cause_key=f"CASE WHEN {failed} THEN 'tax_code_not_mapped:tax_rate:' || (n % 5) ELSE '' END",
    )  # fmt: skip
    write.insert(
        Attempt, events, id="n + 1", event_id="n + 1", submission_id=f"n / {EVENTS_A_SUBMISSION} + 1", kind="'sent'",
        at=at, outcome=f"CASE WHEN {failed} THEN 'failed' ELSE 'synced' END", duration_ms="250",
    )  # fmt: skip
    write.insert(
        Link, events // EVENTS_A_RECORD, id="n + 1", connection_id=f"1 + n % {SHOPS}",
        realm_id=f"'9341' || ({FIRST_REALM} + 1 + n % {SHOPS})", record_type="'invoice'", record_id="n + 1",
        qbo_id="'' || n", synced_at="now()",
    )  # fmt: skip
    write.insert(
        Session, events // 100, session_key="md5(n::text)", session_data="'x'", expire_date="now() - INTERVAL '1 day'"
    )
    write.insert(
        Success._meta.concrete_model, events // 20, id="md5(n::text)", name="'drain'", func="'x'", success="TRUE",
        started="now() - INTERVAL '60 days'", stopped="now() - INTERVAL '60 days'",
    )  # fmt: skip


def sizes() -> dict[str, Any]:
    """Bytes of each table with its indexes, and rows as PostgreSQL estimates them."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, pg_total_relation_size(oid), reltuples::bigint FROM pg_class"
            " WHERE relkind = 'r' AND relname ~ '^(sync|qbo|django_q|django_session)' AND reltuples > 1000"
            " ORDER BY 2 DESC"
        )
        return {name: {"bytes": size, "rows": rows} for name, size, rows in cursor.fetchall()}


def upkeep(seconds: float) -> None:
    """In a process of its own: each step for so many seconds at most, one line of JSON each."""
    from django.db import connection

    from runacall import clock
    from sync.upkeep.maintenance import STEPS

    at = clock.now()
    with connection.cursor() as cursor:
        cursor.execute("SET application_name = 'upkeep'")
    for name, step in STEPS.items():
        began, cpu, statements = time.monotonic(), time.process_time(), Count()
        with connection.execute_wrapper(statements):
            done = step(at, lambda began=began: time.monotonic() - began < seconds)  # type: ignore[misc]
        took = {"seconds": time.monotonic() - began, "cpu": time.process_time() - cpu}
        print(json.dumps({"step": name, "rows": done, "statements": statements.number, **took}), flush=True)


class Count:
    """Counts statements."""

    number = 0

    def __call__(self, execute: Any, *arguments: Any) -> Any:
        self.number += 1
        return execute(*arguments)


class LongestTransaction:
    """Looks every few hundredths of a second how long the transaction of upkeep has been open."""

    def __init__(self) -> None:
        self.seconds, self.is_on = 0.0, True
        self.thread = threading.Thread(target=self.look)
        self.thread.start()

    def look(self) -> None:
        from django.db import connection

        while self.is_on:
            with connection.cursor() as cursor:
                cursor.execute(LONGEST)
                self.seconds = max(self.seconds, float(cursor.fetchone()[0]))
            time.sleep(0.02)
        connection.close()

    def end(self) -> float:
        self.is_on = False
        self.thread.join()
        return self.seconds


def measure(owner: Any, seconds: float) -> dict[str, Any]:
    """The page with and without upkeep, in turns, until upkeep has ended or each had its turns."""
    from django.test import Client

    client = Client()
    client.force_login(owner)
    for _ in range(5):
        assert client.get(PAGE).status_code == 200
    command = [sys.executable, "-m", "tests.benchmarks.retention", "upkeep", str(seconds)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    time.sleep(5)  # it has started
    times: dict[str, list[float]] = {"without": [], "with": []}
    for _ in range(TURNS):
        for name, what in {"without": signal.SIGSTOP, "with": signal.SIGCONT}.items():
            if process.poll() is not None:
                break
            process.send_signal(what)
            for _ in range(REQUESTS_A_TURN):
                began = time.perf_counter()
                assert client.get(PAGE).status_code == 200
                times[name].append(1000 * (time.perf_counter() - began))
    if process.poll() is None:
        process.send_signal(signal.SIGCONT)
    stopped_again_and_again = process.communicate()[0]
    # Once more, and never stopped: what is left of each step, for so many seconds.
    longest = LongestTransaction()
    alone = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    found = {"longest_transaction": longest.end(), "upkeep": [json.loads(line) for line in alone.splitlines()]}
    found["in_turns"] = [json.loads(line) for line in stopped_again_and_again.splitlines()]
    for name, took in times.items():
        found[name] = {
            "requests": len(took),
            "median": statistics.median(took),
            "p99": statistics.quantiles(took, n=100)[98],
            "longest": max(took),
        }
    return found | {"ratio": found["with"]["p99"] / found["without"]["p99"]}


def pages(owner: Any) -> dict[str, float]:
    """Milliseconds that each page takes, the median of a few."""
    from django.test import Client

    client, found = Client(), {}
    client.force_login(owner)
    for page in PAGES:
        took = []
        for _ in range(OPENED):
            began = time.perf_counter()
            assert client.get(page).status_code == 200, page
            took.append(1000 * (time.perf_counter() - began))
        found[page] = statistics.median(took)
    return found


def commands() -> dict[str, float]:
    """Seconds that each command takes, with the start of its process."""
    found = {}
    for command in COMMANDS:
        began = time.perf_counter()
        subprocess.run([sys.executable, "manage.py", *command.split()], stdout=subprocess.DEVNULL, check=True)
        found[command] = time.perf_counter() - began
    return found


def main(events: int, seconds: float) -> None:
    """Prints one JSON object. Runs on a migrated, empty PostgreSQL database."""
    began = time.monotonic()
    owner = build(events)
    found: dict[str, Any] = {"built_in": time.monotonic() - began, "before": sizes()}
    print(json.dumps(found), file=sys.stderr, flush=True)
    found |= {"pages": pages(owner), "commands": commands()}
    print(json.dumps(found | measure(owner, seconds)))


if __name__ == "__main__":
    import django

    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
    django.setup()
    if sys.argv[1] == "upkeep":
        upkeep(float(sys.argv[2]))
    else:
        main(int(sys.argv[1]), float(sys.argv[2]))

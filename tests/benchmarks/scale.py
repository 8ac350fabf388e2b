"""Benchmark 10: what an invoice and an idle cluster cost PostgreSQL: rows, bytes, log, statements, commits, CPU.

A server of its own counts the statements. Two ways of sending: many at once, and one at a time.
"""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import Any

import psycopg

from tests.benchmarks.ground import SLUG, Ground, cpu_seconds, family
from tests.benchmarks.single import SEND
from tests.servers import Postgres, postgres

COUNTING = "-c shared_preload_libraries=pg_stat_statements -c full_page_writes=on"
IDLE = 60.0
TABLES = (
    "SELECT relname, (xpath('/row/n/text()', query_to_xml(format('SELECT count(*) AS n FROM %I', relname), false, true,"
    " '')))[1]::text::bigint, pg_total_relation_size(oid), pg_indexes_size(oid) FROM pg_class"
    " WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
)
COUNTERS = (
    "SELECT (SELECT COALESCE(sum(calls), 0) FROM pg_stat_statements WHERE query !~* '^(begin|commit|rollback|savepoint"
    "|release)' AND dbid = (SELECT oid FROM pg_database WHERE datname = 'scale')),"
    " (SELECT xact_commit FROM pg_stat_database WHERE datname = 'scale'),"
    " pg_current_wal_insert_lsn() - '0/0'::pg_lsn"
)


class Own(Ground):
    """With the product's own poll."""

    @property
    def environment(self) -> dict[str, str]:
        return super().environment | {"Q_POLL": "1.0"}


def ask(server: Postgres, statement: str, database: str = "scale") -> list[tuple[Any, ...]]:
    with psycopg.connect(server.url(database), autocommit=True) as connection:
        return list(connection.execute(statement).fetchall())  # type: ignore[call-overload]


def tables(server: Postgres) -> dict[str, tuple[int, int, int]]:
    """Rows, bytes with indexes, and bytes of the indexes, by table."""
    with psycopg.connect(server.url("scale"), autocommit=True) as connection:
        connection.execute("VACUUM FULL ANALYZE")  # what stays, without the room of dead rows
    return {name: (int(rows), int(size), int(indexes)) for name, rows, size, indexes in ask(server, TABLES)}


def counted(server: Postgres, pid: int) -> tuple[float, ...]:
    """Statements, commits, bytes of the write-ahead log, CPU seconds of the cluster: so far."""
    [(statements, commits, log)] = ask(server, COUNTERS, "postgres")
    return float(statements), float(commits), float(log), cpu_seconds(family(pid))


def costs(count: int) -> dict[str, Any]:
    """Of one invoice, by way of sending; and of an idle cluster, a second."""
    with postgres(COUNTING) as server, tempfile.TemporaryDirectory() as folder:
        url = server.create("scale")
        ask_both(server)
        ground = Own(Path(folder), url, latency_ms=100, has_limits=False)
        try:
            ground.prepare(0)
            found: dict[str, Any] = {}
            cluster = ground.start("run_cluster")
            time.sleep(15)
            idle, began = counted(server, cluster.pid), time.monotonic()
            time.sleep(IDLE)
            found["idle"] = each(idle, counted(server, cluster.pid), time.monotonic() - began)
            before, there = tables(server), ground.count()
            for way in ("at once", "one at a time"):
                start = counted(server, cluster.pid)
                rate = 1e9 if way == "at once" else 2
                # One at a time, 1,000 take more than the five minutes that a command has otherwise.
                ground.run("shell", "-c", SEND.format(slug=SLUG, count=count, rate=rate), timeout=3600)
                ground.wait_for(there + count, patience=1800)
                there += count
                time.sleep(10)
                found[way] = each(start, counted(server, cluster.pid), count)
            after = tables(server)
        finally:
            ground.end()
    found["tables"] = {
        name: {"rows": (rows - before[name][0]) / (2 * count), "bytes": (size - before[name][1]) / (2 * count),
               "of them indexes": (indexes - before[name][2]) / (2 * count)}
        for name, (rows, size, indexes) in after.items()
        if rows - before[name][0] > count / 100
    }  # fmt: skip
    found["rows"] = sum(one["rows"] for one in found["tables"].values())
    found["bytes"] = sum(one["bytes"] for one in found["tables"].values())
    return found


def ask_both(server: Postgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE EXTENSION pg_stat_statements")


def each(before: tuple[float, ...], after: tuple[float, ...], number: float) -> dict[str, float]:
    names = ("statements", "commits", "bytes of log", "CPU ms of the cluster")
    scale = (1, 1, 1, 1000)
    return {
        name: round(by * (late - early) / number, 2)
        for name, by, early, late in zip(names, scale, before, after, strict=True)
    }

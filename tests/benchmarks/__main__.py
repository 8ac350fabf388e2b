"""`make bench`: each figure with what it is compared with, in one run; it fails only where a page does not open.

`python -m tests.benchmarks [NAME …]` runs some only; with POSTGRES_URL the pages and the click are measured there too.
"""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from contextlib import nullcontext
from http import HTTPStatus
from pathlib import Path
from typing import Any

from tests.benchmarks.click import click, memory
from tests.benchmarks.drain_speed import against_a_plain_loop, against_the_limits
from tests.benchmarks.fairness import small_beside_big
from tests.benchmarks.ground import AS_IN_PRODUCTION
from tests.benchmarks.scale import costs
from tests.benchmarks.single import one_at_a_time
from tests.chaos.stage import ROOT
from tests.servers import postgres

POSTGRES = os.environ.get("POSTGRES_URL", "")


def limits() -> None:
    found = against_the_limits()
    say("1 · 3,000 fixed invoices, Retry all, 250 ms latency, Intuit's limits", found, "ratio", "the floor")


def loop() -> None:
    found = against_a_plain_loop()
    say("2 · the same, 150 ms, no limits, beside a loop with python-quickbooks", found, "ratio", "the loop")


def pages() -> None:
    for name, url in {"SQLite": "", "PostgreSQL": POSTGRES}.items():
        if name == "SQLite" or url:
            totals = ["100000", "1000000"] if url else ["100000"]
            figures = in_a_database(url, "tests.benchmarks.pages", *totals)
            for page, alone in figures["alone"].items():
                row = {key: round(value[page]["ms"] / alone["ms"], 2) for key, value in figures.items()}
                queries = {key: value[page]["queries"] for key, value in figures.items()}
                print(f"3 · {page}, {name}: {alone['ms']:.0f} ms alone; ratios {row}; queries {queries}")


def clicking() -> None:
    say_click("SQLite", click())
    if POSTGRES:
        with scratch_database() as url:
            say_click("PostgreSQL", click(database_url=url))
    small, large = memory(1000), memory(100_000)
    print(f"4 · a drain's peak memory at 1,000 due {small:,.0f} kB, at 100,000 {large:,.0f} kB: ×{large / small:.2f}")


def say_click(database: str, found: dict[str, float]) -> None:
    print(
        f"4 · Retry all on 100,000 failed, {database}: the click {found['click']:.2f} s;"
        f" the worker's one UPDATE {found['worker']:.2f} s ({found['done']:.0f} queued, {found['audited']:.0f} audited)"
    )


def fairness() -> None:
    found = small_beside_big()
    print(
        f"5 · 50 companies with 20 due beside 2 with 20,000: the last of the 50 was done after"
        f" {found['longest_wait']:.1f} s (half of them after {found['median_wait']:.1f} s, the first after"
        f" {found['shortest_wait']:.1f} s), while each big one had {found['rounds_meanwhile']:.1f} rounds at most,"
        f" of {found['longest_round']:.1f} s at most; still waiting: {found['small_left']:.0f}"
    )


def single() -> None:
    for name, url in {"SQLite": "", "PostgreSQL": POSTGRES}.items():
        for latency_ms in (0, 250) if name == "SQLite" or url else ():
            with scratch_database() if url else nullcontext("") as database:
                found = one_at_a_time(latency_ms=latency_ms, database_url=database)
            print(
                f"6 · 1,000 invoices, 3 a second, {name}, {latency_ms} ms: Send to Synced {found['median']:.3f} s"
                f" (99th of 100: {found['of_100_the_99th']:.3f} s, longest {found['longest']:.3f} s),"
                f" the bare call {found['bare_call']:.3f} s; {found['cpu_ms']:.0f} ms CPU of the cluster an invoice;"
                f" not there: {found['left']:.0f}"
            )


def waking() -> None:
    for name, url in {"SQLite": "", "PostgreSQL": POSTGRES}.items():
        if name == "SQLite" or url:
            for count, found in in_a_database(url, "tests.benchmarks.waking").items():
                idle, busy = found["idle"], found["busy"]
                print(
                    f"7 · {int(count):,} connections, {name}: a look costs {idle['queries']:.0f} queries and"
                    f" {idle['ms']:.1f} ms when all are idle, {busy['queries']:.0f} queries and {busy['ms']:.1f} ms"
                    f" when all have work and were asked for; asking for {busy['asked']:.0f} of them took"
                    f" {busy['asking_queries']:.0f} queries and {busy['asking_ms']:.0f} ms"
                )


def bigshop() -> None:
    for name, url in {"SQLite": "", "PostgreSQL": POSTGRES}.items():
        if name == "SQLite" or url:
            invoices = 405_000 if url else 50_000
            small, large = in_a_database(url, "tests.benchmarks.big_shop", str(invoices)).values()
            for page, found in large.items():
                less = small[page]
                ratio, shown = found["ms"] / less["ms"], f"{less['shown']:.0f} and {found['shown']:.0f} rows or choices"
                print(
                    f"8 · {page}, {invoices:,} invoices, {name}: {found['ms']:.0f} ms, ×{ratio:.2f} of 1,000;"
                    f" CPU {found['cpu_ms']:.0f} ms, ×{found['cpu_ms'] / less['cpu_ms']:.2f}; {shown};"
                    f" {found['queries']:.0f} queries, the slowest {found['slowest_ms']:.0f} ms;"
                    f" {found['kb']:.0f} kB, status {found['status']:.0f}"
                )
            # Nothing sends here, and the state of the queue says so.
            expected = dict.fromkeys(large, HTTPStatus.OK) | {"state of the queue": HTTPStatus.SERVICE_UNAVAILABLE}
            if wrong := [page for page, found in large.items() if found["status"] != expected[page]]:
                raise SystemExit(f"Not opened: {', '.join(wrong)}.")


def commands() -> None:
    """Two shops, each in a database of its own: ten minutes."""
    sizes = (40_500, 405_000)
    found_at: Any = [in_a_database(POSTGRES, "tests.benchmarks.commands", str(size)) for size in sizes]
    small, large = found_at
    for name, found in large.items():
        less = small[name]
        peaks = f"{less['peak_mb']:.0f} MB at {sizes[0]:,} invoices, {found['peak_mb']:.0f} MB at {sizes[1]:,}"
        ratio = found["peak_mb"] / less["peak_mb"]
        took = f"{less['seconds']:.0f} s and {found['seconds']:.0f} s"
        print(f"10 · {name}: {peaks}, ×{ratio:.2f}; {took}; exit status {found['status']:.0f}")


def retention() -> None:
    """5 million events: needs some gigabytes, and half an hour."""
    with postgres("-c shared_buffers=1GB -c max_wal_size=8GB") as server:
        found: dict[str, Any] = run_in(server.create("big"), "tests.benchmarks.retention", "5000000", "60")
    for name in ("without", "with"):
        one = found[name]
        print(
            f"9 · the log page {name} upkeep, 5,000,000 events: median {one['median']:.0f} ms, 99th of 100"
            f" {one['p99']:.0f} ms, longest {one['longest']:.0f} ms ({one['requests']:.0f} requests)"
        )
    print(f"9 · ×{found['ratio']:.2f}; the longest transaction of upkeep {1000 * found['longest_transaction']:.0f} ms")
    for page, took in found["pages"].items():
        print(f"9 · {page}: {took:.0f} ms")
    for command, took in found["commands"].items():
        print(f"9 · {command}: {took:.1f} s")
    for one in found["in_turns"]:
        print(
            f"9 · in turns with the page, {one['step']}: {one['rows']} rows, {one['statements']} statements,"
            f" {one['cpu']:.1f} s CPU"
        )
    for one in found["upkeep"]:
        print(
            f"9 · {one['step']}: {one['rows']} rows, {one['statements']} statements,"
            f" {one['seconds']:.1f} s, {one['cpu']:.1f} s CPU"
        )


def scale() -> None:
    print(json.dumps(costs(1000), indent=1))


def reads() -> None:
    found: dict[str, Any] = in_a_database("", "tests.benchmarks.reads", "1000")
    for name, what in {
        "busy": "1,000 invoices, then a payment of each",
        "quiet": "a day on which nothing happens",
    }.items():
        figures = ", ".join(f"{key} {value}" for key, value in sorted(found[name].items()))
        print(f"11 · {what}: {figures}")


def failures() -> None:
    for name, url in {"SQLite": "", "PostgreSQL": POSTGRES}.items():
        if name == "SQLite" or url:
            found: dict[str, Any] = in_a_database(url, "tests.benchmarks.failures")
            few, many = found["log"].values()
            for count, one in found["log"].items():
                print(
                    f"12 · the sync log, {count} failures of 40 causes, {name}: {one['cpu_ms']:.0f} ms CPU,"
                    f" {one['queries']} queries, {one['kb']:.0f} kB, {one['gzip_kb']:.0f} kB compressed"
                )
            print(f"12 · ×{many['cpu_ms'] / few['cpu_ms']:.2f} of the few")
            told = found["forecast"]
            print(
                f"12 · forecast for 1,000 invoices, {name}: {told['cpu_ms']:.0f} ms CPU, {told['queries']} queries:"
                f" {told['sentence']}{'' if told['is_exact'] else ' (not exact)'}"
            )


def say(title: str, found: dict[str, float], ratio: str, beside: str) -> None:
    figures = ", ".join(f"{name} {value:.2f}" for name, value in found.items())
    print(f"{title}: ×{found[ratio]:.2f} of {beside} ({figures})")


class scratch_database:  # noqa: N801  used as a context manager
    """A PostgreSQL database that goes away again; yields its URL."""

    name = f"runacall_bench_{os.getpid()}"

    def __enter__(self) -> str:
        self._execute(f"CREATE DATABASE {self.name}")
        return f"{POSTGRES.rsplit('/', 1)[0]}/{self.name}"

    def __exit__(self, *_: object) -> None:
        self._execute(f"DROP DATABASE {self.name} WITH (FORCE)")

    def _execute(self, statement: str) -> None:
        import psycopg

        psycopg.connect(POSTGRES, autocommit=True).execute(statement)


def in_a_database(url: str, module: str, *arguments: str) -> dict[str, dict[str, dict[str, float]]]:
    """Run `module` on an empty, migrated database, and read the JSON that it prints last."""
    if url:
        with scratch_database() as scratch:
            return run_in(scratch, module, *arguments)
    with tempfile.TemporaryDirectory() as folder:
        return run_in(f"sqlite:///{Path(folder)}/bench.sqlite3", module, *arguments)


def run_in(url: str, module: str, *arguments: str) -> dict[str, dict[str, dict[str, float]]]:
    environment = {
        **os.environ,
        **AS_IN_PRODUCTION,
        "DATABASE_URL": url,
        "DJANGO_SETTINGS_MODULE": "runacall.settings",
        "ALLOWED_HOSTS": "testserver",
    }
    how = {"cwd": ROOT, "env": environment, "check": True}
    for command in (("migrate",), ("collectstatic", "--no-input")):
        subprocess.run([sys.executable, "manage.py", *command, "--verbosity", "0"], **how)  # type: ignore[call-overload]
    done = subprocess.run([sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, **how)  # type: ignore[call-overload]
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


BENCHMARKS: dict[str, Callable[[], None]] = {
    "limits": limits,
    "loop": loop,
    "pages": pages,
    "click": clicking,
    "fairness": fairness,
    "single": single,
    "waking": waking,
    "bigshop": bigshop,
    "commands": commands,
    "retention": retention,
    "scale": scale,
    "reads": reads,
    "failures": failures,
}


def main(names: list[str]) -> None:
    # Stopped as by Ctrl-C: clusters, companies and servers end with it.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    for name in names or list(BENCHMARKS):
        BENCHMARKS[name]()
        sys.stdout.flush()


if __name__ == "__main__":
    main(sys.argv[1:])

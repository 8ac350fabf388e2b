"""The database is restarted, crashes and loses its connections in mid-drain, behind PgBouncer and without it.

Real processes, two hosts, a PostgreSQL of its own. Nothing is lost and nothing is sent twice.
"""

from __future__ import annotations

import subprocess
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from tests.chaos.ledger import Ledger
from tests.chaos.stage import CalmStage, write_invoices
from tests.servers import Postgres, pooled, postgres

INVOICES, DATABASE = 240, "shop"
OPEN = ("queued", "sending", "checking")
PATIENCE = 420

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(1500)]


@dataclass
class DatabaseStage(CalmStage):
    """As CalmStage; `pooler_url`: where web and clusters go, while migrations go to the server itself."""

    pooler_url: str = ""
    hosts: list[subprocess.Popen[str]] = field(default_factory=list)

    @property
    def environment(self) -> dict[str, str]:
        if not self.pooler_url:
            return super().environment
        pooler = {
            "DATABASE_URL": self.pooler_url,
            "DATABASE_POOLED_BY_TRANSACTION": "true",
            "DATABASE_LISTEN_URL": self.database_url,
        }
        return super().environment | pooler

    def migrate(self) -> None:
        self.run("migrate", "--verbosity", "0", DATABASE_URL=self.database_url)

    def start_hosts(self, count: int) -> None:
        run = ("run_cluster", "--frozen-after", "60", "--stop-grace", "20")
        self.hosts = [self.start(*run, stdout=subprocess.DEVNULL) for _ in range(count)]

    def stop_hosts(self) -> None:
        for host in self.hosts:
            host.terminate()
        for host in self.hosts:
            host.wait(timeout=120)


@pytest.fixture
def server() -> Iterator[Postgres]:
    with postgres() as server:
        yield server


def sends_through(stage: DatabaseStage, trouble: Sequence[tuple[str, Callable[[], object]]]) -> None:
    """`trouble`: what is done to the database, one after another, each after more batches have arrived."""
    stage.prepare()
    write_invoices(stage.folder / "invoices.csv", INVOICES)
    stage.run("import_invoices", str(stage.folder / "invoices.csv"), "--organization", "shop")
    stage.start_hosts(2)
    for name, happens in trouble:
        before = stage.batches()
        wait_for(f"more batches before {name}", lambda before=before: stage.batches() > before)  # type: ignore[misc]
        left = Ledger(stage.database_url).states().get("queued", 0)
        assert left, f"all was sent before {name}: it was no trouble in mid-drain"
        happens()
    ledger = Ledger(stage.database_url)
    wait_for("the queue to drain", lambda: not any(ledger.states().get(one) for one in OPEN))
    stage.stop_hosts()
    numbers = Counter(invoice["DocNumber"] for invoice in stage.books("Invoice"))
    assert [number for number, times in numbers.items() if times > 1] == []
    said = stage.judge()
    counts = {name: said[name] for name in ("matched", "missing", "twice", "different")}
    assert counts == {"matched": INVOICES, "missing": 0, "twice": 0, "different": 0}, ledger.failed()


def wait_for(what: str, there: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not there():
        assert time.monotonic() < until, f"waited {PATIENCE} s for {what}"
        time.sleep(0.05)


@pytest.mark.own_postgresql
def test_postgresql_restarts_crashes_and_cuts_connections_in_mid_drain(server: Postgres, tmp_path: Path) -> None:
    stage = DatabaseStage(tmp_path, server.create(DATABASE), latency_ms=250)
    try:
        sends_through(
            stage,
            [
                ("every connection is ended", Ledger(stage.database_url).cut),
                ("a restart", lambda: server.restart("fast")),
                ("a crash", lambda: server.restart("immediate")),
                ("every connection is ended again", Ledger(stage.database_url).cut),
            ],
        )
    finally:
        stage.end()


@pytest.mark.pgbouncer
def test_the_same_behind_pgbouncer_in_transaction_mode(server: Postgres, tmp_path: Path) -> None:
    """The pool has fewer sessions than there are processes, so that each transaction may come to another session."""
    with pooled(server, pool_size=3) as pooler:
        direct = server.create(DATABASE)
        stage = DatabaseStage(tmp_path, direct, latency_ms=250, pooler_url=pooler.url(DATABASE))
        try:
            sends_through(
                stage,
                [
                    ("PgBouncer restarts", pooler.restart),
                    ("every session is ended", Ledger(direct).cut),
                    ("PostgreSQL restarts", lambda: server.restart("fast")),
                    ("PostgreSQL crashes", lambda: server.restart("immediate")),
                ],
            )
        finally:
            stage.end()

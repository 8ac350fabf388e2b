"""Two hosts whose clocks are minutes off, real processes: answers are lost, senders die, and nothing is doubled."""

from __future__ import annotations

import random
import time
from pathlib import Path

import pytest

from tests.chaos.host import Host
from tests.chaos.ledger import Ledger, database
from tests.chaos.stage import Stage, write_invoices
from tests.needs import POSTGRES_URL

INVOICES = 30
LOST = 6
KILLS = 2
PATIENCE = 200.0

pytestmark = [
    pytest.mark.processes, pytest.mark.slow, pytest.mark.postgresql, pytest.mark.faketime, pytest.mark.timeout(400)
]  # fmt: skip


def test_hosts_with_wrong_clocks_send_each_invoice_once(tmp_path: Path) -> None:
    """The company refuses no number, and one host believes it is 13 minutes later than the other does."""
    with database("postgres", tmp_path, server=POSTGRES_URL) as url:
        stage, ledger = Stage(tmp_path, url), Ledger(url)
        hosts: list[Host] = []
        try:
            stage.prepare()
            stage.control("duplicate_number_check", on=False)
            hosts += [Host(stage, ahead=400), Host(stage, ahead=-400)]
            write_invoices(tmp_path / "some.csv", INVOICES)
            stage.control("fault", fault="reset", after_commit=True, path="write", times=LOST, rate=0.5)
            stage.run("import_invoices", str(tmp_path / "some.csv"), "--organization", "shop")
            kills = until_synced(ledger, hosts)
            books = stage.judge()
        finally:
            for host in hosts:
                host.stop()
            stage.end()
    assert (books["matched"], books["missing"], books["twice"]) == (INVOICES, 0, 0), books
    assert kills == KILLS


def until_synced(ledger: Ledger, hosts: list[Host]) -> int:
    """Wait, and kill who sends now and then; how often."""
    dice, kills, until = random.Random(1), 0, time.monotonic() + PATIENCE
    while set(ledger.states()) != {"synced"}:
        assert time.monotonic() < until, ledger.states()
        holder = ledger.holder()
        kills += kills < KILLS and any(host.kill_worker(dice, holder) for host in hosts if holder in host.workers)
        time.sleep(0.2)
    return kills

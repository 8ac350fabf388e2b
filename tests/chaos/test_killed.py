"""An engine that is killed during batches, again and again, loses nothing and posts nothing twice."""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.chaos.stage import Stage, write_invoices

INVOICES, KILLS, SEED = 120, 5, 20261122

pytestmark = [pytest.mark.slow, pytest.mark.processes, pytest.mark.timeout(300)]


@pytest.fixture
def stage(tmp_path: Path) -> Iterator[Stage]:
    stage = Stage(tmp_path, f"sqlite:///{tmp_path}/shop.sqlite3", latency_ms=250)
    try:
        stage.prepare()
        write_invoices(tmp_path / "invoices.csv", INVOICES)
        stage.run("import_invoices", str(tmp_path / "invoices.csv"), "--organization", "shop")
        yield stage
    finally:
        stage.end()


def test_killed_in_mid_batch(stage: Stage) -> None:
    dice = random.Random(SEED)
    kills = 0
    while kills < KILLS:
        before = stage.batches()
        engine = stage.start("drain", "--organization", "shop")
        while stage.batches() == before and engine.poll() is None:
            time.sleep(0.01)
        # In mid-batch: somewhere between the arrival of a request and the writing down of its answer.
        time.sleep(dice.random() * 0.4)
        if engine.poll() is not None:
            break  # it was done before it could be killed
        stage.kill(engine)
        kills += 1
    last = stage.run("drain", "--organization", "shop", check=False)
    verdict = stage.judge()
    print(f"seed {SEED}: {kills} kills, verdict {verdict}")
    assert kills == KILLS, last.stdout + last.stderr
    assert (verdict["matched"], verdict["missing"], verdict["twice"], verdict["different"]) == (INVOICES, 0, 0, 0)

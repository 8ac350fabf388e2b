"""Each safeguard is switched off in turn, and the test that protects it is shown to go red."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.sabotage.safeguards import SAFEGUARDS, Safeguard

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.processes, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What became of each safeguard's test without its safeguard: one run, in a process of its own."""
    report = tmp_path_factory.mktemp("sabotage") / "report.json"
    tests = [safeguard.test for safeguard in SAFEGUARDS]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "tests.sabotage.plugin", "-p", "no:cacheprovider", *tests],
        cwd=ROOT,
        # It makes itself a database of its own.
        env={name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        | {"SABOTAGE_REPORT": str(report)},
        capture_output=True,
        text=True,
    )
    assert report.exists(), done.stdout + done.stderr
    return dict(json.loads(report.read_text()))


@pytest.mark.parametrize("safeguard", SAFEGUARDS, ids=lambda one: one.name)
def test_goes_red(safeguard: Safeguard, outcomes: dict[str, str]) -> None:
    """By an assertion about what became of the books, not by an error of the sabotage itself."""
    assert outcomes[safeguard.name] == "AssertionError"


def test_each_safeguard_has_a_test_of_its_own() -> None:
    assert len({safeguard.test for safeguard in SAFEGUARDS}) == len(SAFEGUARDS)

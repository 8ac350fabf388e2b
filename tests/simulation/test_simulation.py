"""A short simulation for every `make test`; `make simulate` plays as many storms as are asked for.

That it finds and shrinks what is broken is shown in the gate.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from tests.simulation import history, machine
from tests.simulation.cases import Case, acts_at, singles
from tests.simulation.clockwork import NEVER
from tests.simulation.history import ANSWER, CALL, COMMIT, QUERY, Act, Drawn

ROOT = Path(__file__).resolve().parents[2]
STORMS, POINTS = (9, 21) if os.environ.get("RUN_SLOW") else (2, 8)

pytestmark = pytest.mark.timeout(600)


def simulate(*options: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PYTEST", "DATABASE_"))}
    command = [sys.executable, "-m", "tests.simulation", "--jobs", "1", *options]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


@pytest.mark.long
def test_storms_and_crash_points_leave_the_books_right() -> None:
    done = simulate("--seeds", f"1-{STORMS}", "--branches", "2", "--some-points", str(POINTS))
    assert done.returncode == 0, done.stdout + done.stderr
    found = re.search(r"([\d,]+) runs of", done.stdout)
    assert found, done.stdout
    # A storm that has few calls may end before it branches.
    assert STORMS + POINTS < int(found[1]) <= 2 * STORMS + POINTS, done.stdout


@pytest.mark.slow
def test_what_is_broken_is_found_and_shrunk() -> None:
    broken = "request id: a second send goes out under the same one"
    done = simulate("--seeds", "1-100", "--branches", "4", "--first", "--without", broken)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "is in the books 2 times" in done.stdout
    again = re.search(r"--scenario (\d+) --acts '(.+)'", done.stdout)
    assert again, done.stdout
    replayed = simulate("--scenario", again[1], "--acts", again[2], "--without", broken)
    assert replayed.returncode == 1, "the same history goes the same way"
    whole = simulate("--scenario", again[1], "--acts", again[2])
    assert whole.returncode == 0, "with the safeguard in place it goes well"


def test_a_run_waits_for_whoever_is_held_up() -> None:
    """What a process does that wakes up after everything was settled counts as well."""
    done = simulate("--scenario", "small", "--acts", "20=pause 700")
    assert done.returncode == 0, done.stdout + done.stderr
    minutes = re.search(r"1 runs of (\d+) simulated minutes", done.stdout)
    assert minutes, done.stdout
    assert int(minutes[1]) * 60 > 700, done.stdout


def test_a_history_is_read_as_it_is_told() -> None:
    acts = {3: Act("kill"), 17: Act("500 acted", 2.5), 40: Act("500"), 41: Act("pause", 700.0), 50: Act("cut")}
    assert history.read(history.told(acts)) == acts


def test_a_seed_gives_the_same_history() -> None:
    kinds = [COMMIT, QUERY, CALL, ANSWER] * 400
    one, same, other = (Case(seed).history for seed in ("5", "5", "6"))
    for number, kind in enumerate(kinds):
        for drawn in (one, same, other):
            drawn.at(number, kind)
    assert one.acts == same.acts != other.acts


def test_a_branch_goes_as_its_trunk_did_until_something_else_happens() -> None:
    kinds = [COMMIT, QUERY, CALL, ANSWER] * 400
    trunk, branch = (Drawn(7, skews=False) for _ in range(2))
    trunk.most = branch.most = 30
    names = iter(["", "", "", "1"])
    branch.branch = lambda: next(names, "")
    for number, kind in enumerate(kinds):
        trunk.at(number, kind)
        branch.at(number, kind)
    fourth = [number for number, kind in enumerate(kinds) if kind == CALL][3]
    before = {number: act for number, act in trunk.acts.items() if number < fourth}
    assert {number: act for number, act in branch.acts.items() if number < fourth} == before
    assert fourth in branch.acts
    assert branch.acts != trunk.acts


def test_every_crash_point_is_a_case() -> None:
    cases = list(singles("small", [QUERY, COMMIT, CALL, ANSWER]))
    assert {number for case in cases for number in case.acts or ()} == {0, 1, 2, 3}
    assert {act.what for act in acts_at(CALL, stops=True)} == {"kill", "pause", *history.FAULTS}
    assert [act.what for act in acts_at(COMMIT, stops=False)] == ["kill"]


def test_a_time_out_ends_with_its_call(monkeypatch: pytest.MonkeyPatch) -> None:
    thread = SimpleNamespace(leaves_by=NEVER)
    monkeypatch.setattr(machine, "running", SimpleNamespace(current=thread, now=0.0))
    with machine.Deadline(5.0):
        assert thread.leaves_by == 5.0
    assert thread.leaves_by == NEVER

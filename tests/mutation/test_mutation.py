"""The mechanism of `make mutate` on a tree of three lines, the quick safeguards for real, and every entry's lines."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from tests.mutation.safeguard import LineIsGone, Safeguard
from tests.mutation.safeguards import SAFEGUARDS
from tests.mutation.trials import ROOT, Verdict, try_all

ALL = [safeguard for those in SAFEGUARDS.values() for safeguard in those]
QUICK = [safeguard for safeguard in ALL if safeguard.quick]
SUMS = """
def total(amounts):
    return sum(amounts)
"""
TESTS = """
import time
import pytest
from sums import total

def test_adds_up():
    assert total([1, 2]) == 3

def test_notices_nothing():
    total([1, 2])

def test_is_red():
    assert total([1, 2]) == 4

@pytest.mark.timeout(3)
def test_waits():
    while total([1, 2]) != 3:
        time.sleep(0.01)
"""


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A project of its own, with what a trial needs of ours."""
    (tmp_path / "sums.py").write_text(SUMS)
    (tmp_path / "test_sums.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\npythonpath = .\naddopts = -p no:django -p no:randomly\n")
    (tmp_path / "conftest.py").write_text(
        "import hypothesis\n"
        "hypothesis.settings.register_profile('mutation')\n"
        "def pytest_addoption(parser):\n    parser.addoption('--nomigrations', action='store_true')\n"
    )
    package = tmp_path / "tests" / "mutation"
    package.mkdir(parents=True)
    (package / "outcomes.py").write_text((ROOT / "tests/mutation/outcomes.py").read_text())
    return tmp_path


def entry(*tests: str, line: str = "sum(amounts)", broken: str = "0") -> Safeguard:
    names = tuple(f"test_sums.py::{test}" for test in tests)
    return Safeguard(f"{line} -> {broken}: {', '.join(tests)}", "sums.py", line, broken, names)


VERDICTS = {
    entry("test_adds_up"): Verdict.KILLED,
    entry("test_notices_nothing"): Verdict.SURVIVED,
    entry("test_adds_up", "test_notices_nothing"): Verdict.SURVIVED,
    entry("test_is_red"): Verdict.NOT_GREEN,
    entry("test_of_yesterday"): Verdict.NOT_GREEN,
    entry("test_adds_up", broken="summe(amounts)"): Verdict.MISTAKEN,
    entry("test_adds_up", broken="sum(amounts"): Verdict.MISTAKEN,
    entry("test_adds_up", line="math.fsum(amounts)"): Verdict.LINE_IS_GONE,
    entry("test_waits"): Verdict.HUNG,
}


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(600)
def test_a_broken_line_is_killed_only_where_each_of_its_tests_fails(tree: Path) -> None:
    """Not where one is red already, is not there, only hangs, or fails over the entry's own mistake."""
    trials = try_all(list(VERDICTS), root=tree, jobs=2)
    assert {trial.safeguard: trial.verdict for trial in trials} == VERDICTS, [trial.why for trial in trials]
    assert [trial.safeguard for trial in trials if trial.is_fine] == [next(iter(VERDICTS))]
    assert (tree / "sums.py").read_text() == SUMS, "only copies are broken"


@pytest.mark.parametrize("line", ["amounts", "nowhere"], ids=["twice", "never"])
def test_a_line_is_there_once(tree: Path, line: str) -> None:
    with pytest.raises(LineIsGone):
        Safeguard("sums add up", "sums.py", line, "0", ()).broken_source(tree)


def test_every_entry_still_breaks_what_it_says() -> None:
    """Its line is where it says, once, and what takes its place is a program too."""
    gone = []
    for safeguard in ALL:
        try:
            source = safeguard.broken_source(ROOT)
        except LineIsGone as error:
            gone.append(str(error))
            continue
        assert source != (ROOT / safeguard.file).read_text(), safeguard.name
        ast.parse(source)
    assert not gone, "\n".join(gone)


def test_every_entry_names_tests_that_are_there() -> None:
    for safeguard in ALL:
        assert safeguard.tests, safeguard.name
        for test in safeguard.tests:
            path, *names = test.partition("[")[0].split("::")
            source = (ROOT / path).read_text()
            for name in names:
                assert f"def {name}(" in source or f"class {name}" in source, (safeguard.name, test)


def test_no_two_entries_have_the_same_name() -> None:
    assert len({safeguard.name for safeguard in ALL}) == len(ALL)


@pytest.mark.slow
@pytest.mark.processes
@pytest.mark.timeout(600)
def test_the_quick_ones_are_killed() -> None:
    trials = try_all(QUICK, jobs=1)
    assert trials
    assert [(trial.safeguard.name, trial.why) for trial in trials if not trial.is_fine] == []

"""Breaking one safeguard after another in copies of the tree, and what their tests say; it does not know which."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from queue import Queue
from typing import TypeVar

from tests.mutation.outcomes import LEFT_OUT, PASSED, TIMED_OUT
from tests.mutation.safeguard import LineIsGone, Safeguard

ROOT = Path(__file__).resolve().parents[2]
NOT_COPIED = shutil.ignore_patterns(
    ".venv", ".git", "var", "node_modules", ".*_cache", "screenshots", "*.sqlite3*", ".hypothesis"
)
# A broken line that cannot even run says nothing about the tests: the entry itself is wrong.
ENTRYS_OWN_MISTAKES = ("NameError", "UnboundLocalError", "SyntaxError", "ImportError", "ModuleNotFoundError")
# Seconds for the tests of one entry; far more than any needs, so that a busy machine decides nothing.
PATIENCE = 600.0
NOT_PASSED_ON = {"PYTEST_ADDOPTS", "DATABASE_URL", "PYTEST_XDIST_WORKER"}
Got = TypeVar("Got")


class Verdict(StrEnum):
    KILLED = "killed"
    SURVIVED = "SURVIVED"
    NOT_GREEN = "NOT GREEN"
    LINE_IS_GONE = "LINE IS GONE"
    HUNG = "HUNG"
    MISTAKEN = "MISTAKEN"
    LEFT_OUT = "left out"


@dataclass(frozen=True)
class Trial:
    """What came of one safeguard. `why` is empty where it was killed."""

    safeguard: Safeguard
    verdict: Verdict
    why: str = ""
    seconds: float = 0.0

    @property
    def is_fine(self) -> bool:
        return self.verdict in (Verdict.KILLED, Verdict.LEFT_OUT)


def try_all(
    safeguards: Sequence[Safeguard],
    *,
    root: Path = ROOT,
    jobs: int = os.cpu_count() or 1,
    tell: Callable[[Trial], None] = lambda trial: None,
    patience: float = PATIENCE,
) -> list[Trial]:
    """Each safeguard broken alone, `jobs` at a time, each in a copy of `root`; first all of their tests unbroken."""
    with _copies(root, jobs) as trees, ThreadPoolExecutor(jobs) as pool:
        unbroken: dict[str, str] = {}
        shards = _shards({test for one in safeguards for test in one.tests}, jobs)
        for part in pool.map(lambda tests: _in_a_tree(trees, lambda tree: _run(tree, tests)), shards):
            unbroken |= part

        def attempt(safeguard: Safeguard) -> Trial:
            trial = _in_a_tree(trees, lambda tree: _try(safeguard, tree, unbroken, patience))
            tell(trial)
            return trial

        return list(pool.map(attempt, safeguards))


def _try(safeguard: Safeguard, tree: Path, unbroken: Mapping[str, str], patience: float) -> Trial:
    began = time.monotonic()
    before = {test: _of(test, unbroken) for test in safeguard.tests}
    for test, said in before.items():
        if set(said) == {LEFT_OUT}:
            return Trial(safeguard, Verdict.LEFT_OUT, f"{test} is left out on this machine")
        if not set(said) or set(said) - {PASSED, LEFT_OUT}:
            return Trial(safeguard, Verdict.NOT_GREEN, f"{test}: {', '.join(said) or 'there is no such test'}")
    try:
        with _broken(safeguard, tree):
            said = _run(tree, safeguard.tests, patience=patience, stop=len(safeguard.tests) == 1)
    except LineIsGone as error:
        return Trial(safeguard, Verdict.LINE_IS_GONE, str(error))
    except subprocess.TimeoutExpired:
        return Trial(safeguard, Verdict.HUNG, f"its tests were not over after {patience:.0f} s")
    return Trial(safeguard, *_judge(safeguard, said), seconds=time.monotonic() - began)


def _judge(safeguard: Safeguard, said: Mapping[str, str]) -> tuple[Verdict, str]:
    for test in safeguard.tests:
        reds = [one for one in _of(test, said) if one not in (PASSED, LEFT_OUT)]
        if not said or any(one.split()[-1] in ENTRYS_OWN_MISTAKES for one in reds):
            return Verdict.MISTAKEN, f"{test}: {', '.join(reds) or 'nothing ran'}"
        if any(one.startswith(TIMED_OUT) for one in reds):
            return Verdict.HUNG, f"{test} waited until its time was up"
        if not any(":" not in one for one in reds):
            return Verdict.SURVIVED, f"{test}: {', '.join(reds) or 'stays green'}"
    return Verdict.KILLED, ""


def _of(test: str, outcomes: Mapping[str, str]) -> list[str]:
    """What became of `test`: of all its cases, or of all tests in it where it is a class."""
    return [said for name, said in outcomes.items() if name == test or name.startswith((f"{test}[", f"{test}::"))]


@contextmanager
def _broken(safeguard: Safeguard, tree: Path) -> Iterator[None]:
    path = tree / safeguard.file
    try:
        source, stat = (path.read_text(), path.stat()) if path.exists() else ("", None)
        safeguard.break_in(tree)
        assert stat is not None
        # Python trusts compiled code by time and size: neither the broken nor the mended file may look like the other.
        os.utime(path, (stat.st_atime, stat.st_mtime + 10))
        yield
    finally:
        if stat is not None:
            path.write_text(source)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))


def _run(tree: Path, tests: Sequence[str], *, patience: float | None = None, stop: bool = False) -> dict[str, str]:
    """Run `tests` in `tree`, in a process and with a database of their own. Raises subprocess.TimeoutExpired."""
    with tempfile.NamedTemporaryFile(suffix=".json") as report:
        python = [sys.executable, *(["-B"] if patience else [])]
        pytest = ["-m", "pytest", "-q", "-p", "tests.mutation.outcomes", "-p", "no:cacheprovider", "--no-header"]
        # Tables are made from the models, so that a broken constraint is broken without a migration.
        options = [
            "--nomigrations",
            "--hypothesis-profile=mutation",
            f"--timeout={PATIENCE:.0f}",
            *(["-x"] if stop else []),
        ]
        done = subprocess.run(
            [*python, *pytest, *options, *tests],
            cwd=tree,
            env={name: value for name, value in os.environ.items() if name not in NOT_PASSED_ON}
            | {"MUTATION_REPORT": report.name, "RUN_SLOW": "1"},
            capture_output=True,
            text=True,
            timeout=patience,
        )
        missing = {line.split("not found: ")[1] for line in done.stderr.splitlines() if "ERROR: not found: " in line}
        if missing:
            # One name that is wrong keeps pytest from running any.
            there = [test for test in tests if not any(path.endswith(test) for path in missing)]
            return _run(tree, there, patience=patience, stop=stop) if there else {}
        return dict(json.loads(Path(report.name).read_text() or "{}"))


def _in_a_tree(trees: Queue[Path], do: Callable[[Path], Got]) -> Got:
    tree = trees.get()
    try:
        return do(tree)
    finally:
        trees.put(tree)


@contextmanager
def _copies(root: Path, count: int) -> Iterator[Queue[Path]]:
    trees: Queue[Path] = Queue()
    with tempfile.TemporaryDirectory(prefix="mutation-") as scratch:
        for number in range(count):
            trees.put(Path(shutil.copytree(root, Path(scratch) / str(number), ignore=NOT_COPIED, symlinks=True)))
        yield trees


def _shards(tests: Iterable[str], count: int) -> list[list[str]]:
    """The tests in `count` parts, those of one file together."""
    by_file: dict[str, list[str]] = defaultdict(list)
    for test in sorted(tests):
        by_file[test.split("::")[0]].append(test)
    shards: list[list[str]] = [[] for _ in range(count)]
    for of_file in sorted(by_file.values(), key=len, reverse=True):
        min(shards, key=len).extend(of_file)
    return [shard for shard in shards if shard]

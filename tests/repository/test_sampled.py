"""Of a test with very many cases of one rule, some run by default and all in the gate."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CASES = """
import pytest

@pytest.mark.sampled(3)
@pytest.mark.parametrize("case", range(8))
def test_rule(case): pass

@pytest.mark.sampled(3)
def test_another(): pass
"""


@pytest.mark.parametrize(("run_slow", "ran"), [("", 4), ("1", 9)])
def test_one_in_three_runs(tmp_path: Path, run_slow: str, ran: int) -> None:
    (tmp_path / "test_cases.py").write_text(CASES)
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", "-q", str(tmp_path)]
    done = subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)],
        cwd=ROOT,
        env={**os.environ, "RUN_SLOW": run_slow},
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"{ran} passed" in done.stdout, done.stdout

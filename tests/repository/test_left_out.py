"""A machine without Chromium or PostgreSQL skips tests and says so; the gate counts that as a failure."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
TESTS = """
import pytest

@pytest.mark.browser
def test_page(): pass

@pytest.mark.postgresql
def test_database(): pass

def test_plain(): pass
"""


def run(tmp_path: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """pytest on a machine that has neither."""
    (tmp_path / "test_needy.py").write_text(TESTS)
    lacking = {"PATH": "/nowhere", "CHROMIUM": "", "POSTGRES_URL": "postgres://postgres@127.0.0.1:1/none"}
    command = [sys.executable, "-m", "pytest", "-p", "tests.conftest", "-p", "no:cacheprovider", str(tmp_path)]
    return subprocess.run(
        [*command, "-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT)],
        cwd=ROOT,
        env={**os.environ, "REQUIRE_BROWSER": "", "REQUIRE_POSTGRES": "", **lacking, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def test_says_in_a_line_what_was_left_out(tmp_path: Path) -> None:
    done = run(tmp_path)
    assert done.returncode == 0, done.stdout
    [line] = [line for line in done.stdout.splitlines() if line.startswith("Left out:")]
    assert "1 browser tests, since no Chromium was found" in line
    assert "1 postgresql tests, since no PostgreSQL answers" in line


def test_the_gate_does_not_forgive(tmp_path: Path) -> None:
    done = run(tmp_path, REQUIRE_BROWSER="1", REQUIRE_POSTGRES="1")
    assert done.returncode == 1, done.stdout
    for variable in ("REQUIRE_BROWSER", "REQUIRE_POSTGRES"):
        assert f"{variable} is set, but no" in done.stdout
    assert "2 failed" in done.stdout or "2 errors" in done.stdout, done.stdout

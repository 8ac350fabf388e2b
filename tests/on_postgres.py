"""Runs a file of tests once more, on PostgreSQL, in a process of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.needs import POSTGRES_URL

ROOT = Path(__file__).resolve().parents[1]
IS_POSTGRES = "PYTEST_ON_POSTGRES" in os.environ
# For the test that does so: not again in that run.
only_from_outside = pytest.mark.skipif(IS_POSTGRES, reason="this is the run on PostgreSQL")


def run_on_postgres(file: str, *, only: str = "", timeout: float = 500) -> str:
    """What pytest said. Fails with it if a test failed. `only`: as pytest's -k; `timeout` in seconds.

    The tables are made from the models: all migrations take longer than the tests, and others test those.
    """
    environment = os.environ | {"DATABASE_URL": POSTGRES_URL, "PYTEST_ON_POSTGRES": "1"}
    run = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-p", "no:xdist", "--nomigrations", file]
    run += ["-k", only] if only else []
    done = subprocess.run(run, cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=timeout)
    assert done.returncode == 0, done.stdout[-3000:]
    return done.stdout

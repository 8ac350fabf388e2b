"""Prometheus itself reads the alert rules, and lets the newer ones fire; where its promtool is installed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parent


@pytest.mark.parametrize(
    "arguments",
    [
        ("check", "rules", str(HERE.parents[1] / "deploy" / "alerts.yml")),
        ("test", "rules", str(HERE / "alerts.test.yml")),
    ],
)
def test_prometheus_takes_the_rules(arguments: tuple[str, ...]) -> None:
    promtool = shutil.which("promtool")
    if not promtool:
        pytest.skip("no promtool: Debian has it in the package prometheus")
    done = subprocess.run([promtool, *arguments], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr

"""The expressions of the rules: each can be searched for, and none is compiled before one is."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from qbo.faults.expressions import compiled
from qbo.faults.rules import RULES

ROOT = Path(__file__).resolve().parents[2]
SAYS_HOW_MANY = "import qbo.faults; from qbo.faults.expressions import compiled; print(compiled.cache_info().currsize)"


def test_each_can_be_searched_for() -> None:
    for rule in RULES:
        for expression in filter(None, (rule.text, rule.about, rule.not_text)):
            compiled(expression)


def test_a_process_that_reads_no_fault_compiles_none() -> None:
    said = subprocess.run([sys.executable, "-c", SAYS_HOW_MANY], cwd=ROOT, capture_output=True, text=True, check=True)
    assert said.stdout == "0\n"

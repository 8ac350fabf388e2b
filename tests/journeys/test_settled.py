"""Every settled number and every case that failed once has tests, and each of those is there."""

from __future__ import annotations

import ast
from pathlib import Path

from tests.journeys.decisions import CASES, SETTLED

ROOT = Path(__file__).resolve().parents[2]


def _tests_of(file: str) -> set[str]:
    tree = ast.parse((ROOT / file).read_text())
    found = {node.name for node in tree.body if isinstance(node, ast.FunctionDef)}
    for group in (node for node in tree.body if isinstance(node, ast.ClassDef)):
        found |= {f"{group.name}::{node.name}" for node in group.body if isinstance(node, ast.FunctionDef)}
    return found


def test_every_number_has_tests() -> None:
    assert set(range(35, 55)) == SETTLED.keys()
    assert not [number for number, settled in SETTLED.items() if not settled.tests]


def test_every_test_that_is_named_is_there() -> None:
    named = {test for settled in SETTLED.values() for test in settled.tests}
    named |= {test for tests in CASES.values() for test in tests}
    files = {test.partition("::")[0] for test in named}
    there = {f"{file}::{test}" for file in files for test in _tests_of(file)}
    assert not named - there

"""The house rules that a test can check."""

from __future__ import annotations

import ast
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("runacall", "qbo", "sync", "demo", "qbo_emulator")
WORDLESS = {"utils", "helpers", "common", "services", "constants", "misc"}


def tracked() -> list[Path]:
    """Every file that is, or would be, in the repository."""
    if not (ROOT / ".git").exists():
        pytest.skip("not a git repository")
    listed = subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [ROOT / line for line in listed.splitlines() if (ROOT / line).is_file()]


def modules() -> list[Path]:
    found = [path for app in APPS for path in (ROOT / app).rglob("*.py")]
    return [path for path in found if "migrations" not in path.parts]


def test_no_module_hides_a_missing_word() -> None:
    assert [path for path in modules() if path.stem in WORDLESS] == []


def test_every_module_opens_with_a_sentence() -> None:
    for path in modules():
        tree = ast.parse(path.read_text())
        if tree.body:
            assert ast.get_docstring(tree), path.relative_to(ROOT)


def test_no_secret_is_in_the_tree() -> None:
    secrets = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----|AKIA[0-9A-Z]{16}|ghp_[0-9A-Za-z]{36}")
    for path in tracked():
        if path.suffix not in (".png", ".jpg", ".woff2"):
            assert not secrets.search(path.read_text(errors="replace")), path.relative_to(ROOT)
    assert not [path for path in tracked() if path.name == ".env" or path.suffix == ".sqlite3"]


def test_the_gate_can_be_run() -> None:
    gate = ROOT / ".ci" / "run"
    assert os.access(gate, os.X_OK)
    subprocess.run(["bash", "-n", str(gate)], check=True)
    assert gate.read_text().startswith("#!/usr/bin/env bash\n")


def test_nothing_imports_the_demo() -> None:
    for path in (one for one in modules() if "demo" not in one.relative_to(ROOT).parts):
        assert not re.search(r"^\s*(from|import) demo\b", path.read_text(), re.MULTILINE), path


def test_no_day_is_that_of_the_server() -> None:
    """A day is the shop's (`Organization.today`, in tests `builders.today`): for hours of each day another one."""
    servers = re.compile(r"\bnow\([^()]*\)\.date\(\)|\b(?:localdate|date\.today)\((?!.*any day will do)")
    tests = [path for path in (ROOT / "tests").rglob("*.py") if "benchmarks" not in path.parts]
    for path in [*modules(), *tests]:
        found = servers.search(path.read_text())
        assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_no_path_of_somebodys_machine_is_in_the_tree() -> None:
    """What is written here has to be true on every machine."""
    somebodys = re.compile(r"(?<![\w./:])/(?:home|root|Users|work|mnt|opt)/[\w.]")
    for path in tracked():
        if (
            path.suffix in (".py", ".md", ".toml", ".html", ".js", ".css", ".txt", ".json", "")
            and path.name != "test_tree.py"
        ):
            found = somebodys.search(path.read_text(errors="replace"))
            assert not found, f"{path.relative_to(ROOT)}: {found and found[0]}"


def test_documentation_is_finished() -> None:
    for page in (ROOT / "docs").rglob("*.md"):
        assert not re.search(r"\b(TODO|FIXME|TBD|XXX)\b", page.read_text()), page.name

"""The static files of the browser tests are those that today's tree gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests import collected


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path in ("static/runacall/runacall.css", "runacall/static_files.py", "runacall/probes.py"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text("first")
    return tmp_path


@pytest.mark.parametrize("path", ["static/runacall/runacall.css", "static/new.js", "runacall/static_files.py"])
def test_others_are_collected_when_what_is_served_is_another(tree: Path, path: str) -> None:
    before = collected.state_of_files(tree)
    (tree / "runacall/probes.py").write_text("changed")
    assert collected.state_of_files(tree) == before
    (tree / path).write_text("changed")
    assert collected.state_of_files(tree) != before


def test_another_icon_counts(tree: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    before = collected.state_of_files(tree)
    monkeypatch.setattr(collected, "lean_version", lambda name: b"with one more icon")
    assert collected.state_of_files(tree) != before


def test_they_are_collected_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def collect(there: Path) -> None:
        made.append(there)
        there.mkdir()

    monkeypatch.setattr(collected, "_collect", collect)
    first = collected.static_files(tmp_path)
    collected.static_files.cache_clear()
    assert collected.static_files(tmp_path) == first
    assert made == [first]

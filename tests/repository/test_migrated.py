"""The database that tests begin with is one that today's migrations make."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from tests import migrated


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    for path, text in {
        "sync/migrations/0001_initial.py": "from django.db import migrations\nimport qbo.secrets\n",
        "qbo/secrets.py": "SIZE = 1\n",
        "qbo/pages.py": "",
    }.items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_text(text)
    return tmp_path


@pytest.mark.parametrize("path", ["sync/migrations/0001_initial.py", "sync/migrations/0002_more.py", "qbo/secrets.py"])
def test_another_is_made_when_a_migration_or_what_it_imports_is_another(tree: Path, path: str) -> None:
    before = migrated.state_of_migrations(tree)
    (tree / "qbo/pages.py").write_text("changed\n")
    assert migrated.state_of_migrations(tree) == before
    (tree / path).write_text("import qbo.secrets\nchanged\n")
    assert migrated.state_of_migrations(tree) != before


def test_it_is_made_once_and_whole(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Path] = []

    def make(there: Path) -> None:
        made.append(there)
        there.touch()

    monkeypatch.setattr(migrated, "_make", make)
    first = migrated.database(tmp_path)
    migrated.database.cache_clear()
    assert migrated.database(tmp_path) == first
    assert made == [first]


@pytest.mark.django_db
def test_nothing_is_left_to_migrate() -> None:
    executor = MigrationExecutor(connection)
    assert executor.migration_plan(executor.loader.graph.leaf_nodes()) == []

"""Migrations of long tables do not stop a shop's work, or docs/running.md says what they stop."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, migrations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation

from runacall.migrating import (
    AddBeginningsIndex,
    AddIndexOfSome,
    AddIndexWithoutStop,
    AddPartOfWordsIndex,
    RemoveIndexWithoutStop,
)

ROOT = Path(__file__).resolve().parents[2]
OURS = ("organizations", "accounts", "invoices", "qbo", "sync")
# What has a row or more for each invoice.
LONG = {
    *("syncevent", "attempt", "submission", "link", "notice"),
    *("invoice", "invoiceline", "customer", "payment", "paymentapplication"),
}
WITHOUT_STOP = (AddBeginningsIndex, AddIndexOfSome, AddIndexWithoutStop, AddPartOfWordsIndex, RemoveIndexWithoutStop)
# On PostgreSQL these scan or rewrite the table, or hold a lock that writers wait for, while it is read once.
BUILDS = (migrations.AddIndex, migrations.AddConstraint)
ROW = re.compile(r"^\| `(\w+)\.(\d{4})` \|", re.MULTILINE)


def stopping(migration: Any, before: Any) -> Iterator[str]:
    """What of a migration makes writers of a long table wait for more than a moment; `before`: the state before it."""
    state = before.clone()
    for operation in migration.operations:
        if _stops(operation, state, migration.app_label):
            yield operation.describe()
        operation.state_forwards(migration.app_label, state)


def _stops(operation: Operation, state: Any, app: str) -> bool:
    if isinstance(operation, WITHOUT_STOP):
        return False
    if isinstance(operation, (migrations.RunPython, migrations.RunSQL)):
        return True  # whatever it does
    if str(getattr(operation, "model_name", "")).lower() not in LONG:
        return False
    if isinstance(operation, migrations.AlterField):
        old = state.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        after = state.clone()
        operation.state_forwards(app, after)
        new = after.apps.get_model(app, operation.model_name)._meta.get_field(operation.name)
        return connection.schema_editor()._field_should_be_altered(old, new)
    return isinstance(operation, BUILDS)


# Python of ours that goes through a long table, each few rows in a transaction of their own.
IN_SMALL_STEPS = {("invoices", "0009")}


def all_that_stop() -> dict[tuple[str, str], list[str]]:
    loader = MigrationLoader(None)
    found = {}
    for key in sorted(node for node in loader.disk_migrations if node[0] in OURS and not node[1].startswith("0001")):
        if (key[0], key[1][:4]) in IN_SMALL_STEPS:
            continue
        migration = loader.disk_migrations[key]
        if told := list(stopping(migration, loader.project_state(key, at_end=False))):
            found[key[0], key[1][:4]] = told
    return found


def test_the_running_guide_names_each_migration_that_makes_writers_wait() -> None:
    named = set(ROW.findall((ROOT / "docs" / "running.md").read_text()))
    there = all_that_stop()
    assert named == set(there), {key: there.get(key) for key in named ^ set(there)}


@pytest.mark.parametrize("key", [("sync", "0008"), ("sync", "0028")])
def test_an_index_that_is_built_concurrently_makes_nobody_wait(key: tuple[str, str]) -> None:
    assert key not in all_that_stop()

"""Migrations for large tables: an index is built without blocking writers."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import Any

from django.db import DatabaseError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.operations import AddIndex, RemoveIndex, RunPython
from django.db.migrations.state import ProjectState, StateApps


class AddIndexWithoutStop(AddIndex):
    """As AddIndex; on PostgreSQL CONCURRENTLY. Its migration has `atomic = False` and no other operation."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        model = to_state.apps.get_model(app_label, self.model_name)
        if not self.allow_migrate_model(schema_editor.connection.alias, model):
            return
        if schema_editor.connection.vendor == "postgresql":
            # An interrupted build leaves an invalid index behind.
            schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{self.index.name}"')
            schema_editor.add_index(model, self.index, concurrently=True)
        else:
            schema_editor.add_index(model, self.index)


class RemoveIndexWithoutStop(RemoveIndex):
    """As RemoveIndex; on PostgreSQL CONCURRENTLY."""

    def database_forwards(
        self, app_label: str, schema_editor: Any, from_state: ProjectState, to_state: ProjectState
    ) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f'DROP INDEX CONCURRENTLY IF EXISTS "{self.name}"')
        else:
            super().database_forwards(app_label, schema_editor, from_state, to_state)


class _IndexOnPostgres(RunPython):
    """On PostgreSQL: an index that Django has no words for, built CONCURRENTLY. Its migration has `atomic = False`.

    `analyze`: whether ANALYZE follows, so that PostgreSQL knows at once how rare what is indexed is.
    """

    analyze = True

    def __init__(self, model_name: str, name: str, *given: Any) -> None:
        self.model_name, self.name, self.given = model_name, name, given
        super().__init__(self._build, self._drop)

    def deconstruct(self) -> tuple[str, list[object], dict[str, object]]:
        return type(self).__name__, [self.model_name, self.name, *self.given], {}

    def is_possible(self, database: BaseDatabaseWrapper) -> bool:
        """Whether the server has what the index needs."""
        return True

    def definition(self, quote: Callable[[str], str]) -> str:
        """SQL: what follows the name of the table."""
        raise NotImplementedError

    def _build(self, apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        database = schema_editor.connection
        if database.vendor != "postgresql" or not self.is_possible(database):
            return
        app_label, model_name = self.model_name.split(".")
        quote = schema_editor.quote_name
        table = quote(apps.get_model(app_label, model_name)._meta.db_table)
        # An interrupted build leaves an invalid index behind.
        self._drop(apps, schema_editor)
        schema_editor.execute(f"CREATE INDEX CONCURRENTLY {quote(self.name)} ON {table} {self.definition(quote)}")
        if self.analyze:
            schema_editor.execute(f"ANALYZE {table}")

    def _drop(self, apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {schema_editor.quote_name(self.name)}")


class AddPartOfWordsIndex(_IndexOnPostgres):
    """On PostgreSQL: an index for searches of parts of words (`icontains`) in these columns.

    Needs the extension pg_trgm, which the owner of a database may create; without it searches read all rows, as they
    do on SQLite, and the migration says so.
    """

    def __init__(self, model_name: str, name: str, columns: Sequence[str]) -> None:
        self.columns = tuple(columns)
        super().__init__(model_name, name, self.columns)

    def describe(self) -> str:
        return f"Index parts of words of {', '.join(self.columns)} ({self.name})"

    def is_possible(self, database: BaseDatabaseWrapper) -> bool:
        return _has_trigrams(database)

    def definition(self, quote: Callable[[str], str]) -> str:
        # As Django spells `icontains`; another spelling would not use the index.
        parts = ", ".join(f"UPPER({quote(column)}::text) gin_trgm_ops" for column in self.columns)
        return f"USING gin ({parts})"


class AddIndexOfSome(_IndexOnPostgres):
    """On PostgreSQL: an index of the few rows that fulfil a condition only PostgreSQL words so.

    `condition`: SQL, as queries spell it.
    """

    analyze = False

    def __init__(self, model_name: str, name: str, column: str, condition: str) -> None:
        self.column, self.condition = column, condition
        super().__init__(model_name, name, column, condition)

    def describe(self) -> str:
        return f"Index some rows of {self.model_name} ({self.name})"

    def definition(self, quote: Callable[[str], str]) -> str:
        return f"({quote(self.column)}) WHERE {self.condition}"


class AddBeginningsIndex(_IndexOnPostgres):
    """On PostgreSQL: an index for searches of an organization's rows by how a column begins (`istartswith`)."""

    def __init__(self, model_name: str, name: str, column: str) -> None:
        self.column = column
        super().__init__(model_name, name, column)

    def describe(self) -> str:
        return f"Index how {self.column} begins ({self.name})"

    def definition(self, quote: Callable[[str], str]) -> str:
        # As Django spells `istartswith`; LIKE is served in every language only by an index of patterns.
        return f"(organization_id, UPPER({quote(self.column)}::text) text_pattern_ops)"


def _has_trigrams(database: BaseDatabaseWrapper) -> bool:
    """Whether pg_trgm is there, after an attempt to create it."""
    with database.cursor() as cursor:
        try:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
        except DatabaseError as error:
            # Not installed on the server, or a role that may not create it.
            sys.stderr.write(
                f"Searches in large lists stay slow: PostgreSQL refused the extension pg_trgm ({str(error).strip()}).\n"
            )
            return False
    return True

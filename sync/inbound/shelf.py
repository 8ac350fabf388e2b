"""Where a comparison puts what is too much for memory: a file that goes away with it. It does not compare anything."""

from __future__ import annotations

import pickle
import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, Self

from qbo.connection.client import decode, encode
from qbo.json_objects import Row
from qbo.mapping.comparing import COMPARED
from qbo.mapping.marks import INVOICE, PAYMENT, marked_as

MARKS = {"Invoice": INVOICE, "Payment": PAYMENT}
# Whole rows of invoices would be 1 GB for 400,000.
KEPT: dict[str, Collection[str]] = {"Invoice": COMPARED}


class Shelf:
    """Rows of QuickBooks, found again by our mark, number or Id, and chunks of what we expect, in order."""

    def __init__(self, kept: Mapping[str, Collection[str]] | None = None) -> None:
        """`kept`: by entity, the fields that are wanted again; all where it does not say."""
        self._kept = KEPT if kept is None else kept
        # Without a name, SQLite's file is deleted when it is closed, even by a crash.
        self._rows = sqlite3.connect("", isolation_level=None)
        self._rows.execute("PRAGMA journal_mode = OFF")
        self._rows.execute(
            "CREATE TABLE there (entity TEXT, id TEXT, mark TEXT, number TEXT, row TEXT, PRIMARY KEY (entity, id))"
        )
        self._rows.execute("CREATE INDEX by_mark ON there (entity, mark)")
        self._rows.execute("CREATE INDEX by_number ON there (entity, number)")
        self._rows.execute("CREATE TABLE expected (place INTEGER PRIMARY KEY, entity TEXT, chunk BLOB)")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._rows.close()

    # --- what QuickBooks has ---

    def put(self, entity: str, rows: Iterable[Row]) -> None:
        """A row that was put before is replaced: pages overlap if something was written while they were read."""
        self._rows.executemany(
            "INSERT INTO there VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE"
            " SET mark = excluded.mark, number = excluded.number, row = excluded.row",
            (self._line(entity, row) for row in rows),
        )

    def _line(self, entity: str, row: Row) -> tuple[str, ...]:
        mark = marked_as(str(row.get("PrivateNote") or ""), MARKS[entity])
        kept = {name: row[name] for name in row if name in self._kept[entity]} if entity in self._kept else row
        return entity, str(row["Id"]), _key(mark), str(row.get("DocNumber") or ""), encode(kept)

    def count(self, entity: str) -> int:
        return int(self._rows.execute("SELECT COUNT(*) FROM there WHERE entity = ?", [entity]).fetchone()[0])

    def pages(self, entity: str, size: int) -> Iterator[list[Row]]:
        """All rows, by Id, so many at a time; others may be put there meanwhile."""
        asked, last = "SELECT id, row FROM there WHERE entity = ? AND id > ? ORDER BY id LIMIT ?", ""
        while found := self._rows.execute(asked, [entity, last, size]).fetchall():
            yield [decode(row) for _, row in found]
            last = found[-1][0]

    def has(self, entity: str, ids: Sequence[str]) -> set[str]:
        """Which of these Ids are there."""
        return {qbo_id for qbo_id, _ in self._found(entity, "id", ids)}

    def beside(
        self, entity: str, *, marks: Iterable[tuple[int, int]], numbers: Iterable[str] = (), ids: Iterable[str] = ()
    ) -> list[Row]:
        """The rows with one of these marks, numbers or Ids, each once."""
        found: dict[str, str] = {}
        for column, values in (("mark", map(_key, marks)), ("number", numbers), ("id", ids)):
            found |= dict(self._found(entity, column, values))
        return [decode(row) for row in found.values()]

    def _found(self, entity: str, column: str, values: Iterable[str]) -> list[tuple[str, str]]:
        wanted = sorted({value for value in values if value})
        marks = ", ".join("?" * len(wanted))
        asked = f"SELECT id, row FROM there WHERE entity = ? AND {column} IN ({marks}) ORDER BY rowid"
        return self._rows.execute(asked, [entity, *wanted]).fetchall()

    # --- what we expect ---

    def expect(self, entity: str, chunks: Iterable[Sequence[object]]) -> bool:
        """Keep them, a chunk at a time; whether there is anything."""
        is_any = False
        for chunk in chunks:
            kept = pickle.dumps(list(chunk), pickle.HIGHEST_PROTOCOL)
            self._rows.execute("INSERT INTO expected (entity, chunk) VALUES (?, ?)", [entity, kept])
            is_any = True
        return is_any

    def expected(self, entity: str) -> Iterator[Sequence[Any]]:
        for (chunk,) in self._rows.execute("SELECT chunk FROM expected WHERE entity = ? ORDER BY place", [entity]):
            yield pickle.loads(chunk)  # noqa: S301  our own, from a file without a name


def _key(mark: tuple[int, int] | None) -> str:
    return f"{mark[0]}-{mark[1]}" if mark else ""

"""The rows of one entity with their indexes, in the order of their last write; knows no rule."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from qbo_emulator.books.encoding import JsonObject

# One record of a company.
Row = JsonObject


class Table:
    """The rows of one entity, in the order of their last write."""

    def __init__(self) -> None:
        self.rows: dict[str, Row] = {}
        self._turn = 0
        self.turns: dict[str, int] = {}  # id -> when it was written, counted from the first write
        self.deleted: dict[str, Row] = {}
        self.encoded: dict[str, str] = {}
        self.by_text: dict[tuple[str, str], set[str]] = defaultdict(set)  # (field, value in lower case) -> ids

    INDEXED = ("DocNumber", "DisplayName", "Name", "FullyQualifiedName")

    def put(self, row: Row) -> None:
        key = row["Id"]
        self._unindex(self.rows.pop(key, None))
        self.rows[key] = row
        self._turn += 1
        self.turns[key] = self._turn
        self.encoded.pop(key, None)
        for field in self.INDEXED:
            if field in row:
                self.by_text[field, row[field].lower()].add(key)

    def drop(self, stub: Row) -> None:
        key = stub["Id"]
        self._unindex(self.rows.pop(key, None))
        self.encoded.pop(key, None)
        self.deleted[key] = stub

    def _unindex(self, row: Row | None) -> None:
        for field in self.INDEXED if row else ():
            if field in row:  # type: ignore[operator]
                self.by_text[field, row[field].lower()].discard(row["Id"])  # type: ignore[index]

    def with_text(self, field: str, value: str) -> list[Row]:
        return [self.rows[key] for key in self.by_text.get((field, value.lower()), ())]

    def newest_first(self) -> Iterator[Row]:
        return reversed(self.rows.values())

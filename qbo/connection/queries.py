"""Reading from QuickBooks by query: statements made safely, pages followed, rows out; knows no database."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from qbo.connection.client import Client, Reply
from qbo.failures import Failure
from qbo.faults import read_fault

Row = Mapping[str, Any]
PAGE = 1000
HTTP_OK = 200
# Values of one IN list; beyond this a statement gets longer than is wise.
VALUES = 120


class ReadFailed(Exception):
    """QuickBooks gave no rows; `failure` says why, `reply` is what came instead."""

    def __init__(self, failure: Failure, reply: Reply) -> None:
        super().__init__(failure.message)
        self.failure = failure
        self.reply = reply

    @property
    def is_own_answer(self) -> bool:
        """Whether QuickBooks itself answered, and only what it said makes no sense; not a gateway, not half of it."""
        return self.failure.code == "answer_unreadable" and self.reply.status == HTTP_OK and bool(self.reply.json)


def quoted(value: str) -> str:
    """A value as the query language takes it; apostrophes are escaped by a backslash, not doubled."""
    escaped = value.replace("\\", "\\\\").replace("'", "\\'")
    return f"'{escaped}'"


def statements(entity: str, where: str) -> Iterator[str]:
    """The statements that page through `entity`; ask for the next while a page comes back full."""
    start = 1
    while True:
        yield f"SELECT * FROM {entity}{f' WHERE {where}' if where else ''} STARTPOSITION {start} MAXRESULTS {PAGE}"
        start += PAGE


def read_rows(client: Client, entity: str, where: str = "", *, pace: Callable[[], None] = lambda: None) -> list[Row]:
    """Every row of `entity` that matches `where`; `pace` is called before each request. Raises ReadFailed."""
    rows: list[Row] = []
    for statement in statements(entity, where):
        pace()
        page = rows_of(client.query(statement), entity)
        rows += page
        if len(page) < PAGE:
            return rows
    raise AssertionError("unreachable: statements never end")


def rows_of(reply: Reply, entity: str) -> list[Row]:
    """The rows of one answer. Raises ReadFailed where it is no answer to a query."""
    failure = read_fault(reply.answer, request_entity=entity, operation="query")
    if failure is not None:
        raise ReadFailed(failure, reply)
    found = reply.json.get("QueryResponse")
    if not isinstance(found, dict):
        raise ReadFailed(Failure("answer_unreadable", http_status=reply.status), reply)
    rows = found.get(entity, [])
    if not isinstance(rows, list):
        raise ReadFailed(Failure("answer_unreadable", http_status=reply.status), reply)
    return rows


def read_where_in(
    client: Client,
    entity: str,
    field: str,
    values: Iterable[str],
    *,
    extra: str = "",
    pace: Callable[[], None] = lambda: None,
) -> list[Row]:
    """Rows whose `field` is one of `values`, in as few requests as is wise. Raises ReadFailed."""
    wanted = sorted(set(values))
    rows: list[Row] = []
    for start in range(0, len(wanted), VALUES):
        listed = ", ".join(quoted(value) for value in wanted[start : start + VALUES])
        rows += read_rows(client, entity, f"{field} IN ({listed}){extra}", pace=pace)
    return rows


ANY_ACTIVE = " AND Active IN (true, false)"

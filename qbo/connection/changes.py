"""Reading what changed in QuickBooks since a time (change data capture); knows no database.

Intuit answers with whole rows, at most 1,000 objects in one answer and without pages, and looks back 30 days. Deleted
transactions come as stubs. Tax codes, tax rates and the company's settings are not covered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime

from qbo.connection.client import Client, Reply, moment
from qbo.connection.queries import HTTP_OK, ReadFailed, read_rows
from qbo.failures import Failure
from qbo.faults import read_fault
from qbo.json_objects import Row

MOST_OBJECTS = 1000
# What Intuit says about a time that is more than 30 days ago (the code is documented nowhere).
TOO_OLD = "older than fixed days"
# Of these, a query leaves out the inactive rows unless it asks for them.
NAME_LISTS = frozenset({"Account", "Customer", "Item", "PaymentMethod", "Term"})


@dataclass(frozen=True)
class Changes:
    """Rows that changed, by entity, and the Ids of those that were deleted.

    `as_of`: QuickBooks' own time of the answer; None if it did not say. `whole`: entities whose rows are all there are,
    so that what is missing from them is gone.
    """

    rows: Mapping[str, Sequence[Row]] = field(default_factory=dict)
    deleted: Mapping[str, frozenset[str]] = field(default_factory=dict)
    as_of: datetime | None = None
    whole: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return sum(map(self.count_of, self.rows.keys() | self.deleted.keys()))

    def count_of(self, entity: str) -> int:
        return len(self.rows.get(entity, ())) + len(self.deleted.get(entity, ()))


class TooMuch(Exception):
    """Change data cannot say everything: there are too many changes, or they are too long ago.

    `as_of`: QuickBooks' own time of the answer, if it gave one; `most`: the entity that has most of the changes, if
    there are too many.
    """

    def __init__(self, as_of: datetime | None = None, most: str = "") -> None:
        super().__init__("Change data does not reach.")
        self.as_of, self.most = as_of, most


def read_changes(
    client: Client, entities: Sequence[str], *, since: datetime, pace: Callable[[], None] = lambda: None
) -> Changes:
    """What changed since then, in one call. Raises ReadFailed; TooMuch where only reading everything helps."""
    pace()
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    reply = client.get("cdc", {"entities": ",".join(entities), "changedSince": stamp})
    parts = _parts(reply)
    rows: dict[str, list[Row]] = {}
    deleted: dict[str, frozenset[str]] = {}
    for entity in entities:
        found = [row for part in parts for row in part.get(entity) or () if isinstance(row, dict) and row.get("Id")]
        stubs = {str(row["Id"]) for row in found if row.get("status") == "Deleted"}
        rows[entity] = [row for row in found if row.get("status") != "Deleted"]
        deleted[entity] = frozenset(stubs)
    changes = Changes(rows, deleted, as_of=moment(reply.json.get("time")))
    if changes.count >= MOST_OBJECTS:
        raise TooMuch(changes.as_of, most=max(entities, key=changes.count_of))
    return changes


def _parts(reply: Reply) -> list[Mapping[str, list[Row]]]:
    answer = reply.json.get("CDCResponse")
    if reply.status == HTTP_OK and isinstance(answer, list) and '"fault"' not in reply.body.lower():
        return [part for one in answer for part in one.get("QueryResponse") or () if isinstance(part, dict)]
    failure = read_fault(reply.answer, operation="query")
    if failure is not None and TOO_OLD in failure.intuit_words:
        raise TooMuch(moment(reply.json.get("time")))
    raise ReadFailed(failure or Failure("answer_unreadable", http_status=reply.status), reply)


def read_everything(client: Client, entities: Iterable[str], *, pace: Callable[[], None] = lambda: None) -> Changes:
    """All rows of these entities, a thousand in a call: where change data does not reach. Raises ReadFailed.

    An entity of which QuickBooks cannot read a row is not whole.
    """
    rows, whole = dict[str, Sequence[Row]](), set[str]()
    for entity in entities:
        skipped: list[ReadFailed] = []
        where = "Active IN (true, false)" if entity in NAME_LISTS else ""
        rows[entity] = read_rows(client, entity, where, pace=pace, skipped=skipped)
        whole |= set() if skipped else {entity}
    return Changes(rows, whole=frozenset(whole))


def read_by_query(
    client: Client, entities: Iterable[str], *, since: datetime, pace: Callable[[], None] = lambda: None
) -> Changes:
    """The rows that changed since then, however many; says nothing of deleted ones. Raises ReadFailed."""
    stamp = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    where, skipped = f"MetaData.LastUpdatedTime >= '{stamp}'", list[ReadFailed]()
    return Changes({entity: read_rows(client, entity, where, pace=pace, skipped=skipped) for entity in entities})

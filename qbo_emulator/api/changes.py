"""Change data capture: what was written since a given time, with stubs for deleted rows; knows no HTTP."""

from __future__ import annotations

from datetime import datetime, timedelta

from qbo_emulator import faults
from qbo_emulator.api.showing import shown
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.encoding import dumps
from qbo_emulator.entities.kind import Kind
from qbo_emulator.entities.operations import BAD_ROW, gone_by_merge
from qbo_emulator.entities.registry import BY_PATH
from qbo_emulator.query.comparison import instant

MOST_OBJECTS = 1000
NOT_COVERED = frozenset(
    ("TaxCode", "TaxRate", "TaxAgency", "TimeActivity", "JournalCode", "CompanyInfo", "Preferences")
)


def answer(company: Company, entities: str, since: str, *, at: datetime) -> str:
    """The content of CDCResponse as JSON. Raises QboFault for a wrong date or entity."""
    if not entities:
        raise faults.missing_parameter("entities")
    if not since:
        raise faults.missing_parameter("changedSince")
    start = instant(since.replace(" ", "+"))
    days = company.switch("cdc_days")
    if days and start < (at - timedelta(days=days)).timestamp():
        raise faults.unsupported(f"cdc with changedSince date {since} which is older than fixed days")
    left = MOST_OBJECTS
    parts = []
    for name in entities.split(","):
        kind = BY_PATH.get(name.strip().lower())
        if kind is None:
            raise faults.unsupported(f"cdc for entity {name}")
        part, used = of_kind(company, kind, start, left)
        left -= used
        parts.append(part)
    return f'[{{"QueryResponse":[{",".join(parts)}]}}]'


def of_kind(company: Company, kind: Kind, start: float, most: int) -> tuple[str, int]:
    """One entry of the answer and how many objects it holds: live rows by last update, then stubs."""
    if kind.name in NOT_COVERED:
        return "{}", 0
    table = company.tables[kind.name]
    broken = company.setting("broken", {}).get(kind.name, ())
    changed = [row for row in table.rows.values() if changed_at(row) >= start and not gone_by_merge(company, kind, row)]
    if any(row["Id"] in broken for row in changed):
        raise faults.query_processing(BAD_ROW)
    live = [shown(company, kind, row) for row in changed]
    gone = [dumps(stub) for stub in table.deleted.values() if changed_at(stub) >= start]
    found = [*live, *gone][:most]
    if not found:
        return "{}", 0
    total = f',"totalCount":{len(found)}' if kind.counts_total else ""
    inside = f'"{kind.member}":[{",".join(found)}],"startPosition":1,"maxResults":{len(found)}{total}'
    return f"{{{inside}}}", len(found)


def changed_at(row: Row) -> float:
    return instant(row["MetaData"]["LastUpdatedTime"])

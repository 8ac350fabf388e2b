"""A batch: each item is answered separately, with a row or a fault; knows no HTTP."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Optional

from qbo_emulator import faults
from qbo_emulator.api import changes, forms
from qbo_emulator.api.showing import member, shown, with_extras
from qbo_emulator.books.company import Company
from qbo_emulator.books.encoding import JsonObject, dumps
from qbo_emulator.entities import operations
from qbo_emulator.entities.kind import Kind
from qbo_emulator.entities.registry import BY_MEMBER
from qbo_emulator.faults import QboFault
from qbo_emulator.query import answering as query
from qbo_emulator.query.statement import Statement

ItemBreaker = Callable[[str, str], Optional[QboFault]]  # (entity, operation) -> the fault that hits this item
CONTROL_KEYS = frozenset(("bId", "operation", "optionsData", "Query", "CDCQuery", "ReportQuery"))


def run(company: Company, body: object, *, at: datetime, breaker: ItemBreaker, base: str) -> list[str]:
    """The answers to the items, as JSON. Raises QboFault if the batch itself is refused."""
    items = body.get("BatchItemRequest") if isinstance(body, dict) else None
    if not isinstance(items, list) or not all(isinstance(item, dict) for item in items):
        raise faults.unreadable_body()
    if len(items) > company.switch("batch_size"):
        raise faults.batch_too_large(len(items), company.switch("batch_size"))
    return [answer(company, item, at=at, breaker=breaker, base=base) for item in items]


def answer(company: Company, item: JsonObject, *, at: datetime, breaker: ItemBreaker, base: str) -> str:
    try:
        inside = run_item(company, item, at=at, breaker=breaker, base=base)
    except QboFault as fault:
        inside = f'"Fault":{dumps(fault.as_json())}'
    return f'{{{inside},"bId":{dumps(item["bId"])}}}' if item.get("bId") is not None else f"{{{inside}}}"


def run_item(company: Company, item: dict[str, object], *, at: datetime, breaker: ItemBreaker, base: str) -> str:
    """One item's answer as the inside of a JSON object. Raises QboFault."""
    if "Query" in item:
        return f'"QueryResponse":{query_response(company, str(item["Query"]), options_of(item), base)}'
    if isinstance(asked := item.get("CDCQuery"), dict):
        entities, since = str(asked.get("Entities", "")), str(asked.get("ChangedSince", ""))
        return f'"CDCResponse":{changes.answer(company, entities, since, at=at)[1:-1]}'
    entity, body = payload(item)
    kind = BY_MEMBER.get(entity)
    if kind is None:
        raise faults.unknown_property(entity, "BatchItemRequest")
    operation = operation_of(item)
    if struck := breaker(kind.name, operation):
        raise struck
    row = operations.write(company, kind, operation, body, at=at, options=options_of(item))
    return member(company, kind, with_extras(company, kind, row, options_of(item), base), forms.how_written(body))


def options_of(item: JsonObject) -> frozenset[str]:
    return frozenset(str(item.get("optionsData") or "").lower().split(","))


def payload(item: JsonObject) -> tuple[str, object]:
    for name, value in item.items():
        if name not in CONTROL_KEYS:
            return name, value
    raise faults.missing_parameter("BatchItemRequest entity")


def operation_of(item: dict[str, object]) -> str:
    """The operation; an item that names none is a create (a public client's tests)."""
    operation = str(item.get("operation") or "").lower()
    voids = operation in ("", "update") and "void" in options_of(item)
    return "void" if voids else operation or "create"


def query_response(company: Company, text: str, options: frozenset[str] = frozenset(), base: str = "") -> str:
    """The content of QueryResponse: `{}` if nothing was found (recorded)."""
    kind, statement, rows, total = query.answer(company, text)
    if statement.counts:
        return dumps({"totalCount": total})
    if not rows:
        return "{}"
    found = ",".join(shown_found(company, kind, row, statement, options, base) for row in rows)
    tail = f',"totalCount":{total}' if kind.counts_total else ""
    return f'{{"{kind.member}":[{found}],"startPosition":{statement.start},"maxResults":{len(rows)}{tail}}}'


def shown_found(
    company: Company, kind: Kind, row: dict[str, object], statement: Statement, options: frozenset[str], base: str
) -> str:
    if "*" in statement.columns or "SyncToken" not in row:  # a pseudo tax code has none
        return shown(company, kind, with_extras(company, kind, row, options, base))
    full = company.with_balance(kind.name, row)
    return dumps(company.as_called(query.projected(kind, full, statement.columns)))

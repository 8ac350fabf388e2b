"""What items may be classified as for automated sales tax: Intuit's own lists, read by path only; knows no company."""

from __future__ import annotations

from typing import Any

from qbo_emulator import faults
from qbo_emulator.api.calls import Call
from qbo_emulator.books.encoding import dumps

Row = dict[str, Any]
GOODS = ["Inventory", "Noninventory"]


def row(key: str, name: str, parent: Row | None = None) -> Row:
    """One of them. Intuit's names for most fields are in lower case here (documented)."""
    made = {"applicableTo": GOODS, "code": key.split("-V")[0], "description": name, "level": "2" if parent else "1"}
    reference = {"ParentRef": {"name": parent["name"], "value": parent["id"]}} if parent else {}
    return {**made, **reference, "id": key, "name": name}


SERVICES = row("V1-00100000", "Professional Services")
# those that Intuit's documents name
ROWS = (
    SERVICES,
    row("EUC-01010101-V1-00100000", "Tangible, custom software", SERVICES),
    row("EUC-01010201-V1-00100000", "Tangible, canned software", SERVICES),
)


def answer(call: Call) -> str:
    """One by its id, the children of one, those of a level, or all. Raises QboFault for one that is not there."""
    if not call.rest:
        level = call.request.query.get("level", "")
        return listed(call, [one for one in ROWS if not level or one["level"] == level])
    key, *more = call.rest
    found = next((one for one in ROWS if one["id"] == key), None)
    if found is None or more not in ([], ["children"]):
        raise faults.object_not_found()
    if more:
        return listed(call, [one for one in ROWS if one.get("ParentRef", {}).get("value") == key])
    return f'"TaxClassification":{dumps(shown(call, found))}'


def listed(call: Call, rows: list[Row]) -> str:
    found = [shown(call, one) for one in rows]
    return f'"QueryResponse":{dumps({"TaxClassification": found} if found else {})}'


def shown(call: Call, found: Row) -> Row:
    """XML has the names of Intuit's schema."""
    return found if call.wants_json else {name[0].upper() + name[1:]: value for name, value in found.items()}

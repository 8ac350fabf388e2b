"""Whose a transaction or a line of it is: its customer, vendor, employee, location, class and item; knows no report."""

from __future__ import annotations

from collections.abc import Mapping

from qbo_emulator.books.stock import key_in, lines_of
from qbo_emulator.books.table import Row

# what a request narrows by -> the entity
NARROWING: Mapping[str, str] = {
    **{"customer": "Customer", "vendor": "Vendor", "employee": "Employee"},
    **{"department": "Department", "class": "Class", "item": "Item"},
}


Wanted = Mapping[str, set[str]]
"""The entities that a request narrows by, with the ids that it wants."""
PEOPLE = ("Customer", "Vendor", "Employee")


def whose(row: Row, line: Row | None, of: str) -> str:
    """The id of the `of` that the line names, or else the transaction; empty for none."""
    holders = (detail_of(line or {}), row)
    found = (key_in(reference) for holder in holders for reference in (holder.get(f"{of}Ref"), typed(holder, of)))
    return next((key for key in found if key), "")


def detail_of(line: Row) -> Row:
    detail = line.get(str(line.get("DetailType")))
    return detail if isinstance(detail, dict) else {}


def typed(holder: Row, of: str) -> object:
    """What expenses, deposits and journal entries name with its type: EntityRef, or Entity around one or without."""
    entity = holder.get("Entity", holder.get("EntityRef"))
    if not isinstance(entity, dict) or of.lower() != str(entity.get("Type", entity.get("type", ""))).lower():
        return None
    return entity.get("EntityRef", entity)


def ids(asked: Mapping[str, str], name: str) -> set[str]:
    return {one.strip() for one in asked.get(name, "").split(",") if one.strip()}


def narrowing(asked: Mapping[str, str]) -> Wanted:
    return {of: ids(asked, name) for name, of in NARROWING.items() if ids(asked, name)}


def is_wanted(row: Row, line: Row | None, wanted: Wanted) -> bool:
    """Whether a line, or what is of no line, is for a customer, vendor or employee that is wanted, and for the rest."""
    people = [of for of in PEOPLE if of in wanted]
    return (not people or any(whose(row, line, of) in wanted[of] for of in people)) and all(
        whose(row, line, of) in keys for of, keys in wanted.items() if of not in PEOPLE
    )


def is_listed(row: Row, wanted: Wanted) -> bool:
    """Whether a transaction belongs into a list: it is of a wanted person, and it or a line of it is of the rest."""
    if not wanted:
        return True
    people = {of: keys for of, keys in wanted.items() if of in PEOPLE}
    others = {of: keys for of, keys in wanted.items() if of not in PEOPLE}
    return is_wanted(row, None, people) and any(is_wanted(row, line, others) for line in (None, *lines_of(row)))

"""Whose the lines of journal entries and deposits are: a name of one of the three lists; knows no HTTP."""

from __future__ import annotations

from qbo_emulator.books.called import NAME_OF
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities.references import CUSTOMER, EMPLOYEE, VENDOR, Target, key_of, missing, pointing

LISTS: dict[str, Target] = {"Customer": CUSTOMER, "Vendor": VENDOR, "Employee": EMPLOYEE}
DETAILS = ("JournalEntryLineDetail", "DepositLineDetail")


def name_owners(company: Company, lines: list[Row]) -> None:
    """Names the owner of each line, and its list where a journal entry does not say it (recorded). Raises QboFault
    for one that does not exist."""
    for line in lines:
        for name in DETAILS:
            detail = line.get(name)
            entity = detail.get("Entity") if isinstance(detail, dict) else None
            if isinstance(detail, dict) and isinstance(entity, dict):
                detail["Entity"] = owner(company, entity)


def owner(company: Company, entity: Row) -> Row:
    """`entity` of a journal entry (Type and EntityRef) or of a deposit (a reference with its type), with the name."""
    reference = entity.get("EntityRef", entity)
    if not key_of(reference):
        return entity
    found = person(company, key_of(reference), str(entity.get("Type", entity.get("type")) or ""))
    if found is None:
        return entity
    named = pointing(found[1], NAME_OF[found[0]])
    if reference is entity:
        return {**entity, **named}
    return {"Type": found[0], **entity, "EntityRef": {**reference, **named}}


def person(company: Company, key: str, of: str) -> tuple[str, Row] | None:
    """The list and the row. None for a list that is no list of names."""
    entity = of.capitalize()
    if of and entity not in LISTS:
        return None
    for name in [entity] if of else LISTS:
        row = company.get(name, key)
        if row is not None:
            return name, row
    raise missing(company, LISTS[entity or "Customer"], key)

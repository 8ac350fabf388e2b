"""A row as answers show it: its name and its wrapper; knows no rule and no HTTP."""

from __future__ import annotations

from qbo_emulator.books.company import TRANSACTIONS, Company, Row
from qbo_emulator.books.encoding import dumps
from qbo_emulator.entities.kind import Kind


def shown(company: Company, kind: Kind, row: Row) -> str:
    """`row` as JSON, wrapped in its type if its kind says so. Anything that is not a stored row is shown as it is."""
    if kind.is_wrapped and "Type" in row:
        return dumps({row["Type"]: {name: value for name, value in row.items() if name != "Type"}})
    is_stored = company.get(kind.name, row.get("Id")) is row
    return company.encoded(kind.name, row) if is_stored else dumps(row)


def member(company: Company, kind: Kind, row: Row) -> str:
    """`row` as a member of the answer's object."""
    return f'"{kind.member}":{shown(company, kind, row)}'


FIRST_DAY = "firsttxndate"


def with_first_day(company: Company, info: Row) -> Row:
    """The company with the day of its first transaction, if it has any, for who asks for it by `include`."""
    days = sorted(row["TxnDate"] for entity in TRANSACTIONS for row in company.rows(entity) if row.get("TxnDate"))
    told = [{"Name": FIRST_DAY, "Value": days[0]}] if days else []
    return {**info, "NameValue": [*info.get("NameValue", ()), *told]}

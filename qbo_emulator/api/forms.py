"""What a row has where it is answered alone, and where it was found among others; knows no rule and no HTTP.

QuickBooks reads one object and many by different ways, and each has fields that the other lacks. All as recorded in
2026, of the same rows: by their id, by a write, and by a query.
"""

from __future__ import annotations

from collections.abc import Callable

from qbo_emulator.books.company import Row

CREATED, UPDATED, READ = "create", "update", "read"


def how_written(body: object) -> str:
    return UPDATED if isinstance(body, dict) and body.get("Id") else CREATED


def found(entity: str, row: Row) -> Row:
    """`row` as a query or change data tells it: a customer's default tax code is told by its id alone."""
    if entity == "Customer" and "DefaultTaxCodeRef" in row:
        return {name: value for name, value in row.items() if name != "DefaultTaxCodeRef"}
    return row


def alone(entity: str, row: Row, how: str) -> Row:
    """`row` as the answer to a read or a write of this one object."""
    form = ALONE.get(entity)
    return form(row, how) if form and "SyncToken" in row else row


def customer(row: Row, how: str) -> Row:
    hidden = {"ClientEntityId"} if row.get("ClientEntityId") == "0" else set()
    if how != READ:
        hidden.add("V4IDPseudonym")
    return {name: value for name, value in row.items() if name not in hidden}


def vendor(row: Row, how: str) -> Row:
    return {"BillRate": 0, "CostRate": 0, **row}


def item(row: Row, how: str) -> Row:
    return {"DeferredRevenue": False, **row} if row.get("Type") == "Service" else row


def account(row: Row, how: str) -> Row:
    """A new account has no time of an update yet; the next read tells one."""
    if how != CREATED:
        return row
    return {**row, "MetaData": {"CreateTime": row["MetaData"]["CreateTime"]}}


ALONE: dict[str, Callable[[Row, str], Row]] = {
    "Customer": customer,
    "Vendor": vendor,
    "Item": item,
    "Account": account,
}

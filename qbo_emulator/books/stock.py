"""What each transaction changes in stock; knows no item and no price."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.table import Row

# What comes in with a transaction (1) and what goes out (-1).
DIRECTION = {
    "Invoice": -1,
    "SalesReceipt": -1,
    "CreditMemo": 1,
    "RefundReceipt": 1,
    "Bill": 1,
    "Purchase": 1,
    "VendorCredit": -1,
}
MOVING = (*DIRECTION, "InventoryAdjustment")
DETAILS = ("SalesItemLineDetail", "ItemBasedExpenseLineDetail")


class Move(NamedTuple):
    item: str
    quantity: Decimal  # incoming quantity; negative is outgoing
    amount: Decimal  # of the line
    line: Row


def moves(entity: str, row: Row) -> Iterator[Move]:
    """The quantities that `row` changes, for any item; only stock items matter."""
    if entity == "InventoryAdjustment":
        yield from adjusted(row)
    direction = DIRECTION.get(entity, 0) * (-1 if row.get("Credit") is True else 1)
    if not direction:
        return
    for line in lines_of(row):
        name = next((one for one in DETAILS if isinstance(line.get(one), dict)), "")
        detail = line.get(name) or {}
        item = key_in(detail.get("ItemRef"))
        if item:
            amount = decimal(line.get("Amount"))
            quantity = direction * decimal(detail.get("Qty", 1 if amount else 0))
            yield Move(item, quantity, amount, line)


def lines_of(row: Row) -> Iterator[Row]:
    """The lines of `row` and those inside its bundles."""
    for line in row.get("Line", ()):
        yield line
        group = line.get("GroupLineDetail")
        yield from group.get("Line", ()) if isinstance(group, dict) else ()


def adjusted(row: Row) -> Iterator[Move]:
    for line in row.get("Line", ()):
        detail = line.get("ItemAdjustmentLineDetail")
        if isinstance(detail, dict) and key_in(detail.get("ItemRef")):
            yield Move(key_in(detail["ItemRef"]), decimal(detail.get("QtyDiff")), Decimal(0), line)


def key_in(reference: object) -> str:
    return str(reference.get("value") or "") if isinstance(reference, dict) else ""


def decimal(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, (int, Decimal, str)):
        return Decimal(0)
    try:
        number = Decimal(value)
    except ArithmeticError:
        return Decimal(0)
    return number if number.is_finite() else Decimal(0)

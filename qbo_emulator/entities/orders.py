"""Purchase orders, and the bills that are made from them: received by them, open again without; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Put, Row
from qbo_emulator.books.money import plain
from qbo_emulator.entities.kind import TRANSACTION, Draft, Kind
from qbo_emulator.entities.others import delete_transaction, transaction_rules

ORDER = "PurchaseOrder"
ITEMS = "ItemBasedExpenseLineDetail"
Received = dict[str, Decimal]  # id of the order's line -> quantity


def take(draft: Draft) -> list[Row]:
    """The links to the orders that a bill's lines name; the orders change with this write. Raises QboFault.

    An order that only the head of the bill names, and no line of it, is not linked (recorded).
    """
    before, after = taken(draft.before), taken(draft.row)
    for key in {**before, **after}:
        order = draft.company.get(ORDER, key)
        if order is None and key in after:
            raise faults.nothing_to_link(ORDER, key)
        if order and before.get(key) != after.get(key):
            draft.also.append(Put(ORDER, seen_from(draft, order, linked=key in after)))
    return [{"TxnId": key, "TxnType": ORDER} for key in after]


def order_rules(draft: Draft) -> None:
    """What was received of an order, and by which bills, is QuickBooks' own."""
    transaction_rules(draft)
    row = draft.row
    row["LinkedTxn"] = (draft.before or {}).get("LinkedTxn", [])
    received = received_by(draft.company, row["Id"], row["LinkedTxn"])
    row["Line"] = [with_received(line, received.get(line["Id"])) for line in row["Line"]]


def taken(form: Row | None) -> dict[str, Received]:
    """What the lines of a form take from each order."""
    found: dict[str, Received] = {}
    for key, line_id, line in order_lines(form):
        received = found.setdefault(key, {})
        received[line_id] = received.get(line_id, Decimal(0)) + quantity(line)
    return found


def order_lines(form: Row | None) -> Iterator[tuple[str, str, Row]]:
    for line in (form or {}).get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            if link.get("TxnType") == ORDER and link.get("TxnLineId"):
                yield str(link.get("TxnId", "")), str(link["TxnLineId"]), line


def quantity(line: Row) -> Decimal:
    detail = line.get(ITEMS) or {}
    return Decimal(detail.get("Qty", 1))


def seen_from(draft: Draft, order: Row, *, linked: bool) -> Row:
    """`order` with or without the form in progress, what was received of each line, and the status that follows."""
    link = {"TxnId": draft.row["Id"], "TxnType": "Bill"}
    links = [one for one in order.get("LinkedTxn", []) if one != link]
    received = received_by(draft.company, order["Id"], links)
    if linked:
        for line_id, number in taken(draft.row)[order["Id"]].items():
            received[line_id] = received.get(line_id, Decimal(0)) + number
        links.append(link)
    lines = [with_received(line, received.get(line["Id"])) for line in order["Line"]]
    done = bool(links) and all(is_received(line, received.get(line["Id"])) for line in lines)
    return {**order, "Line": lines, "LinkedTxn": links, "POStatus": "Closed" if done else "Open"}


def received_by(company: Company, order: str, links: list[Row]) -> Received:
    found: Received = {}
    for link in links:
        for line_id, number in taken(company.get("Bill", link["TxnId"])).get(order, {}).items():
            found[line_id] = found.get(line_id, Decimal(0)) + number
    return found


def with_received(line: Row, number: Decimal | None) -> Row:
    return {**line, "Received": plain(number or Decimal(0))} if ITEMS in line else line


def is_received(line: Row, number: Decimal | None) -> bool:
    return number is not None and (ITEMS not in line or number >= quantity(line))


PURCHASE_ORDER = Kind(
    ORDER,
    operations=TRANSACTION - {"void"},
    required=("VendorRef", "Line"),
    rules=order_rules,
    delete=delete_transaction,
)

"""Money that a deposit took to the bank: it must be there, and is not changed any more; knows no other form."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import key_of

MOVED = ("TotalAmt", "DepositToAccountRef")


def check_deposited(draft: Draft) -> None:
    """Raises QboFault if the deposit in progress takes along what is not there."""
    for entity, key in links_of(draft.row):
        if draft.company.get(entity, key) is None:
            raise faults.nothing_to_link(entity, key)


def check_unmoved(draft: Draft) -> None:
    """Raises QboFault 6540 if the amount or the account of deposited money would change, or all of it go away."""
    before, row = draft.before, draft.row
    if before is None or (draft.sent and all(value_of(row, name) == value_of(before, name) for name in MOVED)):
        return
    if is_deposited(draft.company, draft.kind.name, before["Id"]):
        raise faults.deposited()


def value_of(row: Row, field: str) -> object:
    value = row.get(field)
    return key_of(value) if isinstance(value, dict) else value


def is_deposited(company: Company, entity: str, key: str) -> bool:
    return any((entity, key) in links_of(deposit) for deposit in company.rows("Deposit"))


def links_of(deposit: Row) -> list[tuple[str, str]]:
    links = (link for line in deposit.get("Line", ()) for link in line.get("LinkedTxn", ()))
    return [(str(link.get("TxnType", "")), str(link.get("TxnId", ""))) for link in links]

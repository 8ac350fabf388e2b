"""The general ledger: every account with its transactions and running balance; knows no request."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry
from qbo_emulator.books.postings import OF_BALANCE_SHEET
from qbo_emulator.reports.frame import cell, data
from qbo_emulator.reports.lists import TITLES, person

ZERO = Decimal(0)
WIDTH = 8
Together = dict[tuple[str, str], list[Entry]]  # all entries of one transaction


def general_ledger(company: Company, days: tuple[str, str]) -> list[Row]:
    """One section for each account with a balance or with changes in the period."""
    entries = [entry for entry in company.ledger().entries if entry.day <= days[1]]
    together: Together = defaultdict(list)
    of_account: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.entity, entry.row["Id"]].append(entry)
        of_account[entry.account].append(entry)
    accounts = sorted(company.rows("Account"), key=lambda row: (row["AccountType"], row["FullyQualifiedName"]))
    sections = (section_of(company, row, of_account[row["Id"]], together, days[0]) for row in accounts)
    return [made for made in sections if made]


def section_of(company: Company, account: Row, entries: list[Entry], together: Together, start: str) -> Row | None:
    """The account's section; credits are positive if they increase the account."""
    sign = 1 if account["Classification"] in ("Asset", "Expense") else -1
    keeps = account["Classification"] in OF_BALANCE_SHEET
    year = f"{start[:4]}-01-01"  # income and expenses start at zero each year
    before = sum((entry.amount for entry in entries if entry.day < start and (keeps or entry.day >= year)), ZERO)
    moved = [entry for entry in entries if entry.day >= start]
    if not before and not moved:
        return None
    balance = sign * before
    rows = [data(cell("Beginning Balance"), *blanks(WIDTH - 2), cell(balance))] if before else []
    for entry in moved:
        balance += sign * entry.amount
        rows.append(movement(company, entry, together, sign * entry.amount, balance))
    total = sum((sign * entry.amount for entry in moved), ZERO)
    shown = cell(total) if moved else cell("")
    return {
        "Header": {"ColData": [cell(account["Name"], account["Id"]), *blanks(WIDTH - 1)]},
        "Rows": {"Row": rows},
        "Summary": {"ColData": [cell(f"Total for {account['Name']}"), *blanks(WIDTH - 3), shown, cell("")]},
        "type": "Section",
    }


def movement(company: Company, entry: Entry, together: Together, amount: Decimal, balance: Decimal) -> Row:
    others = {one.account for one in together[entry.entity, entry.row["Id"]]} - {entry.account}
    split = cell("-Split-")
    if len(others) == 1:
        key = next(iter(others))
        split = cell((company.get("Account", key) or {}).get("Name", ""), key)
    name, person_id = person(entry.row)
    return data(
        cell(entry.day),
        cell(TITLES.get(entry.entity, entry.entity), entry.row["Id"]),
        cell(entry.row.get("DocNumber", "")),
        {"value": name, "id": person_id},
        cell(entry.row.get("PrivateNote", "")),
        split,
        cell(amount),
        cell(balance),
    )


def blanks(count: int) -> list[dict[str, str]]:
    return [cell("") for _ in range(count)]

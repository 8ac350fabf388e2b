"""The general ledger: every account with its transactions and running balance; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry
from qbo_emulator.books.postings import OF_BALANCE_SHEET
from qbo_emulator.books.stock import key_in
from qbo_emulator.reports.frame import cell, data
from qbo_emulator.reports.lists import TITLES, person
from qbo_emulator.reports.statements import CURRENT_ASSETS, CURRENT_LIABILITIES, PROFIT

ZERO = Decimal(0)
WIDTH, AMOUNT = 8, 6
# types of accounts, in the order of the chart of accounts (recorded)
CHART = (
    *(kind for _, _, kind in CURRENT_ASSETS),
    *("Fixed Asset", "Other Asset"),
    *(kind for _, _, kind in CURRENT_LIABILITIES),
    *("Long Term Liability", "Equity"),
    *PROFIT,
)
Together = dict[tuple[str, str], list[Entry]]  # all entries of one transaction


def general_ledger(company: Company, days: tuple[str, str]) -> list[Row]:
    """One section for each account with a balance or with changes in the period, those below others inside of them."""
    entries = [entry for entry in company.ledger().entries if entry.day <= days[1]]
    together: Together = defaultdict(list)
    of_account: dict[str, list[Entry]] = defaultdict(list)
    for entry in entries:
        together[entry.entity, entry.row["Id"]].append(entry)
        of_account[entry.account].append(entry)
    accounts = sorted(company.rows("Account"), key=lambda row: (place(row), row["FullyQualifiedName"]))
    below: dict[str, list[Row]] = defaultdict(list)
    for account in accounts:
        parent = key_in(account.get("ParentRef"))
        below[parent if company.get("Account", parent) else ""].append(account)

    def sections(parent: str) -> Iterator[Row]:
        for account in below[parent]:
            moved = moves_of(account, of_account[account["Id"]], days[0])
            inner = list(sections(account["Id"]))
            if moved.before or moved.entries or inner:
                yield section_of(company, account, moved, together, inner)

    return list(sections(""))


class Moves(NamedTuple):
    """What an account had before the period, and what changed it then, both with its own sign."""

    sign: int
    before: Decimal
    entries: list[Entry]


def place(account: Row) -> int:
    kind = account["AccountType"]
    return CHART.index(kind) if kind in CHART else len(CHART)


def moves_of(account: Row, entries: list[Entry], start: str) -> Moves:
    """Credits are positive if they increase the account."""
    sign = 1 if account["Classification"] in ("Asset", "Expense") else -1
    keeps = account["Classification"] in OF_BALANCE_SHEET
    year = f"{start[:4]}-01-01"  # income and expenses start at zero each year
    before = sum((entry.amount for entry in entries if entry.day < start and (keeps or entry.day >= year)), ZERO)
    return Moves(sign, sign * before, [entry for entry in entries if entry.day >= start])


def section_of(company: Company, account: Row, moves: Moves, together: Together, inner: list[Row]) -> Row:
    """The account's own rows, then the accounts below it."""
    balance = moves.before
    rows = [data(cell("Beginning Balance"), *blanks(WIDTH - 2), cell(balance))] if balance else []
    for entry in moves.entries:
        balance += moves.sign * entry.amount
        rows.append(movement(company, entry, together, moves.sign * entry.amount, balance))
    totals = [one["Summary"]["ColData"][AMOUNT]["value"] for one in inner]
    changed = [Decimal(total) for total in totals if total]
    changed += [moves.sign * entry.amount for entry in moves.entries]
    # Recorded: only the outermost account has an id, and it is that of the first account with rows.
    key = account["Id"] if rows else inner[0]["Header"]["ColData"][0]["id"]
    return {
        "Header": {"ColData": [cell(account["Name"], key), *blanks(WIDTH - 1)]},
        "Rows": {"Row": [*rows, *map(without_id, inner)]},
        "Summary": {
            "ColData": [
                cell(f"Total for {account['Name']}"),
                *blanks(WIDTH - 3),
                cell(sum(changed, ZERO)) if changed else cell(""),
                cell(""),
            ]
        },
        "type": "Section",
    }


def without_id(made: Row) -> Row:
    title, *others = made["Header"]["ColData"]
    return {**made, "Header": {"ColData": [cell(title["value"]), *others]}}


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

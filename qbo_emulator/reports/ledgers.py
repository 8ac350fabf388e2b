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

    def under(parent: str) -> Iterator[Part]:
        for account in below[parent]:
            moved = moves_of(account, of_account[account["Id"]], days[0])
            inner = list(under(account["Id"]))
            if moved.before or moved.entries or inner:
                yield part_of(company, account, moved, together, inner)

    return [section for part in under("") for section in part.sections]


class Part(NamedTuple):
    """An account with what is below it, and what changed in both."""

    sections: list[Row]
    changes: list[Decimal]


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


def part_of(company: Company, account: Row, moves: Moves, together: Together, inner: list[Part]) -> Part:
    """Recorded: accounts below one that has rows of its own follow it, and then their common total;
    an account without rows is a heading around them.
    """
    balance = moves.before
    rows = [data(cell("Beginning Balance"), *blanks(WIDTH - 2), cell(balance))] if balance else []
    for entry in moves.entries:
        balance += moves.sign * entry.amount
        rows.append(movement(company, entry, together, moves.sign * entry.amount, balance))
    own = [moves.sign * entry.amount for entry in moves.entries]
    changes = own + [change for part in inner for change in part.changes]
    sections = [section for part in inner for section in part.sections]
    name, key = account["Name"], account["Id"]
    if not rows:
        return Part([heading(name, sections, changes)], changes)
    total = [{"Summary": summary(f"{name} with sub-accounts", changes), "type": "Section"}] if inner else []
    return Part([section_of(cell(name, key), rows, summary(name, own)), *sections, *total], changes)


def heading(name: str, sections: list[Row], changes: list[Decimal]) -> Row:
    """Recorded: it has the id of the first account in it, and that one has none."""
    first, *others = sections
    title, *rest = first["Header"]["ColData"]
    without_id = {**first, "Header": {"ColData": [cell(title["value"]), *rest]}}
    return section_of(cell(name, title["id"]), [without_id, *others], summary(name, changes))


def section_of(title: dict[str, str], rows: list[Row], total: Row) -> Row:
    head = {"ColData": [title, *blanks(WIDTH - 1)]}
    return {"Header": head, "Rows": {"Row": rows}, "Summary": total, "type": "Section"}


def summary(name: str, changes: list[Decimal]) -> Row:
    total = cell(sum(changes, ZERO)) if changes else cell("")
    return {"ColData": [cell(f"Total for {name}"), *blanks(WIDTH - 3), total, cell("")]}


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

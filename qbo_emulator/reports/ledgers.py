"""The general ledger: every account with its transactions and running balance; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry
from qbo_emulator.books.postings import OF_BALANCE_SHEET
from qbo_emulator.books.stock import key_in
from qbo_emulator.reports.details import AMOUNTS, Books, Part, chosen, headed, money, summed
from qbo_emulator.reports.frame import cell, data
from qbo_emulator.reports.statements import (
    COST,
    CURRENT_ASSETS,
    CURRENT_LIABILITIES,
    EXPENSE,
    INCOME,
    OTHER_EXPENSE,
    OTHER_INCOME,
    PROFIT,
)
from qbo_emulator.reports.whose import ids

ZERO = Decimal(0)
# types of accounts, in the order of the chart of accounts (recorded)
CHART = (
    *(kind for _, _, kind in CURRENT_ASSETS),
    *("Fixed Asset", "Other Asset"),
    *(kind for _, _, kind in CURRENT_LIABILITIES),
    *("Long Term Liability", "Equity"),
    *PROFIT,
)


class Group(NamedTuple):
    """An account with what is below it, and what changed in both."""

    sections: list[Row]
    changes: list[Decimal]


class Moves(NamedTuple):
    """What an account had before the period, and what changed it then, both with its own sign."""

    sign: int
    before: Decimal
    entries: list[Entry]


Shown = Callable[[Row, Moves, list[Group]], Group]


class Tree:
    """The accounts of a company, those below others under them, with what moved on each."""

    def __init__(self, company: Company, days: tuple[str, str], asked: dict[str, str], *, begins: bool) -> None:
        self.books, self.start, self.begins = Books(company, days[1], asked), days[0], begins
        accounts = ids(asked, "account")
        self.of_account: dict[str, list[Entry]] = defaultdict(list)
        for entry in self.books.entries:
            if not accounts or entry.account in accounts:
                self.of_account[entry.account].append(entry)
        self.below: dict[str, list[Row]] = defaultdict(list)
        for account in sorted(company.rows("Account"), key=lambda row: (place(row), row["FullyQualifiedName"])):
            parent = key_in(account.get("ParentRef"))
            self.below[parent if company.get("Account", parent) else ""].append(account)

    def groups(self, shown: Shown, accounts: list[Row]) -> Iterator[Group]:
        """What `shown` makes of each of `accounts` that had or has something, and of those below it."""
        for account in accounts:
            moved = moves_of(account, self.of_account[account["Id"]], self.start, begins=self.begins)
            inner = list(self.groups(shown, self.below[account["Id"]]))
            if moved.before or moved.entries or inner:
                yield shown(account, moved, inner)


def general_ledger(
    company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str], *, begins: bool = True
) -> list[Row]:
    """One section for each account with a balance or with changes in the period, those below others inside of them.

    `begins` False leaves out what was there before.
    """
    tree = Tree(company, days, asked, begins=begins)

    def shown(account: Row, moves: Moves, inner: list[Group]) -> Group:
        return part_of(tree.books, account, moves, keys, inner)

    return [section for group in tree.groups(shown, tree.below[""]) for section in group.sections]


def place(account: Row) -> int:
    kind = account["AccountType"]
    return CHART.index(kind) if kind in CHART else len(CHART)


def moves_of(account: Row, entries: list[Entry], start: str, *, begins: bool) -> Moves:
    """Credits are positive if they increase the account."""
    sign = 1 if account["Classification"] in ("Asset", "Expense") else -1
    keeps = account["Classification"] in OF_BALANCE_SHEET
    year = f"{start[:4]}-01-01"  # income and expenses start at zero each year
    before = sum((entry.amount for entry in entries if entry.day < start and (keeps or entry.day >= year)), ZERO)
    return Moves(sign, sign * before if begins else ZERO, [entry for entry in entries if entry.day >= start])


def rows_of(books: Books, moves: Moves, keys: list[str]) -> list[Row]:
    """What moved on an account, with its balance after each."""
    balance, rows = moves.before, []
    for entry in moves.entries:
        balance += moves.sign * entry.amount
        rows.append(chosen(books.of_part(Part(entry, moves.sign * entry.amount, balance)), keys))
    return rows


def part_of(books: Books, account: Row, moves: Moves, keys: list[str], inner: list[Group]) -> Group:
    """Recorded: accounts below one that has rows of its own follow it, and then their common total;
    an account without rows is a heading around them.
    """
    rows = rows_of(books, moves, keys)
    if moves.before:
        rows.insert(0, beginning(moves.before, keys))
    own = [moves.sign * entry.amount for entry in moves.entries]
    changes = own + [change for group in inner for change in group.changes]
    sections = [section for group in inner for section in group.sections]
    name, key = account["Name"], account["Id"]
    if not rows:
        return Group([heading(name, sections, changes, keys)], changes)
    total = [{"Summary": summary(f"{name} with sub-accounts", changes, keys), "type": "Section"}] if inner else []
    return Group([headed(cell(name, key), keys, rows, summary(name, own, keys)), *sections, *total], changes)


def beginning(balance: Decimal, keys: list[str]) -> Row:
    cells = (money(balance) if key == "rbal_nat_amount" else cell("") for key in keys[1:])
    return data(cell("Beginning Balance"), *cells)


def heading(name: str, sections: list[Row], changes: list[Decimal], keys: list[str]) -> Row:
    """Recorded: it has the id of the first account in it, and that one has none."""
    first, *others = sections
    title, *rest = first["Header"]["ColData"]
    without_id = {**first, "Header": {"ColData": [cell(title["value"]), *rest]}}
    total = summary(name, changes, keys)
    return headed(cell(name, title["id"]), keys, [without_id, *others], total)


def summary(name: str, changes: list[Decimal], keys: list[str]) -> Row:
    sums = dict.fromkeys(AMOUNTS, sum(changes, ZERO)) if changes else {}
    return summed(f"Total for {name}", keys, sums)


# profit and loss in detail (its outline is recorded for a company without other income)

ORDINARY = ((INCOME, "Income"), (COST, "Cost of Goods Sold"), (EXPENSE, "Expenses"))
OTHER = ((OTHER_INCOME, "Other Income"), (OTHER_EXPENSE, "Other Expenses"))


def profit_and_loss(company: Company, days: tuple[str, str], keys: list[str], asked: dict[str, str]) -> list[Row]:
    """Every transaction on an account of income or expense, under its account."""
    tree = Tree(company, days, asked, begins=False)

    def shown(account: Row, moves: Moves, inner: list[Group]) -> Group:
        return profit_part(tree.books, account, moves, keys, inner)

    made = {
        kind: list(tree.groups(shown, [row for row in tree.below[""] if row["AccountType"] == kind])) for kind in PROFIT
    }
    sums = {kind: sum((change for group in made[kind] for change in group.changes), ZERO) for kind in PROFIT}
    if not any(made.values()):
        return []
    gross = sums[INCOME] - sums[COST]
    ordinary, other = gross - sums[EXPENSE], sums[OTHER_INCOME] - sums[OTHER_EXPENSE]
    rows = [only_sum("Gross Profit", gross, keys), *groups_of(ORDINARY, made, sums, keys)]
    others = groups_of(OTHER, made, sums, keys)
    label = "Net Ordinary Income" if others else "Net Income"
    sections = [headed(cell("Ordinary Income/Expenses"), keys, rows, summed(label, keys, of_amount(ordinary)))]
    if others:
        total = summed("Net Other Income", keys, of_amount(other))
        sections.append(headed(cell("Other Income/Expense"), keys, others, total))
        sections.append(only_sum("Net Income", ordinary + other, keys))
    return sections


def groups_of(
    kinds: tuple[tuple[str, str], ...], made: dict[str, list[Group]], sums: dict[str, Decimal], keys: list[str]
) -> list[Row]:
    return [
        headed(
            cell(title),
            keys,
            [section for group in made[kind] for section in group.sections],
            summed(f"Total for {title}", keys, of_amount(sums[kind])),
        )
        for kind, title in kinds
        if made[kind]
    ]


def of_amount(amount: Decimal) -> dict[str, Decimal]:
    return dict.fromkeys(AMOUNTS, amount)


def only_sum(label: str, amount: Decimal, keys: list[str]) -> Row:
    return {"Rows": {}, "Summary": summed(label, keys, of_amount(amount)), "type": "Section"}


def profit_part(books: Books, account: Row, moves: Moves, keys: list[str], inner: list[Group]) -> Group:
    """Recorded: an account's own rows stand in a section without a head, before those of the accounts below it."""
    name, rows = account["Name"], rows_of(books, moves, keys)
    own = [moves.sign * entry.amount for entry in moves.entries]
    changes = own + [change for group in inner for change in group.changes]
    sections = [section for group in inner for section in group.sections]
    if not inner:
        return Group([headed(cell(name, account["Id"]), keys, rows, summary(name, own, keys))], changes)
    if not rows:
        return Group([headed(cell(name), keys, sections, summary(name, changes, keys))], changes)
    first = headed(cell(""), keys, rows, summary(name, own, keys))
    total = summary(f"{name} with sub-accounts", changes, keys)
    return Group([headed(cell(name, account["Id"]), keys, [first, *sections], total)], changes)

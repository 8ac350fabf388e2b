"""What was earned and spent by customer, vendor, item, class and location; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import GIVEN_BACK, SOLD, Entry
from qbo_emulator.books.postings import amount_of
from qbo_emulator.books.stock import key_in, lines_of
from qbo_emulator.reports import basis
from qbo_emulator.reports.details import Cell, person
from qbo_emulator.reports.dividing import Division
from qbo_emulator.reports.frame import OF_ITEM, amount_cell, cell, section
from qbo_emulator.reports.statements import COST, EXPENSE, INCOME, OTHER_EXPENSE, OTHER_INCOME
from qbo_emulator.reports.whose import Wanted, is_wanted, narrowing, whose

ZERO = Decimal(0)
Key = tuple[str, str]  # name and id
NOT_SPECIFIED = "Not Specified"
EARNED, SPENT = frozenset((INCOME, OTHER_INCOME)), frozenset((COST, EXPENSE, OTHER_EXPENSE))


def of_customers(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Row]:
    """Income, expenses and what remains, by customer."""
    sums: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for who, kind, entry in moved(company, days, asked):
        if "CustomerRef" in entry.row:
            sums[who][kind in SPENT] += entry.amount if kind in SPENT else -entry.amount
    return listed({key: [*both, both[0] - both[1]] for key, both in sums.items()})


def spent_by_vendor(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Entry]:
    """What was spent, booked under the vendors' ids."""
    return [
        entry._replace(account=who[1])
        for who, kind, entry in moved(company, days, asked)
        if kind in SPENT and who[1] and "CustomerRef" not in entry.row
    ]


def moved(company: Company, days: tuple[str, str], asked: dict[str, str]) -> Iterator[tuple[Key, str, Entry]]:
    """Whose it is, the type of account, and the entry (debits positive)."""
    wanted = narrowing(asked)
    for entry in basis.entries(company, asked):
        if days[0] <= entry.day <= days[1] and is_wanted(entry.row, entry.line, wanted):
            kind = (company.get("Account", entry.account) or {}).get("AccountType", "")
            if kind in EARNED | SPENT:
                yield person(entry.row), kind, entry


def sold(company: Company, days: tuple[str, str], wanted: Wanted) -> Iterator[tuple[Row, Row, int]]:
    """Each line with an item, the transaction that it stands in, and -1 for what was given back."""
    for entity in sorted(SOLD):
        for row in company.rows_as_called(entity):
            if days[0] <= row.get("TxnDate", "") <= days[1]:
                sign = -1 if entity in GIVEN_BACK else 1
                lines = (line for line in lines_of(row) if "SalesItemLineDetail" in line)
                yield from ((line, row, sign) for line in lines if is_wanted(row, line, wanted))


def sold_by(company: Company, days: tuple[str, str], of: str) -> list[Entry]:
    """What was sold, booked under the ids of customers, classes or locations; empty where there is none."""
    return [
        Entry(row["TxnDate"], whose(row, line, of), sign * amount_of(line), "", row, line)
        for line, row, sign in sold(company, days, {})
    ]


def tabled(company: Company, of: str, division: Division) -> list[Row]:
    """A row for each customer, vendor, class or location with its amounts in the columns; what has none stands last,
    and all below it.
    """
    columns = [one.amounts for one in division.columns]
    keys = list(dict.fromkeys(key for amounts in columns for key in amounts))
    names = {key: (company.get(of, key) or {}) for key in keys if key}
    titles = {key: str(row.get("FullyQualifiedName", row.get("DisplayName", key))) for key, row in names.items()}
    sums = {(titles[key], key): [amounts.get(key, ZERO) for amounts in columns] for key in titles}
    nowhere = [amounts.get("", ZERO) for amounts in columns]
    return listed(sums, [nowhere] if "" in keys else [], with_blanks)


def in_full(sums: list[Decimal]) -> list[Cell]:
    return [cell(one) for one in sums]


def with_blanks(sums: list[Decimal]) -> list[Cell]:
    """The last is of all, and stands there even if it is nothing."""
    return [*map(amount_cell, sums[:-1]), cell(sums[-1])]


def listed(
    sums: dict[Key, list[Decimal]],
    others: list[list[Decimal]] | None = None,
    shown: Callable[[list[Decimal]], list[Cell]] = in_full,
) -> list[Row]:
    """A row for each name and one for all; rows of these reports have no type (documented)."""
    amounts = [*sums.values(), *(others or [])]
    if not amounts:
        return []
    rows: list[Row] = [{"ColData": [cell(*key), *shown(sums[key])]} for key in sorted(sums)]
    rows += [{"ColData": [cell(NOT_SPECIFIED), *shown(one)], "group": "**"} for one in others or []]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [sum(column, ZERO) for column in zip(*amounts)]))]


def of_items(company: Company, days: tuple[str, str], wanted: Wanted) -> list[Row]:
    """What was sold by item: quantity, amount, its part of all, price, cost and margin."""
    counted: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO, ZERO])
    for line, _, sign in sold(company, days, wanted):
        detail = line["SalesItemLineDetail"]
        item = company.get("Item", key_in(detail.get("ItemRef"))) or {}
        whole = counted[str(item.get("FullyQualifiedName", NOT_SPECIFIED)), str(item.get("Id", ""))]
        quantity = sign * amount_of(detail, "Qty")
        whole[0] += quantity
        whole[1] += sign * amount_of(line)
        whole[2] += quantity * amount_of(item, "PurchaseCost") if item.get("Type") == "Inventory" else ZERO
    everything = sum((amount for _, amount, _ in counted.values()), ZERO)
    rows: list[Row] = [{"ColData": [cell(*key), *figures(counted[key], everything)]} for key in sorted(counted)]
    if not rows:
        return []
    sums = [sum(column, ZERO) for column in zip(*counted.values())]
    total = section("GrandTotal", "", [], ("TOTAL", []))
    total["Summary"]["ColData"] += figures(sums, everything)
    return [*rows, total]


def figures(sums: list[Decimal], everything: Decimal) -> list[Cell]:
    quantity, amount, cost = sums
    percent = cell(amount / everything * 100) if everything else cell("")
    price = cell(amount / quantity) if quantity else cell("")
    if not cost:
        return [cell(quantity), cell(amount), percent, price, *(cell("") for _ in OF_ITEM[4:])]
    margin = amount - cost
    of_amount = cell(margin / amount * 100) if amount else cell("")
    return [cell(quantity), cell(amount), percent, price, cell(cost), cell(margin), of_amount]

"""What was earned and spent by customer, vendor, item, class and location; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import GIVEN_BACK, SOLD
from qbo_emulator.books.postings import amount_of
from qbo_emulator.books.stock import key_in, lines_of
from qbo_emulator.reports import basis
from qbo_emulator.reports.details import Cell, person
from qbo_emulator.reports.frame import OF_ITEM, cell, section
from qbo_emulator.reports.statements import COST, EXPENSE, INCOME, OTHER_EXPENSE, OTHER_INCOME
from qbo_emulator.reports.whose import Wanted, is_wanted, narrowing

ZERO = Decimal(0)
Key = tuple[str, str]  # name and id
NOT_SPECIFIED = "Not Specified"
EARNED, SPENT = frozenset((INCOME, OTHER_INCOME)), frozenset((COST, EXPENSE, OTHER_EXPENSE))


def of_customers(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Row]:
    """Income, expenses and what remains, by customer."""
    sums: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO, ZERO])
    for whose, kind, amount, row in moved(company, days, asked):
        if "CustomerRef" in row:
            sums[whose][kind in SPENT] += amount if kind in SPENT else -amount
    return listed({key: [*both, both[0] - both[1]] for key, both in sums.items()})


def of_vendors(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Row]:
    """Expenses by vendor."""
    sums: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO])
    for whose, kind, amount, row in moved(company, days, asked):
        if kind in SPENT and whose[1] and "CustomerRef" not in row:
            sums[whose][0] += amount
    return listed(sums)


def moved(company: Company, days: tuple[str, str], asked: dict[str, str]) -> Iterator[tuple[Key, str, Decimal, Row]]:
    """Whose it is, the type of account, the amount (debits positive) and the transaction."""
    wanted = narrowing(asked)
    for entry in basis.entries(company, asked):
        if days[0] <= entry.day <= days[1] and is_wanted(entry.row, entry.line, wanted):
            kind = (company.get("Account", entry.account) or {}).get("AccountType", "")
            if kind in EARNED | SPENT:
                yield person(entry.row), kind, entry.amount, entry.row


def sold(company: Company, days: tuple[str, str], wanted: Wanted) -> Iterator[tuple[Row, Row, int]]:
    """Each line with an item, the transaction that it stands in, and -1 for what was given back."""
    for entity in sorted(SOLD):
        for row in company.rows(entity):
            if days[0] <= row.get("TxnDate", "") <= days[1]:
                sign = -1 if entity in GIVEN_BACK else 1
                lines = (line for line in lines_of(row) if "SalesItemLineDetail" in line)
                yield from ((line, row, sign) for line in lines if is_wanted(row, line, wanted))


def sales(company: Company, days: tuple[str, str], of: str, wanted: Wanted) -> list[Row]:
    """What was sold by customer, class or location; what has none stands last."""
    sums: dict[Key, list[Decimal]] = defaultdict(lambda: [ZERO])
    for line, row, sign in sold(company, days, wanted):
        reference = row.get(f"{of}Ref") or line["SalesItemLineDetail"].get(f"{of}Ref") or {}
        sums[str(reference.get("name", "")), key_in(reference)][0] += sign * amount_of(line)
    nowhere = sums.pop(("", ""), None)
    return listed(sums, [nowhere] if nowhere else [])


def listed(sums: dict[Key, list[Decimal]], others: list[list[Decimal]] | None = None) -> list[Row]:
    """A row for each name and one for all; rows of these reports have no type (documented)."""
    amounts = [*sums.values(), *(others or [])]
    if not amounts:
        return []
    rows: list[Row] = [{"ColData": [cell(*key), *map(cell, sums[key])]} for key in sorted(sums)]
    rows += [{"ColData": [cell(NOT_SPECIFIED), *map(cell, one)], "group": "**"} for one in others or []]
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

"""Who owes what, and for how long; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal

from qbo_emulator.books.balances import OWING
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports.frame import cell, data, section

ZERO = Decimal(0)
AGE_LIMITS = (0, 30, 60, 90)  # days past due, up to which an amount belongs to a column
OF_CUSTOMERS, OF_VENDORS = "Customer", "Vendor"


def open_items(company: Company, of: str, until: str) -> Iterator[tuple[str, str, Decimal]]:
    """Whose it is, when it was due, and how much is open; credits are negative."""
    for entity, (sign, field) in OWING.items():
        for row in company.rows(entity):
            reference = row.get(f"{of}Ref")
            amount = Decimal(row.get(field, 0))
            if reference and amount and row["TxnDate"] <= until:
                yield reference["value"], str(row.get("DueDate") or row["TxnDate"]), sign * amount


def balances(company: Company, of: str, days: tuple[str, str]) -> list[Row]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for key, _, amount in open_items(company, of, days[1]):
        owed[key] += amount
    rows = [data(cell(name, key), cell(owed[key])) for name, key in named(company, of, owed)]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [sum(owed.values(), ZERO)]))] if rows else []


def aged(company: Company, of: str, days: tuple[str, str]) -> list[Row]:
    by_age: dict[str, list[Decimal]] = {}
    for key, due, amount in open_items(company, of, days[1]):
        ages = by_age.setdefault(key, [ZERO] * 5)
        ages[column_of(due, days[1])] += amount
    rows = [
        data(cell(name, key), *(cell(one) if one else cell("") for one in by_age[key]), cell(sum(by_age[key], ZERO)))
        for name, key in named(company, of, by_age)
    ]
    sums = [sum((ages[index] for ages in by_age.values()), ZERO) for index in range(5)]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [*sums, sum(sums, ZERO)]))] if rows else []


def column_of(due: str, today: str) -> int:
    late = (date.fromisoformat(today) - date.fromisoformat(due)).days
    return next((index for index, limit in enumerate(AGE_LIMITS) if late <= limit), len(AGE_LIMITS))


def named(company: Company, of: str, keys: dict[str, Decimal] | dict[str, list[Decimal]]) -> list[tuple[str, str]]:
    """Who still owes or is owed something, by name."""
    people = [(company.get(of, key) or {}, key) for key in keys if has_any(keys[key])]
    return sorted(((str(row.get("FullyQualifiedName", row.get("DisplayName", key))), key) for row, key in people))


def has_any(amounts: Decimal | list[Decimal]) -> bool:
    return any(amounts) if isinstance(amounts, list) else bool(amounts)

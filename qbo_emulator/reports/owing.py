"""Who owes what, and for how long; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.balances import OWING
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports.details import chosen, headed, money, of_row, summed
from qbo_emulator.reports.frame import cell, data, section
from qbo_emulator.reports.whose import Wanted, is_listed

ZERO = Decimal(0)
AGE_LIMITS = (0, 30, 60, 90)  # days past due, up to which an amount belongs to a column
AGES = (
    "Current",
    *(f"{first} - {last} days past due" for first, last in ((1, 30), (31, 60), (61, 90))),
    "91 or more days past due",
)
OF_CUSTOMERS, OF_VENDORS = "Customer", "Vendor"


class Item(NamedTuple):
    """One transaction that is open, or a part of it; credits are negative."""

    key: str  # of the customer or vendor
    due: str
    amount: Decimal
    entity: str
    row: Row


def open_items(company: Company, of: str, until: str, wanted: Wanted) -> Iterator[Item]:
    """Whose it is, when it was due, and how much is open."""
    for entity, (sign, field) in OWING.items():
        for row in company.rows(entity):
            reference = row.get(f"{of}Ref")
            amount = Decimal(row.get(field, 0))
            if reference and amount and row["TxnDate"] <= until and is_listed(row, wanted):
                yield Item(reference["value"], str(row.get("DueDate") or row["TxnDate"]), sign * amount, entity, row)


def in_detail(company: Company, of: str, days: tuple[str, str], keys: list[str], wanted: Wanted) -> list[Row]:
    """What each customer or vendor owes or is owed, transaction by transaction, under their name."""
    whose: dict[str, list[Item]] = defaultdict(list)
    for item in open_items(company, of, days[1], wanted):
        whose[item.key].append(item)
    names = named(company, of, {key: [item.amount for item in items] for key, items in whose.items()})
    sections = [under(cell(name, key), f"Total for {name}", whose[key], keys) for name, key in names]
    return with_total(sections, [item for _, key in names for item in whose[key]], keys)


def aged_in_detail(company: Company, of: str, days: tuple[str, str], keys: list[str], wanted: Wanted) -> list[Row]:
    """What is open, transaction by transaction, under the age of each."""
    by_age: dict[int, list[Item]] = defaultdict(list)
    for item in open_items(company, of, days[1], wanted):
        by_age[column_of(item.due, days[1])].append(item)
    sections = [
        under(cell(AGES[age]), f"Total for {AGES[age]}", by_age[age], keys) for age in sorted(by_age, reverse=True)
    ]
    return with_total(sections, [item for items in by_age.values() for item in items], keys)


def under(title: dict[str, str], label: str, items: list[Item], keys: list[str]) -> Row:
    items = sorted(items, key=lambda item: (item.row["TxnDate"], int(item.row["Id"])))
    return headed(title, keys, [chosen(facts(item), keys) for item in items], summed(label, keys, sums_of(items)))


def facts(item: Item) -> dict[str, dict[str, str]]:
    """What each column says of an open transaction."""
    of_item = sums_of([item])
    return {
        **of_row(item.entity, item.row),
        "due_date": cell(item.due),
        **{key: money(of_item[key]) for key in of_item},
    }


def sums_of(items: list[Item]) -> dict[str, Decimal]:
    whole = sum((Decimal(item.row.get("TotalAmt", 0)).copy_sign(item.amount) for item in items), ZERO)
    return {"subt_amount": whole, "subt_open_bal": sum((item.amount for item in items), ZERO)}


def with_total(sections: list[Row], items: list[Item], keys: list[str]) -> list[Row]:
    total = {"Summary": summed("TOTAL", keys, sums_of(items)), "type": "Section"}
    return [*sections, total] if sections else []


def balances(company: Company, of: str, days: tuple[str, str], wanted: Wanted) -> list[Row]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for item in open_items(company, of, days[1], wanted):
        owed[item.key] += item.amount
    rows = [data(cell(name, key), cell(owed[key])) for name, key in named(company, of, owed)]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [sum(owed.values(), ZERO)]))] if rows else []


def aged(company: Company, of: str, days: tuple[str, str], wanted: Wanted) -> list[Row]:
    by_age: dict[str, list[Decimal]] = {}
    for item in open_items(company, of, days[1], wanted):
        ages = by_age.setdefault(item.key, [ZERO] * 5)
        ages[column_of(item.due, days[1])] += item.amount
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

"""Who owes what, and for how long; knows no request."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.balances import OWING
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports.ages import Ages, ages, days_late
from qbo_emulator.reports.details import chosen, headed, money, of_person, of_row, summed
from qbo_emulator.reports.frame import OPEN_AMOUNTS, cell, data, section
from qbo_emulator.reports.whose import Wanted, is_listed, narrowing

ZERO = Decimal(0)
MOST_DAYS = 10_000_000
OF_CUSTOMERS, OF_VENDORS = "Customer", "Vendor"


class Asked(NamedTuple):
    """What of the open items a report tells: until which day, whose, how old, and under which ages."""

    until: str
    wanted: Wanted
    ages: Ages
    past_due: int  # days that it has been due at least
    due: tuple[str, str]

    @classmethod
    def of(cls, days: tuple[str, str], asked: Mapping[str, str]) -> Asked:
        past_due = asked.get("past_due", "")
        due = asked.get("start_duedate", ""), asked.get("end_duedate", "") or "9999"
        least = int(past_due) if past_due.isdecimal() else -MOST_DAYS
        return cls(days[1], narrowing(asked), ages(asked), least, due)


class Item(NamedTuple):
    """One transaction that is open, or a part of it; credits are negative."""

    key: str  # of the customer or vendor
    due: str
    amount: Decimal
    entity: str
    row: Row


def open_items(company: Company, of: str, asked: Asked) -> Iterator[Item]:
    """Whose it is, when it was due, and how much is open."""
    for entity, (sign, field) in OWING.items():
        for row in company.rows_as_called(entity):
            reference = row.get(f"{of}Ref")
            amount = Decimal(row.get(field, 0))
            due = str(row.get("DueDate") or row.get("TxnDate"))
            if not (reference and amount and row["TxnDate"] <= asked.until and is_listed(row, asked.wanted)):
                continue
            if asked.due[0] <= due <= asked.due[1] and days_late(due, asked.until) >= asked.past_due:
                yield Item(reference["value"], due, sign * amount, entity, row)


def in_detail(company: Company, of: str, asked: Asked, keys: list[str]) -> list[Row]:
    """What each customer or vendor owes or is owed, transaction by transaction, under their name."""
    whose: dict[str, list[Item]] = defaultdict(list)
    for item in open_items(company, of, asked):
        whose[item.key].append(item)
    names = named(company, of, {key: [item.amount for item in items] for key, items in whose.items()})
    sections = [under(company, asked, cell(name, key), f"Total for {name}", whose[key], keys) for name, key in names]
    return with_total(sections, [item for _, key in names for item in whose[key]], keys)


def aged_in_detail(company: Company, of: str, asked: Asked, keys: list[str]) -> list[Row]:
    """What is open, transaction by transaction, under the age of each."""
    by_age: dict[int, list[Item]] = defaultdict(list)
    for item in open_items(company, of, asked):
        by_age[asked.ages.place(days_late(item.due, asked.until))].append(item)
    headings = asked.ages.headings
    sections = [
        under(company, asked, cell(headings[age]), f"Total for {headings[age]}", by_age[age], keys)
        for age in sorted(by_age, reverse=True)
    ]
    return with_total(sections, [item for items in by_age.values() for item in items], keys)


def under(company: Company, asked: Asked, title: dict[str, str], label: str, items: list[Item], keys: list[str]) -> Row:
    items = sorted(items, key=lambda item: (item.row["TxnDate"], int(item.row["Id"])))
    rows = [chosen(facts(company, asked, item), keys) for item in items]
    return headed(title, keys, rows, summed(label, keys, sums_of(items)))


def facts(company: Company, asked: Asked, item: Item) -> dict[str, dict[str, str]]:
    """What each column says of an open transaction."""
    of_item = sums_of([item])
    return {
        **of_row(item.entity, item.row),
        **of_person(company, item.row),
        "due_date": cell(item.due),
        "past_due": cell(days_late(item.due, asked.until)),
        **{key: money(of_item[key]) for key in of_item},
    }


def sums_of(items: list[Item]) -> dict[str, Decimal]:
    whole = sum((Decimal(item.row.get("TotalAmt", 0)).copy_sign(item.amount) for item in items), ZERO)
    still = sum((item.amount for item in items), ZERO)
    return {key: whole if key.endswith("amount") else still for key in OPEN_AMOUNTS}


def with_total(sections: list[Row], items: list[Item], keys: list[str]) -> list[Row]:
    total = {"Summary": summed("TOTAL", keys, sums_of(items)), "type": "Section"}
    return [*sections, total] if sections else []


def balances(company: Company, of: str, asked: Asked) -> list[Row]:
    owed: dict[str, Decimal] = defaultdict(Decimal)
    for item in open_items(company, of, asked):
        owed[item.key] += item.amount
    rows = [data(cell(name, key), cell(owed[key])) for name, key in named(company, of, owed)]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [sum(owed.values(), ZERO)]))] if rows else []


def aged(company: Company, of: str, asked: Asked) -> list[Row]:
    by_age: dict[str, list[Decimal]] = {}
    for item in open_items(company, of, asked):
        aged_so = by_age.setdefault(item.key, [ZERO] * (asked.ages.periods + 1))
        aged_so[asked.ages.place(days_late(item.due, asked.until))] += item.amount
    rows = [
        data(cell(name, key), *(cell(one) if one else cell("") for one in by_age[key]), cell(sum(by_age[key], ZERO)))
        for name, key in named(company, of, by_age)
    ]
    sums = [sum(column, ZERO) for column in zip(*by_age.values())]
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [*sums, sum(sums, ZERO)]))] if rows else []


def named(company: Company, of: str, keys: dict[str, Decimal] | dict[str, list[Decimal]]) -> list[tuple[str, str]]:
    """Who still owes or is owed something, by name."""
    people = [(company.get(of, key) or {}, key) for key in keys if has_any(keys[key])]
    return sorted(((str(row.get("FullyQualifiedName", row.get("DisplayName", key))), key) for row, key in people))


def has_any(amounts: Decimal | list[Decimal]) -> bool:
    return any(amounts) if isinstance(amounts, list) else bool(amounts)

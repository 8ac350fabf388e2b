"""Which transactions a list tells of, in which order and under which headings, as its request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from qbo_emulator import faults
from qbo_emulator.books.company import Row
from qbo_emulator.reports.details import Cell, is_of_type, named, person
from qbo_emulator.reports.frame import MACROS, cell, day
from qbo_emulator.reports.periods import end_of_month, end_of_quarter, end_of_week, end_of_year, start_of_week
from qbo_emulator.reports.periods import title as titled
from qbo_emulator.reports.whose import ids, is_listed, narrowing

Cells = dict[str, Cell]
OWED = {"arpaid": ("Invoice", "CreditMemo"), "appaid": ("Bill", "VendorCredit")}


def is_chosen(entity: str, row: Row, asked: dict[str, str], today: date) -> bool:
    """Whether every filter of the request lets the transaction in. Raises QboFault for a wrong date."""
    return (
        is_listed(row, narrowing(asked))
        and is_of_type(entity, row, asked)
        and all(keeps(row, value) for name, value in asked.items() if value and (keeps := FILTERS.get(name.lower())))
        and all(is_paid_as(entity, row, OWED[name], asked[name]) for name in OWED if asked.get(name))
        and all(is_within(row, field, what, asked, today) for what, field in DATES.items())
    )


def texts(value: str) -> list[str]:
    return [one.strip().lower() for one in value.split(",")]


def has_amount(row: Row, value: str) -> bool:
    try:
        return abs(Decimal(row.get("TotalAmt") or row.get("Amount") or 0)) == abs(Decimal(value))
    except InvalidOperation:
        return False


def is_person(row: Row, value: str) -> bool:
    return person(row)[1] in ids({"name": value}, "name")


def is_printed(row: Row, value: str) -> bool:
    return (row.get("PrintStatus") == "NeedToPrint") == (value.lower() != "printed")


# what a request may say, in lower case -> whether it lets a transaction in
FILTERS: Mapping[str, Callable[[Row, str], bool]] = {
    "name": is_person,
    "docnum": lambda row, value: str(row.get("DocNumber", "")).lower() in texts(value),
    "memo": lambda row, value: str(row.get("PrivateNote", "")).lower() in texts(value),
    "term": lambda row, value: named(row, "SalesTermRef")["id"] in ids({"term": value}, "term"),
    "payment_method": lambda row, value: named(row, "PaymentMethodRef")["value"].lower() in texts(value),
    "bothamount": has_amount,
    "printed": is_printed,
    "cleared": lambda row, value: value.lower() == "uncleared",  # nothing is reconciled here
}


def is_paid_as(entity: str, row: Row, entities: tuple[str, ...], value: str) -> bool:
    if value.lower() not in ("paid", "unpaid"):
        return True
    return entity in entities and (not row.get("Balance")) == (value.lower() == "paid")


DATES: Mapping[str, Callable[[Row], str]] = {
    "duedate": lambda row: str(row.get("DueDate", "")),
    "createdate": lambda row: str(row.get("MetaData", {}).get("CreateTime", ""))[:10],
    "moddate": lambda row: str(row.get("MetaData", {}).get("LastUpdatedTime", ""))[:10],
}


def is_within(row: Row, field: Callable[[Row], str], what: str, asked: dict[str, str], today: date) -> bool:
    """Whether a date of the transaction lies in the days that are asked for, if any are."""
    given = {name: asked.get(f"{name}_{what}", "") for name in ("start", "end")}
    macro = MACROS.get(asked.get(f"{what}_macro", "").lower())
    if not (macro or any(given.values())):
        return True
    first, last = macro(today) if macro else (date.min, date.max)
    return day(given["start"], first) <= field(row) <= day(given["end"], last)


def ordered(rows: list[Cells], asked: dict[str, str]) -> list[Cells]:
    """By a column that is asked for, upwards unless it says otherwise; amounts as numbers."""
    wanted = asked.get("sort_by", "")
    if wanted not in {key for row in rows for key in row}:
        return rows
    turned = asked.get("sort_order", "").lower().startswith("desc")
    return sorted(rows, key=lambda row: sortable(row.get(wanted, cell(""))["value"], wanted), reverse=turned)


def sortable(value: str, key: str) -> tuple[Decimal, str]:
    if not key.endswith("amount") and not key.startswith("subt_"):
        return Decimal(0), value.lower()
    return Decimal(value or 0), ""


def by_day(naming: Callable[[date], tuple[str, Cell]]) -> Callable[[Cells], tuple[str, Cell]]:
    return lambda row: naming(date.fromisoformat(row["tx_date"]["value"]))


def period_of(start: Callable[[date], date], end: Callable[[date], date]) -> Callable[[date], tuple[str, Cell]]:
    return lambda at: (str(end(at)), cell(titled(start(at), end(at))))


def by_cell(name: str) -> Callable[[Cells], tuple[str, Cell]]:
    return lambda row: (row.get(name, cell(""))["value"].lower(), row.get(name, cell("")))


# `group_by`, in lower case without blanks -> what the groups are sorted by, and their heading
GROUPS: Mapping[str, Callable[[Cells], tuple[str, Cell]]] = {
    "account": by_cell("account_name"),
    "name": by_cell("name"),
    "customer": by_cell("cust_name"),
    "vendor": by_cell("vend_name"),
    "employee": by_cell("emp_name"),
    "location": by_cell("dept_name"),
    "department": by_cell("dept_name"),
    "paymentmethod": by_cell("pmt_mthd"),
    "transactiontype": lambda row: (row["txn_type"]["value"].lower(), cell(row["txn_type"]["value"])),
    "day": by_day(period_of(lambda at: at, lambda at: at)),
    "week": by_day(period_of(start_of_week, end_of_week)),
    "month": by_day(period_of(lambda at: at.replace(day=1), end_of_month)),
    "quarter": by_day(
        period_of(lambda at: at.replace(day=1, month=(at.month - 1) // 3 * 3 + 1), end_of_quarter),
    ),
    "year": by_day(period_of(lambda at: at.replace(day=1, month=1), end_of_year)),
}
NOT_SPECIFIED = "Not Specified"


def grouped(rows: list[Cells], asked: dict[str, str]) -> list[tuple[Cell, list[Cells]]] | None:
    """The rows under their headings, those without one last; None if they are not grouped. Raises QboFault."""
    wanted = "".join(asked.get("group_by", "").lower().split())
    if wanted in ("", "none"):
        return None
    naming = GROUPS.get(wanted)
    if naming is None:
        raise faults.invalid_string(asked["group_by"], "group_by")
    groups: dict[str, tuple[Cell, list[Cells]]] = {}
    for row in rows:
        key, heading = naming(row)
        groups.setdefault(key, (heading if heading["value"] else cell(NOT_SPECIFIED), []))[1].append(row)
    return [groups[key] for key in sorted(groups, key=lambda key: (not key, key))]

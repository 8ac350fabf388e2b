"""What a statement is divided into: a column for each day, week, month ..., or for each customer, vendor, employee,
location, class or item; knows no outline.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company
from qbo_emulator.books.ledger import Entry
from qbo_emulator.reports.periods import Span, spans
from qbo_emulator.reports.whose import is_wanted, narrowing, whose

Amounts = dict[str, Decimal]
ZERO = Decimal(0)
# what `summarize_column_by` may say, in lower case -> the entity
BY: Mapping[str, str] = {
    **{"customers": "Customer", "vendors": "Vendor", "employees": "Employee"},
    **{"departments": "Department", "classes": "Class", "productsandservices": "Item"},
}
NOT_SPECIFIED = "Not Specified"
OF_PROFIT = frozenset(("Revenue", "Expense"))


class Column(NamedTuple):
    """The sums of the accounts in a column, and those of before: before the period in a statement of cash flows,
    before the year in a balance sheet.
    """

    title: str
    meta: list[dict[str, str]]
    amounts: Amounts
    earlier: Amounts


class Division(NamedTuple):
    """The columns of a statement; `by` is the entity that they are about, empty for days or only a total."""

    columns: list[Column]
    by: str


def divided(
    company: Company, name: str, entries: list[Entry], days: tuple[str, str], asked: dict[str, str]
) -> Division:
    """The columns of the report `name` that `asked` summarizes by, of the entries that it wants."""
    wanted, by = narrowing(asked), asked.get("summarize_column_by", "").lower()
    entries = [entry for entry in entries if is_wanted(entry.row, entry.line, wanted)]
    if by in BY:
        return Division(by_entity(company, entries, name, days, BY[by]), BY[by])
    parts = spans(days, by)
    columns = [of_span(entries, name, span) for span in parts]
    if not parts or name != "BalanceSheet":
        columns.append(column("Total", key("total"), entries, name, days))
    return Division(columns, "")


def by_entity(company: Company, entries: list[Entry], name: str, days: tuple[str, str], of: str) -> list[Column]:
    """Recorded of classes: those with amounts by name, what has none, and all."""
    told: dict[str, list[Entry]] = defaultdict(list)
    counts = {row["Id"] for row in company.rows("Account") if row.get("Classification") in OF_PROFIT}
    for entry in entries:
        if name != "ProfitAndLoss" or entry.account in counts:
            told[whose(entry.row, entry.line, of)].append(entry)
    nowhere = told.pop("", [])
    people = sorted(((named(company, of, one), one) for one in told), key=lambda one: one[0])
    made = [column(title, key(one), told[one], name, days) for (_, title), one in people]
    made.append(column(NOT_SPECIFIED, key("not_specified"), nowhere, name, days))
    shown = [one for one in made if any(one.amounts.values()) or any(one.earlier.values())]
    return [*shown, column("TOTAL", key("total"), entries, name, days)]


def named(company: Company, of: str, one: str) -> tuple[str, str]:
    """What it is sorted by, and the title: a sub-customer's column has only its own name (seen)."""
    row = company.get(of, one) or {}
    title = str(row.get("DisplayName", row.get("Name", one)))
    return str(row.get("FullyQualifiedName", title)).lower(), title


def of_span(entries: list[Entry], name: str, span: Span) -> Column:
    days = [{"Name": "StartDate", "Value": str(span.start)}, {"Name": "EndDate", "Value": str(span.end)}]
    return column(span.title, [*days, *key(span.title)], entries, name, (str(span.start), str(span.end)))


def column(title: str, meta: list[dict[str, str]], entries: list[Entry], name: str, days: tuple[str, str]) -> Column:
    if name == "BalanceSheet":
        return Column(title, meta, summed(entries, "", days[1]), summed(entries, "", end_of_last_year(days[1])))
    return Column(title, meta, summed(entries, *days), summed(entries, "", day_before(days[0])))


def summed(entries: Iterable[Entry], since: str, until: str) -> Amounts:
    found: Amounts = defaultdict(Decimal)
    for entry in entries:
        if since <= entry.day <= until:
            found[entry.account] += entry.amount
    return found


def end_of_last_year(day: str) -> str:
    """A balance sheet shows earlier earnings as retained earnings."""
    return day_before(f"{day[:4]}-01-01")


def day_before(day: str) -> str:
    return (date.fromisoformat(day) - timedelta(days=1)).isoformat() if day > "0001-01-01" else ""


def key(value: str) -> list[dict[str, str]]:
    return [{"Name": "ColKey", "Value": value}]

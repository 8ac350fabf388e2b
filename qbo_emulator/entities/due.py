"""When an invoice or a bill is due: as sent, or by terms; knows no HTTP."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from qbo_emulator import faults
from qbo_emulator.books.company import Row
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import TERM, key_of, pointing, resolve

DAYS_WITHOUT_TERMS = 30


def set_due_date(draft: Draft, *, otherwise: str = "") -> None:
    """DueDate: as sent, else by SalesTermRef, else by the term `otherwise`, else the date of the form itself."""
    row, company = draft.row, draft.company
    term = resolve(company, TERM, row["SalesTermRef"]) if key_of(row.get("SalesTermRef")) else None
    if term and draft.kind.name == "Invoice":
        row["SalesTermRef"] = pointing(term, "Name")
    if "DueDate" not in row:
        row["DueDate"] = due(row["TxnDate"], term or company.get("Term", otherwise) or {})


def due_by_default(draft: Draft) -> None:
    """An invoice without terms of its own is due by the company's default terms, or after 30 days (a switch)."""
    term = key_of(draft.company.preference("SalesFormsPrefs", "DefaultTerms"))
    if draft.company.switch("due_date_without_terms") == "30_days" and not key_of(draft.row.get("SalesTermRef")):
        draft.row.setdefault("DueDate", days_later(draft.row["TxnDate"], DAYS_WITHOUT_TERMS))
    set_due_date(draft, otherwise=term)


def due(day: str, term: Row) -> str:
    """The date by which `term` wants the money for what is dated `day`."""
    if "DayOfMonthDue" in term:
        return on_day_of_month(day, int(term["DayOfMonthDue"]), int(term.get("DueNextMonthDays", 0)))
    return days_later(day, term.get("DueDays", 0))


def on_day_of_month(day: str, wanted: int, grace: int) -> str:
    """The next `wanted` of a month; what is dated within `grace` days before it is due a month later."""
    start = calendar_day(day)
    found = in_month(start.year, start.month, wanted)
    if found < start or (found - start).days <= grace:
        later = start.replace(day=1) + timedelta(days=32)
        found = in_month(later.year, later.month, wanted)
    return found.isoformat()


def in_month(year: int, month: int, day: int) -> date:
    return date(year, month, max(1, min(day, monthrange(year, month)[1])))


def days_later(day: str, days: int) -> str:
    """The date `days` after `day`. Raises QboFault for a day that is not in the calendar."""
    try:
        return (calendar_day(day) + timedelta(days=int(days))).isoformat()
    except (ValueError, OverflowError):
        raise faults.unreadable_body() from None


def calendar_day(day: str) -> date:
    try:
        return date.fromisoformat(day)
    except ValueError:
        raise faults.unreadable_body() from None

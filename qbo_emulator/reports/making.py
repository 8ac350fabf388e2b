"""One requested report: which figures go into which frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports import ledgers, lists, owing, statements
from qbo_emulator.reports.frame import LEDGERS, NAMES, STATEMENTS, columns, header, period
from qbo_emulator.reports.periods import Span, spans

Days = tuple[str, str]
ROWS: dict[str, Callable[[Company, Days, dict[str, str]], list[Row]]] = {
    "ProfitAndLoss": lambda company, days, asked: statements.profit_and_loss(company, days, summarized(days, asked)),
    "BalanceSheet": lambda company, days, asked: statements.balance_sheet(company, days, summarized(days, asked)),
    "TrialBalance": lambda company, days, asked: statements.trial_balance(company, days),
    "AgedReceivables": lambda company, days, asked: owing.aged(company, owing.OF_CUSTOMERS, days),
    "AgedPayables": lambda company, days, asked: owing.aged(company, owing.OF_VENDORS, days),
    "CustomerBalance": lambda company, days, asked: owing.balances(company, owing.OF_CUSTOMERS, days),
    "VendorBalance": lambda company, days, asked: owing.balances(company, owing.OF_VENDORS, days),
    "TransactionList": lists.transactions,
    **dict.fromkeys(LEDGERS, lambda company, days, asked: ledgers.general_ledger(company, days)),
    "AccountList": lambda company, days, asked: lists.accounts(company),
    "InventoryValuationSummary": lambda company, days, asked: lists.stock(company),
}


def summarized(days: Days, asked: dict[str, str]) -> list[Span]:
    return spans(days, asked.get("summarize_column_by", ""))


def is_empty(rows: list[Row]) -> bool:
    """Whether there are only headers and sums."""
    return not any(row["type"] == "Data" or not is_empty(row.get("Rows", {}).get("Row", [])) for row in rows)


def report(company: Company, name: str, asked: dict[str, str], *, at: datetime) -> Row:
    """The report `name`; those without figures here come without rows.

    Raises QboFault for one that Intuit does not have, and for a wrong date.
    """
    known = NAMES.get(name.lower())
    if known is None:
        raise faults.unsupported(f"report {name}")
    days = period(known, asked, at)
    with company.lock:
        rows = ROWS[known](company, days, asked) if known in ROWS else []
    return {
        "Header": header(company, known, asked, days, at, is_empty(rows)),
        "Columns": {"Column": columns(known, summarized(days, asked) if known in STATEMENTS else [])},
        "Rows": {"Row": rows},
    }

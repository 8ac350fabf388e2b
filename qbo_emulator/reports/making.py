"""One requested report: which figures go into which frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports import ledgers, lists, owing, sales, statements
from qbo_emulator.reports.frame import LEDGERS, NAMES, columns, header, keys, period
from qbo_emulator.reports.owing import OF_CUSTOMERS, OF_VENDORS
from qbo_emulator.reports.periods import Span, spans

Days = tuple[str, str]
SPANNED = ("ProfitAndLoss", "BalanceSheet")  # those that `summarize_column_by` gives more columns
ROWS: dict[str, Callable[[Company, Days, dict[str, str]], list[Row]]] = {
    "ProfitAndLoss": lambda company, days, asked: statements.profit_and_loss(company, days, summarized(days, asked)),
    "BalanceSheet": lambda company, days, asked: statements.balance_sheet(company, days, summarized(days, asked)),
    "CashFlow": lambda company, days, asked: statements.cash_flow(company, days),
    "TrialBalance": lambda company, days, asked: statements.trial_balance(company, days),
    "AgedReceivables": lambda company, days, asked: owing.aged(company, OF_CUSTOMERS, days),
    "AgedPayables": lambda company, days, asked: owing.aged(company, OF_VENDORS, days),
    "CustomerBalance": lambda company, days, asked: owing.balances(company, OF_CUSTOMERS, days),
    "VendorBalance": lambda company, days, asked: owing.balances(company, OF_VENDORS, days),
    "CustomerIncome": lambda company, days, asked: sales.of_customers(company, days),
    "VendorExpenses": lambda company, days, asked: sales.of_vendors(company, days),
    "CustomerSales": lambda company, days, asked: sales.sales(company, days, "Customer"),
    "ClassSales": lambda company, days, asked: sales.sales(company, days, "Class"),
    "DepartmentSales": lambda company, days, asked: sales.sales(company, days, "Department"),
    "ItemSales": lambda company, days, asked: sales.of_items(company, days),
    "AccountList": lambda company, days, asked: lists.accounts(company),
    "InventoryValuationSummary": lambda company, days, asked: lists.stock(company),
}
# reports about single transactions, with the keys of their columns
IN_DETAIL: dict[str, Callable[[Company, Days, list[str], dict[str, str]], list[Row]]] = {
    **dict.fromkeys(LEDGERS, ledgers.general_ledger),
    **dict.fromkeys(
        ("TransactionDetailByAccount", "TransactionListWithSplits"),
        lambda company, days, keys, asked: ledgers.general_ledger(company, days, keys, asked, begins=False),
    ),
    "ProfitAndLossDetail": ledgers.profit_and_loss,
    "JournalReport": lists.journal,
    "TransactionList": lists.transactions,
    "TransactionListByCustomer": lambda company, days, keys, asked: lists.by_person(
        company, days, keys, asked, OF_CUSTOMERS
    ),
    "TransactionListByVendor": lambda company, days, keys, asked: lists.by_person(
        company, days, keys, asked, OF_VENDORS
    ),
    "CustomerBalanceDetail": lambda company, days, keys, asked: owing.in_detail(company, OF_CUSTOMERS, days, keys),
    "VendorBalanceDetail": lambda company, days, keys, asked: owing.in_detail(company, OF_VENDORS, days, keys),
    "AgedReceivableDetail": lambda company, days, keys, asked: owing.aged_in_detail(company, OF_CUSTOMERS, days, keys),
    "AgedPayableDetail": lambda company, days, keys, asked: owing.aged_in_detail(company, OF_VENDORS, days, keys),
}


def summarized(days: Days, asked: dict[str, str]) -> list[Span]:
    return spans(days, asked.get("summarize_column_by", ""))


def is_empty(rows: list[Row]) -> bool:
    """Whether there are only headers and sums."""
    return not any("ColData" in row or not is_empty(row.get("Rows", {}).get("Row", [])) for row in rows)


def rows_of(company: Company, name: str, days: Days, asked: dict[str, str]) -> list[Row]:
    if name in IN_DETAIL:
        return IN_DETAIL[name](company, days, keys(name, asked), asked)
    return ROWS[name](company, days, asked) if name in ROWS else []


def report(company: Company, name: str, asked: dict[str, str], *, at: datetime) -> Row:
    """The report `name`; those without figures here come without rows.

    Raises QboFault for one that Intuit does not have, and for a wrong date.
    """
    known = NAMES.get(name.lower())
    if known is None:
        raise faults.unsupported(f"report {name}")
    if known == "TransactionList" and not asked.get("end_date"):
        asked = {name: value for name, value in asked.items() if name != "start_date"}  # it goes unheard (seen)
    days = period(known, asked, at)
    with company.lock:
        rows = rows_of(company, known, days, asked)
    return {
        "Header": header(company, known, asked, days, at, is_empty(rows)),
        "Columns": {"Column": columns(known, summarized(days, asked) if known in SPANNED else [], asked)},
        "Rows": {"Row": rows} if rows else {},
    }

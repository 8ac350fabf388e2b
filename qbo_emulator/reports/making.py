"""One requested report: which figures go into which frame."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import NamedTuple

from qbo_emulator import faults
from qbo_emulator.books.clock import pacific_date
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports import basis, ledgers, lists, owing, sales, statements
from qbo_emulator.reports.dividing import Division, divided
from qbo_emulator.reports.frame import LEDGERS, NAMES, columns, header, keys, period
from qbo_emulator.reports.owing import OF_CUSTOMERS, OF_VENDORS, Asked
from qbo_emulator.reports.whose import Wanted, narrowing

Days = tuple[str, str]
# dated by report_date alone: asked for a range they answer as of today (seen live by a public client)
BY_REPORT_DATE = frozenset(("AgedReceivables", "AgedPayables", "CustomerBalance", "VendorBalance"))
ABROAD = frozenset(("TrialBalanceFR", "TaxSummary"))  # refused with a 400 for a US company (likewise)


class Inquiry(NamedTuple):
    """Which report of which company is asked for, with the days that it tells of and the options of the request."""

    company: Company
    name: str
    days: tuple[str, str]
    asked: dict[str, str]
    today: date

    @property
    def wanted(self) -> Wanted:
        return narrowing(self.asked)

    @property
    def keys(self) -> list[str]:
        """Of its columns, if it is about single transactions."""
        return keys(self.name, self.asked)


# those that `summarize_column_by` gives more columns
STATEMENTS: dict[str, Callable[[Company, Division], list[Row]]] = {
    "ProfitAndLoss": statements.profit_and_loss,
    "BalanceSheet": statements.balance_sheet,
    "CashFlow": statements.cash_flow,
}
# the same for what was sold and spent: by which entity they are
TABLED = {
    "CustomerSales": "Customer",
    "ClassSales": "Class",
    "DepartmentSales": "Department",
    "VendorExpenses": "Vendor",
}
Rows = Callable[[Inquiry], list[Row]]


def owed(making: Callable[[Company, str, Asked], list[Row]], of: str) -> Rows:
    return lambda ask: making(ask.company, of, Asked.of(ask.days, ask.asked))


def owed_in_detail(making: Callable[[Company, str, Asked, list[str]], list[Row]], of: str) -> Rows:
    return lambda ask: making(ask.company, of, Asked.of(ask.days, ask.asked), ask.keys)


def ledger(*, begins: bool) -> Rows:
    return lambda ask: ledgers.general_ledger(ask.company, ask.days, ask.keys, ask.asked, begins=begins)


def by_person(of: str) -> Rows:
    return lambda ask: lists.by_person(ask.company, ask.days, ask.keys, ask.asked, ask.today, of)


ROWS: dict[str, Rows] = {
    "TrialBalance": lambda ask: statements.trial_balance(ask.company, ask.days, ask.asked),
    "AgedReceivables": owed(owing.aged, OF_CUSTOMERS),
    "AgedPayables": owed(owing.aged, OF_VENDORS),
    "CustomerBalance": owed(owing.balances, OF_CUSTOMERS),
    "VendorBalance": owed(owing.balances, OF_VENDORS),
    "CustomerIncome": lambda ask: sales.of_customers(ask.company, ask.days, ask.asked),
    "ItemSales": lambda ask: sales.of_items(ask.company, ask.days, ask.wanted),
    "AccountList": lambda ask: lists.accounts(ask.company),
    "InventoryValuationSummary": lambda ask: lists.stock(ask.company),
    # reports about single transactions
    **dict.fromkeys(LEDGERS, ledger(begins=True)),
    **dict.fromkeys(("TransactionDetailByAccount", "TransactionListWithSplits"), ledger(begins=False)),
    "ProfitAndLossDetail": lambda ask: ledgers.profit_and_loss(ask.company, ask.days, ask.keys, ask.asked),
    "JournalReport": lambda ask: lists.journal(ask.company, ask.days, ask.keys, ask.asked),
    "TransactionList": lambda ask: lists.transactions(ask.company, ask.days, ask.keys, ask.asked, ask.today),
    "TransactionListByCustomer": by_person(OF_CUSTOMERS),
    "TransactionListByVendor": by_person(OF_VENDORS),
    "CustomerBalanceDetail": owed_in_detail(owing.in_detail, OF_CUSTOMERS),
    "VendorBalanceDetail": owed_in_detail(owing.in_detail, OF_VENDORS),
    "AgedReceivableDetail": owed_in_detail(owing.aged_in_detail, OF_CUSTOMERS),
    "AgedPayableDetail": owed_in_detail(owing.aged_in_detail, OF_VENDORS),
}


def is_empty(rows: list[Row]) -> bool:
    """Whether there are only headers and sums."""
    return not any("ColData" in row or not is_empty(row.get("Rows", {}).get("Row", [])) for row in rows)


def division_of(ask: Inquiry) -> Division:
    """The columns that the request divides the report into, if it is one that has such."""
    if ask.name in STATEMENTS:
        entries = basis.entries(ask.company, ask.asked)
    elif ask.name == "VendorExpenses":
        entries = sales.spent_by_vendor(ask.company, ask.days, ask.asked)
    elif ask.name in TABLED:
        entries = sales.sold_by(ask.company, ask.days, TABLED[ask.name])
    else:
        return Division([], "")
    return divided(ask.company, ask.name, entries, ask.days, ask.asked)


def rows_of(ask: Inquiry, division: Division) -> list[Row]:
    if ask.name in STATEMENTS:
        return STATEMENTS[ask.name](ask.company, division)
    if ask.name in TABLED:
        return sales.tabled(ask.company, TABLED[ask.name], division)
    return ROWS[ask.name](ask) if ask.name in ROWS else []


def report(company: Company, name: str, asked: dict[str, str], *, at: datetime) -> Row:
    """The report `name`; those without figures here come without rows.

    Raises QboFault for one that Intuit does not have, and for a wrong date.
    """
    known = NAMES.get(name.lower())
    if known is None or (known in ABROAD and company.setting("country", "US") == "US"):
        raise faults.unsupported(f"report {name}")
    if known == "TransactionList" and not asked.get("end_date"):
        asked = {name: value for name, value in asked.items() if name != "start_date"}  # it goes unheard (seen)
    if known == "BalanceSheet" and not asked.get("start_date"):
        asked = {name: value for name, value in asked.items() if name != "end_date"}  # unheard alone (seen by three)
    if known in BY_REPORT_DATE:
        asked = {name: value for name, value in asked.items() if name not in ("start_date", "end_date")}  # (seen)
    days = period(known, asked, at)
    with company.lock:
        inquiry = Inquiry(company, known, days, asked, pacific_date(at))
        division = division_of(inquiry)
        rows = rows_of(inquiry, division)
    return {
        "Header": header(company, known, asked, days, at, is_empty(rows)),
        "Columns": {"Column": columns(known, division.columns, asked)},
        "Rows": {"Row": rows} if rows else {},
    }

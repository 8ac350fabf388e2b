"""Reports: their heads and columns as Intuit sends them, without figures; knows no company's books."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from qbo_emulator import faults
from qbo_emulator.books.clock import pacific_date, precise_stamp
from qbo_emulator.books.company import Company, Row

DETAIL = (("Date", "tx_date"), ("Transaction Type", "txn_type"), ("Num", "doc_num"), ("Name", "name"))
AGES = ("Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total")
# report -> its columns after the first
COLUMNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("BalanceSheet", "ProfitAndLoss", "CashFlow", "CustomerIncome", "VendorExpenses"), ("Total",)),
    **dict.fromkeys(("CustomerSales", "ItemSales", "DepartmentSales", "ClassSales", "TaxSummary"), ("Total",)),
    **dict.fromkeys(("CustomerBalance", "VendorBalance"), ("Total",)),
    **dict.fromkeys(("TrialBalance", "TrialBalanceFR"), ("Debit", "Credit")),
    **dict.fromkeys(("AgedReceivables", "AgedPayables"), AGES),
    "InventoryValuationSummary": ("SKU", "Qty", "Asset Value", "Avg Cost"),
    "AccountList": ("Type", "Detail Type", "Description", "Balance"),
}
DETAILED = frozenset(
    (
        "ProfitAndLossDetail", "CustomerBalanceDetail", "VendorBalanceDetail", "AgedReceivableDetail",
        "AgedPayableDetail", "TransactionList", "TransactionListWithSplits", "TransactionListByCustomer",
        "TransactionListByVendor", "GeneralLedger", "GeneralLedgerDetail", "InventoryValuationDetail", "JournalReport",
    )
)  # fmt: skip
NAMES = {name.lower(): name for name in (*COLUMNS, *DETAILED)}


def report(company: Company, name: str, asked: dict[str, str], *, at: datetime) -> Row:
    """The report `name` without rows. Raises QboFault for one that Intuit does not have, and for a wrong date."""
    known = NAMES.get(name.lower())
    if known is None:
        raise faults.unsupported(f"report {name}")
    return {
        "Header": header(company, known, asked, at),
        "Columns": {"Column": columns(known)},
        "Rows": {"Row": []},
    }


def header(company: Company, name: str, asked: dict[str, str], at: datetime) -> Row:
    today = pacific_date(at)
    start = day(asked.get("start_date"), today.replace(month=1, day=1))
    end = day(asked.get("end_date"), today)
    options = (("AccountingStandard", "GAAP"), ("NoReportData", "true"))
    return {
        "Time": precise_stamp(at),
        "ReportName": name,
        "ReportBasis": "Cash" if asked.get("accounting_method", "").lower() == "cash" else "Accrual",
        "StartPeriod": start,
        "EndPeriod": end,
        "Currency": company.setting("currency", {}).get("value", "USD"),
        "Option": [{"Name": option, "Value": value} for option, value in options],
    }


def day(given: str | None, otherwise: date) -> str:
    if not given:
        return otherwise.isoformat()
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise faults.unreadable_body() from None


def columns(name: str) -> list[dict[str, Any]]:
    if name in DETAILED:
        return [*(column(title, key) for title, key in DETAIL), column("Amount", "subt_nat_amount", "Money")]
    return [column("", "account", "Account"), *(column(title, title.lower(), "Money") for title in COLUMNS[name])]


def column(title: str, key: str, kind: str = "String") -> dict[str, Any]:
    return {"ColTitle": title, "ColType": kind, "MetaData": [{"Name": "ColKey", "Value": key}]}

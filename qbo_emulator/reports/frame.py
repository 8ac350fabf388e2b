"""A report's header, columns and period, and the parts of its rows; knows no figures."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.clock import pacific_date, stamp
from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports.ages import ages
from qbo_emulator.reports.basis import basis_of
from qbo_emulator.reports.dividing import Column, key

# several currencies and taxes apart give an amount other names: before the word amount, and behind it
NAMED_ALSO = (("", ""), ("home_", ""), ("", "_nt"), ("", "_home_nt"))
# what is open: of customers, and with another sign inside of Intuit of vendors (recorded: shown as it is)
OPEN_AMOUNTS = tuple(
    f"subt_{negative}{home}{what}"
    for negative in ("", "neg_")
    for home in ("", "home_")
    for what in ("amount", "open_bal")
)
# what `columns` may ask for -> its title and type
CHOICE = {
    "tx_date": ("Date", "Date"),
    "txn_type": ("Transaction Type", "String"),
    "doc_num": ("Num", "String"),
    "is_no_post": ("Posting", "Boolean"),
    "name": ("Name", "String"),
    "cust_name": ("Customer", "String"),
    "vend_name": ("Vendor", "String"),
    "memo": ("Memo/Description", "String"),
    "account_name": ("Account", "String"),
    "split_acc": ("Split", "String"),
    "other_account": ("Split", "String"),
    "due_date": ("Due Date", "Date"),
    **{
        f"{before}nat_{home}amount{after}": ("Amount", "Money")
        for before in ("subt_", "")
        for home, after in NAMED_ALSO
    },
    **{f"rbal_nat_{home}amount{after}": ("Balance", "Money") for home, after in NAMED_ALSO},
    **{key: ("Amount" if key.endswith("amount") else "Open Balance", "Money") for key in OPEN_AMOUNTS},
    "past_due": ("Past Due", "String"),
    "debt_amt": ("Debit", "Money"),
    "credit_amt": ("Credit", "Money"),
    "create_date": ("Create Date", "Date"),
    "last_mod_date": ("Last Modified", "Date"),
    "pmt_mthd": ("Payment Method", "String"),
    "term_name": ("Terms", "String"),
    "klass_name": ("Class", "String"),
    "dept_name": ("Location", "String"),
    **{f"{of}_tel": ("Phone", "String") for of in ("cust", "vend")},
    **{f"{of}_pri_tel": ("Phone", "String") for of in ("cust", "vend")},
    **{f"{of}_bill_email": ("Email", "String") for of in ("cust", "vend")},
    **{f"{of}_pri_email": ("Email", "String") for of in ("cust", "vend")},
    **{f"{of}_comp_name": ("Company", "String") for of in ("cust", "vend")},
    **{f"{of}_pri_cont": ("Full Name", "String") for of in ("cust", "vend")},
    **{f"{of}bill_addr": ("Billing Address", "String") for of in ("", "cust_", "vend_")},
    "ship_addr": ("Shipping Address", "String"),
    "ship_date": ("Ship Date", "Date"),
    "ship_via": ("Ship Via", "String"),
    "currency": ("Currency", "String"),
    "exch_rate": ("Exchange Rate", "String"),
    "item_name": ("Product/Service", "String"),
    "quantity": ("Qty", "Number"),
    "rate": ("Rate", "Money"),
    "emp_name": ("Employee", "String"),
    "create_by": ("Created By", "String"),
    "last_mod_by": ("Last Modified By", "String"),
    "inv_date": ("Invoice Date", "Date"),
    "cust_msg": ("Message", "String"),
    "is_ap_paid": ("A/P Paid", "String"),
    "is_ar_paid": ("A/R Paid", "String"),
    "is_cleared": ("Clr", "String"),
    "printed": ("Check Printed", "String"),
    "tracking_num": ("Tracking #", "String"),
    **{f"sales_cust{at}": (f"Custom {at}", "String") for at in (1, 2, 3)},
}
LIST = (
    *("tx_date", "txn_type", "doc_num", "is_no_post", "name", "memo", "account_name", "other_account"),
    "subt_nat_amount",
)
LEDGER = ("tx_date", "txn_type", "doc_num", "name", "memo", "split_acc", "subt_nat_amount", "rbal_nat_amount")
OF_PERSON = ("tx_date", "txn_type", "doc_num", "is_no_post", "memo", "account_name", "subt_nat_amount")
OPEN = ("tx_date", "txn_type", "doc_num", "due_date", "subt_amount", "subt_open_bal")
# report about single transactions -> its usual columns
DETAILED: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        ("GeneralLedger", "GeneralLedgerDetail", "ProfitAndLossDetail", "TransactionDetailByAccount"), LEDGER
    ),
    "JournalReport": ("tx_date", "txn_type", "doc_num", "name", "memo", "account_name", "debt_amt", "credit_amt"),
    **dict.fromkeys(("TransactionList", "InventoryValuationDetail"), LIST),
    **dict.fromkeys(("TransactionListByCustomer", "TransactionListByVendor"), OF_PERSON),
    "TransactionListWithSplits": (*LIST[:-2], "nat_amount"),
    "CustomerBalanceDetail": OPEN,
    "VendorBalanceDetail": (*OPEN[:4], "subt_neg_amount", "subt_neg_open_bal"),
    "AgedReceivableDetail": (*OPEN[:3], "cust_name", *OPEN[3:]),
    "AgedPayableDetail": (*OPEN[:3], "vend_name", "due_date", "past_due", "subt_neg_amount", "subt_neg_open_bal"),
}
# report -> columns that it leaves out though they are asked for (seen: the account heads its section)
UNHEARD = {"ProfitAndLossDetail": frozenset(("account_name",))}
# of these, columns have a type and their key apart from it; those of the others have their key as type (recorded)
TYPED = frozenset(
    (
        *("ProfitAndLossDetail", "TransactionListByCustomer", "TransactionListByVendor", "TransactionListWithSplits"),
        *("AgedPayableDetail", "AgedReceivableDetail"),
    )
)
OF_ITEM = ("Quantity", "Amount", "% of Sales", "Avg Price", "COGS", "Gross Margin", "Gross Margin %")
# report -> its columns after the first
COLUMNS: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(("BalanceSheet", "ProfitAndLoss", "CashFlow"), ()),  # as they are divided
    "CustomerIncome": ("Income", "Expenses", "Net Income"),
    **dict.fromkeys(("VendorExpenses", "CustomerSales", "DepartmentSales", "ClassSales", "TaxSummary"), ("Total",)),
    "ItemSales": OF_ITEM,
    **dict.fromkeys(("CustomerBalance", "VendorBalance"), ("Total",)),
    **dict.fromkeys(("TrialBalance", "TrialBalanceFR"), ("Debit", "Credit")),
    **dict.fromkeys(("AgedReceivables", "AgedPayables"), ()),  # by age
    "InventoryValuationSummary": ("SKU", "Qty", "Asset Value", "Avg Cost"),
    "AccountList": ("Type", "Detail Type", "Description", "Balance"),
}
NAMES = {name.lower(): name for name in (*COLUMNS, *DETAILED)}
NARROWED = {"customer": "Customer", "vendor": "Vendor", "item": "Item", "class": "Class", "department": "Department"}
LEDGERS = ("GeneralLedger", "GeneralLedgerDetail")
SALES = ("CustomerSales", "ItemSales", "DepartmentSales", "ClassSales")
BALANCES = ("CustomerBalance", "VendorBalance")
OF_ONE_DAY = (
    *("AgedReceivables", "AgedPayables", "AgedReceivableDetail", "AgedPayableDetail"),
    "InventoryValuationSummary",
)
# What heads say: an example of each report is documented, and three are recorded.
SUMMARIZED = frozenset(("ProfitAndLoss", "BalanceSheet", "CashFlow", "VendorExpenses", *SALES))
WITHOUT_BASIS = frozenset(("CashFlow", "JournalReport", "TransactionList", "AccountList", *BALANCES, *OF_ONE_DAY))
WITHOUT_PERIOD = frozenset(("AccountList", *BALANCES))
OF_STANDARD = frozenset(("ProfitAndLoss", "BalanceSheet"))
# report -> the period that it tells of if none is asked for
USUAL_MACRO = {
    **dict.fromkeys(("ProfitAndLoss", "BalanceSheet", "CashFlow"), "this calendar year-to-date"),
    **dict.fromkeys(("CustomerIncome", "VendorExpenses"), "this calendar year-to-date"),
    **dict.fromkeys((*LEDGERS, "TrialBalance", "JournalReport", "TransactionList", *SALES), "this month-to-date"),
    **dict.fromkeys(BALANCES, "all"),
    **dict.fromkeys(OF_ONE_DAY, "today"),
}
ASKS_DAYS = ("start_date", "end_date", "report_date", "as_of_date")
# type of the first column, where it is no account
FIRST = {
    **dict.fromkeys(("CustomerBalance", "AgedReceivables", "CustomerIncome", "CustomerSales"), "Customer"),
    "VendorExpenses": "Vendor",
    "ItemSales": "ProductsAndService",
    "DepartmentSales": "Department",
    "ClassSales": "Class",
}


def macro_of(name: str, asked: dict[str, str]) -> str:
    """The name of the period, if it has one."""
    if any(asked.get(field) for field in ASKS_DAYS):
        return asked.get("date_macro", "")
    return asked.get("date_macro") or USUAL_MACRO.get(name, "")


def period(name: str, asked: dict[str, str], at: datetime) -> tuple[str, str]:
    """First and last day that are asked about. Raises QboFault for what is no date."""
    today = pacific_date(at)
    macro = macro_of(name, asked).lower()
    if name in BALANCES and not asked.get("date_macro"):
        macro = ""  # all that is owed, but as of today
    first, last = MACROS.get(macro, YEAR_TO_DATE)(today)
    end = day(asked.get("end_date") or asked.get("report_date") or asked.get("as_of_date"), last)
    if name in OF_ONE_DAY and not macro:
        return day(asked.get("start_date"), end), end
    return day(asked.get("start_date"), first), end


def day(given: str | None, otherwise: date | str) -> str:
    if not given:
        return str(otherwise)
    try:
        return date.fromisoformat(given).isoformat()
    except ValueError:
        raise faults.unreadable_body() from None


Period = tuple[date, date]


def moved(first: date, months: int) -> date:
    """The first day of a month, so many months on."""
    count = first.year * 12 + first.month - 1 + months
    return date(count // 12, count % 12 + 1, 1)


def from_month(first: date, months: int) -> Period:
    return first, moved(first, months) - timedelta(days=1)


def from_day(first: date, days: int) -> Period:
    return first, first + timedelta(days=days - 1)


def year(today: date, of: int = 0) -> Period:
    return from_month(date(today.year + of, 1, 1), 12)


def quarter(today: date, of: int = 0) -> Period:
    return from_month(moved(date(today.year, (today.month - 1) // 3 * 3 + 1, 1), 3 * of), 3)


def month(today: date, of: int = 0) -> Period:
    return from_month(moved(today.replace(day=1), of), 1)


def week(today: date, of: int = 0) -> Period:
    """Weeks begin on Sunday."""
    return from_day(today - timedelta(days=(today.weekday() + 1) % 7 - 7 * of), 7)


Of = Callable[[date, int], Period]


def to_date(of: Of, back: int) -> Callable[[date], Period]:
    """From the beginning of a period to today, or so far into an earlier one as today is into this one."""

    def days(today: date) -> Period:
        first, last = of(today, back)
        if of in (year, quarter, month):
            begun = of(today, 0)[0]
            ahead = (today.year - begun.year) * 12 + today.month - begun.month
            there = moved(first, ahead)
            return first, min(there.replace(day=min(today.day, month(there)[1].day)), last)
        return first, min(first + (today - of(today, 0)[0]), last)

    return days


def named(of: Of, back: int) -> Callable[[date], Period]:
    return lambda today: of(today, back)


WHENS = {"this": 0, "last": -1, "next": 1}
SPELLINGS = {
    **dict.fromkeys(("year", "fiscal year", "calendar year"), year),
    **dict.fromkeys(("quarter", "fiscal quarter", "calendar quarter"), quarter),
    "month": month,
    "week": week,
}
MACROS: Mapping[str, Callable[[date], Period]] = {
    "today": lambda today: (today, today),
    "yesterday": lambda today: (today - timedelta(days=1),) * 2,
    "next 4 weeks": lambda today: from_day(week(today, 1)[0], 28),
    **{f"{when} {word}": named(of, WHENS[when]) for word, of in SPELLINGS.items() for when in WHENS},
    **{
        f"{when} {word}-to-date": to_date(of, WHENS[when])
        for word, of in SPELLINGS.items()
        for when in ("this", "last")
    },
    "all": lambda today: (date(1900, 1, 1), date(9998, 12, 31)),
}
YEAR_TO_DATE = MACROS["this year-to-date"]


def header(company: Company, name: str, asked: dict[str, str], days: tuple[str, str], at: datetime, empty: bool) -> Row:
    options = [("AccountingStandard", "GAAP")] if name in OF_STANDARD else []
    if name in (*BALANCES, *OF_ONE_DAY):
        options.append(("report_date", days[1]))
    options.append(("NoReportData", "true" if empty else "false"))
    narrowed = {shown: asked[given] for given, shown in NARROWED.items() if asked.get(given)}
    macro = macro_of(name, asked)
    return {
        "Time": stamp(at),
        "ReportName": name,
        **({"DateMacro": macro} if macro else {}),
        **({"ReportBasis": basis_of(company, asked)} if name not in WITHOUT_BASIS else {}),
        **({"StartPeriod": days[0], "EndPeriod": days[1]} if name not in WITHOUT_PERIOD else {}),
        **({"SummarizeColumnsBy": asked.get("summarize_column_by", "Total")} if name in SUMMARIZED else {}),
        "Currency": company.setting("currency", {}).get("value", "USD"),
        **narrowed,
        "Option": [{"Name": option, "Value": value} for option, value in options],
    }


AGED = ("AgedReceivables", "AgedPayables")
STATEMENTS = ("ProfitAndLoss", "BalanceSheet", "CashFlow")


def keys(name: str, asked: dict[str, str]) -> list[str]:
    """The columns of a report about single transactions: those that were asked for and that we know, or the usual."""
    wanted = [one.strip() for one in asked.get("columns", "").split(",")]
    known = [one for one in wanted if one in CHOICE and one not in UNHEARD.get(name, ())]
    return known or list(DETAILED[name])


def columns(name: str, parts: list[Column], asked: dict[str, str]) -> list[dict[str, object]]:
    """Columns of lists have their key as type; those of the big statements have it separately (both recorded)."""
    if name in DETAILED:
        return [chosen_column(one, typed=name in TYPED) for one in keys(name, asked)]
    first = column("", FIRST.get(name, "Account"))
    if name not in STATEMENTS and len(parts) > 1:
        return [first, *({**column(part.title, "Money"), "MetaData": part.meta} for part in parts)]
    if name in STATEMENTS:
        inner = [{**column(part.title, "Money"), "MetaData": part.meta} for part in parts]
        return [{**first, "MetaData": key("account")}, *inner]
    titles = (*ages(asked).titles, "Total") if name in AGED else COLUMNS[name]
    others = [column(title, "Money") for title in titles]
    if name == "ItemSales":
        return [first, {**column("Total", "Money"), "Columns": {"Column": others}}]
    return [first, *others]


def chosen_column(name: str, *, typed: bool) -> dict[str, object]:
    title, kind = CHOICE[name]
    return {**column(title, kind), "MetaData": key(name)} if typed else column(title, name)


def column(title: str, kind: str) -> dict[str, object]:
    return {"ColTitle": title, "ColType": kind}


# rows


def cell(value: object, key: str = "") -> dict[str, str]:
    shown = {"value": f"{value or abs(value):.2f}" if isinstance(value, Decimal) else str(value)}  # never -0.00
    return {**shown, "id": key} if key else shown


def data(*cells: dict[str, str]) -> Row:
    return {"ColData": list(cells), "type": "Data"}


def section(
    group: str,
    title: str,
    rows: list[Row],
    total: tuple[str, list[Decimal]],
    head: list[Decimal] | None = None,
    key: str = "",
) -> Row:
    """Rows under a title, with their sums; `head` are the amounts next to the title, `key` is its account's id."""
    label, sums = total
    blanks = [amount_cell(one) for one in head] if head else [cell("") for _ in sums]
    made: Row = {"Header": {"ColData": [cell(title, key), *blanks]}} if title else {}
    if rows:
        made["Rows"] = {"Row": rows}
    made["Summary"] = {"ColData": [cell(label), *(cell(one) for one in sums)]}
    return {**made, "type": "Section", **({"group": group} if group else {})}


def amount_cell(amount: Decimal) -> dict[str, str]:
    """Empty if an account did not change."""
    return cell(amount if amount else "")


def sum_row(group: str, label: str, amounts: list[Decimal]) -> Row:
    return section(group, "", [], (label, amounts))

"""Reports agree with the books, stock changes, and all entries add up to zero."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from qbo_emulator import Emulator
from qbo_emulator.reports.frame import MACROS, NAMES
from qbo_emulator.reports.making import ABROAD
from qbo_emulator.reports.periods import spans

from .conftest import TOKEN, Client, invoice, line
from .test_properties import call

Make = Callable[[Emulator], Client]
ALL = {"start_date": "1900-01-01", "end_date": "2999-12-31"}


def report(books: Client, name: str, /, **asked: str) -> dict[str, Any]:
    answer = books.call("GET", f"reports/{name}", **asked)
    assert answer.status_code == 200, answer.text
    return answer.json()


def lines(rows: Any) -> Iterator[list[dict[str, str]]]:
    """The cells of every row and sum, those inside of sections too."""
    for row in rows.get("Row", []):
        yield from ([row["ColData"]] if "ColData" in row else [])
        yield from lines(row.get("Rows", {}))
        yield from ([row["Summary"]["ColData"]] if "Summary" in row else [])


def amount(made: dict[str, Any], label: str) -> Decimal:
    [cells] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == label]
    return Decimal(cells[1]["value"] or 0)


def data_rows(made: dict[str, Any]) -> list[list[dict[str, str]]]:
    return [row["ColData"] for row in made["Rows"]["Row"] if row["type"] == "Data"]


def test_profit_is_income_less_expenses(books: Client) -> None:
    day = {"TxnDate": "2026-03-02"}
    discount = {"DetailType": "DiscountLineDetail", "Amount": 10, "DiscountLineDetail": {"PercentBased": False}}
    taxed = {"TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}}}
    books.post("Invoice", invoice(line("100", code="TAX"), discount, **taxed, **day))
    spent = {"Amount": 30, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}
    seller = books.post("Vendor", {"DisplayName": "Ironworks"})["Id"]
    books.post("Bill", {"VendorRef": {"value": seller}, "Line": [spent], **day})
    books.post("Invoice", invoice(line("5000"), TxnDate="2025-12-31"))
    made = report(books, "ProfitAndLoss", start_date="2026-01-01", end_date="2026-12-31")
    assert (amount(made, "Services"), amount(made, "Discounts given")) == (100, -10)
    assert (amount(made, "Total Income"), amount(made, "Total Expenses"), amount(made, "Net Income")) == (90, 30, 60)
    assert [row["group"] for row in made["Rows"]["Row"]][:3] == ["Income", "GrossProfit", "Expenses"]
    assert {"Name": "NoReportData", "Value": "false"} in made["Header"]["Option"]
    whole = report(books, "BalanceSheet", start_date="2026-01-01", end_date="2026-12-31")
    assert amount(whole, "TOTAL ASSETS") == 5098
    assert (amount(whole, "Net Income"), amount(whole, "Retained Earnings")) == (60, 5000)
    assert amount(whole, "TOTAL LIABILITIES AND EQUITY") == 5098


def test_sub_accounts_stand_below_their_parents(sample: Client) -> None:
    made = report(sample, "ProfitAndLoss", **ALL)
    [expenses] = [row for row in made["Rows"]["Row"] if row["group"] == "Expenses"]
    sections = [row for row in expenses["Rows"]["Row"] if row["type"] == "Section"]
    [utilities] = [row for row in sections if row["Header"]["ColData"][0]["value"] == "Utilities"]
    assert {row["ColData"][0]["value"] for row in utilities["Rows"]["Row"]} == {"Gas and Electric", "Telephone"}
    inside = sum(Decimal(row["ColData"][1]["value"]) for row in utilities["Rows"]["Row"])
    own = Decimal(utilities["Header"]["ColData"][1]["value"] or 0)
    assert utilities["Header"]["ColData"][0]["id"] == "24"  # an account that heads others has its id (recorded)
    assert Decimal(utilities["Summary"]["ColData"][1]["value"]) == inside + own


def test_the_sample_company_balances(sample: Client) -> None:
    made = report(sample, "BalanceSheet", **ALL)
    assert amount(made, "TOTAL ASSETS") == amount(made, "TOTAL LIABILITIES AND EQUITY") != 0
    asked = "select * from Account where Classification in ('Asset', 'Liability') maxresults 999"
    for account in sample.query(asked)["Account"]:
        cells = [cells for cells in lines(made["Rows"]) if cells[0].get("id") == account["Id"]]
        shown = sum((Decimal(one[1]["value"]) for one in cells), Decimal(0))
        sign = 1 if account["Classification"] == "Asset" else -1
        if not [one for one in made["Rows"]["Row"] if account["Name"] in str(one.get("Header"))] and cells:
            assert sign * shown == account["CurrentBalance"], account["Name"]
    [total] = [cells for cells in lines(report(sample, "TrialBalance", **ALL)["Rows"]) if cells[0]["value"] == "TOTAL"]
    assert total[1]["value"] == total[2]["value"] != "0.00"


@pytest.mark.parametrize(("name", "entity"), [("CustomerBalance", "Customer"), ("VendorBalance", "Vendor")])
def test_who_owes_what(sample: Client, name: str, entity: str) -> None:
    shown = {cells[0]["id"]: Decimal(cells[1]["value"]) for cells in data_rows(report(sample, name, **ALL))}
    people = sample.query(f"select * from {entity} maxresults 1000")[entity]
    assert shown == {row["Id"]: row["Balance"] for row in people if row["Balance"]}
    assert shown


def test_how_long_it_is_owed(books: Client) -> None:
    for due in ("2026-06-30", "2026-06-01", "2026-05-01", "2026-01-01"):
        books.post("Invoice", invoice(TxnDate="2026-01-01", DueDate=due))
    books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 30, "TxnDate": "2026-06-30"})
    [amy] = data_rows(report(books, "AgedReceivables", report_date="2026-06-30"))
    assert [cell["value"] for cell in amy[1:]] == ["70.00", "100.00", "100.00", "", "100.00", "370.00"]
    assert amy[0] == {"value": "Amy's Bird Sanctuary", "id": "1"}
    total = report(books, "AgedReceivables", report_date="2026-06-30")["Rows"]["Row"][-1]["Summary"]["ColData"]
    assert total[-1]["value"] == "370.00"


def test_every_transaction_is_in_the_list(sample: Client) -> None:
    kinds = ("Invoice", "Payment", "Bill", "BillPayment", "Estimate", "SalesReceipt", "CreditMemo", "Purchase")
    made = data_rows(report(sample, "TransactionList", **ALL))
    for kind in kinds:
        shown = {cells[1]["id"]: cells for cells in made}
        for row in sample.query(f"select * from {kind} maxresults 1000")[kind]:
            cells = shown[row["Id"]]
            assert (cells[0]["value"], abs(Decimal(cells[-1]["value"]))) == (row["TxnDate"], row["TotalAmt"])
    narrow = data_rows(report(sample, "TransactionList", customer="24", transaction_type="Invoice", **ALL))
    assert [cells[2]["value"] for cells in narrow] == ["1037"]


@pytest.mark.parametrize("macro", ["This Month", "Last Fiscal Year", "today"])
def test_a_period_may_be_named(sample: Client, macro: str) -> None:
    head = report(sample, "ProfitAndLoss", date_macro=macro)["Header"]
    assert head["StartPeriod"] <= head["EndPeriod"]


@pytest.mark.parametrize(
    ("macro", "first", "last"),
    [
        ("this week", "2026-05-17", "2026-05-23"),
        ("last week", "2026-05-10", "2026-05-16"),
        ("next week", "2026-05-24", "2026-05-30"),
        ("this week-to-date", "2026-05-17", "2026-05-20"),
        ("last week-to-date", "2026-05-10", "2026-05-13"),
        ("next 4 weeks", "2026-05-24", "2026-06-20"),
        ("this month", "2026-05-01", "2026-05-31"),
        ("next month", "2026-06-01", "2026-06-30"),
        ("last month-to-date", "2026-04-01", "2026-04-20"),
        ("this fiscal quarter", "2026-04-01", "2026-06-30"),
        ("last fiscal quarter", "2026-01-01", "2026-03-31"),
        ("next fiscal quarter", "2026-07-01", "2026-09-30"),
        ("this fiscal quarter-to-date", "2026-04-01", "2026-05-20"),
        ("last fiscal quarter-to-date", "2026-01-01", "2026-02-20"),
        ("this fiscal year-to-date", "2026-01-01", "2026-05-20"),
        ("last fiscal year-to-date", "2025-01-01", "2025-05-20"),
        ("last fiscal year", "2025-01-01", "2025-12-31"),
        ("next fiscal year", "2027-01-01", "2027-12-31"),
    ],
)
def test_periods_have_the_days_of_their_names(macro: str, first: str, last: str) -> None:
    """Every name in Intuit's documentation, on a Wednesday."""
    assert [str(day) for day in MACROS[macro](date(2026, 5, 20))] == [first, last]


@pytest.mark.parametrize(
    ("macro", "today", "last"),
    [
        ("last month-to-date", date(2026, 3, 31), "2026-02-28"),
        ("last fiscal year-to-date", date(2028, 2, 29), "2027-02-28"),
        ("last week-to-date", date(2026, 5, 17), "2026-05-10"),
        ("last fiscal quarter-to-date", date(2026, 1, 31), "2025-10-31"),
    ],
)
def test_a_day_that_the_earlier_period_lacks_is_its_last(macro: str, today: date, last: str) -> None:
    assert str(MACROS[macro](today)[1]) == last


def test_a_list_hears_its_first_day_only_with_its_last(sample: Client) -> None:
    """Seen live by a client's developer."""
    assert report(sample, "TransactionList", start_date="2020-01-01")["Header"]["DateMacro"] == "this month-to-date"
    made = report(sample, "TransactionList", start_date="2020-01-01", end_date="2020-01-31")["Header"]
    assert (made["StartPeriod"], made["EndPeriod"]) == ("2020-01-01", "2020-01-31")


def test_heads_say_what_was_asked(sample: Client) -> None:
    made = report(sample, "ProfitAndLoss", customer="1", summarize_column_by="Customers", **ALL)
    assert (made["Header"]["Customer"], made["Header"]["SummarizeColumnsBy"]) == ("1", "Customers")
    assert made["Columns"]["Column"][-1] == {
        "ColTitle": "TOTAL",
        "ColType": "Money",
        "MetaData": [{"Name": "ColKey", "Value": "total"}],
    }
    made = report(sample, "TransactionList", date_macro="this month")
    assert made["Header"]["DateMacro"] == "this month"
    assert made["Columns"]["Column"][0] == {"ColTitle": "Date", "ColType": "tx_date"}


def test_sections_stay_where_nothing_moved(books: Client) -> None:
    made = report(books, "ProfitAndLoss")
    assert [row["group"] for row in made["Rows"]["Row"]] == [
        *("Income", "GrossProfit", "Expenses", "NetOperatingIncome", "NetIncome")
    ]
    assert "Rows" not in made["Rows"]["Row"][0]
    assert {"Name": "NoReportData", "Value": "true"} in made["Header"]["Option"]


def test_what_did_not_move_has_no_sum(books: Client) -> None:
    """As recorded: blanks, also for what is made of others where the report is empty."""
    empty = report(books, "ProfitAndLoss")
    assert {row["Summary"]["ColData"][1]["value"] for row in empty["Rows"]["Row"]} == {""}
    assert report(books, "BalanceSheet")["Rows"]["Row"][0]["Summary"]["ColData"][1]["value"] == ""

    books.post("Invoice", invoice(line("100"), TxnDate="2026-03-02"))
    made = report(books, "ProfitAndLoss", start_date="2026-01-01", end_date="2026-12-31")
    sums = {row["group"]: row["Summary"]["ColData"][1]["value"] for row in made["Rows"]["Row"]}
    assert (sums["Income"], sums["GrossProfit"], sums["Expenses"], sums["NetIncome"]) == (
        "100.00",
        "100.00",
        "",
        "100.00",
    )


def test_a_balance_sheet_shows_only_what_has_moved(sample: Client) -> None:
    whole = report(sample, "BalanceSheet", **ALL)
    assets, others = whole["Rows"]["Row"]
    assert [row["group"] for row in assets["Rows"]["Row"]] == ["CurrentAssets", "FixedAssets"]
    assert [row["group"] for row in others["Rows"]["Row"]] == ["Liabilities", "Equity"]


def test_earnings_of_earlier_years_stand_in_their_account(sample: Client) -> None:
    [account] = sample.query("select * from Account where AccountSubType = 'RetainedEarnings'")["Account"]
    year = {"start_date": "2099-01-01", "end_date": "2099-12-31"}
    earned = amount(report(sample, "ProfitAndLoss", **ALL), "Net Income")

    def retained() -> list[dict[str, str]]:
        return next(
            cells
            for cells in lines(report(sample, "BalanceSheet", **year)["Rows"])
            if cells[0].get("id") == account["Id"]
        )

    assert retained() == [{"value": "Retained Earnings", "id": account["Id"]}, {"value": f"{earned:.2f}"}]
    sides = [(account["Id"], "Credit"), ("35", "Debit")]
    entry = [
        {
            "Amount": 7,
            "DetailType": "JournalEntryLineDetail",
            "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": key}},
        }
        for key, side in sides
    ]
    sample.post("JournalEntry", {"Line": entry})
    assert retained()[1] == {"value": f"{earned + 7:.2f}"}


def test_the_general_ledger_runs_from_balance_to_balance(books: Client) -> None:
    books.post("Invoice", invoice(line("40"), TxnDate="2026-01-31"))
    made = books.post("Invoice", invoice(line("60"), TxnDate="2026-02-02"))
    ledger = report(books, "GeneralLedger", start_date="2026-02-01", end_date="2026-02-28")
    sections = {row["Header"]["ColData"][0]["id"]: row for row in ledger["Rows"]["Row"]}
    assert set(sections) == {"1", "84"}
    beginning, moved = [[cell["value"] for cell in row["ColData"]] for row in sections["84"]["Rows"]["Row"]]
    assert (beginning[0], beginning[-1]) == ("Beginning Balance", "40.00")
    assert (moved[0], moved[1], moved[3], moved[5:]) == (
        *("2026-02-02", "Invoice", "Amy's Bird Sanctuary"),
        ["Services", "60.00", "100.00"],
    )
    assert sections["84"]["Rows"]["Row"][1]["ColData"][1]["id"] == made["Id"]
    assert sections["1"]["Summary"]["ColData"][6]["value"] == "60.00"
    assert [column["ColType"] for column in ledger["Columns"]["Column"]][-2:] == ["subt_nat_amount", "rbal_nat_amount"]


def test_the_general_ledger_follows_the_chart_and_puts_accounts_inside_headings(sample: Client) -> None:
    # Recorded: banks first, expenses last; an account without rows is a heading, and has the id of the first one in it.
    ledger = report(sample, "GeneralLedger", **ALL)
    heads = [row["Header"]["ColData"][0] for row in ledger["Rows"]["Row"] if "Header" in row]
    names = [head["value"] for head in heads]
    in_order = ["Checking", "Accounts Receivable (A/R)", "Undeposited Funds", "Truck", "Accounts Payable (A/P)"]
    assert [name for name in names if name in (*in_order, "Advertising")] == [*in_order, "Advertising"]
    truck = next(
        row
        for row in ledger["Rows"]["Row"]
        if row.get("Header", {}).get("ColData", [{}])[0] == {"value": "Truck", "id": "39"}
    )
    [inner] = truck["Rows"]["Row"]
    assert inner["Header"]["ColData"][0] == {"value": "Depreciation"}
    totals = [one["Summary"]["ColData"][6]["value"] for one in (truck, inner)]
    assert totals[0] == totals[1] != ""


def test_accounts_below_one_with_rows_follow_it_in_the_general_ledger(books: Client) -> None:
    made = {}
    for name, parent in (("Car", ""), ("Fuel", "Car"), ("Fees", "Car"), ("Parking", "Fees"), ("Tolls", "Fees")):
        under = {"SubAccount": True, "ParentRef": {"value": made[parent]}} if parent else {}
        made[name] = books.post("Account", {"Name": name, "AccountType": "Expense", **under})["Id"]
    for name, spent in (("Car", 34), ("Fuel", 5), ("Parking", 2), ("Tolls", 1)):
        sides = (("Debit", made[name]), ("Credit", "35"))
        entry = [
            {
                "Amount": spent,
                "DetailType": "JournalEntryLineDetail",
                "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": key}},
            }
            for side, key in sides
        ]
        books.post("JournalEntry", {"Line": entry})
    rows = report(books, "GeneralLedger")["Rows"]["Row"]
    car = next(at for at, row in enumerate(rows) if "Header" in row and row["Header"]["ColData"][0]["value"] == "Car")
    outline = [
        (
            row["Header"]["ColData"][0] if "Header" in row else None,
            row["Summary"]["ColData"][0]["value"],
            row["Summary"]["ColData"][6]["value"],
        )
        for row in rows[car:]
    ]
    assert outline == [
        ({"value": "Car", "id": made["Car"]}, "Total for Car", "34.00"),
        ({"value": "Fees", "id": made["Parking"]}, "Total for Fees", "3.00"),
        ({"value": "Fuel", "id": made["Fuel"]}, "Total for Fuel", "5.00"),
        (None, "Total for Car with sub-accounts", "42.00"),
    ]
    inner = [row["Header"]["ColData"][0] for row in rows[car + 1]["Rows"]["Row"]]
    assert inner == [{"value": "Parking"}, {"value": "Tolls", "id": made["Tolls"]}]


@pytest.mark.parametrize(
    ("name", "macro", "keys"),
    [
        ("ProfitAndLoss", "this calendar year-to-date", {"ReportBasis", "StartPeriod", "SummarizeColumnsBy"}),
        ("VendorExpenses", "this calendar year-to-date", {"ReportBasis", "StartPeriod", "SummarizeColumnsBy"}),
        ("ClassSales", "this month-to-date", {"ReportBasis", "StartPeriod", "SummarizeColumnsBy"}),
        ("TrialBalance", "this month-to-date", {"ReportBasis", "StartPeriod"}),
        ("GeneralLedger", "this month-to-date", {"ReportBasis", "StartPeriod"}),
        ("JournalReport", "this month-to-date", {"StartPeriod"}),
        ("AgedPayables", "today", {"StartPeriod"}),
        ("CustomerBalance", "all", set()),
        ("AccountList", None, set()),
    ],
)
def test_heads_name_the_usual_period(sample: Client, name: str, macro: str | None, keys: set[str]) -> None:
    # An example of each in Intuit's documentation, asked without dates.
    head = report(sample, name)["Header"]
    assert head.get("DateMacro") == macro
    assert head.keys() & {"ReportBasis", "StartPeriod", "SummarizeColumnsBy"} == keys
    options = [option["Name"] for option in head["Option"]]
    assert ("report_date" in options) == (macro in ("today", "all"))
    assert ("AccountingStandard" in options) == (name == "ProfitAndLoss")
    if macro == "today":
        assert head["StartPeriod"] == head["EndPeriod"]


def test_dates_that_are_asked_have_no_name(sample: Client) -> None:
    assert "DateMacro" not in report(sample, "GeneralLedger", start_date="2026-01-01")["Header"]
    aged = report(sample, "AgedReceivables", report_date="2026-06-30")["Header"]
    assert (aged["StartPeriod"], aged["EndPeriod"]) == ("2026-06-30", "2026-06-30")
    assert "DateMacro" not in aged


def test_an_empty_company_has_no_data(books: Client) -> None:
    made = report(books, "CustomerBalance")
    assert made["Rows"] == {}
    assert {"Name": "NoReportData", "Value": "true"} in made["Header"]["Option"]


# single transactions


def outline(row: dict[str, Any]) -> Any:
    """The title of a row (its id too), what is in it and its sum."""
    if "ColData" in row:
        return [cell["value"] for cell in row["ColData"]]
    head = row["Header"]["ColData"][0] if "Header" in row else {}
    inner = [outline(one) for one in row.get("Rows", {}).get("Row", [])]
    return head.get("value"), head.get("id"), inner, row["Summary"]["ColData"][0]["value"]


def spent(account: str, amount: int, words: str) -> dict[str, Any]:
    name = "AccountBasedExpenseLineDetail"
    return {"Amount": amount, "Description": words, "DetailType": name, name: {"AccountRef": {"value": account}}}


def test_profit_and_loss_in_detail_is_outlined_as_recorded(books: Client) -> None:
    car = books.post("Account", {"Name": "Car", "AccountType": "Expense"})["Id"]
    under = {"SubAccount": True, "ParentRef": {"value": car}}
    fuel = books.post("Account", {"Name": "Fuel", "AccountType": "Expense", **under})["Id"]
    paid = {"PaymentType": "Cash", "AccountRef": {"value": "35"}, "TxnDate": "2026-03-02", "PrivateNote": "not shown"}
    made = books.post("Purchase", {**paid, "Line": [spent(car, 30, "Tyres"), spent(fuel, 12, "Petrol")]})
    back = {"PaymentType": "CreditCard", "AccountRef": {"value": "41"}, "TxnDate": "2026-03-03", "Credit": True}
    books.post("Purchase", {**back, "Line": [spent(car, 30, "")]})
    shown = report(books, "ProfitAndLossDetail", start_date="2026-01-01", end_date="2026-12-31")
    [ordinary] = shown["Rows"]["Row"]
    assert ordinary["Rows"]["Row"][0]["Rows"] == {}
    rows = [
        ["2026-03-02", "Expense", "", "", "Tyres", "Checking", "30.00", "30.00"],
        ["2026-03-03", "Expense", "", "", "", "Mastercard", "-30.00", ".00"],
    ]
    petrol = ["2026-03-02", "Expense", "", "", "Petrol", "Checking", "12.00", "12.00"]
    of_car = [(None, None, rows, "Total for Car"), ("Fuel", fuel, [petrol], "Total for Fuel")]
    expenses = [("Car", car, of_car, "Total for Car with sub-accounts")]
    assert outline(ordinary) == (
        *("Ordinary Income/Expenses", None),
        [(None, None, [], "Gross Profit"), ("Expenses", None, expenses, "Total for Expenses")],
        "Net Income",
    )
    assert ordinary["Summary"]["ColData"][6]["value"] == "-12.00"
    cells = next(lines({"Row": ordinary["Rows"]["Row"][1]["Rows"]["Row"]}))
    assert (cells[1], cells[5]) == ({"value": "Expense", "id": made["Id"]}, {"value": "Checking", "id": "35"})
    assert shown["Columns"]["Column"][0] == {
        "ColTitle": "Date",
        "ColType": "Date",
        "MetaData": [{"Name": "ColKey", "Value": "tx_date"}],
    }


def test_the_journal_names_a_transaction_once(books: Client) -> None:
    made = books.post("Invoice", invoice(line("40"), line("60"), TxnDate="2026-02-02", DocNumber="7"))
    shown = report(books, "JournalReport", start_date="2026-02-01", end_date="2026-02-28")
    assert [outline(row) for row in shown["Rows"]["Row"]] == [
        ["2026-02-02", "Invoice", "7", "Amy's Bird Sanctuary", "", "Accounts Receivable (A/R)", "100.00", ""],
        ["0-00-00", "", "", "", "", "Services", "", "40.00"],
        ["0-00-00", "", "", "", "", "Services", "", "60.00"],
        (None, None, [], ""),
        [""] * 8,
        (None, None, [], "TOTAL"),
    ]
    [_, second, _, sums, _, whole] = [row.get("ColData") or row["Summary"]["ColData"] for row in shown["Rows"]["Row"]]
    assert second[1] == {"value": "", "id": made["Id"]}
    assert [cell["value"] for cell in sums[6:]] == [cell["value"] for cell in whole[6:]] == ["100.00", "100.00"]


def test_a_journal_entry_stands_opposite_to_its_other_account(books: Client) -> None:
    name = "JournalEntryLineDetail"

    def entry(*sides: tuple[str, int, str]) -> list[dict[str, Any]]:
        return [
            {"Amount": amount, "DetailType": name, name: {"PostingType": side, "AccountRef": {"value": key}}}
            for side, amount, key in sides
        ]

    books.post("JournalEntry", {"Line": entry(("Debit", 9, "7"), ("Credit", 9, "35"))})
    books.post("JournalEntry", {"Line": entry(("Debit", 9, "7"), ("Credit", 4, "35"), ("Credit", 5, "4"))})
    shown = [cells for cells in lines(report(books, "GeneralLedger")["Rows"]) if cells[1].get("id")]
    assert [cells[5]["value"] for cells in shown if cells[6]["value"] == "9.00"] == ["Checking", "-Split-"]


@pytest.mark.parametrize("name", ["GeneralLedger", "TransactionList", "JournalReport", "TransactionDetailByAccount"])
def test_columns_may_be_chosen(sample: Client, name: str) -> None:
    made = report(sample, name, columns="doc_num, due_date,nonsense,txn_type,account_name", **ALL)
    titles = [column["ColTitle"] for column in made["Columns"]["Column"]]
    assert titles == ["Num", "Due Date", "Transaction Type", "Account"]
    [sold] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == "1037"][:1]
    assert (sold[2]["value"], sold[3]["value"]) == ("Invoice", "Accounts Receivable (A/R)")
    invoices = sample.query("select DueDate from Invoice where DocNumber = '1037'")["Invoice"]
    assert sold[1]["value"] == invoices[0]["DueDate"]


def width(column: dict[str, Any]) -> int:
    return len(column.get("Columns", {}).get("Column", [column]))


@pytest.mark.sampled(4)
@pytest.mark.parametrize("name", sorted(set(NAMES.values()) - ABROAD))
def test_every_row_has_a_cell_for_each_column(sample: Client, name: str) -> None:
    made = report(sample, name, **ALL)
    wide = sum(width(column) for column in made["Columns"]["Column"])
    shown = list(lines(made["Rows"]))
    assert {len(cells) for cells in shown} <= {wide}
    has_rows = name not in ("TaxSummary", "InventoryValuationDetail", "TrialBalanceFR")
    assert bool(shown) == has_rows
    assert {"Name": "NoReportData", "Value": str(not has_rows).lower()} in made["Header"]["Option"]


def whole(made: dict[str, Any], column: int) -> Decimal:
    """The amount below a column of a report."""
    return Decimal(made["Rows"]["Row"][-1]["Summary"]["ColData"][column]["value"])


@pytest.mark.parametrize(
    ("name", "column", "of", "its"),
    [
        ("CustomerBalanceDetail", 5, "CustomerBalance", 1),
        ("VendorBalanceDetail", 5, "VendorBalance", 1),
        ("AgedReceivableDetail", 6, "AgedReceivables", 6),
        ("AgedPayableDetail", 7, "AgedPayables", 6),
        ("ProfitAndLossDetail", 6, "ProfitAndLoss", 1),
        ("ClassSales", 1, "ItemSales", 2),
        ("CustomerSales", 1, "DepartmentSales", 1),
    ],
)
def test_details_add_up_to_the_whole(sample: Client, name: str, column: int, of: str, its: int) -> None:
    assert whole(report(sample, name, **ALL), column) == whole(report(sample, of, **ALL), its) != 0


def test_the_age_of_what_is_owed_heads_its_section(books: Client) -> None:
    for due in ("2026-06-30", "2026-06-01", "2026-05-01", "2026-04-02", "2026-01-01"):
        books.post("Invoice", invoice(TxnDate="2026-01-01", DueDate=due))
    made = report(books, "AgedReceivableDetail", report_date="2026-06-30")["Rows"]["Row"]
    assert [row["Header"]["ColData"][0]["value"] for row in made[:-1]] == [
        *("91 or more days past due", "61 - 90 days past due", "31 - 60 days past due", "1 - 30 days past due"),
        "Current",
    ]


def test_cash_flows_to_what_is_in_the_bank(sample: Client) -> None:
    before, end = busy_days(sample)
    start = str(date.fromisoformat(before) + timedelta(days=20))
    made = report(sample, "CashFlow", start_date=start, end_date=end)
    cash = {"Checking", "Savings", "Undeposited Funds"}
    sheet = report(sample, "BalanceSheet", start_date=start, end_date=end)
    there = [cells for cells in lines(sheet["Rows"]) if cells[0]["value"] in cash]
    assert whole(made, 1) == sum(Decimal(cells[1]["value"]) for cells in there) != 0
    groups = {row["group"]: Decimal(row["Summary"]["ColData"][1]["value"]) for row in made["Rows"]["Row"]}
    assert groups["CashIncrease"] == sum(groups[group] for group in groups if group.endswith("Activities"))
    assert groups["EndingCash"] == groups["CashIncrease"] + groups["BeginningCash"]
    earned = report(sample, "ProfitAndLoss", start_date=start, end_date=end)
    assert amount(made, "Net Income") == amount(earned, "Net Income")


def test_income_and_expenses_of_people(books: Client) -> None:
    books.post("Invoice", invoice(line("40"), TxnDate="2026-02-02"))
    vendor = {"VendorRef": {"value": books.post("Vendor", {"DisplayName": "Ironworks"})["Id"]}}
    for entity, cost in (("Bill", 30), ("VendorCredit", 4)):
        books.post(entity, {**vendor, "TxnDate": "2026-02-02", "Line": [spent("7", cost, "")]})
    year = {"start_date": "2026-01-01", "end_date": "2026-12-31"}
    [amy, _] = report(books, "CustomerIncome", **year)["Rows"]["Row"]
    assert [cell["value"] for cell in amy["ColData"]] == ["Amy's Bird Sanctuary", "40.00", "0.00", "40.00"]
    assert "type" not in amy
    [ironworks, _] = report(books, "VendorExpenses", **year)["Rows"]["Row"]
    assert [cell["value"] for cell in ironworks["ColData"]] == ["Ironworks", "26.00"]
    [nowhere, _] = report(books, "DepartmentSales", **year)["Rows"]["Row"]
    assert (nowhere["ColData"][0]["value"], nowhere["group"]) == ("Not Specified", "**")
    books.post("CreditMemo", invoice(line("15"), TxnDate="2026-02-02"))
    assert whole(report(books, "DepartmentSales", **year), 1) == 25
    assert [whole(report(books, "CustomerIncome", **year), column) for column in (1, 2, 3)] == [25, 0, 25]


def test_details_by_account_begin_with_the_period(books: Client) -> None:
    books.post("Invoice", invoice(line("40"), TxnDate="2026-01-31"))
    discount = {"DetailType": "DiscountLineDetail", "Amount": 10, "DiscountLineDetail": {"PercentBased": False}}
    books.post("Invoice", invoice(line("60"), discount, TxnDate="2026-02-02"))
    made = report(books, "TransactionDetailByAccount", start_date="2026-02-01", end_date="2026-02-28")
    shown = [[cell["value"] for cell in cells[4:]] for cells in lines(made["Rows"]) if cells[1]["value"]]
    assert shown == [
        ["", "-Split-", "50.00", "50.00"],
        ["Discount", "Accounts Receivable (A/R)", "-10.00", "-10.00"],
        ["", "Accounts Receivable (A/R)", "60.00", "60.00"],
    ]


@pytest.mark.parametrize("name", ["TransactionList", "GeneralLedger", "JournalReport"])
def test_reports_may_be_narrowed(sample: Client, name: str) -> None:
    def kinds(**asked: str) -> set[str]:
        made = report(sample, name, columns="txn_type,name", **ALL, **asked)
        return {cells[0]["value"] for cells in lines(made["Rows"]) if cells[0].get("id") and cells[0]["value"]}

    assert kinds(transaction_type="ReceivePayment,Estimate") - {"Estimate"} == {"Payment"}
    assert kinds(transaction_type="BillPaymentCheck") == {"Bill Payment (Check)"}
    assert kinds(transaction_type="Check,CashPurchase") == {"Check", "Expense"}
    assert kinds(transaction_type="CreditCardCharge") == {"Expense"}
    made = report(sample, name, columns="name,txn_type", customer="24, 1", **ALL)
    people = {cells[0].get("id") for cells in lines(made["Rows"]) if len(cells[0]) == 2 and cells[1].get("id")}
    assert people - {""} == {"24", "1"}
    if name != "JournalReport":
        assert "Bill" not in kinds(account="35")
        payments = kinds(transaction_type="BillPaymentCheck,BillPaymentCreditCard")
        assert kinds(account="33") == {"Bill", "Vendor Credit", *payments}


def test_the_list_by_vendor_says_how_a_bill_was_paid(sample: Client) -> None:
    made = report(sample, "TransactionListByVendor", **ALL)
    kinds = {cells[1]["value"] for cells in lines(made["Rows"])}
    assert kinds >= {"Bill", "Bill Payment (Check)", "Bill Payment (Credit Card)", "Check", "Expense"}
    assert not kinds & {"Invoice", "Payment"}
    assert "Bill" not in {
        cells[1]["value"] for cells in lines(report(sample, "TransactionListByCustomer", **ALL)["Rows"])
    }


# stock


def bought(quantity: int, price: str) -> dict[str, Any]:
    detail = {"ItemRef": {"value": "11"}, "Qty": quantity, "UnitPrice": price}
    return {
        "Amount": quantity * Decimal(price),
        "DetailType": "ItemBasedExpenseLineDetail",
        "ItemBasedExpenseLineDetail": detail,
    }


def on_hand(books: Client, item: str = "11") -> Decimal:
    return Decimal(str(books.read("Item", item)["QtyOnHand"]))


def test_stock_moves_and_its_cost_is_booked_first_in_first_out(sample: Client) -> None:
    before, asset = on_hand(sample), sample.read("Account", "81")["CurrentBalance"]
    bill = sample.post("Bill", {"VendorRef": {"value": "30"}, "Line": [bought(10, "12")]})
    assert (on_hand(sample), sample.read("Account", "81")["CurrentBalance"]) == (before + 10, asset + 120)
    number = int(before) + 4  # all that cost 10 each, and four that cost 12
    sold = sample.post("Invoice", invoice(line(str(15 * number), item="11", Qty=number, UnitPrice=15)))
    assert (on_hand(sample), sample.read("Account", "81")["CurrentBalance"]) == (6, asset + 120 - 10 * before - 48)
    assert sample.query("select * from Item where QtyOnHand = '6'")["Item"][0]["Id"] == "11"
    sample.post("Invoice", {"Id": sold["Id"], "SyncToken": "0"}, operation="void")
    sample.post("Bill", {"Id": bill["Id"], "SyncToken": "0"}, operation="delete")
    assert (on_hand(sample), sample.read("Account", "81")["CurrentBalance"]) == (before, asset)


def test_what_a_client_counts_stands(sample: Client) -> None:
    row = sample.read("Item", "11")
    changed = {"Id": "11", "SyncToken": row["SyncToken"], "sparse": True}
    assert sample.post("Item", {**changed, "Description": "A pump"})["QtyOnHand"] == row["QtyOnHand"]
    unheard = sample.post("Item", {**changed, "SyncToken": "1", "QtyOnHand": 7})
    assert (unheard["QtyOnHand"], unheard["SyncToken"]) == (row["QtyOnHand"], "1")
    dated = {"InvStartDate": row["InvStartDate"]}
    counted = sample.post("Item", {**changed, **dated, "SyncToken": "1", "QtyOnHand": 7})
    assert (counted["QtyOnHand"], on_hand(sample)) == (7, 7)
    again = sample.post("Item", {**counted, "Name": "Pump 2"})
    assert (again["QtyOnHand"], on_hand(sample)) == (7, 7)


def test_an_adjustment_counts(sample: Client) -> None:
    before = on_hand(sample)
    detail = {"ItemRef": {"value": "11"}, "QtyDiff": -3}
    body = {
        "AdjustAccountRef": {"value": "83"},
        "Line": [{"DetailType": "ItemAdjustmentLineDetail", "ItemAdjustmentLineDetail": detail}],
    }
    sample.post("InventoryAdjustment", body)
    assert on_hand(sample) == before - 3
    assert amount(report(sample, "ProfitAndLoss", **ALL), "Inventory Shrinkage") == 30


def test_the_worth_of_stock_is_what_the_account_says(sample: Client) -> None:
    made = report(sample, "InventoryValuationSummary")
    [total] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == "TOTAL"]
    assert Decimal(total[3]["value"]) == sample.read("Account", "81")["CurrentBalance"]


def test_stock_outlives_the_process(tmp_path: Any, client_of: Make) -> None:
    options: dict[str, Any] = {"access_token": TOKEN, "has_limits": False, "state": tmp_path / "books", "sample": True}
    first = Emulator(**options)
    client_of(first).post("Invoice", invoice(line("30", item="11", Qty=2, UnitPrice=15)))
    said = on_hand(client_of(first))
    first.close()
    for _ in range(2):
        again = Emulator(**options)
        assert on_hand(client_of(again)) == said
        again.close()


DOCUMENTS = st.lists(
    st.tuples(
        st.sampled_from(("Invoice", "SalesReceipt", "CreditMemo", "Bill", "Purchase", "VendorCredit")),
        st.sampled_from(("1", "11", "16", "4")),
        st.integers(1, 40),
        st.sampled_from(("2026-01-05", "2026-02-01", "2025-06-30")),
    ),
    max_size=12,
)


@settings(max_examples=25, deadline=None)
@given(documents=DOCUMENTS)
def test_whatever_happens_the_sheet_balances(documents: list[tuple[str, str, int, str]]) -> None:
    emulator = Emulator(access_token=TOKEN, has_limits=False, sample=True)
    ledger_before = emulator.company.ledger().balances()
    assert sum(ledger_before.values()) == 0
    for entity, item, quantity, day in documents:
        call(emulator, "POST", entity.lower(), document(entity, item, quantity, day))
    amounts = emulator.company.ledger().balances()
    assert sum(amounts.values()) == 0
    for account in emulator.company.rows("Account"):
        if account["Classification"] in ("Asset", "Liability"):
            shown = emulator.company.with_balance("Account", account)["CurrentBalance"]
            assert shown == amounts.get(account["Id"], 0), account["Name"]


def document(entity: str, item: str, quantity: int, day: str) -> dict[str, Any]:
    if entity in ("Invoice", "SalesReceipt", "CreditMemo"):
        return invoice(line(str(quantity * 3), item=item, Qty=quantity, UnitPrice=3), TxnDate=day)
    row = bought(quantity, "2")
    row["ItemBasedExpenseLineDetail"]["ItemRef"] = {"value": item}
    how = {"PaymentType": "Cash", "AccountRef": {"value": "35"}}
    return {**(how if entity == "Purchase" else {"VendorRef": {"value": "30"}}), "Line": [row], "TxnDate": day}


def busy_days(sample: Client) -> tuple[str, str]:
    """The days of the first and of the last invoice."""
    found = sorted(row["TxnDate"] for row in sample.query("select TxnDate from Invoice")["Invoice"])
    return found[0], found[-1]


def figures(made: dict[str, Any], label: str) -> list[Decimal]:
    [cells] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == label]
    return [Decimal(one["value"]) for one in cells[1:]]


@pytest.mark.parametrize("by", ["Days", "Week", "Month", "Quarter", "Year"])
def test_the_columns_of_a_summary_are_the_reports_of_their_days(sample: Client, by: str) -> None:
    """Each column of a profit and loss is that of its own days, and the last one is that of all of them."""
    start, end = busy_days(sample)
    made = report(sample, "ProfitAndLoss", summarize_column_by=by, start_date=start, end_date=end)
    columns = made["Columns"]["Column"]
    assert [one["MetaData"][-1]["Value"] for one in (columns[0], columns[-1])] == ["account", "total"]
    days = [{fact["Name"]: fact["Value"] for fact in one["MetaData"]} for one in columns[1:-1]]
    assert (days[0]["StartDate"], days[-1]["EndDate"]) == (start, end)
    for label in ("Total Income", "Net Income"):
        found = figures(made, label)
        assert (
            sum(found[:-1])
            == found[-1]
            == amount(report(sample, "ProfitAndLoss", start_date=start, end_date=end), label)
        )
        assert found[-1]
        for figure, one in [(found[0], days[0]), (found[-2], days[-1])]:
            alone = report(sample, "ProfitAndLoss", start_date=one["StartDate"], end_date=one["EndDate"])
            assert figure == amount(alone, label)


def test_a_balance_sheet_by_month_stands_at_the_end_of_each(sample: Client) -> None:
    start, end = busy_days(sample)
    made = report(sample, "BalanceSheet", start_date=start, end_date=end, summarize_column_by="Month")
    ends = [one["MetaData"][1]["Value"] for one in made["Columns"]["Column"][1:]]
    assert len(ends) > 2
    for label in ("TOTAL ASSETS", "TOTAL LIABILITIES AND EQUITY"):
        found = figures(made, label)
        assert found == [amount(report(sample, "BalanceSheet", start_date=start, end_date=day), label) for day in ends]
        assert len(set(found)) > 1


@pytest.mark.parametrize(
    ("days", "by", "titles"),
    [
        (("2026-01-01", "2026-12-31"), "Year", ["2026"]),
        (("2026-01-01", "2026-06-30"), "Quarter", ["Jan - Mar, 2026", "Apr - Jun, 2026"]),
        (("2026-02-27", "2026-03-03"), "Week", ["Feb 27 - 28, 2026", "Mar 1 - 3, 2026"]),
        (("2026-04-29", "2026-05-02"), "Weeks", ["Apr 29 - May 2, 2026"]),
        (("2026-01-05", "2026-01-05"), "Days", ["Jan 5, 2026"]),
        (("1900-01-01", "2999-12-31"), "Days", []),
        (("2026-01-01", "2026-12-31"), "Customers", []),
    ],
)
def test_columns_are_headed_by_their_days(days: tuple[str, str], by: str, titles: list[str]) -> None:
    assert [one.title for one in spans(days, by)] == titles


# columns by customer, vendor, employee, location, class and item


def entry_line(posting: str, amount: int, account: str, **detail: Any) -> dict[str, Any]:
    inner = {"PostingType": posting, "AccountRef": {"value": account}, **detail}
    return {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": inner}


@pytest.fixture
def tagged(sample: Client) -> Client:
    """The sample company with two classes, a location, and lines for customers, vendors and employees."""
    aluminium, brass = ({"value": sample.post("Class", {"Name": name})["Id"]} for name in ("Aluminium", "brass"))
    store = {"value": sample.post("Department", {"Name": "Kiosk"})["Id"]}
    sample.post(
        "Invoice", invoice(line("70", ClassRef=aluminium), line("5", ClassRef=brass), line("3"), DepartmentRef=store)
    )
    job = sample.post("Customer", {"DisplayName": "Zoo", "ParentRef": {"value": "1"}, "Job": True})
    sample.post("SalesReceipt", invoice(line("11", item="11", ClassRef=brass), customer=job["Id"]))
    spent = {"AccountRef": {"value": "7"}, "CustomerRef": {"value": "2"}, "ClassRef": aluminium}
    cost = {"Amount": 30, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": spent}
    sample.post("Bill", {"VendorRef": {"value": "30"}, "Line": [cost], "DepartmentRef": store})
    worker = sample.query("select * from Employee maxresults 1")["Employee"][0]["Id"]
    whose = [{"Type": kind, "EntityRef": {"value": key}} for kind, key in (("Employee", worker), ("Customer", "3"))]
    given = [
        entry_line("Debit", 8, "7", Entity=whose[0]),
        entry_line("Credit", 8, "1", Entity=whose[1], ClassRef=brass, DepartmentRef=store),
    ]
    sample.post("JournalEntry", {"Line": given})
    return sample


def column_keys(made: dict[str, Any]) -> list[str]:
    return [
        next(one["Value"] for one in column["MetaData"] if one["Name"] == "ColKey")
        for column in made["Columns"]["Column"][1:]
    ]


def column_of(made: dict[str, Any], at: int) -> dict[tuple[str, str], Decimal]:
    """The amounts of a column that are not zero, by label; an account with its whole, where others are below it."""
    cells = [one for one in lines(made["Rows"]) if Decimal(one[at]["value"] or 0)]
    return {one[0]["value"].replace("Total ", ""): Decimal(one[at]["value"]) for one in cells}


NARROWED_BY = {
    **{"Customers": "customer", "Vendors": "vendor", "Employees": "employee", "Departments": "department"},
    **{"Classes": "class", "ProductsAndServices": "item"},
}


@pytest.mark.sampled(5)
@pytest.mark.parametrize("name", ["ProfitAndLoss", "BalanceSheet", "CashFlow"])
@pytest.mark.parametrize("by", sorted(NARROWED_BY))
def test_columns_by_whose_it_is_are_reports_narrowed_to_each_and_add_up(tagged: Client, name: str, by: str) -> None:
    made = report(tagged, name, summarize_column_by=by, **ALL)
    assert made["Header"]["SummarizeColumnsBy"] == by
    keys = column_keys(made)
    assert keys[-2:] == ["not_specified", "total"]
    assert len(keys) > 2
    for at, key in enumerate(keys[:-2], 1):
        alone = report(tagged, name, **{NARROWED_BY[by]: key}, **ALL)
        assert column_of(made, at) == column_of(alone, 1)
    assert column_of(made, len(keys)) == column_of(report(tagged, name, **ALL), 1)
    for cells in lines(made["Rows"]):
        parts = [Decimal(one["value"] or 0) for one in cells[1:]]
        assert sum(parts[:-1]) == parts[-1], cells


def test_columns_by_class_are_headed_as_recorded(tagged: Client) -> None:
    made = report(tagged, "ProfitAndLoss", summarize_column_by="Classes", **ALL)
    titles = [column["ColTitle"] for column in made["Columns"]["Column"]]
    assert titles == ["", "Aluminium", "brass", "Not Specified", "TOTAL"]
    assert {tuple(sorted(column)) for column in made["Columns"]["Column"]} == {("ColTitle", "ColType", "MetaData")}
    heads = [
        row["Header"]["ColData"] for row in rows_in(made) if row.get("Header", {}).get("ColData", [{}])[0].get("id")
    ]
    [materials] = [cells for cells in heads if cells[0] == {"value": "Job Materials", "id": "46"}]
    assert [cell["value"] for cell in materials[1:]] == ["", "", "", "0.00"]
    assert report(tagged, "ProfitAndLoss", **ALL)["Columns"]["Column"][1]["ColTitle"] == "Total"


def test_a_column_of_a_sub_customer_has_its_own_name_behind_its_parent(tagged: Client) -> None:
    made = report(tagged, "ProfitAndLoss", summarize_column_by="Customers", **ALL)
    titles = [column["ColTitle"] for column in made["Columns"]["Column"]]
    assert titles.index("Zoo") == titles.index("Amy's Bird Sanctuary") + 1


def rows_in(made: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for row in made.get("Rows", {}).get("Row", []):
        yield row
        yield from rows_in(row)


@pytest.mark.parametrize(
    ("name", "asked", "keeps"),
    [
        ("CustomerBalance", {"customer": "1"}, {"1"}),
        ("AgedReceivables", {"customer": "1,2"}, {"1", "2"}),
        ("VendorBalance", {"vendor": "30"}, {"30"}),
        ("VendorExpenses", {"vendor": "30"}, {"30"}),
        ("CustomerSales", {"customer": "1"}, {"1"}),
        ("CustomerIncome", {"customer": "1"}, {"1"}),
        ("ItemSales", {"item": "11"}, {"11"}),
    ],
)
def test_summaries_may_be_narrowed(tagged: Client, name: str, asked: dict[str, str], keeps: set[str]) -> None:
    tagged.post("Invoice", invoice(line("9"), customer="2"))
    made = report(tagged, name, **asked, **ALL)
    assert {cells[0]["id"] for cells in lines(made["Rows"]) if "id" in cells[0]} == keeps


def test_a_line_has_its_own_class_in_details(tagged: Client) -> None:
    made = report(tagged, "ProfitAndLossDetail", columns="account_name,klass_name,dept_name,subt_nat_amount", **ALL)
    assert [column["ColTitle"] for column in made["Columns"]["Column"]] == ["Class", "Location", "Amount"]
    found = {(cells[0]["value"], cells[1]["value"], cells[2]["value"]) for cells in lines(made["Rows"])}
    assert {("Aluminium", "Kiosk", "70.00"), ("brass", "Kiosk", "5.00"), ("", "Kiosk", "3.00")} <= found
    bare = next(cells for cells in lines(made["Rows"]) if cells[0]["value"] == "" and "id" in cells[0])
    assert bare[0] == {"value": "", "id": ""}  # recorded


# the list of transactions


def told(books: Client, columns: str = "txn_type,doc_num", **asked: str) -> list[list[str]]:
    made = report(books, "TransactionList", columns=columns, **{**ALL, **asked})
    return [[cell["value"] for cell in cells] for cells in lines(made["Rows"])]


def test_a_list_tells_accounts_as_recorded(sample: Client) -> None:
    sample.post("JournalEntry", {"Line": [entry_line("Debit", 8, "7"), entry_line("Credit", 8, "35")]})
    made = report(sample, "TransactionList", columns="txn_type,name,account_name,other_account,subt_nat_amount", **ALL)
    cells = {row["ColData"][0]["value"]: row["ColData"][1:] for row in made["Rows"]["Row"]}
    none = {"value": "", "id": ""}
    assert cells["Journal Entry"] == [none, none, {"value": "-Split-", "id": ""}, {"value": ""}]
    assert cells["Payment"][2] == {"value": "Accounts Receivable (A/R)", "id": "84"}
    assert "Automobile:Fuel" in {row["ColData"][3]["value"] for row in made["Rows"]["Row"]}


def test_a_list_may_be_narrowed_by_what_its_documents_say(sample: Client) -> None:
    sold = sample.post("Invoice", invoice(line("77.25"), DocNumber="Q-7", DueDate="2031-05-06", PrivateNote="Hm, so"))
    check = {"PaymentType": "Check", "AccountRef": {"value": "35"}, "PrintStatus": "NeedToPrint", "DocNumber": "Q-8"}
    spent = {"Amount": 30, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}
    sparse = {"Id": sold["Id"], "SyncToken": sold["SyncToken"], "sparse": True, "PrintStatus": "NotSet"}
    sample.post("Invoice", sparse)
    sample.post("Purchase", {**check, "Line": [{**spent, "DetailType": "AccountBasedExpenseLineDetail"}]})
    mine = [["Invoice", "Q-7"]]
    assert told(sample, docnum="q-7") == told(sample, bothamount="77.25") == mine
    assert told(sample, start_duedate="2031-05-06") == told(sample, end_duedate="2031-05-06", docnum="Q-7") == mine
    assert told(sample, docnum="Q-7,Q-8", arpaid="Unpaid") == mine
    assert told(sample, docnum="Q-7", arpaid="Paid") == told(sample, docnum="Q-7", cleared="Reconciled") == []
    assert told(sample, docnum="Q-7,Q-8", printed="To_be_printed") == [["Check", "Q-8"]]
    assert told(sample, docnum="Q-7,Q-8", source_account_type="Bank") == [["Check", "Q-8"]]
    assert told(sample, docnum="Q-7", createdate_macro="Today") == mine
    assert told(sample, docnum="Q-7", moddate_macro="Last Year") == []
    term = sample.read("Invoice", sold["Id"])["SalesTermRef"]["value"] if "SalesTermRef" in sold else ""
    assert told(sample, docnum="Q-7", term="99") == []
    assert not term or told(sample, docnum="Q-7", term=term) == mine
    assert told(sample, docnum="Q-7,Q-8", payment_method="Cash") == []
    assert told(sample, docnum="Q-7", name="1") == mine


def test_a_list_may_be_sorted(sample: Client) -> None:
    amounts = [Decimal(one or 0) for [one] in told(sample, "subt_nat_amount", sort_by="subt_nat_amount")]
    assert amounts == sorted(amounts)
    names = [one.lower() for [one] in told(sample, "name", sort_by="name", sort_order="descend")]
    assert names == sorted(names, reverse=True)
    assert names[0] > names[-1]


GROUPINGS = ["Account", "Customer", "Day", "Employee", "Location", "Month", "Name", "Payment Method", "Quarter"]


@pytest.mark.parametrize("by", [*GROUPINGS, "Transaction Type", "Vendor", "Week", "Year"])
def test_a_grouped_list_has_each_transaction_once_with_its_sums(sample: Client, by: str) -> None:
    made = report(sample, "TransactionList", group_by=by, **ALL)
    plain = report(sample, "TransactionList", group_by="None", **ALL)
    assert sorted(map(str, (row["ColData"] for row in rows_in(made) if "ColData" in row))) == sorted(
        str(row["ColData"]) for row in plain["Rows"]["Row"]
    )
    for section in made["Rows"]["Row"]:
        inner = sum(Decimal(row["ColData"][-1]["value"] or 0) for row in section["Rows"]["Row"])
        assert Decimal(section["Summary"]["ColData"][-1]["value"]) == inner
        title = section["Header"]["ColData"][0]["value"]
        assert section["Summary"]["ColData"][0]["value"] == f"Total for {title}"


def test_a_list_is_grouped_by_nothing_that_is_unknown(sample: Client) -> None:
    assert sample.call("GET", "reports/TransactionList", group_by="Moon").status_code == 400


# ages


def test_the_detail_of_payables_has_the_columns_that_were_recorded(sample: Client) -> None:
    bill = {"VendorRef": {"value": "30"}, "TxnDate": "2030-01-01", "DueDate": "2030-01-31"}
    cost = {"Amount": 30, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}
    sample.post("Bill", {**bill, "Line": [{**cost, "DetailType": "AccountBasedExpenseLineDetail"}]})
    made = report(sample, "AgedPayableDetail", report_date="2030-02-10", vendor="30")
    columns = [
        (column["ColTitle"], column["ColType"], column["MetaData"][0]["Value"]) for column in made["Columns"]["Column"]
    ]
    assert columns == [
        *(("Date", "Date", "tx_date"), ("Transaction Type", "String", "txn_type"), ("Num", "String", "doc_num")),
        *(("Vendor", "String", "vend_name"), ("Due Date", "Date", "due_date"), ("Past Due", "String", "past_due")),
        *(("Amount", "Money", "subt_neg_amount"), ("Open Balance", "Money", "subt_neg_open_bal")),
    ]
    assert ["2030-01-31", "10", "30.00", "30.00"] in [[c["value"] for c in cells[4:]] for cells in lines(made["Rows"])]
    assert {"Name": "report_date", "Value": "2030-02-10"} in made["Header"]["Option"]


USUAL_AGES = ["Current", "1 - 30", "31 - 60", "61 - 90", "91 and over", "Total"]
BY_FIFTEEN = {"aging_period": "15", "num_periods": "3"}


@pytest.mark.parametrize(
    ("late", "asked", "titles", "column"),
    [
        (0, {}, USUAL_AGES, 1),
        (1, BY_FIFTEEN, ["Current", "1 - 15", "16 - 30", "31 and over", "Total"], 2),
        (15, BY_FIFTEEN, ["Current", "1 - 15", "16 - 30", "31 and over", "Total"], 2),
        (16, BY_FIFTEEN, ["Current", "1 - 15", "16 - 30", "31 and over", "Total"], 3),
        (31, BY_FIFTEEN, ["Current", "1 - 15", "16 - 30", "31 and over", "Total"], 4),
        (400, {"num_periods": "1"}, ["Current", "1 and over", "Total"], 2),
        (31, {"aging_period": "x", "num_periods": "0"}, USUAL_AGES, 3),
    ],
)
def test_ages_are_as_long_and_as_many_as_asked(
    books: Client, late: int, asked: dict[str, str], titles: list[str], column: int
) -> None:
    due = str(date(2026, 6, 30) - timedelta(days=late))
    books.post("Invoice", invoice(TxnDate="2025-01-01", DueDate=due))
    made = report(books, "AgedReceivables", report_date="2026-06-30", **asked)
    assert [one["ColTitle"] for one in made["Columns"]["Column"][1:]] == titles
    [amy] = data_rows(made)
    assert [at for at, one in enumerate(amy) if one["value"] == "100.00"] == [column, len(titles)]
    detail = report(books, "AgedReceivableDetail", report_date="2026-06-30", **asked)["Rows"]["Row"][0]
    heading = titles[column - 1].replace("and over", "or more")
    assert detail["Header"]["ColData"][0]["value"] == heading + (" days past due" if column > 1 else "")


def test_details_of_what_is_owed_may_be_narrowed_by_age_and_tell_of_the_person(books: Client) -> None:
    mail = {"PrimaryEmailAddr": {"Address": "a@example.org"}, "CompanyName": "Ada Ltd", "GivenName": "Ada"}
    ada = books.post("Customer", {"DisplayName": "Ada", **mail})["Id"]
    for due in ("2026-06-29", "2026-06-01"):
        books.post("Invoice", invoice(customer=ada, TxnDate="2026-01-01", DueDate=due))

    def dues(**asked: str) -> list[str]:
        made = report(books, "AgedReceivableDetail", columns="due_date", report_date="2026-06-30", **asked)
        return sorted(cells[0]["value"] for cells in lines(made["Rows"]) if cells[0]["value"].startswith("2026"))

    assert dues() == ["2026-06-01", "2026-06-29"]
    assert dues(past_due="2") == dues(end_duedate="2026-06-28") == ["2026-06-01"]
    assert dues(start_duedate="2026-06-02") == ["2026-06-29"]
    wanted = "cust_bill_email,cust_comp_name,cust_pri_cont,past_due"
    made = report(books, "AgedReceivableDetail", columns=wanted, report_date="2026-06-30")
    [*_, row] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == "a@example.org"]
    assert [cell["value"] for cell in row[1:3]] == ["Ada Ltd", "Ada"]


# on the basis of cash


def paid(entity: str, key: str, amount: int, day: str, **fields: Any) -> dict[str, Any]:
    line = {"Amount": amount, "LinkedTxn": [{"TxnId": key, "TxnType": entity}]}
    return {"CustomerRef": {"value": "1"}, "TotalAmt": amount, "Line": [line], "TxnDate": day, **fields}


def of_cash(books: Client, name: str, **asked: str) -> dict[str, Any]:
    made = report(books, name, accounting_method="Cash", **{**ALL, **asked})
    assert made["Header"]["ReportBasis"] == "Cash"
    return made


def test_income_counts_as_far_and_on_the_days_that_it_is_paid(books: Client) -> None:
    lines_ = (line("60"), line("40", item="2"))
    sold = books.post("Invoice", invoice(*lines_, TxnDate="2026-01-15"))
    assert report(books, "ProfitAndLoss", accounting_method="Cash", **ALL)["Rows"]["Row"][-1]["Summary"] == {
        "ColData": [{"value": "Net Income"}, {"value": ""}]
    }
    books.post("Payment", paid("Invoice", sold["Id"], 33, "2026-02-10"))
    books.post("Payment", paid("Invoice", sold["Id"], 17, "2026-03-10"))
    made = of_cash(books, "ProfitAndLoss", summarize_column_by="Month", start_date="2026-01-01", end_date="2026-03-31")
    [income] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == "Total Income"]
    assert [cell["value"] for cell in income[1:]] == ["0.00", "33.00", "17.00", "50.00"]
    sheet = of_cash(books, "BalanceSheet")
    assert amount(sheet, "TOTAL ASSETS") == amount(sheet, "TOTAL LIABILITIES AND EQUITY") == 50
    assert "Accounts Receivable" not in str(sheet["Rows"])
    assert amount(report(books, "ProfitAndLoss", **ALL), "Total Income") == 100
    books.do("preference", group="ReportPrefs", name="ReportBasis", value="Cash")
    made = report(books, "ProfitAndLoss", **ALL)
    assert (made["Header"]["ReportBasis"], amount(made, "Total Income")) == ("Cash", 50)


def test_expenses_count_when_their_bill_is_paid_and_what_is_left_over_is_income(sample: Client) -> None:
    before = {name: amount(of_cash(sample, "ProfitAndLoss"), name) for name in ("Total Expenses", "Total Income")}
    cost = {"Amount": 30, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}
    bill = {"VendorRef": {"value": "30"}, "Line": [{**cost, "DetailType": "AccountBasedExpenseLineDetail"}]}
    owed = sample.post("Bill", bill)
    assert amount(of_cash(sample, "ProfitAndLoss"), "Total Expenses") == before["Total Expenses"]
    line_ = {"Amount": 12, "LinkedTxn": [{"TxnId": owed["Id"], "TxnType": "Bill"}]}
    check = {"PayType": "Check", "CheckPayment": {"BankAccountRef": {"value": "35"}}, "VendorRef": {"value": "30"}}
    sample.post("BillPayment", {**check, "TotalAmt": 12, "Line": [line_]})
    assert amount(of_cash(sample, "ProfitAndLoss"), "Total Expenses") == before["Total Expenses"] + 12
    sample.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 9})
    assert amount(of_cash(sample, "ProfitAndLoss"), "Total Income") == before["Total Income"] + 9
    assert amount(of_cash(sample, "ProfitAndLoss"), "Unapplied Cash Payment Income") >= 9


def test_a_deposit_of_an_invoice_is_cash_on_its_day(books: Client) -> None:
    books.post("Invoice", invoice(line("100"), Deposit=25, TxnDate="2026-01-15"))
    made = of_cash(books, "ProfitAndLoss", start_date="2026-01-15", end_date="2026-01-15")
    assert amount(made, "Total Income") == 25
    assert amount(of_cash(books, "BalanceSheet"), "TOTAL ASSETS") == 25


@pytest.mark.parametrize("name", ["BalanceSheet", "TrialBalance", "JournalReport"])
def test_the_sample_company_balances_on_the_basis_of_cash(sample: Client, name: str) -> None:
    made = report(sample, name, accounting_method="cash", **ALL)
    if name == "BalanceSheet":
        assert amount(made, "TOTAL ASSETS") == amount(made, "TOTAL LIABILITIES AND EQUITY")
        return
    [total] = [cells for cells in lines(made["Rows"]) if cells[0]["value"] == "TOTAL"]
    assert total[-2]["value"] == total[-1]["value"] != "0.00"


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(1, 999), st.integers(1, 999), st.integers(0, 120)), min_size=1, max_size=6))
def test_what_is_paid_in_parts_adds_up_to_the_whole(parts: list[tuple[int, int, int]]) -> None:
    """However cents fall, all payments together count as the whole invoice, and each keeps the books in balance."""
    emulator = Emulator(access_token=TOKEN, has_limits=False)
    prices = [Decimal(price) / 100 for price, *_ in parts]
    sold = call(emulator, "POST", "invoice", invoice(*(line(price) for price in prices)))["Invoice"]
    shares = [(Decimal(share) / 100, f"2027-{late % 12 + 1:02}-01") for _, share, late in parts]
    left = sum(prices)
    for share, day in [*shares, (left, "2028-01-01")]:
        some = min(left, share)
        if some:
            call(emulator, "POST", "payment", {**paid("Invoice", sold["Id"], 1, day), **of_amount(some, sold["Id"])})
            left -= some
        query = "accounting_method=Cash&start_date=1900-01-01&end_date=2999-12-31"
        made, sheet = (call(emulator, "GET", f"reports/{name}?{query}") for name in ("ProfitAndLoss", "BalanceSheet"))
        assert amount(made, "Total Income") == sum(prices) - left
        assert amount(sheet, "TOTAL ASSETS") == amount(sheet, "TOTAL LIABILITIES AND EQUITY") == sum(prices) - left


def of_amount(some: Decimal, key: str) -> dict[str, Any]:
    return {"TotalAmt": some, "Line": [{"Amount": some, "LinkedTxn": [{"TxnId": key, "TxnType": "Invoice"}]}]}


@pytest.mark.parametrize("name", ["CustomerSales", "ClassSales", "DepartmentSales", "VendorExpenses"])
@pytest.mark.parametrize("by", ["Month", "Quarter", "Classes", "Customers"])
def test_sales_and_expenses_have_the_columns_that_are_asked_for(tagged: Client, name: str, by: str) -> None:
    days = {"start_date": "2026-01-01", "end_date": "2027-12-31"}
    made = report(tagged, name, summarize_column_by=by, **days)
    plain = report(tagged, name, **days)
    titles = [column["ColTitle"] for column in made["Columns"]["Column"]]
    assert titles[-1] == ("Total" if by in ("Month", "Quarter") else "TOTAL")
    assert len(titles) > 2
    shown = list(lines(made["Rows"]))
    assert [(cells[0], cells[-1]) for cells in shown] == [(cells[0], cells[1]) for cells in lines(plain["Rows"])]
    for cells in shown:
        assert len(cells) == len(titles)
        assert sum(Decimal(one["value"] or 0) for one in cells[1:-1]) == Decimal(cells[-1]["value"])

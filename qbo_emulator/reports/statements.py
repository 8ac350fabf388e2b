"""Statements of accounts: profit and loss, balance sheet, trial balance; knows no request."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports.frame import cell, data, section, sum_row

ZERO = Decimal(0)
Amounts = dict[str, Decimal]
INCOME, COST, EXPENSE = "Income", "Cost of Goods Sold", "Expense"
OTHER_INCOME, OTHER_EXPENSE = "Other Income", "Other Expense"
PROFIT = (INCOME, COST, EXPENSE, OTHER_INCOME, OTHER_EXPENSE)
# Intuit's group -> its title, and the types of accounts that belong to it.
CURRENT_ASSETS = (
    ("BankAccounts", "Bank Accounts", "Bank"),
    ("AR", "Accounts Receivable", "Accounts Receivable"),
    ("OtherCurrentAssets", "Other Current Assets", "Other Current Asset"),
)
CURRENT_LIABILITIES = (
    ("AP", "Accounts Payable", "Accounts Payable"),
    ("CreditCards", "Credit Cards", "Credit Card"),
    ("OtherCurrentLiabilities", "Other Current Liabilities", "Other Current Liability"),
)


class Statement:
    """The accounts of a company with what they come to; `sign` -1 shows credits as more than nothing."""

    def __init__(self, company: Company, amounts: Amounts) -> None:
        self.company, self.amounts = company, amounts

    def of_type(self, kind: str) -> list[Row]:
        found = [row for row in self.company.rows("Account") if row["AccountType"] == kind]
        return sorted(found, key=lambda row: str(row["FullyQualifiedName"]).lower())

    def total(self, kind: str, sign: int) -> Decimal:
        return sign * sum((self.amounts.get(row["Id"], ZERO) for row in self.of_type(kind)), ZERO)

    def rows(self, kind: str, sign: int) -> list[Row]:
        """The accounts of a type that have moved, those below others inside of them."""
        accounts = self.of_type(kind)
        known = {row["Id"] for row in accounts}
        tops = [row for row in accounts if parent_of(row) not in known]
        return [shown for row in tops for shown in self._account(row, accounts, sign)]

    def _account(self, row: Row, accounts: list[Row], sign: int) -> Iterable[Row]:
        own = sign * self.amounts.get(row["Id"], ZERO)
        below = [
            one for child in accounts if parent_of(child) == row["Id"] for one in self._account(child, accounts, sign)
        ]
        if below:
            whole = own + sum((amount_shown(one) for one in below), ZERO)
            label = (f"Total {row['Name']}", [whole])
            yield section("", row["Name"], below, label, head=f"{own:.2f}" if own else "")
        elif own:
            yield data(cell(row["Name"], row["Id"]), cell(own))

    def group(self, group: str, title: str, kind: str, sign: int) -> Row:
        return section(group, title, self.rows(kind, sign), (f"Total {title}", [self.total(kind, sign)]))

    def moved(self, group: str, title: str, kind: str, sign: int) -> list[Row]:
        """The group, where any of its accounts has moved (recorded: it is missing otherwise)."""
        made = self.group(group, title, kind, sign)
        return [made] if "Rows" in made else []

    @property
    def profit(self) -> Decimal:
        """Income less expenses."""
        return sum((self.total(kind, -1) for kind in PROFIT), ZERO)


def parent_of(row: Row) -> str:
    return str(row.get("ParentRef", {}).get("value", ""))


def amount_shown(row: Row) -> Decimal:
    cells = row["ColData"] if "ColData" in row else row["Summary"]["ColData"]
    return Decimal(cells[1]["value"] or 0)


def profit_and_loss(company: Company, days: tuple[str, str]) -> list[Row]:
    statement = Statement(company, company.ledger().balances(since=days[0], until=days[1]))
    gross = statement.total(INCOME, -1) - statement.total(COST, 1)
    operating = gross - statement.total(EXPENSE, 1)
    other = statement.total(OTHER_INCOME, -1) - statement.total(OTHER_EXPENSE, 1)
    others = [
        *statement.moved("OtherIncome", "Other Income", OTHER_INCOME, -1),
        *statement.moved("OtherExpenses", "Other Expenses", OTHER_EXPENSE, 1),
    ]
    return [
        statement.group("Income", "Income", INCOME, -1),
        *statement.moved("COGS", "Cost of Goods Sold", COST, 1),
        sum_row("GrossProfit", "Gross Profit", gross),
        statement.group("Expenses", "Expenses", EXPENSE, 1),
        sum_row("NetOperatingIncome", "Net Operating Income", operating),
        *others,
        *([sum_row("NetOtherIncome", "Net Other Income", other)] if others else []),
        sum_row("NetIncome", "Net Income", operating + other),
    ]


def balance_sheet(company: Company, days: tuple[str, str]) -> list[Row]:
    ledger = company.ledger()
    statement = Statement(company, ledger.balances(until=days[1]))
    return [assets(statement), liabilities_and_equity(statement, earlier_profit(company, days[1]))]


def earlier_profit(company: Company, until: str) -> Decimal:
    """What earlier years left, which the balance sheet shows as retained earnings."""
    end = date.fromisoformat(until).replace(month=1, day=1) - timedelta(days=1)
    return Statement(company, company.ledger().balances(until=end.isoformat())).profit


def assets(statement: Statement) -> Row:
    current = [statement.group(group, title, kind, 1) for group, title, kind in CURRENT_ASSETS]
    now = sum((statement.total(kind, 1) for _, _, kind in CURRENT_ASSETS), ZERO)
    fixed, other = statement.total("Fixed Asset", 1), statement.total("Other Asset", 1)
    rows = [
        section("CurrentAssets", "Current Assets", current, ("Total Current Assets", [now])),
        statement.group("FixedAssets", "Fixed Assets", "Fixed Asset", 1),
        statement.group("OtherAssets", "Other Assets", "Other Asset", 1),
    ]
    return section("TotalAssets", "ASSETS", rows, ("TOTAL ASSETS", [now + fixed + other]))


def liabilities_and_equity(statement: Statement, retained: Decimal) -> Row:
    current = [statement.group(group, title, kind, -1) for group, title, kind in CURRENT_LIABILITIES]
    now = sum((statement.total(kind, -1) for _, _, kind in CURRENT_LIABILITIES), ZERO)
    owed = now + statement.total("Long Term Liability", -1)
    liabilities = [
        section("CurrentLiabilities", "Current Liabilities", current, ("Total Current Liabilities", [now])),
        statement.group("LongTermLiabilities", "Long-Term Liabilities", "Long Term Liability", -1),
    ]
    equity = statement.total("Equity", -1) + statement.profit
    own = [*statement.rows("Equity", -1), *earned("Retained Earnings of earlier years", "", retained)]
    own += earned("Net Income", "NetIncome", statement.profit - retained)
    rows = [
        section("Liabilities", "Liabilities", liabilities, ("Total Liabilities", [owed])),
        section("Equity", "Equity", own, ("Total Equity", [equity])),
    ]
    label = ("TOTAL LIABILITIES AND EQUITY", [owed + equity])
    return section("TotalLiabilitiesAndEquity", "LIABILITIES AND EQUITY", rows, label)


def earned(label: str, group: str, amount: Decimal) -> list[Row]:
    return [{**data(cell(label), cell(amount)), **({"group": group} if group else {})}] if amount else []


def trial_balance(company: Company, days: tuple[str, str]) -> list[Row]:
    amounts = company.ledger().balances(until=days[1])
    moved = [row for row in company.rows("Account") if amounts.get(row["Id"])]
    rows = [
        data(cell(row["FullyQualifiedName"], row["Id"]), *sides(amounts[row["Id"]]))
        for row in sorted(moved, key=lambda row: str(row["FullyQualifiedName"]).lower())
    ]
    debit = sum((amount for amount in amounts.values() if amount > 0), ZERO)
    credit = -sum((amount for amount in amounts.values() if amount < 0), ZERO)
    return [*rows, section("GrandTotal", "", [], ("TOTAL", [debit, credit]))] if rows else []


def sides(amount: Decimal) -> tuple[dict[str, str], dict[str, str]]:
    return (cell(amount), cell("")) if amount > 0 else (cell(""), cell(-amount))

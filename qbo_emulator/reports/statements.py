"""Statements of accounts: profit and loss, balance sheet, trial balance; knows no request."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.reports import basis
from qbo_emulator.reports.dividing import Amounts, Division, summed
from qbo_emulator.reports.frame import amount_cell, cell, data, section, sum_row
from qbo_emulator.reports.whose import is_wanted, narrowing

ZERO = Decimal(0)
Sums = list[Decimal]
"""One amount per column."""
INCOME, COST, EXPENSE = "Income", "Cost of Goods Sold", "Expense"
OTHER_INCOME, OTHER_EXPENSE = "Other Income", "Other Expense"
PROFIT = (INCOME, COST, EXPENSE, OTHER_INCOME, OTHER_EXPENSE)
# Intuit's group -> its title, and the types of accounts that belong to it.
CURRENT_ASSETS = (
    ("BankAccounts", "Bank Accounts", "Bank"),
    ("AR", "Accounts Receivable", "Accounts Receivable"),
    ("OtherCurrentAssets", "Other current assets", "Other Current Asset"),
)
CURRENT_LIABILITIES = (
    ("AP", "Accounts Payable", "Accounts Payable"),
    ("CreditCards", "Credit Cards", "Credit Card"),
    ("OtherCurrentLiabilities", "Other Current Liabilities", "Other Current Liability"),
)


RETAINED = "Retained Earnings"


class Statement:
    """The accounts of a company with their sums in each column.

    `sign` -1 shows credits as positive.
    """

    def __init__(self, company: Company, columns: list[Amounts], *, sums_heads: bool = False) -> None:
        self.company, self.columns, self.sums_heads = company, columns, sums_heads

    @classmethod
    def of(cls, company: Company, division: Division) -> Statement:
        """With columns by customer, class and so on, the total of an account without own rows is 0.00 (recorded)."""
        return cls(company, [one.amounts for one in division.columns], sums_heads=bool(division.by))

    def of_type(self, kind: str) -> list[Row]:
        found = [row for row in self.company.rows("Account") if row["AccountType"] == kind]
        return sorted(found, key=lambda row: str(row["FullyQualifiedName"]).lower())

    def own(self, row: Row, sign: int) -> Sums:
        return [sign * amounts.get(row["Id"], ZERO) for amounts in self.columns]

    def total(self, kind: str, sign: int) -> Sums:
        return added(self.nothing, *(self.own(row, sign) for row in self.of_type(kind)))

    @property
    def nothing(self) -> Sums:
        return [ZERO for _ in self.columns]

    def rows(self, kind: str, sign: int) -> list[Row]:
        """The accounts of a type that have moved, those below others inside of them."""
        accounts = self.of_type(kind)
        known = {row["Id"] for row in accounts}
        tops = [row for row in accounts if parent_of(row) not in known]
        return [shown for row in tops for shown in self._account(row, accounts, sign)]

    def _account(self, row: Row, accounts: list[Row], sign: int) -> Iterable[Row]:
        own = self.own(row, sign)
        below = [
            one for child in accounts if parent_of(child) == row["Id"] for one in self._account(child, accounts, sign)
        ]
        if below:
            label = (f"Total {row['Name']}", added(own, *(amounts_shown(one) for one in below)))
            made = section("", row["Name"], below, label, head=own, key=row["Id"])
            if self.sums_heads:
                made["Header"]["ColData"][-1] = cell(own[-1])
            yield made
        elif any(own):
            yield data(cell(row["Name"], row["Id"]), *(amount_cell(one) for one in own))

    def group(self, group: str, title: str, kind: str, sign: int) -> Row:
        return section(group, title, self.rows(kind, sign), (f"Total {title}", self.total(kind, sign)))

    def moved(self, group: str, title: str, kind: str, sign: int) -> list[Row]:
        """The group, if any of its accounts has changed (recorded: it is missing otherwise)."""
        made = self.group(group, title, kind, sign)
        return [made] if "Rows" in made else []

    @property
    def profit(self) -> Sums:
        """Income minus expenses."""
        return added(*(self.total(kind, -1) for kind in PROFIT))


def added(*sums: Sums) -> Sums:
    return [sum(column, ZERO) for column in zip(*sums)]


def less(sums: Sums, *others: Sums) -> Sums:
    return [first - second for first, second in zip(sums, added(*others))]


def parent_of(row: Row) -> str:
    return str(row.get("ParentRef", {}).get("value", ""))


def amounts_shown(row: Row) -> Sums:
    cells = row["ColData"] if "ColData" in row else row["Summary"]["ColData"]
    return [Decimal(one["value"] or 0) for one in cells[1:]]


def profit_and_loss(company: Company, division: Division) -> list[Row]:
    statement = Statement.of(company, division)
    gross = less(statement.total(INCOME, -1), statement.total(COST, 1))
    operating = less(gross, statement.total(EXPENSE, 1))
    other = less(statement.total(OTHER_INCOME, -1), statement.total(OTHER_EXPENSE, 1))
    others = [
        *statement.moved("OtherIncome", "Other Income", OTHER_INCOME, -1),
        *statement.moved("OtherExpenses", "Other Expenses", OTHER_EXPENSE, 1),
    ]
    rows = [
        statement.group("Income", "Income", INCOME, -1),
        *statement.moved("COGS", "Cost of Goods Sold", COST, 1),
        sum_row("GrossProfit", "Gross Profit", gross),
        statement.group("Expenses", "Expenses", EXPENSE, 1),
        sum_row("NetOperatingIncome", "Net Operating Income", operating),
        *others,
        *([sum_row("NetOtherIncome", "Net Other Income", other)] if others else []),
        sum_row("NetIncome", "Net Income", added(operating, other)),
    ]
    moved = any("Rows" in row for row in rows)
    return [row if "Rows" in row or (moved and "Header" not in row) else without_sums(row) for row in rows]


def without_sums(row: Row) -> Row:
    """A section in which nothing moved has blanks for sums, and so has all of an empty report (both recorded)."""
    label, *sums = row["Summary"]["ColData"]
    return {**row, "Summary": {"ColData": [label, *(cell("") for _ in sums)]}}


def balance_sheet(company: Company, division: Division) -> list[Row]:
    statement = Statement.of(company, division)
    retained = Statement(company, [one.earlier for one in division.columns]).profit
    return [assets(statement), liabilities_and_equity(statement, retained)]


def assets(statement: Statement) -> Row:
    current = [row for group, title, kind in CURRENT_ASSETS for row in statement.moved(group, title, kind, 1)]
    now = added(*(statement.total(kind, 1) for _, _, kind in CURRENT_ASSETS))
    whole = added(now, statement.total("Fixed Asset", 1), statement.total("Other Asset", 1))
    rows = [
        *inside("CurrentAssets", "Current Assets", current, now),
        *statement.moved("FixedAssets", "Fixed Assets", "Fixed Asset", 1),
        *statement.moved("OtherAssets", "Other Assets", "Other Asset", 1),
    ]
    return whole_of("TotalAssets", "ASSETS", rows, whole)


def liabilities_and_equity(statement: Statement, retained: Sums) -> Row:
    current = [row for group, title, kind in CURRENT_LIABILITIES for row in statement.moved(group, title, kind, -1)]
    now = added(*(statement.total(kind, -1) for _, _, kind in CURRENT_LIABILITIES))
    owed = added(now, statement.total("Long Term Liability", -1))
    liabilities = [
        *inside("CurrentLiabilities", "Current Liabilities", current, now),
        *statement.moved("LongTermLiabilities", "Long-Term Liabilities", "Long Term Liability", -1),
    ]
    equity = added(statement.total("Equity", -1), statement.profit)
    rows = [
        *inside("Liabilities", "Liabilities", liabilities, owed),
        *inside("Equity", "Equity", equity_rows(statement, retained), equity),
    ]
    return whole_of("TotalLiabilitiesAndEquity", "LIABILITIES AND EQUITY", rows, added(owed, equity))


def inside(group: str, title: str, rows: list[Row], sums: Sums) -> list[Row]:
    """The section, if there is anything in it (recorded: it is missing otherwise)."""
    return [section(group, title, rows, (f"Total {title}", sums))] if rows else []


def whole_of(group: str, title: str, rows: list[Row], sums: Sums) -> Row:
    made = section(group, title, rows, (f"TOTAL {title}", sums))
    return made if rows else without_sums(made)


def equity_rows(statement: Statement, retained: Sums) -> list[Row]:
    """Earnings of earlier years stand with what was booked as such, under the account's name and id (documented)."""
    rows = statement.rows("Equity", -1)
    account = next((row for row in statement.of_type("Equity") if row["Name"] == RETAINED), None)
    shown = next((row for row in rows if account and row.get("ColData", [{}])[0].get("id") == account["Id"]), None)
    kept = added(retained, amounts_shown(shown)) if shown else retained
    label = cell(RETAINED, account["Id"] if account else "")
    earlier = [data(label, *(amount_cell(one) for one in kept))] if any(kept) else []
    return [
        *(row for row in rows if row is not shown),
        *earlier,
        *earned("Net Income", "NetIncome", less(statement.profit, retained)),
    ]


def earned(label: str, group: str, sums: Sums) -> list[Row]:
    return [{**data(cell(label), *(amount_cell(one) for one in sums)), "group": group}] if any(sums) else []


# cash flow: type of account -> the group that its changes belong to
FLOW = {
    **dict.fromkeys(("Accounts Receivable", "Other Current Asset", "Accounts Payable"), "OperatingAdjustments"),
    **dict.fromkeys(("Credit Card", "Other Current Liability"), "OperatingAdjustments"),
    **dict.fromkeys(("Fixed Asset", "Other Asset"), "InvestingActivities"),
    **dict.fromkeys(("Long Term Liability", "Equity"), "FinancingActivities"),
}
ADJUSTMENTS = "Adjustments to reconcile Net Income to Net Cash provided by operations:"


def is_cash(account: Row) -> bool:
    return account["AccountType"] == "Bank" or account.get("AccountSubType") == "UndepositedFunds"


def cash_flow(company: Company, division: Division) -> list[Row]:
    """What earned and took cash, and what there is of it; its outline is documented."""
    statement = Statement.of(company, division)
    accounts = sorted(company.rows("Account"), key=lambda row: str(row["FullyQualifiedName"]).lower())
    cash = [row for row in accounts if is_cash(row)]
    before = Statement(company, [one.earlier for one in division.columns])
    start = added(statement.nothing, *(before.own(row, 1) for row in cash))
    more = added(statement.nothing, *(statement.own(row, 1) for row in cash))
    groups: dict[str, list[tuple[Row, Sums]]] = {group: [] for group in FLOW.values()}
    for row in accounts:
        changed = statement.own(row, -1)
        if any(changed) and not is_cash(row) and row["AccountType"] in FLOW:
            groups[FLOW[row["AccountType"]]].append((row, changed))
    made = {
        group: [data(cell(row["Name"], row["Id"]), *map(cell, sums)) for row, sums in groups[group]] for group in groups
    }
    sums = {group: added(statement.nothing, *(one for _, one in groups[group])) for group in groups}
    profit = statement.profit
    if not (any(start) or any(more) or any(profit) or any(made.values())):
        return []
    adjusted = section(
        "OperatingAdjustments",
        ADJUSTMENTS,
        made["OperatingAdjustments"],
        (f"Total {ADJUSTMENTS}", sums["OperatingAdjustments"]),
    )
    operating = [{**data(cell("Net Income"), *map(cell, profit)), "group": "NetIncome"}]
    operating += [adjusted] if made["OperatingAdjustments"] else []
    rows = [flow("Operating", operating, added(profit, sums["OperatingAdjustments"]))]
    for word in ("Investing", "Financing"):
        if made[f"{word}Activities"]:
            rows.append(flow(word, made[f"{word}Activities"], sums[f"{word}Activities"]))
    rows.append(sum_row("CashIncrease", "Net cash increase for period", more))
    if any(start):
        rows.append(sum_row("BeginningCash", "Cash at beginning of period", start))
    return [*rows, sum_row("EndingCash", "Cash at end of period", added(start, more))]


def flow(word: str, rows: list[Row], sums: Sums) -> Row:
    label = f"Net cash provided by {word.lower()} activities"
    return section(f"{word}Activities", f"{word} Activities".upper(), rows, (label, sums))


def trial_balance(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Row]:
    wanted = narrowing(asked)
    entries = (entry for entry in basis.entries(company, asked) if is_wanted(entry.row, entry.line, wanted))
    amounts = summed(entries, "", days[1])
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

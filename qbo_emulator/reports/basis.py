"""The entries that a report tells of, on the accrual basis or as cash moved; knows no report."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry, cents
from qbo_emulator.books.postings import PAYABLE, RECEIVABLE, amount_of

ACCRUAL, CASH = "Accrual", "Cash"
ZERO = Decimal(0)
OWED = frozenset(("Invoice", "CreditMemo", "Bill", "VendorCredit"))  # what counts only as far as it is paid
PAYING = frozenset(("Payment", "BillPayment"))
# what a payment pays for nothing yet counts as, if the company has these accounts (Intuit's names)
UNAPPLIED = {RECEIVABLE: "Unapplied Cash Payment Income", PAYABLE: "Unapplied Cash Bill Payment Expense"}


class Settlement(NamedTuple):
    """A part of what was owed, and the day on which it was paid."""

    day: str
    amount: Decimal


def basis_of(company: Company, asked: Mapping[str, str]) -> str:
    """What the request says, or else the company's preference."""
    usual = company.preferences.get("ReportPrefs", {}).get("ReportBasis", ACCRUAL)
    return CASH if str(asked.get("accounting_method") or usual).lower() == CASH.lower() else ACCRUAL


def entries(company: Company, asked: Mapping[str, str]) -> list[Entry]:
    """The company's entries by day, on the basis that is asked for."""
    told = company.ledger().entries
    return told if basis_of(company, asked) == ACCRUAL else sorted(as_paid(company, told), key=lambda one: one.day)


def as_paid(company: Company, told: list[Entry]) -> Iterator[Entry]:
    """What was owed counts on the days on which it was paid, as far as it was; all else as it stands."""
    settled, waiting = settlements(company), defaultdict(list)
    for entry in told:
        if entry.entity in OWED and amount_of(entry.row, "TotalAmt"):
            waiting[entry.entity, entry.row["Id"]].append(entry)
        else:
            yield entry
    for owed, parts in waiting.items():
        yield from in_parts(parts, settled[owed])
        yield from at_once(parts)
    yield from unapplied(company, told)


def settlements(company: Company) -> dict[tuple[str, str], list[Settlement]]:
    """What was paid of each transaction, and when."""
    found: dict[tuple[str, str], list[Settlement]] = defaultdict(list)
    for entity in PAYING:
        for row in company.rows_as_called(entity):
            for line in row.get("Line", ()):
                for link in line.get("LinkedTxn", ()):
                    paid = Settlement(str(row.get("TxnDate", "")), amount_of(line))
                    found[str(link.get("TxnType")), str(link.get("TxnId"))].append(paid)
    for row in company.rows_as_called("Invoice"):
        if amount_of(row, "Deposit"):
            found["Invoice", row["Id"]].append(Settlement(row["TxnDate"], amount_of(row, "Deposit")))
    return found


def at_once(parts: list[Entry]) -> Iterator[Entry]:
    """An invoice's deposit is money on its own day."""
    deposit = amount_of(parts[0].row, "Deposit") if parts[0].entity == "Invoice" else ZERO
    if deposit:
        yield parts[0]._replace(amount=-deposit)
        yield parts[1]


def without_deposit(parts: list[Entry]) -> list[Entry]:
    deposit = amount_of(parts[0].row, "Deposit") if parts[0].entity == "Invoice" else ZERO
    return [parts[0]._replace(amount=parts[0].amount + deposit), *parts[2:]] if deposit else parts


def in_parts(parts: list[Entry], paid: list[Settlement]) -> Iterator[Entry]:
    """The entries of one transaction, the first of which is what is owed, split over its payments; each part adds up
    to zero, and all of them to the whole.
    """
    parts, whole = without_deposit(parts), amount_of(parts[0].row, "TotalAmt")
    before, counted = ZERO, [ZERO for _ in parts]
    most = max(range(1, len(parts)), key=lambda at: abs(parts[at].amount), default=0)
    for settlement in sorted(paid):
        before += settlement.amount
        now = [cents(entry.amount * min(before / whole, Decimal(1))) for entry in parts]
        now[most] -= sum(now, ZERO)  # cents that rounding won or lost
        day = max(settlement.day, parts[0].day)
        for entry, amount in zip(parts, (new - old for new, old in zip(now, counted))):
            if amount:
                yield entry._replace(day=day, amount=amount)
        counted = now


def unapplied(company: Company, told: list[Entry]) -> Iterator[Entry]:
    """What payments have left over is income, or an expense, until it pays for something."""
    names = {str(row["Name"]): row["Id"] for row in company.rows("Account")}
    for entry in told:
        left = left_over(entry.row) if entry.entity in PAYING else ZERO
        account = names.get(UNAPPLIED.get(entry.account, ""))
        if left and account:
            moved = left.copy_sign(entry.amount)
            yield entry._replace(amount=-moved)
            yield entry._replace(account=account, amount=moved)


def left_over(row: Row) -> Decimal:
    if "UnappliedAmt" in row:
        return amount_of(row, "UnappliedAmt")
    paid = sum((amount_of(line) for line in row.get("Line", ()) if line.get("LinkedTxn")), ZERO)
    return max(amount_of(row, "TotalAmt") - paid, ZERO)

"""What each transaction changes on the accounts of the balance sheet, debits positive; knows no company."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Optional

from qbo_emulator.books.table import Row

RECEIVABLE, UNDEPOSITED, PAYABLE, SALES_TAX = "84", "4", "33", "90"
OF_BALANCE_SHEET = frozenset(("Asset", "Liability", "Equity"))
Posting = tuple[str, Decimal, Optional[Row]]  # account id, amount, its line (None: of no line)


def postings(entity: str, row: Row) -> Iterator[Posting]:
    """The accounts that `row` changes, and by how much; the first one is what it was paid by or is owed on."""
    of_entity = BOOKED.get(entity)
    if of_entity:
        yield from (posting for posting in of_entity(row) if posting[0])


def account_of(holder: object, field: str, otherwise: str = "") -> str:
    reference = holder.get(field) if isinstance(holder, dict) else None
    return str(reference.get("value") or otherwise) if isinstance(reference, dict) else otherwise


def amount_of(holder: Row, field: str = "Amount") -> Decimal:
    value = holder.get(field, 0)
    return Decimal(value) if isinstance(value, (int, Decimal)) else Decimal(0)


def details(row: Row) -> Iterator[tuple[Row, Decimal, Row]]:
    """The detail of each line that names an account, with the line's amount and the line."""
    for line in row.get("Line", ()):
        detail = line.get(line.get("DetailType", "")) or {}
        if account_of(detail, "AccountRef"):
            yield detail, amount_of(line), line


def described(line: Row) -> str:
    return str(line.get("Description", ""))


def invoice(row: Row) -> Iterator[Posting]:
    deposit = amount_of(row, "Deposit")
    yield RECEIVABLE, amount_of(row, "TotalAmt") - deposit, None
    yield account_of(row, "DepositToAccountRef", UNDEPOSITED), deposit, None
    yield from sales_tax(row)


def sales_tax(row: Row) -> Iterator[Posting]:
    yield SALES_TAX, -amount_of(row.get("TxnTaxDetail", {}), "TotalTax"), None


def sales_receipt(row: Row) -> Iterator[Posting]:
    yield account_of(row, "DepositToAccountRef", UNDEPOSITED), amount_of(row, "TotalAmt"), None
    yield from sales_tax(row)


def payment(row: Row) -> Iterator[Posting]:
    yield account_of(row, "DepositToAccountRef", UNDEPOSITED), amount_of(row, "TotalAmt"), None
    yield RECEIVABLE, -amount_of(row, "TotalAmt"), None


def bill(row: Row) -> Iterator[Posting]:
    yield account_of(row, "APAccountRef", PAYABLE), -amount_of(row, "TotalAmt"), None
    yield from spent(row)
    yield tax_paid(row)


def spent(row: Row) -> Iterator[Posting]:
    for detail, amount, line in details(row):
        yield account_of(detail, "AccountRef"), amount, line


def tax_paid(row: Row) -> Posting:
    """The tax of what was bought lowers what is owed to the agency."""
    return SALES_TAX, amount_of(row.get("TxnTaxDetail", {}), "TotalTax"), None


def bill_payment(row: Row) -> Iterator[Posting]:
    total = amount_of(row, "TotalAmt")
    yield account_of(row, "APAccountRef", PAYABLE), total, None
    yield account_of(row.get("CheckPayment") or {}, "BankAccountRef"), -total, None
    yield account_of(row.get("CreditCardPayment") or {}, "CCAccountRef"), -total, None


def purchase(row: Row) -> Iterator[Posting]:
    sign = -1 if row.get("Credit") is True else 1
    yield account_of(row, "AccountRef"), -sign * amount_of(row, "TotalAmt"), None
    for account, amount, line in (*spent(row), tax_paid(row)):
        yield account, sign * amount, line


def deposit(row: Row) -> Iterator[Posting]:
    yield account_of(row, "DepositToAccountRef"), amount_of(row, "TotalAmt"), None
    for line in row.get("Line", ()):
        detail = line.get("DepositLineDetail") or {}
        yield account_of(detail, "AccountRef", UNDEPOSITED), -amount_of(line), line


def journal_entry(row: Row) -> Iterator[Posting]:
    for detail, amount, line in details(row):
        yield account_of(detail, "AccountRef"), -amount if detail.get("PostingType") == "Credit" else amount, line


def transfer(row: Row) -> Iterator[Posting]:
    yield account_of(row, "FromAccountRef"), -amount_of(row), None
    yield account_of(row, "ToAccountRef"), amount_of(row), None


def card_payment(row: Row) -> Iterator[Posting]:
    yield account_of(row, "BankAccountRef"), -amount_of(row), None
    yield account_of(row, "CreditCardAccountRef"), amount_of(row), None


def credit_memo(row: Row) -> Iterator[Posting]:
    return ((account, -amount, line) for account, amount, line in invoice({**row, "Deposit": 0}))


def refund_receipt(row: Row) -> Iterator[Posting]:
    return ((account, -amount, line) for account, amount, line in sales_receipt(row))


def vendor_credit(row: Row) -> Iterator[Posting]:
    return ((account, -amount, line) for account, amount, line in bill(row))


BOOKED = {
    "Invoice": invoice,
    "CreditMemo": credit_memo,
    "SalesReceipt": sales_receipt,
    "RefundReceipt": refund_receipt,
    "Payment": payment,
    "Bill": bill,
    "VendorCredit": vendor_credit,
    "BillPayment": bill_payment,
    "Purchase": purchase,
    "Deposit": deposit,
    "JournalEntry": journal_entry,
    "Transfer": transfer,
    "CreditCardPayment": card_payment,
}

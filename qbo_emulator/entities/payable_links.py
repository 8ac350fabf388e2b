"""What bill payments link beside bills and vendor credits, as a public client has measured it in sandbox companies:
journal entries and deposits that post to accounts payable for the vendor; expenses are dropped. Knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import key_of

EXPENSES = frozenset(("Purchase", "Check", "Expense"))
POSTED = {"JournalEntry": "JournalEntryLineDetail", "Deposit": "DepositLineDetail"}
ZERO = Decimal(0)


def check_lines(draft: Draft) -> None:
    """Lines, each with what it pays."""
    if draft.sparse and "Line" not in draft.sent:
        return
    lines = draft.row.get("Line")
    if not lines:
        raise faults.missing_parameter("Line")
    for line in lines if isinstance(lines, list) else ():
        if isinstance(line, dict) and not line.get("LinkedTxn"):
            raise faults.missing_parameter("LinkedTxn")


def drop_expenses(draft: Draft) -> None:
    """Lines that link an expense are dropped, and only what the others come to is paid."""
    row = draft.row
    lines = [line for line in row["Line"] if not EXPENSES & {str(link.get("TxnType")) for link in line["LinkedTxn"]}]
    if len(lines) == len(row["Line"]):
        return
    row["Line"] = lines
    row["TotalAmt"] = sum((sign * amount for sign, amount in sides(draft)), ZERO)
    if row["TotalAmt"] > 0 and not any(paid_from(row)):
        raise faults.business("Select an account to pay from.")


def paid_from(row: Row) -> Iterator[str]:
    for name, field in (("CheckPayment", "BankAccountRef"), ("CreditCardPayment", "CCAccountRef")):
        yield key_of((row.get(name) or {}).get(field))


def sides(draft: Draft) -> Iterator[tuple[int, Decimal]]:
    """1 for what is owed and -1 for what is credited, with the amount, for each line."""
    vendor = key_of(draft.row.get("VendorRef"))
    for line in draft.row["Line"]:
        for link in line["LinkedTxn"]:
            kind, key = str(link.get("TxnType", "")), str(link.get("TxnId", ""))
            owed = posted(draft.company, kind, key, vendor) if kind in POSTED else ZERO
            yield -1 if kind == "VendorCredit" or owed < 0 else 1, Decimal(str(line.get("Amount", 0)))


def posted(company: Company, kind: str, key: str, vendor: str) -> Decimal:
    """What an entry or a deposit adds to what the vendor is owed. Raises QboFault where it does not exist."""
    row = company.get(kind, key)
    if row is None:
        raise faults.nothing_to_link(kind, key)
    found = ZERO
    for line in row.get("Line", ()):
        detail = line.get(POSTED[kind]) or {}
        account = company.get("Account", key_of(detail.get("AccountRef"))) or {}
        entity = detail.get("Entity") or {}
        whose = key_of(entity.get("EntityRef", entity))
        if account.get("AccountType") == "Accounts Payable" and whose == vendor:
            amount = Decimal(str(line.get("Amount", 0)))
            found += -amount if detail.get("PostingType") == "Debit" else amount
    return found


def check_left(draft: Draft, kind: str, key: str, asked: Decimal) -> None:
    """Raises QboFault for more than is left of an entry or a deposit after all other payments."""
    vendor = key_of(draft.row.get("VendorRef"))
    left = abs(posted(draft.company, kind, key, vendor))
    for payment in draft.company.rows("BillPayment"):
        if payment["Id"] != draft.row["Id"]:
            left -= sum((amount for link, amount in linked(payment) if link == (kind, key)), ZERO)
    if asked > left:
        raise faults.business("The amount applied is more than the open balance of the transaction.")


def linked(payment: Row) -> Iterator[tuple[tuple[str, str], Decimal]]:
    for line in payment.get("Line", ()):
        for link in line.get("LinkedTxn", ()):
            yield (str(link.get("TxnType", "")), str(link.get("TxnId", ""))), Decimal(str(line.get("Amount", 0)))

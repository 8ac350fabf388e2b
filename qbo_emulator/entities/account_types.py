"""Which type of account, and whose name, each place of a transaction asks for; knows no HTTP.

Intuit's API reference says it of each field (Purchase.AccountRef by PaymentType, Deposit.DepositToAccountRef,
JournalEntryLineDetail.Entity); the words are those that developers and help pages have published.
"""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import key_of

PAID_FROM = {"Check": "Bank", "CreditCard": "Credit Card"}
DEPOSITED_TO = ("Bank", "Other Current Asset")
OWED_BY = {"Accounts Receivable": "Customer", "Accounts Payable": "Vendor"}


def check_account_types(draft: Draft) -> None:
    """Raises QboFault for an account of the wrong type, or one that needs a customer or a vendor with it."""
    if not draft.company.switch("account_types_checked"):
        return
    name, row, company = draft.kind.name, draft.row, draft.company
    if name == "Purchase":
        wanted = PAID_FROM.get(row.get("PaymentType", ""))
        if wanted and type_of(company, row.get("AccountRef")) not in (wanted, ""):
            raise faults.different_account_type()
    elif name == "Deposit" and type_of(company, row.get("DepositToAccountRef")) not in (*DEPOSITED_TO, ""):
        raise faults.business("Select a bank account for this deposit.")
    elif name == "JournalEntry":
        check_owners(company, row["Line"])
    elif name == "Bill" and any(type_of(company, spent_on(line)) == "Accounts Payable" for line in row["Line"]):
        raise faults.business("You can't use an Accounts Payable account on the detail portion of a Bill.")


def check_owners(company: Company, lines: list[Row]) -> None:
    """What somebody owes, or is owed, is somebody's."""
    for line in lines:
        detail = line.get("JournalEntryLineDetail") or {}
        account_type = type_of(company, detail.get("AccountRef"))
        owner = OWED_BY.get(account_type)
        entity = detail.get("Entity") or {}
        if owner and not (entity.get("Type") == owner and key_of(entity.get("EntityRef"))):
            raise faults.business(f"When you use {account_type}, you must choose a {owner.lower()} in the Name field.")


def spent_on(line: Row) -> object:
    return (line.get("AccountBasedExpenseLineDetail") or {}).get("AccountRef")


def type_of(company: Company, reference: object) -> str:
    """The type of the account; empty where there is none."""
    account = company.get("Account", key_of(reference)) if key_of(reference) else None
    return str(account["AccountType"]) if account else ""

"""Transfers between accounts, and credit card payments, which are transfers of one kind; knows no HTTP."""

from __future__ import annotations

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities.kind import TRANSACTION, Draft, Kind
from qbo_emulator.entities.others import delete_transaction, transaction_rules
from qbo_emulator.entities.references import key_of


def transfer_rules(draft: Draft) -> None:
    row = draft.row
    row.setdefault("Line", [])
    transaction_rules(draft)
    row.pop("Line")
    row["Amount"] = cents(row["Amount"])
    if draft.kind is TRANSFER and key_of(row["FromAccountRef"]) == key_of(row["ToAccountRef"]):
        raise faults.business("You need to choose a different account for the transfer.")


def as_transfer(company: Company, key: str) -> Row | None:
    """A credit card payment, as a read of a transfer with its id shows it (a public client relies on it)."""
    paid = company.get("CreditCardPayment", key)
    if paid is None:
        return None
    shown = {name: value for name, value in paid.items() if name not in ("BankAccountRef", "CreditCardAccountRef")}
    return shown | {
        "FromAccountRef": paid.get("BankAccountRef", {}),
        "ToAccountRef": paid.get("CreditCardAccountRef", {}),
    }


TRANSFER = Kind(
    "Transfer",
    operations=TRANSACTION - {"void"},
    required=("Amount", "FromAccountRef", "ToAccountRef"),
    rules=transfer_rules,
    delete=delete_transaction,
    otherwise=as_transfer,
)
CARD_PAYMENT = Kind(
    "CreditCardPayment",
    operations=TRANSACTION - {"void"},
    required=("Amount", "BankAccountRef", "CreditCardAccountRef"),
    rules=transfer_rules,
    delete=delete_transaction,
    answers_as="CreditCardPaymentTxn",
)

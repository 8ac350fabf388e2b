"""Lists of transactions, of accounts and of stock; knows no request."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator.books.company import TRANSACTIONS, Company, Row
from qbo_emulator.books.postings import postings
from qbo_emulator.reports.frame import cell, data, section

ZERO = Decimal(0)
TITLES = {
    "CreditMemo": "Credit Memo",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund",
    "BillPayment": "Bill Payment",
    "VendorCredit": "Vendor Credit",
    "PurchaseOrder": "Purchase Order",
    "JournalEntry": "Journal Entry",
    "CreditCardPayment": "Credit Card Payment",
    "InventoryAdjustment": "Inventory Qty Adjust",
    "Purchase": "Expense",
}
NOT_POSTING = frozenset(("Estimate", "PurchaseOrder"))
LESS = frozenset(("CreditMemo", "RefundReceipt"))  # amounts that the list shows as negative
PEOPLE = ("CustomerRef", "VendorRef", "EntityRef")


def transactions(company: Company, days: tuple[str, str], asked: dict[str, str]) -> list[Row]:
    """Every transaction of the period, oldest first; `customer`, `vendor` and `transaction_type` narrow it."""
    wanted = {asked[name] for name in ("customer", "vendor") if asked.get(name)}
    kind = asked.get("transaction_type", "").lower()
    found = [
        (row["TxnDate"], int(row["Id"]), entity, row)
        for entity in sorted(TRANSACTIONS)
        for row in company.rows(entity)
        if days[0] <= row.get("TxnDate", "") <= days[1]
        and (not wanted or person(row)[1] in wanted)
        and kind in ("", entity.lower())
    ]
    return [transaction(company, entity, row) for _, _, entity, row in sorted(found, key=lambda one: one[:2])]


def transaction(company: Company, entity: str, row: Row) -> Row:
    accounts = [(company.get("Account", key) or {}).get("Name", "") for key, amount in postings(entity, row) if amount]
    account, *split = accounts or [""]
    amount = Decimal(row.get("TotalAmt", 0) or row.get("Amount", 0))
    return data(
        cell(row["TxnDate"]),
        cell(TITLES.get(entity, entity), row["Id"]),
        cell(row.get("DocNumber", "")),
        cell("No" if entity in NOT_POSTING else "Yes"),
        cell(*person(row)),
        cell(row.get("PrivateNote", "")),
        cell(account),
        cell(split[0] if len(split) == 1 else "-Split-" if split else ""),
        cell(-amount if entity in LESS else amount),
    )


def person(row: Row) -> tuple[str, str]:
    """Name and id of the customer or vendor."""
    reference: Row = next((row[field] for field in PEOPLE if isinstance(row.get(field), dict)), {})
    return str(reference.get("name", "")), str(reference.get("value", ""))


def accounts(company: Company) -> list[Row]:
    rows = sorted(company.rows("Account"), key=lambda row: str(row["FullyQualifiedName"]).lower())
    return [
        data(
            cell(row["FullyQualifiedName"], row["Id"]),
            cell(row["AccountType"]),
            cell(row.get("AccountSubType", "")),
            cell(row.get("Description", "")),
            cell(Decimal(company.with_balance("Account", row)["CurrentBalance"])),
        )
        for row in rows
        if row.get("Active") is not False
    ]


def stock(company: Company) -> list[Row]:
    """What is in stock and what it cost, first in, first out."""
    layers = company.ledger().layers
    rows, whole = [], ZERO
    for item in company.rows("Item"):
        if item.get("Type") != "Inventory":
            continue
        quantity = Decimal(company.with_balance("Item", item)["QtyOnHand"])
        worth = sum((part * cost for part, cost in layers.get(item["Id"], ())), ZERO)
        average = cell(worth / quantity) if quantity else cell("")
        cells = (cell(item.get("Sku", "")), cell(f"{quantity:.2f}"), cell(worth), average)
        rows.append(data(cell(item["FullyQualifiedName"], item["Id"]), *cells))
        whole += worth
    total: Row = section("GrandTotal", "", [], ("TOTAL", [whole]))
    total["Summary"]["ColData"] = [cell("TOTAL"), cell(""), cell(""), cell(whole), cell("")]
    return [*rows, total] if rows else []

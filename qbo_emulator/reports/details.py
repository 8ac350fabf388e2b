"""Rows of reports about single transactions: what each column says of an entry; knows no report's outline."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry
from qbo_emulator.reports.frame import cell, data

ZERO = Decimal(0)
TITLES = {
    "CreditMemo": "Credit Memo",
    "SalesReceipt": "Sales Receipt",
    "RefundReceipt": "Refund",
    "VendorCredit": "Vendor Credit",
    "PurchaseOrder": "Purchase Order",
    "JournalEntry": "Journal Entry",
    "CreditCardPayment": "Credit Card Payment",
    "InventoryAdjustment": "Inventory Qty Adjust",
    "Item": "Inventory Starting Value",
}
PAID_BY = {"Check": "Bill Payment (Check)", "CreditCard": "Bill Payment (Credit Card)"}
PEOPLE = ("CustomerRef", "VendorRef", "EntityRef")
NOT_POSTING = frozenset(("Estimate", "PurchaseOrder"))
WITHOUT_MAIN = frozenset(("JournalEntry", "InventoryAdjustment", "Item"))
AMOUNTS = ("subt_nat_amount", "nat_amount")
Cell = dict[str, str]


class Part(NamedTuple):
    """One side of a transaction, with its sign in a report and the balance after it."""

    entry: Entry
    amount: Decimal
    balance: Decimal


class Books:
    """The entries of a company until a day, and what stands opposite to each."""

    def __init__(self, company: Company, until: str, asked: dict[str, str]) -> None:
        self.company = company
        told = (entry for entry in company.ledger().entries if entry.day <= until)
        self.entries = [entry for entry in told if wants(entry.entity, entry.row, asked)]
        self.together: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in self.entries:
            self.together[entry.entity, entry.row["Id"]].append(entry)

    def split(self, entry: Entry) -> Cell:
        """The account on the other side: of a line, what the whole was paid by or is owed on (recorded)."""
        parts = self.together[entry.entity, entry.row["Id"]]
        if entry.entity not in WITHOUT_MAIN and entry is not parts[0]:
            return self.account(parts[0].account)
        others = {one.account for one in parts} - {entry.account}
        return self.account(next(iter(others))) if len(others) == 1 else {"value": "-Split-", "id": ""}

    def account(self, key: str) -> Cell:
        return cell((self.company.get("Account", key) or {}).get("Name", ""), key)

    def of_part(self, part: Part) -> dict[str, Cell]:
        """What each column says."""
        entry = part.entry
        row = entry.row
        memo = row.get("PrivateNote", "") if entry.memo is None else entry.memo
        return {
            **of_row(entry.entity, row),
            "tx_date": cell(entry.day),
            "memo": cell(memo),
            "account_name": self.account(entry.account),
            "split_acc": self.split(entry),
            "other_account": self.split(entry),
            **dict.fromkeys(AMOUNTS, money(part.amount)),
            "rbal_nat_amount": money(part.balance),
            "debt_amt": money(entry.amount) if entry.amount > 0 else cell(""),
            "credit_amt": money(-entry.amount) if entry.amount < 0 else cell(""),
        }


def of_row(entity: str, row: Row) -> dict[str, Cell]:
    """What each column says of a transaction as a whole."""
    who, key = person(row)
    times = row.get("MetaData", {})
    whose = {"value": who, "id": key}
    return {
        "tx_date": cell(row.get("TxnDate", "")),
        "txn_type": cell(title(entity, row), row["Id"]),
        "doc_num": cell(row.get("DocNumber", "")),
        "is_no_post": cell("No" if entity in NOT_POSTING else "Yes"),
        "name": whose,
        "cust_name": whose if "CustomerRef" in row else cell(""),
        "vend_name": whose if "CustomerRef" not in row else cell(""),
        "memo": cell(row.get("PrivateNote", "")),
        "due_date": cell(row.get("DueDate", "")),
        "create_date": cell(times.get("CreateTime", "")),
        "last_mod_date": cell(times.get("LastUpdatedTime", "")),
        "pmt_mthd": named(row, "PaymentMethodRef"),
        "term_name": named(row, "SalesTermRef"),
        "klass_name": named(row, "ClassRef"),
        "dept_name": named(row, "DepartmentRef"),
    }


def named(row: Row, field: str) -> Cell:
    reference = row.get(field)
    return cell(reference.get("name", ""), str(reference.get("value", ""))) if isinstance(reference, dict) else cell("")


def title(entity: str, row: Row) -> str:
    """A check is not called an expense, and a bill's payment says how it was paid."""
    if entity == "Purchase":
        return "Check" if row.get("PaymentType") == "Check" else "Expense"
    if entity == "BillPayment":
        return PAID_BY.get(str(row.get("PayType")), "Bill Payment")
    return TITLES.get(entity, entity)


def person(row: Row) -> tuple[str, str]:
    """Name and id of the customer or vendor."""
    reference: Row = next((row[field] for field in PEOPLE if isinstance(row.get(field), dict)), {})
    return str(reference.get("name", "")), str(reference.get("value", ""))


# what `transaction_type` calls them, where it is not by their own name (documented)
TYPES = {
    "Payment": "receivepayment",
    "RefundReceipt": "creditrefund",
    "InventoryAdjustment": "inventoryquantityadjustment",
}
PAID = {"Check": "check", "Cash": "cashpurchase", "CreditCard": "creditcardcharge"}


def type_of(entity: str, row: Row) -> str:
    if entity == "BillPayment":
        return f"billpayment{row.get('PayType', '')}".lower()
    if entity == "Purchase":
        return "creditcardcredit" if row.get("Credit") is True else PAID.get(str(row.get("PaymentType")), "")
    return TYPES.get(entity, entity.lower())


def ids(asked: dict[str, str], name: str) -> set[str]:
    return {one.strip() for one in asked.get(name, "").split(",") if one.strip()}


def wants(entity: str, row: Row, asked: dict[str, str]) -> bool:
    """Whether `customer`, `vendor`, `department` and `transaction_type` let the transaction into a report."""
    people = ids(asked, "customer") | ids(asked, "vendor")
    places = ids(asked, "department")
    kinds = {one.lower() for one in ids(asked, "transaction_type")}
    return (
        (not people or person(row)[1] in people)
        and (not places or named(row, "DepartmentRef").get("id") in places)
        and (not kinds or type_of(entity, row) in kinds or entity.lower() in kinds)
    )


def money(amount: Decimal) -> Cell:
    """Lists of transactions write an amount below one without its zero (recorded: .00)."""
    shown = f"{amount:.2f}"
    return cell(shown.replace("0.", ".", 1) if abs(amount) < 1 else shown)


def chosen(cells: dict[str, Cell], keys: list[str]) -> Row:
    return data(*(cells.get(key, cell("")) for key in keys))


def summed(label: str, keys: list[str], sums: dict[str, Decimal]) -> Row:
    """The sums of a section under their columns, behind `label`."""
    return {"ColData": [cell(label), *(money(sums[key]) if key in sums else cell("") for key in keys[1:])]}


def headed(name: Cell, keys: list[str], rows: list[Row], total: Row) -> Row:
    """A section with blanks behind its name; without a name it has no head."""
    head = {"Header": {"ColData": [name, *(cell("") for _ in keys[1:])]}} if name["value"] else {}
    return {**head, "Rows": {"Row": rows}, "Summary": total, "type": "Section"}

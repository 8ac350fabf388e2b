"""Rows of reports about single transactions: what each column says of an entry; knows no report's outline."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import NamedTuple

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.ledger import Entry
from qbo_emulator.reports import basis
from qbo_emulator.reports.frame import NAMED_ALSO, cell, data
from qbo_emulator.reports.whose import detail_of, ids, is_wanted, narrowing

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
# each amount also goes by the names that several currencies and taxes give it
AMOUNTS = tuple(f"{before}nat_{home}amount{after}" for before in ("subt_", "") for home, after in NAMED_ALSO)
BALANCES = tuple(f"rbal_nat_{home}amount{after}" for home, after in NAMED_ALSO)
Cell = dict[str, str]
NOTHING = {"value": "", "id": ""}  # where a class, a location, an account or a person could stand (recorded)


class Part(NamedTuple):
    """One side of a transaction, with its sign in a report and the balance after it."""

    entry: Entry
    amount: Decimal
    balance: Decimal


class Books:
    """The entries of a company until a day, and what stands opposite to each."""

    def __init__(self, company: Company, until: str, asked: dict[str, str]) -> None:
        self.company = company
        told = [entry for entry in basis.entries(company, asked) if entry.day <= until]
        self.together: dict[tuple[str, str], list[Entry]] = defaultdict(list)
        for entry in told:
            self.together[entry.entity, entry.row["Id"]].append(entry)
        wanted = narrowing(asked)
        self.entries = [
            one for one in told if is_of_type(one.entity, one.row, asked) and is_wanted(one.row, one.line, wanted)
        ]

    def split(self, entry: Entry) -> Cell:
        """The account on the other side: of a line, what the whole was paid by or is owed on (recorded)."""
        parts = self.together[entry.entity, entry.row["Id"]]
        if entry.entity not in WITHOUT_MAIN and entry is not parts[0]:
            return self.account(parts[0].account)
        return opposite(self.company, {one.account for one in parts} - {entry.account})

    def account(self, key: str) -> Cell:
        return account_cell(self.company, key)

    def of_part(self, part: Part) -> dict[str, Cell]:
        """What each column says."""
        entry = part.entry
        row = entry.row
        memo = row.get("PrivateNote", "") if entry.memo is None else entry.memo
        return {
            **of_row(entry.entity, row),
            **of_line(entry.line),
            "tx_date": cell(entry.day),
            "memo": cell(memo),
            "account_name": self.account(entry.account),
            "split_acc": self.split(entry),
            "other_account": self.split(entry),
            **dict.fromkeys(AMOUNTS, money(part.amount)),
            **dict.fromkeys(BALANCES, money(part.balance)),
            "debt_amt": money(entry.amount) if entry.amount > 0 else cell(""),
            "credit_amt": money(-entry.amount) if entry.amount < 0 else cell(""),
        }


def account_cell(company: Company, key: str) -> Cell:
    """Accounts go by their full names (recorded)."""
    return cell((company.get("Account", key) or {}).get("FullyQualifiedName", ""), key) if key else dict(NOTHING)


def opposite(company: Company, accounts: set[str]) -> Cell:
    """The account on the other side, if it is only one."""
    return account_cell(company, next(iter(accounts), "")) if len(accounts) < 2 else {"value": "-Split-", "id": ""}


def of_person(company: Company, row: Row) -> dict[str, Cell]:
    """What is known of the customer or vendor of a transaction."""
    of = "cust" if "CustomerRef" in row else "vend"
    who = company.get("Customer" if of == "cust" else "Vendor", person(row)[1]) or {}
    phone, mail = who.get("PrimaryPhone", {}).get("FreeFormNumber", ""), who.get("PrimaryEmailAddr", {})
    facts = {
        **dict.fromkeys((f"{of}_tel", f"{of}_pri_tel"), phone),
        **dict.fromkeys((f"{of}_bill_email", f"{of}_pri_email"), mail.get("Address", "")),
        f"{of}_comp_name": who.get("CompanyName", ""),
        f"{of}_pri_cont": " ".join(one for one in (who.get("GivenName"), who.get("FamilyName")) if one),
        f"{of}_bill_addr": address(row.get("BillAddr") or who.get("BillAddr") or {}),
        "bill_addr": address(row.get("BillAddr") or who.get("BillAddr") or {}),
        "ship_addr": address(row.get("ShipAddr") or who.get("ShipAddr") or {}),
        "ship_date": row.get("ShipDate", ""),
        "ship_via": row.get("ShipMethodRef", {}).get("name", ""),
        "currency": row.get("CurrencyRef", {}).get("value", ""),
        "exch_rate": row.get("ExchangeRate", ""),
    }
    return {key: cell(value) for key, value in facts.items()}


ADDRESS = ("Line1", "Line2", "Line3", "Line4", "Line5", "City", "CountrySubDivisionCode", "PostalCode", "Country")


def address(found: Row) -> str:
    return " ".join(str(found[part]) for part in ADDRESS if found.get(part))


def of_line(line: Row | None) -> dict[str, Cell]:
    """What the line says otherwise than its transaction as a whole, or beyond it."""
    detail = detail_of(line or {})
    named_there = {key: field for key, field in OF_LINE.items() if isinstance(detail.get(field), dict)}
    return {
        **{key: named(detail, field) for key, field in named_there.items()},
        **{key: cell(detail[field]) for key, field in COUNTED.items() if detail.get(field) is not None},
    }


OF_LINE = {"klass_name": "ClassRef", "dept_name": "DepartmentRef", "item_name": "ItemRef"}
COUNTED = {"quantity": "Qty", "rate": "UnitPrice"}


def of_row(entity: str, row: Row) -> dict[str, Cell]:
    """What each column says of a transaction as a whole."""
    who, key = person(row)
    times = row.get("MetaData", {})
    whose = {"value": who, "id": key}
    paid = "Paid" if not row.get("Balance") else "Unpaid"
    return {
        "tx_date": cell(row.get("TxnDate", "")),
        "txn_type": cell(title(entity, row), row["Id"]),
        "doc_num": cell(row.get("DocNumber", "")),
        "is_no_post": cell("No" if entity in NOT_POSTING else "Yes"),
        "name": whose,
        "cust_name": whose if "CustomerRef" in row else cell(""),
        "inv_date": cell(row.get("TxnDate", "") if entity == "Invoice" else ""),
        "cust_msg": cell(row.get("CustomerMemo", {}).get("value", "")),
        "is_ar_paid": cell(paid if entity in ("Invoice", "CreditMemo") else ""),
        "is_ap_paid": cell(paid if entity in ("Bill", "VendorCredit") else ""),
        "tracking_num": cell(row.get("TrackingNum", "")),
        "printed": cell("To be printed" if row.get("PrintStatus") == "NeedToPrint" else ""),
        **{
            f"sales_cust{at + 1}": cell(one.get("StringValue", "")) for at, one in enumerate(row.get("CustomField", ()))
        },
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
    if not isinstance(reference, dict):
        return dict(NOTHING)
    return {"value": str(reference.get("name", "")), "id": str(reference.get("value", ""))}


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


def is_of_type(entity: str, row: Row, asked: dict[str, str]) -> bool:
    """Whether `transaction_type` lets the transaction into a report."""
    kinds = {one.lower() for one in ids(asked, "transaction_type")}
    return not kinds or type_of(entity, row) in kinds or entity.lower() in kinds


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

"""Entities that store, version and return themselves, with a few of QuickBooks' defaults; knows no HTTP."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.called import NAME_OF
from qbo_emulator.books.company import NAMES, Company, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities import global_taxes
from qbo_emulator.entities.account_types import check_account_types
from qbo_emulator.entities.currencies import currency_of_transaction, currency_rules
from qbo_emulator.entities.deposited import check_deposited
from qbo_emulator.entities.descendants import rename_descendants
from qbo_emulator.entities.kind import LIST, READ_ONLY, TRANSACTION, Draft, Kind
from qbo_emulator.entities.line_numbers import LineNumbers
from qbo_emulator.entities.names import SUFFIX
from qbo_emulator.entities.numbers import number_if_asked
from qbo_emulator.entities.owners import name_owners
from qbo_emulator.entities.references import (
    ACCOUNT,
    CUSTOMER,
    ITEM,
    VENDOR,
    Target,
    check_start_of_stock,
    key_of,
    pointing,
    resolve,
)
from qbo_emulator.entities.sales import check_open, date_transaction, void_note

PEOPLE: tuple[tuple[str, Target], ...] = (("VendorRef", VENDOR), ("CustomerRef", CUSTOMER))
ACCOUNTS = (
    "AccountRef",
    "AdjustAccountRef",
    "APAccountRef",
    "ARAccountRef",
    "BankAccountRef",
    "CreditCardAccountRef",
    "CCAccountRef",
    "DepositToAccountRef",
    "FromAccountRef",
    "ToAccountRef",
)
FIRST_LINE = {"JournalEntry": 0}  # the number of the first line, where it is not 1 (recorded)
WITHOUT_TOTAL = ("JournalEntry", "Transfer", "CreditCardPayment", "InventoryAdjustment")
WITHOUT_VOID = TRANSACTION - {"void"}


def list_rules(draft: Draft) -> None:
    """A name that is unique in its list, and the suffix of an inactive row."""
    row = draft.row
    name = str(row.get("Name") or "")
    if not name:
        raise faults.missing_parameter("Name")
    if row.get("Active") is False and not name.endswith(SUFFIX):
        name += SUFFIX
    row["Name"] = name
    if draft.kind.name in ("Class", "Department"):
        qualify(draft, name)
    for other in draft.company.tables[draft.kind.name].with_text("Name", name):
        if other["Id"] != row["Id"] and other.get("ParentRef") == row.get("ParentRef"):
            raise faults.duplicate_name(draft.kind.element)


def qualify(draft: Draft, name: str) -> None:
    parent = draft.company.get(draft.kind.name, key_of(draft.row.get("ParentRef")))
    draft.row["FullyQualifiedName"] = f"{parent['FullyQualifiedName']}:{name}" if parent else name
    draft.row["SubClass" if draft.kind.name == "Class" else "SubDepartment"] = parent is not None
    rename_descendants(draft)


def transaction_rules(draft: Draft) -> None:
    """A date in an open period, people that exist, numbered lines and their total."""
    row, company = draft.row, draft.company
    date_transaction(draft)
    for field, target in PEOPLE:
        if key_of(row.get(field)):
            person = resolve(company, target, row[field])
            row[field] = pointing(person, NAME_OF[target.entity])
    paid = name_entity(company, row)
    name_accounts(company, row)
    numbers = LineNumbers.after(draft.before, first=FIRST_LINE.get(draft.kind.name, 1))
    row["Line"] = [stored_line(company, line, numbers.id_for(line.get("Id"))) for line in lines_of(row)]
    name_owners(company, row["Line"])
    check_stock(draft)
    currency_of_transaction(draft, company.get("Vendor", key_of(row.get("VendorRef"))) or paid)
    total = sum((Decimal(str(line["Amount"])) for line in row["Line"] if is_number(line.get("Amount"))), Decimal(0))
    if draft.kind.name not in WITHOUT_TOTAL:
        row["TotalAmt"] = cents(total + global_taxes.of_purchase(draft))
    if draft.kind.name == "JournalEntry":
        check_sides(row["Line"])
        number_if_asked(draft)
    check_account_types(draft)


def check_stock(draft: Draft) -> None:
    """Nothing changes stock before the item's start date; an order changes none."""
    for line in draft.row["Line"] if draft.kind.name != "PurchaseOrder" else ():
        detail = line.get(line.get("DetailType", "")) or {}
        item = draft.company.get("Item", key_of(detail.get("ItemRef")))
        if item:
            check_start_of_stock(draft.company, item, draft.row.get("TxnDate"))


def lines_of(row: Row) -> list[Row]:
    lines = row.get("Line", [])
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        raise faults.unreadable_body()
    return lines


def name_entity(company: Company, row: Row) -> Row | None:
    """Whom a purchase was paid to, a name of one of the three lists."""
    reference = row.get("EntityRef")
    if not isinstance(reference, dict) or not key_of(reference):
        return None
    for entity in [str(reference.get("type") or "").capitalize()] if reference.get("type") else sorted(NAMES):
        person = company.get(entity, key_of(reference)) if entity in NAMES else None
        if person:
            row["EntityRef"] = {**pointing(person, NAME_OF[entity]), "type": entity}
            return person
    return None


def is_number(value: object) -> bool:
    return isinstance(value, (int, Decimal)) and not isinstance(value, bool)


def name_accounts(company: Company, holder: Row) -> None:
    """The accounts and the item that `holder` refers to, which must exist, with their names."""
    for field in ACCOUNTS:
        if key_of(holder.get(field)):
            holder[field] = pointing(resolve(company, ACCOUNT, holder[field]), "FullyQualifiedName")
    if key_of(holder.get("ItemRef")):
        holder["ItemRef"] = pointing(resolve(company, ITEM, holder["ItemRef"]), "FullyQualifiedName")


def stored_line(company: Company, line: Row, key: str) -> Row:
    """`line` with its id; a line that names none of its detail gets what its DetailType says."""
    stored = {**line, "Id": key}
    for name, detail in line.items():
        if name.endswith("Detail") and isinstance(detail, dict):
            stored["DetailType"] = line.get("DetailType") or name
            stored[name] = dict(detail)
            name_accounts(company, stored[name])
    return stored


def check_sides(lines: list[Row]) -> None:
    """A journal entry has two lines or more, and its debits and credits are equal."""
    if len(lines) < 2:
        raise faults.business("Fill out at least two detail lines to continue.")
    sides = {"Debit": Decimal(0), "Credit": Decimal(0)}
    for line in lines:
        side = (line.get("JournalEntryLineDetail") or {}).get("PostingType")
        if side in sides and is_number(line.get("Amount")):
            sides[side] += Decimal(str(line["Amount"]))
    if sides["Debit"] != sides["Credit"]:
        raise faults.business("The debits and credits of a journal entry must be equal.")


def deposit_rules(draft: Draft) -> None:
    check_deposited(draft)
    transaction_rules(draft)


def void_transaction(draft: Draft) -> None:
    check_open(draft.company, draft.row["TxnDate"])
    lines = [{**line, "Amount": 0} for line in draft.row["Line"]]
    note = void_note(draft.company, draft.row.get("PrivateNote", ""))
    draft.row |= {"Line": lines, "TotalAmt": 0, "PrivateNote": note}


def delete_transaction(draft: Draft) -> None:
    check_open(draft.company, draft.row["TxnDate"])


def a_list(name: str, **defaults: object) -> Kind:
    return Kind(
        name,
        operations=LIST,
        defaults={"Active": True, **defaults},
        rules=list_rules,
        is_list=True,
        name_field="Name",
    )


def a_transaction(name: str, *required: str, voids: bool = False, total: bool = False) -> Kind:
    return Kind(
        name,
        operations=TRANSACTION if voids else WITHOUT_VOID,
        required=required,
        rules=transaction_rules,
        void=void_transaction if voids else None,
        delete=delete_transaction,
        counts_total=total,
    )


OTHERS = (
    *(a_list(name) for name in ("Class", "Department", "CustomerType")),
    a_list("PaymentMethod", Type="NON_CREDIT_CARD"),
    a_transaction("Purchase", "PaymentType", "Line"),
    replace(a_transaction("Deposit", "DepositToAccountRef", "Line", total=True), rules=deposit_rules),
    a_transaction("JournalEntry", "Line", total=True),
    a_transaction("InventoryAdjustment", "Line"),
    Kind("CompanyCurrency", operations=LIST, required=("Code",), defaults={"Active": True}, rules=currency_rules),
    Kind("ExchangeRate", operations=READ_ONLY | {"update"}, key_field="SourceCurrencyCode", kept=("Id",)),
    Kind("JournalCode", operations=LIST, required=("Name",)),
    Kind("ReimburseCharge", operations=READ_ONLY),
)

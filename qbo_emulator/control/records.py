"""What the bookkeeper changes in one record: a customer, a product, an invoice and its payment; knows no HTTP."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol

from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.control.arguments import Refused, entity_named, number, read_date, reference
from qbo_emulator.entities import operations
from qbo_emulator.entities.registry import KINDS


class Hand(Protocol):
    """What these commands need of the bookkeeper's hand."""

    company: Company
    at: datetime

    def find(self, entity: str, given: JsonObject) -> Row: ...
    def add(self, entity: str, fields: Row) -> Row: ...
    def change(self, entity: str, row: Row, fields: Row) -> Row: ...


# What a person may change of an invoice -> its field.
WORDS = {"doc_number": "DocNumber", "memo": "PrivateNote"}
DATES = {"date": "TxnDate", "due_date": "DueDate"}
OF_LINE = ("rate", "quantity", "description")


def change_customer(hand: Hand, given: JsonObject) -> Row:
    """Another `name` or `email`."""
    fields: Row = {"DisplayName": str(given["name"])} if given.get("name") else {}
    if given.get("email"):
        fields["PrimaryEmailAddr"] = {"Address": str(given["email"])}
    return _changed(hand, "Customer", given, fields)


def change_item(hand: Hand, given: JsonObject) -> Row:
    """Another `name`, `price` or `income_account`."""
    fields: Row = {"Name": str(given["name"])} if given.get("name") else {}
    if given.get("price") not in (None, ""):
        fields["UnitPrice"] = number(given, "price")
    if given.get("income_account"):
        fields["IncomeAccountRef"] = {"value": hand.find("Account", reference(given["income_account"]))["Id"]}
    return _changed(hand, "Item", given, fields)


def change_invoice(hand: Hand, given: JsonObject) -> Row:
    """Its head; and of its line `line`, counted from 1, the `rate`, `quantity` or `description`."""
    row = hand.find("Invoice", {"id": given.get("id")})
    fields: Row = {field: str(given[name]) for name, field in WORDS.items() if given.get(name)}
    fields |= {field: read_date(given[name]) for name, field in DATES.items() if given.get(name)}
    if given.get("message"):
        fields["CustomerMemo"] = {"value": str(given["message"])}
    if any(given.get(name) not in (None, "") for name in OF_LINE):
        lines = [line for line in row["Line"] if line["DetailType"] != "SubTotalLineDetail"]
        changed = _with_line_changed(lines, given)
        fields |= {"Line": changed} if changed != lines else {}
    return _changed(hand, "Invoice", given, fields)


def _with_line_changed(lines: list[Row], given: JsonObject) -> list[Row]:
    lines = [dict(line) for line in lines]
    wanted = int(number(given, "line", "1"))
    sold = [line for line in lines if line["DetailType"] == "SalesItemLineDetail"]
    if not 1 <= wanted <= len(sold):
        raise Refused(f"The invoice has no line {wanted} of a product.")
    line = sold[wanted - 1]
    detail = dict(line["SalesItemLineDetail"])
    if given.get("description"):
        line["Description"] = str(given["description"])
    if given.get("rate") or given.get("quantity"):
        quantity = number(given, "quantity", str(detail.get("Qty", 1)))
        rate = number(given, "rate", str(detail.get("UnitPrice", line["Amount"])))
        line["SalesItemLineDetail"] = {**detail, "Qty": quantity, "UnitPrice": rate}
        line["Amount"] = round(quantity * rate, 2)
    return lines


def _changed(hand: Hand, entity: str, given: JsonObject, fields: Row) -> Row:
    row = hand.find(entity, {"id": given.get("id")})
    fields = {name: value for name, value in fields.items() if row.get(name) != value}
    if not fields:
        raise Refused("Nothing was changed: it says that already.")
    return {"row": hand.change(entity, row, fields)}


def void(hand: Hand, given: JsonObject) -> Row:
    """All amounts become zero; the record stays."""
    return _removed(hand, "void", given)


def delete(hand: Hand, given: JsonObject) -> Row:
    """The record is gone."""
    return _removed(hand, "delete", given)


def _removed(hand: Hand, operation: str, given: JsonObject) -> Row:
    entity = entity_named(given.get("entity"))
    if operation not in KINDS[entity].operations:
        raise Refused(f"QuickBooks cannot {operation} a record of {entity}.")
    row = hand.find(entity, {"id": given.get("id")})
    return {"row": operations.remove(hand.company, KINDS[entity], operation, row, at=hand.at)}


def receive_payment(hand: Hand, given: JsonObject) -> Row:
    """Of an invoice `id`: its balance, or an `amount` of it."""
    invoice = hand.find("Invoice", {"id": given.get("id")})
    amount = number(given, "amount", str(invoice["Balance"]))
    link = {"TxnId": invoice["Id"], "TxnType": "Invoice"}
    fields: Row = {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": amount,
        "Line": [{"Amount": amount, "LinkedTxn": [link]}],
    }
    if given.get("date"):
        fields["TxnDate"] = read_date(given["date"])
    return {"row": hand.add("Payment", fields)}


RECORD_COMMANDS = {
    command.__name__: command
    for command in (change_customer, change_item, change_invoice, void, delete, receive_payment)
}

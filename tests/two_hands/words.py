"""What a record says on either side, field by field; written apart from the product, which has to agree with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from runacall.invoices.models import Customer, Invoice, PricebookItem

Row = Mapping[str, Any]
Fields = dict[str, Any]

TERMS = {"Due on receipt": "1", "Net 15": "2", "Net 30": "3", "Net 60": "4"}
TOKEN = re.compile(r"L\d+")
HERS = "Bk:"
MARK = re.compile(r"Run a Call invoice #.* \(ref \d+-(\d+)\)")
PAYMENT_MARK = re.compile(r"Run a Call payment \(ref \d+-(\d+)\)")


def text(value: object) -> str:
    return " ".join(str(value or "").split())


def cents(value: object) -> str:
    return f"{Decimal(str(value or 0)):.2f}"


def ref(row: Row, key: str) -> str:
    return str((row.get(key) or {}).get("value") or "")


def place(row: Row, key: str) -> str:
    parts = row.get(key) or {}
    names = ("Line1", "Line2", "City", "CountrySubDivisionCode", "PostalCode")
    return "|".join(text(parts.get(name)) for name in names).strip("|")


def _address(record: Any, kind: str) -> str:
    parts = ("line1", "line2", "city", "state", "postal_code")
    return "|".join(text(getattr(record, f"{kind}_{part}")) for part in parts).strip("|")


# --- in QuickBooks --------------------------------------------------------------------------------------------


def record_of(row: Row) -> int | None:
    """Which of our invoices the mark in the memo names."""
    found = MARK.search(str(row.get("PrivateNote") or ""))
    return int(found[1]) if found else None


def is_void(row: Row) -> bool:
    return Decimal(str(row.get("TotalAmt") or 0)) == 0 and "voided" in str(row.get("PrivateNote") or "").lower()


def is_paid(row: Row) -> bool:
    return any(one.get("TxnType") == "Payment" for one in row.get("LinkedTxn") or ())


def lines_of(row: Row) -> list[Row]:
    return [line for line in row.get("Line") or () if line["DetailType"] == "SalesItemLineDetail"]


def token_of(line: Row) -> str:
    found = TOKEN.match(str(line.get("Description") or ""))
    return found[0] if found else ""


def ids_by_token(row: Row) -> dict[str, str]:
    """The Id of each line of ours, as far as the line still carries its first word."""
    return {token_of(line): str(line["Id"]) for line in lines_of(row) if token_of(line)}


def held_invoice(row: Row) -> Fields:
    """Our fields of an invoice as QuickBooks holds them; each line of ours under its own name."""
    note = [line.strip() for line in str(row.get("PrivateNote") or "").splitlines()]
    discount = sum(Decimal(str(one["Amount"])) for one in row["Line"] if one["DetailType"] == "DiscountLineDetail")
    fields = {
        "customer": ref(row, "CustomerRef"),
        "date": row["TxnDate"],
        "due date": row.get("DueDate", ""),
        "terms": ref(row, "SalesTermRef"),
        "number": text(row.get("DocNumber")),
        "e-mail": text((row.get("BillEmail") or {}).get("Address")).casefold(),
        "billing address": place(row, "BillAddr"),
        "service address": place(row, "ShipAddr"),
        "message": text((row.get("CustomerMemo") or {}).get("value")),
        "memo": "\n".join(one for one in note if one and not one.startswith(HERS) and one.lower() != "voided"),
        "discount": cents(discount),
    }
    return fields | {f"line {token_of(line)}": _held_line(line) for line in lines_of(row) if token_of(line)}


def _held_line(line: Row) -> tuple[str, ...]:
    detail = line["SalesItemLineDetail"]
    amount, item = cents(line["Amount"]), ref(detail, "ItemRef")
    return amount, text(line.get("Description")), item, ref(detail, "TaxCodeRef")


def is_clash(held: Any, wanted: Any, there: Any) -> bool:
    """Whether a field that both changed is neither as it was nor as we say it.

    Of a line, its words and amount, its product and its tax code are each compared for itself.
    """
    if not all(isinstance(one, tuple) for one in (held, wanted, there)):
        return bool(there not in (held, wanted))
    parts = [[one[:2], *one[2:]] for one in (held, wanted, there)]
    return any(there not in known for *known, there in zip(*parts, strict=True))


def reworded(before: Any, wanted: Any, said: Any, there: Any) -> Any:
    """What a line is to be there, of which we say only other words than `before`: what else stands there stays."""
    if not all(isinstance(one, tuple) for one in (before, wanted, said, there)):
        return wanted
    is_only_words = (before[0], *before[2:]) == (said[0], *said[2:])
    return (there[0], wanted[1], *there[2:]) if is_only_words else wanted


def hers_of_invoice(row: Row) -> Fields:
    """What on an invoice is the bookkeeper's alone."""
    lines = lines_of(row)
    note = [line.strip() for line in str(row.get("PrivateNote") or "").splitlines()]
    return {
        "words": [line for line in note if line.startswith(HERS)],
        "lines": [_her_line(line) for line in lines if not token_of(line)],
        "put on lines": {
            line["Id"]: {key: line["SalesItemLineDetail"].get(key) for key in ("ClassRef", "ServiceDate")}
            for line in lines
            if token_of(line) and {"ClassRef", "ServiceDate"} & line["SalesItemLineDetail"].keys()
        },
        "class": row.get("DepartmentRef"),
        "shipped": row.get("ShipDate"),
        "payments": row.get("LinkedTxn"),
    }


def _her_line(line: Row) -> Row:
    """Without its place, and without the account, which QuickBooks takes from the product when a line is written."""
    detail = line.get(str(line.get("DetailType"))) or {}
    left = {key: value for key, value in detail.items() if key != "ItemAccountRef"}
    kept: Row = _without_names({**line, "LineNum": 0, str(line.get("DetailType")): left})
    return kept


def _without_names(value: Any) -> Any:
    """What a reference names may have been renamed since."""
    if isinstance(value, dict):
        left = value.keys() - ({"name"} if "value" in value else set())
        return {key: _without_names(value[key]) for key in value if key in left}
    return [_without_names(one) for one in value] if isinstance(value, list) else value


def held_customer(row: Row) -> Fields:
    return {
        "name": text(row.get("DisplayName")),
        "company": text(row.get("CompanyName")),
        "e-mail": text((row.get("PrimaryEmailAddr") or {}).get("Address")).casefold(),
        "phone": text((row.get("PrimaryPhone") or {}).get("FreeFormNumber")),
        "billing address": place(row, "BillAddr"),
    }


def held_item(row: Row) -> Fields:
    return {
        "name": text(row.get("Name")),
        "price": cents(row.get("UnitPrice")),
        "description": text(row.get("Description")),
        "account": ref(row, "IncomeAccountRef"),
    }


# --- in Run a Call --------------------------------------------------------------------------------------------


def said_invoice(invoice: Invoice) -> Fields:
    """The same fields as the office left them."""
    mark = f"Run a Call invoice #{invoice.number} (ref {invoice.organization_id}-{invoice.pk})"
    notes = [line.strip() for line in invoice.internal_note.splitlines() if line.strip()]
    fields: Fields = {
        "customer": invoice.customer_id,
        "date": invoice.books_date.isoformat(),
        "due date": invoice.due_date.isoformat() if invoice.due_date else "",
        "terms": invoice.terms,
        "number": invoice.number,
        "e-mail": text(invoice.customer.email).casefold(),
        "billing address": _address(invoice, "billing"),
        "service address": _address(invoice, "service"),
        "message": text(invoice.customer_note),
        "memo": "\n".join([mark, *notes]),
        "discount": cents(invoice.discount),
    }
    for line in invoice.lines.all():
        found = TOKEN.match(line.description)
        assert found, line.description
        taxed = "TAX" if line.tax_rates.all() else "NON"
        fields[f"line {found[0]}"] = cents(line.amount), text(line.description), line.item_id, taxed
    return fields


def wanted_invoice(
    said: Fields, customers: Mapping[int, str], items: Mapping[int, str], taxes: Mapping[str, str]
) -> Fields:
    """What QuickBooks holds where it has taken all of it; `customers` and `items`: their Ids there; `taxes`: how it
    calls what is TAX and NON here.
    """
    wanted = {**said, "customer": customers.get(said["customer"]), "terms": TERMS.get(said["terms"], "")}
    for name, value in said.items():
        if name.startswith("line "):
            amount, words, item, taxed = value
            wanted[name] = amount, words, items.get(item), taxes[taxed]
    return wanted


def said_customer(customer: Customer) -> Fields:
    return {
        "name": text(customer.display_name),
        "company": text(customer.company),
        "e-mail": text(customer.email).casefold(),
        "phone": text(customer.phone),
        "billing address": _address(customer, "billing"),
    }


def said_item(item: PricebookItem) -> Fields:
    return {"name": text(item.name), "price": cents(item.unit_price), "description": text(item.description)}


# --- payments -------------------------------------------------------------------------------------------------


def payment_of(row: Row) -> int | None:
    """Which of our payments the mark in the memo of a payment names."""
    found = PAYMENT_MARK.search(str(row.get("PrivateNote") or ""))
    return int(found[1]) if found else None


def applied(row: Row) -> dict[str, str]:
    """How much a payment in QuickBooks pays, by the Id of the invoice."""
    parts = [
        (str(one["TxnId"]), cents(line["Amount"]))
        for line in row.get("Line") or ()
        for one in line["LinkedTxn"]
        if one["TxnType"] == "Invoice"
    ]
    return dict(parts)

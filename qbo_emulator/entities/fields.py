"""What a request body may contain: properties, types, lengths, letters, from a table of facts; knows no other rule."""

from __future__ import annotations

import json
import re
from decimal import Decimal, InvalidOperation
from importlib.resources import files
from typing import Any

from qbo_emulator import faults
from qbo_emulator.books.encoding import JsonObject
from qbo_emulator.faults import QboFault

# a time may follow, also after a blank, as a client in use writes it
DATE = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])(T.*| \d{2}:\d{2}:\d{2}|[-+Z].*)?$")
WEB_ADDRESS = re.compile(r"https?://[^/\s]", re.IGNORECASE)
FORBIDDEN_IN_NAMES = re.compile(r"[:\t\n\r]")
NAME_FIELDS = frozenset(("DisplayName", "Title", "GivenName", "MiddleName", "FamilyName", "Suffix", "PrintOnCheckName"))
CHECKED = NAME_FIELDS | {"Address", "URI", "TxnType"}  # texts with more rules than their length
# what links lead to, in any case (a public client's live tests send INVOICE)
LINKED = {
    name.lower(): name
    for name in (
        *("Invoice", "Payment", "CreditMemo", "SalesReceipt", "RefundReceipt", "Estimate", "ReimburseCharge"),
        *("Bill", "BillPaymentCheck", "BillPaymentCreditCard", "VendorCredit", "Purchase", "PurchaseOrder"),
        *("Deposit", "JournalEntry", "Transfer", "TimeActivity", "StatementCharge"),
    )
}
NO_LIMIT = 10**9
DIGITS_BEFORE, DIGITS_AFTER = 15, 12
NO_YEAR = "0001-"  # what several languages send for a date that was never set
# an object of these that holds nothing says nothing: QuickBooks answers neither null nor an empty reference
VALUES = frozenset(("ReferenceType", "EmailAddress", "TelephoneNumber", "WebSiteAddress", "MemoRef"))
SCALARS = frozenset(("string", "decimal", "integer", "boolean", "date", "dateTime", "enum"))
IGNORED = object()


class Spec:
    """One field of the table, e.g. `string:21`, `Line*` (repeated) or `decimal!` (read only)."""

    __slots__ = ("limit", "many", "read_only", "room", "type")

    def __init__(self, text: str) -> None:
        self.read_only = text.endswith("!")
        text = text.rstrip("!")
        self.many = text.endswith("*")
        self.type, _, limit = text.rstrip("*").partition(":")
        self.limit = int(limit) if limit else 0
        self.room = 0 if self.many or self.type != "string" else self.limit or NO_LIMIT


def _load() -> dict[str, dict[str, Spec]]:
    table = json.loads(files("qbo_emulator.entities").joinpath("field_table.json").read_text("utf-8"))
    return {kind: {name: Spec(text) for name, text in fields.items()} for kind, fields in table.items()}


TABLE = _load()
WELL_KNOWN = {
    **{name: Spec("date") for name in ("TxnDate", "DueDate")},
    **{name: Spec("decimal") for name in ("Amount", "TotalAmt", "Balance")},
    **{
        name: Spec("ReferenceType")
        for name in (
            *("CurrencyRef", "VendorRef", "CustomerRef", "EmployeeRef", "ParentRef", "DepartmentRef", "ClassRef"),
            *("ItemRef", "SalesTermRef", "AccountRef", "APAccountRef", "ARAccountRef", "DepositToAccountRef"),
            *("FromAccountRef", "ToAccountRef", "BankAccountRef", "CreditCardAccountRef", "EntityRef"),
        )
    },
    **{name: Spec("string") for name in ("PayType", "PaymentType", "Type", "Code", "SourceCurrencyCode")},
    "Rate": Spec("decimal"),
    "Line": Spec("Line*"),
    "LinkedTxn": Spec("LinkedTxn*"),
    "RecurringInfo": Spec("RecurringInfo"),
    "Name": Spec("string:100"),
    "DocNumber": Spec("string:21"),
    "PrivateNote": Spec("string:4000"),
    "Active": Spec("boolean"),
}


SPELLINGS = {kind: {name.lower(): name for name in fields} for kind, fields in TABLE.items()}
SPELLING_OF_ANY = {
    name.lower(): name
    for name in (
        *WELL_KNOWN, *SPELLINGS["ModificationMetaData"].values(), *("Id", "MetaData", "SyncToken", "DisplayName"),
        *("FullyQualifiedName", "PrivateNote", "POStatus", "NameOf", "Hours", "TargetCurrencyCode", "AsOfDate"),
    )
}  # fmt: skip


def spelled(kind: str, path: str) -> str:
    """The property `path` (a.b) of `kind`, in any case; an unknown one stays as it is."""
    parts = []
    for part in path.split("."):
        name = SPELLINGS.get(kind, SPELLING_OF_ANY).get(part.lower(), part)
        spec = TABLE.get(kind, {}).get(name)
        kind = spec.type if spec else "ModificationMetaData" if name == "MetaData" else ""
        parts.append(name)
    return ".".join(parts)


def clean(kind: str, body: object, *, top: str = "", path: str = "") -> dict[str, object]:
    """`body` with the types QuickBooks stores, without what it ignores (empty values, read-only fields).

    Raises QboFault 2010 for a property that the entity does not have, 2040/2050/2090 for a value that it refuses.
    """
    if not isinstance(body, dict):
        raise faults.unreadable_body()
    table = TABLE.get(kind)
    if table is None:
        return clean_open(kind, body)
    top = top or kind
    kept: JsonObject = {}
    for name, value in body.items():
        spec = table.get(name)
        if spec is None:
            raise faults.unknown_property(name, kind, table)
        if value is None or value == "" or spec.read_only:
            continue
        if type(value) is str and len(value) <= spec.room and name not in CHECKED:
            kept[name] = value  # most fields are texts that just fit, so they are let through first
            continue
        read = _read(spec, value, name, top, f"{path}{name}")
        if read is not IGNORED:
            kept[name] = read
    return kept


def clean_open(kind: str, body: dict[str, object]) -> dict[str, object]:
    """The body of an entity that the table does not hold: well-known fields are read, the others are kept as sent."""
    kept = {}
    for name, value in body.items():
        if value is None or value == "":
            continue
        spec = WELL_KNOWN.get(name)
        read = _read(spec, value, name, kind, name) if spec else _said(value)
        if read is not IGNORED:
            kept[name] = read
    return kept


def _said(value: object) -> object:
    """`value` without what is null or empty inside of it; an object of nothing else is ignored, `{}` stays."""
    if isinstance(value, list):
        return [one for one in map(_said, value) if one is not IGNORED]
    if not isinstance(value, dict) or not value:
        return value
    read = {name: _said(one) for name, one in value.items() if one is not None and one != ""}
    return {name: one for name, one in read.items() if one is not IGNORED} or IGNORED


def _read(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    if spec.many:
        found = [_read_one(spec, one, name, top, path) for one in _as_list(value) if one not in ("", None)]
        return [one for one in found if one is not IGNORED]
    return _read_one(spec, value, name, top, path)


def _as_list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value]


def _read_one(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    kind = spec.type
    if kind == "IntuitAnyType":
        return IGNORED
    if kind not in SCALARS:
        read = IGNORED if value == [] else clean(kind, value, top=top, path=f"{path}.")
        return read or IGNORED if kind in VALUES else read
    if isinstance(value, (dict, list)):
        if not value:
            return IGNORED
        raise faults.unreadable_body()
    return READERS[kind](spec, value, name, top, path)


def _string(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    text = value if type(value) is str else _plain(value)
    if spec.limit and len(text) > spec.limit:
        raise faults.invalid_length(len(text), spec.limit, path)
    if name == "TxnType":
        return LINKED.get(text.lower(), text)
    if name in NAME_FIELDS and FORBIDDEN_IN_NAMES.search(text):
        raise faults.invalid_string(text, path)
    if name == "Address" and path.endswith("EmailAddr.Address") and not _is_email(text):
        raise faults.invalid_email(text, path)
    if path.endswith("WebAddr.URI") and text and not WEB_ADDRESS.match(text):
        raise faults.malformed_web_address(text, "WebAddr")
    return text


def _plain(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else str(value)


def _is_email(text: str) -> bool:
    return all("@" in one and "." in one for one in text.split(","))


def _decimal(spec: Spec, value: object, name: str, top: str, path: str) -> Any:
    if type(value) is int:
        number = Decimal(value)
    elif type(value) is Decimal:
        number = value
    else:
        number = _number_in(value, path)
    if number and not -DIGITS_AFTER <= number.adjusted() < DIGITS_BEFORE:
        raise faults.invalid_number(value, path)
    if number.as_tuple().exponent < -DIGITS_AFTER:  # type: ignore[operator]
        number = round(number, DIGITS_AFTER)
    return number


def _number_in(value: object, path: str) -> Decimal:
    try:
        number = Decimal(value.strip()) if isinstance(value, str) else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite():
        raise faults.invalid_number(value, path)
    return number


def _integer(spec: Spec, value: object, name: str, top: str, path: str) -> Any:
    number = _decimal(spec, value, name, top, path)
    if number != int(number):
        raise faults.invalid_number(value, path)
    return int(number)


def _boolean(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    if isinstance(value, bool):
        return value
    if str(value).lower() in ("true", "false"):
        return str(value).lower() == "true"
    raise faults.unreadable_body()


def _date(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    text = str(value)
    if not DATE.match(text):
        raise faults.unreadable_body()
    return IGNORED if text.startswith(NO_YEAR) else text[:10]


def _keep(spec: Spec, value: object, name: str, top: str, path: str) -> object:
    return value if isinstance(value, str) else _plain(value)


READERS = {
    "string": _string,
    "decimal": _decimal,
    "integer": _integer,
    "boolean": _boolean,
    "date": _date,
    "dateTime": _keep,
    "enum": _keep,
}

__all__ = ["TABLE", "QboFault", "clean"]

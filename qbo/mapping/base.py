"""The base of a link: what we last sent for a record, and what QuickBooks held then; pure.

A change here is the difference between what we would send now and what we sent last; a change there is the difference
between what QuickBooks holds now and what it held then. Both are needed: QuickBooks stores addresses, dates and tax
in its own way, so what we send and what it holds may differ although nobody changed anything.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal

from qbo.connection.client import decode, encode, moment
from qbo.json_objects import JsonMapping, Row
from runacall.invoices.money import round_cents

Said = JsonMapping

# What QuickBooks adds to the name of an inactive record.
DELETED = " (deleted)"
# Characters that databases do not accept: NUL, and half of a surrogate pair.
NO_TEXT = re.compile("[\x00\ud800-\udfff]")
MOST_DIGITS = 11
# The field of a difference where a record is void on one side alone.
STATUS = "status"
# What of an update only says which version of which record it changes.
TARGET = ("Id", "SyncToken", "sparse")

# What is stored of an answered row, by entity: our own fields, and what an update has to send back unchanged.
KEPT = {
    "Invoice": (
        "SyncToken", "CustomerRef", "TxnDate", "DueDate", "SalesTermRef", "DocNumber", "BillEmail", "BillAddr",
        "ShipAddr", "CustomerMemo", "PrivateNote", "Line", "TxnTaxDetail", "TotalAmt", "Balance", "LinkedTxn",
        "CurrencyRef",
    ),
    "Payment": (
        "SyncToken", "CustomerRef", "TotalAmt", "UnappliedAmt", "TxnDate", "PaymentMethodRef", "PaymentRefNum",
        "DepositToAccountRef", "PrivateNote", "Line", "CurrencyRef",
    ),
    "Customer": (
        "SyncToken", "DisplayName", "FullyQualifiedName", "CompanyName", "PrimaryEmailAddr", "PrimaryPhone", "BillAddr",
        "ShipAddr", "Taxable", "Active", "CurrencyRef",
    ),
    "Item": (
        "SyncToken", "Name", "FullyQualifiedName", "Description", "UnitPrice", "IncomeAccountRef", "Type", "Active",
    ),
}  # fmt: skip


@dataclass(frozen=True)
class Base:
    """`said`: our fields as we last sent them; `row`: what QuickBooks answered.

    `line_ids`: the Ids of our lines there, in our order. `ours_wins`: fields that are sent in place of what `row` has,
    because a person chose so or because QuickBooks did not keep what was sent.
    """

    said: Said = field(default_factory=dict)
    row: Row = field(default_factory=dict)
    line_ids: tuple[str, ...] = ()
    ours_wins: tuple[str, ...] = ()

    def as_text(self) -> str:
        return encode(
            {"said": self.said, "row": self.row, "line_ids": list(self.line_ids), "ours_wins": list(self.ours_wins)}
        )

    @classmethod
    def from_text(cls, text: str) -> Base | None:
        """None for a link from before bases were stored."""
        if not text:
            return None
        kept = decode(text)
        return cls(kept["said"], kept["row"], tuple(kept["line_ids"]), tuple(kept["ours_wins"]))

    def keep_theirs(self, theirs: Row, said: Said) -> Base:
        """QuickBooks' values are right: its current row and what we would send now become the base.

        For an invoice use `invoice_rows.base_kept`, which knows its lines.
        """
        return replace(self, said=said, row=theirs, ours_wins=())

    def saying(self, name: str, value: str) -> Base:
        """With another value of ours that QuickBooks has already."""
        return replace(self, said={**self.said, name: value})

    def if_arrived(self, written: Row) -> Base:
        """As if `written` had arrived, which somebody may have taken back since: then what is otherwise there is a
        change there, and what we say is still to be sent.
        """
        return replace(self, row={**self.row, **{key: written[key] for key in written if key not in TARGET}})

    def send_ours(self, theirs: Row, fields: tuple[str, ...]) -> Base:
        """Our values are right in `fields`, in place of those in `theirs`; another one there is a question again."""
        return replace(self, row=theirs, ours_wins=fields)


@dataclass(frozen=True)
class There:
    """The parts of an invoice in QuickBooks that are compared."""

    total: Decimal
    tax: Decimal
    txn_date: str
    number: str

    @classmethod
    def of(cls, row: Row) -> There:
        """Raises ValueError, ArithmeticError or AttributeError for a row that no invoice can have."""
        tax = (row.get("TxnTaxDetail") or {}).get("TotalTax") or 0
        return cls(
            total=_amount(row.get("TotalAmt")),
            tax=_amount(tax),
            txn_date=str(row.get("TxnDate") or "")[:10],
            number=NO_TEXT.sub("\ufffd", str(row.get("DocNumber") or "")),
        )

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.txn_date) if self.txn_date else None


def _amount(given: object) -> Decimal:
    amount = Decimal(str(given or 0))
    if not amount.is_finite() or amount.adjusted() > MOST_DIGITS:
        raise ValueError("an amount that no invoice can have")
    return round_cents(amount)


def changed_there_at(row: Row) -> datetime | None:
    """QuickBooks' own time of the row's last change; None if it does not say."""
    return _time_of(row, "LastUpdatedTime")


def created_there_at(row: Row) -> datetime | None:
    """QuickBooks' own time of the row's creation; None if it does not say."""
    return _time_of(row, "CreateTime")


def _time_of(row: Row, name: str) -> datetime | None:
    about = row.get("MetaData")
    return moment(about.get(name)) if isinstance(about, Mapping) else None


def kept_part(entity: str, row: Row) -> Row:
    """The part of an answered row that a base, or a look, stores."""
    return {key: row[key] for key in KEPT[entity] if key in row}


# --- values, as they are compared -----------------------------------------------------------------------------


def plain(value: object) -> str:
    """A text with every run of spaces as one, because QuickBooks may store them differently."""
    return " ".join(str(value or "").split())


def cents(value: object) -> str:
    return str(round_cents(Decimal(str(value or 0))))


def number(value: object) -> str:
    return str(Decimal(str(value)).normalize()) if value not in (None, "") else ""


def price(value: object) -> str:
    """As people write it: 90.00, and 0.125 where there are more decimals than cents; "" for none."""
    if value in (None, ""):
        return ""
    amount = Decimal(str(value))
    return f"{amount:.2f}" if amount == round_cents(amount) else f"{amount.normalize():f}"


def reference(row: Row, key: str) -> str:
    return str((row.get(key) or {}).get("value") or "")


def place(row: Row, key: str) -> str:
    """An address in one line; without its country, which QuickBooks rewrites (for example as `USA`)."""
    parts = row.get(key) or {}
    names = ("Line1", "Line2", "Line3", "City", "CountrySubDivisionCode", "PostalCode")
    return ", ".join(text for text in (plain(parts.get(name)) for name in names) if text)


def _name(row: Row, key: str) -> str:
    """Without what QuickBooks adds to the name of an inactive record: that is no change of hers."""
    name = plain(row.get(key))
    return name.removesuffix(DELETED) if row.get("Active") is False else name


Reader = Callable[[Row], str]

INVOICE_FIELDS: Mapping[str, Reader] = {
    "customer": lambda row: reference(row, "CustomerRef"),
    "date": lambda row: str(row.get("TxnDate") or "")[:10],
    "due date": lambda row: str(row.get("DueDate") or "")[:10],
    "terms": lambda row: reference(row, "SalesTermRef"),
    "number": lambda row: plain(row.get("DocNumber")),
    "e-mail": lambda row: plain((row.get("BillEmail") or {}).get("Address")).casefold(),
    "billing address": lambda row: place(row, "BillAddr"),
    "service address": lambda row: place(row, "ShipAddr"),
    "message": lambda row: plain((row.get("CustomerMemo") or {}).get("value")),
}
CUSTOMER_FIELDS: Mapping[str, Reader] = {
    "name": lambda row: _name(row, "DisplayName"),
    "company": lambda row: plain(row.get("CompanyName")),
    "e-mail": lambda row: plain((row.get("PrimaryEmailAddr") or {}).get("Address")).casefold(),
    "phone": lambda row: plain((row.get("PrimaryPhone") or {}).get("FreeFormNumber")),
    "billing address": lambda row: place(row, "BillAddr"),
    "service address": lambda row: place(row, "ShipAddr"),
}
ITEM_FIELDS: Mapping[str, Reader] = {
    "name": lambda row: _name(row, "Name"),
    "price": lambda row: price(row.get("UnitPrice")),
    "description": lambda row: plain(row.get("Description")),
}


def fields_of(row: Row, readers: Mapping[str, Reader]) -> dict[str, str]:
    """Each of our fields as `row` (an answer or one of our payloads) has it."""
    return {name: read(row) for name, read in readers.items()}


@dataclass(frozen=True)
class Side:
    """One field that both sides changed: its old value and both new ones, in words for staff."""

    field: str
    was: str
    ours: str
    theirs: str

    @property
    def as_fact(self) -> dict[str, str]:
        return {"field": self.field, "was": self.was, "ours": self.ours, "theirs": self.theirs}

    def named(self, was: str, ours: str, theirs: str) -> Side:
        """With names in place of Ids."""
        was, ours, theirs = told_apart((was, self.was), (ours, self.ours), (theirs, self.theirs))
        return replace(self, was=was, ours=ours, theirs=theirs)


def told_apart(*records: tuple[str, str]) -> list[str]:
    """The name of each (name, Id); where different ones have one name, their Ids tell them apart."""
    ids: dict[str, set[str]] = defaultdict(set)
    for name, qbo_id in records:
        ids[name].add(qbo_id)
    return [f"{name} (Id {qbo_id})" if qbo_id and len(ids[name]) > 1 else name for name, qbo_id in records]


def name_of(row: Row, key: str) -> str:
    """What a reference is called there; e.g. "Id 58" where QuickBooks did not say."""
    ref = row.get(key) or {}
    return str(ref.get("name") or (f"Id {ref['value']}" if ref.get("value") else ""))


def collisions(
    here: frozenset[str], *, known: Mapping[str, str], now: Mapping[str, str], ours: Mapping[str, str]
) -> list[Side]:
    """The fields of `here` that changed there too, to a value other than ours."""
    return [
        Side(name, known.get(name, ""), ours.get(name, ""), now.get(name, ""))
        for name in sorted(here)
        if now.get(name) != known.get(name) and now.get(name) != ours.get(name)
    ]

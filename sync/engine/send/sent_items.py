"""One item of a submission: which event it is for, what was said, and what should come back; pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from qbo.failures import Failure, Subject
from qbo.mapping.payloads import Write
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import round_cents


@dataclass(frozen=True)
class SentItem:
    """`total`, `tax`, `txn_date` and `number` are what the books should hold afterwards; "" is not compared."""

    event_id: int
    record_type: str
    record_id: int
    entity: str
    operation: str
    options: str
    digest: str
    total: str = ""
    tax: str = ""
    txn_date: str = ""
    number: str = ""
    # The Id that a recreated record had before.
    former_id: str = ""

    @property
    def as_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> SentItem:
        return cls(**stored)

    @property
    def takes_away(self) -> bool:
        """A delete or a void, after which nothing is compared."""
        return self.operation == "delete" or self.options == "void"


def expecting(item: SentItem, invoice: InvoiceDocument, write: Write) -> SentItem:
    """`item` with what QuickBooks should answer to `write` of this invoice."""
    if item.takes_away:
        return item
    return replace(
        item,
        total=str(invoice.total),
        tax=str(invoice.tax_total),
        txn_date=invoice.books_date.isoformat(),
        number=str(write.payload.get("DocNumber", "")),
    )


@dataclass(frozen=True)
class There:
    """An invoice as QuickBooks holds it, as far as it is compared."""

    total: Decimal
    tax: Decimal
    txn_date: str
    number: str

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> There:
        tax = (row.get("TxnTaxDetail") or {}).get("TotalTax") or 0
        return cls(
            total=round_cents(Decimal(str(row.get("TotalAmt") or 0))),
            tax=round_cents(Decimal(str(tax))),
            txn_date=str(row.get("TxnDate") or "")[:10],
            number=str(row.get("DocNumber") or ""),
        )

    @property
    def day(self) -> date | None:
        return date.fromisoformat(self.txn_date) if self.txn_date else None


def difference(item: SentItem, there: There) -> Failure | None:
    """Where the books do not hold what was sent, to the cent and the day; None where they do."""
    if not item.total or item.takes_away:
        return None
    pairs = {
        "total": (Decimal(item.total), there.total),
        "tax": (Decimal(item.tax), there.tax),
        "date": (item.txn_date, there.txn_date),
        "number": (item.number or there.number, there.number),
    }
    wrong = {name: pair for name, pair in pairs.items() if pair[0] != pair[1]}
    if not wrong:
        return None
    if "tax" in wrong and there.tax == 0:
        # QuickBooks drops the tax without a word where sales tax is not set up.
        return Failure("tax_not_enabled", Subject("company", "sales_tax", "sales tax"))
    facts = {"fields": ", ".join(wrong)}
    for name, (ours, theirs) in wrong.items():
        facts |= {f"our_{name}": str(ours), f"their_{name}": str(theirs)}
    return Failure("total_differs", Subject("invoice", str(item.record_id), item.number), facts=facts)

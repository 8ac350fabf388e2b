"""Whether a payment in QuickBooks may be the one that the office has recorded here as well; pure.

Only a person knows. What speaks for it: the same amount on a common invoice, within a week or with the same reference.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass, field
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonObject, Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import cents, plain
from runacall.invoices.documents import PaymentDocument

# A check is entered when it comes, or when it is taken to the bank.
DAYS_APART = 7
CODE = "payment_twin"


@dataclass(frozen=True)
class Theirs:
    """A payment in QuickBooks that is none of ours, as far as it is compared; `applied`: by the invoice's Id there."""

    qbo_id: str
    amount: str
    date: str
    reference: str = ""
    applied: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, row: Row) -> Theirs:
        day, words = str(row.get("TxnDate") or "")[:10], plain(row.get("PaymentRefNum"))
        return cls(str(row["Id"]), cents(row.get("TotalAmt")), day, words, applied_by(row))

    @property
    def as_json(self) -> JsonObject:
        return asdict(self)

    @property
    def day(self) -> dt.date | None:
        try:
            return dt.date.fromisoformat(self.date)
        except ValueError:
            return None


def may_be_the_same(payment: PaymentDocument, theirs: Theirs, invoice_ids: Collection[str]) -> bool:
    """`invoice_ids`: those in QuickBooks of the invoices that `payment` pays."""
    if payment.is_void or cents(payment.amount) != theirs.amount or not {*invoice_ids} & {*theirs.applied}:
        return False
    if payment.reference and _bare(payment.reference) == _bare(theirs.reference):
        return True
    day = theirs.day
    return day is None or abs((payment.books_date - day).days) <= DAYS_APART


def _bare(words: str) -> str:
    """Without what people leave out: "No. 01107" and "#1107" are one check."""
    digits = "".join(letter for letter in words if letter.isdigit()).lstrip("0")
    return digits or plain(words).casefold()


def twin_failure(payment: PaymentDocument, theirs: Theirs) -> Failure:
    """The question to a person, with what both sides say."""
    numbers = ", ".join(f"#{one.number}" for one in payment.applied)
    # Both are first entries: there is nothing that either of them was before.
    sides = [
        {"field": "amount", "ours": cents(payment.amount), "theirs": theirs.amount},
        {"field": "date", "ours": payment.books_date.isoformat(), "theirs": theirs.date},
        {"field": "reference", "ours": payment.reference, "theirs": theirs.reference},
    ]
    facts = {
        "amount": f"{Decimal(theirs.amount):,}",
        "received_date": theirs.date,
        "there_entity": "Payment",
        "there_id": theirs.qbo_id,
        "sides": sides,
    }
    return Failure(CODE, Subject("payment", str(payment.id), numbers), facts=facts)

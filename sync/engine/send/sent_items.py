"""One item of a submission: which event it is for, what was sent, and what should come back; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonMapping
from qbo.mapping.base import There
from qbo.mapping.plans import Expected
from runacall.invoices.money import ZERO


@dataclass(frozen=True)
class SentItem:
    """`total`, `tax`, `txn_date` and `number` are what the books should have afterwards; "" is not compared.

    `said`: our fields as this write sends them, for the base; `line_ids`: our lines' Ids before it.
    """

    event_id: int
    record_type: str
    record_id: int
    entity: str
    operation: str
    options: str
    said: JsonMapping = field(default_factory=dict)
    line_ids: Sequence[str] = ()
    total: str = ""
    tax: str = ""
    # By how much total and tax may differ, because QuickBooks rounds each rate separately.
    rounding: str = ""
    txn_date: str = ""
    number: str = ""
    # The Id that a recreated record had before.
    former_id: str = ""
    # What of ours was changed there and is not written over, in words.
    kept: str = ""

    @property
    def as_json(self) -> dict[str, object]:
        return dict(vars(self))

    @classmethod
    def from_json(cls, stored: JsonMapping) -> SentItem:
        """Works for every version that stored it: fields that no longer exist are left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    @property
    def takes_away(self) -> bool:
        """A delete or a void, after which nothing is compared."""
        return self.operation == "delete" or self.options == "void"


def rounded(item: SentItem | Expected, there: There) -> Decimal:
    """By how much QuickBooks' total differs only because it rounds each tax rate separately; 0 if it does not."""
    if not item.rounding or not item.total:
        return ZERO
    by = there.total - Decimal(item.total)
    of_tax = there.tax - Decimal(item.tax) if item.tax else by
    return abs(by) if by == of_tax and abs(by) <= Decimal(item.rounding) else ZERO


def remark(item: SentItem | Expected, there: There, *, kept: str = "") -> str:
    """What the log says about a Synced invoice that differs by QuickBooks' rounding, or in what was changed there and
    `kept`; "" if it does not differ.
    """
    by = rounded(item, there)
    count = int(by * 100)
    cents = f"QuickBooks rounds by {count} {'cent' if count == 1 else 'cents'}" if count else ""
    return ". ".join(filter(None, (cents, kept)))


def difference(item: SentItem, there: There) -> Failure | None:
    """The failure if the books do not have what was sent, to the cent and the day; None if they do.

    A difference that is only QuickBooks' own rounding of each rate does not count.
    """
    if item.takes_away:
        return None
    pairs = {
        "total": (item.total, str(there.total)),
        "tax": (item.tax, str(there.tax)),
        "date": (item.txn_date, there.txn_date),
        "number": (item.number, there.number),
    }
    excused = ("total", "tax") if rounded(item, there) else ()
    wrong = {name: pair for name, pair in pairs.items() if pair[0] and pair[0] != pair[1] and name not in excused}
    if not wrong:
        return None
    facts = {"fields": ", ".join(wrong)}
    for name, (ours, theirs) in wrong.items():
        facts |= {f"our_{name}": ours, f"their_{name}": theirs}
    if "tax" in wrong and there.tax == 0:
        # QuickBooks silently drops the tax if sales tax is not set up.
        return Failure("tax_not_enabled", Subject("company", "sales_tax", "sales tax"), facts=facts)
    if item.record_type == "payment":
        facts |= {"what": "payment"}
    return Failure("total_differs", Subject(item.record_type, str(item.record_id), item.number), facts=facts)


def owed_fields(item: SentItem, differs: Failure) -> tuple[str, ...]:
    """What an update has to send again because the books do not have it; as names of fields of the base."""
    named = "tax" if differs.code == "tax_not_enabled" else str(differs.facts.get("fields", ""))
    wrong = set(named.split(", "))
    owed: set[str] = wrong & {"date", "number"}
    if item.record_type == "payment":
        return tuple(sorted(owed | ({"amount"} if "total" in wrong else set())))
    if wrong & {"total", "tax"}:
        owed |= {"tax", "discount", *(f"line {place + 1}" for place in range(len(item.said.get("lines", ()))))}
    return tuple(sorted(owed))

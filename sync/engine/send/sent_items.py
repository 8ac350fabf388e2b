"""One item of a submission: which event it is for, what was said, and what should come back; pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from qbo.failures import Failure, Subject
from qbo.mapping.comparing import There


@dataclass(frozen=True)
class SentItem:
    """`total`, `tax`, `txn_date` and `number` are what the books should hold afterwards; "" is not compared.

    `said`: our fields as this write says them, for the base; `line_ids`: our lines' Ids before it.
    """

    event_id: int
    record_type: str
    record_id: int
    entity: str
    operation: str
    options: str
    said: Mapping[str, Any] = field(default_factory=dict)
    line_ids: Sequence[str] = ()
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
        """Whatever version of the program stored it: what it does not know any more is left out."""
        known = {one.name for one in fields(cls)}
        return cls(**{name: value for name, value in stored.items() if name in known})

    @property
    def takes_away(self) -> bool:
        """A delete or a void, after which nothing is compared."""
        return self.operation == "delete" or self.options == "void"


def difference(item: SentItem, there: There) -> Failure | None:
    """Where the books do not hold what was sent, to the cent and the day; None where they do."""
    if item.takes_away:
        return None
    pairs = {
        "total": (item.total, str(there.total)),
        "tax": (item.tax, str(there.tax)),
        "date": (item.txn_date, there.txn_date),
        "number": (item.number, there.number),
    }
    wrong = {name: pair for name, pair in pairs.items() if pair[0] and pair[0] != pair[1]}
    if not wrong:
        return None
    facts = {"fields": ", ".join(wrong)}
    for name, (ours, theirs) in wrong.items():
        facts |= {f"our_{name}": ours, f"their_{name}": theirs}
    if "tax" in wrong and there.tax == 0:
        # QuickBooks drops the tax without a word where sales tax is not set up.
        return Failure("tax_not_enabled", Subject("company", "sales_tax", "sales tax"), facts=facts)
    return Failure("total_differs", Subject("invoice", str(item.record_id), item.number), facts=facts)


def owed_fields(item: SentItem, differs: Failure) -> tuple[str, ...]:
    """What an update has to say again, since the books do not hold it; as names of fields of the base."""
    named = "tax" if differs.code == "tax_not_enabled" else str(differs.facts.get("fields", ""))
    wrong = set(named.split(", "))
    owed: set[str] = wrong & {"date", "number"}
    if wrong & {"total", "tax"}:
        owed |= {"tax", "discount", *(f"line {place + 1}" for place in range(len(item.said.get("lines", ()))))}
    return tuple(sorted(owed))

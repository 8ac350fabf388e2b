"""What QuickBooks has of a record while a change of ours is not there yet: one rule for every page; pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum

from qbo.failures import Failure, FailureKind
from qbo.json_objects import JsonMapping
from qbo.mapping.values import quoted
from runacall.invoices.money import dollars


class Books(StrEnum):
    """The state of the books for a record whose last change has not arrived, as far as we know."""

    NOT_THERE = "not_there"
    UNKNOWN = "unknown"
    AS_IT_WAS = "as_it_was"
    DIFFERENT = "different"


@dataclass(frozen=True)
class InBooks:
    """What we know QuickBooks has of a record, and the address where a person opens it ("": none).

    `since`: the shop's day on which it was last written or read there. `gone`: it has been deleted there since.
    """

    qbo_id: str
    number: str = ""
    total: Decimal | None = None
    url: str = ""
    since: date | None = None
    voided: bool = False
    accepted: bool = False
    gone: bool = False


@dataclass(frozen=True)
class Holding:
    """One of these states, in words for pages: `lead` states it, `differs` names what is different."""

    books: Books
    lead: str
    differs: str = ""

    def because(self, reason: str) -> str:
        """E.g. "Not in QuickBooks: Tax code 'Combined 7.25' not mapped"."""
        return f"{self.lead}: {reason}" if reason else self.lead


def holding(there: InBooks | None, failure: Failure | None, *, may_have_arrived: bool = False) -> Holding:
    """The state of the books while a change waits or has failed with `failure`.

    A failure found in the answer names what differs. Every other failure happened before
    anything was written, so the books are unchanged, unless a try of the change `may_have_arrived`
    (its answer was lost, and QuickBooks could not be asked since).
    """
    if may_have_arrived and not (failure and failure.is_difference) and not (there and there.gone):
        lead = "In QuickBooks; your change may be there already" if there else "May be in QuickBooks already"
        return Holding(Books.UNKNOWN, lead)
    if there is None:
        return Holding(Books.NOT_THERE, "Not in QuickBooks")
    if there.gone:
        return Holding(Books.NOT_THERE, "No longer in QuickBooks")
    if failure and failure.is_difference:
        return Holding(Books.DIFFERENT, "In QuickBooks, but different", differences(failure.facts))
    since = f" as it was on {there.since:%Y-%m-%d}" if there.since else ""
    return Holding(Books.AS_IT_WAS, f"In QuickBooks{since}; your change is not there")


COMPARED = ("total", "tax", "date", "number")


def differences(facts: JsonMapping) -> str:
    """E.g. "total $108.00 here, $100.00 there; message 'Thank you' here, empty there"."""
    if "sides" in facts:
        sides = [(side["field"], quoted(side["ours"]), quoted(side["theirs"])) for side in facts["sides"]]
        return "; ".join(f"{name} {ours} here, {theirs} there" for name, ours, theirs in sides)
    named = [name for name in COMPARED if f"their_{name}" in facts]
    return "; ".join(
        f"{name} {_shown(name, facts.get(f'our_{name}', ''))} here, {_shown(name, facts[f'their_{name}'])} there"
        for name in named
    )


def _shown(name: str, value: str) -> str:
    if name not in ("total", "tax"):
        return value or "none"
    try:
        return dollars(Decimal(value))
    except InvalidOperation:
        return value


def for_dispatcher(held: Holding, failure: Failure, *, is_failed: bool) -> str:
    """The same for a person who cannot open settings or payloads."""
    if not is_failed:
        return f"On its way to QuickBooks: {failure.dispatcher}"
    lead = "Not in QuickBooks yet" if held.lead == "Not in QuickBooks" else held.lead
    if held.differs:
        return f"{lead}: {held.differs}. The office is on it."
    if failure.kind is FailureKind.TRANSIENT:
        return f"{lead}: QuickBooks could not be reached, or had a problem. The office is on it."
    return f"{lead}: {failure.dispatcher}"

"""What a record needs so that QuickBooks agrees with it, as planned; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonObject, Row
from qbo.mapping.base import STATUS, Base, Said, Side, cents
from qbo.mapping.book import TransactionRef
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.payloads import Write
from qbo.mapping.values import quoted


@dataclass(frozen=True)
class Expected:
    """What the answer should contain; "" is not compared.

    `rounding`: by how much total and tax may differ, because QuickBooks rounds each rate separately.
    """

    total: str = ""
    tax: str = ""
    rounding: str = ""
    date: str = ""
    number: str = ""


@dataclass(frozen=True)
class Plan:
    """The one write that makes QuickBooks agree, or None; or the failures that only a person can settle.

    `said`: what the base records as sent by us when the write succeeds, or immediately if there is no
    write. `adopts`: the base to store if nothing has to be sent because QuickBooks already has what we would send.
    `kept`: what of ours was changed there and stays as it is there, so that somebody is told.
    """

    write: Write | None = None
    said: Said = field(default_factory=dict)
    expected: Expected = Expected()
    failures: tuple[Failure, ...] = ()
    adopts: Base | None = None
    kept: tuple[Side, ...] = ()


def settled_undo(there: TransactionRef, write: Write, subject: Subject) -> Plan | None:
    """What becomes of a record that is void here and there already, or gone there; None where `write` is to void it.

    Where it was voided there before ours was sent, that is what we know of it from now on: whoever brings it back
    there, even just as it was, has changed it. Where we voided it there and it is not void any more, a person decides,
    whatever else has changed here.
    """
    if there.gone:
        return Plan()
    if is_void(there.now):
        return Plan(adopts=replace(there.base, row=there.theirs) if there.base and there.theirs else None)
    if not there.voided:
        return None
    back = brought_back(there.base, there.now)
    return Plan(write, failures=(edited(subject, back),)) if back else Plan()


def changes_in_words(sides: Sequence[Side]) -> str:
    """E.g. "due date 2026-07-17 → 2026-08-01; message empty → 'blue door'"."""
    return "; ".join(f"{side.field} {quoted(side.was)} → {quoted(side.theirs)}" for side in sides)


def kept_in_words(sides: Sequence[Side]) -> str:
    """E.g. "Kept what was changed in QuickBooks: reference 7 → 8. Run a Call still says 7."; "" for nothing."""
    if not sides:
        return ""
    ours = f"still says {quoted(sides[0].ours) if sides[0].ours else 'nothing'}" if len(sides) == 1 else "keeps its own"
    return f"Kept what was changed in QuickBooks: {changes_in_words(sides)}. Run a Call {ours}."


def conflict(subject: Subject, sides: Sequence[Side]) -> Failure:
    """The conflict of fields that changed here and there: base, ours and theirs of each, for a person to choose."""
    return Failure("changed_in_quickbooks", subject, facts=_told(sides))


def brought_back(base: Base | None, row: Row) -> list[Side]:
    """What is void here has an amount again there, or another one than we know of."""
    was, now = (cents(one.get("TotalAmt")) for one in (base.row if base else {}, row))
    return [Side(STATUS, "void", "void", f"not void, {Decimal(now):,}")] if base and Decimal(now) and now != was else []


def edited(subject: Subject, sides: Sequence[Side]) -> Failure:
    """The difference that a change in QuickBooks made, field by field, for a person to choose."""
    return Failure("edited_in_quickbooks", subject, facts=_told(sides))


def _told(sides: Sequence[Side]) -> JsonObject:
    """The facts of a difference: each side for a person to choose, and both values in words where there is one."""
    facts: JsonObject = {"fields": ", ".join(side.field for side in sides)}
    if len(sides) == 1:
        facts |= {"ours": quoted(sides[0].ours), "theirs": quoted(sides[0].theirs)}
    return facts | {"sides": [side.as_fact for side in sides]}

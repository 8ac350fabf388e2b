"""What a record needs so that QuickBooks agrees with it, as planned; pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonObject
from qbo.mapping.base import Base, Said, Side
from qbo.mapping.payloads import Write


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
    """

    write: Write | None = None
    said: Said = field(default_factory=dict)
    expected: Expected = Expected()
    failures: tuple[Failure, ...] = ()
    adopts: Base | None = None


def conflict(subject: Subject, sides: Sequence[Side]) -> Failure:
    """The conflict of fields that changed here and there: base, ours and theirs of each, for a person to choose."""
    facts: JsonObject = {"fields": ", ".join(side.field for side in sides)}
    if len(sides) == 1:
        facts |= {"ours": sides[0].ours, "theirs": sides[0].theirs}
    return Failure("changed_in_quickbooks", subject, facts=facts | {"sides": [side.as_fact for side in sides]})

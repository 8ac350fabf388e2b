"""What the catalogue says about a failure; it does not know the failures themselves.

Texts are templates: `{name}` is a fact or the subject's name, `{name|word}` falls back to the word,
and a part in square brackets disappears when a fact in it is not known. `fill` never raises.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class FailureKind(StrEnum):
    """What Run a Call does next without a person."""

    TRANSIENT = "transient"  # retried on schedule: after 5, 30 and 60 minutes
    WAIT = "wait"  # tried again when the wait is over; uses up no retry
    HEAL = "heal"  # Run a Call can fix it; where it cannot, a person has to
    PERSON = "person"  # stops and waits for a person
    PAUSE = "pause"  # nothing can be sent: the whole connection waits for a person


class Who(StrEnum):
    """Who can fix it."""

    SYSTEM = "system"
    OFFICE = "office"
    QUICKBOOKS_ADMIN = "quickbooks_admin"
    ACCOUNTANT = "accountant"
    SUPPORT = "support"

    @property
    def words(self) -> str:
        return WHO_WORDS[self]


WHO_WORDS = {
    Who.SYSTEM: "Run a Call, automatically",
    Who.OFFICE: "The office (Owner or Admin)",
    Who.QUICKBOOKS_ADMIN: "The shop's QuickBooks admin",
    Who.ACCOUNTANT: "The accountant, with the office",
    Who.SUPPORT: "Run a Call support (admin@runacall.com)",
}

KIND_WORDS = {
    FailureKind.TRANSIENT: "Retried automatically after 5, 30 and 60 minutes",
    FailureKind.WAIT: "Continues automatically when the wait is over",
    FailureKind.HEAL: "Fixed automatically where possible, otherwise a person decides",
    FailureKind.PERSON: "Waits for a person",
    FailureKind.PAUSE: "Pauses the connection; queued events wait",
}

PAGE_WORDS = {
    "tax": "Settings → QuickBooks → Tax",
    "items": "Settings → QuickBooks → Items",
    "customers": "Settings → QuickBooks → Customers",
    "products": "Settings → QuickBooks → Products and services",
    "invoices": "Settings → QuickBooks → Invoices",
    "payments": "Settings → QuickBooks → Payments",
    "status": "Settings → QuickBooks → Status",
    "log": "Settings → QuickBooks → Sync log",
    "invoice": "the invoice",
    "customer": "the customer",
    "payment": "the payment",
    "quickbooks": "QuickBooks Online",
    "support": "Escalate, on the row of the sync log",
    "": "nowhere: nothing to do",
}


@dataclass(frozen=True)
class Entry:
    """One known failure: what it is called, what it means, what to do, who does it and where."""

    code: str
    title: str
    kind: FailureKind
    message: str  # one line for the log
    meaning: str
    remedy: tuple[str, ...]  # steps, in order
    who: Who
    where: str  # the name of a page, a key of PAGE_WORDS
    dispatcher: str  # why, after "Not in QuickBooks yet: ", for those who see no settings and no payload
    label: str  # a coarser name for it, as other software uses; several codes may share one
    refreshes: tuple[str, ...] = ()  # the mirrored lists that a person's retry refreshes first
    waiting_helps: bool = False  # sending again later, with no person acting, can succeed
    cause_per_subject: bool = True  # False: one cause for all, whatever number or date each one names

    @property
    def anchor(self) -> str:
        """The section of the help page that explains this failure."""
        return self.code.replace("_", "-")


FIELD = re.compile(r"\{(\w+)(?:\|([^{}]*))?\}")
OPTIONAL_OR_FIELD = re.compile(r"\[([^\[\]]*)\]|" + FIELD.pattern)


def fill(template: str, facts: Mapping[str, str]) -> str:
    """The template with its facts in place; a bracketed part that lacks one is left out."""

    def field(match: re.Match[str]) -> str:
        return str(facts.get(match[1]) or match[2] or "")

    def part(match: re.Match[str]) -> str:
        inside = match[1]
        if inside is None:
            return str(facts.get(match[2]) or match[3] or "")
        complete = all(facts.get(name) or fallback for name, fallback in FIELD.findall(inside))
        return FIELD.sub(field, inside) if complete else ""

    return OPTIONAL_OR_FIELD.sub(part, template).strip()

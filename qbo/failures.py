"""The types for errors: an answer, Intuit's entries in it, and the failure they mean to us; knows no rule."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from qbo import catalogue
from qbo.catalogue import FailureKind, Who
from qbo.json_objects import JsonMapping

__all__ = ["Answer", "Failure", "FailureKind", "FaultEntry", "Subject", "Who"]

LINE_LENGTH = 200
"""How much of Intuit's message fits into one line of the log."""


@dataclass(frozen=True)
class Subject:
    """What a failure is about.

    The kind is tax_rate, item, account, customer, date, number, company, term, field or ""; the key an id.
    """

    kind: str = ""
    key: str = ""
    name: str = ""

    @property
    def in_words(self) -> str:
        """At the beginning of a sentence; "" for what is no record of ours with a name."""
        spelled = {"invoice": "Invoice #{}", "payment": "The payment of {}", "customer": "Customer '{}'"}.get(self.kind)
        return spelled.format(self.name.removeprefix("#")) if spelled and self.name else ""


@dataclass(frozen=True)
class FaultEntry:
    """One entry of Intuit's Error list, in Intuit's words."""

    code: str = ""
    message: str = ""
    detail: str = ""
    element: str = ""
    fault_type: str = ""  # of the Fault that holds the entry: ValidationFault, SERVICE, AUTHENTICATION ...

    @property
    def words(self) -> str:
        """Message and Detail as one line."""
        return " / ".join(part for part in (self.message.strip(), self.detail.strip()) if part)


@dataclass(frozen=True)
class Answer:
    """One HTTP answer as it came; without a status, the body is the message of the transport's exception."""

    http_status: int | None
    content_type: str = ""
    body: str = ""
    retry_after: str = ""


@dataclass(frozen=True)
class Failure:
    """What went wrong: a code of the catalogue, its subject, and the evidence."""

    code: str
    subject: Subject = Subject()
    entries: tuple[FaultEntry, ...] = ()
    http_status: int | None = None
    retry_after_seconds: int | None = None
    facts: JsonMapping = field(default_factory=dict, hash=False)

    @property
    def entry(self) -> catalogue.Entry:
        return catalogue.entry(self.code)

    @property
    def cause_key(self) -> str:
        """Failures with the same key have the same cause: one thing to fix."""
        which = self.subject.key or self.subject.name.strip().casefold()
        if not (self.subject.kind and which and self.entry.cause_per_subject):
            return self.code
        return f"{self.code}:{self.subject.kind}:{which}"

    @property
    def kind(self) -> FailureKind:
        return self.entry.kind

    @property
    def title(self) -> str:
        return self.entry.title

    @property
    def cause_title(self) -> str:
        """What is wrong with everything of this cause: the message, where all of it is about one thing."""
        if self.code == "closed_period" and self.facts.get("closing_date"):
            return f"Closed period: the books are closed through {self.facts['closing_date']}"
        return self.message if self.entry.cause_per_subject else self.title

    @property
    def is_difference(self) -> bool:
        """Whether QuickBooks stored the record, but not as it was sent."""
        return "fields" in self.facts

    @property
    def message(self) -> str:
        return catalogue.message(self)

    @property
    def remedy(self) -> tuple[str, ...]:
        return catalogue.remedy(self)

    @property
    def dispatcher(self) -> str:
        return catalogue.dispatcher(self)

    @property
    def intuit_words(self) -> str:
        """Intuit's own words, every entry once."""
        return "; ".join(dict.fromkeys(entry.words for entry in self.entries if entry.words))

    @property
    def words(self) -> Mapping[str, str]:
        """The facts that the catalogue's templates may use."""
        key = self.subject.key
        same_day = self.facts.get("invoice_date") == self.facts.get("closing_date")
        return {
            "http_status": str(self.http_status or ""),
            "intuit_words": shorten(self.intuit_words),
            "relation": "on" if same_day else "before",
            **self.facts,
            "subject_name": self.subject.name or (f"Id {key}" if key.isdecimal() else key),
            "record": self.subject.in_words,
        }


def shorten(text: str, *, length: int = LINE_LENGTH) -> str:
    """The text as one line of at most this length."""
    line = " ".join(text[: 8 * length].split())
    return line if len(line) <= length else line[: length - 1].rstrip() + "…"

"""The catalogue of failures: for each code its meaning, remedy, who acts and where; knows no database."""

from collections.abc import Mapping
from typing import Protocol

from qbo.catalogue import connection, customers, documented, general, invoices, items, payments, tax, waiting
from qbo.catalogue.entry import Entry, FailureKind, Who, fill

__all__ = [
    "CATALOGUE",
    "DOCUMENTED",
    "SECTIONS",
    "Entry",
    "FailureKind",
    "Who",
    "dispatcher",
    "entry",
    "fill",
    "kind",
    "message",
    "remedy",
    "title",
]

SECTIONS: Mapping[str, tuple[Entry, ...]] = {
    "The eight documented errors": documented.ENTRIES,
    "Customers and names": customers.ENTRIES,
    "Items and their accounts": items.ENTRIES,
    "Tax": tax.ENTRIES,
    "The invoice itself": invoices.ENTRIES,
    "Payments": payments.ENTRIES,
    "The connection": connection.ENTRIES,
    "What clears automatically": waiting.ENTRIES,
    "Everything else": general.ENTRIES,
}

CATALOGUE: Mapping[str, Entry] = {entry.code: entry for entries in SECTIONS.values() for entry in entries}
"""Every known failure by its code, the eight documented ones first."""

DOCUMENTED: tuple[str, ...] = tuple(entry.code for entry in documented.ENTRIES)
"""The eight that the help article names, in its order."""


class FailureLike(Protocol):
    """What the catalogue needs of a failure: its code, and the words that its templates may name."""

    @property
    def code(self) -> str: ...
    @property
    def words(self) -> Mapping[str, str]: ...


def entry(code: str) -> Entry:
    """The catalogue's entry; for a code that is not in it, the entry of `unknown`."""
    return CATALOGUE.get(code) or CATALOGUE["unknown"]


def title(failure: FailureLike) -> str:
    return entry(failure.code).title


def kind(failure: FailureLike) -> FailureKind:
    return entry(failure.code).kind


def message(failure: FailureLike) -> str:
    """One line for the log, e.g. "Tax code 'Combined 7.25' not mapped"."""
    return fill(entry(failure.code).message, failure.words)


def remedy(failure: FailureLike) -> tuple[str, ...]:
    """The steps that fix it, in order."""
    return tuple(filter(None, (fill(step, failure.words) for step in entry(failure.code).remedy)))


def dispatcher(failure: FailureLike) -> str:
    """The same for a person who cannot open settings or payloads."""
    return fill(entry(failure.code).dispatcher, failure.words)

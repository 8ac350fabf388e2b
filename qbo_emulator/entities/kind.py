"""What an entity is made of: the facts that the general operations need to write it; knows no single entity."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from qbo_emulator.books.company import Change, Company, Row


@dataclass
class Draft:
    """One write in progress: what was sent, the current row, and the new row."""

    company: Company
    kind: Kind
    sent: Row
    before: Row | None
    row: Row
    at: datetime
    options: frozenset[str] = frozenset()
    sparse: bool = False
    also: list[Change] = field(default_factory=list)  # what else changes with this row


def no_rules(draft: Draft) -> None:
    """For entities that only store and return themselves."""


def nothing_else(company: Company, key: str) -> Row | None:
    """For entities that are read only where they are."""
    return None


def nothing_more(company: Company, kind: Kind, row: Row, *, at: datetime) -> Row:
    """For entities whose writes lead to no other."""
    return row


def as_sent(body: Row) -> Row:
    """For entities that clients send as they are."""
    return body


@dataclass(frozen=True)
class Kind:
    name: str
    operations: frozenset[str] = frozenset(("create", "update", "read", "query"))
    required: tuple[str, ...] = ()
    defaults: Mapping[str, object] = field(default_factory=dict)
    kept: tuple[str, ...] = ()  # what an update never clears
    rules: Callable[[Draft], None] = no_rules
    void: Callable[[Draft], None] | None = None
    delete: Callable[[Draft], None] = no_rules
    after: Callable[..., Row] = nothing_more  # called after a create: (company, kind, row, at=) -> the row after it
    is_list: bool = False  # has Active, hides inactive rows, gets the " (deleted)" suffix
    is_single: bool = False  # one object a company
    key_field: str = ""  # what identifies a row if clients send no Id, as public clients do for rates
    is_bare: bool = False  # goes by its Id alone: no SyncToken is asked for (recorded for Attachable)
    name_field: str = ""
    answers_as: str = ""  # the name in answers, where it is not that of the path
    otherwise: Callable[[Company, str], Row | None] = nothing_else  # what a read finds where no such row is
    opened: Callable[[Row], Row] = as_sent  # the row in what a client sends
    is_wrapped: bool = False  # is inside an object named after its type (RecurringTransaction)
    counts_total: bool = False  # queries carry totalCount (recorded)
    order: tuple[str, ...] = ()  # the order in which Intuit shows the fields

    @property
    def element(self) -> str:
        return self.name.lower()

    @property
    def member(self) -> str:
        """The name under which answers carry the row."""
        return self.answers_as or self.name


BY_ITSELF = frozenset(("by itself",))  # option of a write that QuickBooks makes, and that leads to no further one
LIST = frozenset(("create", "update", "read", "query"))
READ_ONLY = frozenset(("read", "query"))
TRANSACTION = LIST | {"delete", "void"}

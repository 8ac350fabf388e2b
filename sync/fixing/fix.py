"""What a fix is: a choice that a person makes for one cause, with what would come of it, and how it is undone."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser

from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.models import Connection
from sync.fixing.lists import Lists
from sync.forecast.dry_run import Supposed
from sync.models import SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

User = AbstractBaseUser | None
SEND = "Send {count}"
SAVE = "Save choice"


@dataclass(frozen=True)
class Case:
    """One cause of one shop, the failed events that it stops, and the lists to choose from.

    `every`: offer all that can be chosen, not only the likeliest. `ahead`: the invoices that it would stop, where it
    has not stopped them yet; such a case has no events, and its fix queues nothing. `event`: of several, the one whose
    invoice's page it is on.
    """

    connection: Connection
    failure: Failure
    events: SyncEventQuerySet
    lists: Lists
    every: bool = False
    ahead: Sequence[int] = ()
    event: SyncEvent | None = None

    def invoice_ids(self, most: int | None = None) -> list[int]:
        """The invoices that it stops or would stop, at most `most` of them."""
        if self.ahead:
            return sorted(self.ahead)[:most]
        rows = self.events.filter(record_type=EntityType.INVOICE).order_by("record_id")
        return list(rows.values_list("record_id", flat=True)[:most])

    @property
    def key(self) -> str:
        return self.failure.cause_key[:200]

    @property
    def name(self) -> str:
        """What the cause is about: "Combined 7.25"."""
        return self.failure.subject.name or self.failure.title


@dataclass(frozen=True)
class Answer:
    """What a person chose: the value of an option, and what they typed beside it."""

    choice: str = ""
    text: str = ""

    @property
    def way(self) -> str:
        """The part of the choice that says how it is fixed: "create" of "create:17"."""
        return self.choice.partition(":")[0]

    @property
    def value(self) -> str:
        return self.choice.partition(":")[2]


@dataclass(frozen=True)
class Option:
    """`needs`: the type of a field that belongs to it, "" for none; `label` of that field is `needs_label`."""

    value: str
    label: str
    needs: str = ""
    needs_label: str = ""
    needs_value: str = ""


@dataclass(frozen=True)
class Group:
    """Options under one heading; the heading may be ""."""

    label: str
    options: Sequence[Option]


@dataclass(frozen=True)
class Offer:
    """What can be chosen for one cause.

    `chosen`: the option that is marked. `why`: why it is suggested. `is_done`: it is in force already, so that the
    events only have to be sent. `more`: how many more options there are. `hint`: what a person should know first.
    """

    groups: Sequence[Group]
    chosen: str = ""
    why: str = ""
    is_done: bool = False
    more: int = 0
    hint: str = ""
    # What the button says that asks QuickBooks for more to choose from; "" if there is no need.
    searches: str = ""

    def option(self, value: str) -> Option | None:
        """The option of that value."""
        return next((one for group in self.groups for one in group.options if one.value == value), None)

    @property
    def fields(self) -> list[Option]:
        """The options that have a field."""
        return [one for group in self.groups for one in group.options if one.needs]


@dataclass(frozen=True)
class Fix:
    """One kind of fix; a new one is an entry in the table.

    `seen`: what the choice would replace, as a short text: if it differs from what a page showed, somebody else was
    faster. `apply` makes the choice and returns what `undo` needs, as JSON; both raise Refused.
    """

    codes: Sequence[str]
    label: str
    submit: str
    offer: Callable[[Case], Offer | None]
    seen: Callable[[Case], str]
    supposed: Callable[[Case, Answer], Supposed]
    apply: Callable[[Case, Answer, User, datetime], Mapping[str, object]]
    undo: Callable[[Connection, Mapping[str, object], User, datetime], None]
    # What it depends on is read from QuickBooks before anything is sent: what we know says little.
    is_read_first: bool = False
    # What failed first is a record with an event of its own, which has to be sent again.
    has_own_event: bool = False
    # It changes the invoices themselves.
    edits: bool = False
    # The names of the actions that its form does as well, so that a card with the form does not offer them again.
    replaces: Sequence[str] = ()
    # A row that the answer needs from QuickBooks, read before anything is saved; raises NotRead.
    fetch: Callable[[Case, Answer, datetime], Row | None] = lambda case, answer, at: None
    # What to know about an answer before it is given; "" for nothing.
    warning: Callable[[Case, Answer], str] = lambda case, answer: ""
    # Said when it can no longer be undone.
    afterwards: str = ""

    def said(self, count: int, *, is_done: bool = False) -> str:
        """What its button says: "Map and send 63"; where the choice is in force already, "Send 63"."""
        return (SEND if is_done else self.submit).format(count=f"{count:,}")

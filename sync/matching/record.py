"""One of our customers or items with its possible matches in QuickBooks, and the choices made about it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse

from qbo.connection.connecting import endpoints_of
from qbo.json_objects import Row
from qbo.mapping.guessing import Guess, Known, guess_customers, guess_items, their_customer
from qbo.mapping.names import OF_CUSTOMER, OF_ITEM, full_name_key, name_for_quickbooks, name_key
from qbo.models import Connection, ConnectionSettings, MatchChoice
from runacall.invoices.models import Customer, PricebookItem
from sync.engine.prepare.rivals import CUSTOMER_NAME, ITEM_NAME, named_alike
from sync.matching.choosing import why_not_undone
from sync.matching.kinds import MatchKind
from sync.matching.listing import (
    MatchRow,
    choices_of,
    holders,
    match_rows,
    products_there,
)

# The most records of each side, and of the history, to show.
SIDES = 20
HISTORY = 20


@dataclass(frozen=True)
class Candidate:
    """One of their records, with the possible actions."""

    guess: Guess
    url: str
    active: bool = True
    holder: str = ""
    refused: bool = False

    @property
    def there(self) -> Known:
        return self.guess.there

    @property
    def is_free(self) -> bool:
        return self.active and not self.holder


@dataclass(frozen=True)
class PastChoice:
    """A line of the history."""

    choice: MatchChoice
    sentence: str
    when: str
    who: str
    undone: str = ""
    why_not: str = ""

    @property
    def can_undo(self) -> bool:
        return not self.undone and not self.why_not


def record_context(
    kind: MatchKind,
    connection: Connection,
    record: Customer | PricebookItem,
    looked: Sequence[Row] | None,
    *,
    search: str,
    at: datetime,
) -> dict[str, object]:
    """`looked`: customers of QuickBooks as just read; None if they could not be read."""
    row = match_rows(kind, connection, [record], looked)[0]
    candidates = _candidates(kind, connection, record, row, looked, search)
    settings = ConnectionSettings.objects.get(connection=connection)
    longest = OF_CUSTOMER if kind.is_customers else OF_ITEM
    taken = any(name_key(one.there.name) == name_key(row.ours.name) for one in candidates)
    return {
        "kind": kind,
        "connection": connection,
        "row": row,
        "record": record,
        "ours_url": reverse(kind.ours_url, args=[record.pk]),
        "others": _of_the_same_name(kind, connection, record),
        "candidates": candidates,
        "could_look": looked is not None or not kind.is_customers,
        "search": search,
        "new_name": name_for_quickbooks(row.ours.name, longest, record_id=record.pk, taken=taken),
        "opened": _open(kind, connection, row.link.qbo_id) if row.link else "",
        "history": _history(kind, connection, record),
        "auto_create": settings.auto_create_items,
        "here": reverse(kind.record_url, args=[record.pk]),
    }


def _open(kind: MatchKind, connection: Connection, qbo_id: str) -> str:
    return endpoints_of(connection).open("Customer" if kind.is_customers else "Item", qbo_id)


def _candidates(
    kind: MatchKind,
    connection: Connection,
    record: Customer | PricebookItem,
    row: MatchRow,
    looked: Sequence[Row] | None,
    search: str,
) -> list[Candidate]:
    """Guesses and search results; refused ones, and those matched to another of ours, say so."""
    inactive: set[str] = set()
    if kind.is_customers:
        rows = list(looked or ())
        inactive = {str(one["Id"]) for one in rows if not one.get("Active", True)}
        known = [their_customer(one) for one in rows]
        found = [one for one in known if search and _finds(search, one)]
        guesses = guess_customers(row.ours, known)
        shown = guess_customers(row.ours, found, least=0)
    else:
        key = name_key(search)
        known = list(products_there(connection, [record], {}, search=key).values())
        sellable = [one for one in known if one.type != "Category"]
        guesses = guess_items(row.ours, sellable)
        shown = guess_items(row.ours, [one for one in sellable if key and _finds(search, one)], least=0)
    # Search results come first.
    ordered = {one.there.id: one for one in (*shown, *guesses)} if search else {one.there.id: one for one in guesses}
    if row.is_linked and row.link:
        ordered.pop(row.link.qbo_id, None)
    held = holders(kind, connection, ordered)
    return [
        Candidate(
            guess=one,
            url=_open(kind, connection, qbo_id),
            active=qbo_id not in inactive,
            holder=held[qbo_id][1] if qbo_id in held and held[qbo_id][0] != record.pk else "",
            refused=qbo_id in row.ruled.refused,
        )
        for qbo_id, one in list(ordered.items())[:SIDES]
    ]


def _finds(search: str, there: Known) -> bool:
    key = name_key(search)
    return any(key in name_key(text) for text in (there.name, there.full_name, there.email))


def _of_the_same_name(kind: MatchKind, connection: Connection, record: Customer | PricebookItem) -> list[MatchRow]:
    """Our other records with the same name, and their matches."""
    rows = kind.records(connection).exclude(pk=record.pk)
    found = named_alike(rows, CUSTOMER_NAME if kind.is_customers else ITEM_NAME, {full_name_key(str(record))})
    same = list(kind.records(connection).filter(pk__in=sorted(found)[:SIDES]))
    return match_rows(kind, connection, same) if same else []


def _history(kind: MatchKind, connection: Connection, record: Customer | PricebookItem) -> list[PastChoice]:
    zone = connection.organization
    lines = []
    for choice in choices_of(kind, connection, record.pk)[:HISTORY]:
        undone = ""
        if choice.undone_at:
            undone = f"Undone by {choice.undone_by or 'somebody'} at {zone.local(choice.undone_at):%Y-%m-%d %H:%M}"
        lines.append(
            PastChoice(
                choice,
                _sentence(choice),
                f"{zone.local(choice.at):%Y-%m-%d %H:%M}",
                str(choice.by or "somebody who has left"),
                undone,
                "" if undone else why_not_undone(choice, kind),
            )
        )
    return lines


def _sentence(choice: MatchChoice) -> str:
    kinds = MatchChoice.Kind
    there = f"{choice.there_name or 'a record'} (Id {choice.qbo_id})"
    before = f" Before: {choice.former_name}." if choice.former_name else " Before: not matched."
    return {
        kinds.THIS_ONE: f"Matched to {there}.{before}",
        kinds.NOT_THIS_ONE: f"Not {there}.",
        kinds.CREATE: "Create it in QuickBooks.",
        kinds.UNLINK: f"Unlinked from {there}.",
        kinds.SEND_PRICE: f"Our price was sent to {there}.",
        kinds.KEEP_PRICE: f"Both prices are right: {there}.",
    }[kinds(choice.kind)]

"""How many events have each status: exactly where people work on them, up to a bound where they pile up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from django.core.exceptions import EmptyResultSet
from django.db import connection

from runacall.organizations.paging import MOST, Counted
from sync.models import State
from sync.models.events import SyncEventQuerySet

# The states of which a shop has ever more. The others are what people work on.
PILING_UP = (State.SYNCED, State.SUPERSEDED, State.DISMISSED)


def by_status(events: SyncEventQuerySet, *, most: int = MOST) -> dict[str, Counted]:
    """The number of `events` in every state, in one query.

    Of what piles up only `most` are counted: all of 400,000 would take longer than everything else on the page.
    """
    rows = events.order_by()
    numbers = count_each(
        [rows.filter(state=state)[: most + 1] if state in PILING_UP else rows.filter(state=state) for state in State]
    )
    return {
        str(state): Counted.up_to(most, number) if state in PILING_UP else Counted(number)
        for state, number in zip(State, numbers, strict=True)
    }


def counts_of(states: Iterable[str]) -> dict[str, Counted]:
    """As `by_status`, of events that are known."""
    numbers = Counter(states)
    return {str(state): Counted(numbers[state]) for state in State}


def count_each(some: Sequence[SyncEventQuerySet]) -> Sequence[int]:
    """The number of events in each, at one moment: one query, in which each has an index of its own."""
    try:
        parts = [rows.values("pk").query.sql_with_params() for rows in some]
    except EmptyResultSet:
        return [0] * len(some)
    columns = ", ".join(f"(SELECT COUNT(*) FROM ({sql}) AS counted)" for sql, _ in parts)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns}", [value for _, params in parts for value in params])
        numbers: Sequence[int] = cursor.fetchone()
    return numbers


def total(counts: Iterable[Counted]) -> Counted:
    every = list(counts)
    return Counted(sum(one.number for one in every), any(one.is_more for one in every))

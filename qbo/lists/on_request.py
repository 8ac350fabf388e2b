"""Reading a company's lists when a person asks for it, immediately."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime

from django.conf import settings

from qbo import catalogue
from qbo.connection.queries import ReadFailed
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NOT_CONNECTED, NotNow, Visit, visit
from qbo.lists.checking import Unreadable
from qbo.lists.mirrors import refresh_lists
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, ListState

# Seconds that a page waits for its turn.
PATIENCE = 2.0


SLOW = "QuickBooks is slow to answer. The lists are being read in the background: check again in a minute."


class NotRead(Exception):
    """QuickBooks could not be read now; its text is meant for staff."""


class NotYet(NotRead):
    """Somebody else is at it, or QuickBooks takes long: the same read may work in a moment."""


@contextmanager
def asked_visit(
    connection: Connection,
    *,
    at: datetime,
    again: str = "Try again in a moment.",
    slow: str = "QuickBooks takes long to answer. Try again.",
) -> Iterator[Visit]:
    """A visit of at most the seconds that a page waits. Raises NotRead, also for what goes wrong inside.

    `again` and `slow`: what staff read where the connection is busy, and where QuickBooks is slow (both NotYet).
    """
    if not connection.is_live:
        paused = catalogue.entry(connection.pause_code).title if connection.pause_code else ""
        raise NotRead(f"{paused}: see Settings → QuickBooks → Status." if paused else NOT_CONNECTED)
    until = time.monotonic() + settings.SYNC["PAGE_SECONDS"]
    try:
        failure = refresh_tokens(connection, at=at, within=settings.SYNC["PAGE_SECONDS"])
        if failure is not None:
            raise NotRead(failure.message)
        with visit(connection, patience=PATIENCE, until=until) as turn:
            yield turn
    except NotNow as error:
        raise NotYet(f"{error} {again}") from error
    except RefreshUnderWay as error:
        raise NotRead("The connection is being renewed right now. Try again in a moment.") from error
    except Unreadable as error:
        raise NotRead(f"QuickBooks' answer could not be read: {error}.") from error
    except ReadFailed as error:
        if time.monotonic() >= until:
            raise NotYet(slow) from error
        raise NotRead(error.failure.message) from error


def read_again(connection: Connection, names: Iterable[str], *, at: datetime, new_company: bool = False) -> None:
    """Read `names` from QuickBooks; the first time read all lists and make sensible default choices from them.

    Raises NotRead; what was read before stays.
    """
    first = new_company or not ListState.objects.filter(connection=connection).exclude(refreshed_at=None).exists()
    wanted = tuple(ListState.LISTS if first else names)
    busy = "The lists are read next: check again in a minute."
    try:
        with asked_visit(connection, at=at, again=busy, slow=SLOW) as mine:
            problems = refresh_lists(connection, mine.client, wanted, lease=mine.turn.lease, at=at, pace=mine.pace)
    except NotYet:
        ListState.want(connection, wanted, at=at)
        raise
    if first:
        choose_defaults(connection)
    if problems:
        told = "; ".join(f"{ListState.TITLES[name]}: {problem}" for name, problem in problems.items())
        raise NotRead(f"{told}. Everything else was read, and this is read again automatically.")

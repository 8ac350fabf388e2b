"""Reading a company's lists because a person asks for it, there and then."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from typing import Any

from qbo.connection.connecting import client_for
from qbo.connection.queries import ReadFailed
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.lists.mirrors import Pace, refresh_lists
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, ListState
from qbo.signals import NotNow, turn_wanted


class NotRead(Exception):
    """The lists could not be read now; its text is meant for staff."""


def read_again(connection: Connection, names: Iterable[str], *, at: datetime, new_company: bool = False) -> None:
    """Read `names` from QuickBooks; the first time all lists, and sensible choices are made from them.

    Raises NotRead; what was read before stays.
    """
    if not connection.is_live:
        raise NotRead("QuickBooks is not connected just now.")
    first = new_company or not ListState.objects.filter(connection=connection).exclude(refreshed_at=None).exists()
    wanted = tuple(ListState.LISTS if first else names)
    try:
        failure = refresh_tokens(connection, at=at)
        if failure is not None:
            raise NotRead(failure.message)
        with _turn(connection) as pace:
            refresh_lists(connection, client_for(connection), wanted, at=at, pace=pace)
    except NotNow as error:
        ListState.want(connection, wanted, at=at)
        raise NotRead(f"{error} The lists are read next: look again in a minute.") from error
    except RefreshUnderWay as error:
        raise NotRead("The connection is being renewed right now. Try again in a moment.") from error
    except ReadFailed as error:
        raise NotRead(error.failure.message) from error
    if first:
        choose_defaults(connection)


@contextmanager
def _turn(connection: Connection) -> Iterator[Pace]:
    """QuickBooks' limits are for all who call a company together: see `turn_wanted`."""
    with ExitStack() as stack:
        answers: Any = turn_wanted.send(sender=Connection, connection=connection)
        paces: list[Pace] = [stack.enter_context(answer) for _, answer in answers]

        def pace() -> None:
            for each in paces:
                each()

        yield pace

"""Reading a company's lists because a person asks for it, there and then."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from qbo.company_lists import refresh_lists
from qbo.connection import client_for
from qbo.first_run import choose_defaults
from qbo.models import Connection, ListState
from qbo.queries import ReadFailed
from qbo.tokens import RefreshUnderWay, refresh_tokens


class NotRead(Exception):
    """The lists could not be read now; its text is meant for staff."""


def read_again(connection: Connection, names: Iterable[str], *, at: datetime, new_company: bool = False) -> None:
    """Read `names` from QuickBooks; the first time all lists, and sensible choices are made from them.

    Raises NotRead; what was read before stays.
    """
    if not connection.is_live:
        raise NotRead("QuickBooks is not connected just now.")
    first = new_company or not ListState.objects.filter(connection=connection).exclude(refreshed_at=None).exists()
    try:
        failure = refresh_tokens(connection, at=at)
        if failure is not None:
            raise NotRead(failure.message)
        refresh_lists(connection, client_for(connection), ListState.LISTS if first else names, at=at)
    except RefreshUnderWay as error:
        raise NotRead("The connection is being renewed right now. Try again in a moment.") from error
    except ReadFailed as error:
        raise NotRead(error.failure.message) from error
    if first:
        choose_defaults(connection)

"""What goes wrong with one of many is logged with its ids and does not stop the others; it knows no kind of thing."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from django.db import InterfaceError, OperationalError

# The database is away or busy: that is nobody's own trouble, and the next of many would meet it too.
DATABASE_AWAY = (OperationalError, InterfaceError)


@dataclass
class Slip:
    """`mistake`: what went wrong inside, or None."""

    mistake: Exception | None = None

    @property
    def words(self) -> str:
        """E.g. "KeyError: 'Id'"; "" where nothing went wrong."""
        return f"{type(self.mistake).__name__}: {self.mistake}"[:300] if self.mistake else ""


@contextmanager
def isolated(doing: str, **ids: Any) -> Iterator[Slip]:
    """Keep a mistake inside, log it with `ids`, and tell of it by the slip. The caller goes on with the next.

    A database that is away is passed on. Not for the inside of a transaction: on PostgreSQL
    a statement that failed there fails all that follow.
    """
    slip = Slip()
    try:
        yield slip
    except DATABASE_AWAY:
        raise
    except Exception as mistake:
        slip.mistake = mistake
        named = ", ".join(f"{name} {value}" for name, value in ids.items())
        logging.getLogger("runacall.isolation").exception("%s failed (%s)", doing, named)

"""An error with one of many is logged with its ids and does not stop the others; it does not know what they are."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection

# The database is unavailable or busy: that is not the fault of one row, and the next one would fail too.
DATABASE_AWAY = (OperationalError, InterfaceError)


def connect_again() -> bool:
    """Drop a broken connection, so that the next query opens another; False inside a transaction, which is lost."""
    if connection.in_atomic_block:
        return False
    connection.close()
    return True


@dataclass
class Caught:
    """`mistake`: the exception that was raised inside, or None."""

    mistake: Exception | None = None

    @property
    def words(self) -> str:
        """E.g. "KeyError: 'Id'"; "" where nothing went wrong."""
        return f"{type(self.mistake).__name__}: {self.mistake}"[:300] if self.mistake else ""


@contextmanager
def isolated(doing: str, **ids: object) -> Iterator[Caught]:
    """Catch an exception, log it with `ids`, and report it to the caller. The caller continues with the next one.

    An unavailable database is not caught. Not for use inside a transaction: on PostgreSQL
    a failed statement makes all later ones in it fail.
    """
    caught = Caught()
    try:
        yield caught
    except DATABASE_AWAY:
        raise
    except Exception as mistake:
        caught.mistake = mistake
        named = ", ".join(f"{name} {value}" for name, value in ids.items())
        logging.getLogger("runacall.isolation").exception("%s failed (%s)", doing, named)

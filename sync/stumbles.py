"""A queue that does not move because of a mistake of ours: one row of the log says so until a drain gets through."""

from __future__ import annotations

from datetime import datetime

from qbo.failures import Failure
from qbo.models import Connection
from sync.engine.recording import close_connection_failure, open_connection_failure
from sync.models import SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

CODE = "sending_interrupted"


def tell_of_stumble(connection: Connection, mistake: str, *, at: datetime) -> None:
    """Open the row, unless it stands there already. A pause has the row for itself: it says more."""
    connection.refresh_from_db()
    if connection.is_live and not _rows(connection).filter(facts__error=mistake).exists():
        open_connection_failure(connection, Failure(CODE, facts={"error": mistake}), at=at)


def clear_stumble(connection: Connection, *, at: datetime) -> None:
    """A drain got through: what stood in its way is over."""
    if _rows(connection).exists():
        close_connection_failure(connection, at=at)


def _rows(connection: Connection) -> SyncEventQuerySet:
    rows = SyncEvent.objects.filter(connection=connection).of_record(EntityType.CONNECTION, connection.pk)
    return rows.failed().filter(failure_code=CODE)

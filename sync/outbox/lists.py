"""Lists of QuickBooks that could not be read: a row of the log for each, until it can be read."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qbo import catalogue
from qbo.failures import Failure, Subject
from qbo.models import Connection, ListState
from sync.models import State, SyncEvent
from sync.models.events import NO_FAILURE, RANKS, UNSENT, Direction, EntityType, SyncEventQuerySet, failure_columns
from sync.outbox.enqueueing import queued_again

CODE = "list_unreadable"


def note_list(connection: Connection, state: ListState, *, at: datetime) -> int:
    """Open or clear the row of the list that was just read; returns how many failed events that releases.

    Works inside or outside a transaction. A dismissed row stays dismissed while the problem is the same.
    """
    rows = SyncEvent.objects.of(connection).of_record(EntityType.LIST, state.pk)
    if state.problem:
        _open(connection, state, rows, at=at)
        return 0
    standing = rows.filter(state__in=(*UNSENT, State.DISMISSED))
    open_rows = list(standing)
    if not open_rows:
        return 0
    standing.update(
        state=State.SYNCED,
        changed_at=at,
        due_at=None,
        **{**NO_FAILURE, "message": "Read from QuickBooks again"},
    )
    return _release(connection, state.name, since=min(row.opened_at for row in open_rows), at=at)


def _open(connection: Connection, state: ListState, rows: SyncEventQuerySet, *, at: datetime) -> None:
    failure = Failure(CODE, Subject("list", state.name, state.title), facts={"reason": state.problem[:300]})
    columns = {**failure_columns(failure), "due_at": state.retry_at, "changed_at": at}
    if rows.failed().update(**columns) or rows.filter(state=State.DISMISSED, message=columns["message"]).exists():
        return
    if rows.filter(state=State.DISMISSED).update(state=State.FAILED, **columns):
        return
    try:
        with transaction.atomic():
            SyncEvent.objects.create(
                organization_id=connection.organization_id,
                connection=connection,
                realm_id=connection.realm_id,
                record_type=EntityType.LIST,
                record_id=state.pk,
                rank=RANKS[EntityType.LIST],
                direction=Direction.IN,
                label=f"List: {state.title}",
                party=str(connection)[:300],
                state=State.FAILED,
                opened_at=at,
                **columns,
            )
    except IntegrityError:
        # Another process has just read it and written the same row.
        rows.failed().update(**columns)


def _release(connection: Connection, name: str, *, since: datetime, at: datetime) -> int:
    """Events that failed because of the list while it could not be read are checked once more."""
    codes = [code for code, entry in catalogue.CATALOGUE.items() if name in entry.refreshes]
    failed = SyncEvent.objects.failed_of(connection).held_by_any(codes).filter(changed_at__gte=since)
    return failed.exclude(record_type=EntityType.CONNECTION).update(**queued_again(at), changed_at=at)

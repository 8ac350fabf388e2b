"""Rows of the log about what happened in QuickBooks: what came in, or what a person has to decide about it."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction

from qbo.connection.client import encode
from qbo.failures import Failure
from qbo.json_objects import JsonMapping
from qbo.models import Connection
from sync.models import Attempt, State, SyncEvent
from sync.models.events import NO_FAILURE, RANKS, UNSENT, Direction, EntityType, SyncEventQuerySet, failure_columns
from sync.outbox.enqueueing import RecordName, names, queued_again


def unsent_of(connection: Connection, name: RecordName) -> SyncEvent | None:
    """The one event of the record that waits: to be sent, or for a person."""
    return _of(connection, name).filter(state__in=UNSENT).first()


def is_in_flight(connection: Connection, name: RecordName) -> bool:
    return _of(connection, name).in_flight().exists()


def is_dismissed(connection: Connection, name: RecordName) -> bool:
    """A person decided that its latest change does not have to reach QuickBooks."""
    last = _of(connection, name).filter(direction=Direction.OUT).order_by("-pk").first()
    return last is not None and last.state == State.DISMISSED


def _of(connection: Connection, name: RecordName) -> SyncEventQuerySet:
    return SyncEvent.objects.of(connection).of_record(name.record_type, name.record_id)


def note_arrival(
    connection: Connection,
    name: RecordName,
    *,
    at: datetime,
    message: str,
    row: JsonMapping | None = None,
    just_opened: bool = False,
) -> None:
    """A row that says what came in. It takes the place of what waits for a person because of QuickBooks' side.

    `just_opened`: taking it over has opened an event here; the row takes its place too, for nothing is to be sent back.
    """
    with transaction.atomic():
        event = _of(connection, name).filter(state__in=UNSENT).first()
        if event is None or not (just_opened or event.direction == Direction.IN):
            event = _new(connection, name, at)
            event.state = State.SYNCED
            event.save(force_insert=True)
        closed = {**NO_FAILURE, "message": message[:500], "state": State.SYNCED, "direction": Direction.IN}
        SyncEvent.objects.filter(pk=event.pk).update(due_at=None, changed_at=at, **names(name), **closed)
        _keep(event, State.SYNCED, at=at, message=message, row=row)


def drop_just_opened(connection: Connection, name: RecordName) -> None:
    """Remove the event that taking over a change has opened: QuickBooks knows it. Only where none waited before."""
    _of(connection, name).filter(state=State.QUEUED, direction=Direction.OUT).delete()


def release_waiting(connection: Connection, record_type: str, record_id: int, *, at: datetime) -> int:
    """Queue again what failed because of this record, now that it is different in QuickBooks, or that a person has
    decided about it; returns how many.
    """
    rows = SyncEvent.objects.of(connection).waiting_for_record(record_type, record_id).failed()
    return rows.filter(rank__gt=RANKS[EntityType(record_type)]).update(**queued_again(at), changed_at=at)


def note_difference(
    connection: Connection,
    name: RecordName,
    failure: Failure,
    *,
    at: datetime,
    row: JsonMapping | None = None,
) -> bool:
    """A row that a person decides about; False where an event that waits to be sent will meet the difference itself."""
    columns = {**failure_columns(failure), **names(name), "due_at": None, "changed_at": at}
    rows = _of(connection, name).filter(state=State.FAILED, direction=Direction.IN)
    event = rows.first()
    if event is None:
        event = _new(connection, name, at)
        event.state, event.failure_code = State.FAILED, failure.code
        try:
            with transaction.atomic():
                event.save(force_insert=True)
        except IntegrityError:
            return False
    elif event.cause_key == columns["cause_key"] and event.facts == columns["facts"]:
        return True
    SyncEvent.objects.filter(pk=event.pk).update(**columns)
    _keep(event, State.FAILED, at=at, message=failure.message, row=row, code=failure.code)
    return True


# A person was asked about these because of how QuickBooks' side stood.
OF_THEIR_SIDE = (
    "changed_in_quickbooks", "paid_in_quickbooks", "voided_in_quickbooks", "void_has_payments", "total_differs",
    "payment_voided_there",
)  # fmt: skip


def try_again(connection: Connection, record_type: str, record_id: int, *, at: datetime) -> int:
    """Queue again what a person was asked about because of how QuickBooks' side stood, which has just changed; returns
    how many. Otherwise an answer would replace what that person has not seen.
    """
    rows = SyncEvent.objects.of(connection).of_record(record_type, record_id).failed()
    rows = rows.filter(direction=Direction.OUT, failure_code__in=OF_THEIR_SIDE)
    return rows.update(**queued_again(at), changed_at=at)


def stop_unsent(event: SyncEvent, failure: Failure, *, at: datetime, row: JsonMapping) -> bool:
    """What waits to be sent waits for a person instead; False where it is on its way, or may have arrived before."""
    columns = {**failure_columns(failure), "state": State.FAILED, "due_at": None, "changed_at": at}
    if event.cause_key == columns["cause_key"] and event.facts == columns["facts"]:
        return True
    stops = SyncEvent.objects.filter(pk=event.pk, state__in=(State.QUEUED, State.FAILED), look_first=False)
    stopped = bool(stops.update(**columns))
    if stopped:
        _keep(event, State.FAILED, at=at, message=failure.message, row=row, code=failure.code)
    return stopped


def _new(connection: Connection, name: RecordName, at: datetime) -> SyncEvent:
    return SyncEvent(
        organization_id=connection.organization_id,
        connection=connection,
        realm_id=connection.realm_id,
        record_type=name.record_type,
        record_id=name.record_id,
        direction=Direction.IN,
        opened_at=at,
        changed_at=at,
        **names(name),
    )


def _keep(
    event: SyncEvent, outcome: str, *, at: datetime, message: str, row: JsonMapping | None, code: str = ""
) -> None:
    Attempt.objects.create(
        event=event,
        kind=Attempt.Kind.READ,
        at=at,
        outcome=outcome,
        message=message[:500],
        failure_code=code,
        answer=encode(row) if row else "",
    )

"""Pausing a connection, ending the pause, and the one row of the log that says why nothing is sent."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.failures import Failure, FailureKind
from qbo.models import Connection
from qbo.signals import connection_changed
from runacall import operators_log
from sync.engine.context import Drain, Stop
from sync.models import Attempt, State, SyncEvent
from sync.models.events import NO_FAILURE, RANKS, EntityType, SyncEventQuerySet, failure_columns
from sync.outbox.enqueueing import RecordName, open_event

# How many refused tokens in a row one drain replaces before it gives up.
RENEWALS = 3

# How soon to try again while another process requests the next pair of tokens.
REFRESH_PAUSE = 1.0


def pause_connection(drain: Drain, failure: Failure) -> None:
    """Pause the whole queue of the connection; one row of the log shows it.

    Raises LeaseLost if somebody has connected or disconnected in the meantime: the failure is about the old connection.
    """
    connection, at = drain.connection, drain.now()
    words = failure.intuit_words or failure.message
    with transaction.atomic():
        # Lock the connection before the lease, in the same order as connecting and disconnecting do.
        Connection.objects.select_for_update(no_key=True).filter(pk=connection.pk).first()
        drain.lease.assert_held()
        connection.pause(failure.code, detail=words[:2000], at=at)
        open_connection_failure(connection, failure, at=at)
        connection_changed.send(sender=Connection, connection=connection, at=at)
    operators_log.warn(
        "connection paused",
        organization=connection.organization_id,
        connection=connection.pk,
        realm=connection.realm_id,
        code=failure.code,
    )


def pause_idle(connection: Connection, failure: Failure, *, at: datetime) -> bool:
    """As `pause_connection`, without a drain; False if somebody has connected or disconnected in the meantime."""
    # The token's version is in the condition: whoever connected since has other tokens, and those are not refused.
    with transaction.atomic():
        same = Connection.objects.select_for_update(no_key=True).filter(
            pk=connection.pk, token_version=connection.token_version, status=Connection.Status.ACTIVE
        )
        there = same.first()
        if there is None:
            return False
        there.pause(failure.code, detail=(failure.intuit_words or failure.message)[:2000], at=at)
        open_connection_failure(there, failure, at=at)
        connection_changed.send(sender=Connection, connection=there, at=at)
    return True


class TokenUnavailable(Exception):
    """There is no usable token right now, but no reason to pause; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def renew_token(drain: Drain, *, refused: str | None = None) -> bool:
    """Make sure there is a usable access token; False if there is none and the connection was paused.

    `refused`: the token that QuickBooks refused although it looked fresh. Raises Stop while another process
    renews it, TokenUnavailable while Intuit's token service does not work.
    """
    if not drain.connection.is_live:
        # Paused for the answer of another call that was in flight with this one.
        return False
    # Several batches in flight are refused for the same token: that counts once.
    drain.renewals += refused is not None and refused == drain.connection.access_token
    if drain.renewals > RENEWALS:
        # Fresh tokens are refused one after another, so the reason is missing rights, not age.
        pause_connection(drain, Failure("permission_denied"))
        return False
    # If somebody has connected or disconnected since, we must not request the next pair.
    drain.lease.assert_held()
    try:
        failure = refresh_tokens(drain.connection, at=drain.now(), refused=refused)
    except RefreshUnderWay as error:
        drain.turn.leave_alone(REFRESH_PAUSE)
        raise Stop(str(error)) from error
    if failure is None:
        return True
    if failure.kind in (FailureKind.TRANSIENT, FailureKind.WAIT):
        raise TokenUnavailable(failure)
    pause_connection(drain, failure)
    return False


def open_connection_failure(connection: Connection, failure: Failure, *, at: datetime) -> None:
    """Open the one row that shows a paused connection."""
    kind = EntityType.CONNECTION
    name = RecordName(kind, connection.pk, "QuickBooks connection", RANKS[kind], party=str(connection))
    with transaction.atomic():
        open_event(connection, name, at=at)
        rows = SyncEvent.objects.of(connection).of_record(name.record_type, connection.pk)
        row = rows.get(state=State.QUEUED)
        SyncEvent.objects.filter(pk=row.pk).update(
            state=State.FAILED, due_at=None, changed_at=at, **failure_columns(failure)
        )
        Attempt.objects.create(
            event=row,
            kind=Attempt.Kind.SENT,
            at=at,
            outcome=State.FAILED,
            failure_code=failure.code,
            message=failure.message[:500],
            http_status=failure.http_status,
            entries=[vars(entry) for entry in failure.entries],
        )


def close_connection_failure(connection: Connection, *, at: datetime, code: str = "") -> int:
    """The connection works again: clear its row, whichever company it was for; only one with `code`, if given."""
    rows = SyncEvent.objects.filter(connection=connection, state__in=(State.FAILED, State.DISMISSED))
    rows = rows.of_record(EntityType.CONNECTION, connection.pk)
    return (rows.filter(failure_code=code) if code else rows).update(
        state=State.SYNCED, changed_at=at, due_at=None, **NO_FAILURE
    )


CODE = "sending_interrupted"


def open_interrupted_row(connection: Connection, mistake: str, *, at: datetime) -> None:
    """Open the row, unless it is already there. A pause uses the same row and says more."""
    connection.refresh_from_db()
    if connection.is_live and not _rows(connection).filter(facts__error=mistake).exists():
        open_connection_failure(connection, Failure(CODE, facts={"error": mistake}), at=at)


def clear_interrupted_row(connection: Connection, *, at: datetime) -> None:
    """A drain succeeded: clear the row."""
    if _rows(connection).exists():
        close_connection_failure(connection, at=at)


def _rows(connection: Connection) -> SyncEventQuerySet:
    rows = SyncEvent.objects.filter(connection=connection).of_record(EntityType.CONNECTION, connection.pk)
    return rows.failed().filter(failure_code=CODE)

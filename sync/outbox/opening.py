"""Opening a sync event for a record, or joining the one that is open already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db import IntegrityError, transaction

from qbo.models import Connection
from sync.models import State, SyncEvent
from sync.models.events import RANKS, EntityType, failure_columns

AT_ONCE = 500


@dataclass(frozen=True)
class RecordName:
    """How the log names a record."""

    record_type: EntityType
    record_id: int
    label: str
    party: str = ""
    amount: Decimal | None = None


def open_event(connection: Connection, name: RecordName, *, at: datetime) -> None:
    """Have QuickBooks made to agree with the record as it is when it is sent.

    Joins the record's queued or failed event, which starts its retries afresh; a dismissed one stays
    dismissed; while one is being sent, the next is opened.
    """
    for _ in range(2):
        if _join(connection, name, at) or _is_dismissed(connection, name):
            return
        try:
            with transaction.atomic():
                _create(connection, name, at)
        except IntegrityError:
            continue  # somebody else opened it in the meantime: join theirs
        return


def _join(connection: Connection, name: RecordName, at: datetime) -> bool:
    open_ones = connection.events.of_record(name.record_type, name.record_id)
    return bool(
        open_ones.filter(state__in=(State.QUEUED, State.FAILED)).update(**names(name), **afresh(at), changed_at=at)
    )


def _is_dismissed(connection: Connection, name: RecordName) -> bool:
    rows = SyncEvent.objects.of_record(name.record_type, name.record_id)
    return rows.filter(connection=connection, state=State.DISMISSED).exists()


def open_events(connection: Connection, names: Iterable[RecordName], *, at: datetime) -> int:
    """As `open_event`, for many records that have no event yet; how many. Where one is opened meanwhile, it stays."""
    count, rest = 0, iter(names)
    while chunk := [_new(connection, name, at) for name in islice(rest, AT_ONCE)]:
        SyncEvent.objects.bulk_create(chunk, ignore_conflicts=True)
        count += len(chunk)
    return count


def _create(connection: Connection, name: RecordName, at: datetime) -> None:
    _new(connection, name, at).save(force_insert=True)


def _new(connection: Connection, name: RecordName, at: datetime) -> SyncEvent:
    return SyncEvent(
        organization_id=connection.organization_id,
        connection=connection,
        record_type=name.record_type,
        record_id=name.record_id,
        rank=RANKS[name.record_type],
        opened_at=at,
        changed_at=at,
        due_at=at,
        **names(name),
    )


def names(name: RecordName) -> dict[str, object]:
    return {"label": name.label[:200], "party": name.party[:300], "amount": name.amount}


def afresh(at: datetime) -> dict[str, object]:
    """The columns of an event that is due now with its retries unused."""
    return {"state": State.QUEUED, "due_at": at, "retries": 0, "heals": 0, "reason": "", **failure_columns(None)}

"""Opening a sync event for a record, or joining the one that is open already."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from itertools import islice

from django.db import IntegrityError, transaction

from qbo.models import Connection, Link
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import RANKS, EntityType, SyncEventQuerySet, failure_columns

AT_ONCE = 500


@dataclass(frozen=True)
class RecordName:
    """How the log names a record."""

    record_type: EntityType
    record_id: int
    label: str
    party: str = ""
    amount: Decimal | None = None


def open_event(connection: Connection, name: RecordName, *, at: datetime, realm_id: str = "") -> None:
    """Have the company made to agree with the record as it is when it is sent.

    `realm_id`: the company, where it is not the one that is connected now; the event waits for that one.
    Joins the record's queued or failed event, which starts its retries again; while one is being sent, the next
    is opened. Dismissing closes one wish: a record that is in QuickBooks stays owed, one that never got there
    stays out.
    """
    realm_id = realm_id or connection.realm_id
    for _ in range(2):
        if _join(connection, realm_id, name, at) or _stays_out(connection, realm_id, name):
            return
        try:
            with transaction.atomic():
                _new(connection, realm_id, name, at).save(force_insert=True)
        except IntegrityError:
            continue  # somebody else opened it in the meantime: join theirs
        return


def _join(connection: Connection, realm_id: str, name: RecordName, at: datetime) -> bool:
    open_ones = _rows(connection, realm_id, name).unsent()
    return bool(open_ones.update(**names(name), **afresh(at), changed_at=at))


def _stays_out(connection: Connection, realm_id: str, name: RecordName) -> bool:
    """A person decided that the record need not reach the company, and it is not there."""
    if not _rows(connection, realm_id, name).filter(state=State.DISMISSED).exists():
        return False
    there = Link.objects.filter(connection=connection, realm_id=realm_id, record_type=name.record_type)
    return not there.filter(record_id=name.record_id).exists()


def _rows(connection: Connection, realm_id: str, name: RecordName) -> SyncEventQuerySet:
    rows = SyncEvent.objects.filter(connection=connection, realm_id=realm_id)
    return rows.of_record(name.record_type, name.record_id)


def open_events(
    connection: Connection, names: Iterable[RecordName], *, at: datetime, action: ActionRecord | None = None
) -> int:
    """As `open_event`, for many records that have no event yet; how many. Where one is opened meanwhile, it stays.

    `action`: what a person did to have them opened.
    """
    count, rest = 0, iter(names)
    while chunk := [_new(connection, connection.realm_id, name, at, action) for name in islice(rest, AT_ONCE)]:
        SyncEvent.objects.bulk_create(chunk, ignore_conflicts=True)
        count += len(chunk)
    return count


def _new(
    connection: Connection, realm_id: str, name: RecordName, at: datetime, action: ActionRecord | None = None
) -> SyncEvent:
    return SyncEvent(
        action=action,
        organization_id=connection.organization_id,
        connection=connection,
        realm_id=realm_id,
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
    unused = {"retries": 0, "heals": 0, "reason": "", "action": None}
    return {"state": State.QUEUED, "due_at": at, **unused, **failure_columns(None)}

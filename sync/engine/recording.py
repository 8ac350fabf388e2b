"""Writing down what became of events: states, attempts and links, in one transaction under the fence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q

from qbo.failures import Failure
from qbo.mapping.base import KEPT, Base, Row, kept_part
from qbo.mapping.comparing import There
from qbo.mapping.planning import base_after
from qbo.models import Connection, Link
from sync.engine.outcomes import Outcome
from sync.engine.send.sent_items import SentItem, owed_fields
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import EntityType, failure_columns
from sync.outbox.opening import RecordName, open_event


def record(outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Write outcomes down. The caller holds the lease inside the same transaction."""
    Attempt.objects.bulk_create([outcome.attempt for outcome in outcomes])
    plain = [outcome for outcome in outcomes if _is_plain(outcome)]
    SyncEvent.objects.filter(pk__in=[outcome.event.pk for outcome in plain]).update(
        state=State.SYNCED, changed_at=at, due_at=None, look_first=False, **failure_columns(None)
    )
    for outcome in outcomes:
        if not _is_plain(outcome):
            _record_one(outcome, at=at)


def _is_plain(outcome: Outcome) -> bool:
    return outcome.state == State.SYNCED and not outcome.message


def _record_one(outcome: Outcome, *, at: datetime) -> None:
    changes: dict[str, Any] = {
        "state": outcome.state,
        "changed_at": at,
        "due_at": outcome.due_at,
        "retries": outcome.retries,
        "heals": outcome.heals,
        "look_first": outcome.look_first,
        **failure_columns(outcome.failure),
        **outcome.columns,
    }
    if outcome.message:
        changes["message"] = outcome.message[:500]
    if outcome.state in (State.QUEUED, State.FAILED):
        _make_unsent(outcome.event, at=at, changes=changes)
    else:
        SyncEvent.objects.filter(pk=outcome.event.pk).update(**changes)


def requeue(event: SyncEvent, *, due_at: datetime, **changes: Any) -> None:
    """Back to the queue; where a change in between has opened the next event, that one carries on."""
    _make_unsent(event, at=due_at, changes={"state": State.QUEUED, "due_at": due_at, **changes})


def _make_unsent(event: SyncEvent, *, at: datetime, changes: dict[str, Any]) -> None:
    """Queued or Failed again. An edit that opens the next event in the same moment wins: the constraint says so."""
    if _yield_to_newer(event, at=at, changes=changes):
        return
    try:
        with transaction.atomic():
            SyncEvent.objects.filter(pk=event.pk).update(**changes)
    except IntegrityError:
        if not _yield_to_newer(event, at=at, changes=changes):
            raise


def _yield_to_newer(event: SyncEvent, *, at: datetime, changes: dict[str, Any]) -> bool:
    """One unsent event a record: an older one that would become unsent again gives way to the newer."""
    newer = SyncEvent.objects.filter(connection_id=event.connection_id, realm_id=event.realm_id).unsent()
    newer = newer.of_record(event.record_type, event.record_id).exclude(pk=event.pk)
    if not newer.exists():
        return False
    if changes.get("look_first", event.look_first):
        newer.update(look_first=True)
    SyncEvent.objects.filter(pk=event.pk).update(
        state=State.SUPERSEDED,
        changed_at=at,
        due_at=None,
        **(failure_columns(None) | {"message": "A later change of the same record carries on."}),
    )
    return True


def write_links(links: Sequence[Link]) -> None:
    """Remember what QuickBooks holds now; a link that was there is brought up to date."""
    Link.objects.bulk_create(
        links,
        update_conflicts=True,
        unique_fields=["connection", "realm_id", "record_type", "record_id"],
        update_fields=[
            "qbo_id", "sync_token", "active", "base", "theirs", "voided", "synced_at",
            "doc_number", "txn_date", "total", "tax",
        ],
    )  # fmt: skip


def forget_acceptance(connection: Connection, record_ids: Sequence[int]) -> None:
    """A write that moved money makes an accepted difference a matter of the past."""
    if record_ids:
        links = Link.objects.of(connection, EntityType.INVOICE).for_records(record_ids)
        links.exclude(accepted_at=None).update(accepted_at=None)


def link_of(
    submission: Submission, item: SentItem, row: Row, written: Row, *, at: datetime, differs: Failure | None = None
) -> Link:
    """What `row` says of the record that `item` was about, once `written` was sent; not saved."""
    return Link(
        connection=submission.connection,
        realm_id=submission.realm_id,
        record_type=item.record_type,
        record_id=item.record_id,
        **link_columns(item, row, written, at=at, differs=differs),
    )


def link_columns(
    item: SentItem, row: Row, written: Row, *, at: datetime, differs: Failure | None = None
) -> dict[str, Any]:
    """What a link keeps of a row that QuickBooks answered to `written`, or that was found to be it.

    `differs`: where the books do not hold what was sent, so that an update stays owed.
    """
    columns: dict[str, Any] = {
        "qbo_id": str(row["Id"]),
        "sync_token": str(row.get("SyncToken", "")),
        "active": True,
        "theirs": "",
        "voided": item.options == "void",
        "synced_at": at,
    }
    if item.entity in KEPT:
        before = Base(line_ids=tuple(item.line_ids))
        base = base_after(kept_part(item.entity, row), item.said, written, before=before)
        if differs is not None:
            base = replace(base, ours_wins=owed_fields(item, differs))
        columns["base"] = base.as_text()
    if item.record_type == EntityType.INVOICE:
        there = There.of(row)
        columns |= {
            "doc_number": there.number[:32],
            "txn_date": there.day,
            "total": there.total,
            "tax": there.tax,
        }
    return columns


def adopt_theirs(connection: Connection, record_type: str, record_id: int, base: Base) -> None:
    """What stands there is what we would say: `base` holds from now on."""
    link = Link.objects.of(connection, record_type).get(record_id=record_id)
    link.base, link.theirs = base.as_text(), ""
    link.sync_token = str(base.row.get("SyncToken") or link.sync_token)
    link.save(update_fields=["base", "theirs", "sync_token"])


def release_dependants(events: Iterable[SyncEvent], *, at: datetime) -> int:
    """What failed for want of these customers and items follows by itself; how many did."""
    released = 0
    for event in events:
        record_key = f"{event.record_type}:{event.record_id}"
        blocked = SyncEvent.objects.filter(
            Q(blocked_by=record_key) | Q(cause_key__endswith=f":{record_key}"),
            connection_id=event.connection_id,
            realm_id=event.realm_id,
            state=State.FAILED,
            rank__gt=event.rank,
        )
        released += blocked.update(state=State.QUEUED, due_at=at, retries=0, **failure_columns(None))
    return released


def open_connection_failure(connection: Any, failure: Failure, *, at: datetime) -> None:
    """The one row that stands for a paused connection."""
    name = RecordName(EntityType.CONNECTION, connection.pk, "QuickBooks connection", party=str(connection))
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


def close_connection_failure(connection: Any, *, at: datetime, code: str = "") -> int:
    """The connection works again: its row clears, whichever company it was for; only one that says `code`, if given."""
    rows = SyncEvent.objects.filter(connection=connection, state__in=(State.FAILED, State.DISMISSED))
    rows = rows.of_record(EntityType.CONNECTION, connection.pk)
    return (rows.filter(failure_code=code) if code else rows).update(
        state=State.SYNCED, changed_at=at, due_at=None, **failure_columns(None)
    )

"""What does not have to reach QuickBooks, or may stand there otherwise: a person dismisses or accepts it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from qbo.models import Link
from sync.log.counting import count_each
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import IN_FLIGHT, NO_FAILURE, UNSENT, EntityType, SyncEventQuerySet
from sync.operations.recording import Report, User, keep_drains_out, record_action


def dismiss(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """A person decides that these do not have to reach QuickBooks; the reason is stored."""
    return _move(
        events,
        (State.FAILED, State.HELD),
        State.DISMISSED,
        "not failed",
        "dismiss",
        by=by,
        at=at,
        reason=reason,
        filters=filters,
        dry_run=dry_run,
    )


def take_back(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """Dismissed ones count as failed again, unless a later change of the same record has replaced them."""
    events = events.exclude(failure_code="")
    later = SyncEvent.objects.filter(
        connection=OuterRef("connection"),
        realm_id=OuterRef("realm_id"),
        record_id=OuterRef("record_id"),
        record_type=OuterRef("record_type"),
        state__in=(*UNSENT, *IN_FLIGHT, State.DISMISSED, State.SYNCED),
        pk__gt=OuterRef("pk"),
    )
    overtaken = events.filter(state=State.DISMISSED).filter(Exists(later))
    count, events = overtaken.count(), events.exclude(Q(state=State.DISMISSED) & Exists(later))
    report = _move(events, (State.DISMISSED,), State.FAILED, "not dismissed", "take_back", by=by, at=at)
    return Report(report.done, {**report.left, "superseded by a later change": count}) if count else report


def _move(
    events: SyncEventQuerySet,
    source: Sequence[State],
    target: State,
    otherwise: str,
    action: str,
    *,
    by: User,
    at: datetime,
    reason: str = "",
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    of_records = events.exclude(record_type=EntityType.CONNECTION).order_by()
    movable = of_records.filter(state__in=source)
    # State by state: an index has what failed, with all that is asked for.
    *found, every = count_each([*(of_records.filter(state=state) for state in source), events.order_by()])
    number = sum(found)
    left = every - number
    if dry_run:
        return Report(number, {otherwise: left} if left else {})
    with transaction.atomic():
        connections = dict(movable.values_list("connection", "organization").distinct())
        keep_drains_out(connections)
        recorded = []
        for organization_id in set(connections.values()):
            one = record_action(
                organization_id,
                action,
                by=by,
                at=at,
                done=0,
                left={otherwise: left},
                filters=filters,
                reason=reason,
            )
            one.touch(movable.filter(organization=organization_id))
            recorded.append(one.pk)
        done = movable.update(state=target, changed_at=at, reason=reason[:500])
        ActionRecord.objects.filter(pk__in=recorded).update(done=done)
    return Report(done, {otherwise: left} if left else {})


def accept(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """The shop accepts a difference in the books: Synced, with the difference recorded for `reconcile`."""
    done, left = 0, Counter[str]()
    for event in events.select_related("connection"):
        with transaction.atomic():
            # Check the database: a worker may have sent it again since the page was shown.
            differing = SyncEvent.objects.failed().filter(pk=event.pk, failure_code="total_differs", blocked_by="")
            accepted = {**NO_FAILURE, "message": "Difference accepted"}
            if not differing.update(state=State.SYNCED, changed_at=at, due_at=None, **accepted):
                left["with no difference to accept"] += 1
                continue
            links = Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id)
            links.update(accepted_at=at)
            action = record_action(event.organization_id, "accept", by=by, at=at, done=1, reason=event.message)
            action.touch(SyncEvent.objects.filter(pk=event.pk))
            done += 1
    return Report(done, dict(left))

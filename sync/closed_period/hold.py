"""Hold: a person has invoices and payments of a closed period wait until the closing date moves, or takes that back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from datetime import datetime

from django.db import transaction

from qbo.models import Connection, ListState
from sync.models import State, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations.recording import Report, User, keep_drains_out, record_action
from sync.outbox.enqueueing import queued_again
from sync.outbox.held import still_closed
from sync.posting import NOT_CLOSED, is_in_closed_period
from sync.worker.wake import wake

AT_ONCE = 500
OPEN_NOW = "in an open period by now: retry them"


def hold(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Have these wait until the closing date moves; then they are sent without a person. They are no errors any more.

    Leaves alone what did not fail for a closed period, and what the closing date that we know no longer stops.
    """
    left: Counter[str] = Counter()
    chosen = list[SyncEvent]()
    for event in events.select_related("connection").order_by("pk"):
        if event.state != State.FAILED or not is_in_closed_period(event):
            left[NOT_CLOSED] += 1
        else:
            chosen.append(event)
    closed = still_closed(chosen)
    left[OPEN_NOW] += len(chosen) - len(closed)
    counts = {reason: count for reason, count in left.items() if count}
    if dry_run or not closed:
        return Report(len(closed), counts)
    ids = [event.pk for event in closed]
    with transaction.atomic():
        keep_drains_out({event.connection_id for event in closed})
        action = record_action(closed[0].organization_id, "hold", by=by, at=at, done=0, left=counts, filters=filters)
        # Check the database: an edit may have queued one since.
        for start in range(0, len(ids), AT_ONCE):
            some = SyncEvent.objects.failed().filter(pk__in=ids[start : start + AT_ONCE])
            action.change(some, state=State.HELD, changed_at=at, due_at=None)
    return Report(action.done, counts)


def release(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Have held ones tried again now. QuickBooks' closing date is read first; what it still stops fails again."""
    held = events.held()
    left = events.count() - held.count()
    counts = {"not held": left} if left else {}
    if dry_run:
        return Report(held.count(), counts)
    with transaction.atomic():
        connections = list(Connection.objects.filter(pk__in=held.order_by().values("connection")))
        if not connections:
            return Report(0, counts)
        keep_drains_out([one.pk for one in connections])
        action = record_action(
            connections[0].organization_id, "release", by=by, at=at, done=0, left=counts, filters=filters
        )
        done = action.change(held, **queued_again(at), changed_at=at)
        for connection in connections:
            ListState.want(connection, {"Preferences"}, at=at)
            wake(connection)
    return Report(done, counts, action)

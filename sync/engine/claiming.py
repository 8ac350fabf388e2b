"""Taking events that are due, giving them back, and taking over what a dead holder left."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from qbo.models import ConnectionSettings
from sync.engine.context import Drain
from sync.engine.recording import requeue
from sync.models import State, Submission, SyncEvent


def claim(drain: Drain) -> list[SyncEvent]:
    """Up to a wave of due events, all of the lowest rank that is due, now Sending under our fence.

    None while Sync invoices is off: what is queued waits, customers and items along with their invoices.
    """
    if not ConnectionSettings.lets_out(drain.connection):
        return []
    due = SyncEvent.objects.of(drain.connection).due(at=drain.now())
    # By the index of what is due, so that a hundred thousand waiting rows cost no more than a hundred.
    rank = due.order_by("rank", "due_at").values_list("rank", flat=True).first()
    if rank is None:
        return []
    wave = drain.batch_size * drain.in_flight
    ids = list(due.filter(rank=rank).order_by("due_at", "id").values_list("pk", flat=True)[:wave])
    with transaction.atomic():
        drain.lease.assert_held()
        SyncEvent.objects.filter(pk__in=ids, state=State.QUEUED).update(state=State.SENDING, fence=drain.fence)
    mine = SyncEvent.objects.filter(pk__in=ids, state=State.SENDING, fence=drain.fence)
    claimed = list(mine.order_by("due_at", "id"))
    drain.turn.assert_company(drain.connection.realm_id, *(event.realm_id for event in claimed))
    return claimed


def release(drain: Drain, events: Sequence[SyncEvent]) -> None:
    """Give claimed events that were not sent back to the queue, as they were."""
    with transaction.atomic():
        drain.lease.assert_held()
        for event in events:
            requeue(event, due_at=event.due_at or drain.now())


def take_over(drain: Drain) -> None:
    """Settle what a holder left that died: what may have been sent is Checking, the rest is queued again."""
    left = SyncEvent.objects.of(drain.connection).filter(state=State.SENDING, fence__lt=drain.fence)
    with transaction.atomic():
        drain.lease.assert_held()
        unsettled = Submission.objects.filter(connection=drain.connection).unsettled()
        left.filter(submission__in=unsettled).update(state=State.CHECKING, due_at=drain.now(), look_first=True)
    release(drain, list(left))

"""Sending again what failed, or waits for a later retry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import NamedTuple

from django.db import transaction
from django.db.models import Count, Min

from qbo import catalogue
from qbo.models import Connection, Link, ListState
from sync.actions import ARRIVED, DECIDED, LEFT_PAUSED, NOT_RETRIED, PAUSED
from sync.log.causes import MOST_SETS
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet
from sync.operations.recording import Report, User, chosen_by, keep_drains_out, record_action
from sync.outbox.enqueueing import queued_again
from sync.worker.wake import wake


def retry(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Send what failed, or waits for a later retry, now; the schedule starts again, the history stays.

    One UPDATE guarded by state, however many events; what their failures name is read from QuickBooks again
    before anything is checked. `events` is already limited to one organization.
    """
    left = _left_alone(events)
    if dry_run:
        return Report(_retryable(events).count(), left)
    with transaction.atomic():
        organization_id = _retryable(events).order_by().values_list("organization_id", flat=True).first()
        if organization_id is None:
            return Report(0, left)
        action = record_action(organization_id, "retry", by=by, at=at, done=0, left=left, filters=filters)
        done = requeue(events, action, at=at)
        action.done = action.meant = done.records
        action.save(update_fields=["done", "meant"])
    return Report(done.records + done.lists, left, action)


def carry_out(action_id: int, *, at: datetime) -> Report:
    """Do what was asked for, once, however often this is called.

    Events that failed after the click are left alone.
    """
    with transaction.atomic():
        action = ActionRecord.objects.open().select_for_update().filter(pk=action_id).first()
        if action is None:
            return Report()
        found = chosen_by(action)
        left = _left_alone(found)
        done = requeue(found, action, at=at)
        ActionRecord.objects.filter(pk=action_id).update(is_open=False, done=done.records, left=left)
    return Report(done.records + done.lists, left, action)


def _retryable(events: SyncEventQuerySet) -> SyncEventQuerySet:
    found = events.filter(state__in=(State.FAILED, State.QUEUED)).exclude(record_type=EntityType.CONNECTION)
    return found.exclude(state=State.FAILED, failure_code__in=ARRIVED, blocked_by="")


class Requeued(NamedTuple):
    """How many records are queued again, and how many lists are to be read again."""

    records: int
    lists: int


def requeue(
    events: SyncEventQuerySet, action: ActionRecord, *, at: datetime, due_at: datetime | None = None
) -> Requeued:
    """Queue the retryable ones among `events` for `action`, and wake their connections. Needs a transaction.

    `due_at`: when they are due, if not at once.
    """
    eligible = _retryable(events)
    named: dict[int, set[str]] = {}
    for connection_id, code in eligible.order_by().values_list("connection_id", "failure_code").distinct():
        named.setdefault(connection_id, set()).add(code)
    for connection_id, codes in _further_codes(eligible):
        named[connection_id] |= codes
    # Nothing is sent from here: the tokens stay where they are.
    connections = list(Connection.objects.filter(pk__in=named).defer("access_token", "refresh_token"))
    keep_drains_out(named)
    lists = _lists_among(eligible)
    for connection in connections:
        about = {name for code in named[connection.pk] if code for name in catalogue.entry(code).refreshes}
        # Once per connection, whatever the number of events. The row of an unreadable list stays until it is read.
        ListState.want(connection, about.union(lists.get(connection.pk, ())), at=at)
    if any("record_deleted_there" in codes for codes in named.values()):
        _unlink_what_was_deleted_there(eligible)
    of_records = eligible.exclude(record_type=EntityType.LIST)
    _look_at_them_again(of_records)
    action.touch(of_records)
    done = of_records.order_by().update(**(queued_again(due_at or at) | {"action": action}), changed_at=at)
    for connection in connections:
        wake(connection)
    return Requeued(done, sum(map(len, lists.values())))


def _further_codes(events: SyncEventQuerySet) -> Iterator[tuple[int, set[str]]]:
    """By connection, the codes that stand in the way of some of these besides the first."""
    sets = events.filter(has_further=True).order_by().values("connection_id", "further_keys")
    samples = [row["sample"] for row in sets.annotate(sample=Min("pk"))[:MOST_SETS]]
    for event in SyncEvent.objects.in_bulk(samples).values():
        yield event.connection_id, {failure.code for failure in event.further_failures}


def _lists_among(events: SyncEventQuerySet) -> dict[int, list[str]]:
    """By connection, the unreadable lists that these events are about: to retry one is to read it again."""
    rows = events.filter(record_type=EntityType.LIST).order_by()
    lists: dict[int, list[str]] = {}
    for connection_id, name in rows.values_list("connection", "subject_key"):
        lists.setdefault(connection_id, []).append(name)
    return lists


def _left_alone(events: SyncEventQuerySet) -> dict[str, int]:
    counts: Counter[str] = Counter()
    by_state = events.order_by().values_list("state", "record_type").annotate(n=Count("pk"))
    for state, record_type, count in by_state:
        if record_type == EntityType.CONNECTION and state == State.FAILED:
            continue
        if state in NOT_RETRIED:
            counts[NOT_RETRIED[State(state)]] += count
    counts[DECIDED] += events.filter(state=State.FAILED, failure_code__in=ARRIVED, blocked_by="").count()
    connections = events.filter(record_type=EntityType.CONNECTION, state=State.FAILED).order_by()
    counts.update(LEFT_PAUSED.get(code, PAUSED) for code in connections.values_list("failure_code", flat=True))
    return dict(+counts)


def _unlink_what_was_deleted_there(events: SyncEventQuerySet) -> None:
    """Retrying a record that was deleted in QuickBooks means creating it there again."""
    gone = events.filter(failure_code="record_deleted_there", blocked_by="").order_by()
    for connection_id, record_type in gone.values_list("connection_id", "record_type").distinct():
        connection = Connection.objects.get(pk=connection_id)
        records = gone.filter(connection=connection, record_type=record_type).values("record_id")
        Link.objects.of(connection, record_type).filter(record_id__in=records).delete()


# What a person decides over, or the bookkeeper takes back: a retry compares with what stands there by then.
OF_BOTH_SIDES = ("changed_in_quickbooks", "paid_in_quickbooks", "voided_in_quickbooks", "void_has_payments")


def _look_at_them_again(events: SyncEventQuerySet) -> None:
    """A retry is a reason to look again at the very rows that were in the way."""
    stopped = events.filter(failure_code__in=OF_BOTH_SIDES).order_by()
    stopped.filter(record_type__in=(EntityType.INVOICE, EntityType.PAYMENT)).update(look_first=True)
    for record_type in (EntityType.CUSTOMER, EntityType.ITEM):
        rows = stopped.filter(record_type=record_type)
        for connection_id, realm_id in rows.values_list("connection_id", "realm_id").distinct():
            records = rows.filter(connection_id=connection_id, realm_id=realm_id).values("record_id")
            # Forgotten, so that the next write meets the row as it is.
            links = Link.objects.filter(connection_id=connection_id, realm_id=realm_id, record_type=record_type)
            links.filter(record_id__in=records).forget_theirs()

"""What buttons and commands do to events. Each reports how many it did, how many it left alone, and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import NamedTuple

from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import Count, Exists, Min, OuterRef, Q
from django.utils.datastructures import MultiValueDict
from django_q.tasks import async_task

from qbo import catalogue
from qbo.models import Connection, Lease, Link, ListState
from runacall.invoices.models import Dates, Invoice, Payment
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.actions import ACTIONS, ARRIVED, DECIDED, LEFT_PAUSED, NOT_RETRIED, PAUSED
from sync.log.causes import MOST_SETS
from sync.log.filters import SyncEventFilter
from sync.models import ActionRecord, Guest, State, SyncEvent
from sync.models.events import IN_FLIGHT, NO_FAILURE, UNSENT, EntityType, SyncEventQuerySet
from sync.outbox.enqueueing import queued_again
from sync.posting import as_json, cannot_post_today, dates_key, moved_back, record_of, refused_posting
from sync.worker.wake import wake

User = AbstractBaseUser | Guest | None


@dataclass(frozen=True)
class Report:
    """How many events an action changed, and how many it left alone, by reason."""

    done: int = 0
    left: Mapping[str, int] = field(default_factory=dict)
    # The record of the action, if its result will be known only later.
    action: ActionRecord | None = None
    # The id of what the action made, which has a page of its own.
    made: int | None = None

    @property
    def left_count(self) -> int:
        return sum(self.left.values())

    def sentence(self, verb: str, noun: str = "event") -> str:
        """E.g. "Retried 12 events. Left 3 alone: 2 already in QuickBooks, 1 being sent right now."."""
        said = f"{verb} {self.done:,} {noun}{'' if self.done == 1 else 's'}."
        if not self.left:
            return said
        reasons = ", ".join(f"{count:,} {reason}" for reason, count in self.left.items())
        return f"{said} Left {self.left_count:,} alone: {reasons}."


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


def leave_to_worker(
    organization: Organization | None,
    name: str,
    filters: Mapping[str, object],
    *,
    by: User,
    at: datetime,
    meant: int = 0,
) -> ActionRecord:
    """Have a worker do the action `name` to the events that `filters` select: to more than a page should wait for.

    `meant`: how many that is right now.
    """
    assert organization is not None, "the log of no organization is empty"
    with transaction.atomic():
        action = record_action(organization.pk, name, by=by, at=at, done=0, filters=filters, is_open=True)
        ActionRecord.objects.filter(pk=action.pk).update(meant=meant)
        call_for(action)
    return action


def call_for(action: ActionRecord) -> None:
    """Have a worker carry out `action`.

    In the caller's transaction, so that the record and the task are committed together.
    """
    async_task("sync.tasks.carry_out", action.pk, group="retry")


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


def chosen_by(action: ActionRecord) -> SyncEventQuerySet:
    """The events that an action's filters select, without those that have changed since it was asked for."""
    log = SyncEvent.objects.for_organization(action.organization).filter(changed_at__lte=action.at)
    found = SyncEventFilter(MultiValueDict(action.filters), queryset=log)
    found.organization = action.organization
    events: SyncEventQuerySet = found.qs
    return events


def _retryable(events: SyncEventQuerySet) -> SyncEventQuerySet:
    found = events.filter(state__in=(State.FAILED, State.QUEUED)).exclude(record_type=EntityType.CONNECTION)
    return found.exclude(state=State.FAILED, failure_code__in=ARRIVED)


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


def keep_drains_out(connection_ids: Iterable[int]) -> None:
    """Block drains until the transaction ends.

    Every writer of many events locks the lease first, so that no two deadlock.
    """
    list(Lease.objects.select_for_update().filter(connection__in=connection_ids).order_by("pk"))


def _left_alone(events: SyncEventQuerySet) -> dict[str, int]:
    counts: Counter[str] = Counter()
    by_state = events.order_by().values_list("state", "record_type").annotate(n=Count("pk"))
    for state, record_type, count in by_state:
        if record_type == EntityType.CONNECTION and state == State.FAILED:
            continue
        if state in NOT_RETRIED:
            counts[NOT_RETRIED[State(state)]] += count
    counts[DECIDED] += events.filter(state=State.FAILED, failure_code__in=ARRIVED).count()
    connections = events.filter(record_type=EntityType.CONNECTION, state=State.FAILED).order_by()
    counts.update(LEFT_PAUSED.get(code, PAUSED) for code in connections.values_list("failure_code", flat=True))
    return dict(+counts)


def _unlink_what_was_deleted_there(events: SyncEventQuerySet) -> None:
    """Retrying a record that was deleted in QuickBooks means creating it there again."""
    gone = events.filter(failure_code="record_deleted_there").order_by()
    for connection_id, record_type in gone.values_list("connection_id", "record_type").distinct():
        connection = Connection.objects.get(pk=connection_id)
        records = gone.filter(connection=connection, record_type=record_type).values("record_id")
        Link.objects.of(connection, record_type).filter(record_id__in=records).delete()


# What a person decides over, or the bookkeeper takes back: a retry compares with what stands there by then.
OF_BOTH_SIDES = ("changed_in_quickbooks", "paid_in_quickbooks", "voided_in_quickbooks", "void_has_payments")


def _look_at_them_again(events: SyncEventQuerySet) -> None:
    """A retry is a reason to look again at the very rows that were in the way."""
    stopped = events.filter(failure_code__in=OF_BOTH_SIDES).order_by()
    stopped.filter(record_type=EntityType.INVOICE).update(look_first=True)
    for record_type in (EntityType.CUSTOMER, EntityType.ITEM):
        rows = stopped.filter(record_type=record_type)
        for connection_id, realm_id in rows.values_list("connection_id", "realm_id").distinct():
            records = rows.filter(connection_id=connection_id, realm_id=realm_id).values("record_id")
            # Forgotten, so that the next write meets the row as it is.
            links = Link.objects.filter(connection_id=connection_id, realm_id=realm_id, record_type=record_type)
            links.filter(record_id__in=records).update(theirs="")


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
    movable = events.filter(state__in=source).exclude(record_type=EntityType.CONNECTION)
    left = events.count() - movable.count()
    if dry_run:
        return Report(movable.count(), {otherwise: left} if left else {})
    with transaction.atomic():
        connections = dict(movable.order_by().values_list("connection", "organization").distinct())
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
        done = movable.order_by().update(state=target, changed_at=at, reason=reason[:500])
        ActionRecord.objects.filter(pk__in=recorded).update(done=done)
    return Report(done, {otherwise: left} if left else {})


def accept(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """The shop accepts a difference in the books: Synced, with the difference recorded for `reconcile`."""
    done, left = 0, Counter[str]()
    for event in events.select_related("connection"):
        with transaction.atomic():
            # Check the database: a worker may have sent it again since the page was shown.
            differing = SyncEvent.objects.failed().filter(pk=event.pk, failure_code="total_differs")
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


def post_to_current_period(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Date these today, payments and paid invoices only in the books, and send them; leaves alone the others."""
    if dry_run:
        left = refused_posting(events, at=at)
        return Report(events.count() - sum(left.values()), left)
    return _date_all("post_to_current_period", events, by=by, at=at, filters=filters)


STUMBLED = "with an error in Run a Call; press Escalate on the row"


def undo_posting(
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Give invoices that were posted to the current period their former dates, unless they have been sent since."""
    if dry_run:
        found = [moved_back(event) for event in events.select_related("connection", "organization")]
        refusals = Counter(one for one in found if isinstance(one, str))
        return Report(len(found) - refusals.total(), dict(refusals))
    return _date_all("undo_posting", events, by=by, at=at, filters=filters)


def carry_out_dating(action_id: int, *, at: datetime) -> Report:
    """Post, or undo it, for as many as were asked for; after an interruption it continues with what is left."""
    open_ones = ActionRecord.objects.open().filter(pk=action_id, action__in=DATED)
    action = open_ones.select_related("by", "organization").first()
    return _date(action, chosen_by(action), at=at) if action else Report()


def _date_all(
    name: str, events: SyncEventQuerySet, *, by: User, at: datetime, filters: Mapping[str, object] | None
) -> Report:
    organization_id = events.order_by().values_list("organization_id", flat=True).first()
    if organization_id is None:
        return Report()
    action = record_action(organization_id, name, by=by, at=at, done=0, filters=filters)
    report = _date(action, events, at=at)
    if not report.done:
        action.delete()
    return report


def _date(action: ActionRecord, events: SyncEventQuerySet, *, at: datetime) -> Report:
    """Some at a time in one transaction, with the former dates of each; one that causes an error is left alone."""
    labels, left, ids = list[str](), Counter[str](), iter(list(events.order_by("pk").values_list("pk", flat=True)))
    while chunk := list(islice(ids, DATED_AT_ONCE)):
        rows = SyncEvent.objects.filter(pk__in=chunk).select_related("connection", "organization").order_by("pk")
        with transaction.atomic():
            # No drain may send one while its dates change.
            keep_drains_out(rows.order_by().values_list("connection_id", flat=True).distinct())
            before = len(labels)
            for event in rows:
                refusal = STUMBLED
                with isolated("Dating a record", event=event.pk, action=action.pk), transaction.atomic():
                    refusal = DATED[action.action](event, action, at)
                    if not refusal:
                        action.touch(SyncEvent.objects.filter(pk=event.pk))
                left.update([refusal] if refusal else [])
                labels += [] if refusal else [event.label]
            action.done += len(labels) - before
            action.save(update_fields=["done", "before"])
    action.is_open, action.meant = False, action.meant or action.done
    action.left, action.reason = dict(left), ", ".join(labels)[:500]
    action.save(update_fields=["is_open", "meant", "left", "reason"])
    told_later = action if labels and ACTIONS[action.action].is_followed else None
    return Report(len(labels), dict(left), told_later)


def _post_today(event: SyncEvent, action: ActionRecord, at: datetime) -> str:
    refusal = cannot_post_today(event, at=at)
    if refusal:
        return refusal
    record = record_of(event)
    was = record.dates
    record.post_to(event.organization.today(at), at=at, by=action.by)
    note_dates(record, "Posted to the current period", was, by=action.by)
    SyncEvent.objects.filter(pk=event.pk, state=State.QUEUED).update(action=action)
    action.before[dates_key(event)] = {"was": as_json(was), "became": as_json(record.dates)}
    return ""


def _undo_one(event: SyncEvent, action: ActionRecord, at: datetime) -> str:
    moved = moved_back(event)
    if isinstance(moved, str):
        return moved
    record = record_of(event)
    record.move_back(moved.becomes, at=at, by=action.by)
    note_dates(record, "Post to current period undone", moved.was, by=action.by)
    return ""


# What is done to the dates of one event's invoice: why it was not, or "".
DATED: Mapping[str, Callable[[SyncEvent, ActionRecord, datetime], str]] = {
    "post_to_current_period": _post_today,
    "undo_posting": _undo_one,
}
# With many in one transaction drains would wait long; with one each, the former dates would be written over and over.
DATED_AT_ONCE = 50


def note_dates(record: Invoice | Payment, what: str, was: Dates, *, by: User) -> None:
    """In the history of the record. What a command does is in the log of actions only."""
    if by is None or not by.pk:
        return
    changes = [
        f"{name} {old or 'none'} → {new or 'none'}"
        for name, old, new in zip(("date", "date in the books", "due date"), was, record.dates, strict=True)
        if old != new
    ]
    said = f"{what}: {', '.join(changes)}."
    LogEntry.objects.log_actions(by.pk, [record], CHANGE, change_message=said, single_object=True)


def record_action(
    organization_id: int,
    action: str,
    *,
    by: User,
    at: datetime,
    done: int,
    left: Mapping[str, int] | None = None,
    filters: Mapping[str, object] | None = None,
    reason: str = "",
    is_open: bool = False,
) -> ActionRecord:
    """Keep what a person did for the audit log. Raises KeyError for what is not in the table of actions."""
    return ActionRecord.objects.create(
        organization=Organization(pk=organization_id),
        by=by if by is not None and by.pk else None,  # type: ignore[misc]
        by_name=by.name if isinstance(by, Guest) else "",
        at=at,
        action=ACTIONS[action].name,
        done=done,
        left={key: count for key, count in (left or {}).items() if count},
        filters=dict(filters or {}),
        reason=reason[:500],
        is_open=is_open,
    )

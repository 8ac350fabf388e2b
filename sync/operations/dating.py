"""Dates of what lies in a closed period: posting to the current period, and undoing it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime
from itertools import islice

from django.contrib.admin.models import CHANGE, LogEntry
from django.db import transaction

from runacall.invoices.models import Dates, Invoice, Payment
from runacall.isolation import isolated
from sync.actions import ACTIONS
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations.recording import Report, User, chosen_by, keep_drains_out, record_action
from sync.posting import as_json, cannot_post_today, dates_key, moved_back, record_of, refused_posting


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

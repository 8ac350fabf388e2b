"""Removes what has been kept long enough: payloads first, then attempts and events; in small steps, each by an index.

What stays, however old: unfinished events, links, and what `reconcile` needs to recognize an invoice.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from typing import TypeVar

from django.db import DEFAULT_DB_ALIAS, transaction
from django.db.models import Exists, Model, OuterRef, Q, QuerySet

from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from sync.models import ActionRecord, Attempt, Question, State, Submission, SyncEvent
from sync.models.events import EntityType

# Rows per step: a few hundredths of a second each, so that nobody has to wait.
AT_ONCE = 500
REMOVED = '{"removed": "The payload was removed. Payloads are kept for a limited time only."}'
# Events that a person or a drain may still need.
OPEN = (State.QUEUED, State.SENDING, State.CHECKING, State.FAILED, State.HELD, State.DISMISSED)
OVER = (State.SYNCED, State.SUPERSEDED)
# Rows about the connection or one of its lists, such as a past pause: nothing in QuickBooks depends on them.
WITHOUT_RECORD = sorted(set(EntityType.values) - set(Link.RecordType.values))
# Tables of pairs that name events besides attempts.
NAME_EVENTS = (ActionRecord.touched.through, Question.events.through)
GoOn = Callable[[], bool]
Row = TypeVar("Row", bound=Model)


def remove_bodies(*, before: datetime, go_on: GoOn) -> int:
    """Remove payload and answer of submissions and attempts settled before then; returns how many rows."""
    return _bodies_of_submissions(before, go_on) + _bodies_of_attempts(before, go_on)


def _bodies_of_submissions(before: datetime, go_on: GoOn) -> int:
    still_open = Attempt.objects.filter(submission=OuterRef("pk"), event__state__in=OPEN)
    current = SyncEvent.objects.filter(submission=OuterRef("pk"), state__in=OPEN)
    removed = 0
    for step in in_steps(Submission.objects.with_bodies(), "settled_at", before, go_on):
        ready = Submission.objects.filter(pk__in=step).exclude(Exists(still_open)).exclude(Exists(current))
        removed += ready.update(body=REMOVED, answer="", is_slim=True)
    return removed


def _bodies_of_attempts(before: datetime, go_on: GoOn) -> int:
    """Attempts with a payload of their own: those decided here, and looks."""
    removed = 0
    for step in in_steps(Attempt.objects.with_bodies(), "at", before, go_on):
        ready = Attempt.objects.filter(pk__in=step).exclude(event__state__in=OPEN)
        removed += ready.update(request="", answer="")
    return removed


def remove_events(*, before: datetime, go_on: GoOn) -> int:
    """Delete events finished before then, with their attempts and the submissions that no other event uses; returns
    how many.

    The events of an invoice that `reconcile` can recognize only by what was sent stay. So do those of a record
    without a link, because nothing else says that it was ever sent to QuickBooks.
    """
    removed = 0
    for connection in in_turn(Connection.objects.only("pk", "realm_id", "organization")):
        for state in OVER:
            rows = SyncEvent.objects.filter(organization=connection.organization_id, state=state)
            for step in in_steps(rows, "changed_at", before, go_on):
                removed += _remove(connection, step)
    return removed


def in_turn(rows: QuerySet[Row]) -> list[Row]:
    """These rows in an order of chance: a round that has no time for all of them does not leave out the same ones
    each time.
    """
    found = list(rows)
    random.shuffle(found)
    return found


def in_steps(rows: QuerySet[Model], column: str, before: datetime, go_on: GoOn) -> Iterator[list[int]]:
    """Ids of the rows whose time in `column` is before then, oldest first, a few hundred at a time.

    Continues after the last row, not by offset: rows that stay are passed once per round, and deleted rows leave no
    gap.
    """
    passed: tuple[datetime, int] | None = None
    while go_on():
        wanted = rows.filter(**{f"{column}__lt": before})
        if passed is not None:
            at, pk = passed
            wanted = wanted.filter(Q(**{f"{column}__gt": at}) | Q(**{column: at}, pk__gt=pk))
        step = list(wanted.order_by(column, "pk").values_list(column, "pk")[:AT_ONCE])
        if not step:
            return
        passed = step[-1]
        yield [pk for _, pk in step]


def _remove(connection: Connection, ids: list[int]) -> int:
    rows = SyncEvent.objects.filter(pk__in=ids).exclude(record_type__in=WITHOUT_RECORD)
    events = list(rows.values_list("pk", "record_type", "record_id"))
    told = {
        record_type: _told_by_link(connection, record_type, [one[2] for one in events if one[1] == record_type])
        for record_type in {one[1] for one in events}
    }
    going = [pk for pk, record_type, record_id in events if record_id in told[record_type]]
    going += SyncEvent.objects.filter(pk__in=ids, record_type__in=WITHOUT_RECORD).values_list("pk", flat=True)
    with transaction.atomic():
        # Check again inside the transaction: a row may have been reopened since.
        still = SyncEvent.objects.filter(pk__in=going, state__in=OVER)
        gone = list(still.select_for_update().values_list("pk", flat=True))
        delete_events(gone)
    return len(gone)


def delete_events(ids: list[int]) -> None:
    """Delete these events, their attempts, and the submissions that no other event was in."""
    submissions = set(Attempt.objects.filter(event__in=ids).values_list("submission", flat=True))
    submissions |= set(SyncEvent.objects.filter(pk__in=ids).values_list("submission", flat=True))
    Attempt.objects.filter(event__in=ids).delete()
    for named in NAME_EVENTS:
        named._default_manager.filter(syncevent__in=ids).delete()
    _delete_unread(SyncEvent.objects.filter(pk__in=ids))
    used = Attempt.objects.filter(submission=OuterRef("pk"))
    current = SyncEvent.objects.filter(submission=OuterRef("pk"))
    free = Submission.objects.filter(pk__in=[pk for pk in submissions if pk]).exclude(settled_at=None)
    _delete_unread(free.exclude(Exists(used)).exclude(Exists(current)))


def _delete_unread(rows: QuerySet[Model]) -> None:
    """In one statement. Django's own delete would read each row first, payloads included, to look for what depends on
    it; nothing does any more here, and if something did, the database would refuse.
    """
    rows._raw_delete(DEFAULT_DB_ALIAS)


def _told_by_link(connection: Connection, record_type: str, ids: Iterable[int]) -> set[int]:
    """Records whose link says everything that their events could."""
    links = dict(Link.objects.of(connection, record_type).for_records(ids).values_list("record_id", "doc_number"))
    if record_type != EntityType.INVOICE:
        return set(links)
    numbers = dict(Invoice.objects.filter(pk__in=list(links)).values_list("pk", "number"))
    return {pk for pk, number in links.items() if number in ("", numbers.get(pk, ""))}

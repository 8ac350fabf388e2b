"""One reading of what changed in a company since the last one, and taking it in."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from django.conf import settings

from qbo.connection.changes import Changes, TooMuch, read_by_query, read_changes, read_everything
from qbo.connection.queries import ReadFailed, read_where_in
from qbo.connection.tokens import RefreshUnderWay, refresh_tokens
from qbo.connection.turn import NotNow, Visit, visit
from qbo.failures import Failure
from qbo.models import Connection, Link, ListState
from qbo.models.leases import LeaseLost
from runacall import clock, operators_log
from sync.inbound.customers import take_customers
from sync.inbound.hearing import Hearing
from sync.inbound.invoices import take_invoices
from sync.inbound.lists import take_lists
from sync.inbound.notices import is_news, settle
from sync.inbound.payments.taking import take_payments
from sync.models import ChangeCursor, Notice

logger = logging.getLogger(__name__)

ENTITIES = ("Account", "Customer", "Invoice", "Item", "Payment", "Term")
# Of these, everything is read after a gap; the others have mirrors, which read themselves again.
OURS = ("Customer", "Invoice", "Payment")
# What is compared with the books each night.
SENT = ("Invoice", "Payment")
MIRRORED = ("Account", "Customer", "Item", "Preferences", "TaxCode", "Term")
# A change can become visible a moment after the time that it carries.
OVERLAP = timedelta(minutes=2)
# What a company that was just connected is asked for first.
AT_FIRST = timedelta(hours=1)
# Intuit looks back 30 days.
LOOKS_BACK = timedelta(days=29)
A_DAY, HALF_A_DAY = timedelta(days=1), timedelta(hours=12)
# Hours of the shop's own night in which the last day is compared.
NIGHT = range(1, 5)
# How long to wait for a drain of the same company.
PATIENCE = 20.0
Now = Callable[[], datetime]

# What takes in the changes, in the order in which one depends on the other.
TAKE: Sequence[Callable[[Hearing], None]] = (take_lists, take_customers, take_invoices, take_payments)


class Unavailable(Exception):
    """QuickBooks could not be read now; `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(failure.message)
        self.failure = failure


def hear(connection: Connection, *, now: Now = clock.now, sooner: bool = False) -> Hearing | None:
    """Read what changed in the company, and take it in; None if there was nothing to read, or it is not possible now.

    At most one call to QuickBooks every quarter of an hour (two hours where webhooks come), unless a webhook names
    a change that is not our own write, or `sooner`. Raises Unavailable.
    """
    cursor = ChangeCursor.of(connection, at=now())
    try:
        with visit(connection, patience=PATIENCE) as mine:
            if not connection.is_live or connection.realm_id != cursor.realm_id:
                return None
            # The drain that held the lease may have put it back.
            cursor.refresh_from_db(fields=["since"])
            return _hear(mine, cursor, now, sooner)
    except (NotNow, LeaseLost):
        return None
    except (ReadFailed, Unavailable) as error:
        next_at = now() + _every()
        ChangeCursor.objects.filter(pk=cursor.pk).update(problem=str(error)[:500], next_at=next_at)
        raise Unavailable(error.failure) from error
    finally:
        ChangeCursor.objects.filter(pk=cursor.pk).update(asked_at=None)


def _hear(mine: Visit, cursor: ChangeCursor, now: Now, sooner: bool) -> Hearing | None:
    connection, at = mine.connection, now()
    here = Notice.objects.filter(connection=connection, realm_id=connection.realm_id, is_known=False)
    waiting = list(here.select_related("connection"))
    news = bool(waiting) and is_news(waiting)
    if any(one.entity == "Preferences" for one in waiting):
        ListState.want(connection, ["Preferences"], at=at)
    if not (news or sooner or cursor.next_at <= at):
        settle(connection, waiting, at=at)
        return None
    changes = _read(mine, cursor, at)
    hearing = Hearing(mine, changes, at, {one.merged_id: one.qbo_id for one in waiting if one.merged_id})
    for take in TAKE:
        take(hearing)
    # Only now: what was read and not taken in is read again.
    cursor.since = max(filter(None, (cursor.since, changes.as_of and changes.as_of - OVERLAP)), default=None)
    cursor.read_at, cursor.next_at, cursor.problem = at, at + _every(), ""
    cursor.save(update_fields=["since", "read_at", "next_at", "problem"])
    settle(connection, waiting, at=at)
    operators_log.note(
        "changes read",
        organization=connection.organization_id,
        connection=connection.pk,
        realm=connection.realm_id,
        rows=changes.count,
        taken=hearing.came.total(),
    )
    return hearing


def compare_last_day(connection: Connection, *, now: Now = clock.now) -> Hearing | None:
    """Compare what was sent in the last day with the books, from change data; None if that is not possible now.

    One call, and one more for every hundred invoices, or payments, that change data does not show. Raises Unavailable.
    """
    cursor = ChangeCursor.of(connection, at=now())
    try:
        with visit(connection, patience=PATIENCE) as mine:
            if not connection.is_live or connection.realm_id != cursor.realm_id:
                return None
            at = now()
            since = at - A_DAY
            hearing = Hearing(mine, _read_last_day(mine, since, at), at, sent_since=since)
            for take in TAKE:
                take(hearing)
            ChangeCursor.objects.filter(pk=cursor.pk).update(compared_at=at)
            return hearing
    except (NotNow, LeaseLost):
        return None
    except ReadFailed as error:
        raise Unavailable(error.failure) from error


def _read_last_day(mine: Visit, since: datetime, at: datetime) -> Changes:
    """The changes since then; what we sent and they do not show is asked for by Id, and gone if it is not there."""
    _ensure_token(mine.connection, at=at)
    client = mine.client
    try:
        changes = read_changes(client, OURS, since=since - OVERLAP, pace=mine.pace)
    except TooMuch:
        changes = read_by_query(client, OURS, since=since - OVERLAP, pace=mine.pace)
    for entity in SENT:
        changes = _with_what_was_sent(mine, changes, entity, since)
    return changes


def _with_what_was_sent(mine: Visit, changes: Changes, entity: str, since: datetime) -> Changes:
    shown = {str(row["Id"]) for row in changes.rows[entity]} | changes.deleted.get(entity, frozenset())
    sent = Link.objects.of(mine.connection, entity.lower()).filter(active=True, synced_at__gte=since)
    missing = set(sent.values_list("qbo_id", flat=True)) - shown
    if not missing:
        return changes
    unread: dict[str, ReadFailed] = {}
    rows = read_where_in(mine.client, entity, "Id", missing, pace=mine.pace, unread=unread)
    gone = missing - {str(row["Id"]) for row in rows} - set(unread)
    return replace(
        changes,
        rows={**changes.rows, entity: [*changes.rows[entity], *rows]},
        deleted={**changes.deleted, entity: changes.deleted.get(entity, frozenset()) | gone},
    )


def due_for_comparison(*, at: datetime) -> list[int]:
    """The live connections in whose shop it is night, and that were not compared since the last one."""
    live = Connection.objects.live().select_related("organization").defer("access_token", "refresh_token")
    done = set(ChangeCursor.objects.filter(compared_at__gt=at - HALF_A_DAY).values_list("connection", flat=True))
    night = [one for one in live if one.pk not in done and one.organization.local(at).hour in NIGHT]
    return [one.pk for one in night]


def _every() -> timedelta:
    name = "READ_CHANGES_BESIDE_WEBHOOKS" if settings.QBO_WEBHOOK_VERIFIER else "READ_CHANGES_EVERY"
    return timedelta(seconds=settings.SYNC[name])


def _read(mine: Visit, cursor: ChangeCursor, at: datetime) -> Changes:
    connection = mine.connection
    _ensure_token(connection, at=at)
    since = cursor.since or at - AT_FIRST
    try:
        if since < at - LOOKS_BACK:
            raise TooMuch
        return _with_token(mine, at, lambda: read_changes(mine.client, ENTITIES, since=since, pace=mine.pace))
    except TooMuch as reason:
        as_of, most = reason.as_of or at - OVERLAP, reason.most
    except ReadFailed as error:
        _assert_one_row(error)
        as_of, most = at - OVERLAP, ""
    if most in OURS:
        try:
            return _all_of_one(mine, most, since=since, as_of=as_of, at=at)
        except TooMuch:
            pass
        except ReadFailed as error:
            _assert_one_row(error)
    ListState.want(connection, MIRRORED, at=at)
    everything = _with_token(mine, at, lambda: read_everything(mine.client, OURS, pace=mine.pace))
    return replace(everything, as_of=as_of)


def _assert_one_row(error: ReadFailed) -> None:
    """One stored row makes the whole answer fail: a query goes around it. Raises `error` if it is about more."""
    if not any(entry.code == "4002" for entry in error.failure.entries):
        raise error


def _all_of_one(mine: Visit, entity: str, *, since: datetime, as_of: datetime, at: datetime) -> Changes:
    """All rows of an entity of which too many changed, such as invoices that we sent, and what changed of the others.

    Raises TooMuch if too many of those changed as well.
    """
    others = [name for name in ENTITIES if name != entity]
    changes = _with_token(mine, at, lambda: read_changes(mine.client, others, since=since, pace=mine.pace))
    everything = _with_token(mine, at, lambda: read_everything(mine.client, [entity], pace=mine.pace))
    return replace(everything, rows={**changes.rows, **everything.rows}, deleted=changes.deleted, as_of=as_of)


def _with_token(mine: Visit, at: datetime, read: Callable[[], Changes]) -> Changes:
    """A token that QuickBooks refuses although it looks fresh is renewed once."""
    try:
        return read()
    except ReadFailed as error:
        if error.failure.code != "token_expired":
            raise
        _ensure_token(mine.connection, at=at, refused=mine.connection.access_token)
        return read()


def _ensure_token(connection: Connection, *, at: datetime, refused: str | None = None) -> None:
    try:
        failure = refresh_tokens(connection, at=at, refused=refused)
    except RefreshUnderWay as error:
        raise NotNow(str(error)) from error
    if failure is not None:
        raise Unavailable(failure)

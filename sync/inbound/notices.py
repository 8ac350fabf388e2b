"""Storing what webhooks name, and asking for the changes to be read; it reads nothing itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.db.models import Exists, F, OuterRef, Q

from qbo.models import Connection, Link
from sync.inbound.webhooks import Told
from sync.models import ChangeCursor, Notice

# More than this many notices of one company say no more than that much has changed.
MOST_WAITING = 1000
# Companies that one call asks for.
AT_ONCE = 500
# Changes that come in quick succession are read together.
AT_LEAST_BETWEEN = timedelta(seconds=10)
# How long what was settled is kept: a webhook comes within minutes of its change.
KNOWN_FOR = timedelta(minutes=15)
# A reading that was asked for and did not happen is asked for again after this.
ASKED_AGAIN_AFTER = timedelta(minutes=5)


def note(told: Iterable[Told], *, at: datetime) -> list[int]:
    """Store the changes of companies that are connected; returns the connections whose changes are to be read.

    A few statements however many changes; what is there already, and what belongs to nobody here, is left out.
    """
    by_realm: dict[str, list[Told]] = {}
    for one in told:
        by_realm.setdefault(one.realm_id, []).append(one)
    if not by_realm:
        return []
    connected = Connection.objects.filter(realm_id__in=by_realm).exclude(status=Connection.Status.DISCONNECTED)
    rows, found = [], []
    for connection in connected.defer("access_token", "refresh_token"):
        found.append(connection.pk)
        room = MOST_WAITING - Notice.objects.filter(connection=connection, is_known=False).count()
        rows += [_row(connection, one, at) for one in by_realm[connection.realm_id][: max(room, 0)]]
    Notice.objects.bulk_create(rows, ignore_conflicts=True, batch_size=500)
    return found


def _row(connection: Connection, one: Told, at: datetime) -> Notice:
    return Notice(
        connection=connection,
        realm_id=one.realm_id,
        entity=one.entity,
        qbo_id=one.qbo_id,
        merged_id=one.merged_id,
        changed_at=one.changed_at,
        key=one.key,
        received_at=at,
    )


def claim_due(*, at: datetime, among: Sequence[int] | None = None) -> list[int]:
    """The live connections whose changes should be read now, each for one caller only.

    That is, those whose turn it is, and those of which a webhook came, but not right after the last reading.
    """
    live = Connection.objects.live()
    if among is not None:
        live = live.filter(pk__in=among)
    known = ChangeCursor.objects.filter(connection=OuterRef("pk"), realm_id=OuterRef("realm_id"))
    for connection in live.exclude(Exists(known)).defer("access_token", "refresh_token"):
        ChangeCursor.of(connection, at=at)
    unasked = Q(asked_at=None) | Q(asked_at__lte=at - ASKED_AGAIN_AFTER)
    rested = Q(read_at=None) | Q(read_at__lte=at - AT_LEAST_BETWEEN)
    notices = Notice.objects.filter(connection=OuterRef("connection"), realm_id=OuterRef("realm_id"), is_known=False)
    told = Exists(notices)
    due = unasked & (Q(next_at__lte=at) | (rested & Q(told)))
    cursors = ChangeCursor.objects.filter(connection__in=live, realm_id=F("connection__realm_id"))
    wanted = list(cursors.filter(due).order_by("next_at").values_list("pk", "connection")[:AT_ONCE])
    # One UPDATE each decides who reads, so that two hosts never ask for the same reading.
    return [connection for pk, connection in wanted if ChangeCursor.objects.filter(unasked, pk=pk).update(asked_at=at)]


def is_news(notices: Sequence[Notice]) -> bool:
    """Whether any of these is about a version that we have not seen: our own writes come back as webhooks, too.

    Rows have their times in seconds. Where a record changed twice in the second of our write, one of the changes is
    another's.
    """
    connection = notices[0].connection
    ids: dict[str, set[str]] = {}
    for one in notices:
        ids.setdefault(one.entity, set()).add(one.qbo_id)
    seen: dict[tuple[str, str], datetime | None] = {}
    for entity in ("Customer", "Invoice", "Item", "Payment"):
        if entity in ids:
            links = Link.objects.of(connection, entity.lower()).filter(qbo_id__in=ids[entity])
            seen |= {(entity, qbo_id): there_at for qbo_id, there_at in links.values_list("qbo_id", "there_at")}
    if any(_is_later(one, seen.get((one.entity, one.qbo_id))) for one in notices):
        return True
    named = Notice.objects.filter(connection=connection, realm_id=connection.realm_id, entity__in=ids)
    of_these = named.filter(qbo_id__in=set().union(*ids.values()))
    same_second = Counter(
        (entity, qbo_id)
        for entity, qbo_id, changed_at in of_these.values_list("entity", "qbo_id", "changed_at")
        if changed_at is not None and changed_at.replace(microsecond=0) == seen.get((entity, qbo_id))
    )
    return any(count > 1 for count in same_second.values())


def _is_later(one: Notice, seen_at: datetime | None) -> bool:
    if one.merged_id or one.changed_at is None or seen_at is None:
        return True
    return one.changed_at.replace(microsecond=0) > seen_at


def settle(connection: Connection, notices: Sequence[Notice], *, at: datetime) -> None:
    """Nothing has to be read for these any more; what was settled some time ago goes."""
    Notice.objects.filter(pk__in=[one.pk for one in notices]).update(is_known=True)
    Notice.objects.filter(connection=connection, is_known=True, received_at__lt=at - KNOWN_FOR).delete()

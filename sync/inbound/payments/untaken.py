"""Payments there that could not be taken in: kept for another try, and read again once that may have changed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from decimal import Decimal

from django.db.models import QuerySet

from qbo.connection.queries import ReadFailed, read_where_in
from qbo.json_objects import Row
from qbo.mapping import twins
from qbo.mapping.base import cents
from qbo.mapping.twins import Theirs
from qbo.models import Link
from runacall.invoices.models import Invoice, Payment
from sync.inbound.hearing import Hearing
from sync.inbound.payments.crossings import tell_of_crossings
from sync.models import State, SyncEvent, Untaken
from sync.models.events import NO_FAILURE, Direction, EntityType
from sync.outbox.enqueueing import RecordName, queued_again

# What a person is told of a payment there that is none of ours.
TOLD = ("payment_not_taken_over", twins.CODE)


def untaken_of(hearing: Hearing) -> QuerySet[Untaken]:
    connection = hearing.connection
    return Untaken.objects.filter(connection=connection, realm_id=connection.realm_id)


def keep_untaken(hearing: Hearing, row: Row, names: Iterable[RecordName]) -> None:
    """For another try, once one of these records stands differently."""
    records = sorted(f"{name.record_type}:{name.record_id}" for name in names)
    connection, stood = hearing.connection, _standing(hearing, [records])
    Untaken.objects.update_or_create(
        connection=connection,
        realm_id=connection.realm_id,
        qbo_id=str(row["Id"]),
        defaults={
            "records": records,
            "stood": [stood[record] for record in records],
            "theirs": Theirs.of(row).as_json,
        },
    )


def forget_untaken(hearing: Hearing, qbo_ids: Collection[str], *, gone: bool = False) -> None:
    """They are taken in, or `gone`: what was told of them is over, and what stopped for them goes."""
    if not qbo_ids:
        return
    forgotten = untaken_of(hearing).filter(qbo_id__in=qbo_ids)
    later = tell_of_crossings(hearing, forgotten) if gone else []
    forgotten.exclude(pk__in=later).delete()
    told = SyncEvent.objects.of(hearing.connection).failed()
    told = told.filter(failure_code__in=TOLD, facts__there_id__in=list(qbo_ids))
    told.filter(direction=Direction.OUT).update(**queued_again(hearing.at), changed_at=hearing.at)
    for event in told.filter(direction=Direction.IN):
        message = f"Payment Id {event.facts['there_id']} in QuickBooks is settled"
        closed = {**NO_FAILURE, "message": message, "state": State.SYNCED}
        SyncEvent.objects.filter(pk=event.pk).update(**closed, changed_at=hearing.at)


def add_untaken(hearing: Hearing) -> None:
    """Read again what could not be taken in, where that may have changed: one query, and none while nothing has."""
    changes = hearing.changes
    forget_untaken(hearing, changes.deleted.get("Payment", frozenset()), gone=True)
    shown = {str(row.get("Id")) for row in changes.rows.get("Payment", ())}
    waiting = list(untaken_of(hearing).exclude(qbo_id__in=shown))
    now = _standing(hearing, [one.records for one in waiting])
    moved = {one.qbo_id for one in waiting if one.stood != [now[record] for record in one.records]}
    over = dismissed_among(hearing, moved)
    forget_untaken(hearing, over)
    if not (moved := moved - over):
        return
    for one in waiting:
        untaken_of(hearing).filter(pk=one.pk).update(stood=[now[record] for record in one.records])
    unread: dict[str, ReadFailed] = {}
    visit = hearing.visit
    rows = read_where_in(visit.client, "Payment", "Id", moved, pace=visit.pace, unread=unread)
    forget_untaken(hearing, moved - {str(row["Id"]) for row in rows} - unread.keys(), gone=True)
    hearing.changes = replace(changes, rows={**changes.rows, "Payment": [*changes.rows.get("Payment", ()), *rows]})


def dismissed_among(hearing: Hearing, qbo_ids: Collection[str], **facts: str) -> set[str]:
    """Those of these payments that a person decided to leave out."""
    events = SyncEvent.objects.of(hearing.connection).filter(state=State.DISMISSED, **facts)
    events = events.filter(failure_code__in=TOLD, facts__there_id__in=list(qbo_ids))
    return set(events.values_list("facts__there_id", flat=True)) if qbo_ids else set()


def total_of(row: Row) -> str:
    """E.g. 1,234.50."""
    return f"{Decimal(cents(row.get('TotalAmt'))):,}"


def _standing(hearing: Hearing, records: Iterable[Sequence[str]]) -> dict[str, list[str]]:
    """How each of these records stands now, as far as it decides about a payment."""
    wanted: dict[str, set[int]] = {EntityType.INVOICE: set(), EntityType.PAYMENT: set()}
    for record in {one for some in records for one in some}:
        record_type, _, key = record.partition(":")
        wanted[record_type].add(int(key))
    found = {f"{record_type}:{pk}": [""] for record_type, ids in wanted.items() for pk in ids}
    invoices = Invoice.objects.filter(pk__in=wanted[EntityType.INVOICE])
    for pk, *parts in invoices.values_list("pk", "status", "total", "amount_paid", "customer"):
        found[f"{EntityType.INVOICE}:{pk}"] = [str(part) for part in parts]
    for record_type, ids in wanted.items():
        # Nobody is asked about what is on its way: once it no longer is, that is another standing.
        rows = SyncEvent.objects.of(hearing.connection).filter(record_type=record_type, record_id__in=ids).open()
        for record_id, *waits in rows.order_by("pk").values_list("record_id", "pk", "direction", "failure_code"):
            found[f"{record_type}:{record_id}"] += [str(part) for part in waits]
    payments = Payment.objects.filter(pk__in=wanted[EntityType.PAYMENT])
    for pk, *parts in payments.values_list("pk", "amount", "received_date", "reference", "voided_at"):
        found[f"{EntityType.PAYMENT}:{pk}"] += [str(part) for part in parts]
    links = Link.objects.of(hearing.connection, "payment").filter(record_id__in=wanted[EntityType.PAYMENT])
    for record_id, qbo_id in links.values_list("record_id", "qbo_id"):
        found[f"{EntityType.PAYMENT}:{record_id}"].append(qbo_id)
    return found

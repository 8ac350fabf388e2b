"""The result of one try of one event, and recording it: states and attempts, in one transaction under the fence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Exists, OuterRef

from qbo.failures import Failure
from sync.models import Attempt, State, SyncEvent
from sync.models.events import NO_FAILURE, RANKS, UNSENT, EntityType, Further, failure_columns

# Events that get the same columns as so many others are written with them, and so few others by themselves.
MANY, FEW = 10, 5


@dataclass(frozen=True)
class Outcome:
    """The event's state after a try. Made by the constructors below, which also complete the attempt.

    `due_at`: when the next try is made, if there is one. `look_first`: this try may have reached QuickBooks,
    so the next one looks there before it sends. `columns`: other columns of the event.
    """

    attempt: Attempt
    state: State
    failure: Failure | None = None
    due_at: datetime | None = None
    retries: int = 0
    heals: int = 0
    look_first: bool = False
    message: str = ""
    columns: Mapping[str, object] = field(default_factory=dict)
    # The other failures of the event, after `failure`.
    further: Sequence[Further] = ()

    @property
    def event(self) -> SyncEvent:
        return self.attempt.event

    @classmethod
    def synced(cls, attempt: Attempt, *, message: str = "") -> Outcome:
        """QuickBooks agrees; `message` says how, if that is worth a line."""
        return cls._made(attempt, State.SYNCED, message=message)

    @classmethod
    def superseded(cls, attempt: Attempt, *, message: str) -> Outcome:
        """There is nothing left to send."""
        return cls._made(attempt, State.SUPERSEDED, message=message)

    @classmethod
    def failed(
        cls, attempt: Attempt, failure: Failure, *, look_first: bool, further: Sequence[Further] = (), **columns: Any
    ) -> Outcome:
        """A person is needed."""
        event = attempt.event
        return cls._made(
            attempt,
            State.FAILED,
            failure,
            retries=event.retries,
            heals=event.heals,
            look_first=look_first,
            columns=columns,
            further=further,
        )

    @classmethod
    def queued(
        cls,
        attempt: Attempt,
        *,
        due_at: datetime,
        failure: Failure | None = None,
        message: str = "",
        retries: int | None = None,
        heals: int | None = None,
        look_first: bool | None = None,
        **columns: Any,
    ) -> Outcome:
        """Tried again at `due_at`; retries and heals used, and whether to look first, are unchanged unless given."""
        event = attempt.event
        return cls._made(
            attempt,
            State.QUEUED,
            failure,
            due_at=due_at,
            message=message,
            retries=event.retries if retries is None else retries,
            heals=event.heals if heals is None else heals,
            look_first=event.look_first if look_first is None else look_first,
            columns=columns,
        )

    @classmethod
    def checking(cls, attempt: Attempt, failure: Failure, *, due_at: datetime, retries: int) -> Outcome:
        """It is not known whether it arrived: checked at `due_at`, before anything is sent again."""
        return cls._made(
            attempt,
            State.CHECKING,
            failure,
            due_at=due_at,
            retries=retries,
            heals=attempt.event.heals,
            look_first=True,
        )

    @classmethod
    def _made(cls, attempt: Attempt, state: State, failure: Failure | None = None, **more: Any) -> Outcome:
        attempt.outcome = state
        attempt.failure_code = failure.code if failure else ""
        attempt.message = (failure.message if failure else more.get("message", ""))[:500]
        attempt.entries = [vars(entry) for entry in failure.entries] if failure else []
        return cls(attempt, state, failure, **more)


def record(outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Record outcomes. The caller has checked the lease inside the same transaction."""
    Attempt.objects.bulk_create([outcome.attempt for outcome in outcomes])
    plain: list[Outcome] = []
    others: list[Outcome] = []
    for outcome in outcomes:
        (plain if outcome.state == State.SYNCED and not outcome.message else others).append(outcome)
    # The usual case first: these differ in nothing but their ids.
    SyncEvent.objects.filter(pk__in=[outcome.attempt.event_id for outcome in plain]).update(
        state=State.SYNCED, changed_at=at, due_at=None, look_first=False, **NO_FAILURE
    )
    if others:
        _record_each(others, at=at)


def _record_each(outcomes: Sequence[Outcome], *, at: datetime) -> None:
    """Outcomes with columns of their own; very many in hardly more statements than a few."""
    if len(outcomes) > FEW:
        outcomes = _record_many(outcomes, at=at)
    for outcome in outcomes:
        changes = _columns(outcome, at=at)
        # A record has one unsent event at most (a constraint), and an edit may just have opened the next.
        if outcome.state in UNSENT:
            _make_unsent(outcome.event, at=at, changes=changes)
        else:
            SyncEvent.objects.filter(pk=outcome.event.pk).update(**changes)


def _record_many(outcomes: Sequence[Outcome], *, at: datetime) -> Sequence[Outcome]:
    """Record what needs no look of its own, all at once; returns the rest."""
    unsent = [outcome for outcome in outcomes if outcome.state in UNSENT]
    replaced = _with_newer([outcome.event for outcome in unsent])
    columns = {one.event.pk: _columns(one, at=at) for one in outcomes if one.event.pk not in replaced}
    try:
        with transaction.atomic():
            _write(columns)
    except IntegrityError:
        # An edit opened another event of one of the records at the same moment.
        return outcomes
    return [outcome for outcome in unsent if outcome.event.pk in replaced]


def _with_newer(events: Sequence[SyncEvent]) -> set[int]:
    """Those whose record has another unsent event already."""
    newer = SyncEvent.objects.unsent().filter(
        connection=OuterRef("connection"),
        realm_id=OuterRef("realm_id"),
        record_type=OuterRef("record_type"),
        record_id=OuterRef("record_id"),
    )
    these = SyncEvent.objects.filter(pk__in=[event.pk for event in events])
    return set(these.filter(Exists(newer.exclude(pk=OuterRef("pk")))).values_list("pk", flat=True)) if events else set()


def _write(changes: Mapping[int, Mapping[str, object]]) -> None:
    """Write these columns of each event, by id; what is the same for many goes in one statement."""
    alike: dict[str, list[int]] = {}
    for pk, columns in changes.items():
        alike.setdefault(repr(sorted(columns.items())), []).append(pk)
    apart = {pk: changes[pk] for ids in alike.values() if len(ids) < MANY for pk in ids}
    if len(apart) > FEW:
        alike = {key: ids for key, ids in alike.items() if len(ids) >= MANY}
        _write_apart(apart)
    for ids in alike.values():
        SyncEvent.objects.filter(pk__in=ids).update(**changes[ids[0]])


def _write_apart(changes: Mapping[int, Mapping[str, object]]) -> None:
    """Events of which few get the same: a few statements for each set of columns."""
    by_columns: dict[tuple[str, ...], list[SyncEvent]] = {}
    for pk, columns in changes.items():
        event = SyncEvent(pk=pk)
        for name, value in columns.items():
            setattr(event, name, value)
        by_columns.setdefault(tuple(sorted(columns)), []).append(event)
    for names, events in by_columns.items():
        SyncEvent.objects.bulk_update(events, names, batch_size=200)


def _columns(outcome: Outcome, *, at: datetime) -> dict[str, object]:
    changes: dict[str, Any] = {
        "state": outcome.state,
        "changed_at": at,
        "due_at": outcome.due_at,
        "retries": outcome.retries,
        "heals": outcome.heals,
        "look_first": outcome.look_first,
        **failure_columns(outcome.failure, outcome.further),
        **outcome.columns,
    }
    if outcome.message:
        changes["message"] = outcome.message[:500]
    return changes


def requeue(event: SyncEvent, *, due_at: datetime, **changes: object) -> None:
    """Return to the queue; if a change in between has opened another event, that one replaces this one."""
    _make_unsent(event, at=due_at, changes={"state": State.QUEUED, "due_at": due_at, **changes})


def _make_unsent(event: SyncEvent, *, at: datetime, changes: dict[str, object]) -> None:
    """Queued or Failed again. If an edit opens another event at the same moment, that one wins by the constraint."""
    if _yield_to_newer(event, at=at, changes=changes):
        return
    try:
        # A savepoint, because PostgreSQL gives up the whole transaction after a broken constraint.
        with transaction.atomic():
            SyncEvent.objects.filter(pk=event.pk).update(**changes)
    except IntegrityError:
        if not _yield_to_newer(event, at=at, changes=changes):
            raise


def _yield_to_newer(event: SyncEvent, *, at: datetime, changes: dict[str, object]) -> bool:
    """A record has only one unsent event: an older one that would become unsent again is superseded by the newer
    one.
    """
    newer = SyncEvent.objects.filter(connection_id=event.connection_id, realm_id=event.realm_id).unsent()
    newer = newer.of_record(event.record_type, event.record_id).exclude(pk=event.pk)
    if not newer.exists():
        return False
    # The doubt is about the record and not about the wish, so the newer event inherits it.
    if changes.get("look_first", event.look_first):
        newer.update(look_first=True)
    SyncEvent.objects.filter(pk=event.pk).update(
        state=State.SUPERSEDED,
        changed_at=at,
        due_at=None,
        **{**NO_FAILURE, "message": "A later change of the same record replaces this one."},
    )
    return True


def release_dependants(outcomes: Iterable[Outcome], *, at: datetime) -> int:
    """Queue again what failed because these records were missing; returns how many."""
    synced = [outcome.event for outcome in outcomes if outcome.state == State.SYNCED]
    if not synced:
        return 0
    first, released = synced[0], 0
    # All are of one connection and kind.
    failed = SyncEvent.objects.filter(
        organization_id=first.organization_id,
        connection_id=first.connection_id,
        realm_id=first.realm_id,
        state=State.FAILED,
        rank__gt=RANKS[EntityType(first.record_type)],
    )
    if not failed.exists():
        return 0
    for event in synced:
        blocked = failed.waiting_for_record(event.record_type, event.record_id)
        released += blocked.update(state=State.QUEUED, due_at=at, retries=0, **NO_FAILURE)
    return released

"""What has to be in QuickBooks before an event can be sent: having it sent first, waiting, or sharing its failure."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from qbo.failures import Failure, Subject
from qbo.mapping.payloads import Write
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.prepare.nothing_sent import refused_here, waiting
from sync.models import State, SyncEvent
from sync.models.events import IN_FLIGHT, RANK_OF_UNDOING, EntityType, Further
from sync.outbox.enqueueing import RecordName, open_event

# What an event says while it waits for a record of that kind.
WAITS = {
    EntityType.CUSTOMER: "waits_for_customer",
    EntityType.ITEM: "waits_for_item",
    EntityType.INVOICE: "waits_for_invoice",
    EntityType.PAYMENT: "waits_for_payment",
}
WAITED_FOR = {code: str(kind) for kind, code in WAITS.items()}
A_MOMENT = timedelta(seconds=1)


@dataclass(frozen=True)
class Needed:
    """A failure that goes away once that record has been sent. `otherwise`: what a person reads if it does not."""

    failure: Failure
    record: RecordName
    otherwise: Failure | None = None


def payment_needed(name: RecordName, *, otherwise: Failure | None = None) -> Needed:
    """That a payment is taken off an invoice there."""
    subject = Subject("payment", str(name.record_id), f"the payment of {name.amount:,}")
    return Needed(Failure("waits_for_payment", subject), name, otherwise)


def wait_for(drain: Drain, event: SyncEvent, needed: Sequence[Needed], write: Write) -> Outcome:
    """Have what is needed sent first, and wait; or share the failures of records that have failed since."""
    due_at, failed = drain.now(), list[Further]()
    columns: dict[str, object] = {}
    if event.record_type == EntityType.INVOICE and any(one.record.record_type == EntityType.PAYMENT for one in needed):
        # It comes after the payments: claimed before them, it would be claimed over and over.
        columns["rank"] = event.rank = RANK_OF_UNDOING
    for one in needed:
        if one.otherwise and _went_in_vain(drain, event, one):
            return refused_here(drain, event, one.otherwise, write)
        standing = _standing(drain, event, one.record)
        if isinstance(standing, Failure):
            failed.append(Further(standing, one.record.key))
        else:
            due_at = max(due_at, standing)
    if failed:
        shared, *others = failed
        columns["blocked_by"] = shared.blocked_by
        return refused_here(drain, event, shared.failure, write, further=others, **columns)
    first = needed[0]
    subject = Subject(first.failure.subject.kind, first.failure.subject.key, first.failure.subject.name)
    return waiting(drain, event, due_at=due_at, failure=Failure(WAITS[first.record.record_type], subject), **columns)


def _went_in_vain(drain: Drain, event: SyncEvent, needed: Needed) -> bool:
    """`event` has waited for the record, which has gone since, and is in the way as before: a person wants it so."""
    if (event.failure_code, event.subject_key) != (needed.failure.code, needed.failure.subject.key):
        return False
    latest = _latest(drain, needed.record)
    return latest is not None and latest.state == State.SYNCED and latest.changed_at >= event.changed_at


def failed_prerequisites(drain: Drain, needed: Iterable[Needed]) -> Iterator[Further]:
    """The known failures of other records that an event needs; nothing is sent for them now."""
    for one in needed:
        latest = _latest(drain, one.record)
        if latest and latest.failure and latest.state in (State.FAILED, State.DISMISSED, State.HELD):
            yield Further(latest.failure, one.record.key)


def is_under_way(drain: Drain, name: RecordName) -> bool:
    """The last change of the record is about to be sent, or it is being found out whether it arrived."""
    latest = _latest(drain, name)
    return latest is not None and latest.state in (State.QUEUED, *IN_FLIGHT)


def leads_back(drain: Drain, name: RecordName, *, to: SyncEvent) -> bool:
    """Whether the record waits, from one to the next, for the record of `to`: then neither would ever go."""
    record, passed = (str(name.record_type), name.record_id), set[tuple[str, int]]()
    while record not in passed:
        if record == (to.record_type, to.record_id):
            return True
        passed.add(record)
        # Of several that it waits for, an event names the first: the others come when that one has gone.
        waits = SyncEvent.objects.of(drain.connection).of_record(*record).open().filter(failure_code__in=WAITED_FOR)
        found = waits.order_by("-id").values_list("failure_code", "subject_key").first()
        if found is None:
            return False
        record = (WAITED_FOR[found[0]], int(found[1]))
    return False


def _standing(drain: Drain, event: SyncEvent, name: RecordName) -> Failure | datetime:
    """When the record may be there, or why it cannot be sent."""
    latest = _latest(drain, name)
    open_one = latest if latest and latest.state != State.SYNCED else None
    if open_one and open_one.failure and _stands_in_the_way(open_one, event):
        return open_one.failure
    if open_one is None or open_one.state == State.FAILED:
        open_event(drain.connection, name, at=drain.now())
        return drain.now()
    # Of one that is being sent, or checked, the next event is not claimed before that is over.
    rows = SyncEvent.objects.of(drain.connection).of_record(name.record_type, name.record_id).in_flight()
    times = [open_one.due_at, *rows.values_list("due_at", flat=True)]
    if open_one.rank > event.rank:
        # Its turn comes only when nothing of a lower rank is due.
        times.append(drain.now() + A_MOMENT)
    return max(filter(None, times), default=drain.now())


def _latest(drain: Drain, name: RecordName) -> SyncEvent | None:
    rows = SyncEvent.objects.of(drain.connection).of_record(name.record_type, name.record_id)
    return rows.exclude(state=State.SUPERSEDED).order_by("-id").first()


def _stands_in_the_way(needed: SyncEvent, event: SyncEvent) -> bool:
    """It has failed since `event` was due, or a person decided that it does not have to go, or not yet."""
    if needed.state in (State.DISMISSED, State.HELD):
        return True
    return needed.state == State.FAILED and needed.changed_at >= (event.due_at or event.changed_at)

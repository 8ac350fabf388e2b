"""Turns QuickBooks' answer to a submission into outcomes, event by event."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db import transaction

from qbo.connection.client import Reply
from qbo.failures import Failure, FailureKind, FaultEntry
from qbo.faults import read_item_fault
from qbo.json_objects import JsonMapping, Row
from qbo.lists.checking import checked_reference
from qbo.lists.mirrors import store_entries
from qbo.mapping.base import There
from qbo.mapping.explaining import explain
from qbo.models import Link
from runacall.isolation import isolated
from sync.engine.context import Drain
from sync.engine.links import forget_acceptance, link_columns, write_links
from sync.engine.outcomes import Outcome, record, release_dependants
from sync.engine.pausing import pause_connection
from sync.engine.send.relook import RELOOK_CODES, want_lists
from sync.engine.send.sent_items import SentItem, difference, remark
from sync.engine.tries import stop_for_mistake
from sync.models import Attempt, ChangeCursor, State, Submission, SyncEvent
from sync.models.events import TRANSACTIONS
from sync.retry_policy import HEALS, after_failure, wait_seconds

# By how much Intuit's clock may differ from ours.
APART = timedelta(minutes=5)
HTTP_OK = 200
BAD_REQUEST = 400
# These codes say that an earlier send under the same request id has arrived or is still being processed.
DUPLICATE_REQUEST = "duplicate_request"


def events_of(submission: Submission) -> dict[int, SyncEvent]:
    """The events that still belong to this submission, by id."""
    wanted = [stored["event_id"] for stored in submission.items]
    rows = SyncEvent.objects.in_flight().filter(pk__in=wanted, submission=submission)
    return {event.pk: event for event in rows}


@dataclass(frozen=True)
class Answered:
    """What is needed to read an answer: the drain, the submission, and the reply.

    `sent`: its events, by id, if this process has just sent them and has not read the answer before.
    """

    drain: Drain
    submission: Submission
    reply: Reply
    sent: Mapping[int, SyncEvent] | None = None

    @cached_property
    def at(self) -> datetime:
        """When it is read; the same for all of its items."""
        return self.drain.now()

    @property
    def items(self) -> list[object] | None:
        """What came back item by item; None if the call was answered as a whole.

        A single write is answered with its record, or with 400 and a fault about it: both are read as the only item
        of a batch. Any other refusal is about the whole call.
        """
        reply, answer = self.reply, self.reply.json
        if self.submission.is_batch:
            items = answer.get("BatchItemResponse") if reply.status == HTTP_OK else None
            # An empty list for a batch that had items says nothing about any of them.
            return items if isinstance(items, list) and (items or not self.submission.items) else None
        if reply.status == HTTP_OK and isinstance(answer.get(self.submission.items[0]["entity"]), dict):
            return [{**answer, "bId": "0"}]
        # 400 is about the record; 401, 403, 429 and 5xx are about the call, also for a single write.
        if reply.status == BAD_REQUEST and isinstance(answer.get("Fault"), dict):
            return [{"Fault": answer["Fault"], "bId": "0"}]
        return None

    def placed(self) -> list[tuple[int, SyncEvent]]:
        """The events that still belong to the submission, each with its position in the batch."""
        events = events_of(self.submission)
        places = enumerate(self.submission.items)
        return [(index, events[item["event_id"]]) for index, item in places if item["event_id"] in events]

    def settle(self) -> None:
        """The outcome is known."""
        self.submission.settled_at = self.drain.now()
        self.note()
        if self.submission.sends > 1:
            # QuickBooks answers as it did at first. What was read since was newer, and is not what the link has now.
            ChangeCursor.go_back(self.drain.connection, to=self.submission.created_at - APART)

    def note(self) -> None:
        """Store what came back, whether or not it settles anything."""
        submission, reply = self.submission, self.reply
        submission.http_status = reply.status
        submission.intuit_tid = reply.intuit_tid[:100]
        submission.duration_ms = reply.duration_ms
        submission.answer = reply.body
        submission.save(update_fields=["settled_at", "http_status", "intuit_tid", "duration_ms", "answer"])

    def attempt(self, index: int, event: SyncEvent) -> Attempt:
        """The attempt that this answer is for the event at `index`."""
        return self.drain.attempt(
            event,
            Attempt.Kind.SENT,
            at=self.at,
            submission=self.submission,
            position=index,
            duration_ms=self.reply.duration_ms,
            http_status=self.reply.status,
            intuit_tid=self.reply.intuit_tid[:100],
        )

    def failed(self, index: int, event: SyncEvent, failure: Failure) -> Outcome:
        """Retry automatically, look again, wait or stop, by the failure's kind."""
        drain, attempt = self.drain, self.attempt(index, event)
        if failure.code in RELOOK_CODES and event.heals < HEALS:
            # Intuit has seen the request id, so an earlier send may be in the books.
            look_first = event.look_first or failure.code == DUPLICATE_REQUEST
            return Outcome.queued(
                attempt, due_at=drain.now(), failure=failure, heals=event.heals + 1, look_first=look_first
            )
        follows = after_failure(failure, retries=event.retries, at=drain.now(), policy=drain.policy)
        look_first = event.look_first or failure.kind is FailureKind.TRANSIENT
        if follows.due_at is None:
            return Outcome.failed(attempt, failure, look_first=look_first)
        return Outcome.queued(
            attempt, due_at=follows.due_at, failure=failure, retries=follows.retries, look_first=look_first
        )


def read_items(answered: Answered, answers: Sequence[object]) -> None:
    """Record what each item of the answer means for its event, all in one transaction."""
    drain, submission = answered.drain, answered.submission
    # By bId: Intuit does not promise to answer in the order of the request.
    by_id = {str(answer.get("bId")): answer for answer in answers if isinstance(answer, Mapping)}
    events = events_of(submission) if answered.sent is None else answered.sent
    links, outcomes = list[Link](), dict[int, Outcome]()
    items = [SentItem.from_json(stored) for stored in submission.items]
    writes = submission.writes
    with transaction.atomic():
        # First in the transaction: whoever was overtaken must not write one row, and the lease's lock keeps it so.
        drain.lease.assert_held()
        answered.settle()
        for index, item in enumerate(items):
            event = events.get(item.event_id)
            if event is not None:
                written = writes[index].get(item.entity) or {}
                outcomes[index] = _item(answered, index, item, event, by_id.get(str(index)) or {}, written, links)
        write_links(links)
        forget_acceptance(drain.connection, [item.record_id for item in items if item.total and item.line_ids])
        record(list(outcomes.values()), at=drain.now())
        if drain.has_failed:
            release_dependants(outcomes.values(), at=drain.now())
        want_lists(drain, submission, _to_be_looked_at(outcomes))
    _follow_up(drain, outcomes)


def read_items_apart(answered: Answered, answers: Sequence[object]) -> None:
    """As `read_items`, for an answer that could not be read as a whole: each item in its own transaction.

    An item that causes an error stops only its own event.
    """
    drain, submission, outcomes = answered.drain, answered.submission, dict[int, Outcome]()
    by_id = {str(answer.get("bId")): answer for answer in answers if isinstance(answer, Mapping)}
    for event in SyncEvent.objects.in_flight().filter(submission=submission):
        place = next((at for at, stored in enumerate(submission.items) if stored.get("event_id") == event.pk), None)
        with isolated("Reading an answer", event=event.pk, submission=submission.pk) as caught, transaction.atomic():
            if place is None:
                raise LookupError("the event has no place in what was sent")
            outcomes[place] = _record_alone(answered, place, event, by_id.get(str(place)) or {})
        if caught.mistake:
            outcomes.pop(place if place is not None else -1, None)
            stop_for_mistake(drain, [event], caught.mistake)
    with transaction.atomic():
        drain.lease.assert_held()
        answered.settle()
        want_lists(drain, submission, _to_be_looked_at(outcomes))
    _follow_up(drain, outcomes)


def _to_be_looked_at(outcomes: Mapping[int, Outcome]) -> list[tuple[int, Failure]]:
    """The refusals that are worth another look, by position."""
    refused = [(index, one.failure) for index, one in outcomes.items() if one.failure and one.state == State.QUEUED]
    return [(index, failure) for index, failure in refused if failure.code in RELOOK_CODES]


def _follow_up(drain: Drain, outcomes: Mapping[int, Outcome]) -> None:
    """Pause or wait if an item asked for it: a batch may be answered with 200 and still report an expired subscription
    or throttling.
    """
    drain.count(sum(outcome.state != State.QUEUED for outcome in outcomes.values()))
    drain.synced += sum(outcome.state == State.SYNCED for outcome in outcomes.values())
    for outcome in outcomes.values():
        failure = outcome.failure
        if failure is None:
            continue
        if failure.kind is FailureKind.PAUSE and outcome.state == State.QUEUED and drain.connection.is_live:
            pause_connection(drain, failure)
            drain.stopped = True
        elif failure.code == "rate_limited":
            drain.turn.leave_alone(wait_seconds(failure, drain.policy))
            drain.stopped = True


def _record_alone(answered: Answered, place: int, event: SyncEvent, answer: JsonMapping) -> Outcome:
    answered.drain.lease.assert_held()
    links = list[Link]()
    item = SentItem.from_json(answered.submission.items[place])
    written = answered.submission.writes[place].get(item.entity) or {}
    outcome = _item(answered, place, item, event, answer, written, links)
    write_links(links)
    if item.total and item.line_ids:
        forget_acceptance(answered.drain.connection, [item.record_id])
    record([outcome], at=answered.drain.now())
    release_dependants([outcome], at=answered.drain.now())
    return outcome


def _item(
    answered: Answered,
    index: int,
    item: SentItem,
    event: SyncEvent,
    answer: JsonMapping,
    written: Row,
    links: list[Link],
) -> Outcome:
    """The outcome of one item of the batch; a link that it makes is added to `links`."""
    row = answer.get(item.entity)
    if not isinstance(row, dict) or not row.get("Id"):
        return _refused(answered, index, item, event, answer)
    connection, at = answered.drain.connection, answered.at
    # What comes back is stored as the link, so an Id that is none must fail here and not in the next update.
    checked_reference(row)
    there = There.of(row) if item.record_type in TRANSACTIONS else None
    differs = difference(item, there) if there else None
    if item.operation == "delete":
        Link.objects.of(connection, item.record_type).filter(record_id=item.record_id).delete()
    else:
        links.append(
            Link(
                connection_id=answered.submission.connection_id,
                realm_id=answered.submission.realm_id,
                record_type=item.record_type,
                record_id=item.record_id,
                created_here=item.operation == "create",
                **link_columns(item, row, there, written, at=at, differs=differs),
            )
        )
    if item.entity == "Item":
        store_entries(connection, "Item", [row], at=at)
    said = remark(item, there, kept=item.kept) if there else item.kept
    return settle_written(item, answered.attempt(index, event), differs, qbo_id=str(row["Id"]), remark=said)


def _refused(answered: Answered, index: int, item: SentItem, event: SyncEvent, answer: Mapping[str, object]) -> Outcome:
    connection = answered.drain.connection
    if answer.get("Fault") is None:
        failure = Failure("answer_unreadable", entries=(FaultEntry(detail="No answer for this item."),))
    else:
        failure = read_item_fault(answer["Fault"], request_entity=item.entity, operation=item.operation)
    # 610 for a void or a delete: somebody was faster, and the books are as this event wants them.
    if item.takes_away and failure.code == "record_deleted_there":
        # What should be voided or deleted is no longer there, so the books agree.
        Link.objects.of(connection, item.record_type).filter(record_id=item.record_id).delete()
        return Outcome.synced(answered.attempt(index, event), message="It was already deleted in QuickBooks.")
    return answered.failed(index, event, explain(failure, connection, item.record_type, item.record_id))


def settle_written(
    item: SentItem, attempt: Attempt, differs: Failure | None, *, qbo_id: str, remark: str = ""
) -> Outcome:
    """Synced, with a remark if there is one, if the books have what was sent; otherwise Failed, with the link kept."""
    if differs is not None:
        # The link is kept: the next send is an update of what is there, never a second invoice.
        return Outcome.failed(attempt, differs, look_first=True)
    message = remark
    if item.former_id:
        message = f"Recreated in QuickBooks as Id {qbo_id}; the deleted {item.entity.lower()} was Id {item.former_id}."
    return Outcome.synced(attempt, message=message)

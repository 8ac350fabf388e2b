"""What QuickBooks answered to a submission, turned into outcomes event by event."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from django.db import transaction

from qbo.client import Reply
from qbo.company_lists import store_entries
from qbo.explain import explain
from qbo.failures import Failure, FailureKind, FaultEntry
from qbo.faults import read_fault, read_item_fault
from qbo.models import Link
from sync.engine.context import Drain, Stop
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import EntityType
from sync.pausing import TokenUnavailable, pause_connection, renew_token
from sync.recording import Outcome, link_of, record, release_dependants, requeue, write_links
from sync.relook import RELOOK_CODES, look_again
from sync.retry_policy import HEALS, after_failure, wait_seconds
from sync.sent_items import SentItem, There, difference

# A token refused right after it was renewed is refused for another reason.
RENEWALS = 2


def read_reply(drain: Drain, submission: Submission, reply: Reply, *, renewals: int = 0) -> bool:
    """Write down what `reply` means for every event of `submission`; True: send it again, with a fresh token.

    `renewals`: how often that has been said of it already.
    """
    answers = reply.json.get("BatchItemResponse") if reply.status == 200 else None
    if isinstance(answers, list) and (answers or not submission.items):
        _read_items(drain, submission, reply, answers)
        return False
    failure = read_fault(reply.answer, operation="batch") or Failure("answer_unreadable", http_status=reply.status)
    if failure.code == "token_expired" and renewals < RENEWALS:
        try:
            if renew_token(drain, refused=getattr(submission, "sent_with", drain.connection.access_token)):
                return True
        except (TokenUnavailable, Stop):
            _wait_for_token(drain, submission, reply)
            return False
    _read_refusal(drain, submission, reply, failure)
    return False


def _wait_for_token(drain: Drain, submission: Submission, reply: Reply) -> None:
    """Refused for its token only, so surely not acted on; the next token is not to be had just now."""
    _give_back(drain, submission, reply, due_in=drain.policy.throttle_pause)
    drain.stopped = True


def _give_back(drain: Drain, submission: Submission, reply: Reply, *, due_in: float = 0) -> None:
    with transaction.atomic():
        drain.lease.assert_held()
        _settle(drain, submission, reply)
        for event in events_of(submission).values():
            requeue(event, due_at=drain.now() + timedelta(seconds=due_in))


# --- the whole batch was answered at once -----------------------------------------------------------------


def _read_refusal(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    if failure.kind is FailureKind.PAUSE:
        _paused(drain, submission, reply, failure)
    elif failure.kind is FailureKind.WAIT:
        _throttled(drain, submission, reply, failure)
    elif failure.kind is FailureKind.TRANSIENT:
        _unknown(drain, submission, reply, failure)
    else:
        _refused(drain, submission, reply, failure)


def _paused(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    """Refused at the door, so surely not acted on: the events wait unharmed while the connection pauses."""
    _give_back(drain, submission, reply)
    if drain.connection.is_live:
        pause_connection(drain.connection, failure, at=drain.now())
    drain.stopped = True


def _throttled(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    """Come back later with the same bytes: that it was not acted on is likely, yet nowhere promised."""
    seconds = wait_seconds(failure, drain.policy)
    with transaction.atomic():
        _hold(drain, submission, reply, failure, due_in=seconds)
        drain.quiet(seconds)
    drain.stopped = True


def _unknown(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    """Nobody knows whether QuickBooks acted: Checking, by the retry schedule."""
    if not reply.left:
        _never_left(drain, submission, reply, failure)
        return
    with transaction.atomic():
        _hold(drain, submission, reply, failure, due_in=None)
    drain.stopped = drain.stopped or reply.status is None


def _never_left(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    with transaction.atomic():
        drain.lease.assert_held()
        _settle(drain, submission, reply)
        outcomes = [
            _after_failure(drain, event, failure, _attempt(submission, index, event, reply, failure, drain))
            for index, event in _placed(submission)
        ]
        record(outcomes, at=drain.now())
    drain.stopped = True


def _hold(drain: Drain, submission: Submission, reply: Reply, failure: Failure, *, due_in: float | None) -> None:
    """Leave the submission unsettled; its events wait in Checking, or give up by the schedule."""
    drain.lease.assert_held()
    _note(submission, reply)
    outcomes = []
    for index, event in _placed(submission):
        follows = after_failure(failure, retries=event.retries, at=drain.now(), policy=drain.policy)
        due_at = drain.now() + timedelta(seconds=due_in) if due_in is not None else follows.due_at
        attempt = _attempt(submission, index, event, reply, failure, drain)
        attempt.outcome = State.CHECKING if due_at else State.FAILED
        outcomes.append(
            Outcome(
                event,
                State(attempt.outcome),
                attempt,
                failure=failure,
                due_at=due_at,
                retries=follows.retries,
                heals=event.heals,
                look_first=True,
            )
        )
    record(outcomes, at=drain.now())
    if all(outcome.state == State.FAILED for outcome in outcomes):
        _settle(drain, submission, reply)


def _refused(drain: Drain, submission: Submission, reply: Reply, failure: Failure) -> None:
    with transaction.atomic():
        drain.lease.assert_held()
        _settle(drain, submission, reply)
        record(
            [
                _after_failure(drain, event, failure, _attempt(submission, index, event, reply, failure, drain))
                for index, event in _placed(submission)
            ],
            at=drain.now(),
        )
    drain.count(len(submission.items))


# --- item by item -----------------------------------------------------------------------------------------


def _read_items(drain: Drain, submission: Submission, reply: Reply, answers: Sequence[Any]) -> None:
    by_id = {str(answer.get("bId")): answer for answer in answers if isinstance(answer, Mapping)}
    events = events_of(submission)
    again: list[tuple[int, Failure]] = []
    with transaction.atomic():
        drain.lease.assert_held()
        _settle(drain, submission, reply)
        outcomes = []
        links: list[Link] = []
        for index, stored in enumerate(submission.items):
            item = SentItem.from_json(stored)
            event = events.get(item.event_id)
            if event is None:
                continue
            outcome = _item(drain, submission, index, item, event, by_id.get(str(index)), reply, links)
            outcomes.append(outcome)
            if outcome.failure and outcome.state == State.QUEUED and outcome.failure.code in RELOOK_CODES:
                again.append((index, outcome.failure))
        write_links(links)
        record(outcomes, at=drain.now())
        synced = [outcome.event for outcome in outcomes if outcome.state == State.SYNCED]
        release_dependants([event for event in synced if event.rank < 3], at=drain.now())
    drain.count(sum(outcome.state != State.QUEUED for outcome in outcomes))
    _pause_or_wait(drain, outcomes)
    if again:
        look_again(drain, submission, again)


def _item(
    drain: Drain,
    submission: Submission,
    index: int,
    item: SentItem,
    event: SyncEvent,
    answer: Mapping[str, Any] | None,
    reply: Reply,
    links: list[Link],
) -> Outcome:
    row = (answer or {}).get(item.entity)
    if isinstance(row, dict) and row.get("Id"):
        return _written(drain, submission, index, item, event, row, reply, links)
    fault = (answer or {}).get("Fault")
    failure = (
        read_item_fault(fault, request_entity=item.entity, operation=item.operation)
        if fault is not None
        else Failure("answer_unreadable", entries=(FaultEntry(detail="No answer for this item."),))
    )
    if item.takes_away and failure.code == "record_deleted_there":
        return _gone_already(drain, item, event, _attempt(submission, index, event, reply, None, drain))
    failure = explain(failure, drain.connection, item.record_type, item.record_id)
    return _after_failure(drain, event, failure, _attempt(submission, index, event, reply, failure, drain))


def _gone_already(drain: Drain, item: SentItem, event: SyncEvent, attempt: Attempt) -> Outcome:
    """What was to be voided or deleted is not there any more: the books agree."""
    Link.objects.of(drain.connection, item.record_type).filter(record_id=item.record_id).delete()
    attempt.outcome, attempt.message = State.SYNCED, "It was deleted in QuickBooks already."
    return Outcome(event, State.SYNCED, attempt, message=attempt.message)


def _written(
    drain: Drain,
    submission: Submission,
    index: int,
    item: SentItem,
    event: SyncEvent,
    row: dict[str, Any],
    reply: Reply,
    links: list[Link],
) -> Outcome:
    differs = difference(item, There.of(row)) if item.record_type == EntityType.INVOICE else None
    if item.operation == "delete":
        Link.objects.of(drain.connection, item.record_type).filter(record_id=item.record_id).delete()
    else:
        links.append(link_of(submission, owing(item, differs), row, at=drain.now()))
    if item.entity == "Item":
        store_entries(drain.connection, "Item", [row], at=drain.now())
    attempt = _attempt(submission, index, event, reply, None, drain)
    return settle_written(item, event, attempt, differs, qbo_id=str(row["Id"]))


def owing(item: SentItem, differs: Failure | None) -> SentItem:
    """What a link remembers as sent: nothing, where the books differ, so that an update stays owed."""
    return replace(item, digest="") if differs else item


def settle_written(
    item: SentItem, event: SyncEvent, attempt: Attempt, differs: Failure | None, *, qbo_id: str
) -> Outcome:
    """Synced where the books hold what was sent; else Failed, with the link kept."""
    if differs is not None:
        attempt.outcome, attempt.failure_code = State.FAILED, differs.code
        attempt.message = differs.message[:500]
        return Outcome(event, State.FAILED, attempt, failure=differs, look_first=True)
    message = ""
    if item.former_id:
        message = f"Recreated in QuickBooks as Id {qbo_id}; the deleted {item.entity.lower()} was Id {item.former_id}."
    attempt.outcome, attempt.message = State.SYNCED, message
    return Outcome(event, State.SYNCED, attempt, message=message)


def _after_failure(drain: Drain, event: SyncEvent, failure: Failure, attempt: Attempt) -> Outcome:
    """Retry by itself, look again, wait or stop: as the failure's kind says."""
    if failure.code in RELOOK_CODES and event.heals < HEALS:
        attempt.outcome = State.QUEUED
        return Outcome(event, State.QUEUED, attempt, failure=failure, due_at=drain.now(), heals=event.heals + 1)
    follows = after_failure(failure, retries=event.retries, at=drain.now(), policy=drain.policy)
    attempt.outcome = State.QUEUED if follows.due_at else State.FAILED
    return Outcome(
        event,
        State(attempt.outcome),
        attempt,
        failure=failure,
        due_at=follows.due_at,
        retries=follows.retries,
        heals=event.heals,
        look_first=event.look_first or failure.kind is FailureKind.TRANSIENT,
    )


def _pause_or_wait(drain: Drain, outcomes: Sequence[Outcome]) -> None:
    """A batch may be answered with 200 and still tell of a lapsed subscription or of throttling."""
    for outcome in outcomes:
        kind = outcome.failure.kind if outcome.failure and outcome.state == State.QUEUED else None
        if kind is FailureKind.PAUSE and drain.connection.is_live and outcome.failure:
            pause_connection(drain.connection, outcome.failure, at=drain.now())
            drain.stopped = True
        elif outcome.failure and outcome.failure.code == "rate_limited":
            drain.quiet(wait_seconds(outcome.failure, drain.policy))
            drain.stopped = True


# --- the submission itself --------------------------------------------------------------------------------


def events_of(submission: Submission) -> dict[int, SyncEvent]:
    """The events that still hang on this submission, by id."""
    wanted = [stored["event_id"] for stored in submission.items]
    rows = SyncEvent.objects.in_flight().filter(pk__in=wanted, submission=submission)
    return {event.pk: event for event in rows}


def _placed(submission: Submission) -> list[tuple[int, SyncEvent]]:
    """The events that still hang on this submission, each with its place in the batch."""
    events = events_of(submission)
    places = enumerate(submission.items)
    return [(index, events[item["event_id"]]) for index, item in places if item["event_id"] in events]


def _settle(drain: Drain, submission: Submission, reply: Reply) -> None:
    submission.settled_at = drain.now()
    _note(submission, reply)


def _note(submission: Submission, reply: Reply) -> None:
    submission.http_status = reply.status
    submission.intuit_tid = reply.intuit_tid[:100]
    submission.duration_ms = reply.duration_ms
    submission.answer = reply.body
    submission.save(update_fields=["settled_at", "http_status", "intuit_tid", "duration_ms", "answer"])


def _attempt(
    submission: Submission, index: int, event: SyncEvent, reply: Reply, failure: Failure | None, drain: Drain
) -> Attempt:
    return Attempt(
        event=event,
        submission=submission,
        position=index,
        kind=Attempt.Kind.SENT,
        at=drain.now(),
        duration_ms=reply.duration_ms,
        outcome=State.SYNCED,
        retry_number=event.retries,
        failure_code=failure.code if failure else "",
        message=failure.message[:500] if failure else "",
        http_status=reply.status,
        intuit_tid=reply.intuit_tid[:100],
        entries=[vars(entry) for entry in failure.entries] if failure else [],
    )


def sent_payload(submission: Submission, index: int) -> dict[str, Any]:
    """The item as it went out."""
    item: dict[str, Any] = json.loads(submission.body)["BatchItemRequest"][index]
    return item

"""What QuickBooks answered to a submission, turned into outcomes event by event."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db import transaction

from qbo.connection.client import Reply, decode
from qbo.failures import Failure, FailureKind, FaultEntry
from qbo.faults import is_refusal, read_fault, read_item_fault
from qbo.lists.checking import checked_reference
from qbo.lists.mirrors import store_entries
from qbo.mapping.base import Row
from qbo.mapping.comparing import There
from qbo.mapping.explaining import explain
from qbo.models import Link
from runacall.isolation import isolated
from sync.engine.context import Drain, Stop
from sync.engine.mistakes import stop_for_mistake
from sync.engine.outcomes import Outcome
from sync.engine.pausing import TokenUnavailable, pause_connection, renew_token
from sync.engine.recording import forget_acceptance, link_of, record, release_dependants, write_links
from sync.engine.send.answered import Answered, events_of
from sync.engine.send.refusals import give_back, read_refusal
from sync.engine.send.relook import RELOOK_CODES, look_again
from sync.engine.send.sent_items import SentItem, difference, remark
from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.events import RANKS, EntityType
from sync.retry_policy import wait_seconds

HTTP_OK, SERVER_ERROR = 200, 500
# A token refused right after it was renewed is refused for another reason.
RENEWALS = 2


def read_reply(drain: Drain, submission: Submission, reply: Reply, *, renewals: int = 0) -> bool:
    """Write down what `reply` means for every event of `submission`; True: send it again, with a fresh token.

    `renewals`: how often that has been said of it already.
    """
    answered = Answered(drain, submission, reply)
    answers = reply.json.get("BatchItemResponse") if reply.status == HTTP_OK else None
    if isinstance(answers, list) and (answers or not submission.items):
        _read_items(answered, answers)
        return False
    failure = _read_whole(reply)
    if failure.code == "token_expired" and renewals < RENEWALS:
        return _renew(answered, failure)
    read_refusal(answered, failure)
    return False


def _read_whole(reply: Reply) -> Failure:
    """What went wrong with the whole call; where that is open, its words are kept and decide nothing."""
    failure = read_fault(reply.answer, operation="batch") or Failure("answer_unreadable", http_status=reply.status)
    if failure.kind in (FailureKind.TRANSIENT, FailureKind.WAIT) or is_refusal(reply.answer):
        return failure
    code = "server_error" if (reply.status or 0) >= SERVER_ERROR else "answer_unreadable"
    return Failure(code, entries=failure.entries, http_status=reply.status)


def _renew(answered: Answered, failure: Failure) -> bool:
    """True with a fresh token; else the events wait for one, or with the paused connection."""
    drain = answered.drain
    try:
        if renew_token(drain, refused=getattr(answered.submission, "sent_with", drain.connection.access_token)):
            return True
    except (TokenUnavailable, Stop):
        give_back(answered, due_in=drain.policy.throttle_pause)
        return False
    read_refusal(answered, failure)
    return False


def _read_items(answered: Answered, answers: Sequence[Any]) -> None:
    drain, submission = answered.drain, answered.submission
    by_id = {str(answer.get("bId")): answer for answer in answers if isinstance(answer, Mapping)}
    events, links, outcomes = events_of(submission), list[Link](), dict[int, Outcome]()
    items = [SentItem.from_json(stored) for stored in submission.items]
    writes = decode(submission.body)["BatchItemRequest"]
    with transaction.atomic():
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
        release_dependants(_foundations(outcomes.values()), at=drain.now())
    drain.count(sum(outcome.state != State.QUEUED for outcome in outcomes.values()))
    _pause_or_wait(drain, list(outcomes.values()))
    again = _to_look_at(outcomes)
    if again:
        look_again(drain, submission, again)


def read_items_apart(drain: Drain, submission: Submission, reply: Reply) -> bool:
    """As `read_reply`, of an answer that could not be read as a whole: each item in a transaction of its own.

    An item over which we stumble stops its event, and no other. False where the answer has no items.
    """
    answers = reply.json.get("BatchItemResponse") if reply.status == HTTP_OK else None
    if not isinstance(answers, list):
        return False
    answered, outcomes = Answered(drain, submission, reply), dict[int, Outcome]()
    by_id = {str(answer.get("bId")): answer for answer in answers if isinstance(answer, Mapping)}
    for event in SyncEvent.objects.in_flight().filter(submission=submission):
        place = next((at for at, stored in enumerate(submission.items) if stored.get("event_id") == event.pk), None)
        with isolated("Reading an answer", event=event.pk, submission=submission.pk) as slip, transaction.atomic():
            if place is None:
                raise LookupError("the event has no place in what was sent")
            outcomes[place] = _record_alone(answered, place, event, by_id.get(str(place)) or {})
        if slip.mistake:
            outcomes.pop(place if place is not None else -1, None)
            stop_for_mistake(drain, [event], slip.mistake)
    with transaction.atomic():
        drain.lease.assert_held()
        answered.settle()
    drain.count(sum(outcome.state != State.QUEUED for outcome in outcomes.values()))
    _pause_or_wait(drain, list(outcomes.values()))
    with isolated("Looking again", submission=submission.pk, connection=drain.connection.pk):
        again = _to_look_at(outcomes)
        if again:
            look_again(drain, submission, again)
    return True


def _record_alone(answered: Answered, place: int, event: SyncEvent, answer: Mapping[str, Any]) -> Outcome:
    answered.drain.lease.assert_held()
    links = list[Link]()
    item = SentItem.from_json(answered.submission.items[place])
    written = decode(answered.submission.body)["BatchItemRequest"][place].get(item.entity) or {}
    outcome = _item(answered, place, item, event, answer, written, links)
    write_links(links)
    if item.total and item.line_ids:
        forget_acceptance(answered.drain.connection, [item.record_id])
    record([outcome], at=answered.drain.now())
    release_dependants(_foundations([outcome]), at=answered.drain.now())
    return outcome


def _foundations(outcomes: Iterable[Outcome]) -> list[SyncEvent]:
    """Customers and items that are there now."""
    synced = [outcome.event for outcome in outcomes if outcome.state == State.SYNCED]
    return [event for event in synced if event.rank < RANKS[EntityType.INVOICE]]


def _to_look_at(outcomes: Mapping[int, Outcome]) -> list[tuple[int, Failure]]:
    return [
        (index, outcome.failure)
        for index, outcome in outcomes.items()
        if outcome.failure and outcome.state == State.QUEUED and outcome.failure.code in RELOOK_CODES
    ]


def _item(
    answered: Answered,
    index: int,
    item: SentItem,
    event: SyncEvent,
    answer: Mapping[str, Any],
    written: Row,
    links: list[Link],
) -> Outcome:
    """What one item of the batch came to; a link that it makes is added to `links`."""
    row = answer.get(item.entity)
    if isinstance(row, dict) and row.get("Id"):
        return _written(answered, index, item, event, row, written, links)
    failure = _item_failure(item, answer)
    if item.takes_away and failure.code == "record_deleted_there":
        return _gone_already(answered, index, item, event)
    return answered.failed(index, event, explain(failure, answered.drain.connection, item.record_type, item.record_id))


def _item_failure(item: SentItem, answer: Mapping[str, Any]) -> Failure:
    if answer.get("Fault") is None:
        return Failure("answer_unreadable", entries=(FaultEntry(detail="No answer for this item."),))
    return read_item_fault(answer["Fault"], request_entity=item.entity, operation=item.operation)


def _gone_already(answered: Answered, index: int, item: SentItem, event: SyncEvent) -> Outcome:
    """What was to be voided or deleted is not there any more: the books agree."""
    _forget_link(answered, item)
    return Outcome.synced(answered.attempt(index, event), message="It had already been deleted in QuickBooks.")


def _forget_link(answered: Answered, item: SentItem) -> None:
    Link.objects.of(answered.drain.connection, item.record_type).filter(record_id=item.record_id).delete()


def _written(
    answered: Answered,
    index: int,
    item: SentItem,
    event: SyncEvent,
    row: dict[str, Any],
    written: Row,
    links: list[Link],
) -> Outcome:
    drain = answered.drain
    checked_reference(row)
    differs = difference(item, There.of(row)) if item.record_type == EntityType.INVOICE else None
    said = remark(item, There.of(row)) if item.record_type == EntityType.INVOICE else ""
    if item.operation == "delete":
        _forget_link(answered, item)
    else:
        links.append(link_of(answered.submission, item, row, written, at=drain.now(), differs=differs))
    if item.entity == "Item":
        store_entries(drain.connection, "Item", [row], at=drain.now())
    return settle_written(item, answered.attempt(index, event), differs, qbo_id=str(row["Id"]), remark=said)


def settle_written(
    item: SentItem, attempt: Attempt, differs: Failure | None, *, qbo_id: str, remark: str = ""
) -> Outcome:
    """Synced, with a remark if there is one, where the books hold what was sent; else Failed, with the link kept."""
    if differs is not None:
        return Outcome.failed(attempt, differs, look_first=True)
    message = remark
    if item.former_id:
        message = f"Recreated in QuickBooks as Id {qbo_id}; the deleted {item.entity.lower()} was Id {item.former_id}."
    return Outcome.synced(attempt, message=message)


def _pause_or_wait(drain: Drain, outcomes: Sequence[Outcome]) -> None:
    """A batch may be answered with 200 and still tell of a lapsed subscription or of throttling."""
    for outcome in outcomes:
        kind = outcome.failure.kind if outcome.failure and outcome.state == State.QUEUED else None
        if kind is FailureKind.PAUSE and drain.connection.is_live and outcome.failure:
            pause_connection(drain, outcome.failure)
            drain.stopped = True
        elif outcome.failure and outcome.failure.code == "rate_limited":
            drain.turn.leave_alone(wait_seconds(outcome.failure, drain.policy))
            drain.stopped = True

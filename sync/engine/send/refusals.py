"""A batch that was answered as a whole: token refused, paused, throttled, refused, or unknown."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from qbo.connection.client import Reply
from qbo.failures import Failure, FailureKind
from qbo.faults import is_refusal, read_fault
from sync.engine.context import Stop
from sync.engine.outcomes import Outcome, record, requeue
from sync.engine.pausing import TokenUnavailable, pause_connection, renew_token
from sync.engine.send.answers import Answered, events_of
from sync.models import State, SyncEvent
from sync.retry_policy import after_failure, wait_seconds

SERVER_ERROR = 500

# A token that is refused right after renewal is refused for a different reason.
RENEWALS = 2


def read_refusal(answered: Answered, *, renewals: int = 0) -> bool:
    """Record what a refusal of the whole call means for every event in it; True: send it again, with a fresh token.

    `renewals`: how often this has already happened to it.
    """
    failure = _read_whole(answered.reply)
    if failure.code == "token_expired" and renewals < RENEWALS:
        drain = answered.drain
        try:
            if renew_token(drain, refused=answered.reply.token):
                return True
        except (TokenUnavailable, Stop):
            give_back(answered, due_in=drain.policy.throttle_pause)
            return False
    readers = {
        FailureKind.PAUSE: _paused,
        FailureKind.WAIT: _throttled,
        FailureKind.TRANSIENT: _unknown if answered.reply.left else _never_left,
    }
    readers.get(failure.kind, _refused)(answered, failure)
    return False


def _read_whole(reply: Reply) -> Failure:
    """What went wrong with the whole call; if that is unclear, its words are stored but decide nothing."""
    failure = read_fault(reply.answer, operation="batch") or Failure("answer_unreadable", http_status=reply.status)
    if failure.kind in (FailureKind.TRANSIENT, FailureKind.WAIT) or is_refusal(reply.answer):
        return failure
    code = "server_error" if (reply.status or 0) >= SERVER_ERROR else "answer_unreadable"
    return Failure(code, entries=failure.entries, http_status=reply.status)


def give_back(answered: Answered, *, due_in: float = 0) -> None:
    """Refused before it was processed, so certainly not acted on: the events wait unchanged."""
    drain = answered.drain
    with transaction.atomic():
        drain.lease.assert_held()
        answered.settle()
        for event in events_of(answered.submission).values():
            requeue(event, due_at=drain.now() + timedelta(seconds=due_in))
    drain.stopped = True


def _paused(answered: Answered, failure: Failure) -> None:
    give_back(answered)
    if answered.drain.connection.is_live:
        pause_connection(answered.drain, failure)


def _throttled(answered: Answered, failure: Failure) -> None:
    """Try later with the same bytes: it was probably not acted on, but Intuit does not promise that."""
    drain = answered.drain
    seconds = wait_seconds(failure, drain.policy)
    with transaction.atomic():
        _hold(answered, failure, due_in=seconds)
        drain.turn.leave_alone(seconds)
    drain.stopped = True


def _unknown(answered: Answered, failure: Failure) -> None:
    """It is not known whether QuickBooks acted: Checking, by the retry schedule."""
    with transaction.atomic():
        _hold(answered, failure, due_in=None)
    answered.drain.stopped = answered.drain.stopped or answered.reply.status is None


def _never_left(answered: Answered, failure: Failure) -> None:
    _refused(answered, failure)
    answered.drain.stopped = True


def _refused(answered: Answered, failure: Failure) -> None:
    drain = answered.drain
    with transaction.atomic():
        drain.lease.assert_held()
        answered.settle()
        outcomes = [answered.failed(index, event, failure) for index, event in answered.placed()]
        record(outcomes, at=drain.now())
    drain.count(sum(outcome.state == State.FAILED for outcome in outcomes))


def _hold(answered: Answered, failure: Failure, *, due_in: float | None) -> None:
    """Leave the submission unsettled; its events wait in Checking, or fail by the schedule."""
    drain = answered.drain
    drain.lease.assert_held()
    answered.note()
    outcomes = [_held(answered, index, event, failure, due_in) for index, event in answered.placed()]
    record(outcomes, at=drain.now())
    if all(outcome.state == State.FAILED for outcome in outcomes):
        answered.settle()


def _held(answered: Answered, index: int, event: SyncEvent, failure: Failure, due_in: float | None) -> Outcome:
    drain = answered.drain
    follows = after_failure(failure, retries=event.retries, at=drain.now(), policy=drain.policy)
    due_at = drain.now() + timedelta(seconds=due_in) if due_in is not None else follows.due_at
    attempt = answered.attempt(index, event)
    if due_at is None:
        return Outcome.failed(attempt, failure, look_first=True)
    return Outcome.checking(attempt, failure, due_at=due_at, retries=follows.retries)

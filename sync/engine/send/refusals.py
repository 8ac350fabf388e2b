"""A batch that was answered as a whole: paused, throttled, refused, or nobody knows."""

from __future__ import annotations

from datetime import timedelta

from django.db import transaction

from qbo.failures import Failure, FailureKind
from sync.engine.outcomes import Outcome
from sync.engine.pausing import pause_connection
from sync.engine.recording import record, requeue
from sync.engine.send.answered import Answered, events_of
from sync.models import State, SyncEvent
from sync.retry_policy import after_failure, wait_seconds


def read_refusal(answered: Answered, failure: Failure) -> None:
    """Write down what `failure` of the whole call means for every event in it."""
    readers = {
        FailureKind.PAUSE: _paused,
        FailureKind.WAIT: _throttled,
        FailureKind.TRANSIENT: _unknown if answered.reply.left else _never_left,
    }
    readers.get(failure.kind, _refused)(answered, failure)


def give_back(answered: Answered, *, due_in: float = 0) -> None:
    """Refused at the door, so surely not acted on: the events wait unharmed."""
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
    """Come back later with the same bytes: that it was not acted on is likely, yet nowhere promised."""
    drain = answered.drain
    seconds = wait_seconds(failure, drain.policy)
    with transaction.atomic():
        _hold(answered, failure, due_in=seconds)
        drain.turn.leave_alone(seconds)
    drain.stopped = True


def _unknown(answered: Answered, failure: Failure) -> None:
    """Nobody knows whether QuickBooks acted: Checking, by the retry schedule."""
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
    """Leave the submission unsettled; its events wait in Checking, or give up by the schedule."""
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

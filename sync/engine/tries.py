"""A read, or a token, that could not be had: the try of everything that waited for it."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from qbo.connection.client import Reply
from qbo.failures import Failure
from sync.engine.context import Drain
from sync.engine.recording import Outcome, record
from sync.models import Attempt, State, SyncEvent
from sync.retry_policy import after_failure


def count_as_try(work: Drain, events: Sequence[SyncEvent], reply: Reply, failure: Failure) -> None:
    """Write `failure` down as the try of `events`, by the retry schedule."""
    outcomes = []
    for event in events:
        follows = after_failure(failure, retries=event.retries, at=work.now(), policy=work.policy)
        waiting = State.CHECKING if event.state == State.CHECKING else State.QUEUED
        state = waiting if follows.due_at else State.FAILED
        attempt = Attempt(
            event=event,
            kind=Attempt.Kind.READ,
            at=work.now(),
            duration_ms=reply.duration_ms,
            outcome=state,
            retry_number=event.retries,
            failure_code=failure.code,
            message=failure.message[:500],
            http_status=reply.status,
            intuit_tid=reply.intuit_tid[:100],
            entries=[vars(entry) for entry in failure.entries],
            answer=reply.body[:20_000],
        )
        outcomes.append(
            Outcome(
                event,
                state,
                attempt,
                failure=failure,
                due_at=follows.due_at,
                retries=follows.retries,
                heals=event.heals,
                look_first=event.look_first or event.state == State.CHECKING,
            )
        )
    with transaction.atomic():
        work.lease.assert_held()
        record(outcomes, at=work.now())
    work.count(sum(outcome.state == State.FAILED for outcome in outcomes))

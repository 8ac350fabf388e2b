"""Tries that failed before anything was sent: a read or a token that could not be had, or a mistake of ours."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from qbo.connection.client import Reply
from qbo.failures import Failure
from qbo.models.leases import LeaseLost
from runacall.isolation import DATABASE_AWAY
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome, record
from sync.models import Attempt, State, SyncEvent
from sync.retry_policy import after_failure


def count_as_try(work: Drain, events: Sequence[SyncEvent], reply: Reply, failure: Failure) -> None:
    """Record `failure` as the try of `events`, by the retry schedule."""
    outcomes = [_try_of(work, event, reply, failure) for event in events]
    with transaction.atomic():
        work.lease.assert_held()
        record(outcomes, at=work.now())
    work.count(sum(outcome.state == State.FAILED for outcome in outcomes))


def _try_of(work: Drain, event: SyncEvent, reply: Reply, failure: Failure) -> Outcome:
    follows = after_failure(failure, retries=event.retries, at=work.now(), policy=work.policy)
    attempt = work.attempt(
        event,
        Attempt.Kind.READ,
        duration_ms=reply.duration_ms,
        http_status=reply.status,
        intuit_tid=reply.intuit_tid[:100],
        answer=reply.body[:20_000],
    )
    # A failed read changes nothing about whether an earlier send arrived.
    in_doubt = event.state == State.CHECKING
    if follows.due_at is None:
        return Outcome.failed(attempt, failure, look_first=event.look_first or in_doubt)
    if in_doubt:
        return Outcome.checking(attempt, failure, due_at=follows.due_at, retries=follows.retries)
    return Outcome.queued(attempt, due_at=follows.due_at, failure=failure, retries=follows.retries)


# These are not caused by one event. The next drain takes over what was being sent.
NOBODYS_MISTAKE = (LeaseLost, *DATABASE_AWAY)


def stop_for_mistake(drain: Drain, events: Sequence[SyncEvent], mistake: Exception) -> None:
    """Fail, for our support to look at; QuickBooks is checked before these are ever sent again."""
    failure = Failure("internal_error", facts={"error": f"{type(mistake).__name__}: {mistake}"[:300]})
    outcomes = [
        Outcome.failed(drain.attempt(event, Attempt.Kind.SETTLED_HERE), failure, look_first=True) for event in events
    ]
    with transaction.atomic():
        drain.lease.assert_held()
        record(outcomes, at=drain.now())
    drain.count(len(outcomes))

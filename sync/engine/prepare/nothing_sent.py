"""Outcomes of tries that sent nothing: settled here, linked, adopted after a look, or waiting for another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from qbo.connection.client import encode
from qbo.failures import Failure
from qbo.mapping.payloads import Write
from sync.engine.context import Drain
from sync.engine.recording import Outcome
from sync.models import Attempt, State, SyncEvent


def _attempt(drain: Drain, event: SyncEvent, kind: str, outcome: State, **more: Any) -> Attempt:
    return Attempt(event=event, kind=kind, at=drain.now(), outcome=outcome, retry_number=event.retries, **more)


def refused_here(drain: Drain, event: SyncEvent, failure: Failure, write: Write | None) -> Outcome:
    """Preflight knows that it cannot succeed: Failed, with the payload that would have gone."""
    attempt = _attempt(
        drain,
        event,
        Attempt.Kind.SETTLED_HERE,
        State.FAILED,
        failure_code=failure.code,
        message=failure.message[:500],
        request=encode(write.batch_item(0)) if write else "",
    )
    return Outcome(event, State.FAILED, attempt, failure=failure, look_first=event.look_first)


def nothing_to_send(drain: Drain, event: SyncEvent, message: str, *, state: State = State.SYNCED) -> Outcome:
    attempt = _attempt(drain, event, Attempt.Kind.SETTLED_HERE, state, message=message)
    return Outcome(event, state, attempt, message=message)


def linked(drain: Drain, event: SyncEvent, row: Mapping[str, Any], *, message: str) -> Outcome:
    attempt = _attempt(drain, event, Attempt.Kind.LINKED, State.SYNCED, message=message, answer=encode(dict(row)))
    return Outcome(event, State.SYNCED, attempt, message=message)


def looked(drain: Drain, event: SyncEvent, row: Mapping[str, Any]) -> Attempt:
    """An attempt that found the record in QuickBooks; its outcome is still to be set."""
    return _attempt(drain, event, Attempt.Kind.LOOKED, State.SYNCED, answer=encode(dict(row)))


def not_there_yet(drain: Drain, event: SyncEvent, *, due_at: datetime) -> Outcome:
    """Looked for in vain while an earlier send may still arrive: looked for again when none can any more."""
    message = "Not in QuickBooks so far; it is looked for once more, since an earlier send may still arrive."
    attempt = _attempt(drain, event, Attempt.Kind.LOOKED, State.QUEUED, message=message)
    return Outcome(
        event,
        State.QUEUED,
        attempt,
        due_at=due_at,
        retries=event.retries,
        heals=event.heals,
        look_first=True,
        message=message,
    )


def waiting(drain: Drain, event: SyncEvent, *, due_at: datetime, failure: Failure) -> Outcome:
    """Waits for another record; uses up no retry."""
    attempt = _attempt(
        drain,
        event,
        Attempt.Kind.SETTLED_HERE,
        State.QUEUED,
        failure_code=failure.code,
        message=failure.message[:500],
    )
    return Outcome(
        event,
        State.QUEUED,
        attempt,
        failure=failure,
        due_at=due_at,
        retries=event.retries,
        heals=event.heals,
        look_first=event.look_first,
    )

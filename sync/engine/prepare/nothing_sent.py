"""Outcomes of tries that sent nothing: decided here, linked, found by a look, or waiting for another record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from qbo.connection.client import encode
from qbo.failures import Failure
from qbo.json_objects import JsonMapping
from qbo.mapping.payloads import Write
from qbo.mapping.plans import Plan, kept_in_words
from sync.engine.context import Drain
from sync.engine.links import adopt_theirs
from sync.engine.outcomes import Outcome
from sync.engine.send.doubts import Sent
from sync.engine.send.push import Ready
from sync.models import Attempt, SyncEvent
from sync.models.events import Direction, Further

Kind = Attempt.Kind


def refused_here(
    drain: Drain,
    event: SyncEvent,
    failure: Failure,
    write: Write | None,
    *,
    further: Sequence[Further] = (),
    **columns: object,
) -> Outcome:
    """Preflight knows that it cannot succeed: Failed, with the payload that would have been sent.

    `further`: the other failures, after `failure`. What was changed there is a row from QuickBooks, as if it had just
    been read, and is over when she changes it back.
    """
    if failure.code == "edited_in_quickbooks":
        columns["direction"] = Direction.IN
    request = encode(write.batch_item(0)) if write else ""
    attempt = drain.attempt(event, Kind.SETTLED_HERE, request=request)
    return Outcome.failed(attempt, failure, look_first=event.look_first, further=further, **columns)


def in_agreement(drain: Drain, event: SyncEvent, *, remark: str = "") -> Outcome:
    """QuickBooks has it as it is here, but for what `remark` says."""
    return Outcome.synced(drain.attempt(event, Kind.SETTLED_HERE), message=remark)


def owed_update(drain: Drain, event: SyncEvent, plan: Plan) -> Ready | Outcome:
    """What a linked customer or item needs: an update, a conflict, or nothing because QuickBooks agrees."""
    if plan.failures:
        first, *rest = plan.failures
        return refused_here(drain, event, first, plan.write, further=[Further(one) for one in rest])
    if plan.write is not None:
        return Ready.to_send(event, plan.write, said=plan.said, kept=plan.kept)
    if plan.adopts:
        adopt_theirs(drain, event.record_type, event.record_id, plan.adopts)
    return in_agreement(drain, event, remark=kept_in_words(plan.kept))


def owed_if_any(drain: Drain, event: SyncEvent, plan: Plan) -> Ready | Outcome | None:
    """The same of a record that was only just linked; None where that is all there is to say."""
    return owed_update(drain, event, plan) if plan.write or plan.failures else None


def nothing_to_send(drain: Drain, event: SyncEvent, message: str) -> Outcome:
    """There is nothing left to send; `message` says why."""
    return Outcome.superseded(drain.attempt(event, Kind.SETTLED_HERE), message=message)


def linked(drain: Drain, event: SyncEvent, row: JsonMapping, *, message: str) -> Outcome:
    """It is the record with that name in QuickBooks."""
    return Outcome.synced(drain.attempt(event, Kind.LINKED, answer=encode(dict(row))), message=message)


def looked(drain: Drain, event: SyncEvent, row: Mapping[str, object]) -> Attempt:
    """An attempt that found the record in QuickBooks."""
    return drain.attempt(event, Kind.LOOKED, answer=encode(dict(row)))


def not_there_yet(drain: Drain, event: SyncEvent, *, due_at: datetime) -> Outcome:
    """Not found while an earlier send may still arrive: we look again when that is no longer possible."""
    message = "Not in QuickBooks yet. An earlier send may still arrive, so Run a Call checks once more."
    return Outcome.queued(drain.attempt(event, Kind.LOOKED), due_at=due_at, message=message, look_first=True)


def waiting(drain: Drain, event: SyncEvent, *, due_at: datetime, failure: Failure, **columns: Any) -> Outcome:
    """Waits for another record; uses up no retry. What that one changes in QuickBooks is a new reason to look again."""
    return Outcome.queued(drain.attempt(event, Kind.SETTLED_HERE), due_at=due_at, failure=failure, heals=0, **columns)


def not_yet(drain: Drain, event: SyncEvent, sent: Iterable[Sent]) -> Outcome | None:
    """Until the last send is over, not finding it proves nothing."""
    over_at = max((one.over_at for one in sent), default=drain.now())
    return not_there_yet(drain, event, due_at=over_at) if over_at > drain.now() else None

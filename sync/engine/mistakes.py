"""Mistakes of our own: the event that met one stops and says so, and the queue goes on."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from qbo.failures import Failure
from qbo.models.leases import LeaseLost
from runacall.isolation import DATABASE_AWAY
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.recording import record
from sync.models import Attempt, SyncEvent

# No event is to blame for these. What was under way is taken over by the next drain.
NOBODYS_MISTAKE = (LeaseLost, *DATABASE_AWAY)


def stop_for_mistake(drain: Drain, events: Sequence[SyncEvent], mistake: Exception) -> None:
    """Failed, for our support to look at; QuickBooks is looked into before these are ever sent again."""
    failure = Failure("internal_error", facts={"mistake": f"{type(mistake).__name__}: {mistake}"[:300]})
    outcomes = [
        Outcome.failed(drain.attempt(event, Attempt.Kind.SETTLED_HERE), failure, look_first=True) for event in events
    ]
    with transaction.atomic():
        drain.lease.assert_held()
        record(outcomes, at=drain.now())
    drain.count(len(outcomes))

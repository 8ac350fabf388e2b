"""When a failed try is repeated automatically, as data; pure.

The help article's schedule: the first try, then three retries, 5, 30 and 60 minutes each after the failure
before. What needs a person is not retried automatically; waiting for QuickBooks or another record uses up no retry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from qbo.connection.limiter import pause_asked_for
from qbo.failures import Failure, FailureKind

# How often Run a Call may fix a cause automatically before a person is asked.
HEALS = 2


@dataclass(frozen=True)
class Policy:
    """`delays`: seconds before each automatic retry; `throttle_pause`: seconds to wait if QuickBooks names none."""

    delays: Sequence[float] = (300, 1800, 3600)
    throttle_pause: float = 60

    @classmethod
    def of(cls, chosen: Mapping[str, Any]) -> Policy:
        """As the setting SYNC has it."""
        return cls(delays=tuple(chosen["RETRY_DELAYS"]), throttle_pause=chosen["THROTTLE_PAUSE"])


@dataclass(frozen=True)
class Next:
    """What follows a failure: the time of the next try, or None if a person has to decide; and the retries used."""

    due_at: datetime | None
    retries: int


def after_failure(failure: Failure, *, retries: int, at: datetime, policy: Policy) -> Next:
    """What follows `failure` of an event that has used up `retries` automatic retries."""
    if failure.kind is FailureKind.PAUSE:
        return Next(due_at=at, retries=retries)
    if failure.kind is FailureKind.WAIT:
        return Next(due_at=at + timedelta(seconds=wait_seconds(failure, policy)), retries=retries)
    if failure.kind is FailureKind.TRANSIENT and retries < len(policy.delays):
        return Next(due_at=at + timedelta(seconds=policy.delays[retries]), retries=retries + 1)
    return Next(due_at=None, retries=retries)


def wait_seconds(failure: Failure, policy: Policy) -> float:
    """How long QuickBooks asked us to wait, in seconds."""
    return pause_asked_for(failure, default=policy.throttle_pause)


def describe(*, retries: int, due_at: datetime, now: datetime, local: datetime, policy: Policy) -> str:
    """E.g. "Retry 2 of 3 at 14:32, in 18 min"; `local` is `due_at` in the organization's time zone."""
    minutes = max(0, round((due_at - now).total_seconds() / 60))
    soon = f"in {minutes} min" if minutes else "now"
    if not retries:
        return "Next try now" if not minutes else f"Next try at {local:%H:%M}, {soon}"
    return f"Retry {retries} of {len(policy.delays)} at {local:%H:%M}, {soon}"

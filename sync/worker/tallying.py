"""Counts what a drain did, from the attempts and submissions that it wrote; the engine does not know about it.

Totals are stored per connection in the database, because drains run in many processes that come and go.
"""

from __future__ import annotations

import logging
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.conf import settings
from django.db import Error as DatabaseAway
from django.db import models
from django.db.models import Max

from sync.models import Attempt, State, Submission, Tally

logger = logging.getLogger(__name__)

Counts = Counter[tuple[str, str]]
# Upper bounds in seconds; Intuit cuts a call at 120 s, a drain ends within 60 s and one call.
CALL_BUCKETS = (0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 125.0)
DRAIN_BUCKETS = (0.1, 0.5, 1.0, 5.0, 10.0, 30.0, 60.0, 125.0, 250.0)


@dataclass
class Count:
    """`is_ours`: False if another process held the lease; it counts its own work."""

    is_ours: bool = True


@contextmanager
def tallied(connection_id: int) -> Iterator[Count]:
    """Count what one drain does over the connection inside the block, however it ends. An error in counting never stops
    the drain.

    Where nobody may read /metrics (METRICS_TOKEN is empty), nothing is counted: that saves ten queries a drain.
    """
    if not settings.METRICS_TOKEN:
        yield Count()
        return
    attempts, submissions = _last(Attempt), _last(Submission)
    began, count = time.monotonic(), Count()
    try:
        yield count
    finally:
        if count.is_ours:
            _keep(connection_id, time.monotonic() - began, attempts=attempts, submissions=submissions)


def _keep(connection_id: int, seconds: float, *, attempts: int, submissions: int) -> None:
    """`attempts` and `submissions`: the ids of the last ones before the drain."""
    try:
        counts = outcomes(connection_id, after=attempts) + calls(connection_id, after=submissions)
        Tally.add(connection_id, counts + observed("drain", DRAIN_BUCKETS, seconds))
    except DatabaseAway:
        logger.warning("The totals of connection %s were not updated.", connection_id)


def _last(model: type[Attempt] | type[Submission]) -> int:
    return model.objects.aggregate(last=Max("pk"))["last"] or 0


def outcomes(connection_id: int, *, after: int) -> Counts:
    """Attempts by outcome; failed ones by code, and those that are tried again later."""
    rows = Attempt.objects.filter(pk__gt=after, event__connection=connection_id).order_by()
    counts: Counts = Counter()
    for outcome, code, number in rows.values_list("outcome", "failure_code").annotate(attempts=models.Count("pk")):
        counts["outcome", f"{outcome}:{code if outcome == State.FAILED else ''}"] += number
        if outcome == State.QUEUED and code:
            counts["retry", code] += number
    return counts


def calls(connection_id: int, *, after: int) -> Counts:
    """Writes by the class of their HTTP status, and how long each took."""
    rows = Submission.objects.filter(pk__gt=after, connection=connection_id)
    counts: Counts = Counter()
    for status, milliseconds in rows.values_list("http_status", "duration_ms"):
        counts["call", status_class(status)] += 1
        if milliseconds is not None:
            counts += observed("call_time", CALL_BUCKETS, milliseconds / 1000)
    return counts


def status_class(status: int | None) -> str:
    """One of a few words, so that no answer of QuickBooks can create a new label."""
    if not status:
        return "none"
    return "429" if status == 429 else f"{str(status)[0]}xx"


def observed(name: str, bounds: tuple[float, ...], seconds: float) -> Counts:
    """One observation of a histogram: only its own bucket (they are summed when read), the total, and the count."""
    bucket = next((f"{bound:g}" for bound in bounds if seconds <= bound), "+Inf")
    # Seconds as a float: Counter adds any number.
    return Counter({(name, bucket): 1, (name, "sum"): seconds})

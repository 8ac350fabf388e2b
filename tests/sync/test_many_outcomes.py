"""Outcomes of a wave are written in few statements, and each event gets its own."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.models import Connection
from sync.engine import outcomes
from sync.engine.outcomes import Outcome, record
from sync.models import Attempt, State, SyncEvent
from tests import builders, log_rows

pytestmark = pytest.mark.django_db
NOW = timezone.now()


@pytest.fixture
def company() -> Connection:
    return log_rows.connection(builders.organization())


def claimed(company: Connection, count: int) -> list[SyncEvent]:
    return [log_rows.event(company, state="sending", fence=1, record_id=9000 + n, due_at=NOW) for n in range(count)]


def stops(event: SyncEvent, customer: int) -> Outcome:
    attempt = Attempt(event=event, kind=Attempt.Kind.SETTLED_HERE, at=NOW)
    failure = Failure("customer_not_found", Subject("customer", str(customer), f"Customer {customer}"))
    return Outcome.failed(attempt, failure, look_first=False)


def waits(event: SyncEvent) -> Outcome:
    attempt = Attempt(event=event, kind=Attempt.Kind.SETTLED_HERE, at=NOW)
    return Outcome.queued(attempt, due_at=NOW + timedelta(minutes=event.record_id), message=f"Waits {event.pk}")


@pytest.mark.parametrize("count", [60, 240])
def test_a_wave_that_stops_costs_few_statements(company: Connection, count: int) -> None:
    events = claimed(company, count)
    causes = [stops(event, 7 if n % 2 else n) for n, event in enumerate(events[: count // 2])]
    others = [waits(event) for event in events[count // 2 :]]
    with CaptureQueriesContext(database) as seen:
        record(causes + others, at=NOW)
    assert len(seen) <= 16, "\n".join(one["sql"][:100] for one in seen)
    for outcome in causes:
        event = SyncEvent.objects.get(pk=outcome.event.pk)
        assert (event.state, event.subject_name) == (State.FAILED, outcome.failure.subject.name)  # type: ignore[union-attr]
        assert event.cause_key == outcome.failure.cause_key  # type: ignore[union-attr]
    for outcome in others:
        event = SyncEvent.objects.get(pk=outcome.event.pk)
        assert (event.state, event.due_at, event.message) == (State.QUEUED, outcome.due_at, f"Waits {event.pk}")
    assert Attempt.objects.count() == count


@pytest.mark.parametrize("at_the_same_moment", [False, True])
def test_an_event_whose_record_was_edited_meanwhile_gives_way(
    company: Connection, monkeypatch: pytest.MonkeyPatch, at_the_same_moment: bool
) -> None:
    """The others of its wave are written all the same."""
    events = claimed(company, 20)
    newer = log_rows.event(company, state="queued", record_id=events[3].record_id, due_at=NOW)
    if at_the_same_moment:
        monkeypatch.setattr(outcomes, "_with_newer", lambda events: set())
    record([stops(event, n) for n, event in enumerate(events)], at=NOW)
    found = [SyncEvent.objects.get(pk=event.pk).state for event in events]
    assert found == [State.SUPERSEDED if n == 3 else State.FAILED for n in range(20)]
    newer.refresh_from_db()
    assert newer.state == State.QUEUED

"""The database refuses invalid data: each constraint of sync, and a row that breaks it."""

from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from sync.models import Attempt, State, Submission, SyncEvent
from sync.models.attempts import AttemptIsFinal
from tests.books import Shop


def event(shop: Shop, **fields: Any) -> SyncEvent:
    now = timezone.now()
    known = {
        "organization": shop.organization,
        "connection": shop.connection,
        "realm_id": shop.connection.realm_id,
        "record_type": "invoice",
        "record_id": 1,
        "rank": 3,
        "label": "Invoice #1",
        "opened_at": now,
        "changed_at": now,
        "due_at": now,
    }
    return SyncEvent.objects.create(**(known | fields))


@pytest.mark.parametrize("state", [State.QUEUED, State.FAILED])
def test_one_unsent_event_a_record(shop: Shop, state: str) -> None:
    event(shop)
    with pytest.raises(IntegrityError):
        event(shop, state=state, failure_code="server_error")


def test_a_dismissed_one_is_closed(shop: Shop) -> None:
    event(shop, state=State.DISMISSED)
    event(shop, state=State.DISMISSED)
    event(shop)


@pytest.mark.parametrize("fields", [{}, {"state": State.SENDING, "fence": 1}])
def test_each_company_has_its_own(shop: Shop, fields: dict[str, Any]) -> None:
    event(shop, **fields)
    event(shop, realm_id="9130000000000002", **fields)


def test_an_event_is_for_a_company(shop: Shop) -> None:
    with pytest.raises(IntegrityError, match="sync_event_has_realm"):
        event(shop, realm_id="")


def test_one_event_in_flight_a_record(shop: Shop) -> None:
    event(shop, state=State.SENDING, fence=1)
    with pytest.raises(IntegrityError):
        event(shop, state=State.CHECKING)


def test_an_unsent_one_may_wait_behind_one_in_flight(shop: Shop) -> None:
    event(shop, state=State.SENDING, fence=1)
    event(shop)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("sync_event_failed_has_code", {"state": State.FAILED, "failure_code": ""}),
        ("sync_event_waiting_has_due_time", {"state": State.QUEUED, "due_at": None}),
        ("sync_event_sending_has_fence", {"state": State.SENDING, "fence": 0}),
    ],
)
def test_states_carry_what_they_need(shop: Shop, name: str, fields: dict[str, Any]) -> None:
    with pytest.raises(IntegrityError, match=name):
        event(shop, **fields)


def test_a_submission_has_a_body(shop: Shop) -> None:
    with pytest.raises(IntegrityError, match="sync_submission_has_body"):
        Submission.objects.create(connection=shop.connection, body="", fence=1, created_at=timezone.now())


def test_an_attempt_is_never_changed(shop: Shop) -> None:
    attempt = Attempt.objects.create(event=event(shop), kind="sent", at=timezone.now(), outcome=State.FAILED)
    attempt.message = "another"
    with pytest.raises(AttemptIsFinal):
        attempt.save()

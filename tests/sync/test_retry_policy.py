"""When a failed try is retried automatically."""

from datetime import UTC, datetime, timedelta

import pytest

from qbo.failures import Failure
from sync.retry_policy import Policy, after_failure, describe

AT = datetime(2026, 6, 18, 15, 32, tzinfo=UTC)
POLICY = Policy()


def test_a_transient_failure_is_retried_after_5_30_and_60_minutes_then_stops() -> None:
    delays, retries = [], 0
    while (follows := after_failure(Failure("server_error"), retries=retries, at=AT, policy=POLICY)).due_at:
        delays.append((follows.due_at - AT) / timedelta(minutes=1))
        retries = follows.retries
    assert delays == [5, 30, 60]


@pytest.mark.parametrize("code", ["tax_code_not_mapped", "closed_period", "item_not_found", "unknown"])
def test_what_needs_a_person_is_not_retried_by_itself(code: str) -> None:
    assert after_failure(Failure(code), retries=0, at=AT, policy=POLICY).due_at is None


def test_throttling_waits_and_uses_up_no_retry() -> None:
    follows = after_failure(Failure("rate_limited", retry_after_seconds=7), retries=1, at=AT, policy=POLICY)
    assert (follows.due_at, follows.retries) == (AT + timedelta(seconds=7), 1)


def test_a_wait_of_a_day_is_looked_at_within_the_hour() -> None:
    """Whatever QuickBooks names, nothing waits unseen for longer."""
    follows = after_failure(Failure("rate_limited", retry_after_seconds=86_400), retries=0, at=AT, policy=POLICY)
    assert follows.due_at == AT + timedelta(hours=1)


@pytest.mark.parametrize("code", ["token_expired", "subscription_inactive", "permission_denied"])
def test_what_concerns_the_connection_waits_for_it_and_uses_up_no_retry(code: str) -> None:
    follows = after_failure(Failure(code), retries=2, at=AT, policy=POLICY)
    assert (follows.due_at, follows.retries) == (AT, 2)


def test_a_waiting_retry_explains_itself() -> None:
    due = AT + timedelta(minutes=18)
    said = describe(retries=2, due_at=due, now=AT, local=due, policy=POLICY)
    assert said == "Retry 2 of 3 at 15:50, in 18 min"

"""The words of a row, state by state; pure."""

from __future__ import annotations

import datetime as dt
import itertools
from dataclasses import dataclass, replace
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from qbo.catalogue import CATALOGUE
from qbo.failures import Failure, Subject
from sync.log.wording import (
    InBooks,
    Standing,
    age,
    attention,
    books_line,
    payments_following,
    payments_in_failed,
    row_text,
)
from sync.models import State
from sync.retry_policy import Policy

NOW = dt.datetime(2026, 6, 18, 18, 14, tzinfo=dt.UTC)  # 14:14 in Ohio
STANDING = Standing(NOW, ZoneInfo("America/New_York"), Policy())


@dataclass(frozen=True)
class Event:
    state: str
    failure: Failure | None = None
    due_at: dt.datetime | None = None
    retries: int = 0
    amount: Decimal | None = Decimal("349.75")
    record_type: str = "invoice"
    said: str = ""
    further_failures: tuple[Failure, ...] = ()
    reason: str = ""

    @property
    def message(self) -> str:
        return self.failure.message if self.failure else self.said


def minutes(count: int) -> dt.datetime:
    return NOW + dt.timedelta(minutes=count)


@pytest.mark.parametrize(
    ("event", "message", "second"),
    [
        (
            Event("failed", Failure("tax_code_not_mapped", Subject("tax_rate", "7", "Combined 7.25"))),
            "Tax code 'Combined 7.25' not mapped",
            "Needs you · not retried automatically",
        ),
        (
            Event("failed", Failure("closed_period")),
            "Closed period",
            "Needs you or the accountant · not retried automatically",
        ),
        (
            Event("failed", Failure("server_error", http_status=503), retries=3),
            "QuickBooks had an internal error (HTTP 503)",
            "Needs you · all 3 retries failed",
        ),
        (
            Event("failed", Failure("customer_not_found")),
            "Customer not found in QBO",
            "Needs you · it could not be fixed automatically",
        ),
        (
            Event("queued", Failure("server_error", http_status=503), minutes(18), retries=2),
            "QuickBooks had an internal error (HTTP 503)",
            "Retry 2 of 3 at 14:32, in 18 min",
        ),
        (
            Event("queued", Failure("waits_for_customer", Subject("customer", "5", "M. Okafor")), minutes(10)),
            "Waits for the customer 'M. Okafor'",
            "Sent automatically after that",
        ),
        (Event("queued", None, NOW), "Waiting to be sent", ""),
        (Event("sending"), "Being sent to QuickBooks", ""),
        (
            Event("checking", None, minutes(5)),
            "No answer came back; checking QuickBooks before sending again",
            "Checking again at 14:19",
        ),
        (Event("synced"), "In QuickBooks", ""),
        (Event("superseded"), "Replaced by a later change", ""),
    ],
)
def test_each_state_says_what_happens_next(event: Event, message: str, second: str) -> None:
    said = row_text(event, STANDING)
    assert (said.message, said.second) == (message, second)


def test_a_pause_is_said_in_place_of_everything_that_waits() -> None:
    paused = replace(STANDING, pause="token expired", waiting=14)
    assert (
        row_text(Event("queued", Failure("server_error"), minutes(18), 2), paused).message == "Waiting: token expired"
    )
    row = Event("failed", Failure("token_expired"), record_type="connection")
    assert row_text(row, paused).second == "Paused: token expired, 14 waiting, reconnect to send them"
    ended = Event("failed", Failure("subscription_inactive"), record_type="connection")
    assert row_text(ended, paused).second == "Paused: QuickBooks subscription ended, 14 waiting"


def test_quiet_time_is_said_with_its_end() -> None:
    quiet = replace(STANDING, quiet_until=dt.datetime(2026, 6, 18, 18, 20, tzinfo=dt.UTC))
    assert row_text(Event("queued", None, NOW), quiet).message == "QuickBooks asks us to slow down until 14:20"


def test_another_day_is_named() -> None:
    assert STANDING.clock(NOW + dt.timedelta(hours=12)) == "2026-06-19 02:14"


def test_every_code_has_words_in_every_state() -> None:
    for code, state in itertools.product(CATALOGUE, State.values):
        assert row_text(Event(state, Failure(code), NOW), STANDING).message, (code, state)


@pytest.mark.parametrize(
    ("there", "ours", "line"),
    [
        (InBooks("58", "1042", Decimal("349.75"), ""), "349.75", "In QuickBooks as 1042 · $349.75 matches"),
        (
            InBooks("58", "1042", Decimal("349.80"), "", accepted=True),
            "349.75",
            "In QuickBooks as 1042 · $349.80 there, $349.75 here (accepted)",
        ),
        (InBooks("58", "", None, ""), "349.75", "In QuickBooks (Id 58)"),
        (InBooks("58", "1042", Decimal(0), "", voided=True), "349.75", "In QuickBooks as 1042 · voided"),
    ],
)
def test_what_is_in_the_books(there: InBooks, ours: str, line: str) -> None:
    assert books_line(there, ours=Decimal(ours)) == line


def test_the_banner_counts_in_good_grammar() -> None:
    assert attention(1) == "1 QBO sync error needs attention."
    assert attention(3) == "3 QBO sync errors need attention."
    assert attention(1234) == "1,234 QBO sync errors need attention."


def test_payments_that_follow_are_said_apart() -> None:
    assert payments_following(0, 3) == ""
    assert payments_following(1, 1) == "1 payment waits for it."
    assert payments_following(1204, 3) == "1,204 payments wait for them."
    assert payments_in_failed(0) == ""
    assert "1 payment that only waits for an invoice; the banner does not count it as an error" in payments_in_failed(1)


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (dt.timedelta(seconds=5), "under a minute"),
        (dt.timedelta(minutes=4), "4 min"),
        (dt.timedelta(hours=9), "9 h"),
        (dt.timedelta(days=6), "6 days"),
    ],
)
def test_ages(ago: dt.timedelta, said: str) -> None:
    assert age(NOW - ago, NOW) == said

"""/metrics: who may read it, what it says about a queue, and that alerts and dashboard use only existing metrics."""

from __future__ import annotations

import datetime as dt
import json
import re
import socket
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.core.management import call_command
from django.test import Client
from django.utils import timezone
from prometheus_client.parser import text_string_to_metric_families

from qbo.models import Lease
from runacall import clock, observability
from runacall.organizations.models import Role
from sync.models import Attempt, Heartbeat, Letter, State, Submission, SyncEvent, Tally
from sync.worker import tallying
from tests import builders, log_rows

pytestmark = pytest.mark.django_db
DEPLOY = Path(__file__).resolve().parents[2] / "deploy"


@pytest.fixture(autouse=True)
def _token(settings: Any) -> None:
    settings.METRICS_TOKEN = "scrape-me"


def scraped() -> dict[tuple[str, str], float]:
    """(name, label values in the order of their names, joined) -> value."""
    answer = Client().get("/metrics", headers={"authorization": "Bearer scrape-me", "host": "10.1.2.3"})
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (one.name, "|".join(value for _, value in sorted(one.labels.items()))): one.value
        for family in families
        for one in family.samples
    }


def test_nobody_reads_it_without_the_token(settings: Any) -> None:
    assert Client().get("/metrics").status_code == 401
    assert Client().get("/metrics", headers={"authorization": "Bearer scrape-m"}).status_code == 401
    settings.METRICS_TOKEN = ""
    for given in ("", "Bearer ", "Bearer scrape-me"):
        assert Client().get("/metrics", headers={"authorization": given}).status_code == 404


def test_what_is_due_open_and_failed() -> None:
    now = timezone.now()
    live, expired = log_rows.shop_with_books(), log_rows.shop_with_books("akron")
    expired.pause("token_expired", at=now)
    log_rows.event(live, State.QUEUED, None, at=now - dt.timedelta(minutes=2))
    log_rows.event(live, State.QUEUED, None, at=now + dt.timedelta(minutes=2), due_at=now + dt.timedelta(minutes=2))
    log_rows.event(expired, State.QUEUED, None, at=now - dt.timedelta(hours=2))
    log_rows.event(live, State.FAILED)
    log_rows.event(live, State.SYNCED, None)
    Heartbeat.objects.create(name="sweep", at=now)
    Heartbeat.objects.create(name="cluster north", at=now)
    Heartbeat.objects.create(name="cluster gone", at=now - dt.timedelta(hours=1))
    found = scraped()
    assert found["runacall_events_due", "active"] == 1
    assert found["runacall_events_due", "token_expired"] == 1
    assert found["runacall_events_open", "queued"] == 3
    assert found["runacall_events_open", "failed"] == 1
    assert found["runacall_events_failed", "tax_code_not_mapped"] == 1
    assert 120 <= found["runacall_oldest_due_seconds", ""] < 200, "what waits for a paused connection does not count"
    assert found["runacall_connections", "active"] == 1
    assert found["runacall_clusters_alive", ""] == 1
    assert found["runacall_healthy", ""] == 1


def test_leases_limits_and_tokens() -> None:
    now = timezone.now()
    books = log_rows.shop_with_books()
    type(books).objects.filter(pk=books.pk).update(refresh_expires_at=now + dt.timedelta(days=10, hours=1))
    calls = [[now.timestamp() - 5, 1], [now.timestamp() - 4, 0], [now.timestamp() - 300, 1]]
    held = now + dt.timedelta(seconds=170)
    Lease.objects.update_or_create(connection=books, defaults={"expires_at": held, "quiet_until": held, "calls": calls})
    found = scraped()
    assert found["runacall_leases_held", ""] == 1
    assert 10 <= found["runacall_lease_age_seconds", ""] < 60
    assert found["runacall_connections_held_up", "quickbooks"] == 1
    assert found["runacall_calls_last_minute", "batch"] == 1
    assert found["runacall_calls_last_minute", "other"] == 1
    assert 10 < found["runacall_token_days_left", ""] < 10.1
    assert (found["runacall_tokens_expiring", "7"], found["runacall_tokens_expiring", "14"]) == (0, 1)


def test_emails_that_wait_and_those_that_were_tried() -> None:
    now = timezone.now()
    books = log_rows.shop_with_books()
    person = builders.member(books.organization, Role.OWNER)
    for number, (next_at, sent_at) in enumerate(
        [(now, None), (now + dt.timedelta(hours=1), None), (None, None), (None, now)]
    ):
        Letter.objects.create(
            organization=books.organization, user=person, key=str(number), subject="?", text="?", html="?",
            made_at=now - dt.timedelta(minutes=10 * number), next_at=next_at, sent_at=sent_at,
        )  # fmt: skip
    Tally.add(books.pk, {("e-mail", "sent"): 3})
    found = scraped()
    assert found["runacall_emails_waiting", ""] == 2, "neither the one that was given up nor the one that was sent"
    assert 600 <= found["runacall_emails_oldest_seconds", ""] < 660
    assert found["runacall_emails_total", "sent"] == 3
    assert found["runacall_emails_total", "given_up"] == 0, "a series from the beginning, for the alert"


def test_a_clock_that_is_off(monkeypatch: pytest.MonkeyPatch) -> None:
    now = timezone.now()
    Heartbeat.beat("cluster north", at=now, host_ahead=-400.04)
    Heartbeat.beat("cluster south", at=now, host_ahead=2.0)
    Heartbeat.beat("cluster gone", at=now - dt.timedelta(days=1), host_ahead=9000.0)
    assert scraped()["runacall_clock_off_seconds", ""] == 400
    health = Client().get("/healthz").json()
    assert health["clocks_off"] == {"north": -400.0}
    monkeypatch.setattr(clock, "host_ahead", lambda: 7.0)
    assert Client().get("/healthz").json()["clocks_off"] == {"north": -400.0, socket.gethostname(): 7.0}
    said = StringIO()
    call_command("sync_status", stdout=said)
    assert "The clock of north is 400 s behind the database's" in said.getvalue()


def work(event: SyncEvent) -> None:
    """What a drain leaves: one write that took 0.3 s, one failure, one retry to come."""
    at = timezone.now()
    Submission.objects.create(
        connection=event.connection, realm_id="1", body="{}", fence=1, created_at=at, http_status=200, duration_ms=300
    )
    codes = {State.SYNCED: "", State.FAILED: "tax_code_not_mapped", State.QUEUED: "server_error"}
    for outcome, code in codes.items():
        Attempt.objects.create(event=event, kind=Attempt.Kind.SENT, at=at, outcome=outcome, failure_code=code)


def test_what_a_drain_did_is_counted_once() -> None:
    books, others = log_rows.shop_with_books(), log_rows.shop_with_books("akron")
    event, other = log_rows.event(books), log_rows.event(others)
    work(event)
    for _ in range(2):
        with tallying.tallied(books.pk):
            work(event)
            work(other)
    with tallying.tallied(books.pk) as count:
        work(event)
        count.is_ours = False
    with suppress(ZeroDivisionError), tallying.tallied(books.pk):
        work(event)
        raise ZeroDivisionError
    found = scraped()
    assert found["runacall_outcomes_total", "|synced"] == 3
    assert found["runacall_outcomes_total", "tax_code_not_mapped|failed"] == 3
    assert found["runacall_outcomes_total", "|queued"] == 3
    assert found["runacall_retries_total", "server_error"] == 3
    assert found["runacall_calls_total", "2xx"] == 3
    assert found["runacall_call_seconds_bucket", "0.25"] == 0
    assert found["runacall_call_seconds_bucket", "0.5"] == 3
    assert found["runacall_call_seconds_bucket", "+Inf"] == 3
    assert found["runacall_call_seconds_sum", ""] == pytest.approx(0.9)
    assert found["runacall_drain_seconds_count", ""] == 3
    assert not Tally.objects.filter(connection=others).exists()


def test_nothing_is_counted_that_nobody_may_read(settings: Any) -> None:
    settings.METRICS_TOKEN = ""
    books = log_rows.shop_with_books()
    event = log_rows.event(books)
    with tallying.tallied(books.pk):
        work(event)
    assert not Tally.objects.exists()


def test_labels_are_bounded() -> None:
    """A label is a word of ours: no id, no name, no text of QuickBooks makes another series."""
    books = log_rows.shop_with_books()
    event = log_rows.event(books)
    with tallying.tallied(books.pk):
        work(event)
    for status in (None, 200, 299, 400, 429, 503, 599):
        assert tallying.status_class(status) in ("none", "2xx", "4xx", "429", "5xx")
    for _, labels in scraped():
        for value in labels.split("|"):
            assert len(value) <= 40
            assert not re.search(r"\d{6}", value)
            assert re.fullmatch(r"[a-z0-9_.]*|\+Inf", value), value


def named(text: str) -> set[str]:
    return set(re.findall(r"\brunacall_[a-z_]+", text))


def test_alerts_and_dashboard_name_only_what_is_there() -> None:
    books = log_rows.shop_with_books()
    event = log_rows.event(books)
    log_rows.event(books, State.QUEUED, None, at=timezone.now() - dt.timedelta(minutes=2))
    Heartbeat.objects.create(name="maintain", at=timezone.now())
    with tallying.tallied(books.pk):
        work(event)
    there = {name for name, _ in scraped()} | {"runacall_token_days_left"}
    rules = yaml.safe_load((DEPLOY / "alerts.yml").read_text())["groups"][0]["rules"]
    for rule in rules:
        assert named(rule["expr"])
        assert named(rule["expr"]) <= there, rule["alert"]
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert rule["annotations"]["summary"]
        assert rule["annotations"]["description"]
    dashboard = json.loads((DEPLOY / "grafana-dashboard.json").read_text())
    shown = set()
    for panel in dashboard["panels"]:
        for target in panel["targets"]:
            assert named(target["expr"]) <= there, panel["title"]
            shown |= named(target["expr"])
    assert {base(name) for name in there} <= {base(name) for name in shown}, "a metric that no panel shows"


def base(name: str) -> str:
    return re.sub(r"_(bucket|sum|count)$", "", name)


def test_sentry_starts_by_its_own_variable_and_is_told_no_secrets(monkeypatch: pytest.MonkeyPatch) -> None:
    told: dict[str, Any] = {}

    class Sentry:
        @staticmethod
        def init(**options: Any) -> None:
            told.update(options)

    monkeypatch.setattr(observability, "_installed", lambda name: Sentry if name == "sentry_sdk" else None)
    monkeypatch.delenv("SENTRY_DSN", raising=False)
    assert observability.start() == []
    monkeypatch.setenv("SENTRY_DSN", "https://key@sentry.example.com/1")
    assert observability.start() == ["sentry"]
    assert told == {"send_default_pii": False, "max_request_body_size": "never", "include_local_variables": False}

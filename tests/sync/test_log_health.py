"""/healthz: whether events are being sent, judged by progress."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection, Lease
from sync.models import Heartbeat, State
from tests import log_rows

pytestmark = pytest.mark.django_db


def ask() -> tuple[int, dict[str, object]]:
    answer = Client().get(reverse("sync:healthz"))
    return answer.status_code, answer.json()


def beat(seconds_ago: int = 0) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - dt.timedelta(seconds=seconds_ago))


def test_no_sign_of_life_is_503() -> None:
    status, body = ask()
    assert status == 503
    assert body["ok"] is False
    assert body["heartbeat_age_seconds"] is None
    assert "reported yet" in str(body["problem"])


def test_a_fresh_one_is_200() -> None:
    beat()
    status, body = ask()
    assert (status, body["ok"]) == (200, True)


def test_an_old_one_is_503() -> None:
    beat(seconds_ago=301)
    assert ask()[0] == 503


def test_something_due_that_nobody_takes_is_503_but_not_while_paused() -> None:
    beat()
    books = log_rows.shop_with_books()
    log_rows.event(books, State.QUEUED, None, at=timezone.now() - dt.timedelta(minutes=16))
    status, body = ask()
    assert status == 503
    assert isinstance(body["oldest_due_age_seconds"], int)
    assert body["oldest_due_age_seconds"] >= 960
    books.pause("token_expired", at=log_rows.AT)
    assert ask()[0] == 200


def backlog(
    slug: str = "buckeye", *, drained: int | None = None, settled: int | None = None, **lease: object
) -> Connection:
    """A shop with something due for an hour; minutes since its last drain, and since its last event was settled."""
    books = log_rows.shop_with_books(slug)
    now = timezone.now()
    log_rows.event(books, State.QUEUED, None, at=now - dt.timedelta(hours=1))
    if settled is not None:
        log_rows.event(books, State.SYNCED, None, at=now - dt.timedelta(minutes=settled))
    drained_at = None if drained is None else now - dt.timedelta(minutes=drained)
    Lease.objects.update_or_create(connection=books, defaults={"drained_at": drained_at, **lease})
    return books


def test_a_long_backlog_that_drains_is_well() -> None:
    beat()
    backlog(drained=1, settled=2)
    status, body = ask()
    assert (status, body["progresses"]) == (200, True)
    assert body["oldest_due_age_seconds"] >= 3600  # type: ignore[operator]


def test_a_drain_under_way_counts_once_it_settles_something() -> None:
    beat()
    books = backlog(expires_at=timezone.now() + dt.timedelta(minutes=2))
    assert ask()[0] == 503
    log_rows.event(books, State.FAILED, at=timezone.now())
    assert ask()[0] == 200


def test_new_invoices_are_no_progress() -> None:
    beat()
    books = backlog(drained=1)
    log_rows.event(books, State.QUEUED, None, at=timezone.now())
    assert ask()[0] == 503


def test_one_that_waits_for_its_turn_is_well_while_others_are_served() -> None:
    beat()
    backlog(drained=1, settled=1)
    backlog("akron", drained=40, settled=41)
    assert ask()[0] == 200


def test_one_whose_drains_settle_nothing_is_found_beside_a_busy_one() -> None:
    beat()
    backlog(drained=1, settled=1)
    lame = backlog("akron", drained=2, settled=60)
    status, body = ask()
    assert (status, body["stalled_connections"]) == (503, 1)
    # QuickBooks asked to be left alone: that is a wait, and no stall.
    Lease.objects.filter(connection=lame).update(quiet_until=timezone.now() + dt.timedelta(minutes=1))
    assert ask()[0] == 200


def test_a_worker_in_long_drains_lives_though_the_sweep_waits_behind_it() -> None:
    beat(seconds_ago=400)
    Heartbeat.objects.create(name="drain", at=timezone.now())
    assert ask()[0] == 200

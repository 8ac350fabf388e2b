"""/healthz: whether the workers live and nothing due is left lying."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from sync.models import Heartbeat, State
from tests import log_rows

pytestmark = pytest.mark.django_db


def ask() -> tuple[int, dict[str, object]]:
    answer = Client().get(reverse("sync:healthz"))
    return answer.status_code, answer.json()


def beat(seconds_ago: int = 0) -> None:
    Heartbeat.objects.create(name="sweep", at=timezone.now() - dt.timedelta(seconds=seconds_ago))


def test_no_sign_of_life_is_503() -> None:
    assert ask() == (503, {"ok": False, "heartbeat_age_seconds": None, "oldest_due_age_seconds": None})


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

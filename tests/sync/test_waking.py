"""Asking for drains: a fixed number of queries for any number of connections, once each, and taken at once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta
from unittest.mock import Mock

import pytest
from django.db import connection as database
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.signing import SignedPackage
from django_q.tasks import async_task

from qbo.models import Connection, Lease, ListState
from runacall import clock
from sync.models import SyncEvent
from sync.worker import broker, wake
from sync.worker.broker import PromptBroker
from sync.worker.wake import wake_due
from tests import builders, log_rows
from tests.on_postgres import only_from_outside, run_on_postgres

pytestmark = pytest.mark.django_db


def shops_with_work(count: int, *, realm_from: int = 1000) -> list[Connection]:
    made = []
    for number in range(count):
        shop = builders.organization(slug=f"shop-{realm_from + number}")
        connection = log_rows.connection(shop)
        ListState.objects.update(refreshed_at=timezone.now())
        log_rows.event(connection, state="queued", due_at=timezone.now() - timedelta(minutes=1))
        made.append(connection)
    return made


def queries(act: Callable[[], object]) -> int:
    with CaptureQueriesContext(database) as seen:
        act()
    return len(seen)


def asked_for() -> list[int]:
    return sorted(SignedPackage.loads(row.payload)["args"][0] for row in OrmQ.objects.all())


def test_waking_costs_the_same_for_three_connections_and_for_thirty() -> None:
    few = shops_with_work(3)
    clock.now()  # the database's clock is read every half minute, whatever there is to do
    cost = queries(wake_due)
    many = shops_with_work(30, realm_from=2000)
    assert queries(wake_due) == cost
    assert asked_for() == sorted(one.pk for one in few + many), "each is asked for once"


def test_a_change_of_what_is_being_checked_calls_for_no_drain_yet() -> None:
    """No drain would take it, and one drain after the other was asked for until the outcome was known."""
    (connection,) = shops_with_work(1)
    change = SyncEvent.objects.get()
    SyncEvent.objects.filter(pk=change.pk).update(state="checking", due_at=timezone.now() + timedelta(minutes=5))
    later = log_rows.event(connection, state="queued", due_at=timezone.now(), record_id=change.record_id)
    assert wake_due() == 0
    SyncEvent.objects.filter(pk=change.pk).update(state="synced", due_at=None)
    assert wake_due() == 1, later.label


def test_a_drain_that_was_asked_for_is_not_asked_for_again() -> None:
    shops_with_work(3)
    assert wake_due() == 3
    assert wake_due() == 0
    assert queries(wake_due) == 1
    Lease.objects.update(woken_at=timezone.now() - timedelta(hours=1))
    assert wake_due() == 3, "a request that led to nothing counts as lost"


def test_waking_reads_no_token() -> None:
    shops_with_work(2)
    with CaptureQueriesContext(database) as seen:
        wake_due()
    assert not [query for query in seen.captured_queries if "refresh_token" in query["sql"].split(" FROM ")[0]]


def test_more_than_one_look_asks_for_are_asked_for_by_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sync.worker.wake.WAKES_AT_ONCE", 2)
    made = shops_with_work(3)
    assert [wake_due(), wake_due(), wake_due()] == [2, 1, 0]
    assert asked_for() == sorted(one.pk for one in made)


def test_of_two_hosts_one_asks() -> None:
    """Both looked before either wrote: the UPDATE of the second finds nothing left to ask for."""
    [one] = shops_with_work(1)
    now = timezone.now()
    assert wake._ask_for([one.pk], at=now) == 1
    assert wake._ask_for([one.pk], at=now + timedelta(milliseconds=1)) == 0
    assert asked_for() == [one.pk]


@pytest.mark.django_db(transaction=True)
def test_a_task_is_taken_when_it_is_queued(monkeypatch: pytest.MonkeyPatch) -> None:
    """The poll of a minute is only the safety net: another process's commit rings the bell."""
    monkeypatch.setattr(Conf, "POLL", 60)
    here = PromptBroker()
    assert here._bell() is not None
    queued = threading.Timer(0.2, queue_and_close)
    queued.start()
    began = time.monotonic()
    found = None
    while not found and time.monotonic() - began < 30:
        found = here.dequeue()
    queued.join()
    here._drop_bell()
    assert found
    assert SignedPackage.loads(found[0][1])["args"] == (7,)


def queue_and_close() -> None:
    async_task("sync.tasks.drain_connection", 7)
    database.close()


def test_a_bell_that_fails_is_replaced_by_polling(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(Conf, "POLL", 0.01)
    monkeypatch.setattr(broker, "new_bell", lambda: Mock(wait=Mock(side_effect=OSError("gone"))))
    here = PromptBroker()
    assert here.dequeue() is None
    assert "doorbell failed" in caplog.text
    assert here.bell is None
    async_task("sync.tasks.drain_connection", 7)
    assert here.dequeue(), "tasks are still taken"
    assert here.bell is None, "no new one for half a minute"


@pytest.mark.slow
@pytest.mark.postgresql
@only_from_outside
def test_the_same_on_postgresql() -> None:
    """There the bell is another one: NOTIFY, with the commit."""
    assert "8 passed" in run_on_postgres(__file__, timeout=110)

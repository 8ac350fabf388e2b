"""Hosts whose own clocks are minutes off: everything goes by the database's clock, and nothing is sent twice."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core.checks import Tags, run_checks
from django.db import OperationalError
from django.utils import timezone
from django_q.conf import Conf
from django_q.models import OrmQ
from django_q.tasks import async_task

from qbo.connection.turn import NotNow, Turn, visit
from qbo.models import ConnectionSettings, Lease
from runacall import clock, operators_log
from runacall.invoices.models import Customer, Invoice
from sync.engine.drain import drain
from sync.models import State, Submission, SyncEvent
from sync.worker.broker import PromptBroker
from sync.worker.cluster import beat
from sync.worker.health import clocks_off
from sync.worker.wake import wake_due
from tests.books import Shop
from tests.on_postgres import IS_POSTGRES, only_from_outside, run_on_postgres

on_postgres = pytest.mark.skipif(not IS_POSTGRES, reason="SQLite has one host, and its clock is the only one")
OFF = pytest.mark.parametrize("ahead", [400, -400])
SetClock = Callable[[float], None]


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.postgresql
@only_from_outside
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__)


@pytest.fixture
def set_clock(monkeypatch: pytest.MonkeyPatch) -> SetClock:
    """From now on this is a host whose own clock is so many seconds ahead."""
    true_now, true_time = timezone.now, time.time

    def set_ahead(seconds: float) -> None:
        monkeypatch.setattr(timezone, "now", lambda: true_now() + timedelta(seconds=seconds))
        monkeypatch.setattr(time, "time", lambda: true_time() + seconds)
        monkeypatch.setattr(clock, "_last", None)

    return set_ahead


@pytest.fixture
def lenient(shop: Shop) -> Shop:
    """Of a company that numbers by itself and refuses no number: only our own care prevents a second invoice."""
    ConnectionSettings.objects.update(send_numbers=False)
    shop.books.do("custom_numbers", on=False)
    shop.books.do("duplicate_number_check", on=False)
    shop.read_lists("Preferences")
    shop.settled_invoice()
    return shop


def sends(shop: Shop) -> None:
    """As the worker of this host does, by its own idea of the time."""
    shop.connection.refresh_from_db()
    drain(shop.connection)


def in_books(shop: Shop, invoice: Invoice) -> int:
    mark = f"(ref {invoice.organization_id}-{invoice.pk})"
    return sum(mark in str(row.get("PrivateNote")) for row in shop.books.invoices())


def is_now(at: datetime | None, *, within: float = 5) -> bool:
    return at is not None and abs((at - datetime.now(tz=timezone.get_default_timezone())).total_seconds()) < within


@on_postgres
@OFF
def test_the_time_is_the_databases(transactional_db: None, set_clock: SetClock, ahead: float) -> None:
    set_clock(ahead)
    assert is_now(clock.now())
    assert is_now(clock.now_by_stopwatch())


@on_postgres
def test_while_the_database_is_away_the_time_runs_on(
    transactional_db: None, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_clock(400)
    clock.now()

    def away() -> None:
        raise OperationalError("away")

    monkeypatch.setattr(clock.Reading, "take", away)
    monkeypatch.setattr(clock, "ASK_AGAIN_AFTER", 0)
    assert is_now(clock.now())
    monkeypatch.setattr(clock, "_last", None)
    with pytest.raises(OperationalError):
        clock.now()


@on_postgres
@pytest.mark.parametrize(("ahead", "is_reported"), [(400, True), (-400, True), (3, False), (-3, False)])
def test_a_host_whose_clock_is_off_is_reported(
    transactional_db: None, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch, ahead: float, is_reported: bool
) -> None:
    told: list[tuple[str, Any]] = []
    monkeypatch.setattr(operators_log, "warn", lambda what, **facts: told.append((what, facts["seconds"])))
    set_clock(ahead)
    clock.now()
    assert [(what, round(seconds)) for what, seconds in told] == ([("clock off", ahead)] if is_reported else [])
    assert round(clock.host_ahead()) == ahead
    beat(clock.now())
    [named] = [*clocks_off(at=clock.now()).values()] or [0]
    assert round(named) == (ahead if is_reported else 0)
    assert [one.id for one in run_checks(tags=[Tags.database], databases=["default"])] == (
        ["runacall.W001"] if is_reported else []
    )


@on_postgres
def test_a_database_that_is_away_is_said_in_one_line(
    transactional_db: None, set_clock: SetClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away() -> None:
        raise OperationalError("away")

    set_clock(0)
    monkeypatch.setattr(clock.Reading, "take", away)
    [said] = run_checks(tags=[Tags.database], databases=["default"])
    assert said.id == "runacall.E005"


@on_postgres
@OFF
def test_a_lease_that_is_held_is_not_taken_by_a_host_that_is_ahead(
    lenient: Shop, set_clock: SetClock, ahead: float
) -> None:
    """Whichever of the two has the wrong clock."""
    set_clock(ahead)
    assert Turn.take(lenient.connection)
    assert is_now(Lease.objects.get().expires_at - timedelta(seconds=180))  # type: ignore[operator]
    set_clock(400)
    assert Turn.take(lenient.connection) is None


@on_postgres
@OFF
def test_an_answer_that_was_lost_is_asked_for_again_and_made_once(
    lenient: Shop, set_clock: SetClock, ahead: float
) -> None:
    """The age of its request id is what the database says: neither trusted too long nor given up too soon."""
    invoice = lenient.invoice(customer=Customer.objects.get())
    set_clock(ahead)
    lenient.books.do("fault", fault="reset", path="write", after_commit=True)
    sends(lenient)
    [event] = SyncEvent.objects.filter(record_id=invoice.pk, record_type="invoice")
    [sent] = Submission.objects.filter(settled_at=None)
    assert is_now(sent.created_at)
    assert is_now(sent.last_sent_at)
    SyncEvent.objects.filter(pk=event.pk).update(due_at=sent.created_at)
    Submission.objects.filter(pk=sent.pk).update(http_status=None)
    set_clock(-ahead)
    sends(lenient)
    event.refresh_from_db()
    assert event.state == State.CHECKING, "its call may still be running, whatever this host's clock says"
    assert in_books(lenient, invoice) == 1
    for one in (sent.created_at - timedelta(seconds=200), sent.created_at - timedelta(seconds=500)):
        Submission.objects.filter(settled_at=None).update(created_at=one, last_sent_at=one)
        SyncEvent.objects.filter(pk=event.pk).update(due_at=one)
        sends(lenient)
        assert in_books(lenient, invoice) == 1
    event.refresh_from_db()
    assert event.state == State.SYNCED


@on_postgres
def test_a_request_id_that_is_too_old_is_not_trusted_by_a_host_that_is_behind(
    lenient: Shop, set_clock: SetClock
) -> None:
    """It was sent ten minutes ago; this host believes that it was three."""
    lenient.books.do("switch", name="requestid_seconds", value=300)
    invoice = lenient.invoice(customer=Customer.objects.get())
    lenient.books.do("fault", fault="reset", path="write", after_commit=True)
    sends(lenient)
    lenient.books.do("advance_clock", seconds=600)
    old = clock.now() - timedelta(minutes=10)
    Submission.objects.filter(settled_at=None).update(created_at=old, last_sent_at=old)
    SyncEvent.objects.filter(record_id=invoice.pk).update(due_at=old)
    set_clock(-400)
    sends(lenient)
    assert in_books(lenient, invoice) == 1
    assert SyncEvent.objects.get(record_id=invoice.pk, record_type="invoice").state == State.SYNCED


@on_postgres
@OFF
def test_limits_count_the_calls_of_hosts_with_other_clocks(
    lenient: Shop, set_clock: SetClock, settings: Any, ahead: float
) -> None:
    settings.SYNC = {**settings.SYNC, "REQUESTS_A_MINUTE": 2}
    set_clock(ahead)
    Lease.objects.update(calls=[])
    with visit(lenient.connection) as one:
        one.pace()
        one.pace()
    set_clock(-ahead)
    with visit(lenient.connection) as another, pytest.raises(NotNow, match="takes no more calls"):
        another.pace()


@on_postgres
@OFF
def test_work_that_is_queued_by_a_host_whose_clock_is_off_is_taken_at_once(
    lenient: Shop, set_clock: SetClock, ahead: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Conf, "POLL", 0.01)
    OrmQ.objects.all().delete()
    set_clock(ahead)
    lenient.invoice(customer=Customer.objects.get(), at=clock.now())
    async_task("sync.tasks.drain_connection", 7)
    assert is_now(OrmQ.objects.latest("pk").lock)
    set_clock(-ahead)
    Lease.objects.update(woken_at=None)
    assert wake_due() == 1
    set_clock(0)
    broker = PromptBroker()
    taken = [broker.dequeue() for _ in range(2)]
    broker._drop_bell()
    assert all(taken)
    assert is_now(OrmQ.objects.first().lock - timedelta(seconds=Conf.RETRY))  # type: ignore[union-attr]

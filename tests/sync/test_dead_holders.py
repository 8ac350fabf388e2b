"""What a holder that dies, is cut off or is asked to stop leaves behind: a lease that others can have at once."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from typing import Any

import pytest
from django.core.management import call_command
from django.db import OperationalError
from django.db import connection as database
from django.utils import timezone

from qbo.connection import turn
from qbo.models import Lease, leases
from runacall import stopping
from runacall.invoices.models import Customer
from sync.engine.send import push
from sync.engine.send.sent_items import SentItem
from sync.models import State, Submission, SyncEvent
from sync.receivers import worker_started
from sync.worker.cluster import END_DRAIN, Supervisor, free_the_dead
from tests.books import Shop
from tests.needs import POSTGRES_URL
from tests.on_postgres import only_from_outside, run_on_postgres

HELD = timedelta(minutes=3)


@pytest.fixture
def dead() -> int:
    """The number of a process that has ended."""
    ended = subprocess.Popen([sys.executable, "-c", ""])
    ended.wait()
    return ended.pid


@pytest.fixture(autouse=True)
def _not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(stopping, "_asked", False)


def named(pid: int) -> str:
    host, _, kernel, rest = leases.new_holder().split(":")
    return f"{host}:{pid}:{kernel}:{rest}"


def holds(shop: Shop, holder: str) -> Lease:
    """That process has the lease, has sent one invoice without an answer yet, and has claimed another."""
    customer = shop.settled_invoice().customer
    sent, claimed = (shop.event(shop.invoice(customer=customer)) for _ in range(2))
    values = {"holder": holder, "fence": 7, "expires_at": timezone.now() + HELD}
    lease, _ = Lease.objects.update_or_create(connection=shop.connection, defaults=values)
    submission = Submission.objects.create(
        connection=shop.connection,
        realm_id=shop.connection.realm_id,
        body="{}",
        # Without them the submission has no event that could wait, and a drain would look at it until its time is up.
        items=[SentItem(sent.pk, "invoice", sent.record_id, "Invoice", "create", "").as_json],
        fence=7,
        created_at=timezone.now(),
    )
    SyncEvent.objects.filter(pk=sent.pk).update(state=State.SENDING, fence=7, submission=submission)
    SyncEvent.objects.filter(pk=claimed.pk).update(state=State.SENDING, fence=7)
    return lease


def states() -> list[str]:
    """Of the two invoices, in the order in which they were entered."""
    events = SyncEvent.objects.filter(record_type="invoice").order_by("-pk")[:2]
    return [event.state for event in reversed(events)]


def test_a_dead_holders_lease_is_freed_at_the_next_look(shop: Shop, dead: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """What it may have sent reads Checking right then, and a drain is asked for."""
    lease = holds(shop, named(dead))
    supervisor: Any = Supervisor()
    monkeypatch.setattr(supervisor, "trouble", lambda now: "")
    supervisor.look_after()
    lease.refresh_from_db()
    assert (lease.expires_at, lease.fence) == (None, 8)
    assert lease.woken_at is not None
    assert states() == [State.CHECKING, State.SENDING]
    shop.drain()
    assert states() == [State.CHECKING, State.SYNCED], "the one that was only claimed has gone"
    assert SyncEvent.objects.filter(state=State.CHECKING, look_first=True).exists()


@pytest.mark.parametrize("whose", ["living", "another host's", "another kernel's", "an older form"])
def test_a_lease_of_a_holder_that_may_live_is_left_alone(shop: Shop, dead: int, whose: str) -> None:
    host, _, kernel, rest = leases.new_holder().split(":")
    holder = {
        "living": f"{host}:{os.getpid()}:{kernel}:{rest}",
        "another host's": f"x{host}:{dead}:{kernel}:{rest}",
        "another kernel's": f"{host}:{dead}:00000000:{rest}",
        "an older form": f"{host}:{dead}:{rest}",
    }[whose]
    lease = holds(shop, holder)
    assert free_the_dead(timezone.now()) == 0
    lease.refresh_from_db()
    assert lease.fence == 7
    assert states() == [State.SENDING, State.SENDING]


def test_a_lease_that_has_changed_hands_meanwhile_is_left_alone(shop: Shop) -> None:
    lease = holds(shop, "next")
    assert not Lease.free(lease.pk, fence=6)
    lease.refresh_from_db()
    assert lease.expires_at


# --- the database is cut off ------------------------------------------------------------------------------------


@pytest.fixture
def customer(shop: Shop) -> Customer:
    return shop.settled_invoice().customer


@pytest.mark.parametrize("is_committed", [False, True])
def test_an_answer_is_recorded_although_the_database_was_cut_off_meanwhile(
    shop: Shop, customer: Customer, monkeypatch: pytest.MonkeyPatch, is_committed: bool
) -> None:
    """Once, also where it was recorded and only the word of that was cut off."""
    invoice, read, cuts = shop.invoice(customer=customer), push.read_items, [1]

    def cut_once(*arguments: Any) -> None:
        is_cut = bool(cuts and cuts.pop())
        if is_cut and not is_committed:
            cut()
        read(*arguments)
        if is_cut and is_committed:
            cut()
            SyncEvent.objects.exists()

    monkeypatch.setattr(push, "read_items", cut_once)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED
    assert len(shop.attempts(invoice)) == 1
    assert Lease.objects.get().expires_at is None


def cut() -> None:
    """On PostgreSQL as it happens; SQLite has no connection that could be cut."""
    if database.vendor != "postgresql":
        raise OperationalError("cut off")
    import psycopg

    with database.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        [pid] = cursor.fetchone()
    with psycopg.connect(POSTGRES_URL, autocommit=True) as other:
        other.execute("SELECT pg_terminate_backend(%s)", [pid])


def test_a_lease_is_released_once_the_database_is_back(
    shop: Shop, customer: Customer, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.invoice(customer=customer)
    release, tries = Lease.release, [0]

    def away_twice(self: Lease, **how: Any) -> None:
        tries[0] += 1
        if tries[0] < 3:
            raise OperationalError("away")
        release(self, **how)

    monkeypatch.setattr(turn, "BUSY_PAUSE", 0)
    monkeypatch.setattr(Lease, "release", away_twice)
    shop.drain()
    assert Lease.objects.get().expires_at is None
    monkeypatch.setattr(turn, "RELEASE_PATIENCE", 0)
    tries[0] = 0
    with pytest.raises(OperationalError):
        shop.drain()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.postgresql
@only_from_outside
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__, only="cut_off or at_the_next_look")


# --- asked to stop ----------------------------------------------------------------------------------------------


@pytest.fixture
def ask_during_first_call(settings: Any, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The process is asked to stop while its first call runs; the calls it made."""
    settings.SYNC = {**settings.SYNC, "BATCHES_IN_FLIGHT": 1}
    send, calls = push._send, list[int]()

    def send_and_ask(work: Any, submission: Submission, leaves_by: float) -> Any:
        calls.append(submission.pk)
        os.kill(os.getpid(), signal.SIGTERM)
        return send(work, submission, leaves_by)

    monkeypatch.setattr(push, "_send", send_and_ask)
    return calls


def test_a_drain_that_is_asked_to_stop_ends_after_the_call_in_flight(
    shop: Shop, customer: Customer, ask_during_first_call: list[int]
) -> None:
    invoices = [shop.invoice(customer=customer) for _ in range(3)]
    with stopping.heeding(signal.SIGTERM):
        shop.drain()
    assert len(ask_during_first_call) == 1
    found = sorted(shop.event(invoice).state for invoice in invoices)
    assert found == [State.QUEUED, State.QUEUED, State.SYNCED]
    assert Lease.objects.get().expires_at is None


def test_the_command_ends_on_sigterm_and_says_what_is_left(
    shop: Shop, customer: Customer, ask_during_first_call: list[int], capsys: pytest.CaptureFixture[str]
) -> None:
    for _ in range(3):
        shop.invoice(customer=customer)
    before = signal.getsignal(signal.SIGTERM)
    call_command("drain", organization=shop.organization.slug)
    assert "stopped; 2 still due" in capsys.readouterr().out
    assert len(ask_during_first_call) == 1
    assert signal.getsignal(signal.SIGTERM) is before
    assert not stopping.is_asked()


def test_a_cluster_that_stops_tells_its_workers_that_send(shop: Shop) -> None:
    waits = "from signal import *; import time; signal(SIGUSR1, lambda *_: exit(7)); print(flush=True); time.sleep(60)"
    worker, idle = (subprocess.Popen([sys.executable, "-c", waits], stdout=subprocess.PIPE) for _ in range(2))
    for one in (worker, idle):
        assert one.stdout is not None
        one.stdout.readline()
    supervisor: Any = Supervisor(group=Group(worker.pid, idle.pid))
    now = timezone.now()
    holds(shop, named(worker.pid))
    supervisor.end_drains(at=now)
    assert worker.wait(timeout=30) == 7
    Lease.objects.update(holder=named(idle.pid), expires_at=None)
    supervisor.end_drains(at=now)
    time.sleep(0.2)
    assert idle.poll() is None, "it holds no lease"
    idle.kill()
    idle.wait()


def test_a_worker_heeds_that(monkeypatch: pytest.MonkeyPatch) -> None:
    before = signal.getsignal(END_DRAIN)
    try:
        worker_started()
        os.kill(os.getpid(), END_DRAIN)
        assert stopping.is_asked()
    finally:
        signal.signal(END_DRAIN, before)


class Group:
    def __init__(self, *pids: int) -> None:
        self.pids = pids

    def contains(self, pid: int) -> bool:
        return pid in self.pids

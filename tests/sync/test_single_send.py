"""What one invoice that is sent on its own costs our database, from the worker's task to its end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from qbo.connection import bounds
from qbo.models import Lease
from runacall.invoices.models import Customer
from sync import tasks
from sync.engine.send import push
from sync.models import Heartbeat, State
from sync.operations import retrying
from tests import builders
from tests.books import Shop, connected_shop, emulator

# Beside those that begin and end transactions. One more is a millisecond more on the way to QuickBooks: think again.
AT_MOST = {"untaxed": 20, "taxed": 22}


@pytest.mark.parametrize("kind", AT_MOST)
def test_one_invoice_costs_few_queries(shop: Shop, kind: str) -> None:
    customer = shop.settled_invoice().customer
    shop.invoice(customer=customer)
    tasks.drain_connection(shop.connection.pk)
    rates = [shop.rate] if kind == "taxed" else []
    invoice = shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=rates)])
    with CaptureQueriesContext(connection) as seen:
        tasks.drain_connection(shop.connection.pk)
    assert shop.event(invoice).state == State.SYNCED
    asked = [one["sql"] for one in seen if not one["sql"].startswith(("BEGIN", "COMMIT"))]
    assert len(asked) <= AT_MOST[kind], "\n".join(asked)


@pytest.mark.parametrize("is_asked", [True, False])
def test_only_a_drain_that_was_asked_for_meanwhile_is_asked_for_again(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, is_asked: bool
) -> None:
    """Whoever sends an invoice while another is on its way finds the lease taken; the next sweep is a second away."""
    customer = shop.settled_invoice().customer
    write_ahead, later, asked = push.write_ahead, list[Any](), list[Any]()

    def another_meanwhile(*rest: Any) -> Any:
        later.append(shop.invoice(customer=customer))
        Lease.objects.update(woken_at=timezone.now() if is_asked else None)
        return write_ahead(*rest)

    shop.invoice(customer=customer)
    monkeypatch.setattr(push, "write_ahead", another_meanwhile)
    monkeypatch.setattr("sync.worker.wake.wake", asked.append)
    tasks.drain_connection(shop.connection.pk)
    assert shop.event(later[0]).state == State.QUEUED
    assert asked == ([shop.connection] if is_asked else [])
    tasks.drain_connection(shop.connection.pk)
    assert shop.event(later[0]).state == State.SYNCED


def test_what_a_success_releases_goes_in_the_same_drain(shop: Shop) -> None:
    """Nothing else was due when the customer was claimed; its invoice, which had failed for want of it, is now."""
    customer = builders.customer(shop.organization, "Lake Supply")
    shop.books.post("vendor", {"DisplayName": "Lake Supply"})
    invoice = shop.invoice(customer=customer)
    shop.drain()
    assert shop.event(invoice).state == State.FAILED
    Customer.objects.filter(pk=customer.pk).update(name="Lake Supply Company")
    retrying.retry(shop.failed().filter(record_type="customer"), by=None, at=timezone.now())
    tasks.drain_connection(shop.connection.pk)
    assert shop.event(invoice).state == State.SYNCED


def test_the_next_invoice_needs_no_handshake(
    transactional_db: None, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    with emulator(over_sockets=True) as url:
        _is_kept_open(connected_shop(url), monkeypatch)


def _is_kept_open(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    connects: list[object] = []
    real = bounds._Watched.connect
    monkeypatch.setattr(bounds._Watched, "connect", lambda self: (connects.append(self), real(self))[1])
    customer = shop.settled_invoice().customer
    assert connects
    connects.clear()
    invoice = shop.invoice(customer=customer)
    tasks.drain_connection(shop.connection.pk)
    assert shop.event(invoice).state == State.SYNCED
    assert connects == []


def test_a_worker_that_drains_says_so_every_few_seconds(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tasks, "_beat_at", None)
    tasks.drain_connection(shop.connection.pk)
    [first] = Heartbeat.objects.filter(name="drain").values_list("at", flat=True)
    tasks.drain_connection(shop.connection.pk)
    assert Heartbeat.objects.get(name="drain").at == first
    monkeypatch.setattr(tasks, "BEAT_EVERY", 0)
    tasks.drain_connection(shop.connection.pk)
    assert Heartbeat.objects.get(name="drain").at > first

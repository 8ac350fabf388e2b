"""What one invoice that is sent on its own costs our database, from the worker's task to its end."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from qbo.connection import bounds
from sync import tasks
from sync.models import Heartbeat, State
from tests.books import Shop, connected_shop, emulator

# Transactions' own statements included. A query more is a millisecond more on the way to QuickBooks: think again.
AT_MOST = 34


def test_one_invoice_costs_few_queries(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    shop.invoice(customer=customer)
    tasks.drain_connection(shop.connection.pk)
    invoice = shop.invoice(customer=customer)
    with CaptureQueriesContext(connection) as seen:
        tasks.drain_connection(shop.connection.pk)
    assert shop.event(invoice).state == State.SYNCED
    assert len(seen) <= AT_MOST, "\n".join(one["sql"] for one in seen)


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

"""Calls from outside the engine take a turn too: one lease and one count of calls for everybody who calls a company."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qbo.connection.connecting import disconnect
from qbo.connection.queries import ReadFailed, read_rows
from qbo.connection.turn import NotNow, visit
from qbo.lists.on_request import NotRead, read_again
from qbo.models import Lease, ListState
from sync.inbound.reconciling import CannotRead, read_books
from sync.inbound.shelf import Shelf
from tests.books import Shop


def lease_of(shop: Shop) -> Lease:
    return Lease.objects.get_or_create(connection=shop.connection)[0]


def take(shop: Shop, *, seconds: float = 180) -> Lease | None:
    return Lease.acquire(shop.connection.pk, holder="another:1:x", at=timezone.now(), seconds=seconds)


def test_what_a_person_has_read_counts_against_the_limits(shop: Shop) -> None:
    read_again(shop.connection, ListState.LISTS, at=timezone.now())
    with Shelf() as shelf:
        read_books(shop.connection, shelf)
    calls = lease_of(shop).calls
    assert len(calls) >= len(ListState.LISTS) + 1
    assert not any(is_batch for _, is_batch in calls)
    assert lease_of(shop).expires_at is None, "the next may have it"


def test_what_connecting_reads_counts_against_the_limits(shop: Shop) -> None:
    """The first drain starts at once: without it, its tenth call of the second would be QuickBooks' eleventh."""
    read = [one for one in shop.books.requests() if "CompanyInfo" in str(one["body"])]
    assert read, "connecting reads the company's name"
    [[at, is_batch]] = lease_of(shop).calls
    assert 0 <= timezone.now().timestamp() - at < 60
    assert not is_batch


def test_the_calls_of_whoever_had_the_lease_before_count(shop: Shop, settings: Any) -> None:
    """Intuit counts by company, whichever of our processes calls."""
    settings.SYNC = {**settings.SYNC, "REQUESTS_A_MINUTE": 5}
    lease_of(shop)
    Lease.objects.update(calls=[[timezone.now().timestamp(), 0]] * 5)
    with visit(shop.connection) as mine, pytest.raises(NotNow, match="takes no more calls"):
        mine.pace()


def test_a_person_who_comes_while_a_worker_sends_is_told_so_and_the_worker_reads(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("qbo.lists.on_request.PATIENCE", 0)
    held = take(shop)
    assert held
    before = lease_of(shop).calls
    with pytest.raises(NotRead, match="sending to QuickBooks right now"):
        read_again(shop.connection, ["TaxCode"], at=timezone.now())
    assert list(ListState.objects.stale(at=timezone.now()).values_list("name", flat=True)) == ["TaxCode"]
    assert lease_of(shop).calls == before
    held.release(at=timezone.now(), calls=[])
    shop.drain()
    assert not ListState.objects.stale(at=timezone.now()).exists()


def test_a_person_is_told_why_nothing_can_be_read(shop: Shop) -> None:
    shop.connection.pause("subscription_inactive", at=timezone.now())
    with pytest.raises(NotRead, match=r"^QuickBooks subscription ended: see Settings → QuickBooks → Status\.$"):
        read_again(shop.connection, ["TaxCode"], at=timezone.now())
    disconnect(shop.connection, at=timezone.now())
    with pytest.raises(NotRead, match=r"^QuickBooks is not connected\. The shop's QuickBooks admin connects it"):
        read_again(shop.connection, ["TaxCode"], at=timezone.now())


def test_a_command_waits_for_the_worker(shop: Shop) -> None:
    held, waited = take(shop), list[float]()
    assert held

    def wait(seconds: float) -> None:
        waited.append(seconds)
        held.release(at=timezone.now(), calls=[])

    with Shelf() as shelf:
        assert read_books(shop.connection, shelf, sleep=wait) == {}
        assert shelf.count("Invoice") == 0
    assert len(waited) == 1


def test_a_command_gives_up_where_the_worker_never_ends(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    take(shop)
    monkeypatch.setattr("sync.inbound.reconciling.PATIENCE", 0)
    with Shelf() as shelf, pytest.raises(CannotRead, match="sending to QuickBooks right now"):
        read_books(shop.connection, shelf)


def test_a_pause_that_quickbooks_asked_for_is_for_all(shop: Shop) -> None:
    lease_of(shop).stay_quiet(until=timezone.now() + timedelta(seconds=60))
    with pytest.raises(NotNow, match="slow down"), visit(shop.connection):
        pass
    slept: list[float] = []
    with visit(shop.connection, patience=100, sleep=slept.append):
        pass
    assert 55 < slept[0] <= 60


def test_a_reading_that_is_throttled_makes_everybody_wait(shop: Shop) -> None:
    shop.books.do("fault", fault="throttle", path="query", times=1, retry_after=30)
    with pytest.raises(ReadFailed), visit(shop.connection) as mine:
        read_rows(mine.client, "Item", pace=mine.pace)
    until = lease_of(shop).quiet_until
    assert until
    assert 25 < (until - timezone.now()).total_seconds() <= 30

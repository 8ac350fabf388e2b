"""One lease holder per connection; a process that wakes up late writes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection as database
from django.utils import timezone

from qbo.models import Lease
from qbo.models.leases import LeaseLost
from sync.models import State, SyncEvent
from tests.books import Shop


def take(shop: Shop, holder: str, *, at: object = None) -> Lease | None:
    return Lease.acquire(shop.connection.pk, holder=holder, at=at or timezone.now(), seconds=180)  # type: ignore[arg-type]


def test_a_second_holder_is_turned_away(shop: Shop) -> None:
    assert take(shop, "one")
    assert take(shop, "two") is None


def test_an_expired_lease_is_taken_over_and_the_late_holder_is_stopped(shop: Shop) -> None:
    late = take(shop, "late")
    assert late
    assert take(shop, "next", at=timezone.now() + timedelta(seconds=181))
    with pytest.raises(LeaseLost):
        late.renew(at=timezone.now(), seconds=180)
    with pytest.raises(LeaseLost):
        late.assert_held()


def test_a_lease_that_was_lost_before_it_was_read_is_somebody_elses(shop: Shop) -> None:
    """A process that was suspended in between for as long as a lease lasts."""
    take(shop, "before", at=timezone.now() - timedelta(seconds=200))
    later: list[Lease | None] = []

    def suspended(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith("SELECT") and not later:
            later.append(None)
            later[0] = take(shop, "next", at=timezone.now() + timedelta(seconds=181))
        return execute(sql, *rest)

    with database.execute_wrapper(suspended):
        assert take(shop, "late") is None
    assert later[0]


def test_a_drain_that_finds_the_lease_held_does_nothing(shop: Shop) -> None:
    invoice = shop.invoice()
    take(shop, "another process")
    assert shop.drain().busy
    assert shop.event(invoice).state == State.QUEUED


def test_what_a_dead_holder_claimed_and_never_sent_is_queued_again(shop: Shop) -> None:
    invoice = shop.invoice()
    SyncEvent.objects.update(state=State.SENDING, fence=1)
    Lease.objects.update_or_create(connection=shop.connection, defaults={"fence": 1, "expires_at": None})
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED


@pytest.mark.parametrize("seconds", [(60, 10), (10, 60)])
def test_of_two_pauses_the_longest_counts(shop: Shop, seconds: tuple[float, float]) -> None:
    """Of batches in flight, one may be told to wait a second and the other a minute."""
    lease, now = take(shop, "a worker"), timezone.now()
    assert lease
    for each in seconds:
        lease.stay_quiet(until=now + timedelta(seconds=each))
    assert Lease.objects.get(pk=lease.pk).quiet_until == now + timedelta(seconds=60)

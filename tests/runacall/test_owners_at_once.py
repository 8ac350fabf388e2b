"""Two Owners who remove each other at the same time: one stays, on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import Callable
from threading import Barrier, Thread

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from runacall.organizations import team
from runacall.organizations.models import Membership, Role
from tests import builders
from tests.on_postgres import only_from_outside, run_on_postgres

Act = Callable[[Membership, Membership], None]
ROUNDS = 6


def demote(other: Membership, by: Membership) -> None:
    team.change_role(other, Role.DISPATCHER, by=by)


def remove(other: Membership, by: Membership) -> None:
    team.remove_member(other, by=by)


def at_once(*acts: Callable[[], None]) -> list[str]:
    """Each in a thread with a connection of its own; what they were refused."""
    start, refused = Barrier(len(acts)), []

    def run(act: Callable[[], None]) -> None:
        try:
            start.wait(10)
            act()
        except ValidationError as error:
            refused.extend(error.messages)
        finally:
            connection.close()

    threads = [Thread(target=run, args=[act]) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return refused


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("first", [demote, remove])
@pytest.mark.parametrize("second", [demote, remove])
def test_one_owner_stays(first: Act, second: Act) -> None:
    for _ in range(ROUNDS):
        shop = builders.organization()
        ann, bob = (Membership.objects.get(user=builders.member(shop)) for _ in range(2))
        refused = at_once(lambda a=ann, b=bob: first(b, a), lambda a=ann, b=bob: second(a, b))
        owners = Membership.objects.filter(organization=shop, role=Role.OWNER)
        assert owners.count() == 1
        assert len(refused) == 1


@pytest.mark.django_db(transaction=True)
def test_two_owners_who_leave_at_once() -> None:
    for _ in range(ROUNDS):
        shop = builders.organization()
        ann, bob = (Membership.objects.get(user=builders.member(shop)) for _ in range(2))
        refused = at_once(lambda a=ann: remove(a, a), lambda b=bob: remove(b, b))
        assert Membership.objects.filter(organization=shop, role=Role.OWNER).count() == 1
        assert refused == ["An organization needs an Owner. Make another person Owner first."]


@pytest.mark.slow
@pytest.mark.postgresql
@only_from_outside
def test_the_same_on_postgresql() -> None:
    """SQLite lets one write at a time whatever we do; only there the locks of rows are put to the test."""
    assert "5 passed" in run_on_postgres(__file__, timeout=110)

"""3,000 failures of 40 causes: page, cause cards and export make a fixed number of queries."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qbo.failures import Failure, Subject
from qbo.models import Connection
from runacall.organizations.models import Role
from sync.log.causes import causes
from sync.log.export import CHUNK, Export
from sync.models import State, SyncEvent
from sync.models.events import RANKS, EntityType, failure_columns
from tests import builders
from tests.sync.queue import AT, connection_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def connection(db: None) -> Connection:
    return connection_of(builders.organization("lakeside"))


def fail(connection: Connection, *, count: int, kinds: int) -> None:
    """`count` failed invoices of `kinds` causes, the later ones with more money; rows only, no invoices."""
    first = 10**6 + SyncEvent.objects.count()
    failures = [Failure("tax_code_not_mapped", Subject("tax_rate", str(n), f"Rate {n}")) for n in range(kinds)]
    columns = [failure_columns(failure) for failure in failures]
    SyncEvent.objects.bulk_create(
        SyncEvent(
            organization=connection.organization,
            connection=connection,
            realm_id=connection.realm_id,
            record_type=EntityType.INVOICE,
            record_id=first + number,
            rank=RANKS[EntityType.INVOICE],
            label=f"Invoice #{number}",
            party=f"Customer {number}",
            amount=Decimal(10 + number % kinds),
            state=State.FAILED,
            opened_at=AT - dt.timedelta(minutes=number),
            changed_at=AT,
            **columns[number % kinds],
        )
        for number in range(count)
    )


def queries_of(ask: Callable[[], object]) -> int:
    with CaptureQueriesContext(database) as seen:
        ask()
    return len(seen)


def few_and_many(connection: Connection, ask: Callable[[], object]) -> tuple[int, int]:
    fail(connection, count=60, kinds=3)
    ask()  # whatever is asked once and remembered
    few = queries_of(ask)
    SyncEvent.objects.all().delete()
    fail(connection, count=3000, kinds=40)
    return few, queries_of(ask)


@pytest.mark.parametrize("query", ["", "?status=failed", "?cause=tax_code_not_mapped:tax_rate:1&search=Customer"])
def test_the_page(connection: Connection, query: str) -> None:
    client = Client()
    client.force_login(builders.member(connection.organization, Role.OWNER))

    def page() -> None:
        answer = client.get(reverse("admin:sync_syncevent_changelist") + query)
        assert answer.status_code == 200, answer
        answer.render() if hasattr(answer, "render") and not answer.is_rendered else None
        assert answer.content

    few, many = few_and_many(connection, page)
    # The statuses of what fits on a page are not counted apart.
    assert many == few + ("search" in query)


def test_the_causes(connection: Connection) -> None:
    log = SyncEvent.objects.for_organization(connection.organization)
    few, many = few_and_many(connection, lambda: causes(log, limit=50))
    assert few == many <= 3
    found = causes(log, limit=50)
    assert (len(found), sum(cause.count for cause in found)) == (40, 3000)
    assert sum(cause.money for cause in found) == sum(row.amount or 0 for row in log)
    assert [cause.money for cause in found] == sorted((cause.money for cause in found), reverse=True)


def test_the_export_asks_as_much_for_each_chunk(connection: Connection) -> None:
    log = SyncEvent.objects.for_organization(connection.organization)

    def export() -> None:
        assert "Rate 1" in "".join(Export(connection.organization, log, AT).pieces("csv"))

    few, many = few_and_many(connection, export)
    chunks = -(-3000 // CHUNK)
    assert many <= few * chunks

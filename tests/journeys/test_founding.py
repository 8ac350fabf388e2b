"""A shop whose lists are copied (`tests/founding.py`) has what one has whose lists were read and stored."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from qbo.connection.queries import ReadFailed
from qbo.connection.turn import client_for
from qbo.lists.mirrors import refresh_lists
from qbo.models import CompanyFacts, ConnectionSettings, ListEntry, ListState
from tests import founding
from tests.books import Books, Shop, connected_shop, emulator

OF_ONE_SHOP = {"id", "connection_id", "realm_id"}


def lists_of(shop: Shop) -> dict[str, list[dict[str, Any]]]:
    """All of it, with each time as whether it is there."""
    return {
        model.__name__: [
            {
                name: bool(value) if name.endswith("_at") else value
                for name, value in row.items()
                if name not in OF_ONE_SHOP
            }
            for row in model.objects.filter(connection=shop.connection).order_by("pk").values()
        ]
        for model in (ListEntry, ListState, CompanyFacts, ConnectionSettings)
    }


@pytest.fixture(autouse=True)
def _nothing_stored() -> Iterator[None]:
    with patch.dict(founding.STORED, clear=True):
        yield


def test_a_copy_is_what_is_read(shop: Shop) -> None:
    founding.STORED.clear()
    with emulator() as first, emulator() as second:
        read = connected_shop(first)
        (stored,) = founding.STORED.values()
        copied = connected_shop(second)
        assert list(founding.STORED.values()) == [stored]
        assert lists_of(copied) == lists_of(read)
        assert copied.books.calls() == read.books.calls()
        # Nothing is left for the next drain to read, and another reading changes nothing.
        now = timezone.now()
        assert not ListState.objects.filter(connection=copied.connection).stale(at=now).exists()
        refresh_lists(copied.connection, client_for(copied.connection), ListState.LISTS, lease=None, at=now)
        assert lists_of(copied) == lists_of(read)


def test_a_company_that_says_something_else_is_read_anew(shop: Shop) -> None:
    with emulator() as url:
        Books(url).do("close_books", date="2026-01-31")
        closed = connected_shop(url)
    assert CompanyFacts.objects.get(connection=closed.connection).book_close_date == dt.date(2026, 1, 31)
    assert CompanyFacts.objects.get(connection=shop.connection).book_close_date is None


def test_what_gets_no_answer_is_not_read_and_nothing_is_stored_for_others(db: None, qbo_url: str) -> None:
    Books(qbo_url).do("fault", fault="status", status=500, path="query", entity="Term", times=1)
    with pytest.raises(ReadFailed):
        connected_shop(qbo_url)
    assert not founding.STORED

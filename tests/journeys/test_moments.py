"""A shop that is a copy (`tests/moments.py`) holds what the one held that was made, and goes on like any other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from typing import Any
from unittest.mock import patch

import pytest
import time_machine
from django.db import connection as database
from django.db import transaction
from django.utils import timezone

from qbo.models import TaxMapping
from runacall.organizations.models import Organization
from tests import books, builders, moments
from tests.books import EMULATORS, Shop, connected_shop, emulator


@pytest.fixture(autouse=True)
def _nothing_kept() -> Iterator[None]:
    with patch.dict(moments.FIRST, clear=True), patch.object(moments, "WANTED", set()):
        yield


@contextmanager
def new_shop() -> Iterator[Shop]:
    """In a database that is empty as often as this is asked for."""
    with emulator() as url, transaction.atomic():
        yield connected_shop(url)
        transaction.set_rollback(True)


def everything(shop: Shop) -> tuple[object, ...]:
    """In the database and at the company, without the address of the emulator."""
    there = EMULATORS[shop.books.url]
    rows = repr(moments._all_rows()).replace(shop.books.url, "URL")
    log = [entry.shown() for entry in there.log.entries]
    return rows, log, list(there.tokens.snapshot()), list(there.company.snapshot()), dict(there.log.calls)


@contextmanager
def made() -> Iterator[list[str]]:
    """What is made and not copied."""
    names: list[str] = []

    def noted(name: str, make: Callable[..., Any]) -> Callable[..., Any]:
        return lambda *given, **named: (names.append(name), make(*given, **named))[1]

    with (
        patch.object(books, "_connected_shop", noted("shop", books._connected_shop)),
        patch.object(Shop, "_settled_invoice", noted("invoice", Shop._settled_invoice)),
    ):
        yield names


@pytest.fixture
def kept(db: None, qbo_url: str) -> None:
    """A connected shop and its first invoice, wanted often enough."""
    for _ in range(3):
        with new_shop() as shop:
            shop.settled_invoice()


def test_a_copy_is_what_was_made(db: None, qbo_url: str) -> None:
    """The shop the third time, with two invoices the fifth: each is kept the second time that it comes after a copy."""
    said: list[list[Any]] = []
    with made() as names:
        for _ in range(5):
            with new_shop() as shop:
                stages = [everything(shop)]
                for _ in range(2):
                    invoice = shop.settled_invoice()
                    assert invoice.organization_id == shop.organization.pk
                    stages.append((invoice.pk, shop.connection.token_version, everything(shop)))
                said.append(stages)
    assert names == [*["shop", "invoice", "invoice"] * 2, "invoice", "invoice", "invoice"]
    first, second, third, fourth, fifth = said
    assert first[0] != second[0], "no two shops that were made have the same tokens"
    assert second[0] == third[0] == fourth[0] == fifth[0]
    assert third[1] == fourth[1] == fifth[1]
    assert fourth[2] == fifth[2]


def test_it_goes_on_like_any_other(kept: None) -> None:
    with made() as names, new_shop() as shop:
        invoice = shop.settled_invoice()
        assert names == []
        payment = builders.payment(invoice, "8.00", at=timezone.now(), received_date=builders.today())
        invoice.customer.edit(phone="216-555-0100", at=timezone.now())
        other = shop.invoice(customer=invoice.customer)
        shop.drain()
        shop.assert_in_books(invoice, other)
        assert shop.event(payment).state == "synced"
        assert shop.there(invoice)["Balance"] == 100
        shop.reconnect()
        assert shop.hear() is not None
        assert not shop.failed()


def test_what_one_does_with_a_copy_is_not_in_the_next(kept: None) -> None:
    with new_shop() as shop:
        untouched = everything(shop)
        there = shop.there(shop.settled_invoice())
        shop.books.post("invoice", {**there, "CustomerMemo": {"value": "hers"}})
        shop.books.do("add_customer", name="Carla Diaz")
    with new_shop() as shop:
        assert everything(shop) == untouched
        assert "CustomerMemo" not in shop.there(shop.settled_invoice())


def test_what_was_taken_away_is_taken_away_from_a_copy_too(db: None, qbo_url: str) -> None:
    taken = []
    for _ in range(4):
        with new_shop() as shop:
            said = moments.again(shop.books.url, {"made": "no mapping"}, lambda: taken.append(unmapped()))
            assert (said, unmapped()) == (None, 0)
    assert taken == [1, 1, 1]


def unmapped() -> int:
    """How many tax mappings there were; none is left."""
    count, _ = TaxMapping.objects.all().delete()
    return count


def written(shop: Shop) -> None:
    Organization.objects.filter(pk=shop.organization.pk).update(name="Other")


def asked(shop: Shop) -> None:
    shop.books.state()


@pytest.mark.parametrize("touch", [written, asked])
def test_where_something_has_happened_it_is_made(kept: None, touch: Callable[[Shop], None]) -> None:
    with made() as names, new_shop() as shop:
        touch(shop)
        shop.settled_invoice()
    assert names == ["invoice"]


@pytest.mark.parametrize("before", ["written here", "asked there"])
def test_a_shop_that_is_not_the_first_thing_is_made(kept: None, before: str) -> None:
    with made() as names, emulator() as url:
        if before == "written here":
            builders.organization("lakeside")
        else:
            books.Books(url).do("close_books", date="2026-01-31")
        connected_shop(url)
    assert names == ["shop"]


def test_what_another_connection_writes_is_seen(shop: Shop, transactional_db: None) -> None:
    here = moments.HERE[shop.books.url]
    before = moments._seen(here)
    assert moments._seen(here) == before
    with ThreadPoolExecutor(1) as thread:
        thread.submit(lambda: (written(shop), database.close())).result()
    assert moments._seen(here) != before


def test_other_wishes_are_made(kept: None, settings: Any) -> None:
    at = timezone.now() - timedelta(hours=1)
    with made() as names, new_shop() as shop:
        invoice = shop.settled_invoice(number="1842")
        earlier = shop.settled_invoice(at=at, customer=invoice.customer)
        assert shop.event(earlier).opened_at == at
    assert names == ["invoice", "invoice"]
    settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 0}
    with made() as names, new_shop():
        pass
    assert names == ["shop"]


def test_a_second_shop_is_made(kept: None) -> None:
    with made() as names, new_shop() as shop:
        assert connected_shop(shop.books.url).connection.realm_id != shop.connection.realm_id
    assert names == ["shop"]


def test_what_is_old_is_made_again(kept: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(moments, "KEPT_FOR", 0)
    with made() as names, new_shop():
        pass
    assert names == ["shop"]


def test_a_test_that_sets_the_clock_makes_its_own(kept: None) -> None:
    later = timezone.now() + timedelta(days=1)
    with time_machine.travel(later), made() as names, new_shop() as shop:
        assert shop.connection.connected_at >= later
    assert names == ["shop"]

"""A process that has lost the lease writes nothing more, wherever in a drain it happens.

Whoever took over, or reconnected to another company, goes by what stands in the database now.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from qbo.models import CompanyFacts, Connection, ConnectionSettings, Lease, Link, ListEntry, ListState, TaxMapping
from runacall.invoices.models import Customer
from sync.engine import drain as engine
from sync.models import Attempt, Submission, SyncEvent
from tests import builders
from tests.books import Killed, Shop

START = timezone.now()
OVER = START + timedelta(seconds=136)
LATER = START + timedelta(minutes=6)


@dataclass(frozen=True)
class Known:
    """A shop, one of its customers whom QuickBooks has, and pytest's patches."""

    shop: Shop
    customer: Customer
    monkeypatch: pytest.MonkeyPatch

    def invoice(self, **fields: Any) -> Any:
        return self.shop.invoice(**{"customer": self.customer, "at": START, **fields})

    def fault(self, fault: str, **how: Any) -> None:
        self.shop.books.do("fault", fault=fault, **how)


def _plain(known: Known) -> None:
    known.invoice()


def _with_numbers(known: Known) -> None:
    """So that numbers are asked about before anything is sent."""
    known.shop.choose(send_numbers=True)
    known.invoice()


def _read_throttled(known: Known) -> None:
    _with_numbers(known)
    known.fault("throttle", path="query")


def _read_fails(known: Known) -> None:
    _with_numbers(known)
    known.fault("status", status=503, path="query")


def _sender_dies(known: Known) -> None:
    known.invoice()
    with patch("sync.engine.send.push._read", side_effect=Killed), pytest.raises(Killed):
        known.shop.drain(START)


def _answer_lost(known: Known) -> None:
    known.invoice()
    known.fault("reset", path="write", after_commit=True)
    known.shop.drain(START)


def _update_lost(known: Known) -> None:
    invoice = known.shop.settled_invoice(customer=known.customer, at=START)
    invoice.edit(customer_note="Thank you", at=START)
    known.fault("reset", path="write", after_commit=True)
    known.shop.drain(START)


def _batch_lost(known: Known) -> None:
    known.invoice()
    known.fault("reset", path="write")


def _batch_refused(known: Known) -> None:
    for _ in range(6):
        known.invoice()
    known.fault("fault", status=400, code="2010", message="Request has invalid or unsupported property", path="batch")


def _turned_away(known: Known) -> None:
    known.invoice()
    known.fault("status", status=403, path="write")


def _token_over(known: Known) -> None:
    known.invoice()
    Connection.objects.update(access_expires_at=START - timedelta(minutes=1))


def _mistake_of_ours(known: Known) -> None:
    def fail(*_: Any) -> Any:
        raise ValueError("a mistake of ours")

    known.invoice()
    known.monkeypatch.setitem(engine.PREPARE, "invoice", fail)


def _customer_is_there(known: Known) -> None:
    known.shop.books.do("add_customer", name="Acme")
    known.invoice(customer=builders.customer(known.shop.organization, "Acme", at=START))


def _item_is_there(known: Known) -> None:
    known.shop.books.do("add_item", name="Gizmo")
    known.shop.read_lists("Item")
    known.invoice(item=builders.item(known.shop.organization, "Gizmo", at=START))


def _same_words_on_both_sides(known: Known) -> None:
    """QuickBooks refuses our update, since it has been changed there, and the look finds the same there."""
    there = known.shop.books.row("Customer", known.shop.qbo_id(known.customer))
    known.shop.books.post("customer", {**there, "PrimaryPhone": {"FreeFormNumber": "216-555-0100"}})
    known.customer.edit(phone="216-555-0100", at=START)


def _item_without_account(known: Known) -> None:
    known.invoice(item=builders.item(known.shop.organization, "Gizmo", at=START))
    known.shop.choose(default_income_account_id="")


def _list_is_old(known: Known) -> None:
    known.invoice()
    known.shop.books.do("add_item", name="Gizmo")
    ListState.want(known.shop.connection, ["Item"], at=START)


def _tax_not_mapped(known: Known) -> None:
    known.invoice()
    TaxMapping.objects.all().delete()


@dataclass(frozen=True)
class Place:
    """Where it happens: just before `function`, in the drain at `at` after `given`."""

    function: str
    given: Callable[[Known], None]
    at: datetime = START


PLACES = {
    "claim": Place("sync.engine.drain.claim", _plain),
    "release": Place("sync.engine.drain.release", _read_throttled),
    "take over": Place("sync.engine.drain.take_over", _sender_dies),
    "a read that failed": Place("sync.engine.drain.count_as_try", _read_fails),
    "a mistake of ours": Place("sync.engine.drain.stop_for_mistake", _mistake_of_ours),
    "renew a token": Place("sync.engine.drain.renew_token", _token_over),
    "pause": Place("sync.engine.send.refusals.pause_connection", _turned_away),
    "keep a list": Place("qbo.lists.mirrors._keep", _list_is_old),
    "link a customer": Place("sync.engine.prepare.customers._write_down", _customer_is_there),
    "link an item": Place("sync.engine.prepare.items.carried_over", _item_is_there),
    "keep what was read": Place("sync.engine.links.checked", _same_words_on_both_sides),
    "adopt the same words": Place("sync.engine.prepare.nothing_sent.adopt_theirs", _same_words_on_both_sides),
    "refuse an item": Place("sync.engine.prepare.items.load_book", _item_without_account),
    "refuse an invoice": Place("sync.engine.prepare.invoices.judge", _tax_not_mapped),
    "adopt": Place("sync.engine.prepare.adoption._adopt", _answer_lost, LATER),
    "adopt an update": Place("sync.engine.prepare.adoption._adopt_update", _update_lost, LATER),
    "write ahead": Place("sync.engine.send.push.write_ahead", _plain),
    "send again": Place("sync.engine.send.push._mark_sent", _sender_dies, OVER),
    "read an answer": Place("sync.engine.send.push.read_items", _plain),
    "wait for an answer": Place("sync.engine.send.doubts._wait", _sender_dies),
    "look instead": Place("sync.engine.send.doubts._look_instead", _sender_dies, LATER),
    "give back": Place("sync.engine.send.refusals.give_back", _turned_away),
    "refuse a batch": Place("sync.engine.send.refusals._refused", _batch_refused),
    "hold in doubt": Place("sync.engine.send.refusals._hold", _batch_lost),
}


@pytest.fixture
def known(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Known:
    """QuickBooks numbers the invoices, so that nothing has to be asked before a batch."""
    ConnectionSettings.objects.update(send_numbers=False)
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    return Known(shop, shop.settled_invoice(at=START).customer, monkeypatch)


def written() -> dict[str, list[dict[str, Any]]]:
    """All that a drain writes, but the lease itself."""
    models = (SyncEvent, Submission, Attempt, Link, Connection, ListEntry, ListState, CompanyFacts)
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in models}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("place", PLACES.values(), ids=PLACES)
def test_whoever_is_overtaken_writes_nothing(known: Known, place: Place) -> None:
    place.given(known)
    original, _ = patch(place.function).get_original()
    before: list[dict[str, Any]] = []

    def overtaken(*arguments: Any, **named: Any) -> Any:
        if not before:
            Lease.overtake(known.shop.connection)
            before.append(written())
        return original(*arguments, **named)

    with patch(place.function, overtaken):
        known.shop.drain(place.at)
    assert before, "the drain does not come to this place"
    assert written() == before[0]

"""`reconcile` keeps only what differs in memory, and goes on where it was interrupted."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from qbo.connection.client import Reply
from qbo.connection.queries import ReadFailed
from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.mapping.comparing import COMPARED
from sync.inbound import reconciling
from sync.inbound.reconciling import read_books, reconcile, wanted_invoices, wanted_payments
from sync.inbound.shelf import Shelf
from tests import builders
from tests.books import Shop


def row(number: int, **more: Any) -> Row:
    return {"Id": str(number), "DocNumber": f"A{number}", "TotalAmt": 5, **more}


def test_rows_are_found_by_mark_number_or_id_each_once() -> None:
    with Shelf() as shelf:
        note = "Thank you\nRun a Call invoice #A1 (ref 7-12)"
        shelf.put("Invoice", [row(1, PrivateNote=note), row(2), row(3, DocNumber="A2")])
        shelf.put("Payment", [{"Id": "1", "PrivateNote": "Run a Call payment (ref 7-12)"}])
        found = shelf.beside("Invoice", marks=[(7, 12)], numbers=["A1", "A2"])
        assert [one["Id"] for one in found] == ["1", "2", "3"]
        assert [one["Id"] for one in shelf.beside("Payment", marks=[(7, 12)], ids=["1"])] == ["1"]
        assert shelf.beside("Invoice", marks=[(7, 1), (71, 2)], numbers=["A", ""]) == []
        assert shelf.has("Invoice", ["2", "9"]) == {"2"}


def test_of_a_row_that_was_read_twice_the_later_one_counts() -> None:
    with Shelf() as shelf:
        shelf.put("Invoice", [row(1), row(2)])
        shelf.put("Invoice", [row(1, DocNumber="B1", TotalAmt=6)])
        assert shelf.count("Invoice") == 2
        assert shelf.beside("Invoice", marks=[], numbers=["A1"]) == []
        [found] = shelf.beside("Invoice", marks=[], numbers=["B1"])
        assert found["TotalAmt"] == 6


def test_of_invoices_only_what_is_compared_is_kept() -> None:
    with Shelf() as shelf:
        shelf.put("Invoice", [row(1, Line=[{"Id": "1"}], BillAddr={"Line1": "x"}, Balance=5)])
        [found] = shelf.beside("Invoice", marks=[], numbers=["A1"])
    assert set(found) == {"Id", "DocNumber", "TotalAmt", "Balance"}
    assert set(found) <= COMPARED


def test_a_few_at_a_time_are_compared_as_all_at_once(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    shop.choose(sync_payments=True)
    made = [shop.invoice() for _ in range(7)]
    for invoice in made[:5]:
        builders.payment(invoice, at=timezone.now())
    shop.drain()
    builders.invoice(shop.organization)
    at_once = reconcile(shop.connection)
    assert at_once.checked > 7
    assert at_once.payments.checked == 5
    assert at_once.missing
    loaded: list[int] = []

    def load(ids: Sequence[int]) -> Any:
        loaded.append(len(list(ids)))
        return original(ids)

    original = reconciling.load_invoices
    monkeypatch.setattr(reconciling, "load_invoices", load)
    monkeypatch.setattr(reconciling, "AT_ONCE", 2)
    assert reconcile(shop.connection) == at_once
    assert max(loaded) == 2


def test_what_is_expected_is_not_loaded_before_it_is_asked_for(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """A list of all would be 1.7 GB in a shop with 400,000 invoices."""
    for _ in range(3):
        shop.invoice()
    monkeypatch.setattr(reconciling, "AT_ONCE", 1)
    loaded: list[int] = []
    original = reconciling.load_invoices
    monkeypatch.setattr(reconciling, "load_invoices", lambda ids: loaded.append(1) or original(ids))
    wanted = wanted_invoices(shop.connection)
    next(wanted)
    assert len(loaded) == 1
    assert isinstance(wanted_payments(shop.connection), Iterator)


@pytest.mark.parametrize("code", ["server_error", "rate_limited"])
def test_reading_goes_on_with_the_next_page(shop: Shop, monkeypatch: pytest.MonkeyPatch, code: str) -> None:
    """More interruptions than one read forgives: each page that arrives starts the count again."""
    asked: list[int] = []

    def pages(client: object, entity: str, *, first: int, **more: object) -> Iterator[list[Row]]:
        asked.append(first)
        if len(asked) % 2:
            raise ReadFailed(Failure(code), Reply(500, ""))
        yield [row(first)]
        if first < 7:
            raise ReadFailed(Failure(code), Reply(500, ""))

    monkeypatch.setattr(reconciling, "read_pages", pages)
    told: list[tuple[str, int]] = []
    later = timezone.now() + timedelta(minutes=1)
    with Shelf() as shelf:
        read_books(
            shop.connection, shelf, now=lambda: later, sleep=lambda _: None, told=lambda *one: told.append(one)
        )  # fmt: skip
        assert shelf.count("Invoice") == 8
    assert asked == [page for page in range(8) for _ in range(2)]
    assert told == [("Invoice", page + 1) for page in range(8)]

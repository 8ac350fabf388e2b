"""Whether a number is taken is asked once for several invoices that are sent one after another."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from qbo.connection.free_numbers import AHEAD, FreeNumbers, following
from sync.models import State
from tests.books import Shop

REALM = "4620816365010101"
HER_LINE = [{"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": {"ItemRef": {"value": "1"}}}]


@pytest.fixture(autouse=True)
def counts(settings: Any) -> None:
    settings.SYNC = {**settings.SYNC, "NUMBERS_COUNT_FOR": 15}


def asked(shop: Shop) -> list[str]:
    return [str(one["body"]) for one in shop.books.requests() if "DocNumber IN" in str(one["body"])]


class TestInADrain:
    def test_invoices_sent_one_by_one_ask_once(self, shop: Shop) -> None:
        first = shop.settled_invoice(number="FS-0099")
        before = len(asked(shop))
        others = [shop.settled_invoice(number=f"FS-{number:04}", customer=first.customer) for number in (100, 101, 102)]
        assert len(asked(shop)) == before
        assert [row["DocNumber"] for row in shop.books.invoices()] == [one.number for one in (first, *others)]

    def test_it_looks_ahead_while_an_invoice_is_on_its_way(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FreeNumbers, "is_old", lambda *_, **__: True)
        customer = shop.settled_invoice(number="20").customer
        before = len(asked(shop))
        shop.settled_invoice(number="21", customer=customer)
        assert len(asked(shop)) == before + 1
        assert "'22'" in asked(shop)[-1]
        assert "'21'" not in asked(shop)[-1]
        assert [one["path"].rsplit("/")[-1] for one in shop.books.requests()][-2:].count("query") == 1
        shop.connection.lease.refresh_from_db()
        assert "22" in shop.connection.lease.free_numbers["keys"]

    def test_a_look_ahead_that_fails_stops_nothing(self, shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(FreeNumbers, "is_old", lambda *_, **__: True)
        customer = shop.settled_invoice(number="20").customer
        shop.books.do("fault", fault="status", status=503, path="query", times=5)
        shop.settled_invoice(number="21", customer=customer)
        assert len(shop.books.invoices()) == 2

    def test_a_number_that_somebody_had_then_is_still_taken(self, shop: Shop) -> None:
        first = shop.settled_invoice(number="A-9")
        shop.books.do("duplicate_number_check", on=False)
        hers = {"CustomerRef": {"value": shop.qbo_id(first.customer)}, "DocNumber": "43", "Line": HER_LINE}
        shop.books.post("invoice", hers)
        # Asks for 41 and for those that come next, of which she has one.
        shop.settled_invoice(number="41", customer=first.customer)
        before = len(asked(shop))
        ours = shop.invoice(number="43", customer=first.customer)
        shop.drain()
        assert shop.event(ours).failure_code == "duplicate_doc_number"
        assert len(asked(shop)) == before + 1

    def test_a_number_is_known_to_be_free_for_one_invoice_only(self, shop: Shop) -> None:
        customer = shop.settled_invoice(number="50").customer
        first = shop.settled_invoice(number="51", customer=customer)
        first.edit(number="77", at=timezone.now())
        shop.drain()
        before = len(asked(shop))
        shop.settled_invoice(number="51", customer=customer)
        assert len(asked(shop)) == before + 1

    def test_what_may_have_been_sent_is_always_looked_for(self, shop: Shop) -> None:
        customer = shop.settled_invoice(number="60").customer
        invoice = shop.invoice(number="61", customer=customer)
        shop.log().of_record("invoice", invoice.pk).update(look_first=True)
        before = len(asked(shop))
        shop.drain()
        assert shop.event(invoice).state == State.SYNCED
        assert len(asked(shop)) == before + 1


@pytest.mark.parametrize(
    ("numbers", "first", "last"),
    [
        (["FS-1042"], "FS-1043", f"FS-{1042 + AHEAD}"),
        (["7", "12", "9"], "13", f"{12 + AHEAD}"),
        (["A-099"], "A-100", f"A-{99 + AHEAD}"),
        (["2026-B"], None, None),
        ([], None, None),
    ],
)
def test_the_numbers_that_come_next(numbers: list[str], first: str | None, last: str | None) -> None:
    found = following(numbers)
    assert (found[:1], found[-1:]) == (([first], [last]) if first else ([], []))


class TestFreeNumbers:
    def test_each_is_given_once_and_for_a_while(self) -> None:
        known = FreeNumbers(REALM)
        known.note(["FS-1", "fs-2", "FS-3"], held=["fs-3"], at=100.0)
        assert known.take(["FS-1", "FS-3", "FS-9"], at=114.0, counts_for=15) == {"FS-1"}
        assert known.take(["FS-1", "FS-2"], at=114.0, counts_for=15) == {"FS-2"}

    @pytest.mark.parametrize("later", [-1.0, 15.0])
    def test_nothing_is_known_after_that_time_or_before(self, later: float) -> None:
        known = FreeNumbers(REALM)
        known.note(["1"], held=[], at=100.0)
        assert known.take(["1"], at=100.0 + later, counts_for=15) == set()

    @pytest.mark.parametrize(("later", "is_old"), [(5.0, False), (5.1, True)])
    def test_it_is_looked_again_before_it_counts_no_more(self, later: float, is_old: bool) -> None:
        known = FreeNumbers(REALM)
        known.note(["1"], held=[], at=100.0)
        assert known.is_old(at=100.0 + later, counts_for=15) is is_old

    def test_it_is_of_one_company(self) -> None:
        known = FreeNumbers(REALM)
        known.note(["1"], held=[], at=100.0)
        assert FreeNumbers.from_json(known.as_json, REALM) == known
        assert not FreeNumbers.from_json(known.as_json, "9341457000000042").keys
        assert not FreeNumbers.from_json(None, REALM).keys
        assert not FreeNumbers.from_json({"realm_id": REALM, "seen_at": "x", "keys": 5}, REALM).keys

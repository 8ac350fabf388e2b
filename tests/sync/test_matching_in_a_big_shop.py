"""What the lists of matches do where there are tens of thousands of products: less, and nothing else."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.models import Connection, Link, ListEntry
from qbo.pages import drop_downs
from runacall.invoices.models import PricebookItem
from runacall.organizations.models import Role
from sync.matching import listing
from sync.matching.kinds import CUSTOMERS, PRODUCTS
from sync.matching.record import record_context
from tests import builders, log_rows

NAMES = ("Filter 16x25", "Filter 16x20", "Filter", "Run capacitor 35/5 MFD", "Labor", "Ümlaut filter")


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def entry(books: Connection, name: str, qbo_id: str, **data: Any) -> ListEntry:
    columns = {"connection": books, "realm_id": books.realm_id, "entity": "Item", "refreshed_at": timezone.now()}
    return ListEntry.objects.create(**columns, qbo_id=qbo_id, name=name, name_key=name.casefold(), data=data)


def matched(books: Connection, price: str, theirs: Any) -> PricebookItem:
    item = builders.item(books.organization, unit_price=price)
    entry(books, item.name, f"7{item.pk}", UnitPrice=theirs)
    which = {"connection": books, "realm_id": books.realm_id, "record_type": "item", "record_id": item.pk}
    Link.objects.create(**which, qbo_id=f"7{item.pk}", synced_at=timezone.now())
    return item


def test_prices_that_differ_are_found_however_they_are_written(books: Connection) -> None:
    for ours, theirs in (("95.00", 95), ("95.50", 95.5), ("95.00", "95"), ("95.00", None), ("95.00", "free")):
        matched(books, ours, theirs)
    expected = {matched(books, "95.00", theirs).pk for theirs in (96, 95.01, "96", 0)}
    assert set(listing.differing_ids(books)) == expected


def test_prices_that_agree_are_not_read(books: Connection) -> None:
    """50,000 of them would take a second."""
    for _ in range(3):
        matched(books, "95.00", 95)
    with CaptureQueriesContext(database) as asked:
        assert listing.differing_ids(books) == []
    assert not [one["sql"] for one in asked.captured_queries if '"qbo_listentry"."data"' in one["sql"]]


@pytest.mark.parametrize("search", ["", "capac"])
def test_the_nearest_products_are_the_same_either_way(
    books: Connection, monkeypatch: pytest.MonkeyPatch, search: str
) -> None:
    for number, name in enumerate(NAMES):
        entry(books, name, f"{number}")
    records = [builders.item(books.organization, name) for name in ("Filter 16x25", "Filter 16")]
    in_database = set(listing.products_there(books, records, {}, search=search))
    monkeypatch.setattr(listing, "FEW_WORDS", 0)
    assert in_database == set(listing.products_there(books, records, {}, search=search))
    assert "4" not in in_database


def test_of_many_the_nearest_products_are_kept(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listing, "COMPARED", 2)
    for number, name in enumerate(NAMES):
        entry(books, name, f"{number}")
    records = [builders.item(books.organization, "Filter 16x25")]
    found = set(listing.products_there(books, records, {}))
    assert len(found) == 2
    assert "0" in found


def test_records_of_a_state_are_counted_up_to_a_bound(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    for number in range(3):
        builders.customer(books.organization, f"Customer {number}")
    monkeypatch.setattr(listing, "MOST_COUNTED", 2)
    told = {chip.name: str(chip.count) for chip in listing.chips(CUSTOMERS, books, "all", "")}
    assert (told["all"], told["unmatched"], told["matched"]) == ("2+", "2+", "0")


def test_prices_are_compared_in_a_big_shop_where_somebody_asks(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "MOST_COUNTED", 1)
    matched(books, "95.00", 96)
    matched(books, "95.00", 96)

    def told(state: str) -> str:
        return next(str(chip.count) for chip in listing.chips(PRODUCTS, books, state, "") if chip.name == "differs")

    assert (told("all"), told("differs")) == ("", "2")


@pytest.mark.parametrize(("page", "kind"), [("sync:customers", "customer"), ("sync:products", "item")])
def test_what_is_looked_for_among_all_is_looked_for_once(books: Connection, page: str, kind: str) -> None:
    """Which records failed events need goes through all that failed."""
    log_rows.event(books)
    client = Client()
    client.force_login(builders.member(books.organization, Role.OWNER))
    client.get(reverse(page))
    for query in ({}, {"state": "unmatched"}, {"state": "all"}):
        with CaptureQueriesContext(database) as asked:
            client.get(reverse(page), query)
        causes = [one["sql"] for one in asked.captured_queries if "name_ambiguous" in one["sql"]] + [
            one["sql"] for one in asked.captured_queries if "item_ambiguous" in one["sql"]
        ]
        assert len([sql for sql in causes if '"cause_key"' in sql.partition("FROM")[0]]) == 1
        # Those of the state that is shown are counted as pages, and not again beside its name.
        count = [
            one["sql"] for one in asked.captured_queries if "qbo_looseend" in one["sql"] and "COUNT(" in one["sql"]
        ]
        assert len(count) <= 1


def test_products_to_sell_are_offered_from_behind_what_is_none(
    books: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(drop_downs, "MOST_OFFERED", 2)
    for number, kind in enumerate(("Category", "Category", "Group", "Service", "Category", "NonInventory", "Service")):
        entry(books, f"Part {number}", f"{number}", Type=kind)
    ListEntry.objects.filter(qbo_id="3").update(active=False)
    entry(books, "Nothing", "99")
    assert drop_downs.sellable_items(books) == [("5", "Part 5"), ("6", "Part 6")]


def test_all_of_the_same_name_are_found_however_it_is_spelled(books: Connection) -> None:
    item = builders.item(books.organization, "Filter 16x25")
    same = builders.item(books.organization, "FILTER\u00a016x25")
    builders.item(books.organization, "Filter 16x20")
    builders.item(builders.organization("seaside"), "Filter 16x25")
    context = record_context(PRODUCTS, books, item, None, search="", at=timezone.now())
    assert [row.ours.id for row in context["others"]] == [str(same.pk)]
    customer = builders.customer(books.organization, "Ada", company="Lindqvist Heating")
    builders.customer(books.organization, "Lindqvist Heating", company="Other")
    alike = builders.customer(books.organization, "lindqvist  heating")
    context = record_context(CUSTOMERS, books, customer, [], search="", at=timezone.now())
    assert [row.ours.id for row in context["others"]] == [str(alike.pk)]


def test_products_of_other_items_crowd_no_free_one_out(books: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is matched to another item is no guess, however near."""
    monkeypatch.setattr(listing, "COMPARED", 1)
    monkeypatch.setattr(listing, "FEW_WORDS", 0)
    matched(books, "95.00", 95)
    ListEntry.objects.update(name="Filter 16x25 pleated", name_key="filter 16x25 pleated")
    entry(books, "Filter 16x25 pleated x", "free")
    item = builders.item(books.organization, "Filter 16x25 pleated")
    [row] = listing.match_rows(PRODUCTS, books, [item])
    assert [one.there.id for one in row.guesses] == ["free"]

"""A product that a bookkeeper merged into another one in QuickBooks is that one from now on, and is not made again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from qbo.connection.queries import read_where_in
from qbo.json_objects import Row
from runacall.invoices.models import PricebookItem
from sync.engine.prepare import merged_items
from sync.engine.prepare.merges import MOVED_INVOICES
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office


@pytest.fixture
def labor(shop: Shop) -> PricebookItem:
    item: PricebookItem = shop.item("Labor")
    for _ in range(2):
        shop.settled_invoice(item=item)
    return item


def hourly(shop: Shop, **fields: object) -> str:
    body = {"Name": "Work by the hour", "Type": "Service", "IncomeAccountRef": {"value": "1"}, **fields}
    return str(shop.books.post("item", body)["Item"]["Id"])


def merge(shop: Shop, item: PricebookItem, survivor: str) -> str:
    loser = shop.qbo_id(item)
    assert shop.books.do("merge_items", loser={"id": loser}, survivor={"id": survivor})["moved"] == 2
    return loser


def test_the_next_invoice_goes_with_the_one_that_is_left(shop: Shop, office: Office, labor: PricebookItem) -> None:
    survivor = hourly(shop)
    loser, count = merge(shop, labor, survivor), len(shop.books.rows("Item"))
    invoice = shop.invoice(item=labor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"] == survivor
    assert (shop.qbo_id(labor), len(shop.books.rows("Item"))) == (survivor, count)
    assert shop.event(labor).message == f"Merged in QuickBooks: Id {loser} is now Work by the hour, Id {survivor}."
    assert shop.reconciles()


def test_void_ones_show_where_it_went_as_well(shop: Shop, labor: PricebookItem) -> None:
    """The latest invoices are void there: their lines have moved, too."""
    void = [shop.settled_invoice(item=labor) for _ in range(MOVED_INVOICES)]
    for one in void:
        shop.books.do("void", entity="Invoice", id=shop.qbo_id(one))
    survivor = hourly(shop)
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    invoice = shop.invoice(item=labor)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.qbo_id(labor) == survivor


def test_void_ones_that_still_name_the_one_that_is_gone_say_nothing(
    shop: Shop, labor: PricebookItem, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whether a merge moves their lines, too, is not documented; the emulator does."""
    void = shop.settled_invoice(item=labor)
    shop.books.do("void", entity="Invoice", id=shop.qbo_id(void))
    survivor, gone = hourly(shop), shop.qbo_id(labor)
    shop.books.do("merge_items", loser={"id": gone}, survivor={"id": survivor})

    def read(*asked: Any, **how: Any) -> list[Row]:
        rows = read_where_in(*asked, **how)
        for row in rows:
            if row["Id"] == shop.qbo_id(void):
                row["Line"][0]["SalesItemLineDetail"]["ItemRef"] = {"value": gone}
        return rows

    monkeypatch.setattr(merged_items, "read_where_in", read)
    invoice = shop.invoice(item=labor)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.qbo_id(labor) == survivor


def test_the_one_that_is_left_may_have_the_name_that_another_item_was_to_get(shop: Shop, labor: PricebookItem) -> None:
    """The new name of that one may have arrived; but QuickBooks has no name twice."""
    at = timezone.now()
    filters = builders.item(shop.organization, "Filter")
    shop.settled_invoice(item=filters, at=at)
    survivor = hourly(shop)
    shop.books.do("fault", fault="reset", path="item", times=1)
    filters.edit(name="Work by the hour", at=at)
    shop.drain(at)
    shop.books.do("clear_faults")
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    invoice = shop.invoice(item=labor, at=at)
    shop.read_lists("Item").drain(at)
    assert shop.event(filters).state == State.CHECKING
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.qbo_id(labor) == survivor


def test_one_that_was_made_for_another_item_without_an_answer_is_not_followed(shop: Shop, labor: PricebookItem) -> None:
    at = timezone.now()
    visit = builders.item(shop.organization, "Visit")
    waiting = shop.invoice(item=visit, at=at)
    shop.books.do("fault", fault="reset", path="item", after_commit=True, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    (made,) = [row["Id"] for row in shop.books.rows("Item") if row["Name"] == "Visit"]
    merge(shop, labor, made)
    invoice = shop.invoice(item=labor, at=at)
    shop.read_lists("Item").drain(at)
    shop.drain(at + timedelta(minutes=20))
    assert shop.event(waiting).state == State.SYNCED, shop.event(waiting).message
    assert shop.qbo_id(visit) == made
    assert [row["Name"] for row in shop.books.rows("Item") if row["Name"].startswith("Visit")] == ["Visit"]
    assert shop.event(invoice).failure_code == "item_inactive"


def test_a_change_goes_where_the_product_went(shop: Shop, labor: PricebookItem) -> None:
    survivor = hourly(shop)
    loser = merge(shop, labor, survivor)
    shop.read_lists("Item")
    labor.edit(description="by the hour", at=timezone.now())
    shop.drain()
    row = shop.books.row("Item", survivor)
    assert (row["Description"], row["Name"]) == ("by the hour", "Work by the hour")
    assert shop.event(labor).state == State.SYNCED
    assert shop.event(labor).message == f"Merged in QuickBooks: Id {loser} is now Work by the hour, Id {survivor}."


def test_an_edit_of_an_invoice_from_before_leaves_the_line_where_it_is(shop: Shop, labor: PricebookItem) -> None:
    invoice = shop.settled_invoice(item=labor)
    survivor = hourly(shop)
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    shop.read_lists("Item")
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    row = shop.there(invoice)
    assert row["CustomerMemo"]["value"] == "Thank you"
    assert row["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"] == survivor
    assert shop.event(invoice).state == State.SYNCED


@pytest.mark.sampled(2)
@pytest.mark.parametrize("learned_by", ["the daily reading", "the refusal", "the reading of changes"])
def test_a_new_price_on_a_line_that_the_merge_moved_goes(
    shop: Shop, office: Office, labor: PricebookItem, learned_by: str
) -> None:
    """Both sides say the survivor now: the office changed the price, and nobody else did."""
    invoice = shop.settled_invoice(item=labor)
    survivor = hourly(shop)
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    if learned_by == "the daily reading":
        shop.read_lists("Item")
    if learned_by == "the reading of changes":
        shop.hear(timezone.now() + timedelta(minutes=20))
        office.assert_clear(invoice)
    (line,) = invoice.line_inputs()
    invoice.edit(lines=[replace(line, unit_price=Decimal("80"))], at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).facts
    office.assert_clear(invoice)
    (there,) = (one["SalesItemLineDetail"] for one in shop.there(invoice)["Line"] if "SalesItemLineDetail" in one)
    assert (there["ItemRef"]["value"], there["UnitPrice"]) == (survivor, 80)


def test_a_price_that_both_changed_on_such_a_line_waits(shop: Shop, labor: PricebookItem) -> None:
    invoice = shop.settled_invoice(item=labor)
    survivor = hourly(shop)
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    shop.read_lists("Item")
    row = shop.there(invoice)
    row["Line"][0] |= {"Amount": 90}
    row["Line"][0]["SalesItemLineDetail"] |= {"UnitPrice": 90, "Qty": 1}
    shop.books.post("invoice", row)
    (line,) = invoice.line_inputs()
    invoice.edit(lines=[replace(line, unit_price=Decimal("80"))], at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "changed_in_quickbooks"


def test_one_that_is_another_item_of_ours_is_not_followed(shop: Shop, labor: PricebookItem) -> None:
    """Of two of ours that are one there, a person says what the second is."""
    other = shop.item("Visit")
    shop.settled_invoice(item=other)
    merge(shop, labor, shop.qbo_id(other))
    invoice = shop.invoice(item=labor)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_inactive"


def test_the_latest_invoices_say_where_the_products_went(shop: Shop, office: Office, labor: PricebookItem) -> None:
    """Older ones name what she moved their lines to before the merge, and are not asked."""
    elsewhere, survivor = hourly(shop, Name="Work before the season"), hourly(shop)
    for row in shop.books.invoices():
        if row["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"] == shop.qbo_id(labor):
            row["Line"][0]["SalesItemLineDetail"]["ItemRef"] = {"value": elsewhere}
            shop.books.post("invoice", row)
    for _ in range(MOVED_INVOICES):
        shop.settled_invoice(item=labor)
    shop.books.do("merge_items", loser={"id": shop.qbo_id(labor)}, survivor={"id": survivor})
    invoice = shop.invoice(item=labor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"] == survivor


def test_where_invoices_disagree_a_person_says(shop: Shop, labor: PricebookItem) -> None:
    """She moved one invoice's line by hand, and made the product inactive: that is no merge."""
    survivor = hourly(shop)
    (first, *_) = (
        row for row in shop.books.invoices() if row["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Labor"
    )
    first["Line"][0]["SalesItemLineDetail"]["ItemRef"] = {"value": survivor}
    shop.books.post("invoice", first)
    shop.books.do("deactivate", entity="Item", id=shop.qbo_id(labor))
    invoice = shop.invoice(item=labor)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_inactive"

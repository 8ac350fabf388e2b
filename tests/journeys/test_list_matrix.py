"""A product in QuickBooks: each of our fields changed here, each there, in every order; what both changed is asked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.utils import timezone

from qbo.models import AccountMapping
from runacall.invoices.models import PricebookCategory, PricebookItem
from sync.models import State
from sync.operations import deciding
from tests import builders
from tests.books import Shop

SERVICES, HERS, OURS = "1", "79", "82"
# By our field: what the office makes of it, what she does, and how her row says either.
FIELDS: Mapping[str, tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = {
    "name": ({"name": "Labor by the hour"}, {"Name": "Hour"}, {"Name": "Labor by the hour"}),
    "price": ({"unit_price": "135.00"}, {"UnitPrice": 120}, {"UnitPrice": 135}),
    "description": ({"description": "by the hour"}, {"Description": "a visit"}, {"Description": "by the hour"}),
    "account": (
        {"category": "Repairs"},
        {"IncomeAccountRef": {"value": HERS}},
        {"IncomeAccountRef": {"value": OURS}},
    ),
}
ORDERS = ("she first", "she first, and we hear of it", "we first", "we first, and hear of hers")


@pytest.fixture
def labor(shop: Shop) -> PricebookItem:
    """In QuickBooks, with an account for items without a category and one for those of "Repairs"."""
    repairs = builders.category(shop.organization, "Repairs")
    for category, account in ((None, SERVICES), (repairs, OURS)):
        where = {"connection": shop.connection, "realm_id": shop.connection.realm_id, "category": category}
        AccountMapping.objects.update_or_create(**where, item=None, defaults={"account_id": account})
    item: PricebookItem = shop.item("Labor")
    shop.settled_invoice(item=item)
    assert there(shop, item)["IncomeAccountRef"]["value"] == SERVICES
    return item


def there(shop: Shop, item: PricebookItem) -> dict[str, Any]:
    return shop.books.row("Item", shop.qbo_id(item))


def said(row: Mapping[str, Any]) -> dict[str, Any]:
    """Our fields of a row, or of a part of one, so that they compare."""
    found = {key: row[key] for key in ("Name", "UnitPrice", "Description") if key in row}
    found |= {"UnitPrice": float(row["UnitPrice"])} if "UnitPrice" in row else {}
    return found | ({"account": row["IncomeAccountRef"]["value"]} if "IncomeAccountRef" in row else {})


def office(shop: Shop, item: PricebookItem, changes: Mapping[str, Any]) -> None:
    if "category" in changes:
        changes = {"category": PricebookCategory.objects.get(organization=shop.organization, name=changes["category"])}
    item.edit(at=timezone.now(), **changes)


def bookkeeper(shop: Shop, item: PricebookItem, changes: Mapping[str, Any]) -> None:
    shop.books.post("item", {**there(shop, item), **changes})


def both(shop: Shop, item: PricebookItem, order: str, ours: Mapping[str, Any], hers: Mapping[str, Any]) -> None:
    if order.startswith("she"):
        bookkeeper(shop, item, hers)
    else:
        office(shop, item, ours)
    if order.endswith("we hear of it"):
        shop.hear()
    if order.startswith("she"):
        office(shop, item, ours)
    else:
        bookkeeper(shop, item, hers)
    if order.endswith("hear of hers"):
        shop.hear()
    shop.drain()


@pytest.mark.sampled(11)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("hers", FIELDS)
@pytest.mark.parametrize("ours", FIELDS)
def test_what_one_changed_is_there_and_what_both_changed_is_asked(
    shop: Shop, labor: PricebookItem, ours: str, hers: str, order: str
) -> None:
    before, (our_change, _, our_words), (_, her_change, _) = said(there(shop, labor)), FIELDS[ours], FIELDS[hers]
    both(shop, labor, order, our_change, her_change)
    if ours == hers:
        assert said(there(shop, labor)) == before | said(her_change)
        assert shop.event(labor).failure_code == "changed_in_quickbooks"
        assert [side["field"] for side in shop.event(labor).facts["sides"]] == [ours]
        assert deciding.send_ours(shop.failed(), by=None, at=timezone.now()).done == 1
        shop.drain()
        assert said(there(shop, labor)) == before | said(our_words)
    else:
        assert said(there(shop, labor)) == before | said(her_change) | said(our_words)
    assert shop.event(labor).state == State.SYNCED, shop.event(labor).message
    # What each has done is known by now: the next change goes alone, over what she said before too.
    now = said(there(shop, labor))
    for later, words in (
        ({"description": "second"}, {"Description": "second"}),
        ({"unit_price": 99}, {"UnitPrice": 99}),
    ):
        labor.edit(at=timezone.now(), **later)
        shop.drain()
        now |= said(words)
        assert said(there(shop, labor)) == now
        assert shop.event(labor).state == State.SYNCED, shop.event(labor).message


@pytest.mark.sampled(3)
@pytest.mark.parametrize("field", FIELDS)
def test_the_same_on_both_sides_is_no_question(shop: Shop, labor: PricebookItem, field: str) -> None:
    ours, _, words = FIELDS[field]
    before, token = said(there(shop, labor)), there(shop, labor)["SyncToken"]
    both(shop, labor, "we first", ours, words)
    assert said(there(shop, labor)) == before | said(words)
    assert shop.event(labor).state == State.SYNCED
    assert int(there(shop, labor)["SyncToken"]) == int(token) + 1, "hers alone"


@pytest.mark.sampled(5)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("ours", FIELDS)
def test_one_that_she_made_inactive_waits_with_our_change(
    shop: Shop, labor: PricebookItem, ours: str, order: str
) -> None:
    our_change, _, our_words = FIELDS[ours]
    before = said(there(shop, labor))
    both(shop, labor, order, our_change, {"Active": False})
    token = there(shop, labor)["SyncToken"]
    shop.drain()
    assert shop.event(labor).failure_code == "item_inactive"
    assert there(shop, labor)["SyncToken"] == token
    shop.books.do("reactivate", entity="Item", id=shop.qbo_id(labor))
    shop.retry()
    shop.drain()
    assert said(there(shop, labor)) == before | said(our_words)
    assert shop.event(labor).state == State.SYNCED


@pytest.mark.sampled(5)
@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("hers", FIELDS)
def test_what_she_changes_of_one_that_is_inactive_here_stays(
    shop: Shop, labor: PricebookItem, hers: str, order: str
) -> None:
    before = said(there(shop, labor))
    both(shop, labor, order, {"is_active": False}, FIELDS[hers][1])
    now = there(shop, labor)
    assert (said(now), now["Active"]) == (before | said(FIELDS[hers][1]), True)
    assert shop.failed().count() == 0

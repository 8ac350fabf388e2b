"""Customers and items that are in QuickBooks: changes here are sent, changes there stay."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from qbo.models import AccountMapping
from runacall.invoices.models import PricebookItem
from sync.matching.choosing import Subject, choose
from sync.matching.kinds import PRODUCTS
from sync.models import State
from sync.operations import deciding
from tests.books import Shop


def there(shop: Shop, entity: str, record: Any) -> dict[str, Any]:
    return shop.books.row(entity, shop.qbo_id(record))


def test_an_edit_of_a_customer_goes_there_alone(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    row = there(shop, "Customer", customer)
    shop.books.post("customer", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "Notes": "pays late"})
    customer.edit(email="new@example.com", phone="216-555-0100", at=timezone.now())
    shop.drain()
    now = there(shop, "Customer", customer)
    assert now["PrimaryEmailAddr"]["Address"] == "new@example.com"
    assert now["PrimaryPhone"]["FreeFormNumber"] == "216-555-0100"
    assert now["Notes"] == "pays late"
    assert shop.event(customer).state == State.SYNCED


def test_an_edit_that_touches_nothing_of_quickbooks_sends_nothing(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    token = there(shop, "Customer", customer)["SyncToken"]
    customer.edit(at=timezone.now())
    shop.drain()
    assert there(shop, "Customer", customer)["SyncToken"] == token


def test_an_edit_of_a_customer_who_is_inactive_there_makes_no_second_one(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    row = there(shop, "Customer", customer)
    shop.books.do("deactivate", entity="Customer", name=customer.name)
    count = len(shop.books.rows("Customer"))
    customer.edit(phone="216-555-0100", at=timezone.now())
    shop.drain()
    assert shop.event(customer).state == State.SUPERSEDED
    assert "inactive in QuickBooks: nothing was sent" in shop.event(customer).message
    assert len(shop.books.rows("Customer")) == count
    # Active again: an invoice finds the same one, and the next change brings the earlier one along.
    shop.books.do("reactivate", entity="Customer", id=row["Id"])
    shop.settled_invoice(customer=customer)
    customer.edit(email="new@example.com", at=timezone.now())
    shop.drain()
    now = there(shop, "Customer", customer)
    assert now["Id"] == row["Id"]
    assert (now["PrimaryPhone"]["FreeFormNumber"], now["PrimaryEmailAddr"]["Address"]) == (
        "216-555-0100",
        "new@example.com",
    )


def test_customer_updates_can_be_switched_off(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    shop.choose(sync_customer_updates=False)
    customer.edit(email="new@example.com", at=timezone.now())
    shop.drain()
    assert there(shop, "Customer", customer).get("PrimaryEmailAddr") is None


def test_an_email_changed_on_both_sides_is_a_persons_to_decide(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    row = there(shop, "Customer", customer)
    hers = {"PrimaryEmailAddr": {"Address": "hers@example.com"}}
    shop.books.post("customer", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **hers})
    customer.edit(email="ours@example.com", at=timezone.now())
    shop.drain()
    assert shop.event(customer).failure_code == "changed_in_quickbooks"
    assert there(shop, "Customer", customer)["PrimaryEmailAddr"]["Address"] == "hers@example.com"
    assert deciding.send_ours(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert there(shop, "Customer", customer)["PrimaryEmailAddr"]["Address"] == "ours@example.com"


@pytest.mark.parametrize("is_heard", [False, True], ids=["unread", "read"])
def test_an_email_that_she_changes_after_a_person_chose_ours_is_asked_about_again(shop: Shop, is_heard: bool) -> None:
    customer = shop.settled_invoice().customer
    shop.hear()

    def hers(address: str) -> None:
        target = {key: there(shop, "Customer", customer)[key] for key in ("Id", "SyncToken")}
        shop.books.post("customer", {**target, "sparse": True, "PrimaryEmailAddr": {"Address": address}})

    hers("hers@example.com")
    customer.edit(email="ours@example.com", at=timezone.now())
    shop.drain()
    hers("again@example.com")
    if is_heard:
        shop.hear()
    deciding.send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert shop.event(customer).failure_code == "changed_in_quickbooks"
    assert there(shop, "Customer", customer)["PrimaryEmailAddr"]["Address"] == "again@example.com"
    deciding.send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert there(shop, "Customer", customer)["PrimaryEmailAddr"]["Address"] == "ours@example.com"


@pytest.mark.parametrize("is_heard", [False, True], ids=["unread", "read"])
def test_a_price_that_she_changes_after_a_person_chose_ours_is_asked_about_again(shop: Shop, is_heard: bool) -> None:
    item = shop.item("Labor")
    shop.settled_invoice(item=item)
    shop.hear()

    def hers(price: int) -> None:
        row = there(shop, "Item", item)
        target = {key: row[key] for key in ("Id", "SyncToken", "Name", "Type")}
        shop.books.post("item", {**target, "sparse": True, "UnitPrice": price})

    hers(120)
    item.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    assert shop.event(item).failure_code == "changed_in_quickbooks"
    hers(130)
    if is_heard:
        shop.hear()
    deciding.send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert (shop.event(item).failure_code, there(shop, "Item", item)["UnitPrice"]) == ("changed_in_quickbooks", 130)


def test_a_new_price_goes_there_and_her_description_stays(shop: Shop) -> None:
    item = shop.item("Labor")
    shop.settled_invoice(item=item)
    row = there(shop, "Item", item)
    body = {key: row[key] for key in ("Id", "SyncToken", "Name", "Type")}
    shop.books.post("item", {**body, "sparse": True, "Description": "by the hour"})
    item.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    now = there(shop, "Item", item)
    assert (float(now["UnitPrice"]), now["Description"]) == (135.0, "by the hour")


def test_a_record_that_was_linked_by_name_is_not_rewritten(shop: Shop) -> None:
    """The sandbox company's own product keeps its price until ours changes."""
    item = shop.item("Services")
    invoice = shop.settled_invoice(item=item)
    price = there(shop, "Item", item).get("UnitPrice")
    invoice.edit(internal_note="later", at=timezone.now())
    shop.drain()
    assert there(shop, "Item", item).get("UnitPrice") == price


def test_a_retry_sees_that_her_change_of_a_customer_was_taken_back(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    row = there(shop, "Customer", customer)
    hers = {"PrimaryEmailAddr": {"Address": "hers@example.com"}}
    shop.books.post("customer", {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **hers})
    customer.edit(email="ours@example.com", at=timezone.now())
    shop.drain()
    assert shop.event(customer).failure_code == "changed_in_quickbooks"
    now = there(shop, "Customer", customer)
    gone = {"PrimaryEmailAddr": {"Address": ""}}
    shop.books.post("customer", {"Id": now["Id"], "SyncToken": now["SyncToken"], "sparse": True, **gone})
    shop.retry()
    shop.drain()
    assert shop.event(customer).state == State.SYNCED
    assert there(shop, "Customer", customer)["PrimaryEmailAddr"]["Address"] == "ours@example.com"


def test_a_change_of_a_product_that_is_inactive_there_goes_once_it_is_active(shop: Shop) -> None:
    item = shop.item("Labor")
    invoice = shop.settled_invoice(item=item)
    row = there(shop, "Item", item)
    shop.books.do("deactivate", entity="Item", id=row["Id"])
    item.edit(description="by the hour", at=timezone.now())
    shop.invoice(customer=invoice.customer, item=item)
    shop.drain()
    assert {event.failure_code for event in shop.failed()} == {"item_inactive"}
    shop.books.do("reactivate", entity="Item", id=row["Id"])
    shop.retry()
    shop.drain()
    assert shop.failed().count() == 0
    assert there(shop, "Item", item)["Description"] == "by the hour"


def test_a_product_that_is_inactive_on_both_sides_is_no_failure(shop: Shop) -> None:
    item = shop.item("Labor")
    shop.settled_invoice(item=item)
    shop.books.do("deactivate", entity="Item", id=shop.qbo_id(item))
    shop.read_lists("Item")
    item.edit(is_active=False, at=timezone.now())
    shop.drain()
    assert shop.event(item).state == State.SUPERSEDED
    assert "inactive in QuickBooks, and nothing has changed here" in shop.event(item).message
    # A price that changes here is still told.
    item.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    assert shop.event(item).failure_code == "item_inactive"


# --- the income account of a product ------------------------------------------------------------------------------

SERVICES, HERS, OTHER = "1", "79", "82"


@pytest.fixture
def labor(shop: Shop) -> PricebookItem:
    """In QuickBooks, with the account that the office chose for items without a category."""
    remap(shop, SERVICES)
    item: PricebookItem = shop.item("Labor")
    shop.settled_invoice(item=item)
    assert account(shop, item) == SERVICES
    return item


def remap(shop: Shop, account_id: str) -> None:
    """As under Settings → QuickBooks → Items."""
    where = {"connection": shop.connection, "realm_id": shop.connection.realm_id, "category": None, "item": None}
    AccountMapping.objects.update_or_create(**where, defaults={"account_id": account_id})


def account(shop: Shop, item: PricebookItem) -> str:
    return str(there(shop, "Item", item)["IncomeAccountRef"]["value"])


def she_moves_it(shop: Shop, item: PricebookItem) -> None:
    shop.books.post("item", {**there(shop, "Item", item), "IncomeAccountRef": {"value": HERS}})


@pytest.mark.parametrize("is_heard", [True, False])
def test_an_account_that_she_chose_for_a_product_stays(shop: Shop, labor: PricebookItem, is_heard: bool) -> None:
    she_moves_it(shop, labor)
    if is_heard:
        shop.hear()
    labor.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    assert (account(shop, labor), float(there(shop, "Item", labor)["UnitPrice"])) == (HERS, 135.0)
    assert shop.event(labor).message.startswith("Kept what was changed in QuickBooks: account 'Services' → ")
    # Once told, it is hers, and the next change of ours goes without it.
    labor.edit(description="by the hour", at=timezone.now())
    shop.drain()
    assert (account(shop, labor), shop.event(labor).state) == (HERS, State.SYNCED)


@pytest.mark.parametrize("way", ["ours", "hers"])
def test_another_account_on_both_sides_is_a_persons_to_decide(shop: Shop, labor: PricebookItem, way: str) -> None:
    she_moves_it(shop, labor)
    remap(shop, OTHER)
    labor.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    assert (account(shop, labor), shop.event(labor).failure_code) == (HERS, "changed_in_quickbooks")
    decide = deciding.send_ours if way == "ours" else deciding.keep_quickbooks
    assert decide(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    labor.edit(description="by the hour", at=timezone.now())
    shop.drain()
    now = there(shop, "Item", labor)
    assert (account(shop, labor), now["Description"]) == (OTHER if way == "ours" else HERS, "by the hour")
    assert shop.failed().count() == 0


def test_another_account_that_the_office_chose_goes_with_the_next_change(shop: Shop, labor: PricebookItem) -> None:
    remap(shop, OTHER)
    labor.edit(unit_price="135.00", at=timezone.now())
    shop.drain()
    assert account(shop, labor) == OTHER


@pytest.mark.sampled(2)
@pytest.mark.parametrize("found", ["by its name", "as what a merge left", "by a person"])
def test_an_account_that_a_product_had_when_it_became_ours_stays(shop: Shop, found: str) -> None:
    """What differed before the link is no change of ours, and another choice of the office is one."""
    remap(shop, SERVICES)
    name = "Labor" if found == "by its name" else "Work by the hour"
    fields = {"Name": name, "Type": "Service", "IncomeAccountRef": {"value": HERS}, "UnitPrice": 100}
    item: PricebookItem = shop.item("Labor")
    if found != "by its name":
        shop.settled_invoice(item=item)
    row = shop.books.post("item", fields)["Item"]
    if found == "as what a merge left":
        shop.books.do("merge_items", loser={"id": shop.qbo_id(item)}, survivor={"id": row["Id"]})
    if found == "by a person":
        choose(Subject(PRODUCTS, shop.connection, item.pk), row, by=None, at=timezone.now())
    shop.read_lists("Item")
    shop.settled_invoice(item=item)
    assert shop.qbo_id(item) == row["Id"]
    item.edit(description="by the hour", at=timezone.now())
    shop.drain()
    now = there(shop, "Item", item)
    assert (account(shop, item), now["Description"], shop.event(item).state) == (HERS, "by the hour", State.SYNCED)
    remap(shop, OTHER)
    item.edit(description="by the day", at=timezone.now())
    shop.drain()
    assert account(shop, item) == OTHER


def test_an_account_of_hers_that_is_inactive_by_now_is_replaced(shop: Shop, labor: PricebookItem) -> None:
    she_moves_it(shop, labor)
    shop.hear()
    shop.books.do("deactivate", entity="Account", id=HERS)
    invoice = shop.invoice(item=labor)
    shop.drain()
    shop.retry()
    shop.drain()
    assert (account(shop, labor), shop.event(invoice).state) == (SERVICES, State.SYNCED)

"""A change made here before its customer or product became another one in QuickBooks: it goes there, or is decided."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import timezone

from runacall.invoices.models import Customer
from sync.matching.choosing import Subject, choose
from sync.matching.kinds import CUSTOMERS, PRODUCTS
from sync.models import State
from sync.operations import deciding, dismissing
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office
from tests.on_postgres import only_from_outside, run_on_postgres

OURS, HERS = "216-555-0100", "330-555-0123"


@pytest.fixture
def customer(shop: Shop) -> Customer:
    found: Customer = shop.settled_invoice(customer=builders.customer(shop.organization, "M. Okafor")).customer
    shop.hear()
    return found


def survivor_of(shop: Shop, customer: Customer, **fields: Any) -> str:
    """She merges our customer into another one, who has these fields."""
    row = shop.books.post("customer", {"DisplayName": "Okafor Family", **fields})["Customer"]
    shop.books.do("merge_customers", loser={"id": shop.qbo_id(customer)}, survivor={"id": row["Id"]})
    return str(row["Id"])


def phone(shop: Shop, qbo_id: str) -> str:
    return str((shop.books.row("Customer", qbo_id).get("PrimaryPhone") or {}).get("FreeFormNumber") or "")


@pytest.mark.parametrize("is_heard", [True, False])
def test_a_phone_number_goes_to_the_survivor_of_a_merge(shop: Shop, customer: Customer, is_heard: bool) -> None:
    survivor = survivor_of(shop, customer, CompanyName="Okafor and sons")
    customer.edit(phone=OURS, at=timezone.now())
    if is_heard:
        shop.hear()
    shop.drain()
    # The first try finds that the customer is gone, the second who is left.
    shop.drain()
    assert (shop.qbo_id(customer), phone(shop, survivor)) == (survivor, OURS)
    row = shop.books.row("Customer", survivor)
    assert (row["DisplayName"], row["CompanyName"]) == ("Okafor Family", "Okafor and sons")
    assert any("Merged in QuickBooks" in one.message for one in shop.log().of_record("customer", customer.pk))
    assert shop.failed().count() == 0


@pytest.mark.sampled(2)
@pytest.mark.parametrize("is_heard", [True, False])
@pytest.mark.parametrize("way", ["ours", "hers"])
def test_where_the_survivor_has_another_number_a_person_decides(
    shop: Shop, customer: Customer, office: Office, is_heard: bool, way: str
) -> None:
    survivor = survivor_of(shop, customer, PrimaryPhone={"FreeFormNumber": HERS})
    customer.edit(phone=OURS, at=timezone.now())
    if is_heard:
        shop.hear()
    shop.drain()
    shop.drain()
    assert shop.failed().get().failure_code == "changed_in_quickbooks"
    assert phone(shop, survivor) == HERS
    (row,) = office.log(status="failed")
    assert OURS in office.opened(row).text
    assert HERS in office.opened(row).text
    decide = deciding.send_ours if way == "ours" else deciding.keep_quickbooks
    assert decide(shop.failed(), by=None, at=timezone.now()).done == 1
    shop.drain()
    assert phone(shop, survivor) == (OURS if way == "ours" else HERS)
    # Nothing of it comes up again with the next change.
    customer.edit(email="new@example.com", at=timezone.now())
    shop.drain()
    assert shop.failed().count() == 0
    assert shop.books.row("Customer", survivor)["PrimaryEmailAddr"]["Address"] == "new@example.com"


def test_a_retry_does_not_send_a_number_over_the_survivors(shop: Shop, customer: Customer) -> None:
    survivor = survivor_of(shop, customer, PrimaryPhone={"FreeFormNumber": HERS})
    customer.edit(phone=OURS, at=timezone.now())
    for _ in range(4):
        shop.drain()
        shop.retry()
    shop.drain()
    assert (shop.failed().get().failure_code, phone(shop, survivor)) == ("changed_in_quickbooks", HERS)


def test_a_retry_meets_what_she_has_changed_of_the_survivor_since(shop: Shop, customer: Customer) -> None:
    survivor = survivor_of(shop, customer, PrimaryPhone={"FreeFormNumber": HERS})
    customer.edit(phone=OURS, at=timezone.now())
    shop.drain()
    shop.drain()
    row = shop.books.row("Customer", survivor)
    shop.books.post("customer", {**row, "PrimaryPhone": {"FreeFormNumber": "330-555-0199"}})
    shop.retry()
    shop.drain()
    shop.drain()
    assert phone(shop, survivor) == "330-555-0199"
    shop.books.post("customer", {**shop.books.row("Customer", survivor), "PrimaryPhone": {"FreeFormNumber": OURS}})
    shop.retry()
    shop.drain()
    assert shop.failed().count() == 0


def test_a_change_that_waited_for_the_customer_to_be_active_again_goes_to_the_survivor(
    shop: Shop, customer: Customer
) -> None:
    shop.books.do("deactivate", entity="Customer", id=shop.qbo_id(customer))
    shop.hear()
    customer.edit(phone=OURS, at=timezone.now())
    shop.drain()
    shop.books.do("reactivate", entity="Customer", id=shop.qbo_id(customer))
    survivor = survivor_of(shop, customer)
    shop.hear()
    shop.drain()
    assert (shop.qbo_id(customer), phone(shop, survivor)) == (survivor, OURS)


def test_a_dismissed_change_does_not_go_to_the_survivor(shop: Shop, customer: Customer) -> None:
    hers = shop.books.row("Customer", shop.qbo_id(customer))
    shop.books.post("customer", {**hers, "PrimaryPhone": {"FreeFormNumber": HERS}})
    customer.edit(phone=OURS, at=timezone.now())
    shop.drain()
    assert dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="hers is right").done == 1
    survivor = survivor_of(shop, customer)
    shop.hear()
    shop.drain()
    assert (shop.qbo_id(customer), phone(shop, survivor)) == (survivor, "")


def test_nothing_goes_to_the_survivor_while_customer_updates_are_off(shop: Shop, customer: Customer) -> None:
    shop.choose(sync_customer_updates=False)
    customer.edit(phone=OURS, at=timezone.now())
    survivor = survivor_of(shop, customer)
    shop.hear()
    shop.drain()
    assert (shop.qbo_id(customer), phone(shop, survivor)) == (survivor, "")


@pytest.mark.parametrize(("price", "goes"), [(120, True), (95, False)])
def test_a_price_goes_to_the_product_that_a_person_chose_instead(shop: Shop, price: int, goes: bool) -> None:
    """The one that it was is inactive there since she merged the two."""
    item = shop.item("Labor")
    item.edit(unit_price="120", at=timezone.now())
    shop.settled_invoice(item=item)
    fields = {"Name": "Work by the hour", "Type": "Service", "IncomeAccountRef": {"value": "1"}, "UnitPrice": price}
    other = shop.books.post("item", fields)["Item"]
    shop.books.do("deactivate", entity="Item", id=shop.qbo_id(item))
    shop.hear()
    item.edit(unit_price="130", at=timezone.now())
    shop.drain()
    assert shop.event(item).failure_code == "item_inactive"
    choose(Subject(PRODUCTS, shop.connection, item.pk), other, by=None, at=timezone.now())
    shop.retry()
    shop.drain()
    assert shop.event(item).state == (State.SYNCED if goes else State.FAILED), shop.event(item).message
    row = shop.books.row("Item", other["Id"])
    assert (row["Name"], row.get("UnitPrice")) == ("Work by the hour", 130 if goes else price)
    assert shop.event(item).failure_code == ("" if goes else "changed_in_quickbooks")
    # Nor does a retry decide for a person.
    shop.retry()
    shop.drain()
    assert shop.books.row("Item", other["Id"]).get("UnitPrice") == (130 if goes else price)


@pytest.mark.parametrize(("price", "goes"), [(120, True), (95, False)])
def test_a_price_goes_to_the_product_that_she_entered_anew(shop: Shop, price: int, goes: bool) -> None:
    """Under the same name; the one that it was is inactive there."""
    item = shop.item("Labor")
    item.edit(unit_price="120", at=timezone.now())
    shop.settled_invoice(item=item)
    former = shop.qbo_id(item)
    shop.books.do("deactivate", entity="Item", id=former)
    fields = {"Name": "Labor", "Type": "Service", "IncomeAccountRef": {"value": "1"}, "UnitPrice": price}
    other = shop.books.post("item", fields)["Item"]
    item.edit(unit_price="130", at=timezone.now())
    shop.read_lists("Item")
    shop.hear()
    shop.drain()
    assert shop.qbo_id(item) == other["Id"] != former
    assert shop.books.row("Item", other["Id"])["UnitPrice"] == (130 if goes else price)
    assert shop.event(item).failure_code == ("" if goes else "changed_in_quickbooks"), shop.event(item).message


def test_a_phone_number_goes_to_the_customer_that_a_person_chose_instead(shop: Shop, customer: Customer) -> None:
    other = shop.books.post("customer", {"DisplayName": "Okafor Family"})["Customer"]
    customer.edit(phone=OURS, at=timezone.now())
    choose(Subject(CUSTOMERS, shop.connection, customer.pk), other, by=None, at=timezone.now())
    shop.drain()
    assert (shop.qbo_id(customer), phone(shop, other["Id"])) == (other["Id"], OURS)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(600)
@only_from_outside
def test_a_retry_does_the_same_on_postgresql() -> None:
    run_on_postgres(__file__, only="retry or chose")

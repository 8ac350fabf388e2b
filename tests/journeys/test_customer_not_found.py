"""ERROR "Customer not found": the QBO customer was deleted, by hand or by a tool that merges duplicates."""

from __future__ import annotations

import pytest
from django.utils import timezone

from runacall.invoices.models import Customer, Invoice
from sync.models import Attempt, State
from tests import builders
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import INVOICES, Office

CODE, NAME, EMAIL = "customer_not_found", "M. Okafor", "okafor@example.com"
MESSAGE = "Customer 'M. Okafor' not found in QBO"


@pytest.fixture
def okafor(shop: Shop) -> Customer:
    """A customer whose first invoice is in the books."""
    customer = builders.customer(shop.organization, NAME, email=EMAIL)
    shop.settled_invoice(customer=customer)
    return customer


def delete(shop: Shop, customer: Customer) -> str:
    qbo_id = shop.qbo_id(customer)
    shop.books.do("delete_customer", id=qbo_id)
    return qbo_id


def deleted_and_name_taken(shop: Shop, customer: Customer) -> Invoice:
    """Deleted in QBO, and a vendor took the name: the next invoice fails."""
    delete(shop, customer)
    shop.books.do("add_vendor", name=NAME)
    invoice = shop.invoice(customer=customer)
    shop.drain()
    return invoice


@says("customer_not_found.deleted", "customer_not_found.recreated", "customer_not_found.heals")
def test_fresh_the_customer_goes_before_the_invoice(shop: Shop, office: Office, okafor: Customer) -> None:
    old, writes = delete(shop, okafor), shop.books.writes()
    shop.read_lists("Customer")
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.books.writes() == writes + 1
    assert shop.qbo_id(okafor) != old


@pytest.mark.sampled(2)
@pytest.mark.parametrize("words", ["610-generic", "specific"])
@says("customer_not_found.deleted", "customer_not_found.recreated", "customer_not_found.heals")
def test_stale_quickbooks_refuses_then_it_heals(shop: Shop, office: Office, okafor: Customer, words: str) -> None:
    shop.books.do("switch", name="inactive_reference", value=words)
    old = delete(shop, okafor)
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.sent(invoice)[0].entries
    new = shop.qbo_id(okafor)
    assert new != old
    assert shop.there(invoice)["CustomerRef"]["value"] == new


@says("customer_not_found.recreated")
def test_a_row_of_the_log_names_the_old_id_and_the_new(shop: Shop, okafor: Customer) -> None:
    old = delete(shop, okafor)
    shop.invoice(customer=okafor)
    shop.drain()
    row = shop.event(okafor)
    assert row.state == State.SYNCED
    assert f"Id {old}" in row.message
    assert f"Id {shop.qbo_id(okafor)}" in row.message


@says("customer_not_found.merged", "customer_not_found.heals")
def test_a_merged_customer_is_the_survivor(shop: Shop, office: Office, okafor: Customer) -> None:
    survivor = shop.books.do("add_customer", name="Martha Okafor", email=EMAIL)["row"]["Id"]
    shop.books.do("merge_customers", loser=shop.qbo_id(okafor), survivor=survivor)
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(okafor) == survivor
    assert not [row for row in shop.books.rows("Customer") if row["DisplayName"] == NAME], "nobody is made again"


def test_two_of_ours_that_were_merged_are_one_there(shop: Shop, office: Office, okafor: Customer) -> None:
    """The survivor is a customer of ours as well: from now on both are it, and nobody is made again."""
    martha = builders.customer(shop.organization, "Martha Okafor")
    survivor = shop.there(shop.settled_invoice(customer=martha))["CustomerRef"]["value"]
    shop.books.do("merge_customers", loser=shop.qbo_id(okafor), survivor=survivor)
    invoices = [shop.invoice(customer=one) for one in (okafor, martha)]
    shop.drain()
    office.assert_clear(*invoices)
    assert {shop.there(one)["CustomerRef"]["value"] for one in invoices} == {survivor}
    assert "Merged in QuickBooks" in office.log(entity="customer")[0].message
    for one, phone in ((okafor, "216-555-0100"), (martha, "216-555-0199")):
        one.edit(phone=phone, at=timezone.now())
        shop.drain()
    assert shop.books.row("Customer", survivor)["PrimaryPhone"]["FreeFormNumber"] == "216-555-0100"
    assert shop.event(martha).failure_code == "changed_in_quickbooks", "each of ours is another hand to the other"


def test_one_active_customer_of_the_same_name_and_email_is_linked(shop: Shop, office: Office, okafor: Customer) -> None:
    delete(shop, okafor)
    twin = shop.books.do("add_customer", name=NAME.upper(), email=EMAIL.upper())["row"]["Id"]
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(okafor) == twin


def test_fresh_a_name_that_a_vendor_took_needs_a_person(shop: Shop, office: Office, okafor: Customer) -> None:
    writes = shop.books.writes()
    delete(shop, okafor)
    shop.read_lists("Customer")
    shop.books.do("add_vendor", name=NAME)
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE, count=2)  # the customer's own row, and the invoice
    assert shop.books.writes() == writes
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


def test_stale_a_name_that_a_vendor_took_needs_a_person(shop: Shop, office: Office, okafor: Customer) -> None:
    invoice = deleted_and_name_taken(shop, okafor)
    office.assert_failed(invoice, MESSAGE, code=CODE, count=2)
    assert shop.sent(invoice)[0].entries


def test_who_has_the_name_is_said_and_opened(shop: Shop, office: Office, okafor: Customer) -> None:
    invoice = deleted_and_name_taken(shop, okafor)
    vendor = next(row for row in shop.books.rows("Vendor") if row["DisplayName"] == NAME)
    for page in (office.event_page(invoice), office.visit(f"{INVOICES}/{invoice.pk}/change/")):
        assert "In QuickBooks the name is already used by a vendor: make the vendor inactive or change its" in page.text
        link = page.link("Open the vendor in QuickBooks")
        assert link == f"{shop.books.url}/app/vendordetail?nameId={vendor['Id']}"
        assert office.visitor.get(link).status == 200
    shop.books.do("deactivate", entity="Vendor", name=NAME)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


@says("customer_not_found.by_hand")
def test_creating_the_customer_in_qbo_by_hand_then_retry(shop: Shop, office: Office, okafor: Customer) -> None:
    invoice = deleted_and_name_taken(shop, okafor)
    shop.books.do("deactivate", entity="Vendor", name=NAME)
    by_hand = shop.books.do("add_customer", name=NAME, email=EMAIL)["row"]["Id"]
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(okafor) == by_hand


@says("customer_not_found.by_hand")
def test_restoring_the_deleted_customer_then_retry(shop: Shop, office: Office, okafor: Customer) -> None:
    invoice = deleted_and_name_taken(shop, okafor)
    shop.books.do("deactivate", entity="Vendor", name=NAME)
    shop.books.do("reactivate", entity="Customer", id=shop.qbo_id(okafor))
    old = shop.qbo_id(okafor)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(okafor) == old


def test_a_customer_of_that_name_with_another_email_is_not_taken_for_it(
    shop: Shop, office: Office, okafor: Customer
) -> None:
    delete(shop, okafor)
    shop.books.do("add_customer", name=NAME, email="somebody.else@example.com")
    invoice = shop.invoice(customer=okafor)
    shop.drain()
    office.assert_failed(invoice, MESSAGE, code=CODE, count=2)


def test_an_edited_invoice_uses_the_new_customer_from_then_on(shop: Shop, office: Office, okafor: Customer) -> None:
    first = Invoice.objects.get(customer=okafor)
    delete(shop, okafor)
    second = shop.invoice(customer=okafor)
    shop.drain()
    first.edit(customer_note="Thank you", at=builders.NOW)
    shop.drain()
    office.assert_clear(first, second)
    assert shop.there(first)["CustomerRef"]["value"] == shop.qbo_id(okafor)


def test_a_retry_is_not_foretold_to_help_the_customer_itself(shop: Shop, office: Office, okafor: Customer) -> None:
    deleted_and_name_taken(shop, okafor)
    asked = office.visit("/admin/sync/syncevent/retry/?status=failed")
    assert asked.part("forecast").text == f"0 will go, 2 stay: 2: {MESSAGE}"

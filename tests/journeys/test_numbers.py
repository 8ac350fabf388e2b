"""Our numbers in QuickBooks: given on creating, changed where a person changes them, and never by a switch."""

from __future__ import annotations

from django.utils import timezone

from tests import builders
from tests.books import Shop
from tests.journeys.office import Office

DUPLICATE = "Duplicate Doc Number: '1900' already exists in QBO"


def test_a_number_that_a_person_changes_is_checked_and_goes(shop: Shop, office: Office) -> None:
    invoice = shop.settled_invoice(number="1842")
    shop.books.do("add_invoice", doc_number="1900")
    invoice.edit(number="1900", at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    assert event.failure_code == "duplicate_doc_number"
    assert event.message.startswith(DUPLICATE)
    assert shop.there(invoice)["DocNumber"] == "1842"
    assert "In QuickBooks as it was on" in office.invoice_banner(invoice).text
    invoice.edit(number="1901", at=timezone.now())
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["DocNumber"] == "1901"


def test_a_number_is_checked_where_a_stopped_change_goes_by_a_second_look(shop: Shop) -> None:
    """It was stopped by a payment there, which is gone when it is retried; QuickBooks does not check numbers itself."""
    shop.books.do("duplicate_number_check", on=False)
    shop.choose(sync_payments=False)
    invoice = shop.settled_invoice(number="1842")
    shop.books.do("add_invoice", doc_number="1900")
    paid = shop.pay_there(invoice, amount=10)
    new = builders.line(item=shop.item("Labor"), unit_price="150", rates=[shop.rate])
    for change in ({"lines": [new]}, {"number": "1900"}):
        invoice.edit(**change, at=timezone.now())
        shop.drain()
        assert shop.event(invoice).failure_code == "paid_in_quickbooks"
    shop.books.delete("Payment", paid)
    shop.retry(invoice)
    shop.drain()
    assert shop.event(invoice).failure_code == "duplicate_doc_number"
    assert shop.there(invoice)["DocNumber"] == "1842"


def test_turning_our_numbers_on_again_renumbers_nothing(shop: Shop, office: Office) -> None:
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    office.choose("send_numbers", False)
    invoice = shop.settled_invoice(number="1842")
    there = shop.there(invoice)["DocNumber"]
    assert there != "1842"
    office.choose("send_numbers", True)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["DocNumber"] == there

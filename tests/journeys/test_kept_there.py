"""What was changed in QuickBooks and is not written over, although something else goes there: the row says so."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice
from sync.models import State
from tests import builders
from tests.books import Record, Shop
from tests.journeys.office import Office
from tests.journeys.test_two_people import HER_DUE_DATE

KEPT = "Kept what was changed in QuickBooks: "


def said(shop: Shop, record: Record) -> str:
    shop.drain()
    event = shop.event(record)
    assert event.state == State.SYNCED, event.message
    return event.message


def hers(shop: Shop, entity: str, record: Record, **fields: Any) -> None:
    row = shop.books.row(entity, shop.qbo_id(record))
    shop.books.post(entity.lower(), {**row, **fields})


@pytest.fixture
def invoice(shop: Shop) -> Invoice:
    lines = [builders.line(name, "90", item=shop.item(name), rates=[shop.rate]) for name in ("Labor", "Filter")]
    return shop.settled_invoice(lines=lines)


def correct(shop: Shop, invoice: Invoice) -> None:
    """The bookkeeper corrects the amount of the second line."""
    first, second, *rest = shop.there(invoice)["Line"]
    second |= {"Amount": 95, "SalesItemLineDetail": {**second["SalesItemLineDetail"], "UnitPrice": 95}}
    hers(shop, "Invoice", invoice, Line=[first, second, *rest])


LINE = "line 2 '1 × 90 = 90.00 Filter' → '1 × 95 = 95.00 Filter'. Run a Call still says '1 × 90 = 90.00 Filter'."


def test_an_amount_of_another_line(shop: Shop, invoice: Invoice, office: Office) -> None:
    correct(shop, invoice)
    first, second = invoice.line_inputs()
    new = builders.line("Labor", "120", item=first.item, rates=[shop.rate])
    invoice.edit(lines=[new, second], at=timezone.now())
    assert said(shop, invoice) == KEPT + LINE
    assert [Decimal(str(line["Amount"])) for line in shop.there(invoice)["Line"][:2]] == [120, 95]
    assert KEPT + LINE in office.invoice_banner(invoice).text
    invoice.edit(customer_note="hello", at=timezone.now())
    assert said(shop, invoice) == ""


def test_an_amount_where_only_words_change_here(shop: Shop, invoice: Invoice) -> None:
    correct(shop, invoice)
    invoice.edit(customer_note="hello", at=timezone.now())
    assert said(shop, invoice) == KEPT + LINE


def test_several_fields(shop: Shop, invoice: Invoice) -> None:
    was = shop.there(invoice)["DueDate"]
    invoice.edit(due_date=date.fromisoformat(was), at=timezone.now())
    shop.drain()
    hers(shop, "Invoice", invoice, DueDate=HER_DUE_DATE, CustomerMemo={"value": "blue door"})
    invoice.edit(internal_note="ask Ann", at=timezone.now())
    changes = f"due date {was} → {HER_DUE_DATE}; message empty → 'blue door'"
    assert said(shop, invoice) == f"{KEPT}{changes}. Run a Call keeps its own."


def test_an_invoice_that_is_saved_without_a_change_that_quickbooks_gets(shop: Shop, invoice: Invoice) -> None:
    """The row to decide about her amount does not become one that says nothing."""
    correct(shop, invoice)
    shop.hear()
    assert shop.event(invoice).failure_code == "edited_in_quickbooks"
    invoice.edit(customer_note="hello", at=timezone.now())
    invoice.edit(customer_note="", at=timezone.now())
    assert said(shop, invoice) == KEPT + LINE


def test_a_customer(shop: Shop, invoice: Invoice) -> None:
    hers(shop, "Customer", invoice.customer, PrimaryPhone={"FreeFormNumber": "330-555-0123"})
    invoice.customer.edit(email="new@example.com", at=timezone.now())
    assert said(shop, invoice.customer) == f"{KEPT}phone empty → 330-555-0123. Run a Call still says nothing."


def test_a_product(shop: Shop, invoice: Invoice) -> None:
    item = shop.item("Labor")
    item.edit(unit_price=Decimal("90"), at=timezone.now())
    shop.drain()
    hers(shop, "Item", item, UnitPrice=95)
    item.edit(description="By the hour", at=timezone.now())
    assert said(shop, item) == f"{KEPT}price 90.00 → 95.00. Run a Call still says 90.00."


def test_a_payment(shop: Shop, invoice: Invoice) -> None:
    payment = builders.payment(invoice, "10", at=timezone.now(), reference="1107")
    shop.drain()
    hers(shop, "Payment", payment, PaymentRefNum="1108")
    payment.edit(memo="by mail", at=timezone.now())
    assert said(shop, payment) == f"{KEPT}reference 1107 → 1108. Run a Call still says 1107."


def test_what_she_has_changed_again_is_not_taken_for_what_we_say_by_now(shop: Shop, invoice: Invoice) -> None:
    """What was known to stand there is what the office says now. She has changed it since, and nobody has read that."""
    payment = builders.payment(invoice, "40", at=timezone.now())
    said(shop, payment)
    customer, item = invoice.customer, shop.item("Labor")
    hers(shop, "Customer", customer, PrimaryPhone={"FreeFormNumber": "330-555-0123"})
    hers(shop, "Item", item, Description="hers")
    hers(shop, "Payment", payment, PaymentRefNum="7")
    customer.edit(email="new@example.com", at=timezone.now())
    item.edit(unit_price="120", at=timezone.now())
    payment.edit(received_date=payment.received_date - timedelta(days=1), at=timezone.now())
    for record in (customer, item, payment):
        assert said(shop, record).startswith(KEPT)
    hers(shop, "Customer", customer, PrimaryPhone={"FreeFormNumber": "330-555-0199"})
    hers(shop, "Item", item, Description="hers again")
    hers(shop, "Payment", payment, PaymentRefNum="8")
    customer.edit(phone="330-555-0123", at=timezone.now())
    item.edit(description="hers", at=timezone.now())
    payment.edit(reference="7", at=timezone.now())
    shop.drain()
    shop.drain()
    failures = {shop.kind(one): shop.event(one).failure_code for one in (customer, item, payment)}
    assert failures == dict.fromkeys(("customer", "item", "payment"), "changed_in_quickbooks")

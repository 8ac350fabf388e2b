"""Invoices that fail by the company's own rules or our knowledge of it: how to make one, and what it says."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal

from runacall.invoices.models import Customer, Invoice
from tests import builders
from tests.books import Shop

Arrange = Callable[[Shop, datetime], Invoice]
FAILING_INVOICES: dict[str, tuple[Arrange, str]] = {}


def fails_with(code: str, says: str) -> Callable[[Arrange], Arrange]:
    """The function makes an invoice that fails for `code` with these words."""

    def keep(arrange: Arrange) -> Arrange:
        FAILING_INVOICES[code] = (arrange, says)
        return arrange

    return keep


def settled_customer(shop: Shop, start: datetime) -> Customer:
    return shop.settled_invoice(at=start).customer


@fails_with("name_taken", "The name 'M. Okafor' is already used in QBO by a customer with a different e-mail")
def _name_taken(shop: Shop, start: datetime) -> Invoice:
    shop.books.do("add_customer", name="M. Okafor", email="other@example.com")
    okafor = builders.customer(shop.organization, "M. Okafor", email="okafor@example.com", at=start)
    return shop.invoice(at=start, customer=okafor)


@fails_with("currency_differs", "The currency of the customer 'M. Okafor' in QBO is EUR, the invoice is in USD")
def _in_euros(shop: Shop, start: datetime) -> Invoice:
    shop.books.do("preference", group="CurrencyPrefs", name="MultiCurrencyEnabled", value=True)
    shop.books.post("companycurrency", {"Code": "EUR", "Name": "Euro"})
    shop.books.post("customer", {"DisplayName": "M. Okafor", "CurrencyRef": {"value": "EUR"}})
    return shop.invoice(at=start)


@fails_with(
    "name_ambiguous",
    "Which customer in QBO is 'John Smith'? Here: no e-mail, 555-0101 / no e-mail, 555-0102. In QBO: Id 2, no e-mail.",
)
def _ambiguous(shop: Shop, start: datetime) -> Invoice:
    shop.books.do("add_customer", name="John Smith")
    johns = [builders.customer(shop.organization, "John Smith", phone=f"555-010{n}", at=start) for n in (1, 2)]
    return shop.invoice(at=start, customer=johns[0])


@fails_with(
    "item_ambiguous",
    "Which product in QBO is 'Filter'? Here: “Filter” at 5.00 / “FILTER” at 6.00. In QBO: Id 4 at 7.00.",
)
def _item_ambiguous(shop: Shop, start: datetime) -> Invoice:
    customer = settled_customer(shop, start)
    shop.books.do("add_item", name="Filter", price=7, income_account="1")
    shop.read_lists("Item", at=start)
    item = builders.item(shop.organization, "Filter", unit_price="5.00", at=start)
    builders.item(shop.organization, "FILTER", unit_price="6.00", at=start)
    return shop.invoice(at=start, customer=customer, item=item)


@fails_with("one_off_item_missing", "A line without a pricebook item needs an item to book it under in QBO")
def _one_off(shop: Shop, start: datetime) -> Invoice:
    customer = settled_customer(shop, start)
    shop.choose(one_off_item_id="")
    return shop.invoice(at=start, customer=customer, lines=[builders.line()])


@fails_with("charge_item_missing", "The item 'Gratuity' for tips is inactive, missing or a category in QBO")
def _tip(shop: Shop, start: datetime) -> Invoice:
    customer = settled_customer(shop, start)
    gratuity = shop.books.do("add_item", name="Gratuity", price=0, income_account="1")["row"]["Id"]
    shop.books.do("deactivate", entity="Item", name="Gratuity")
    shop.read_lists("Item", at=start)
    shop.choose(tip_item_id=gratuity)
    tip = builders.item(shop.organization, "Tip", kind="tip", taxable=False, at=start)
    return shop.invoice(at=start, customer=customer, lines=[builders.line(item=tip)])


@fails_with("income_account_missing", "No income account for item 'Heat pump'")
def _no_account(shop: Shop, start: datetime) -> Invoice:
    customer = settled_customer(shop, start)
    shop.choose(default_income_account_id="")
    return shop.invoice(at=start, customer=customer, item=builders.item(shop.organization, "Heat pump", at=start))


@fails_with("mixed_tax_rates", "Two different taxes on one invoice: California 8, Ohio 7")
def _mixed(shop: Shop, start: datetime) -> Invoice:
    customer, ohio = settled_customer(shop, start), builders.rate(shop.organization, "Ohio 7", "7", at=start)
    shop.map_tax(ohio)
    item = shop.item("Labor")
    lines = [builders.line(item=item, rates=[shop.rate]), builders.line(item=item, rates=[ohio])]
    return shop.invoice(at=start, customer=customer, lines=lines)


@fails_with(
    "number_too_long", "Invoice number 'A-very-long-number-of-25' is longer than the 21 characters that QBO takes"
)
def _too_long(shop: Shop, start: datetime) -> Invoice:
    return shop.invoice(at=start, customer=settled_customer(shop, start), number="A-very-long-number-of-25")


@fails_with("discount_not_enabled", "The invoice has a discount, but discounts are turned off in QBO")
def _discount(shop: Shop, start: datetime) -> Invoice:
    customer = settled_customer(shop, start)
    shop.books.do("preference", group="SalesFormsPrefs", name="AllowDiscount", value=False)
    shop.read_lists("Preferences", at=start)
    return shop.invoice(at=start, customer=customer, discount=Decimal("5.00"))


@fails_with("void_has_payments", "Cannot be voided in QBO: a payment is applied to it there")
def _void_paid(shop: Shop, start: datetime) -> Invoice:
    invoice = shop.settled_invoice(at=start)
    shop.pay_there(invoice, amount=10)
    invoice.void(reason="entered twice", at=start)
    return invoice


@fails_with("record_deleted_there", "Invoice #{number} was deleted in QBO")
def _deleted_there(shop: Shop, start: datetime) -> Invoice:
    invoice = shop.settled_invoice(at=start)
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="delete")
    invoice.edit(customer_note="by the side door", at=start)
    return invoice


@fails_with(
    "total_differs",
    "In QBO the invoice differs in its total, tax; total 108.00 here, 108.01 there; tax 8.00 here, 8.01 there",
)
def _differs(shop: Shop, start: datetime) -> Invoice:
    invoice = shop.invoice(at=start, customer=settled_customer(shop, start))
    shop.books.do("fault", fault="html", path="write", after_commit=True, times=1)
    shop.drain(start)
    there = next(row for row in shop.books.invoices() if row["DocNumber"] == invoice.number)
    shop.books.post("invoice", {**there, "TxnTaxDetail": {**there["TxnTaxDetail"], "TotalTax": 8.01}})
    return invoice

"""What is sent: names that QuickBooks would refuse, one-off lines, discounts, several rates on a line."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.utils import timezone

from runacall.invoices.models import Customer, Invoice, PricebookItem
from sync.forecast.dry_run import verdicts
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office

LONG = "Condenser fan motor, 1/4 HP, 1075 RPM, with run capacitor and mounting bracket, for outdoor units of series 24"
NAMES = [
    "Filter: 20x25x4",
    "Filter\t20x25x4",
    "Filter - 20x25x4",
    "FILTER - 20X25X4",
    "filter - 20x25x4",
    LONG + " A",
    LONG + " B",
    LONG + " a",
    "Fuse: 5A",
    "Fuse : 5A",
]


def test_different_items_never_become_one(shop: Shop) -> None:
    items = [builders.item(shop.organization, name) for name in NAMES]
    invoices = [shop.invoice(item=item) for item in items]
    shop.drain()
    shop.assert_in_books(*invoices)
    assert len({shop.qbo_id(item) for item in items}) == len(NAMES)


def test_different_customers_never_become_one(shop: Shop) -> None:
    customers = [builders.customer(shop.organization, name) for name in NAMES]
    invoices = [shop.invoice(customer=customer) for customer in customers]
    shop.drain()
    shop.assert_in_books(*invoices)
    assert len({shop.qbo_id(customer) for customer in customers}) == len(NAMES)


def test_customers_of_one_name_stay_two(shop: Shop) -> None:
    """Father and son; also in batches of their own."""
    father = builders.customer(shop.organization, "John Smith", email="john@example.com")
    shop.settled_invoice(customer=father)
    son = builders.customer(shop.organization, "John Smith", email="junior@example.com")
    invoice = shop.invoice(customer=son)
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.qbo_id(father) != shop.qbo_id(son)


def test_names_here_stay_as_they_are(shop: Shop) -> None:
    item = builders.item(shop.organization, "Fuse: 5A")
    shop.invoice(item=item)
    shop.drain()
    item.refresh_from_db()
    assert item.name == "Fuse: 5A"
    assert ":" not in shop.books.row("Item", shop.qbo_id(item))["Name"]


@pytest.mark.parametrize("record", ["customer", "item"])
def test_a_second_invoice_uses_the_same_one_again(shop: Shop, record: str) -> None:
    entity = record.title()
    fields = {
        "customer": builders.customer(shop.organization, "Fuse: 5A"),
        "item": builders.item(shop.organization, "Fuse: 5A"),
    }
    shop.settled_invoice(**{record: fields[record]})
    before = len(shop.books.rows(entity))
    invoice = shop.settled_invoice(customer=fields["customer"], item=fields["item"])
    again = shop.settled_invoice(customer=fields["customer"], item=fields["item"])
    assert len(shop.books.rows(entity)) - before <= 1
    shop.assert_in_books(invoice, again)


def test_a_customer_in_qbo_of_the_same_name_and_email_is_linked(shop: Shop) -> None:
    there = shop.books.do("add_customer", name="M. Okafor", email="m@example.com")["row"]["Id"]
    customer = builders.customer(shop.organization, " m. okafor ", email="M@Example.com")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.qbo_id(customer) == there


def test_a_customer_in_qbo_of_the_same_name_with_another_email_is_not(shop: Shop) -> None:
    shop.books.do("add_customer", name="M. Okafor", email="another@example.com")
    customer: Customer = builders.customer(shop.organization, "M. Okafor", email="m@example.com")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "name_taken")


def test_one_off_lines_go_under_the_chosen_product(shop: Shop) -> None:
    lines = [
        builders.line("Crane, one afternoon", "250.00", rates=[shop.rate]),
        builders.line(item=shop.item("Labor"), rates=[shop.rate]),
    ]
    invoice = shop.invoice(lines=lines)
    shop.drain()
    shop.assert_in_books(invoice)
    first = shop.there(invoice)["Line"][0]
    assert first["Description"] == "Crane, one afternoon"
    assert first["SalesItemLineDetail"]["ItemRef"]["name"] == "Services"


def test_without_a_product_for_one_off_lines_it_says_so(shop: Shop) -> None:
    shop.choose(one_off_item_id="")
    invoice = shop.invoice(lines=[builders.line("Crane, one afternoon", "250.00", rates=[shop.rate])])
    shop.drain()
    assert shop.event(invoice).failure_code == "one_off_item_missing"


def test_tips_and_card_fees_go_under_items_of_their_own(shop: Shop) -> None:
    """By kind: whatever the pricebook calls them, and with no product of their names."""
    shop.settled_invoice()
    ids = {
        name: shop.books.do("add_item", name=name, price=0, income_account="1")["row"]["Id"]
        for name in ("Gratuity", "Surcharges")
    }
    shop.read_lists("Item")
    shop.choose(auto_create_items=False, tip_item_id=ids["Gratuity"], card_fee_item_id=ids["Surcharges"])
    lines = [
        builders.line(item=shop.item("Labor"), rates=[shop.rate]),
        builders.line("Thank you, Joe", "20.00", item=builders.item(shop.organization, "Tip, crew", kind="tip")),
        builders.line("", "3.00", item=builders.item(shop.organization, "Card fee 3 %", kind="card_fee")),
    ]
    invoice = shop.invoice(lines=lines)
    shop.drain()
    shop.assert_in_books(invoice)
    there = [line["SalesItemLineDetail"] for line in shop.there(invoice)["Line"][:3]]
    assert [line["ItemRef"]["name"] for line in there][1:] == ["Gratuity", "Surcharges"]
    assert [line["TaxCodeRef"]["value"] for line in there] == ["TAX", "NON", "NON"]
    assert {"Tip, crew", "Card fee 3 %"} & {row["Name"] for row in shop.books.rows("Item")} == set()


def test_without_a_choice_a_tip_goes_under_the_product_of_its_name(shop: Shop) -> None:
    shop.books.do("add_item", name="Tip", price=0, income_account="1")
    shop.read_lists("Item")
    tip = builders.item(shop.organization, "Tip", kind="tip")
    invoice = shop.invoice(lines=[builders.line(item=tip)])
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["name"] == "Tip"


def test_the_item_for_tips_is_mended_and_what_it_stopped_goes(shop: Shop) -> None:
    gratuity = shop.books.do("add_item", name="Gratuity", price=0, income_account="1")["row"]["Id"]
    shop.read_lists("Item")
    shop.choose(tip_item_id=gratuity)
    shop.books.do("deactivate", entity="Item", name="Gratuity")
    shop.read_lists("Item")
    invoice = shop.invoice(lines=[builders.line(item=builders.item(shop.organization, "Tip", kind="tip"))])
    shop.drain()
    assert shop.event(invoice).failure_code == "charge_item_missing"
    assert check(shop, invoice) == ["charge_item_missing"]
    shop.books.do("reactivate", entity="Item", name="Gratuity")
    shop.read_lists("Item")
    shop.drain()
    shop.assert_in_books(invoice)


def check(shop: Shop, invoice: Invoice) -> list[str]:
    """What a dry run says of it."""
    return [failure.code for one in verdicts(shop.connection, [invoice.pk]) for failure in one.failures]


def test_a_discount_is_taken_off_before_tax(shop: Shop) -> None:
    invoice = shop.invoice(discount=Decimal("33.33"), discount_name="Member savings")
    shop.drain()
    shop.assert_in_books(invoice)
    there = shop.there(invoice)
    assert Decimal(str(there["TotalAmt"])) == invoice.total == Decimal("72.00")


def test_a_company_that_allows_no_discounts(shop: Shop, office: Office) -> None:
    shop.books.do("preference", group="SalesFormsPrefs", name="AllowDiscount", value=False)
    shop.read_lists("Preferences")
    invoice = shop.invoice(discount=Decimal("33.33"))
    shop.drain()
    assert shop.event(invoice).failure_code == "discount_not_enabled"
    assert shop.books.writes() == 0
    shop.books.do("preference", group="SalesFormsPrefs", name="AllowDiscount", value=True)
    office.retry(invoice)
    shop.drain()
    shop.assert_in_books(invoice)


def test_several_rates_on_a_line_are_one_mapping(shop: Shop, office: Office) -> None:
    state = builders.rate(shop.organization, "State", "5.75")
    county = builders.rate(shop.organization, "County", "2.25")
    invoice = shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=[state, county])])
    shop.drain()
    event = shop.event(invoice)
    assert (event.failure_code, event.message) == ("tax_code_not_mapped", "Tax code 'State + County' not mapped")
    office.pick_tax_code(state, county, code="2")
    office.retry(invoice)
    shop.drain()
    shop.assert_in_books(invoice)


@pytest.mark.sampled(5)
@pytest.mark.parametrize("price", ["0.01", "33.33", "99.99", "1234.56", "0.07", "10.10"])
def test_our_tax_is_what_the_books_hold_to_the_cent(shop: Shop, price: str) -> None:
    """A combined rate rounded once and two rates apart differ by a cent: ours is the truth."""
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    shop.map_tax(rate)
    invoice = shop.invoice(lines=[builders.line("Part", price, item=shop.item("Labor"), rates=[rate])])
    shop.drain()
    shop.assert_in_books(invoice)
    assert Decimal(str(shop.there(invoice)["TxnTaxDetail"]["TotalTax"])) == invoice.tax_total


def test_two_different_taxes_on_one_invoice_need_a_person(shop: Shop) -> None:
    other = builders.rate(shop.organization, "Lorain 6.5", "6.5")
    shop.map_tax(other)
    labor: PricebookItem = shop.item("Labor")
    invoice = shop.invoice(
        lines=[builders.line(item=labor, rates=[shop.rate]), builders.line(item=labor, rates=[other])]
    )
    shop.drain()
    assert shop.event(invoice).failure_code == "mixed_tax_rates"
    assert shop.books.writes() == 0
    invoice.edit(lines=[builders.line(item=labor, rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)


def test_taxed_and_untaxed_lines_on_one_invoice(shop: Shop) -> None:
    labor = shop.item("Labor")
    invoice = shop.invoice(lines=[builders.line(item=labor, rates=[shop.rate]), builders.line(item=labor)])
    shop.drain()
    shop.assert_in_books(invoice)
    assert invoice.total == Decimal("208.00")


def test_an_exempt_customer_pays_no_tax_there_either(shop: Shop) -> None:
    school = builders.customer(shop.organization, "Lincoln Elementary", tax_exempt=True)
    invoice = shop.invoice(customer=school)
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["TotalAmt"] == 100


def test_terms_and_due_date_go_along(shop: Shop) -> None:
    customer = builders.customer(shop.organization, "Acme", terms="net 30")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    shop.assert_in_books(invoice)
    there = shop.there(invoice)
    assert there["SalesTermRef"]["value"] == "3"
    assert invoice.due_date is not None
    assert there["DueDate"] == invoice.due_date.isoformat()


def test_a_term_that_was_switched_off_there_does_not_hold_it_up(shop: Shop) -> None:
    customer = builders.customer(shop.organization, "Acme", terms="Net 30")
    shop.settled_invoice(customer=customer)
    shop.books.do("deactivate", entity="Term", name="Net 30")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    shop.assert_in_books(invoice)

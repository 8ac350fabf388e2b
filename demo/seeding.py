"""Three shops with their people, pricebooks, customers and invoices,
created only through the business's own operations.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from demo import shop_data
from demo.shop_data import BUYERS, ITEMS, PEOPLE, SHOPS, Buyer
from runacall.invoices.documents import Address
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Customer, Invoice, LineInput, PricebookCategory, PricebookItem, TaxRate
from runacall.invoices.models.records import address_columns
from runacall.organizations.models import Organization
from runacall.organizations.team import add_member

INVOICES = 260
FIRST_NUMBER = 1651
DAYS = 95
# Invoices dated more than this many days ago are in the closed period.
CLOSED_DAYS = 100
# By position in the list of invoices; "Combined 7.25" is every fourth.
CLOSED = range(5)
MISSING_ITEMS = {20: 0, 45: 1, 70: 0, 98: 1, 122: 0, 149: 1, 174: 0, 200: 1, 225: 0}
CLUB = (33, 77, 121, 165, 209)
TAKEN_NUMBERS = (50, 101, 152)
DISCOUNTED = (12, 60, 110, 161, 214)
ONE_OFF = (17, 64, 116, 168, 220)


@dataclass(frozen=True)
class Stock:
    """What invoices of one shop are made from."""

    organization: Organization
    customers: dict[str, Customer]
    items: dict[str, PricebookItem]
    state: TaxRate
    county: TaxRate
    combined: TaxRate

    def rates(self, buyer: Buyer) -> tuple[TaxRate, ...]:
        if buyer.tax_exempt:
            return ()
        return (self.combined,) if buyer.county == "Lake" else (self.state, self.county)

    def line(self, name: str, buyer: Buyer, quantity: int = 1) -> LineInput:
        item = self.items[name]
        rates = self.rates(buyer) if item.taxable else ()
        return LineInput(item=item, quantity=Decimal(quantity), rates=rates)

    def invoice(self, buyer: Buyer, day: dt.date, *lines: LineInput, **more: Any) -> InvoiceInput:
        return InvoiceInput(customer=self.customers[buyer.name], invoice_date=day, lines=lines, **more)


def seed() -> dict[str, Stock]:
    """All three shops, by slug, with what they sent before QuickBooks was connected."""
    at = timezone.now()
    stocks = {shop.slug: _stock(shop, at) for shop in SHOPS}
    _people(stocks.values())
    heating = stocks[shop_data.HEATING.slug]
    today = heating.organization.today(at)
    enter(heating, list(_history(heating, today)), at=at)
    _pay(heating, at)
    enter(stocks[shop_data.PLUMBING.slug], list(_few(stocks[shop_data.PLUMBING.slug], today, 12)), at=at)
    enter(stocks[shop_data.ELECTRIC.slug], list(_few(stocks[shop_data.ELECTRIC.slug], today, 6)), at=at)
    return stocks


def enter(stock: Stock, inputs: Sequence[InvoiceInput], *, at: dt.datetime) -> list[Invoice]:
    return enter_invoices(stock.organization, inputs, at=at, send=True)


def _stock(shop: shop_data.Shop, at: dt.datetime) -> Stock:
    organization = Organization.objects.create(slug=shop.slug, name=shop.name, time_zone="America/New_York")
    rate = {
        name: TaxRate.objects.add(organization=organization, name=name, percent=Decimal(percent), at=at)
        for name, percent in (("State 5.75", "5.75"), ("County 2.25", "2.25"), ("Combined 7.25", "7.25"))
    }
    return Stock(
        organization,
        {buyer.name: _customer(organization, number, buyer, at) for number, buyer in enumerate(BUYERS)},
        _pricebook(organization, at),
        rate["State 5.75"],
        rate["County 2.25"],
        rate["Combined 7.25"],
    )


def _customer(organization: Organization, number: int, buyer: Buyer, at: dt.datetime) -> Customer:
    home = Address(buyer.street, "", buyer.city, "OH", buyer.postal_code, "US")
    addresses: dict[str, Any] = address_columns(billing=home, service=home)
    customer: Customer = Customer.objects.add(
        organization=organization,
        name="" if buyer.company else buyer.name,
        company=buyer.name if buyer.company else "",
        email=buyer.email,
        phone=f"(216) 555-{100 + number:04}",
        tax_exempt=buyer.tax_exempt,
        terms=buyer.terms,
        at=at,
        **addresses,
    )
    return customer


def _pricebook(organization: Organization, at: dt.datetime) -> dict[str, PricebookItem]:
    names = list(dict.fromkeys(item.category for item in ITEMS))
    categories = {
        name: PricebookCategory.objects.add(organization=organization, name=name, sort_order=position, at=at)
        for position, name in enumerate(names)
    }
    return {
        item.name: PricebookItem.objects.add(
            organization=organization,
            category=categories[item.category],
            name=item.name,
            kind=item.kind,
            unit_price=item.price,
            taxable=item.taxable,
            at=at,
        )
        for item in ITEMS
    }


def _people(stocks: Any) -> None:
    for person in PEOPLE:
        user = get_user_model().objects.create_user(
            person.email,
            person.email,
            shop_data.PASSWORD,
            first_name=person.first_name,
            last_name=person.last_name,
        )
        for stock in stocks:
            add_member(stock.organization, person=user, role=person.role)
    get_user_model().objects.create_superuser(
        shop_data.SUPPORT, shop_data.SUPPORT, shop_data.PASSWORD, first_name="Support"
    )


def _history(stock: Stock, today: dt.date) -> Iterator[InvoiceInput]:
    """The last three months of a busy shop, and a few earlier invoices."""
    lake = [buyer for buyer in BUYERS if buyer.county == "Lake"]
    home = [buyer for buyer in BUYERS if buyer.county != "Lake"]
    usual = [item.name for item in shop_data.USUAL]
    for position in range(INVOICES):
        buyers = lake if position % 4 == 3 and position not in CLOSED else home
        buyer = buyers[position * 7 % len(buyers)]
        lines = [
            stock.line(usual[(position + step * 5) % len(usual)], buyer, 1 + (position + step) % 3)
            for step in range(1 + position % 3)
        ]
        yield stock.invoice(buyer, _day(position, today), *lines, *_special(stock, position, buyer), **_more(position))


def _day(position: int, today: dt.date) -> dt.date:
    if position in CLOSED:
        return today - dt.timedelta(days=CLOSED_DAYS + 6 * (len(CLOSED) - position))
    return today - dt.timedelta(days=DAYS - DAYS * position // INVOICES)


def _special(stock: Stock, position: int, buyer: Buyer) -> Iterator[LineInput]:
    if position in MISSING_ITEMS:
        name = (shop_data.CAPACITOR, shop_data.THERMOSTAT)[MISSING_ITEMS[position]].name
        yield stock.line(name, buyer)
    if position in CLUB:
        yield stock.line(shop_data.CLUB.name, buyer)
    if position in ONE_OFF:
        yield LineInput(description="Haul away old equipment", unit_price=Decimal("45.00"), rates=stock.rates(buyer))


def _more(position: int) -> dict[str, object]:
    more: dict[str, Any] = {"number": str(FIRST_NUMBER + position)}
    if position in DISCOUNTED:
        more |= {"discount": Decimal("25.00"), "discount_name": "Neighbor discount"}
    if position % 9 == 0:
        more["internal_note"] = "Gate code at the office."
    return more


def _pay(stock: Stock, at: dt.datetime) -> None:
    """The older ones are mostly paid, including one in the closed period."""
    # The money came after the closing date, so only the invoices themselves are in the closed period.
    open_since = stock.organization.today(at) - dt.timedelta(days=CLOSED_DAYS - 10)
    invoices = Invoice.objects.for_organization(stock.organization).order_by("invoice_date", "pk")
    for position, invoice in enumerate(invoices[: INVOICES // 3]):
        if position % 3 == 0:
            due = invoice.balance
            received = max(invoice.invoice_date, open_since)
            invoice.record_payment(amount=due, method="check", received_date=received, at=at)


def _few(stock: Stock, today: dt.date, count: int) -> Iterator[InvoiceInput]:
    home = [buyer for buyer in BUYERS if buyer.county != "Lake" and not buyer.tax_exempt]
    for position in range(count):
        buyer = home[position * 5 % len(home)]
        lines = (stock.line("Labor, journeyman", buyer, 2), stock.line("After-hours call", buyer))
        yield stock.invoice(buyer, today - dt.timedelta(days=count - position), *lines)

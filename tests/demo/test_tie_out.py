"""The demo's busiest shop, tied out: after the bookkeeper changed twelve things in a month, exactly these are named."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from demo import seeding
from demo.shop_data import HEATING
from qbo.connection.connecting import connect
from qbo.connection.turn import client_for
from qbo.lists.mirrors import refresh_lists
from qbo.mapping.first_choices import choose_defaults
from qbo.models import ListState
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.inbound import tie_out
from sync.models import TieOut
from sync.outbox.enqueueing import enqueue_earlier, enqueue_earlier_payments
from tests import builders
from tests.books import Books, Shop, emulator, grant
from tests.journeys.test_two_people import bookkeeper, own_lines

pytestmark = [pytest.mark.django_db, pytest.mark.slow, pytest.mark.timeout(600)]


@pytest.fixture
def heating(db: None) -> Any:
    """The shop as it is seeded, connected, and with everything that it ever sent in its books."""
    stock = seeding.seed()[HEATING.slug]
    with emulator() as url:
        at = timezone.now()
        connection = connect(stock.organization, grant(url), environment="emulator", emulator_url=url, at=at)
        refresh_lists(connection, client_for(connection), ListState.LISTS, lease=None, at=at)
        choose_defaults(connection, auto_create_items=True)
        shop = Shop(stock.organization, connection, Books(url), stock.state)
        shop.map_tax(stock.state, stock.county)
        shop.map_tax(stock.combined)
        enqueue_earlier(connection, at=at)
        enqueue_earlier_payments(connection, at=at)
        while shop.log().unsent().exists() and not shop.failed().exists():
            shop.drain()
        assert not shop.failed().exists(), shop.events()
        yield shop


def compared(shop: Shop, month: dt.date) -> TieOut:
    made = tie_out.ask(shop.connection, month, at=timezone.now())
    tie_out.make(made)
    made.refresh_from_db()
    return made


def test_after_twelve_changes_exactly_these_are_named(heating: Shop) -> None:
    shop = heating
    last = builders.today().replace(day=1) - dt.timedelta(days=1)
    month = last.replace(day=1)
    of_month = Invoice.objects.filter(organization=shop.organization, invoice_date__range=(month, last))
    unpaid = list(of_month.filter(amount_paid=0).order_by("pk"))[:12]
    paid = [builders.payment(one, at=timezone.now(), received_date=month.replace(day=20)) for one in unpaid[10:]]
    shop.drain()
    before = compared(shop, month)
    assert before.agrees, (before.problem, before.content)

    for invoice in unpaid[:2]:
        there = shop.there(invoice)
        line = own_lines(there)[0]
        detail = line["SalesItemLineDetail"]
        line |= {"Amount": 90, "SalesItemLineDetail": detail | {"UnitPrice": 90, "Qty": 1}}
        bookkeeper(shop, invoice, Line=there["Line"])
    bookkeeper(shop, unpaid[2], TxnDate=month.isoformat() if unpaid[2].invoice_date != month else last.isoformat())
    bookkeeper(shop, unpaid[3], TxnDate=(month - dt.timedelta(days=1)).isoformat())
    bookkeeper(shop, unpaid[4], CustomerRef={"value": shop.books.do("add_customer", name="Another")["row"]["Id"]})
    bookkeeper(shop, unpaid[5], DocNumber="X-1")
    bookkeeper(shop, unpaid[6], DueDate=(last + dt.timedelta(days=90)).isoformat())
    there = shop.there(unpaid[7])
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
    shop.books.delete("Invoice", shop.there(unpaid[8]))
    shop.pay_there(unpaid[9], amount=8)
    hers = [shop.books.row("Payment", shop.qbo_id(one)) for one in paid]
    shop.books.delete("Payment", hers[0])
    kept = {key: hers[1][key] for key in ("Id", "SyncToken", "CustomerRef")}
    shop.books.post("payment", {**kept, "sparse": True, "TotalAmt": float(Decimal(str(hers[1]["TotalAmt"])) + 10)})

    made = compared(shop, month)
    named = made.content["differences"]
    assert len(named) == made.content["open"] == 12, named
    invoices = {gap["record_id"]: gap for gap in named if gap["record_type"] == "invoice"}
    payments = {gap["record_id"]: gap for gap in named if gap["record_type"] == "payment"}
    assert invoices.keys() == {one.pk for one in unpaid[:10]}, named
    assert payments.keys() == {one.pk for one in paid}, named
    firsts = [invoices[one.pk]["what"].split(", ")[0] for one in unpaid[:10]]
    assert firsts == [
        *("total", "total", "date", "date", "customer", "number", "due date", "void", "not in QuickBooks", "balance"),
    ]
    assert [payments[one.pk]["what"] for one in paid] == ["not in QuickBooks", "amount"]
    assert all("in QuickBooks" in gap["reason"] and gap["event"] for gap in named), named
    owner = Client()
    owner.force_login(builders.member(shop.organization, Role.OWNER))
    page = owner.get(f"/quickbooks/tie-out/{made.pk}/").content.decode()
    assert "12 differences between Run a Call and QuickBooks." in page
    assert all(f"Invoice #{one.number}" in page for one in unpaid[:10])
    assert all(f"Payment on #{one.number}" in page for one in unpaid[10:])

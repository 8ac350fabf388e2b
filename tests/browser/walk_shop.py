"""The shop that the walk over every control goes through: something in every state that has a control of its own."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib.auth import get_user_model
from django.utils import timezone

from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Customer, Invoice
from runacall.organizations.models import Organization, Role
from sync.closed_period import asking
from sync.inbound import tie_out as tie_outs
from sync.models import SupportLook, SyncEvent
from tests import builders
from tests.books import NEIGHBOURS, STANDING_TOKEN, Shop, connected_shop

# What the emulator is started with: a second company, and a token for the bookkeeper's own hand.
COMPANIES = ("--access-token", STANDING_TOKEN, *(f"--company={realm}:us" for realm in NEIGHBOURS[:2]))
# Changed on both sides, and voided there: two are decided on their own pages, two in the list.
# A check that was entered on both sides, likewise.
BOTH, VOID, CHECK = ([f"{what}-{one}" for one in "ABCD"] for what in ("BOTH", "VOID", "CHECK"))
# What the accountant was asked about.
ASKED = "CLOSED-5"
# Two pages of the lists.
MANY = 52


@dataclass(frozen=True)
class WalkShop:
    shop: Shop
    # Of the Owner as well, and never connected.
    second: Organization
    # Role -> user name.
    people: dict[str, str]


def walk_shop(url: str) -> WalkShop:
    """Call it before a cluster runs: it drains by itself."""
    shop = connected_shop(url, slug="buckeye")
    at = timezone.now()
    second = builders.organization("hilltop", name="Hilltop Plumbing")
    builders.invoice(second, at=at, invoice_date=builders.today(at), number="H-1")
    _what_arrived(shop, at)
    _what_waits_for_a_person(shop, at)
    people = _people(shop.organization, second, at)
    _what_was_asked(shop, get_user_model().objects.get(username=people["owner"]), at)
    return WalkShop(shop, second, people)


def _people(organization: Organization, second: Organization, at: dt.datetime) -> dict[str, str]:
    owner = builders.member(organization, Role.OWNER)
    builders.member(second, Role.OWNER, user=owner)
    support = builders.superuser("support@example.com")
    SupportLook.objects.create(organization=organization, by=support, at=at, hour=at, path="/quickbooks/tax/")
    return {
        "owner": owner.username,
        "dispatcher": builders.member(organization, Role.DISPATCHER).username,
        "field tech": builders.member(organization, Role.FIELD_TECH).username,
        "support": support.username,
    }


def _what_arrived(shop: Shop, at: dt.datetime) -> None:
    builders.category(shop.organization, "Repairs", at=at)
    okafor = builders.customer(shop.organization, "M. Okafor", email="okafor@example.com", at=at)
    labor = builders.item(shop.organization, "Labor", at=at)
    lines = [builders.line(item=labor, rates=[shop.rate])]
    many = [InvoiceInput(customer=okafor, invoice_date=builders.today(at), lines=lines) for _ in range(MANY)]
    enter_invoices(shop.organization, many, at=at, send=True)
    paid = shop.invoice(customer=okafor, item=labor, number="PAID-1")
    builders.payment(paid, at=at, received_date=builders.today(at))
    shop.choose(sync_invoices=False)
    shop.invoice(customer=okafor, item=labor, number="EARLIER-1")
    shop.choose(sync_invoices=True, sync_payments=False)
    builders.payment(
        shop.invoice(customer=okafor, item=labor, number="PAID-2"), at=at, received_date=builders.today(at)
    )
    shop.choose(sync_payments=True)
    checked = [shop.invoice(customer=okafor, item=labor, number=number) for number in CHECK]
    shop.drain()
    for invoice in checked:
        builders.payment(invoice, "10", at=at, received_date=builders.today(at))
        shop.pay_there(invoice, amount="10", TxnDate=builders.today(at).isoformat())
    shop.hear()
    shop.drain()


def _what_waits_for_a_person(shop: Shop, at: dt.datetime) -> None:
    okafor = Customer.objects.get(organization=shop.organization, name="M. Okafor")

    def sent(number: str, **more: Any) -> Invoice:
        return shop.invoice(customer=okafor, number=number, **more)

    others = [sent(number) for number in (*BOTH, *VOID, "LOST")]
    shop.drain()
    combined = builders.rate(shop.organization, "Combined 7.25", "7.25", at=at)
    labor = shop.item("Labor")
    for number in ("TAX-1", "TAX-2", "TAX-3"):
        sent(number, lines=[builders.line(item=labor, rates=[combined])])
    for invoice in others[:8]:
        shop.books.post("invoice", {**shop.there(invoice), "CustomerMemo": {"value": "by the bookkeeper"}})
    for invoice in others[4:8]:
        there = shop.there(invoice)
        shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
    for invoice in others[:4]:
        invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.books.delete("Invoice", shop.there(others[8]))
    others[8].edit(customer_note="Thank you", at=timezone.now())
    shop.books.do("add_vendor", name="Tremont Diner")
    # One that it might be, and is not.
    shop.books.do("add_customer", name="Tremont Diner Catering", email="events@tremont.example.com")
    diner = builders.customer(shop.organization, "Tremont Diner", at=at)
    shop.invoice(customer=diner, number="VENDOR-1")
    shop.books.do("close_books", date=(builders.today(at) - dt.timedelta(days=30)).isoformat())
    shop.read_lists("Preferences")
    for number in ("CLOSED-1", "CLOSED-2", "CLOSED-3", "CLOSED-4", ASKED):
        sent(number, invoice_date=builders.today(at) - dt.timedelta(days=40))
    shop.drain()
    for number in ("D-SENT", "O-SENT"):
        sent(number)
    shop.drain()
    sent("O-DELETE", send=False)
    sent("O-STOPPED", send=False, lines=[builders.line(item=labor, rates=[combined])])
    for number in ("F", "D", "O"):
        sent(f"{number}-DRAFT", send=False)
    # Not left to the cluster, which may read what changed there before the walk, during it or after it.
    shop.hear()


def _what_was_asked(shop: Shop, owner: Any, at: dt.datetime) -> None:
    """A month was compared with QuickBooks, and the accountant has a question."""
    tie_outs.make(tie_outs.ask(shop.connection, builders.today(at).replace(day=1), at=at, by=owner))
    asked = Invoice.objects.get(organization=shop.organization, number=ASKED)
    stopped = SyncEvent.objects.of(shop.connection).of_record("invoice", asked.pk)
    assert asking.ask(stopped, by=owner, at=at, to_name="Jane Roe").done == 1

"""Before it fails: a draft says whether it is ready, and what it says is what happens when it is sent."""

from __future__ import annotations

from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.forecast.readiness import readiness, waiting
from sync.models import SyncEvent
from tests import builders
from tests.books import Shop
from tests.journeys.html import Node
from tests.journeys.office import INVOICES, Office
from tests.journeys.test_closed_period import days_ago

UNMAPPED = "Tax code 'Combined 7.25' not mapped"


def shown(office: Office, invoice: Invoice) -> Node:
    return office.visit(f"{INVOICES}/{invoice.pk}/change/").part("invoice-ready")


def draft(shop: Shop, **fields: Any) -> Invoice:
    return shop.invoice(send=False, **fields)


def unmapped(shop: Shop) -> list[Any]:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    return [builders.line(item=shop.item("Labor"), rates=[rate])]


def test_a_draft_that_will_go_says_so_and_goes(shop: Shop, office: Office) -> None:
    invoice = draft(shop)
    assert "Ready for QuickBooks It goes when you send it" in shown(office, invoice).text
    posted = office.visit(f"/quickbooks/invoice/{invoice.pk}/posted/").text
    assert "QuickBooks does not have this invoice yet. It gets:" in posted
    assert not SyncEvent.objects.exists()
    assert shop.books.writes() == 0
    invoice.send(at=timezone.now())
    shop.drain()
    there = shop.there(invoice)
    assert f"Number {there['DocNumber']}" in posted
    assert f"Total ${there['TotalAmt']:,.2f}" in posted
    assert f"Tax ${there['TxnTaxDetail']['TotalTax']:,.2f}" in posted
    office.assert_clear(invoice)
    assert not list(office.visit(f"{INVOICES}/{invoice.pk}/change/").root.all(id="invoice-ready"))


def test_a_draft_that_would_stop_says_all_that_is_missing_and_where(shop: Shop, office: Office) -> None:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    invoice = draft(shop, lines=unmapped(shop), invoice_date=days_ago(40))
    said = shown(office, invoice)
    assert "Not ready for QuickBooks. 2 things stand in the way" in said.text
    assert UNMAPPED in said.text
    assert f"Closed period: {days_ago(40)} is before the closing date {days_ago(30)}" in said.text
    assert "/quickbooks/tax/" in [link["href"].partition("?")[0].partition("#")[0] for link in said.all("a")]
    invoice.send(at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    assert [one.message for one in event.failures] == [
        UNMAPPED,
        f"Closed period: {days_ago(40)} is before the closing date {days_ago(30)}",
    ]


def test_mended_it_is_ready(shop: Shop, office: Office) -> None:
    invoice = draft(shop, lines=unmapped(shop))
    rate = invoice.lines.get().tax_rates.get()
    assert UNMAPPED in shown(office, invoice).text
    office.pick_tax_code(rate, code="2")
    assert "Ready for QuickBooks" in shown(office, invoice).text


def test_it_warns_before_a_number_that_exists_is_used(shop: Shop, office: Office) -> None:
    shop.choose(send_numbers=True)
    there = shop.settled_invoice(number="1042")
    Invoice.objects.filter(pk=there.pk).update(number="1042-old")
    invoice = draft(shop, number="1042")
    assert "Duplicate Doc Number: '1042' already exists in QBO" in shown(office, invoice).text
    invoice.edit(number="1043", at=timezone.now())
    assert "Ready for QuickBooks" in shown(office, invoice).text


def test_a_dispatcher_reads_plain_words_and_a_field_tech_nothing(shop: Shop) -> None:
    invoice = draft(shop, lines=unmapped(shop))
    pages = {}
    for role in (Role.DISPATCHER, Role.FIELD_TECH):
        browser = Client(headers={"host": "localhost"})
        browser.force_login(builders.member(shop.organization, role))
        pages[role] = browser.get(f"{INVOICES}/{invoice.pk}/change/").content.decode()
    assert "Not ready for QuickBooks yet: " in pages[Role.DISPATCHER]
    assert "Map the rate" not in pages[Role.DISPATCHER]
    assert "invoice-ready" not in pages[Role.FIELD_TECH]


def test_the_log_says_what_would_fail_if_we_synced_now(shop: Shop, office: Office) -> None:
    lines = unmapped(shop)
    failed = [shop.invoice(lines=lines) for _ in range(2)]
    shop.drain()
    waits, one = shop.invoice(), draft(shop, lines=lines)
    page = office.visit("/admin/sync/syncevent/")
    link = next(a for a in page.root.all("a") if a.text == "What would fail now?")
    text = office.visit(link["href"]).text
    assert f"1 would go (${waits.total:,.2f}), 2 would fail." in text
    assert f"{UNMAPPED} 2 invoices · ${sum(each.total for each in failed):,.2f}" in text
    assert f"{UNMAPPED} 1 invoice · ${one.total:,.2f}" in text
    before = shop.books.calls()
    office.visit(link["href"])
    assert shop.books.calls() == before
    shop.drain()
    assert shop.failed().count() == 2


def test_the_command_says_the_same(shop: Shop) -> None:
    shop.invoice(lines=unmapped(shop))
    shop.drain()
    draft(shop)
    for options, words in (
        ((), "0 would go ($0.00), 1 would fail"),
        (("--drafts",), "1 would go ($108.00), 0 would fail"),
    ):
        out = StringIO()
        call_command("preflight", "--organization", shop.organization.slug, *options, stdout=out)
        assert out.getvalue().startswith(f"{shop.organization.slug}: {words}")
    assert UNMAPPED not in out.getvalue()


def test_many_take_no_more_queries_than_few(shop: Shop) -> None:
    lines = unmapped(shop)
    few = [draft(shop, lines=lines).pk for _ in range(2)]
    many = few + [draft(shop, lines=lines).pk for _ in range(30)]

    def queries(ids: list[int]) -> int:
        with CaptureQueriesContext(database) as counted:
            assert len(readiness(shop.connection, ids)) == len(ids)
        return len(counted)

    assert queries(many) == queries(few)


@pytest.mark.parametrize("state", ["void", "deleted"])
def test_what_will_not_be_sent_is_not_judged(shop: Shop, office: Office, state: str) -> None:
    invoice = draft(shop)
    if state == "deleted":
        invoice.delete_draft(at=timezone.now())
    else:
        invoice.send(at=timezone.now())
        invoice.void(reason="twice", at=timezone.now())
        shop.drain()
    assert waiting(shop.connection).total == 0
    assert readiness(shop.connection, [invoice.pk]) == []

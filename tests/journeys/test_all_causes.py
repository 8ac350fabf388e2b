"""All problems of an invoice are found at once, and each is shown with the place to fix it."""

from __future__ import annotations

import csv
import io
import json

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from runacall.invoices.models import Invoice, TaxRate
from sync.forecast import retries
from sync.log.export import Export
from sync.log.support_bundle import support_bundle
from sync.models import State, SyncEvent
from tests import builders
from tests.books import Shop
from tests.journeys.office import LOG, SETTINGS, Office
from tests.journeys.test_closed_period import days_ago

UNMAPPED = "Tax code 'Combined 7.25' not mapped"
FILTER = "Item 'Furnace filter' not found in QBO"


@pytest.fixture
def combined(shop: Shop) -> TaxRate:
    shop.settled_invoice()
    shop.choose(auto_create_items=False)
    return builders.rate(shop.organization, "Combined 7.25", "7.25")


def twice_stopped(shop: Shop, rate: TaxRate, **fields: object) -> Invoice:
    """No code for its tax rate, and a product that QuickBooks does not have."""
    return shop.invoice(lines=[builders.line(item=shop.item("Furnace filter"), rates=[rate])], **fields)


def once_stopped(shop: Shop, rate: TaxRate) -> Invoice:
    return shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=[rate])])


def test_the_row_says_all_of_it_with_where_to_go(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = twice_stopped(shop, combined)
    shop.drain()
    office.assert_failed(invoice, UNMAPPED, code="tax_code_not_mapped")
    (row,) = office.log(status="failed")
    assert row.second.endswith(f"· also: {FILTER}")
    opened = office.opened(row)
    assert f"Also in the way {FILTER} Turn on Auto-create missing QBO products" in opened.text
    also = opened.root.one("ul", class_="rac-further")
    assert any(link["href"].startswith(f"{SETTINGS}/products/") for link in also.all("a"))
    banner = office.invoice_banner(invoice)
    assert banner.text.count(FILTER) == 1
    assert f"Also in the way: {FILTER}" in banner.text
    assert any(link["href"].startswith(f"{SETTINGS}/products/") for link in banner.all("a"))


def test_of_more_than_two_the_row_counts(shop: Shop, office: Office, combined: TaxRate) -> None:
    lines = [builders.line(item=shop.item(name), rates=[combined]) for name in ("Furnace filter", "Thermostat")]
    shop.invoice(lines=lines)
    shop.drain()
    (row,) = office.log(status="failed")
    assert row.second.endswith("· 2 more in the way")
    opened = office.opened(row).text
    assert FILTER in opened
    assert "Item 'Thermostat' not found in QBO" in opened


def test_each_cause_counts_what_it_stands_in_the_way_of(shop: Shop, office: Office, combined: TaxRate) -> None:
    both, one = twice_stopped(shop, combined), once_stopped(shop, combined)
    shop.drain()
    cards = {card.one("h2").text: card.text for card in office.visit(LOG).part("causes").all("section")}
    assert "2 invoices" in cards[UNMAPPED]
    assert "Retry 2" in cards[UNMAPPED]
    assert "1 invoice " in cards[FILTER]
    key = f"item_not_found:item:{shop.item('Furnace filter').pk}"
    assert [row.entity for row in office.log(cause=key)] == [f"Invoice #{both.number}"]
    assert len(office.log(cause=shop.event(one).cause_key)) == 2
    assert len(office.log(cause="item_not_found")) == 1
    assert "2 failed" in office.visit(f"{SETTINGS}/tax/").text
    assert "1 failed invoice waits for ‘Furnace filter’" in office.visit(f"{SETTINGS}/items/").text
    assert "1 failed event Choose for Furnace filter" in office.visit(f"{SETTINGS}/products/").text


def test_one_fixed_leaves_the_other_in_the_row(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = twice_stopped(shop, combined)
    shop.drain()
    office.pick_tax_code(combined, code="2")
    office.retry(invoice)
    shop.drain()
    office.assert_failed(invoice, FILTER, code="item_not_found")
    assert "Also in the way" not in office.event_page(invoice).text
    shop.books.post("item", {"Name": "Furnace filter", "Type": "Service", "IncomeAccountRef": {"value": "1"}})
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


def test_a_retry_reads_the_lists_of_every_cause_again(shop: Shop, office: Office, combined: TaxRate) -> None:
    invoice = twice_stopped(shop, combined)
    shop.drain()
    office.pick_tax_code(combined, code="2")
    shop.books.post("item", {"Name": "Furnace filter", "Type": "Service", "IncomeAccountRef": {"value": "1"}})
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


def test_a_customer_that_cannot_be_made_is_known_before_the_tax_is_mapped(
    shop: Shop, office: Office, combined: TaxRate
) -> None:
    customer = builders.customer(shop.organization, "Lake Supply", email="lake@example.com")
    shop.books.post("vendor", {"DisplayName": "Lake Supply"})
    shop.invoice(customer=customer)
    shop.drain()
    other = shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[combined])])
    shop.drain()
    event = shop.event(other)
    assert event.failure_code == "tax_code_not_mapped"
    held_by = shop.event(customer).message
    assert held_by in office.event_page(other).text
    shop.map_tax(combined)
    office.retry(other)
    shop.drain()
    assert shop.event(other).blocked_by == f"customer:{customer.pk}"


def test_it_follows_once_a_further_record_is_there(shop: Shop, office: Office, combined: TaxRate) -> None:
    """An invoice that waits for two records: whichever is put right, it is judged again."""
    customer = builders.customer(shop.organization, "Lake Supply", email="lake@example.com")
    shop.books.post("vendor", {"DisplayName": "Lake Supply"})
    shop.invoice(customer=customer)
    shop.drain()
    other = shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[combined])])
    shop.drain()
    shop.map_tax(combined)
    customer.edit(at=timezone.now(), name="Lake Supply Household")
    shop.drain()
    office.assert_clear(other)


def test_export_and_support_bundle_tell_all_of_it(shop: Shop, combined: TaxRate) -> None:
    twice_stopped(shop, combined)
    shop.drain()
    exported = Export(shop.organization, shop.failed(), timezone.now()).pieces("csv")
    (row,) = csv.DictReader(io.StringIO("".join(exported)))
    assert (row["Message"], row["Also in the way"]) == (UNMAPPED, FILTER)
    bundle = support_bundle(shop.organization, shop.failed(), at=timezone.now())
    (event,) = json.loads(bundle.as_json())["events"]
    assert [one["code"] for one in event["also_in_the_way"]] == ["item_not_found"]
    assert f"Also in the way: {FILTER}" in bundle.summary()


def test_a_closed_period_behind_another_cause_can_be_posted_to_today(
    shop: Shop, office: Office, combined: TaxRate
) -> None:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    invoice = shop.invoice(invoice_date=days_ago(40), lines=[builders.line(item=shop.item("Labor"), rates=[combined])])
    shop.drain()
    office.assert_failed(invoice, UNMAPPED, code="tax_code_not_mapped")
    office.post_to_current_period(invoice)
    shop.drain()
    assert [failure.code for failure in shop.event(invoice).failures] == ["tax_code_not_mapped"]


def test_nothing_is_further_without_a_first(shop: Shop) -> None:
    event = shop.event(shop.settled_invoice())
    assert (event.state, event.failures) == (State.SYNCED, ())
    with pytest.raises(IntegrityError), transaction.atomic():
        SyncEvent.objects.filter(pk=event.pk).update(further_keys="\nitem_not_found:item:1\n")


def test_a_fix_forecasts_what_goes_and_what_stays(shop: Shop, office: Office, combined: TaxRate) -> None:
    twice_stopped(shop, combined)
    for _ in range(3):
        once_stopped(shop, combined)
    shop.drain()
    before = office.visit(f"{SETTINGS}/tax/").part("waiting").text
    assert "4 failed invoices wait for ‘Combined 7.25’ · Retry them" in before
    after = office.pick_tax_code(combined, code="2").part("waiting").text
    assert f"wait for ‘Combined 7.25’ · 3 will go · 1 stays: {FILTER} · Retry them" in after
    page = office.visit(f"{SETTINGS}/tax/")
    asked = office.visitor.get(page.link("Retry them"))
    assert asked.part("forecast").text == f"3 will go, 1 stays: 1: {FILTER}"
    office.say_yes(asked)
    shop.drain()
    assert [event.failure_code for event in shop.failed()] == ["item_not_found"]


def test_of_very_many_those_alike_are_forecast_by_one(
    shop: Shop, office: Office, combined: TaxRate, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retries, "MOST_CHECKED", 3)
    for _ in range(2):
        twice_stopped(shop, combined)
    for _ in range(3):
        once_stopped(shop, combined)
    shop.drain()
    shop.map_tax(combined)
    found = retries.forecast_retry(shop.connection, shop.failed())
    assert found.sentence == f"about 3 will go · about 2 stay: {FILTER}"


def test_of_very_many_each_payment_stays_with_its_invoice(
    shop: Shop, combined: TaxRate, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also with one that is not looked at itself."""
    monkeypatch.setattr(retries, "MOST_CHECKED", 3)
    for invoice in [once_stopped(shop, combined) for _ in range(4)][2:]:
        builders.payment(invoice, at=timezone.now())
    shop.drain()
    assert shop.failed().filter(record_type="payment").count() == 2
    found = retries.forecast_retry(shop.connection, shop.failed())
    assert found.sentence == f"about 6 stay: {UNMAPPED}"
    shop.map_tax(combined)
    assert retries.forecast_retry(shop.connection, shop.failed()).sentence == "about 6 will go"


def test_a_customer_that_failed_keeps_its_invoices_in_the_forecast(shop: Shop, combined: TaxRate) -> None:
    customer = builders.customer(shop.organization, "Lake Supply", email="lake@example.com")
    shop.books.post("vendor", {"DisplayName": "Lake Supply"})
    shop.invoice(customer=customer)
    shop.drain()
    found = retries.forecast_retry(shop.connection, shop.failed().filter(record_type="invoice"))
    assert (found.go, [failure.code for failure, _ in found.stay]) == (0, [shop.event(customer).failure_code])

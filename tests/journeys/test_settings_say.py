"""Settings pages say what saving would change, before it is saved, and keep who changed what."""

from __future__ import annotations

from typing import Any

import pytest

from qbo.models import ConnectionSettings, SettingChange, TaxMapping
from runacall.organizations.models import Role
from sync.models import SyncEvent
from tests import builders
from tests.books import Shop
from tests.journeys.html import form_of
from tests.journeys.office import Office
from tests.journeys.visiting import send, visitor_of


def told(office: Office, page: str, **choices: Any) -> str:
    """What the page says below its form after these choices, before Save."""
    shown = office.visit(f"/quickbooks/{page}/")
    form = form_of(shown.root, shown.root.one("form", class_="rac-settings")).fill(**choices)
    answer = office.visitor.post(f"{office.base}/quickbooks/settings-preview/{page}/", form.fields)
    assert answer.status == 200
    return answer.text


def waiting(shop: Shop, count: int) -> None:
    for _ in range(count):
        shop.invoice()


def test_own_numbers_off_says_how_many_would_get_quickbooks_numbers(shop: Shop, office: Office) -> None:
    shop.books.do("preference", group="SalesFormsPrefs", name="CustomTxnNumbers", value=False)
    office.refresh("invoices")
    waiting(shop, 3)
    before = list(SyncEvent.objects.values_list())
    assert "3 waiting invoices would get QuickBooks’ numbers." in told(office, "invoices", send_numbers=False)
    assert list(SyncEvent.objects.values_list()) == before
    assert ConnectionSettings.objects.get().send_numbers
    shop.choose(send_numbers=False)
    assert "3 waiting invoices would get their Run a Call numbers." in told(office, "invoices", send_numbers=True)


def test_numbers_off_while_quickbooks_numbers_by_hand_says_what_would_stop(shop: Shop, office: Office) -> None:
    shop.books.do("preference", group="SalesFormsPrefs", name="CustomTxnNumbers", value=True)
    office.refresh("invoices")
    waiting(shop, 2)
    assert "2 invoices would stop: " in told(office, "invoices", send_numbers=False)
    # Of those that stop, none gets a number.
    assert "would get QuickBooks’ numbers" not in told(office, "invoices", send_numbers=False)


def test_of_what_stops_nothing_is_said_to_be_posted_otherwise(shop: Shop, office: Office) -> None:
    TaxMapping.objects.all().delete()
    waiting(shop, 2)
    shop.drain()
    shown = told(office, "tax", **{f"rate-{shop.rate.pk}": "2"})
    assert "2 invoices would no longer stop" in shown
    assert "different tax code" not in shown


def test_sync_off_and_on_says_how_many_would_wait_and_go(shop: Shop, office: Office) -> None:
    waiting(shop, 2)
    assert "2 queued changes would wait until it is on again" in told(office, "invoices", sync_invoices=False)
    shop.choose(sync_invoices=False)
    assert "2 queued changes would go to" in told(office, "invoices", sync_invoices=True)


def test_on_payment_says_what_becomes_of_unpaid_ones(shop: Shop, office: Office) -> None:
    waiting(shop, 2)
    shown = told(office, "invoices", when_to_sync="on_payment")
    assert "2 queued invoices not paid yet would still go" in shown
    SyncEvent.objects.all().delete()
    shop.choose(when_to_sync="on_payment")
    assert "2 sent invoices not in QuickBooks would be offered" in told(office, "invoices", when_to_sync="on_send")


def test_a_tax_code_says_what_would_no_longer_stop(shop: Shop, office: Office) -> None:
    TaxMapping.objects.all().delete()
    waiting(shop, 2)
    shop.drain()
    assert shop.failed().count() == 2
    field = f"rate-{shop.rate.pk}"
    assert "2 invoices would no longer stop; retry those that have failed." in told(office, "tax", **{field: "2"})
    office.pick_tax_code(shop.rate, code="2")
    shop.retry()
    assert "2 invoices would stop: Tax code 'California 8' not mapped." in told(office, "tax", **{field: ""})


def test_auto_create_says_how_many_products_would_be_created(shop: Shop, office: Office) -> None:
    shop.choose(auto_create_items=False)
    waiting(shop, 2)
    shown = told(office, "items", auto_create_items=True)
    assert "2 invoices would no longer stop" in shown
    assert "1 product would be created in QuickBooks." in shown
    assert told(office, "items").strip() == ""


def test_each_change_is_kept_with_who_and_from_what_to_what(shop: Shop, office: Office) -> None:
    office.choose("send_numbers", False)
    office.choose("auto_create_items", False)
    ann = builders.member(shop.organization, Role.ADMIN)
    other = Office(shop, visitor_of(ann))
    other.choose("send_numbers", True)
    rows = [(row.page, row.setting, row.old, row.new) for row in SettingChange.objects.order_by("id")]
    assert rows == [
        ("invoices", "Run a Call IDs in QBO", "On", "Off"),
        ("items", "Auto-create missing QBO products", "On", "Off"),
        ("invoices", "Run a Call IDs in QBO", "Off", "On"),
    ]
    assert SettingChange.objects.latest("id").by == ann
    shown = office.visit("/quickbooks/history/?of=invoices").text
    assert shown.count("Run a Call IDs in QBO") == 2
    assert "Auto-create" not in shown
    assert ann.username in office.visit("/quickbooks/invoices/").part("history").text


def test_a_mapping_is_kept_in_the_words_of_the_page(shop: Shop, office: Office) -> None:
    TaxMapping.objects.all().delete()
    office.pick_tax_code(shop.rate, code="2")
    (row,) = SettingChange.objects.all()
    assert (row.setting, row.old, row.new) == ("Tax code of California 8", "Choose a code…", "California (8 %)")


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
def test_history_is_for_those_who_manage_quickbooks(shop: Shop, role: str) -> None:
    visitor = visitor_of(builders.member(shop.organization, role))
    assert visitor.client.get("/quickbooks/history/").status_code == 403
    assert visitor.client.post("/quickbooks/settings-preview/tax/").status_code == 403


def test_another_shop_sees_none_of_it(shop: Shop, office: Office) -> None:
    office.choose("send_numbers", False)
    stranger = visitor_of(builders.member(builders.organization("elsewhere")))
    assert "Run a Call IDs in QBO" not in stranger.get("/quickbooks/history/").text


def test_the_confirmation_of_turning_on_keeps_the_history(shop: Shop, office: Office) -> None:
    shop.choose(sync_invoices=False)
    page = office.visit("/quickbooks/invoices/")
    form = form_of(page.root, page.root.one("form", class_="rac-settings")).fill(sync_invoices=True)
    asked = send(office.visitor, page, form)
    send(office.visitor, asked, asked.form(field="when_to_sync"), confirmed="1")
    (row,) = SettingChange.objects.all()
    assert (row.setting, row.old, row.new) == ("Sync invoices", "Off", "On")

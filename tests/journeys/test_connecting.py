"""Connecting, refusing, and answers that do not belong here; who sees what of sync."""

from __future__ import annotations

import pytest

from qbo.models import Connection
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from tests import builders
from tests.books import Shop
from tests.journeys.html import form_of
from tests.journeys.office import INVOICES, LOG, Office
from tests.journeys.visiting import HOST, send, visitor_of

CALLBACK = "/quickbooks/callback/"


def tokens(shop: Shop) -> tuple[str, int]:
    connection = Connection.objects.get(pk=shop.connection.pk)
    return connection.realm_id, connection.token_version


@pytest.mark.parametrize(
    "query",
    [
        "code=abc&realmId=4620816365010101&state=foreign",
        "code=abc&realmId=4620816365010101",
        "error=access_denied&state=foreign",
        "",
    ],
)
def test_an_answer_with_a_foreign_state_changes_nothing(shop: Shop, office: Office, query: str) -> None:
    before = tokens(shop)
    told = office.visit(f"{CALLBACK}?{query}")
    assert "This answer from QuickBooks does not belong to a connection that was started here" in told.text
    assert tokens(shop) == before


def test_a_state_is_good_for_one_answer(shop: Shop, office: Office) -> None:
    office.reconnect()
    before = tokens(shop)
    status = office.visit("/quickbooks/status/")
    consent = send(office.visitor, status, status.form(action="/connect/"))
    state = consent.url.partition("state=")[2].partition("&")[0]
    send(office.visitor, consent, consent.form(), decision="allow")
    once = tokens(shop)
    assert once != before
    again = office.visit(f"{CALLBACK}?code=abc&realmId={once[0]}&state={state}")
    assert "or it has already been used" in again.text
    assert tokens(shop) == once


def test_saying_no_on_intuits_page_changes_nothing(shop: Shop, office: Office) -> None:
    before = tokens(shop)
    status = office.visit("/quickbooks/status/")
    consent = send(office.visitor, status, status.form(action="/connect/"))
    told = send(office.visitor, consent, consent.form(), decision="refuse")
    assert "Connecting was not allowed on QuickBooks' page. Nothing was changed." in told.text
    assert tokens(shop) == before


def test_disconnecting_stops_the_queue_and_connecting_releases_it(shop: Shop, office: Office) -> None:
    page = office.visit("/quickbooks/disconnect/")
    send(office.visitor, page, form_of(page.root, page.part("content-main").one("form")))
    invoice = shop.invoice()
    shop.drain()
    assert office.banner() == ""
    assert shop.books.invoices() == []
    office.reconnect()
    shop.connection.refresh_from_db()
    shop.drain()
    office.assert_clear(invoice)


# --- who sees what ------------------------------------------------------------------------------------------


@pytest.fixture
def failed(shop: Shop) -> Invoice:
    shop.choose(auto_create_items=False)
    invoice = shop.invoice(item=builders.item(shop.organization, "Capacitor 35/5"))
    shop.drain()
    return invoice


def desk(shop: Shop, role: str) -> Office:
    return Office(shop, visitor_of(builders.member(shop.organization, role)))


def test_an_admin_sees_what_the_owner_sees(shop: Shop, failed: Invoice) -> None:
    admin = desk(shop, Role.ADMIN)
    admin.assert_failed(failed, "Item 'Capacitor 35/5' not found in QBO", code="item_not_found")


def test_a_dispatcher_sees_plain_words_on_the_invoice_and_no_more(shop: Shop, failed: Invoice) -> None:
    dispatcher = desk(shop, Role.DISPATCHER)
    assert dispatcher.banner() == ""
    page = dispatcher.visit(f"{INVOICES}/{failed.pk}/change/")
    words = page.part("invoice-sync").text
    assert words == "Not in QuickBooks yet: a pricebook item is missing there. The office is on it."
    assert not page.offers("/retry/")
    for path in (LOG, f"{LOG}{shop.event(failed).pk}/details/", "/quickbooks/tax/", "/quickbooks/status/"):
        assert dispatcher.visitor.get(f"{HOST}{path}").status in (403, 404), path


def test_a_field_tech_sees_nothing_of_sync(shop: Shop, failed: Invoice) -> None:
    tech = desk(shop, Role.FIELD_TECH)
    assert tech.banner() == ""
    page = tech.visit(f"{INVOICES}/{failed.pk}/change/")
    assert list(page.root.all(id="invoice-sync")) == []
    assert "not found in QBO" not in page.body
    assert tech.visitor.get(f"{HOST}{LOG}").status in (403, 404)


def test_another_shop_counts_and_lists_only_its_own(shop: Shop, failed: Invoice) -> None:
    other = builders.organization("another-shop")
    neighbour = Office(shop, visitor_of(builders.member(other, Role.OWNER)))
    assert neighbour.banner() == ""
    assert neighbour.log() == []
    event = shop.event(failed).pk
    for path in (f"{LOG}{event}/details/", f"{LOG}{event}/change/", f"{LOG}{event}/escalate/"):
        assert neighbour.visitor.get(f"{HOST}{path}").status == 404, path

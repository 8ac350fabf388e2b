"""Two people have the same settings page open: what one saved is not undone by the other, who never touched it."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import User

from qbo.models import AccountMapping, ConnectionSettings, SettingChange, TaxMapping
from runacall.organizations.models import Role
from tests import builders
from tests.books import Shop
from tests.journeys.html import Form, form_of
from tests.journeys.office import Office
from tests.journeys.visiting import Page, send, visitor_of

SETTINGS = "/quickbooks"


@pytest.fixture
def ann(shop: Shop) -> Office:
    """An Admin, beside the Owner."""
    return Office(shop, visitor_of(builders.member(shop.organization, Role.ADMIN)))


def form(page: Page) -> Form:
    return form_of(page.root, page.root.one("form", class_="rac-settings"))


def save(office: Office, page: Page, **chosen: str | bool) -> Page:
    return send(office.visitor, page, form(page).fill(**chosen))


def said(page: Page) -> str:
    return " ".join(node.text for node in page.root.all(class_="rac-notice-bad"))


def test_what_the_other_saved_stays_where_it_was_not_touched(shop: Shop, office: Office, ann: Office) -> None:
    path = f"{SETTINGS}/invoices/"
    stood_open = office.visit(path)
    save(ann, ann.visit(path), send_numbers=False, when_to_sync="on_payment")
    answer = save(office, stood_open, sync_customer_updates=False)
    assert "Saved." in answer.text
    kept = ConnectionSettings.objects.get(connection=shop.connection)
    assert (kept.send_numbers, kept.when_to_sync, kept.sync_customer_updates) == (False, "on_payment", False)
    assert SettingChange.objects.filter(page="invoices", setting="Run a Call IDs in QBO").count() == 1


@pytest.mark.sampled(2)
@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("tax", "rate-{rate}"),
        ("tax", "default"),
        ("items", "default_income_account_id"),
        ("items", "category-{category}"),
        ("payments", "account-check"),
        ("payments", "method-check"),
    ],
)
def test_what_both_changed_is_asked_about_once(shop: Shop, office: Office, ann: Office, name: str, field: str) -> None:
    """By the name of whom changed it, and with what it is now; whoever saves again has seen it."""
    category = builders.category(shop.organization, "Heating")
    field, path = field.format(rate=shop.rate.pk, category=category.pk), f"{SETTINGS}/{name}/"
    for town in ("Akron", "Dayton", "Lima"):
        shop.books.do("add_tax_code", name=town, percent="3")
    shop.read_lists("TaxCode")
    stood_open = office.visit(path)
    was = form(stood_open).fields[field][0]
    options = {option["value"]: option.text for option in stood_open.root.one(name=field).all("option")}
    hers, ours = [one for one in options if one not in ("", was)][:2]
    save(ann, ann.visit(path), **{field: hers})
    answer = save(office, stood_open, **{field: ours})
    who = User.objects.get(memberships__role=Role.ADMIN)
    assert f"{who} changed this to “{options[hers]}” while the page was open." in said(answer)
    assert form(ann.visit(path)).fields[field] == [hers]
    # Where the page begins, not below what one has to scroll past.
    assert answer.body.index("while the page was open") < answer.body.index('class="rac-settings"')
    # The choice is still there, and goes if it is saved again.
    assert form(answer).fields[field] == [ours]
    assert "Saved." in send(office.visitor, answer, form(answer)).text
    assert form(ann.visit(path)).fields[field] == [ours]


def test_what_was_not_on_the_page_yet_is_not_taken_away(shop: Shop, office: Office) -> None:
    """A rate and a product that got a choice since the page was opened."""
    tax, items = office.visit(f"{SETTINGS}/tax/"), office.visit(f"{SETTINGS}/items/")
    shop.map_tax(builders.rate(shop.organization, "Village", "3"), code="3")
    where = {"connection": shop.connection, "realm_id": shop.connection.realm_id}
    AccountMapping.objects.create(**where, item=shop.item("Labor"), account_id="79")
    assert "Saved." in save(office, tax, default="").text + save(office, items, auto_create_items=False).text
    assert TaxMapping.objects.filter(tax_code_id="3").exists()
    assert AccountMapping.objects.filter(account_id="79").exists()


def test_what_stood_on_the_page_is_read_with_care(shop: Shop, office: Office) -> None:
    for nonsense in ("", "[1]", "{", "null", '{"when_to_sync": {"a": 1}}'):
        page = office.visit(f"{SETTINGS}/invoices/")
        assert "Saved." in save(office, page, shown=nonsense, send_numbers=True).text

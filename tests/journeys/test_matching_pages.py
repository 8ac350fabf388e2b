"""Settings → QuickBooks → Customers, and → Products and services: a person says who is who, by the pages' controls."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import IntegrityError
from django.utils import timezone

from qbo.models import Connection, Link, MatchChoice
from runacall.invoices.models import Customer, PricebookItem
from runacall.invoices.refusals import Refused
from runacall.organizations.models import Role
from sync.matching import listing
from sync.matching.choosing import Subject, choose
from sync.matching.kinds import CUSTOMERS as CUSTOMER_KIND
from sync.models import State
from sync.pages import matching as pages
from tests import builders
from tests.books import Shop
from tests.journeys.html import Node, form_of
from tests.journeys.office import Office
from tests.journeys.visiting import Page, send, visitor_of

CUSTOMERS, PRODUCTS = "/quickbooks/customers/", "/quickbooks/products/"


class Matching:
    """The pages, as the Owner uses them."""

    def __init__(self, office: Office) -> None:
        self.office, self.shop = office, office.shop

    def page(self, record: Customer | PricebookItem, search: str = "") -> Page:
        base = CUSTOMERS if isinstance(record, Customer) else PRODUCTS
        return self.office.visit(f"{base}{record.pk}/{f'?q={search}' if search else ''}")

    def press(self, page: Page, label: str, *, there: str = "") -> Page:
        """The button of that name; `there`: in the row of that record of QuickBooks."""
        root = page.part(f"there-{there}") if there else page.root
        for node in root.all("form"):
            button = next((one for one in node.all("button") if one.text == label), None)
            if button is not None:
                return send(self.office.visitor, page, form_of(page.root, node), **{button["name"]: button["value"]})
        raise AssertionError(f"no button “{label}”: {root.text}")

    def choose(self, record: Customer | PricebookItem, there: str) -> Page:
        return self.press(self.page(record), "This one", there=there)

    def retry(self, page: Page) -> Page:
        """The link that the notice of what waits offers, then the question."""
        asked = self.office.visit(self._link(page, "Retry "))
        return send(self.office.visitor, asked, asked.form(field="next"))

    @staticmethod
    def _link(page: Page, beginning: str) -> str:
        notice = page.root.one(class_="rac-notice")
        return next(one["href"] for one in notice.all("a") if one.text.startswith(beginning))


@pytest.fixture
def matching(office: Office) -> Matching:
    return Matching(office)


def two_johns(shop: Shop) -> tuple[Customer, Customer, str]:
    """Two John Smith here, and one there with the phone of the second."""
    row = {"DisplayName": "John Smith", "PrimaryPhone": {"FreeFormNumber": "(555) 555-0102"}}
    there = shop.books.post("customer", row)["Customer"]["Id"]
    first, second = (builders.customer(shop.organization, "John Smith", phone=f"555-555-010{n}") for n in (1, 2))
    return first, second, there


def test_two_of_a_name_and_a_person_chooses(shop: Shop, office: Office, matching: Matching) -> None:
    """cases/, two of a name: nobody is linked by itself; by the phones a person chooses, and both go."""
    first, second, there = two_johns(shop)
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    shop.drain()
    assert {shop.event(one).failure_code for one in invoices} == {"name_ambiguous"}
    own = f"{CUSTOMERS}{second.pk}/"
    log = office.visit("/admin/sync/syncevent/?status=failed")
    assert own in [link["href"] for link in log.part("causes").all("a")], "the card leads to the very customer"
    assert own in [link["href"] for link in office.invoice_banner(invoices[1]).all("a")]
    page = office.visit(office.event_page(invoices[1]).link("Choose the customer"))
    assert page.url.endswith(own)
    sides = page.text
    assert "555-555-0101" in sides
    assert "(555) 555-0102" in sides
    assert "same name, same phone" in page.part(f"there-{there}").text
    assert "different phone" in matching.page(first).part(f"there-{there}").text
    writes = shop.books.writes()
    page = matching.press(page, "This one", there=there)
    assert "Matched. Nothing was sent." in page.text
    assert shop.books.writes() == writes
    matching.retry(page)
    shop.drain()
    assert shop.event(invoices[1]).state == State.SYNCED
    assert shop.event(invoices[0]).state == State.FAILED, "it waited for the other one"
    matching.retry(matching.page(first))
    shop.drain()
    office.assert_clear(*invoices)
    assert shop.qbo_id(second) == there
    assert shop.books.row("Customer", shop.qbo_id(first))["DisplayName"] == f"John Smith ({first.pk})"


# --- a choice, and taking it back -----------------------------------------------------------------------------


def test_a_choice_is_undone_until_something_was_sent_with_it(shop: Shop, office: Office, matching: Matching) -> None:
    _, second, there = two_johns(shop)
    invoice = shop.invoice(customer=second)
    shop.drain()
    page = matching.choose(second, there)
    history = page.part("history").text
    who = shop.organization.memberships.get().user.username
    assert f"{who}: Matched to John Smith (Id {there}). Before: not matched." in history
    assert f"{shop.organization.local(timezone.now()):%Y-%m-%d}" in history
    page = matching.press(page, "Undo")
    assert "Undone." in page.text
    assert page.part("match").one("h2").text == "Not matched"
    assert f"Undone by {who}" in page.part("history").text
    matching.retry(page)
    shop.drain()
    assert shop.event(invoice).failure_code == "name_ambiguous"
    matching.retry(matching.choose(second, there))
    shop.drain()
    office.assert_clear(invoice)
    page = matching.page(second)
    assert (
        f"Cannot be undone. It has been used: invoice #{invoice.number} was sent with it." in page.part("history").text
    )
    with pytest.raises(AssertionError, match="no button “Undo”"):
        matching.press(page, "Undo")


def test_a_choice_cannot_be_undone_behind_the_page(shop: Shop, office: Office, matching: Matching) -> None:
    """The page was opened before the invoice went; the button on it is pressed after."""
    _, second, there = two_johns(shop)
    invoice = shop.invoice(customer=second)
    shop.drain()
    page = matching.choose(second, there)
    matching.retry(page)
    shop.drain()
    office.assert_clear(invoice)
    assert "It has been used" in matching.press(page, "Undo").text
    assert shop.qbo_id(second) == there


def test_undoing_brings_the_match_of_before_back(shop: Shop, matching: Matching) -> None:
    hers = shop.books.do("add_customer", name="Anna Smith", email="a@example.com")["row"]["Id"]
    other = shop.books.do("add_customer", name="Anna Smith-Jones")["row"]["Id"]
    anna = builders.customer(shop.organization, "Anna Smith", email="a@example.com")
    shop.settled_invoice(customer=anna)
    before = Link.objects.of(shop.connection, "customer").values().get(record_id=anna.pk)
    page = matching.press(matching.page(anna), "This one", there=other)
    assert shop.qbo_id(anna) == other
    assert "Before: Anna Smith." in page.part("history").text
    matching.press(page, "Undo")
    assert shop.qbo_id(anna) == hers
    after = Link.objects.of(shop.connection, "customer").values().get(record_id=anna.pk)
    assert {**after, "id": 0} == {**before, "id": 0}


def test_create_it_makes_a_new_one_under_a_name_that_is_free(shop: Shop, office: Office, matching: Matching) -> None:
    first, _, there = two_johns(shop)
    invoice = shop.invoice(customer=first)
    shop.drain()
    page = matching.page(first)
    assert f"as “John Smith ({first.pk})”" in page.part("match").text
    page = matching.press(page, "Create it in QuickBooks")
    assert page.part("match").one("h2").text == "To be created in QuickBooks"
    assert not Link.objects.of(shop.connection, "customer").exists()
    matching.retry(page)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.books.row("Customer", shop.qbo_id(first))["DisplayName"] == f"John Smith ({first.pk})"
    page = matching.page(first)
    assert "Run a Call created it there." in page.part("match").text
    assert "It has been used: it was created in QuickBooks." in page.part("history").text
    assert shop.qbo_id(first) != there


def test_create_it_can_be_undone_before_it_is_created(shop: Shop, matching: Matching) -> None:
    first, _, _ = two_johns(shop)
    page = matching.press(matching.page(first), "Create it in QuickBooks")
    assert matching.press(page, "Undo").part("match").one("h2").text == "Not matched"


def test_not_this_one_is_neither_guessed_nor_linked(shop: Shop, office: Office, matching: Matching) -> None:
    there = shop.books.do("add_customer", name="Anna Smith")["row"]["Id"]
    anna = builders.customer(shop.organization, "Anna Smith")
    page = matching.press(matching.page(anna), "Not this one", there=there)
    assert "You said: not this one" in page.part(f"there-{there}").text
    invoice = shop.settled_invoice(customer=anna)
    office.assert_clear(invoice)
    assert shop.qbo_id(anna) != there


def test_not_this_one_leaves_it_to_the_other_of_the_name(shop: Shop, office: Office, matching: Matching) -> None:
    """Two of ours fit one there; for one of them a person says no: the other is linked by itself."""
    first, second, there = two_johns(shop)
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    shop.drain()
    matching.press(matching.page(first), "Not this one", there=there)
    office.retry()
    shop.drain()
    office.assert_clear(*invoices)
    assert shop.qbo_id(second) == there


def test_a_search_finds_one_of_another_name(shop: Shop, office: Office, matching: Matching) -> None:
    there = shop.books.do("add_customer", name="Hilltop Holding’s office", email="hh@example.com")["row"]["Id"]
    anna = builders.customer(shop.organization, "Anna Smith")
    assert "Hilltop" not in matching.page(anna).text
    assert "Nothing found in QuickBooks" in matching.page(anna, "nobody at all").text
    assert "Hilltop" in matching.page(anna, "hh@example").text
    page = matching.page(anna, "holding’s")
    assert "score 0 of 100" in page.part(f"there-{there}").text
    matching.press(page, "This one", there=there)
    office.assert_clear(shop.settled_invoice(customer=anna))
    assert shop.qbo_id(anna) == there


# --- what is refused ------------------------------------------------------------------------------------------


def test_one_that_another_of_ours_has_is_not_taken(shop: Shop, matching: Matching) -> None:
    first, second, there = two_johns(shop)
    page = matching.page(first)
    matching.choose(second, there)
    assert "John Smith is already matched to John Smith." in matching.press(page, "This one", there=there).text
    assert "matched to John Smith" in matching.page(first).part(f"there-{there}").text
    assert not Link.objects.of(shop.connection, "customer").filter(record_id=first.pk).exists()


def test_one_that_was_made_inactive_in_between_is_not_taken(shop: Shop, matching: Matching) -> None:
    _, second, there = two_johns(shop)
    page = matching.page(second)
    row = shop.books.row("Customer", there)
    shop.books.post("customer", {"Id": there, "SyncToken": row["SyncToken"], "sparse": True, "Active": False})
    assert "inactive in QuickBooks" in matching.press(page, "This one", there=there).text
    assert not Link.objects.of(shop.connection, "customer").exists()


def test_nothing_is_chosen_while_something_of_it_is_on_its_way(shop: Shop, matching: Matching) -> None:
    _, second, there = two_johns(shop)
    invoice = shop.invoice(customer=second)
    page = matching.page(second)
    shop.log().filter(pk=shop.event(invoice).pk).update(state=State.CHECKING)
    assert "being sent or checked right now" in matching.press(page, "This one", there=there).text
    assert not MatchChoice.objects.exists()


def test_nothing_is_chosen_for_another_company(shop: Shop, office: Office, matching: Matching) -> None:
    """The page shows one company, another is connected, and the button of the old page is pressed."""
    _, second, there = two_johns(shop)
    page = matching.page(second)
    shop.move_to("9341457000000105")
    assert "no longer in QuickBooks" in matching.press(page, "This one", there=there).text
    assert not Link.objects.filter(record_type="customer").exists()


def test_a_choice_is_for_the_company_that_the_page_showed(shop: Shop) -> None:
    """Another company was connected after the row was read, and before the choice is written."""
    _, second, there = two_johns(shop)
    row = shop.books.row("Customer", there)
    subject = Subject(CUSTOMER_KIND, Connection.objects.get(pk=shop.connection.pk), second.pk)
    shop.move_to("9341457000000105")
    with pytest.raises(Refused, match="connected to another company"):
        choose(subject, row, by=None, at=timezone.now())
    assert not Link.objects.filter(record_type="customer").exists()


def test_without_quickbooks_the_page_says_so(shop: Shop, matching: Matching) -> None:
    _, second, there = two_johns(shop)
    page = matching.page(second)
    shop.connection.pause("token_expired", at=timezone.now())
    assert "QuickBooks could not be read" in matching.page(second).text
    assert "Nothing was changed." in matching.press(page, "This one", there=there).text


# --- changing a match -----------------------------------------------------------------------------------------


def test_unlink_leaves_the_books_and_makes_a_new_one(shop: Shop, office: Office, matching: Matching) -> None:
    anna = builders.customer(shop.organization, "Anna Smith", email="a@example.com")
    earlier = shop.settled_invoice(customer=anna)
    former = shop.qbo_id(anna)
    page = matching.press(matching.page(anna), "Unlink")
    assert "Unlinked from Anna Smith" in page.part("history").text
    later = shop.settled_invoice(customer=anna)
    assert shop.qbo_id(anna) != former
    assert shop.there(earlier)["CustomerRef"]["value"] == former
    assert shop.there(later)["CustomerRef"]["value"] == shop.qbo_id(anna)


# --- products -------------------------------------------------------------------------------------------------


def two_filters(shop: Shop) -> tuple[str, str]:
    """A product Filter in each of two categories, at 10.00 and 20.00."""
    ids = []
    for name, price in (("Heating", 10), ("Cooling", 20)):
        category = shop.books.post("item", {"Name": name, "Type": "Category"})["Item"]["Id"]
        product = {"Name": "Filter", "Type": "Service", "UnitPrice": price, "IncomeAccountRef": {"value": "1"}}
        row = shop.books.post("item", {**product, "SubItem": True, "ParentRef": {"value": category}})
        ids.append(row["Item"]["Id"])
    shop.read_lists("Item")
    return ids[0], ids[1]


@pytest.mark.sampled(2)
@pytest.mark.parametrize("auto_create", [True, False])
def test_one_item_and_two_products_of_its_name(
    shop: Shop, office: Office, matching: Matching, auto_create: bool
) -> None:
    shop.choose(auto_create_items=auto_create)
    heating, cooling = two_filters(shop)
    item = builders.item(shop.organization, "Filter", unit_price="20")
    invoice = shop.invoice(item=item)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_ambiguous"
    page = office.visit(office.event_page(invoice).link("Choose the product"))
    assert "same name, same price" in page.part(f"there-{cooling}").text
    assert "but different price" in page.part(f"there-{heating}").text
    matching.retry(matching.press(page, "This one", there=cooling))
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(item) == cooling


def test_an_item_that_is_missing_is_matched_to_one_of_another_name(
    shop: Shop, office: Office, matching: Matching
) -> None:
    shop.choose(auto_create_items=False)
    there = shop.books.do("add_item", name="Run capacitor 35/5 MFD", price=100, income_account="1")["row"]["Id"]
    shop.read_lists("Item")
    item = builders.item(shop.organization, "Capacitor 35/5", unit_price="100")
    invoice = shop.invoice(item=item)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_not_found"
    page = office.visit(office.event_page(invoice).link("Choose the product"))
    assert "similar name, same price" in page.part(f"there-{there}").text
    matching.retry(matching.press(page, "This one", there=there))
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"] == there


def test_a_single_item_is_created_with_auto_create_off(shop: Shop, office: Office, matching: Matching) -> None:
    shop.choose(auto_create_items=False)
    mine, other = (builders.item(shop.organization, name) for name in ("Capacitor 35/5", "Capacitor 45/5"))
    invoices = [shop.invoice(item=one) for one in (mine, other)]
    shop.drain()
    page = matching.press(matching.page(mine), "Create it in QuickBooks")
    matching.retry(page)
    office.retry(invoices[1])
    shop.drain()
    shop.drain()
    assert [shop.event(one).state for one in invoices] == [State.SYNCED, State.FAILED]
    assert shop.books.row("Item", shop.qbo_id(mine))["Name"] == "Capacitor 35/5"


def test_an_inactive_product_is_left_for_another(shop: Shop, office: Office, matching: Matching) -> None:
    """The rule stays: an item whose product is inactive stops. On its page a person may choose another."""
    item = builders.item(shop.organization, "Filter", unit_price="100")
    shop.settled_invoice(item=item)
    former = shop.books.row("Item", shop.qbo_id(item))
    other = shop.books.do("add_item", name="Filter 16x25", price=100, income_account="1")["row"]["Id"]
    shop.books.post("item", {**former, "sparse": True, "Active": False})
    shop.read_lists("Item")
    invoice = shop.invoice(item=item)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_inactive"
    page = office.visit(office.event_page(invoice).link("Choose the product"))
    matching.retry(matching.press(page, "This one", there=other))
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(item) == other


def test_another_price_is_never_overwritten_and_is_a_row_to_decide(
    shop: Shop, office: Office, matching: Matching
) -> None:
    """product.md, A5: a product of the same name and another price stays as it is until a person says otherwise."""
    there = shop.books.do("add_item", name="Filter 16x25", price=95, income_account="1")["row"]["Id"]
    shop.read_lists("Item")
    item = builders.item(shop.organization, "Filter 16x25", unit_price="120")
    office.assert_clear(shop.settled_invoice(item=item))

    def price() -> str:
        return f"{shop.books.row('Item', there)['UnitPrice']:.2f}"

    assert price() == "95.00"
    row = office.visit(f"{PRODUCTS}?state=differs").part(f"item-{item.pk}")
    assert "Price: $120.00 here, $95.00 in QuickBooks" in row.text
    page = matching.press(matching.page(item), "Keep both prices")
    assert "No price differs" in office.visit(f"{PRODUCTS}?state=differs").text
    item.edit(description="Pleated", at=timezone.now())
    shop.drain()
    assert price() == "95.00", "another field went, and the price stayed"
    assert "It has been used" in matching.press(page, "Undo").text
    page = matching.page(item)
    assert "You kept both prices." in page.text
    matching.press(page, "Send our price")
    shop.drain()
    assert price() == "120.00"
    assert "No price differs" in office.visit(f"{PRODUCTS}?state=differs").text


def test_both_prices_are_asked_about_again_when_one_changes(shop: Shop, office: Office, matching: Matching) -> None:
    row = shop.books.do("add_item", name="Filter 16x25", price=95, income_account="1")["row"]
    shop.read_lists("Item")
    item = builders.item(shop.organization, "Filter 16x25", unit_price="120")
    shop.settled_invoice(item=item)
    matching.press(matching.page(item), "Keep both prices")
    now = shop.books.row("Item", row["Id"])
    shop.books.post("item", {**now, "sparse": True, "UnitPrice": 99})
    shop.read_lists("Item")
    assert "$120.00 here, $99.00 in QuickBooks" in office.visit(f"{PRODUCTS}?state=differs").text


# --- the lists ------------------------------------------------------------------------------------------------


def test_the_list_tells_what_each_is(shop: Shop, office: Office) -> None:
    there = shop.books.do("add_customer", name="Matched One", email="m@example.com")["row"]["Id"]
    matched = builders.customer(shop.organization, "Matched One", email="m@example.com")
    created = builders.customer(shop.organization, "Created One")
    builders.customer(shop.organization, "Unmatched One")
    for one in (matched, created):
        shop.settled_invoice(customer=one)
    first, _, _ = two_johns(shop)
    shop.invoice(customer=first)
    shop.drain()
    shown = {
        state: names_on(office.visit(f"{CUSTOMERS}?state={state}"))
        for state in ("choose", "unmatched", "matched", "created")
    }
    assert shown == {
        "choose": ["John Smith"],
        "unmatched": ["John Smith", "John Smith", "Unmatched One"],
        "matched": ["Matched One"],
        "created": ["Created One"],
    }
    assert names_on(office.visit(CUSTOMERS)) == ["John Smith"], "what needs a choice comes first"
    assert names_on(office.visit(f"{CUSTOMERS}?q=one&state=all")) == ["Created One", "Matched One", "Unmatched One"]
    row = office.visit(f"{CUSTOMERS}?state=matched").part(f"customer-{matched.pk}")
    assert f"Id {there}" in row.text
    assert "2 failed events" in office.visit(CUSTOMERS).part(f"customer-{first.pk}").text


def names_on(page: Page) -> list[str]:
    return [row.one("th").one("a").text for row in rows_on(page)]


def rows_on(page: Page) -> list[Node]:
    tables = list(page.root.all("table", class_="rac-matches"))
    return list(tables[0].one("tbody").all("tr")) if tables else []


def test_all_guesses_of_a_page_are_accepted_from_a_score_on(shop: Shop, office: Office) -> None:
    for name in ("Filter 16x25", "Filter 20x25", "Thermostat"):
        shop.books.do("add_item", name=name, price=100, income_account="1")
    shop.read_lists("Item")
    same, other, twin = (
        builders.item(shop.organization, name, unit_price=price)
        for name, price in (("filter 16X25", "100"), ("Filter 20x25", "80"), ("Thermostat", "100"))
    )
    builders.item(shop.organization, "thermostat", unit_price="100")
    page = office.visit(f"{PRODUCTS}?state=unmatched")
    form = page.form(field="pick")
    accepted = send(office.visitor, page, form.fill(score="80"), action="accept_all")
    assert "Matched 1 item. Nothing was sent." in accepted.text
    links = set(Link.objects.of(shop.connection, "item").values_list("record_id", flat=True))
    assert links == {same.pk}, "the others are of another price, or two of ours fit one there"
    assert {other.pk, twin.pk}.isdisjoint(links)


def test_guesses_for_items_are_accepted_on_all_pages(
    shop: Shop, office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (listing, pages):
        monkeypatch.setattr(module, "ROWS", 2)
    names = ("Blower motor", "Filter 16x25", "Thermostat", "Igniter")
    ours = {name: builders.item(shop.organization, name, unit_price="100") for name in (*names, "igniter")}
    for name in names:
        shop.books.do("add_item", name=name, price=100, income_account="1")
    shop.read_lists("Item")
    page = office.visit(f"{PRODUCTS}?state=unmatched")
    form = page.form(field="score").fill(score="70", every="1")
    accepted = send(office.visitor, page, form, action="accept_all")
    assert "Matched 3 items. Nothing was sent." in accepted.text
    linked = set(Link.objects.of(shop.connection, "item").values_list("record_id", flat=True))
    assert linked == {ours[name].pk for name in names[:3]}, "two of ours, on different pages, fit one there"


def test_guesses_of_customers_are_looked_for_and_accepted(shop: Shop, office: Office) -> None:
    there = shop.books.do("add_customer", name="Smith Plumbing", email="john@example.com")["row"]
    phone = {"PrimaryPhone": {"FreeFormNumber": "5555550101"}}
    shop.books.post("customer", {"DisplayName": "Ben Lee", **phone})
    john = builders.customer(shop.organization, "John Smith", email="john@example.com")
    ben = builders.customer(shop.organization, "Ben Lee", phone="555-555-0101")
    page = office.visit(f"{CUSTOMERS}?state=unmatched")
    assert "Best guess" not in page.text
    calls = shop.books.calls()
    page = office.visit(f"{CUSTOMERS}?state=unmatched&look=1")
    assert shop.books.calls() - calls == 2, "names and e-mails, in one query each"
    assert "same e-mail" in page.part(f"customer-{john.pk}").text
    assert "same name, same phone" in page.part(f"customer-{ben.pk}").text
    accepted = send(office.visitor, page, page.form(field="pick").fill(score="80"), action="accept_all")
    assert "Matched 1 customer." in accepted.text
    assert shop.books.row("Customer", shop.qbo_id(ben))["DisplayName"] == "Ben Lee"
    page = office.visit(f"{CUSTOMERS}?state=unmatched&look=1")
    form = form_of(page.root, page.part(f"customer-{john.pk}").one("form"))
    chosen = send(office.visitor, page, form, action="this_one")
    assert "Matched." in chosen.text
    assert shop.qbo_id(john) == there["Id"]


def test_the_lists_ask_the_database_as_often_for_many_as_for_few(
    shop: Shop, office: Office, django_assert_max_num_queries: Any
) -> None:
    for number in range(120):
        builders.customer(shop.organization, f"Customer {number:03}")
        builders.item(shop.organization, f"Item {number:03}")
    for page in (CUSTOMERS, PRODUCTS):
        with django_assert_max_num_queries(45):
            shown = office.visit(f"{page}?state=unmatched")
        assert len(rows_on(shown)) == 50
        assert "Page 1 of 3" in shown.text
        assert len(rows_on(office.visit(shown.link("Next")))) == 50


# --- who may --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("role", "status"), [(Role.ADMIN, 200), (Role.DISPATCHER, 403), (Role.FIELD_TECH, 403)])
def test_owners_and_admins_choose(shop: Shop, role: str, status: int) -> None:
    anna = builders.customer(shop.organization, "Anna Smith")
    visitor = visitor_of(builders.member(shop.organization, role))
    for path in (CUSTOMERS, PRODUCTS, f"{CUSTOMERS}{anna.pk}/"):
        assert visitor.get(path).status == status


def test_another_shops_records_are_not_there(shop: Shop, office: Office) -> None:
    stranger = builders.customer(builders.organization("elsewhere"), "Stranger Danger")
    assert office.visitor.get(f"{CUSTOMERS}{stranger.pk}/").status == 404
    assert "Stranger" not in office.visit(f"{CUSTOMERS}?state=all").text


def test_our_support_looks_and_chooses_nothing(shop: Shop) -> None:
    _, second, there = two_johns(shop)
    support = visitor_of(builders.superuser())
    page = support.get(f"{CUSTOMERS}{second.pk}/")
    assert "same phone" in page.part(f"there-{there}").text
    assert "This one" not in page.text
    assert "Create it" not in page.text


def test_a_choice_names_a_record(shop: Shop) -> None:
    """The database refuses one that is about nothing."""
    which = {"connection": shop.connection, "realm_id": "1", "record_type": "customer", "record_id": 1}
    MatchChoice.objects.create(**which, kind="create", at=timezone.now())
    with pytest.raises(IntegrityError, match="qbo_choice_names_a_record"):
        MatchChoice.objects.create(**which, kind="this_one", at=timezone.now())

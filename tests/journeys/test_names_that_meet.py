"""Names that mean one record in QuickBooks and here, or only seem to: looked up, compared, linked, or left to staff."""

from __future__ import annotations

import csv
import io
import logging
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from runacall.invoices.models import Customer, Invoice, PricebookItem
from sync.models import State
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office

HEADING = (
    "InvoiceNo,Customer,InvoiceDate,Item(Product/Service),ItemDescription,ItemQuantity,ItemRate,ItemAmount,Taxable,"
    "TaxRate,Email"
)
NO_BREAK = "\u00a0"


def imported(shop: Shop, tmp_path: Path, *pairs: tuple[str, str]) -> list[Invoice]:
    """Invoices over $100.00, untaxed, of these customers and items, as a file brings them."""
    file = tmp_path / "invoices.csv"
    with file.open("w", encoding="utf-8", newline="") as written:
        rows = csv.writer(written)
        rows.writerow(HEADING.split(","))
        for number, (name, item) in enumerate(pairs, start=1001):
            rows.writerow([number, name, "2026-06-17", item, "Visit", 1, 100, 100, "N", "", ""])
    call_command("import_invoices", str(file), "--organization", shop.organization.slug, stdout=io.StringIO())
    return list(Invoice.objects.filter(organization=shop.organization).order_by("number"))


def names(shop: Shop, entity: str) -> list[str]:
    field = {"Customer": "DisplayName", "Item": "Name"}[entity]
    return sorted(row[field] for row in shop.books.rows(entity) if row.get("Active", True))


# --- letters that no query may hold ---------------------------------------------------------------------------


def test_a_typographic_apostrophe_stops_nobody(shop: Shop, tmp_path: Path) -> None:
    invoices = imported(shop, tmp_path, ("Anna Smith", "Services"), ("Nora O’Dell", "Services"))
    shop.drain()
    shop.assert_in_books(*invoices)
    assert {"Anna Smith", "Nora O’Dell"} <= set(names(shop, "Customer"))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("name", ["Nora O’Dell", "Łukasz Nowak", "漢字", "Mary – and sons", "Joe 🚐"])
def test_one_that_is_there_under_such_a_name_is_linked(shop: Shop, name: str) -> None:
    there = shop.books.do("add_customer", name=name, email="n@example.com")["row"]["Id"]
    shop.books.do("add_customer", name=f"{name} junior", email="junior@example.com")
    customer = builders.customer(shop.organization, name, email="n@example.com")
    shop.assert_in_books(shop.settled_invoice(customer=customer))
    assert shop.qbo_id(customer) == there


@pytest.mark.parametrize("there", ["Anna  Maria Smith", "anna maria\u00a0Smith"])
def test_one_that_is_there_with_another_blank_is_linked(shop: Shop, there: str) -> None:
    qbo_id = shop.books.do("add_customer", name=there, email="a@example.com")["row"]["Id"]
    customer = builders.customer(shop.organization, "Anna Maria Smith", email="a@example.com")
    shop.assert_in_books(shop.settled_invoice(customer=customer))
    assert shop.qbo_id(customer) == qbo_id


def test_a_number_with_such_a_letter_is_found_taken(shop: Shop) -> None:
    first = shop.settled_invoice()
    shop.books.post("invoice", {**shop.there(first), "DocNumber": "17–A"})
    second = shop.invoice(number="17–A")
    other = shop.invoice()
    shop.drain()
    assert shop.event(second).failure_code == "duplicate_doc_number"
    assert shop.event(other).state == State.SYNCED


# --- a row that breaks every read of it -----------------------------------------------------------------------


def test_a_row_that_quickbooks_cannot_read_stops_only_its_own_customer(
    shop: Shop, office: Office, caplog: pytest.LogCaptureFixture
) -> None:
    shop.books.do("add_customer", name="Broken Bob", email="bob@example.com")
    shop.books.do("break_row", entity="Customer", name="Broken Bob")
    bobs = shop.invoice(customer=builders.customer(shop.organization, "Broken Bob", email="bob@example.com"))
    others = [shop.invoice(customer=builders.customer(shop.organization, f"Customer {i}")) for i in range(5)]
    with caplog.at_level(logging.WARNING):
        shop.drain()
    assert [shop.event(one).state for one in (bobs, *others)] == [State.FAILED, *[State.SYNCED] * 5]
    assert [row["DisplayName"] for row in shop.books.rows("Customer")].count("Broken Bob") == 1
    assert "cannot read DisplayName 'Broken Bob'" in caplog.text
    shop.books.do("mend_row", entity="Customer", name="Broken Bob")
    office.retry(bobs)
    shop.drain()
    office.assert_clear(bobs, *others)


def test_a_list_is_read_around_a_row_that_breaks_it(shop: Shop, caplog: pytest.LogCaptureFixture) -> None:
    for number in range(7):
        shop.books.do("add_item", name=f"Part {number}", price=5, income_account="1")
    before = builders.item(shop.organization, "Part 3")
    shop.read_lists("Item")
    shop.settled_invoice(item=before)
    shop.books.do("break_row", entity="Item", name="Part 3")
    shop.books.do("add_item", name="Part 8", price=5, income_account="1")
    with caplog.at_level(logging.WARNING):
        shop.read_lists("Item")
    assert "next after ‘Part 2’" in caplog.text
    known = set(shop.connection.list_entries.filter(entity="Item", active=True).values_list("name", flat=True))
    assert {f"Part {number}" for number in (0, 1, 2, 3, 4, 5, 6, 8)} <= known


# --- one key for all comparing --------------------------------------------------------------------------------


# As long as DisplayName may be, and longer than the name of a product may be.
LONG = ("Association of the Owners of the Condominiums " * 11)[:500].strip()


def test_a_long_name_that_was_typed_whole_there_is_linked(shop: Shop) -> None:
    row = shop.books.post("customer", {"DisplayName": LONG})["Customer"]
    invoice = shop.settled_invoice(customer=builders.customer(shop.organization, LONG))
    assert shop.qbo_id(invoice.customer) == row["Id"]
    new = shop.settled_invoice(customer=builders.customer(shop.organization, f"2 {LONG[:300]}"))
    assert shop.books.row("Customer", shop.qbo_id(new.customer))["DisplayName"] == f"2 {LONG[:300]}".strip()


def test_a_long_name_of_a_product_is_shortened_in_an_update_too(shop: Shop) -> None:
    item = shop.item("Labor")
    shop.settled_invoice(item=item)
    shop.choose(sync_customer_updates=True)
    item.edit(name=LONG, at=timezone.now())
    shop.drain()
    assert shop.event(item).state == "synced", shop.event(item).message
    name = shop.books.row("Item", shop.qbo_id(item))["Name"]
    assert (len(name), name.endswith(f" ({item.pk})")) == (100, True)


def test_blanks_make_no_twins(shop: Shop, tmp_path: Path) -> None:
    spelled = ["Anna Smith", "Anna Smith ", f"Anna{NO_BREAK}Smith"]
    invoices = imported(shop, tmp_path, *((name, name.upper()) for name in spelled))
    shop.drain()
    shop.assert_in_books(*invoices)
    assert [name for name in names(shop, "Customer") if name.startswith("Anna")] == ["Anna Smith"]
    assert [name for name in names(shop, "Item") if name.startswith("ANNA")] == ["ANNA SMITH"]


def test_what_is_there_with_other_blanks_and_case_is_linked(shop: Shop) -> None:
    there = shop.books.do("add_customer", name="Anna Smith", email="a@example.com")["row"]["Id"]
    product = shop.books.do("add_item", name=f"Service{NO_BREAK}call", price=5, income_account="1")["row"]["Id"]
    shop.read_lists("Item")
    customer = builders.customer(shop.organization, f"ANNA{NO_BREAK} Smith ", email="a@example.com")
    item = builders.item(shop.organization, "service  CALL ")
    shop.assert_in_books(shop.settled_invoice(customer=customer, item=item))
    assert (shop.qbo_id(customer), shop.qbo_id(item)) == (there, product)


# One name in two spellings that look alike: from a keyboard, and from a phone, a word processor or a spreadsheet.
ALIKE = [
    ("Nora O'Dell", "Nora O’Dell"),
    ("Ken D’Souza", "Ken D'Souza"),
    ("Mary-Ann Stores", "Mary–Ann Stores"),
    ("Blue—Sky Heating", "Blue-Sky Heating"),
    ('The "Best" Bakery', "The “Best” Bakery"),
    ("Jose\u0301 Di\u0301az", "José Díaz"),
    ("Gri\ufb03n Works", "Griffin Works"),
    ("Lee\u200b Wong", "Lee Wong"),
    ("\u202aPat Quinn\u202c", "Pat Quinn"),
    ("I \u2764\ufe0f Pizza", "I \u2764 Pizza"),
    ("Zoe\u00a0\u00a0Park\ufeff", "zoe park"),
    ("Wait... Movers", "Wait… Movers"),
    ("Straße Bau", "STRASSE BAU"),
    ("Grosse Gasse", "Große Gasse"),
    ("Zoë Márquez", "Zoe\u0308 Ma\u0301rquez"),
    ("İstanbul Grill", "istanbul grill"),
    ("H²O Pumps", "H2O Pumps"),
    ("Café «Bleu»", 'Café "Bleu"'),
    ("Ben\nLee", "Ben Lee"),
]


def test_what_looks_alike_is_one_customer_and_one_product_there(shop: Shop) -> None:
    ours, theirs = [], []
    for here, there in ALIKE:
        customer = builders.customer(shop.organization, here)
        item = builders.item(shop.organization, f"{here} visit")
        known = (
            shop.books.do("add_customer", name=there),
            shop.books.do("add_item", name=f"{there} visit", price=5, income_account="1"),
        )
        theirs.append(tuple(one["row"]["Id"] for one in known))
        ours.append(shop.invoice(customer=customer, item=item))
    shop.read_lists("Item")
    for _ in range(2):
        shop.drain()
    shop.assert_in_books(*ours)
    assert [(shop.qbo_id(one.customer), shop.qbo_id(one.lines.get().item)) for one in ours] == theirs


def test_what_looks_alike_is_one_of_ours_too(shop: Shop, tmp_path: Path) -> None:
    invoices = imported(shop, tmp_path, *((name, "Services") for pair in ALIKE for name in pair))
    shop.drain()
    shop.assert_in_books(*invoices)
    assert len({invoice.customer_id for invoice in invoices}) == len(ALIKE)


ODD = [
    *("a" * 100, "b" * 101, "c" * 500, "é" * 100),
    *("Tab\there", "Colon: here", 'Quote "here"', "Back\\slash", "100 % & Co", "<b>x</b>", "_under%score_", "=1+1"),
    *("'leading", "trailing'", "Joe 🚐🔧", "漢字 商店", "עברית", "Ünï-cödé ﬀ"),
]


def test_odd_names_go_each_to_its_own_record(shop: Shop) -> None:
    """Twice: the second time all are there, and none is made again."""
    customers = [builders.customer(shop.organization, name) for name in ODD]
    invoices = []
    for _ in range(2):
        invoices += [shop.invoice(customer=one, item=shop.item(one.name)) for one in customers]
        for _ in range(2):
            shop.drain()
        shop.assert_in_books(*invoices)
    ids = [(shop.qbo_id(one.customer), shop.qbo_id(one.lines.get().item)) for one in invoices]
    assert len(set(ids)) == len(ODD)


# --- QuickBooks' own spelling of a parent and its child -------------------------------------------------------


def test_a_sub_customer_and_a_category_item_are_linked_by_their_full_names(shop: Shop, tmp_path: Path) -> None:
    parent = shop.books.do("add_customer", name="ABC Property")["row"]["Id"]
    child = shop.books.post("customer", {"DisplayName": "Unit 4", "ParentRef": {"value": parent}, "Job": True})
    category = shop.books.post("item", {"Name": "Heating", "Type": "Category"})["Item"]["Id"]
    product = {"Name": "Filter 16x25", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
    there = shop.books.post("item", {**product, "ParentRef": {"value": category}, "SubItem": True})
    shop.read_lists("Item")
    before = names(shop, "Customer"), names(shop, "Item")
    (invoice,) = imported(shop, tmp_path, ("abc Property : Unit 4 ", "Heating:Filter  16X25"))
    shop.drain()
    shop.assert_in_books(invoice)
    assert (names(shop, "Customer"), names(shop, "Item")) == before
    line = invoice.lines.get()
    assert line.item is not None
    assert shop.qbo_id(invoice.customer) == child["Customer"]["Id"]
    assert shop.qbo_id(line.item) == there["Item"]["Id"]


def under_parents(shop: Shop) -> tuple[Customer, PricebookItem]:
    """A sub-customer and a product of a category, each with its invoice in QuickBooks."""
    parent = shop.books.do("add_customer", name="ABC Property")["row"]["Id"]
    shop.books.post("customer", {"DisplayName": "Unit 4", "ParentRef": {"value": parent}, "Job": True})
    category = shop.books.post("item", {"Name": "Heating", "Type": "Category"})["Item"]["Id"]
    product = {"Name": "Filter", "Type": "Service", "IncomeAccountRef": {"value": "1"}, "SubItem": True}
    shop.books.post("item", {**product, "ParentRef": {"value": category}})
    shop.read_lists("Item")
    customer = builders.customer(shop.organization, "ABC Property:Unit 4")
    item = builders.item(shop.organization, "Heating : Filter")
    shop.settled_invoice(customer=customer, item=item)
    return customer, item


def test_a_new_name_of_what_stands_under_a_parent_is_its_own_part_there(shop: Shop) -> None:
    customer, item = under_parents(shop)
    customer.edit(name="ABC Property:Unit 5", phone="555-0105", at=timezone.now())
    item.edit(name="Heating:Filter 16x25", at=timezone.now())
    shop.drain()
    assert (shop.event(customer).state, shop.event(item).state) == ("synced", "synced")
    assert shop.books.row("Customer", shop.qbo_id(customer))["FullyQualifiedName"] == "ABC Property:Unit 5"
    assert shop.books.row("Item", shop.qbo_id(item))["FullyQualifiedName"] == "Heating:Filter 16x25"


def test_a_sub_customer_that_she_renames_keeps_its_parent_here(shop: Shop) -> None:
    customer, _ = under_parents(shop)
    row = shop.books.row("Customer", shop.qbo_id(customer))
    shop.books.post("customer", {**row, "DisplayName": "Unit 44"})
    shop.hear()
    customer.refresh_from_db()
    assert customer.name == "ABC Property:Unit 44"
    customer.edit(phone="555-0105", at=timezone.now())
    shop.drain()
    now = shop.books.row("Customer", shop.qbo_id(customer))
    assert (now["FullyQualifiedName"], now["PrimaryPhone"]["FreeFormNumber"]) == ("ABC Property:Unit 44", "555-0105")


def test_a_colon_in_a_name_that_is_nowhere_there_is_sent_as_before(shop: Shop) -> None:
    """“Unit 4” of somebody else is not “ABC Property:Unit 4”."""
    shop.books.do("add_customer", name="Unit 4")
    customer = builders.customer(shop.organization, "ABC Property:Unit 4")
    shop.assert_in_books(shop.settled_invoice(customer=customer))
    assert f"ABC Property - Unit 4 ({customer.pk})" in names(shop, "Customer")


# --- unique on both sides, or for a person --------------------------------------------------------------------


def test_two_of_a_name_here_and_one_there(shop: Shop, office: Office) -> None:
    """Nobody is linked or made by itself; when one is called otherwise, both go, each to the right one."""
    row = {"DisplayName": "John Smith", "PrimaryPhone": {"FreeFormNumber": "555-0102"}}
    there = shop.books.post("customer", row)["Customer"]["Id"]
    first, second = (builders.customer(shop.organization, "John Smith", phone=f"555-010{n}") for n in (1, 2))
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    before = names(shop, "Customer")
    shop.drain()
    for invoice in invoices:
        event = shop.event(invoice)
        assert (event.state, event.failure_code) == (State.FAILED, "name_ambiguous")
        assert event.message.endswith(f"In QBO: Id {there}, no e-mail, 555-0102.")
        assert "555-0101" in event.message
    assert names(shop, "Customer") == before
    assert not shop.connection.links.filter(record_type="customer").exists()
    first.edit(name="John Smith Senior", at=timezone.now())
    office.retry()
    shop.drain()
    office.assert_clear(*invoices)
    assert shop.qbo_id(second) == there
    assert shop.books.row("Customer", shop.qbo_id(first))["DisplayName"] == "John Smith Senior"


def test_an_e_mail_decides_between_two_of_a_name(shop: Shop, office: Office) -> None:
    there = shop.books.do("add_customer", name="John Smith")["row"]
    first, second = (builders.customer(shop.organization, "John Smith", phone=f"555-010{n}") for n in (1, 2))
    invoices = [shop.invoice(customer=one) for one in (first, second)]
    shop.drain()
    assert {shop.event(one).failure_code for one in invoices} == {"name_ambiguous"}
    mail = {"PrimaryEmailAddr": {"Address": "john@example.com"}}
    shop.books.post("customer", {"Id": there["Id"], "SyncToken": there["SyncToken"], "sparse": True, **mail})
    second.edit(email="john@example.com", at=timezone.now())
    office.retry()
    shop.drain()
    office.assert_clear(*invoices)
    assert shop.qbo_id(second) == there["Id"]
    assert shop.qbo_id(first) != there["Id"]


def test_one_here_and_two_there(shop: Shop) -> None:
    for name in ("Anna Smith", f"Anna{NO_BREAK}Smith"):
        shop.books.do("add_customer", name=name)
    customer = builders.customer(shop.organization, f"Anna{NO_BREAK}Smith")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    assert shop.event(invoice).failure_code == "name_ambiguous"


def test_two_products_of_a_name_in_two_categories(shop: Shop, office: Office) -> None:
    for name in ("Heating", "Cooling"):
        category = shop.books.post("item", {"Name": name, "Type": "Category"})["Item"]["Id"]
        product = {"Name": "Filter", "Type": "Service", "IncomeAccountRef": {"value": "1"}, "SubItem": True}
        there = shop.books.post("item", {**product, "ParentRef": {"value": category}})["Item"]["Id"]
    shop.read_lists("Item")
    item = builders.item(shop.organization, "Filter")
    invoice = shop.invoice(item=item)
    shop.drain()
    assert shop.event(invoice).failure_code == "item_ambiguous"
    item.edit(name="Cooling:Filter", at=timezone.now())
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(item) == there


# --- several e-mails in one field, and none -------------------------------------------------------------------


def test_any_of_several_e_mails_there_is_enough(shop: Shop) -> None:
    there = shop.books.do("add_customer", name="Anna Smith", email="Anna@example.com, office@example.com")["row"]["Id"]
    customer = builders.customer(shop.organization, "Anna Smith", email="office@example.com")
    shop.assert_in_books(shop.settled_invoice(customer=customer))
    assert shop.qbo_id(customer) == there


def test_one_without_an_e_mail_there_is_a_suggestion(shop: Shop) -> None:
    shop.books.do("add_customer", name="Anna Smith")
    invoice = shop.invoice(customer=builders.customer(shop.organization, "Anna Smith", email="a@example.com"))
    shop.drain()
    event = shop.event(invoice)
    assert event.failure_code == "name_ambiguous"
    assert "different e-mail" not in event.message


def test_several_e_mails_here_find_the_one_there_and_go_along(shop: Shop) -> None:
    there = shop.books.do("add_customer", name="Anna Smith", email="anna@example.com")["row"]["Id"]
    both = "office@example.com, Anna@example.com"
    anna, ben = (builders.customer(shop.organization, name, email=both) for name in ("Anna Smith", "Ben Lee"))
    shop.assert_in_books(*[shop.settled_invoice(customer=one) for one in (anna, ben)])
    assert shop.qbo_id(anna) == there
    assert shop.books.row("Customer", shop.qbo_id(ben))["PrimaryEmailAddr"]["Address"] == both


def test_an_e_mail_that_is_none_is_refused_here(shop: Shop) -> None:
    for wrong in ("anna", "anna@example.com; ben@example.com", "anna@example.com,"):
        with pytest.raises(ValidationError, match="Enter one e-mail address"):
            builders.customer(shop.organization, "Anna Smith", email=wrong)


# --- a name that was given up ---------------------------------------------------------------------------------


@pytest.mark.parametrize("arrives", [True, False], ids=["the new name arrived", "it did not"])
def test_a_new_product_gets_the_name_that_another_gave_up_without_an_answer(shop: Shop, arrives: bool) -> None:
    at = timezone.now()
    shop.choose(sync_customer_updates=True)
    labor = shop.item("Labor")
    shop.settled_invoice(item=labor, at=at)
    shop.books.do("fault", fault="reset", path="write", after_commit=arrives, times=1)
    labor.edit(name="Labor on Sundays", at=at)
    shop.drain(at)
    shop.books.do("clear_faults")
    new = builders.item(shop.organization, "Labor")
    invoice = shop.invoice(item=new, at=at)
    shop.drain(at)
    shop.assert_in_books(invoice)
    assert shop.books.row("Item", shop.qbo_id(new))["Name"] == ("Labor" if arrives else f"Labor ({new.pk})")
    shop.drain(at + timedelta(minutes=20))
    assert shop.event(labor).state == State.SYNCED
    assert shop.books.row("Item", shop.qbo_id(labor))["Name"] == "Labor on Sundays"

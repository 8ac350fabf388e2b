"""The invoice pages as staff use them, over HTTP."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.contrib.messages import get_messages
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from runacall.invoices.models import Customer, Invoice, InvoiceLine
from runacall.invoices.statuses import Status
from runacall.organizations.models import Organization, Role
from tests import builders, log_rows

LogIn = Callable[[User], Client]
LIST = "/admin/invoices/invoice/"
PRESSED = {"_form_submitted": "on"}


@pytest.fixture
def office(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop))


def page(invoice: Invoice, button: str = "change") -> str:
    return f"{LIST}{invoice.pk}/{button}/"


def said(response: HttpResponse) -> list[str]:
    return [str(message) for message in get_messages(response.wsgi_request)]


def head(customer_id: int, **more: Any) -> dict[str, Any]:
    blank = {f"{kind}_{part}": "" for kind in ("billing", "service") for part in ADDRESS}
    return {
        **blank,
        "customer": customer_id,
        "number": "",
        "invoice_date": "2026-06-17",
        "due_date": "",
        "terms": "",
        "discount": "0",
        "discount_name": "",
        "customer_note": "",
        "internal_note": "",
        **more,
    }


ADDRESS = ("line1", "line2", "city", "state", "postal_code", "country")


def lines(*rows: dict[str, Any], initial: int = 0) -> dict[str, Any]:
    form = {"lines-TOTAL_FORMS": len(rows), "lines-INITIAL_FORMS": initial}
    for i, row in enumerate(rows):
        whole = {
            "id": "",
            "item": "",
            "description": "",
            "quantity": "1",
            "unit_price": "",
            "tax_rates": [],
            **row,
        }
        form |= {f"lines-{i}-{name}": value for name, value in whole.items()}
    return form


def present_lines(invoice: Invoice, **first: Any) -> dict[str, Any]:
    rows = []
    for line in invoice.lines.all():
        rows.append(
            {
                "id": line.pk,
                "invoice": invoice.pk,
                "item": line.item_id or "",
                "description": line.description,
                "quantity": line.quantity,
                "unit_price": line.unit_price,
                "tax_rates": [rate.pk for rate in line.tax_rates.all()],
            }
        )
    rows[0] |= first
    return lines(*rows, initial=len(rows))


def test_a_line_stays_that_line_through_the_form(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop, lines=[builders.line("First", "10"), builders.line("Second", "20")])
    first, second = (line.identity for line in invoice.lines.all())
    for words in ("once", "and again"):
        page = reverse("admin:invoices_invoice_change", args=[invoice.pk])
        rows = present_lines(invoice, description=words)
        rows["lines-TOTAL_FORMS"] = 3
        rows |= {"lines-1-DELETE": "on", "lines-2-description": "New", "lines-2-quantity": "1", "lines-2-unit_price": 5}
        assert office.post(page, head(invoice.customer_id, number=invoice.number) | rows).status_code == 302
        invoice.refresh_from_db()
        changed, new = invoice.lines.all()
        assert (changed.identity, changed.description) == (first, words)
        assert new.identity not in (first, second)
        second = new.identity


# --- list -----------------------------------------------------------------------------------------------------


def test_facets_are_counted(office: Client, shop: Organization) -> None:
    builders.invoice(shop)
    assert "Sent (1)" in office.get(f"{LIST}?_facets=True").content.decode()


def test_the_list(office: Client, shop: Organization, django_assert_max_num_queries: Any) -> None:
    for number in range(30):
        builders.invoice(shop, number=str(2000 + number), customer=builders.customer(shop, f"Customer {number}"))
    paid = builders.invoice(shop, number="1842")
    builders.payment(paid, "60")
    with django_assert_max_num_queries(15):
        html = office.get(LIST).content.decode()
    for text in ("#1842", "M. Okafor", "Partial", "$100.00", "$40.00", "#2029"):
        assert text in html


def test_search_and_filters(office: Client, shop: Organization) -> None:
    other = builders.customer(shop, "Ann")
    builders.invoice(shop, number="1842")
    builders.invoice(shop, customer=other, number="1001", send=False)
    builders.invoice(shop, customer=other, number="1002", invoice_date=dt.date(2026, 7, 1))
    builders.invoice(shop, customer=other, number="7").void(reason="Other", at=builders.NOW)
    for query, found in (
        ("q=%231842", {"1842"}),
        ("q=okafor", {"1842"}),
        ("q=okafor+1842", {"1842"}),
        ("q=okafor+1001", set()),
        ("q=ann+100", {"1001", "1002"}),
        ("q=%00", {"1842", "1001", "1002", "7"}),
        ("status=draft", {"1001"}),
        ("status=outstanding", {"1842", "1002"}),
        ("status=void", {"7"}),
        ("invoice_date_from=2026-07-01", {"1002"}),
        ("invoice_date_to=2026-06-30", {"1842", "1001", "7"}),
        ("status=outstanding&invoice_date_from=2026-07-01", {"1002"}),
    ):
        shown = office.get(f"{LIST}?{query}").context["cl"].result_list
        assert {invoice.number for invoice in shown} == found, query


@pytest.mark.parametrize("named", [0, 1_000])
def test_a_search_that_many_customers_match(
    office: Client, shop: Organization, named: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same is found whether the customers are named to the database or joined there."""
    monkeypatch.setattr("runacall.invoices.admin.searching.MOST_NAMED", named)
    for number, name in enumerate(("Ann Lee", "Ann Poe", "Bob Lee")):
        builders.invoice(shop, number=str(10 + number), customer=builders.customer(shop, name))
    stranger = builders.organization("elsewhere")
    builders.invoice(stranger, number="13", customer=builders.customer(stranger, "Ann Lee"))
    shown = office.get(f"{LIST}?q=ann+lee").context["cl"].result_list
    assert [invoice.number for invoice in shown] == ["10"]


def test_the_invoice_with_the_searched_number_comes_first(office: Client, shop: Organization) -> None:
    for number in ("1777", "777", "7770"):
        builders.invoice(shop, number=number)
    shown = office.get(f"{LIST}?q=777").context["cl"].result_list
    assert [invoice.number for invoice in shown] == ["777", "7770", "1777"]


def test_a_long_list_is_counted_up_to_a_bound(
    office: Client, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("runacall.organizations.paging.BoundedPaginator.most", 2)
    for _ in range(3):
        builders.invoice(shop)
    html = office.get(LIST).content.decode()
    assert re.search(r"2\+\s+invoices; search or filter to reach the others", html)
    assert "reach the others" not in office.get(f"{LIST}?q=nobody").content.decode()


def test_sending_selected_drafts_says_what_it_left_alone(office: Client, shop: Organization) -> None:
    drafts = [builders.invoice(shop, send=False) for _ in range(2)]
    empty = builders.invoice(shop, lines=[], send=False)
    sent, paid = builders.invoice(shop), builders.invoice(shop)
    builders.payment(paid)
    chosen = [invoice.pk for invoice in (*drafts, empty, sent, paid)]
    response = office.post(LIST, {"action": "send_selected", "_selected_action": chosen})
    assert said(response) == [
        "2 invoices sent.",
        "3 invoices left alone: 1 has no lines; 1 is Paid and cannot become Sent; 1 is Sent and cannot become Sent.",
    ]
    assert Invoice.objects.filter(status=Status.SENT).count() == 3


@pytest.mark.parametrize("marked", ["' OR 1=1", "", "9" * 30])
@pytest.mark.parametrize(("listing", "action"), [(LIST, "send_selected"), ("/admin/sync/syncevent/", "retry")])
def test_what_cannot_be_a_row_is_refused(office: Client, listing: str, action: str, marked: str) -> None:
    assert office.post(listing, {"action": action, "_selected_action": ["1", marked]}).status_code == 400


def test_sending_everything_across_pages(office: Client, shop: Organization) -> None:
    drafts = [builders.invoice(shop, send=False) for _ in range(60)]
    asked = {"action": "send_selected", "_selected_action": [drafts[0].pk], "select_across": "1"}
    assert said(office.post(f"{LIST}?status=draft", asked)) == ["60 invoices sent."]


def test_deleted_drafts_are_gone(office: Client, shop: Organization) -> None:
    draft = builders.invoice(shop, number="4711", send=False)
    assert "4711" in office.get(LIST).content.decode()
    response = office.post(page(draft, "delete"), {"post": "yes"}, follow=True)
    assert response.status_code == 200
    draft.refresh_from_db()
    assert draft.deleted_at
    assert office.get(page(draft)).status_code == 404
    assert not office.get(LIST).context["cl"].result_list


# --- page -----------------------------------------------------------------------------------------------------


def test_a_new_invoice(office: Client, shop: Organization, changes: list[Any]) -> None:
    tax = builders.rate(shop, is_default=True)
    who = builders.customer(shop, terms="Net 30", billing_line1="1 Elm St")
    taxed, free = (
        builders.item(shop, "Filter", unit_price="12.50"),
        builders.item(shop, "Permit", taxable=False),
    )
    del changes[:]
    rows = lines(
        {"item": taxed.pk, "quantity": "2", "tax_rates": [tax.pk]},
        {"item": free.pk, "tax_rates": [tax.pk]},  # as the form proposes it
        {"description": "Goodwill", "unit_price": "-5", "tax_rates": []},
    )
    response = office.post(f"{LIST}add/", head(who.pk) | rows)
    assert response.status_code == 302, response.context["errors"]
    invoice = Invoice.objects.get()
    assert (invoice.number, invoice.status, invoice.organization) == ("1001", Status.DRAFT, shop)
    assert (invoice.terms, invoice.due_date, invoice.billing_line1) == (
        "Net 30",
        dt.date(2026, 7, 17),
        "1 Elm St",
    )
    assert (invoice.subtotal, invoice.tax_total) == (Decimal(120), Decimal("1.81"))
    assert [line.description for line in invoice.lines.all()] == ["Filter", "Permit", "Goodwill"]
    assert [name for name, *_ in changes] == ["Invoice"]
    assert LogEntry.objects.get().object_id == str(invoice.pk)


def test_new_lines_propose_the_default_rate(office: Client, shop: Organization) -> None:
    builders.rate(shop, "Standard seven", is_default=True)
    assert "Standard seven" in office.get(f"{LIST}add/").content.decode()


def test_saving_changes_lines_and_totals_in_one_operation(
    office: Client, shop: Organization, changes: list[Any]
) -> None:
    tax = builders.rate(shop, percent="10")
    invoice = builders.invoice(shop, lines=[builders.line(), builders.line("Two")])
    del changes[:]
    posted = head(invoice.customer_id, number=invoice.number, discount="20", customer_note="Thanks")
    posted |= present_lines(invoice, tax_rates=[tax.pk], unit_price="120")
    posted |= {"lines-1-DELETE": "on"}
    response = office.post(page(invoice), posted)
    assert response.status_code == 302, response.context["errors"]
    invoice.refresh_from_db()
    assert (invoice.total, invoice.customer_note, invoice.lines.count()) == (Decimal(110), "Thanks", 1)
    assert [name for name, *_ in changes] == ["Invoice"]


def test_saving_nothing_new_says_nothing_to_the_books(office: Client, shop: Organization, changes: list[Any]) -> None:
    invoice = builders.invoice(shop)
    del changes[:]
    posted = head(invoice.customer_id, number=invoice.number) | present_lines(invoice)
    assert office.post(page(invoice), posted).status_code == 302
    assert changes == []


@pytest.mark.parametrize(
    ("fields", "row", "complaint"),
    [
        ({"discount": "100.01"}, {}, "discount must be between 0 and the subtotal"),
        ({}, {"unit_price": "-1"}, "total cannot be negative"),
        ({}, {"quantity": "99999999", "unit_price": "99999999"}, "can be more than"),
        ({}, {"description": ""}, "needs a description"),
        ({}, {"unit_price": ""}, "needs a rate"),
        ({"number": "1"}, {}, "There is already an invoice with this number"),
        ({"number": ""}, {}, "This field is required"),
        ({"customer": ""}, {}, "<b>Customer:</b> Choose a customer."),
        ({"discount": "ten"}, {}, "<b>Discount:</b> Enter a number."),
        ({}, {"unit_price": "ten"}, "<b>Line 1, Rate:</b> Enter a number."),
    ],
)
def test_mistakes_are_named_and_nothing_is_saved(
    office: Client, shop: Organization, fields: dict[str, Any], row: dict[str, Any], complaint: str
) -> None:
    builders.invoice(shop, number="1")
    invoice = builders.invoice(shop)
    posted = head(invoice.customer_id, number=invoice.number, customer_note="new") | fields
    response = office.post(page(invoice), posted | present_lines(invoice, **row))
    assert response.status_code == 200
    assert complaint in response.content.decode()
    assert Invoice.objects.get(pk=invoice.pk).customer_note == ""
    assert InvoiceLine.objects.get(invoice=invoice).amount == 100


def test_a_locked_invoice_is_read_only_and_says_why(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    builders.payment(invoice, "40")
    html = office.get(page(invoice)).content.decode()
    assert "has a payment and can no longer be edited" in html
    assert 'name="customer_note"' not in html
    assert 'name="lines-0-quantity"' not in html
    posted = head(invoice.customer_id, number="9") | present_lines(invoice)
    assert office.post(page(invoice), posted).status_code == 403
    assert Invoice.objects.get(pk=invoice.pk).number == invoice.number


def test_a_payment_between_opening_and_saving_the_page(
    office: Client, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = builders.invoice(shop)
    posted = head(invoice.customer_id, number="9") | present_lines(invoice)
    edit = Invoice.edit

    def late(self: Invoice, **fields: Any) -> Invoice:
        builders.payment(Invoice.objects.get(pk=self.pk), "40")
        return edit(self, **fields)

    monkeypatch.setattr(Invoice, "edit", late)
    response = office.post(page(invoice), posted)
    assert response.status_code == 302
    assert said(response) == [
        f"Invoice #{invoice.number} has a payment and can no longer be edited. Void it and issue a new one."
    ]


def test_sums_on_the_page(office: Client, shop: Organization) -> None:
    tax, county = builders.rate(shop, "State 6.75", "6.75"), builders.rate(shop, "County 0.5", "0.5")
    lines = [builders.line(rates=[tax, county]), builders.line("Labor", "50")]
    invoice = builders.invoice(shop, lines=lines, discount=Decimal(30), discount_name="Member savings")
    html = office.get(page(invoice)).content.decode()
    for text in ("Member savings", "−$30.00", "State 6.75 + County 0.5", "$5.80", "$125.80"):
        assert text in html


# --- buttons --------------------------------------------------------------------------------------------------


def test_send(office: Client, shop: Organization) -> None:
    draft = builders.invoice(shop, send=False)
    assert "Send this invoice?" in office.get(page(draft, "send")).content.decode()
    draft.refresh_from_db()
    assert draft.status == Status.DRAFT
    response = office.post(page(draft, "send"), PRESSED)
    assert said(response) == [f"Invoice #{draft.number}: Sent."]
    draft.refresh_from_db()
    assert draft.status == Status.SENT
    again = office.post(page(draft, "send"), PRESSED)
    assert said(again)[-1] == f"Invoice #{draft.number} is Sent and cannot become Sent."


def test_an_answer_to_htmx_leads_back_to_the_page(office: Client, shop: Organization) -> None:
    draft = builders.invoice(shop, send=False)
    response = office.post(page(draft, "send"), PRESSED, headers={"HX-Request": "true"})
    assert response.headers["HX-Redirect"] == page(draft)


def test_record_payment(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    assert "The balance is $100.00." in office.get(page(invoice, "record-payment")).content.decode()
    given = PRESSED | {"amount": "40", "method": "check", "received_date": "2026-06-17", "reference": "77"}
    assert (
        "More than the balance"
        in office.post(page(invoice, "record-payment"), given | {"amount": "100.01"}).content.decode()
    )
    office.post(page(invoice, "record-payment"), given)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance) == (Status.PARTIAL, Decimal(60))
    assert "77" in office.get(page(invoice)).content.decode()
    assert f"#{invoice.number}" in office.get("/admin/invoices/payment/").content.decode()


def test_more_than_the_balance_is_a_credit_if_that_is_meant(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    given = PRESSED | {"amount": "150", "method": "cash", "received_date": "2026-06-17"}
    assert "More than the balance" in office.post(page(invoice, "record-payment"), given).content.decode()
    office.post(page(invoice, "record-payment"), given | {"rest_is_credit": "on"})
    invoice.refresh_from_db()
    payment = invoice.payments.get()
    assert (invoice.status, payment.amount, payment.credit) == (Status.PAID, Decimal(150), Decimal(50))


def test_a_payment_is_corrected_and_voided_on_its_page(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    payment = builders.payment(invoice, reference="77")
    at = f"/admin/invoices/payment/{payment.pk}"
    shown = office.get(f"{at}/change/").content.decode()
    assert f"Invoice #{invoice.number}</a>: $100.00" in shown
    fields = {"method": "cash", "received_date": "2026-06-16", "reference": "78", "memo": ""}
    office.post(f"{at}/change/", fields)
    payment.refresh_from_db()
    assert (payment.method, payment.reference) == ("cash", "78")
    office.post(f"{at}/void/", PRESSED)
    payment.refresh_from_db()
    invoice.refresh_from_db()
    assert (payment.is_void, invoice.status, invoice.balance) == (True, Status.SENT, Decimal(100))
    assert "Void payment" not in office.get(f"{at}/change/").content.decode()


def test_void_asks_for_a_reason(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    office.post(page(invoice, "void"), PRESSED)
    invoice.refresh_from_db()
    assert invoice.status == Status.SENT
    office.post(page(invoice, "void"), PRESSED | {"reason": "Duplicate", "note": "of 1001"})
    invoice.refresh_from_db()
    assert (invoice.status, invoice.void_reason) == (Status.VOID, "Duplicate: of 1001")
    html = office.get(page(invoice)).content.decode()
    assert "Read only" in html
    assert "Duplicate: of 1001" in html


def test_buttons_fit_the_state(office: Client, shop: Organization) -> None:
    def offered(invoice: Invoice) -> set[str]:
        html = office.get(page(invoice)).content.decode()
        return {name for name in ("send", "record-payment", "void", "delete") if f"/{invoice.pk}/{name}/" in html}

    draft, sent = builders.invoice(shop, send=False), builders.invoice(shop)
    paid, void = builders.invoice(shop), builders.invoice(shop).void(reason="Other", at=builders.NOW)
    builders.payment(paid)
    assert offered(draft) == {"send", "delete"}
    assert offered(sent) == {"record-payment", "void"}
    assert offered(paid) == {"void"}
    assert offered(void) == set()


@pytest.mark.parametrize(
    ("role", "send", "pay", "void", "delete"),
    [
        (Role.OWNER, 302, 302, 302, 302),
        (Role.ADMIN, 302, 302, 302, 302),
        (Role.DISPATCHER, 302, 302, 403, 403),
        (Role.FIELD_TECH, 302, 403, 403, 403),
    ],
)
def test_buttons_fit_the_role(
    shop: Organization, log_in: LogIn, role: str, send: int, pay: int, void: int, delete: int
) -> None:
    client = log_in(builders.member(shop, role))
    paying = PRESSED | {"amount": "1", "method": "cash", "received_date": "2026-06-17"}
    asked = [
        (builders.invoice(shop, send=False), "send", PRESSED, send),
        (builders.invoice(shop), "record-payment", paying, pay),
        (builders.invoice(shop), "void", PRESSED | {"reason": "Other"}, void),
        (builders.invoice(shop, send=False), "delete", {"post": "yes"}, delete),
    ]
    assert [client.post(page(invoice, button), data).status_code for invoice, button, data, _ in asked] == [
        code for *_, code in asked
    ]


# --- the pages around invoices -------------------------------------------------------------------------------


def test_customers_are_added_and_edited_by_operations(office: Client, shop: Organization, changes: list[Any]) -> None:
    url = reverse("admin:invoices_customer_add")
    blank = {f"{kind}_{part}": "" for kind in ("billing", "service") for part in ADDRESS}
    given = blank | {"name": "", "company": "", "email": "", "phone": "", "terms": ""}
    assert "Enter a name or a company" in office.post(url, given).content.decode()
    assert office.post(url, given | {"company": "Acme"}).status_code == 302
    name, who, _ = changes[-1]
    assert (name, who.company, who.organization) == ("Customer", "Acme", shop)
    edited = given | {"company": "Acme", "email": "books@acme.example"}
    assert office.post(reverse("admin:invoices_customer_change", args=[who.pk]), edited).status_code == 302
    who.refresh_from_db()
    assert (who.email, len(changes)) == ("books@acme.example", 2)


def test_a_pricebook_name_in_use_is_a_message(office: Client, shop: Organization) -> None:
    builders.item(shop, "Filter")
    url = reverse("admin:invoices_pricebookitem_add")
    given = {"name": "Filter", "kind": "part", "unit_price": "1", "category": "", "description": ""}
    assert "There is already a pricebook item with this name" in office.post(url, given).content.decode()
    assert office.post(url, given | {"name": "filter"}).status_code == 302


def test_the_percentage_of_a_used_rate_is_read_only(office: Client, shop: Organization) -> None:
    tax = builders.rate(shop)
    url = reverse("admin:invoices_taxrate_change", args=[tax.pk])
    assert 'name="percent"' in office.get(url).content.decode()
    builders.invoice(shop, lines=[builders.line(rates=[tax])])
    assert 'name="percent"' not in office.get(url).content.decode()


def test_another_default_rate_takes_over(office: Client, shop: Organization) -> None:
    first = builders.rate(shop, "First", is_default=True)
    url = reverse("admin:invoices_taxrate_add")
    given = {"name": "Second", "percent": "8", "is_default": "on", "is_active": "on"}
    assert office.post(url, given).status_code == 302
    first.refresh_from_db()
    assert not first.is_default


def test_categories_in_use_are_not_deleted(office: Client, shop: Organization) -> None:
    used, free = builders.category(shop, "Used"), builders.category(shop, "Free")
    builders.item(shop, category=used)
    for category in (used, free):
        url = reverse("admin:invoices_pricebookcategory_delete", args=[category.pk])
        office.post(url, {"post": "yes"})
    assert list(shop_categories(shop)) == ["Used"]


def shop_categories(shop: Organization) -> Any:
    from runacall.invoices.models import PricebookCategory

    return PricebookCategory.objects.for_organization(shop).values_list("name", flat=True)


def test_inactive_items_are_not_offered(office: Client, shop: Organization) -> None:
    builders.item(shop, "Old filter", is_active=False)
    builders.item(shop, "New filter")
    asked = {"app_label": "invoices", "model_name": "invoiceline", "field_name": "item", "term": "filter"}
    found = office.get("/admin/autocomplete/", asked).json()["results"]
    assert [result["text"] for result in found] == ["New filter"]


def test_costs_are_for_the_office(shop: Organization, log_in: LogIn) -> None:
    part = builders.item(shop, unit_cost=Decimal("41.17"))
    url = reverse("admin:invoices_pricebookitem_change", args=[part.pk])
    assert "41.17" in log_in(builders.member(shop, Role.ADMIN)).get(url).content.decode()
    assert "41.17" not in log_in(builders.member(shop, Role.DISPATCHER)).get(url).content.decode()


@pytest.mark.django_db(transaction=True)
def test_many_drafts_are_sent_though_each_queues_a_task(shop: Organization, office: Client) -> None:
    """Outside a transaction, as on a real server: the broker closes the connection between two of them."""
    connection = log_rows.connection(shop)
    drafts = [builders.invoice(shop, send=False) for _ in range(3)]
    chosen = [draft.pk for draft in drafts]
    answer = office.post(LIST, {"action": "send_selected", "_selected_action": chosen}, follow=True)
    assert answer.status_code == 200
    assert {Invoice.objects.get(pk=pk).status for pk in chosen} == {Invoice.Status.SENT}
    assert connection.events.count() == 3


# --- days and headings ----------------------------------------------------------------------------------------

SPELLED = re.compile(r"\b(Jan|Feb|Mar|Apr|May|June?|July?|Aug|Sept?|Oct|Nov|Dec)[a-z]*\.? \d{1,2}, \d{4}|[ap]\.m\.")


def test_a_day_is_written_in_one_form_on_every_page(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop)
    builders.payment(invoice, "60")
    for path in (LIST, page(invoice), page(invoice, "history"), "/admin/invoices/payment/", "/admin/"):
        html = office.get(path).content.decode()
        assert SPELLED.search(html) is None, path
    assert str(invoice.invoice_date) in office.get(LIST).content.decode()


def test_recent_actions_say_what_was_done(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop, send=False)
    form = head(invoice.customer_id, number="2001", discount_name="Spring") | present_lines(invoice)
    assert office.post(page(invoice), form).status_code == 302
    html = " ".join(office.get("/admin/").content.decode().split())
    assert "Changed Number and Discount name." in html or "Changed Discount name and Number." in html


def test_an_empty_form_says_what_it_adds_and_offers_no_other(office: Client) -> None:
    for kind in ("invoice", "customer", "taxrate"):
        html = office.get(f"/admin/invoices/{kind}/add/").content.decode()
        assert f"Add {kind.replace('taxrate', 'tax rate')}" in re.sub(r".*<h1|</h1>.*", "", html, flags=re.S)
        assert "addlink" not in html
    assert "addlink" in office.get(LIST).content.decode()


@pytest.mark.parametrize("add", [True, False])
def test_a_number_that_is_taken_is_said_at_the_number(office: Client, shop: Organization, add: bool) -> None:
    builders.invoice(shop, number="1")
    mine = builders.invoice(shop)
    posted = head(mine.customer_id, number="1") | (lines() if add else present_lines(mine))
    form = office.post(f"{LIST}add/" if add else page(mine), posted).context["adminform"].form
    assert dict(form.errors) == {"number": ["There is already an invoice with this number."]}


def test_a_customer_without_a_name_is_refused_as_a_whole(office: Client) -> None:
    """Where no single field is wrong, the page still says that nothing was saved, and why."""
    answer = office.post("/admin/invoices/customer/add/", {})
    html = answer.content.decode()
    assert answer.status_code == 200
    assert "Nothing was saved yet." in html
    assert "Please correct" not in html
    assert not Customer.objects.exists()


def test_a_wrong_password_at_the_door_is_not_about_saving(db: None) -> None:
    html = Client().post("/admin/login/", {"username": "nobody", "password": "wrong"}).content.decode()
    assert "Nothing was saved" not in html

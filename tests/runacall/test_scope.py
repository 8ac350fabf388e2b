"""Nobody sees or changes another organization's rows, by any page of the admin."""

from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest
from django.contrib.admin.filters import RelatedFieldListFilter
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.auth.models import User
from django.contrib.contenttypes.models import ContentType
from django.core.cache import cache
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from runacall.admin_site import site
from runacall.invoices.models import Customer, Invoice, PricebookItem
from runacall.organizations.admin_scope import ScopedAdmin, ScopedRelatedFilter
from runacall.organizations.models import Membership, Organization, Role
from runacall.organizations.scope import ScopedModel
from tests import builders

LogIn = Callable[[User], Client]
SECRET = "Zanzibar"


@pytest.fixture
def theirs(other_shop: Organization) -> SimpleNamespace:
    """One row of every kind in the other shop, all with a name that must never be seen here."""
    who = builders.customer(other_shop, f"{SECRET} Ltd", email="zanzibar@example.com")
    category = builders.category(other_shop, f"{SECRET} category")
    part = builders.item(other_shop, f"{SECRET} part", category=category)
    tax = builders.rate(other_shop, f"{SECRET} tax", is_default=True)
    lines = [builders.line(f"{SECRET} line", item=part, rates=[tax])]
    invoice = builders.invoice(other_shop, number=f"{SECRET}-1", customer=who, lines=lines)
    payment = builders.payment(invoice, "1", reference=f"{SECRET} check")
    member = builders.member(other_shop, user=builders.user("zanzibar@example.org"))
    membership = Membership.objects.get(user=member)
    return SimpleNamespace(
        customer=who,
        category=category,
        item=part,
        rate=tax,
        invoice=invoice,
        payment=payment,
        membership=membership,
        invitation=builders.invitation(other_shop, "zanzibar@example.net"),
        organization=other_shop,
        person=member,
    )


@pytest.fixture
def owner(shop: Organization, log_in: LogIn) -> Client:
    builders.invoice(shop, number="1")
    return log_in(builders.member(shop))


KINDS = ["customer", "category", "item", "rate", "invoice", "payment", "membership", "organization", "invitation"]


def url_of(record: models.Model, page: str) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_{page}", args=[record.pk])


@pytest.mark.parametrize("kind", KINDS)
def test_every_page_of_their_row_answers_404(owner: Client, theirs: SimpleNamespace, kind: str) -> None:
    record = getattr(theirs, kind)
    for page in ("change", "history", "delete"):
        for query in ("", "?_popup=1", "?_to_field=id"):
            for ask in (owner.get, owner.post):
                response = ask(url_of(record, page) + query)
                # Where nobody may delete at all, 403 comes first and tells nothing either.
                assert response.status_code in ({403, 404} if page == "delete" else {404})
                assert SECRET not in response.content.decode()


@pytest.mark.parametrize("button", ["send", "record-payment", "void"])
def test_buttons_on_their_invoice_answer_404(owner: Client, theirs: SimpleNamespace, button: str) -> None:
    url = f"/admin/invoices/invoice/{theirs.invoice.pk}/{button}/"
    assert owner.get(url).status_code == 404
    given = {
        "_form_submitted": "on",
        "reason": "Other",
        "amount": "1",
        "method": "cash",
        "received_date": "2026-06-17",
    }
    assert owner.post(url, given).status_code == 404
    before = theirs.invoice.status
    theirs.invoice.refresh_from_db()
    assert theirs.invoice.status == before


@pytest.mark.parametrize("kind", KINDS)
def test_lists_show_none_of_theirs(owner: Client, theirs: SimpleNamespace, kind: str) -> None:
    options = getattr(theirs, kind)._meta
    listing = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    for query in ("", "?q=anzibar", "?all="):
        response = owner.get(listing + query, follow=True)
        assert response.status_code == 200
        assert SECRET not in response.content.decode()


@pytest.mark.parametrize("kind", ["customer", "category", "item", "rate", "invoice", "payment", "membership"])
def test_bulk_actions_reach_none_of_theirs(owner: Client, theirs: SimpleNamespace, kind: str) -> None:
    record = getattr(theirs, kind)
    options = record._meta
    listing = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
    for action in ("delete_selected", "send_selected"):
        for across in ("0", "1"):
            given = {
                "action": action,
                "_selected_action": [record.pk],
                "select_across": across,
                "post": "yes",
            }
            owner.post(listing, given)
    assert type(record)._base_manager.filter(pk=record.pk).exists()


def test_related_filters_lead_nowhere(owner: Client, theirs: SimpleNamespace) -> None:
    for url in (
        f"/admin/invoices/invoice/?customer__id__exact={theirs.customer.pk}",
        f"/admin/invoices/pricebookitem/?category__id__exact={theirs.category.pk}",
    ):
        response = owner.get(url, follow=True)
        assert SECRET not in response.content.decode()
        assert not response.context["cl"].result_list


@pytest.mark.parametrize(
    ("model", "field"), [("invoice", "customer"), ("invoiceline", "item"), ("invoiceline", "tax_rates")]
)
def test_autocomplete_finds_none_of_theirs(owner: Client, theirs: SimpleNamespace, model: str, field: str) -> None:
    asked = {"app_label": "invoices", "model_name": model, "field_name": field, "term": ""}
    results = owner.get("/admin/autocomplete/", asked).json()["results"]
    assert SECRET not in str(results)


@pytest.mark.parametrize(
    "url",
    [
        "/admin/invoices/invoice/add/",
        "/admin/invoices/pricebookitem/add/",
        "/admin/invoices/pricebookitem/",
        "/admin/",
    ],
)
def test_drop_downs_offer_none_of_theirs(owner: Client, theirs: SimpleNamespace, url: str) -> None:
    assert SECRET not in owner.get(url).content.decode()


def test_their_ids_posted_by_hand_are_refused(owner: Client, theirs: SimpleNamespace, shop: Organization) -> None:
    ours = builders.customer(shop)
    empty = {f"{kind}_{part}": "" for kind in ("billing", "service") for part in ("line1", "line2", "city")}
    head = empty | {"customer": ours.pk, "invoice_date": "2026-06-17", "discount": "0"}
    line = {"description": "x", "quantity": "1", "unit_price": "1", "item": "", "tax_rates": []}
    bad = [
        (head | {"customer": theirs.customer.pk}, line),
        (head, line | {"item": theirs.item.pk}),
        (head, line | {"tax_rates": [theirs.rate.pk]}),
    ]
    for fields, row in bad:
        rows = {f"lines-0-{name}": value for name, value in row.items()}
        posted = fields | rows | {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0"}
        response = owner.post("/admin/invoices/invoice/add/", posted)
        assert response.status_code == 200
        assert "Select a valid choice" in response.content.decode()
    item = {"name": "x", "kind": "part", "unit_price": "1", "description": "", "category": theirs.category.pk}
    assert "Select a valid choice" in owner.post("/admin/invoices/pricebookitem/add/", item).content.decode()
    assert not Invoice.objects.for_organization(shop).exclude(number="1").exists()
    assert not PricebookItem.objects.for_organization(shop).exists()


def test_an_organization_posted_by_hand_is_ignored(owner: Client, theirs: SimpleNamespace, shop: Organization) -> None:
    given = {"name": "New", "organization": theirs.organization.pk, "organization_id": theirs.organization.pk}
    owner.post("/admin/invoices/customer/add/", given)
    assert Customer.objects.get(name="New").organization == shop


def test_a_line_of_theirs_cannot_be_taken_over(owner: Client, theirs: SimpleNamespace, shop: Organization) -> None:
    ours = builders.invoice(shop, send=False)
    stolen = theirs.invoice.lines.get()
    posted = {
        "customer": ours.customer_id,
        "number": ours.number,
        "invoice_date": "2026-06-17",
        "discount": "0",
        "lines-TOTAL_FORMS": "1",
        "lines-INITIAL_FORMS": "1",
        "lines-0-id": stolen.pk,
        "lines-0-invoice": ours.pk,
        "lines-0-quantity": "1",
        "lines-0-description": "mine",
        "lines-0-unit_price": "1",
    }
    response = owner.post(url_of(ours, "change"), posted)
    assert SECRET not in response.content.decode()
    stolen.refresh_from_db()
    assert stolen.description == f"{SECRET} line"


@pytest.mark.parametrize("extended", ["", "&extended=1"])
def test_the_search_of_the_site(owner: Client, theirs: SimpleNamespace, extended: str) -> None:
    cache.clear()
    assert SECRET not in owner.get(f"/admin/search/?s={SECRET.lower()}{extended}").content.decode()
    assert "Customer" in owner.get(f"/admin/search/?s=customer{extended}").content.decode()
    assert owner.get("/admin/search/?s=").content == b""


def test_the_search_of_records_forgets_the_organization_left(
    shop: Organization, theirs: SimpleNamespace, log_in: LogIn, settings: Any
) -> None:
    cache.clear()
    settings.UNFOLD = {**settings.UNFOLD, "COMMAND": {"search_models": True}}
    from unfold.settings import get_config

    assert get_config()["COMMAND"]["search_models"] is True
    builders.member(shop, user=theirs.person)
    client = log_in(theirs.person)
    url = f"/admin/search/?s={SECRET.lower()}&extended=1"
    client.post("/organization/switch/", {"organization": theirs.organization.pk})
    assert SECRET in client.get(url).content.decode()
    client.post("/organization/switch/", {"organization": shop.pk})
    assert SECRET not in client.get(url).content.decode()


def test_recent_actions_are_of_the_current_organization(
    shop: Organization, theirs: SimpleNamespace, log_in: LogIn
) -> None:
    person = theirs.person
    builders.member(shop, user=person)
    ours = builders.customer(shop, "Our own customer")
    for record in (ours, theirs.customer, theirs.invoice):
        LogEntry.objects.create(
            user=person,
            content_type=ContentType.objects.get_for_model(record),
            object_id=str(record.pk),
            object_repr=str(record),
            action_flag=CHANGE,
        )
    client = log_in(person)
    client.post("/organization/switch/", {"organization": shop.pk})
    html = client.get("/admin/").content.decode()
    assert "Our own customer" in html
    assert SECRET not in html


# --- who a request works for -----------------------------------------------------------------------------------


def test_switching(shop: Organization, other_shop: Organization, log_in: LogIn) -> None:
    person = builders.member(shop)
    builders.member(other_shop, Role.DISPATCHER, user=person)
    client = log_in(person)
    html = client.get("/admin/").content.decode()
    assert "Lakeside Heating" in html
    assert "Hilltop Plumbing" in html
    for wanted in (shop, other_shop):
        response = client.post("/organization/switch/", {"organization": wanted.pk}, follow=True)
        assert response.context["request"].organization == wanted
    assert client.get("/admin/").wsgi_request.membership.role == Role.DISPATCHER
    assert client.get("/organization/switch/").status_code == 405


def test_nobody_switches_to_a_strangers_organization(
    shop: Organization, other_shop: Organization, log_in: LogIn
) -> None:
    client = log_in(builders.member(shop))
    assert "Hilltop Plumbing" not in client.get("/admin/").content.decode()
    for wanted in (other_shop.pk, "", "x", 10**30):
        assert client.post("/organization/switch/", {"organization": wanted}).status_code == 404
    session = client.session
    session["organization"] = other_shop.pk
    session.save()
    assert client.get("/admin/").wsgi_request.organization == shop
    assert Client().post("/organization/switch/", {"organization": shop.pk}).status_code == 302


def test_a_lost_membership_counts_at_once(shop: Organization, log_in: LogIn) -> None:
    person = builders.member(shop)
    client = log_in(person)
    assert client.get("/admin/invoices/invoice/").status_code == 200
    Membership.objects.filter(user=person).delete()
    assert client.get("/admin/invoices/invoice/").status_code == 403
    assert client.get("/admin/").status_code == 200


def test_a_superuser_reads_and_changes_nothing(shop: Organization, theirs: SimpleNamespace, log_in: LogIn) -> None:
    client = log_in(builders.superuser())
    client.post("/organization/switch/", {"organization": theirs.organization.pk})
    assert SECRET in client.get("/admin/invoices/invoice/").content.decode()
    assert "read only" in client.get("/admin/").content.decode()
    for kind in KINDS:
        record = getattr(theirs, kind)
        assert client.get(url_of(record, "change")).status_code == 200
        assert client.post(url_of(record, "change"), {}).status_code == 403
        assert client.post(url_of(record, "delete"), {"post": "yes"}).status_code == 403
    assert client.get("/admin/invoices/customer/add/").status_code == 403
    for button in ("send", "record-payment", "void"):
        assert client.get(f"/admin/invoices/invoice/{theirs.invoice.pk}/{button}/").status_code == 403
    draft = builders.invoice(theirs.organization, send=False)
    client.post("/admin/invoices/invoice/", {"action": "send_selected", "_selected_action": [draft.pk]})
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_log_ins_and_groups_are_for_support_alone(shop: Organization, log_in: LogIn) -> None:
    owner, support = log_in(builders.member(shop)), log_in(builders.superuser())
    for url in ("/admin/auth/user/", "/admin/auth/group/"):
        assert owner.get(url).status_code == 403
        assert support.get(url).status_code == 200


def test_background_jobs_of_all_organizations_have_no_page(shop: Organization, log_in: LogIn) -> None:
    assert not [model for model in site._registry if model._meta.app_label == "django_q"]
    assert log_in(builders.superuser()).get("/admin/django_q/task/").status_code == 404


MAY_OPEN = {
    Role.OWNER: {"customer", "category", "item", "rate", "invoice", "payment", "membership", "organization"}
    | {"invitation"},
    Role.ADMIN: {"customer", "category", "item", "rate", "invoice", "payment", "membership", "organization"}
    | {"invitation"},
    Role.DISPATCHER: {"customer", "category", "item", "rate", "invoice", "payment"},
    Role.FIELD_TECH: {"customer", "category", "item", "rate", "invoice"},
}
MAY_ADD = {
    Role.OWNER: {"customer", "category", "item", "rate", "invoice", "invitation"},
    Role.ADMIN: {"customer", "category", "item", "rate", "invoice", "invitation"},
    Role.DISPATCHER: {"customer", "invoice"},
    Role.FIELD_TECH: {"customer", "invoice"},
}


@pytest.mark.sampled(2)
@pytest.mark.parametrize("role", list(Role))
def test_roles(other_shop: Organization, theirs: SimpleNamespace, log_in: LogIn, role: str) -> None:
    client = log_in(builders.member(other_shop, role))
    opened, added = set(), set()
    for kind in KINDS:
        options = getattr(theirs, kind)._meta
        listing = reverse(f"admin:{options.app_label}_{options.model_name}_changelist")
        if (
            client.get(listing).status_code == 200
            and client.get(url_of(getattr(theirs, kind), "change")).status_code == 200
        ):
            opened.add(kind)
        if client.get(f"{listing}add/").status_code == 200:
            added.add(kind)
    assert opened == MAY_OPEN[Role(role)]
    assert added == MAY_ADD[Role(role)]


# --- rules for every admin page, of every app ------------------------------------------------------------------


def test_every_page_of_scoped_rows_is_scoped() -> None:
    for model, admin in site._registry.items():
        if issubclass(model, ScopedModel):
            assert isinstance(admin, ScopedAdmin), f"{model.__name__} is registered without ScopedAdmin"


def test_no_list_filter_lists_every_organizations_rows() -> None:
    request: Any = RequestFactory().get("/")
    request.organization = request.membership = None
    for admin in site._registry.values():
        if not isinstance(admin, ScopedAdmin):
            continue
        for entry in admin.get_list_filter(request):
            if isinstance(entry, tuple) and issubclass(entry[1], RelatedFieldListFilter):
                assert issubclass(entry[1], ScopedRelatedFilter), (admin, entry)
            elif isinstance(entry, str):
                field = admin.model._meta.get_field(entry.split("__")[0])
                assert not field.is_relation, (admin, entry)

"""An admin list accepts only its own filters' look-ups, so that nobody can read a hidden column."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.admin import ModelAdmin
from django.contrib.auth.models import User
from django.db import models
from django.test import Client, RequestFactory
from django.urls import reverse

from runacall.admin_site import site
from runacall.organizations.lookups import ListedLookups
from runacall.organizations.models import Organization, Role
from tests import builders

LogIn = Callable[[User], Client]
ADMINS = list(site._registry.values())
ITEMS = "/admin/invoices/pricebookitem/"
OPERATORS = ("", "__exact", "__lte", "__gt", "__startswith", "__regex", "__iregex", "__in", "__isnull", "__nonsense")


def listing(admin: ModelAdmin) -> str:
    return reverse(f"admin:{admin.opts.app_label}_{admin.opts.model_name}_changelist")


def columns(model: type[models.Model], *, deep: bool = True) -> Iterator[str]:
    """Every column of a model, and every column of the rows around it, forwards and backwards."""
    for field in model._meta.get_fields():
        name = field.name
        yield name
        if deep and field.is_relation and field.related_model:
            yield from (f"{name}__{column}" for column in columns(field.related_model, deep=False))


@pytest.fixture
def request_of(shop: Organization) -> Callable[[str], Any]:
    def make(role: str) -> Any:
        person = builders.member(shop, role)
        request: Any = RequestFactory().get("/")
        request.user, request.organization = person, shop
        request.membership = person.memberships.get()
        return request

    return make


def test_every_registered_admin_has_the_rule() -> None:
    assert ADMINS
    for admin in ADMINS:
        assert isinstance(admin, ListedLookups), f"{type(admin).__name__} lets an address ask for any column"


@pytest.mark.parametrize("admin", ADMINS, ids=lambda admin: admin.opts.label)
def test_only_what_a_filter_or_a_link_of_ours_asks(admin: Any, request_of: Callable[[str], Any]) -> None:
    request = request_of(Role.OWNER)
    allowed = {
        f"{column}{operator}"
        for column in columns(admin.model)
        for operator in OPERATORS
        if admin.lookup_allowed(f"{column}{operator}", "1", request)
    }
    filtered = {entry[0] if isinstance(entry, tuple) else entry for entry in admin.list_filter}
    asked = {name for name in filtered if isinstance(name, str)} | {
        link.split("__")[0] for link in admin.linked_lookups
    }
    names = {entry.parameter_name for entry in admin.list_filter if hasattr(entry, "parameter_name")}
    for lookup in allowed - names:
        name, _, rest = lookup.partition("__")
        assert name in asked, lookup
        assert rest in ("exact", "isnull", "id__exact"), lookup


@pytest.mark.sampled(11)
@pytest.mark.parametrize("admin", ADMINS, ids=lambda admin: admin.opts.label)
@pytest.mark.parametrize("person", [*Role, "support"])
def test_the_page_refuses_the_rest(shop: Organization, log_in: LogIn, admin: Any, person: str) -> None:
    client = log_in(builders.superuser() if person == "support" else builders.member(shop, person))
    refused = 403 if client.get(listing(admin)).status_code == 403 else 400
    hidden = [
        f"{field.name}{operator}" for field in admin.model._meta.concrete_fields for operator in ("__lte", "__regex")
    ]
    related = ["organization__slug__startswith", "user__password__startswith", "customer__organization__slug"]
    for lookup in [*hidden, *related, "nonsense"]:
        assert client.get(listing(admin), {lookup: "1"}).status_code == refused, lookup


def test_a_field_tech_does_not_find_out_what_an_item_costs(shop: Organization, log_in: LogIn) -> None:
    builders.item(shop, "Compressor", unit_cost="37.00")
    client = log_in(builders.member(shop, Role.FIELD_TECH))
    for lookup in ("unit_cost__lte", "unit_cost__gte", "unit_cost", "unit_cost__exact", "unit_cost__regex"):
        answer = client.get(ITEMS, {lookup: "37"})
        assert answer.status_code == 400
        assert "Compressor" not in answer.content.decode()


def test_what_the_filters_ask_is_answered(shop: Organization, log_in: LogIn) -> None:
    """What the filters of the page itself submit, all of them empty or chosen."""
    category = builders.category(shop, "Cooling")
    builders.item(shop, "Compressor", kind="part", category=category)
    builders.item(shop, "Visit", kind="service")
    client = log_in(builders.member(shop, Role.FIELD_TECH))
    chosen = {"category__id__exact": category.pk, "kind__exact": "part", "taxable__exact": "1", "is_active__exact": "1"}
    html = client.get(ITEMS, chosen).content.decode()
    assert "Compressor" in html
    assert "Visit" not in html


def test_the_link_on_the_customers_page_is_answered(shop: Organization, log_in: LogIn) -> None:
    customer = builders.customer(shop)
    mine = builders.invoice(shop, customer=customer, number="4711")
    builders.invoice(shop, customer=builders.customer(shop, "Somebody else"), number="4712")
    client = log_in(builders.member(shop, Role.FIELD_TECH))
    html = client.get(f"/admin/invoices/customer/{customer.pk}/change/").content.decode()
    link = f"/admin/invoices/invoice/?customer__id__exact={customer.pk}"
    assert link in html
    assert [row.pk for row in client.get(link).context["cl"].result_list] == [mine.pk]


@pytest.mark.parametrize("value", ["\0", "a\0b"])
def test_a_nul_is_refused_wherever_it_is_typed(shop: Organization, log_in: LogIn, value: str) -> None:
    """PostgreSQL raises on it."""
    client = log_in(builders.member(shop))
    assert client.get(ITEMS, {"kind__exact": value}).status_code == 400
    assert client.get(ITEMS, {"q": value}).status_code == 200
    asked = {"app_label": "invoices", "model_name": "invoice", "field_name": "customer", "term": value}
    assert client.get("/admin/autocomplete/", asked).json()["results"] == []

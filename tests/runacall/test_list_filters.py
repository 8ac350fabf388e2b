"""Every list's forms, submitted as the page made them: an untouched field means "any"."""

from __future__ import annotations

from urllib.parse import urlencode, urljoin

import pytest
from django.db.models import Model
from django.urls import reverse

from runacall.admin_site import site
from runacall.organizations.models import Organization
from tests import builders
from tests.journeys.visiting import Page, visitor_of

pytestmark = pytest.mark.django_db
# Log-ins and groups are our support's, and searched by Django's own pages.
OWN = [model for model in site._registry if model._meta.app_label != "auth" and model is not Organization]
LISTS = sorted(OWN, key=lambda model: model._meta.label)


@pytest.fixture
def shop() -> Organization:
    shop = builders.organization()
    category = builders.category(shop)
    item = builders.item(shop, "Capacitor 35/5", category=category)
    rate = builders.rate(shop)
    invoice = builders.invoice(shop, lines=[builders.line(item=item, rates=[rate])])
    builders.payment(invoice)
    return shop


def rows(page: Page) -> int:
    return len(list(page.root.all("input", name="_selected_action")))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("model", LISTS, ids=lambda model: model._meta.label)
def test_a_form_that_is_left_as_it_is_changes_nothing(shop: Organization, model: type[Model]) -> None:
    visitor = visitor_of(builders.member(shop))
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    whole = visitor.get(address)
    assert whole.status == 200
    forms = [form for form in whole.forms() if form.method == "get"]
    assert forms, "a list can be searched or filtered"
    for form in forms:
        found = visitor.get(f"{urljoin(address, form.action)}?{urlencode(form.fields, doseq=True)}")
        assert found.status == 200, form
        assert "e=1" not in found.url, form
        assert rows(found) == rows(whole), form

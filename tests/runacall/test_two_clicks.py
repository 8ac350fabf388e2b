"""Two people save the same thing at once (often one person's double click):
the second gets a message and keeps what was typed.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import models
from django.test import Client
from django.urls import reverse

from runacall.invoices import invoice_entry
from runacall.invoices.models import Invoice, PricebookCategory, PricebookItem
from runacall.organizations.models import Organization
from tests import builders

LogIn = Callable[[User], Client]


@pytest.fixture
def office(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop))


@pytest.fixture
def blind(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """So many checks of uniqueness see nothing, as those of a click that comes before the other one's commit."""
    check = models.Model.validate_constraints
    left = [0]

    def validate(self: models.Model, *args: Any, **options: Any) -> None:
        left[0] -= 1
        if left[0] < 0:
            check(self, *args, **options)

    def make_blind(times: int) -> None:
        left[0] = times
        monkeypatch.setattr(models.Model, "validate_constraints", validate)

    return make_blind


FORMS: dict[str, tuple[Callable[[Organization], Any], dict[str, str], str]] = {
    "pricebookcategory": (
        lambda shop: builders.category(shop, "Repairs"),
        {"name": "Repairs", "sort_order": "0"},
        "There is already a category with this name.",
    ),
    "taxrate": (
        lambda shop: builders.rate(shop, "Combined 7.25", "7.25"),
        {"name": "Combined 7.25", "percent": "7.25"},
        "There is already a tax rate with this name.",
    ),
}


# One: only the form's look came too early. Two: that of the operation as well, so that the database has to say it.
@pytest.mark.parametrize("times", [1, 2])
@pytest.mark.parametrize("what", list(FORMS))
def test_the_second_of_two_clicks_is_told(
    office: Client, shop: Organization, blind: Callable[[int], None], what: str, times: int
) -> None:
    make, typed, told = FORMS[what]
    first = make(shop)
    blind(times)
    answer = office.post(reverse(f"admin:invoices_{what}_add"), typed)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert told in html
    assert f'value="{typed["name"]}"' in html
    assert type(first).objects.count() == 1


def test_a_number_that_another_click_took_is_told(
    office: Client, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken = builders.invoice(shop, number="1842")
    find, calls = invoice_entry.used_numbers, [0]

    def too_early(*args: Any) -> set[str]:
        calls[0] += 1
        return set() if calls[0] == 1 else find(*args)

    monkeypatch.setattr(invoice_entry, "used_numbers", too_early)
    check = models.Model.validate_constraints
    monkeypatch.setattr(models.Model, "validate_constraints", lambda self, *a, **o: calls[0] and check(self, *a, **o))
    typed = {"customer": str(taken.customer_id), "number": "1842", "invoice_date": "2026-06-17", "discount": "0"}
    answer = office.post(
        reverse("admin:invoices_invoice_add"), typed | {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
    )
    assert answer.status_code == 200
    assert 'value="1842"' in answer.content.decode()
    assert Invoice.objects.count() == 1


def test_a_clash_that_no_check_sees_is_told(office: Client, shop: Organization, blind: Callable[[int], None]) -> None:
    builders.category(shop, "Repairs")
    blind(100)
    answer = office.post(
        reverse("admin:invoices_pricebookcategory_add"), {"name": "Repairs", "sort_order": "0"}, follow=True
    )
    assert "Somebody just saved the same thing" in answer.content.decode()
    assert PricebookCategory.objects.count() == 1


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31", "0001-13-40"])
def test_a_day_that_nobody_means_is_refused_where_it_is_typed(office: Client, shop: Organization, day: str) -> None:
    invoice = builders.invoice(shop)
    page = reverse("admin:invoices_invoice_add")
    typed = {"customer": str(invoice.customer_id), "invoice_date": day, "discount": "0", "terms": "Net 30"}
    management = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": "0"}
    answer = office.post(page, typed | management)
    assert answer.status_code == 200
    html = answer.content.decode()
    assert ("Use a day between 1900 and 2100." in html) or ("Enter a valid date." in html)
    assert Invoice.objects.count() == 1


@pytest.mark.parametrize("chosen", ["word", "9" * 40, "1.5", "٣", "-1"])
def test_a_choice_that_is_no_id_is_refused_where_it_is_made(office: Client, shop: Organization, chosen: str) -> None:
    invoice = builders.invoice(shop)
    typed = {"customer": chosen, "number": invoice.number, "invoice_date": "2026-06-17", "discount": "0"}
    rows = {"lines-TOTAL_FORMS": "1", "lines-INITIAL_FORMS": "0", "lines-0-item": chosen, "lines-0-tax_rates": chosen}
    page = reverse("admin:invoices_invoice_change", args=[invoice.pk])
    answer = office.post(page, typed | rows | {"lines-0-quantity": "1", "lines-0-unit_price": "1"})
    assert answer.status_code == 200
    assert "Select a valid choice" in answer.content.decode()


def test_an_invoice_that_was_sent_keeps_a_line(office: Client, shop: Organization) -> None:
    invoice = builders.invoice(shop, send=True)
    page = reverse("admin:invoices_invoice_change", args=[invoice.pk])
    typed = {
        "customer": str(invoice.customer_id),
        "number": invoice.number,
        "invoice_date": f"{invoice.invoice_date:%Y-%m-%d}",
        "discount": "0",
        "customer_note": "Typed and kept",
    }
    rows: dict[str, str] = {"lines-TOTAL_FORMS": "0", "lines-INITIAL_FORMS": str(invoice.lines.count())}
    for n, line in enumerate(invoice.lines.all()):
        rows |= {f"lines-{n}-id": str(line.pk), f"lines-{n}-quantity": "1", f"lines-{n}-unit_price": "1"}
        rows[f"lines-{n}-DELETE"] = "on"
    rows["lines-TOTAL_FORMS"] = str(invoice.lines.count())
    html = office.post(page, typed | rows).content.decode()
    assert "has to keep at least one line" in html
    assert "Typed and kept" in html
    assert invoice.lines.count() > 0


def test_a_draft_may_be_without_lines(shop: Organization) -> None:
    draft = builders.invoice(shop, send=False)
    draft.edit(lines=[], at=builders.NOW)
    assert draft.lines.count() == 0


def test_no_list_of_days_reaches_beyond_the_calendar(office: Client, shop: Organization) -> None:
    log = reverse("admin:sync_syncevent_changelist")
    for name in ("after", "before"):
        for day in (dt.date.min, dt.date.max):
            assert office.get(log, {name: day.isoformat()}).status_code == 200


def test_items_of_a_name_that_is_taken_are_told(office: Client, shop: Organization) -> None:
    item = builders.item(shop, "Capacitor 35/5")
    page = reverse("admin:invoices_pricebookitem_add")
    typed = {"name": item.name, "unit_price": "10", "kind": item.kind if hasattr(item, "kind") else ""}
    assert office.post(page, typed).status_code == 200
    assert PricebookItem.objects.count() == 1

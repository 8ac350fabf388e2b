"""What the pages say before anything is sent: a code of another percentage, and a due date that is missing here."""

from __future__ import annotations

import datetime as dt
from urllib.parse import urlencode

from django.urls import reverse

from runacall.invoices.models import Invoice
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office

RETRY = reverse("admin:sync_syncevent_retry_all")


def test_a_code_of_another_percentage_is_told_before_saving_and_before_a_retry(shop: Shop, office: Office) -> None:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    shop.invoice(lines=[builders.line(rates=[rate])])
    shop.drain()
    page = office.visit("/quickbooks/tax/")
    label = next(one for one in page.root.all("label") if one.text == "QuickBooks tax code of Combined 7.25")
    # The page's script compares these two, and says it by the page's own words; a browser test presses it.
    assert page.part(label["for"])["data-percent"] == "7.25"
    assert '"2": "8"' in page.part("code-percents").raw
    saved = office.pick_tax_code(rate, code="2")
    words = "This code is 8 % in QuickBooks, but the rate here is 7.25 %."
    assert words in saved.text
    query = urlencode({"status": "failed", "cause": f"tax_code_not_mapped:tax_rate:{rate.pk}"})
    asked = office.visit(f"{RETRY}?{query}")
    assert f"Combined 7.25: {words}" in asked.text


def test_a_retry_of_a_code_with_our_percentage_warns_of_nothing(shop: Shop, office: Office) -> None:
    rate = builders.rate(shop.organization, "State 8", "8")
    shop.invoice(lines=[builders.line(rates=[rate])])
    shop.drain()
    office.pick_tax_code(rate, code="2")
    asked = office.visit(f"{RETRY}?status=failed")
    assert "the rate here is" not in asked.text


def test_what_quickbooks_makes_of_a_missing_due_date(shop: Shop, office: Office) -> None:
    def words(*, terms: str = "", due_date: dt.date | None = None) -> str:
        invoice = shop.invoice()
        Invoice.objects.filter(pk=invoice.pk).update(terms=terms, due_date=due_date)
        return office.invoice_banner(invoice).text

    plain = "No due date here, so none is sent: QuickBooks sets one by its default terms."
    assert plain in words()
    assert "by the terms “Net 30”." in words(terms="Net 30")
    assert plain in words(terms="When the cows come home")
    assert "No due date" not in words(due_date=dt.date(2030, 1, 1))

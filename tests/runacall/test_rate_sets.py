"""Which sets of tax rates invoices use: stored with the lines, and always what the lines say."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runacall.invoices.models import Invoice, InvoiceLine, InvoiceRateSet, TaxRate
from runacall.invoices.models.rate_sets import keys_in_use
from runacall.organizations.models import Organization
from tests import builders

Change = Callable[[Invoice, TaxRate], object]
CHANGES: dict[str, Change] = {
    "nothing": lambda invoice, rate: None,
    "other lines": lambda invoice, rate: invoice.edit(at=builders.NOW, lines=[builders.line(rates=[rate])]),
    "an untaxed line": lambda invoice, rate: invoice.edit(at=builders.NOW, lines=[builders.line()]),
    "another field": lambda invoice, rate: invoice.edit(at=builders.NOW, terms="Net 30"),
    "a customer who pays no tax": lambda invoice, rate: invoice.edit(
        at=builders.NOW, customer=builders.customer(invoice.organization, "School", tax_exempt=True)
    ),
    "void": lambda invoice, rate: invoice.void(at=builders.NOW, reason="Twice"),
    "a payment": lambda invoice, rate: builders.payment(invoice),
}


def stored() -> set[tuple[int, str]]:
    return set(InvoiceRateSet.objects.values_list("invoice_id", "key"))


def in_lines() -> set[tuple[int, str]]:
    live = InvoiceLine.objects.exclude(invoice__status="void").filter(invoice__deleted_at=None)
    return {
        (line.invoice_id, "+".join(str(pk) for pk in sorted(line.tax_rates.values_list("pk", flat=True))))
        for line in live
    }


@pytest.fixture
def rates(shop: Organization) -> list[TaxRate]:
    return [builders.rate(shop, f"Rate {number}", "1") for number in range(3)]


@pytest.mark.parametrize("change", CHANGES)
def test_they_follow_every_change(shop: Organization, rates: list[TaxRate], change: str) -> None:
    one, two, three = rates
    lines = [builders.line(rates=[two, one]), builders.line(rates=[one, two]), builders.line(rates=[one])]
    invoice = builders.invoice(shop, lines=lines)
    other = builders.invoice(shop, lines=[builders.line(rates=[three])])
    CHANGES[change](invoice, three)
    assert stored() == in_lines()
    assert (other.pk, str(three.pk)) in stored()
    assert set(keys_in_use(shop.pk)) == {key for _, key in in_lines()}


def test_a_deleted_draft_uses_none(shop: Organization, rates: list[TaxRate]) -> None:
    invoice = builders.invoice(shop, lines=[builders.line(rates=rates[:1])], send=False)
    assert keys_in_use(shop.pk) == [str(rates[0].pk)]
    invoice.delete_draft(at=builders.NOW)
    assert keys_in_use(shop.pk) == []


def test_another_organizations_are_its_own(shop: Organization, other_shop: Organization, rates: list[TaxRate]) -> None:
    builders.invoice(shop, lines=[builders.line(rates=rates[:1])])
    builders.invoice(other_shop)
    assert (keys_in_use(shop.pk), keys_in_use(other_shop.pk)) == ([str(rates[0].pk)], [""])


def test_many_invoices_cost_no_more_statements(shop: Organization, rates: list[TaxRate]) -> None:
    for number in range(6):
        builders.invoice(shop, lines=[builders.line(rates=rates[number % 2 : number % 2 + 2])])
    with CaptureQueriesContext(connection) as seen:
        assert len(keys_in_use(shop.pk)) == 2
    assert len(seen) == 1


def test_rebuilding_mends_what_is_wrong_and_leaves_the_rest(shop: Organization, rates: list[TaxRate]) -> None:
    right, lacking, wrong, void = (builders.invoice(shop, lines=[builders.line(rates=rates[:2])]) for _ in range(4))
    expected, kept = in_lines() - {(void.pk, f"{rates[0].pk}+{rates[1].pk}")}, right.rate_sets.get()
    lacking.rate_sets.all().delete()
    wrong.rate_sets.update(key="77")
    Invoice.objects.filter(pk=void.pk).update(status="void", voided_at=builders.NOW)
    for _ in range(2):
        said = io.StringIO()
        call_command("rebuild_rate_sets", stdout=said)
        assert "4 invoices" in said.getvalue()
        assert stored() == expected
        assert right.rate_sets.get() == kept

"""Every constraint of the database, each broken once without the operations."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.db import IntegrityError, models, transaction

from runacall.invoices.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentApplication,
    PricebookCategory,
    PricebookItem,
    TaxRate,
)
from runacall.organizations.models import Membership, Organization
from tests import builders

Broken = tuple[str, Callable[[Organization], object]]


def change(record: models.Model, **fields: Any) -> int:
    return type(record)._base_manager.filter(pk=record.pk).update(**fields)


def same_number(shop: Organization) -> int:
    builders.invoice(shop, number="7")
    return change(builders.invoice(shop, number="8"), number="7")


def paid_one(shop: Organization) -> Invoice:
    invoice = builders.invoice(shop)
    builders.payment(invoice)
    return invoice


def part_paid(shop: Organization) -> PaymentApplication:
    return builders.payment(builders.invoice(shop)).applications.get()


def same_part(part: PaymentApplication) -> PaymentApplication:
    return PaymentApplication.objects.create(payment=part.payment, invoice=part.invoice, amount=1)


def second_membership(shop: Organization) -> Membership:
    person: User = builders.member(shop)
    return Membership.objects.create(organization=shop, user=person, role="admin")


def first_line(shop: Organization) -> InvoiceLine:
    return builders.invoice(shop).lines.get()


BROKEN: list[Broken] = [
    ("organization_has_slug", lambda shop: change(shop, slug="")),
    ("organization_has_name", lambda shop: change(shop, name="")),
    ("organization_has_time_zone", lambda shop: change(shop, time_zone="")),
    ("one_membership_a_person", second_membership),
    (
        "membership_role_is_known",
        lambda shop: Membership.objects.create(organization=shop, user=builders.user(), role="king"),
    ),
    ("customer_has_name_or_company", lambda shop: Customer.objects.create(organization=shop)),
    (
        "unique_category_name",
        lambda shop: [PricebookCategory.objects.create(organization=shop, name="a") for _ in "12"],
    ),
    ("category_has_name", lambda shop: PricebookCategory.objects.create(organization=shop, name="")),
    (
        "unique_item_name",
        lambda shop: [PricebookItem.objects.create(organization=shop, name="a") for _ in "12"],
    ),
    ("item_has_name", lambda shop: PricebookItem.objects.create(organization=shop, name="")),
    ("item_price_not_negative", lambda shop: change(builders.item(shop), unit_price=Decimal("-0.01"))),
    ("item_cost_not_negative", lambda shop: change(builders.item(shop), unit_cost=Decimal("-0.01"))),
    (
        "unique_rate_name",
        lambda shop: [TaxRate.objects.create(organization=shop, name="a", percent=1) for _ in "12"],
    ),
    ("rate_has_name", lambda shop: change(builders.rate(shop), name="")),
    ("rate_percent_in_range", lambda shop: change(builders.rate(shop), percent=Decimal("100.0001"))),
    ("rate_percent_in_range", lambda shop: change(builders.rate(shop), percent=Decimal("-1"))),
    (
        "one_default_rate",
        lambda shop: [
            TaxRate.objects.create(organization=shop, name=name, percent=1, is_default=True) for name in "ab"
        ],
    ),
    ("unique_invoice_number", same_number),
    ("invoice_has_number", lambda shop: change(builders.invoice(shop), number="")),
    ("invoice_status_is_known", lambda shop: change(builders.invoice(shop), status="lost")),
    (
        "discount_within_subtotal",
        lambda shop: change(builders.invoice(shop), discount=Decimal("-1"), total=101),
    ),
    (
        "discount_within_subtotal",
        lambda shop: change(builders.invoice(shop), discount=Decimal("101"), tax_total=1, total=0),
    ),
    ("invoice_total_adds_up", lambda shop: change(builders.invoice(shop), total=Decimal("100.01"))),
    ("invoice_total_adds_up", lambda shop: change(builders.invoice(shop), tax_total=Decimal("0.01"))),
    ("invoice_total_not_negative", lambda shop: change(builders.invoice(shop), subtotal=-1, total=-1)),
    ("paid_within_total", lambda shop: change(paid_one(shop), amount_paid=Decimal("100.01"))),
    ("paid_within_total", lambda shop: change(builders.invoice(shop), amount_paid=-1)),
    ("status_says_what_is_paid", lambda shop: change(paid_one(shop), amount_paid=Decimal("99.99"))),
    ("status_says_what_is_paid", lambda shop: change(paid_one(shop), status="partial")),
    ("status_says_what_is_paid", lambda shop: change(builders.invoice(shop), amount_paid=1)),
    ("only_drafts_are_unsent", lambda shop: change(builders.invoice(shop), sent_at=None)),
    ("only_drafts_are_unsent", lambda shop: change(builders.invoice(shop, send=False), sent_at=builders.NOW)),
    ("void_has_a_time", lambda shop: change(builders.invoice(shop), status="void")),
    ("void_has_a_time", lambda shop: change(builders.invoice(shop), voided_at=builders.NOW)),
    ("only_drafts_are_deleted", lambda shop: change(builders.invoice(shop), deleted_at=builders.NOW)),
    (
        "unique_line_position",
        lambda shop: InvoiceLine.objects.create(
            invoice=builders.invoice(shop), position=1, description="x", unit_price=1, amount=1
        ),
    ),
    ("one_off_line_has_description", lambda shop: change(first_line(shop), description="")),
    ("line_amount_is_quantity_times_rate", lambda shop: change(first_line(shop), amount=Decimal("100.01"))),
    ("line_amount_is_quantity_times_rate", lambda shop: change(first_line(shop), amount=Decimal("99.99"))),
    ("payment_amount_positive", lambda shop: change(builders.payment(builders.invoice(shop)), amount=0)),
    ("payment_method_is_known", lambda shop: change(builders.payment(builders.invoice(shop)), method="gold")),
    ("payment_application_positive", lambda shop: change(part_paid(shop), amount=0)),
    ("unique_payment_of_invoice", lambda shop: same_part(part_paid(shop))),
]


@pytest.mark.parametrize(("name", "breaking"), BROKEN, ids=[f"{name}-{i}" for i, (name, _) in enumerate(BROKEN)])
def test_the_database_refuses(shop: Organization, name: str, breaking: Callable[[Organization], object]) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        breaking(shop)
    said = str(refusal.value)
    # SQLite names the columns of a unique constraint in place of the constraint itself.
    assert name in said or ("UNIQUE constraint failed" in said and name.startswith(("unique_", "one_")))


def test_every_constraint_is_broken_above() -> None:
    ours = [
        Organization,
        Membership,
        Customer,
        PricebookCategory,
        PricebookItem,
        TaxRate,
        Invoice,
        InvoiceLine,
        Payment,
        PaymentApplication,
    ]
    names = {constraint.name for model in ours for constraint in model._meta.constraints}
    assert names == {name for name, _ in BROKEN}


@pytest.mark.parametrize(
    ("quantity", "unit_price"),
    [("3", "33.3333"), ("0.5", "0.01"), ("99999999", "99.9999"), ("1.5", "0.03"), ("-2", "5")],
)
def test_amounts_of_odd_lines_pass(shop: Organization, quantity: str, unit_price: str) -> None:
    whole = [builders.line(quantity=quantity, unit_price=unit_price), builders.line(unit_price="20")]
    invoice = builders.invoice(shop, lines=whole)
    invoice.refresh_from_db()
    assert invoice.total == sum(line.amount for line in invoice.lines.all())


def test_a_number_may_be_used_by_two_shops(shop: Organization, other_shop: Organization) -> None:
    builders.invoice(shop, number="7")
    builders.invoice(other_shop, number="7")


def test_names_alike_but_for_case_stay_two(shop: Organization) -> None:
    assert builders.item(shop, "a").pk != builders.item(shop, "A").pk

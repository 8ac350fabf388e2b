"""Receive payment: one payment for several invoices of a customer, the rest as credit; and correcting what it pays."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse

from runacall.invoices.admin import receiving
from runacall.invoices.models import Customer, Invoice, Payment
from runacall.invoices.refusals import PaymentRefused
from runacall.organizations.models import Organization, Role
from tests import builders
from tests.builders import NOW, TODAY

LogIn = Callable[[User], Client]


@pytest.fixture
def customer(shop: Organization) -> Customer:
    return builders.customer(shop)


@pytest.fixture
def owed(shop: Organization, customer: Customer) -> list[Invoice]:
    """$100.00, $100.00 and $40.00 that are left of $100.00."""
    invoices = [builders.invoice(shop, customer=customer) for _ in range(3)]
    builders.payment(invoices[2], "60")
    return invoices


@pytest.fixture
def office(shop: Organization, log_in: LogIn) -> Client:
    return log_in(builders.member(shop, Role.DISPATCHER))


def page(customer: Customer) -> str:
    return reverse("admin:invoices_payment_receive_payment") + f"?customer={customer.pk}"


def typed(parts: dict[Invoice, str], amount: str, **more: str) -> dict[str, str]:
    seen = Payment.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    fields = {"amount": amount, "method": "check", "received_date": TODAY.isoformat(), "seen": str(seen), **more}
    return fields | {f"part-{invoice.pk}": part for invoice, part in parts.items()}


def text(answer: Any) -> str:
    return str(answer.content.decode())


def balances(invoices: list[Invoice]) -> list[Decimal]:
    return [Invoice.objects.get(pk=invoice.pk).balance for invoice in invoices]


def test_one_payment_for_three_invoices_and_a_rest(office: Client, customer: Customer, owed: list[Invoice]) -> None:
    parts = {owed[0]: "100", owed[1]: "50.5", owed[2]: "40"}
    answer = office.post(page(customer), typed(parts, "$1,200.50", reference="1107", rest_is_credit="on"), follow=True)
    numbers = [f"#{invoice.number}" for invoice in owed]
    assert f"Payment of $1,200.50 recorded on {numbers[0]}, {numbers[1]} and {numbers[2]}." in text(answer)
    payment = Payment.objects.first()
    assert payment is not None
    assert (payment.amount, payment.reference, payment.credit) == (Decimal("1200.50"), "1107", Decimal("1010.00"))
    assert balances(owed) == [0, Decimal("49.50"), 0]


@pytest.mark.parametrize(
    ("part", "amount", "more", "says"),
    [
        ("100.01", "200", {}, "More than the $100.00 that is open on it."),
        ("100", "90", {}, "The invoices come to $100.00, which is $10.00 more than the payment."),
        ("100", "130", {}, "$30.00 pays no invoice. Keep it as credit, or correct the amounts."),
        ("-1", "130", {}, "greater than or equal to 0"),
        ("1.005", "130", {}, "no more than 2 decimal places"),
        ("ten", "130", {}, "Enter a number."),
        ("", "0", {}, "greater than or equal to 0.01"),
        ("100", "", {}, "This field is required."),
        ("100", "100", {"received_date": "0202-06-17"}, "Use a day between 1900 and 2100."),
    ],
)
def test_what_cannot_be_is_refused_and_kept(
    office: Client, customer: Customer, owed: list[Invoice], part: str, amount: str, more: dict[str, str], says: str
) -> None:
    answer = office.post(page(customer), typed({owed[0]: part}, amount, **more))
    assert answer.status_code == 200
    assert says in text(answer)
    assert f'value="{part}"' in text(answer) or not part
    assert Payment.objects.count() == 1
    assert balances(owed) == [100, 100, 40]


def test_money_that_pays_nothing_yet_is_a_credit_and_pays_later(
    office: Client, shop: Organization, customer: Customer
) -> None:
    assert "has no open invoice" in text(office.get(page(customer)))
    office.post(page(customer), typed({}, "150", rest_is_credit="on"))
    payment = Payment.objects.get()
    assert payment.credit == 150
    invoice = builders.invoice(shop, customer=customer)
    address = reverse("admin:invoices_payment_change_invoices", args=[payment.pk])
    assert 'value="150.00"' in text(office.get(address))
    office.post(address, typed({invoice: "100"}, "150", rest_is_credit="on"))
    payment.refresh_from_db()
    assert payment.credit == 50
    assert balances([invoice]) == [0]


def test_what_it_pays_is_changed(office: Client, customer: Customer, owed: list[Invoice]) -> None:
    office.post(page(customer), typed({owed[0]: "100", owed[1]: "20"}, "120"))
    payment = Payment.objects.latest("pk")
    address = reverse("admin:invoices_payment_change_invoices", args=[payment.pk])
    assert 'value="20.00"' in text(office.get(address))
    refused = office.post(address, typed({owed[0]: "100.01", owed[1]: "20"}, "121"))
    assert "More than the $100.00 that is open on it." in text(refused)
    answer = office.post(address, typed({owed[1]: "90", owed[2]: "40"}, "130", memo="by hand"), follow=True)
    assert f"Changed: $130.00 on #{owed[1].number} and #{owed[2].number}." in text(answer)
    payment.refresh_from_db()
    assert (payment.amount, payment.memo, payment.credit) == (130, "by hand", 0)
    assert balances(owed) == [100, 10, 0]
    assert Payment.objects.count() == 2


def test_a_void_payment_pays_nothing(office: Client, customer: Customer, owed: list[Invoice]) -> None:
    payment = builders.payment(owed[0])
    payment.void(at=NOW)
    address = reverse("admin:invoices_payment_change_invoices", args=[payment.pk])
    answer = office.post(address, typed({owed[0]: "100"}, "100"), follow=True)
    assert "This payment is void." in text(answer)
    assert balances(owed) == [100, 100, 40]


def test_the_second_of_two_clicks_is_asked(office: Client, customer: Customer, owed: list[Invoice]) -> None:
    once = typed({}, "75", rest_is_credit="on")
    office.post(page(customer), once)
    again = office.post(page(customer), once)
    assert "A payment of $75.00 by check was just recorded for this customer." in text(again)
    assert Payment.objects.filter(amount=75).count() == 1
    # The page that says so has seen the first one: who presses again means it.
    office.post(page(customer), typed({}, "75", rest_is_credit="on"))
    assert f'name="seen" value="{Payment.objects.filter(amount=75).earliest("pk").pk}"' in text(again)
    assert Payment.objects.filter(amount=75).count() == 2


def test_another_shops_customer_is_not_there(office: Client) -> None:
    stranger = builders.customer(builders.organization(), "Not ours")
    answer = office.get(page(stranger))
    assert "Not ours" not in text(answer)
    assert "Select a valid choice" in text(answer)
    there = builders.payment(builders.invoice(stranger.organization, customer=stranger))
    assert office.get(reverse("admin:invoices_payment_change_invoices", args=[there.pk])).status_code == 404
    assert office.get(reverse("admin:invoices_customer_receive_payment", args=[stranger.pk])).status_code == 404


def test_who_may_not_take_payments_receives_none(
    shop: Organization, customer: Customer, owed: list[Invoice], log_in: LogIn
) -> None:
    tech = log_in(builders.member(shop, Role.FIELD_TECH))
    payment = builders.payment(owed[0])
    for address in (
        page(customer),
        reverse("admin:invoices_payment_change_invoices", args=[payment.pk]),
        reverse("admin:invoices_customer_receive_payment", args=[customer.pk]),
    ):
        assert tech.get(address).status_code == 403
        assert tech.post(address, typed({owed[1]: "1"}, "1")).status_code == 403
    assert Payment.objects.count() == 2


def test_the_customers_page_leads_there(office: Client, customer: Customer) -> None:
    address = reverse("admin:invoices_customer_receive_payment", args=[customer.pk])
    assert address in text(office.get(reverse("admin:invoices_customer_change", args=[customer.pk])))
    assert office.get(address).headers["Location"] == page(customer)


def test_of_very_many_invoices_the_oldest(
    office: Client, customer: Customer, owed: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(receiving, "MOST_ROWS", 2)
    html = text(office.get(page(customer)))
    assert "These are the 2 oldest; 1 more are open." in html
    assert f"part-{owed[2].pk}" not in html


def test_an_amount_that_another_hand_paid_meanwhile_is_refused_whole(customer: Customer, owed: list[Invoice]) -> None:
    stale = Invoice.objects.get(pk=owed[1].pk)
    builders.payment(owed[1])
    with pytest.raises(PaymentRefused):
        Payment.objects.receive(
            parts={owed[0]: Decimal(100), stale: Decimal(100)},
            at=NOW,
            organization=customer.organization,
            customer=customer,
            amount=Decimal(200),
            method="check",
            received_date=TODAY,
        )
    assert balances(owed) == [100, 0, 40]
    assert Payment.objects.count() == 2

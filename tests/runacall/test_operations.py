"""What can be done with invoices and the records around them, and what is refused."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ValidationError

from runacall.invoices.document_loading import load_invoices
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Invoice, NumberSequence, TaxRate
from runacall.invoices.refusals import InvoiceLocked, PaymentRefused, Refused, TransitionRefused
from runacall.invoices.statuses import TRANSITIONS, Status
from runacall.organizations.models import Organization
from tests import builders
from tests.builders import NOW, TODAY

LATER = NOW + dt.timedelta(days=40)
Changes = list[tuple[str, Any, Any]]


def test_a_sent_invoice(shop: Organization, changes: Changes) -> None:
    tax = builders.rate(shop)
    lines = [builders.line("Capacitor 35/5, replaced", "126.11", rates=[tax])]
    lines += [builders.line("Labor, 2 h", "100.00", quantity="2", rates=[tax])]
    invoice = builders.invoice(shop, lines=lines, send=False)
    del changes[:]
    invoice.send(at=NOW)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.sent_at, invoice.total, invoice.tax_total) == (
        Status.SENT,
        NOW,
        Decimal("349.75"),
        Decimal("23.64"),
    )
    assert changes == [("Invoice", invoice, NOW)]


def test_only_drafts_with_lines_are_sent(shop: Organization) -> None:
    with pytest.raises(TransitionRefused, match="is Sent and cannot become Sent"):
        builders.invoice(shop).send(at=NOW)
    empty = builders.invoice(shop, lines=[], send=False)
    with pytest.raises(Refused, match="has no lines"):
        empty.send(at=NOW)
    with pytest.raises(Refused, match="has no lines"):
        builders.invoice(shop, lines=[])
    empty.refresh_from_db()
    assert empty.status == Status.DRAFT


def test_a_refusal_announces_nothing(shop: Organization, changes: Changes) -> None:
    invoice = builders.invoice(shop)
    del changes[:]
    with pytest.raises(TransitionRefused):
        invoice.send(at=NOW)
    with pytest.raises(ValidationError):
        invoice.edit(at=NOW, number="")
    assert changes == []


def test_transitions_name_every_status() -> None:
    assert set(TRANSITIONS) == set(Status.values)
    assert not TRANSITIONS[Status.VOID]


def test_editing_replaces_lines_and_totals(shop: Organization, changes: Changes) -> None:
    tax = builders.rate(shop, percent="10")
    invoice = builders.invoice(shop)
    del changes[:]
    invoice.edit(at=LATER, discount=Decimal("20"), lines=[builders.line(unit_price="120", rates=[tax])])
    invoice.refresh_from_db()
    assert (invoice.subtotal, invoice.tax_total, invoice.total) == (Decimal(120), Decimal(10), Decimal(110))
    assert invoice.updated_at == LATER
    assert [name for name, *_ in changes] == ["Invoice"]
    invoice.edit(lines=[builders.line(unit_price="50")], at=LATER)
    assert Invoice.objects.get(pk=invoice.pk).total == Decimal(30)


def test_an_edit_keeps_the_lines_that_it_does_not_name(shop: Organization) -> None:
    tax = builders.rate(shop)
    invoice = builders.invoice(shop, lines=[builders.line(rates=[tax]), builders.line("Two", rates=[tax])])
    before = load_invoices([invoice.pk])[invoice.pk].lines
    invoice.edit(at=LATER, customer_note="Thank you")
    assert load_invoices([invoice.pk])[invoice.pk].lines == before


def test_a_discount_above_the_lines_is_refused(shop: Organization) -> None:
    invoice = builders.invoice(shop)
    with pytest.raises(ValidationError, match="discount"):
        invoice.edit(at=NOW, discount=Decimal("100.01"))
    invoice.refresh_from_db()
    assert invoice.discount == 0


def test_edits_are_refused_after_a_payment(shop: Organization) -> None:
    for amount in ("40", "100"):
        invoice = builders.invoice(shop)
        builders.payment(invoice, amount)
        with pytest.raises(InvoiceLocked, match="has a payment and can no longer be edited"):
            invoice.edit(at=NOW, customer_note="x")


def test_void_and_deleted_invoices_are_locked(shop: Organization) -> None:
    void = builders.invoice(shop).void(reason="Duplicate", at=NOW)
    with pytest.raises(InvoiceLocked, match="is void"):
        void.edit(at=NOW, customer_note="x")
    gone = builders.invoice(shop, send=False).delete_draft(at=NOW)
    with pytest.raises(InvoiceLocked, match="is deleted"):
        gone.edit(at=NOW, customer_note="x")
    with pytest.raises(TransitionRefused, match="is deleted"):
        gone.send(at=NOW)


def test_unknown_fields_are_a_mistake_of_the_program(shop: Organization) -> None:
    with pytest.raises(TypeError, match="no editable status"):
        builders.invoice(shop).edit(at=NOW, status="paid")


def test_payments_in_parts(shop: Organization, changes: Changes) -> None:
    invoice = builders.invoice(shop)
    del changes[:]
    first = builders.payment(invoice, "40")
    assert (invoice.status, invoice.balance) == (Status.PARTIAL, Decimal(60))
    assert {name for name, *_ in changes} == {"Payment", "Invoice"}
    builders.payment(invoice)
    assert (invoice.status, invoice.balance) == (Status.PAID, Decimal(0))
    assert first.organization == shop


@pytest.mark.parametrize("amount", ["0", "-1", "100.01", "0.001"])
def test_payments_that_make_no_sense(shop: Organization, amount: str) -> None:
    invoice = builders.invoice(shop)
    with pytest.raises(PaymentRefused):
        builders.payment(invoice, amount)
    assert not invoice.payments.exists()


def test_drafts_paid_and_void_invoices_take_no_payment(shop: Organization) -> None:
    paid = builders.invoice(shop)
    builders.payment(paid)
    draft, void = builders.invoice(shop, send=False), builders.invoice(shop).void(reason="Other", at=NOW)
    for invoice in (draft, void, paid):
        with pytest.raises(PaymentRefused, match="cannot take a payment"):
            builders.payment(invoice, "1")


def test_two_screens_cannot_pay_twice(shop: Organization) -> None:
    invoice = builders.invoice(shop)
    stale = Invoice.objects.get(pk=invoice.pk)
    builders.payment(invoice)
    with pytest.raises(PaymentRefused):
        stale.record_payment(amount=Decimal(100), method="cash", received_date=TODAY, at=NOW)


def test_void_keeps_the_record(shop: Organization) -> None:
    invoice = builders.invoice(shop)
    builders.payment(invoice, "40")
    invoice.void(reason="Wrong amount", at=LATER)
    invoice.refresh_from_db()
    assert (invoice.status, invoice.balance, invoice.total) == (Status.VOID, Decimal(0), Decimal(100))
    assert (invoice.voided_at, invoice.void_reason) == (LATER, "Wrong amount")
    with pytest.raises(TransitionRefused, match="is Void"):
        invoice.void(reason="Other", at=NOW)
    with pytest.raises(TransitionRefused, match="is Draft"):
        builders.invoice(shop, send=False).void(reason="Other", at=NOW)


def test_only_drafts_are_deleted(shop: Organization) -> None:
    draft = builders.invoice(shop, send=False)
    draft.delete_draft(at=LATER)
    assert Invoice.objects.filter(pk=draft.pk, deleted_at=LATER).exists()
    assert not Invoice.objects.alive().filter(pk=draft.pk).exists()
    with pytest.raises(TransitionRefused, match="Only drafts can be deleted"):
        builders.invoice(shop).delete_draft(at=NOW)


def test_viewed_and_overdue(shop: Organization) -> None:
    invoice = builders.invoice(shop, due_date=TODAY)
    invoice.mark_viewed(at=NOW)
    assert invoice.status == Status.VIEWED
    with pytest.raises(TransitionRefused, match="not past its due date"):
        invoice.mark_overdue(at=NOW)
    assert list(Invoice.objects.past_due(on=shop.today(LATER))) == [invoice]
    invoice.mark_overdue(at=LATER)
    assert invoice.status == Status.OVERDUE
    invoice.edit(at=LATER, due_date=shop.today(LATER))
    assert invoice.status == Status.SENT
    assert not Invoice.objects.past_due(on=TODAY).exists()


def test_post_to_another_date(shop: Organization, changes: Changes) -> None:
    unpaid, partial, paid = (builders.invoice(shop) for _ in range(3))
    builders.payment(partial, "1")
    builders.payment(paid)
    del changes[:]
    later = dt.date(2026, 7, 27)
    for invoice in (unpaid, partial, paid):
        invoice.post_to(later, at=LATER)
        invoice.refresh_from_db()
        assert invoice.books_date == later
    assert (unpaid.invoice_date, unpaid.posting_date) == (later, None)
    assert (partial.invoice_date, partial.posting_date) == (TODAY, later)
    assert (paid.invoice_date, paid.posting_date) == (TODAY, later)
    assert len(changes) == 3
    void = builders.invoice(shop)
    builders.payment(void, "1")
    void.void(reason="Other", at=NOW)
    with pytest.raises(InvoiceLocked):
        void.post_to(later, at=LATER)


def test_an_exempt_customer_beats_all(shop: Organization) -> None:
    tax = builders.rate(shop, is_default=True)
    proof = builders.rate(shop, "Tax-exempt", "0")
    exempt = builders.customer(shop, tax_exempt=True)
    lines = [builders.line(rates=[tax]), builders.line(rates=None), builders.line(rates=[proof])]
    invoice = builders.invoice(shop, customer=exempt, lines=lines)
    assert invoice.tax_total == 0
    assert [line.rate_key for line in load_invoices([invoice.pk])[invoice.pk].lines] == [
        "",
        "",
        str(proof.pk),
    ]


def test_then_the_item_then_the_default_rate(shop: Organization) -> None:
    tax = builders.rate(shop, is_default=True)
    other = builders.rate(shop, "Other", "1")
    free = builders.item(shop, taxable=False)
    lines = [
        builders.line(item=free, rates=None),
        builders.line(item=builders.item(shop), rates=None),
        builders.line(rates=None),
        builders.line(item=free, rates=[other]),
        builders.line(rates=[]),
    ]
    invoice = builders.invoice(shop, lines=lines)
    keys = [line.rate_key for line in load_invoices([invoice.pk])[invoice.pk].lines]
    assert keys == ["", str(tax.pk), str(tax.pk), str(other.pk), ""]


def test_moving_an_invoice_to_an_exempt_customer_takes_its_tax_away(shop: Organization) -> None:
    invoice = builders.invoice(shop, lines=[builders.line(rates=[builders.rate(shop)])])
    assert invoice.tax_total
    invoice.edit(at=NOW, customer=builders.customer(shop, "School", tax_exempt=True, billing_city="Parma"))
    assert (invoice.tax_total, invoice.total, invoice.billing_city) == (0, Decimal(100), "Parma")


def test_another_shops_records_are_refused(shop: Organization, other_shop: Organization) -> None:
    invoice = builders.invoice(shop)
    theirs = builders.line(item=builders.item(other_shop)), builders.line(rates=[builders.rate(other_shop)])
    for line in theirs:
        with pytest.raises(ValidationError, match="belongs to another organization"):
            invoice.edit(lines=[line], at=NOW)
    with pytest.raises(ValidationError, match="belongs to another organization"):
        invoice.edit(at=NOW, customer=builders.customer(other_shop))
    with pytest.raises(ValidationError, match="belongs to another organization"):
        enter_invoices(shop, [InvoiceInput(customer=builders.customer(other_shop), invoice_date=TODAY)], at=NOW)
    with pytest.raises(ValidationError, match="belongs to another organization"):
        builders.item(shop, category=builders.category(other_shop))


def test_what_is_left_out_comes_from_customer_and_item(shop: Organization) -> None:
    who = builders.customer(shop, terms="Net 30", billing_line1="1 Elm St", service_city="Lakewood")
    part = builders.item(shop, "Filter", unit_price="12.50", description="Filter 16x25")
    invoice = builders.invoice(shop, customer=who, lines=[builders.line("", None, item=part, quantity="2")])
    document = load_invoices([invoice.pk])[invoice.pk]
    assert (document.terms, document.due_date) == ("Net 30", dt.date(2026, 7, 17))
    assert (document.billing.line1, document.service.city) == ("1 Elm St", "Lakewood")
    assert (document.lines[0].description, document.lines[0].amount) == ("Filter 16x25", Decimal(25))
    who.edit(at=LATER, billing_line1="2 Oak St")
    assert load_invoices([invoice.pk])[invoice.pk].billing.line1 == "1 Elm St"


def test_numbers_go_on_and_never_repeat(shop: Organization) -> None:
    assert [builders.invoice(shop).number for _ in range(2)] == ["1001", "1002"]
    builders.invoice(shop, number="1004")
    assert builders.invoice(shop).number == "1005"
    builders.invoice(shop, number="20260617001")
    assert builders.invoice(shop).number == "1006"
    assert NumberSequence.take(shop, 0) == []
    with pytest.raises(ValidationError, match="Already in use: 1004"):
        builders.invoice(shop, number="1004")
    twice = [InvoiceInput(customer=builders.customer(shop), invoice_date=TODAY, number="9")] * 2
    with pytest.raises(ValidationError, match="Already in use: 9"):
        enter_invoices(shop, twice, at=NOW)


def test_numbers_in_the_way_are_passed_over(shop: Organization) -> None:
    draft = builders.invoice(shop, number="A", send=False)
    draft.edit(at=NOW, number="1001")
    assert builders.invoice(shop).number == "1002"


def test_a_rate_on_an_invoice_keeps_its_percentage(shop: Organization, changes: Changes) -> None:
    tax = builders.rate(shop, is_default=True)
    tax.edit(at=NOW, percent=Decimal(8))
    builders.invoice(shop, lines=[builders.line(rates=[tax])])
    with pytest.raises(Refused, match="its percentage cannot change"):
        tax.edit(at=NOW, percent=Decimal(9))
    tax.edit(at=NOW, name="Renamed", percent=Decimal(8))
    second = builders.rate(shop, "Second", "1")
    second.edit(at=NOW, is_default=True)
    assert TaxRate.objects.get(is_default=True) == second
    assert "TaxRate" in {name for name, *_ in changes}


def test_customers_and_items_tell_of_their_edits(shop: Organization, changes: Changes) -> None:
    who, what = builders.customer(shop), builders.item(shop)
    who.edit(at=LATER, email="m.okafor@example.com")
    what.edit(at=LATER, unit_price=Decimal(2))
    assert [(name, at) for name, _, at in changes] == [
        ("Customer", NOW),
        ("PricebookItem", NOW),
        ("Customer", LATER),
        ("PricebookItem", LATER),
    ]


def test_a_company_is_called_by_its_company_name(shop: Organization) -> None:
    assert str(builders.customer(shop, "Ann", company="Acme")) == "Acme"
    with pytest.raises(ValidationError, match="name or a company"):
        builders.customer(shop, " ")


def test_the_shops_own_day(shop: Organization) -> None:
    late = dt.datetime(2026, 6, 18, 3, 30, tzinfo=dt.UTC)
    assert shop.today(late) == TODAY
    assert shop.local(late).hour == 23


def test_documents_of_300_invoices_take_a_fixed_number_of_queries(
    shop: Organization, django_assert_num_queries: Any
) -> None:
    tax, part, who = builders.rate(shop), builders.item(shop), builders.customer(shop)
    lines = [builders.line(item=part, rates=[tax]), builders.line()]
    new = InvoiceInput(customer=who, invoice_date=TODAY, lines=lines)
    ids = [invoice.pk for invoice in enter_invoices(shop, [new] * 300, at=NOW, send=True)]
    with django_assert_num_queries(3):
        documents = load_invoices(ids)
    assert len(documents) == 300
    assert all(document.total == Decimal("207.25") and len(document.lines) == 2 for document in documents.values())
    assert documents[ids[0]].lines[0].rate_key == str(tax.pk)


def test_a_line_is_itself_once_and_on_its_own_invoice_only(shop: Organization) -> None:
    invoice, other = (builders.invoice(shop, lines=[builders.line(), builders.line()]) for _ in range(2))
    first, second = invoice.line_inputs()
    invoice.edit(lines=[first, first, other.line_inputs()[0]], at=NOW)
    again, *new = (line.identity for line in invoice.lines.all())
    assert again == first.identity
    assert not {first.identity, second.identity, *(line.identity for line in other.lines.all())} & {*new}

"""Loads records as documents, many at a time, in a fixed number of queries; changes nothing."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import fields

from django.db.models import Exists, OuterRef, Prefetch

from runacall.invoices.documents import (
    AppliedDocument,
    CustomerDocument,
    InvoiceDocument,
    ItemDocument,
    LineDocument,
    PaymentDocument,
    RateDocument,
)
from runacall.invoices.models import (
    Customer,
    Invoice,
    InvoiceLine,
    Payment,
    PaymentApplication,
    PricebookItem,
    TaxRate,
)
from runacall.invoices.statuses import Status

LINE_COLUMNS = ("position", "description", "quantity", "unit_price", "amount")
# As the document has them.
ITEM_COLUMNS = tuple(f"item__{one.name}" for one in fields(ItemDocument))


def load_invoices(ids: Iterable[int]) -> dict[int, InvoiceDocument]:
    """Documents of these invoices, deleted drafts too, by id; unknown ids are left out."""
    invoices = list(Invoice.objects.filter(pk__in=list(ids)).select_related("customer"))
    lines = _lines_of(invoices)
    return {invoice.pk: invoice_document(invoice, lines[invoice.pk]) for invoice in invoices}


def _lines_of(invoices: Iterable[Invoice]) -> Mapping[int, Sequence[LineDocument]]:
    """By invoice. As columns and not as records, which take several times as long."""
    taxed = InvoiceLine.tax_rates.through.objects.filter(invoiceline=OuterRef("pk"))
    of_invoices = InvoiceLine.objects.filter(invoice__in=[one.pk for one in invoices]).order_by("position")
    rows = list(of_invoices.values_list("invoice", "pk", "first_id", Exists(taxed), *LINE_COLUMNS, *ITEM_COLUMNS))
    # A query that most shops' invoices do not need.
    rates = _rates_of([pk for _, pk, _, is_taxed, *_ in rows if is_taxed])
    lines = defaultdict[int, list[LineDocument]](list)
    for invoice_id, pk, first_id, _, position, description, quantity, unit_price, amount, *item in rows:
        line = LineDocument(
            position=position,
            item=ItemDocument(*item) if item[0] else None,
            description=description,
            quantity=quantity,
            unit_price=unit_price,
            amount=amount,
            rates=tuple(rates[pk]),
            identity=first_id or pk,
        )
        lines[invoice_id].append(line)
    return lines


def _rates_of(lines: Collection[int]) -> Mapping[int, Sequence[RateDocument]]:
    """By line, in the order of the rates' ids."""
    rates = defaultdict[int, list[RateDocument]](list)
    if lines:
        found = TaxRate.objects.filter(lines__in=lines).order_by("pk")
        for line_id, *rate in found.values_list("lines", "pk", "name", "percent"):
            rates[line_id].append(RateDocument(*rate))
    return rates


def load_customers(ids: Iterable[int]) -> dict[int, CustomerDocument]:
    return {row.pk: customer_document(row) for row in Customer.objects.filter(pk__in=list(ids))}


def load_items(ids: Iterable[int]) -> dict[int, ItemDocument]:
    return {row.pk: item_document(row) for row in PricebookItem.objects.filter(pk__in=list(ids))}


def load_payments(ids: Iterable[int]) -> dict[int, PaymentDocument]:
    parts = PaymentApplication.objects.select_related("invoice").order_by("invoice")
    payments = Payment.objects.filter(pk__in=list(ids)).select_related("customer")
    loaded = payments.prefetch_related(Prefetch("applications", queryset=parts))
    return {payment.pk: payment_document(payment) for payment in loaded}


def payment_document(payment: Payment) -> PaymentDocument:
    standing = [one for one in payment.applications.all() if one.invoice.status != Status.VOID]
    return PaymentDocument(
        id=payment.pk,
        organization_id=payment.organization_id,
        customer=customer_document(payment.customer),
        amount=payment.amount,
        method=payment.method,
        method_name=payment.get_method_display(),
        received_date=payment.received_date,
        reference=payment.reference,
        memo=payment.memo,
        applied=tuple(AppliedDocument(one.invoice_id, one.invoice.number, one.amount) for one in standing),
        is_void=payment.is_void,
        posting_date=payment.posting_date,
    )


def invoice_document(invoice: Invoice, lines: Iterable[LineDocument]) -> InvoiceDocument:
    return InvoiceDocument(
        id=invoice.pk,
        organization_id=invoice.organization_id,
        number=invoice.number,
        status=str(invoice.status),
        customer=customer_document(invoice.customer),
        invoice_date=invoice.invoice_date,
        posting_date=invoice.posting_date,
        books_date=invoice.books_date,
        due_date=invoice.due_date,
        terms=invoice.terms,
        lines=tuple(lines),
        discount=invoice.discount,
        discount_name=invoice.discount_name,
        subtotal=invoice.subtotal,
        tax_total=invoice.tax_total,
        total=invoice.total,
        amount_paid=invoice.amount_paid,
        customer_note=invoice.customer_note,
        internal_note=invoice.internal_note,
        billing=invoice.billing,
        service=invoice.service,
        is_void=invoice.status == Status.VOID,
        is_deleted=invoice.deleted_at is not None,
        is_draft=invoice.status == Status.DRAFT,
        updated_at=invoice.updated_at,
    )


def customer_document(customer: Customer) -> CustomerDocument:
    return CustomerDocument(
        id=customer.pk,
        organization_id=customer.organization_id,
        display_name=customer.display_name,
        company=customer.company,
        email=customer.email,
        phone=customer.phone,
        tax_exempt=customer.tax_exempt,
        terms=customer.terms,
        billing=customer.billing,
        service=customer.service,
    )


def item_document(item: PricebookItem) -> ItemDocument:
    return ItemDocument(
        id=item.pk,
        organization_id=item.organization_id,
        name=item.name,
        description=item.description,
        kind=str(item.kind),
        unit_price=item.unit_price,
        taxable=item.taxable,
        category_id=item.category_id,
    )

"""Loads records as documents, many at a time, in a fixed number of queries; changes nothing."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects

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


def load_invoices(ids: Iterable[int]) -> dict[int, InvoiceDocument]:
    """Documents of these invoices, deleted drafts too, by id; unknown ids are left out."""
    taxed = InvoiceLine.tax_rates.through.objects.filter(invoiceline=OuterRef("pk"))
    lines = InvoiceLine.objects.select_related("item").annotate(is_taxed=Exists(taxed)).order_by("position")
    invoices = Invoice.objects.filter(pk__in=list(ids)).select_related("customer")
    loaded = list(invoices.prefetch_related(Prefetch("lines", queryset=lines)))
    # Their rates are a query that most shops' invoices do not need.
    prefetch_related_objects([line for one in loaded for line in one.lines.all() if line.is_taxed], "tax_rates")
    return {invoice.pk: invoice_document(invoice) for invoice in loaded}


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


def invoice_document(invoice: Invoice) -> InvoiceDocument:
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
        lines=tuple(line_document(line) for line in invoice.lines.all()),
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


def line_document(line: InvoiceLine) -> LineDocument:
    rates = line.tax_rates.all() if getattr(line, "is_taxed", True) else ()
    return LineDocument(
        position=line.position,
        item=item_document(line.item) if line.item else None,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        rates=tuple(rate_document(rate) for rate in sorted(rates, key=lambda rate: rate.pk)),
        identity=line.identity,
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


def rate_document(rate: TaxRate) -> RateDocument:
    return RateDocument(id=rate.pk, name=rate.name, percent=rate.percent)

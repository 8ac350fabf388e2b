"""The payment pages. Payments are recorded on their invoice and never changed, so these only show them."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Prefetch, QuerySet
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin, dollars
from runacall.invoices.models import Payment, PaymentApplication
from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.models import Ability


@admin.register(Payment, site=site)
class PaymentAdmin(RecordAdmin):
    viewing = Ability.TAKE_PAYMENTS
    list_display = ("received_date", "on_invoice", "paid_by", "method", "paid", "reference")
    list_filter = ("method", ("received_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("invoices__number", "customer__name", "customer__company", "reference")
    fields = (("customer", "on_invoice", "amount"), ("received_date", "method"), "reference", "memo")

    def get_queryset(self, request: VisitorRequest) -> QuerySet[Payment]:
        parts = PaymentApplication.objects.select_related("invoice").order_by("invoice")
        return super().get_queryset(request).prefetch_related(Prefetch("applications", queryset=parts))

    @display(description="Invoice")
    def on_invoice(self, payment: Payment) -> str:
        return ", ".join(f"#{one.invoice.number}" for one in payment.applications.all()) or "Credit"

    @display(description="Customer")
    def paid_by(self, payment: Payment) -> str:
        return payment.customer.display_name

    @display(description="Amount", ordering="amount")
    def paid(self, payment: Payment) -> str:
        return dollars(payment.amount)

"""The payment pages. Payments are recorded on their invoice and never changed, so these only show them."""

from __future__ import annotations

from django.contrib import admin
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import display

from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin, dollars
from runacall.invoices.models import Payment
from runacall.organizations.models import Ability


@admin.register(Payment, site=site)
class PaymentAdmin(RecordAdmin):
    viewing = Ability.TAKE_PAYMENTS
    list_display = ("received_date", "on_invoice", "paid_by", "method", "paid", "reference")
    list_filter = ("method", ("received_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("invoice__customer",)
    search_fields = ("invoice__number", "invoice__customer__name", "invoice__customer__company", "reference")
    fields = (("invoice", "amount"), ("received_date", "method"), "reference", "memo")

    @display(description="Invoice", ordering="invoice__number")
    def on_invoice(self, payment: Payment) -> str:
        return f"#{payment.invoice.number}"

    @display(description="Customer")
    def paid_by(self, payment: Payment) -> str:
        return payment.invoice.customer.display_name

    @display(description="Amount", ordering="amount")
    def paid(self, payment: Payment) -> str:
        return dollars(payment.amount)

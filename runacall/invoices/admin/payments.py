"""The payment pages. A payment is recorded on its invoice; here it is corrected, or voided."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django_htmx.http import HttpResponseClientRedirect
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from runacall import clock
from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin, dollars
from runacall.invoices.models import Payment, PaymentApplication
from runacall.invoices.refusals import Refused
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability


@admin.register(Payment, site=site)
class PaymentAdmin(RecordAdmin):
    viewing = changing = Ability.TAKE_PAYMENTS
    list_display = ("received_date", "on_invoice", "paid_by", "method", "paid", "reference")
    list_filter = ("method", ("received_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("invoices__number", "customer__name", "customer__company", "reference")
    fields = (("customer", "amount"), ("pays", "left"), ("received_date", "method"), "reference", "memo")
    readonly_fields = ("customer", "amount", "pays", "left")
    actions_detail = ("void_payment",)

    def get_queryset(self, request: VisitorRequest) -> QuerySet[Payment]:
        parts = PaymentApplication.objects.select_related("invoice").order_by("invoice")
        return super().get_queryset(request).prefetch_related(Prefetch("applications", queryset=parts))

    def has_change_permission(self, request: VisitorRequest, obj: Payment | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.is_void)

    @display(description="Invoice")
    def on_invoice(self, payment: Payment) -> str:
        numbers = ", ".join(f"#{one.invoice.number}" for one in payment.applications.all())
        return "Void" if payment.is_void else numbers or "Credit"

    @display(description="Customer")
    def paid_by(self, payment: Payment) -> str:
        return payment.customer.display_name

    @display(description="Amount", ordering="amount")
    def paid(self, payment: Payment) -> str:
        return dollars(payment.amount)

    @display(description="Pays")
    def pays(self, payment: Payment) -> str | SafeString:
        """Each invoice with the part of it that the payment pays."""
        parts = [
            (reverse("admin:invoices_invoice_change", args=[one.invoice_id]), one.invoice.number, dollars(one.amount))
            for one in payment.applications.all()
        ]
        nothing = "Nothing: it is void" if payment.is_void else "No invoice"
        return format_html_join(", ", '<a href="{}">Invoice #{}</a>: {}', parts) if parts else nothing

    @display(description="Customer's credit")
    def left(self, payment: Payment) -> str:
        return dollars(payment.credit)

    # --- the button -----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: StaffRequest, object_id: Any) -> list[Any]:
        payment: Any = self.get_object(request, str(object_id))
        return [] if payment.is_void else super().get_actions_detail(request, object_id)

    def has_void_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        # unfold calls this before it shows a dialog, so this is where another organization's payment answers 404.
        if object_id is not None:
            self.get_object(request, str(object_id))
        return role_allows(request, Ability.VOID_INVOICES)

    @action(
        description="Void payment",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["void"],
        url_path="void",
        dialog={
            "title": "Void this payment?",
            "description": "What it paid is open again, here and in QuickBooks, and the record is kept. This cannot be"
            " undone. It does not return money: refund that first.",
            "form_class": BaseDialogForm,
            "form_submit_text": "Void payment",
        },
    )
    def void_payment(self, request: StaffRequest, form: BaseDialogForm, object_id: str) -> HttpResponse:
        payment: Any = self.get_object(request, object_id)
        try:
            payment.void(at=clock.now(), by=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        else:
            self.log_change(request, payment, "Voided.")
            self.message_user(request, f"{payment}: voided.", messages.SUCCESS)
        back = reverse("admin:invoices_payment_change", args=[payment.pk])
        return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)

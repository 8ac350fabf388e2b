"""The payment pages. A payment is recorded on its invoice, or here for several; here it is corrected, or voided."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.text import get_text_list
from django_htmx.http import HttpResponseClientRedirect
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant
from unfold.forms import BaseDialogForm

from runacall import clock
from runacall.admin_site import site
from runacall.invoices.admin.receiving import ReceiveForm
from runacall.invoices.admin.records import RecordAdmin, without_buttons
from runacall.invoices.admin.searching import contains, of_payers, quickest_first
from runacall.invoices.models import Customer, Invoice, Payment, PaymentApplication
from runacall.invoices.money import dollars
from runacall.invoices.refusals import Refused
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability
from runacall.organizations.paging import LookUpPaginator


@admin.register(Payment, site=site)
class PaymentAdmin(RecordAdmin):
    viewing = changing = Ability.TAKE_PAYMENTS
    list_display = ("received_date", "on_invoice", "paid_by", "method", "paid", "reference")
    list_filter = ("method", ("received_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    # What the search box is shown for; `get_search_results` says how.
    search_fields = ("reference",)
    search_paginator = LookUpPaginator
    fields: tuple[Any, ...] = (
        ("customer", "paid"),
        ("pays", "left"),
        ("received_date", "method"),
        "reference",
        "memo",
    )
    readonly_fields = ("customer", "paid", "pays", "left", "posting_date")
    autocomplete_fields = ("customer",)
    actions_list = ("receive_payment",)
    actions_detail = ("change_invoices", "void_payment")

    def get_queryset(self, request: VisitorRequest) -> QuerySet[Payment]:
        parts = PaymentApplication.objects.select_related("invoice").order_by("invoice")
        return super().get_queryset(request).prefetch_related(Prefetch("applications", queryset=parts))

    def get_search_results(self, request: StaffRequest, queryset: Any, search_term: str) -> tuple[Any, bool]:
        """Each word is part of the reference, of an invoice's number, or of the customer's name, company or e-mail."""
        for word in quickest_first(search_term.replace("\0", "").split()):
            word = word.removeprefix("#")
            own = contains("reference", word, is_indexed=True)
            queryset = queryset.filter(own | of_payers(request.organization, word))
        return queryset, False

    def get_fields(self, request: VisitorRequest, obj: Payment | None = None) -> tuple[Any, ...]:
        return (*self.fields, "posting_date") if obj and obj.posting_date else self.fields

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

    # --- receiving and correcting -----------------------------------------------------------------------------------

    def has_receive_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        return self.may_with(request, object_id, Ability.TAKE_PAYMENTS)

    @action(
        description="Receive payment",
        icon="payments",
        variant=ActionVariant.PRIMARY,
        permissions=["receive"],
        url_path="receive",
    )
    def receive_payment(self, request: StaffRequest) -> HttpResponse:
        """One payment for several invoices of the customer that the address names; without one, the choice of it."""
        choice = self._choice_of_customer(request)
        if not choice.is_bound or not choice.is_valid():
            return self._receiving(request, "Receive payment", choice=choice)
        customer: Customer = choice.cleaned_data["customer"]
        form = ReceiveForm(customer, None, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                if payment := self._receive(request, form):
                    said = f"Payment of {dollars(payment.amount)} recorded{_on(form.parts)}."
                    return self._done(request, payment, said)
            except (Refused, ValidationError) as refusal:
                form.add_error(None, _words(refusal))
        return self._receiving(request, "Receive payment", choice=choice, form=form)

    @action(description="Change what it pays", icon="call_split", permissions=["receive"], url_path="invoices")
    def change_invoices(self, request: StaffRequest, object_id: str) -> HttpResponse:
        """Another amount, or other invoices, of a payment that was recorded."""
        payment: Any = self.get_object(request, object_id)
        if payment.is_void:
            self.message_user(request, "This payment is void.", messages.ERROR)
            return HttpResponseRedirect(_page_of(payment))
        form = ReceiveForm(payment.customer, payment, request.POST or None)
        if request.method == "POST" and form.is_valid():
            try:
                payment.restate(parts=form.parts, at=clock.now(), by=request.user, **form.details)
            except (Refused, ValidationError) as refusal:
                form.add_error(None, _words(refusal))
            else:
                said = f"Changed: {dollars(payment.amount)}{_on(form.parts)}."
                return self._done(request, payment, said)
        return self._receiving(request, str(payment), form=form, payment=payment)

    def _choice_of_customer(self, request: StaffRequest) -> forms.Form:
        field = self.formfield_for_dbfield(Payment._meta.get_field("customer"), request)
        without_buttons(field)
        choice = forms.Form(request.GET if "customer" in request.GET else None)
        choice.fields["customer"] = field
        return choice

    def _receive(self, request: StaffRequest, form: ReceiveForm) -> Payment | None:
        """The payment, or None if the form has something to say first."""
        with transaction.atomic():
            # One after the other: the second of two clicks sees what the first one recorded.
            Customer.objects.select_for_update().get(pk=form.customer.pk)
            if form.tell_of_another():
                return None
            return Payment.objects.receive(
                parts=form.parts,
                at=clock.now(),
                by=request.user,
                organization=request.organization,
                customer=form.customer,
                **form.details,
            )

    def _done(self, request: StaffRequest, payment: Payment, said: str) -> HttpResponse:
        self.log_change(request, payment, said)
        self.message_user(request, said, messages.SUCCESS)
        return HttpResponseRedirect(_page_of(payment))

    def _receiving(
        self, request: StaffRequest, heading: str, *, form: ReceiveForm | None = None, **more: Any
    ) -> HttpResponse:
        payment = more.get("payment")
        back = _page_of(payment) if payment else reverse("admin:invoices_payment_changelist")
        context = {
            **self.admin_site.each_context(request),
            "title": heading,
            "heading": heading,
            "form": form,
            "customer": form and form.customer,
            "head": [form[name] for name in ("amount", "method", "received_date", "reference", "memo")] if form else [],
            "back": back,
            **more,
        }
        return TemplateResponse(request, "admin/invoices/payment/receive.html", context)

    # --- the button -----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: StaffRequest, object_id: object) -> list[Any]:
        payment: Any = self.get_object(request, str(object_id))
        return [] if payment.is_void else super().get_actions_detail(request, object_id)

    def has_void_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        return self.may_with(request, object_id, Ability.VOID_INVOICES)

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
        back = _page_of(payment)
        return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)


def _page_of(payment: Payment) -> str:
    return reverse("admin:invoices_payment_change", args=[payment.pk])


def _on(parts: Mapping[Invoice, Decimal]) -> str:
    """E.g. " on #1001 and #1002"; "" for a credit."""
    numbers = [f"#{invoice.number}" for invoice in parts]
    return f" on {get_text_list(numbers, 'and')}" if numbers else ""


def _words(refusal: Refused | ValidationError) -> list[str]:
    return refusal.messages if isinstance(refusal, ValidationError) else [str(refusal)]

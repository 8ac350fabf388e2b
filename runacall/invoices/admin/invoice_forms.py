"""The forms of the invoice page: head, lines and dialogs. They validate and convert; operations do the rest."""

from __future__ import annotations

import copy
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from unfold.forms import BaseDialogForm, PaginationInlineFormSet
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminSingleDateWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanSwitchWidget,
)

from runacall import clock
from runacall.invoices.admin.records import RecordForm, write_plainly
from runacall.invoices.models import Invoice, InvoiceLine, LineInput, Payment, TaxRate
from runacall.invoices.models.invoices import NO_LINES
from runacall.invoices.models.lines import resolve_lines
from runacall.invoices.money import ZERO, dollars
from runacall.invoices.statuses import Status
from runacall.organizations.days import plausible_day

VOID_REASONS = ("Duplicate", "Wrong amount", "Customer dispute", "Other")


class InvoiceForm(RecordForm):
    class Meta:
        model = Invoice
        fields = "__all__"

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)
        if "number" in self.fields and not self.instance.pk:
            self.fields["number"].required = False
            self.fields["number"].help_text = "Leave empty to use the next free number."
        if "discount" in self.fields:
            self.fields["discount"].required = False
        if "customer" in self.fields:
            self.fields["customer"].error_messages["required"] = "Choose a customer."

    def clean_discount(self) -> Decimal:
        return self.cleaned_data["discount"] or ZERO


class LineForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = InvoiceLine
        fields = ("item", "description", "quantity", "unit_price", "tax_rates")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        write_plainly(self)
        for field in self.fields.values():
            # A table of lines has its labels once, above: each field says its own to a screen reader.
            widget = getattr(field.widget, "widget", None) or field.widget
            widget.attrs["aria-label"] = field.label
        if "unit_price" in self.fields:
            self.fields["unit_price"].required = False
        if "description" in self.fields:
            self.fields["description"].required = False

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        if given.get("item") is None and given.get("unit_price") is None and "unit_price" not in self.errors:
            self.add_error("unit_price", "A line that is not in the pricebook needs a rate.")
        return given

    def line_input(self) -> LineInput:
        given = self.cleaned_data
        untouched = self.instance.pk is None and "tax_rates" not in self.changed_data
        return LineInput(
            item=given.get("item"),
            description=given.get("description") or "",
            quantity=given["quantity"],
            unit_price=given.get("unit_price"),
            # A rate that the form proposed and nobody changed is not a decision: an untaxed item stays untaxed.
            rates=None if untouched else list(given.get("tax_rates") or ()),
            identity=self.instance.identity,
        )


class LineFormSet(PaginationInlineFormSet):
    def add_fields(self, form: forms.ModelForm[InvoiceLine], index: int | None) -> None:
        super().add_fields(form, index)
        if "DELETE" in form.fields:
            form.fields["DELETE"].widget.attrs["aria-label"] = "Remove this line"

    def line_inputs(self) -> list[LineInput]:
        deleted = set(self.deleted_forms)
        kept = [form for form in self.forms if form not in deleted]
        return [form.line_input() for form in kept if form.instance.pk or form.has_changed()]

    def clean(self) -> None:
        """Check that the lines and the discount are possible, before anything is written."""
        super().clean()
        if any(self.errors) or not self.instance.customer_id or self.instance.discount is None:
            return
        lines = self.line_inputs()
        if not lines and self.instance.status != Status.DRAFT:
            raise ValidationError(NO_LINES)
        default_rate = TaxRate.objects.for_organization(self.instance.organization).default().first()
        resolved = resolve_lines(lines, customer=self.instance.customer, default_rate=default_rate)
        try:
            copy.copy(self.instance).take_totals(resolved)
        except ValidationError as mistake:
            # A form set cannot show an error of a field, so the field's name is dropped.
            raise ValidationError(mistake.messages) from mistake


class SendDialog(BaseDialogForm):
    pass


class VoidDialog(BaseDialogForm):
    reason = forms.ChoiceField(choices=[(reason, reason) for reason in VOID_REASONS], widget=UnfoldAdminSelectWidget)
    note = forms.CharField(
        max_length=150,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="The customer sees the reason.",
    )

    @property
    def full_reason(self) -> str:
        note = self.cleaned_data["note"].strip()
        return f"{self.cleaned_data['reason']}: {note}" if note else str(self.cleaned_data["reason"])


class PaymentDialog(BaseDialogForm):
    amount = forms.DecimalField(
        max_digits=12, decimal_places=2, min_value=Decimal("0.01"), widget=UnfoldAdminDecimalFieldWidget
    )
    method = forms.ChoiceField(choices=Payment.Method.choices, widget=UnfoldAdminSelectWidget, initial="check")
    received_date = forms.DateField(
        label="Date received", widget=UnfoldAdminSingleDateWidget, validators=[plausible_day]
    )
    reference = forms.CharField(
        max_length=100,
        required=False,
        widget=UnfoldAdminTextInputWidget,
        help_text="Check number or bank reference.",
    )
    memo = forms.CharField(max_length=500, required=False, widget=UnfoldAdminTextInputWidget)
    rest_is_credit = forms.BooleanField(
        label="Keep what is more than the balance as the customer's credit",
        required=False,
        widget=UnfoldBooleanSwitchWidget,
    )

    def __init__(self, request: Any, object_id: Any = None, *args: Any, **kwargs: Any) -> None:
        super().__init__(request, object_id, *args, **kwargs)
        # The page has already checked that this person may reach the invoice.
        self.invoice = Invoice.objects.for_organization(request.organization).get(pk=object_id)
        self.fields["amount"].initial = self.invoice.balance
        self.fields["amount"].help_text = f"The balance is {dollars(self.invoice.balance)}."
        self.fields["received_date"].initial = request.organization.today(clock.now())

    def clean(self) -> dict[str, object]:
        given = super().clean() or self.cleaned_data
        if given.get("amount", 0) > self.invoice.balance and not given.get("rest_is_credit"):
            self.add_error("amount", f"More than the balance of {dollars(self.invoice.balance)}.")
        return dict(given)

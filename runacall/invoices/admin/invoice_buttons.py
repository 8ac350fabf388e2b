"""The buttons of the invoice page: each asks in a dialog, calls one operation and reports the result."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode, urlsplit

from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpResponse, HttpResponseRedirect, QueryDict
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect
from unfold.decorators import action
from unfold.enums import ActionVariant

from runacall import clock
from runacall.invoices.admin.invoice_forms import PaymentDialog, SendDialog, VoidDialog
from runacall.invoices.admin.records import RecordAdmin
from runacall.invoices.money import dollars
from runacall.invoices.refusals import Refused
from runacall.invoices.statuses import Status
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability

# The admin's own name for the filters of the list that a page keeps.
PRESERVED = "_changelist_filters"


class InvoiceButtons(RecordAdmin):
    actions_detail = ("send_invoice", "record_payment", "void_invoice")

    def get_actions_detail(self, request: StaffRequest, object_id: object) -> list[Any]:
        invoice: Any = self.get_object(request, str(object_id))
        fitting = {
            "send_invoice": invoice.status == Status.DRAFT,
            "record_payment": invoice.can_become(Status.PAID),
            "void_invoice": invoice.can_become(Status.VOID),
        }
        offered = super().get_actions_detail(request, object_id)
        return [each for each in offered if fitting[each.method.original_function_name]]

    def has_send_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        return self.may_with(request, object_id, Ability.EDIT_INVOICES)

    def has_pay_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        return self.may_with(request, object_id, Ability.TAKE_PAYMENTS)

    def has_void_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        return self.may_with(request, object_id, Ability.VOID_INVOICES)

    @action(
        description="Send",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["send"],
        url_path="send",
        dialog={
            "title": "Send this invoice?",
            "description": "It goes to the customer and into the books.",
            "form_class": SendDialog,
            "form_submit_text": "Send",
        },
    )
    def send_invoice(self, request: StaffRequest, form: SendDialog, object_id: str) -> HttpResponse:
        return self._do(request, object_id, "Sent.", lambda invoice, **who: invoice.send(**who))

    @action(
        description="Record payment",
        icon="payments",
        permissions=["pay"],
        url_path="record-payment",
        dialog={
            "title": "Record payment",
            "description": "Enter money that you have received. For several invoices at once: Payments → Receive"
            " payment.",
            "form_class": PaymentDialog,
            "form_submit_text": "Record payment",
        },
    )
    def record_payment(self, request: StaffRequest, form: PaymentDialog, object_id: str) -> HttpResponse:
        asked = {name: value for name, value in form.cleaned_data.items() if not name.startswith("_")}
        said = f"Payment of {dollars(asked['amount'])} recorded."
        return self._do(request, object_id, said, lambda invoice, **who: invoice.record_payment(**asked, **who))

    @action(
        description="Void invoice",
        icon="block",
        variant=ActionVariant.DANGER,
        permissions=["void"],
        url_path="void",
        dialog={
            "title": "Void this invoice?",
            "description": "Its balance becomes $0.00 and the record is kept. This cannot "
            "be undone. It does not return money that was paid: refund that first.",
            "form_class": VoidDialog,
            "form_submit_text": "Void invoice",
        },
    )
    def void_invoice(self, request: StaffRequest, form: VoidDialog, object_id: str) -> HttpResponse:
        reason = form.full_reason
        said = f"Voided: {reason}."
        return self._do(request, object_id, said, lambda invoice, **who: invoice.void(reason=reason, **who))

    def _do(self, request: StaffRequest, object_id: str, said: str, operation: Callable[..., object]) -> HttpResponse:
        invoice = self.get_object(request, object_id)
        try:
            operation(invoice, at=clock.now(), by=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        except ValidationError as refusal:
            self._explain(request, refusal.messages)
        else:
            self.log_change(request, invoice, said)
            self.message_user(request, f"{invoice}: {said}", messages.SUCCESS)
        back = reverse("admin:invoices_invoice_change", args=[invoice.pk]) + filters_of_the_list(request)
        return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)


def filters_of_the_list(request: StaffRequest) -> str:
    """The filters of the list that a person came from, as the page of an invoice keeps them; "" if there are none."""
    there = QueryDict(urlsplit(request.htmx.current_url or "").query) if request.htmx else request.GET
    kept = there.get(PRESERVED, "")
    return f"?{urlencode({PRESERVED: kept})}" if kept else ""

"""The invoice pages: list, page with lines, and what can be done there; each button calls one operation."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

from django.contrib import admin, messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django_htmx.http import HttpResponseClientRedirect
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import action, display
from unfold.enums import ActionVariant

from runacall.admin_site import site
from runacall.invoices.admin.customers import BILLING, SERVICE, paired
from runacall.invoices.admin.invoice_forms import (
    InvoiceForm,
    LineForm,
    LineFormSet,
    PaymentDialog,
    SendDialog,
    VoidDialog,
)
from runacall.invoices.admin.records import RecordAdmin, dollars
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import Address
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoice
from runacall.invoices.models import Invoice, InvoiceLine, TaxRate
from runacall.invoices.models.addresses import PARTS
from runacall.invoices.money import totals
from runacall.invoices.refusals import Refused
from runacall.invoices.statuses import OUTSTANDING, Status
from runacall.organizations.admin_scope import ScopedTabularInline, role_allows
from runacall.organizations.models import Ability

# The meaning of a status, as unfold's label colours.
STATUS_COLOURS = {
    Status.DRAFT: "",
    Status.SENT: "info",
    Status.VIEWED: "info",
    Status.PARTIAL: "primary",
    Status.PAID: "success",
    Status.OVERDUE: "warning",
    Status.VOID: "danger",
}


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("outstanding", "Outstanding"), *Status.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        if self.value() == "outstanding":
            return queryset.filter(status__in=OUTSTANDING)
        return queryset.filter(status=self.value()) if self.value() else queryset


class LineInline(ScopedTabularInline):
    model = InvoiceLine
    form = LineForm
    formset = LineFormSet
    fields = ("item", "description", "quantity", "unit_price", "tax_rates", "line_amount")
    readonly_fields = ("line_amount",)
    autocomplete_fields = ("item", "tax_rates")
    extra = 0
    hide_title = True
    verbose_name_plural = "Lines"

    @admin.display(description="Amount")
    def line_amount(self, line: InvoiceLine) -> str:
        return dollars(line.amount) if line.amount is not None else ""

    def get_queryset(self, request: HttpRequest) -> models.QuerySet[InvoiceLine]:
        lines = super().get_queryset(request).filter(invoice__organization=request.organization)
        return lines.select_related("item").prefetch_related("tax_rates")

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        default = TaxRate.objects.for_organization(request.organization).default()
        field.initial = list(default.values_list("pk", flat=True))
        field.help_text = ""
        return field

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "description":
            field.widget.attrs["rows"] = 1
        return field


@admin.register(Invoice, site=site)
class InvoiceAdmin(RecordAdmin):
    adding = changing = Ability.EDIT_INVOICES
    deleting = Ability.DELETE_DRAFTS
    form = InvoiceForm
    inlines = (LineInline,)
    autocomplete_fields = ("customer",)
    list_display = ("numbered", "customer", "invoice_date", "state", "total_amount", "open_balance")
    list_filter = (StatusFilter, ("invoice_date", RangeDateFilter))
    list_filter_submit = True
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "customer__company", "customer__email")
    search_help_text = "Number, customer or e-mail"
    actions = ("send_selected",)
    actions_detail = ("send_invoice", "record_payment", "void_invoice")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("customer", "number"),
                    ("invoice_date", "due_date", "terms"),
                    ("discount", "discount_name"),
                )
            },
        ),
        ("Notes", {"classes": ["tab"], "fields": ("customer_note", "internal_note")}),
        ("Billing address", {"classes": ["tab"], "fields": paired(BILLING)}),
        ("Service address", {"classes": ["tab"], "fields": paired(SERVICE)}),
    )

    # --- list -------------------------------------------------------------------------------------------------

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).alive()

    @display(description="Number", ordering="number")
    def numbered(self, invoice: Invoice) -> str:
        return f"#{invoice.number}"

    @display(
        description="Status",
        ordering="status",
        label={status.label: colour for status, colour in STATUS_COLOURS.items()},
    )
    def state(self, invoice: Invoice) -> str:
        return invoice.get_status_display()

    @display(description="Total", ordering="total")
    def total_amount(self, invoice: Invoice) -> str:
        return dollars(invoice.total)

    @display(description="Balance")
    def open_balance(self, invoice: Invoice) -> str:
        return dollars(invoice.balance)

    def get_search_results(self, request: HttpRequest, queryset: Any, search_term: str) -> Any:
        return super().get_search_results(request, queryset, search_term.strip().removeprefix("#"))

    def get_actions(self, request: HttpRequest) -> Any:
        offered = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered if role_allows(request, self.changing) else {}

    @admin.action(description="Send selected drafts")
    def send_selected(self, request: HttpRequest, queryset: Any) -> None:
        sent, left = self._each(queryset, lambda invoice: invoice.send(at=timezone.now(), by=request.user))
        if sent:
            self.message_user(request, f"{_counted(sent, 'invoice')} sent.", messages.SUCCESS)
        if left:
            reasons = "; ".join(f"{count} {reason}" for reason, count in sorted(left.items()))
            self.message_user(request, f"{_counted(left.total(), 'invoice')} left alone: {reasons}.", messages.WARNING)

    def _each(self, queryset: Any, operation: Callable[[Invoice], object]) -> tuple[int, Counter[str]]:
        """How many the operation was done to, and why it left the others alone."""
        done, left = 0, Counter[str]()
        for invoice in queryset.order_by("pk").iterator(chunk_size=500):
            try:
                operation(invoice)
                done += 1
            except Refused as refusal:
                left[str(refusal).removeprefix(f"{invoice} ").rstrip(".")] += 1
        return done, left

    # --- page -------------------------------------------------------------------------------------------------

    def has_change_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.lock_reason)

    def has_delete_permission(self, request: HttpRequest, obj: Invoice | None = None) -> bool:
        is_draft = obj is None or obj.status == Status.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        return {
            "invoice_date": request.organization.today(timezone.now()),
            **super().get_changeform_initial_data(request),
        }

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if obj := kwargs.get("obj"):
            context.update(_page_facts(obj, role_allows(request, Ability.TAKE_PAYMENTS)))
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: HttpRequest, obj: Invoice, form: Any, change: bool) -> None:
        """Nothing yet: head and lines are one operation, see save_related."""

    def save_related(self, request: HttpRequest, form: Any, formsets: list[Any], change: bool) -> None:
        lines = formsets[0].line_inputs() if formsets else None
        for formset in formsets:
            formset.save(commit=False)  # writes nothing; it notes for the history what changed
        if change:
            self._edit(request, form, formsets, lines)
        else:
            _become(form.instance, self._enter(request, form.cleaned_data, lines or []))

    def _edit(self, request: HttpRequest, form: Any, formsets: list[Any], lines: Any) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed or any(formset.has_changed() for formset in formsets):
            form.instance.edit(at=timezone.now(), by=request.user, lines=lines, **changed)

    def _enter(self, request: HttpRequest, given: dict[str, Any], lines: list[Any]) -> Invoice:
        direct = ("customer", "invoice_date", "due_date", "number", "discount", "discount_name")
        new = InvoiceInput(
            lines=lines,
            terms=given["terms"] or None,
            customer_note=given["customer_note"],
            internal_note=given["internal_note"],
            billing=_address(given, "billing"),
            service=_address(given, "service"),
            **{name: given[name] for name in direct},
        )
        return enter_invoice(new, at=timezone.now(), by=request.user)

    def delete_model(self, request: HttpRequest, obj: Invoice) -> None:
        obj.delete_draft(at=timezone.now(), by=request.user)

    # --- buttons ----------------------------------------------------------------------------------------------

    def get_actions_detail(self, request: HttpRequest, object_id: Any) -> list[Any]:
        invoice = self.get_object(request, str(object_id))
        fitting = {
            "send_invoice": invoice.status == Status.DRAFT,
            "record_payment": invoice.can_become(Status.PAID),
            "void_invoice": invoice.can_become(Status.VOID),
        }
        offered = super().get_actions_detail(request, object_id)
        return [each for each in offered if fitting[each.method.original_function_name]]

    def has_send_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_with(request, object_id, Ability.EDIT_INVOICES)

    def has_pay_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_with(request, object_id, Ability.TAKE_PAYMENTS)

    def has_void_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        return self._may_with(request, object_id, Ability.VOID_INVOICES)

    def _may_with(self, request: HttpRequest, object_id: Any, ability: Ability) -> bool:
        # unfold asks this before it shows a dialog, so another organization's invoice answers 404 here.
        if object_id is not None:
            self.get_object(request, str(object_id))
        return role_allows(request, ability)

    @action(
        description="Send",
        icon="send",
        variant=ActionVariant.PRIMARY,
        permissions=["send"],
        url_path="send",
        dialog={
            "title": "Send this invoice?",
            "description": "It goes to the customer, and into the books.",
            "form_class": SendDialog,
            "form_submit_text": "Send",
        },
    )
    def send_invoice(self, request: HttpRequest, form: SendDialog, object_id: str) -> HttpResponse:
        return self._do(request, object_id, "Sent.", lambda invoice, **who: invoice.send(**who))

    @action(
        description="Record payment",
        icon="payments",
        permissions=["pay"],
        url_path="record-payment",
        dialog={
            "title": "Record payment",
            "description": "Money that has been received.",
            "form_class": PaymentDialog,
            "form_submit_text": "Record payment",
        },
    )
    def record_payment(self, request: HttpRequest, form: PaymentDialog, object_id: str) -> HttpResponse:
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
            "description": "Its balance becomes $0.00 and the record is kept. It cannot be taken back. "
            "Money that was paid is not given back by this: refund it first.",
            "form_class": VoidDialog,
            "form_submit_text": "Void invoice",
        },
    )
    def void_invoice(self, request: HttpRequest, form: VoidDialog, object_id: str) -> HttpResponse:
        reason = form.full_reason
        said = f"Voided: {reason}."
        return self._do(request, object_id, said, lambda invoice, **who: invoice.void(reason=reason, **who))

    def _do(self, request: HttpRequest, object_id: str, said: str, operation: Callable[..., object]) -> HttpResponse:
        invoice = self.get_object(request, object_id)
        try:
            operation(invoice, at=timezone.now(), by=request.user)
        except Refused as refusal:
            self.message_user(request, str(refusal), messages.ERROR)
        except ValidationError as refusal:
            self._explain(request, refusal.messages)
        else:
            self.log_change(request, invoice, said)
            self.message_user(request, f"{invoice}: {said}", messages.SUCCESS)
        back = reverse("admin:invoices_invoice_change", args=[invoice.pk])
        return HttpResponseClientRedirect(back) if request.htmx else HttpResponseRedirect(back)


def _page_facts(invoice: Invoice, sees_payments: bool) -> dict[str, Any]:
    """What the invoice page shows beside its form: sums, taxes by set of rates, payments, and why it is locked."""
    document = load_invoices([invoice.pk])[invoice.pk]
    names = {line.rate_key: " + ".join(rate.name for rate in line.rates) for line in document.lines}
    sums = totals(document.lines, document.discount)
    return {
        "locked": invoice.lock_reason,
        "total": dollars(document.total),
        "status_colour": STATUS_COLOURS[Status(invoice.status)],
        "sums": [
            ("Subtotal", dollars(document.subtotal)),
            *([(document.discount_name or "Discount", dollars(-document.discount))] if document.discount else []),
            *[(names[part.key], dollars(part.tax)) for part in sums.rate_sets if part.key],
            ("Total", dollars(document.total)),
            ("Paid", dollars(document.amount_paid)),
            ("Balance", dollars(document.balance)),
        ],
        "payments": list(invoice.payments.all()) if sees_payments else [],
    }


def _address(given: dict[str, Any], kind: str) -> Address | None:
    address = Address(**{part: given[f"{kind}_{part}"] for part in PARTS})
    return None if address.is_empty else address


def _become(blank: Invoice, entered: Invoice) -> None:
    """Lets the instance that the admin holds stand for the one that was entered."""
    blank.pk = entered.pk
    blank.refresh_from_db()


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"

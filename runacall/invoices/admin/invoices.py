"""The invoice page: head, lines and totals; saving is one operation of the invoice."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db import models
from django.urls import reverse
from django.utils.html import format_html

from runacall import clock
from runacall.admin_site import site
from runacall.invoices.admin.customers import BILLING, SERVICE, paired
from runacall.invoices.admin.invoice_buttons import InvoiceButtons
from runacall.invoices.admin.invoice_figures import InvoiceFigures, rows_above_total
from runacall.invoices.admin.invoice_forms import InvoiceForm, LineForm, LineFormSet
from runacall.invoices.admin.invoice_list import STATUS_COLOURS, InvoiceList
from runacall.invoices.admin.records import plain, without_buttons
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import Address
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoice
from runacall.invoices.models import Invoice, InvoiceLine, TaxRate
from runacall.invoices.models.records import PARTS
from runacall.invoices.money import dollars
from runacall.invoices.statuses import Status
from runacall.organizations.access import may_see
from runacall.organizations.admin_scope import ScopedTabularInline
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.models import Ability


class LineInline(ScopedTabularInline):
    model = InvoiceLine
    form = LineForm
    formset = LineFormSet
    readonly_fields = ("line_quantity", "line_rate", "line_amount")
    autocomplete_fields = ("item", "tax_rates")
    hide_title = True
    verbose_name_plural = "Lines"

    def get_extra(self, request: StaffRequest, obj: Invoice | None = None, **kwargs: Any) -> int:
        """A new invoice has its first line ready; one that stays empty is none."""
        return 0 if obj else 1

    def get_fields(self, request: StaffRequest, obj: Invoice | None = None) -> tuple[str, ...]:
        if self.has_change_permission(request, obj):
            return ("item", "description", "quantity", "unit_price", "tax_rates", "line_amount")
        return ("item", "description", "line_quantity", "line_rate", "tax_rates", "line_amount")

    @admin.display(description="Quantity")
    def line_quantity(self, line: InvoiceLine) -> str:
        return f"{plain(line.quantity):,}"

    @admin.display(description="Rate")
    def line_rate(self, line: InvoiceLine) -> str:
        return f"{plain(line.unit_price):,}"

    @admin.display(description="Amount")
    def line_amount(self, line: InvoiceLine) -> str:
        return format_html("<span data-amount>{}</span>", dollars(line.amount) if line.amount is not None else "")

    def get_queryset(self, request: StaffRequest) -> models.QuerySet[InvoiceLine]:
        lines: models.QuerySet[InvoiceLine] = super().get_queryset(request)
        lines = lines.filter(invoice__organization=request.organization)
        return lines.select_related("item").prefetch_related("tax_rates")

    def formfield_for_manytomany(self, db_field: Any, request: StaffRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        default = TaxRate.objects.for_organization(request.organization).default()
        field.initial = list(default.values_list("pk", flat=True))
        field.help_text = ""
        return field

    def formfield_for_dbfield(self, db_field: Any, request: StaffRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "description":
            field.widget.attrs["rows"] = 1
        if db_field.is_relation:
            # Items and rates have their own pages; buttons to add them would crowd the line.
            without_buttons(field)
        return field


@admin.register(Invoice, site=site)
class InvoiceAdmin(InvoiceList, InvoiceButtons, InvoiceFigures):
    adding = changing = Ability.EDIT_INVOICES
    deleting = Ability.DELETE_DRAFTS
    form = InvoiceForm
    inlines = (LineInline,)
    autocomplete_fields = ("customer",)
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("customer", "number"),
                    ("invoice_date", "due_date"),
                    ("terms",),
                    ("discount", "discount_name"),
                )
            },
        ),
        ("Notes", {"classes": ["tab"], "fields": ("customer_note", "internal_note")}),
        ("Billing address", {"classes": ["tab"], "fields": paired(BILLING)}),
        ("Service address", {"classes": ["tab"], "fields": paired(SERVICE)}),
    )

    def has_change_permission(self, request: VisitorRequest, obj: Invoice | None = None) -> bool:
        return super().has_change_permission(request, obj) and not (obj and obj.lock_reason)

    def has_delete_permission(self, request: VisitorRequest, obj: Invoice | None = None) -> bool:
        is_draft = obj is None or obj.status == Status.DRAFT
        return is_draft and super().has_delete_permission(request, obj)

    def get_changeform_initial_data(self, request: StaffRequest) -> dict[str, object]:
        return {
            "invoice_date": request.organization.today(clock.now()),
            **super().get_changeform_initial_data(request),
        }

    def render_change_form(self, request: StaffRequest, context: dict[str, Any], *args: Any, **kwargs: Any) -> Any:
        if obj := kwargs.get("obj"):
            context.update(_page_facts(obj, may_see(request, Ability.TAKE_PAYMENTS)))
            if self.has_change_permission(request, obj):
                context["figures_url"] = reverse("admin:invoices_invoice_figures", args=[obj.pk])
        else:
            context["figures_url"] = reverse("admin:invoices_invoice_add_figures")
        return super().render_change_form(request, context, *args, **kwargs)

    def save_model(self, request: StaffRequest, obj: object, form: object, change: bool) -> None:
        """Nothing yet: head and lines are saved together, see save_related."""

    def save_related(self, request: StaffRequest, form: Any, formsets: list[Any], change: bool) -> None:
        lines = formsets[0].line_inputs() if formsets else None
        for formset in formsets:
            formset.save(commit=False)  # writes nothing; it records for the history what changed
        if change:
            self._edit(request, form, formsets, lines)
        else:
            _copy_onto(form.instance, self._enter(request, form.cleaned_data, lines or []))

    def _edit(self, request: StaffRequest, form: Any, formsets: list[Any], lines: Any) -> None:
        changed = {name: form.cleaned_data[name] for name in form.changed_data}
        if changed or any(formset.has_changed() for formset in formsets):
            form.instance.edit(at=clock.now(), by=request.user, lines=lines, **changed)

    def _enter(self, request: StaffRequest, given: dict[str, Any], lines: list[Any]) -> Invoice:
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
        return enter_invoice(new, at=clock.now(), by=request.user)

    def delete_model(self, request: StaffRequest, obj: Invoice) -> None:
        obj.delete_draft(at=clock.now(), by=request.user)


def _page_facts(invoice: Invoice, sees_payments: bool) -> dict[str, object]:
    """What the invoice page shows besides its form: totals, taxes by set of rates, payments, and why it is locked."""
    document = load_invoices([invoice.pk])[invoice.pk]
    return {
        "locked": invoice.lock_reason,
        "total": dollars(document.total),
        "status_colour": STATUS_COLOURS[Status(invoice.status)],
        "sums": [
            *rows_above_total(document.lines, document.discount, document.discount_name),
            ("Total", dollars(document.total)),
            ("Paid", dollars(document.amount_paid)),
            ("Balance", dollars(document.balance)),
        ],
        "payments": [(payment, dollars(payment.amount)) for payment in invoice.payments.all()] if sees_payments else [],
    }


def _address(given: dict[str, Any], kind: str) -> Address | None:
    address = Address(**{part: given[f"{kind}_{part}"] for part in PARTS})
    return None if address.is_empty else address


def _copy_onto(blank: Invoice, entered: Invoice) -> None:
    """Make the admin's instance the invoice that was entered."""
    blank.pk = entered.pk
    blank.refresh_from_db()

"""What the invoice form comes to while somebody types: the form's own checks and sums, of which nothing is saved."""

from __future__ import annotations

import copy
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpResponse, HttpResponseNotAllowed, JsonResponse
from django.template.loader import render_to_string
from django.urls import URLPattern, path

from runacall.invoices.admin.invoice_forms import LineForm
from runacall.invoices.admin.records import RecordAdmin, plain
from runacall.invoices.models import Customer, Invoice, LineInput, TaxRate
from runacall.invoices.models.lines import ResolvedLine, resolve_lines
from runacall.invoices.money import ZERO, Rate, dollars, rate_key, totals
from runacall.organizations.middleware import StaffRequest

SUMS = "admin/invoices/invoice/sums.html"
Rows = list[tuple[str, str]]


class NamedRate(Rate, Protocol):
    @property
    def name(self) -> str: ...


class RatedLine(Protocol):
    @property
    def amount(self) -> Decimal: ...
    @property
    def rates(self) -> Sequence[NamedRate]: ...


def rows_above_total(lines: Sequence[RatedLine], discount: Decimal, discount_name: str) -> Rows:
    """Subtotal, discount, and the tax of each set of rates. Raises ValueError for an impossible discount."""
    sums = totals(lines, discount)
    sets = [sorted(line.rates, key=lambda rate: rate.id) for line in lines]
    names = {rate_key(rate.id for rate in rates): " + ".join(rate.name for rate in rates) for rates in sets}
    taken_off = [(discount_name or "Discount", dollars(-discount))] if discount else []
    taxes = [(names[part.key], dollars(part.tax)) for part in sums.rate_sets if part.key]
    return [("Subtotal", dollars(sums.subtotal)), *taken_off, *taxes]


class InvoiceFigures(RecordAdmin):
    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.figures_view)
        return [
            path("add/figures/", view, name="invoices_invoice_add_figures"),
            path("<int:object_id>/figures/", view, name="invoices_invoice_figures"),
            *super().get_urls(),
        ]

    def figures_view(self, request: StaffRequest, object_id: int | None = None) -> HttpResponse:
        """The posted form's lines and sums. What cannot be counted yet is left out, and the answer says so."""
        invoice: Any = self.get_object(request, str(object_id)) if object_id else None
        may = self.has_change_permission(request, invoice) if invoice else self.has_add_permission(request)
        if not may:
            raise PermissionDenied
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        # Before the form gives the instance what was typed.
        saved = copy.copy(invoice)
        form = self.get_form(request, invoice, change=bool(invoice))(request.POST, instance=invoice)
        form.is_valid()
        (formset, *_), _inlines = self._create_formsets(request, form.instance, change=bool(invoice))
        lines = formset.forms if formset.management_form.is_valid() else []
        return JsonResponse(_Figures(form.instance, form.cleaned_data, saved).of(lines))


class _Figures:
    def __init__(self, invoice: Invoice, head: dict[str, Any], saved: Invoice | None) -> None:
        self.invoice, self.head, self.saved = invoice, head, saved
        # Until a customer is chosen, nobody is exempt.
        self.customer = head.get("customer") or Customer(organization=invoice.organization)
        self.default_rate = TaxRate.objects.for_organization(invoice.organization).default().first()

    def of(self, forms: Iterable[LineForm]) -> dict[str, object]:
        try:
            lines = [(form, self._line(form)) for form in forms]
        except ValidationError as refusal:
            return {"lines": [], "sums": render_to_string(SUMS, {"notes": refusal.messages})}
        said = [{"amount": dollars(line.amount) if line else "", "filled": self._filled(form)} for form, line in lines]
        missing = [str(n) for n, (form, line) in enumerate(lines, start=1) if line is None and _is_begun(form)]
        sums = self._sums([line for _, line in lines if line], missing)
        return {"lines": said, "sums": render_to_string(SUMS, sums)}

    def _line(self, form: LineForm) -> ResolvedLine | None:
        """As it would be saved; None if it would not, or cannot be yet."""
        form.is_valid()
        given = form.cleaned_data
        has_price = given.get("item") is not None or given.get("unit_price") is not None
        if not _is_begun(form) or "quantity" not in given or not has_price:
            return None
        return self._resolved(form.line_input())

    def _filled(self, form: LineForm) -> dict[str, object]:
        """What the boxes that a person leaves empty stand for."""
        item = form.cleaned_data.get("item")
        filled = self._resolved(LineInput(item=item)) if item else None
        rates = filled.rates if filled else [self.default_rate] if self.default_rate else []
        return {
            "description": filled.description if filled else "",
            "unit_price": str(plain(filled.unit_price)) if filled else "",
            # The rates of a line that is saved are its own, whatever else is chosen.
            "tax_rates": None if form.instance.pk else [[rate.pk, str(rate)] for rate in rates],
        }

    def _resolved(self, line: LineInput) -> ResolvedLine:
        return resolve_lines([line], customer=self.customer, default_rate=self.default_rate)[0]

    def _sums(self, lines: Sequence[ResolvedLine], missing: Sequence[str]) -> dict[str, object]:
        notes = [f"Line {', '.join(missing)} is not counted yet."] if missing else []
        if self.customer.tax_exempt:
            notes.append(f"{self.customer} is tax exempt.")
        if "discount" not in self.head:
            notes.append("The discount is not counted yet.")
        whole = Invoice(discount=self.head.get("discount", ZERO))
        try:
            whole.take_totals(lines)
        except ValidationError as mistake:
            return {"notes": [*mistake.messages, *notes]}
        rows = rows_above_total(lines, whole.discount, self.head.get("discount_name") or "")
        rows.append(("Total", dollars(whole.total)))
        if self.saved:
            paid = self.saved.amount_paid
            rows += [("Paid", dollars(paid)), ("Balance", dollars(whole.total - paid))]
        if self.saved and self.saved.total != whole.total:
            notes.append(f"Not saved yet: the total was {dollars(self.saved.total)}.")
        return {"sums": rows, "notes": notes}


def _is_begun(form: LineForm) -> bool:
    """Not a blank line, nor one that is taken off."""
    return not form.cleaned_data.get("DELETE") and bool(form.instance.pk or form.has_changed())

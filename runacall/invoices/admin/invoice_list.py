"""The list of invoices: its columns, search, filters and bulk actions."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from django.contrib import admin, messages
from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpResponse
from django.template.response import TemplateResponse
from unfold.contrib.filters.admin import DropdownFilter, RangeDateFilter
from unfold.decorators import display
from unfold.views import ChangeList

from runacall import clock
from runacall.invoices.admin.foreign_filters import chips_of, filters_of
from runacall.invoices.admin.records import RecordAdmin
from runacall.invoices.admin.searching import contains, of_customers, quickest_first
from runacall.invoices.foreign_columns import ForeignColumn, foreign_columns
from runacall.invoices.models import Invoice
from runacall.invoices.money import dollars
from runacall.invoices.refusals import Refused
from runacall.invoices.statuses import OUTSTANDING, Status
from runacall.organizations.access import role_allows
from runacall.organizations.admin_scope import ScopedChangeList
from runacall.organizations.middleware import StaffRequest, VisitorRequest
from runacall.organizations.paging import first_of_all

AT_ONCE = 500

# The color of each status, as an unfold label.
STATUS_COLOURS = {
    Status.DRAFT: "",
    Status.SENT: "info",
    Status.VIEWED: "info",
    Status.PARTIAL: "primary",
    Status.PAID: "success",
    Status.OVERDUE: "warning",
    Status.VOID: "danger",
}


class InvoiceChangeList(ScopedChangeList):
    list_display: Any

    def get_results(self, request: StaffRequest) -> None:
        super().get_results(request)
        invoices = list(self.result_list)
        foreign = [_cells(column, request, invoices) for column in foreign_columns(request)]
        self.list_display = [*self.list_display, *foreign]


def _cells(column: ForeignColumn, request: StaffRequest, invoices: Sequence[Invoice]) -> Callable[[Invoice], str]:
    words = column.words(request, invoices)

    @display(description=column.title, label=dict(column.colours))
    def cell(invoice: Invoice) -> str:
        return words.get(invoice.pk, "")

    column_of: Callable[[Invoice], str] = cell
    return column_of


class StatusFilter(DropdownFilter):
    title = "status"
    parameter_name = "status"

    def lookups(self, request: StaffRequest, model_admin: object) -> list[tuple[str, str]]:
        return [("outstanding", "Outstanding"), *Status.choices]

    def queryset(self, request: StaffRequest, queryset: Any) -> Any:
        if self.value() == "outstanding":
            return queryset.filter(status__in=OUTSTANDING)
        return queryset.filter(status=self.value()) if self.value() else queryset


class InvoiceList(RecordAdmin):
    list_display = ("numbered", "customer", "invoice_date", "state", "total_amount", "open_balance")
    list_filter = (StatusFilter, ("invoice_date", RangeDateFilter))
    list_filter_submit = True
    list_before_template = "runacall/states_elsewhere.html"
    linked_lookups = ("customer__id__exact",)  # “5 invoices” on the customer's page
    list_select_related = ("customer",)
    search_fields = ("number", "customer__name", "customer__company", "customer__email")
    search_help_text = "Number, customer or e-mail"
    actions = ("send_selected",)

    def get_changelist(self, request: StaffRequest, **kwargs: object) -> type[ChangeList]:
        return InvoiceChangeList

    def get_list_filter(self, request: StaffRequest) -> object:
        return [*super().get_list_filter(request), *filters_of(request)]

    def changelist_view(self, request: StaffRequest, extra_context: object = None) -> HttpResponse:
        response: HttpResponse = super().changelist_view(request, extra_context)
        shown = response.context_data if isinstance(response, TemplateResponse) else None
        if shown and "cl" in shown:
            shown["states_elsewhere"] = chips_of(shown["cl"], request)
        return response

    def get_queryset(self, request: VisitorRequest) -> Any:
        rows: Any = super().get_queryset(request)
        return rows.alive()

    def get_paginator(
        self, request: StaffRequest, queryset: Any, per_page: int, *rest: Any, **more: Any
    ) -> Paginator[Any]:
        """By a state in another system, what is counted is looked up row by row, as for a search."""
        if any(request.GET.get(column.parameter) for column in foreign_columns(request)):
            return self.search_paginator(queryset, per_page, *rest, **more)
        return super().get_paginator(request, queryset, per_page, *rest, **more)

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

    def get_search_results(self, request: StaffRequest, queryset: Any, search_term: str) -> Any:
        """Each word is part of the number, or of the customer's name, company or e-mail."""
        search = search_term.replace("\0", "").strip().removeprefix("#")
        for word in quickest_first(search.split()):
            queryset = queryset.filter(
                contains("number", word, is_indexed=True) | of_customers(request.organization, word)
            )
        return first_of_all(queryset, search, Q(number=search)), False

    def get_actions(self, request: StaffRequest) -> object:
        offered = super().get_actions(request)
        offered.pop("delete_selected", None)
        return offered if role_allows(request, self.changing) else {}

    @admin.action(description="Send selected drafts")
    def send_selected(self, request: StaffRequest, queryset: object) -> None:
        sent, left = self._each(queryset, lambda invoice: invoice.send(at=clock.now(), by=request.user))
        if sent:
            self.message_user(request, f"{_counted(sent, 'invoice')} sent.", messages.SUCCESS)
        if left:
            reasons = "; ".join(f"{count} {reason}" for reason, count in sorted(left.items()))
            self.message_user(request, f"{_counted(left.total(), 'invoice')} left alone: {reasons}.", messages.WARNING)

    def _each(self, queryset: object, operation: Callable[[Invoice], object]) -> tuple[int, Counter[str]]:
        """How many the operation was done for, and why it left the others alone."""
        done, left = 0, Counter[str]()
        for invoice in _piece_by_piece(queryset):
            try:
                operation(invoice)
                done += 1
            except Refused as refusal:
                left[str(refusal).removeprefix(f"{invoice} ").rstrip(".")] += 1
        return done, left


def _piece_by_piece(queryset: Any) -> Iterator[Invoice]:
    """All the invoices, without an open cursor: sending one queues a task, which may close the connection.

    django-q2's broker does so outside a transaction (`ORM.get_connection`).
    """
    ids = list(queryset.order_by("pk").values_list("pk", flat=True))
    for start in range(0, len(ids), AT_ONCE):
        yield from list(queryset.order_by("pk").filter(pk__in=ids[start : start + AT_ONCE]))


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count:,} {noun}s"

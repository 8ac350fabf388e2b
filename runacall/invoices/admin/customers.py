"""The customer pages."""

from __future__ import annotations

from django.contrib import admin
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html
from unfold.decorators import action, display

from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin
from runacall.invoices.models import Customer
from runacall.invoices.models.records import ADDRESS_FIELDS
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability

BILLING, SERVICE = ADDRESS_FIELDS[:6], ADDRESS_FIELDS[6:]


def paired(fields: tuple[str, ...]) -> tuple[tuple[str, ...], ...]:
    """Two fields per row."""
    return tuple(fields[i : i + 2] for i in range(0, len(fields), 2))


@admin.register(Customer, site=site)
class CustomerAdmin(RecordAdmin):
    adding = changing = Ability.EDIT_CUSTOMERS
    list_display = ("called", "email", "phone", "terms", "exempt")
    list_filter = ("tax_exempt",)
    search_fields = ("name", "company", "email", "phone")
    words_are_indexed = True
    readonly_fields = ("invoices",)
    actions_detail = ("receive_payment",)
    fieldsets = (
        (None, {"fields": (("name", "company"), ("email", "phone"), ("terms", "tax_exempt"), "invoices")}),
        ("Billing address", {"classes": ["tab"], "fields": paired(BILLING)}),
        ("Service address", {"classes": ["tab"], "fields": paired(SERVICE)}),
    )

    @display(description="Customer", ordering="name")
    def called(self, customer: Customer) -> str:
        return customer.display_name

    @display(description="Tax exempt", label={"Tax exempt": "info"})
    def exempt(self, customer: Customer) -> str:
        return "Tax exempt" if customer.tax_exempt else ""

    @admin.display(description="Invoices")
    def invoices(self, customer: Customer) -> str:
        count = customer.invoices.alive().count()
        if not count:
            return "None yet"
        url = reverse("admin:invoices_invoice_changelist") + f"?customer__id__exact={customer.pk}"
        noun = "invoice" if count == 1 else "invoices"
        look = "text-primary-600 underline dark:text-primary-500"
        return format_html('<a class="{}" href="{}">{} {}</a>', look, url, count, noun)

    def get_fieldsets(self, request: StaffRequest, obj: Customer | None = None) -> tuple[object, ...]:
        if obj:
            return self.fieldsets
        head = {"fields": self.fieldsets[0][1]["fields"][:-1]}
        return ((None, head), *self.fieldsets[1:])

    def has_receive_permission(self, request: StaffRequest, object_id: object = None) -> bool:
        if object_id is not None:
            self.get_object(request, str(object_id))
        return role_allows(request, Ability.TAKE_PAYMENTS)

    @action(description="Receive payment", icon="payments", permissions=["receive"], url_path="receive-payment")
    def receive_payment(self, request: StaffRequest, object_id: str) -> HttpResponse:
        return HttpResponseRedirect(reverse("admin:invoices_payment_receive_payment") + f"?customer={object_id}")

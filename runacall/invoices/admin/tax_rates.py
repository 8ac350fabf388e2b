"""The tax rate pages."""

from __future__ import annotations

from django.contrib import admin
from unfold.decorators import display

from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin
from runacall.invoices.models import TaxRate
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability


@admin.register(TaxRate, site=site)
class TaxRateAdmin(RecordAdmin):
    # Everybody may choose rates on an invoice's lines.
    viewing = Ability.EDIT_INVOICES
    adding = changing = Ability.EDIT_PRICEBOOK
    list_display = ("name", "percentage", "is_default", "is_active")
    search_fields = ("name",)
    fields = (("name", "percent"), ("is_default", "is_active"))

    @display(description="Percent", ordering="percent")
    def percentage(self, rate: TaxRate) -> str:
        return f"{rate.percent.normalize():f} %"

    def get_readonly_fields(self, request: StaffRequest, obj: TaxRate | None = None) -> tuple[str, ...]:
        return ("percent",) if obj and obj.is_used else ()

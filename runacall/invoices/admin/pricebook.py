"""The pricebook pages: items and categories."""

from __future__ import annotations

from django.contrib import admin
from django.db.models import Q
from unfold.decorators import display

from runacall.admin_site import site
from runacall.invoices.admin.records import RecordAdmin
from runacall.invoices.models import PricebookCategory, PricebookItem
from runacall.invoices.money import dollars
from runacall.organizations.access import role_allows
from runacall.organizations.admin_scope import ScopedRelatedFilter
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability


@admin.register(PricebookItem, site=site)
class PricebookItemAdmin(RecordAdmin):
    viewing = Ability.READ_PRICEBOOK
    adding = changing = Ability.EDIT_PRICEBOOK
    list_display = ("name", "category", "kind", "price", "taxable", "is_active")
    list_filter = (("category", ScopedRelatedFilter), "kind", "taxable", "is_active")
    list_filter_submit = True
    list_select_related = ("category",)
    search_fields = ("name",)

    @display(description="Price", ordering="unit_price")
    def price(self, item: PricebookItem) -> str:
        return dollars(item.unit_price)

    def first_while_typing(self, term: str) -> Q | None:
        return Q(name__istartswith=term.strip())

    def get_fields(self, request: StaffRequest, obj: PricebookItem | None = None) -> tuple[object, ...]:
        cost = ("taxable", "unit_cost") if role_allows(request, Ability.SEE_COSTS) else ("taxable",)
        return (("name", "category"), "description", ("kind", "unit_price"), cost, "is_active")


@admin.register(PricebookCategory, site=site)
class PricebookCategoryAdmin(RecordAdmin):
    viewing = Ability.READ_PRICEBOOK
    adding = changing = deleting = Ability.EDIT_PRICEBOOK
    list_display = ("name", "sort_order")
    search_fields = ("name",)
    fields = (("name", "sort_order"),)

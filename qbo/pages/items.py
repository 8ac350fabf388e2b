"""Settings → QuickBooks → Items."""

from __future__ import annotations

from django.contrib import messages
from django.db.models import Count, Q
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qbo.mapping.loose_ends import without_link
from qbo.models import Connection, Link
from qbo.pages.base import connection_of, latest_changes, page_context, read_at, settings_page
from qbo.pages.forms import ItemsForm, settings_of
from runacall import clock
from runacall.invoices.models import PricebookCategory, PricebookItem
from runacall.organizations.middleware import StaffRequest

SHOWN = 50


@settings_page
@require_http_methods(["GET", "POST"])
def items(request: StaffRequest) -> HttpResponse:
    """Whether missing products are created, and which income accounts they use."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "Items"))
    categories = PricebookCategory.objects.for_organization(request.organization).annotate(
        used=Count("items", filter=Q(items__is_active=True))
    )
    form = ItemsForm(request.POST or None, instance=settings_of(connection), categories=list(categories))
    if request.method == "POST" and form.is_valid():
        form.save_at(clock.now(), by=request.user)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("qbo:items"))
    context = page_context(
        request,
        "Items",
        connection=connection,
        form=form,
        changes=latest_changes(connection, "items"),
        read_at=read_at(connection, ["Item", "Account"]),
        **unmatched(connection),
    )
    return TemplateResponse(request, "qbo/items.html", context)


def unmatched(connection: Connection) -> dict[str, object]:
    """Pricebook items that are not linked to a product in QuickBooks; the first few by name."""
    active = PricebookItem.objects.for_organization(connection.organization).active()
    rows = without_link(active, connection, Link.RecordType.ITEM)
    found = list(rows.select_related("category").order_by("name")[: SHOWN + 1])
    return {
        "unmatched": found[:SHOWN],
        "unmatched_count": len(found) if len(found) <= SHOWN else rows.count(),
    }

"""Settings → QuickBooks → History: who changed which setting, when, and from what to what."""

from __future__ import annotations

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from qbo.models import SettingChange
from qbo.pages.base import connection_of, page_context, settings_page
from runacall.organizations.middleware import StaffRequest

PAGES = {"status": "Status", "tax": "Tax", "items": "Items", "invoices": "Invoices", "payments": "Payments"}
A_PAGE = 50


@settings_page
@require_GET
def history(request: StaffRequest) -> HttpResponse:
    """All changes, or those of one page (`?of=tax`), newest first."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "History of settings"))
    rows = SettingChange.objects.filter(connection=connection, realm_id=connection.realm_id).select_related("by")
    of = request.GET.get("of", "")
    if of in PAGES:
        rows = rows.filter(page=of)
    page = Paginator(rows, A_PAGE).get_page(request.GET.get("page"))
    context = page_context(
        request,
        "History of settings",
        connection=connection,
        page=page,
        of=of if of in PAGES else "",
        pages=PAGES.items(),
    )
    return TemplateResponse(request, "qbo/history.html", context)

"""What saving a settings page would change, shown below its form as soon as a choice is made."""

from __future__ import annotations

from django.http import Http404, HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_POST

from qbo.pages.base import connection_of, settings_page
from qbo.pages.forms import form_of
from runacall.organizations.middleware import StaffRequest
from sync.forecast.settings import preview


@settings_page
@require_POST
def settings_preview(request: StaffRequest, page: str) -> HttpResponse:
    """Empty if nothing was changed, or if the form is not valid."""
    connection = connection_of(request)
    form = form_of(page, connection, request.POST) if connection else None
    if connection is None or form is None:
        raise Http404
    shown = preview(connection, form.unsaved()) if form.is_valid() and form.changed_data else None
    return TemplateResponse(
        request, "sync/settings_preview.html", {"preview": shown, "noun": "payment" if page == "payments" else ""}
    )

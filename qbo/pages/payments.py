"""Settings → QuickBooks → Payments."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qbo.pages.base import connection_of, latest_changes, page_context, read_at, settings_page
from qbo.pages.forms import PaymentsForm, settings_of
from runacall import clock
from runacall.organizations.middleware import StaffRequest


@settings_page
@require_http_methods(["GET", "POST"])
def payments(request: StaffRequest) -> HttpResponse:
    """Whether payments go to QuickBooks, which method they have there, and which account the money is put into."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "Payments"))
    form = PaymentsForm(request.POST or None, instance=settings_of(connection))
    if request.method == "POST" and form.is_valid():
        form.save_at(clock.now(), by=request.user)
        messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("qbo:payments"))
    context = page_context(
        request,
        "Payments",
        connection=connection,
        form=form,
        changes=latest_changes(connection, "payments"),
        read_at=read_at(connection, ["Account", "Item", "PaymentMethod"]),
    )
    return TemplateResponse(request, "qbo/payments.html", context)

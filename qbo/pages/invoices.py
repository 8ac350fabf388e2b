"""Settings → QuickBooks → Invoices."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from qbo.models import CompanyFacts
from qbo.pages.base import connection_of, latest_changes, page_context, read_at, settings_page
from qbo.pages.forms import InvoicesForm, settings_of
from runacall import clock
from runacall.organizations.middleware import StaffRequest

SAVED_AND = "Saved. Invoices fail with “No invoice number” as long as QuickBooks does not number them: see below."


@settings_page
@require_http_methods(["GET", "POST"])
def invoices(request: StaffRequest) -> HttpResponse:
    """When invoices go to QuickBooks, and which numbers they get."""
    connection = connection_of(request)
    if connection is None:
        return TemplateResponse(request, "qbo/not_connected.html", page_context(request, "Invoices"))
    facts = CompanyFacts.objects.filter(connection=connection, realm_id=connection.realm_id).first()
    by_hand = facts is not None and facts.custom_numbers
    form = InvoicesForm(request.POST or None, instance=settings_of(connection))
    if request.method == "POST" and form.is_valid():
        if form.turns_on and "confirmed" not in request.POST:
            context = page_context(request, "Turn on Sync invoices", connection=connection, form=form)
            return TemplateResponse(request, "qbo/turn_on.html", context)
        form.save_at(clock.now(), by=request.user)
        if by_hand and "send_numbers" in form.changed_data and not form.cleaned_data["send_numbers"]:
            messages.warning(request, SAVED_AND)
        else:
            messages.success(request, "Saved.")
        return HttpResponseRedirect(reverse("qbo:invoices"))
    context = page_context(
        request,
        "Invoices",
        connection=connection,
        form=form,
        by_hand=by_hand,
        changes=latest_changes(connection, "invoices"),
        read_at=read_at(connection, ["Preferences"]),
    )
    return TemplateResponse(request, "qbo/invoices.html", context)

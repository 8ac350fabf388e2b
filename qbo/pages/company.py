"""Settings → QuickBooks → Another company: shows two companies until a person chooses one."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qbo.connection.connecting import NothingToChoose, RealmTaken, keep_company, use_other_company
from qbo.models import FormerCompany, OtherCompany
from qbo.pages.base import connection_of, page_context, settings_page
from qbo.pages.connecting import TAKEN, read_lists, to_intuit, to_status
from qbo.pages.forms import StartDateForm
from runacall import clock
from runacall.organizations.middleware import StaffRequest

SETTLED = (
    "There is nothing left to choose: somebody has already chosen or reconnected. This page shows the current status."
)


@settings_page
@require_GET
def company(request: StaffRequest) -> HttpResponse:
    """Both companies with their counts, and the two choices."""
    connection = connection_of(request)
    other = OtherCompany.objects.filter(connection=connection).first() if connection else None
    if connection is None or other is None:
        return to_status()
    before = FormerCompany.objects.filter(connection=connection, realm_id=other.realm_id).first()
    asked = StartDateForm(request.GET) if "start_date" in request.GET else None
    suggested = first_day(request, before)
    start_date = asked.cleaned_data["start_date"] if asked and asked.is_valid() else suggested
    context = page_context(
        request,
        "Another QuickBooks company",
        connection=connection,
        other=other,
        before=before,
        start_date=start_date,
        form=asked or StartDateForm(initial={"start_date": suggested}),
    )
    return TemplateResponse(request, "qbo/company.html", context)


def first_day(request: StaffRequest, before: FormerCompany | None) -> date:
    """Today for a company that is new to the shop; for an earlier one, the day on which it was left."""
    return request.organization.today(before.left_at if before else clock.now())


@settings_page
@require_POST
def go_back(request: StaffRequest) -> HttpResponse:
    """Keep the previous company; if its own connection has ended, go on to Intuit's page for it."""
    connection = connection_of(request)
    try:
        if connection is None:
            raise NothingToChoose
        connection = keep_company(connection, at=clock.now(), by=request.user)
    except NothingToChoose:
        messages.warning(request, SETTLED)
        return to_status()
    if connection.is_live:
        messages.success(request, f"Back to {connection}. Queued events are sent automatically.")
        return to_status()
    messages.info(request, f"Nothing was sent. Choose {connection} on QuickBooks' page to connect it again.")
    return to_intuit(request)


@settings_page
@require_POST
def use_other(request: StaffRequest) -> HttpResponse:
    """Switch to the other company, with a start date that a person chose."""
    connection = connection_of(request)
    form = StartDateForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Enter the first day whose invoices go to the new company. Nothing was changed.")
        return HttpResponseRedirect(reverse("qbo:company"))
    try:
        if connection is None:
            raise NothingToChoose
        connection = use_other_company(
            connection,
            realm_id=request.POST.get("realm_id", "")[:32],
            start_date=form.cleaned_data["start_date"],
            at=clock.now(),
            by=request.user,
        )
    except NothingToChoose:
        messages.warning(request, SETTLED)
        return to_status()
    except RealmTaken:
        messages.error(request, TAKEN)
        return to_status()
    read_lists(connection)
    messages.success(
        request,
        f"{connection} is the shop's company now. Invoices dated {form.cleaned_data['start_date']:%Y-%m-%d} or "
        "later go there. Next, map tax rates and items.",
    )
    return to_status()

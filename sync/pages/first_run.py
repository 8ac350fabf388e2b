"""The checklist's own pages: the start date, the dry run and its results, Go, and hiding the last line."""

from __future__ import annotations

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from qbo.models import Connection
from qbo.pages.base import connection_of, page_context, settings_page
from qbo.pages.forms import FirstStartDateForm
from qbo.pages.places import Place, settings_place
from runacall import clock
from runacall.invoices.models import Invoice
from runacall.organizations.middleware import StaffRequest
from sync.forecast import dry_run
from sync.models.dry_runs import DryCause
from sync.operations import first_run

# Invoices of a cause on one page.
A_PAGE = 50


def _connection(request: StaffRequest) -> Connection:
    connection = connection_of(request)
    if connection is None:
        raise Http404
    return connection


def _back(anchor: str = "") -> HttpResponse:
    return HttpResponseRedirect(reverse("qbo:status") + (f"#{anchor}" if anchor else ""))


@settings_page
@require_POST
def choose_start(request: StaffRequest) -> HttpResponse:
    """Save the start date: nothing dated before that day is sent."""
    connection = _connection(request)
    form = FirstStartDateForm(request.POST, connection=connection)
    if not form.is_valid():
        why = " ".join(str(error) for errors in form.errors.values() for error in errors)
        messages.error(request, f"The start date was not saved. {why}")
    elif first_run.choose_start(connection, form.cleaned_data["start_date"], by=request.user, at=clock.now()):
        messages.success(request, f"Nothing dated before {form.cleaned_data['start_date']:%Y-%m-%d} will be sent.")
    else:
        messages.error(request, "The start date cannot be changed: an invoice is already in QuickBooks.")
    return _back("step-start")


@settings_page
@require_POST
def start_dry_run(request: StaffRequest) -> HttpResponse:
    connection, at = _connection(request), clock.now()
    dry_run.start(connection, at=at, by=request.user)
    dry_run.advance(connection, at=at)
    return _back("step-dry_run")


@settings_page
@require_POST
def go_on(request: StaffRequest) -> HttpResponse:
    """Continue the dry run: answers only its element to a script, the whole page to a person."""
    connection = _connection(request)
    run = dry_run.advance(connection, at=clock.now())
    if request.headers.get("HX-Request") != "true":
        return _back("step-dry_run")
    if run is None or run.done_at:
        # Go depends on it, so the whole page changes.
        answer = HttpResponse()
        answer["HX-Refresh"] = "true"
        return answer
    return TemplateResponse(request, "sync/dry_run.html", page_context(request, "", run=run))


@settings_page
@require_GET
def stopped(request: StaffRequest) -> HttpResponse:
    """The invoices that one cause would stop, and how to fix it."""
    connection = _connection(request)
    run = dry_run.latest(connection)
    cause = run.cause(request.GET.get("cause", "")) if run else None
    if run is None or cause is None:
        messages.info(request, "That cause is no longer in the dry run. Run it again to see the current status.")
        return _back("step-dry_run")
    page = Paginator(cause.ids, A_PAGE).get_page(request.GET.get("page"))
    rows = Invoice.objects.for_organization(connection.organization).filter(pk__in=list(page.object_list))
    context: dict[str, object] = {
        "run": run,
        "cause": cause,
        "place": place_of(cause),
        "page": page,
        "invoices": rows.select_related("customer").order_by("pk"),
    }
    return TemplateResponse(request, "sync/dry_run_stopped.html", page_context(request, "Dry run", **context))


def place_of(cause: DryCause) -> Place | None:
    """The control that fixes it: for a rate, its own row."""
    if cause.failure.code == "closed_period":
        return Place("Choose a later start date", f"{reverse('qbo:status')}#step-start")
    place = settings_place(cause.failure)
    if place and cause.failure.code == "tax_code_not_mapped":
        return Place(place.label, f"{place.url}#id_rate-{cause.failure.subject.key}")
    return place


@settings_page
@require_POST
def go(request: StaffRequest) -> HttpResponse:
    connection = _connection(request)
    if not connection.is_live:
        messages.error(request, "QuickBooks is not connected now: reconnect first.")
        return _back()
    try:
        count = first_run.go(connection, by=request.user, at=clock.now())
    except first_run.NotYet as missing:
        messages.warning(request, str(missing))
        return _back()
    going = f"{count:,} invoice{' is' if count == 1 else 's are'} on the way to {connection}" if count else "Sync is on"
    messages.success(request, f"{going}. From now on, what you send goes there too.")
    return _back()


@settings_page
@require_POST
def hide(request: StaffRequest) -> HttpResponse:
    first_run.hide(_connection(request))
    return _back()

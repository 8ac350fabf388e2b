"""What has changed since the page was made: chips, causes, banner and the rows in sight, swapped in by htmx."""

from __future__ import annotations

from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.utils import timezone
from django.views.decorators.http import require_GET

from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.admin.change_list import status_counts
from sync.admin.list_context import cards, chips, live_context
from sync.log.rows import log_rows
from sync.models.events import SyncEventQuerySet

MOST_ROWS = 200


@require_GET
def view(request: StaffRequest, log: SyncEventQuerySet) -> HttpResponse:
    """The parts of the page that may have changed; ids out of reach are left out."""
    shown = [pk for pk in request.GET.getlist("shown") if pk.isdecimal() and len(pk) < 19][:MOST_ROWS]
    events = list(log.filter(pk__in=shown)) if shown else []
    context = {
        "rows": log_rows(events, request.organization, at=timezone.now()) if events else [],
        "chips": chips(request, status_counts(log, request)),
        "cards": cards(request),
        "may_act": role_allows(request, Ability.MANAGE_QUICKBOOKS),
        "live": live_context(request, events),
        "oob": True,
    }
    return TemplateResponse(request, "sync/live.html", context)

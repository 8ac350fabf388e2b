"""What has changed since the page was loaded: the list and all its counts, for a script that swaps it in."""

from __future__ import annotations

from typing import Any

from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpResponse
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET

from runacall import clock
from runacall.organizations.middleware import StaffRequest
from sync.admin.cause_strip import take_unfolded
from sync.admin.list_context import list_context
from sync.log.rows import LogRow, log_rows
from sync.models.events import SyncEventQuerySet

MOST_ROWS = 200


@require_GET
def view(request: StaffRequest, admin: Any, log: SyncEventQuerySet) -> HttpResponse:
    """The list with the same filters, order and page as the page that asks; 204 if they are not valid.

    `causes`: "all" where all cards are unfolded on that page; `open`: rows that are open there; they are updated even
    if they have left the list.
    """
    is_unfolded = take_unfolded(request)
    query = request.GET.copy()
    opened = query.pop("open", [])
    request.GET = query  # type: ignore[assignment]
    try:
        cl = admin.get_changelist_instance(request)
    except IncorrectLookupParameters:
        return HttpResponse(status=204)
    context = {
        "cl": cl,
        "opts": cl.opts,
        "action_form": bool(admin.get_actions(request)),
        "kept": _rows(request, log, opened),
        **list_context(request, cl, is_unfolded=is_unfolded),
    }
    return TemplateResponse(request, "sync/live.html", context)


def _rows(request: StaffRequest, log: SyncEventQuerySet, keys: list[str]) -> list[LogRow]:
    """Keys that the person may not see are left out."""
    usable = [key for key in keys if key.isdecimal() and len(key) < 19][:MOST_ROWS]
    events = list(log.filter(pk__in=usable)) if usable else []
    return log_rows(events, request.organization, at=clock.now()) if events else []

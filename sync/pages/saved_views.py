"""Saving, renaming and deleting a view of the sync log; each goes back to the list."""

from __future__ import annotations

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.decorators.http import require_POST

from qbo.pages.base import back_to, settings_page
from runacall import clock
from runacall.invoices.refusals import Refused
from runacall.organizations.middleware import StaffRequest
from sync.log.saved_views import LOG, address, rename_view, save_view
from sync.models import SavedView


@settings_page
@require_POST
def save(request: StaffRequest) -> HttpResponse:
    """Keep the filters of `query` under `name`, for the person or for the whole shop."""
    if request.organization is None:
        raise Http404
    try:
        view, is_new = save_view(
            request.organization,
            request.POST.get("name", ""),
            QueryDict(request.POST.get("query", "").replace("\x00", "")),
            is_shared="shared" in request.POST,
            by=request.user,
            at=clock.now(),
        )
    except Refused as refusal:
        return _refused(request, refusal)
    messages.success(request, f"Saved the view “{view}”." if is_new else f"The view “{view}” has these filters now.")
    return HttpResponseRedirect(address(view))


@settings_page
@require_POST
def rename(request: StaffRequest, view_id: int) -> HttpResponse:
    view = _view(request, view_id)
    was = view.name
    try:
        rename_view(view, request.POST.get("name", ""))
    except Refused as refusal:
        return _refused(request, refusal)
    messages.success(request, f"“{was}” is called “{view}” now.")
    return back_to(request, address(view))


@settings_page
@require_POST
def delete(request: StaffRequest, view_id: int) -> HttpResponse:
    view = _view(request, view_id)
    view.delete()
    messages.success(request, f"Deleted the view “{view}”. No event was changed.")
    return back_to(request, reverse(LOG))


def _view(request: StaffRequest, view_id: int) -> SavedView:
    """One of the person's own or of the shop. Raises Http404."""
    return get_object_or_404(SavedView.objects.seen_by(request.organization, request.user), pk=view_id)


def _refused(request: StaffRequest, refusal: Refused) -> HttpResponse:
    messages.warning(request, str(refusal))
    return back_to(request, reverse(LOG))

"""Saving, renaming and deleting a view of a list; each goes back to the list."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from qbo.pages.base import back_to
from runacall import clock
from runacall.admin_site import site
from runacall.invoices.refusals import Refused
from runacall.organizations.middleware import StaffRequest
from sync.log.saved_views import LISTS, Viewed, address, may_change, may_keep, rename_view, save_view
from sync.models import SavedView
from sync.models.saved_views import ListName


def _staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    page: Any = site.admin_view(require_POST(view))
    guarded: Callable[..., HttpResponse] = page
    return guarded


@_staff
def save(request: StaffRequest) -> HttpResponse:
    """Keep the filters of `query` under `name`, for the person or for the whole shop."""
    viewed, is_shared = _list(request), "shared" in request.POST
    if request.organization is None:
        raise Http404
    if not may_keep(request, viewed, is_shared=is_shared):
        raise PermissionDenied
    try:
        view, is_new = save_view(
            request.organization,
            viewed,
            request.POST.get("name", ""),
            QueryDict(request.POST.get("query", "").replace("\x00", "")),
            is_shared=is_shared,
            by=request.user,
            at=clock.now(),
        )
    except Refused as refusal:
        return _refused(request, viewed, refusal)
    messages.success(request, f"Saved the view “{view}”." if is_new else f"The view “{view}” has these filters now.")
    return HttpResponseRedirect(address(view))


def _list(request: StaffRequest) -> Viewed:
    """Raises Http404."""
    viewed = LISTS.get(request.POST.get("list", ListName.LOG))
    if viewed is None:
        raise Http404
    return viewed


@_staff
def rename(request: StaffRequest, view_id: int) -> HttpResponse:
    view = _view(request, view_id)
    was = view.name
    try:
        rename_view(view, request.POST.get("name", ""))
    except Refused as refusal:
        return _refused(request, LISTS[view.list_name], refusal)
    messages.success(request, f"“{was}” is called “{view}” now.")
    return back_to(request, address(view))


@_staff
def delete(request: StaffRequest, view_id: int) -> HttpResponse:
    view = _view(request, view_id)
    view.delete()
    messages.success(request, f"Deleted the view “{view}”. Nothing else was changed.")
    return back_to(request, LISTS[view.list_name].url)


def _view(request: StaffRequest, view_id: int) -> SavedView:
    """One of the person's own or of the shop. Raises Http404, and PermissionDenied for one that others look after."""
    view = get_object_or_404(SavedView.objects.seen_by(request.organization, request.user), pk=view_id)
    if not may_change(request, view):
        raise PermissionDenied
    return view


def _refused(request: StaffRequest, viewed: Viewed, refusal: Refused) -> HttpResponse:
    messages.warning(request, str(refusal))
    return back_to(request, viewed.url)

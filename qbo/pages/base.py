"""What the settings pages have in common: who may see and change them, and what each of them shows."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from functools import wraps
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from qbo.models import Connection, ListState, SettingChange
from runacall.admin_site import site
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.models import Ability

View = Callable[..., HttpResponse]


def may_act(request: VisitorRequest) -> bool:
    return role_allows(request, Ability.MANAGE_QUICKBOOKS)


def may_look(request: VisitorRequest) -> bool:
    """Owner and Admin; our support may look too."""
    return may_act(request) or (request.membership is None and bool(request.user.is_superuser))


def settings_page(view: View) -> View:
    """A page for people who manage QuickBooks; our support may only read it."""

    @wraps(view)
    def guarded(request: VisitorRequest, *args: object, **kwargs: object) -> HttpResponse:
        if request.organization is None:
            raise Http404
        allowed = may_look(request) if request.method in ("GET", "HEAD") else may_act(request)
        if not allowed:
            raise PermissionDenied
        return view(request, *args, **kwargs)

    page: Any = site.admin_view(guarded)
    page.may_open = lambda request: request.organization is not None and may_look(request)  # the sidebar asks
    view_of_page: Callable[..., HttpResponse] = page
    return view_of_page


def back_to(request: VisitorRequest, otherwise: str) -> HttpResponse:
    """To the page of ours that the form names as `next`, else to `otherwise`."""
    there = request.POST.get("next", "")
    is_ours = there.startswith("/") and url_has_allowed_host_and_scheme(there, allowed_hosts={request.get_host()})
    return HttpResponseRedirect(there if is_ours else otherwise)


def connection_of(request: VisitorRequest) -> Connection | None:
    return Connection.objects.for_organization(request.organization).first()


def page_context(request: VisitorRequest, title: str, **more: object) -> dict[str, object]:
    return {**site.each_context(request), "title": title, "may_act": may_act(request), **more}


SHOWN_CHANGES = 10


def latest_changes(connection: Connection, page: str) -> list[SettingChange]:
    """The latest changes of a settings page, newest first."""
    rows = SettingChange.objects.filter(connection=connection, realm_id=connection.realm_id, page=page)
    return list(rows.select_related("by")[:SHOWN_CHANGES])


def read_at(connection: Connection, names: Sequence[str]) -> datetime | None:
    """When the oldest of these lists was read; None if one never was."""
    times = dict(ListState.objects.filter(connection=connection).values_list("name", "refreshed_at"))
    found = [times.get(name) for name in names]
    return None if None in found or not found else min(time for time in found if time)

"""Support visits: each page that our support sees of an organization they do not belong to is recorded.

One rule for every page, in the middleware, so that no view can forget it. A visit is one person at one page
in one hour: a page that refreshes every two seconds is one visit, including what it loads.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import cast

from django.http import HttpRequest
from django.http.response import HttpResponseBase

from runacall import clock
from runacall.organizations.middleware import VisitorRequest
from sync.models import SupportLook

# Pages that show nothing about an organization, by name.
# The accountant's page would leave its link in the list of visits.
SHOW_NOTHING = {"password_change", "password_change_done", "jsi18n", "healthz", "accountant"}


class SupportLooksMiddleware:
    """Has to come after CurrentOrganizationMiddleware, which finds the request's organization."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        answer = self.get_response(request)
        visited = cast(VisitorRequest, request)
        if answer.status_code == 200 and is_look(visited):
            record_look(visited, at=clock.now())
        return answer


def is_look(request: VisitorRequest) -> bool:
    """Whether a superuser reads a page of an organization without belonging to it."""
    if request.organization is None or request.membership is not None or not request.user.is_superuser:
        return False
    match = request.resolver_match
    if request.method != "GET" or match is None or match.url_name in SHOW_NOTHING:
        return False
    # Log-ins and groups belong to no organization.
    return not getattr(getattr(match.func, "model_admin", None), "is_of_all_organizations", False)


def record_look(request: VisitorRequest, *, at: datetime) -> None:
    """Record who opened what; at most once an hour for the same person and page."""
    # What a page reloads by script has the visible ids in its address, but it is the same page.
    path = request.path if request.htmx else request.get_full_path()
    look = SupportLook(
        organization=request.organization,
        by=request.user,
        at=at,
        hour=at.replace(minute=0, second=0, microsecond=0),
        path=path[:500],
    )
    same = SupportLook.objects.filter(organization=look.organization, by=look.by, hour=look.hour, path=look.path)
    if not same.exists():
        SupportLook.objects.bulk_create([look], ignore_conflicts=True)  # two tabs at once count as one visit

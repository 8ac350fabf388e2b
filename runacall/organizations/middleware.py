"""Which organization a request works in: the one chosen in the session, else the person's first."""

from __future__ import annotations

from collections.abc import Callable
from typing import cast

from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django_htmx.middleware import HtmxDetails

from runacall.organizations.models import Membership, Organization

SESSION_KEY = "organization"


class VisitorRequest(HttpRequest):
    """A request behind the middleware. (Only for the type checker; never instantiated.)"""

    user: User
    organization: Organization | None
    membership: Membership | None
    htmx: HtmxDetails


class StaffRequest(VisitorRequest):
    """A request behind a page's permission check, from a member or from a superuser who only reads."""

    organization: Organization
    membership: Membership


class CurrentOrganizationMiddleware:
    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        scoped = cast(VisitorRequest, request)
        scoped.organization, scoped.membership = current(request)
        # Every page shows dates and times in the shop's time zone.
        with timezone.override(scoped.organization.zone if scoped.organization else None):
            return self.get_response(request)


def current(request: HttpRequest) -> tuple[Organization | None, Membership | None]:
    """Organization and membership; a superuser may use an organization without a membership."""
    user = request.user
    if not user.is_authenticated:
        return None, None
    chosen = request.session.get(SESSION_KEY)
    memberships = _memberships_of(request, user)
    for membership in memberships:
        if membership.organization_id == chosen:
            return membership.organization, membership
    if user.is_superuser and (visited := Organization.objects.filter(pk=chosen or 0).first()):
        return visited, None
    if memberships:
        first = min(memberships, key=lambda membership: membership.pk)  # the person's first organization
        return first.organization, first
    return (Organization.objects.first() if user.is_superuser else None), None


def own_organizations(request: HttpRequest) -> list[Organization]:
    """What the switcher offers: a person's own organizations. Our support has a page of all shops instead."""
    if not request.user.is_authenticated:
        return []
    return [membership.organization for membership in _memberships_of(request, request.user)]


def _memberships_of(request: HttpRequest, user: User) -> list[Membership]:
    """Those that this person may use; asked for once a request."""
    known: list[Membership] | None = getattr(request, "_memberships", None)
    if known is None:
        known = list(Membership.objects.usable_by(user))
        request._memberships = known  # type: ignore[attr-defined]
    return known

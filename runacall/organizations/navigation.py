"""Which entries of the sidebar a person is shown, as unfold's permission callbacks; the pages ask for themselves."""

from __future__ import annotations

from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.models import Ability


def reads(request: VisitorRequest) -> bool:
    """Members, and a superuser who looks at an organization."""
    return request.organization is not None


def takes_payments(request: VisitorRequest) -> bool:
    return _sees(request, Ability.TAKE_PAYMENTS)


def manages_pricebook(request: VisitorRequest) -> bool:
    return _sees(request, Ability.EDIT_PRICEBOOK)


def manages_organization(request: VisitorRequest) -> bool:
    return _sees(request, Ability.MANAGE_ORGANIZATION)


def manages_team(request: VisitorRequest) -> bool:
    return _sees(request, Ability.MANAGE_TEAM)


def manages_quickbooks(request: VisitorRequest) -> bool:
    return _sees(request, Ability.MANAGE_QUICKBOOKS)


def is_support(request: VisitorRequest) -> bool:
    return request.user.is_superuser


def _sees(request: VisitorRequest, ability: Ability) -> bool:
    if request.membership is not None:
        return request.membership.can(ability)
    return request.user.is_superuser and request.organization is not None

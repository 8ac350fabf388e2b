"""What a request may reach and do; knows nothing about pages, so that template tags can use it too."""

from __future__ import annotations

from typing import Any

from django.db import models

from runacall.organizations.middleware import VisitorRequest
from runacall.organizations.models import Ability, Organization


def scoped_rows(model: type[models.Model], request: VisitorRequest) -> models.QuerySet[Any]:
    """Every row of `model` that the request may reach; all rows if the model does not belong to an organization."""
    rows = model._default_manager.all()
    if issubclass(model, Organization):
        return rows.filter(pk=request.organization.pk) if request.organization else rows.none()
    return rows.for_organization(request.organization) if hasattr(rows, "for_organization") else rows


def role_allows(request: VisitorRequest, ability: Ability | None) -> bool:
    return request.membership is not None and ability is not None and request.membership.can(ability)


def may_see(request: VisitorRequest, ability: Ability) -> bool:
    """People whose role allows it, and our support, who can see an organization without belonging to it."""
    if request.membership is not None:
        return request.membership.can(ability)
    return request.user.is_superuser and request.organization is not None

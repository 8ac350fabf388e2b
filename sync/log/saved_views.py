"""The saved views of a list, as its menu shows them, and what people do with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.datastructures import MultiValueDict

from runacall.invoices.refusals import Refused
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability, Organization
from sync.log.filters import given
from sync.log.invoice_column import COLUMN
from sync.models import SavedView
from sync.models.saved_views import LONGEST_NAME, ListName

# More would not be found again in a menu.
MOST = 50
# What filters the list of invoices.
OF_INVOICES = ("q", "status", "invoice_date_from", "invoice_date_to", "customer__id__exact", COLUMN.parameter)


def _of_invoices(params: Mapping[str, Any]) -> MultiValueDict[str, str]:
    lists = params.lists() if isinstance(params, MultiValueDict) else params.items()
    kept = {name: [value.strip() for value in values if value.strip()] for name, values in lists if name in OF_INVOICES}
    return MultiValueDict({name: values for name, values in kept.items() if values})


@dataclass(frozen=True)
class Viewed:
    """A list with saved views: its address by name, what of a query string filters it, and who may use its views."""

    name: str
    page: str
    filters: Callable[[Mapping[str, Any]], MultiValueDict[str, str]]
    ability: Ability

    @property
    def url(self) -> str:
        return reverse(self.page)


LISTS = {
    one.name: one
    for one in (
        Viewed(ListName.LOG, "admin:sync_syncevent_changelist", given, Ability.MANAGE_QUICKBOOKS),
        Viewed(ListName.INVOICES, "admin:invoices_invoice_changelist", _of_invoices, Ability.EDIT_INVOICES),
    )
}
# Who may change what the whole shop sees.
SHARES = Ability.MANAGE_QUICKBOOKS


@dataclass(frozen=True)
class ViewLink:
    """A saved view in the menu; its address is the filters themselves, so it can be sent to a colleague."""

    id: int
    name: str
    url: str
    is_shared: bool
    is_on: bool
    may_change: bool


def view_links(request: StaffRequest, viewed: Viewed) -> list[ViewLink]:
    """The person's and the shop's views of a list; one query."""
    here, views = as_filters(viewed, request.GET), SavedView.objects.seen_by(request.organization, request.user)
    return [
        ViewLink(view.pk, view.name, address(view), view.is_shared, view.filters == here, may_change(request, view))
        for view in views.of_list(viewed.name)
    ]


def may_keep(request: StaffRequest, viewed: Viewed, *, is_shared: bool) -> bool:
    """Our support keeps none."""
    return role_allows(request, viewed.ability) and (not is_shared or role_allows(request, SHARES))


def may_change(request: StaffRequest, view: SavedView) -> bool:
    """Rename or delete it."""
    return may_keep(request, LISTS[view.list_name], is_shared=view.is_shared)


def as_filters(viewed: Viewed, params: Mapping[str, Any]) -> dict[str, list[str]]:
    """Only what filters the list, as it is saved."""
    return dict(sorted(viewed.filters(params).lists()))


def address(view: SavedView) -> str:
    """The list with the view's filters."""
    return f"{LISTS[view.list_name].url}?{urlencode(view.filters, doseq=True)}"


def save_view(
    organization: Organization,
    viewed: Viewed,
    name: str,
    params: Mapping[str, Any],
    *,
    is_shared: bool,
    by: AbstractBaseUser,
    at: datetime,
) -> tuple[SavedView, bool]:
    """Save the filters of `params` under `name`; also returns whether the view is new. Raises Refused."""
    filters, name = as_filters(viewed, params), _name(name)
    if not filters:
        raise Refused("There is nothing to save: choose filters first.")
    owner, seen = None if is_shared else by, SavedView.objects.seen_by(organization, by).of_list(viewed.name)
    if not seen.filter(owner=owner.pk if owner else None, name=name).exists() and seen.count() >= MOST:
        raise Refused(f"There are {MOST} views already. Delete one first.")
    return SavedView.keep(organization, viewed.name, name, filters, owner=owner, at=at)


def rename_view(view: SavedView, name: str) -> None:
    """Raises Refused for an empty name, and for one that another view has."""
    view.name = _name(name)
    try:
        with transaction.atomic():
            view.save(update_fields=["name"])
    except IntegrityError:
        raise Refused(f"There is another view called “{view.name}”. Nothing was changed.") from None


def _name(given_name: str) -> str:
    name = " ".join(given_name.replace("\x00", "").split())[:LONGEST_NAME]
    if not name:
        raise Refused("A view needs a name. Nothing was changed.")
    return name

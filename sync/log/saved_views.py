"""The saved views of the sync log, as its menu shows them, and what people do with them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.contrib.auth.models import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.urls import reverse

from runacall.invoices.refusals import Refused
from runacall.organizations.models import Organization
from sync.log.filters import given
from sync.models import SavedView
from sync.models.saved_views import LONGEST_NAME

LOG = "admin:sync_syncevent_changelist"
# More would not be found again in a menu.
MOST = 50


@dataclass(frozen=True)
class ViewLink:
    """A saved view in the menu; its address is the filters themselves, so it can be sent to a colleague."""

    id: int
    name: str
    url: str
    is_shared: bool
    is_on: bool


def view_links(
    organization: Organization | None, user: AbstractBaseUser, shown: Mapping[str, object]
) -> list[ViewLink]:
    """The person's and the shop's views; `shown`: the query of the list. One query."""
    here = as_filters(shown)
    return [
        ViewLink(view.pk, view.name, address(view), view.is_shared, is_on=view.filters == here)
        for view in SavedView.objects.seen_by(organization, user)
    ]


def as_filters(params: Mapping[str, object]) -> dict[str, list[str]]:
    """Only what filters the log, as it is saved."""
    return dict(sorted(given(params).lists()))


def address(view: SavedView) -> str:
    """The list with the view's filters."""
    return f"{reverse(LOG)}?{urlencode(view.filters, doseq=True)}"


def save_view(
    organization: Organization,
    name: str,
    params: Mapping[str, object],
    *,
    is_shared: bool,
    by: AbstractBaseUser,
    at: datetime,
) -> tuple[SavedView, bool]:
    """Save the filters of `params` under `name`; also returns whether the view is new. Raises Refused."""
    filters, name = as_filters(params), _name(name)
    if not filters:
        raise Refused("There is nothing to save: choose filters first.")
    owner, seen = None if is_shared else by, SavedView.objects.seen_by(organization, by)
    if not seen.filter(owner=owner.pk if owner else None, name=name).exists() and seen.count() >= MOST:
        raise Refused(f"There are {MOST} views already. Delete one first.")
    return SavedView.keep(organization, name, filters, owner=owner, at=at)


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

"""The option --organization, the same on every command of this app."""

from __future__ import annotations

from collections.abc import Sequence

from django.core.management.base import CommandError, CommandParser

from qbo.models import Connection
from runacall.organizations.models import Organization


def add_organization_option(parser: CommandParser, *, required: bool = False) -> None:
    which = "" if required else "; every organization where it is left out"
    parser.add_argument(
        "--organization", required=required, default="", metavar="SLUG", help=f"the shop's short name{which}"
    )


def organization_named(slug: str) -> Organization:
    """Raises CommandError, naming those that there are."""
    found = Organization.objects.filter(slug=slug).first()
    if found is None:
        known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)[:20]) or "none"
        raise CommandError(f"There is no organization “{slug}”. Known: {known}.")
    return found


def organizations_chosen(slug: str) -> Sequence[Organization]:
    """The one of that slug, or all where none is named."""
    return [organization_named(slug)] if slug else list(Organization.objects.order_by("slug"))


def stop_for(failed: Sequence[str]) -> None:
    """After all organizations have had their turn: raises CommandError where some failed, each with what went wrong."""
    if failed:
        raise CommandError(f"{len(failed):,} failed, and the log says more:\n" + "\n".join(failed))


def connection_of(organization: Organization) -> Connection:
    """Raises CommandError where QuickBooks was never connected."""
    connection = Connection.objects.for_organization(organization).first()
    if connection is None:
        raise CommandError(f"{organization.name} was never connected to QuickBooks.")
    return connection

"""Creates an organization, and invites its owner if asked."""

from argparse import ArgumentParser
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction
from django.utils import timezone

from runacall.accounts.invitations import invite, link_path
from runacall.organizations.models import Organization, Role


class Command(BaseCommand):
    help = (
        "Create an organization. With --owner, print a link with which its owner joins and chooses a password; it"
        " works once, within a week. SITE_URL is the address where people open this site."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name for commands, such as lakeside")
        parser.add_argument("--name", required=True, help="the shop's name as people read it")
        parser.add_argument("--time-zone", required=True, help="such as America/New_York")
        parser.add_argument("--country", default="US", help="two letters (default US)")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="e-mail address of the owner")

    def handle(self, *args: object, **options: object) -> None:
        try:
            self._make(options)
        except ValidationError as mistake:
            raise CommandError("\n".join(_reasons(mistake))) from mistake

    @transaction.atomic
    def _make(self, options: Mapping[str, Any]) -> None:
        organization = Organization(**{name: options[name] for name in ("slug", "name", "time_zone", "country")})
        organization.full_clean()
        organization.save()
        link = _invite_owner(organization, options["owner"]) if options["owner"] else ""
        facts = f"{organization.slug}, {organization.time_zone}"
        self.stdout.write(f"Organization “{organization.name}” ({facts}) created.")
        if link:
            self.stdout.write(f"Its Owner joins here: {link}")


def _invite_owner(organization: Organization, email: str) -> str:
    validate_email(email)
    invitation = invite(organization, email=email, role=Role.OWNER, by=None, at=timezone.now())
    return str(settings.SITE_URL).rstrip("/") + link_path(invitation, by_mail=False)


def _reasons(mistake: ValidationError) -> list[str]:
    if hasattr(mistake, "error_dict"):
        return [f"{name}: {text}" for name, texts in mistake.message_dict.items() for text in texts]
    return mistake.messages

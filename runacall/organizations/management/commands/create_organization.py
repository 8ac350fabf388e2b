"""Makes an organization, and on wish the log-in of its owner."""

import os
from argparse import ArgumentParser
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import transaction

from runacall.organizations.models import Organization, Role
from runacall.organizations.team import Joined, add_member


class Command(BaseCommand):
    help = (
        "Make an organization. With --owner a log-in is made too; its password is taken from OWNER_PASSWORD "
        "in the environment, or made up and printed once."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("slug", help="short name for commands, such as lakeside")
        parser.add_argument("--name", required=True, help="the shop's name as people read it")
        parser.add_argument("--time-zone", required=True, help="such as America/New_York")
        parser.add_argument("--country", default="US", help="two letters (default US)")
        parser.add_argument("--owner", default="", metavar="EMAIL", help="e-mail address of the owner")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._make(options)
        except ValidationError as mistake:
            raise CommandError("\n".join(_reasons(mistake))) from mistake

    @transaction.atomic
    def _make(self, options: dict[str, Any]) -> None:
        organization = Organization(**{name: options[name] for name in ("slug", "name", "time_zone", "country")})
        organization.full_clean()
        organization.save()
        joined = _add_owner(organization, options["owner"]) if options["owner"] else None
        self.stdout.write(f"Organization “{organization.name}” ({organization.slug}, {organization.time_zone}) made.")
        if joined:
            self.stdout.write(f"Owner: {joined.membership.user.get_username()}{_told(joined)}")


def _add_owner(organization: Organization, email: str) -> Joined:
    validate_email(email)
    password = os.environ.get("OWNER_PASSWORD", "")
    return add_member(organization, email=email, role=Role.OWNER, password=password)


def _told(joined: Joined) -> str:
    if not joined.password:
        return ", with the password that this log-in has already."
    if os.environ.get("OWNER_PASSWORD"):
        return ", with the password from OWNER_PASSWORD."
    return f", with the password {joined.password} (shown only now)."


def _reasons(mistake: ValidationError) -> list[str]:
    if hasattr(mistake, "error_dict"):
        return [f"{name}: {text}" for name, texts in mistake.message_dict.items() for text in texts]
    return mistake.messages

"""Erases one shop permanently."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runacall import clock
from sync.management.organization_option import organization_named
from sync.upkeep.erasing import StillInUse, erase_organization


class Command(BaseCommand):
    help = (
        "Erase a shop: its records, log, payloads, mappings, and log-ins that belong to no other shop. This cannot"
        " be undone: export it first. Nothing changes in QuickBooks. Prints how many rows of each table were erased."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the shop's short name")
        parser.add_argument("--confirm", default="", metavar="SLUG", help="the same name once more")

    def handle(self, *args: object, slug: str, confirm: str, **options: object) -> None:
        organization = organization_named(slug)
        if confirm != organization.slug:
            raise CommandError(f"Nothing was erased. To erase {organization.name}: --confirm {organization.slug}")
        try:
            erased = erase_organization(organization, at=clock.now())
        except StillInUse as problem:
            raise CommandError(f"Nothing was erased. {problem}") from problem
        self.stdout.write(json.dumps({"erased": slug, "rows": dict(sorted(erased.items()))}, indent=2))

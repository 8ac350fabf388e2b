"""Writes everything that is stored about one shop to a file."""

from __future__ import annotations

from pathlib import Path

from django.core.management.base import BaseCommand, CommandError, CommandParser

from sync.management.organization_option import organization_named
from sync.upkeep.exporting import export_organization


class Command(BaseCommand):
    help = "Write every row of a shop to FILE, one JSON object per line; tokens and passwords are left out."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("slug", help="the shop's short name")
        parser.add_argument("file", type=Path, metavar="FILE", help="must not exist yet")

    def handle(self, *args: object, slug: str, file: Path, **options: object) -> None:
        organization = organization_named(slug)
        try:
            out = file.open("x", encoding="utf-8")
        except OSError as problem:
            raise CommandError(f"Nothing was written: {problem}") from problem
        try:
            with out:
                file.chmod(0o600)
                written = export_organization(organization, out)
        except BaseException as problem:
            # Half of it would pass for all of it.
            file.unlink(missing_ok=True)
            if isinstance(problem, OSError):
                raise CommandError(f"Nothing is left of {file}: {problem}") from problem
            raise
        for table, rows in sorted(written.items()):
            self.stdout.write(f"{rows:>8,}  {table}")

"""Writes the support bundle: everything that support asks for about events, without secrets and personal data."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runacall import clock
from runacall.organizations.models import Organization
from sync.log.support_bundle import FORMATS, Bundle, support_bundle
from sync.management.filter_options import add_filter_options, events_chosen, filters_given
from sync.management.organization_option import add_organization_option, organization_named
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet


class Command(BaseCommand):
    help = (
        "Collect what support asks for about one event, or about those that the filters select (default: the failed"
        " ones)."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        parser.add_argument("--event", type=int, metavar="ID", help="one sync event; the filters are then ignored")
        parser.add_argument("--format", choices=FORMATS, default="zip")
        parser.add_argument(
            "--output",
            metavar="FILE",
            help="where to write it; default: a generated name in this folder; - prints JSON",
        )
        add_filter_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = organization_named(options["organization"])
        bundle = support_bundle(organization, self._events(organization, options), at=clock.now())
        if options["output"] == "-":
            self.stdout.write(bundle.as_json(), ending="")
            return
        path = Path(options["output"] or bundle.file_name(options["format"]))
        _write(bundle, path, options["format"])
        count = len(bundle.document["events"])
        self.stdout.write(f"Wrote {path} with {count:,} event{'' if count == 1 else 's'}.{_left_out(bundle)}")

    def _events(self, organization: Organization, options: Mapping[str, Any]) -> SyncEventQuerySet:
        if options["event"] is None:
            filters = filters_given(options)
            filters.setdefault("status", "failed")
            return events_chosen(organization, filters)
        events = SyncEvent.objects.for_organization(organization).filter(pk=options["event"])
        if not events.exists():
            raise CommandError(f"{organization.slug} has no sync event {options['event']}.")
        return events


def _write(bundle: Bundle, path: Path, file_format: str) -> None:
    data = bundle.as_zip() if file_format == "zip" else bundle.as_json().encode()
    try:
        path.write_bytes(data)
    except OSError as error:
        raise CommandError(f"Cannot write {path}: {error.strerror}.") from error


def _left_out(bundle: Bundle) -> str:
    left_out = bundle.document["events_left_out"]
    return f" {left_out:,} more match and are left out: name one event, or filter more." if left_out else ""

"""Retries events from the command line, by the same filters as the sync log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from qbo import catalogue
from qbo.models import Connection
from runacall import clock
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.management.filter_options import add_filter_options, events_chosen, filters_given
from sync.management.organization_option import add_organization_option, organizations_chosen, stop_for
from sync.operations.retrying import retry


class Command(BaseCommand):
    help = "Retry all failed events now, or those that the filters of the sync log select."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser)
        add_filter_options(parser)
        parser.add_argument("--dry-run", action="store_true", help="only say how many would be retried")

    def handle(self, *args: Any, **options: Any) -> None:
        filters = filters_given(options)
        # As in the log: failed events, unless another status is given.
        filters.setdefault("status", "failed")
        organizations = organizations_chosen(options["organization"])
        chosen = [(one, events_chosen(one, filters)) for one in organizations]
        failed: list[str] = []
        for organization, events in chosen:
            with isolated("Retrying", organization=organization.pk) as caught:
                report = retry(
                    events, by=None, at=clock.now(), filters=dict(filters.lists()), dry_run=options["dry_run"]
                )
                said = report.sentence("Would retry" if options["dry_run"] else "Retried")
                self.stdout.write(f"{organization.slug}: {said}{_pause(organization)}")
            if caught.mistake:
                failed.append(f"{organization.slug}: {caught.words}")
        stop_for(failed)


def _pause(organization: Organization) -> str:
    connection = Connection.objects.for_organization(organization).first()
    if connection is None or connection.is_live:
        return ""
    why = catalogue.entry(connection.pause_code).title if connection.pause_code else "Disconnected"
    return f" The connection is paused ({why}): they are sent once that is fixed."

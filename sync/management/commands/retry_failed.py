"""Retries events from the command line, by the same filters as the sync log."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone
from django.utils.datastructures import MultiValueDict

from qbo import catalogue
from qbo.models import Connection
from runacall.organizations.models import Organization
from sync.filters import SyncEventFilter
from sync.management.organization_option import add_organization_option, organizations_chosen
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet
from sync.operations import retry

MANY = ("status", "entity")
ONE = ("cause", "direction", "after", "before", "search")


class Command(BaseCommand):
    help = "Retry failed events now, or those that the filters of the sync log choose."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser)
        parser.add_argument("--status", action="append", help="default failed; may be given several times")
        parser.add_argument("--entity", action="append", help="invoice, customer, item; may be given several times")
        parser.add_argument("--cause", help="a code such as tax_code_not_mapped, or the key of one cause")
        parser.add_argument("--direction", help="out or in")
        parser.add_argument("--after", metavar="DAY", help="changed on or after this day, YYYY-MM-DD, of the shop")
        parser.add_argument("--before", metavar="DAY", help="changed on or before this day")
        parser.add_argument("--search", help="words of the number, the customer or the message")
        parser.add_argument("--dry-run", action="store_true", help="only say how many it would be")

    def handle(self, *args: Any, **options: Any) -> None:
        filters = _filters(options)
        organizations = organizations_chosen(options["organization"])
        chosen = [(one, _filtered(one, filters)) for one in organizations]
        for organization, events in chosen:
            report = retry(
                events, by=None, at=timezone.now(), filters=dict(filters.lists()), dry_run=options["dry_run"]
            )
            said = report.sentence("Would retry" if options["dry_run"] else "Retried")
            self.stdout.write(f"{organization.slug}: {said}{_pause(organization)}")


def _filters(options: dict[str, Any]) -> MultiValueDict[str, str]:
    given: dict[str, list[str]] = {name: [value.lower() for value in options[name]] for name in MANY if options[name]}
    given |= {name: [options[name]] for name in ONE if options[name]}
    return MultiValueDict({"status": ["failed"], **given})


def _filtered(organization: Organization, filters: MultiValueDict[str, str]) -> SyncEventQuerySet:
    """Raises CommandError for values that the filters do not know."""
    filterset = SyncEventFilter(filters, queryset=SyncEvent.objects.for_organization(organization))
    filterset.organization = organization
    if not filterset.is_valid():
        wrong = [f"--{name}: {' '.join(texts)}" for name, texts in filterset.errors.items()]
        raise CommandError("\n".join(wrong))
    return filterset.qs


def _pause(organization: Organization) -> str:
    connection = Connection.objects.for_organization(organization).first()
    if connection is None or connection.is_live:
        return ""
    why = catalogue.entry(connection.pause_code).title if connection.pause_code else "Disconnected"
    return f" The connection is paused ({why}): they go once that is settled."

"""Says what would keep invoices out of QuickBooks if they were sent now, without a call to QuickBooks."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandParser

from qbo.models import Connection
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from sync.forecast.readiness import Outlook, drafts, waiting
from sync.management.organization_option import add_organization_option, organizations_chosen, stop_for


class Command(BaseCommand):
    help = "Say what would fail if what waits (or with --drafts, the drafts) was sent to QuickBooks now. Sends nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser)
        parser.add_argument(
            "--drafts",
            dest="drafts_only",
            action="store_true",
            help="check the drafts instead of what waits or has failed",
        )

    def handle(self, *args: object, organization: str, drafts_only: bool, **options: object) -> None:
        failed: list[str] = []
        for shop in organizations_chosen(organization):
            with isolated("A preflight", organization=shop.pk) as caught:
                connection = Connection.objects.for_organization(shop).first()
                if connection is None:
                    self.stdout.write(f"{shop.slug}: never connected to QuickBooks")
                    continue
                found = drafts(connection) if drafts_only else waiting(connection)
                self.stdout.write(f"{shop.slug}: {said(found)}")
                for cause in found.causes:
                    self.stdout.write(f"  {cause.count:,}, {dollars(cause.money)}: {cause.failure.cause_title}")
            if caught.mistake:
                failed.append(f"{shop.slug}: {caught.words}")
        stop_for(failed)


def said(found: Outlook) -> str:
    """E.g. "61 would go ($40,110.20), 2 would fail", and how many were checked if not all."""
    only = f" (the latest {found.checked:,} of {found.total:,} checked)" if found.checked < found.total else ""
    return f"{found.ready:,} would go ({dollars(found.ready_money)}), {found.stopped:,} would fail{only}"

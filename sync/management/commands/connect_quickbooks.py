"""Connects a shop to an emulator on this machine, through the same OAuth steps as a browser."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo.connection.connecting import CompanyUnread, RealmTaken
from qbo.connection.endpoints import NotLoopback
from qbo.connection.headless_consent import ConsentFailed
from qbo.connection.oauth import OAuthFailed
from qbo.connection.queries import ReadFailed
from runacall import clock
from sync.management.commands.choose_company import told_of_both
from sync.management.organization_option import add_organization_option, organization_named
from sync.operations.connecting import CompanyUndecided, Connected, connect_to_emulator


class Command(BaseCommand):
    help = (
        "Connect a shop to a QuickBooks Online emulator on this machine, choose first-run defaults, and queue the"
        " invoices that were sent before. Connect a real company in the browser: Settings → QuickBooks → Status."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        parser.add_argument("--emulator", required=True, metavar="URL", help="such as http://127.0.0.1:8100")
        parser.add_argument("--realm", default="", help="the company, if the emulator has several")
        parser.add_argument("--no-auto-create", action="store_true", help="leave Auto-create missing QBO products off")
        parser.add_argument(
            "--no-earlier", action="store_true", help="do not queue what was sent before the connection"
        )

    def handle(
        self,
        *args: object,
        organization: str,
        emulator: str,
        realm: str,
        no_auto_create: bool,
        no_earlier: bool,
        **options: object,
    ) -> None:
        shop = organization_named(organization)
        try:
            connected = connect_to_emulator(
                shop,
                emulator,
                at=clock.now(),
                realm_id=realm,
                auto_create=not no_auto_create,
                earlier=not no_earlier,
            )
        except CompanyUndecided as undecided:
            raise CommandError(told_of_both(undecided.connection)) from undecided
        except (NotLoopback, ConsentFailed, OAuthFailed, CompanyUnread, RealmTaken) as refusal:
            raise CommandError(str(refusal)) from refusal
        except (ReadFailed, TimeoutError) as failure:
            raise CommandError(f"Connected, but its lists could not be read: {failure}") from failure
        self.stdout.write(f"Connected {shop.name} to {_told(connected)}")


def _told(connected: Connected) -> str:
    connection, queued = connected.connection, connected.queued
    invoices = f"{queued:,} earlier invoice{'' if queued == 1 else 's'} queued."
    return f"{connection.company_name} (realm ID {connection.realm_id}). {invoices}"

"""Chooses which of two companies a shop is connected to, when the page for it cannot be used."""

from __future__ import annotations

from datetime import date

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo.connection.connecting import NothingToChoose, RealmTaken, keep_company, use_other_company
from qbo.models import Connection
from runacall import clock
from sync.log.waiting import company_counts
from sync.management.organization_option import add_organization_option, connection_of, organization_named


class Command(BaseCommand):
    help = (
        "When a different QuickBooks company was connected, nothing is sent until somebody chooses. Without an"
        " option this prints what is waiting for each company; --go-back keeps the previous company, --use-new"
        " switches to the new one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        which = parser.add_mutually_exclusive_group()
        which.add_argument("--go-back", action="store_true", help="keep the previous company")
        which.add_argument("--use-new", metavar="REALM", default="", help="use the company with this realm ID")
        parser.add_argument("--start-date", metavar="DAY", help="nothing dated earlier is sent there; default: today")

    def handle(
        self, *args: object, organization: str, go_back: bool, use_new: str, start_date: str | None, **options: object
    ) -> None:
        connection, at = connection_of(organization_named(organization)), clock.now()
        try:
            if go_back:
                keep_company(connection, at=at)
            elif use_new:
                first_day = _day(start_date) or connection.organization.today(at)
                use_other_company(connection, realm_id=use_new, start_date=first_day, at=at)
            elif connection.is_held:
                self.stdout.write(told_of_both(connection))
                return
            else:
                raise NothingToChoose("There is nothing to choose.")
        except (NothingToChoose, RealmTaken) as refusal:
            raise CommandError(str(refusal)) from refusal
        connection.refresh_from_db()
        self.stdout.write(f"{connection.organization.name} is connected to {connection} ({connection.realm_id}).")


def _day(given: str | None) -> date | None:
    try:
        return date.fromisoformat(given) if given else None
    except ValueError as mistake:
        raise CommandError(f"“{given}” is not a day. Use one such as 2026-06-18.") from mistake


def told_of_both(connection: Connection) -> str:
    """Both companies with what is waiting for each, and the two choices."""
    slug, other = connection.organization.slug, connection.other_company
    lines = [f"{other} is not the company that was connected before. Nothing is sent to either until somebody chooses."]
    for company in (connection, other):
        counts = ", ".join(f"{label.lower()} {count}" for label, count in company_counts(connection, company.realm_id))
        lines.append(f"  {company} (realm ID {company.realm_id}): {counts}")
    lines.append(f"Go back:          choose_company --organization {slug} --go-back")
    lines.append(f"Use the new one:  choose_company --organization {slug} --use-new {other.realm_id} --start-date DAY")
    return "\n".join(lines)

"""Does one round of upkeep now."""

from __future__ import annotations

import json

from django.core.management.base import BaseCommand, CommandError, CommandParser

from runacall import clock
from sync.upkeep.maintenance import maintain


class Command(BaseCommand):
    help = (
        "Mark invoices overdue, and remove expired sessions, old task results, heartbeats of hosts that are gone,"
        " and records past their retention time (RETENTION_…_DAYS). Works in small steps, so it can run at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--seconds", type=float, metavar="N", help="stop after about this long; default: when done")
        parser.add_argument("--json", dest="as_json", action="store_true", help="one JSON document")

    def handle(self, *args: object, seconds: float | None, as_json: bool, **options: object) -> None:
        done = maintain(at=clock.now(), seconds=seconds)
        if as_json:
            self.stdout.write(json.dumps(done, indent=2))
        else:
            for name, count in done.items():
                self.stdout.write(f"{name.replace('_', ' '):<14} {count}")
        if failed := [name for name, count in done.items() if isinstance(count, str)]:
            raise CommandError(f"Failed: {', '.join(failed)}. The log has the details.")

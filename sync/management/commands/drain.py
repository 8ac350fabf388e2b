"""Runs the engine in this process until nothing is due."""

from __future__ import annotations

import signal
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils.dateparse import parse_datetime
from tqdm import tqdm

from qbo import catalogue
from qbo.models import Connection
from runacall import clock, stopping
from runacall.isolation import isolated
from sync.engine.draining import Drained, count_due, drain_to_the_end
from sync.engine.pausing import open_interrupted_row
from sync.management.organization_option import add_organization_option, organizations_chosen, stop_for
from sync.models import State


class Command(BaseCommand):
    help = (
        "Send what is due to QuickBooks from this process, until nothing is due. SIGTERM ends it after the call in"
        " flight."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser)
        parser.add_argument("--at", metavar="TIME", help="act as if it were this time (ISO 8601; UTC without a zone)")

    def handle(self, *args: object, **options: object) -> None:
        with stopping.heeding(signal.SIGTERM):
            self._drain_all(options)

    def _drain_all(self, options: Mapping[str, Any]) -> None:
        now = _clock(options["at"])
        failed: list[str] = []
        for organization in organizations_chosen(options["organization"]):
            connection = Connection.objects.for_organization(organization).first()
            if stopping.is_asked():
                break
            if connection is None:
                self._say(organization.slug, "not connected to QuickBooks.", asked=bool(options["organization"]))
                continue
            with isolated("A drain", connection=connection.pk, organization=organization.pk) as caught:
                still_due = self._drain(organization.slug, connection, now)
                if still_due:
                    failed.append(f"{organization.slug}: {still_due:,} still due, but trying again now does not help.")
            if caught.mistake:
                open_interrupted_row(connection, caught.words, at=now())
                failed.append(f"{organization.slug}: {caught.words}")
        stop_for(failed)

    def _drain(self, slug: str, connection: Connection, now: Callable[[], datetime]) -> int:
        """How many are still due although trying again does not help."""
        # Only shown on a terminal.
        with tqdm(total=count_due(connection, at=now()), desc=slug, unit="event", disable=None) as bar:
            drained = drain_to_the_end(
                connection,
                now=now,
                progress=lambda count: _advance(bar, count),
                say=lambda text: self._say(slug, text),
            )
        self._say(slug, _told(connection, drained))
        if stopping.is_asked():
            self._say(slug, f"stopped; {drained.still_due:,} still due.")
            return 0
        return drained.still_due

    def _say(self, slug: str, text: str, *, asked: bool = True) -> None:
        if asked:
            self.stdout.write(f"{slug}: {text}")


def _clock(given: str | None) -> Callable[[], datetime]:
    """The database's clock, or one that is fixed at the given time. Raises CommandError."""
    if not given:
        return clock.now
    try:
        at = parse_datetime(given)
    except ValueError:
        at = None
    if at is None:
        raise CommandError(f"“{given}” is not a time. Use one such as 2026-06-18T15:32:00+00:00.")
    frozen = at if at.tzinfo else at.replace(tzinfo=UTC)
    return lambda: frozen


def _advance(bar: tqdm[NoReturn], count: int) -> None:
    # Customers and items that turn out to be needed are added on the way.
    if bar.total is not None and bar.n + count > bar.total:
        bar.total = bar.n + count
    bar.update(count)


def _told(connection: Connection, drained: Drained) -> str:
    counts = ", ".join(f"{count:,} {State(state).label}" for state, count in sorted(drained.by_state.items()))
    said = f"{drained.tried:,} tried: {counts}." if drained.tried else "nothing was due."
    if not drained.paused:
        return said
    why = catalogue.entry(connection.pause_code).title if connection.pause_code else connection.get_status_display()
    tried = f" {said}" if drained.tried else ""
    return f"paused: {why}. Its queue waits unchanged.{tried}"

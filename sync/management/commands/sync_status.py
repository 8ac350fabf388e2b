"""Prints the state of the queues."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime

from django.core.management.base import BaseCommand, CommandParser
from django.core.serializers.json import DjangoJSONEncoder

from qbo import catalogue
from runacall import clock
from sync.management.organization_option import add_organization_option, organizations_chosen
from sync.models import State
from sync.worker.status import QueueStatus, SyncStatus, sync_status


class Command(BaseCommand):
    help = (
        "Print the state of the queues: statuses, failures by cause, waiting times, limits, and which processes are"
        " alive."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser)
        parser.add_argument(
            "--json", dest="as_json", action="store_true", help="one JSON document; see docs/running.md"
        )

    def handle(self, *args: object, organization: str, as_json: bool, **options: object) -> None:
        status = sync_status(organizations_chosen(organization), at=clock.now())
        if as_json:
            self.stdout.write(json.dumps(status.as_json, cls=DjangoJSONEncoder, indent=2))
            return
        for line in _lines(status):
            self.stdout.write(line)


def _lines(status: SyncStatus) -> Iterator[str]:
    for queue in status.queues:
        yield from _queue(queue, at=status.at)
    errors = status.needing_attention
    yield f"Together: {errors:,} error{' needs' if errors == 1 else 's need'} attention."
    oldest = status.oldest_due_seconds
    yield "Nothing is due." if oldest is None else f"The oldest due event has waited {oldest:,.0f} s."
    for name, at in status.heartbeats.items():
        yield f"Last report of {name}: {_ago(at, status.at)}"
    for host, seconds in status.clocks_off.items():
        way = "ahead of" if seconds > 0 else "behind"
        yield f"The clock of {host} is {abs(seconds):,.0f} s {way} the database's: look at its time server."


def _queue(queue: QueueStatus, *, at: datetime) -> Iterator[str]:
    yield f"{queue.name} ({queue.slug}): {_connection(queue, at=at)}"
    counts = ", ".join(f"{count:,} {State(state).label}" for state, count in sorted(queue.by_state.items()))
    yield f"  {counts or 'no events yet'}"
    for code, count in sorted(queue.failed_by_code.items(), key=lambda pair: -pair[1]):
        yield f"  {count:>6,}  {catalogue.entry(code).title}  ({code})"
    if queue.next_due_at:
        yield f"  next try in {(queue.next_due_at - at).total_seconds():,.0f} s"


def _connection(queue: QueueStatus, *, at: datetime) -> str:
    one = queue.connection
    if queue.unreadable:
        return f"its connection cannot be read: {queue.unreadable}"
    if one is None:
        return "not connected to QuickBooks"
    company = f"{one.company or 'a company without a name'}, realm ID {one.realm_id}"
    if one.pause_code:
        return f"{company}, paused: {catalogue.entry(one.pause_code).title}"
    if one.status != "active":
        return f"{company}, {one.status}"
    calls = f"{one.calls['requests']} of {one.calls['requests_a_minute']} calls in the last minute"
    quiet = (
        f", paused by QuickBooks for another {(one.quiet_until - at).total_seconds():,.0f} s" if one.quiet_until else ""
    )
    return f"{company}, {'sending' if one.draining else 'connected'}, {calls}{quiet}"


def _ago(at: datetime, now: datetime) -> str:
    return f"{max(0, (now - at).total_seconds()):,.0f} s ago"

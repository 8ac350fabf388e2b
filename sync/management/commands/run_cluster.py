"""Runs the background jobs of this host, and replaces the cluster if it is dead or frozen."""

from __future__ import annotations

import signal

from django.core.management.base import BaseCommand, CommandParser

from sync.worker.cluster import STOP_GRACE, Supervisor
from sync.worker.schedules import ensure_schedules


class Command(BaseCommand):
    help = (
        "Run the workers that send to QuickBooks: a django-q2 cluster that is checked every second and replaced when"
        " it hangs. SIGTERM lets running tasks finish; a second SIGTERM does not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--frozen-after",
            type=float,
            default=20,
            metavar="SECONDS",
            help="replace the cluster when work has waited this long while the cluster is up and idle (default 20)",
        )
        parser.add_argument(
            "--stop-grace",
            type=float,
            default=STOP_GRACE,
            metavar="SECONDS",
            help=f"how long stopping may take before the rest is killed (default {STOP_GRACE:.0f})",
        )

    def handle(self, *args: object, frozen_after: float, stop_grace: float, **options: object) -> None:
        ensure_schedules()
        supervisor = Supervisor(frozen_after=frozen_after, stop_grace=stop_grace)
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: supervisor.stop())
        self.stdout.write("The cluster is running. Ctrl-C or SIGTERM stops it.")
        self.stdout.flush()
        supervisor.run()

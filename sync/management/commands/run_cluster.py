"""Runs the background jobs of this host, and replaces the cluster where it is dead or frozen."""

from __future__ import annotations

import signal
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from sync.worker.cluster import STOP_GRACE, Supervisor
from sync.worker.schedules import ensure_schedules


class Command(BaseCommand):
    help = (
        "Run the workers that send to QuickBooks: a django-q2 cluster, woken every second, watched, and replaced"
        " whole when it hangs. SIGTERM lets what runs finish; a second one does not."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--frozen-after",
            type=float,
            default=20,
            metavar="SECONDS",
            help="replace the cluster when work waits for this long while it idles (default 20)",
        )
        parser.add_argument(
            "--stop-grace",
            type=float,
            default=STOP_GRACE,
            metavar="SECONDS",
            help=f"how long a stop may take before what is left is killed (default {STOP_GRACE:.0f})",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        ensure_schedules()
        supervisor = Supervisor(frozen_after=options["frozen_after"], stop_grace=options["stop_grace"])
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda *_: supervisor.stop())
        self.stdout.write("The cluster runs. Ctrl-C or SIGTERM stops it.")
        self.stdout.flush()
        supervisor.run()

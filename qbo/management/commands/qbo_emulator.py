"""Starts the QuickBooks Online emulator; the only place in the product that imports it."""

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo_emulator import cli
from qbo_emulator.control.arguments import Refused


class Command(BaseCommand):
    help = "Runs a QuickBooks Online company on this machine, for demos, tests and benchmarks."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: CommandParser) -> None:
        cli.add_arguments(parser)

    def handle(self, *args: object, **options: object) -> None:
        try:
            cli.serve(cli.options_from(options))
        except (OSError, Refused) as problem:
            raise CommandError(str(problem)) from problem

"""Writes the sync log, or what its filters select, as CSV or JSON."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from runacall import clock
from sync.log.export import FORMATS, Export
from sync.management.filter_options import add_filter_options, events_chosen, filters_given
from sync.management.organization_option import add_organization_option, organization_named


class Command(BaseCommand):
    help = "Export the sync log of a shop as CSV or JSON: the same rows, columns and words as on the page."

    def add_arguments(self, parser: CommandParser) -> None:
        add_organization_option(parser, required=True)
        parser.add_argument("--format", choices=FORMATS, default="csv")
        parser.add_argument("--output", metavar="FILE", help="default: standard output")
        parser.add_argument("--bom", action="store_true", help="start CSV with the mark that tells Excel it is UTF-8")
        add_filter_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        organization = organization_named(options["organization"])
        filters = filters_given(options)
        events = events_chosen(organization, filters)
        export = Export(organization, events, clock.now(), dict(filters.lists()))
        # Only shown on a terminal, never in the output.
        with (
            tqdm(total=events.count(), desc=organization.slug, unit="event", disable=None, file=sys.stderr) as bar,
            self._target(options["output"]) as write,
        ):
            pieces = export.pieces(options["format"], byte_order_mark=options["bom"], progress=bar.update)
            for piece in pieces:
                write(piece)
        if options["output"]:
            self.stderr.write(f"Wrote {options['output']}.")

    @contextmanager
    def _target(self, output: str | None) -> Iterator[Callable[[str], object]]:
        if not output:
            yield lambda piece: self.stdout.write(piece, ending="")
            return
        try:
            with Path(output).open("w", encoding="utf-8", newline="") as file:
                yield file.write
        except OSError as error:
            raise CommandError(f"Cannot write {output}: {error.strerror}.") from error

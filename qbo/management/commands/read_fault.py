"""Reads QuickBooks' answers as JSON lines from standard input and says what each means; needs no database."""

import json
import sys
from collections.abc import Iterator
from typing import BinaryIO

from django.core.management.base import BaseCommand

from qbo.faults.report import FIELDS, read_line


class Command(BaseCommand):
    help = (
        f"Reads answers of QuickBooks as JSON lines ({', '.join(FIELDS)}) from standard input"
        " and writes JSON lines (id, code, label, kind, retryable, subject)."
    )
    requires_system_checks: list[str] = []

    def handle(self, *args: object, **options: object) -> None:
        unread = 0
        for line in lines(sys.stdin.buffer):
            result = read_line(line)
            unread += "error" in result
            self.stdout.write(json.dumps(result))
        if unread:
            self.stderr.write(f"{unread} line(s) could not be understood; their output has an error field.")


def lines(stream: BinaryIO) -> Iterator[str]:
    """The lines that are not empty; bytes that are not UTF-8 are replaced, not refused."""
    for raw in stream:
        text = raw.decode("utf-8-sig", errors="replace").strip()
        if text:
            yield text

"""Re-encrypts every stored token with the newest of TOKEN_KEYS, so that the older keys can be removed."""

from __future__ import annotations

from django.core.management.base import BaseCommand, CommandError, CommandParser

from qbo.connection.key_rotation import STEP, rotate_token_keys


class Command(BaseCommand):
    help = (
        "Re-encrypt the tokens of all connections with the first of TOKEN_KEYS. It can be stopped and started again"
        " at any time, while web and cluster are running. The exit status is 1 if no key can read a connection's"
        " tokens."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--step", type=int, default=STEP, metavar="ROWS", help=f"connections at a time (default {STEP})"
        )

    def handle(self, *args: object, step: int, **options: object) -> None:
        if step < 1:
            raise CommandError("--step takes a number of connections, at least 1.")
        done = up_to_date = unreadable = 0
        for rotated in rotate_token_keys(step=step):
            done, up_to_date = done + rotated.done, up_to_date + rotated.up_to_date
            for one in rotated.unreadable:
                unreadable += 1
                self.stdout.write(f"{one.organization.slug}: no key can read its tokens. The shop has to reconnect.")
            self.stdout.write(f"{done:,} re-encrypted so far.")
        self.stdout.write(
            f"{done:,} re-encrypted, {up_to_date:,} had the newest key already, {unreadable:,} could not be read."
        )
        if unreadable:
            raise CommandError("Some tokens could not be read by any of TOKEN_KEYS.")
        self.stdout.write("The older keys in TOKEN_KEYS can be removed.")

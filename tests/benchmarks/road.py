"""How far a reader walks: files, functions and moves between files from `invoice.send()` to Synced, and for Retry all.

python -m tests.benchmarks.road [--trace]

With --trace it prints each function in the order in which it was entered, and how often in a row.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
OURS = tuple(str(ROOT / app) + os.sep for app in ("runacall", "qbo", "sync"))


@dataclass
class Road:
    """What was walked through: every function of ours that was entered, in order."""

    files: set[str] = field(default_factory=set)
    functions: set[tuple[str, str]] = field(default_factory=set)
    moves: int = 0
    here: str = ""
    # The functions in the order in which they were entered, with how often in a row.
    trace: list[tuple[str, int]] = field(default_factory=list)

    def step(self, frame: Any, event: str, _: Any) -> None:
        if event != "call" or not frame.f_code.co_filename.startswith(OURS):
            return
        file, name = frame.f_code.co_filename, frame.f_code.co_qualname
        if "<" in name.replace("<locals>", "") or "/migrations/" in file:
            return  # comprehensions and module bodies are no places of their own
        self.files.add(file)
        self.functions.add((file, name))
        self.moves += file != self.here
        self.here = file
        step, (last, count) = f"{Path(file).relative_to(ROOT)}  {name}", self.trace.pop() if self.trace else ("", 0)
        self.trace += [(step, count + 1)] if step == last else [(last, count), (step, 1)]

    def walk(self, act: Callable[[], object]) -> Road:
        sys.setprofile(self.step)
        try:
            act()
        finally:
            sys.setprofile(None)
        return self

    def __str__(self) -> str:
        return f"{len(self.files)} files, {len(self.functions)} functions, {self.moves} moves between files"


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command
    from django.utils import timezone

    call_command("migrate", verbosity=0)
    from sync.models import State, SyncEvent
    from sync.operations import retrying
    from tests.books import NO_LIMITS, connected_shop, emulator

    settings.SYNC = {**settings.SYNC, **NO_LIMITS}
    settings.QBO_CLIENT_ID, settings.QBO_CLIENT_SECRET = "emulator-client", "emulator-secret"
    with emulator() as url:
        shop = connected_shop(url, slug="road")
        customer = shop.settled_invoice().customer
        draft = shop.invoice(customer=customer, send=False)

        def send() -> None:
            draft.send(at=timezone.now())
            shop.drain()

        road = Road().walk(send)
        print("send() to Synced:", road)
        assert shop.event(draft).state == State.SYNCED
        failed = SyncEvent.objects.filter(pk=shop.event(draft).pk)
        failed.update(state=State.FAILED, failure_code="closed_period", due_at=None)
        retry = Road().walk(lambda: retrying.retry(shop.failed(), by=None, at=timezone.now()))
        print("Retry all to its UPDATE:", retry)
        for step, count in road.trace + retry.trace if "--trace" in sys.argv else ():
            print(f"{count:3} × {step}" if count else "")


if __name__ == "__main__":
    main()

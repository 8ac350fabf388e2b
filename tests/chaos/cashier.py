"""Every invoice is paid: `python -m tests.chaos.cashier SEED` receives money until SIGTERM, and then the rest."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import DatabaseError, InterfaceError, connection  # noqa: E402
from django.db.models import F  # noqa: E402

from runacall.invoices.models import Invoice  # noqa: E402
from runacall.invoices.refusals import Refused  # noqa: E402
from tests.chaos.editor import pay  # noqa: E402
from tests.chaos.stage import PACE  # noqa: E402

PAUSE = 0.02 * PACE
# So many of the newest stay open for a while, for the office to change.
LEFT_OPEN = 60
CHUNK = 100


def open_ones(*, but: int) -> list[Invoice]:
    newest = list(Invoice.objects.order_by("-pk").values_list("pk", flat=True)[:but])
    found = Invoice.objects.exclude(status="void").filter(amount_paid__lt=F("total"))
    return list(found.exclude(pk__in=newest).order_by("pk")[:CHUNK])


def receive(dice: random.Random, done: Counter[str], *, but: int) -> bool:
    """Some of the money; False where nothing is open."""
    try:
        found = open_ones(but=but)
        for invoice in found:
            _pay(invoice, dice, done)
            time.sleep(dice.random() * 2 * PAUSE)
        return bool(found)
    except (DatabaseError, InterfaceError):
        done["database away"] += 1
        connection.close()
        return True


def _pay(invoice: Invoice, dice: random.Random, done: Counter[str]) -> None:
    try:
        pay(invoice, dice)
        done["paid by the cashier"] += 1
    except (Refused, ValidationError):
        done["refused"] += 1


def main(seed: int) -> None:
    dice, done, stopping = random.Random(seed), Counter[str](), []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    while not stopping:
        if not receive(dice, done, but=LEFT_OPEN):
            time.sleep(PAUSE * 10)
    while receive(dice, done, but=0):
        pass
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

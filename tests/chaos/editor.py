"""The office at work while invoices are being sent: `python -m tests.chaos.editor SEED` edits until SIGTERM."""

from __future__ import annotations

import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "runacall.settings")
django.setup()

from django.core.exceptions import ValidationError  # noqa: E402
from django.db import DatabaseError, InterfaceError, connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from runacall.invoices.models import Customer, Invoice, Payment  # noqa: E402
from runacall.invoices.refusals import Refused  # noqa: E402

PAUSE = 0.1
Edit = Callable[[Invoice, random.Random], Any]


def note(invoice: Invoice, dice: random.Random) -> None:
    invoice.edit(customer_note=f"Thank you ({dice.randrange(10**6)})", at=timezone.now())


def price(invoice: Invoice, dice: random.Random) -> None:
    first, *others = invoice.line_inputs()
    changed = replace(first, unit_price=Decimal(dice.randrange(100, 50_000)) / 100)
    invoice.edit(lines=[changed, *others], at=timezone.now())


def date(invoice: Invoice, dice: random.Random) -> None:
    invoice.edit(invoice_date=invoice.invoice_date + timedelta(days=dice.choice((-2, -1, 1, 2))), at=timezone.now())


def number(invoice: Invoice, dice: random.Random) -> None:
    invoice.edit(number=f"{invoice.number[:6]}-{dice.randrange(10**8)}", at=timezone.now())


def customer(invoice: Invoice, dice: random.Random) -> None:
    others = list(Customer.objects.filter(organization_id=invoice.organization_id).order_by("pk"))
    invoice.edit(customer=dice.choice(others), at=timezone.now())


def there_and_back(invoice: Invoice, dice: random.Random) -> None:
    """After which the invoice is as it was, whatever of it has gone out meanwhile."""
    before = invoice.customer_note
    note(invoice, dice)
    time.sleep(dice.random() * 1.5)
    invoice.edit(customer_note=before, at=timezone.now())


def void(invoice: Invoice, dice: random.Random) -> None:
    invoice.void(reason="entered twice", at=timezone.now())


def pay(invoice: Invoice, dice: random.Random) -> None:
    now = timezone.now()
    amount = invoice.balance if dice.random() < 0.7 else (invoice.balance / 2).quantize(Decimal("0.01"))
    method = dice.choice(("check", "cash"))
    invoice.record_payment(amount=amount, method=method, received_date=now.date(), at=now)


def correct_payment(invoice: Invoice, dice: random.Random) -> None:
    """The latest payment on it, or on any."""
    payment = invoice.payments.first() or Payment.objects.order_by("?").first()
    if payment is not None:
        payment.edit(reference=str(dice.randrange(10**6)), at=timezone.now())


def void_payment(invoice: Invoice, dice: random.Random) -> None:
    payment = invoice.payments.filter(voided_at=None).first()
    if payment is not None:
        payment.void(at=timezone.now())


EDITS: dict[Edit, int] = {
    **{note: 40, price: 25, date: 10, number: 8, customer: 8, there_and_back: 5, void: 3},
    **{pay: 20, correct_payment: 8, void_payment: 3},
}


def edit_one(dice: random.Random, done: Counter[str]) -> None:
    ids = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    # Fresh ones are more likely to be on their way right now.
    chosen = dice.choice(ids[-60:] if dice.random() < 0.6 else ids)
    (edit,) = dice.choices(list(EDITS), weights=list(EDITS.values()))
    try:
        edit(Invoice.objects.get(pk=chosen), dice)
        done[edit.__name__] += 1
    except (Refused, ValidationError):
        done["refused"] += 1
    except (DatabaseError, InterfaceError):
        done["database away"] += 1
        connection.close()


def main(seed: int) -> None:
    dice, done, stopping = random.Random(seed), Counter[str](), []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    while not stopping:
        try:
            edit_one(dice, done)
        except (DatabaseError, InterfaceError):
            connection.close()
        time.sleep(dice.random() * 2 * PAUSE)
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

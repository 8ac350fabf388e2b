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
from django.db.models import F  # noqa: E402
from django.utils import timezone  # noqa: E402

from runacall.invoices.models import Customer, Invoice, Payment  # noqa: E402
from runacall.invoices.refusals import Refused  # noqa: E402
from tests.chaos.stage import PACE  # noqa: E402
from tests.chaos.verdict import MONEY_EDITS  # noqa: E402

PAUSE = 0.1 * PACE
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
    invoice.record_payment(amount=amount, method=method, received_date=invoice.organization.today(now), at=now)


def pay_several(invoice: Invoice, dice: random.Random) -> None:
    """One check for up to three open invoices of the customer, the last of them in part."""
    _receive(invoice, dice, most=3, more=Decimal(0))


def overpay(invoice: Invoice, dice: random.Random) -> None:
    """The rest is the customer's credit."""
    _receive(invoice, dice, most=1, more=Decimal(dice.randrange(1, 5_000)) / 100)


def _receive(invoice: Invoice, dice: random.Random, *, most: int, more: Decimal) -> None:
    now = timezone.now()
    theirs = Invoice.objects.filter(customer=invoice.customer, amount_paid__lt=F("total")).exclude(status="void")
    chosen = [one for one in theirs.order_by("-pk")[:most] if one.balance]
    if most > 1 and len(chosen) < 2:
        raise Refused("Nothing to share it among.")
    parts = {one: one.balance for one in chosen or [invoice]}
    if most > 1:
        parts[chosen[-1]] = max(Decimal("0.01"), (chosen[-1].balance / 3).quantize(Decimal("0.01")))
    Payment.objects.receive(
        parts=parts,
        at=now,
        organization=invoice.organization,
        customer=invoice.customer,
        amount=sum(parts.values(), more),
        method=dice.choice(("check", "cash")),
        received_date=invoice.organization.today(now),
        reference=str(dice.randrange(10**6)),
    )


def reapply(invoice: Invoice, dice: random.Random) -> None:
    """Another amount of what a payment pays; the rest stays as credit."""
    payment = Payment.objects.filter(voided_at=None).order_by("?").first()
    if payment is not None:
        kept = list(payment.applications.select_related("invoice"))[:1]
        payment.apply({one.invoice: (one.amount / 2).quantize(Decimal("0.01")) for one in kept}, at=timezone.now())


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
    **{pay: 20, pay_several: 8, overpay: 8, reapply: 4, correct_payment: 8, void_payment: 3},
}
# Each of these has to have happened in a storm, however short it was.
MONEY = tuple(edit for edit in EDITS if edit.__name__ in MONEY_EDITS)
TRIES = 300


def edit_one(dice: random.Random, done: Counter[str], only: Edit | None = None) -> None:
    ids = list(Invoice.objects.order_by("pk").values_list("pk", flat=True))
    if not ids:
        return
    # Fresh ones are more likely to be on their way right now.
    chosen = dice.choice(ids[-60:] if dice.random() < 0.6 else ids)
    (edit,) = [only] if only else dice.choices(list(EDITS), weights=list(EDITS.values()))
    try:
        edit(Invoice.objects.get(pk=chosen), dice)
        done[edit.__name__] += 1
    except (Refused, ValidationError):
        done["refused"] += 1
    except (DatabaseError, InterfaceError):
        done["database away"] += 1
        connection.close()


def edit_safely(dice: random.Random, done: Counter[str], only: Edit | None = None) -> None:
    try:
        edit_one(dice, done, only)
    except (DatabaseError, InterfaceError):
        connection.close()


def main(seed: int) -> None:
    dice, done, stopping = random.Random(seed), Counter[str](), []
    signal.signal(signal.SIGTERM, lambda *_: stopping.append(True))
    while not stopping:
        edit_safely(dice, done)
        time.sleep(dice.random() * 2 * PAUSE)
    for edit in MONEY:
        for _ in range(TRIES):
            if done[edit.__name__]:
                break
            edit_safely(dice, done, edit)
    print(json.dumps(done), flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]))

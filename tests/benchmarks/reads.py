"""Benchmark 11: the reads that Intuit meters, beside the writes: for invoices with their payments, and for a quiet day.

`python -m tests.benchmarks.reads COUNT` prints JSON. The company counts; the day passes by the time that is handed in.
"""

from __future__ import annotations

import json
import sys
from collections import Counter
from datetime import datetime, timedelta

import django
from django.conf import settings

if __name__ == "__main__":
    django.setup()

from django.utils import timezone

from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices
from runacall.invoices.models import Customer, Invoice, LineInput
from sync.inbound.listening import compare_last_day
from sync.worker.wake import ask_for_old_lists
from tests import builders
from tests.books import NO_LIMITS, Shop, connected_shop, emulator

CUSTOMERS, QUARTER = 60, timedelta(minutes=15)
QUARTERS_A_DAY, AT_NIGHT = 96, 8


class Meter:
    """What the company has counted since it was last looked at."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.before = self._counted()

    def read(self) -> Counter[str]:
        before, self.before = self.before, self._counted()
        return self.before - before

    def _counted(self) -> Counter[str]:
        state = self.shop.books.state()
        paths, batches = Counter[str](state["by_path"]), int(state["batches"])
        alone = int(state["writes"]) - batches
        found = Counter({"calls that write": int(state["writes"]), "writes": alone + int(state["batch_items"])})
        metered = int(state["api_calls"]) - int(state["writes"])
        return found + Counter({"metered": metered, "change data": paths["cdc"], "queries": paths["query"]})


def busy(shop: Shop, count: int, at: datetime) -> Counter[str]:
    """So many invoices of customers who are there, then a payment of each; and the reading of what changed."""
    customers = list(Customer.objects.filter(organization=shop.organization))
    item = shop.item("Labor")
    lines = [LineInput(description="Labor", quantity=1, unit_price=None, item=item, rates=())]
    inputs = [
        InvoiceInput(customer=customers[n % len(customers)], invoice_date=at.date(), lines=lines) for n in range(count)
    ]
    meter = Meter(shop)
    enter_invoices(shop.organization, inputs, at=at, send=True)
    settle(shop, at)
    for invoice in Invoice.objects.filter(organization=shop.organization).order_by("-pk")[:count]:
        invoice.record_payment(amount=invoice.balance, method="check", received_date=at.date(), at=at)
    settle(shop, at)
    shop.hear(at)
    return meter.read() + Counter({"not sent": shop.log().unsent().count()})


def settle(shop: Shop, at: datetime) -> None:
    """Drains until nothing is left to send."""
    while shop.drain(at).settled:
        pass


def quiet_day(shop: Shop, start: datetime) -> Counter[str]:
    """Nobody does anything: changes are read each quarter of an hour, old lists hourly, and the books once a night."""
    meter = Meter(shop)
    for quarter in range(1, QUARTERS_A_DAY + 1):
        at = start + quarter * QUARTER
        shop.books.do("advance_clock", seconds=QUARTER.total_seconds())
        shop.hear(at, sooner=False)
        ask_for_old_lists(at=at)
        shop.drain(at)
        if quarter == AT_NIGHT:
            compare_last_day(shop.connection, now=lambda at=at: at)  # type: ignore[misc]
    return meter.read()


def main(count: int) -> None:
    settings.SYNC |= NO_LIMITS
    with emulator() as url:
        shop, at = connected_shop(url), timezone.now()
        # Customers of a shop that is at work are in QuickBooks already.
        for n in range(CUSTOMERS):
            shop.invoice(customer=builders.customer(shop.organization, f"Regular {n}", at=at), at=at)
        shop.drain(at)
        shop.hear(at)
        found = {"busy": busy(shop, count, at)}
        # Two days later the invoices are no longer of the last day.
        shop.books.do("advance_clock", seconds=timedelta(days=2).total_seconds())
        shop.hear(at + timedelta(days=2))
        found["quiet"] = quiet_day(shop, at + timedelta(days=2))
    print(json.dumps(found))


if __name__ == "__main__":
    main(int(sys.argv[1]))

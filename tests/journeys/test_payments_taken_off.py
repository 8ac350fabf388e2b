"""A payment leaves an invoice, and the invoice changes, before either is sent: the books agree, and nobody is asked."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice, Payment
from sync.models import SyncEvent
from tests import builders
from tests.books import Shop
from tests.journeys.test_payments import LEAVES, assert_synced, pay, priced


def _given_away(invoice: Invoice, at: datetime) -> object:
    return invoice.edit(customer=builders.customer(invoice.organization, "Hilltop Bakery", at=at), at=at)


CHANGES: dict[str, list[Callable[[Invoice, datetime], object]]] = {
    "nothing": [],
    "cheaper": [lambda invoice, at: priced(invoice, "30", at)],
    "dearer": [lambda invoice, at: priced(invoice, "300", at)],
    "another customer's": [_given_away],
    "another customer's and cheaper": [_given_away, lambda invoice, at: priced(invoice, "30", at)],
    "void": [lambda invoice, at: invoice.void(reason="Entered twice", at=at)],
    "renumbered": [lambda invoice, at: invoice.edit(number="X-9", at=at)],
    "redated": [lambda invoice, at: invoice.edit(invoice_date=invoice.invoice_date - timedelta(days=1), at=at)],
    "paid again": [lambda invoice, at: pay(invoice, at=at)],
    "another customer's and paid": [_given_away, lambda invoice, at: pay(invoice, at=at)],
}


@pytest.mark.sampled(9)
@pytest.mark.parametrize("lost", ["nothing", "the payment", "its change", "nothing, and it was read"])
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("leaves", LEAVES)
@pytest.mark.parametrize("amount", [None, "50"], ids=["all", "part"])
def test_nobody_is_asked(shop: Shop, amount: str | None, leaves: str, change: str, lost: str) -> None:
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    other = shop.settled_invoice(at=start, customer=invoice.customer)
    payment = pay(invoice, amount, at=start)

    def drain(answer_of: str) -> None:
        if lost == answer_of:
            shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
        shop.drain(start)

    drain("the payment")
    if lost == "nothing, and it was read":
        shop.hear(start)
    LEAVES[leaves](payment, other, start)
    if lost == "its change":
        drain(lost)
    for one in CHANGES[change]:
        invoice.refresh_from_db()
        one(invoice, start)
    for minutes in (0, 1, 6, 7, 12, 13, 20):
        shop.drain(start + timedelta(minutes=minutes))
        assert not shop.failed().exists(), [(str(one), one.message) for one in shop.failed()]
    assert not SyncEvent.objects.open().exists(), shop.events()
    assert_synced(shop, *Payment.objects.all())

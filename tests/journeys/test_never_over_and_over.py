"""Whatever a bookkeeper did to what a change needs: nothing is looked at over and over, and nothing is left lying."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice, PricebookItem
from sync.models import Attempt, SyncEvent
from sync.operations import deciding, dismissing, retrying
from tests import builders
from tests.books import Shop
from tests.journeys.test_payments import pay

# So often one change may be looked at within a drain: alone, after what it needs, and once more.
AT_MOST = 6


def other_of(invoice: Invoice) -> Invoice:
    """Another one of its customer."""
    found: Invoice = Invoice.objects.filter(customer=invoice.customer).exclude(pk=invoice.pk).earliest("pk")
    return found


def item_of(invoice: Invoice) -> PricebookItem:
    item = invoice.lines.earliest("pk").item
    assert item is not None
    return item


HERS: dict[str, Callable[[Shop, Invoice], object]] = {
    "deletes the customer": lambda shop, invoice: shop.books.do("delete_customer", id=shop.qbo_id(invoice.customer)),
    "merges the customer into a stranger": lambda shop, invoice: shop.books.do(
        "merge_customers", loser={"id": shop.qbo_id(invoice.customer)}, survivor={"id": "1"}
    ),
    "merges the customer into another": lambda shop, invoice: shop.books.do(
        "merge_customers",
        loser={"id": shop.qbo_id(invoice.customer)},
        survivor={"id": shop.qbo_id(Invoice.objects.exclude(customer=invoice.customer).earliest("pk").customer)},
    ),
    "gives the customer's name to a vendor": lambda shop, invoice: (
        shop.books.do("delete_customer", id=shop.qbo_id(invoice.customer)),
        shop.books.do("add_vendor", name=invoice.customer.display_name),
    ),
    "renames the customer": lambda shop, invoice: shop.books.do(
        "change_customer", id=shop.qbo_id(invoice.customer), name="Somebody else"
    ),
    "deactivates the product": lambda shop, invoice: shop.books.do(
        "deactivate", entity="Item", id=shop.qbo_id(item_of(invoice))
    ),
    "merges the product into a stranger": lambda shop, invoice: shop.books.do(
        "merge_items", loser={"id": shop.qbo_id(item_of(invoice))}, survivor={"id": "1"}
    ),
    "merges the product into another": lambda shop, invoice: shop.books.do(
        "merge_items",
        loser={"id": shop.qbo_id(item_of(invoice))},
        survivor={"id": shop.qbo_id(shop.item("Filter"))},
    ),
    "renames the product": lambda shop, invoice: shop.books.do(
        "change_item", id=shop.qbo_id(item_of(invoice)), name="Something else"
    ),
    "deactivates the account": lambda shop, invoice: shop.books.do("deactivate", entity="Account", id="1"),
    "deletes the invoice": lambda shop, invoice: shop.books.delete("Invoice", shop.there(invoice)),
    "voids the invoice": lambda shop, invoice: shop.books.do("void", entity="Invoice", id=shop.qbo_id(invoice)),
    "moves the invoice": lambda shop, invoice: shop.books.post(
        "invoice", {**shop.there(invoice), "CustomerRef": {"value": "1"}}
    ),
}
OURS: dict[str, Callable[[Shop, Invoice, datetime], object]] = {
    "an edit": lambda shop, invoice, at: invoice.edit(customer_note="call first", at=at),
    "a new invoice": lambda shop, invoice, at: shop.invoice(customer=invoice.customer, item=item_of(invoice), at=at),
    "a payment": lambda shop, invoice, at: pay(invoice, at=at),
    "a payment of it and of another": lambda shop, invoice, at: pay(invoice, at=at).apply(
        {invoice: Decimal(50), other_of(invoice): Decimal(50)}, at=at
    ),
    "the customer's name": lambda shop, invoice, at: invoice.customer.edit(name="M. Okafor-Bell", at=at),
    "the product's price": lambda shop, invoice, at: item_of(invoice).edit(unit_price="90", at=at),
    "a void": lambda shop, invoice, at: invoice.void(reason="Entered twice", at=at),
}
DECISIONS: dict[str, Callable[[Shop, datetime], object]] = {
    "nothing": lambda shop, at: None,
    "Retry all": lambda shop, at: retrying.retry(shop.log(), by=None, at=at),
    "Keep QuickBooks'": lambda shop, at: deciding.keep_quickbooks(shop.log(), by=None, at=at),
    "Send ours": lambda shop, at: deciding.send_ours(shop.log(), by=None, at=at),
    "Send as new": lambda shop, at: deciding.send_as_new(shop.log(), by=None, at=at),
    "Dismiss": lambda shop, at: dismissing.dismiss(shop.log(), by=None, at=at),
    "Accept": lambda shop, at: dismissing.accept(shop.failed(), by=None, at=at),
}


@pytest.mark.sampled(20)
@pytest.mark.parametrize("decision", DECISIONS)
@pytest.mark.parametrize("ours", OURS)
@pytest.mark.parametrize("hers", HERS)
def test_all_comes_to_rest(shop: Shop, hers: str, ours: str, decision: str) -> None:
    start = timezone.now()
    shop.choose(sync_customer_updates=True)
    stranger = builders.customer(shop.organization, "Hilltop Bakery", at=start)
    shop.settled_invoice(at=start, customer=stranger, item=builders.item(shop.organization, "Filter"))
    invoice = shop.settled_invoice(at=start)
    shop.settled_invoice(at=start, customer=invoice.customer)
    HERS[hers](shop, invoice)
    OURS[ours](shop, invoice, start)
    come_to_rest(shop, start)
    for minutes in (1, 10):
        at = start + timedelta(minutes=minutes)
        DECISIONS[decision](shop, at)
        come_to_rest(shop, at)
    come_to_rest(shop, start + timedelta(hours=3))


def come_to_rest(shop: Shop, at: datetime) -> None:
    newest = Attempt.objects.order_by("-pk").values_list("pk", flat=True).first() or 0
    shop.drain(at)
    looks = Counter(Attempt.objects.filter(pk__gt=newest).values_list("event", flat=True))
    often = {str(SyncEvent.objects.get(pk=pk)): count for pk, count in looks.items() if count > AT_MOST}
    assert not often
    left = SyncEvent.objects.open().exclude(state__in=("failed", "held")).filter(due_at__lte=at)
    assert not left.exists(), [(str(one), one.state, one.message, one.due_at) for one in left]

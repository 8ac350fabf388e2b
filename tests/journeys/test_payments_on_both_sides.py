"""One check that the office records here and the bookkeeper in QuickBooks: asked about, and in the books once.

Whichever comes first, in full or in part; what a person says holds, and what goes away there releases ours.
"""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from qbo.mapping.twins import Theirs, twin_failure
from runacall.invoices.document_loading import load_payments
from runacall.invoices.models import Invoice, Payment
from sync.actions import offered
from sync.models import State, SyncEvent, Untaken
from sync.models.events import Direction
from sync.operations import deciding, dismissing
from sync.outbox.arrivals import stop_unsent
from sync.outbox.enqueueing import enqueue_earlier_payments
from tests import builders
from tests.books import Shop
from tests.journeys.test_from_quickbooks import payment_writes, some_time_passes
from tests.on_postgres import only_from_outside, run_on_postgres


def ours(invoice: Invoice, amount: str = "50", **fields: Any) -> Payment:
    return builders.payment(invoice, amount, at=timezone.now(), **fields)


def hers(shop: Shop, invoice: Invoice, amount: str = "50", **fields: Any) -> dict[str, Any]:
    return shop.pay_there(invoice, amount=amount, **{"TxnDate": builders.TODAY.isoformat(), **fields})


def asked(shop: Shop, payment: Payment) -> SyncEvent:
    event = shop.event(payment)
    assert (event.state, event.failure_code) == (State.FAILED, "payment_twin"), (event.state, event.message)
    return event


def say(name: str, shop: Shop, payment: Payment) -> None:
    rows = SyncEvent.objects.filter(pk=asked(shop, payment).pk)
    report = getattr(deciding, name)(rows, by=None, at=timezone.now())
    assert report.done == 1, report


def settle(shop: Shop) -> None:
    """What Run a Call does by itself until nothing moves any more."""
    for _ in range(3):
        shop.drain()
        shop.hear()


def standing_there(shop: Shop) -> list[float]:
    return sorted(row["TotalAmt"] for row in shop.books.rows("Payment") if row["TotalAmt"])


def assert_agreed(shop: Shop, invoice: Invoice, *, paid: str) -> None:
    """Paid the same on both sides, with nothing left to decide."""
    invoice.refresh_from_db()
    assert invoice.amount_paid == Decimal(paid)
    assert shop.there(invoice)["Balance"] == invoice.total - Decimal(paid)
    assert not shop.failed().exists(), shop.events()
    assert shop.reconciles()
    assert not Untaken.objects.exists()


def hers_known_first(shop: Shop, amount: str) -> Payment:
    """She enters it and we read it; then the office records it here."""
    invoice = shop.settled_invoice()
    hers(shop, invoice, amount, PaymentRefNum="1107")
    shop.hear()
    invoice.refresh_from_db()
    return ours(invoice, amount, reference="1107")


def both_at_once(shop: Shop, amount: str) -> Payment:
    """Ours waits to be sent when hers is read."""
    invoice = shop.settled_invoice()
    payment = ours(invoice, amount)
    hers(shop, invoice, amount)
    shop.hear()
    return payment


def ours_in_the_books_first(shop: Shop, amount: str) -> Payment:
    """Ours has gone; then she enters it as well."""
    invoice = shop.settled_invoice()
    payment = ours(invoice, amount)
    shop.drain()
    hers(shop, invoice, amount)
    shop.hear()
    return payment


def refused_by_quickbooks(shop: Shop, amount: str) -> Payment:
    """Hers pays it all before ours is sent; what QuickBooks says of ours makes us look at what is on the invoice."""
    invoice = shop.settled_invoice()
    hers(shop, invoice, "108")
    return ours(invoice, "108")


def entered_while_payments_stayed_here(shop: Shop, amount: str) -> Payment:
    """Her payment was read while Sync payments was off, so nothing here knows it, but its invoice's row does."""
    invoice = shop.settled_invoice()
    shop.choose(sync_payments=False)
    payment = ours(invoice, amount)
    hers(shop, invoice, amount)
    shop.hear()
    shop.choose(sync_payments=True)
    enqueue_earlier_payments(shop.connection, at=timezone.now())
    return payment


WAYS = {
    "hers known first": hers_known_first,
    "both at once": both_at_once,
    "ours in the books first": ours_in_the_books_first,
    "refused by QuickBooks": refused_by_quickbooks,
    "entered while payments stayed here": entered_while_payments_stayed_here,
}
PAID = {"refused by QuickBooks": ("108.00", "108")}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", WAYS)
def test_it_is_the_same(shop: Shop, way: str) -> None:
    once, amount = PAID.get(way, ("50.00", "50"))
    payment = WAYS[way](shop, amount)
    invoice = payment.invoices.get()
    shop.drain()
    event = asked(shop, payment)
    assert f"QBO has a payment of {once} of 2026-06-17 on #{invoice.number} as well" in event.message
    assert [one.name for one in offered(event, at=timezone.now())] == ["same_payment", "record_both", "dismiss"]
    say("same_payment", shop, payment)
    settle(shop)
    payment.refresh_from_db()
    assert payment.is_void
    assert standing_there(shop) == [float(amount)]
    assert_agreed(shop, invoice, paid=once)


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", [way for way in WAYS if way not in PAID])
def test_the_customer_paid_twice(shop: Shop, way: str) -> None:
    payment = WAYS[way](shop, "50")
    invoice = payment.invoices.get()
    shop.drain()
    say("record_both", shop, payment)
    settle(shop)
    assert standing_there(shop) == [50, 50]
    assert_agreed(shop, invoice, paid="100.00")
    # Neither is asked about again, whatever becomes of them.
    payment.edit(memo="second check", at=timezone.now())
    settle(shop)
    assert not shop.failed().exists()


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", ["hers known first", "both at once", "refused by QuickBooks"])
def test_ours_goes_once_hers_is_gone(shop: Shop, way: str) -> None:
    once, amount = PAID.get(way, ("50.00", "50"))
    payment = WAYS[way](shop, amount)
    shop.drain()
    asked(shop, payment)
    (row,) = shop.books.rows("Payment")
    shop.books.delete("Payment", row)
    settle(shop)
    assert shop.event(payment).state == State.SYNCED
    assert standing_there(shop) == [float(amount)]
    assert_agreed(shop, payment.invoices.get(), paid=once)


@pytest.mark.sampled(7)
@pytest.mark.parametrize("how", ["deleted", "void"])
@pytest.mark.parametrize("way", WAYS)
def test_the_answer_crosses_with_her_deletion(shop: Shop, way: str, how: str) -> None:
    """Ours is void, and hers went away before that was read: nothing counts, and somebody is told."""
    _, amount = PAID.get(way, ("50.00", "50"))
    payment = WAYS[way](shop, amount)
    invoice = payment.invoices.get()
    shop.drain()
    (row,) = (one for one in shop.books.rows("Payment") if "Run a Call" not in one.get("PrivateNote", ""))
    if how == "deleted":
        shop.books.delete("Payment", row)
    else:
        shop.books.post("payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    say("same_payment", shop, payment)
    settle(shop)
    event = shop.event(payment)
    assert (event.state, event.failure_code, event.direction) == (State.FAILED, "same_payment_gone", Direction.IN)
    assert f"Ours on #{invoice.number} was voided as the same as a payment in QBO" in event.message
    assert [one.name for one in offered(event, at=timezone.now())] == ["dismiss"]
    assert standing_there(shop) == []
    # It is told once, and nothing is read again for it.
    settle(shop)
    assert shop.failed().count() == 1
    dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="it bounced")
    settle(shop)
    assert_agreed(shop, invoice, paid="0.00")


@pytest.mark.sampled(3)
@pytest.mark.parametrize("way", WAYS)
def test_what_she_deletes_once_it_was_read_is_void_here_and_nobody_is_asked(shop: Shop, way: str) -> None:
    _, amount = PAID.get(way, ("50.00", "50"))
    payment = WAYS[way](shop, amount)
    invoice = payment.invoices.get()
    shop.drain()
    say("same_payment", shop, payment)
    settle(shop)
    (row,) = (one for one in shop.books.rows("Payment") if one["TotalAmt"])
    shop.books.delete("Payment", row)
    settle(shop)
    assert_agreed(shop, invoice, paid="0.00")


def test_an_edit_of_ours_does_not_get_past_the_question(shop: Shop) -> None:
    payment = both_at_once(shop, "50")
    asked(shop, payment)
    sent = payment_writes(shop)
    payment.edit(memo="by post", at=timezone.now())
    settle(shop)
    asked(shop, payment)
    assert payment_writes(shop) == sent


def test_a_corrected_amount_makes_them_two(shop: Shop) -> None:
    payment = both_at_once(shop, "50")
    invoice = payment.invoices.get()
    payment.restate(amount=Decimal(20), parts={invoice: Decimal(20)}, at=timezone.now())
    settle(shop)
    assert standing_there(shop) == [20, 50]
    assert_agreed(shop, invoice, paid="70.00")


def test_a_dismissed_question_leaves_both_as_they_are(shop: Shop) -> None:
    payment = ours_in_the_books_first(shop, "50")
    rows = SyncEvent.objects.filter(pk=asked(shop, payment).pk)
    dismissing.dismiss(rows, by=None, at=timezone.now(), reason="she will delete hers")
    settle(shop)
    assert shop.event(payment).state == State.DISMISSED
    assert payment.invoices.get().payments.count() == 1


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("amount", "days", "reference", "is_asked"),
    [
        ("50", 7, "", True),
        ("50", 8, "", False),
        ("50", 40, "No. 01107", True),
        ("50", 40, "1108", False),
        ("49.99", 0, "1107", False),
    ],
)
def test_what_looks_like_one(shop: Shop, amount: str, days: int, reference: str, is_asked: bool) -> None:
    invoice = shop.settled_invoice()
    payment = ours(invoice, reference="1107")
    shop.drain()
    hers(shop, invoice, amount, TxnDate=(builders.TODAY - timedelta(days=days)).isoformat(), PaymentRefNum=reference)
    shop.hear()
    assert (shop.event(payment).failure_code == "payment_twin") is is_asked
    assert invoice.payments.count() == (1 if is_asked else 2)


def test_payments_of_other_invoices_are_no_twins_and_cost_no_read(shop: Shop) -> None:
    first, second = shop.settled_invoice(), shop.settled_invoice()
    hers(shop, first)
    shop.hear()
    before = shop.books.metered()
    payment = ours(second)
    shop.drain()
    assert shop.event(payment).state == State.SYNCED
    assert shop.books.metered() == before


def test_it_is_asked_once_ours_is_no_longer_on_its_way(shop: Shop) -> None:
    """Nothing else of it has changed here by then, and change data shows hers no more."""
    invoice = shop.settled_invoice()
    payment = ours(invoice)
    settle(shop)
    payment.edit(reference="1107", at=timezone.now())
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    shop.drain()
    shop.books.do("clear_faults")
    hers(shop, invoice)
    shop.hear()
    assert shop.event(payment).state == State.CHECKING
    some_time_passes()
    later = timezone.now() + timedelta(minutes=20)
    shop.drain(later)
    shop.hear(later)
    asked(shop, payment)


def test_what_is_asked_is_a_row_from_quickbooks_where_ours_has_gone(shop: Shop) -> None:
    event = asked(shop, ours_in_the_books_first(shop, "50"))
    assert event.direction == Direction.IN
    assert [(side["ours"], side["theirs"]) for side in event.facts["sides"]] == [
        ("50.00", "50.00"), ("2026-06-17", "2026-06-17"), ("", ""),
    ]  # fmt: skip


def test_what_was_more_than_was_open_goes_once_there_is_room(shop: Shop) -> None:
    """Hers is of another amount, so it is no twin, and only when it is gone can QuickBooks take ours."""
    invoice = shop.settled_invoice()
    row = hers(shop, invoice, "108")
    payment = ours(invoice, "100")
    shop.drain()
    shop.hear()
    assert shop.event(payment).failure_code == "payment_over_applied"
    # Another change of the invoice makes no room.
    shop.books.post("invoice", {**shop.there(invoice), "CustomerMemo": {"value": "hello"}})
    sent = payment_writes(shop)
    settle(shop)
    assert (shop.event(payment).failure_code, payment_writes(shop)) == ("payment_over_applied", sent)
    shop.books.delete("Payment", row)
    settle(shop)
    assert shop.event(payment).state == State.SYNCED
    assert_agreed(shop, invoice, paid="100.00")


def test_what_may_have_arrived_is_looked_for_before_anything_is_asked(shop: Shop) -> None:
    payment = ours(shop.settled_invoice())
    SyncEvent.objects.filter(pk=shop.event(payment).pk).update(look_first=True)
    failure = twin_failure(load_payments([payment.pk])[payment.pk], Theirs("9", "50.00", "2026-01-05"))
    assert not stop_unsent(shop.event(payment), failure, at=timezone.now(), row={})
    assert shop.event(payment).state == State.QUEUED


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(900)
@only_from_outside
def test_the_same_on_postgresql() -> None:
    run_on_postgres(__file__, timeout=850)


@pytest.mark.parametrize("is_sent", [False, True], ids=["before it goes", "while a person is asked"])
def test_a_payment_of_an_invoice_that_is_another_customers_here_is_taken_in_later(
    shop: Shop, is_sent: bool, caplog: pytest.LogCaptureFixture
) -> None:
    """The office has given the invoice away, and she takes the former customer's money for it: no mistake of ours."""
    invoice = shop.settled_invoice()
    former, at = invoice.customer, timezone.now()
    invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=at), at=at)
    row = shop.pay_there(invoice)
    if is_sent:
        shop.drain()
    shop.hear()
    shop.drain()
    assert shop.event(invoice).failure_code in ("paid_in_quickbooks", "payment_not_taken_over")
    assert not Payment.objects.exists()
    assert Untaken.objects.get().qbo_id == row["Id"]
    assert not caplog.records
    invoice.refresh_from_db()
    invoice.edit(customer=former, at=at)
    settle(shop)
    payment = Payment.objects.get()
    assert (payment.customer, payment.amount, payment.invoices.get()) == (former, invoice.total, invoice)
    assert shop.qbo_id(payment) == row["Id"]
    assert not shop.failed().exists()
    assert shop.compared().agrees

"""Payments: recorded here, in QuickBooks on their invoice; edits and voids follow, and nothing is there twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from qbo.models import ConnectionSettings, PaymentMapping
from runacall.invoices.models import Invoice, Payment
from sync.models import State, SyncEvent
from sync.operations.dating import post_to_current_period
from sync.operations.deciding import keep_quickbooks, send_ours
from sync.operations.retrying import retry
from sync.outbox.enqueueing import enqueue_earlier, enqueue_earlier_payments, payments_of
from tests import builders
from tests.books import Shop


def pay(invoice: Invoice, amount: str | None = None, **fields: Any) -> Payment:
    return builders.payment(invoice, amount, at=fields.pop("at", timezone.now()), **fields)


def there(shop: Shop, payment: Payment) -> dict[str, Any]:
    return shop.books.row("Payment", shop.qbo_id(payment))


def assert_synced(shop: Shop, *payments: Payment) -> None:
    """In the books once, with every balance as it is here."""
    for payment in payments:
        assert shop.event(payment).state == State.SYNCED, (shop.event(payment).state, shop.event(payment).message)
    found = shop.compared()
    assert found.agrees, found
    assert found.paid_otherwise == []
    assert list(shop.failed()) == []


def assert_failed(shop: Shop, payment: Payment, code: str, message: str) -> None:
    event = shop.event(payment)
    assert (event.state, event.failure_code, event.message) == (State.FAILED, code, message)


def test_a_payment_follows_its_invoice_into_the_books(shop: Shop) -> None:
    invoice = shop.invoice()
    payment = pay(invoice, reference="1107")
    shop.drain()
    assert_synced(shop, payment)
    row = there(shop, payment)
    assert (Decimal(str(row["TotalAmt"])), row["UnappliedAmt"]) == (payment.amount, 0)
    assert row["Line"][0]["LinkedTxn"] == [{"TxnId": shop.qbo_id(invoice), "TxnType": "Invoice"}]
    assert shop.there(invoice)["Balance"] == 0
    assert (row["PaymentMethodRef"]["value"], row["DepositToAccountRef"]["value"]) == ("2", "4")
    assert (row["PaymentRefNum"], row["TxnDate"]) == ("1107", payment.received_date.isoformat())


def test_parts_come_to_the_whole(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    first, second = pay(invoice, "40"), pay(invoice, method="cash")
    shop.drain()
    assert_synced(shop, first, second)
    assert {one["TotalAmt"] for one in shop.books.rows("Payment")} == {40, 68}


def test_one_payment_pays_two_invoices_and_leaves_a_credit(shop: Shop) -> None:
    one = shop.settled_invoice()
    two = shop.invoice(customer=one.customer)
    payment = pay(one, "250", rest_is_credit=True)
    payment.apply({one: one.total, two: Decimal(100)}, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    row = there(shop, payment)
    assert (row["UnappliedAmt"], len(row["Line"])) == (42, 2)
    two.refresh_from_db()
    assert (two.status, shop.there(two)["Balance"]) == ("partial", 8)


def test_what_is_edited_here_changes_there_and_hers_stays(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), reference="1107", memo="two envelopes")
    shop.drain()
    row = there(shop, payment)
    hers = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "CustomerRef": row["CustomerRef"]}
    hers |= {"TotalAmt": row["TotalAmt"], "PrivateNote": f"counted by Ann\n\n{row['PrivateNote']}"}
    shop.books.post("payment", hers)
    payment.edit(reference="1108", memo="three envelopes", at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    after = there(shop, payment)
    assert after["PaymentRefNum"] == "1108"
    assert after["PrivateNote"].startswith("counted by Ann")
    assert "three envelopes" in after["PrivateNote"]
    assert len(shop.books.rows("Payment")) == 1


def test_a_void_payment_opens_its_invoice_again(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    payment = pay(invoice)
    shop.drain()
    payment.void(at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    invoice.refresh_from_db()
    assert (invoice.status, shop.there(invoice)["Balance"]) == ("sent", invoice.total)


def test_a_payment_voided_before_it_was_sent_is_not_sent(shop: Shop) -> None:
    payment = pay(shop.settled_invoice())
    payment.void(at=timezone.now())
    shop.drain()
    assert shop.event(payment).state == State.SUPERSEDED
    assert shop.books.rows("Payment") == []


def test_a_void_invoice_is_freed_of_its_payments_first(shop: Shop) -> None:
    """QuickBooks voids no invoice with a payment: the money becomes the customer's credit, then the invoice is void."""
    invoice = shop.settled_invoice()
    payment = pay(invoice)
    shop.drain()
    invoice.void(reason="Duplicate", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert_synced(shop, payment)
    assert there(shop, payment)["UnappliedAmt"] == payment.amount
    assert shop.there(invoice)["TotalAmt"] == 0


def test_a_void_waits_for_a_payment_that_cannot_be_taken_off(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    payment = pay(invoice, received_date=builders.today() - timedelta(days=40))
    shop.drain()
    shop.books.do("close_books", date=(builders.today() - timedelta(days=30)).isoformat())
    invoice.void(reason="Duplicate", at=timezone.now())
    shop.read_lists("Preferences")
    shop.drain()
    assert shop.event(payment).failure_code == "payment_in_closed_period"
    waits = shop.event(invoice)
    assert (waits.state, waits.failure_code) == (State.FAILED, "payment_in_closed_period")
    shop.books.do("close_books", date=None)
    shop.retry(payment)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert_synced(shop, payment)


def test_a_payment_waits_for_its_invoice_and_follows_by_itself(shop: Shop) -> None:
    """It shows what stops the invoice, and goes once that is fixed, with nobody asking for it."""
    other = builders.rate(shop.organization, "Combined 7.25", "7.25")
    invoice = shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=[other])])
    payment = pay(invoice)
    shop.drain()
    assert_failed(shop, payment, "tax_code_not_mapped", "Tax code 'Combined 7.25' not mapped")
    shop.map_tax(other)
    shop.retry(invoice)
    shop.drain()
    assert_synced(shop, payment)


def test_posting_to_today_moves_the_invoice_and_its_payment_follows(shop: Shop) -> None:
    """The payment shares the failure of its invoice, and has no dates of its own to post."""
    today = builders.today()
    shop.books.do("close_books", date=(today - timedelta(days=10)).isoformat())
    shop.read_lists("Preferences")
    invoice = shop.invoice(invoice_date=today - timedelta(days=20))
    payment = pay(invoice, received_date=today)
    shop.drain()
    assert shop.event(payment).failure_code == "closed_period"
    report = post_to_current_period(shop.failed(), by=None, at=timezone.now())
    assert (report.done, report.left) == (1, {"did not fail for a closed period": 1})
    shop.drain()
    assert_synced(shop, payment)


def test_a_payment_says_what_it_waits_for(shop: Shop) -> None:
    start = timezone.now()
    invoice = shop.invoice(at=start, customer=shop.settled_invoice(at=start).customer)
    payment = pay(invoice, at=start)
    shop.books.do("fault", fault="item_fault", entity="Invoice", code="10000", message="x", detail="x", times=1)
    shop.drain(start)
    event = shop.event(payment)
    assert (event.state, event.failure_code, event.retries) == (State.QUEUED, "waits_for_invoice", 0)
    assert event.message == f"Waits for the invoice '#{invoice.number}'"
    shop.drain(start + timedelta(minutes=6))
    assert_synced(shop, payment)


def test_a_payment_of_an_invoice_that_became_dearer_waits_for_its_change(shop: Shop) -> None:
    """QuickBooks refuses what is more than the invoice was; nobody is asked while the change is on its way."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    invoice.edit(lines=[builders.line("Labor", "150", item=shop.item("Labor"))], at=start)
    shop.books.do("fault", fault="item_fault", entity="Invoice", code="10000", message="x", detail="x", times=1)
    payment = pay(invoice, str(invoice.total), at=start)
    shop.drain(start)
    event = shop.event(payment)
    assert (event.state, event.message) == (State.QUEUED, f"Waits for the invoice '#{invoice.number}'")
    assert event.due_at == shop.event(invoice).due_at
    shop.drain(event.due_at)
    assert_synced(shop, payment)
    assert shop.there(invoice)["Balance"] == 0


def test_a_payment_waits_for_the_void_of_another_one_that_pays_the_same(shop: Shop) -> None:
    """What was entered wrong is void here, and its void has not arrived yet: QuickBooks refuses the right one."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    wrong = pay(invoice, at=start)
    shop.drain(start)
    wrong.void(at=start)
    shop.books.do("fault", fault="item_fault", entity="Payment", code="10000", message="x", detail="x", times=1)
    shop.drain(start)
    invoice.refresh_from_db()
    right = pay(invoice, at=start)
    shop.drain(start)
    event = shop.event(right)
    said = f"Waits for the payment of {wrong.amount:,} to be taken off the invoice first"
    assert (event.state, event.message) == (State.QUEUED, said)
    assert event.due_at == shop.event(wrong).due_at
    shop.drain(event.due_at)
    assert_synced(shop, wrong, right)
    assert shop.there(invoice)["Balance"] == 0
    assert not shop.failed().exists()


@pytest.mark.parametrize("had_gone", [False, True], ids=["as it was made", "as it was moved there"])
def test_a_payment_waits_for_another_one_that_may_be_on_its_invoice_since_a_lost_answer(
    shop: Shop, had_gone: bool
) -> None:
    """It goes to another invoice, but what was sent last has to be found first."""
    start = timezone.now()
    one, other = settled_pair(shop, start)
    if had_gone:
        first = pay(other, at=start)
        shop.drain(start)
        first.apply({}, at=start)
        first.apply({one: one.total}, at=start)
    else:
        first = pay(one, at=start)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    shop.drain(start)
    assert shop.event(first).state == State.CHECKING
    first.apply({}, at=start)
    first.apply({other: other.total}, at=start)
    one.refresh_from_db()
    second = pay(one, at=start)
    shop.drain(start)
    event = shop.event(second)
    assert (event.state, event.failure_code) == (State.QUEUED, "waits_for_payment"), event.message
    for minutes in (6, 7, 12):
        shop.drain(start + timedelta(minutes=minutes))
    assert_synced(shop, first, second)
    assert [shop.there(invoice)["Balance"] for invoice in (one, other)] == [0, 0]
    assert not shop.failed().exists()


def test_a_payment_waits_for_another_ones_later_change(shop: Shop) -> None:
    """It was entered before the other one was moved, and moved itself after that: its event is the older one."""
    start = timezone.now()
    one, other = settled_pair(shop, start)
    former = pay(one, at=start)
    shop.drain(start)
    entered = pay(other, at=start)
    former.apply({}, at=start)
    entered.apply({one: one.total}, at=start)
    former.apply({other: other.total}, at=start)
    assert shop.event(entered).pk < shop.event(former).pk
    SyncEvent.objects.filter(pk=shop.event(former).pk).update(due_at=start + timedelta(minutes=2))
    shop.drain(start)
    event = shop.event(entered)
    assert (event.state, event.failure_code) == (State.QUEUED, "waits_for_payment"), event.message
    shop.drain(event.due_at)
    assert_synced(shop, former, entered)


@pytest.mark.parametrize("lost", [False, True], ids=["", "and their first sends were lost"])
@pytest.mark.parametrize("amounts", [("98", "10"), ("10", "98"), ("50", "58"), ("40", "40", "28")], ids=" + ".join)
def test_new_payments_for_which_there_is_no_room_do_not_wait_for_each_other(
    shop: Shop, amounts: tuple[str, ...], lost: bool
) -> None:
    """She took money that is not known here yet, and each of them is more than what is left of the invoice."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    payments = [pay(invoice, one, at=start) for one in amounts]
    if lost:
        shop.books.do("fault", fault="reset", path="payment", times=len(payments))
        shop.drain(start)
        shop.books.do("clear_faults")
    shop.pay_there(invoice, amount=100)
    before = shop.books.writes()
    for minutes in range(0, 60, 6):
        shop.drain(start + timedelta(minutes=minutes))
    assert shop.books.writes() - before <= 4 * len(payments)
    assert {shop.event(one).state for one in payments} == {State.FAILED}
    assert {shop.event(one).failure_code for one in payments} == {"payment_over_applied"}
    assert {shop.event(one).blocked_by for one in payments} == {""}


def test_two_payments_that_change_places_wait_for_each_other_no_longer_than_once(shop: Shop) -> None:
    """Each has to be taken off first: a person sees it at once, instead of two rows that wait for ever."""
    start = timezone.now()
    one, other = settled_pair(shop, start)
    first, second = pay(one, at=start), pay(other, at=start)
    shop.drain(start)
    first.apply({}, at=start)
    second.apply({one: one.total}, at=start)
    first.apply({other: other.total}, at=start)
    for _ in range(3):
        shop.drain(start)
    assert {shop.event(one).state for one in (first, second)} <= {State.FAILED, State.SYNCED}, shop.events()


LEAVES: dict[str, Callable[[Payment, Invoice, datetime], object]] = {
    "void": lambda payment, other, at: payment.void(at=at),
    "credit": lambda payment, other, at: payment.apply({}, at=at),
    "moved": lambda payment, other, at: payment.apply({other: payment.amount}, at=at),
}
TAKEN_OFF = pytest.mark.parametrize("how", LEAVES)


def settled_pair(shop: Shop, at: datetime) -> tuple[Invoice, Invoice]:
    """Two invoices of one customer."""
    one = shop.settled_invoice(at=at)
    return one, shop.settled_invoice(at=at, customer=one.customer)


@TAKEN_OFF
def test_an_invoice_goes_to_another_customer_once_its_payment_is_off(shop: Shop, how: str) -> None:
    """Both changed here before either was sent; the payment is taken off first, and nobody is asked."""
    start = timezone.now()
    invoice, other = settled_pair(shop, start)
    payment = pay(invoice, at=start)
    shop.drain(start)
    LEAVES[how](payment, other, start)
    invoice.refresh_from_db()
    customer = builders.customer(shop.organization, "Hilltop Bakery", at=start)
    invoice.edit(customer=customer, at=start)
    shop.books.do("fault", fault="item_fault", entity="Payment", code="10000", message="x", detail="x", times=1)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.QUEUED, "waits_for_payment"), event.message
    assert event.due_at == shop.event(payment).due_at
    shop.drain(event.due_at)
    assert_synced(shop, payment)
    assert shop.there(invoice)["CustomerRef"]["value"] == shop.qbo_id(customer)
    assert shop.there(invoice)["Balance"] == invoice.total


def test_an_invoice_goes_to_another_customer_after_its_payment_although_it_was_read_with_it(shop: Shop) -> None:
    """The row that was read last still shows the payment that is off by now."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    payment = pay(invoice, at=start)
    shop.drain(start)
    shop.hear(start)
    payment.void(at=start)
    shop.drain(start)
    invoice.refresh_from_db()
    invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    shop.drain(start)
    assert_synced(shop, payment)
    assert shop.there(invoice)["CustomerRef"]["value"] == shop.qbo_id(invoice.customer)


@TAKEN_OFF
def test_an_invoice_goes_to_another_customer_after_a_payment_whose_answer_was_lost(shop: Shop, how: str) -> None:
    start = timezone.now()
    invoice, other = settled_pair(shop, start)
    payment = pay(invoice, at=start)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    shop.drain(start)
    assert shop.event(payment).state == State.CHECKING
    LEAVES[how](payment, other, start)
    invoice.refresh_from_db()
    invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    for minutes in (0, 6, 7, 12):
        shop.drain(start + timedelta(minutes=minutes))
        assert not shop.failed().exists(), shop.events()
    assert_synced(shop, payment)
    assert shop.there(invoice)["CustomerRef"]["value"] == shop.qbo_id(invoice.customer)
    assert shop.there(invoice)["Balance"] == invoice.total


def test_an_invoice_with_a_payment_of_hers_as_well_stays_with_its_customer(shop: Shop) -> None:
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    payment = pay(invoice, "50", at=start)
    shop.drain(start)
    shop.pay_there(invoice, amount="20")
    payment.void(at=start)
    invoice.refresh_from_db()
    invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "paid_in_quickbooks"), event.message


def test_what_waited_for_an_invoice_that_waited_for_a_payment_goes_after_both(shop: Shop) -> None:
    """The payment could not be taken off; once it is, the invoice and its new customer's payment follow."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    former = pay(invoice, at=start)
    shop.drain(start)
    former.void(at=start)
    invoice.refresh_from_db()
    invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    invoice.refresh_from_db()
    later = pay(invoice, at=start)
    shop.books.do("fault", fault="item_fault", entity="Payment", code="2020", message="x", detail="x", times=1)
    for seconds in range(3):
        shop.drain(start + timedelta(seconds=seconds))
    assert [shop.event(one).state for one in (former, invoice, later)] == [State.FAILED] * 3, shop.events()
    retry(shop.failed().filter(record_type="payment", record_id=former.pk), by=None, at=start)
    for seconds in range(3, 6):
        shop.drain(start + timedelta(seconds=seconds))
    assert_synced(shop, former, later)
    assert shop.there(invoice)["CustomerRef"]["value"] == shop.qbo_id(invoice.customer)


def priced(invoice: Invoice, price: str, at: datetime) -> Invoice:
    """Its one line at another price."""
    [line] = invoice.lines.all()
    rates = list(line.tax_rates.all())
    return invoice.edit(lines=[builders.line(item=line.item, rates=rates, unit_price=price)], at=at)


@TAKEN_OFF
@pytest.mark.parametrize("is_read", [False, True], ids=["not read since", "read with it"])
def test_an_invoice_becomes_less_once_its_payment_is_off(shop: Shop, how: str, is_read: bool) -> None:
    """QuickBooks would cut the payment to what the invoice is, and that looked like a change of hers."""
    start = timezone.now()
    invoice, other = settled_pair(shop, start)
    payment = pay(invoice, at=start)
    shop.drain(start)
    if is_read:
        shop.hear(start)
    LEAVES[how](payment, other, start)
    invoice.refresh_from_db()
    priced(invoice, "30", start)
    shop.drain(start)
    assert_synced(shop, payment)
    assert Decimal(str(shop.there(invoice)["Balance"])) == invoice.total
    assert Decimal(str(there(shop, payment)["TotalAmt"])) == (0 if how == "void" else payment.amount)


@TAKEN_OFF
@pytest.mark.parametrize("change", ["customer", "total"])
def test_with_payments_off_a_paid_invoice_stays_as_it_is(shop: Shop, how: str, change: str) -> None:
    """Nothing would take its payment off."""
    start = timezone.now()
    invoice, other = settled_pair(shop, start)
    payment = pay(invoice, at=start)
    shop.drain(start)
    shop.choose(sync_payments=False)
    LEAVES[how](payment, other, start)
    invoice.refresh_from_db()
    if change == "customer":
        invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    else:
        priced(invoice, "30", start)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "paid_in_quickbooks"), event.message


def test_invoices_that_change_customers_and_payments_do_not_wait_for_each_other_for_ever(shop: Shop) -> None:
    """Each payment goes to the other invoice, which is given to the payment's customer: a person is asked at once."""
    start = timezone.now()
    one, other = shop.settled_invoice(at=start), shop.settled_invoice(at=start)
    assert one.customer != other.customer
    first, second = pay(one, at=start), pay(other, at=start)
    shop.drain(start)
    for payment in (first, second):
        payment.apply({}, at=start)
    for invoice in (one, other):
        invoice.refresh_from_db()
    customers = one.customer, other.customer
    one.edit(customer=customers[1], at=start)
    other.edit(customer=customers[0], at=start)
    first.apply({other: other.total}, at=start)
    second.apply({one: one.total}, at=start)
    for seconds in range(4):
        shop.drain(start + timedelta(seconds=seconds))
    assert {shop.event(one).state, shop.event(other).state} <= {State.FAILED, State.SYNCED}, shop.events()


def test_a_void_says_what_it_waits_for(shop: Shop) -> None:
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    payment = pay(invoice, at=start)
    shop.drain(start)
    invoice.void(reason="Duplicate", at=start)
    shop.books.do("fault", fault="item_fault", entity="Payment", code="10000", message="x", detail="x", times=1)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.retries) == (State.QUEUED, "waits_for_payment", 0)
    assert event.message == f"Waits for the payment of {payment.amount:,} to be taken off the invoice first"
    shop.drain(start + timedelta(minutes=6))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert_synced(shop, payment)


def test_on_payment_sends_the_invoice_and_all_its_payments(shop: Shop) -> None:
    shop.choose(when_to_sync="on_payment")
    invoice = shop.invoice()
    first = pay(invoice, "40")
    shop.drain()
    assert shop.books.invoices() == []
    second = pay(invoice)
    shop.drain()
    assert_synced(shop, first, second)
    assert shop.there(invoice)["Balance"] == 0


def test_off_sends_none_and_later_offers_them(shop: Shop) -> None:
    shop.choose(sync_payments=False)
    payment = pay(shop.settled_invoice())
    shop.drain()
    assert shop.books.rows("Payment") == []
    assert not shop.log().filter(record_type="payment").exists()
    shop.choose(sync_payments=True)
    shop.drain()
    assert shop.books.rows("Payment") == [], "nothing goes unasked"
    assert list(payments_of(shop.connection)) == [payment]
    assert enqueue_earlier_payments(shop.connection, at=timezone.now()) == 1
    shop.drain()
    assert_synced(shop, payment)


def test_while_payments_are_off_their_changes_wait(shop: Shop) -> None:
    payment = pay(shop.settled_invoice())
    shop.drain()
    shop.choose(sync_payments=False)
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    assert (shop.event(payment).state, there(shop, payment).get("PaymentRefNum")) == (State.QUEUED, None)
    shop.choose(sync_payments=True)
    shop.drain()
    assert_synced(shop, payment)


def test_earlier_invoices_bring_their_payments_along(shop: Shop) -> None:
    shop.choose(sync_invoices=False)
    payment = pay(shop.invoice())
    assert not shop.log().exists()
    shop.choose(sync_invoices=True)
    assert enqueue_earlier(shop.connection, at=timezone.now()) == 1
    shop.drain()
    assert_synced(shop, payment)


def test_a_payment_of_an_invoice_from_before_the_start_date_stays_out(shop: Shop) -> None:
    shop.choose(start_date=builders.today())
    payment = pay(shop.invoice(invoice_date=builders.today() - timedelta(days=1)))
    assert not shop.log().filter(record_id=payment.pk, record_type="payment").exists()


@pytest.mark.parametrize("times", [1, 3])
def test_a_lost_answer_is_found_and_nothing_goes_twice(shop: Shop, times: int) -> None:
    start = timezone.now()
    payment = pay(shop.settled_invoice(at=start), at=start)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=times)
    shop.drain(start)
    assert shop.event(payment).state in (State.CHECKING, State.QUEUED)
    for minute in (6, 12, 45, 120):
        shop.drain(start + timedelta(minutes=minute))
    assert_synced(shop, payment)
    assert len(shop.books.rows("Payment")) == 1


def test_one_whose_answer_was_lost_is_ours_as_any_other(shop: Shop) -> None:
    """The next of its amount is no question, and what the bookkeeper does with it is."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    first = pay(invoice, "50", at=start)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    for minute in (0, 6, 12):
        shop.drain(start + timedelta(minutes=minute))
    assert_synced(shop, first)
    invoice.refresh_from_db()
    second = pay(invoice, "50", at=timezone.now())
    shop.drain()
    assert_synced(shop, first, second)
    row = there(shop, first)
    shop.books.post("payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    shop.hear()
    first.refresh_from_db()
    assert (shop.event(first).failure_code, first.is_void) == ("payment_voided_there", False)


def test_an_edit_from_before_our_payment_still_goes_after_it(shop: Shop) -> None:
    """It was refused for a while, and the payment overtook it: no money that nobody here knows of."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    line = invoice.line_inputs()[0]
    shop.books.do("fault", fault="status", status=500, path="invoice")
    invoice.edit(lines=[replace(line, unit_price=Decimal(120))], at=start)
    shop.drain(start)
    payment = pay(invoice, "50", at=start)
    shop.drain(start)
    assert shop.event(payment).state == State.SYNCED, "it overtook the edit"
    for minute in (6, 12, 45):
        shop.drain(start + timedelta(minutes=minute))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert (shop.there(invoice)["TotalAmt"], shop.there(invoice)["Balance"]) == (129.6, 79.6)
    assert shop.reconciles()


def dearer(shop: Shop, at: datetime) -> Invoice:
    """An invoice in the books whose new price QuickBooks does not take yet; afterwards payments do not lock it."""
    invoice = shop.settled_invoice(at=at)
    shop.books.do("fault", fault="status", status=500, path="invoice", times=1)
    invoice.edit(lines=[replace(invoice.line_inputs()[0], unit_price=Decimal(120))], at=at)
    shop.drain(at)
    return invoice


def assert_dearer(shop: Shop, invoice: Invoice, at: datetime, *, balance: float) -> None:
    shop.drain(at + timedelta(minutes=6))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert (shop.there(invoice)["TotalAmt"], shop.there(invoice)["Balance"]) == (129.6, balance)


def test_an_edit_between_two_payments_of_ours_goes(shop: Shop) -> None:
    """One of them is there, the other is not yet: what is applied there is ours all the same."""
    at = timezone.now()
    invoice = dearer(shop, at)
    pay(invoice, "50", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="fault", code="6000", path="payment", times=9)
    waits = pay(invoice, "20", at=at)
    assert_dearer(shop, invoice, at, balance=79.6)
    assert shop.event(waits).state == State.QUEUED


def test_an_edit_after_a_payment_whose_answer_was_lost_goes(shop: Shop) -> None:
    """Nobody here knows yet that it has arrived."""
    at = timezone.now()
    invoice = dearer(shop, at)
    pay(invoice, "20", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    lost = pay(invoice, "50", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="reset", path="payment", times=9)
    pay(invoice, "8", at=at)
    shop.retry(invoice, at=at)
    shop.drain(at)
    assert shop.event(lost).state == State.CHECKING
    assert_dearer(shop, invoice, at, balance=59.6)


def test_an_edit_goes_while_a_payment_is_to_be_taken_back(shop: Shop) -> None:
    """It is void here, and there it still pays the invoice."""
    at = timezone.now()
    invoice = dearer(shop, at)
    payment = pay(invoice, "50", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="fault", code="6000", path="payment", times=9)
    payment.void(at=at)
    assert_dearer(shop, invoice, at, balance=79.6)
    assert shop.event(payment).state == State.QUEUED


def test_a_void_waits_for_a_payment_whose_answer_was_lost(shop: Shop) -> None:
    """The payment that is on the invoice there may well be ours: nobody is asked to take it off."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    payment = pay(invoice, "50", at=at)
    shop.drain(at)
    assert shop.event(payment).state == State.CHECKING
    invoice.void(reason="Entered twice", at=at)
    shop.drain(at)
    assert shop.event(invoice).state == State.QUEUED, shop.event(invoice).message
    # Sending the payment raises the SyncToken of its invoice: that is met with all tries left.
    assert shop.event(invoice).heals == 0
    for minutes in (6, 12, 18):
        shop.drain(at + timedelta(minutes=minutes))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    assert shop.there(invoice)["TotalAmt"] == 0
    assert not there(shop, payment)["Line"]


def test_a_void_waits_for_a_payment_whose_answer_was_lost_and_that_is_void_too(shop: Shop) -> None:
    """Here it pays nothing any more; what it may pay there, only what was sent of it tells."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    payment = pay(invoice, "50", at=at)
    shop.drain(at)
    payment.void(at=at)
    invoice.void(reason="Entered twice", at=at)
    shop.drain(at)
    assert shop.event(invoice).state == State.QUEUED, shop.event(invoice).message
    for minutes in (6, 12, 18):
        shop.drain(at + timedelta(minutes=minutes))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    assert (shop.there(invoice)["TotalAmt"], there(shop, payment)["TotalAmt"]) == (0, 0)


def lost_move(shop: Shop, at: datetime, to: Invoice) -> Payment:
    """A payment of another invoice that pays `to` now, here and there, and nobody has seen QuickBooks' answer."""
    payment = pay(shop.settled_invoice(at=at, customer=to.customer), "50", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    payment.apply({to: Decimal(50)}, at=at)
    shop.drain(at)
    assert shop.event(payment).state == State.CHECKING
    return payment


def test_a_void_waits_for_a_payment_whose_move_to_it_was_lost(shop: Shop) -> None:
    """As far as we know, it still pays the other one."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    payment = lost_move(shop, at, invoice)
    invoice.void(reason="Entered twice", at=at)
    for minutes in (0, 6, 12, 18):
        shop.drain(at + timedelta(minutes=minutes))
        assert not shop.failed().exists(), shop.event(invoice).message
    assert (shop.event(invoice).state, shop.event(payment).state) == (State.SYNCED, State.SYNCED)
    assert (shop.there(invoice)["TotalAmt"], paid_there(shop, payment)) == (0, {})


def test_an_edit_goes_while_nobody_knows_whether_a_payment_has_moved_to_it(shop: Shop) -> None:
    """It has, and here it is its customer's credit again: no money that nobody here knows of."""
    at = timezone.now()
    invoice = dearer(shop, at)
    lost_move(shop, at, invoice).apply({}, at=at)
    shop.books.do("fault", fault="reset", path="payment", times=9)
    shop.drain(at + timedelta(minutes=6))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.there(invoice)["Balance"] == 79.6


def test_an_edit_beside_a_payment_of_hers_and_a_lost_correction_of_ours_is_a_persons_to_decide(shop: Shop) -> None:
    """The correction says nothing of what ours pays: what she took off it is not for that."""
    at = timezone.now()
    invoice = dearer(shop, at)
    pay(invoice, "20", at=at)
    ours = pay(invoice, "50", at=at)
    shop.drain(at)
    shop.books.do("fault", fault="reset", path="payment", after_commit=True, times=1)
    ours.edit(reference="1108", at=at)
    shop.drain(at)
    assert shop.event(ours).state == State.CHECKING
    moved(shop, ours, {})
    shop.books.do("fault", fault="reset", path="payment", times=9)
    shop.drain(at + timedelta(minutes=6))
    assert shop.event(invoice).failure_code == "paid_in_quickbooks"


def test_a_void_does_not_wait_for_a_payment_that_was_never_sent(shop: Shop) -> None:
    """The bookkeeper has entered the same money herself: hers is not taken for ours."""
    invoice = shop.settled_invoice()
    payment = pay(invoice, "50", method="card")
    shop.drain()
    assert shop.event(payment).failure_code == "payment_method_missing"
    shop.pay_there(invoice, amount=50)
    invoice.void(reason="Entered twice", at=timezone.now())
    shop.drain()
    shop.drain()
    assert shop.event(invoice).failure_code == "void_has_payments", shop.event(invoice).message


def test_an_edit_beside_a_payment_of_hers_that_comes_to_what_a_refused_one_of_ours_does(shop: Shop) -> None:
    """Ours were sent, and QuickBooks said no: none of them is what pays the invoice there."""
    at = timezone.now()
    invoice = dearer(shop, at)
    shop.pay_there(invoice, amount=50)
    shop.books.do("fault", fault="fault", code="2500", path="payment", times=9)
    for amount in ("50", "30"):
        pay(invoice, amount, at=at)
    shop.drain(at)
    shop.drain(at + timedelta(minutes=6))
    assert shop.event(invoice).failure_code == "paid_in_quickbooks"


@pytest.mark.parametrize("hers", [20, 50], ids=["as much as one of ours", "another amount"])
def test_an_edit_beside_a_payment_of_hers_is_a_persons_to_decide(shop: Shop, hers: int) -> None:
    """Ours are sent, so that what comes on top is hers, whatever it comes to."""
    at = timezone.now()
    invoice = dearer(shop, at)
    pay(invoice, "20", at=at)
    shop.drain(at)
    shop.pay_there(invoice, amount=hers)
    shop.drain(at + timedelta(minutes=6))
    assert shop.event(invoice).failure_code == "paid_in_quickbooks"
    assert shop.there(invoice)["TotalAmt"] == 108


def test_both_changed_a_field_and_a_person_decides(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), reference="1107")
    shop.drain()
    row = there(shop, payment)
    kept = {key: row[key] for key in ("Id", "SyncToken", "CustomerRef", "TotalAmt")}
    shop.books.post("payment", {**kept, "sparse": True, "PaymentRefNum": "hers"})
    payment.edit(reference="ours", at=timezone.now())
    shop.drain()
    assert_failed(
        shop, payment, "changed_in_quickbooks", "Changed on both sides: reference is 'ours' here and 'hers' in QBO"
    )
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    assert there(shop, payment)["PaymentRefNum"] == "ours"


@pytest.mark.parametrize("is_heard", [False, True], ids=["unread", "read"])
def test_a_reference_that_she_changes_after_a_person_chose_ours_is_asked_about_again(
    shop: Shop, is_heard: bool
) -> None:
    payment = pay(shop.settled_invoice(), reference="1107")
    shop.drain()
    shop.hear()
    shop.books.post("payment", {**there(shop, payment), "PaymentRefNum": "hers"})
    payment.edit(reference="ours", at=timezone.now())
    shop.drain()
    shop.books.post("payment", {**there(shop, payment), "PaymentRefNum": "again"})
    if is_heard:
        shop.hear()
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_failed(
        shop, payment, "changed_in_quickbooks", "Changed on both sides: reference is 'ours' here and 'again' in QBO"
    )
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert there(shop, payment)["PaymentRefNum"] == "ours"


# --- what stops a payment -----------------------------------------------------------------------------------------


def test_an_amount_that_she_corrected_waits_for_a_person_whatever_the_office_changed(shop: Shop) -> None:
    """Merging them would leave another amount there, and nobody would be told."""
    invoice = shop.settled_invoice()
    payment = pay(invoice, "10")
    shop.drain()
    row = there(shop, payment)
    lines = [{**row["Line"][0], "Amount": 60}]
    shop.books.post("payment", {**row, "TotalAmt": 60, "Line": lines})
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    event = shop.event(payment)
    assert event.failure_code == "changed_in_quickbooks"
    assert {side["field"] for side in event.facts["sides"]} == {"amount", "invoices"}
    assert there(shop, payment)["TotalAmt"] == 60
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    assert (there(shop, payment)["TotalAmt"], there(shop, payment)["PaymentRefNum"]) == (10, "1108")
    assert shop.there(invoice)["Balance"] == invoice.total - 10


def test_a_retry_sees_that_she_has_taken_her_change_of_a_payment_back(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    payment = pay(invoice, "10")
    shop.drain()
    row = there(shop, payment)
    shop.books.post("payment", {**row, "TotalAmt": 60, "Line": [{**row["Line"][0], "Amount": 60}]})
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    assert shop.event(payment).failure_code == "changed_in_quickbooks"
    shop.books.post("payment", {**there(shop, payment), "TotalAmt": 10, "Line": row["Line"]})
    shop.retry()
    shop.drain()
    assert_synced(shop, payment)
    assert there(shop, payment)["PaymentRefNum"] == "1108"


@pytest.mark.parametrize("arrives", [False, True])
def test_a_payment_waits_while_it_is_found_out_whether_its_invoice_is_its_customers(shop: Shop, arrives: bool) -> None:
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    other = shop.settled_invoice(at=start, customer=builders.customer(shop.organization, "Ann Doe")).customer
    invoice.edit(customer=other, at=start)
    shop.books.do("fault", fault="reset", path="invoice", after_commit=arrives, times=1)
    shop.drain(start)
    assert shop.event(invoice).state == State.CHECKING
    payment = pay(invoice, at=start)
    shop.drain(start)
    # What has arrived is seen as the invoice is read again, so that nothing has to wait for it.
    event, expected = shop.event(payment), (State.SYNCED, "") if arrives else (State.QUEUED, "waits_for_invoice")
    assert (event.state, event.failure_code) == expected, event.message
    for minutes in (6, 7, 12, 13):
        shop.drain(start + timedelta(minutes=minutes))
    assert_synced(shop, payment)
    assert shop.there(invoice)["Balance"] == 0
    assert not shop.failed().exists()


def test_a_retry_sees_that_the_invoice_of_a_payment_is_its_customers_again(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    shop.books.post("invoice", {**row, "CustomerRef": {"value": "1"}})
    payment = pay(invoice)
    shop.drain()
    assert shop.event(payment).failure_code == "payment_customer_differs"
    shop.books.post("invoice", {**shop.there(invoice), "CustomerRef": row["CustomerRef"]})
    shop.retry()
    shop.drain()
    assert_synced(shop, payment)


def test_a_retry_sees_that_there_is_room_for_a_payment_again(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    hers = shop.pay_there(invoice, amount=100)
    payment = pay(invoice)
    shop.drain()
    assert shop.event(payment).failure_code == "payment_over_applied", shop.event(payment).message
    shop.books.delete("Payment", hers)
    shop.retry()
    shop.drain()
    assert_synced(shop, payment)


def test_what_she_had_it_pay_instead_is_said_in_full(shop: Shop) -> None:
    """Another invoice of ours, and one of hers: with their numbers and amounts, whoever notices first."""
    one = shop.settled_invoice()
    two = shop.settled_invoice(customer=one.customer)
    hers = shop.books.do("add_invoice", amount="20", customer={"id": shop.qbo_id(one.customer)})["row"]["Id"]
    payments = [pay(one, amount) for amount in ("60", "40")]
    shop.drain()
    for payment, amounts in zip(payments, ((40, 20), (40, 0)), strict=True):
        lines = [
            {"Amount": amount, "LinkedTxn": [{"TxnId": qbo_id, "TxnType": "Invoice"}]}
            for qbo_id, amount in zip((shop.qbo_id(two), hers), amounts, strict=True)
            if amount
        ]
        shop.books.post("payment", {**there(shop, payment), "Line": lines})
    payments[0].edit(reference="1108", at=timezone.now())
    shop.drain()
    said = f"invoices is '#{one.number}: 60.00' here and '#{two.number}: 40.00, Id {hers}: 20.00' in QBO"
    assert_failed(shop, payments[0], "changed_in_quickbooks", f"Changed on both sides: {said}")
    shop.hear()
    said = f"invoices is '#{two.number}: 40.00' there and '#{one.number}: 40.00' here"
    assert_failed(shop, payments[1], "edited_in_quickbooks", f"Changed in QBO: {said}")


def moved(shop: Shop, payment: Payment, parts: dict[str, int], **fields: Any) -> None:
    """She has it pay these invoices there, by their Ids."""
    lines = [
        {"Amount": amount, "LinkedTxn": [{"TxnId": qbo_id, "TxnType": "Invoice"}]} for qbo_id, amount in parts.items()
    ]
    shop.books.post("payment", {**there(shop, payment), "Line": lines, **fields})


def paid_there(shop: Shop, payment: Payment) -> dict[str, int]:
    row = there(shop, payment)
    return {one["TxnId"]: line["Amount"] for line in row["Line"] for one in line["LinkedTxn"]}


@pytest.mark.parametrize(
    ("change", "code"),
    [("void", "void_has_payments"), ("customer", "paid_in_quickbooks"), ("total", "paid_in_quickbooks")],
)
def test_a_payment_that_a_person_left_on_an_invoice_there_is_in_the_way_of_it(
    shop: Shop, change: str, code: str
) -> None:
    """Keep QuickBooks': it pays this one there and another one here, and is not going to be taken off."""
    start = timezone.now()
    invoice = shop.settled_invoice(at=start)
    payment = pay(shop.settled_invoice(at=start, customer=invoice.customer), at=start)
    shop.drain(start)
    moved(shop, payment, {shop.qbo_id(invoice): float(payment.amount)})
    shop.hear(start)
    assert keep_quickbooks(shop.failed(), by=None, at=start).done == 1
    if change == "void":
        invoice.void(reason="Entered twice", at=start)
    elif change == "customer":
        invoice.edit(customer=builders.customer(shop.organization, "Hilltop Bakery", at=start), at=start)
    else:
        priced(invoice, "30", start)
    for seconds in range(3):
        shop.drain(start + timedelta(seconds=seconds))
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, code), event.message
    assert len(shop.attempts(invoice)) < 8, [one.message for one in shop.attempts(invoice)]
    assert paid_there(shop, payment) == {shop.qbo_id(invoice): payment.amount}


@pytest.mark.sampled(3)
@pytest.mark.parametrize("is_edited", [False, True], ids=["read", "met by an edit"])
@pytest.mark.parametrize("whose", ["ours", "hers"])
@pytest.mark.parametrize("amount", ["108", "250"], ids=["all of it", "with a credit"])
def test_ours_takes_it_off_what_she_had_it_pay_instead(shop: Shop, amount: str, whose: str, is_edited: bool) -> None:
    """Left there, it would pay both, or be more than it is; what she had it pay from before stays."""
    one = shop.settled_invoice()
    other = shop.settled_invoice(customer=one.customer)
    customer = {"id": shop.qbo_id(one.customer)}
    hers = [shop.books.do("add_invoice", amount="108", customer=customer)["row"]["Id"] for _ in range(2)]
    payment = pay(one, amount, rest_is_credit=True)
    shop.drain()
    before = {shop.qbo_id(one): 108} | ({hers[1]: 20} if amount == "250" else {})
    moved(shop, payment, before)
    shop.hear()
    assert not shop.failed().exists(), "what she does with the credit is hers"
    to = shop.qbo_id(other) if whose == "ours" else hers[0]
    moved(shop, payment, {key: part for key, part in before.items() if key in hers} | {to: 108})
    if is_edited:
        payment.edit(reference="1108", at=timezone.now())
        shop.drain()
    else:
        shop.hear()
    assert shop.event(payment).failure_code == ("changed_in_quickbooks" if is_edited else "edited_in_quickbooks")
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    assert paid_there(shop, payment) == before


@pytest.mark.sampled(2)
@pytest.mark.parametrize("way", ["ours", "theirs"])
@pytest.mark.parametrize("is_edited", [False, True], ids=["read", "met by an edit"])
def test_another_invoice_of_ours_that_she_had_it_pay_is_asked_about(shop: Shop, way: str, is_edited: bool) -> None:
    """There is room for it beside ours: it would be paid there and open here, and nobody would know."""
    one = shop.settled_invoice()
    other = shop.settled_invoice(customer=one.customer)
    payment = pay(one, "250", rest_is_credit=True)
    shop.drain()
    before, after = {shop.qbo_id(one): 108}, {shop.qbo_id(one): 108, shop.qbo_id(other): 20}
    moved(shop, payment, after)
    edit_or_hear(shop, payment, "1108" if is_edited else "")
    (side,) = shop.event(payment).facts["sides"]
    assert (side["field"], side["ours"]) == ("invoices", f"#{one.number}: 108.00")
    assert side["theirs"] == f"#{one.number}: 108.00, #{other.number}: 20.00"
    decide = send_ours if way == "ours" else keep_quickbooks
    decide(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert paid_there(shop, payment) == (before if way == "ours" else after)
    if way == "ours":
        assert_synced(shop, payment)
        return
    # What a person has decided stays, and is not asked about again.
    payment.apply({one: Decimal(100)}, at=timezone.now())
    shop.drain()
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    assert paid_there(shop, payment) == {shop.qbo_id(one): 100, shop.qbo_id(other): 20}
    moved(shop, payment, {shop.qbo_id(one): 100, shop.qbo_id(other): 30})
    edit_or_hear(shop, payment, "1109" if is_edited else "")
    assert shop.event(payment).facts["sides"][0]["ours"] == f"#{one.number}: 100.00"
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert paid_there(shop, payment) == {shop.qbo_id(one): 100}
    assert_synced(shop, payment)


def test_another_invoice_of_ours_that_she_took_off_again_is_no_question(shop: Shop) -> None:
    one = shop.settled_invoice()
    other = shop.settled_invoice(customer=one.customer)
    payment = pay(one, "250", rest_is_credit=True)
    shop.drain()
    ours = {shop.qbo_id(one): 108}
    for turn in range(2):
        moved(shop, payment, {**ours, shop.qbo_id(other): 20})
        shop.hear()
        keep_quickbooks(shop.failed(), by=None, at=timezone.now())
        moved(shop, payment, ours)
        edit_or_hear(shop, payment, "1108" if turn else "")
        assert_synced(shop, payment)


def test_what_she_has_it_pay_of_her_own_invoices_is_no_question(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    customer = {"id": shop.qbo_id(invoice.customer)}
    hers = shop.books.do("add_invoice", amount="108", customer=customer)["row"]["Id"]
    payment = pay(invoice, "250", rest_is_credit=True)
    shop.drain()
    ours = {shop.qbo_id(invoice): 108}
    for turn, parts in enumerate(({hers: 20}, {hers: 30}, {})):
        moved(shop, payment, {**ours, **parts})
        edit_or_hear(shop, payment, "")
        assert_synced(shop, payment)
        payment.edit(reference=str(turn), at=timezone.now())
        shop.drain()
        assert paid_there(shop, payment) == {**ours, **parts}


def edit_or_hear(shop: Shop, payment: Payment, reference: str) -> None:
    if reference:
        payment.edit(reference=reference, at=timezone.now())
        shop.drain()
    else:
        shop.hear()


@pytest.mark.parametrize("whole", [108, 250], ids=["no room", "room"])
def test_our_amount_leaves_what_she_added_where_there_is_room(shop: Shop, whole: int) -> None:
    invoice = shop.settled_invoice()
    customer = {"id": shop.qbo_id(invoice.customer)}
    hers = shop.books.do("add_invoice", amount="20", customer=customer)["row"]["Id"]
    payment = pay(invoice, str(whole), rest_is_credit=True)
    shop.drain()
    ours = {shop.qbo_id(invoice): 108}
    moved(shop, payment, {**ours, hers: 20}, TotalAmt=whole + 20)
    shop.hear()
    assert [side["field"] for side in shop.event(payment).facts["sides"]] == ["amount"]
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    assert there(shop, payment)["TotalAmt"] == whole
    assert paid_there(shop, payment) == (ours if whole == 108 else {**ours, hers: 20})


@pytest.mark.parametrize("is_edited", [False, True], ids=["read", "met by an edit"])
def test_ours_takes_it_back_from_another_customer_and_an_invoice_of_that(shop: Shop, is_edited: bool) -> None:
    """What it pays here is no invoice of the customer whose it is there."""
    one = shop.settled_invoice()
    other = shop.settled_invoice(customer=builders.customer(shop.organization, "Ben Ode"))
    payment = pay(one, "60")
    shop.drain()
    before = there(shop, payment)
    moved(shop, payment, {shop.qbo_id(other): 60}, CustomerRef=shop.there(other)["CustomerRef"])
    if is_edited:
        payment.edit(reference="1108", at=timezone.now())
        shop.drain()
    else:
        shop.hear()
    sides = {side["field"]: (side["ours"], side["theirs"]) for side in shop.event(payment).facts["sides"]}
    assert sides["customer"] == (one.customer.display_name, "Ben Ode")
    send_ours(shop.failed(), by=None, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)
    assert paid_there(shop, payment) == {shop.qbo_id(one): 60}
    assert there(shop, payment)["CustomerRef"] == before["CustomerRef"]


def test_theirs_is_kept_where_the_office_has_it_pay_other_invoices(shop: Shop) -> None:
    one = shop.settled_invoice()
    others = [shop.settled_invoice(customer=one.customer) for _ in range(2)]
    payment = pay(one, "60")
    shop.drain()
    moved(shop, payment, {shop.qbo_id(one): 20}, TotalAmt=20)
    payment.apply(dict.fromkeys(others, Decimal(30)), at=timezone.now())
    shop.drain()
    assert shop.event(payment).failure_code == "changed_in_quickbooks"
    report = keep_quickbooks(shop.failed(), by=None, at=timezone.now())
    assert (report.done, shop.event(payment).state) == (1, State.SYNCED), report
    shop.drain()
    assert there(shop, payment)["TotalAmt"] == 20


def test_an_amount_that_she_corrected_stays_to_decide_when_the_office_saves_without_a_change(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), "10")
    shop.drain()
    row = there(shop, payment)
    shop.books.post("payment", {**row, "TotalAmt": 60, "Line": [{**row["Line"][0], "Amount": 60}]})
    shop.hear()
    assert shop.event(payment).failure_code == "edited_in_quickbooks"
    payment.edit(received_date=payment.received_date, at=timezone.now())
    shop.drain()
    event = shop.event(payment)
    assert (event.state, {side["field"] for side in event.facts.get("sides", ())}) == ("failed", {"amount", "invoices"})
    assert there(shop, payment)["TotalAmt"] == 60


def test_a_method_that_quickbooks_does_not_have(shop: Shop) -> None:
    payment = pay(shop.settled_invoice(), method="card")
    shop.drain()
    assert_failed(shop, payment, "payment_method_missing", "Payment method 'Card' is not in QBO")
    PaymentMapping.objects.create(
        connection=shop.connection, realm_id=shop.connection.realm_id, method="card", method_id="3"
    )
    shop.retry(payment)
    shop.drain()
    assert_synced(shop, payment)
    assert there(shop, payment)["PaymentMethodRef"]["value"] == "3"


def test_money_goes_to_the_account_of_its_method(shop: Shop) -> None:
    bank = shop.books.post("account", {"Name": "Stripe", "AccountType": "Bank"})["Account"]["Id"]
    shop.read_lists("Account")
    PaymentMapping.objects.create(
        connection=shop.connection, realm_id=shop.connection.realm_id, method="card", method_id="none", account_id=bank
    )
    payment = pay(shop.settled_invoice(), method="card")
    shop.drain()
    assert_synced(shop, payment)
    assert (there(shop, payment)["DepositToAccountRef"]["value"], "PaymentMethodRef" in there(shop, payment)) == (
        bank,
        False,
    )


def test_an_account_that_was_made_inactive(shop: Shop) -> None:
    bank = shop.books.post("account", {"Name": "Stripe", "AccountType": "Bank"})["Account"]["Id"]
    shop.read_lists("Account")
    shop.choose(deposit_account_id=bank)
    shop.books.do("deactivate", entity="Account", name="Stripe")
    payment = pay(shop.settled_invoice())
    shop.drain()
    assert_failed(
        shop,
        payment,
        "deposit_account_inactive",
        "The account 'Stripe' for Check payments is inactive or missing in QBO",
    )
    shop.books.do("reactivate", entity="Account", name="Stripe")
    shop.retry(payment)
    shop.drain()
    assert_synced(shop, payment)


def test_an_account_that_takes_no_deposits(shop: Shop) -> None:
    shop.choose(deposit_account_id="86")
    payment = pay(shop.settled_invoice())
    shop.drain()
    assert_failed(
        shop,
        payment,
        "deposit_account_wrong_type",
        "The account 'Discounts given' for Check payments takes no deposits in QBO",
    )


def test_an_invoice_that_the_bookkeeper_has_marked_as_paid(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    hers = shop.pay_there(invoice, amount=108)
    payment = pay(invoice)
    shop.drain()
    assert_failed(
        shop,
        payment,
        "payment_over_applied",
        f"The payment is more than what is still open in QBO on invoice #{invoice.number}",
    )
    shop.books.delete("Payment", hers)
    shop.retry(payment)
    shop.drain()
    assert_synced(shop, payment)


def test_an_invoice_that_was_deleted_there(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.delete("Invoice", shop.there(invoice))
    payment = pay(invoice)
    shop.drain()
    assert_failed(
        shop,
        payment,
        "payment_invoice_gone",
        f"The payment cannot be applied: invoice #{invoice.number} is deleted in QBO",
    )


def test_an_invoice_that_is_another_customers_there(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    amy = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "CustomerRef": {"value": "1"}}
    shop.books.post("invoice", amy)
    payment = pay(invoice)
    shop.drain()
    event = shop.event(payment)
    assert event.failure_code == "payment_customer_differs", event.message
    assert "Amy's Bird Sanctuary" in event.message


def test_an_invoice_that_is_another_customers_of_the_same_name_there(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row, name = shop.there(invoice), invoice.customer.display_name
    ours = row["CustomerRef"]["value"]
    shop.books.post("customer", {**shop.books.row("Customer", ours), "DisplayName": "The other family"})
    theirs = shop.books.post("customer", {"DisplayName": name})["Customer"]["Id"]
    moved = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, "CustomerRef": {"value": theirs}}
    shop.books.post("invoice", moved)
    payment = pay(invoice)
    shop.drain()
    assert_failed(
        shop,
        payment,
        "payment_customer_differs",
        f"In QBO invoice #{invoice.number} is {name} (Id {theirs})'s, and the payment is {name} (Id {ours})'s",
    )


def test_an_invoice_that_was_voided_there(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    shop.books.post("invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    payment = pay(invoice)
    shop.drain()
    assert_failed(
        shop,
        payment,
        "payment_invoice_gone",
        f"The payment cannot be applied: invoice #{invoice.number} is void in QBO",
    )


def test_a_payment_of_a_customer_who_was_merged_there_is_the_survivors(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    survivor = shop.books.do("add_customer", name="Okafor & Sons")["row"]
    shop.books.do("merge_customers", loser="M. Okafor", survivor="Okafor & Sons")
    count = len(shop.books.rows("Customer"))
    payment = pay(invoice)
    shop.drain()
    assert_synced(shop, payment)
    assert there(shop, payment)["CustomerRef"]["value"] == survivor["Id"]
    assert len(shop.books.rows("Customer")) == count


def test_a_payment_of_a_customer_who_is_inactive_there_makes_no_second_one(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.do("deactivate", entity="Customer", name="M. Okafor")
    count = len(shop.books.rows("Customer"))
    payment = pay(invoice)
    shop.drain()
    assert_failed(shop, payment, "customer_inactive", "Customer 'M. Okafor' is inactive in QBO")
    shop.books.do("reactivate", entity="Customer", id=shop.there(invoice)["CustomerRef"]["value"])
    shop.retry()
    shop.drain()
    assert_synced(shop, payment)
    assert len(shop.books.rows("Customer")) == count


def test_a_payment_in_a_closed_period(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    today = builders.today()
    shop.books.do("close_books", date=(today - timedelta(days=3)).isoformat())
    payment = pay(invoice, received_date=today - timedelta(days=5))
    shop.drain()
    assert shop.event(payment).failure_code == "payment_in_closed_period"
    payment.edit(received_date=today, at=timezone.now())
    shop.drain()
    assert_synced(shop, payment)


def test_a_payment_that_was_voided_there(shop: Shop) -> None:
    payment = pay(shop.settled_invoice())
    shop.drain()
    row = there(shop, payment)
    shop.books.post("payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    payment.edit(reference="1108", at=timezone.now())
    shop.drain()
    assert shop.event(payment).failure_code == "payment_voided_there"
    payment.void(at=timezone.now())
    shop.drain()
    assert shop.event(payment).state == State.SYNCED


def test_settings_of_a_new_shop_send_payments() -> None:
    assert ConnectionSettings().sync_payments


def test_our_own_payment_does_not_come_back(shop: Shop) -> None:
    """What we wrote is recognized when QuickBooks reports it, though a payment moves its invoice's SyncToken too."""
    shop.hear()
    payment = pay(shop.settled_invoice())
    shop.drain()
    before = (shop.log().count(), len(shop.books.rows("Payment")), shop.books.writes())
    shop.hear()
    shop.drain()
    assert (shop.log().count(), len(shop.books.rows("Payment")), shop.books.writes()) == before
    assert_synced(shop, payment)


def test_a_payment_that_waits_is_not_offered_as_an_earlier_one(shop: Shop) -> None:
    payment = pay(shop.settled_invoice())
    assert shop.event(payment).state == State.QUEUED
    assert not payments_of(shop.connection).exists()

"""What is in the books: compared to the cent, updated by edits, voided, and opened once at a time."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from qbo.models import Link
from runacall.invoices.models import Invoice
from sync.engine.send import push
from sync.models import ActionRecord, State, SyncEvent
from sync.operations import dismissing
from tests import builders
from tests.books import Shop
from tests.journeys.office import Office

# --- totals -------------------------------------------------------------------------------------------------


@pytest.fixture
def differing(shop: Shop) -> Invoice:
    """QuickBooks' automated sales tax put its own tax in place of ours."""
    shop.books.do("sales_tax", on=True)
    invoice = shop.invoice(customer=shop.settled_invoice().customer)
    shop.books.do("fault", fault="html", path="write", after_commit=True, times=1)
    shop.drain()
    there = next(row for row in shop.books.invoices() if row["DocNumber"] == invoice.number)
    shop.books.post("invoice", {**there, "TxnTaxDetail": {**there["TxnTaxDetail"], "TotalTax": 8.01}})
    shop.drain(timezone.now() + timedelta(minutes=6))
    return invoice


def test_a_total_that_differs_by_a_cent_is_failed_with_the_link_kept(shop: Shop, differing: Invoice) -> None:
    event = shop.event(differing)
    assert (event.state, event.failure_code) == (State.FAILED, "total_differs")
    assert event.facts["our_total"] == "108.00"
    assert event.facts["their_total"] == "108.01"
    assert shop.qbo_id(differing)
    assert not shop.reconciles()


def test_a_retry_of_it_updates_and_never_creates(shop: Shop, office: Office, differing: Invoice) -> None:
    count = len(shop.books.invoices())
    office.retry(differing)
    shop.drain()
    shop.assert_in_books(differing)
    assert len(shop.books.invoices()) == count


def test_the_owner_may_accept_the_difference(shop: Shop, office: Office, differing: Invoice) -> None:
    office.accept(differing)
    event = shop.event(differing)
    assert (event.state, event.failure_code) == (State.SYNCED, "")
    assert Link.objects.get(record_type="invoice", record_id=differing.pk).accepted_at
    assert ActionRecord.objects.filter(action="accept", done=1).exists()
    assert [one.invoice.id for one in shop.compared().accepted] == [differing.pk]
    assert shop.reconciles()


def test_nothing_else_can_be_accepted(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    assert dismissing.accept(SyncEvent.objects.filter(pk=shop.event(invoice).pk), by=None, at=timezone.now()).done == 0


# --- edits and voids ----------------------------------------------------------------------------------------


def test_an_edit_updates_the_same_invoice(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    line = builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="3")
    invoice.edit(lines=[line], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    (there,) = shop.books.invoices()
    assert Decimal(str(there["TotalAmt"])) == Decimal("324.00")


def test_an_edit_that_changes_nothing_sends_nothing(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    writes = shop.books.writes()
    invoice.edit(at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.books.writes() == writes


def test_an_edit_by_hand_in_qbo_does_not_stop_ours(shop: Shop) -> None:
    """QuickBooks' copy moved on: it is read, and our change of another field goes through on the new SyncToken."""
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    shop.books.post("invoice", {**there, "PrivateNote": f"{there['PrivateNote']}\nby the bookkeeper"})
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["CustomerMemo"]["value"] == "Thank you"
    assert shop.there(invoice)["PrivateNote"].endswith("by the bookkeeper")


def test_a_void_of_what_is_there_voids_it(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    invoice.void(reason="duplicate", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["TotalAmt"] == 0


def test_a_void_of_what_never_got_there_sends_nothing_and_closes_its_failure(shop: Shop) -> None:
    shop.choose(auto_create_items=False)
    invoice = shop.invoice(item=builders.item(shop.organization, "Capacitor"))
    shop.drain()
    assert shop.failed().count() == 1
    invoice.void(reason="mistake", at=timezone.now())
    shop.drain()
    assert shop.failed().count() == 0
    assert shop.books.writes() == 0
    assert shop.event(invoice).state == State.SUPERSEDED
    assert shop.reconciles()


def test_a_void_right_after_sending_sends_nothing(shop: Shop) -> None:
    invoice = shop.invoice()
    invoice.void(reason="mistake", at=timezone.now())
    shop.drain()
    assert shop.books.invoices() == []
    assert shop.failed().count() == 0


def test_a_void_of_what_has_a_payment_in_qbo_needs_a_person(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=50)
    invoice.void(reason="duplicate", at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "void_has_payments")


def test_drafts_and_deleted_drafts_send_nothing(shop: Shop) -> None:
    draft = shop.invoice(send=False)
    draft.edit(customer_note="soon", at=timezone.now())
    draft.delete_draft(at=timezone.now())
    shop.drain()
    assert shop.log().count() == 0
    assert shop.books.writes() == 0


# --- one unsent event a record ------------------------------------------------------------------------------


def test_ten_edits_before_it_is_sent_are_one_event(shop: Shop) -> None:
    invoice = shop.invoice()
    for number in range(10):
        invoice.edit(customer_note=f"note {number}", at=timezone.now())
    assert SyncEvent.objects.of_record("invoice", invoice.pk).count() == 1


def test_an_edit_queues_the_failed_one_again_with_its_retries_unused(shop: Shop) -> None:
    shop.choose(auto_create_items=False)
    invoice = shop.invoice(item=builders.item(shop.organization, "Capacitor"))
    shop.drain()
    failed = shop.event(invoice)
    invoice.edit(lines=[builders.line("Capacitor", "20.00", rates=[shop.rate])], at=timezone.now())
    again = shop.event(invoice)
    assert (again.pk, again.state, again.retries) == (failed.pk, State.QUEUED, 0)
    shop.drain()
    shop.assert_in_books(invoice)


def test_an_edit_while_it_is_being_sent_opens_the_next(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    invoice = shop.invoice(customer=shop.settled_invoice().customer)
    write_ahead, edited = push.write_ahead, []

    def edit_first(*arguments: object) -> object:
        submission = write_ahead(*arguments)  # type: ignore[arg-type]
        if not edited:
            edited.append(invoice.edit(customer_note="changed meanwhile", at=timezone.now()))
        return submission

    monkeypatch.setattr(push, "write_ahead", edit_first)
    shop.drain()
    shop.drain()
    shop.assert_in_books(invoice)
    assert SyncEvent.objects.of_record("invoice", invoice.pk).count() == 2
    assert shop.there(invoice)["CustomerMemo"]["value"] == "changed meanwhile"


def test_an_edit_in_doubt_waits_for_the_outcome(shop: Shop) -> None:
    """It is not known yet whether QuickBooks has the first version: the second is neither sent nor lost."""
    start = timezone.now()
    invoice = shop.invoice(customer=shop.settled_invoice(at=start).customer, at=start)
    shop.books.do("fault", fault="reset", path="write", after_commit=True)
    shop.drain(start)
    invoice.edit(customer_note="changed meanwhile", at=start)
    writes = shop.books.writes()
    shop.drain(start + timedelta(seconds=10))
    states = SyncEvent.objects.of_record("invoice", invoice.pk).order_by("pk").values_list("state", flat=True)
    assert list(states) == [State.CHECKING, State.QUEUED]
    assert shop.books.writes() == writes
    for minutes in (6, 12):
        shop.drain(start + timedelta(minutes=minutes))
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["CustomerMemo"]["value"] == "changed meanwhile"


def test_a_dismissed_one_stays_dismissed_until_it_is_taken_back(shop: Shop) -> None:
    shop.choose(auto_create_items=False)
    invoice = shop.invoice(item=builders.item(shop.organization, "Capacitor"))
    shop.drain()
    dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="typed in by hand")
    assert shop.failed().count() == 0
    invoice.edit(customer_note="changed", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.DISMISSED
    dismissing.take_back(shop.log(), by=None, at=timezone.now())
    assert shop.failed().count() == 1


# --- what the banner counts ---------------------------------------------------------------------------------


def test_waiting_checking_and_dismissed_ones_do_not_count(shop: Shop) -> None:
    customer = shop.settled_invoice().customer
    shop.choose(auto_create_items=False)
    dismissed = shop.invoice(customer=customer, item=builders.item(shop.organization, "Capacitor"))
    shop.drain()
    dismissing.dismiss(shop.log().filter(pk=shop.event(dismissed).pk), by=None, at=timezone.now(), reason="")
    shop.books.do("fault", fault="reset", path="write", times=1)
    checking = shop.invoice(customer=customer)
    shop.drain()
    assert shop.event(checking).state == State.CHECKING
    assert shop.failed().count() == 0

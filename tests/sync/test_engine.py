"""The engine from change to books, over real HTTP to the emulator."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone

from qbo.connection.connecting import connect
from qbo.models import ConnectionSettings, Lease, Link, TaxMapping
from sync.engine import drain as draining
from sync.engine.context import Drain
from sync.engine.drain import drain
from sync.engine.outcomes import Outcome, record
from sync.engine.prepare.invoices import prepare_invoices
from sync.engine.send.push import Ready
from sync.log.wording import Standing, row_text
from sync.models import Attempt, State, SyncEvent
from sync.operations.dismissing import dismiss, take_back
from sync.operations.retrying import retry
from sync.retry_policy import Policy
from tests import builders
from tests.books import Shop, grant


def test_an_invoice_reaches_the_books_once(shop: Shop) -> None:
    invoice = shop.invoice()
    assert shop.event(invoice).state == State.QUEUED
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    (there,) = shop.books.invoices()
    assert Decimal(str(there["TotalAmt"])) == invoice.total
    assert there["DocNumber"] == invoice.number


def test_many_go_in_batches_and_a_few_on_their_own(shop: Shop) -> None:
    invoices = [shop.invoice(customer=builders.customer(shop.organization, f"Customer {n}")) for n in range(65)]
    shop.drain()
    assert {shop.event(invoice).state for invoice in invoices} == {State.SYNCED}
    assert len(shop.books.invoices()) == 65
    assert shop.books.writes() == 2 + 5, "two batches of 30, and 5 alone"


def test_what_cannot_succeed_costs_no_call(shop: Shop, settings: Any) -> None:
    settings.SYNC = {**settings.SYNC, "NUMBERS_COUNT_FOR": 0}
    customer = shop.settled_invoice().customer
    other = builders.rate(shop.organization, "Combined 7.25", "7.25")
    taxed = [builders.line(item=shop.item("Labor"), rates=[other])]
    hopeless = [shop.invoice(customer=customer, lines=taxed) for _ in range(3)]
    before = shop.books.calls()
    shop.drain()
    assert {shop.event(invoice).failure_code for invoice in hopeless} == {"tax_code_not_mapped"}
    assert shop.books.calls() == before
    good = shop.invoice(customer=customer)
    shop.retry()
    shop.drain()
    assert shop.event(good).state == State.SYNCED
    asked = [str(one["body"]) for one in shop.books.requests() if "DocNumber IN" in str(one["body"])][-1]
    assert good.number in asked
    assert not any(invoice.number in asked for invoice in hopeless)


def test_a_lost_answer_is_adopted_not_sent_twice(shop: Shop) -> None:
    start = timezone.now()
    invoice = shop.invoice(at=start)
    shop.books.do("fault", fault="status", status=503, path="write", after_commit=True, times=3)
    shop.drain(start)
    assert shop.event(invoice).state in (State.CHECKING, State.QUEUED)
    for minute in (5, 10, 40, 120):
        shop.drain(start + timedelta(minutes=minute))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(shop.books.invoices()) == 1


def test_a_lost_answer_is_looked_for_where_quickbooks_numbers(shop: Shop) -> None:
    start = timezone.now()
    ConnectionSettings.objects.update(send_numbers=False)
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    customer = shop.settled_invoice(at=start).customer
    invoice = shop.invoice(at=start, customer=customer)
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    shop.drain(start)
    assert shop.event(invoice).state == State.CHECKING
    shop.drain(start + timedelta(minutes=6))
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(shop.books.invoices()) == 2


def test_429_holds_the_company_and_uses_up_no_retry(shop: Shop) -> None:
    invoice = shop.invoice(customer=shop.settled_invoice().customer)
    shop.books.do("fault", fault="throttle", path="write", times=1)
    result = shop.drain()
    assert result.resume_in
    assert result.resume_in > 30
    event = shop.event(invoice)
    assert (event.state, event.retries) == (State.CHECKING, 0)
    Lease.objects.update(quiet_until=None)
    shop.drain(timezone.now() + timedelta(seconds=70))
    assert shop.event(invoice).state == State.SYNCED
    assert len(shop.books.invoices()) == 2


def test_an_expired_access_token_is_renewed_in_mid_run(shop: Shop) -> None:
    invoice = shop.invoice()
    shop.books.do("expire_token", refresh=False)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED


def test_a_revoked_connection_pauses_and_reconnecting_releases(shop: Shop) -> None:
    invoice = shop.invoice()
    shop.books.do("expire_token")
    shop.drain()
    shop.connection.refresh_from_db()
    assert shop.connection.status == "token_expired"
    assert shop.event(invoice).state == State.QUEUED
    row = SyncEvent.objects.get(record_type="connection")
    assert (row.state, row.message) == (State.FAILED, "Token expired")
    connect(
        shop.organization,
        grant(shop.books.url),
        environment="emulator",
        emulator_url=shop.books.url,
        at=timezone.now(),
    )
    row.refresh_from_db()
    assert row.state == State.SYNCED
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED


def test_a_deleted_customer_is_recreated_with_a_row_that_names_both(shop: Shop) -> None:
    customer = builders.customer(shop.organization, "M. Okafor", email="m@example.com")
    shop.invoice(customer=customer)
    shop.drain()
    old = Link.objects.get(record_type="customer", record_id=customer.pk).qbo_id
    shop.books.do("delete_customer", id=old)
    invoice = shop.invoice(customer=customer)
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    new = Link.objects.get(record_type="customer", record_id=customer.pk).qbo_id
    assert new != old
    row = SyncEvent.objects.of_record("customer", customer.pk).latest("id")
    assert old in row.message


def test_a_deleted_customer_whose_name_a_vendor_took_needs_a_person(shop: Shop) -> None:
    customer = builders.customer(shop.organization, "M. Okafor")
    shop.invoice(customer=customer)
    shop.drain()
    old = Link.objects.get(record_type="customer", record_id=customer.pk).qbo_id
    shop.books.do("delete_customer", id=old)
    shop.books.do("add_vendor", name="M. Okafor")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    event = shop.event(invoice)
    assert (event.state, event.failure_code) == (State.FAILED, "customer_not_found")


def test_an_edit_updates_and_ten_edits_make_one_update(shop: Shop) -> None:
    invoice = shop.invoice()
    shop.drain()
    for number in range(10):
        invoice.edit(customer_note=f"note {number}", at=timezone.now())
    writes = shop.books.writes()
    shop.drain()
    assert shop.books.writes() == writes + 1
    (there,) = shop.books.invoices()
    assert there["CustomerMemo"]["value"] == "note 9"


def test_a_void_is_voided_there(shop: Shop) -> None:
    invoice = shop.invoice()
    shop.drain()
    invoice.void(reason="duplicate", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    (there,) = shop.books.invoices()
    assert Decimal(str(there["TotalAmt"])) == 0


def test_an_invoice_deleted_there_waits_for_a_person_and_retry_creates_it_again(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    (there,) = shop.books.invoices()
    shop.books.delete("Invoice", there)
    invoice.edit(customer_note="changed", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "record_deleted_there"
    retry(SyncEvent.objects.failed(), by=None, at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(shop.books.invoices()) == 1


def test_voiding_what_was_deleted_there_agrees(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    (there,) = shop.books.invoices()
    shop.books.delete("Invoice", there)
    invoice.void(reason="duplicate", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message


def test_a_void_with_a_payment_there_waits(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=10)
    invoice.void(reason="duplicate", at=timezone.now())
    shop.drain()
    assert shop.event(invoice).failure_code == "void_has_payments", shop.event(invoice).message


def test_tokens_that_are_refused_however_fresh_pause_the_connection(shop: Shop) -> None:
    shop.invoice()
    shop.books.do("fault", fault="auth", times=None)
    shop.drain()
    shop.connection.refresh_from_db()
    assert shop.connection.pause_code
    assert len(shop.books.requests()) < 40


def test_a_token_that_worked_in_between_is_not_refused_however_fresh(shop: Shop, settings: Any) -> None:
    """A long drain outlives several tokens; that is age, and no missing right."""
    settings.SYNC = {**settings.SYNC, "BATCHES_IN_FLIGHT": 1, "BATCH_SIZE": 1}
    shop.drain()
    invoices = [shop.invoice() for _ in range(6)]
    shop.connection.refresh_from_db()

    def refuse_the_next(settled: int) -> None:
        shop.books.do("clear_faults")
        shop.books.do("fault", fault="auth", path="write")

    drain(shop.connection, progress=refuse_the_next)
    shop.connection.refresh_from_db()
    assert shop.connection.is_live, shop.connection.pause_code
    assert {shop.event(invoice).state for invoice in invoices} == {State.SYNCED}


def test_a_dismissed_event_says_why_until_it_is_taken_back(shop: Shop) -> None:
    TaxMapping.objects.all().delete()
    invoice = shop.invoice()
    shop.drain()
    events = SyncEvent.objects.filter(pk=shop.event(invoice).pk)
    dismiss(events, by=None, at=timezone.now(), reason="Entered by hand")
    standing = Standing(timezone.now(), shop.organization.zone, Policy())
    assert (
        row_text(shop.event(invoice), standing).second
        == "Dismissed: Entered by hand · not sent unless you take it back"
    )
    take_back(events, by=None, at=timezone.now())
    assert (shop.event(invoice).state, shop.event(invoice).reason) == (State.FAILED, "")


def test_an_invoice_follows_its_customer_and_item_whatever_kept_those_out(shop: Shop) -> None:
    start = timezone.now()
    invoice = shop.invoice(at=start)
    shop.books.do("fault", fault="status", status=503, path="write", times=None)
    for minute in range(0, 200, 5):
        shop.drain(start + timedelta(minutes=minute))
    assert (shop.event(invoice).state, shop.event(invoice).failure_code) == (State.FAILED, "server_error")
    assert shop.event(invoice).blocked_by.startswith(("customer:", "item:"))
    shop.books.do("clear_faults")
    later = start + timedelta(minutes=300)
    retry(SyncEvent.objects.filter(record_type__in=("customer", "item")), by=None, at=later)
    shop.drain(later)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message


def test_what_comes_back_over_and_over_rests(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """An error of ours that has an event wait for nothing keeps neither a worker busy nor the neighbours out."""
    start = timezone.now()
    shop.settled_invoice(at=start)
    never, looks, warned = shop.invoice(at=start), list[int](), list[str]()

    def prepare(work: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
        back = [event for event in events if event.record_id == never.pk]
        looks.extend(event.pk for event in back)
        attempts = [work.attempt(event, Attempt.Kind.SETTLED_HERE) for event in back]
        with transaction.atomic():
            record([Outcome.queued(attempt, due_at=work.now()) for attempt in attempts], at=work.now())
        return prepare_invoices(work, [event for event in events if event not in back])

    monkeypatch.setitem(draining.PREPARE, "invoice", prepare)
    monkeypatch.setattr(draining.operators_log, "warn", lambda what, **facts: warned.append(what))
    neighbour = shop.invoice(at=start)
    for at, count in ((start, 1), (start, 1), (start + draining.REST, 2)):
        shop.drain(at)
        assert len(looks) == count * draining.MOST_CLAIMS
        assert warned == [draining.OVER_AND_OVER] * count
    assert shop.event(neighbour).state == State.SYNCED
    assert (shop.event(never).state, shop.event(never).due_at) == (State.QUEUED, start + 2 * draining.REST)

"""Killed, cut off, woken late, edited while the outcome is unknown: each invoice is in the books once.

QuickBooks numbers the invoices here and refuses no number, so that only our own care prevents a second one.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.utils import timezone

from qbo.connection.client import Reply
from qbo.connection.connecting import disconnect
from qbo.connection.turn import Turn
from qbo.mapping.first_choices import choose_defaults
from qbo.models import Connection, ConnectionSettings, Lease
from runacall import stopwatch
from runacall.invoices.models import Customer, Invoice
from sync.engine import drain as engine
from sync.engine import outcomes
from sync.engine.send import push
from sync.engine.send.answers import Answered
from sync.engine.send.push import Ready
from sync.models import Attempt, State, SyncEvent
from sync.operations import dismissing, retrying
from sync.worker.wake import wake, wake_due
from tests import builders
from tests.books import Killed, Shop, connected_shop, emulator

LATER = timedelta(minutes=6)
# No call takes longer: whoever made it and was killed is surely done.
OVER = timedelta(seconds=136)


@pytest.fixture
def start() -> datetime:
    return timezone.now()


@pytest.fixture
def customer(shop: Shop, start: datetime) -> Customer:
    """One whom QuickBooks knows, of a company that numbers by itself."""
    ConnectionSettings.objects.update(send_numbers=False)
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    shop.books.do("duplicate_number_check", on=False)
    return shop.settled_invoice(at=start).customer


@pytest.fixture
def dies(monkeypatch: pytest.MonkeyPatch) -> Callable[[Shop, datetime], None]:
    """A drain that is killed between the answer of QuickBooks and the writing down of it."""

    def killed(*_: Any, **__: Any) -> None:
        raise Killed

    def run(shop: Shop, at: datetime) -> None:
        with monkeypatch.context() as patched:
            patched.setattr(push, "_read", killed)
            with pytest.raises(Killed):
                shop.drain(at)

    return run


def in_books(shop: Shop, invoice: Invoice) -> list[dict[str, Any]]:
    mark = f"(ref {invoice.organization_id}-{invoice.pk})"
    return [row for row in shop.books.invoices() if mark in str(row.get("PrivateNote"))]


def writes_of(shop: Shop) -> list[dict[str, Any]]:
    writes = [one for one in shop.books.requests() if one["method"] == "POST" and "/v3/company/" in one["path"]]
    return [one for one in writes if not one["path"].endswith("/query")]


# --- killed -------------------------------------------------------------------------------------------------


def test_what_went_out_before_a_kill_goes_out_no_second_time(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    shop.drain(start)
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


def test_the_successor_sends_the_same_bytes_under_the_same_id(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    shop.drain(start + OVER)
    first, second = writes_of(shop)[-2:]
    assert (first["request_id"], first["body"]) == (second["request_id"], second["body"])
    assert len(in_books(shop, invoice)) == 1


def test_after_a_kill_whoever_is_turned_away_still_looks_first(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    """The second send is refused at the door; that says nothing about the first."""
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    shop.books.do("fault", fault="status", status=403, path="write")
    shop.drain(start + OVER)
    shop.reconnect()
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


def test_a_holder_that_wakes_late_sends_nothing(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It was suspended between preparing an invoice and sending it; in the meantime another process has sent it."""
    invoice = shop.invoice(customer=customer, at=start)
    prepare, slept = engine.PREPARE["invoice"], []

    def prepare_and_sleep(work: Any, events: Any) -> list[Ready]:
        ready = prepare(work, events)
        if not slept:
            slept.append(True)
            Lease.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
            shop.drain(start)
        return ready

    monkeypatch.setitem(engine.PREPARE, "invoice", prepare_and_sleep)
    shop.drain(start)
    assert slept
    assert len(in_books(shop, invoice)) == 1


def test_whoever_disconnects_ends_the_drain_that_is_under_way(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    prepare, sent = engine.PREPARE["invoice"], len(writes_of(shop))

    def prepare_and_disconnect(work: Any, events: Any) -> list[Ready]:
        ready = prepare(work, events)
        disconnect(Connection.objects.get(pk=shop.connection.pk), at=start)
        return ready

    with monkeypatch.context() as patched:
        patched.setitem(engine.PREPARE, "invoice", prepare_and_disconnect)
        shop.drain(start)
    shop.connection.refresh_from_db()
    assert (shop.connection.status, shop.connection.pause_code) == ("disconnected", "")
    assert len(writes_of(shop)) == sent
    assert not shop.failed().exists(), "nothing is wrong with it"
    shop.reconnect()
    shop.drain(start)
    assert len(in_books(shop, invoice)) == 1


def test_a_token_that_is_refused_after_a_disconnect_pauses_nothing(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The call was under way; its answer comes when the connection is no longer what it was."""
    shop.invoice(customer=customer, at=start)
    send = push._send

    def send_and_disconnect(work: Any, *call: Any) -> Reply:
        disconnect(Connection.objects.get(pk=shop.connection.pk), at=start)
        return send(work, *call)

    with monkeypatch.context() as patched:
        patched.setattr(push, "_send", send_and_disconnect)
        shop.drain(start)
    shop.connection.refresh_from_db()
    assert (shop.connection.status, shop.connection.pause_code) == ("disconnected", "")
    assert not shop.failed().exists()


def test_what_is_in_doubt_in_one_company_is_not_sent_to_another(
    transactional_db: None, qbo_url: str, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    other = "9341457000000042"
    with emulator(companies={other: "us"}) as url:
        shop = connected_shop(url)
        invoice = shop.invoice(customer=shop.settled_invoice(at=start).customer, at=start)
        dies(shop, start)
        known, before = {one["request_id"] for one in writes_of(shop)}, shop.connection.realm_id
        shop.move_to(other, at=start)
        shop.read_lists().map_tax()
        choose_defaults(shop.connection, auto_create_items=True)
        # Also while its first company would surely still know the request id.
        for seconds in (0, 130, 200, 299, 360, 720):
            shop.drain(start + timedelta(seconds=seconds))
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
        left_there = shop.log(before).of_record("invoice", invoice.pk).get()
        assert left_there.state in (State.SENDING, State.CHECKING)
        there = [one for one in writes_of(shop) if other in one["path"]]
        assert there
        assert not known & {one["request_id"] for one in there}


def test_a_process_that_slept_past_its_lease_makes_no_call(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.invoice(customer=customer, at=start)
    before, send = len(writes_of(shop)), push._send

    def sleep_and_send(work: Any, *call: Any) -> Reply:
        work.lease.expires_at = timezone.now() - timedelta(seconds=1)
        return send(work, *call)

    monkeypatch.setattr(push, "_send", sleep_and_send)
    shop.drain(start)
    assert len(writes_of(shop)) == before


def suspend_behind_the_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    """The process stands still for long after it saw that the lease is its own, right before its call."""
    own_client, seconds = Turn.own_client, stopwatch.seconds

    def suspended(turn: Turn, realm_id: str, **how: Any) -> Any:
        monkeypatch.setattr(stopwatch, "seconds", lambda: seconds() + 320)
        return own_client(turn, realm_id, **how)

    monkeypatch.setattr(Turn, "own_client", suspended)


@pytest.mark.parametrize("is_second", [False, True])
def test_a_process_that_is_suspended_behind_the_look_at_its_lease_sends_nothing(
    shop: Shop,
    customer: Customer,
    start: datetime,
    dies: Callable[[Shop, datetime], None],
    monkeypatch: pytest.MonkeyPatch,
    is_second: bool,
) -> None:
    """By then another one may have looked for it, found nothing and sent it, or QuickBooks forgotten the request id."""
    invoice = shop.invoice(customer=customer, at=start)
    # Calls go over real connections, which is where it is held back.
    shop.books.do("set_latency", ms=1)
    if is_second:
        dies(shop, start)
    before, at = len(writes_of(shop)), start + is_second * OVER
    with monkeypatch.context() as patched:
        suspend_behind_the_lease(patched)
        shop.drain(at)
    assert len(writes_of(shop)) == before
    assert shop.event(invoice).state in (State.CHECKING, State.SENDING), shop.event(invoice).message
    for later in (1, 2, 3):
        shop.drain(at + later * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


def test_what_may_have_arrived_is_not_sent_again_after_a_long_renewal(
    shop: Shop,
    customer: Customer,
    start: datetime,
    dies: Callable[[Shop, datetime], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """While the token was renewed, QuickBooks may have forgotten the request id."""
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    shop.books.do("expire_token", refresh=False)
    before, read_it = len(writes_of(shop)), push.read_refusal

    def slowly(answered: Answered, **how: Any) -> bool:
        answered.drain.now = lambda: start + timedelta(seconds=301)
        return read_it(answered, **how)

    with monkeypatch.context() as patched:
        patched.setattr(push, "read_refusal", slowly)
        shop.drain(start + OVER)
    assert len(writes_of(shop)) == before + 1, "the one whose token was refused"
    assert (shop.event(invoice).state, shop.event(invoice).look_first) == (State.QUEUED, True)
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


def test_a_database_that_goes_away_is_no_mistake_of_an_event(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    invoice = shop.invoice(customer=customer, at=start)

    def cut(*_: Any, **__: Any) -> bool:
        raise OperationalError("the connection is closed")

    with monkeypatch.context() as patched:
        patched.setattr(push, "read_items", cut)
        with pytest.raises(OperationalError):
            shop.drain(start)
    assert shop.event(invoice).state == State.SENDING
    shop.drain(start + OVER)
    assert shop.event(invoice).state == State.SYNCED
    assert len(in_books(shop, invoice)) == 1


# --- in doubt -----------------------------------------------------------------------------------------------


def lose_the_answer(shop: Shop, invoice: Invoice, at: datetime) -> None:
    shop.books.do("fault", fault="reset", path="write", after_commit=True)
    shop.drain(at)
    assert shop.event(invoice).state == State.CHECKING


def test_a_lost_answer_is_looked_for_before_anything_is_sent_again(
    shop: Shop, customer: Customer, start: datetime
) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    lose_the_answer(shop, invoice, start)
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


EDITS: dict[str, dict[str, Any]] = {
    "number": {"number": "OTHER-1"},
    "date": {"invoice_date": builders.today() - timedelta(days=3)},
    "note": {"customer_note": "Thank you"},
}


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "half"},
        {"fault": "status", "status": 502, "message": "Access is denied: permission"},
        {"fault": "status", "status": 500, "message": "The upstream account was made inactive"},
    ],
    ids=["half", "denied", "account"],
)
def test_words_without_a_refusal_say_nothing_of_a_write(
    shop: Shop, customer: Customer, start: datetime, fault: dict[str, Any]
) -> None:
    """Of a page of some gateway, or of what is left of an answer: the invoice is there all the same."""
    invoice = shop.invoice(customer=customer, at=start)
    shop.books.do("fault", path="write", after_commit=True, **fault)
    shop.drain(start)
    assert shop.event(invoice).state == State.CHECKING, shop.event(invoice).message
    shop.connection.refresh_from_db()
    assert shop.connection.is_live
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


@pytest.mark.parametrize(("entity", "attribute"), [("Customer", "company"), ("Item", "name")])
def test_what_is_renamed_in_doubt_is_found_under_its_former_name(
    shop: Shop, customer: Customer, start: datetime, entity: str, attribute: str
) -> None:
    shop.settled_invoice(customer=customer, at=start)
    other = builders.customer(shop.organization, "Acme", email="acme@example.com", at=start)
    item = builders.item(shop.organization, "Gizmo", at=start)
    chosen = {"customer": other} if entity == "Customer" else {"customer": customer, "item": item}
    invoice = shop.invoice(at=start, **chosen)
    shop.books.do("fault", fault="reset", path="write", entity=entity, after_commit=True)
    shop.drain(start)
    record = other if entity == "Customer" else item
    assert shop.event(record).state == State.CHECKING
    rename(record, attribute, "Something else", at=start)
    for later in (1, 2, 3):
        shop.drain(start + later * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    names = [row.get("DisplayName") or row.get("Name") for row in shop.books.rows(entity)]
    # Made once, and then renamed: what the office changed since goes out as well.
    assert [name for name in names if name in ("Acme", "Gizmo", "Something else")] == ["Something else"]


def rename(record: Any, attribute: str, name: str, *, at: datetime) -> None:
    type(record).objects.filter(pk=record.pk).update(**{attribute: name})
    record.refresh_from_db()


def test_a_dead_token_under_many_batches_is_renewed_once(
    shop: Shop, customer: Customer, start: datetime, settings: Any
) -> None:
    settings.SYNC = {**settings.SYNC, "BATCH_SIZE": 1, "BATCHES_IN_FLIGHT": 8}
    invoices = [shop.invoice(customer=customer, at=start) for _ in range(8)]
    shop.books.do("set_latency", ms=150)
    shop.books.do("expire_token", refresh=False)
    shop.drain(start)
    shop.connection.refresh_from_db()
    assert shop.connection.is_live, shop.connection.pause_code
    assert {shop.event(invoice).state for invoice in invoices} == {State.SYNCED}


def test_what_a_dismissed_customer_holds_back_fails_and_waits(shop: Shop, start: datetime) -> None:
    """And does not try again and again, an attempt each time."""
    customer = builders.customer(shop.organization, "Acme", at=start)
    shop.books.post("vendor", {"DisplayName": "Acme"})
    shop.invoice(customer=customer, at=start)
    shop.drain(start)
    assert shop.event(customer).failure_code == "name_taken"
    dismissing.dismiss(shop.failed().filter(record_type="customer"), by=None, at=start, reason="not ours")
    later = shop.invoice(customer=customer, at=start + LATER)
    shop.drain(start + LATER)
    assert (shop.event(later).state, shop.event(later).failure_code) == (State.FAILED, "name_taken")
    assert len(shop.attempts(later)) <= 2


@pytest.mark.sampled(3)
@pytest.mark.parametrize("sends_numbers", [False, True])
@pytest.mark.parametrize("field", [*EDITS, "customer"])
def test_it_is_found_as_what_it_went_out_whatever_was_edited_since(
    shop: Shop, customer: Customer, start: datetime, field: str, sends_numbers: bool
) -> None:
    if sends_numbers:
        shop.books.do("custom_numbers", on=True)
        shop.choose(send_numbers=True)
        shop.read_lists("Preferences")
    other = shop.settled_invoice(at=start, customer=builders.customer(shop.organization, "Someone Else")).customer
    invoice = shop.invoice(customer=customer, at=start)
    lose_the_answer(shop, invoice, start)
    invoice.edit(at=start, **({"customer": other} if field == "customer" else EDITS[field]))
    shop.drain(start + LATER)
    shop.drain(start + 2 * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1
    assert shop.reconciles()


def test_what_is_voided_in_doubt_is_voided_there_too(shop: Shop, customer: Customer, start: datetime) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    lose_the_answer(shop, invoice, start)
    invoice.void(reason="entered twice", at=start)
    shop.drain(start + LATER)
    shop.drain(start + 2 * LATER)
    (there,) = in_books(shop, invoice)
    assert Decimal(str(there["TotalAmt"])) == 0


@pytest.mark.parametrize("arrives", [False, True])
def test_what_is_voided_in_doubt_is_looked_for_and_not_sent_again(
    shop: Shop, customer: Customer, start: datetime, arrives: bool
) -> None:
    """At the last moment at which its request id is known, too: it would be made and voided for nothing."""
    invoice = shop.invoice(customer=customer, at=start)
    shop.books.do("fault", fault="reset", path="write", after_commit=arrives)
    shop.drain(start)
    assert shop.event(invoice).state == State.CHECKING
    invoice.void(reason="entered twice", at=start)
    for seconds in (300, 301):
        shop.drain(start + timedelta(seconds=seconds))
    assert [Decimal(str(row["TotalAmt"])) for row in in_books(shop, invoice)] == [0] * arrives
    if not arrives:
        assert shop.event(invoice).message == "Nothing to send: the invoice was voided before it reached QuickBooks."
    assert shop.reconciles()


def test_an_edit_taken_back_in_doubt_is_taken_back_there_too(shop: Shop, customer: Customer, start: datetime) -> None:
    invoice = shop.settled_invoice(customer=customer, at=start, customer_note="Thank you")
    invoice.edit(customer_note="a slip", at=start)
    lose_the_answer(shop, invoice, start)
    invoice.edit(customer_note="Thank you", at=start)
    shop.drain(start + LATER)
    shop.drain(start + 2 * LATER)
    (there,) = in_books(shop, invoice)
    assert there["CustomerMemo"]["value"] == "Thank you"


def test_a_look_proves_nothing_while_the_last_send_may_still_arrive(
    shop: Shop, customer: Customer, start: datetime
) -> None:
    """A person retries right away what gave up; its last send arrives after that look."""
    invoice = shop.invoice(customer=customer, at=start)
    shop.books.do("fault", fault="reset", path="write")
    shop.drain(start)
    SyncEvent.objects.filter(pk=shop.event(invoice).pk).update(state=State.FAILED, failure_code="network")
    retrying.retry(shop.failed(), by=None, at=start)
    before = len(writes_of(shop))
    shop.drain(start)
    waiting = shop.event(invoice)
    assert len(writes_of(shop)) == before
    assert waiting.state == State.QUEUED
    assert start < (waiting.due_at or start) <= start + LATER
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.LOOKED
    shop.drain(start + LATER)
    assert len(in_books(shop, invoice)) == 1


def test_a_twin_waits_until_the_first_call_is_over(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    """Intuit takes up to two minutes over a request: its twin would meet it there."""
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    before = len(writes_of(shop))
    for seconds in (1, 60, 127):
        shop.drain(start + timedelta(seconds=seconds))
        assert (len(writes_of(shop)), shop.event(invoice).state) == (before, State.CHECKING)
    shop.drain(start + OVER)
    assert (len(writes_of(shop)), shop.event(invoice).state) == (before + 1, State.SYNCED)


def test_a_submission_that_has_lost_an_event_is_not_sent_again(
    shop: Shop, customer: Customer, start: datetime, settings: Any
) -> None:
    """One of two in a batch gave up, and a person had it sent again before the other's wait was over."""
    settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 0}
    first, second = (shop.invoice(customer=customer, at=start) for _ in range(2))
    shop.books.do("fault", fault="throttle", path="write", retry_after=200)
    shop.drain(start)
    gone = shop.event(first)
    SyncEvent.objects.filter(pk=gone.pk).update(state=State.FAILED, failure_code="network", look_first=True)
    Lease.objects.update(quiet_until=None)
    retrying.retry(shop.failed(), by=None, at=start)
    for seconds in (10, 135, 210, 360, 720):
        shop.drain(start + timedelta(seconds=seconds))
    assert {shop.event(invoice).state for invoice in (first, second)} == {State.SYNCED}
    assert [len(in_books(shop, invoice)) for invoice in (first, second)] == [1, 1]


def test_a_request_id_that_quickbooks_may_have_forgotten_is_not_used_again(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    """Intuit says nowhere how long it knows one: after some minutes the same bytes may act a second time."""
    shop.books.do("switch", name="requestid_seconds", value=300)
    invoice = shop.invoice(customer=customer, at=start)
    dies(shop, start)
    shop.books.do("advance_clock", seconds=301)
    shop.drain(start + timedelta(seconds=301))
    shop.drain(start + 2 * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert len(in_books(shop, invoice)) == 1


def test_a_third_send_that_finds_its_token_expired_renews_it(
    shop: Shop, customer: Customer, start: datetime, dies: Callable[[Shop, datetime], None]
) -> None:
    invoice = shop.invoice(customer=customer, at=start)
    for sends in range(2):
        dies(shop, start + sends * OVER)
    shop.books.do("expire_token", refresh=False)
    shop.drain(start + 2 * OVER)
    shop.connection.refresh_from_db()
    assert shop.connection.is_live
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message


def test_an_edit_in_the_very_moment_of_a_failure_carries_on(
    shop: Shop, customer: Customer, start: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On PostgreSQL the next event may be opened between our look for it and our write."""
    invoice = shop.invoice(customer=customer, at=start)
    yields, looks = outcomes._yield_to_newer, []

    def looks_too_early(event: SyncEvent, **how: Any) -> bool:
        looks.append(event)
        if len(looks) == 1:
            invoice.edit(customer_note="changed", at=start)
            return False
        return yields(event, **how)

    monkeypatch.setattr(outcomes, "_yield_to_newer", looks_too_early)
    shop.books.do("fault", fault="item_fault", code="10000", message="An application error has occurred")
    try:
        shop.drain(start)
    except IntegrityError:
        pytest.fail("the edit has stopped the drain")
    states = list(SyncEvent.objects.of_record("invoice", invoice.pk).order_by("pk").values_list("state", flat=True))
    assert states[0] == State.SUPERSEDED
    shop.drain(start + LATER)
    assert shop.event(invoice).state == State.SYNCED
    assert len(in_books(shop, invoice)) == 1


# --- answered -----------------------------------------------------------------------------------------------


def test_a_total_that_comes_back_otherwise_is_no_success(shop: Shop, customer: Customer, start: datetime) -> None:
    """Sales tax was turned off there since we looked: QuickBooks takes the invoice and drops the tax."""
    invoice = shop.invoice(customer=customer, at=start)
    shop.books.do("sales_tax", on=False)
    shop.drain(start)
    assert len(in_books(shop, invoice)) == 1
    assert shop.event(invoice).state == State.FAILED


# --- woken --------------------------------------------------------------------------------------------------


def test_a_wake_that_fails_after_the_commit_fails_nobody(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """The change is made, and the event is queued: who made it need not hear of it, and the sweep asks."""

    def gone(connections: list[int], *, at: datetime) -> int:
        raise OperationalError("the database has gone away")

    with monkeypatch.context() as patched:
        patched.setattr("sync.worker.wake._ask_for", gone)
        invoice = shop.invoice()
    assert shop.event(invoice).state == State.QUEUED
    Lease.objects.update(woken_at=None)
    assert wake_due() == 1


def test_a_wake_that_met_a_busy_connection_is_not_the_last(shop: Shop, start: datetime) -> None:
    lease = Lease.acquire(shop.connection.pk, holder="a worker", at=start, seconds=180)
    assert lease
    shop.invoice(at=start)  # its wake finds the lease held, and is spent
    lease.release(at=start, calls=[])
    assert wake_due() == 1


def test_a_wake_waits_for_the_commit_and_holds_nobody_up(shop: Shop) -> None:
    Lease.objects.update(woken_at=None)
    with transaction.atomic():
        wake(shop.connection)
        assert not Lease.objects.exclude(woken_at=None).exists()
    assert Lease.objects.exclude(woken_at=None).exists()

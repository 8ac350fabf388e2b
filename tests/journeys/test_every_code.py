"""Every code of the catalogue that the emulator can produce: read correctly, worded correctly, retried correctly.

`refusals.py` holds what QuickBooks says; what follows is decided by the kind that the catalogue gives the code.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from qbo.catalogue import CATALOGUE, FailureKind, entry
from qbo.models import Connection, Lease
from runacall.invoices.models import Customer, Invoice, PricebookItem
from sync.engine.send.relook import RELOOK_CODES
from sync.log.rows import log_row
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.retry_policy import HEALS
from tests import builders
from tests.books import Shop
from tests.journeys.failing_invoices import FAILING_INVOICES
from tests.journeys.refusals import CALLS, ITEMS, Answered, Refusal

# Minutes after which one looks whether something is tried once more; the schedule is 5, 35, 95.
LATER = (1, 5, 35, 95, 96, 600, 3000)
SCHEDULE = [0, 5, 35, 95]
KINDS = FailureKind

# The emulator's own tests and the reader's go through all of them in any case.
pytestmark = pytest.mark.sampled(5)


@pytest.fixture
def start() -> datetime:
    return timezone.now()


def at(start: datetime, minute: float) -> datetime:
    return start + timedelta(minutes=minute)


def arranged(shop: Shop, start: datetime, entity: str) -> tuple[Invoice, Customer | PricebookItem | Invoice]:
    """An invoice that is due, and the record whose write is refused; whatever else it needs is in the books."""
    okafor = builders.customer(shop.organization, "M. Okafor", email="okafor@example.com", at=start)
    labor = shop.item("Labor")
    if entity != "Customer":
        shop.settled_invoice(at=start, customer=okafor, item=builders.item(shop.organization, "Other", at=start))
    if entity == "Invoice":
        shop.settled_invoice(at=start, customer=okafor, item=labor)
    invoice = shop.invoice(at=start, customer=okafor, item=labor)
    return invoice, {"Customer": okafor, "Item": labor, "Invoice": invoice}[entity]


def names(shop: Shop, invoice: Invoice) -> dict[str, str]:
    """What the texts of `refusal` may name."""
    known = {"number": invoice.number}
    for name, record in (("customer", invoice.customer), ("item", shop.item("Labor"))):
        links = shop.connection.links.filter(record_type=name, record_id=record.pk)
        known[name] = links.values_list("qbo_id", flat=True).first() or ""
    if known["item"]:
        known["account"] = shop.books.row("Item", known["item"])["IncomeAccountRef"]["value"]
    return known


def refuse(shop: Shop, refusal: Refusal, invoice: Invoice, *, times: int | None = None) -> None:
    known = names(shop, invoice)
    detail = refusal.detail.format(**{"account": "", **known})
    shop.books.do(
        "fault", fault="item_fault", entity=refusal.entity, code=refusal.intuit, message=refusal.message, detail=detail,
        times=times, status=400,
    )  # fmt: skip


def drain_through_looks(shop: Shop, refusal: Refusal, start: datetime, *, first: float = 0) -> None:
    """One drain; where an earlier send may still be under way, one more after each time that it may take."""
    looks = 1 + HEALS if refusal.code == "duplicate_request" else 1
    for look in range(looks):
        shop.drain(at(start, first + 3 * look))


def minutes_of_calls(shop: Shop, start: datetime, minutes: tuple[float, ...] = LATER) -> list[float]:
    """The minutes at which a drain still calls QuickBooks."""
    tried = []
    for minute in minutes:
        before = shop.books.calls()
        shop.drain(at(start, minute))
        if shop.books.calls() > before:
            tried.append(minute)
    return tried


def second_line(event: SyncEvent, now: datetime) -> str:
    return log_row(event, event.organization, at=now).text.second


def what_is_needed(event: SyncEvent, now: datetime) -> str:
    """The second line of a failed row, after what it says of the books."""
    books, _, needed = second_line(event, now).partition(" · ")
    assert books.startswith(
        ("Not in QuickBooks", "In QuickBooks", "No longer in QuickBooks", "May be in QuickBooks")
    ), books
    return needed


# --- one item of a batch ------------------------------------------------------------------------------------


def of_kind(*kinds: FailureKind) -> list[Refusal]:
    return [refusal for refusal in ITEMS if entry(refusal.code).kind in kinds]


def assert_reads(shop: Shop, record: Any, refusal: Refusal, says: str) -> SyncEvent:
    """The event says it in our words, its attempt in QuickBooks' own, with the trace id for support."""
    event = shop.event(record)
    assert (event.failure_code, event.message) == (refusal.code, says)
    (entry_,) = (attempt := shop.sent(record)[-1]).entries
    assert (entry_["code"], entry_["message"]) == (refusal.intuit, refusal.message)
    assert attempt.intuit_tid
    assert attempt.failure_code == refusal.code
    return event


@pytest.mark.parametrize("refusal", of_kind(KINDS.PERSON, KINDS.HEAL), ids=str)
def test_what_needs_a_person_stops_and_waits_for_one(shop: Shop, start: datetime, refusal: Refusal) -> None:
    """At once; after a second look where a look may mend it. Never again by itself."""
    invoice, record = arranged(shop, start, refusal.entity)
    says = refusal.says.format(**names(shop, invoice))
    refuse(shop, refusal, invoice)
    drain_through_looks(shop, refusal, start)
    event = assert_reads(shop, record, refusal, says)
    assert (event.state, event.due_at, event.retries) == (State.FAILED, None, 0)
    assert len(shop.sent(record)) == (1 + HEALS if refusal.code in RELOOK_CODES else 1)
    needs = (
        "it could not be fixed automatically" if entry(refusal.code).kind is KINDS.HEAL else "not retried automatically"
    )
    assert what_is_needed(event, start).startswith("Needs ")
    assert second_line(event, start).endswith(needs)
    assert minutes_of_calls(shop, start) == []
    # What waited for the record says so in the same words, and waits for the same person.
    assert (shop.event(invoice).state, shop.event(invoice).message) == (State.FAILED, says)
    shop.connection.refresh_from_db()
    assert shop.connection.is_live


@pytest.mark.sampled(7)
@pytest.mark.parametrize(
    "refusal", {refusal.code: refusal for refusal in of_kind(KINDS.PERSON, KINDS.HEAL)}.values(), ids=str
)
def test_a_persons_retry_sends_it_again(shop: Shop, start: datetime, refusal: Refusal) -> None:
    invoice, record = arranged(shop, start, refusal.entity)
    refuse(shop, refusal, invoice)
    drain_through_looks(shop, refusal, start)
    shop.books.do("clear_faults")
    tries = len(shop.attempts(record))
    shop.retry(at=at(start, 10))
    drain_through_looks(shop, refusal, start, first=10)
    shop.assert_in_books(invoice)
    assert len(shop.attempts(record)) > tries


@pytest.mark.parametrize("refusal", [refusal for refusal in ITEMS if refusal.code in RELOOK_CODES], ids=str)
def test_what_a_look_clears_up_needs_nobody(shop: Shop, start: datetime, refusal: Refusal) -> None:
    """Refused once, while the company is in order: looked at again, sent again, and in the books."""
    invoice, record = arranged(shop, start, refusal.entity)
    refuse(shop, refusal, invoice, times=1)
    drain_through_looks(shop, refusal, start)
    shop.assert_in_books(invoice)
    assert [attempt.failure_code for attempt in shop.sent(record)] == [refusal.code, ""]


@pytest.mark.parametrize("refusal", of_kind(KINDS.TRANSIENT), ids=str)
def test_what_passes_is_tried_by_the_schedule_and_then_stops(shop: Shop, start: datetime, refusal: Refusal) -> None:
    invoice, record = arranged(shop, start, refusal.entity)
    refuse(shop, refusal, invoice)
    shop.drain(start)
    event = assert_reads(shop, record, refusal, refusal.says)
    assert (event.state, event.retries, event.due_at) == (State.QUEUED, 1, at(start, 5))
    assert second_line(event, start).startswith("Retry 1 of 3 at ")
    assert minutes_of_calls(shop, start) == SCHEDULE[1:]
    event = shop.event(record)
    assert event.state == State.FAILED
    assert what_is_needed(event, start) == "Needs you · all 3 retries failed"


def assert_paused(shop: Shop, invoice: Invoice, code: str, says: str, start: datetime) -> None:
    """One row shows it, the invoice waits unchanged, and no more calls are made."""
    shop.connection.refresh_from_db()
    assert shop.connection.pause_code == code
    (row,) = shop.failed()
    assert (row.record_type, row.failure_code, row.message) == (EntityType.CONNECTION, code, says)
    assert second_line(row, start).startswith("Paused: ")
    event = shop.event(invoice)
    assert (event.state, event.retries) == (State.QUEUED, 0)
    assert log_row(event, event.organization, at=start).text.message.startswith("Waiting: ")
    assert minutes_of_calls(shop, start, (1, 6, 40)) == []


@pytest.mark.parametrize("refusal", of_kind(KINDS.PAUSE), ids=str)
def test_what_concerns_the_connection_pauses_it(shop: Shop, start: datetime, refusal: Refusal) -> None:
    invoice, _ = arranged(shop, start, refusal.entity)
    refuse(shop, refusal, invoice)
    shop.drain(start)
    assert_paused(shop, invoice, refusal.code, refusal.says, start)
    shop.books.do("clear_faults")
    shop.reconnect(at(start, 50))
    shop.drain(at(start, 50))
    shop.assert_in_books(invoice)


def test_a_throttled_item_waits_and_uses_up_no_retry(shop: Shop, start: datetime) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    shop.books.do("fault", fault="throttle", item=True, entity="Invoice", times=1)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.retries) == (State.QUEUED, "rate_limited", 0)
    assert event.due_at is not None
    assert event.due_at >= at(start, 1)
    Lease.objects.update(quiet_until=None)
    shop.drain(at(start, 2))
    shop.assert_in_books(invoice)


# --- a whole call -------------------------------------------------------------------------------------------


def calls_of_kind(kind: FailureKind) -> list[Answered]:
    return [answered for answered in CALLS if entry(answered.code).kind is kind]


@pytest.fixture
def _impatient(settings: Any) -> None:
    settings.SYNC = {**settings.SYNC, "HTTP_READ_TIMEOUT": 0.5}


def order(shop: Shop, answered: Answered, *, times: int | None = None) -> None:
    shop.books.do("fault", path="write", times=times, **answered.order)


@pytest.mark.usefixtures("_impatient")
@pytest.mark.parametrize("answered", calls_of_kind(KINDS.TRANSIENT), ids=str)
def test_a_write_whose_fate_is_unknown_is_checked(shop: Shop, start: datetime, answered: Answered) -> None:
    """Checking by the schedule: looked for before it is sent again, and in the books once."""
    invoice, _ = arranged(shop, start, "Invoice")
    order(shop, answered, times=2)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.message) == (State.CHECKING, answered.code, answered.says)
    assert (event.due_at, event.look_first) == (at(start, 5), True)
    assert shop.failed().count() == 0
    for minute in SCHEDULE[1:]:
        shop.drain(at(start, minute))
    shop.assert_in_books(invoice)


@pytest.mark.parametrize("answered", calls_of_kind(KINDS.WAIT), ids=str)
def test_throttling_holds_everything_back_for_a_while(shop: Shop, start: datetime, answered: Answered) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    order(shop, answered, times=1)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.failure_code, event.message, event.retries) == (answered.code, answered.says, 0)
    assert event.state in (State.CHECKING, State.QUEUED)
    assert Lease.objects.get(connection=shop.connection).quiet_until
    assert minutes_of_calls(shop, start, (0.5,)) == []
    Lease.objects.update(quiet_until=None)
    shop.drain(at(start, 2))
    shop.assert_in_books(invoice)


@pytest.mark.parametrize("answered", calls_of_kind(KINDS.PAUSE), ids=str)
def test_a_refusal_at_the_door_pauses_the_connection(shop: Shop, start: datetime, answered: Answered) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    order(shop, answered)
    shop.drain(start)
    assert_paused(shop, invoice, answered.code, answered.says, start)
    assert len([one for one in shop.books.invoices() if one["DocNumber"] == invoice.number]) == 0


@pytest.mark.parametrize("answered", calls_of_kind(KINDS.PERSON), ids=str)
def test_a_refused_batch_stops_what_was_in_it(shop: Shop, start: datetime, answered: Answered) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    order(shop, answered)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.message) == (State.FAILED, answered.code, answered.says)
    assert minutes_of_calls(shop, start) == []


# --- by the company's own rules -----------------------------------------------------------------------------


@pytest.mark.parametrize("code", FAILING_INVOICES)
def test_by_rule(shop: Shop, start: datetime, code: str) -> None:
    arrange, says = FAILING_INVOICES[code]
    invoice = arrange(shop, start)
    for minute in (0, 6):
        shop.drain(at(start, minute))
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.message) == (State.FAILED, code, says.format(number=invoice.number))
    assert event.due_at is None
    assert what_is_needed(event, start).startswith("Needs ")
    assert minutes_of_calls(shop, start, (11, 41, 600)) == []


@pytest.mark.parametrize(
    ("code", "entity", "says"),
    [
        ("waits_for_customer", "Customer", "Waits for the customer 'M. Okafor'"),
        ("waits_for_item", "Item", "Waits for the item 'Labor'"),
    ],
)
def test_what_depends_on_another_waits_and_follows(
    shop: Shop, start: datetime, code: str, entity: str, says: str
) -> None:
    invoice, record = arranged(shop, start, entity)
    shop.books.do("fault", fault="item_fault", entity=entity, code="10000", message="x", detail="x", times=1)
    shop.drain(start)
    event = shop.event(invoice)
    assert (event.state, event.failure_code, event.message, event.retries) == (State.QUEUED, code, says, 0)
    assert second_line(event, start) == "Sent automatically after that"
    assert shop.event(record).retries == 1
    shop.drain(at(start, 5))
    shop.assert_in_books(invoice)


def test_a_connection_that_ended_is_a_token_expired(shop: Shop, start: datetime) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    shop.books.do("expire_token")
    shop.drain(start)
    assert_paused(shop, invoice, "token_expired", "Token expired", start)


def test_credentials_that_intuit_refuses_are_ours_to_mend(shop: Shop, start: datetime, settings: Any) -> None:
    invoice, _ = arranged(shop, start, "Invoice")
    settings.QBO_CLIENT_SECRET = "not-the-one"
    Connection.objects.update(access_expires_at=start)
    shop.drain(start)
    assert_paused(shop, invoice, "app_refused", "QuickBooks does not accept Run a Call's own credentials", start)


# --- nothing is left out ------------------------------------------------------------------------------------

ELSEWHERE = {
    "rate_limited": "test_throttling_holds_everything_back_for_a_while",
    "waits_for_customer": "test_what_depends_on_another_waits_and_follows",
    "waits_for_item": "test_what_depends_on_another_waits_and_follows",
    "app_refused": "test_credentials_that_intuit_refuses_are_ours_to_mend",
}
ELSEWHERE_IN_A_JOURNEY_OF_TWO = ("changed_in_quickbooks", "paid_in_quickbooks", "voided_in_quickbooks")
# Told in test_payments, where payments are.
ELSEWHERE_OF_PAYMENTS = (
    "waits_for_invoice",
    "waits_for_payment",
    "payment_invoice_gone",
    "payment_over_applied",
    "payment_customer_differs",
    "customer_inactive",
    "payment_method_missing",
    "payment_in_closed_period",
    "payment_voided_there",
    "deposit_account_inactive",
    "deposit_account_wrong_type",
)
NOT_FROM_THE_EMULATOR = {
    "certificate_not_trusted": "the emulator speaks plain HTTP: see test_untrusted_certificate",
    "payment_twin": "a question to a person before anything is sent: see test_payments_on_both_sides",
    "same_payment_gone": "an answer of ours that crossed with a deletion there: see test_payments_on_both_sides",
    "payment_not_taken_over": "what came in and nobody sent: see test_from_quickbooks",
    "edited_in_quickbooks": "what came in and nobody sent: see test_from_quickbooks",
    "item_inactive": "test_item_not_found tells it beside what is missing",
    "numbering_by_hand": "test_duplicate_doc_number tells it: nothing is sent, so QuickBooks says nothing",
    "item_mismatch": "another price blocks nothing; it is a row to decide on Products and services",
    "connection_paused": "a wait for the connection is refusal by the connection's own row",
    "access_refused_by_user": "refusal to the person who is connecting, and no event of the log",
    "list_unreadable": "a list that makes no sense has a row and tests of its own (test_unreadable_lists)",
    "sending_interrupted": "what stumbled here, over a row of ours: no answer of QuickBooks brings it about",
    "other_company": "a choice between two companies, refusal by the connection's own row: see test_another_company",
    "internal_error": "a mistake of ours: no answer of QuickBooks brings it about",
    "unknown": "the emulator gives each fault of its own a type, and a type says enough for `validation`",
}


def test_every_code_of_the_catalogue_is_here_or_says_why_not() -> None:
    refusal = {one.code for one in (*ITEMS, *CALLS)} | set(FAILING_INVOICES) | set(ELSEWHERE)
    of_two = Path(__file__).with_name("test_two_people.py").read_text("utf-8")
    refusal |= {code for code in ELSEWHERE_IN_A_JOURNEY_OF_TWO if f'State.FAILED, "{code}"' in of_two}
    of_payments = Path(__file__).with_name("test_payments.py").read_text("utf-8")
    refusal |= {code for code in ELSEWHERE_OF_PAYMENTS if f'"{code}"' in of_payments}
    assert refusal & set(NOT_FROM_THE_EMULATOR) == set()
    assert refusal | set(NOT_FROM_THE_EMULATOR) == set(CATALOGUE)
    assert all(name in globals() for name in ELSEWHERE.values())

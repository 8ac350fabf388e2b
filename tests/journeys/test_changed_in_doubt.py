"""A new record whose answer was lost, and which the bookkeeper has changed by the time we look: never made again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.utils import timezone

from qbo.mapping.applied import applied_by
from qbo.mapping.base import CUSTOMER_FIELDS, ITEM_FIELDS
from qbo.mapping.invoice_rows import is_void
from qbo.models import Link
from runacall.invoices.models import Invoice, Payment
from sync.matching import choosing
from sync.matching.kinds import CUSTOMERS, PRODUCTS
from sync.models import State, Submission, SyncEvent
from sync.operations import deciding, retrying
from tests import builders
from tests.books import Killed, Record, Shop
from tests.journeys.office import Office
from tests.journeys.test_brought_back import brought_back, row_of
from tests.journeys.test_from_quickbooks import some_time_passes

# When an earlier send is certainly over, and its request id is trusted no more.
LATER = timedelta(minutes=20)


def lose_the_answer(shop: Shop, at: datetime, entity: str) -> dict[str, Any]:
    """The next write arrives, its answer does not; the row that it made."""
    before = {row["Id"] for row in shop.books.rows(entity)}
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    (made,) = [row for row in shop.books.rows(entity) if row["Id"] not in before]
    return made


@pytest.mark.parametrize("numbers", [True, False], ids=["our numbers", "QuickBooks' numbers"])
def test_an_invoice_that_was_renumbered_redated_and_moved_is_found(shop: Shop, numbers: bool) -> None:
    at = timezone.now()
    other = shop.settled_invoice(customer=builders.customer(shop.organization, "Ben Ode"), at=at)
    known = shop.settled_invoice(at=at)
    if not numbers:
        shop.books.do("custom_numbers", on=False)
        shop.read_lists("Preferences").choose(send_numbers=False)
    invoice = shop.invoice(customer=known.customer, at=at)
    row = lose_the_answer(shop, at, "Invoice")
    to = shop.there(other)["CustomerRef"]
    shop.books.post("invoice", {**row, "DocNumber": "B-77", "TxnDate": "2026-01-15", "CustomerRef": to})
    shop.drain(at + LATER)
    assert len(shop.books.invoices()) == 3
    assert shop.qbo_id(invoice) == row["Id"]
    assert shop.there(invoice)["TxnDate"] == "2026-01-15"


def test_a_message_that_she_wrote_meanwhile_is_not_written_over(shop: Shop) -> None:
    """We had sent none: hers is a change, although we said nothing that it could differ from."""
    at = timezone.now()
    invoice = shop.invoice(customer=shop.settled_invoice(at=at).customer, at=at)
    row = lose_the_answer(shop, at, "Invoice")
    shop.books.post("invoice", {**row, "CustomerMemo": {"value": "blue door"}})
    shop.drain(at + LATER)
    assert shop.event(invoice).state == State.SYNCED
    invoice.edit(customer_note="call first", at=at + LATER)
    shop.drain(at + LATER)
    assert shop.event(invoice).failure_code == "changed_in_quickbooks"
    (side,) = shop.event(invoice).facts["sides"]
    assert (side["field"], side["was"], side["ours"], side["theirs"]) == ("message", "", "call first", "blue door")
    assert shop.there(invoice)["CustomerMemo"] == {"value": "blue door"}


def test_a_copy_of_hers_is_told_from_one_that_we_changed(shop: Shop) -> None:
    """A change of ours was lost, and only a copy with our mark is left there: it is compared, and nothing breaks."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    first = shop.there(invoice)
    shop.books.do("fault", fault="reset", path="write", after_commit=False, times=1)
    invoice.edit(customer_note="call first", at=at)
    shop.drain(at)
    shop.books.do("clear_faults")
    lines = [{key: line[key] for key in line if key != "Id"} for line in first["Line"]]
    keys = ("CustomerRef", "PrivateNote", "TxnDate", "DueDate", "TxnTaxDetail")
    shop.books.delete("Invoice", first)
    copy = shop.books.post("invoice", {**{key: first[key] for key in keys}, "DocNumber": "1001", "Line": lines})
    shop.books.post("invoice", {**copy["Invoice"], "CustomerMemo": {"value": "blue door"}, "TxnDate": "2026-01-15"})
    at += LATER
    shop.drain(at)
    assert shop.event(invoice).failure_code == "record_deleted_there"
    shop.retry(at=at)
    shop.drain(at)
    assert shop.event(invoice).failure_code == "changed_in_quickbooks"
    assert (shop.qbo_id(invoice), len(shop.books.invoices())) == (copy["Invoice"]["Id"], 1)


@pytest.mark.parametrize("is_voided", [False, True], ids=["reworded", "void"])
def test_what_she_did_to_a_lost_invoice_is_still_hers_when_it_is_retried(shop: Shop, is_voided: bool) -> None:
    at = timezone.now()
    invoice = shop.invoice(customer=shop.settled_invoice(at=at).customer, customer_note="Hello", at=at)
    row = lose_the_answer(shop, at, "Invoice")
    if is_voided:
        shop.books.post("invoice", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    else:
        shop.books.post("invoice", {**row, "CustomerMemo": {"value": "blue door"}})
    hers = shop.books.row("Invoice", row["Id"])
    invoice.edit(customer_note="call first", at=at)
    for turn in range(1, 4):
        shop.drain(at + turn * LATER)
        assert shop.event(invoice).failure_code == ("voided_in_quickbooks" if is_voided else "changed_in_quickbooks")
        assert shop.books.row("Invoice", row["Id"]) == hers
        shop.retry(invoice, at=at + turn * LATER)


def lost_payment(shop: Shop, at: datetime) -> tuple[Payment, dict[str, Any]]:
    """One that arrived, and its row, of which nobody was told; there is another invoice that it could pay."""
    invoice = shop.settled_invoice(at=at)
    shop.settled_invoice(customer=invoice.customer, at=at)
    payment = builders.payment(invoice, "50", at=at, reference="1107")
    return payment, lose_the_answer(shop, at, "Payment")


def what_she_did(row: dict[str, Any], invoices: list[dict[str, Any]]) -> dict[str, tuple[dict[str, Any], set[str]]]:
    """By what it is called: what she changes of a payment, and which of our fields a person is asked about."""
    (line,) = row["Line"]
    (other,) = {one["Id"] for one in invoices} - {line["LinkedTxn"][0]["TxnId"]}
    elsewhere = {**line, "LinkedTxn": [{"TxnId": other, "TxnType": "Invoice"}]}
    return {
        "amount": ({"TotalAmt": 20, "Line": [{**line, "Amount": 20}]}, {"amount", "invoices"}),
        "day": ({"TxnDate": "2026-06-10"}, {"date"}),
        "invoice": ({"Line": [elsewhere]}, {"invoices"}),
    }


@pytest.mark.parametrize("is_edited", [False, True], ids=["as it was", "edited here"])
@pytest.mark.parametrize("did", ["amount", "day", "invoice"])
def test_what_she_changed_of_a_lost_payment_is_asked_about(shop: Shop, did: str, is_edited: bool) -> None:
    """Retries change nothing about it, and *Send ours* brings it back as it is here."""
    at = timezone.now()
    payment, row = lost_payment(shop, at)
    changes, asked = what_she_did(row, shop.books.invoices())[did]
    shop.books.post("payment", {**row, **changes})
    hers = shop.books.row("Payment", row["Id"])
    if is_edited:
        payment.edit(reference="1108", at=at)
    for turn in range(1, 4):
        shop.drain(at + turn * LATER)
        event = shop.event(payment)
        assert event.failure_code == "changed_in_quickbooks", (event.state, event.message)
        assert {side["field"] for side in event.facts["sides"]} == asked
        assert shop.books.row("Payment", row["Id"]) == hers
        shop.retry(payment, at=at + turn * LATER)
    shop.drain(at + 4 * LATER)
    deciding.send_ours(shop.failed(), by=None, at=at + 4 * LATER)
    shop.drain(at + 4 * LATER)
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    now = shop.books.row("Payment", row["Id"])
    assert [one["Id"] for one in shop.books.rows("Payment")] == [row["Id"]]
    assert [now[key] for key in ("TotalAmt", "TxnDate")] == [row[key] for key in ("TotalAmt", "TxnDate")]
    assert applied_by(now) == applied_by(row)
    assert now["PaymentRefNum"] == payment.reference
    assert shop.reconciles()


def test_what_she_wrote_on_a_lost_payment_stays_and_is_told(shop: Shop) -> None:
    at = timezone.now()
    payment, row = lost_payment(shop, at)
    shop.books.post("payment", {**row, "PaymentRefNum": "hers"})
    shop.drain(at + LATER)
    event = shop.event(payment)
    assert (event.state, event.message) == (
        State.SYNCED, "Kept what was changed in QuickBooks: reference 1107 → 'hers'. Run a Call still says 1107.",
    )  # fmt: skip
    assert shop.books.row("Payment", row["Id"])["PaymentRefNum"] == "hers"


@pytest.mark.parametrize("is_void_here", [False, True], ids=["counts here", "void here"])
def test_a_lost_payment_that_she_voided_is_asked_about_unless_it_is_void_here(shop: Shop, is_void_here: bool) -> None:
    at = timezone.now()
    payment, row = lost_payment(shop, at)
    shop.books.post("payment", {"Id": row["Id"], "SyncToken": row["SyncToken"]}, operation="void")
    if is_void_here:
        payment.void(at=at)
    for turn in range(1, 4):
        shop.drain(at + turn * LATER)
        event = shop.event(payment)
        expected = (State.SYNCED, "") if is_void_here else (State.FAILED, "payment_voided_there")
        assert (event.state, event.failure_code) == expected, event.message
        shop.retry(payment, at=at + turn * LATER)
    assert shop.books.row("Payment", row["Id"])["TotalAmt"] == 0


def lose_a_void(shop: Shop, kind: str, at: datetime, *, arrives: bool) -> tuple[Record, dict[str, Any]]:
    """What became void here, and how it was there before; nobody was told whether it is void there."""
    record: Record = shop.settled_invoice(at=at)
    if kind == "payment":
        record = builders.payment(record, "40", at=at)
        shop.drain(at)
    shop.hear(at)
    before = row_of(shop, record)
    record.void(at=at, **({"reason": "mistake"} if kind == "invoice" else {}))  # type: ignore[union-attr]
    shop.books.do("fault", fault="reset", path="write", after_commit=arrives, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    assert shop.event(record).state == State.CHECKING
    assert is_void(row_of(shop, record)) == arrives
    return record, before


@pytest.mark.sampled(3)
@pytest.mark.parametrize("is_heard", [False, True], ids=["unheard", "heard"])
@pytest.mark.parametrize("after", [timedelta(minutes=5), LATER], ids=["sent again", "looked for"])
@pytest.mark.parametrize("kind", ["invoice", "payment"])
def test_a_lost_void_that_she_took_back_is_asked_about(shop: Shop, kind: str, after: timedelta, is_heard: bool) -> None:
    """Where the void is sent again, QuickBooks knows its request id and answers as it did: that is what it was then."""
    at = timezone.now()
    record, before = lose_a_void(shop, kind, at, arrives=True)
    brought_back(shop, record, before)
    hers = row_of(shop, record)
    if is_heard:
        shop.hear(at)
        some_time_passes()
    for turn in range(3):
        at += after if turn == 0 else LATER
        shop.drain(at)
        shop.hear(at)
        assert shop.event(record).state != State.CHECKING
        assert shop.failed().get().failure_code == "edited_in_quickbooks", shop.event(record).message
        assert row_of(shop, record) == hers
        shop.retry(at=at)
    deciding.send_ours(shop.failed(), by=None, at=at)
    shop.drain(at)
    assert is_void(row_of(shop, record))
    assert (shop.failed().count(), shop.reconciles()) == (0, True)


@pytest.mark.sampled(2)
@pytest.mark.parametrize("does_she", [False, True], ids=["as it was", "changed by her"])
@pytest.mark.parametrize("kind", ["invoice", "payment"])
def test_a_void_that_did_not_arrive_goes_again(shop: Shop, kind: str, does_she: bool) -> None:
    """Nobody is asked: she has changed it once, and it would be void if ours had arrived before."""
    at = timezone.now()
    record, before = lose_a_void(shop, kind, at, arrives=False)
    if does_she:
        shop.books.post(kind, {**before, "PrivateNote": f"{before['PrivateNote']}\nhers"})
    shop.drain(at + LATER)
    assert shop.event(record).state == State.SYNCED, shop.event(record).message
    assert is_void(row_of(shop, record))


def test_a_lost_payment_that_quickbooks_has_with_another_total_is_sent_again_on_retry(shop: Shop) -> None:
    """Nobody has changed it since: QuickBooks did not keep what was sent."""
    at = timezone.now()
    payment, row = lost_payment(shop, at)
    otherwise = {**row, "TotalAmt": 20, "Line": [{**row["Line"][0], "Amount": 20}]}
    with patch("sync.engine.prepare.payments.rows_on_days", return_value=[otherwise]):
        shop.drain(at + LATER)
    assert shop.event(payment).failure_code == "total_differs"
    shop.retry(payment, at=at + LATER)
    shop.drain(at + LATER)
    assert shop.event(payment).state == State.SYNCED, shop.event(payment).message
    (again,) = Submission.objects.with_bodies().latest("pk").writes
    assert (again["Payment"]["Id"], again["Payment"]["TotalAmt"]) == (row["Id"], 50)


def test_one_that_is_sent_as_new_and_lost_is_not_taken_for_the_void_one(shop: Shop) -> None:
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    void = shop.there(invoice)
    shop.books.post("invoice", {"Id": void["Id"], "SyncToken": void["SyncToken"]}, operation="void")
    invoice.edit(customer_note="call first", at=at)
    shop.drain(at)
    assert shop.event(invoice).failure_code == "voided_in_quickbooks"
    deciding.send_as_new(shop.failed(), by=None, at=at + LATER)
    shop.books.do("fault", fault="reset", path="write", after_commit=False, times=1)
    shop.drain(at + LATER)
    shop.drain(at + 2 * LATER)
    shop.drain(at + 3 * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.qbo_id(invoice) != void["Id"]
    assert shop.there(invoice)["TotalAmt"] == 108


def lost_customer(shop: Shop, at: datetime, **fields: Any) -> tuple[Invoice, dict[str, Any]]:
    shop.settled_invoice(at=at)
    customer = builders.customer(shop.organization, "Anna Smith", **fields)
    invoice = shop.invoice(customer=customer, at=at)
    return invoice, lose_the_answer(shop, at, "Customer")


@pytest.mark.parametrize("fields", [{"email": "anna@example.com"}, {"phone": "216-555-0100"}], ids=["e-mail", "phone"])
def test_a_customer_of_another_name_is_known_by_the_rest(shop: Shop, fields: dict[str, str]) -> None:
    at = timezone.now()
    invoice, row = lost_customer(shop, at, **fields)
    shop.books.post("customer", {**row, "DisplayName": "Smith Household"})
    shop.drain(at + LATER)
    shop.drain(at + 2 * LATER)
    assert shop.qbo_id(invoice.customer) == row["Id"]
    assert shop.event(invoice).state == State.SYNCED
    assert [one["DisplayName"] for one in shop.books.rows("Customer")].count("Anna Smith") == 0


def test_a_customer_of_whom_only_the_name_was_known_is_a_persons_to_say(shop: Shop, office: Office) -> None:
    at = timezone.now()
    invoice, row = lost_customer(shop, at)
    shop.books.post("customer", {**row, "DisplayName": "Smith Household"})
    shop.drain(at + LATER)
    shop.drain(at + 2 * LATER)
    event = shop.event(invoice.customer)
    assert (event.state, event.failure_code) == (State.FAILED, "name_ambiguous")
    assert event.message == (
        f"Which customer in QBO is 'Anna Smith'? Here: no e-mail. In QBO: Id {row['Id']}, no e-mail."
    )
    subject = choosing.Subject(CUSTOMERS, shop.connection, invoice.customer.pk)
    choosing.choose(subject, shop.books.row("Customer", row["Id"]), by=None, at=at + 2 * LATER)
    shop.retry(at=at + 2 * LATER)
    shop.drain(at + 2 * LATER)
    assert shop.event(invoice).state == State.SYNCED
    assert shop.there(invoice)["CustomerRef"]["value"] == row["Id"]


def test_it_is_made_where_a_person_says_that_it_is_none_of_them(shop: Shop) -> None:
    at = timezone.now()
    invoice, row = lost_customer(shop, at)
    shop.books.post("customer", {**row, "DisplayName": "Smith Household"})
    shop.drain(at + LATER)
    subject = choosing.Subject(CUSTOMERS, shop.connection, invoice.customer.pk)
    choosing.create(subject, by=None, at=at + 2 * LATER)
    shop.retry(at=at + 2 * LATER)
    for _ in range(2):
        shop.drain(at + 2 * LATER)
    assert shop.event(invoice).state == State.SYNCED
    assert shop.there(invoice)["CustomerRef"]["value"] != row["Id"]


def test_a_product_of_another_name_is_a_persons_to_say(shop: Shop) -> None:
    at = timezone.now()
    known = shop.settled_invoice(at=at)
    filter_ = builders.item(shop.organization, "Filter", unit_price="40", at=at)
    invoice = shop.invoice(customer=known.customer, item=filter_, at=at)
    row = lose_the_answer(shop, at, "Item")
    shop.books.post("item", {**row, "Name": "Filter 16x25"})
    shop.drain(at + LATER)
    event = shop.event(filter_)
    assert (event.state, event.failure_code) == (State.FAILED, "item_ambiguous")
    assert f"In QBO: Id {row['Id']} at 40.00." in event.message
    subject = choosing.Subject(PRODUCTS, shop.connection, filter_.pk)
    choosing.choose(subject, shop.books.row("Item", row["Id"]), by=None, at=at + 2 * LATER)
    shop.retry(at=at + 2 * LATER)
    shop.drain(at + 2 * LATER)
    assert shop.event(invoice).state == State.SYNCED
    assert len([one for one in shop.books.rows("Item") if one["Name"].startswith("Filter")]) == 1


def test_what_she_made_herself_meanwhile_is_not_in_the_way(shop: Shop) -> None:
    """The write never arrived, and she entered others at that time: ours is made, once."""
    at = timezone.now()
    known = shop.settled_invoice(at=at)
    invoice = shop.invoice(customer=builders.customer(shop.organization, "Anna Smith"), at=at)
    shop.books.do("fault", fault="reset", path="write", after_commit=False, times=1)
    shop.drain(at)
    shop.books.do("add_customer", name="Carla Diaz")
    shop.books.post("invoice", {key: shop.there(known)[key] for key in ("CustomerRef", "Line")})
    for turn in (1, 2, 3):
        shop.drain(at + turn * LATER)
    assert shop.event(invoice).state == State.SYNCED
    assert len(shop.books.invoices()) == 3


def test_an_update_whose_answer_was_lost_asks_nobody(shop: Shop) -> None:
    """The customer is known: it does not matter who else was made and changed at that time."""
    at = timezone.now()
    customer = shop.settled_invoice(at=at).customer
    customer.edit(phone="216-555-0100", at=at)
    shop.books.do("fault", fault="reset", path="write", after_commit=False, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    hers = shop.books.do("add_customer", name="Carla Diaz")["row"]
    shop.books.post("customer", {**hers, "DisplayName": "Carla Diaz-Ode"})
    for turn in (1, 2):
        shop.drain(at + turn * LATER)
    assert shop.event(customer).state == State.SYNCED


@pytest.mark.parametrize("arrives", [True, False])
def test_made_again_while_a_change_of_its_date_is_in_doubt(shop: Shop, arrives: bool) -> None:
    """The change had no customer in it: only what creates says by whom and when it would be found."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    invoice.edit(invoice_date=invoice.invoice_date - timedelta(days=7), at=at)
    shop.books.do("fault", fault="reset", path="write", after_commit=arrives, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    shop.books.delete("Invoice", shop.there(invoice))
    shop.drain(at + LATER)
    assert shop.event(invoice).failure_code == "record_deleted_there"
    retrying.retry(shop.log().filter(pk=shop.event(invoice).pk), by=None, at=at + 2 * LATER)
    for turn in range(3, 5):
        shop.drain(at + turn * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert [row["TxnDate"] for row in shop.books.invoices()] == [invoice.invoice_date.isoformat()]


# --- changes of customers and products ----------------------------------------------------------------------------

# What the office first says, and by which reader it is found in QuickBooks' row.
SLIPS: dict[str, tuple[str, str, Callable[[dict[str, Any]], str]]] = {
    "Customer": ("phone", "216-555-0100", CUSTOMER_FIELDS["phone"]),
    "Item": ("description", "a slip", ITEM_FIELDS["description"]),
}


def slipped(shop: Shop, entity: str, at: datetime) -> Any:
    """A customer or product that is there, with its slip, although the answer to that was lost."""
    invoice = shop.settled_invoice(at=at, item=shop.item("Labor"))
    record = invoice.customer if entity == "Customer" else shop.item("Labor")
    field, slip, _ = SLIPS[entity]
    record.edit(at=at, **{field: slip})
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    shop.drain(at)
    return record


@pytest.mark.sampled(5)
@pytest.mark.parametrize("later", ["", "216-555-0199", None], ids=["taken back", "changed again", "left"])
@pytest.mark.parametrize("entity", SLIPS)
def test_a_change_that_was_lost_is_ours_whatever_the_office_says_by_then(
    shop: Shop, entity: str, later: str | None
) -> None:
    """It arrived: without a look it would stay there, or pass for a change of hers."""
    at = timezone.now()
    field, slip, said = SLIPS[entity]
    record = slipped(shop, entity, at)
    assert shop.event(record).state == State.CHECKING
    assert said(shop.books.row(entity, shop.qbo_id(record))) == slip
    if later is not None:
        record.edit(at=at, **{field: later})
    shop.drain(at + LATER)
    shop.drain(at + LATER)
    assert shop.event(record).state == State.SYNCED, shop.event(record).message
    assert said(shop.books.row(entity, shop.qbo_id(record))) == (slip if later is None else later)
    assert shop.event(record).message == ""


@pytest.mark.parametrize("entity", SLIPS)
def test_a_change_that_was_lost_and_that_she_changed_since_is_hers(shop: Shop, entity: str) -> None:
    at = timezone.now()
    field, _, said = SLIPS[entity]
    record = slipped(shop, entity, at)
    row = shop.books.row(entity, shop.qbo_id(record))
    hers = {"PrimaryPhone": {"FreeFormNumber": "330-555-0123"}} if entity == "Customer" else {"Description": "hers"}
    shop.books.post(entity.lower(), {**row, **hers})
    record.edit(at=at, **{field: "216-555-0199"})
    shop.drain(at + LATER)
    shop.drain(at + LATER)
    assert shop.event(record).failure_code == "changed_in_quickbooks"
    assert said(shop.books.row(entity, shop.qbo_id(record))) == said(hers)


def new(shop: Shop, entity: str, at: datetime) -> Any:
    """A customer or product of an invoice that is to be made."""
    settled = shop.settled_invoice(at=at)
    customer, item = settled.customer, shop.item("Labor")
    if entity == "Customer":
        customer = builders.customer(shop.organization, "Anna Smith")
    else:
        item = builders.item(shop.organization, "Permit", at=at)
    shop.invoice(customer=customer, item=item, at=at)
    return customer if entity == "Customer" else item


def lost(shop: Shop, entity: str, at: datetime) -> tuple[Any, dict[str, Any]]:
    """The same, and its row, of which nobody was told."""
    record = new(shop, entity, at)
    return record, lose_the_answer(shop, at, entity)


@pytest.mark.parametrize("entity", SLIPS)
def test_what_the_office_changed_after_a_lost_create_goes_out(shop: Shop, entity: str) -> None:
    at = timezone.now()
    field, changed, said = SLIPS[entity]
    record, row = lost(shop, entity, at)
    record.edit(at=at, **{field: changed})
    for times in (1, 2, 3):
        shop.drain(at + times * LATER)
    assert shop.event(record).state == State.SYNCED, shop.event(record).message
    assert shop.qbo_id(record) == row["Id"]
    assert said(shop.books.row(entity, row["Id"])) == changed


@pytest.mark.parametrize("entity", SLIPS)
def test_what_the_office_changed_while_a_create_went_out_goes_too(shop: Shop, entity: str) -> None:
    """Whoever sent it was killed, and the same bytes go once more: they say what the record was before."""
    at = timezone.now()
    field, changed, said = SLIPS[entity]
    record = new(shop, entity, at)
    with patch("sync.engine.send.push._read", side_effect=Killed), pytest.raises(Killed):
        shop.drain(at)
    assert not Link.objects.filter(record_type=entity.lower(), record_id=record.pk).exists()
    record.edit(at=at, **{field: changed})
    shop.drain(at + timedelta(seconds=136))
    assert Submission.objects.filter(sends=2).exists(), "it was sent again as it was"
    assert shop.event(record).state == State.SYNCED, shop.event(record).message
    assert said(shop.books.row(entity, shop.qbo_id(record))) == changed


def test_an_invoice_leaves_a_product_in_doubt_to_the_event_of_that(shop: Shop) -> None:
    """A product of that name is there: that it is ours, and what of it is still owed, only its event knows."""
    at = timezone.now()
    record, row = lost(shop, "Item", at)
    record.edit(description="By the city", at=at)
    shop.read_lists("Item")
    SyncEvent.objects.of_record("item", record.pk).unsent().update(due_at=at + 2 * LATER)
    shop.drain(at + LATER)
    assert not Link.objects.filter(record_type="item", record_id=record.pk).exists()
    for times in (2, 3):
        shop.drain(at + times * LATER)
    assert (shop.event(record).state, shop.qbo_id(record)) == (State.SYNCED, row["Id"])
    assert shop.books.row("Item", row["Id"])["Description"] == "By the city"
    assert not shop.failed().exists()


@pytest.mark.parametrize("entity", SLIPS)
def test_what_both_changed_after_a_lost_create_is_a_persons_to_say(shop: Shop, entity: str) -> None:
    at = timezone.now()
    field, changed, said = SLIPS[entity]
    record, row = lost(shop, entity, at)
    hers = {"PrimaryPhone": {"FreeFormNumber": "330-555-0123"}} if entity == "Customer" else {"Description": "hers"}
    shop.books.post(entity.lower(), {**row, **hers})
    record.edit(at=at, **{field: changed})
    for times in (1, 2, 3):
        shop.drain(at + times * LATER)
    assert shop.event(record).failure_code == "changed_in_quickbooks", shop.event(record).message
    assert said(shop.books.row(entity, row["Id"])) == said(hers)


def test_what_the_office_changed_goes_also_to_one_that_she_renamed(shop: Shop) -> None:
    at = timezone.now()
    invoice, row = lost_customer(shop, at, email="anna@example.com")
    shop.books.post("customer", {**row, "DisplayName": "Smith Household"})
    invoice.customer.edit(at=at, phone="216-555-0100")
    for times in (1, 2, 3):
        shop.drain(at + times * LATER)
    there = shop.books.row("Customer", row["Id"])
    assert shop.qbo_id(invoice.customer) == row["Id"]
    assert (there["DisplayName"], CUSTOMER_FIELDS["phone"](there)) == ("Smith Household", "216-555-0100")


def reworded(invoice: Invoice, at: datetime) -> Invoice:
    return invoice.edit(customer_note="call first", at=at)


def dearer(invoice: Invoice, at: datetime) -> Invoice:
    return invoice.edit(lines=[replace(invoice.line_inputs()[0], unit_price=Decimal(120))], at=at)


def longer(invoice: Invoice, at: datetime) -> Invoice:
    (line,) = invoice.line_inputs()
    return invoice.edit(lines=[line, builders.line(description="Permit", unit_price="20", item=line.item)], at=at)


def all_of_it(invoice: Invoice, at: datetime) -> Invoice:
    return reworded(longer(dearer(invoice, at), at), at)


def restated(payment: Payment, at: datetime) -> Payment:
    (part,) = payment.applications.all()
    return payment.restate(amount=Decimal(60), parts={part.invoice: Decimal(60)}, reference="1109", at=at)


# By what it is called: whose change it is, the change, and what a person is asked about where she takes all of it back.
TAKEN_BACK: dict[str, tuple[str, Callable[[Any, datetime], Any], set[str]]] = {
    "words of an invoice": ("Invoice", reworded, {"message"}),
    "a price": ("Invoice", dearer, {"line 1"}),
    "another line": ("Invoice", longer, {"line 2"}),
    "all of an invoice": ("Invoice", all_of_it, {"message", "line 1", "line 2"}),
    "a payment": ("Payment", restated, {"amount", "invoices", "reference"}),
    "a customer": ("Customer", lambda one, at: one.edit(phone="216-555-0140", at=at), {"phone"}),
    "a product": ("Item", lambda one, at: one.edit(description="By the hour", at=at), {"description"}),
}


def lose_a_change(shop: Shop, of: str, at: datetime, *, arrives: bool) -> tuple[Any, dict[str, Any]]:
    """What was changed here, and how it was there before; nobody was told whether it was changed there."""
    entity, change, _ = TAKEN_BACK[of]
    invoice = shop.settled_invoice(at=at)
    record = {"Invoice": invoice, "Customer": invoice.customer, "Item": shop.item("Labor")}.get(entity)
    if record is None:
        record = builders.payment(invoice, "40", at=at, reference="1108")
        shop.drain(at)
    shop.hear(at)
    before = shop.books.row(entity, shop.qbo_id(record))
    change(record, at)
    shop.books.do("fault", fault="reset", path="write", after_commit=arrives, times=1)
    shop.drain(at)
    shop.books.do("clear_faults")
    assert shop.event(record).state == State.CHECKING
    return record, before


@pytest.mark.sampled(5)
@pytest.mark.parametrize("is_heard", [False, True], ids=["unheard", "heard"])
@pytest.mark.parametrize("is_ours", [True, False], ids=["send ours", "keep hers"])
@pytest.mark.parametrize("of", TAKEN_BACK)
def test_a_lost_change_that_she_took_back_is_asked_about(shop: Shop, of: str, is_ours: bool, is_heard: bool) -> None:
    at = timezone.now()
    entity, _, asked = TAKEN_BACK[of]
    record, before = lose_a_change(shop, of, at, arrives=True)
    ours = shop.books.row(entity, shop.qbo_id(record))
    shop.books.post(entity.lower(), {**before, "SyncToken": ours["SyncToken"]})
    hers = shop.books.row(entity, shop.qbo_id(record))
    if is_heard:
        shop.hear(at)
        some_time_passes()
    for turn in range(1, 4):
        shop.drain(at + turn * LATER)
        event = shop.event(record)
        assert event.failure_code == "changed_in_quickbooks", event.message
        assert {side["field"] for side in event.facts["sides"]} == asked
        assert shop.books.row(entity, shop.qbo_id(record)) == hers
        shop.retry(at=at + turn * LATER)
    at += 4 * LATER
    shop.drain(at)
    decide = deciding.send_ours if is_ours else deciding.keep_quickbooks
    decide(shop.failed(), by=None, at=at)
    for turn in range(2):
        shop.drain(at + turn * LATER)
        shop.hear(at + turn * LATER)
    assert not shop.failed().exists(), shop.failed()[0].message
    now = shop.books.row(entity, shop.qbo_id(record))
    if not is_ours:
        assert now == hers
        return
    apart = ("SyncToken", "MetaData", "Line", "LinkedTxn")
    assert {key: now[key] for key in now if key not in apart} == {key: ours[key] for key in ours if key not in apart}
    assert len(now.get("Line", ())) == len(ours.get("Line", ()))
    assert shop.reconciles()


@pytest.mark.sampled(3)
@pytest.mark.parametrize("does_she", [False, True], ids=["as it was", "changed by her"])
@pytest.mark.parametrize("of", TAKEN_BACK)
def test_a_lost_change_that_did_not_arrive_goes_again(shop: Shop, of: str, does_she: bool) -> None:
    at = timezone.now()
    entity, _, _ = TAKEN_BACK[of]
    record, before = lose_a_change(shop, of, at, arrives=False)
    hers = {"Customer": {"Notes": "hers"}, "Item": {"PurchaseDesc": "hers"}}
    if does_she:
        changed = hers.get(entity) or {"PrivateNote": f"{before['PrivateNote']}\nhers"}
        shop.books.post(entity.lower(), {**before, **changed})
    for turn in range(1, 3):
        shop.drain(at + turn * LATER)
    assert shop.event(record).state == State.SYNCED, shop.event(record).message
    assert shop.reconciles()


@pytest.mark.parametrize("is_known", [True, False], ids=["synced", "lost as well"])
def test_our_payments_are_no_reason_to_ask_about_a_lost_change(shop: Shop, is_known: bool) -> None:
    """Each raises the SyncToken of its invoice, as the bookkeeper would who takes a change back."""
    at = timezone.now()
    invoice = shop.settled_invoice(at=at)
    reworded(invoice, at)
    with patch("sync.engine.send.push._send", side_effect=Killed), pytest.raises(Killed):
        shop.drain(at)
    payments = [builders.payment(invoice, amount, at=at) for amount in ("10", "20")]
    at += timedelta(minutes=1)
    if is_known:
        shop.drain(at)
    else:
        with patch("sync.engine.send.push._read", side_effect=Killed), pytest.raises(Killed):
            shop.drain(at)
    assert [shop.event(one).state == State.SYNCED for one in payments] == [is_known] * 2
    assert int(shop.there(invoice)["SyncToken"]) == 2
    for turn in range(1, 4):
        shop.drain(at + turn * timedelta(minutes=6))
        assert not shop.failed().exists(), shop.failed()[0].message
    assert shop.there(invoice)["CustomerMemo"] == {"value": "call first"}


def test_a_payment_of_hers_is_no_reason_to_ask_about_a_lost_change(shop: Shop) -> None:
    """It raises the SyncToken of the invoice as well."""
    at = timezone.now()
    invoice, _ = lose_a_change(shop, "words of an invoice", at, arrives=False)
    shop.pay_there(invoice, amount=50)
    row = shop.there(invoice)
    shop.books.post("invoice", {**row, "PrivateNote": f"{row['PrivateNote']}\nhers"})
    shop.drain(at + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert shop.there(invoice)["CustomerMemo"] == {"value": "call first"}


@pytest.mark.parametrize("batch", [False, True], ids=["on its own", "in a batch"])
def test_a_change_that_was_refused_was_not_taken_back(shop: Shop, settings: Any, batch: bool) -> None:
    """She had changed the row before, so QuickBooks refused ours: a retry asks what is still the case."""
    settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 0 if batch else 5}
    at = timezone.now()
    invoice, other = (shop.settled_invoice(at=at) for _ in range(2))
    for words in ("hers", "hers again"):
        row = shop.there(invoice)
        shop.books.post("invoice", {**row, "PrivateNote": f"{row['PrivateNote']}\n{words}"})
    shop.pay_there(invoice, amount=50)
    dearer(invoice, at)
    reworded(other, at)
    for turn in range(3):
        shop.drain(at + turn * LATER)
        assert shop.event(invoice).failure_code == "paid_in_quickbooks", shop.event(invoice).message
        shop.retry(at=at + turn * LATER)
    assert shop.event(other).state == State.SYNCED


def test_a_change_that_was_answered_was_not_taken_back(shop: Shop) -> None:
    """It is in the base; what she changed since is compared with that, by however many versions the row has moved."""
    at = timezone.now()
    invoice = longer(shop.settled_invoice(at=at), at)
    shop.drain(at)
    shop.pay_there(invoice, amount=50)
    first, permit = invoice.line_inputs()
    invoice.edit(lines=[replace(first, unit_price=Decimal(120)), permit], at=at)
    shop.drain(at)
    assert shop.event(invoice).failure_code == "paid_in_quickbooks"
    for words in ("Permit of the city", "Permit of the county"):
        row = shop.there(invoice)
        row["Line"][1]["Description"] = words
        shop.books.post("invoice", row)
    for payment in shop.books.rows("Payment"):
        shop.books.delete("Payment", payment)
    shop.retry(at=at)
    shop.drain(at + LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    lines = [line for line in shop.there(invoice)["Line"] if line["DetailType"] == "SalesItemLineDetail"]
    said = [(line["Amount"], line["Description"]) for line in lines]
    assert said == [(120, "Labor"), (20, "Permit of the county")]


def test_trouble_with_a_change_in_a_batch_says_nothing_of_it(shop: Shop, settings: Any) -> None:
    """QuickBooks did it all the same, and she took it back before Run a Call looked."""
    settings.SYNC = {**settings.SYNC, "ALONE_AT_MOST": 0}
    at = timezone.now()
    invoice, other = (shop.settled_invoice(at=at) for _ in range(2))
    before = shop.there(invoice)
    for one in (invoice, other):
        reworded(one, at)
    shop.books.do("fault", fault="item_fault", code="10000", times=1)
    shop.drain(at)
    assert shop.event(invoice).failure_code == "server_error"
    for words in ({"value": "call first"}, {"value": ""}):
        there = shop.there(invoice)
        shop.books.post("invoice", {**before, "CustomerMemo": words, "SyncToken": there["SyncToken"]})
    hers = shop.there(invoice)
    shop.drain(at + LATER)
    assert shop.event(invoice).failure_code == "changed_in_quickbooks", shop.event(invoice).message
    assert shop.there(invoice) == hers


def test_a_refusal_of_the_same_bytes_says_nothing_of_what_was_sent_before(shop: Shop) -> None:
    """They were sent again, and refused before QuickBooks looked whether it knows them."""
    at = timezone.now()
    invoice, before = lose_a_change(shop, "words of an invoice", at, arrives=True)
    shop.books.post("invoice", {**before, "SyncToken": shop.there(invoice)["SyncToken"]})
    hers = shop.there(invoice)
    shop.books.do("fault", fault="status", status=403, path="write", times=1)
    shop.drain(at + timedelta(minutes=5))
    assert (Submission.objects.latest("pk").sends, Submission.objects.latest("pk").http_status) == (2, 403)
    shop.reconnect()
    shop.drain(at + LATER)
    assert shop.event(invoice).failure_code == "changed_in_quickbooks", shop.event(invoice).message
    assert shop.there(invoice) == hers


def test_a_void_that_was_refused_goes_again_whatever_was_lost_before(shop: Shop) -> None:
    """What she took back is the change before it: nothing was void that she could have brought back."""
    at = timezone.now()
    invoice, before = lose_a_change(shop, "words of an invoice", at, arrives=True)
    shop.books.post("invoice", {**before, "SyncToken": shop.there(invoice)["SyncToken"]})
    invoice.void(reason="Entered twice", at=at)
    shop.books.do("fault", fault="fault", code="6000", path="invoice", times=1)
    for turn in range(1, 4):
        shop.drain(at + turn * LATER)
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    assert is_void(shop.there(invoice))

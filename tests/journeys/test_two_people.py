"""People work on both sides: nothing that the bookkeeper did in QuickBooks is undone, and nothing of ours is lost."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal
from typing import Any, NoReturn
from unittest.mock import patch

import pytest
from django.utils import timezone

from qbo.models import Link
from runacall.invoices.models import Invoice, LineInput
from sync.engine import drain as engine
from sync.models import ActionRecord, State, Submission, SyncEvent
from sync.operations import deciding
from tests import builders
from tests.books import Killed, Shop

# On no day is it the due date that an invoice has by QuickBooks' terms or by an edit here.
HER_DUE_DATE = (builders.today() + timedelta(days=45)).isoformat()


def bookkeeper(shop: Shop, invoice: Invoice, **fields: Any) -> dict[str, Any]:
    """The bookkeeper opens the invoice in QuickBooks and saves it with other values."""
    shop.books.post("invoice", {**shop.there(invoice), **fields})
    return shop.there(invoice)


def her_class(shop: Shop) -> dict[str, str]:
    """A reference to a class that she has made in QuickBooks."""
    return {"value": shop.books.post("class", {"Name": "North"})["Class"]["Id"]}


def own_lines(row: dict[str, Any]) -> list[dict[str, Any]]:
    return [line for line in row["Line"] if line["DetailType"] == "SalesItemLineDetail"]


def state(shop: Shop, invoice: Invoice) -> tuple[str, str]:
    event = shop.event(invoice)
    return event.state, event.failure_code


def decide(decision: Any, shop: Shop) -> Any:
    return decision(shop.failed(), by=None, at=timezone.now())


def test_an_update_says_only_what_changed_here(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    (sent,) = [one for one in shop.books.requests() if "Thank you" in str(one["body"])]
    body = str(sent["body"])
    assert not any(key in body for key in ("Line", "TxnDate", "DueDate", "CustomerRef", "PrivateNote", "DocNumber"))


def test_what_the_bookkeeper_put_on_our_lines_and_into_the_memo_outlives_our_edit(shop: Shop) -> None:
    invoice = shop.settled_invoice(internal_note="Gate code 12")
    there, north = shop.there(invoice), her_class(shop)
    for line in own_lines(there):
        line["SalesItemLineDetail"] |= {"ClassRef": north, "ServiceDate": "2026-06-01"}
    bookkeeper(shop, invoice, Line=there["Line"], PrivateNote=f"{there['PrivateNote']}\nCalled on Monday.")
    invoice.edit(
        lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")],
        internal_note="Gate code 99",
        at=timezone.now(),
    )
    shop.drain()
    shop.assert_in_books(invoice)
    now = shop.there(invoice)
    (line,) = own_lines(now)
    assert line["SalesItemLineDetail"]["ClassRef"]["value"] == north["value"]
    assert line["SalesItemLineDetail"]["ServiceDate"] == "2026-06-01"
    assert line["Id"] == own_lines(there)[0]["Id"]
    assert "Called on Monday." in now["PrivateNote"]
    assert "Gate code 99" in now["PrivateNote"]
    assert "Gate code 12" not in now["PrivateNote"]


def test_a_line_that_the_bookkeeper_added_stays_when_ours_change(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    hers = {
        "DetailType": "SalesItemLineDetail",
        "Amount": 25,
        "Description": "Permit",
        "SalesItemLineDetail": {"ItemRef": {"value": "1"}, "Qty": 1, "UnitPrice": 25, "TaxCodeRef": {"value": "NON"}},
    }
    bookkeeper(shop, invoice, Line=[*there["Line"], hers])
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    now = shop.there(invoice)
    assert [Decimal(str(line["Amount"])) for line in own_lines(now)] == [200, 25]
    assert Decimal(str(now["TotalAmt"])) == Decimal("241.00")
    assert state(shop, invoice) == (State.SYNCED, "")


@pytest.mark.parametrize(
    ("detail", "amount", "total"),
    [({"PercentBased": False}, 5, "211.00"), ({"PercentBased": True, "DiscountPercent": 10}, 10, "196.00")],
    ids=["amount", "percentage"],
)
def test_a_discount_that_the_bookkeeper_gave_stays_when_our_lines_change(
    shop: Shop, detail: dict[str, Any], amount: int, total: str
) -> None:
    invoice = shop.settled_invoice()
    hers = {"DetailType": "DiscountLineDetail", "Amount": amount, "DiscountLineDetail": detail}
    bookkeeper(shop, invoice, Line=[*shop.there(invoice)["Line"], hers])
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    assert Decimal(str(shop.there(invoice)["TotalAmt"])) == Decimal(total)


def test_our_discount_that_the_bookkeeper_took_away_stays_away_when_our_lines_change(shop: Shop) -> None:
    invoice = shop.settled_invoice(discount=Decimal("10"))
    there = shop.there(invoice)
    without = [line for line in there["Line"] if line["DetailType"] != "DiscountLineDetail"]
    bookkeeper(shop, invoice, Line=without, TxnTaxDetail={"TotalTax": 8})
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    assert [line["DetailType"] for line in own_lines(shop.there(invoice))] == ["SalesItemLineDetail"]
    assert Decimal(str(own_lines(shop.there(invoice))[0]["Amount"])) == 200


@pytest.mark.parametrize(
    ("chosen", "words"),
    [
        ({"ItemRef": {"value": "1"}}, "100.00 Labor (Services)"),
        ({"TaxCodeRef": {"value": "NON"}}, "100.00 Labor (tax code NON)"),
    ],
    ids=["product", "tax code"],
)
def test_a_product_or_tax_code_that_she_chose_on_a_line_that_we_changed_is_a_persons_to_decide(
    shop: Shop, chosen: dict[str, Any], words: str
) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    own_lines(there)[0]["SalesItemLineDetail"].update(chosen)
    bookkeeper(shop, invoice, Line=there["Line"])
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert words in shop.event(invoice).message
    [(key, value)] = chosen.items()
    assert own_lines(shop.there(invoice))[0]["SalesItemLineDetail"][key]["value"] == value["value"]


def test_a_void_there_is_not_revived_by_a_note_here(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "voided_in_quickbooks")
    assert shop.there(invoice)["TotalAmt"] == 0
    shop.retry()
    shop.drain()
    assert shop.there(invoice)["TotalAmt"] == 0, "nor by a retry"
    assert decide(deciding.void_here_too, shop).done == 1
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.status == "void"
    shop.assert_in_books(invoice)


def test_a_voided_invoice_can_be_sent_again_as_a_new_one(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
    invoice.edit(internal_note="called back", number="2001", at=timezone.now())
    shop.drain()
    assert decide(deciding.send_as_new, shop).done == 1
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    assert shop.qbo_id(invoice) != there["Id"]
    assert shop.there(invoice)["DocNumber"] == "2001"
    assert shop.books.row("Invoice", there["Id"])["TotalAmt"] == 0


@pytest.mark.parametrize("amount", [108, 40], ids=["paid in full", "paid in part"])
def test_a_paid_invoice_keeps_its_amount_and_its_customer(shop: Shop, amount: float) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=amount)
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), unit_price="80", rates=[shop.rate])], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "paid_in_quickbooks")
    assert Decimal(str(shop.there(invoice)["TotalAmt"])) == 108
    assert decide(deciding.keep_quickbooks, shop).done == 1
    assert shop.failed().count() == 0
    assert [one.invoice.id for one in shop.compared().accepted] == [invoice.pk]


def test_the_notes_of_a_paid_invoice_go(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=108)
    invoice.edit(customer_note="Thank you", internal_note="paid by check", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice)["CustomerMemo"]["value"] == "Thank you"
    assert Decimal(str(shop.there(invoice)["Balance"])) == 0


def test_other_words_on_a_line_of_a_paid_invoice_go_and_another_product_does_not(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=108)
    same, other = (
        builders.line("Labor, two visits", item=shop.item(name), rates=[shop.rate]) for name in ("Labor", "Visit")
    )
    invoice.edit(lines=[same], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    (line,) = own_lines(shop.there(invoice))
    assert (line["Description"], shop.there(invoice)["Balance"]) == ("Labor, two visits", 0)
    invoice.edit(lines=[other], at=timezone.now())
    shop.drain()
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "paid_in_quickbooks")


@pytest.mark.parametrize("is_paid", [True, False], ids=["paid there", "open there"])
def test_other_words_do_not_bring_an_amount_along_that_was_not_taken(shop: Shop, is_paid: bool) -> None:
    """A person kept hers: the words of the line go, and her amount and tax stay."""
    invoice = shop.settled_invoice()
    cheaper = builders.line(item=shop.item("Labor"), unit_price="80", rates=[shop.rate])
    if is_paid:
        shop.pay_there(invoice, amount=108)
    else:
        (line,) = own_lines(shop.there(invoice))
        detail = line["SalesItemLineDetail"] | {"UnitPrice": 120}
        hers = [line | {"Amount": 120, "SalesItemLineDetail": detail}]
        bookkeeper(shop, invoice, Line=hers, TxnTaxDetail={"TotalTax": 9.6})
    before = shop.there(invoice)["TotalAmt"]
    invoice.edit(lines=[cheaper], at=timezone.now())
    shop.drain()
    assert decide(deciding.keep_quickbooks, shop).done == 1
    invoice.edit(lines=[replace(cheaper, description="Labor, two visits")], at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
    (line,) = own_lines(shop.there(invoice))
    assert (line["Description"], shop.there(invoice)["TotalAmt"]) == ("Labor, two visits", before)
    (different,) = shop.compared().different
    assert different.fields["total"] == ("86.40", f"{before:.2f}")


def test_a_note_on_an_invoice_whose_product_is_inactive_there_names_the_product(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.do("deactivate", entity="Item", name="Labor")
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "item_inactive")
    assert shop.event(invoice).message == "Item 'Labor' is inactive in QBO"


def test_a_note_on_an_invoice_whose_customer_was_deleted_there_goes_with_the_new_one(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    former = shop.there(invoice)["CustomerRef"]["value"]
    shop.books.do("deactivate", entity="Customer", id=former)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    assert shop.there(invoice)["CustomerRef"]["value"] != former


def test_an_invoice_that_was_moved_there_stays_moved(shop: Shop) -> None:
    invoice, other = shop.settled_invoice(), shop.settled_invoice()
    there = bookkeeper(shop, invoice, CustomerRef=shop.there(other)["CustomerRef"])
    for note in ("first", "second"):
        invoice.edit(internal_note=note, at=timezone.now())
        shop.drain()
        assert state(shop, invoice) == (State.SYNCED, "")
        assert shop.there(invoice)["CustomerRef"]["value"] == there["CustomerRef"]["value"]
        assert note in shop.there(invoice)["PrivateNote"]


@pytest.fixture
def conflict(shop: Shop) -> Invoice:
    """The message was changed on both sides."""
    invoice = shop.settled_invoice(customer_note="Hello")
    bookkeeper(shop, invoice, CustomerMemo={"value": "by the bookkeeper"}, DueDate=HER_DUE_DATE)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    return invoice


def test_the_same_field_changed_on_both_sides_is_a_persons_to_decide(shop: Shop, conflict: Invoice) -> None:
    assert state(shop, conflict) == (State.FAILED, "changed_in_quickbooks")
    assert shop.event(conflict).facts["sides"] == [
        {"field": "message", "was": "Hello", "ours": "Thank you", "theirs": "by the bookkeeper"}
    ]
    shop.retry()
    shop.drain()
    assert state(shop, conflict) == (State.FAILED, "changed_in_quickbooks"), "a retry decides nothing"
    assert shop.there(conflict)["CustomerMemo"]["value"] == "by the bookkeeper"


def test_keeping_quickbooks_sends_nothing_and_is_on_record(shop: Shop, conflict: Invoice) -> None:
    writes = shop.books.writes()
    assert decide(deciding.keep_quickbooks, shop).done == 1
    shop.drain()
    assert shop.books.writes() == writes
    assert state(shop, conflict) == (State.SYNCED, "")
    assert ActionRecord.objects.filter(action="keep_quickbooks", done=1).exists()
    conflict.refresh_from_db()
    conflict.edit(internal_note="later", at=timezone.now())
    shop.drain()
    assert shop.there(conflict)["CustomerMemo"]["value"] == "by the bookkeeper", "and a later edit leaves it alone"
    assert "later" in shop.there(conflict)["PrivateNote"]


def test_sending_ours_replaces_that_field_and_no_other(shop: Shop, conflict: Invoice) -> None:
    assert decide(deciding.send_ours, shop).done == 1
    shop.drain()
    assert state(shop, conflict) == (State.SYNCED, "")
    there = shop.there(conflict)
    assert there["CustomerMemo"]["value"] == "Thank you"
    assert there["DueDate"] == HER_DUE_DATE


def test_what_she_changes_after_a_person_chose_ours_is_asked_about_again(shop: Shop, conflict: Invoice) -> None:
    """The person saw another value than the one that ours would replace."""
    bookkeeper(shop, conflict, CustomerMemo={"value": "by the bookkeeper, on Monday"})
    assert decide(deciding.send_ours, shop).done == 1
    shop.drain()
    assert state(shop, conflict) == (State.FAILED, "changed_in_quickbooks")
    assert shop.event(conflict).facts["sides"] == [
        {
            "field": "message",
            "was": "by the bookkeeper",
            "ours": "Thank you",
            "theirs": "by the bookkeeper, on Monday",
        }
    ]
    assert shop.there(conflict)["CustomerMemo"]["value"] == "by the bookkeeper, on Monday"
    assert decide(deciding.send_ours, shop).done == 1
    shop.drain()
    assert shop.there(conflict)["CustomerMemo"]["value"] == "Thank you"


def test_a_line_that_she_changes_after_a_person_chose_ours_is_asked_about_again(shop: Shop) -> None:
    invoice = shop.settled_invoice()

    def priced(price: int) -> None:
        (line,) = own_lines(shop.there(invoice))
        detail = line["SalesItemLineDetail"] | {"UnitPrice": price, "Qty": 1}
        bookkeeper(shop, invoice, Line=[line | {"Amount": price, "SalesItemLineDetail": detail}])

    priced(90)
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    priced(95)
    decide(deciding.send_ours, shop)
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert "95.00 Labor' in QBO" in shop.event(invoice).message
    decide(deciding.send_ours, shop)
    shop.drain()
    assert Decimal(str(own_lines(shop.there(invoice))[0]["Amount"])) == 200


def test_the_same_line_changed_on_both_sides_is_a_persons_to_decide(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    (line,) = own_lines(there)
    line |= {"Amount": 90, "SalesItemLineDetail": {**line["SalesItemLineDetail"], "UnitPrice": 90, "Qty": 1}}
    bookkeeper(shop, invoice, Line=[line])
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert Decimal(str(shop.there(invoice)["Line"][0]["Amount"])) == 90
    decide(deciding.send_ours, shop)
    shop.drain()
    shop.assert_in_books(invoice)
    assert Decimal(str(shop.there(invoice)["TotalAmt"])) == Decimal("216.00")


@pytest.mark.parametrize("is_ours", [True, False], ids=["ours", "hers"])
@pytest.mark.parametrize("has_discount", [False, True], ids=["plain", "discount"])
def test_where_each_takes_off_the_line_that_the_other_leaves_a_person_decides(
    shop: Shop, has_discount: bool, is_ours: bool
) -> None:
    """QuickBooks takes no invoice without a line: it was refused, and each retry was refused as well."""
    labor, part = (builders.line(item=shop.item(name), rates=[shop.rate]) for name in ("Labor", "Filter"))
    invoice = shop.settled_invoice(lines=[labor, part], discount=Decimal(5 * has_discount))
    there = shop.there(invoice)
    first, *rest = [line for line in there["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    bookkeeper(shop, invoice, Line=rest)
    invoice.edit(lines=invoice.line_inputs()[:1], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    (side,) = [side for side in shop.event(invoice).facts["sides"] if side["field"].startswith("line")]
    assert (side["ours"], side["theirs"]) == ("1 × 100 = 100.00 Labor", "")
    decide(deciding.send_ours if is_ours else deciding.keep_quickbooks, shop)
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    kept = first if is_ours else rest[0]
    assert [line["Description"] for line in own_lines(shop.there(invoice))] == [kept["Description"]]


def test_another_line_of_ours_that_she_corrected_stays_corrected(shop: Shop) -> None:
    lines = [builders.line(item=shop.item(name), rates=[shop.rate]) for name in ("Labor", "Filter")]
    invoice = shop.settled_invoice(lines=lines)
    there = shop.there(invoice)
    first, second = own_lines(there)
    second |= {"Amount": 60, "SalesItemLineDetail": {**second["SalesItemLineDetail"], "UnitPrice": 60}}
    bookkeeper(shop, invoice, Line=[first, second])
    invoice.edit(
        lines=[builders.line(item=shop.item("Labor"), unit_price="150", rates=[shop.rate]), lines[1]], at=timezone.now()
    )
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    assert [Decimal(str(line["Amount"])) for line in own_lines(shop.there(invoice))] == [150, 60]


def test_a_note_that_is_emptied_here_is_emptied_there(shop: Shop) -> None:
    invoice = shop.settled_invoice(customer_note="Hello", internal_note="Gate code 12")
    invoice.edit(customer_note="", internal_note="", at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert not (shop.there(invoice).get("CustomerMemo") or {}).get("value")
    assert "Gate code" not in shop.there(invoice)["PrivateNote"]


def test_a_lost_answer_to_an_update_adds_no_line_twice(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.books.do("fault", fault="html", path="write", after_commit=True, times=1)
    lines = [builders.line(item=shop.item(name), rates=[shop.rate]) for name in ("Labor", "Filter")]
    invoice.edit(lines=lines, at=timezone.now())
    shop.drain()
    later = timezone.now() + timedelta(minutes=20)
    shop.drain(later)
    shop.retry()
    shop.drain(later)
    assert len(own_lines(shop.there(invoice))) == 2


def test_a_copy_that_the_bookkeeper_made_is_hers(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    there = shop.there(invoice)
    copy = {key: value for key, value in there.items() if key not in ("Id", "SyncToken", "MetaData", "DocNumber")}
    shop.books.post("invoice", {**copy, "Line": [{**line, "Id": ""} for line in own_lines(there)]})
    invoice.edit(internal_note="later", at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    assert shop.qbo_id(invoice) == there["Id"]
    assert shop.reconciles()


def test_a_copy_does_not_stand_for_the_original_that_she_deleted(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    row = shop.there(invoice)
    lines = [{key: line[key] for key in line if key != "Id"} for line in row["Line"] if "SalesItemLineDetail" in line]
    copy = {"CustomerRef": row["CustomerRef"], "PrivateNote": row["PrivateNote"], "Line": lines}
    shop.books.post("invoice", {**copy, "DocNumber": "9001"})
    shop.books.delete("Invoice", row)
    compared = shop.compared()
    assert ([one.id for one in compared.missing], compared.different) == ([invoice.pk], [])
    assert [one.invoice.id for one in compared.copies] == [invoice.pk]


def test_a_line_put_between_two_leaves_each_line_known(shop: Shop) -> None:
    """Which line there is which of ours is known by Id, in whatever order they stand."""
    labor = shop.item("Labor")
    first, last = (builders.line(name, price, item=labor) for name, price in (("First", "10"), ("Last", "30")))
    invoice = shop.settled_invoice(lines=[first, last])
    invoice.edit(lines=[first, builders.line("Middle", "20", item=labor), last], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    invoice.edit(lines=[first, last], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert [line["Description"] for line in own_lines(shop.there(invoice))] == ["First", "Last"]


def forget(shop: Shop, invoice: Invoice) -> None:
    """As after the restore of an older dump: our memory of what was sent is gone, the invoice is there."""
    Link.objects.filter(record_type="invoice", record_id=invoice.pk).delete()
    Submission.objects.all().delete()
    SyncEvent.objects.of_record("invoice", invoice.pk).delete()


def test_what_we_do_not_remember_is_adopted_as_it_stands(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    before = shop.there(invoice)
    forget(shop, invoice)
    invoice.edit(at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert shop.there(invoice) == before
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    assert len(own_lines(shop.there(invoice))) == 1


def test_what_we_do_not_remember_and_differs_waits_for_a_person(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    forget(shop, invoice)
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert len(shop.books.invoices()) == 1
    # A retry looks again, and asks the same.
    asked = shop.event(invoice).facts
    shop.retry()
    shop.drain()
    assert shop.event(invoice).facts == asked
    decide(deciding.send_ours, shop)
    shop.drain()
    shop.assert_in_books(invoice)
    assert [Decimal(str(line["Amount"])) for line in own_lines(shop.there(invoice))] == [200]


# --- found by the two hands (tests/two_hands) ----------------------------------------------------------------------


def lose_the_answer(shop: Shop) -> None:
    """The next batch arrives, and nobody hears so."""
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)


def test_what_she_changed_while_our_update_was_in_doubt_is_a_persons_to_decide(shop: Shop) -> None:
    invoice = shop.settled_invoice(customer_note="Hello", due_date=builders.today())
    lose_the_answer(shop)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    bookkeeper(shop, invoice, DueDate=HER_DUE_DATE)
    invoice.edit(due_date=builders.today() + timedelta(days=9), at=timezone.now())
    later = timezone.now() + timedelta(minutes=20)
    shop.drain(later)
    shop.drain(later)
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert [side["field"] for side in shop.event(invoice).facts["sides"]] == ["due date"]
    assert shop.there(invoice)["DueDate"] == HER_DUE_DATE
    assert shop.there(invoice)["CustomerMemo"]["value"] == "Thank you"


def test_what_she_changed_while_a_new_invoice_was_in_doubt_stays(shop: Shop) -> None:
    shop.settled_invoice()
    invoice = shop.invoice(customer_note="Hello")
    shop.drain()
    Link.objects.filter(record_type="invoice", record_id=invoice.pk).delete()
    Submission.objects.update(settled_at=None)
    SyncEvent.objects.of_record("invoice", invoice.pk).update(
        state=State.QUEUED, due_at=timezone.now(), look_first=True
    )
    there = next(row for row in shop.books.invoices() if f"-{invoice.pk})" in row["PrivateNote"])
    shop.books.post("invoice", {**there, "CustomerMemo": {"value": "by the bookkeeper"}, "DueDate": HER_DUE_DATE})
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain(timezone.now() + timedelta(minutes=20))
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    assert shop.event(invoice).facts["sides"] == [
        {"field": "message", "was": "Hello", "ours": "Thank you", "theirs": "by the bookkeeper"}
    ]
    assert len(shop.books.invoices()) == 2


def test_after_keeping_hers_each_line_is_still_known(shop: Shop) -> None:
    """A line was put in above the one that both changed: those kept apart stay apart, and the others keep their Ids."""
    labor = shop.item("Labor")
    first, last = (builders.line(name, price, item=labor) for name, price in (("First", "10"), ("Last", "30")))
    invoice = shop.settled_invoice(lines=[first, last])
    there = own_lines(shop.there(invoice))
    bookkeeper(shop, invoice, Line=[there[0], {**there[1], "Description": "Last, corrected"}])
    middle, changed = builders.line("Middle", "20", item=labor), builders.line("Last", "35", item=labor)
    invoice.edit(lines=[middle, first, changed], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "changed_in_quickbooks")
    decide(deciding.keep_quickbooks, shop)
    invoice.edit(lines=[middle, builders.line("First", "11", item=labor), changed], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    found = [(line["Id"], line["Description"], line["Amount"]) for line in own_lines(shop.there(invoice))]
    assert found == [(there[0]["Id"], "First", 11), (there[1]["Id"], "Last, corrected", 30)]


def with_her_class_on_the_last(shop: Shop) -> tuple[Invoice, LineInput, list[Any]]:
    """An invoice of two lines, the first of them as it was entered, and both as they are in QuickBooks."""
    labor = shop.item("Labor")
    first, last = (builders.line(name, price, item=labor) for name, price in (("First", "10"), ("Last", "30")))
    invoice = shop.settled_invoice(lines=[first, last])
    there = own_lines(shop.there(invoice))
    there[1]["SalesItemLineDetail"]["ClassRef"] = her_class(shop)
    bookkeeper(shop, invoice, Line=there)
    return invoice, first, there


def test_a_line_is_known_by_its_words_where_another_is_taken_off(shop: Shop) -> None:
    invoice, _, there = with_her_class_on_the_last(shop)
    invoice.edit(lines=[builders.line("Last", "31", item=shop.item("Labor"))], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    (line,) = own_lines(shop.there(invoice))
    assert (line["Id"], line["SalesItemLineDetail"]["ClassRef"]["name"]) == (there[1]["Id"], "North")


def test_lines_that_are_typed_again_in_another_order_are_known_by_their_words(shop: Shop) -> None:
    invoice, first, there = with_her_class_on_the_last(shop)
    invoice.edit(lines=[builders.line("Last", "31", item=shop.item("Labor")), first], at=timezone.now())
    shop.drain()
    shop.assert_in_books(invoice)
    lines = {line["Description"]: line for line in own_lines(shop.there(invoice))}
    assert {words: line["Id"] for words, line in lines.items()} == {"First": there[0]["Id"], "Last": there[1]["Id"]}
    assert [line["SalesItemLineDetail"].get("ClassRef") for line in lines.values()].count(None) == 1
    assert lines["Last"]["SalesItemLineDetail"]["ClassRef"]["name"] == "North"


def test_a_line_that_is_changed_while_the_one_before_it_is_taken_off_keeps_its_place_there(shop: Shop) -> None:
    def line(words: str, price: str) -> Any:
        return builders.line(words, price, item=shop.item("Labor"), rates=[shop.rate])

    invoice = shop.settled_invoice()
    invoice.edit(lines=[line("Inspect the furnace", "100"), line("Clean the gutters", "50")], at=timezone.now())
    shop.drain()
    gutters = next(one["Id"] for one in own_lines(shop.there(invoice)) if one["Description"] == "Clean the gutters")
    invoice.edit(lines=[line("Clean the gutters, north side", "80")], at=timezone.now())
    shop.drain()
    assert [one["Id"] for one in own_lines(shop.there(invoice))] == [gutters]


def test_the_line_that_staff_edited_is_that_line_whatever_it_says_now(shop: Shop) -> None:
    """Beside one that looks more like it, with another product, or moved behind another one."""
    labor, visit = shop.item("Labor"), shop.item("Visit")
    invoice = shop.settled_invoice(lines=[builders.line("First", "100", item=labor)])
    there = own_lines(shop.there(invoice))
    there[0]["SalesItemLineDetail"]["ClassRef"] = her_class(shop)
    bookkeeper(shop, invoice, Line=there)
    new = builders.line("Second", "100", item=labor)
    (first,) = invoice.line_inputs()
    edited = replace(first, description="Done on Monday, with a ladder", unit_price=Decimal(80), item=visit)
    invoice.edit(lines=[new, edited], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    found = {line["Description"]: line for line in own_lines(shop.there(invoice))}
    assert found["Done on Monday, with a ladder"]["Id"] == there[0]["Id"]
    assert "ClassRef" in found["Done on Monday, with a ladder"]["SalesItemLineDetail"]
    assert "ClassRef" not in found["Second"]["SalesItemLineDetail"]
    # Again, now that each has been written once more.
    second, first = invoice.line_inputs()
    invoice.edit(lines=[replace(first, description="Second"), replace(second, description="First")], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    now = {line["Id"]: line["Description"] for line in own_lines(shop.there(invoice))}
    assert now == {there[0]["Id"]: "Second", found["Second"]["Id"]: "First"}


def test_a_retry_sees_that_the_payment_was_taken_back(shop: Shop) -> None:
    invoice = shop.settled_invoice()
    shop.pay_there(invoice, amount=40)
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), unit_price="80", rates=[shop.rate])], at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.FAILED, "paid_in_quickbooks")
    (payment,) = shop.books.rows("Payment")
    shop.books.delete("Payment", payment)
    shop.retry()
    shop.drain()
    shop.assert_in_books(invoice)


def test_a_retry_sees_that_she_has_taken_her_change_back(shop: Shop, conflict: Invoice) -> None:
    bookkeeper(shop, conflict, CustomerMemo={"value": "Hello"})
    shop.retry()
    shop.drain()
    assert state(shop, conflict) == (State.SYNCED, "")
    assert shop.there(conflict)["CustomerMemo"]["value"] == "Thank you"


def test_reconcile_tells_of_a_number_that_was_changed_there_after_an_update_of_ours(shop: Shop) -> None:
    """An update says no number; that does not mean that QuickBooks had given it."""
    invoice = shop.settled_invoice()
    bookkeeper(shop, invoice, DocNumber="77-A")
    invoice.edit(internal_note="later", at=timezone.now())
    shop.drain()
    assert state(shop, invoice) == (State.SYNCED, "")
    (different,) = shop.compared().different
    assert different.fields == {"number": (invoice.number, "77-A")}


# A field of each kind that we change, one that she changes, and the address of its endpoint.
OF_BOTH = {
    "Invoice": ({"internal_note": "called back"}, {"CustomerMemo": {"value": "blue door"}}, "invoice"),
    "Payment": ({"reference": "77"}, {"TxnSource": "IntuitPayment"}, "payment"),
    "Customer": ({"phone": "216-555-0100"}, {"Notes": "pays late"}, "customer"),
    "Item": ({"description": "An hour"}, {"Sku": "L-1"}, "item"),
}


@dataclass(frozen=True)
class OfBoth:
    """A record that she has changed in QuickBooks, and we here a moment later, which is not sent yet."""

    shop: Shop
    entity: str
    record: Any
    was: dict[str, Any]
    hers: dict[str, Any]

    def assert_has_both(self) -> None:
        assert self.shop.event(self.record).state == State.SYNCED, self.shop.event(self.record).message
        now = self.shop.books.row(self.entity, self.was["Id"])
        assert now.items() >= self.hers.items()
        assert now["SyncToken"] == str(int(self.was["SyncToken"]) + 2)


@pytest.fixture(params=OF_BOTH)
def of_both(shop: Shop, request: Any) -> OfBoth:
    entity, at = request.param, timezone.now()
    invoice, other = shop.settled_invoice(at=at), shop.settled_invoice(at=at)
    payment = other.record_payment(
        amount=Decimal(50), received_date=builders.today(at), reference="1", method="check", at=at
    )
    shop.drain(at)
    ours, hers, path = OF_BOTH[entity]
    records = {"Invoice": invoice, "Payment": payment, "Customer": invoice.customer, "Item": shop.item("Labor")}
    record: Any = records[entity]
    was = shop.books.row(entity, shop.qbo_id(record))
    shop.books.post(path, {**was, **hers, "sparse": True})
    record.edit(**ours, at=at)
    return OfBoth(shop, entity, record, was, hers)


def test_what_she_changed_meanwhile_is_read_once_the_network_is_back(shop: Shop, of_both: OfBoth) -> None:
    """QuickBooks refused an old SyncToken, and the look at what is there by now failed: nobody is asked for that."""
    at = timezone.now()
    shop.books.do("fault", fault="reset", path="query", times=9)
    shop.drain(at)
    assert shop.event(of_both.record).state == State.QUEUED, shop.event(of_both.record).message
    shop.books.do("clear_faults")
    shop.drain(at + timedelta(minutes=6))
    of_both.assert_has_both()


def test_what_she_changed_meanwhile_is_read_by_whoever_comes_after_a_kill(shop: Shop, of_both: OfBoth) -> None:
    """The process is killed once the refusal of an old SyncToken is recorded, before anything is read."""
    at = timezone.now()
    with patch.object(engine, "push", side_effect=then(engine.push, Killed())), pytest.raises(Killed):
        shop.drain(at)
    assert shop.event(of_both.record).heals == 1
    written = Submission.objects.count()
    shop.drain(at + timedelta(minutes=3))
    of_both.assert_has_both()
    assert Submission.objects.count() == written + 1, "it was not refused again"


def then(function: Callable[..., object], error: BaseException) -> Callable[..., NoReturn]:
    """Does what `function` does, and raises `error` after that."""

    def run(*args: Any, **named: Any) -> NoReturn:
        function(*args, **named)
        raise error

    return run

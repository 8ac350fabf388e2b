"""What an invoice needs so that QuickBooks agrees with it: only what changed here, and never what changed there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from qbo.json_objects import Row
from qbo.mapping.base import Base
from qbo.mapping.book import MappingBook, PaymentsOn, TransactionRef
from qbo.mapping.invoice_rows import aligned, base_after
from qbo.mapping.list_planning import ListRecord, plan_item, said_of_item
from qbo.mapping.marks import LONGEST_NOTE, find_section, mark, replace_section, section
from qbo.mapping.planning import plan_invoice
from qbo.mapping.plans import Plan
from qbo.mapping.preflight import check_invoice
from runacall.invoices.documents import InvoiceDocument
from tests.qbo.documents import BOOK, CUSTOMER, ITEM, book, invoice, line


def answered(document: InvoiceDocument, **changes: Any) -> Row:
    """What QuickBooks answers to the creation of `document`: every line with an Id, and a subtotal."""
    plan = plan_invoice(document, BOOK)
    assert plan.write
    payload = plan.write.payload
    lines = [{**one, "Id": str(place)} for place, one in enumerate(payload["Line"], start=1)]
    subtotal = {"DetailType": "SubTotalLineDetail", "Amount": document.subtotal}
    return {**payload, "SyncToken": "0", "Line": [*lines, subtotal], "TotalAmt": document.total, **changes}


def there_is(document: InvoiceDocument, *, theirs: Row | None = None, **more: Any) -> MappingBook:
    """A book in which QuickBooks holds `document` as it was sent, and `theirs` where somebody changed it since."""
    plan = plan_invoice(document, BOOK)
    assert plan.write
    base = base_after(answered(document), plan.said, plan.write.payload)
    return book(invoices={9: TransactionRef("301", "0", base=base, theirs=theirs or {}, **more)})


def said_by(plan: Plan) -> dict[str, Any]:
    assert plan.write
    return {key: value for key, value in plan.write.payload.items() if key not in ("Id", "SyncToken", "sparse")}


def codes(plan: Plan) -> list[str]:
    return [failure.code for failure in plan.failures]


def test_what_is_there_and_unchanged_needs_no_write() -> None:
    plan = plan_invoice(invoice(), there_is(invoice()))
    assert (plan.write, plan.failures) == (None, ())


def test_an_update_goes_to_the_id_and_token_that_are_known() -> None:
    plan = plan_invoice(invoice(customer_note="new"), there_is(invoice()))
    assert plan.write
    assert (plan.write.operation, plan.write.payload["Id"], plan.write.payload["SyncToken"]) == ("update", "301", "0")
    assert said_by(plan) == {"CustomerMemo": {"value": "new"}}


def test_a_change_of_an_amount_takes_lines_and_tax_along() -> None:
    changed = invoice(lines=(line(amount=Decimal("90.00"), unit_price=Decimal("90.00")),))
    plan = plan_invoice(changed, there_is(invoice()))
    assert set(said_by(plan)) == {"Line", "TxnTaxDetail"}
    assert [one["Id"] for one in said_by(plan)["Line"]] == ["1"]
    assert plan.expected.total == str(changed.total)


def test_an_update_of_a_note_expects_no_total() -> None:
    """A bookkeeper's own line may have changed the total: a note is not refused for it."""
    assert plan_invoice(invoice(customer_note="new"), there_is(invoice())).expected.total == ""


@pytest.mark.parametrize(
    ("fields", "there", "operation"),
    [
        ({"is_draft": True}, None, None),
        ({"is_void": True}, None, None),
        ({"is_void": True}, TransactionRef("301", "0"), ("update", "void")),
        ({"is_void": True}, TransactionRef("301", "0", voided=True), None),
        ({"is_void": True}, TransactionRef("301", "0", gone=True), None),
        ({"is_void": True}, TransactionRef("301", "0", theirs={"TotalAmt": 0, "PrivateNote": "Voided"}), None),
        ({"is_deleted": True}, TransactionRef("301", "0"), ("delete", "")),
        ({"is_deleted": True}, None, None),
    ],
)
def test_what_undoing_needs(fields: dict[str, bool], there: TransactionRef | None, operation: object) -> None:
    write = plan_invoice(invoice(**fields), book(invoices={9: there} if there else {})).write
    assert (write and (write.operation, write.options)) == operation


def test_a_link_without_a_base_overwrites_nothing_unasked() -> None:
    theirs = answered(invoice(), CustomerMemo={"value": "by the bookkeeper"})
    there = book(invoices={9: TransactionRef("301", "0", theirs=theirs)})
    plan = plan_invoice(invoice(customer_note="ours"), there)
    assert codes(plan) == ["changed_in_quickbooks"]
    assert plan.failures[0].facts["fields"] == "message"


def test_two_customers_of_one_name_are_told_apart_by_their_ids() -> None:
    """She moved the invoice to the one, the office to the other."""
    name = CUSTOMER.display_name
    other = replace(CUSTOMER, id=CUSTOMER.id + 1)
    customers = {**BOOK.customers, other.id: replace(BOOK.customers[CUSTOMER.id], qbo_id="63")}
    theirs = answered(invoice(), CustomerRef={"value": "62", "name": name}, SyncToken="1")
    known = replace(there_is(invoice(), theirs=theirs), customers=customers)
    plan = plan_invoice(invoice(customer=other), known)
    [side] = plan.failures[0].facts["sides"]
    assert (side["field"], side["ours"], side["theirs"]) == ("customer", f"{name} (Id 63)", f"{name} (Id 62)")
    unknown = replace(known, invoices={9: TransactionRef("301", "0", theirs=theirs)})
    sides = plan_invoice(invoice(customer=other), unknown).failures[0].facts["sides"]
    assert [one for one in sides if one["field"] == "customer"] == [{**side, "was": ""}]


@pytest.mark.parametrize(
    ("here", "sends", "codes_of_failures"),
    [(False, True, []), (True, True, ["paid_in_quickbooks"]), (False, False, ["paid_in_quickbooks"])],
)
def test_a_paid_invoice_changes_its_customer_where_its_payment_is_taken_off(
    here: bool, sends: bool, codes_of_failures: list[str]
) -> None:
    """`here`: the payment pays it here as well; `sends`: payments are sent."""
    other = replace(CUSTOMER, id=CUSTOMER.id + 1)
    customers = {**BOOK.customers, other.id: replace(BOOK.customers[CUSTOMER.id], qbo_id="63")}
    linked = [{"TxnId": "77", "TxnType": "Payment"}]
    known = there_is(invoice(), theirs=answered(invoice(), SyncToken="1", Balance=0, LinkedTxn=linked))
    paying = TransactionRef(
        "77",
        "0",
        theirs={"Line": [{"Amount": str(invoice().total), "LinkedTxn": [{"TxnId": "301", "TxnType": "Invoice"}]}]},
    )
    on_it = PaymentsOn({5: paying}, here=frozenset({5} if here else ()))
    choices = replace(known.choices, sync_payments=sends)
    plan = plan_invoice(
        invoice(customer=other), replace(known, customers=customers, payments_on={9: on_it}, choices=choices)
    )
    assert codes(plan) == codes_of_failures


def test_other_words_wait_for_no_payment_that_stays() -> None:
    """QuickBooks has rounded the tax of all that is paid a cent higher; nothing is cut by a description."""
    total = invoice().total + Decimal("0.01")
    applied = {"Amount": str(total), "LinkedTxn": [{"TxnId": "301", "TxnType": "Invoice"}]}
    theirs = answered(invoice(), SyncToken="1", Balance=0, LinkedTxn=[{"TxnId": "77", "TxnType": "Payment"}])
    paid = PaymentsOn({5: TransactionRef("77", "0", theirs={"Line": [applied]})}, here=frozenset({5}))
    known = replace(there_is(invoice(), theirs={**theirs, "TotalAmt": total}), payments_on={9: paid})
    known = replace(known, choices=replace(known.choices, sync_payments=True))
    changed = invoice(lines=(line(description="Longer visit"),))
    plan = plan_invoice(changed, known)
    assert "Line" in said_by(plan)
    assert "waits_for_payment" not in [one.code for one in check_invoice(changed, plan, known)]


def test_a_link_without_a_base_that_agrees_gets_one() -> None:
    there = book(invoices={9: TransactionRef("301", "0", theirs=answered(invoice()))})
    assert plan_invoice(invoice(), there).adopts


def test_a_line_that_was_taken_off_there_stays_off() -> None:
    both = invoice(lines=(line(), line(description="Filter")))
    theirs = answered(both, SyncToken="1")
    theirs = {**theirs, "Line": [one for one in theirs["Line"] if one.get("Id") != "2"]}
    changed = invoice(lines=(line(description="Longer visit"), line(description="Filter")))
    plan = plan_invoice(changed, there_is(both, theirs=theirs))
    assert [one["Description"] for one in said_by(plan)["Line"]] == ["Longer visit"]
    assert plan.write
    assert plan.write.payload["SyncToken"] == "1"


def test_an_update_in_doubt_that_arrived_is_not_sent_again() -> None:
    grown = invoice(lines=(line(), line(description="Filter")))
    theirs = answered(grown, SyncToken="1")
    plan = plan_invoice(grown, there_is(invoice(), theirs=theirs, in_doubt=True))
    assert (plan.write, plan.adopts and plan.adopts.line_ids) == (None, ("1", "2"))


def test_lines_of_a_base_without_their_identities_are_known_by_what_they_say() -> None:
    then = {"lines": [["11", "1", "100", "100.00", "First", "3"]]}
    edited = ["11", "1", "80", "80.00", "First, by the hour", "3"]
    now = {"lines": [["11", "1", "100", "100.00", "Second", "3"], edited], "line_identities": [8, 7]}
    assert aligned(then, now) == {0: 0}
    assert aligned(then | {"line_identities": [7]}, now) == {0: 1}
    assert aligned(then | {"line_identities": [6]}, now) == {0: 0}


# --- our section of the memo ------------------------------------------------------------------------------------


def test_our_section_is_replaced_and_the_rest_stays_word_for_word() -> None:
    document = invoice(internal_note="Gate 12")
    note = f"Ask Ann.\n{section(document)}\nPaid by phone."
    found = find_section(note, section(document), document)
    assert replace_section(note, found, "new") == "Ask Ann.\nnew\nPaid by phone."


def test_a_section_that_somebody_rewrote_is_found_by_its_mark() -> None:
    document = invoice(internal_note="Gate 12")
    note = f"{mark(document)}\nGate 13\n\nHers."
    assert find_section(note, section(document), document) == f"{mark(document)}\nGate 13"


def test_a_section_that_is_gone_is_written_before_what_stands_there() -> None:
    assert replace_section("Hers.", "", "ours") == "ours\nHers."


def test_where_room_is_short_our_words_give_way_and_not_hers() -> None:
    document, hers = invoice(internal_note="x" * 3000), "y" * 2000
    changed = replace_section(hers, "", section(document))
    assert len(changed) <= LONGEST_NOTE
    assert changed.endswith(hers)
    assert changed.startswith(mark(document))


def test_a_base_survives_being_stored() -> None:
    base = Base({"a": "b", "lines": [["1"]]}, {"TotalAmt": Decimal("10.25")}, ("1", "2"), ("due date",))
    assert Base.from_text(base.as_text()) == base


def test_an_item_that_becomes_free_is_free_there_too() -> None:
    """A price of nothing is a price, and no field that was left empty."""
    there = ListRecord("4", "0", Base(said_of_item(ITEM), {"Name": ITEM.name, "Type": "Service", "UnitPrice": 100}))
    plan = plan_item(replace(ITEM, unit_price=Decimal(0)), there)
    assert plan.write
    assert plan.write.payload["UnitPrice"] == 0

"""What staff read where both sides changed a record, and the buttons they decide with: in words and money."""

from __future__ import annotations

import io
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from qbo.models import Link
from runacall.invoices.models import Invoice
from sync.actions import ACTIONS
from sync.models import State, SyncEvent
from sync.operations import deciding, dismissing, retrying
from tests import builders
from tests.books import Shop
from tests.journeys.office import INVOICES, Office
from tests.journeys.test_two_people import HER_DUE_DATE
from tests.journeys.visiting import Page, send


@pytest.fixture
def invoice(shop: Shop) -> Invoice:
    """Over $108.00, in the books."""
    return shop.settled_invoice(number="1842", customer_note="Hello")


def hers(shop: Shop, invoice: Invoice, **fields: Any) -> None:
    shop.books.post("invoice", {**shop.there(invoice), **fields})


def void_there(shop: Shop, invoice: Invoice) -> None:
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")


def press(office: Office, invoice: Invoice, action: str) -> Page:
    """The button on the page of the invoice's row of the log."""
    page = office.event_page(invoice)
    return send(office.visitor, page, page.form(action=f"/{action.replace('_', '-')}/"))


def sides(page: Page) -> list[list[str]]:
    """The table of what was, what is here and what is in QuickBooks, row by row."""
    table = page.root.one("table", class_="rac-sides")
    return [[cell.text for cell in (*row.all("th"), *row.all("td"))] for row in table.one("tbody").all("tr")]


def standing(shop: Shop, day: Any = None) -> str:
    today = shop.organization.today(day or timezone.now())
    return f"In QuickBooks as it was on {today:%Y-%m-%d}; your change is not there"


def test_both_changed_a_field_and_quickbooks_is_kept(shop: Shop, office: Office, invoice: Invoice) -> None:
    hers(shop, invoice, CustomerMemo={"value": "by the bookkeeper"})
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    message = "Changed on both sides: message is 'Thank you' here and 'by the bookkeeper' in QBO"
    different = "In QuickBooks, but different: message 'Thank you' here, 'by the bookkeeper' there"
    office.assert_failed(invoice, message, code="changed_in_quickbooks", books=different)
    assert sides(office.event_page(invoice)) == [["Message", "Hello", "Thank you", "by the bookkeeper"]]
    told = press(office, invoice, "keep_quickbooks")
    assert "Kept QuickBooks' version of 1 event." in told.text
    assert office.banner() == ""
    assert office.log(entity="invoice")[0].second == "Kept QuickBooks' values: message"
    assert shop.there(invoice)["CustomerMemo"]["value"] == "by the bookkeeper"


def test_what_one_of_them_emptied_is_said_as_well(shop: Shop, office: Office, invoice: Invoice) -> None:
    hers(shop, invoice, CustomerMemo={"value": ""})
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    message = "Changed on both sides: message is 'Thank you' here and empty in QBO"
    different = "In QuickBooks, but different: message 'Thank you' here, empty there"
    office.assert_failed(invoice, message, code="changed_in_quickbooks", books=different)
    assert office.visit("/admin/").part("sync-banner")


def test_both_changed_it_and_ours_is_sent(shop: Shop, office: Office, invoice: Invoice) -> None:
    hers(shop, invoice, CustomerMemo={"value": "by the bookkeeper"}, DueDate=HER_DUE_DATE)
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    press(office, invoice, "send_ours")
    shop.drain()
    office.assert_clear(invoice)
    there = shop.there(invoice)
    assert (there["CustomerMemo"]["value"], there["DueDate"]) == ("Thank you", HER_DUE_DATE)


def test_both_moved_it_to_another_customer(shop: Shop, office: Office, invoice: Invoice) -> None:
    """The three customers stand there by name, not by Id."""
    smith, jones = (builders.customer(shop.organization, name) for name in ("Anna Smith", "Ben Jones"))
    there = [shop.there(shop.settled_invoice(customer=one))["CustomerRef"] for one in (smith, jones)]
    hers(shop, invoice, CustomerRef=there[1])
    invoice.edit(customer=smith, at=timezone.now())
    shop.drain()
    assert sides(office.event_page(invoice)) == [["Customer", "M. Okafor", "Anna Smith", "Ben Jones"]]
    assert shop.there(invoice)["CustomerRef"]["name"] == "Ben Jones"


def test_both_changed_an_amount(shop: Shop, office: Office, invoice: Invoice) -> None:
    there = shop.there(invoice)
    line = next(one for one in there["Line"] if one["DetailType"] == "SalesItemLineDetail")
    detail = {**line["SalesItemLineDetail"], "Qty": 1, "UnitPrice": 90}
    hers(shop, invoice, Line=[{**line, "Amount": 90, "SalesItemLineDetail": detail}])
    line_here = builders.line(item=shop.item("Labor"), rates=[shop.rate], quantity="2")
    invoice.edit(lines=[line_here], at=timezone.now())
    shop.drain()
    assert sides(office.event_page(invoice)) == [
        ["Line 1", "1 × 100 = 100.00 Labor", "2 × 100 = 200.00 Labor", "1 × 90 = 90.00 Labor"]
    ]
    assert shop.event(invoice).state == State.FAILED


def test_voided_there_then_a_note_here(shop: Shop, office: Office, invoice: Invoice) -> None:
    void_there(shop, invoice)
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    message = "Invoice #1842 was voided in QBO; your change was not sent"
    office.assert_failed(invoice, message, code="voided_in_quickbooks", books=standing(shop))
    assert shop.there(invoice)["TotalAmt"] == 0
    press(office, invoice, "void_here_too")
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.VOID
    office.assert_clear(invoice)


def test_voided_there_and_sent_again_as_a_new_one(shop: Shop, office: Office, invoice: Invoice) -> None:
    void_there(shop, invoice)
    former = shop.qbo_id(invoice)
    invoice.edit(internal_note="called back", number="2001", at=timezone.now())
    shop.drain()
    press(office, invoice, "send_as_new")
    shop.drain()
    office.assert_clear(invoice)
    assert shop.qbo_id(invoice) != former
    assert shop.there(invoice)["TotalAmt"] == 108
    assert shop.books.row("Invoice", former)["TotalAmt"] == 0


def test_what_there_is_to_decide_can_be_decided_on_the_invoice(shop: Shop, office: Office, invoice: Invoice) -> None:
    void_there(shop, invoice)
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    page = office.visit(f"{INVOICES}/{invoice.pk}/change/")
    pressed = [button.text for button in page.part("invoice-sync").all("button")]
    assert pressed == ["Void it here too", "Send it again as a new invoice", "Retry sync"]
    # A retry would only fail again, so that it is not what the eye meets first.
    assert [one.text for one in page.part("invoice-sync").all("button", class_="rac-primary")] == []
    send(office.visitor, page, page.form(action="/void-here-too/"))
    shop.drain()
    invoice.refresh_from_db()
    assert invoice.status == Invoice.Status.VOID


def test_a_retry_of_what_was_deleted_there_is_said_to_create_it_again(
    shop: Shop, office: Office, invoice: Invoice
) -> None:
    there = shop.there(invoice)
    shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="delete")
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    said = office.visit(f"/quickbooks/fix/?cause={event.cause_key}&event={event.pk}").text
    assert said.strip() == "A retry creates it again in QuickBooks."
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)


@pytest.mark.parametrize("batch", [False, True], ids=["on its own", "in a batch"])
def test_sent_again_as_a_new_one_under_its_own_number(shop: Shop, office: Office, batch: bool) -> None:
    """The void one keeps the number, and QuickBooks, which checks numbers, is told to take it once more."""
    invoices = [shop.settled_invoice() for _ in range(1 + batch)]
    for invoice in invoices:
        void_there(shop, invoice)
        invoice.edit(internal_note="called back", at=timezone.now())
    former = {invoice: shop.qbo_id(invoice) for invoice in invoices}
    shop.drain()
    for invoice in invoices:
        press(office, invoice, "send_as_new")
    shop.drain()
    for invoice in invoices:
        assert shop.event(invoice).state == State.SYNCED, shop.event(invoice).message
        assert shop.there(invoice)["DocNumber"] == shop.books.row("Invoice", former[invoice])["DocNumber"]
        assert shop.qbo_id(invoice) != former[invoice]
    assert shop.compared().twice == []


def test_another_invoice_under_the_number_of_the_void_one_stops_it(
    shop: Shop, office: Office, invoice: Invoice
) -> None:
    void_there(shop, invoice)
    there = shop.there(invoice)
    shop.books.do("duplicate_number_check", on=False)
    shop.books.post("invoice", {key: there[key] for key in ("CustomerRef", "DocNumber", "Line")})
    shop.books.do("duplicate_number_check", on=True)
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    press(office, invoice, "send_as_new")
    shop.drain()
    assert shop.event(invoice).failure_code == "duplicate_doc_number"


def test_deleted_there_then_an_edit_here(shop: Shop, office: Office, invoice: Invoice) -> None:
    shop.books.delete("Invoice", shop.there(invoice))
    invoice.edit(customer_note="Thank you", at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    assert (event.failure_code, shop.books.invoices()) == ("record_deleted_there", [])
    assert office.log(status="failed")[0].second.startswith("No longer in QuickBooks · ")
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["CustomerMemo"]["value"] == "Thank you"


def test_paid_there_then_another_total_here(shop: Shop, office: Office, invoice: Invoice) -> None:
    shop.pay_there(invoice, amount=108)
    invoice.edit(lines=[builders.line(item=shop.item("Labor"), unit_price="80")], at=timezone.now())
    shop.drain()
    message = "Invoice #1842 has a payment in QBO; the change of its amount or customer was not sent"
    office.assert_failed(invoice, message, code="paid_in_quickbooks", books=standing(shop))
    assert (shop.there(invoice)["TotalAmt"], shop.there(invoice)["Balance"]) == (108, 0)
    press(office, invoice, "keep_quickbooks")
    assert office.banner() == ""
    assert "$108.00 there, $80.00 here (accepted)" in office.log(entity="invoice")[0].message


def reconciled(shop: Shop) -> str:
    """What `reconcile` prints."""
    out = io.StringIO()
    try:
        call_command("reconcile", "--organization", shop.organization.slug, stdout=out)
    except (CommandError, SystemExit) as ended:
        out.write(str(ended))
    return out.getvalue()


def test_moved_there_then_reconcile_and_a_note_here(shop: Shop, office: Office, invoice: Invoice) -> None:
    other = shop.settled_invoice(customer=builders.customer(shop.organization, "Anna Smith"))
    hers(shop, invoice, CustomerRef=shop.there(other)["CustomerRef"])
    assert "customer 'M. Okafor' here, 'Anna Smith' there" in reconciled(shop)
    invoice.edit(internal_note="later", at=timezone.now())
    shop.drain()
    assert office.banner() == ""
    there = shop.there(invoice)
    assert there["CustomerRef"]["name"] == "Anna Smith"
    assert "later" in there["PrivateNote"]


def test_copied_there_then_reconcile(shop: Shop, invoice: Invoice) -> None:
    there = shop.there(invoice)
    copy = {key: there[key] for key in ("CustomerRef", "PrivateNote", "TxnDate", "TxnTaxDetail")}
    lines = [{**line, "Id": ""} for line in there["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    shop.books.post("invoice", {**copy, "Line": lines})
    told = reconciled(shop)
    assert "twice" not in told.replace("0 twice", "")
    compared = shop.compared()
    assert [one.invoice.id for one in compared.copies] == [invoice.pk]
    assert compared.agrees


def test_copied_there_and_sent_as_a_new_one_that_is_stopped(shop: Shop, office: Office, invoice: Invoice) -> None:
    """The void one has no link any more: it and her copy are not taken for two of ours."""
    there, item = shop.there(invoice), shop.qbo_id(invoice.lines.get().item)
    copy = {key: there[key] for key in ("CustomerRef", "PrivateNote", "TxnDate", "TxnTaxDetail")}
    lines = [{**line, "Id": ""} for line in there["Line"] if line["DetailType"] != "SubTotalLineDetail"]
    shop.books.post("invoice", {**copy, "Line": lines})
    void_there(shop, invoice)
    invoice.edit(internal_note="called back", at=timezone.now())
    shop.drain()
    shop.books.do("deactivate", entity="Item", id=item)
    press(office, invoice, "send_as_new")
    shop.read_lists("Item").drain()
    assert shop.event(invoice).failure_code == "item_inactive"
    compared = shop.compared()
    assert compared.twice == []
    assert [one.invoice.id for one in compared.copies] == [invoice.pk]
    assert [one.fields for one in compared.different] == [{"void": ("no", "yes")}]
    shop.books.do("reactivate", entity="Item", id=item)
    shop.read_lists("Item")
    shop.drain()
    assert shop.reconciles()


@pytest.fixture
def waits(shop: Shop) -> SyncEvent:
    """An invoice in the books, edited here, that only its customer stops: both changed that one, then it was deleted
    there.
    """
    invoice = shop.settled_invoice(number="1843", customer_note="Hello")
    customer = invoice.customer
    (there,) = [row for row in shop.books.rows("Customer") if row["DisplayName"] == customer.display_name]
    target = {key: there[key] for key in ("Id", "SyncToken")} | {"sparse": True}
    shop.books.post("customer", {**target, "PrimaryEmailAddr": {"Address": "hers@example.com"}})
    customer.edit(email="ours@example.com", at=timezone.now())
    shop.drain()
    shop.books.do("deactivate", entity="Customer", name=customer.name)
    shop.hear()
    dismissing.dismiss(shop.failed(), by=None, at=timezone.now(), reason="typed in by hand")
    invoice.edit(customer_note="Thank you", at=timezone.now())
    dismissing.take_back(shop.log().filter(state=State.DISMISSED), by=None, at=timezone.now())
    shop.drain()
    event = shop.event(invoice)
    assert (event.failure_code, event.blocked_by) == ("changed_in_quickbooks", f"customer:{customer.pk}")
    return event


def test_what_waits_for_a_customer_is_not_decided_with_it(shop: Shop, waits: SyncEvent) -> None:
    """QuickBooks' values of the customer are kept; what the office wrote on the invoice goes all the same."""
    report = deciding.keep_quickbooks(shop.failed(), by=None, at=timezone.now())
    assert (report.done, report.left) == (1, {"with nothing to choose": 1})
    assert SyncEvent.objects.get(pk=waits.pk).state == State.QUEUED
    shop.drain()
    assert shop.there(Invoice.objects.get(pk=waits.record_id))["CustomerMemo"]["value"] == "Thank you"


@pytest.mark.usefixtures("waits")
def test_the_money_of_what_waits_for_a_customer_is_not_asked_about(office: Office) -> None:
    asked = office.choose_for_all("Keep QuickBooks'…")
    assert "Keep QuickBooks' version of 1 record?" in asked.text
    assert "1 will be left alone: 1 with nothing to choose" in asked.text
    assert "1 invoice, $" not in asked.text


@pytest.mark.parametrize("action", ["keep_quickbooks", "send_ours"])
def test_what_waits_for_a_customer_offers_no_decision_itself(waits: SyncEvent, action: str) -> None:
    assert ACTIONS[action].refuses(waits, timezone.now()) == "with nothing to choose"


def test_what_waits_for_a_customer_is_not_called_different(shop: Shop, office: Office, waits: SyncEvent) -> None:
    page = office.event_page(Invoice.objects.get(pk=waits.record_id))
    assert standing(shop) in page.text
    assert "In QuickBooks, but different" not in page.text


def test_a_retry_of_what_waits_for_a_deleted_record_keeps_its_own_link(shop: Shop, waits: SyncEvent) -> None:
    """Only what was deleted itself is made again."""
    SyncEvent.objects.filter(pk=waits.pk).update(failure_code="record_deleted_there")
    assert retrying.retry(SyncEvent.objects.filter(pk=waits.pk), by=None, at=timezone.now()).done == 1
    assert Link.objects.of(shop.connection, "invoice").filter(record_id=waits.record_id).exists()


def test_a_difference_of_another_record_is_not_accepted(shop: Shop, waits: SyncEvent) -> None:
    SyncEvent.objects.filter(pk=waits.pk).update(failure_code="total_differs")
    assert not dismissing.accept(shop.failed(), by=None, at=timezone.now()).done

"""`reconcile` with manipulated books: it relies on the company, never on our links."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from qbo.connection.client import encode
from qbo.connection.connecting import disconnect
from qbo.connection.turn import client_for
from qbo.mapping.comparing import Comparison
from qbo.models import ConnectionSettings, Link
from runacall.invoices.models import Invoice
from sync.inbound import reconciling
from sync.management.commands import reconcile as command
from sync.models import SyncEvent
from sync.operations.dismissing import accept
from tests import builders
from tests.books import Shop, connected_shop


@pytest.fixture
def invoices(shop: Shop) -> list[Invoice]:
    made = [shop.invoice() for _ in range(5)]
    shop.drain()
    return made


def reconcile(shop: Shop, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Exit status and document."""
    out = io.StringIO()
    try:
        call_command("reconcile", "--organization", shop.organization.slug, "--json", *arguments, stdout=out)
    except CommandError as error:
        return error.returncode, json.loads(out.getvalue())
    return 0, json.loads(out.getvalue())


def row_of(shop: Shop, invoice: Invoice) -> dict[str, Any]:
    return next(row for row in shop.books.invoices() if row["DocNumber"] == invoice.number)


def tamper(shop: Shop, invoice: Invoice, operation: str = "", **changes: Any) -> None:
    """What a bookkeeper, or a bug of ours, may do to an invoice in the books."""
    shop.connection.refresh_from_db()
    row = row_of(shop, invoice)
    target = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    params = {"operation": operation} if operation else {}
    reply = client_for(shop.connection).post("invoice", encode(target | changes), params)
    assert reply.status == 200, reply.body


def create_again(shop: Shop, invoice: Invoice) -> None:
    kept = ("DocNumber", "TxnDate", "CustomerRef", "Line", "PrivateNote", "TxnTaxDetail")
    copy = {name: value for name, value in row_of(shop, invoice).items() if name in kept}
    client = client_for(shop.connection)
    reply = client.post("invoice", encode(copy), {"include": "allowduplicatedocnum"})
    assert reply.status == 200, reply.body


def test_books_that_agree(shop: Shop, invoices: list[Invoice]) -> None:
    shop.invoice(send=False)
    exit_status, found = reconcile(shop)
    assert exit_status == 0
    counts = {name: found[name] for name in ("checked", "matched", "missing", "twice", "different", "accepted")}
    assert counts == {"checked": 5, "matched": 5, "missing": 0, "twice": 0, "different": 0, "accepted": 0}


def test_sees_what_is_wrong_and_nothing_else(shop: Shop, invoices: list[Invoice]) -> None:
    missing, twice, cent, date, fine = invoices
    tamper(shop, missing, "delete")
    create_again(shop, twice)
    tax = row_of(shop, cent)["TxnTaxDetail"]
    tamper(shop, cent, TxnTaxDetail={**tax, "TotalTax": 8.01, "TaxLine": []})
    tamper(shop, date, TxnDate="2026-01-15")
    exit_status, found = reconcile(shop)
    assert exit_status == 1
    assert [one["number"] for one in found["missing_invoices"]] == [missing.number]
    assert [one["number"] for one in found["invoices_twice"]] == [twice.number]
    different = {one["number"]: set(one["fields"]) for one in found["different_invoices"]}
    assert different == {cent.number: {"total", "tax"}, date.number: {"date"}}
    assert (found["checked"], found["matched"]) == (5, 1)
    assert Link.objects.filter(record_type="invoice").count() == 5, "our links know nothing of it"
    assert fine.number not in json.dumps(found["different_invoices"])


def test_a_failed_a_dismissed_and_a_lost_one_are_missing_with_the_reason(shop: Shop) -> None:
    unmapped = builders.rate(shop.organization, "Combined 7.25")
    failed = shop.invoice(lines=[builders.line(rates=[unmapped])])
    lost = shop.invoice()
    SyncEvent.objects.filter(record_id=lost.pk).delete()
    shop.drain()
    exit_status, found = reconcile(shop)
    assert exit_status == 1
    why = {one["number"]: one["why"] for one in found["missing_invoices"]}
    assert why == {failed.number: "Failed Tax code 'Combined 7.25' not mapped", lost.number: "Never queued"}


def test_a_void_is_wanted_there_as_well(shop: Shop, invoices: list[Invoice]) -> None:
    invoices[0].void(reason="Entered twice", at=timezone.now())
    exit_status, found = reconcile(shop)
    assert (exit_status, found["different"]) == (1, 1)
    shop.drain()
    assert reconcile(shop)[0] == 0
    never_sent = shop.invoice()
    never_sent.void(reason="Mistake", at=timezone.now())
    assert reconcile(shop)[0] == 0


def test_an_edit_that_a_void_overtook_is_no_difference(shop: Shop, invoices: list[Invoice]) -> None:
    """A void sends nothing else, so the books keep the former date and number of an invoice that counts for nothing."""
    was = row_of(shop, invoices[0])["TxnDate"]
    invoices[0].edit(number="1999", invoice_date=date.fromisoformat(was) - timedelta(days=1), at=timezone.now())
    assert reconcile(shop)[1]["different"] == 1
    invoices[0].void(reason="Entered twice", at=timezone.now())
    shop.drain()
    assert shop.there(invoices[0])["TxnDate"] == was
    assert reconcile(shop)[0] == 0


def test_an_accepted_difference_stands_apart(shop: Shop) -> None:
    invoice = shop.invoice()
    shop.drain()
    tax = row_of(shop, invoice)["TxnTaxDetail"]
    tamper(shop, invoice, TxnTaxDetail={**tax, "TotalTax": 8.01, "TaxLine": []})
    event = shop.event(invoice)
    SyncEvent.objects.filter(pk=event.pk).update(state="failed", failure_code="total_differs")
    event.refresh_from_db()
    accept(SyncEvent.objects.filter(pk=event.pk), by=None, at=timezone.now())
    exit_status, found = reconcile(shop)
    assert (exit_status, found["accepted"], found["matched"]) == (0, 1, 0)


def test_numbers_that_quickbooks_chose_stay_right_after_the_switch_is_on_again(shop: Shop) -> None:
    settings = ConnectionSettings.objects.get(connection=shop.connection)
    settings.send_numbers = False
    settings.save()
    shop.books.do("custom_numbers", on=False)
    shop.read_lists("Preferences")
    invoice = shop.invoice(number="A-17")
    shop.drain()
    assert shop.event(invoice).state == "synced", shop.event(invoice).message
    settings.send_numbers = True
    settings.save()
    assert reconcile(shop)[0] == 0
    [row] = shop.books.invoices()
    assert row["DocNumber"] != "A-17"


def test_leaves_out_what_is_dated_before_a_day(shop: Shop, invoices: list[Invoice]) -> None:
    tomorrow = (builders.today() + timedelta(days=1)).isoformat()
    assert reconcile(shop, "--since", tomorrow)[1]["checked"] == 0
    with pytest.raises(CommandError, match="is not a day"):
        call_command("reconcile", "--organization", shop.organization.slug, "--since", "June")


def test_reads_page_after_page(shop: Shop, invoices: list[Invoice], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("qbo.connection.queries.PAGE", 2)
    assert reconcile(shop)[0] == 0


def test_renews_a_token_that_has_run_out(shop: Shop, invoices: list[Invoice]) -> None:
    shop.books.do("expire_token", refresh=False)
    assert reconcile(shop)[0] == 0


def test_says_that_the_books_cannot_be_read(shop: Shop, invoices: list[Invoice]) -> None:
    shop.books.do("expire_token")
    with pytest.raises(CommandError, match="could not be read: Token expired"):
        call_command("reconcile", "--organization", shop.organization.slug)


def test_says_that_quickbooks_is_not_connected_and_who_connects_it(shop: Shop, invoices: list[Invoice]) -> None:
    disconnect(shop.connection, at=timezone.now())
    with pytest.raises(CommandError) as stopped:
        call_command("reconcile", "--organization", shop.organization.slug)
    assert str(stopped.value) == (
        "The books could not be read: QuickBooks is not connected. The shop's QuickBooks admin connects it under"
        " Settings → QuickBooks → Status."
    )


def test_tells_two_customers_of_one_name_apart(shop: Shop, invoices: list[Invoice]) -> None:
    """Each invoice has an M. Okafor of its own; the first of them is called so there as well."""
    name = invoices[1].customer.display_name
    theirs, ours = (shop.there(one)["CustomerRef"]["value"] for one in invoices[:2])
    assert (shop.books.row("Customer", theirs)["DisplayName"], ours != theirs) == (name, True)
    tamper(shop, invoices[1], CustomerRef={"value": theirs})
    code, found = reconcile(shop)
    assert code
    told = {"customer": {"ours": f"{name} (Id {ours})", "theirs": f"{name} (Id {theirs})"}}
    assert [one["fields"] for one in found["different_invoices"] if one["number"] == invoices[1].number] == [told]


def test_what_still_has_the_customer_that_was_deleted_agrees(shop: Shop, invoices: list[Invoice]) -> None:
    """Nobody moved it; the customer was made again for a later one, under the same name."""
    there = shop.there(invoices[0])["CustomerRef"]["value"]
    shop.books.post("customer", {**shop.books.row("Customer", there), "Active": False})
    shop.drain()
    shop.invoice(customer=invoices[0].customer)
    shop.drain()
    assert shop.qbo_id(invoices[0].customer) != there
    assert shop.there(invoices[0])["CustomerRef"]["value"] == there
    code, found = reconcile(shop)
    assert (code, found["different_invoices"]) == (0, [])


def test_what_she_moved_to_one_of_the_same_name_is_told_also_after_our_next_write(
    shop: Shop, invoices: list[Invoice]
) -> None:
    invoice = invoices[0]
    ours = shop.books.row("Customer", shop.qbo_id(invoice.customer))
    shop.books.post("customer", {**ours, "DisplayName": f"{ours['DisplayName']} before"})
    other = shop.books.post("customer", {"DisplayName": ours["DisplayName"]})["Customer"]
    shop.books.post("invoice", {**shop.there(invoice), "CustomerRef": {"value": other["Id"]}})
    invoice.edit(customer_note="call first", at=timezone.now())
    shop.drain()
    assert shop.there(invoice)["CustomerMemo"]["value"] == "call first"
    code, found = reconcile(shop)
    assert (code, [one["number"] for one in found["different_invoices"]]) == (1, [invoice.number])


def test_tells_a_person_line_by_line(shop: Shop, invoices: list[Invoice]) -> None:
    tamper(shop, invoices[0], "delete")
    out = io.StringIO()
    with pytest.raises(CommandError, match="do not match"):
        call_command("reconcile", "--organization", shop.organization.slug, stdout=out)
    assert f"missing    #{invoices[0].number}" in out.getvalue()
    assert "5 checked: 4 matched, 1 missing, 0 twice" in out.getvalue()


@pytest.mark.parametrize("form", [[], ["--json"]])
def test_keeps_no_more_than_a_few_hundred_in_memory(
    shop: Shop, invoices: list[Invoice], monkeypatch: pytest.MonkeyPatch, form: list[str]
) -> None:
    """In a shop with 400,000 invoices, and what differs may be very many too."""
    tamper(shop, invoices[0], "delete")
    tamper(shop, invoices[3], "delete")
    most: list[int] = []
    pieces = reconciling.comparisons

    def watched(*arguments: Any, **more: Any) -> Iterator[Comparison]:
        for one in pieces(*arguments, **more):
            most.append(one.checked)
            yield one

    def refuse(*_: object) -> None:
        raise AssertionError("all were added up")

    monkeypatch.setattr(reconciling, "AT_ONCE", 2)
    monkeypatch.setattr(command, "comparisons", watched)
    monkeypatch.setattr(Comparison, "add", refuse)
    out = io.StringIO()
    with pytest.raises(CommandError, match="do not match"):
        call_command("reconcile", "--organization", shop.organization.slug, *form, stdout=out)
    assert most == [2, 2, 1]
    text = out.getvalue()
    if form:
        found = json.loads(text)
        assert (found["checked"], found["matched"], found["missing"]) == (5, 3, 2)
        assert text == json.dumps(found, indent=2) + "\n"
    else:
        numbers = [invoices[0].number, invoices[3].number]
        assert re.findall(r"^missing    #(\S+) ", text, re.MULTILINE) == numbers
        assert text.endswith("\n")
        assert "5 checked: 3 matched, 2 missing" in text


def test_a_shop_without_a_connection(db: None) -> None:
    builders.organization("seaside", name="Seaside")
    with pytest.raises(CommandError, match="never connected"):
        call_command("reconcile", "--organization", "seaside")


def test_one_company_two_shops(shop: Shop, invoices: list[Invoice], qbo_url: str) -> None:
    """Another shop's invoices in the same books are not taken for ours."""
    disconnect(shop.connection, at=timezone.now())
    other = connected_shop(qbo_url, slug="hilltop")
    assert reconcile(other)[1]["checked"] == 0
    disconnect(other.connection, at=timezone.now())
    shop.reconnect()
    assert reconcile(shop)[0] == 0


def test_other_payments_there_are_named_and_are_no_mismatch(shop: Shop, invoices: list[Invoice]) -> None:
    """Where payments are not sent, the bookkeeper enters them."""
    shop.choose(sync_payments=False)
    shop.pay_there(invoices[0], amount=40)
    builders.payment(invoices[1], at=timezone.now())
    builders.payment(invoices[2], "25", at=timezone.now())
    shop.pay_there(invoices[2], amount=25)
    status, document = reconcile(shop)
    assert (status, document["matched"], document["paid_otherwise"]) == (0, 3, 2)
    named = {one["number"]: one["fields"] for one in document["paid_otherwise_invoices"]}
    assert named == {
        invoices[0].number: {"balance": {"ours": "108.00", "theirs": "68.00"}},
        invoices[1].number: {"balance": {"ours": "0.00", "theirs": "108.00"}},
    }


def test_another_due_date_and_another_payment_are_both_named(shop: Shop, invoices: list[Invoice]) -> None:
    invoices[0].edit(due_date="2031-06-01", at=timezone.now())
    shop.drain()
    shop.pay_there(invoices[0], amount=40)
    tamper(shop, invoices[0], DueDate="2031-01-01")
    status, document = reconcile(shop)
    (different,) = document["different_invoices"]
    assert (status, set(different["fields"])) == (1, {"due date", "balance"})


def test_a_row_that_quickbooks_cannot_read_is_named_and_the_rest_is_compared(
    shop: Shop, invoices: list[Invoice]
) -> None:
    tamper(shop, invoices[1], DocNumber="9999")
    shop.books.do("break_row", entity="Invoice", id=row_of(shop, invoices[3])["Id"])
    status, document = reconcile(shop)
    assert (status, document["checked"], document["matched"]) == (1, 5, 3)
    (unreadable,) = document["unreadable_invoices"]
    assert unreadable["number"] == invoices[3].number
    assert unreadable["why"]
    assert [one["number"] for one in document["different_invoices"]] == [invoices[1].number]
    assert document["missing"] == 0


def test_a_row_of_somebody_else_that_cannot_be_read_disturbs_nothing(shop: Shop, invoices: list[Invoice]) -> None:
    kept = ("TxnDate", "CustomerRef", "Line", "TxnTaxDetail")
    theirs = {name: value for name, value in row_of(shop, invoices[0]).items() if name in kept}
    hers = shop.books.post("invoice", {**theirs, "DocNumber": "H-1"})["Invoice"]
    shop.books.do("break_row", entity="Invoice", id=hers["Id"])
    status, document = reconcile(shop)
    assert (status, document["matched"], document["unreadable"]) == (0, 5, 0)

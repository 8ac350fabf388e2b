"""ERROR "Duplicate Doc Number": Run a Call's number for the invoice exists in QBO already."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from sync.engine.send import push
from sync.models import Attempt, State
from tests.books import Shop
from tests.journeys.article import says
from tests.journeys.office import INVOICES, Office

CODE = "duplicate_doc_number"


@pytest.fixture
def typed(shop: Shop) -> str:
    """The Id of an invoice #1842 that somebody typed into QBO."""
    qbo_id: str = shop.books.do("add_invoice", doc_number="1842")["row"]["Id"]
    return qbo_id


@pytest.mark.sampled(2)
@pytest.mark.parametrize("check", [True, False])
@says("duplicate_doc_number.means", "duplicate_doc_number.by_hand")
def test_fresh_a_number_that_is_taken_is_seen_before_anything_is_sent(
    shop: Shop, office: Office, typed: str, check: bool
) -> None:
    """Whether QuickBooks itself would check or not."""
    shop.books.do("duplicate_number_check", on=check)
    invoice = shop.invoice(number="1842")
    shop.drain()
    office.assert_failed(invoice, f"Duplicate Doc Number: '1842' already exists in QBO (Invoice {typed})", code=CODE)
    assert shop.books.writes() == 0
    assert shop.attempts(invoice)[-1].kind == Attempt.Kind.SETTLED_HERE


@pytest.mark.sampled(2)
@pytest.mark.parametrize("code", ["6140", "6240"])
@says("duplicate_doc_number.means", "duplicate_doc_number.by_hand")
def test_stale_a_number_taken_between_our_look_and_our_write(
    shop: Shop, office: Office, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    shop.books.do("switch", name="duplicate_number_code", value=code)
    customer = shop.settled_invoice().customer
    invoice = shop.invoice(number="1842", customer=customer)
    write_ahead, typed = push.write_ahead, []

    def typed_first(*arguments: Any) -> Any:
        if not typed:
            typed.append(shop.books.do("add_invoice", doc_number="1842")["row"]["Id"])
        return write_ahead(*arguments)

    monkeypatch.setattr(push, "write_ahead", typed_first)
    shop.drain()
    assert shop.sent(invoice)[0].entries[0]["code"] == code
    office.assert_failed(invoice, f"Duplicate Doc Number: '1842' already exists in QBO (Invoice {typed[0]})", code=CODE)


@says("duplicate_doc_number.turn_off", "duplicate_doc_number.own_numbers")
def test_turning_the_ids_off_lets_quickbooks_number(shop: Shop, office: Office, typed: str) -> None:
    invoice = shop.invoice(number="1842")
    shop.drain()
    shop.books.do("custom_numbers", on=False)
    office.choose("send_numbers", False)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    there = shop.there(invoice)
    assert there["DocNumber"]
    assert there["DocNumber"] != "1842"


def test_a_retry_is_not_foretold_to_help_while_the_number_stays(shop: Shop, office: Office, typed: str) -> None:
    invoices = [shop.invoice(number="1842"), shop.invoice(number="1843")]
    shop.books.do("add_invoice", doc_number="1843")
    shop.drain()
    page = office.visit("/quickbooks/invoices/")
    assert page.part("waiting").text == "2 failed invoices wait: Duplicate Doc Number · Retry them · Show"
    asked = office.visitor.get(page.link("Retry them"))
    assert asked.part("forecast").text == "0 will go, 2 stay: 2: Duplicate Doc Number"
    # Neither number stands for both.
    assert "Cause Duplicate Doc Number Retry 2" in asked.text
    invoices[0].edit(number="2842", at=timezone.now())
    shop.books.do("custom_numbers", on=False)
    office.refresh("invoices")
    told = office.choose("send_numbers", False)
    assert "1 failed invoice waits: Duplicate Doc Number · 1 will go" in told.part("waiting").text


@says("duplicate_doc_number.turn_off")
def test_with_the_ids_off_no_number_is_sent_at_all(shop: Shop, office: Office, typed: str) -> None:
    """If the company expects numbers by hand, nothing is sent: the invoice would have no number there."""
    office.choose("send_numbers", False)
    invoice = shop.invoice(number="1842")
    shop.drain()
    office.assert_failed(
        invoice,
        "No number for the invoice: QBO leaves numbering to you, and Run a Call sends none",
        code="numbering_by_hand",
    )
    assert shop.books.writes() == 0
    shop.books.do("custom_numbers", on=False)
    office.retry(invoice)
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["DocNumber"] != "1842"


def test_the_number_that_is_taken_leads_to_who_has_it(shop: Shop, office: Office, typed: str) -> None:
    invoice = shop.invoice(number="1842")
    shop.drain()
    there = shop.books.row("Invoice", typed)
    for page in (office.event_page(invoice), office.visit(f"{INVOICES}/{invoice.pk}/change/")):
        assert page.link("Open that invoice in QuickBooks") == f"{shop.books.url}/app/invoice?txnId={typed}"
        assert page.link("Open Invoices settings").endswith("/quickbooks/invoices/")
        assert f"{there['CustomerRef']['name']}, {there['TotalAmt']:,.2f} of {there['TxnDate']}" in page.text


@says("duplicate_doc_number.turn_off")
def test_turning_the_ids_off_warns_where_the_company_numbers_by_hand(office: Office) -> None:
    told = office.choose("send_numbers", False)
    assert "Custom transaction numbers" in told.root.one(class_="rac-page").text
    assert "QuickBooks is set to “Custom transaction numbers”" in told.text


def test_giving_ours_another_number_sends_it_again_by_itself(shop: Shop, office: Office, typed: str) -> None:
    invoice = shop.invoice(number="1842")
    shop.drain()
    assert shop.event(invoice).failure_code == CODE
    invoice.edit(number="1843", at=timezone.now())
    shop.drain()
    office.assert_clear(invoice)
    assert shop.there(invoice)["DocNumber"] == "1843"


def test_our_own_invoice_whose_answer_was_lost_is_adopted_not_called_a_duplicate(shop: Shop, office: Office) -> None:
    customer = shop.settled_invoice().customer
    invoice = shop.invoice(number="1842", customer=customer)
    shop.books.do("fault", fault="reset", path="write", after_commit=True, times=1)
    shop.drain()
    assert shop.event(invoice).state == State.CHECKING
    count = len(shop.books.invoices())
    shop.drain(timezone.now() + timedelta(minutes=6))
    office.assert_clear(invoice)
    assert len(shop.books.invoices()) == count

"""One choice for many conflicts that are alike: asked with counts and money, done once, told with what was left."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.utils import timezone

from runacall.invoices.models import Invoice
from sync import tasks
from sync.actions import ACTIONS
from sync.models import ActionRecord, State
from sync.operations import deciding, recording
from tests import builders
from tests.books import Shop
from tests.journeys.office import LOG, Office


@pytest.fixture
def conflicts(shop: Shop) -> list[Invoice]:
    """The message to the customer was changed on both sides of three invoices; another one failed for its tax."""
    customer = shop.settled_invoice().customer
    invoices = [shop.invoice(customer=customer) for _ in range(3)]
    shop.drain()
    for invoice in invoices:
        shop.books.post("invoice", {**shop.there(invoice), "CustomerMemo": {"value": "Hers"}})
        invoice.edit(customer_note="Ours", at=timezone.now())
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    shop.invoice(customer=customer, lines=[builders.line(item=shop.item("Labor"), rates=[rate])])
    shop.drain()
    assert {shop.event(one).failure_code for one in invoices} == {"changed_in_quickbooks"}
    return invoices


@pytest.fixture
def voided(shop: Shop) -> list[Invoice]:
    customer = shop.settled_invoice().customer
    invoices = [shop.invoice(customer=customer) for _ in range(3)]
    shop.drain()
    for invoice in invoices:
        there = shop.there(invoice)
        shop.books.post("invoice", {"Id": there["Id"], "SyncToken": there["SyncToken"]}, operation="void")
        invoice.edit(customer_note="Ours", at=timezone.now())
    shop.drain()
    assert {shop.event(one).failure_code for one in invoices} == {"voided_in_quickbooks"}
    return invoices


def memo(shop: Shop, invoice: Invoice) -> Any:
    return shop.there(invoice).get("CustomerMemo", {}).get("value")


def test_quickbooks_is_kept_for_all_that_are_alike(shop: Shop, office: Office, conflicts: list[Invoice]) -> None:
    asked = office.choose_for_all("Keep QuickBooks'…")
    assert "Keep QuickBooks' version of 3 records?" in asked.text
    assert "3 invoices, $324.00" in asked.text
    assert "1 will be left alone: 1 with nothing to choose" in asked.text
    page = office.say_yes(asked)
    assert "Kept QuickBooks' version of 3 events. 3 in QuickBooks, $324.00." in page.text
    assert "Left 1 alone: 1 with nothing to choose." in page.text
    shop.drain()
    assert {shop.event(one).state for one in conflicts} == {State.SYNCED}
    assert {memo(shop, one) for one in conflicts} == {"Hers"}
    (action,) = ActionRecord.objects.filter(action="keep_quickbooks")
    assert (action.done, action.meant, action.by_id is not None) == (3, 3, True)
    assert all(f"Invoice #{one.number}" in action.reason for one in conflicts)
    assert len(office.log(action=str(action.pk))) == 3


def test_ours_are_sent_for_selected_ones_alone(shop: Shop, office: Office, conflicts: list[Invoice]) -> None:
    page = office.visit(f"{LOG}?status=failed")
    form = page.form(field="select_across")
    form.fields["_selected_action"] = [str(shop.event(one).pk) for one in conflicts[:2]]
    asked = office.visitor.post(page.url, form.fields | {"action": ["send_ours"]})
    assert "Send our version of 2 records?" in asked.text
    page = office.say_yes(asked)
    assert "Sending our version of 2 events." in page.text
    shop.drain()
    assert [memo(shop, one) for one in conflicts] == ["Ours", "Ours", "Hers"]
    assert "2 in QuickBooks, $216.00." in office.visit(LOG).text


def test_the_cause_offers_it(shop: Shop, office: Office, conflicts: list[Invoice]) -> None:
    page = office.visit(LOG)
    asked = office.visitor.get(page.link("Send ours for 3…"))
    assert "Send our version of 3 records?" in asked.text
    office.say_yes(asked)
    shop.drain()
    assert {memo(shop, one) for one in conflicts} == {"Ours"}


def test_what_fits_nothing_that_failed_is_not_offered(shop: Shop, office: Office, voided: list[Invoice]) -> None:
    bar = office.visit(f"{LOG}?status=failed").part("selection").text
    assert "Void here too…" in bar
    assert "Send again as new invoices…" in bar
    assert "Keep QuickBooks'" not in bar


def test_void_ones_become_void_here_too(shop: Shop, office: Office, voided: list[Invoice]) -> None:
    asked = office.choose_for_all("Void here too…")
    assert "Void 3 invoices here too?" in asked.text
    assert "3 invoices, $324.00" in asked.text
    assert "Voided here too: 3 events." in office.say_yes(asked).text
    for invoice in voided:
        invoice.refresh_from_db()
    assert {one.status for one in voided} == {"void"}
    shop.drain()
    shop.assert_in_books(*voided)


def test_void_ones_go_again_as_new_invoices(shop: Shop, office: Office, voided: list[Invoice]) -> None:
    old = {shop.qbo_id(one) for one in voided}
    voided[0].edit(number="2001", at=timezone.now())
    shop.drain()
    asked = office.choose_for_all("Send again as new invoices…")
    assert "QuickBooks gets a new invoice for each, with the number that it has here." in asked.text
    assert "Sending again as new: 3 events." in office.say_yes(asked).text
    shop.drain()
    assert {shop.event(one).state for one in voided} == {State.SYNCED}
    assert not {shop.qbo_id(one) for one in voided} & old
    assert {shop.there(one)["DocNumber"] for one in voided} == {"2001", *(one.number for one in voided[1:])}


def test_very_many_are_left_to_a_worker(
    shop: Shop, office: Office, conflicts: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    keep = ACTIONS["keep_quickbooks"]
    assert keep.many
    monkeypatch.setitem(ACTIONS, keep.name, replace(keep, many=replace(keep.many, most=2)))
    page = office.say_yes(office.choose_for_all("Keep QuickBooks'…"))
    assert "Keep QuickBooks' of 3 events: a background job is working on them." in page.text
    assert {shop.event(one).state for one in conflicts} == {State.FAILED}
    (action,) = ActionRecord.objects.open()
    assert tasks.carry_out(action.pk) == 3
    assert tasks.carry_out(action.pk) == 0
    assert {shop.event(one).state for one in conflicts} == {State.SYNCED}
    action.refresh_from_db()
    assert (action.is_open, action.done, action.left) == (False, 3, {"with nothing to choose": 1})


def test_a_worker_that_died_goes_on_with_the_rest(
    shop: Shop, conflicts: list[Invoice], monkeypatch: pytest.MonkeyPatch
) -> None:
    at = timezone.now()
    action = recording.leave_to_worker(
        shop.organization, "keep_quickbooks", {"status": ["failed"]}, by=None, at=at, meant=3
    )
    one, killed = deciding._decide_one, []

    def die(*arguments: Any, **named: Any) -> Any:
        if killed:
            raise KeyboardInterrupt
        killed.append(1)
        return one(*arguments, **named)

    monkeypatch.setattr(deciding, "_decide_one", die)
    with pytest.raises(KeyboardInterrupt):
        deciding.carry_out(action.pk, at=at)
    monkeypatch.undo()
    deciding.carry_out(action.pk, at=timezone.now())
    action.refresh_from_db()
    assert (action.is_open, action.done) == (False, 3)
    assert {shop.event(invoice).state for invoice in conflicts} == {State.SYNCED}


def test_one_that_somebody_else_settled_meanwhile_is_left_alone(shop: Shop, conflicts: list[Invoice]) -> None:
    event = shop.event(conflicts[0])
    action = ActionRecord.objects.create(organization=shop.organization, at=timezone.now(), action="send_as_new")
    deciding.keep_quickbooks(shop.log().filter(pk=event.pk), by=None, at=timezone.now())
    assert deciding._decide_one(action, event.pk, at=timezone.now())[1] == deciding.NOTHING

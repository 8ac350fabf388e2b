"""What would stop an invoice is fixed before it does: nothing is queued, and what was foreseen is what then happens."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from qbo.models import AccountMapping, TaxMapping
from runacall.invoices.models import Invoice
from runacall.invoices.refusals import Refused
from runacall.organizations.models import Role
from sync.fixing.ahead import DRAFTS, WAITING, case_ahead, forecast_ahead, save_ahead
from sync.fixing.applying import Shown, undo_fix, why_not_undone
from sync.fixing.fix import Answer, Case
from sync.fixing.table import BY_CODE
from sync.forecast.readiness import readiness
from sync.models import ActionRecord, State, SyncEvent
from tests import builders
from tests.books import Shop
from tests.journeys.test_closed_period import days_ago

FIX, WOULD_FAIL = "/quickbooks/fix/", "/quickbooks/what-would-fail/"


def untaxed(shop: Shop) -> Invoice:
    rate = builders.rate(shop.organization, "Combined 7.25", "7.25")
    return shop.invoice(send=False, lines=[builders.line(item=shop.item("Labor"), rates=[rate])])


def without_product(shop: Shop) -> Invoice:
    shop.choose(auto_create_items=False)
    return shop.invoice(send=False, lines=[builders.line(item=shop.item("Furnace filter"))])


def without_account(shop: Shop) -> Invoice:
    shop.choose(default_income_account_id="")
    return shop.invoice(send=False, lines=[builders.line(item=shop.item("Furnace filter"))])


def too_long(shop: Shop) -> Invoice:
    shop.choose(send_numbers=True)
    return shop.invoice(send=False, number="N" * 22)


def taken(shop: Shop) -> Invoice:
    shop.choose(send_numbers=True)
    there = shop.settled_invoice(number="1042")
    Invoice.objects.filter(pk=there.pk).update(number="1042-old")
    return shop.invoice(send=False, number="1042")


def closed(shop: Shop) -> Invoice:
    shop.books.do("close_books", date=days_ago(30).isoformat())
    shop.read_lists("Preferences")
    return shop.invoice(send=False, invoice_date=days_ago(40))


def case_of(shop: Shop, invoice: Invoice, code: str, scope: str = "") -> Case:
    [found] = readiness(shop.connection, [invoice.pk])
    key = next(one.cause_key for one in found.failures if one.code == code)
    case = case_ahead(shop.connection, key, scope or str(invoice.pk))
    assert case is not None
    return case


def save(shop: Shop, case: Case, answer: Answer, scope: str) -> ActionRecord:
    shown = Shown(BY_CODE[case.failure.code].seen(case))
    return save_ahead(shop.connection, case.key, scope, answer, shown=shown, by=None, at=timezone.now())


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("made", "code", "way"),
    [
        (untaxed, "tax_code_not_mapped", "code:2"),
        (without_product, "item_not_found", "create"),
        (without_product, "item_not_found", "match"),
        (without_account, "income_account_missing", "item"),
        (without_account, "income_account_missing", "category"),
        (without_account, "income_account_missing", "default"),
        (too_long, "number_too_long", "next"),
        (taken, "duplicate_doc_number", "next"),
        (closed, "closed_period", "today"),
    ],
)
def test_each_fix_makes_a_draft_ready_and_queues_nothing(
    shop: Shop, made: Callable[[Shop], Invoice], code: str, way: str
) -> None:
    invoice = made(shop)
    shop.drain()
    case = case_of(shop, invoice, code)
    offer = BY_CODE[code].offer(Case(case.connection, case.failure, case.events, case.lists, True, case.ahead))
    assert offer is not None
    answer = Answer(next(one.value for group in offer.groups for one in group.options if one.value.startswith(way)))
    assert forecast_ahead(case, Answer()).go == 0
    assert forecast_ahead(case, answer).go == 1
    before = SyncEvent.objects.count()
    action = save(shop, case, answer, str(invoice.pk))
    assert SyncEvent.objects.count() == before
    [now] = readiness(shop.connection, [invoice.pk])
    assert now.failures == ()

    assert why_not_undone(action) == ""
    undo_fix(action, shop.connection, by=None, at=timezone.now())
    [again] = readiness(shop.connection, [invoice.pk])
    assert code in [one.code for one in again.failures]

    save(shop, case_of(shop, invoice, code), answer, str(invoice.pk))
    Invoice.objects.get(pk=invoice.pk).send(at=timezone.now())
    shop.drain()
    assert shop.event(invoice).state == State.SYNCED
    # The number of the one that is there was changed behind our back, to have it taken.
    assert made is taken or shop.reconciles()


def test_once_it_was_sent_with_the_choice_it_is_not_undone(shop: Shop) -> None:
    invoice = untaxed(shop)
    action = save(shop, case_of(shop, invoice, "tax_code_not_mapped"), Answer("code:2"), str(invoice.pk))
    invoice.send(at=timezone.now())
    shop.drain()
    assert why_not_undone(action).startswith("1 event was sent with it.")
    with pytest.raises(Refused):
        undo_fix(action, shop.connection, by=None, at=timezone.now())
    assert TaxMapping.objects.filter(rate_key=str(invoice.lines.get().tax_rates.get().pk)).exists()


def test_what_failed_for_the_same_is_left_alone_and_told(shop: Shop) -> None:
    draft = untaxed(shop)
    failed = shop.invoice(lines=[builders.line(item=shop.item("Labor"), rates=list(draft.lines.get().tax_rates.all()))])
    shop.drain()
    case = case_of(shop, draft, "tax_code_not_mapped", DRAFTS)
    assert case.invoice_ids() == [draft.pk]
    answer = press(shop, case, DRAFTS, choice="code:2", notice="1", next=WOULD_FAIL)
    assert "1 failed event waits for the same." in answer
    assert f"cause={case.key.replace(':', '%3A')}" in answer
    shop.drain(timezone.now() + timedelta(minutes=5))
    assert shop.event(failed).state == State.FAILED


def press(shop: Shop, case: Case, scope: str, *, role: Role = Role.OWNER, **fields: str) -> str:
    browser = Client(headers={"host": "localhost"})
    browser.force_login(builders.member(shop.organization, role))
    data = {"cause": case.key, "scope": scope, "seen": BY_CODE[case.failure.code].seen(case), **fields}
    answer = browser.post(FIX, data, headers={"hx-request": "true"})
    return answer.content.decode() if answer.status_code == 200 else str(answer.status_code)


def test_of_two_people_the_second_is_told_who_was_faster(shop: Shop) -> None:
    draft, other = untaxed(shop), shop.invoice(send=False)
    case = case_of(shop, draft, "tax_code_not_mapped", DRAFTS)
    assert "already" not in press(shop, case, DRAFTS, choice="code:2")
    assert "fixed it already: California (8 %). Nothing was changed." in press(shop, case, DRAFTS, choice="code:2")
    assert other.pk not in case.ahead, "it has a rate that is mapped"


def test_a_page_that_is_out_of_date_changes_nothing(shop: Shop) -> None:
    case = case_of(shop, without_account(shop), "income_account_missing")
    answer = press(shop, case, str(case.ahead[0]), choice="item:79", seen="something else")
    assert "Nothing was changed" in answer
    assert not AccountMapping.objects.filter(item__isnull=False).exists()


@pytest.mark.parametrize("role", [Role.DISPATCHER, Role.FIELD_TECH])
def test_only_who_manages_quickbooks_may(shop: Shop, role: Role) -> None:
    case = case_of(shop, untaxed(shop), "tax_code_not_mapped")
    before = TaxMapping.objects.count()
    assert press(shop, case, str(case.ahead[0]), role=role, choice="code:2") == "403"
    assert TaxMapping.objects.count() == before


def test_another_shops_invoice_is_out_of_reach(shop: Shop) -> None:
    case = case_of(shop, untaxed(shop), "tax_code_not_mapped")
    neighbor = builders.organization("Neighbor")
    browser = Client(headers={"host": "localhost"})
    browser.force_login(builders.member(neighbor, Role.OWNER))
    before = TaxMapping.objects.count()
    data = {"cause": case.key, "scope": str(case.ahead[0]), "choice": "code:2", "seen": ""}
    assert browser.post(FIX, data).status_code in (302, 404)
    assert browser.get(f"/quickbooks/invoice/{case.ahead[0]}/ready/").status_code == 404
    assert TaxMapping.objects.count() == before


def test_an_id_of_another_shop_finds_nothing(shop: Shop) -> None:
    neighbor = builders.organization("Neighbor")
    rate = builders.rate(neighbor, "Combined 7.25", "7.25")
    theirs = builders.invoice(neighbor, send=False, lines=[builders.line(rates=[rate])])
    [found] = readiness(shop.connection, [theirs.pk])
    keys = [one.cause_key for one in found.failures]
    assert keys
    assert [case_ahead(shop.connection, key, str(theirs.pk)) for key in keys] == [None] * len(keys)


def test_odd_scopes_do_no_harm(shop: Shop) -> None:
    case = case_of(shop, untaxed(shop), "tax_code_not_mapped")
    for scope in ("0", "-1", "9" * 30, "drafts; --", "\x00", WAITING):
        assert "Nothing was changed" in press(shop, case, scope, choice="code:2")


def test_without_a_script_it_goes_back_to_the_page(shop: Shop) -> None:
    case = case_of(shop, untaxed(shop), "tax_code_not_mapped")
    browser = Client(headers={"host": "localhost"})
    browser.force_login(builders.member(shop.organization, Role.OWNER))
    data = {"cause": case.key, "scope": DRAFTS, "choice": "code:2", "seen": "", "next": WOULD_FAIL}
    answer = browser.post(FIX, data, follow=True)
    assert answer.redirect_chain == [(WOULD_FAIL, 302)]
    assert "California (8 %): saved." in answer.content.decode()

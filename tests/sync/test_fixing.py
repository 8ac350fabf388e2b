"""Fixing a cause from its card: exactly its events go, the forecast is what then happens, and the first person wins."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from threading import Barrier

import pytest
from django.db import connection as database
from django.utils import timezone

from qbo.catalogue import CATALOGUE, DOCUMENTED
from qbo.models import AccountMapping, ConnectionSettings, SettingChange, TaxMapping
from runacall.invoices.models import Invoice, TaxRate
from runacall.invoices.models.lines import LineInput
from runacall.invoices.refusals import Refused
from sync.fixing.applying import UNDO_FOR, Shown, fix_cause, forecast, undo_fix, why_not_undone
from sync.fixing.fix import Answer, Offer
from sync.fixing.posted import fields, posted
from sync.fixing.table import BY_CODE, FIXES, case_of
from sync.fixing.ways.dates import FIX as DATES
from sync.forecast.dry_run import AS_IT_IS
from sync.models import ActionRecord, State
from tests import builders
from tests.books import Shop


@pytest.fixture
def combined(shop: Shop) -> TaxRate:
    return builders.rate(shop.organization, "Combined 7.25", "7.25")


def taxed(shop: Shop, rate: TaxRate, item: str = "Labor") -> Invoice:
    return shop.invoice(lines=[builders.line(item=shop.item(item), rates=[rate])])


def of_rate(rate: TaxRate) -> str:
    return f"tax_code_not_mapped:tax_rate:{rate.pk}"


def fix(shop: Shop, key: str, choice: str, text: str = "", *, at: dt.datetime | None = None) -> ActionRecord:
    """Press the button of the card as it is now."""
    case = case_of(shop.connection, key)
    assert case is not None, "no card"
    shown = Shown(BY_CODE[case.failure.code].seen(case))
    moment = at or timezone.now()
    return fix_cause(shop.connection, key, Answer(choice, text), shown=shown, by=None, at=moment)


def send(shop: Shop) -> None:
    """After the time in which it can be undone, until nothing is due."""
    for minutes in range(3):
        shop.drain(timezone.now() + UNDO_FOR + timedelta(minutes=minutes))


class TestTaxCode:
    def test_mapping_sends_exactly_what_waited_for_it(self, shop: Shop, combined: TaxRate) -> None:
        other = builders.rate(shop.organization, "Lorain 6.5", "6.5")
        waiting, left = [taxed(shop, combined) for _ in range(3)], taxed(shop, other)
        shop.drain()
        action = fix(shop, of_rate(combined), "code:2")
        assert (action.done, action.fix["chosen"]) == (3, "California (8 %)")
        shop.drain()
        assert {shop.event(one).state for one in waiting} == {State.QUEUED}, "there is time to undo it"
        send(shop)
        assert {shop.event(one).state for one in waiting} == {State.SYNCED}
        assert shop.event(left).state == State.FAILED
        [change] = SettingChange.objects.filter(page="tax")
        assert (change.setting, change.old, change.new) == ("Tax code of Combined 7.25", "", "California (8 %)")

    def test_the_forecast_is_what_happens_event_by_event(self, shop: Shop, combined: TaxRate) -> None:
        shop.settled_invoice()
        shop.choose(auto_create_items=False)
        go, stays = [taxed(shop, combined) for _ in range(3)], taxed(shop, combined, "Furnace filter")
        shop.drain()
        case = case_of(shop.connection, of_rate(combined))
        assert case is not None
        assert forecast(case, Answer()).go == 0
        found = forecast(case, Answer("code:2"))
        assert found.sentence == "3 will go · 1 stays: Item 'Furnace filter' not found in QBO"
        fix(shop, of_rate(combined), "code:2")
        send(shop)
        assert {shop.event(one).state for one in go} == {State.SYNCED}
        assert shop.event(stays).failure_code == "item_not_found"

    def test_of_one_invoice_it_says_what_will_be_posted(self, shop: Shop, combined: TaxRate) -> None:
        shop.settled_invoice()
        invoice = taxed(shop, combined)
        shop.drain()
        case = case_of(shop.connection, of_rate(combined))
        assert case is not None
        said = {one.label: (one.was, one.becomes) for one in posted(case, Answer("code:2"))}
        assert said["tax code"] == ("", "California")
        assert said["tax"] == ("", "$7.25")
        assert said["total"] == ("", "$107.25")
        assert [label for label in said if label.startswith("line")] == ["line 1"]
        assert said["line 1"][1].endswith("1 × $100.00 = $100.00, taxable")
        assert said["customer"] == ("", invoice.customer.display_name)
        assert said["date"] == ("", str(invoice.invoice_date))
        assert said["number"] == ("", invoice.number)
        fix(shop, of_rate(combined), "code:2")
        send(shop)
        there = shop.there(invoice)
        assert there["DocNumber"] == said["number"][1]
        assert f"${there['TxnTaxDetail']['TotalTax']}" == said["tax"][1]
        assert f"${there['TotalAmt']:.2f}" == said["total"][1]

    def test_of_an_invoice_that_is_there_it_says_what_changes_and_what_stays(self, shop: Shop) -> None:
        invoice = shop.settled_invoice()
        line = invoice.lines.get()
        changed = LineInput(
            item=line.item, quantity=Decimal(10), unit_price=line.unit_price, rates=list(line.tax_rates.all())
        )
        invoice.edit(at=timezone.now(), lines=[changed], customer_note="Thank you")
        said = {one.label: one for one in fields(shop.connection, invoice.pk, AS_IT_IS)}
        assert {label for label, one in said.items() if one.changes} == {"message", "line 1", "tax", "total"}
        assert (said["message"].was, said["message"].becomes) == ("", "Thank you")
        assert said["line 1"].was.endswith("1 × $100.00 = $100.00, taxable")
        assert said["line 1"].becomes.endswith("10 × $100.00 = $1,000.00, taxable")
        assert (said["total"].was, said["total"].becomes) == ("$108.00", "$1,080.00")
        assert said["number"].becomes == invoice.number
        assert said["customer"].becomes == invoice.customer.display_name
        send(shop)
        there = shop.there(invoice)
        assert f"${there['TotalAmt']:,.2f}" == said["total"].becomes
        assert there["CustomerMemo"]["value"] == said["message"].becomes

    def test_what_is_mapped_already_is_only_sent(self, shop: Shop, combined: TaxRate) -> None:
        invoice = taxed(shop, combined)
        shop.drain()
        shop.map_tax(combined)
        case = case_of(shop.connection, of_rate(combined))
        assert case is not None
        offer = BY_CODE["tax_code_not_mapped"].offer(case)
        assert offer is not None
        assert (offer.is_done, offer.chosen) == (True, "code:2")
        action = fix(shop, of_rate(combined), "code:2")
        assert why_not_undone(action) == "There is nothing to undo: the choice had been made before."
        send(shop)
        assert shop.event(invoice).state == State.SYNCED

    def test_a_code_that_is_not_offered_changes_nothing(self, shop: Shop, combined: TaxRate) -> None:
        invoice = taxed(shop, combined)
        shop.drain()
        for choice in ("code:999", "code:", "", "create:2"):
            with pytest.raises(Refused):
                fix(shop, of_rate(combined), choice)
        assert shop.event(invoice).state == State.FAILED
        assert not ActionRecord.objects.exists()


class TestUndo:
    def test_takes_the_mapping_back_while_nothing_was_sent(self, shop: Shop, combined: TaxRate) -> None:
        invoice = taxed(shop, combined)
        shop.drain()
        action = fix(shop, of_rate(combined), "code:2")
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert not TaxMapping.objects.filter(rate_key=str(combined.pk)).exists()
        send(shop)
        assert shop.event(invoice).failure_code == "tax_code_not_mapped"
        assert shop.books.writes() == 0
        action.refresh_from_db()
        with pytest.raises(Refused, match="already undone"):
            undo_fix(action, shop.connection, by=None, at=timezone.now())

    def test_not_once_an_invoice_was_sent_with_it(self, shop: Shop, combined: TaxRate) -> None:
        taxed(shop, combined)
        shop.drain()
        action = fix(shop, of_rate(combined), "code:2")
        send(shop)
        with pytest.raises(Refused, match=r"1 event was sent with it\. Another code can be chosen under Settings"):
            undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert TaxMapping.objects.filter(rate_key=str(combined.pk)).exists()

    def test_not_over_another_persons_later_choice(self, shop: Shop, combined: TaxRate) -> None:
        taxed(shop, combined)
        shop.drain()
        action = fix(shop, of_rate(combined), "code:2")
        shop.map_tax(combined, code="3")
        with pytest.raises(Refused, match="Another tax code has been chosen"):
            undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert TaxMapping.objects.get(rate_key=str(combined.pk)).tax_code_id == "3"

    def test_the_likeliest_code_comes_first_and_then_those_of_the_same_percentage(self, shop: Shop) -> None:
        rate = builders.rate(shop.organization, "Lorain 6.5", "6.5")
        for name, percent in (("Aurora", "5"), ("Lorain City", "6.5"), ("Medina", "6.5"), ("Zoar", "7")):
            shop.books.do("add_tax_code", name=name, percent=percent)
        shop.read_lists("TaxCode")
        taxed(shop, rate)
        shop.drain()
        offer = offered(shop, of_rate(rate))
        labels = [one.label for one in offer.groups[0].options]
        assert labels[:3] == ["Lorain City (6.5 %)", "Medina (6.5 %)", "Aurora (5 %)"], "Lorain is in its name"
        assert labels[2:] == sorted(labels[2:]), labels
        assert (offer.chosen, offer.why) == (offer.groups[0].options[0].value, "rate agrees")


class TestTwoPeople:
    def test_the_second_is_told_who_was_faster_and_changes_nothing(self, shop: Shop, combined: TaxRate) -> None:
        first = builders.member(shop.organization)
        invoice = taxed(shop, combined)
        shop.drain()
        key, shown, at = of_rate(combined), Shown(""), timezone.now()
        fix_cause(shop.connection, key, Answer("code:2"), shown=shown, by=first, at=at)
        with pytest.raises(Refused, match=f"{first.get_full_name() or first.username} fixed it already: California"):
            fix_cause(shop.connection, key, Answer("code:3"), shown=shown, by=None, at=at)
        assert TaxMapping.objects.get(rate_key=str(combined.pk)).tax_code_id == "2"
        send(shop)
        assert shop.event(invoice).state == State.SYNCED
        assert len(shop.books.invoices()) == 1

    def test_of_two_at_the_very_same_moment_one_wins(self, shop: Shop, combined: TaxRate) -> None:
        shop.books.do("add_tax_code", name="Lorain", percent="6.5")
        shop.read_lists("TaxCode")
        invoices = [taxed(shop, combined) for _ in range(3)]
        shop.drain()
        key, at, start = of_rate(combined), timezone.now(), Barrier(2)
        codes = [one.value for one in offered(shop, key).groups[0].options][:2]

        def press(code: str) -> str:
            try:
                start.wait()
                fix_cause(shop.connection, key, Answer(code), shown=Shown(""), by=None, at=at)
            except Refused as refusal:
                return str(refusal)
            finally:
                database.close()
            return ""

        with ThreadPoolExecutor(2) as threads:
            told = list(threads.map(press, codes))
        assert sorted(map(bool, told)) == [False, True], told
        assert "fixed it already" in "".join(told)
        winner = codes[told.index("")].removeprefix("code:")
        assert TaxMapping.objects.get(rate_key=str(combined.pk)).tax_code_id == winner
        assert ActionRecord.objects.filter(action="fix").count() == 1
        send(shop)
        assert {shop.event(one).state for one in invoices} == {State.SYNCED}
        assert len(shop.books.invoices()) == 3

    def test_a_mapping_saved_meanwhile_on_the_tax_page_is_not_overwritten(self, shop: Shop, combined: TaxRate) -> None:
        invoice = taxed(shop, combined)
        shop.drain()
        shop.map_tax(combined, code="3")
        with pytest.raises(Refused, match="Somebody changed this since the page was shown"):
            fix_cause(shop.connection, of_rate(combined), Answer("code:2"), shown=Shown(""), by=None, at=timezone.now())
        assert shop.event(invoice).state == State.FAILED

    def test_what_failed_after_the_page_was_shown_is_left_alone(self, shop: Shop, combined: TaxRate) -> None:
        early = taxed(shop, combined)
        shop.drain()
        shown = Shown("", shop.event(early).changed_at)
        late = taxed(shop, combined)
        shop.drain(timezone.now() + timedelta(minutes=1))
        action = fix_cause(
            shop.connection, of_rate(combined), Answer("code:2"), shown=shown, by=None, at=timezone.now()
        )
        assert action.done == 1
        assert [shop.event(one).state for one in (early, late)] == [State.QUEUED, State.FAILED]


def offered(shop: Shop, key: str, *, every: bool = False) -> Offer:
    """What the card offers."""
    case = case_of(shop.connection, key)
    assert case is not None
    offer = BY_CODE[case.failure.code].offer(replace(case, every=every))
    assert offer is not None
    return offer


def labels(offer: Offer) -> dict[str, list[str]]:
    return {group.label: [option.label for option in group.options] for group in offer.groups}


class TestItem:
    @pytest.fixture
    def filters(self, shop: Shop) -> list[Invoice]:
        shop.settled_invoice()
        shop.choose(auto_create_items=False)
        item = shop.item("Furnace filter")
        made = [shop.invoice(item=item) for _ in range(2)]
        shop.drain()
        return made

    def key(self, shop: Shop) -> str:
        return f"item_not_found:item:{shop.item('Furnace filter').pk}"

    def test_is_created_with_the_account_and_no_other_item_is(self, shop: Shop, filters: list[Invoice]) -> None:
        offer = offered(shop, self.key(shop))
        assert offer.option(offer.chosen) is not None
        case = case_of(shop.connection, self.key(shop))
        assert case is not None
        assert forecast(case, Answer(offer.chosen)).sentence == "2 will go"
        fix(shop, self.key(shop), offer.chosen)
        other = shop.invoice(item=shop.item("Humidifier"))
        send(shop)
        assert {shop.event(one).state for one in filters} == {State.SYNCED}
        assert shop.event(other).failure_code == "item_not_found"
        [row] = [one for one in shop.books.rows("Item") if one["Name"] == "Furnace filter"]
        assert f"create:{row['IncomeAccountRef']['value']}" == offer.chosen

    def test_another_account_is_that_items_alone(self, shop: Shop, filters: list[Invoice]) -> None:
        offer = offered(shop, self.key(shop))
        choice = next(one.value for one in offer.groups[0].options if one.value != offer.chosen)
        action = fix(shop, self.key(shop), choice)
        [mapping] = AccountMapping.objects.exclude(item=None)
        assert (mapping.item, mapping.account_id) == (shop.item("Furnace filter"), choice.removeprefix("create:"))
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert not AccountMapping.objects.exclude(item=None).exists()
        shop.drain(timezone.now() + timedelta(seconds=1))
        fix(shop, self.key(shop), choice)
        send(shop)
        [row] = [one for one in shop.books.rows("Item") if one["Name"] == "Furnace filter"]
        assert row["IncomeAccountRef"]["value"] == mapping.account_id
        assert {shop.event(one).state for one in filters} == {State.SYNCED}

    def test_is_matched_to_a_product_that_is_there(self, shop: Shop, filters: list[Invoice]) -> None:
        there = shop.books.do("add_item", name="Filter for a furnace", income_account="Services", price="100")
        shop.read_lists("Item")
        assert "Filter for a furnace · $100.00" in labels(offered(shop, self.key(shop)))["It is there already"]
        every = offered(shop, self.key(shop), every=True)
        assert len(every.groups[1].options) > 1
        qbo_id = there["row"]["Id"]
        fix(shop, self.key(shop), f"match:{qbo_id}")
        send(shop)
        assert shop.qbo_id(shop.item("Furnace filter")) == qbo_id
        assert {shop.event(one).state for one in filters} == {State.SYNCED}


class TestAccount:
    @pytest.fixture
    def club(self, shop: Shop) -> tuple[Invoice, str]:
        """An invoice that stops since the account of its item was made inactive; a neighbor shares the category."""
        account = shop.books.do("add_account", name="Club income", type="Income")["row"]["Id"]
        for name in ("Club", "Tune-up"):
            shop.books.do("add_item", name=name, income_account="Club income" if name == "Club" else "Services")
        category = builders.category(shop.organization, "Maintenance", at=timezone.now())
        for name in ("Club", "Tune-up"):
            builders.item(shop.organization, name, category=category, at=timezone.now())
        shop.read_lists()
        shop.books.do("deactivate", entity="Account", name="Club income")
        shop.read_lists("Account")
        invoice = shop.invoice(item=shop.item("Club"))
        shop.drain()
        assert shop.event(invoice).failure_code == "account_inactive", shop.event(invoice).message
        return invoice, account

    def test_of_exactly_this_item_is_changed_there_and_its_neighbor_stays(
        self, shop: Shop, club: tuple[Invoice, str]
    ) -> None:
        invoice, account = club
        key = f"account_inactive:account:{account}"
        offer = offered(shop, key)
        assert [group.label for group in offer.groups][:2] == ["For Club only", "For all of Maintenance"]
        label = "Sales of Product Income · "
        choice = next(one.value for one in offer.groups[0].options if one.label.startswith(label))
        fix(shop, key, choice)
        new = builders.item(shop.organization, "Filter", category=shop.item("Club").category, at=timezone.now())
        neighbors = [shop.invoice(item=item) for item in (shop.item("Tune-up"), new)]
        send(shop)
        assert {shop.event(one).state for one in (invoice, *neighbors)} == {State.SYNCED}
        made = next(one for one in shop.books.rows("Item") if one["Name"] == "Filter")
        assert f"item:{made['IncomeAccountRef']['value']}" != choice
        row = next(one for one in shop.books.rows("Item") if one["Name"] == "Club")
        assert f"item:{row['IncomeAccountRef']['value']}" == choice
        assert AccountMapping.objects.get().item == shop.item("Club")

    def test_of_the_category_is_a_choice_of_its_own_and_undone(self, shop: Shop, club: tuple[Invoice, str]) -> None:
        invoice, account = club
        key = f"account_inactive:account:{account}"
        choice = next(one.value for one in offered(shop, key).groups[1].options if one.label.startswith("Services · "))
        action = fix(shop, key, choice)
        mapping = AccountMapping.objects.get()
        assert (mapping.item, mapping.category) == (None, shop.item("Club").category)
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert not AccountMapping.objects.exists()
        send(shop)
        assert shop.event(invoice).failure_code == "account_inactive"


class TestNumber:
    @pytest.fixture
    def taken(self, shop: Shop) -> list[Invoice]:
        shop.settled_invoice()
        for number in ("T-1", "T-2"):
            shop.books.do("add_invoice", doc_number=number, amount="75")
        made = [shop.invoice(number=number) for number in ("T-1", "T-2")]
        shop.drain()
        assert {shop.event(one).failure_code for one in made} == {"duplicate_doc_number"}
        return made

    def test_a_retry_alone_would_fail_again_and_says_so(self, shop: Shop, taken: list[Invoice]) -> None:
        case = case_of(shop.connection, "duplicate_doc_number")
        assert case is not None
        assert forecast(case, Answer()).go == 0
        assert forecast(case, Answer("next:")).sentence == "2 will go"

    @pytest.mark.parametrize(("choice", "text"), [("next:", ""), ("prefix:", "RC-")])
    def test_other_numbers_go_and_are_undone(self, shop: Shop, taken: list[Invoice], choice: str, text: str) -> None:
        action = fix(shop, "duplicate_doc_number", choice, text)
        for invoice in taken:
            invoice.refresh_from_db()
        assert not {invoice.number for invoice in taken} & {"T-1", "T-2"}
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        for invoice in taken:
            invoice.refresh_from_db()
        assert [invoice.number for invoice in taken] == ["T-1", "T-2"]
        shop.drain(timezone.now() + timedelta(seconds=1))
        fix(shop, "duplicate_doc_number", choice, text)
        send(shop)
        assert {shop.event(one).state for one in taken} == {State.SYNCED}
        assert shop.reconciles()

    def test_of_a_paid_invoice_stays_and_is_left_alone(self, shop: Shop, taken: list[Invoice]) -> None:
        builders.payment(taken[0], at=timezone.now(), received_date=builders.today())
        shop.drain(timezone.now() + timedelta(seconds=1))
        case = case_of(shop.connection, "duplicate_doc_number")
        assert case is not None
        found = forecast(case, Answer("next:"))
        # The payment of the one that stays, stays with it.
        assert (found.go, found.staying) == (1, 2)
        action = fix(shop, "duplicate_doc_number", "next:")
        assert action.done == 1
        assert action.left == {"with a payment: their numbers cannot change": 1}
        send(shop)
        assert [shop.event(one).state for one in taken] == [State.FAILED, State.SYNCED]

    def test_quickbooks_numbering_is_offered_where_it_numbers(self, shop: Shop, taken: list[Invoice]) -> None:
        assert offered(shop, "duplicate_doc_number").option("theirs:") is None
        shop.books.do("custom_numbers", on=False)
        shop.read_lists("Preferences")
        action = fix(shop, "duplicate_doc_number", "theirs:")
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        assert ConnectionSettings.objects.get().send_numbers
        shop.drain(timezone.now() + timedelta(seconds=1))
        fix(shop, "duplicate_doc_number", "theirs:")
        send(shop)
        assert {shop.event(one).state for one in taken} == {State.SYNCED}


class TestDate:
    @pytest.fixture
    def closed(self, shop: Shop) -> list[Invoice]:
        """Two in the closed period, the second with a payment."""
        shop.settled_invoice()
        today = shop.organization.today(timezone.now())
        shop.books.do("close_books", date=(today - timedelta(days=30)).isoformat())
        shop.read_lists("Preferences")
        day = today - timedelta(days=40)
        made = [shop.invoice(invoice_date=day, due_date=day + timedelta(days=30)) for _ in range(2)]
        builders.payment(made[1], at=timezone.now(), received_date=today)
        shop.drain()
        assert {shop.event(one).failure_code for one in made} == {"closed_period"}
        return made

    def test_today_goes_as_foreseen(self, shop: Shop, closed: list[Invoice]) -> None:
        case = case_of(shop.connection, "closed_period")
        assert case is not None
        # Both invoices, and the payment that waits for the second.
        assert (forecast(case, Answer()).go, forecast(case, Answer("today:")).go) == (0, 3)
        fix(shop, "closed_period", "today:")
        send(shop)
        today = shop.organization.today(timezone.now()).isoformat()
        assert {shop.there(one)["TxnDate"] for one in closed} == {today}
        closed[1].refresh_from_db()
        assert closed[1].invoice_date.isoformat() != today, "the customer has seen it"
        assert shop.reconciles()

    def test_a_payment_that_was_received_in_the_closed_period_stays(self, shop: Shop, closed: list[Invoice]) -> None:
        payment = closed[1].payments.get()
        payment.edit(received_date=closed[1].invoice_date, at=timezone.now())
        shop.drain(timezone.now() + timedelta(seconds=1))
        case = case_of(shop.connection, "closed_period")
        assert case is not None
        stays = [failure.code for failure, _ in forecast(case, Answer("today:")).stay]
        fix(shop, "closed_period", "today:")
        send(shop)
        assert {shop.event(one).state for one in closed} == {State.SYNCED}
        assert [event.failure_code for event in shop.failed()] == stays == ["payment_in_closed_period"]

    def test_another_day_is_undone_and_refused_where_it_is_closed_too(self, shop: Shop, closed: list[Invoice]) -> None:
        today = shop.organization.today(timezone.now())
        before = [invoice.dates for invoice in closed]
        for text in ("", "soon", (today - timedelta(days=35)).isoformat()):
            with pytest.raises(Refused):
                fix(shop, "closed_period", "day:", text)
            case = case_of(shop.connection, "closed_period")
            assert case is not None
            assert DATES.warning(case, Answer("day:", text)), "said before the button is pressed"
        day = today - timedelta(days=3)
        action = fix(shop, "closed_period", "day:", day.isoformat())
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        for invoice in closed:
            invoice.refresh_from_db()
        assert [invoice.dates for invoice in closed] == before
        shop.drain(timezone.now() + timedelta(seconds=1))
        fix(shop, "closed_period", "day:", day.isoformat())
        send(shop)
        assert {shop.there(one)["TxnDate"] for one in closed} == {day.isoformat()}


class TestCustomer:
    @pytest.fixture
    def diner(self, shop: Shop) -> Invoice:
        """An invoice of a customer whose name a vendor has."""
        shop.settled_invoice()
        shop.books.do("add_vendor", name="Tremont Diner")
        customer = builders.customer(shop.organization, "Tremont Diner", email="diner@example.com")
        invoice = shop.invoice(customer=customer)
        send(shop)
        assert shop.event(invoice).state == State.FAILED
        return invoice

    def test_the_holder_is_named_and_a_new_one_is_created(self, shop: Shop, diner: Invoice) -> None:
        key = shop.event(diner).cause_key
        offer = offered(shop, key)
        assert "vendor" in offer.hint
        assert f"Create it as Tremont Diner ({diner.customer_id})" in str(labels(offer))
        case = case_of(shop.connection, key)
        assert case is not None
        assert forecast(case, Answer()).go < forecast(case, Answer("create:")).go
        fix(shop, key, "create:")
        send(shop)
        shop.assert_in_books(diner)

    def test_is_linked_to_one_that_is_there_and_undone(self, shop: Shop, diner: Invoice) -> None:
        there = shop.books.do("add_customer", name="The Tremont Diner", email="other@example.com")["row"]["Id"]
        key = shop.event(diner).cause_key
        with pytest.raises(Refused):
            fix(shop, key, "link:99999")
        action = fix(shop, key, f"link:{there}")
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        send(shop)
        assert shop.event(diner).state == State.FAILED
        fix(shop, key, f"link:{there}")
        send(shop)
        shop.assert_in_books(diner)
        assert shop.there(diner)["CustomerRef"]["value"] == there


@pytest.mark.parametrize(
    ("kind", "setting", "label"),
    [("tip", "tip_item_id", "Product for tips"), ("card_fee", "card_fee_item_id", "Product for card fees")],
)
class TestCharge:
    """Tips and card fees each have one product for all; the other one's stays as it is."""

    def stopped(self, shop: Shop, kind: str, setting: str) -> Invoice:
        shop.settled_invoice()
        gone, usable = (
            shop.books.do("add_item", name=name, price=0, income_account="1")["row"]["Id"]
            for name in ("Gratuity", "Extras")
        )
        shop.books.do("deactivate", entity="Item", name="Gratuity")
        shop.read_lists("Item")
        shop.choose(tip_item_id=usable, card_fee_item_id=usable)
        shop.choose(**{setting: gone})
        item = builders.item(shop.organization, "Extra", kind=kind, taxable=False)
        invoice = shop.invoice(lines=[builders.line(item=item)])
        shop.drain()
        assert shop.event(invoice).failure_code == "charge_item_missing"
        return invoice

    def test_is_chosen_foreseen_sent_and_noted(self, shop: Shop, kind: str, setting: str, label: str) -> None:
        invoice = self.stopped(shop, kind, setting)
        other = next(name for name in ("tip_item_id", "card_fee_item_id") if name != setting)
        before = getattr(ConnectionSettings.objects.get(), other)
        key = f"charge_item_missing:item:{kind}"
        choice = next(one.value for one in offered(shop, key, every=True).groups[0].options if one.label == "Extras")
        case = case_of(shop.connection, key)
        assert case is not None
        assert forecast(case, Answer(choice)).sentence == "1 will go"
        action = fix(shop, key, choice)
        undo_fix(action, shop.connection, by=None, at=timezone.now())
        shop.drain(timezone.now() + timedelta(seconds=1))
        assert shop.event(invoice).failure_code == "charge_item_missing"
        fix(shop, key, choice)
        send(shop)
        shop.assert_in_books(invoice)
        ref = shop.there(invoice)["Line"][0]["SalesItemLineDetail"]["ItemRef"]["value"]
        settings = ConnectionSettings.objects.get()
        assert (f"product:{ref}", getattr(settings, setting), getattr(settings, other)) == (choice, ref, before)
        noted = SettingChange.objects.filter(page="payments").latest("pk")
        assert label in str(vars(noted))


def test_what_is_set_up_in_quickbooks_is_read_again_and_sent(shop: Shop) -> None:
    shop.books.do("sales_tax", on=False)
    shop.read_lists("Preferences")
    invoice = shop.invoice()
    shop.drain()
    assert shop.event(invoice).failure_code == "tax_not_enabled"
    shop.books.do("sales_tax", on=True)
    fix(shop, "tax_not_enabled", "again:")
    send(shop)
    shop.assert_in_books(invoice)


def test_every_fix_is_for_codes_of_the_catalogue_and_each_code_has_one() -> None:
    codes = [code for each in FIXES for code in each.codes]
    assert len(codes) == len(set(codes))
    assert set(codes) <= set(CATALOGUE)
    assert set(DOCUMENTED) - set(codes) == {"token_expired"}

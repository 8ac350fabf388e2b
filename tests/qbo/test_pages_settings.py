"""Settings → QuickBooks: Tax, Items, Invoices and Status, through their pages."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from qbo.failures import Failure, Subject
from qbo.mapping import first_choices
from qbo.mapping.tax_rows import Uses
from qbo.models import AccountMapping, CompanyFacts, Connection, ConnectionSettings, Link, TaxMapping
from qbo.pages.drop_downs import FEW
from qbo.pages.forms import InvoicesForm, form_of
from qbo.pages.help_texts import help_pages
from runacall.invoices.models import Invoice, TaxRate
from sync.models import ActionRecord, State, SyncEvent
from tests import builders, log_rows

TAX, ITEMS, INVOICES, STATUS = (reverse(f"qbo:{name}") for name in ("tax", "items", "invoices", "status"))


@pytest.fixture
def books(db: None) -> Connection:
    made = log_rows.shop_with_books()
    for qbo_id, name, percent in (
        ("TAX", "TAX", None),
        ("NON", "NON", None),
        ("2", "State sales tax 6.75", "6.75"),
        ("3", "Cuyahoga combined", "7.25"),
        ("5", "Out of scope", "0"),
    ):
        log_rows.entry(made, "TaxCode", qbo_id, name, Percent=percent)
    log_rows.entry(made, "TaxCode", "9", "Old code", active=False, Percent="7.25")
    return made


@pytest.fixture
def owner(books: Connection) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization))
    return client


def rate(books: Connection, name: str, percent: str) -> TaxRate:
    return builders.rate(books.organization, name, percent)


def invoice(books: Connection, *rates: TaxRate, **fields: Any) -> Invoice:
    return builders.invoice(books.organization, lines=[builders.line(rates=list(rates))], **fields)


def rows(owner: Client) -> dict[str, Any]:
    return {row.name: row for row, _ in owner.get(TAX).context["rows"]}


def text(answer: Any) -> str:
    return " ".join(answer.content.decode().split())


class TestTax:
    def test_shows_every_rate_and_every_set_in_use(self, books: Connection, owner: Client) -> None:
        state, county = rate(books, "State", "6.75"), rate(books, "County", "0.5")
        city = rate(books, "City", "1")
        invoice(books, state, county)
        invoice(books, county, state)
        invoice(books, state, county, city, send=False)
        invoice(books)
        found = rows(owner)
        assert set(found) == {"State", "County", "City", "State + County", "State + County + City"}
        both = found["State + County"]
        assert both.key == f"{state.pk}+{county.pk}"
        assert both.subtitle == "both on one line, 7.25 %"
        assert both.uses == Uses(other=2)
        assert found["State + County + City"].uses == Uses(drafts=1)

    def test_sets_with_the_same_sum_are_told_apart(self, books: Connection, owner: Client) -> None:
        made = [rate(books, f"Rate {number}", "1") for number in range(1, 7)]
        invoice(books, made[0], made[3])
        invoice(books, made[1], made[2])
        invoice(books, made[0], made[2], made[4])
        names = set(rows(owner))
        assert {"Rate 1 + Rate 4", "Rate 2 + Rate 3", "Rate 1 + Rate 3 + Rate 5"} <= names

    def test_of_many_invoices_the_latest_are_counted(
        self, books: Connection, owner: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr("qbo.mapping.tax_rows.COUNTED", 0)
        monkeypatch.setattr("qbo.mapping.tax_rows.FEWEST", 2)
        state, county = rate(books, "State", "6.75"), rate(books, "County", "0.5")
        invoice(books, state, send=False)
        log_rows.link(books, invoice(books, state), qbo_id="1")
        invoice(books, state)
        log_rows.link(books, invoice(books, county), qbo_id="2")
        invoice(books, county, send=False)
        found = rows(owner)
        assert found["State"].uses == Uses(synced=1, other=1, latest=2)
        assert found["County"].uses == Uses(drafts=1, synced=1)
        html = text(owner.get(TAX))
        assert "of the latest 2: 1 synced · 1 not synced" in html
        assert "1 draft · 1 synced" in html

    def test_very_many_codes_are_on_the_page_once(self, books: Connection, owner: Client) -> None:
        for number in range(FEW):
            log_rows.entry(books, "TaxCode", str(100 + number), f"Town {number}", Percent="3")
        mapped, other = rate(books, "A", "6.75"), rate(books, "B", "7.25")
        here = {"connection": books, "realm_id": books.realm_id}
        TaxMapping.objects.create(**here, rate_key=str(mapped.pk), tax_code_id="9")
        html = owner.get(TAX).content.decode()
        assert html.count("Town 7 (3 %)") == 2, "once for all rates, and in the drop-down of the default"
        kept = re.findall(r"<option value=.9. selected>([^<]*)", html)
        assert kept == ["Old code (inactive in QuickBooks)"]
        wrong = owner.post(TAX, {f"rate-{other.pk}": "404"})
        assert "not one of the available choices" in text(wrong)
        wrong = owner.post(TAX, {f"rate-{other.pk}": "9"})
        assert "not one of the available choices" in text(wrong), "inactive, and not the choice of this rate until now"
        chosen = {f"rate-{mapped.pk}": "9", f"rate-{other.pk}": "107"}
        assert owner.post(TAX, chosen).status_code == 302
        stored = dict(TaxMapping.objects.values_list("rate_key", "tax_code_id"))
        assert stored == {str(mapped.pk): "9", str(other.pk): "107"}
        assert "Town 7 (3 %)" in text(owner.get(reverse("qbo:history")))

    def test_deleted_and_void_invoices_use_nothing(self, books: Connection, owner: Client) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        invoice(books, combined, send=False).delete_draft(at=log_rows.AT)
        invoice(books, combined).void(reason="Duplicate", at=log_rows.AT)
        assert not rows(owner)["Combined 7.25"].is_used

    def test_puts_what_is_not_mapped_first_and_says_how_often_it_is_used(
        self, books: Connection, owner: Client
    ) -> None:
        mapped, gap = rate(books, "A mapped", "6.75"), rate(books, "B unmapped", "7.25")
        TaxMapping.objects.create(connection=books, realm_id=books.realm_id, rate_key=str(mapped.pk), tax_code_id="2")
        for _ in range(2):
            log_rows.link(books, made := invoice(books, mapped), qbo_id=str(made.pk))
        log_rows.event(
            books,
            failure=Failure("tax_code_not_mapped", Subject("tax_rate", str(gap.pk), gap.name)),
            invoice=invoice(books, gap),
        )
        invoice(books, gap, send=False)
        answer = owner.get(TAX)
        assert [row.name for row, _ in answer.context["rows"]] == ["B unmapped", "A mapped"]
        html = text(answer)
        assert "1 failed · 1 draft" in html
        assert "2 synced" in html
        assert "1 failed invoice waits for ‘B unmapped’" in html

    def test_offers_active_codes_alone(self, books: Connection, owner: Client) -> None:
        rate(books, "Combined 7.25", "7.25")
        _, field = owner.get(TAX).context["rows"][0]
        assert [value for value, _ in field.field.choices] == ["", "3", "5", "2"]

    @pytest.mark.parametrize(
        ("name", "percent", "suggested", "why"),
        [
            ("Combined 7.25", "7.25", "Cuyahoga combined", "rate agrees"),
            ("state SALES tax 6.75 ", "9", "State sales tax 6.75", "same name"),
            ("Nothing like it", "1.23", None, None),
        ],
    )
    def test_suggests_what_agrees(
        self, books: Connection, owner: Client, name: str, percent: str, suggested: str | None, why: str | None
    ) -> None:
        made = rate(books, name, percent)
        suggestion = next(row for row, _ in owner.get(TAX).context["rows"] if row.key == str(made.pk)).suggestion
        assert (suggestion and suggestion.code.name, suggestion and suggestion.why) == (suggested, why)

    def test_saving_maps_and_sends_nothing(self, books: Connection, owner: Client) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        failure = Failure("tax_code_not_mapped", Subject("tax_rate", str(combined.pk), combined.name))
        for _ in range(27):
            log_rows.event(books, failure=failure)
        answer = owner.post(TAX, {f"rate-{combined.pk}": "3", "default": ""}, follow=True)
        mapping = TaxMapping.objects.get()
        assert (mapping.rate_key, mapping.tax_code_id, mapping.realm_id) == (str(combined.pk), "3", books.realm_id)
        assert SyncEvent.objects.failed().count() == 27
        html = text(answer)
        assert "27 failed invoices wait for ‘Combined 7.25’" in html
        retry = next(each for each in html.split('"') if "/retry/?" in each).replace("&amp;", "&")
        assert "Retry 27 events?" in owner.get(retry).content.decode()
        owner.post(retry)
        assert SyncEvent.objects.filter(state=State.QUEUED).count() == 27

    def test_a_mapping_can_be_changed_and_taken_away(self, books: Connection, owner: Client) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        for code, left in (("3", ["3"]), ("2", ["2"]), ("", [])):
            owner.post(TAX, {f"rate-{combined.pk}": code, "default": ""})
            assert list(TaxMapping.objects.values_list("tax_code_id", flat=True)) == left

    @pytest.mark.parametrize("code", ["9", "TAX", "404"])
    def test_refuses_codes_that_cannot_be_used(self, books: Connection, owner: Client, code: str) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        answer = owner.post(TAX, {f"rate-{combined.pk}": code, "default": ""})
        assert "Select a valid choice" in text(answer)
        assert not TaxMapping.objects.exists()

    def test_default_for_unmapped_is_none_until_somebody_chooses(self, books: Connection, owner: Client) -> None:
        assert "None: stop and ask" in text(owner.get(TAX))
        owner.post(TAX, {"default": "5"})
        assert ConnectionSettings.objects.get().default_tax_code_id == "5"

    def test_flags_a_code_that_became_inactive(self, books: Connection, owner: Client) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        TaxMapping.objects.create(connection=books, realm_id=books.realm_id, rate_key=str(combined.pk), tax_code_id="9")
        html = text(owner.get(TAX))
        assert "Inactive code" in html
        assert "Old code (inactive in QuickBooks)" in html

    def test_mappings_of_another_company_stand_idle(self, books: Connection, owner: Client) -> None:
        combined = rate(books, "Combined 7.25", "7.25")
        TaxMapping.objects.create(connection=books, realm_id="1", rate_key=str(combined.pk), tax_code_id="3")
        assert not rows(owner)["Combined 7.25"].is_mapped

    def test_a_code_for_untaxed_lines_is_asked_for_outside_the_united_states(
        self, books: Connection, owner: Client
    ) -> None:
        assert "Tax-exempt, not taxed" not in rows(owner)
        CompanyFacts.objects.update(country="CA")
        assert "Tax-exempt, not taxed" in rows(owner)
        owner.post(TAX, {"rate-none": "5", "default": ""})
        assert TaxMapping.objects.get().rate_key == ""

    def test_warns_of_a_code_of_another_percentage_and_saves_it_all_the_same(
        self, books: Connection, owner: Client
    ) -> None:
        chosen = rate(books, "Ohio 7", "7")
        owner.post(TAX, {f"rate-{chosen.pk}": "3", "default": ""})
        assert TaxMapping.objects.get().tax_code_id == "3"
        assert "This code is 7.25 % in QuickBooks, but the rate here is 7 %." in text(owner.get(TAX))

    def test_says_nothing_of_a_code_of_the_same_percentage(self, books: Connection, owner: Client) -> None:
        chosen = rate(books, "Combined", "7.2500")
        owner.post(TAX, {f"rate-{chosen.pk}": "3", "default": ""})
        assert "% in QuickBooks, but the rate here is 7.25 %" not in text(owner.get(TAX))

    def test_says_how_old_the_codes_are(self, books: Connection, owner: Client) -> None:
        books.list_states.filter(name="TaxCode").update(
            refreshed_at=timezone.now() - dt.timedelta(minutes=4, seconds=5)
        )
        assert "Codes read from QuickBooks 4\xa0minutes ago" in owner.get(TAX).content.decode()
        books.list_states.filter(name="TaxCode").update(refreshed_at=timezone.now())
        assert "Codes read from QuickBooks just now" in owner.get(TAX).content.decode()

    def test_says_that_sales_tax_is_off(self, books: Connection, owner: Client) -> None:
        CompanyFacts.objects.update(using_sales_tax=False)
        assert "Taxes → Set up tax" in text(owner.get(TAX))

    def test_needs_the_same_queries_whatever_the_number_of_invoices(self, books: Connection, owner: Client) -> None:
        def queries() -> int:
            owner.get(TAX)
            with CaptureQueriesContext(database) as seen:
                owner.get(TAX)
            return len(seen)

        state, county = rate(books, "State", "6.75"), rate(books, "County", "0.5")
        invoice(books, state, county)
        few = queries()
        for number in range(10):
            invoice(books, rate(books, f"Rate {number}", "1"), state)
        assert queries() == few


class TestItems:
    @pytest.fixture(autouse=True)
    def _lists(self, books: Connection) -> None:
        for qbo_id, name, kind in (("79", "Service revenue", "Income"), ("82", "Discounts given", "Expense")):
            log_rows.entry(books, "Account", qbo_id, name, AccountType=kind)
        log_rows.entry(books, "Account", "81", "Parts (deleted)", active=False, AccountType="Income")
        log_rows.entry(books, "Account", "35", "Checking", AccountType="Bank")
        log_rows.entry(books, "Item", "11", "Services", Type="Service")
        log_rows.entry(books, "Item", "12", "Heating", Type="Category")

    def test_saves_switch_accounts_and_categories(self, books: Connection, owner: Client) -> None:
        repairs = builders.category(books.organization, "Repairs")
        posted = {
            "auto_create_items": "on",
            "default_income_account_id": "79",
            "one_off_item_id": "11",
            "discount_account_id": "82",
            f"category-{repairs.pk}": "79",
            "category-none": "79",
        }
        owner.post(ITEMS, posted)
        chosen = ConnectionSettings.objects.get()
        assert chosen.auto_create_items
        assert (chosen.default_income_account_id, chosen.one_off_item_id, chosen.discount_account_id) == (
            "79",
            "11",
            "82",
        )
        assert set(AccountMapping.objects.values_list("category", "account_id")) == {(repairs.pk, "79"), (None, "79")}
        owner.post(ITEMS, {**posted, "category-none": "", "auto_create_items": ""})
        assert AccountMapping.objects.get().category == repairs
        assert not ConnectionSettings.objects.get().auto_create_items

    @pytest.mark.parametrize(
        ("field", "value"),
        [("default_income_account_id", "81"), ("default_income_account_id", "35"), ("one_off_item_id", "12")],
    )
    def test_refuses_what_cannot_be_used(self, books: Connection, owner: Client, field: str, value: str) -> None:
        assert "Select a valid choice" in text(owner.post(ITEMS, {field: value}))

    def test_flags_what_became_inactive_by_name(self, books: Connection, owner: Client) -> None:
        AccountMapping.objects.create(connection=books, realm_id=books.realm_id, category=None, account_id="81")
        html = text(owner.get(ITEMS))
        assert "Parts (inactive in QuickBooks)" in html
        assert "Inactive in QuickBooks: choose an active one." in html

    def test_lists_what_is_not_matched_and_what_waits(self, books: Connection, owner: Client) -> None:
        matched = builders.item(books.organization, "Labor")
        builders.item(books.organization, "Capacitor 35/5")
        Link.objects.create(
            connection=books,
            realm_id=books.realm_id,
            record_type="item",
            record_id=matched.pk,
            qbo_id="11",
            synced_at=log_rows.AT,
        )
        log_rows.event(books, failure=log_rows.NO_ITEM)
        answer = owner.get(ITEMS)
        assert [item.name for item in answer.context["unmatched"]] == ["Capacitor 35/5"]
        assert "1 failed invoice waits for ‘Capacitor 35/5’" in text(answer)


class TestInvoices:
    def test_saves(self, books: Connection, owner: Client) -> None:
        owner.post(INVOICES, {"when_to_sync": "on_payment", "sync_invoices": "on"})
        chosen = ConnectionSettings.objects.get()
        assert (chosen.when_to_sync, chosen.sync_invoices, chosen.send_numbers) == ("on_payment", True, False)

    def test_warns_where_quickbooks_does_not_number_by_itself(self, books: Connection, owner: Client) -> None:
        posted = {"when_to_sync": "on_send", "sync_invoices": "on"}
        assert "Custom transaction numbers" not in text(owner.post(INVOICES, posted, follow=True))
        ConnectionSettings.objects.update(send_numbers=True)
        CompanyFacts.objects.update(custom_numbers=True)
        answer = owner.post(INVOICES, posted, follow=True)
        assert ["Saved. Invoices fail" in str(message) for message in answer.context["messages"]] == [True]
        shown = text(answer)
        assert shown.count("Custom transaction numbers") == 1
        assert "Nobody gives a number now:" in shown
        assert "Before you turn this off" not in shown

    def test_says_what_waits_for_it(self, books: Connection, owner: Client) -> None:
        log_rows.event(books, failure=Failure("duplicate_doc_number", Subject("number", "1", "1")))
        assert "1 failed invoice waits: Duplicate Doc Number" in text(owner.get(INVOICES))

    def test_a_missing_choice_is_said(self, books: Connection, owner: Client) -> None:
        assert owner.post(INVOICES, {"when_to_sync": "sometimes"}).status_code == 200
        assert ConnectionSettings.objects.get().when_to_sync == "on_send"


class TestStatus:
    def test_shows_the_connection_and_the_queue(self, books: Connection, owner: Client) -> None:
        log_rows.event(books)
        answer = owner.get(STATUS)
        html = text(answer)
        for said in ("Active", "Buckeye Books", log_rows.REALM, 'data-copy="#realm"', "Local emulator", "Reconnect"):
            assert said in html, said
        assert "<b>1</b><span>Failed</span>" in html

    def test_a_pause_says_why_and_what_to_do(self, books: Connection, owner: Client) -> None:
        log_rows.paused(books)
        html = text(owner.get(STATUS))
        assert "Token expired</span>" in html
        assert "press Reconnect" in html
        Connection.objects.update(status=Connection.Status.ACTIVE, pause_code="")
        books.refresh_from_db()
        books.pause("subscription_inactive", at=log_rows.AT)
        assert "Paused: QuickBooks subscription ended" in text(owner.get(STATUS))

    def test_without_a_connection_there_is_one_thing_to_do(self, books: Connection, owner: Client) -> None:
        books.delete()
        assert "Connect QuickBooks Online</button>" in text(owner.get(STATUS))
        for url in (TAX, ITEMS, INVOICES):
            assert "QuickBooks is not connected" in text(owner.get(url))

    def test_tokens_are_on_no_page(self, books: Connection, owner: Client) -> None:
        for url in (STATUS, TAX, ITEMS, INVOICES):
            html = owner.get(url).content.decode()
            assert "access-secret" not in html
            assert "refresh-secret" not in html

    def test_offers_what_was_sent_before_the_connection(self, books: Connection, owner: Client) -> None:
        for _ in range(3):
            builders.invoice(books.organization)
        SyncEvent.objects.all().delete()
        assert "Send 3 earlier invoices" in text(owner.get(STATUS))
        answer = owner.post(reverse("sync:send_earlier"), follow=True)
        assert "Sync log" in text(answer)
        action = ActionRecord.objects.get(action="send_earlier")
        assert (action.meant, action.done) == (3, 3), "the log says what came of them once it is known"
        assert SyncEvent.objects.filter(state=State.QUEUED).count() == 3
        assert "earlier invoice" not in text(owner.get(STATUS))

    def test_a_refresh_that_fails_says_so(self, books: Connection, owner: Client) -> None:
        answer = owner.post(reverse("qbo:refresh", args=["tax"]), follow=True)
        assert "QuickBooks could not be read" in str(next(iter(answer.context["messages"])))
        assert owner.post(reverse("qbo:refresh", args=["nonsense"])).status_code == 404


class TestHelp:
    def test_every_setting_has_a_help_text(self, books: Connection) -> None:
        """On the Getting started page; a mapping has a section of its own."""
        page = help_pages()["getting-started-with-quickbooks-online"]
        told = {row[0] for section in page.sections if section.table for row in section.table.rows}
        CompanyFacts.objects.filter(connection=books).update(country="CA")
        for name in ("items", "invoices"):
            form = form_of(name, books, None)
            labels = {str(one.label) for key, one in form.fields.items() if not key.startswith("category-")}
            assert labels <= told

    @pytest.mark.parametrize("slug", list(help_pages()))
    def test_has_every_section_of_the_page(self, books: Connection, owner: Client, slug: str) -> None:
        html = owner.get(reverse("qbo:help", args=[slug])).content.decode()
        for section in help_pages()[slug].sections:
            assert f'<section id="{section.anchor}">' in html

    def test_no_step_is_empty(self, books: Connection, owner: Client) -> None:
        """A step that is only about one record is left out where no record is meant."""
        sections = [section for page in help_pages().values() for section in page.sections]
        assert all(step.strip() for section in sections for step in section.steps)

    def test_unknown_pages_are_not_there(self, books: Connection, owner: Client) -> None:
        assert owner.get(reverse("qbo:help", args=["nonsense"])).status_code == 404


class TestTwoAtOnce:
    """A choice that is saved while another is being made stays."""

    def test_defaults_are_filled_in_while_a_person_saves(
        self, books: Connection, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        ConnectionSettings.objects.update(auto_create_items=False, one_off_item_id="", discount_account_id="")

        def meanwhile(connection: Connection) -> str:
            ConnectionSettings.objects.update(auto_create_items=True, discount_account_id="77", one_off_item_id="78")
            return "5"

        monkeypatch.setattr(first_choices, "_one_off_item", meanwhile)
        first_choices.choose_defaults(books)
        chosen = ConnectionSettings.objects.get(connection=books)
        assert (chosen.auto_create_items, chosen.discount_account_id, chosen.one_off_item_id) == (True, "77", "78")

    def test_two_people_on_two_pages(self, books: Connection) -> None:
        stored = ConnectionSettings.objects.get(connection=books)
        data = {
            "sync_invoices": "on",
            "when_to_sync": "on_payment",
            "send_numbers": "on",
            "sync_customer_updates": "on",
        }
        form = InvoicesForm(data, instance=stored)
        assert form.is_valid(), form.errors
        ConnectionSettings.objects.update(auto_create_items=not stored.auto_create_items, one_off_item_id="78")
        form.save_at(timezone.now())
        chosen = ConnectionSettings.objects.get(connection=books)
        assert chosen.when_to_sync == "on_payment"
        assert (chosen.auto_create_items, chosen.one_off_item_id) == (not stored.auto_create_items, "78")

"""The help article, statement by statement: each has a test somewhere among the journeys."""

from __future__ import annotations

import ast
import datetime as dt
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from django.utils import timezone

from runacall.invoices.models import Invoice, TaxRate
from sync.models import State, SupportLook
from tests import builders
from tests.books import Shop
from tests.journeys.article import STATEMENTS, says
from tests.journeys.office import INVOICES, LOG, Office, Row, rows
from tests.journeys.visiting import Page, send, visitor_of

HERE = Path(__file__).parent


def proven(module: Path) -> Iterator[tuple[str, str]]:
    """(test, statement) for every statement that a test of the module is marked with."""
    for node in ast.walk(ast.parse(module.read_text())):
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_"):
            for decorator in node.decorator_list:
                if isinstance(decorator, ast.Call) and ast.unparse(decorator.func) == "says":
                    yield from ((node.name, ast.literal_eval(argument)) for argument in decorator.args)


def all_proven() -> list[tuple[str, str]]:
    modules = [*HERE.glob("test_*.py"), *HERE.parent.glob("browser/test_*.py")]
    return [pair for module in modules for pair in proven(module)]


def test_every_statement_of_the_article_has_a_test() -> None:
    untested = set(STATEMENTS) - {statement for _, statement in all_proven()}
    assert not untested, f"no test says it proves: {', '.join(sorted(untested))}"


def test_no_test_names_a_statement_that_the_article_does_not_make() -> None:
    unknown = [f"{test}: {statement}" for test, statement in all_proven() if statement not in STATEMENTS]
    assert not unknown


# --- where errors show up -----------------------------------------------------------------------------------

AT = dt.datetime(2026, 6, 18, 15, 32, tzinfo=dt.UTC)  # 11:32 in the shop in Ohio
MAPPING = "mapping-tax-rates-to-quickbooks-online"
UNMAPPED = "Tax code 'Combined 7.25' not mapped"


@pytest.fixture
def combined(shop: Shop) -> TaxRate:
    return builders.rate(shop.organization, "Combined 7.25", "7.25")


def unmapped(shop: Shop, rate: TaxRate, **fields: Any) -> Invoice:
    """Sent on June 18th; failed, since its rate has no mapping."""
    lines = [builders.line(item=shop.item("Labor"), rates=[rate])]
    invoice = shop.invoice(at=AT, lines=lines, **fields)
    shop.drain(AT)
    return invoice


@pytest.fixture
def failed(shop: Shop, combined: TaxRate) -> Invoice:
    return unmapped(shop, combined, number="1842")


@pytest.fixture
def row(office: Office, failed: Invoice) -> Row:
    """The row of the article's example."""
    (only,) = office.log(status="failed")
    return only


@says("shows.banner")
@pytest.mark.parametrize(
    ("count", "sentence"),
    [(0, ""), (1, "1 QBO sync error needs attention."), (3, "3 QBO sync errors need attention.")],
)
def test_the_banner_counts(shop: Shop, office: Office, combined: TaxRate, count: int, sentence: str) -> None:
    for _ in range(count):
        unmapped(shop, combined)
    assert office.banner() == sentence


@says("shows.banner")
def test_the_banner_is_on_every_page_and_leads_to_the_log(office: Office, failed: Invoice) -> None:
    pages = ["/admin/", "/admin/invoices/invoice/", "/admin/invoices/customer/", "/quickbooks/status/"]
    for path in pages:
        assert office.banner(path) == "1 QBO sync error needs attention.", path
    log = office.visitor.get(office.visit("/admin/").link("Open the sync log"))
    assert [each.message for each in rows(log)] == [UNMAPPED]


@says("shows.log")
def test_the_log_lists_everything_that_went_or_failed(shop: Shop, office: Office, failed: Invoice) -> None:
    fine = shop.settled_invoice(at=AT)
    listed = {each.entity: each.status for each in office.log()}
    assert listed[f"Invoice #{failed.number}"] == "Failed"
    assert listed[f"Invoice #{fine.number}"] == "Synced"
    sidebar = office.visit("/admin/").root
    assert "Settings → QuickBooks" in sidebar.text
    assert any(link["href"] == LOG and "Sync log" in link.text for link in sidebar.all("a"))


@says("shows.invoice")
def test_the_invoice_has_a_banner_with_its_own_error_and_the_way_out(office: Office, failed: Invoice) -> None:
    banner = office.invoice_banner(failed)
    words = banner.one("div", class_="rac-invoice-words")
    assert words["role"] == "alert"
    assert words.one("b").text == f"Not in QuickBooks: {UNMAPPED}"
    assert "Pick a QBO code for the unmapped rate 'Combined 7.25'." in banner.text
    assert any(link["href"] == "/quickbooks/tax/" for link in banner.all("a"))
    assert any(button.text == "Retry sync" for button in banner.all("button"))


def test_a_synced_invoice_says_where_it_is(shop: Shop, office: Office) -> None:
    invoice = shop.settled_invoice(number="1042")
    banner = office.invoice_banner(invoice)
    assert banner.text == "In QuickBooks as 1042 · $108.00 matches · Open in QuickBooks"
    assert requests.get(banner.one("a")["href"], timeout=10).status_code == 200


# --- reading the sync log -----------------------------------------------------------------------------------


@says("log.timestamp", "log.entity", "log.direction", "log.status", "log.message")
def test_a_row_reads_as_the_article_shows_it(row: Row) -> None:
    assert str(row) == "2026-06-18 11:32 Invoice #1842 Run a Call → QBO Failed Tax code 'Combined 7.25' not mapped"


@says("log.timestamp", "log.entity", "log.direction", "log.status", "log.message")
def test_the_columns_are_named(office: Office, failed: Invoice) -> None:
    table = office.visit(LOG).part("result_list").one("thead")
    names = [head.text.rstrip(" ▲▼") for head in table.all("th")]
    assert [name for name in names if name not in ("", "Details")] == [
        "Timestamp",
        "Entity",
        "Direction",
        "Status",
        "Message",
    ]


@says("log.opens")
def test_a_row_opens_to_the_payload_the_history_and_the_remedy(office: Office, row: Row) -> None:
    opened = office.opened(row)
    assert "What would have been sent" in opened.text
    assert '"DocNumber": "1842"' in opened.text
    assert "Not sent. Run a Call knew before sending" in opened.text
    assert "Pick a QBO code for the unmapped rate 'Combined 7.25'." in opened.text
    assert "none, QuickBooks was not asked" in opened.text


@says("log.opens")
def test_what_quickbooks_refused_opens_to_both_payloads_and_its_words(shop: Shop, office: Office) -> None:
    customer = shop.settled_invoice().customer
    shop.books.do("fault", fault="item_fault", code="2050", message="String length is too long", detail="max 9")
    invoice = shop.invoice(customer=customer, number="1842")
    shop.drain()
    (listed,) = [each for each in office.log(status="failed") if each.entity == f"Invoice #{invoice.number}"]
    opened = office.opened(listed)
    assert '"DocNumber": "1842"' in opened.text
    assert '"Fault"' in opened.text
    assert "QuickBooks: 2050 String length is too long / max 9" in opened.text
    assert shop.sent(invoice)[0].intuit_tid in opened.text


def test_no_payload_stands_in_the_list_itself(office: Office, failed: Invoice) -> None:
    assert "DocNumber" not in office.visit(LOG).body


def test_the_log_is_filtered_and_searched(office: Office, failed: Invoice) -> None:
    for filters, found in (
        ({"search": "1842"}, True),
        ({"search": "#1842"}, True),
        ({"search": "okafor"}, True),
        ({"search": "combined 7.25"}, True),
        ({"search": "1843"}, False),
        ({"status": "synced"}, False),
        ({"cause": "tax_code_not_mapped"}, True),
        ({"cause": "closed_period"}, False),
        ({"entity": "invoice"}, True),
        ({"entity": "customer"}, False),
        ({"direction": "out"}, True),
        ({"after": "2026-06-18", "before": "2026-06-18"}, True),
        ({"after": "2026-06-19"}, False),
        ({"before": "2026-06-17"}, False),
    ):
        assert bool(office.log(**filters)) is found, filters


@says("tax_code_not_mapped.see_also")
def test_the_other_article_is_a_link_away(office: Office, row: Row) -> None:
    opened = office.opened(row)
    page = office.visit(f"/quickbooks/help/{MAPPING}/")
    assert page.root.one("h1").text == "Mapping tax rates to QuickBooks Online"
    (way,) = [link["href"] for link in opened.root.all("a") if "/quickbooks/help/" in link["href"]]
    article = office.visit(way.partition("#")[0])
    assert article.part(way.partition("#")[2])
    assert any(MAPPING in link["href"] for link in article.root.all("a"))


# --- retrying failed events ---------------------------------------------------------------------------------


@says("retry.selected")
def test_select_several_and_retry(shop: Shop, office: Office, combined: TaxRate) -> None:
    three = [unmapped(shop, combined) for _ in range(3)]
    shop.map_tax(combined)
    told = office.retry(*three[:2])
    assert "Retried 2 events." in told.text
    shop.drain()
    assert [shop.event(one).state for one in three] == [State.SYNCED, State.SYNCED, State.FAILED]


@says("retry.single")
def test_retry_single_event_from_the_opened_row(shop: Shop, office: Office, row: Row, combined: TaxRate) -> None:
    shop.map_tax(combined)
    opened = office.opened(row)
    told = send(office.visitor, opened, opened.form(action="/retry/"))
    assert "Retried 1 event." in told.text
    shop.drain()
    assert office.banner() == ""


@says("retry.single")
def test_retry_single_event_from_its_page(shop: Shop, office: Office, failed: Invoice, combined: TaxRate) -> None:
    shop.map_tax(combined)
    assert "Retried 1 event." in office.retry(failed).text
    shop.drain()
    office.assert_clear(failed)


@says("retry.single")
def test_retry_sync_from_the_invoice(shop: Shop, office: Office, failed: Invoice, combined: TaxRate) -> None:
    shop.map_tax(combined)
    page = office.visit(f"{INVOICES}/{failed.pk}/change/")
    assert "Retried 1 event." in send(office.visitor, page, page.form(action="/retry/")).text
    shop.drain()
    office.assert_clear(failed)


def test_a_retry_that_waits_says_when(shop: Shop, office: Office, settings: Any) -> None:
    # The look at the number comes first, as it does some time after another invoice.
    settings.SYNC = {**settings.SYNC, "NUMBERS_COUNT_FOR": 0}
    customer = shop.settled_invoice().customer
    shop.books.do("fault", fault="status", status=503, times=None)
    invoice = shop.invoice(customer=customer)
    now = timezone.now()
    shop.drain(now)
    (waiting,) = [each for each in office.log() if each.entity == f"Invoice #{invoice.number}"]
    local = shop.organization.local(now + dt.timedelta(minutes=5))
    assert f"Retry 1 of 3 at {local:%H:%M}" in waiting.second


def test_every_action_says_what_it_left_alone_and_why(shop: Shop, office: Office, failed: Invoice) -> None:
    fine = shop.settled_invoice()
    events = [shop.event(failed), shop.event(fine)]
    told = office.retry_selected(events, among="")
    result = told.part("results").text
    assert result.startswith("Retried 1 event.")
    assert result.endswith("Left 1 alone: 1 already in QuickBooks.")


# --- bulk fixes ---------------------------------------------------------------------------------------------


@says("bulk.retry_all", "bulk.matching_succeed")
def test_fix_the_mapping_filter_to_failed_select_all_retry_all(shop: Shop, office: Office, combined: TaxRate) -> None:
    """Dozens, over two pages of the log; and one that waits for something else stays."""
    lines = [builders.line(item=shop.item("Labor"), rates=[combined])]
    customer = builders.customer(shop.organization)
    dozens = [shop.invoice(at=AT, customer=customer, lines=lines) for _ in range(60)]
    other = unmapped(shop, builders.rate(shop.organization, "Lorain 6.5", "6.5"))
    assert office.banner() == "61 QBO sync errors need attention."
    told = office.pick_tax_code(combined, code="2")
    assert "60 failed invoices wait for ‘Combined 7.25’ · 60 will go · Retry them" in told.text
    assert "Retried 61 events." in office.retry_all().text
    shop.drain()
    assert {shop.event(one).state for one in dozens} == {State.SYNCED}
    assert [each.entity for each in office.log(status="failed")] == [f"Invoice #{other.number}"]
    assert office.banner() == "1 QBO sync error needs attention."


@says("bulk.retry_all")
def test_retry_all_of_one_cause_leaves_the_others(shop: Shop, office: Office, combined: TaxRate) -> None:
    one, other = unmapped(shop, combined), unmapped(shop, builders.rate(shop.organization, "Lorain 6.5", "6.5"))
    shop.map_tax(combined)
    told = office.retry_all(cause=shop.event(one).cause_key)
    assert "Retried 1 event." in told.text
    shop.drain()
    assert [shop.event(each).state for each in (one, other)] == [State.SYNCED, State.FAILED]


def test_the_cause_card_counts_what_it_would_mend(shop: Shop, office: Office, combined: TaxRate) -> None:
    for _ in range(3):
        unmapped(shop, combined)
    card = office.visit(LOG).part("causes").one(class_="rac-card")
    assert card.one("h2").text == UNMAPPED
    assert "3 invoices · $321.75" in card.text


# --- escalating ---------------------------------------------------------------------------------------------


@pytest.fixture
def escalation(office: Office, row: Row) -> Page:
    """Escalate, from the opened row."""
    return office.visitor.get(office.opened(row).link("Escalate"))


@says("escalate.address")
def test_it_goes_to_support(escalation: Page) -> None:
    assert any(link["href"].startswith("mailto:admin@runacall.com") for link in escalation.root.all("a"))


@says("escalate.message")
def test_with_the_exact_error_message_of_the_row(escalation: Page, row: Row) -> None:
    assert f"Exact error message: {row.message}\n" in escalation.part("support-text").raw


@says("escalate.number")
def test_with_the_invoice_number(escalation: Page, failed: Invoice) -> None:
    assert f"Affected invoice number: #{failed.number}\n" in escalation.part("support-text").raw


@says("escalate.realm")
def test_with_the_realm_id_that_status_shows(shop: Shop, office: Office, escalation: Page) -> None:
    realm = office.visit("/quickbooks/status/").part("realm").text
    assert realm == shop.connection.realm_id
    assert f"QBO realm ID: {realm}\n" in escalation.part("support-text").raw


@says("escalate.support")
def test_support_reads_the_queue_of_any_shop_and_each_look_is_recorded(shop: Shop, row: Row) -> None:
    builders.organization("another-shop")
    support = builders.superuser("support@example.com")
    desk = Office(shop, visitor_of(support))
    desk.open_shop(shop.organization)
    assert [each.message for each in desk.log(status="failed")] == [UNMAPPED]
    look = SupportLook.objects.filter(organization=shop.organization, by=support).latest("at")
    assert look.path.startswith(LOG)


@says("escalate.support")
def test_the_trace_id_leads_support_into_intuits_log(shop: Shop, office: Office) -> None:
    customer = shop.settled_invoice().customer
    shop.books.do("fault", fault="item_fault", code="2050", message="String length is too long", detail="max 9")
    invoice = shop.invoice(customer=customer)
    shop.drain()
    page = office.visitor.get(office.event_page(invoice).link("Escalate"))
    writes = [one for one in shop.books.requests() if one["method"] == "POST" and "/query" not in one["path"]]
    trace = writes[-1]["intuit_tid"]
    assert f"intuit_tid: {trace}\n" in page.part("support-text").raw

"""What the pages say about the books is true: not there, there unchanged, there but different."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal
from html import unescape
from typing import Any

import pytest
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from qbo.catalogue import CATALOGUE
from qbo.failures import Failure, FailureKind, Subject
from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from runacall.organizations.models import Role
from sync.log.holding import Books, InBooks, for_dispatcher, holding
from sync.models import State, SyncEvent
from tests import builders, log_rows

SINCE = dt.date(2026, 6, 17)
THERE = InBooks("58", "1042", Decimal("100.00"), "http://books/58", SINCE)
DIFFERS = Failure(
    "total_differs",
    Subject("invoice", "1", "1042"),
    facts={"fields": "total, tax", "our_total": "108.00", "their_total": "100.00", "our_tax": "8.00", "their_tax": "0"},
)
NO_TAX = Failure("tax_not_enabled", Subject("company", "sales_tax", "sales tax"), facts=DIFFERS.facts)
AS_IT_WAS = "In QuickBooks as it was on 2026-06-17; your change is not there"
DIFFERENT = "In QuickBooks, but different: total $108.00 here, $100.00 there; tax $8.00 here, $0.00 there"


@pytest.mark.parametrize(
    ("there", "failure", "books", "said"),
    [
        (None, log_rows.UNMAPPED, Books.NOT_THERE, "Not in QuickBooks"),
        (None, None, Books.NOT_THERE, "Not in QuickBooks"),
        (THERE, log_rows.CLOSED, Books.AS_IT_WAS, AS_IT_WAS),
        (THERE, None, Books.AS_IT_WAS, AS_IT_WAS),
        (THERE, Failure("tax_not_enabled"), Books.AS_IT_WAS, AS_IT_WAS),
        (THERE, DIFFERS, Books.DIFFERENT, DIFFERENT),
        (THERE, NO_TAX, Books.DIFFERENT, DIFFERENT),
        (InBooks("58", gone=True), DIFFERS, Books.NOT_THERE, "No longer in QuickBooks"),
    ],
)
def test_one_rule(there: InBooks | None, failure: Failure | None, books: Books, said: str) -> None:
    held = holding(there, failure)
    assert held.books == books
    assert held.because(held.differs) == said


@pytest.mark.parametrize(
    ("there", "failure", "books", "said"),
    [
        (None, Failure("network"), Books.UNKNOWN, "May be in QuickBooks already"),
        (THERE, Failure("network"), Books.UNKNOWN, "In QuickBooks; your change may be there already"),
        (THERE, DIFFERS, Books.DIFFERENT, DIFFERENT),
        (InBooks("58", gone=True), Failure("network"), Books.NOT_THERE, "No longer in QuickBooks"),
    ],
)
def test_what_may_have_arrived_is_not_called_absent(
    there: InBooks | None, failure: Failure, books: Books, said: str
) -> None:
    held = holding(there, failure, may_have_arrived=True)
    assert held.books == books
    assert held.because(held.differs) == said


@pytest.mark.parametrize("code", sorted(CATALOGUE))
@pytest.mark.parametrize("there", [None, THERE], ids=["new", "there"])
def test_a_dispatcher_is_never_told_what_is_not_so(code: str, there: InBooks | None) -> None:
    failure = Failure(code)
    words = for_dispatcher(holding(there, failure), failure, is_failed=True)
    assert ("Not in QuickBooks" in words) is (there is None), words
    assert not words.startswith("On its way")
    if failure.kind is FailureKind.TRANSIENT:
        assert "tried again" not in words


@dataclass
class Case:
    """An invoice of $108.00 whose last change failed, and what every page is to say of the books."""

    failure: Failure
    is_there: bool
    lead: str
    in_list: str
    may_have_arrived: bool = False


LOST = Failure("network")
CASES = {
    "new": Case(log_rows.UNMAPPED, False, "Not in QuickBooks", "Not in QuickBooks"),
    "edited": Case(log_rows.CLOSED, True, AS_IT_WAS, "Change not in QuickBooks"),
    "different": Case(DIFFERS, True, "In QuickBooks, but different", "Different in QuickBooks"),
    "lost": Case(LOST, False, "May be in QuickBooks already", "May be in QuickBooks", True),
    "edit lost": Case(LOST, True, "In QuickBooks; your change may be there already", "May be in QuickBooks", True),
    "untaxed": Case(NO_TAX, True, "In QuickBooks, but different", "Different in QuickBooks"),
}


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


def client_of(books: Connection, role: str = Role.OWNER) -> Client:
    client = Client()
    client.force_login(builders.member(books.organization, role))
    return client


def text(client: Client, address: str, **query: Any) -> str:
    answer = client.get(address, query)
    assert answer.status_code == 200
    return " ".join(unescape(re.sub(r"<[^>]*>", " ", answer.content.decode())).split())


@pytest.fixture(params=sorted(CASES))
def case(request: pytest.FixtureRequest) -> Case:
    return CASES[request.param]


@pytest.fixture
def invoice(books: Connection, case: Case) -> Invoice:
    made = builders.invoice(books.organization)
    log_rows.event(books, failure=case.failure, invoice=made, look_first=case.may_have_arrived)
    if case.is_there:
        at = dt.datetime(2026, 6, 17, 16, 0, tzinfo=dt.UTC)
        log_rows.link(books, made, synced_at=at)
    return made


@pytest.mark.sampled(5)
def test_log_and_opened_row_say_it(books: Connection, invoice: Invoice, case: Case) -> None:
    client, event = client_of(books), SyncEvent.objects.get()
    assert f"{case.lead} · Needs " in text(client, reverse("admin:sync_syncevent_changelist"))
    for name in ("details", "change"):
        page = text(client, reverse(f"admin:sync_syncevent_{name}", args=[event.pk]))
        assert f"The books {case.lead}" in page
    links = client.get(reverse("admin:sync_syncevent_changelist")).content.decode().count("/app/invoice?txnId=58")
    assert links == case.is_there


def test_the_invoice_says_it(books: Connection, invoice: Invoice, case: Case) -> None:
    page = text(client_of(books), reverse("admin:invoices_invoice_change", args=[invoice.pk]))
    assert f"{case.lead}: " in page
    assert ("Not in QuickBooks" in page) is case.lead.startswith("Not in QuickBooks")


def test_the_list_of_invoices_says_it(books: Connection, invoice: Invoice, case: Case) -> None:
    address = reverse("admin:invoices_invoice_changelist")
    assert case.in_list in text(client_of(books), address)
    assert case.in_list in text(client_of(books, Role.DISPATCHER), address)
    assert case.in_list not in text(client_of(books, Role.FIELD_TECH), address)


def test_a_dispatcher_reads_it(books: Connection, invoice: Invoice, case: Case) -> None:
    page = text(client_of(books, Role.DISPATCHER), reverse("admin:invoices_invoice_change", args=[invoice.pk]))
    assert case.lead in page
    assert ("Not in QuickBooks" in page) is case.lead.startswith("Not in QuickBooks")


def test_a_dismissed_change_says_it_too(books: Connection) -> None:
    made = builders.invoice(books.organization)
    log_rows.event(books, State.DISMISSED, log_rows.CLOSED, invoice=made, reason="Left as it is")
    log_rows.link(books, made, synced_at=dt.datetime(2026, 6, 17, 16, 0, tzinfo=dt.UTC))
    assert f"{AS_IT_WAS}: Closed period" in text(
        client_of(books), reverse("admin:invoices_invoice_change", args=[made.pk])
    )


def test_a_later_change_that_went_through_says_more_than_a_dismissed_one(books: Connection) -> None:
    made = builders.invoice(books.organization)
    dismissed = log_rows.event(books, State.DISMISSED, log_rows.CLOSED, invoice=made, reason="Left as it is")
    log_rows.link(books, made)
    row = {"record_id": made.pk, "label": dismissed.label, "amount": made.total}
    log_rows.event(books, State.SYNCED, None, at=log_rows.AT + dt.timedelta(hours=1), **row)
    page = text(client_of(books), reverse("admin:invoices_invoice_change", args=[made.pk]))
    assert "In QuickBooks as 1042 · $100.00 matches" in page
    assert "your change is not" not in page


@pytest.mark.parametrize(("is_there", "lead"), [(False, "Not in QuickBooks"), (True, AS_IT_WAS)])
def test_customers_say_it(books: Connection, is_there: bool, lead: str) -> None:
    customer = builders.customer(books.organization)
    SyncEvent.objects.all().delete()
    refused = Failure("bad_email", Subject("customer", str(customer.pk), "M. Okafor"))
    row = {"record_type": "customer", "record_id": customer.pk}
    log_rows.event(books, failure=refused, label="Customer M. Okafor", amount=None, **row)
    if is_there:
        synced_at = dt.datetime(2026, 6, 17, 16, 0, tzinfo=dt.UTC)
        Link.objects.create(connection=books, realm_id=books.realm_id, qbo_id="7", synced_at=synced_at, **row)
    assert f"{lead} · Needs you" in text(client_of(books), reverse("admin:sync_syncevent_changelist"))


def test_many_invoices_take_as_many_queries_as_few(books: Connection) -> None:
    client, address = client_of(books), reverse("admin:invoices_invoice_changelist")
    client.get(address)

    def queries() -> int:
        with CaptureQueriesContext(database) as found:
            client.get(address)
        return len(found)

    for _ in range(2):
        log_rows.event(books, invoice=builders.invoice(books.organization))
    few = queries()
    for _ in range(12):
        log_rows.event(books, invoice=builders.invoice(books.organization))
    assert queries() == few

"""Whatever is put into an address or a field, the answer is readable and nothing is lost.

With RUN_SLOW=1, as in the gate, every address gets every kind of id and every list every parameter; otherwise they take
turns. CLUMSY_SHARE: how many values each field gets.
"""

from __future__ import annotations

import os

import pytest
from django.test import Client
from django.urls import reverse

from qbo.failures import Failure, Subject
from qbo.models import Connection
from runacall.invoices.models import Invoice
from sync.models import State
from tests import builders, log_rows
from tests.journeys.clumsiness import Walk
from tests.on_postgres import only_from_outside, run_on_postgres

ALL = bool(os.environ.get("RUN_SLOW"))
pytestmark = pytest.mark.timeout(600)


@pytest.fixture
def books(db: None) -> Connection:
    return log_rows.shop_with_books()


@pytest.fixture
def invoice(books: Connection) -> Invoice:
    made = builders.invoice(books.organization, lines=[builders.line(rates=[builders.rate(books.organization)])])
    builders.item(books.organization, "Capacitor 35/5", category=builders.category(books.organization))
    log_rows.event(books, State.FAILED, Failure("validation", Subject("invoice", str(made.pk), "x")), invoice=made)
    return made


@pytest.fixture
def walk(books: Connection) -> Walk:
    owner = builders.member(books.organization)
    client = Client(raise_request_exception=True)
    return Walk(client, owner, share=int(os.environ.get("CLUMSY_SHARE", "1")), **({} if ALL else {"ids": 1}))


def pages_of(invoice: Invoice) -> list[str]:
    """Those with a form of their own, with what is there."""
    line = invoice.lines.first()
    assert line is not None
    records = {
        "invoices_invoice": invoice.pk,
        "invoices_customer": invoice.customer_id,
        "invoices_pricebookitem": builders.item(invoice.organization, "Filter").pk,
        "invoices_pricebookcategory": builders.category(invoice.organization, "Filters").pk,
        "invoices_taxrate": builders.rate(invoice.organization, "Other 5", "5").pk,
    }
    settings = [reverse(f"qbo:{name}") for name in ("status", "tax", "items", "invoices", "disconnect")]
    lists = [reverse(f"admin:{name}_changelist") for name in records]
    changes = [reverse(f"admin:{name}_change", args=[pk]) for name, pk in records.items()]
    new = [reverse(f"admin:{name}_add") for name in records]
    return [reverse("admin:sync_syncevent_changelist"), *settings, *lists, *changes, *new]


def test_no_address_breaks(walk: Walk, invoice: Invoice) -> None:
    walk.addresses()
    assert walk.broken == {}
    assert walk.requests > (500 if ALL else 250)


def test_no_query_breaks(walk: Walk, invoice: Invoice) -> None:
    lists = [page for page in pages_of(invoice) if "change" not in page and "add" not in page]
    walk.queries(lists, every=1 if ALL else 8)
    assert walk.broken == {}


def test_no_form_breaks(walk: Walk, invoice: Invoice) -> None:
    walk.forms(pages_of(invoice)[:: 1 if ALL else 5])
    assert walk.broken == {}
    assert walk.requests > (200 if ALL else 30)


@pytest.mark.slow
@pytest.mark.postgresql
@pytest.mark.timeout(900)
@only_from_outside
def test_the_same_on_postgresql() -> None:
    """Again on the stricter database: about NUL, lengths, and numbers that are too large."""
    run_on_postgres(__file__, only="breaks", timeout=850)

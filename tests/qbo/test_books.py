"""Comparing our invoices with the rows of the books, as values."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from qbo.mapping.comparing import COMPARED, Comparison, Wanted, compare
from qbo.mapping.marks import mark
from runacall.invoices.documents import Address, CustomerDocument, InvoiceDocument

OKAFOR = CustomerDocument(7, 1, "M. Okafor", "", "", "", False, "", Address(), Address())
DAY = dt.date(2026, 6, 18)


def invoice(invoice_id: int = 1, **changes: Any) -> InvoiceDocument:
    fields: dict[str, Any] = {
        "id": invoice_id,
        "organization_id": 1,
        "number": str(1000 + invoice_id),
        "status": "sent",
        "customer": OKAFOR,
        "invoice_date": DAY,
        "posting_date": None,
        "books_date": DAY,
        "due_date": None,
        "terms": "",
        "lines": (),
        "discount": Decimal(0),
        "discount_name": "",
        "subtotal": Decimal("100.00"),
        "tax_total": Decimal("7.25"),
        "total": Decimal("107.25"),
        "amount_paid": Decimal(0),
        "customer_note": "",
        "internal_note": "",
        "billing": Address(),
        "service": Address(),
        "is_void": False,
        "is_deleted": False,
        "is_draft": False,
        "updated_at": dt.datetime(2026, 6, 18, tzinfo=dt.UTC),
    }
    return InvoiceDocument(**(fields | changes))


def row(ours: InvoiceDocument, qbo_id: str = "145", **changes: Any) -> dict[str, Any]:
    """The books' row of it, as it ought to be."""
    fields = {
        "Id": qbo_id,
        "DocNumber": ours.number,
        "TxnDate": "2026-06-18",
        "TotalAmt": Decimal("107.25"),
        "TxnTaxDetail": {"TotalTax": Decimal("7.25")},
        "PrivateNote": f"{mark(ours)}\nGate code 1234",
        "CustomerRef": {"value": "58", "name": "M. Okafor"},
    }
    return fields | changes


def compared(ours: InvoiceDocument, *rows: dict[str, Any], **known: Any) -> Comparison:
    return compare([Wanted(ours, **{"number": ours.number, **known})], rows)


def test_an_invoice_that_is_there_once_matches() -> None:
    assert compared(invoice(), row(invoice())).matched == [invoice().id]


def test_one_that_is_not_there_is_missing() -> None:
    found = compared(invoice(), row(invoice(2), "146"))
    assert found.missing == [invoice()]
    assert not found.agrees


def test_a_second_row_of_our_mark_is_a_twin() -> None:
    found = compared(invoice(), row(invoice()), row(invoice(), "146"))
    assert found.twice[0].qbo_ids == ("145", "146")
    assert not found.agrees


def test_a_second_row_without_the_mark_is_a_twin_where_all_else_is_alike() -> None:
    blank = row(invoice(), "146", PrivateNote="")
    assert compared(invoice(), row(invoice()), blank).twice
    assert not compared(invoice(), row(invoice()), blank | {"TotalAmt": 5}).twice
    stranger = blank | {"CustomerRef": {"value": "1", "name": "Amy's Bird Sanctuary"}}
    assert not compared(invoice(), row(invoice()), stranger).twice


def test_a_row_that_two_pages_both_hold_is_one() -> None:
    assert compared(invoice(), row(invoice()), row(invoice())).agrees


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("total", {"TotalAmt": Decimal("107.26")}),
        ("tax", {"TxnTaxDetail": {"TotalTax": Decimal("7.24")}}),
        ("tax", {"TxnTaxDetail": {}}),
        ("date", {"TxnDate": "2026-06-17"}),
        ("number", {"DocNumber": "1002"}),
    ],
)
def test_a_difference_is_named(field: str, changes: dict[str, Any]) -> None:
    found = compared(invoice(), row(invoice(), **changes))
    assert list(found.different[0].fields) == [field]
    assert not found.agrees


def test_the_date_is_that_of_the_books() -> None:
    moved = invoice(posting_date=dt.date(2026, 7, 1), books_date=dt.date(2026, 7, 1))
    assert compared(moved, row(moved)).different
    assert compared(moved, row(moved, TxnDate="2026-07-01")).agrees


def test_a_number_that_quickbooks_chose_is_its_own_affair() -> None:
    assert compared(invoice(), row(invoice(), DocNumber="2001"), number="").agrees


def test_an_accepted_difference_stands_apart() -> None:
    found = compared(invoice(), row(invoice(), TotalAmt=Decimal("107.24")), accepted=True)
    assert found.agrees
    assert found.accepted[0].fields == {"total": ("107.25", "107.24")}
    assert found.checked == 1


def test_without_a_mark_number_and_customer_tell() -> None:
    bare = row(invoice(), PrivateNote="")
    assert compared(invoice(), bare).agrees
    renamed = bare | {"CustomerRef": {"value": "58", "name": "Okafor, M."}}
    assert compared(invoice(), renamed).missing
    assert compared(invoice(), renamed, customer_id="58").agrees


def test_a_void_invoice_is_nothing_there_or_not_there() -> None:
    void = invoice(is_void=True, status="void")
    zero = {"TotalAmt": 0, "TxnTaxDetail": {"TotalTax": 0}}
    assert compared(void, row(void, **zero, PrivateNote=f"Voided - {mark(void)}")).agrees
    assert compared(void, row(void, **zero, PrivateNote="Voided")).agrees
    assert compared(void, row(void)).different
    assert compared(void).checked == 0


def test_one_voided_there_only_is_different() -> None:
    found = compared(invoice(), row(invoice(), TotalAmt=0, TxnTaxDetail={"TotalTax": 0}))
    assert set(found.different[0].fields) == {"total", "tax"}


def test_another_shops_mark_is_not_ours() -> None:
    assert compared(invoice(), row(invoice(organization_id=2), DocNumber="9")).missing


class Watched(dict):  # type: ignore[type-arg]
    """A row that notes which of its fields are read."""

    read: set[str]

    def get(self, name: str, *default: Any) -> Any:
        self.read.add(name)
        return super().get(name, *default)

    def __getitem__(self, name: str) -> Any:
        self.read.add(name)
        return super().__getitem__(name)


@pytest.mark.parametrize("qbo_id", ["", "7"])
@pytest.mark.parametrize("void", [False, True])
def test_no_field_is_compared_that_a_long_comparison_does_not_keep(qbo_id: str, void: bool) -> None:
    one = invoice(is_void=void)
    rows = [Watched(row(one, Id="7")), Watched(row(one, Id="8"))]
    Watched.read = set()
    compare([Wanted(one, number=one.number, qbo_id=qbo_id)], rows)
    compare([Wanted(one, number=one.number, qbo_id=qbo_id)], rows[:1])
    assert {"Id", "DocNumber", "TotalAmt"} <= Watched.read
    assert Watched.read <= COMPARED

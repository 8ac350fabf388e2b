"""What we know would fail, before any call."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from qbo.mapping.base import Base
from qbo.mapping.book import Choices, Company, MappingBook, Ref, TransactionRef
from qbo.mapping.planning import plan_invoice
from qbo.mapping.preflight import check_invoice, number_taken
from runacall.invoices.documents import InvoiceDocument
from tests.qbo.documents import BOOK, COUNTY, STATE, book, invoice, line


def codes(document: InvoiceDocument, there: MappingBook) -> list[str]:
    plan = plan_invoice(document, there)
    assert plan.write
    taken = number_taken(document, plan, there)
    return [failure.code for failure in (*check_invoice(document, plan, there), *([taken] if taken else []))]


def test_nothing_stands_in_the_way() -> None:
    assert codes(invoice(), BOOK) == []


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("tax_code_not_mapped", {"tax_mappings": {}}),
        ("tax_code_not_mapped", {"tax_codes": {"2": Ref("2", active=False)}}),
        ("tax_not_enabled", {"company": Company(using_sales_tax=False)}),
        ("tax_not_enabled", {"company": Company(partner_tax_enabled=False)}),
        ("item_not_found", {"items": {}}),
        ("item_not_found", {"items": {11: Ref("4", active=False)}}),
        ("item_is_category", {"items": {11: Ref("4", type="Category")}}),
        ("account_inactive", {"accounts": {"1": Ref("1", "Services (deleted)", active=False)}}),
        ("customer_not_found", {"customers": {}}),
        ("customer_not_found", {"customers": {5: Ref("58", active=False)}}),
        ("closed_period", {"company": Company(closing_date=dt.date(2026, 6, 17))}),
        ("duplicate_doc_number", {"taken_numbers": {"1842": "77"}}),
        ("record_deleted_there", {"invoices": {9: TransactionRef("301", "0", gone=True)}}),
    ],
)
def test_each_gap_has_its_code(code: str, fields: dict[str, Any]) -> None:
    assert codes(invoice(), book(**fields)) == [code]


def test_the_day_after_the_closing_date_is_open() -> None:
    assert codes(invoice(day=dt.date(2026, 6, 1)), BOOK) == []
    assert codes(invoice(day=dt.date(2026, 5, 31)), BOOK) == ["closed_period"]


def test_what_stands_in_a_closed_period_can_be_neither_moved_out_nor_voided() -> None:
    there = book(invoices={9: TransactionRef("301", "0", txn_date=dt.date(2026, 5, 12), base=Base())})
    assert codes(invoice(), there) == ["closed_period"]
    assert codes(invoice(is_void=True), there) == ["closed_period"]


def test_two_taxed_sets_on_one_us_invoice_do_not_go() -> None:
    lines = (line(), line(rates=(STATE, COUNTY)))
    mapped = book(tax_mappings={"3": "2", "3+7": "2"})
    assert codes(invoice(lines=lines), mapped) == ["mixed_tax_rates"]


def test_every_gap_is_named_not_only_the_first() -> None:
    lines = (line(), line(rates=(COUNTY,)))
    assert codes(invoice(lines=lines), book(tax_mappings={})).count("tax_code_not_mapped") == 2


def test_the_default_for_unmapped_fills_a_gap() -> None:
    there = book(tax_mappings={}, choices=Choices(default_tax_code_id="2"))
    assert codes(invoice(), there) == []


def test_an_untaxed_invoice_needs_neither_code_nor_sales_tax() -> None:
    plain = invoice(lines=(line(rates=()),), tax_total=Decimal(0))
    assert codes(plain, book(tax_mappings={}, company=Company(using_sales_tax=False))) == []


def test_a_one_off_line_needs_its_product() -> None:
    plain = invoice(lines=(line(item=None),))
    assert codes(plain, BOOK) == []
    assert codes(plain, book(one_off_item=None)) == ["one_off_item_missing"]


def test_a_number_of_ours_that_is_ours_is_not_taken() -> None:
    there = book(invoices={9: TransactionRef("301", "0", base=Base())}, taken_numbers={"1842": "301"})
    assert codes(invoice(), there) == []


def test_a_long_number_is_stopped_only_where_it_is_sent() -> None:
    long = invoice(number="X" * 22)
    assert codes(long, BOOK) == ["number_too_long"]
    ours_off, theirs_on = Choices(send_numbers=False), Company(custom_numbers=False)
    assert codes(long, book(choices=ours_off, company=theirs_on)) == []


def test_a_new_invoice_that_nobody_would_number_does_not_go() -> None:
    """Run a Call's numbers are off, and the company numbers by hand; what is there already has its number."""
    off = Choices(send_numbers=False)
    assert codes(invoice(), book(choices=off)) == ["numbering_by_hand"]
    assert codes(invoice(), book(choices=off, company=Company(custom_numbers=False))) == []
    assert codes(invoice(), book(choices=off, invoices={9: TransactionRef("301", "0", base=Base())})) == []


def test_an_inactive_product_is_not_called_missing() -> None:
    inactive = Ref("4", "Capacitor 35/5 (deleted)", active=False)
    assert codes(invoice(), book(items={11: inactive})) == ["item_inactive"]
    name = invoice().lines[0].item.name  # type: ignore[union-attr]
    assert codes(invoice(), book(items={}, inactive_items={name.casefold(): inactive})) == ["item_inactive"]
    lost = Ref("4", active=False)  # the list no longer holds it
    assert codes(invoice(), book(items={11: lost})) == ["item_not_found"]


def test_discounts_have_to_be_allowed_there() -> None:
    reduced = invoice(discount=Decimal("5.00"))
    assert codes(reduced, book(company=Company(allow_discount=False))) == ["discount_not_enabled"]


def test_a_void_waits_for_its_payments() -> None:
    row = {"LinkedTxn": [{"TxnId": "7", "TxnType": "Payment"}]}
    there = book(invoices={9: TransactionRef("301", "0", base=Base(row=row))})
    assert codes(invoice(is_void=True), there) == ["void_has_payments"]

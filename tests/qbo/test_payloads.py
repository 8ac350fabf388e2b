"""What is sent to QuickBooks for a document."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest

from qbo.connection.client import decode, encode
from qbo.mapping.book import Choices, Company, Ref
from qbo.mapping.marks import is_marked, mark
from qbo.mapping.payloads import customer_payload, invoice_payload, item_payload
from tests.qbo.documents import BOOK, COUNTY, CUSTOMER, ITEM, STATE, book, invoice, line


def test_a_us_invoice_says_taxed_or_not_on_lines_and_the_code_once_with_our_tax() -> None:
    sent = invoice_payload(invoice(lines=(line(), line(rates=()))), BOOK)
    assert [one["SalesItemLineDetail"]["TaxCodeRef"]["value"] for one in sent["Line"]] == ["TAX", "NON"]
    assert sent["TxnTaxDetail"] == {"TxnTaxCodeRef": {"value": "2"}, "TotalTax": Decimal("6.75")}
    assert "GlobalTaxCalculation" not in sent


def test_elsewhere_each_line_has_its_code() -> None:
    there = book(company=Company(country="CA"))
    sent = invoice_payload(invoice(), there)
    assert sent["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "2"}
    assert sent["GlobalTaxCalculation"] == "TaxExcluded"
    assert "TxnTaxDetail" not in sent


def test_several_rates_on_a_line_are_one_mapping_key() -> None:
    both = line(rates=(STATE, COUNTY))
    sent = invoice_payload(invoice(lines=(both,)), book(tax_mappings={"3+7": "2"}))
    assert sent["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "2"}


def test_a_gap_says_what_is_missing() -> None:
    sent = invoice_payload(invoice(), book(tax_mappings={}))
    assert sent["TxnTaxDetail"]["TxnTaxCodeRef"] == {"value": "no code for 'State 6.75'"}


def test_an_amount_that_is_not_the_product_goes_without_quantity_and_price() -> None:
    sent = invoice_payload(invoice(lines=(line(amount=Decimal("99.00")),)), BOOK)
    assert "Qty" not in sent["Line"][0]["SalesItemLineDetail"]


def test_a_discount_is_a_positive_line_of_its_own() -> None:
    sent = invoice_payload(invoice(discount=Decimal("5.00"), discount_name="Member savings"), BOOK)
    assert sent["Line"][-1]["DetailType"] == "DiscountLineDetail"
    assert (sent["Line"][-1]["Amount"], sent["Line"][-1]["Description"]) == (Decimal("5.00"), "Member savings")
    assert sent["ApplyTaxAfterDiscount"] is True


def test_internal_notes_stay_internal_and_the_mark_comes_first() -> None:
    sent = invoice_payload(invoice(internal_note="gate code 1234", customer_note="Thank you"), BOOK)
    assert sent["PrivateNote"].splitlines() == [mark(invoice()), "gate code 1234"]
    assert sent["CustomerMemo"] == {"value": "Thank you"}


def test_the_date_is_that_of_the_books() -> None:
    moved = invoice(books_date=dt.date(2026, 7, 1), posting_date=dt.date(2026, 7, 1))
    assert invoice_payload(moved, BOOK)["TxnDate"] == "2026-07-01"


def test_the_mark_of_another_shops_invoice_is_not_ours() -> None:
    """Two shops may share a company, and each has an invoice with that id."""
    assert is_marked(mark(invoice()), invoice(number="renumbered"))
    assert not is_marked(mark(invoice(organization_id=2)), invoice())
    assert not is_marked(mark(invoice(id=99)), invoice())


def test_numbers_are_sent_only_where_staff_want_it() -> None:
    assert invoice_payload(invoice(), BOOK)["DocNumber"] == "1842"
    assert "DocNumber" not in invoice_payload(invoice(), book(choices=Choices(send_numbers=False)))


def test_the_terms_are_matched_by_name() -> None:
    assert invoice_payload(invoice(terms=" net 30"), BOOK)["SalesTermRef"] == {"value": "3"}
    assert "SalesTermRef" not in invoice_payload(invoice(terms="Net 45"), BOOK)


def test_a_new_customer_takes_an_acceptable_name() -> None:
    sent = customer_payload(replace(CUSTOMER, display_name="Rob:Barnett"))
    assert sent["DisplayName"] == "Rob - Barnett (5)"


def test_a_new_item_earns_into_its_categorys_account() -> None:
    there = book(account_mappings={2: "9", None: "1"}, accounts={"9": Ref("9", "Parts")})
    assert item_payload(ITEM, there)["IncomeAccountRef"] == {"value": "9"}
    without = replace(ITEM, category_id=None)
    assert item_payload(without, book(account_mappings={2: "9"}))["IncomeAccountRef"] == {"value": "1"}


def test_money_goes_out_digit_for_digit() -> None:
    assert encode({"a": Decimal("349.75"), "b": Decimal("0.10"), "c": Decimal("100")}) == '{"a":349.75,"b":0.1,"c":100}'
    assert decode('{"a": 349.10}')["a"] == Decimal("349.10")


@pytest.mark.parametrize("value", [Decimal("NaN"), Decimal("1234567890123456.78")])
def test_a_number_that_would_change_on_the_way_is_refused(value: Decimal) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        encode({"a": value})

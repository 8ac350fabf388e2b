"""What came back compared with what was sent: to the cent and the day, with the same number."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from sync.engine.send.sent_items import SentItem, There, difference

ITEM = SentItem(
    event_id=1,
    record_type="invoice",
    record_id=9,
    entity="Invoice",
    operation="create",
    options="",
    total="106.75",
    tax="6.75",
    txn_date="2026-06-17",
    number="1842",
)
ROW = {
    "Id": "145",
    "TotalAmt": Decimal("106.75"),
    "TxnTaxDetail": {"TotalTax": Decimal("6.75")},
    "TxnDate": "2026-06-17",
    "DocNumber": "1842",
}


def test_what_came_back_alike_is_no_difference() -> None:
    assert difference(ITEM, There.of(ROW)) is None


@pytest.mark.parametrize(
    ("field", "changes", "theirs"),
    [
        ("total", {"TotalAmt": Decimal("106.76")}, "106.76"),
        ("tax", {"TxnTaxDetail": {"TotalTax": Decimal("6.74")}}, "6.74"),
        ("date", {"TxnDate": "2026-06-18"}, "2026-06-18"),
        ("number", {"DocNumber": "1843"}, "1843"),
        ("number", {"DocNumber": None}, ""),
    ],
)
def test_each_field_that_came_back_otherwise_is_named(field: str, changes: dict[str, Any], theirs: str) -> None:
    found = difference(ITEM, There.of(ROW | changes))
    assert found
    assert found.code == "total_differs"
    assert found.facts["fields"] == field
    assert found.facts[f"their_{field}"] == theirs


def test_a_number_that_quickbooks_chose_is_its_own_affair() -> None:
    assert difference(replace(ITEM, number=""), There.of(ROW | {"DocNumber": "2001"})) is None


def test_tax_that_was_dropped_without_a_word_means_that_sales_tax_is_off() -> None:
    found = difference(ITEM, There.of(ROW | {"TotalAmt": 100, "TxnTaxDetail": None}))
    assert found
    assert found.code == "tax_not_enabled"


def test_what_was_to_be_taken_away_is_not_compared() -> None:
    assert difference(replace(ITEM, options="void"), There.of(ROW | {"TotalAmt": 0})) is None
    assert difference(replace(ITEM, operation="delete"), There.of({"Id": "145"})) is None

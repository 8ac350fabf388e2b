"""Which QuickBooks customer or product matches one of ours."""

from dataclasses import replace
from typing import Any

from qbo.mapping.book import Ref
from qbo.mapping.matching import Holder, Match, match_customer, match_item
from tests.qbo.documents import CUSTOMER, ITEM


def row(name: str = "M. Okafor", email: str = "m@example.com", **more: Any) -> dict[str, Any]:
    return {"Id": "58", "DisplayName": name, "PrimaryEmailAddr": {"Address": email}, "Active": True, **more}


def match(*rows: dict[str, Any], held: dict[str, int] | None = None, others: dict[str, Holder] | None = None) -> Match:
    return match_customer(CUSTOMER, rows, held=held or {}, other_holders=others or {})


def test_same_name_and_email_is_linked_whatever_the_case() -> None:
    assert match(row("m. OKAFOR ", "M@Example.com")).row


def test_the_same_name_with_another_email_is_for_a_person() -> None:
    found = match(row(email="other@example.com"))
    assert found.failure
    assert found.failure.code == "name_taken"


def test_a_deleted_one_is_no_match() -> None:
    assert match(row(Active=False)) == Match()


def test_a_name_that_another_of_ours_holds_is_taken() -> None:
    assert match(row(), held={"58": 6}) == Match(taken=True)


def test_a_name_that_a_vendor_holds_is_for_a_person() -> None:
    found = match(others={"m. okafor": Holder("Vendor", "9")})
    assert found.failure
    assert found.failure.facts["holder"] == "a vendor"


def test_what_was_created_under_a_changed_name_is_known_again() -> None:
    assert match(row(), row("M. Okafor (5)", Id="60"), held={"58": 6}).row


def test_an_item_is_linked_by_exact_name_whatever_the_price() -> None:
    there = {"capacitor 35/5": [Ref("4", "Capacitor 35/5", type="Service")]}
    assert match_item(ITEM, there, held={}).row
    assert match_item(replace(ITEM, name="Capacitor"), there, held={}) == Match()


def test_a_category_is_no_product_and_takes_the_name() -> None:
    there = {"capacitor 35/5": [Ref("4", "Capacitor 35/5", type="Category")]}
    assert match_item(ITEM, there, held={}) == Match(taken=True)

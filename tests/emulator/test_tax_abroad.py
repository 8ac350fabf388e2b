"""Tax outside the US: of what is bought, and amounts with tax included."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice, line


@pytest.fixture
def canadian(client_of: Callable[[Emulator], Client]) -> Client:
    return client_of(Emulator(access_token=TOKEN, has_limits=False, world="canada"))


@pytest.fixture
def vendor(canadian: Client) -> dict[str, str]:
    return {"value": canadian.post("Vendor", {"DisplayName": "Maple Supply"})["Id"]}


def spent(amount: str, code: str = "", **detail: Any) -> dict[str, Any]:
    inner = {"AccountRef": {"value": "7"}, **({"TaxCodeRef": {"value": code}} if code else {}), **detail}
    name = "AccountBasedExpenseLineDetail"
    return {"Amount": Decimal(amount), "DetailType": name, name: inner}


def inner(row: dict[str, Any]) -> dict[str, Any]:
    return row["Line"][0][row["Line"][0]["DetailType"]]


def test_amounts_are_without_tax_where_tax_is_included(canadian: Client) -> None:
    # Recorded in Australia: the amount 1183 at 10 % is 1301.30 with its tax, which is the total.
    row = canadian.post("Invoice", invoice(line("1183", code="2"), GlobalTaxCalculation="TaxInclusive"))
    assert (row["TxnTaxDetail"]["TotalTax"], row["TotalAmt"]) == (Decimal("153.79"), Decimal("1336.79"))
    assert (row["Line"][0]["Amount"], inner(row)["TaxInclusiveAmt"]) == (1183, Decimal("1336.79"))
    assert row["Line"][1]["Amount"] == 1183
    excluded = canadian.post("Invoice", invoice(line("1183", code="2"), GlobalTaxCalculation="TaxExcluded"))
    assert (excluded["TotalAmt"], "TaxInclusiveAmt" in inner(excluded)) == (row["TotalAmt"], False)


def test_when_the_discount_comes_off_is_a_choice_in_the_us_alone(canadian: Client) -> None:
    row = canadian.post("Invoice", invoice(line(code="2"), GlobalTaxCalculation="TaxExcluded"))
    assert "ApplyTaxAfterDiscount" not in row


@pytest.mark.parametrize("entity", ["Bill", "VendorCredit", "Purchase", "PurchaseOrder"])
def test_what_is_bought_is_taxed_by_the_rates_for_purchases(canadian: Client, vendor: Any, entity: str) -> None:
    body = {"VendorRef": vendor, "APAccountRef": {"value": "33"}, "Line": [spent("6698.22", "2")]}
    if entity == "Purchase":
        body = {"PaymentType": "Cash", "AccountRef": {"value": "35"}, "Line": body["Line"]}
    row = canadian.post(entity, body)
    assert (row["TxnTaxDetail"]["TotalTax"], row["TotalAmt"]) == (Decimal("870.77"), Decimal("7568.99"))
    [tax] = row["TxnTaxDetail"]["TaxLine"]
    rate = canadian.read("TaxRate", tax["TaxLineDetail"]["TaxRateRef"]["value"])
    assert (rate["Name"], rate["RateValue"]) == ("HST (ITC) ON", 13)
    assert row["GlobalTaxCalculation"] == "TaxExcluded"
    if "Balance" in row:
        assert row["Balance"] == row["TotalAmt"]


def test_what_a_line_comes_to_with_tax_is_said_and_not_read(canadian: Client, vendor: Any) -> None:
    # Reported of Britain: who sent an amount with tax, and said so, was taxed on top of it.
    sent = spent("120", "2", TaxInclusiveAmt=120)
    row = canadian.post("Bill", {"VendorRef": vendor, "GlobalTaxCalculation": "TaxInclusive", "Line": [sent]})
    assert (row["TotalAmt"], inner(row)["TaxInclusiveAmt"]) == (Decimal("135.6"), Decimal("135.6"))


def test_a_purchase_without_any_code_is_out_of_scope(canadian: Client, vendor: Any) -> None:
    row = canadian.post("Bill", {"VendorRef": vendor, "Line": [spent("10")]})
    assert (row["GlobalTaxCalculation"], row["TotalAmt"]) == ("NotApplicable", 10)
    assert "TxnTaxDetail" not in row
    mixed = {"VendorRef": vendor, "Line": [spent("10", "2"), spent("10")]}
    assert "have a GST/HST rate" in canadian.fault("Bill", mixed)["Detail"]
    assert canadian.fault("Bill", {**mixed, "GlobalTaxCalculation": "None"})["code"] == "2170"


def test_tax_that_was_paid_lowers_what_is_owed_to_the_agency(canadian: Client, vendor: Any) -> None:
    canadian.post("Bill", {"VendorRef": vendor, "Line": [spent("100", "2")]})
    assert canadian.read("Account", "90")["CurrentBalance"] == 13  # a debt that has decreased
    card = {"PaymentType": "CreditCard", "AccountRef": {"value": "41"}, "Credit": True, "Line": [spent("100", "2")]}
    canadian.post("Purchase", card)
    assert canadian.read("Account", "90")["CurrentBalance"] == 0
    assert abs(canadian.read("Account", "41")["CurrentBalance"]) == 113


def test_a_new_code_has_rates_for_both_sides(canadian: Client, vendor: Any) -> None:
    rate = {"RateValue": "15", "TaxAgencyId": "1"}
    details = [{**rate, "TaxRateName": f"Fifteen {side}", "TaxApplicableOn": side} for side in ("Sales", "Purchase")]
    made = canadian.call("POST", "taxservice/taxcode", {"TaxCode": "Fifteen", "TaxRateDetails": details}).json()
    assert [one["TaxApplicableOn"] for one in made["TaxRateDetails"]] == ["Sales", "Purchase"]
    code = canadian.read("TaxCode", made["TaxCodeId"])
    ids = [
        [one["TaxRateRef"]["value"] for one in code[f"{side}TaxRateList"]["TaxRateDetail"]]
        for side in ("Sales", "Purchase")
    ]
    assert ids == [[one["TaxRateId"]] for one in made["TaxRateDetails"]]
    row = canadian.post("Bill", {"VendorRef": vendor, "Line": [spent("100", code["Id"])]})
    assert row["TotalAmt"] == 115
    details[0]["TaxApplicableOn"] = "Rent"
    wrong = canadian.call("POST", "taxservice/taxcode", {"TaxCode": "Other", "TaxRateDetails": details})
    assert wrong.json()["Fault"]["Error"][0]["code"] == "2170"

"""Several currencies in what is bought and in accounts; hours; numbers of people that are masked."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from .conftest import Client, invoice, ref

Row = dict[str, Any]
EURO = {"value": "EUR", "name": "Euro"}


@pytest.fixture
def european(sample: Client) -> Client:
    sample.do("preference", group="CurrencyPrefs", name="MultiCurrencyEnabled", value=True)
    sample.post("CompanyCurrency", {"Code": "EUR"})
    return sample


def line(name: str, **detail: Any) -> Row:
    return {"Amount": 100, "DetailType": name, name: detail}


SPENT = line("AccountBasedExpenseLineDetail", AccountRef=ref("7"))
SIDES = [
    line("JournalEntryLineDetail", PostingType=side, AccountRef=ref(key))
    for side, key in (("Debit", "35"), ("Credit", "34"))
]


# currencies


def test_what_is_bought_is_in_the_vendors_currency(european: Client) -> None:
    vendor = ref(european.post("Vendor", {"DisplayName": "Rheinwerk", "CurrencyRef": ref("EUR")})["Id"])
    bill = european.post("Bill", {"VendorRef": vendor, "Line": [SPENT], "ExchangeRate": 1.2})
    assert (bill["CurrencyRef"], bill["ExchangeRate"], bill["HomeBalance"]) == (EURO, Decimal("1.2"), 120)
    order = european.post("PurchaseOrder", {"VendorRef": vendor, "APAccountRef": ref("33"), "Line": [SPENT]})
    assert (order["CurrencyRef"], order["ExchangeRate"], "HomeBalance" in order) == (EURO, 1, False)
    dollars = {"VendorRef": vendor, "Line": [SPENT], "CurrencyRef": ref("USD")}
    assert "one foreign currency" in european.fault("Bill", dollars)["Detail"]
    spent = {"PaymentType": "Cash", "AccountRef": ref("35"), "EntityRef": {**vendor, "type": "Vendor"}, "Line": [SPENT]}
    assert european.post("Purchase", spent)["CurrencyRef"] == EURO


def test_what_is_still_open_follows_in_the_home_currency(european: Client) -> None:
    customer = european.post("Customer", {"DisplayName": "Kunde", "CurrencyRef": ref("EUR")})["Id"]
    made = european.post("Invoice", invoice(customer=customer, ExchangeRate=1.5))
    assert (made["HomeTotalAmt"], made["HomeBalance"]) == (150, 150)
    link = {"Amount": 40, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Invoice"}]}
    european.post("Payment", {"CustomerRef": ref(customer), "TotalAmt": 40, "Line": [link]})
    assert european.read("Invoice", made["Id"])["HomeBalance"] == 90
    assert "HomeBalance" not in european.post("Invoice", invoice())


def test_what_is_with_nobody_is_in_the_currency_that_was_sent(european: Client) -> None:
    made = european.post("JournalEntry", {"Line": SIDES, "CurrencyRef": ref("EUR"), "ExchangeRate": 1.1})
    assert (made["CurrencyRef"], made["ExchangeRate"]) == (EURO, Decimal("1.1"))
    assert european.post("JournalEntry", {"Line": SIDES})["CurrencyRef"]["value"] == "USD"
    assert european.fault("JournalEntry", {"Line": SIDES, "CurrencyRef": ref("CHF")})["code"] == "2220"


def test_a_rate_is_not_kept_where_there_is_one_currency(sample: Client) -> None:
    made = sample.post("Bill", {"VendorRef": ref("30"), "Line": [SPENT], "CurrencyRef": ref("USD"), "ExchangeRate": 1})
    assert ("ExchangeRate" in made, made["CurrencyRef"]["name"]) == (False, "United States Dollar")


def test_an_account_for_money_has_a_currency_of_its_own(european: Client) -> None:
    made = european.post("Account", {"Name": "Sparkasse", "AccountType": "Bank", "CurrencyRef": ref("EUR")})
    assert made["CurrencyRef"] == EURO
    assert european.post("Account", {**made, "CurrencyRef": ref("USD"), "Name": "Bank"})["CurrencyRef"] == EURO
    earned = {"Name": "Miete", "AccountType": "Income", "CurrencyRef": ref("EUR")}
    assert european.post("Account", earned)["CurrencyRef"]["value"] == "USD"


def test_a_currency_has_its_name(european: Client) -> None:
    assert european.post("CompanyCurrency", {"Code": "CHF"})["Name"] == "Swiss Franc"
    assert european.fault("CompanyCurrency", {"Code": "Franc"})["code"] == "2220"


# hours


def test_hours_name_who_worked_for_whom(sample: Client) -> None:
    worked = {"NameOf": "Employee", "EmployeeRef": ref("55"), "CustomerRef": ref("1"), "ItemRef": ref("2"), "Hours": 5}
    row = sample.post("TimeActivity", worked)
    names = [row[field]["name"] for field in ("EmployeeRef", "CustomerRef", "ItemRef")]
    assert names == ["Emily Platt", "Amy's Bird Sanctuary", "Hours"]
    said = (row["BillableStatus"], row["Taxable"], row["HourlyRate"], row["Hours"], row["Minutes"])
    assert said == ("NotBillable", False, 0, 5, 0)
    assert row["TxnDate"]


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"EmployeeRef": ref("9999")}, "2500"),
        ({"ItemRef": ref("9999")}, "2500"),
        ({"BillableStatus": "Maybe"}, "2170"),
        ({"BillableStatus": "Billable"}, "2020"),
    ],
)
def test_hours_that_are_refused(sample: Client, fields: Row, code: str) -> None:
    worked = {"NameOf": "Employee", "EmployeeRef": ref("55"), "Hours": 5}
    assert sample.fault("TimeActivity", {**worked, **fields})["code"] == code


# people


def test_numbers_of_people_are_masked(sample: Client) -> None:
    person = sample.post("Employee", {"GivenName": "Ada", "FamilyName": "Moss", "SSN": "444-55-6666"})
    assert person["SSN"] == "XXX-XX-XXXX"
    vendor = sample.post("Vendor", {"DisplayName": "Ada & Sons", "TaxIdentifier": "99-5688293"})
    assert vendor["TaxIdentifier"] == "XXXXXX8293"
    customer = sample.post("Customer", {"DisplayName": "Moss", "PrimaryTaxIdentifier": "123-45-6789"})
    assert customer["PrimaryTaxIdentifier"] == "XXXXXX56789"
    for entity, row, field in (
        ("Employee", person, "SSN"),
        ("Vendor", vendor, "TaxIdentifier"),
        ("Customer", customer, "PrimaryTaxIdentifier"),
    ):
        assert sample.post(entity, row)[field] == row[field] == sample.read(entity, row["Id"])[field]

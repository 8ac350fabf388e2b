"""Places that ask for a type of account, or for a name with it, and what else Intuit's reference requires of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qbo_emulator import Emulator

from .conftest import Client, ref

Make = Callable[[Emulator], Client]

PAYABLE, RECEIVABLE, CHECKING, SAVINGS, UNDEPOSITED, VISA, ADVERTISING = "33", "84", "35", "36", "4", "42", "7"
CUSTOMER, VENDOR, EMPLOYEE = "1", "56", "55"


def spent(account: str = ADVERTISING) -> dict[str, Any]:
    detail = {"AccountRef": ref(account)}
    return {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}


def side(posting: str, account: str, entity: tuple[str, str] | None = None) -> dict[str, Any]:
    detail: dict[str, Any] = {"PostingType": posting, "AccountRef": ref(account)}
    if entity:
        detail["Entity"] = {"Type": entity[0], "EntityRef": ref(entity[1])}
    return {"Amount": 5, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def deposited(**fields: Any) -> dict[str, Any]:
    line = {"Amount": 5, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": ref(ADVERTISING)}}
    return {"Line": [line], **fields}


@pytest.mark.parametrize(
    ("payment_type", "right", "wrong"), [("Check", CHECKING, VISA), ("CreditCard", VISA, CHECKING)]
)
def test_what_a_purchase_is_paid_with_decides_the_type_of_its_account(
    sample: Client, payment_type: str, right: str, wrong: str
) -> None:
    purchase = {"PaymentType": payment_type, "Line": [spent()]}

    refused = sample.fault("Purchase", {**purchase, "AccountRef": ref(wrong)})

    assert (refused["code"], refused["Message"]) == ("6430", "Invalid account type")
    assert refused["Detail"] == "You need to select a different type of account for this transaction."
    assert sample.post("Purchase", {**purchase, "AccountRef": ref(right)})["AccountRef"]["value"] == right


def test_a_deposit_goes_to_a_bank_account(sample: Client) -> None:
    missing = sample.fault("Deposit", deposited())
    wrong = sample.fault("Deposit", deposited(DepositToAccountRef=ref(ADVERTISING)))

    assert (missing["code"], missing["element"]) == ("2020", "DepositToAccountRef")
    assert wrong["Detail"] == "Business Validation Error: Select a bank account for this deposit."
    for account in (CHECKING, UNDEPOSITED):
        sample.post("Deposit", deposited(DepositToAccountRef=ref(account)))


@pytest.mark.parametrize(
    ("account", "kind", "entity", "other"),
    [
        (RECEIVABLE, "Accounts Receivable", ("Customer", CUSTOMER), ("Vendor", VENDOR)),
        (PAYABLE, "Accounts Payable", ("Vendor", VENDOR), ("Customer", CUSTOMER)),
    ],
)
def test_what_is_owed_in_a_journal_entry_is_somebodys(
    sample: Client, account: str, kind: str, entity: tuple[str, str], other: tuple[str, str]
) -> None:
    def entry(name: tuple[str, str] | None) -> dict[str, Any]:
        return {"Line": [side("Debit", account, name), side("Credit", CHECKING)]}

    words = f"Business Validation Error: When you use {kind}, you must choose a {entity[0].lower()} in the Name field."
    assert sample.fault("JournalEntry", entry(None))["Detail"] == words
    assert sample.fault("JournalEntry", entry(other))["Detail"] == words
    sample.post("JournalEntry", entry(entity))


def test_a_journal_entry_has_two_lines(sample: Client) -> None:
    words = "Business Validation Error: Fill out at least two detail lines to continue."
    assert sample.fault("JournalEntry", {"Line": [side("Debit", CHECKING)]})["Detail"] == words


def test_a_bill_is_spent_on_something_else_than_payables(sample: Client) -> None:
    words = "Business Validation Error: You can't use an Accounts Payable account on the detail portion of a Bill."
    assert sample.fault("Bill", {"VendorRef": ref(VENDOR), "Line": [spent(PAYABLE)]})["Detail"] == words


@pytest.mark.parametrize(
    ("kind", "source", "target"),
    [("Transfer", "FromAccountRef", "ToAccountRef"), ("CreditCardPayment", "BankAccountRef", "CreditCardAccountRef")],
)
def test_a_transfer_has_both_its_accounts(sample: Client, kind: str, source: str, target: str) -> None:
    whole = {"Amount": 5, source: ref(CHECKING), target: ref(VISA)}

    for name in (source, target):
        refused = sample.fault(kind, {field: value for field, value in whole.items() if field != name})
        assert (refused["code"], refused["element"]) == ("2020", name)
    [made] = [row for row in sample.call("POST", kind.lower(), whole).json().values() if isinstance(row, dict)]
    assert made[target]["value"] == VISA


def test_a_transfer_goes_to_another_account(sample: Client) -> None:
    refused = sample.fault("Transfer", {"Amount": 5, "FromAccountRef": ref(SAVINGS), "ToAccountRef": ref(SAVINGS)})

    assert refused["code"] == "6000"
    assert refused["Detail"] == "Business Validation Error: You need to choose a different account for the transfer."


def test_without_the_switch_every_account_will_do(sample: Client) -> None:
    sample.do("switch", name="account_types_checked", value=False)

    sample.post("Purchase", {"PaymentType": "Check", "AccountRef": ref(VISA), "Line": [spent()]})
    sample.post("Bill", {"VendorRef": ref(VENDOR), "Line": [spent(PAYABLE)]})
    sample.post("JournalEntry", {"Line": [side("Debit", RECEIVABLE), side("Credit", CHECKING)]})


def test_time_is_an_employees_or_a_vendors(sample: Client) -> None:
    worked = {"Hours": 1, "Minutes": 0}

    assert sample.fault("TimeActivity", worked)["element"] == "NameOf"
    assert sample.fault("TimeActivity", {**worked, "NameOf": "Friend"})["code"] == "2170"
    assert sample.fault("TimeActivity", {**worked, "NameOf": "Employee"})["element"] == "EmployeeRef"
    assert sample.fault("TimeActivity", {**worked, "NameOf": "Vendor", "EmployeeRef": ref(EMPLOYEE)})["element"] == (
        "VendorRef"
    )
    sample.post("TimeActivity", {**worked, "NameOf": "Employee", "EmployeeRef": ref(EMPLOYEE)})


@pytest.mark.parametrize("address", ["example.com", "http://", "ftp://example.com"])
def test_a_web_address_begins_with_its_protocol(sample: Client, address: str) -> None:
    refused = sample.fault("Customer", {"DisplayName": "Webby", "WebAddr": {"URI": address}})

    assert (refused["code"], refused["element"]) == ("2200", "WebAddr")
    assert refused["Detail"].endswith(f"Supplied value:{address}")
    sample.post("Customer", {"DisplayName": "Webby", "WebAddr": {"URI": "https://example.com/us"}})


def test_an_upload_is_a_multipart_form(books: Client) -> None:
    answer = books.call("POST", "upload", {"FileName": "notes.txt"})

    fault = answer.json()["Fault"]["Error"][0]
    assert (answer.status_code, fault["code"]) == (400, "500")
    assert fault["Detail"] == "Operation Cannot consume content type is not supported."

"""Budgets; terms, which are checked as a whole; templates and card payments as clients of 2026 meet them."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Client, line, ref

Row = dict[str, Any]


def budget(**more: Any) -> Row:
    detail = {"BudgetDate": "2026-01-01", "Amount": 100, "AccountRef": ref("7"), "CustomerRef": ref("1")}
    period = {"StartDate": "2026-01-01", "EndDate": "2026-12-31", "BudgetEntryType": "Monthly"}
    return {"Name": "2026", "BudgetType": "ProfitAndLoss", **period, "BudgetDetail": [detail], **more}


def test_a_budget_is_created_changed_and_deleted(sample: Client) -> None:
    made = sample.post("Budget", budget())
    [detail] = made["BudgetDetail"]
    assert (made["Active"], made["SyncToken"], detail["AccountRef"]["name"]) == (True, "0", "Advertising")
    assert detail["CustomerRef"]["name"] == "Amy's Bird Sanctuary"
    named = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Name": "Next"}
    assert sample.post("Budget", named)["BudgetDetail"] == made["BudgetDetail"]
    assert [row["Name"] for row in sample.query("select * from Budget")["Budget"]] == ["Next"]
    gone = sample.post("Budget", {"Id": made["Id"], "SyncToken": "1"}, operation="delete")
    assert gone["status"] == "Deleted"
    assert "Budget" not in sample.query("select * from Budget")


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"Name": ""}, "6000"),
        ({"BudgetType": "CashFlow"}, "2170"),
        ({"BudgetDetail": [{"Amount": 1}]}, "2020"),
        ({"BudgetDetail": [{"Amount": 1, "AccountRef": ref("999")}]}, "2500"),
        ({"BudgetDetail": "1"}, "2010"),
    ],
)
def test_a_budget_that_is_refused(sample: Client, more: Row, code: str) -> None:
    assert sample.fault("Budget", budget(**more))["code"] == code


def test_a_budget_wants_its_name_in_every_change(sample: Client) -> None:
    made = sample.post("Budget", budget())
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Active": False}
    assert sample.fault("Budget", change)["code"] == "6000"


def test_a_term_says_its_days_in_every_change(sample: Client) -> None:
    made = sample.post("Term", {"Name": "Net 9", "DueDays": 9})
    change = {"Id": made["Id"], "SyncToken": "0", "sparse": True, "Name": "Net nine"}
    assert sample.fault("Term", change)["element"] == "DayOfMonthDue"
    assert sample.post("Term", {**change, "DueDays": 9})["Name"] == "Net nine"


def test_the_type_of_a_template_is_taken_in_any_case(sample: Client) -> None:
    info = {"Name": "Rent", "RecurType": "Unscheduled"}
    made = sample.call(
        "POST",
        "recurringtransaction",
        {"Invoice": {"CustomerRef": ref("1"), "Line": [line(item="1")], "RecurringInfo": info}},
    )
    assert made.json()["RecurringTransaction"]["Invoice"]["RecurringInfo"]["RecurType"] == "UnScheduled"


def test_a_card_payment_has_an_amount_and_no_total(sample: Client) -> None:
    made = sample.call(
        "POST", "creditcardpayment", {"CreditCardAccountRef": ref("41"), "BankAccountRef": ref("35"), "Amount": 10}
    )
    row = made.json()["CreditCardPaymentTxn"]
    assert (row["Amount"], "TotalAmt" in row) == (10, False)


def test_a_vendor_has_no_notes(sample: Client) -> None:
    assert "Notes" not in sample.post("Vendor", {"DisplayName": "Noted", "Notes": "Calls on Mondays"})
    assert sample.post("Customer", {"DisplayName": "Known", "Notes": "Calls"})["Notes"] == "Calls"

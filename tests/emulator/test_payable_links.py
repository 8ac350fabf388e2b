"""What bill payments link, and what is taken and dropped, as a public client has measured it in sandbox companies."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice

Row = dict[str, Any]


def ref(key: str, **more: str) -> Row:
    return {"value": key, **more}


def spent(amount: float = 10, account: str = "7") -> Row:
    detail = {"AccountRef": ref(account)}
    return {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}


def bill(client: Client, amount: float = 10) -> str:
    key: str = client.post("Bill", {"VendorRef": ref("30"), "Line": [spent(amount)]})["Id"]
    return key


def link(kind: str, key: str, amount: float = 10) -> Row:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": key, "TxnType": kind}]}


def paying(*lines: Row, total: float = 10, **more: Any) -> Row:
    check = {"PayType": "Check", "CheckPayment": {"BankAccountRef": ref("35")}}
    return {"VendorRef": ref("30"), **check, "TotalAmt": total, "Line": list(lines), **more}


def entry(client: Client, side: str, amount: float = 10, vendor: str = "30") -> str:
    owner = {"Type": "Vendor", "EntityRef": ref(vendor)}
    other = "Credit" if side == "Debit" else "Debit"
    details = [
        {"PostingType": side, "AccountRef": ref("33"), "Entity": owner},
        {"PostingType": other, "AccountRef": ref("35")},
    ]
    lines = [
        {"Amount": amount, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": one} for one in details
    ]
    key: str = client.post("JournalEntry", {"Line": lines})["Id"]
    return key


UNPRINTED = {"PrintStatus": "NotSet"}


def test_an_entry_that_the_vendor_owes_pays_a_bill(sample: Client) -> None:
    owed, credit = bill(sample), entry(sample, "Debit")
    lines = (link("Bill", owed), link("JournalEntry", credit))
    made = sample.post("BillPayment", paying(*lines, total=0, CheckPayment=UNPRINTED))
    assert (made["TotalAmt"], made["CheckPayment"], len(made["Line"])) == (0, UNPRINTED, 2)
    assert sample.read("Bill", owed)["Balance"] == 0
    again = paying(link("Bill", bill(sample)), link("JournalEntry", credit), total=0, CheckPayment=UNPRINTED)
    assert "open balance" in sample.fault("BillPayment", again)["Detail"]
    sample.post("BillPayment", {"Id": made["Id"], "SyncToken": "0"}, operation="delete")
    assert sample.read("Bill", owed)["Balance"] == 10


def test_an_entry_and_a_deposit_that_are_owed_to_the_vendor_are_paid(sample: Client) -> None:
    detail = {"AccountRef": ref("33"), "Entity": ref("30", type="VENDOR")}
    line = {"Amount": 5, "DetailType": "DepositLineDetail", "DepositLineDetail": detail}
    refund = sample.post("Deposit", {"DepositToAccountRef": ref("35"), "Line": [line]})["Id"]
    lines = (link("JournalEntry", entry(sample, "Credit")), link("Deposit", refund, 5))
    assert sample.fault("BillPayment", paying(*lines, total=14))["code"] == "6000"
    assert sample.post("BillPayment", paying(*lines, total=15))["TotalAmt"] == 15


@pytest.mark.parametrize("vendor", ["31", "30"])
def test_an_entry_of_another_vendor_or_none_pays_nothing(sample: Client, vendor: str) -> None:
    key = entry(sample, "Debit", vendor="31") if vendor == "31" else "99999"
    lines = (link("Bill", bill(sample)), link("JournalEntry", key))
    assert sample.fault("BillPayment", paying(*lines, total=0))["code"] == "6000"


def test_links_to_expenses_are_dropped(sample: Client) -> None:
    owed = bill(sample)
    expense = {"PaymentType": "Check", "AccountRef": ref("35"), "EntityRef": ref("30", type="Vendor")}
    spent_on = sample.post("Purchase", {**expense, "Line": [spent(account="33")]})["Id"]
    lines = (link("Bill", owed), link("Purchase", spent_on))
    assert sample.fault("BillPayment", paying(*lines, total=0, CheckPayment=UNPRINTED))["code"] == "6000"
    made = sample.post("BillPayment", paying(*lines, total=0))
    assert (made["TotalAmt"], [one["LinkedTxn"][0]["TxnType"] for one in made["Line"]]) == (10, ["Bill"])
    assert sample.read("Bill", owed)["Balance"] == 0


@pytest.mark.parametrize(
    ("more", "element"),
    [
        ({}, "Line"),
        ({"Line": []}, "Line"),
        ({"Line": [{"Amount": 10}]}, "LinkedTxn"),
        ({"Line": [{"Amount": 10, "LinkedTxn": []}]}, "LinkedTxn"),
    ],
)
def test_a_bill_payment_says_what_it_pays(sample: Client, more: Row, element: str) -> None:
    body = {name: value for name, value in paying().items() if name != "Line"}
    fault = sample.fault("BillPayment", {**body, **more})
    assert (fault["code"], fault["element"]) == ("2020", element)


def test_what_is_taken_and_not_shown(sample: Client) -> None:
    owed = bill(sample)
    assert "APAccountRef" not in sample.post("BillPayment", paying(link("Bill", owed), APAccountRef=ref("33")))
    linked = [{"TxnId": owed, "TxnType": "Bill"}]
    line = {**spent(), "LinkedTxn": linked}
    body = {"PaymentType": "Cash", "AccountRef": ref("35"), "Credit": True, "LinkedTxn": linked, "Line": [line]}
    made = sample.post("Purchase", body)
    assert not {"Credit", "LinkedTxn"} & made.keys()
    assert "LinkedTxn" not in made["Line"][0]


def test_no_query_looks_into_the_lines_of_entries(sample: Client) -> None:
    fault = sample.query_fault("select * from JournalEntry where AccountRef = '33'")
    assert "Property AccountRef not found for Entity JournalEntry" in fault["Detail"]


def end_of(client: Client, name: str, **asked: str) -> str:
    end: str = client.call("GET", f"reports/{name}", **asked).json()["Header"]["EndPeriod"]
    return end


def test_some_reports_hear_only_their_own_date(sample: Client) -> None:
    today = end_of(sample, "BalanceSheet")
    sample.post("Invoice", invoice())
    assert end_of(sample, "BalanceSheet", end_date="2020-03-31") == today
    assert end_of(sample, "BalanceSheet", start_date="2020-01-01", end_date="2020-03-31") == "2020-03-31"
    assert end_of(sample, "AgedReceivables", start_date="2020-01-01", end_date="2020-03-31") == today
    assert end_of(sample, "AgedReceivables", report_date="2020-03-31") == "2020-03-31"


@pytest.mark.parametrize("name", ["TaxSummary", "TrialBalanceFR"])
def test_reports_of_other_countries_are_refused(
    client_of: Callable[[Emulator], Client], sample: Client, name: str
) -> None:
    assert sample.call("GET", f"reports/{name}").status_code == 400
    canada = client_of(Emulator(access_token=TOKEN, world="canada"))
    assert canada.call("GET", f"reports/{name}").status_code == 200

"""What leads from one transaction to another: orders and bills, deposits and payments; and the ids of lines."""

from __future__ import annotations

from typing import Any

import pytest

from .conftest import Client, invoice, line, ref

Row = dict[str, Any]


def goods(number: int, *links: Row) -> Row:
    detail = {"ItemRef": ref("11"), "Qty": number, "UnitPrice": 10}
    made = {"Amount": 10 * number, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    return made | ({"LinkedTxn": list(links)} if links else {})


def order(sample: Client, *numbers: int) -> Row:
    lines = [goods(number) for number in numbers]
    return sample.post("PurchaseOrder", {"VendorRef": ref("30"), "APAccountRef": ref("33"), "Line": lines})


def of_line(made: Row, key: str) -> Row:
    return {"TxnId": made["Id"], "TxnType": "PurchaseOrder", "TxnLineId": key}


def bill(sample: Client, *lines: Row, **fields: Any) -> Row:
    return sample.post("Bill", {"VendorRef": ref("30"), "Line": list(lines), **fields})


def told(sample: Client, made: Row) -> tuple[str, list[int], list[str]]:
    row = sample.read("PurchaseOrder", made["Id"])
    return row["POStatus"], [one["Received"] for one in row["Line"]], [one["TxnId"] for one in row["LinkedTxn"]]


# orders


def test_a_bill_receives_the_lines_of_an_order_and_closes_it_with_the_last(sample: Client) -> None:
    made = order(sample, 2, 3)
    first = bill(sample, goods(2, of_line(made, "1")))
    assert first["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "PurchaseOrder"}]
    assert first["Line"][0]["LinkedTxn"] == [of_line(made, "1")]
    assert told(sample, made) == ("Open", [2, 0], [first["Id"]])
    second = bill(sample, goods(3, of_line(made, "2")))
    assert told(sample, made) == ("Closed", [2, 3], [first["Id"], second["Id"]])
    sample.post("Bill", {"Id": second["Id"], "SyncToken": "0"}, operation="delete")
    assert told(sample, made) == ("Open", [2, 0], [first["Id"]])


def test_a_part_of_a_line_leaves_the_order_open(sample: Client) -> None:
    made = order(sample, 5)
    part = bill(sample, goods(2, of_line(made, "1")))
    assert told(sample, made) == ("Open", [2], [part["Id"]])
    lines = [goods(5, of_line(made, "1"))]
    sample.post("Bill", {**part, "Line": lines})
    assert told(sample, made) == ("Closed", [5], [part["Id"]])
    row = sample.post("Bill", {**part, "SyncToken": "1", "Line": [goods(5)]})
    assert (row["LinkedTxn"], told(sample, made)) == ([], ("Open", [0], []))


def test_only_lines_link_an_order(sample: Client) -> None:
    # Recorded: a bill whose head alone names an order comes back without the link.
    made = order(sample, 2)
    row = bill(sample, goods(2), LinkedTxn=[{"TxnId": made["Id"], "TxnType": "PurchaseOrder"}])
    assert (row["LinkedTxn"], told(sample, made)) == ([], ("Open", [0], []))
    nowhere = {"VendorRef": ref("30"), "Line": [goods(2, {**of_line(made, "1"), "TxnId": "99999"})]}
    assert "PurchaseOrder 99999" in sample.fault("Bill", nowhere)["Detail"]


def test_what_was_received_is_not_the_clients(sample: Client) -> None:
    made = order(sample, 2)
    billed = bill(sample, goods(2, of_line(made, "1")))
    again = {**sample.read("PurchaseOrder", made["Id"]), "LinkedTxn": [], "PrivateNote": "Thanks"}
    again["Line"] = [{**again["Line"][0], "Received": 0}]
    sample.post("PurchaseOrder", again)
    assert told(sample, made) == ("Closed", [2], [billed["Id"]])


def test_a_bill_says_what_it_was_paid_by(sample: Client) -> None:
    made = bill(sample, goods(2))
    paid = {"Amount": 20, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Bill"}]}
    how = {"PayType": "CreditCard", "CreditCardPayment": {"CCAccountRef": ref("41")}}
    payment = sample.post("BillPayment", {"VendorRef": ref("30"), "TotalAmt": 20, "Line": [paid], **how})
    row = sample.read("Bill", made["Id"])
    assert row["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "BillPaymentCreditCard"}]
    assert sample.post("Bill", {**row, "PrivateNote": "Paid"})["Balance"] == 0
    assert sample.fault("Bill", {"Id": made["Id"], "SyncToken": "2"}, operation="delete")["code"] == "6000"


# deposits


def deposited(sample: Client, entity: str, key: str) -> Row:
    link = {"TxnId": key, "TxnType": entity, "TxnLineId": "0"}
    return {"DepositToAccountRef": ref("35"), "Line": [{"Amount": 100, "LinkedTxn": [link]}]}


@pytest.mark.parametrize("entity", ["Payment", "SalesReceipt"])
def test_deposited_money_is_not_changed(sample: Client, entity: str) -> None:
    bodies = {"Payment": {"CustomerRef": ref("1"), "TotalAmt": 100}, "SalesReceipt": invoice()}
    made = sample.post(entity, bodies[entity])
    deposit = sample.post("Deposit", deposited(sample, entity, made["Id"]))
    other = {"TotalAmt": 90} if entity == "Payment" else {"Line": [line("90")]}
    keys = {"Id": made["Id"], "SyncToken": "0"}
    assert sample.fault(entity, {**made, **other})["code"] == "6540"
    for operation in ("delete", "void"):
        assert sample.fault(entity, keys, operation=operation)["code"] == "6540"
    noted = sample.post(entity, {**made, "PrivateNote": "Noted"})
    sample.post("Deposit", {"Id": deposit["Id"], "SyncToken": "0"}, operation="delete")
    sample.post(entity, {"Id": made["Id"], "SyncToken": noted["SyncToken"]}, operation="delete")


def test_a_deposit_takes_along_what_is_there(sample: Client) -> None:
    assert "Payment 99999" in sample.fault("Deposit", deposited(sample, "Payment", "99999"))["Detail"]


# lines


def spent(**fields: Any) -> Row:
    detail = {"AccountRef": ref("7")}
    return {
        "Amount": 5,
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": detail,
        **fields,
    }


def entry(side: str, account: str) -> Row:
    detail = {"PostingType": side, "AccountRef": ref(account)}
    return {"Amount": 5, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}


def banked() -> Row:
    return {"Amount": 5, "DetailType": "DepositLineDetail", "DepositLineDetail": {"AccountRef": ref("1")}}


@pytest.mark.parametrize(
    ("entity", "body", "first"),
    [
        ("Bill", {"VendorRef": ref("30"), "Line": [spent(), spent()]}, 1),
        ("Deposit", {"DepositToAccountRef": ref("35"), "Line": [banked(), banked()]}, 1),
        ("JournalEntry", {"Line": [entry("Debit", "35"), entry("Credit", "34")]}, 0),
    ],
)
def test_lines_without_ids_are_new_and_no_id_comes_twice(sample: Client, entity: str, body: Row, first: int) -> None:
    # Recorded of each; a journal entry counts from 0.
    made = sample.post(entity, body)
    assert [one["Id"] for one in made["Line"]] == [str(first), str(first + 1)]
    again = sample.post(entity, {**body, "Id": made["Id"], "SyncToken": "0"})
    assert [one["Id"] for one in again["Line"]] == [str(first + 2), str(first + 3)]
    kept = sample.post(entity, {**again, "SyncToken": "1"})
    assert [one["Id"] for one in kept["Line"]] == [str(first + 2), str(first + 3)]


def test_a_line_with_an_unknown_id_is_new(sample: Client) -> None:
    made = sample.post("Bill", {"VendorRef": ref("30"), "Line": [spent(Id="77")]})
    assert made["Line"][0]["Id"] == "1"

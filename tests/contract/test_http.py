"""What Intuit's documents and recorded answers say, call by call, over plain HTTP."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from .conftest import Books

pytestmark = pytest.mark.processes


def minimal_invoice(books: Books, **fields: Any) -> dict[str, Any]:
    item = books.first("Item", "where Type = 'Service'")
    line = {
        "Amount": 100,
        "DetailType": "SalesItemLineDetail",
        "SalesItemLineDetail": {"ItemRef": {"value": item["Id"]}},
    }
    return {"CustomerRef": {"value": books.first("Customer")["Id"]}, "Line": [line], **fields}


@pytest.fixture
def invoice(books: Books) -> dict[str, Any]:
    return books.post("Invoice", minimal_invoice(books))


def key(row: dict[str, Any]) -> dict[str, Any]:
    return {"Id": row["Id"], "SyncToken": row["SyncToken"]}


# writing


def test_a_minimal_invoice_gains_what_was_recorded(invoice: dict[str, Any]) -> None:
    first, last = invoice["Line"][0], invoice["Line"][-1]
    assert (first["Id"], first["LineNum"]) == ("1", 1)
    assert first["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert (last["DetailType"], last["Amount"]) == ("SubTotalLineDetail", 100)
    assert (invoice["TotalAmt"], invoice["Balance"], invoice["SyncToken"]) == (100, 100, "0")
    assert (invoice["EmailStatus"], invoice["PrintStatus"]) == ("NotSet", "NeedToPrint")
    assert invoice["TxnTaxDetail"]["TotalTax"] == 0
    assert invoice["DocNumber"]


def test_a_deleted_invoice_leaves_a_stub_and_610(books: Books, invoice: dict[str, Any]) -> None:
    stub = books.post("Invoice", key(invoice), operation="delete")
    assert stub == {"domain": "QBO", "status": "Deleted", "Id": invoice["Id"]}
    assert books.fault(books.call("GET", f"invoice/{invoice['Id']}"))["code"] == "610"


def test_a_void_zeroes_and_keeps_the_number(books: Books, invoice: dict[str, Any]) -> None:
    voided = books.post("Invoice", key(invoice), operation="void")
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")
    assert (voided["DocNumber"], voided["SyncToken"]) == (invoice["DocNumber"], "1")


def test_an_old_sync_token_is_stale(books: Books, invoice: dict[str, Any]) -> None:
    books.post("Invoice", {**key(invoice), "sparse": True, "PrivateNote": "x"})
    fault = books.fault(books.call("POST", "invoice", {**key(invoice), "sparse": True, "PrivateNote": "y"}))
    assert fault["code"] == "5010"


def test_a_sparse_update_leaves_the_rest(books: Books, invoice: dict[str, Any]) -> None:
    changed = books.post("Invoice", {**key(invoice), "sparse": True, "PrivateNote": "x"})
    assert changed["Line"] == invoice["Line"]
    assert (changed["PrivateNote"], changed["SyncToken"]) == ("x", "1")


def test_an_inactive_name_gets_a_suffix_and_hides(books: Books, unique: str) -> None:
    row = books.post("Customer", {"DisplayName": unique})
    gone = books.post("Customer", {**key(row), "sparse": True, "Active": False})
    assert gone["DisplayName"] == f"{unique} (deleted)"
    assert books.query(f"select * from Customer where Id = '{row['Id']}'") == {}
    found = books.query(f"select * from Customer where Id = '{row['Id']}' and Active in (true, false)")
    assert found["Customer"][0]["Active"] is False


@pytest.mark.parametrize(
    ("path", "body", "code"),
    [
        ("customer", {"DisplayName": "a:b"}, "2040"),
        ("customer", {"DisplayName": "x", "Bogus": 1}, "2010"),
        ("customer", {"DisplayName": "y" * 501}, "2050"),
        ("customer", {}, "2020"),
        ("invoice", {"CustomerRef": {"value": "1"}}, "2020"),
    ],
)
def test_bodies_that_are_refused(books: Books, path: str, body: dict[str, Any], code: str) -> None:
    assert books.fault(books.call("POST", path, body))["code"] == code


def test_a_taken_name_is_6240(books: Books) -> None:
    name = books.first("Vendor")["DisplayName"]
    fault = books.fault(books.call("POST", "customer", {"DisplayName": name}))
    assert fault["code"] == "6240"
    assert fault["Message"] == "Duplicate Name Exists Error"


def test_a_request_id_gives_the_first_answer_again(books: Books, unique: str) -> None:
    asked = {"requestid": unique.replace(" ", "-")}
    first, second = (books.call("POST", "customer", {"DisplayName": unique}, **asked) for _ in range(2))
    assert first.json()["Customer"]["Id"] == second.json()["Customer"]["Id"]


# reading


def test_an_empty_answer_has_nothing_in_it(books: Books) -> None:
    assert books.query("select * from Customer where DisplayName = 'nobody of that name'") == {}


def test_a_count_is_a_total(books: Books) -> None:
    assert books.query("select count(*) from Customer")["totalCount"] > 0


@pytest.mark.parametrize(
    ("statement", "code"),
    [
        ("select * from", "4000"),
        ("select * from Customer where", "4000"),
        ("select * from Custmoer", "4001"),
        ("select * from Customer startposition 0", "4001"),
        ("select * from Invoice where PrivateNote = 'x'", "4001"),
    ],
)
def test_statements_that_are_refused(books: Books, statement: str, code: str) -> None:
    assert books.fault(books.call("GET", "query", query=statement))["code"] == code


def test_an_apostrophe_takes_a_backslash(books: Books) -> None:
    found = books.query(r"select * from Customer where DisplayName = 'Amy\'s Bird Sanctuary'")
    assert found["Customer"][0]["DisplayName"] == "Amy's Bird Sanctuary"


def test_pages_do_not_overlap(books: Books) -> None:
    first = books.query("select * from Customer startposition 1 maxresults 2")
    second = books.query("select * from Customer maxresults 2 startposition 3")
    ids = [row["Id"] for row in first["Customer"] + second["Customer"]]
    assert len(set(ids)) == 4
    assert (second["startPosition"], second["maxResults"]) == (3, 2)


def test_xml_is_what_comes_unasked(books: Books) -> None:
    url = f"{books.peer.url}/v3/company/{books.peer.realm}/customer/1"
    answer = requests.get(url, headers={"Authorization": books.headers["Authorization"]}, timeout=60)
    assert answer.headers["Content-Type"].startswith("application/xml")
    assert "<IntuitResponse" in answer.text


def test_a_wrong_token_is_401_in_the_gateways_shape(books: Books) -> None:
    url = f"{books.peer.url}/v3/company/{books.peer.realm}/customer/1"
    headers = {"Authorization": "Bearer not-a-token-of-anybody", "Accept": "application/json"}
    answer = requests.get(url, headers=headers, timeout=60)
    assert answer.status_code == 401
    assert answer.json()["fault"]["error"][0]["code"] == "3200"


# batch and changes


def test_a_batch_answers_each_item(books: Books, unique: str) -> None:
    items = [
        {"bId": "a", "operation": "create", "Customer": {"DisplayName": unique}},
        {"bId": "b", "operation": "create", "Customer": {"DisplayName": "a:b"}},
        {"bId": "c", "Query": "select * from Customer where DisplayName = 'nobody of that name'"},
    ]
    answer = books.call("POST", "batch", {"BatchItemRequest": items})
    found = {one["bId"]: one for one in answer.json()["BatchItemResponse"]}
    assert found["a"]["Customer"]["DisplayName"] == unique
    assert found["b"]["Fault"]["Error"][0]["code"] == "2040"
    assert found["c"]["QueryResponse"] == {}


def test_a_batch_of_more_than_thirty_is_refused(books: Books) -> None:
    items = [{"bId": str(at), "Query": "select count(*) from Term"} for at in range(31)]
    assert books.fault(books.call("POST", "batch", {"BatchItemRequest": items}))["code"] == "1040"


def test_changes_end_with_stubs_of_what_was_deleted(books: Books, invoice: dict[str, Any]) -> None:
    books.post("Invoice", key(invoice), operation="delete")
    since = (datetime.now(UTC) - timedelta(minutes=10)).isoformat()
    answer = books.call("GET", "cdc", entities="Invoice,Estimate", changedSince=since).json()
    invoices, _ = answer["CDCResponse"][0]["QueryResponse"]
    stubs = [row for row in invoices["Invoice"] if row.get("status") == "Deleted"]
    assert invoice["Id"] in {row["Id"] for row in stubs}
    assert invoices["Invoice"][-len(stubs) :] == stubs


# files


def upload(books: Books, link: dict[str, Any]) -> dict[str, Any]:
    described = {"FileName": "a.bin", "ContentType": "application/octet-stream", "AttachableRef": [{"EntityRef": link}]}
    files = {
        "file_metadata_01": ("metadata.json", json.dumps(described), "application/json"),
        "file_content_01": ("a.bin", b"\x00\r\n\xff", "application/octet-stream"),
    }
    url = f"{books.peer.url}/v3/company/{books.peer.realm}/upload"
    answer = requests.post(url, files=files, headers=books.headers, timeout=60)
    assert answer.status_code == 200
    return answer.json()["AttachableResponse"][0]


def test_a_file_comes_back_as_it_went(books: Books, invoice: dict[str, Any]) -> None:
    made = upload(books, {"type": "Invoice", "value": invoice["Id"]})["Attachable"]
    assert (made["FileName"], made["Size"], made["SyncToken"]) == ("a.bin", 4, "0")
    address = books.call("GET", f"download/{made['Id']}").text
    assert requests.get(address, timeout=60).content == b"\x00\r\n\xff"


def test_a_file_for_nothing_is_a_fault_inside_a_success(books: Books) -> None:
    fault = upload(books, {"type": "Estimate", "value": "999999"})["Fault"]
    assert fault["Error"][0]["code"] == "6000"
    assert "that you are trying to link does not exist" in fault["Error"][0]["Detail"]

"""What is called by another name now: in references, below it, and in the file that keeps it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice, line, ref

Row = dict[str, Any]


def rename(client: Client, entity: str, key: str, **name: Any) -> Row:
    token = client.read(entity, key)["SyncToken"]
    return client.post(entity, {"Id": key, "SyncToken": token, "sparse": True, **name})


def test_references_call_everything_by_its_name_of_now(sample: Client) -> None:
    sold = line(item="1")
    sold["SalesItemLineDetail"]["ClassRef"] = ref("1")
    made = sample.post("Invoice", invoice(sold, SalesTermRef=ref("3")))
    rename(sample, "Customer", "1", DisplayName="Amy's Birds")
    rename(sample, "Item", "1", Name="Labor")
    rename(sample, "Account", "1", Name="Labor income")
    rename(sample, "Class", "1", Name="Uptown")
    asked = f"select * from Invoice where Id = '{made['Id']}'"
    [queried] = sample.query(asked)["Invoice"]
    [batched] = sample.batch({"bId": "1", "Query": asked})[0]["QueryResponse"]["Invoice"]
    for row in (sample.read("Invoice", made["Id"]), queried, batched):
        detail = row["Line"][0]["SalesItemLineDetail"]
        names = [detail[field]["name"] for field in ("ItemRef", "ItemAccountRef", "ClassRef")]
        assert [row["CustomerRef"]["name"], *names] == ["Amy's Birds", "Labor", "Labor income", "Uptown"]
        assert row["SyncToken"] == made["SyncToken"]
    [column] = sample.query(f"select CustomerRef from Invoice where Id = '{made['Id']}'")["Invoice"]
    assert column["CustomerRef"]["name"] == "Amy's Birds"
    assert sample.read("Item", "2")["IncomeAccountRef"]["name"] == "Labor income"


def test_whom_an_expense_was_paid_to_has_the_name_of_now(sample: Client) -> None:
    detail = {"AccountRef": ref("7")}
    spent = {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": detail}
    paid = {"PaymentType": "Cash", "AccountRef": ref("35"), "EntityRef": {**ref("30"), "type": "Vendor"}}
    made = sample.post("Purchase", {**paid, "Line": [spent]})
    rename(sample, "Vendor", "30", DisplayName="Bessie's Books")
    assert sample.read("Purchase", made["Id"])["EntityRef"]["name"] == "Bessie's Books"


@pytest.mark.parametrize(
    ("entity", "body"),
    [
        ("Customer", {"DisplayName": "Old"}),
        ("Account", {"Name": "Old", "AccountType": "Expense"}),
        ("Item", {"Name": "Old", "Type": "Category"}),
        ("Class", {"Name": "Old"}),
        ("Department", {"Name": "Old"}),
    ],
)
def test_all_below_a_name_follow_it(books: Client, entity: str, body: Row) -> None:
    field = "DisplayName" if entity == "Customer" else "Name"
    top = books.post(entity, body)
    middle = books.post(entity, {**body, field: "Middle", "ParentRef": ref(top["Id"])})
    last = books.post(entity, {**body, field: "Last", "ParentRef": ref(middle["Id"])})
    rename(books, entity, top["Id"], **{field: "New"})
    assert books.read(entity, last["Id"])["FullyQualifiedName"] == "New:Middle:Last"
    found = books.query(f"select * from {entity} where FullyQualifiedName = 'New:Middle'")[entity]
    assert [row["Id"] for row in found] == [middle["Id"]]


def test_a_circle_of_parents_ends(books: Client) -> None:
    top = books.post("Class", {"Name": "Top"})
    below = books.post("Class", {"Name": "Below", "ParentRef": ref(top["Id"])})
    for name in ("Upper", "Uppest"):
        rename(books, "Class", top["Id"], Name=name, ParentRef=ref(below["Id"]))


def test_a_company_in_a_file_calls_all_by_the_names_of_now(
    client_of: Callable[[Emulator], Client], tmp_path: Path
) -> None:
    def started() -> Client:
        return client_of(Emulator(access_token=TOKEN, has_limits=False, state=tmp_path / "books.jsonl"))

    first = started()
    made = first.post("Invoice", invoice())
    rename(first, "Customer", "1", DisplayName="Amy's Birds")
    assert started().read("Invoice", made["Id"])["CustomerRef"]["name"] == "Amy's Birds"


def test_a_customer_below_another_is_called_by_its_full_name(books: Client) -> None:
    # Recorded of a sandbox company: "Freeman Sporting Goods:55 Twin Lane".
    job = books.post("Customer", {"DisplayName": "Garden", "ParentRef": ref("1"), "Job": True})
    made = books.post("Invoice", invoice(customer=job["Id"]))
    assert made["CustomerRef"]["name"] == "Amy's Bird Sanctuary:Garden"
    rename(books, "Customer", "1", DisplayName="Amy's Birds")
    assert books.read("Invoice", made["Id"])["CustomerRef"]["name"] == "Amy's Birds:Garden"


def test_a_report_has_one_row_for_a_customer_of_two_names(books: Client) -> None:
    books.post("Invoice", invoice())
    rename(books, "Customer", "1", DisplayName="Amy's Birds")
    books.post("Invoice", invoice())
    told = books.call("GET", "reports/CustomerIncome").json()
    rows = [one["ColData"] for one in told["Rows"]["Row"] if "ColData" in one]
    assert [(one[0]["value"], one[1]["value"]) for one in rows] == [("Amy's Birds", "200.00")]

"""The same row answered alone and among others, and what is never answered: facts of recordings of 2026."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from .conftest import Client, invoice

SINCE = (datetime.now(UTC) - timedelta(days=1)).isoformat(timespec="seconds")
SENT: dict[str, dict[str, Any]] = {
    "Customer": {"DisplayName": "Ada", "BillAddr": {"Line1": "1 Elm St"}},
    "Vendor": {"DisplayName": "Bob", "BillAddr": {"Line1": "2 Elm St"}},
    "Item": {"Name": "Hour", "Type": "Service", "IncomeAccountRef": {"value": "79"}},
    "Account": {"Name": "Petty cash", "AccountType": "Bank"},
}


def ways(books: Client, entity: str) -> dict[str, dict[str, Any]]:
    """The same row as its create, its read, an update, a query, a batch and the change data answer it."""
    made = books.post(entity, SENT[entity])
    key, token = made["Id"], made["SyncToken"]
    [found] = books.query(f"select * from {entity} where Id = '{key}'")[entity]
    read = books.read(entity, key)
    name = "DisplayName" if entity in ("Customer", "Vendor") else "Name"
    change = {"Id": key, "SyncToken": token, "sparse": True, name: "Changed"}
    updated = books.post(entity, change)
    item = {"bId": "1", "operation": "update", entity: {**change, "SyncToken": "1", name: "Again"}}
    [batched] = books.batch(item)
    since = books.call("GET", "cdc", entities=entity, changedSince=SINCE).json()
    changed = [row for row in since["CDCResponse"][0]["QueryResponse"][0][entity] if row["Id"] == key]
    return {
        "create": made, "read": read, "query": found, "update": updated, "batch": batched[entity], "cdc": changed[0],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("entity", "field", "where"),
    [
        ("Customer", "ClientEntityId", {"query", "cdc"}),
        ("Customer", "V4IDPseudonym", {"query", "cdc", "read"}),
        ("Customer", "DefaultTaxCodeRef", {"create", "read", "update", "batch"}),
        ("Vendor", "BillRate", {"create", "read", "update", "batch"}),
        ("Vendor", "CostRate", {"create", "read", "update", "batch"}),
        ("Vendor", "V4IDPseudonym", {"create", "read", "update", "batch", "query", "cdc"}),
        ("Item", "DeferredRevenue", {"create", "read", "update", "batch"}),
    ],
)
def test_one_object_and_many_have_different_fields(sample: Client, entity: str, field: str, where: set[str]) -> None:
    assert {way for way, row in ways(sample, entity).items() if field in row} == where


@pytest.mark.parametrize("entity", ["Customer", "Vendor"])
def test_a_new_address_of_a_name_is_on_no_map(sample: Client, entity: str) -> None:
    assert {row["BillAddr"].get("Lat") for row in ways(sample, entity).values()} == {None}
    old = [row for row in sample.query(f"select * from {entity}")[entity] if int(row["Id"]) < 58]
    assert {row["BillAddr"]["Lat"] for row in old if "BillAddr" in row} == {"INVALID"}


def test_the_names_of_the_sample_company_have_their_companies(sample: Client) -> None:
    [found] = sample.query("select * from Customer where CompanyName = 'Cool Cars'")["Customer"]
    assert (found["Id"], found["GivenName"]) == ("3", "Grace")
    jobs = sample.query("select * from Customer where CompanyName = 'Freeman Sporting Goods'")["Customer"]
    assert {row["PrintOnCheckName"] for row in jobs} == {"Freeman Sporting Goods"}
    assert len(jobs) == 3
    assert sample.query("select * from Customer where DisplayName = 'Mark Cho' and CompanyName = 'Mark Cho'") == {}
    [seller] = sample.query("select * from Vendor where CompanyName = 'Hicks Hardware'")["Vendor"]
    assert seller["FamilyName"] == "Hicks"


def test_a_new_account_tells_no_update(sample: Client) -> None:
    found = {way for way, row in ways(sample, "Account").items() if "LastUpdatedTime" in row["MetaData"]}
    assert found == {"read", "query", "update", "batch", "cdc"}


def test_a_vendor_keeps_the_rates_it_has(books: Client) -> None:
    made = books.post("Vendor", {"DisplayName": "Bob", "BillRate": 25, "CostRate": 7})
    assert (made["BillRate"], made["CostRate"]) == (25, 7)
    [found] = books.query("select * from Vendor where DisplayName = 'Bob'")["Vendor"]
    assert (found["BillRate"], found["CostRate"]) == (25, 7)


def test_a_pseudonym_is_as_long_as_recorded_ones(sample: Client) -> None:
    known = [row["V4IDPseudonym"] for row in sample.query("select * from Vendor")["Vendor"]]
    assert {len(one) for one in known} == {38}
    assert len({one[:6] for one in known}) == 1
    assert len(set(known)) == len(known)


@pytest.mark.parametrize(
    ("sent", "printed"),
    [
        ({"GivenName": "Ada", "FamilyName": "Byron", "CompanyName": "Engines"}, "Engines"),
        ({"GivenName": "Ada", "FamilyName": "Byron", "DisplayName": "Ada of Engines"}, "Ada Byron"),
        ({"DisplayName": "Ada"}, "Ada"),
        ({"DisplayName": "Ada", "PrintOnCheckName": "A. Byron", "CompanyName": "Engines"}, "A. Byron"),
    ],
)
@pytest.mark.parametrize("entity", ["Customer", "Vendor"])
def test_a_check_is_made_out_to_the_company_then_to_the_person(
    books: Client, entity: str, sent: dict[str, str], printed: str
) -> None:
    assert books.post(entity, sent)["PrintOnCheckName"] == printed


def test_a_full_update_makes_checks_out_anew_and_a_sparse_one_does_not(books: Client) -> None:
    made = books.post("Vendor", {"DisplayName": "Bob", "PrintOnCheckName": "Robert"})
    name = {"Id": made["Id"], "DisplayName": "Bobby"}
    sparse = books.post("Vendor", {**name, "SyncToken": "0", "sparse": True})
    assert sparse["PrintOnCheckName"] == "Robert"
    assert books.post("Vendor", {**name, "SyncToken": "1"})["PrintOnCheckName"] == "Bobby"


def order(**more: Any) -> dict[str, Any]:
    detail = {"ItemRef": {"value": "11"}, "Qty": 2, "UnitPrice": 75}
    line = {"Amount": 150, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": detail}
    return {"VendorRef": {"value": "56"}, "APAccountRef": {"value": "33"}, "Line": [line], "Memo": "Soon", **more}


def test_an_order_tells_what_was_received(sample: Client) -> None:
    bought = {"AccountRef": {"value": "7"}}
    other = {"Amount": 5, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": bought}
    made = sample.post("PurchaseOrder", order(Line=[*order()["Line"], other]))
    assert [line.get("Received") for line in made["Line"]] == [0, None]


def test_an_order_that_is_sent_again_moves_no_sync_token(sample: Client) -> None:
    made = sample.post("PurchaseOrder", order())
    same = {"Id": made["Id"], "SyncToken": "0", "Line": made["Line"]}
    assert sample.post("PurchaseOrder", order(**same)) == made
    assert sample.post("PurchaseOrder", order(**same, Memo="Later"))["SyncToken"] == "1"


def test_a_journal_entry_tells_no_total(books: Client) -> None:
    def side(kind: str, account: str) -> dict[str, Any]:
        detail = {"PostingType": kind, "AccountRef": {"value": account}}
        return {"Amount": 100, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": detail}

    accounts = [row["Id"] for row in books.query("select * from Account")["Account"] if row["AccountType"] == "Income"]
    made = books.post("JournalEntry", {"Line": [side("Debit", accounts[0]), side("Credit", accounts[0])]})
    assert made["TotalAmt"] == 0


# what holds nothing


def empties(value: Any, path: str = "") -> list[str]:
    """Where in an answer a null is, or a reference to nothing."""
    if value is None:
        return [path]
    if isinstance(value, list):
        return [one for inner in value for one in empties(inner, f"{path}[]")]
    if not isinstance(value, dict):
        return []
    hollow = [f"{path}.{name}" for name, inner in value.items() if inner == {} and name.endswith("Ref")]
    return hollow + [one for name, inner in value.items() for one in empties(inner, f"{path}.{name}")]


NOTHING: dict[str, Any] = {"value": None}


def test_what_is_null_inside_of_a_body_is_never_answered(sample: Client) -> None:
    bought = {"ItemRef": {"value": "11"}, "CustomerRef": NOTHING, "ClassRef": NOTHING}
    line = {"Id": None, "Amount": 12, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": bought}
    more = {"BillEmail": {"Address": None}, "SalesTermRef": NOTHING, "TxnTaxDetail": {"TxnTaxCodeRef": NOTHING}}
    bill = sample.post("Bill", {"VendorRef": {"value": "56"}, "Line": [line], **more})
    assert empties(bill) == []
    assert not {"BillEmail", "SalesTermRef", "TxnTaxDetail"} & bill.keys()
    sold = {"ItemRef": {"value": "1"}, "ClassRef": NOTHING}
    form = {"Amount": 5, "DetailType": "SalesItemLineDetail", "SalesItemLineDetail": sold}
    made = sample.post("Invoice", {"CustomerRef": {"value": "1"}, "Line": [form], **more, "CustomerMemo": NOTHING})
    assert empties(made) == []
    assert not {"BillEmail", "SalesTermRef", "CustomerMemo"} & made.keys()


def test_an_invoice_for_nobody_is_still_refused(books: Client) -> None:
    assert books.fault("Invoice", invoice(CustomerRef=NOTHING))["code"] == "2020"


@pytest.mark.parametrize("written", ["2026-02-10 04:22:59", "2026-02-10T04:22:59", "2026-02-10"])
def test_a_day_may_come_with_a_time(books: Client, written: str) -> None:
    assert books.post("Invoice", invoice(TxnDate=written))["TxnDate"] == "2026-02-10"


@pytest.mark.parametrize("written", ["2026-02-10 04:22", "2026-02-10 noon", "2026-02-10 04:22:59 UTC"])
def test_a_day_with_other_words_is_refused(books: Client, written: str) -> None:
    assert books.fault("Invoice", invoice(TxnDate=written))["code"] == "2010"

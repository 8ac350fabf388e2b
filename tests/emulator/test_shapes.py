"""Which keys are in answers: those of every recorded answer, and none that Intuit never sends.

The table lies beside the checkout where it is measured (`qbo-shapes.tsv`: place, key, in how many of how many objects);
`shapes.json` keeps its facts, the keys alone, for where it does not.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from qbo_emulator.entities.operations import REQUIRED_EVEN_SPARSE

from .conftest import Client, ref

HERE = Path(__file__).resolve()
FACTS = HERE.with_name("shapes.json")
BESIDE = HERE.parents[2].parent / "shared" / "data" / "qbo-shapes.tsv"
Shapes = dict[str, dict[str, list[str]]]

# What a client decides on: it stood in every recorded object because everybody sends it.
SENT = {
    "Addr": {"City", "CountrySubDivisionCode", "PostalCode", "Line1", "Line2", "Line3", "Line4"},
    "Line<ItemBasedExpenseLineDetail>": {"Description"},
    "Line<AccountBasedExpenseLineDetail>": {"Description"},
    "Line<JournalEntryLineDetail>": {"Description"},
}


# Keys of recorded answers that the table does not count. It has two receipts, both made without a customer; those of
# the sample company, as other clients recorded them, have one, with a TxnTaxDetail and what their writers chose.
CHOSEN = {"CustomerRef", "CustomerMemo", "BillAddr", "PaymentMethodRef", "PaymentRefNum"}
RECORDED_SINCE = {
    "SalesReceipt": {"TxnTaxDetail", *CHOSEN},
    "SalesReceipt.Line<SalesItemLineDetail>": {"Description"},
}


def from_table(path: Path) -> Shapes:
    """Place -> keys that stood in every recorded object (`must`), and in any at all (`may`)."""
    shapes: Shapes = {}
    with path.open(encoding="utf-8") as lines:
        for row in csv.DictReader(lines, delimiter="\t"):
            if not int(row["recorded_of"]):
                continue
            keys = shapes.setdefault(row["place"], {"must": [], "may": []})
            kind = "must" if row["recorded_with"] == row["recorded_of"] else "may"
            keys[kind].append(row["key"])
    return shapes


SHAPES: Shapes = json.loads(FACTS.read_text())


@pytest.mark.skipif(not BESIDE.exists(), reason="the table is not beside the checkout")
def test_our_facts_are_those_of_the_table() -> None:
    assert from_table(BESIDE) == SHAPES


def places(place: str, value: Any) -> Iterator[tuple[str, dict[str, Any]]]:
    """Every object in `value` with its place in the table."""
    if isinstance(value, list):
        for one in value:
            kind = f"<{one['DetailType']}>" if isinstance(one, dict) and "DetailType" in one else ""
            yield from places(f"{place}{kind}", one)
    elif isinstance(value, dict):
        yield place, value
        for key, inner in value.items():
            yield from places(f"{place}.{key}", inner)


def wrong(entity: str, row: dict[str, Any], sent: Any = None) -> list[str]:
    """What `row` lacks and what it has too much, beside the table; `sent` is nobody's fault."""
    given: dict[str, set[str]] = {}
    for place, one in places(entity, sent):
        given.setdefault(place, set()).update(one)
    found = []
    for place, one in places(entity, row):
        shape = SHAPES.get(place)
        if shape is None:
            continue
        free = {key for end, keys in SENT.items() if place.endswith(end) for key in keys}
        found += [f"{place} lacks {key}" for key in set(shape["must"]) - one.keys() - free]
        extra = one.keys() - set(shape["must"]) - set(shape["may"]) - given.get(place, set())
        extra -= RECORDED_SINCE.get(place, set())
        found += [f"{place} has {key}" for key in extra]
    return sorted(found)


def test_a_wrong_shape_is_seen() -> None:
    row = {name: "" for name in SHAPES["Account"]["must"] if name != "SubAccount"} | {"Colour": "red"}
    assert wrong("Account", row) == ["Account has Colour", "Account lacks SubAccount"]
    assert wrong("Account", row, {"Colour": "red"}) == ["Account lacks SubAccount"]


def sale(**fields: Any) -> dict[str, Any]:
    detail = {"ItemRef": ref("1"), "Qty": 1, "UnitPrice": 50}
    line = {"DetailType": "SalesItemLineDetail", "Amount": 50, "SalesItemLineDetail": detail}
    return {"CustomerRef": ref("1"), "Line": [line], **fields}


def bought(detail_type: str, **detail: Any) -> dict[str, Any]:
    return {"Amount": 20, "DetailType": detail_type, detail_type: detail}


ACCOUNT_LINE = bought("AccountBasedExpenseLineDetail", AccountRef=ref("7"))
ITEM_LINE = bought("ItemBasedExpenseLineDetail", ItemRef=ref("11"))
JOURNAL = [
    bought("JournalEntryLineDetail", PostingType=side, AccountRef=ref(account))
    for side, account in (("Debit", "35"), ("Credit", "34"))
]
DISCOUNT = {"DetailType": "DiscountLineDetail", "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10}}
TAXED = {"TxnTaxDetail": {"TxnTaxCodeRef": ref("2")}}
# What clients send at least, and with what may come along.
BODIES: dict[str, tuple[str, dict[str, Any]]] = {
    "account": ("Account", {"Name": "Petty cash", "AccountType": "Bank"}),
    "sub-account": ("Account", {"Name": "Petty", "AccountType": "Expense", "ParentRef": ref("7")}),
    "customer": (
        "Customer",
        {"GivenName": "Ada", "BillAddr": {"Line1": "1 Elm St"}, "ShipAddr": {"Line1": "2 Elm St"}},
    ),
    "vendor": ("Vendor", {"DisplayName": "Ironworks", "BillAddr": {"Line1": "3 Elm St"}}),
    "item": ("Item", {"Name": "Visit", "Type": "Service", "IncomeAccountRef": ref("1")}),
    "invoice": ("Invoice", sale()),
    "invoice to a name": ("Invoice", sale(CustomerRef=ref("13"))),
    "taxed invoice": ("Invoice", sale(**TAXED, SalesTermRef=ref("3"), BillEmail={"Address": "a@example.com"})),
    "invoice with discount": ("Invoice", {**sale(), "Line": [*sale()["Line"], DISCOUNT]}),
    "credit memo": ("CreditMemo", sale()),
    "credit memo to a name": ("CreditMemo", sale(CustomerRef=ref("13"))),
    "estimate": ("Estimate", sale()),
    "sales receipt": ("SalesReceipt", {"Line": sale()["Line"]}),
    "payment": ("Payment", {"CustomerRef": ref("1"), "TotalAmt": 20}),
    "bill": ("Bill", {"VendorRef": ref("30"), "Line": [ACCOUNT_LINE, ITEM_LINE]}),
    "purchase": ("Purchase", {"PaymentType": "Cash", "AccountRef": ref("35"), "Line": [ACCOUNT_LINE, ITEM_LINE]}),
    "purchase order": (
        "PurchaseOrder",
        {"VendorRef": ref("30"), "APAccountRef": ref("33"), "Line": [ACCOUNT_LINE, ITEM_LINE]},
    ),
    "deposit": (
        "Deposit",
        {"DepositToAccountRef": ref("35"), "Line": [bought("DepositLineDetail", AccountRef=ref("1"))]},
    ),
    "journal entry": ("JournalEntry", {"Line": JOURNAL, "PrivateNote": "Opening"}),
}


@pytest.mark.parametrize("name", BODIES)
def test_what_was_written_has_the_recorded_keys_everywhere(sample: Client, name: str) -> None:
    entity, body = BODIES[name]
    row = sample.post(entity, body)
    assert wrong(entity, row, body) == []
    assert_same_everywhere(sample, entity, row, body)
    changed = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
    changed |= {field: body[field] for field in REQUIRED_EVEN_SPARSE.get(entity, ())}
    assert wrong(entity, sample.post(entity, changed), body) == []


def assert_same_everywhere(client: Client, entity: str, row: dict[str, Any], body: Any) -> None:
    key = row["Id"]
    asked = f"select * from {entity} where Id = '{key}'"
    assert wrong(entity, client.read(entity, key), body) == []
    assert wrong(entity, client.query(asked)[entity][0], body) == []
    assert wrong(entity, client.batch({"bId": "1", "Query": asked})[0]["QueryResponse"][entity][0], body) == []
    since = row["MetaData"]["CreateTime"]
    [changed] = client.call("GET", "cdc", entities=entity, changedSince=since).json()["CDCResponse"][0]["QueryResponse"]
    assert wrong(entity, next(one for one in changed[entity] if one["Id"] == key), body) == []


def test_payments_of_bills_and_invoices(sample: Client) -> None:
    invoice = sample.post("Invoice", sale(DocNumber="A-1"))
    link = {"Amount": 20, "LinkedTxn": [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]}
    payment = sample.post("Payment", {"CustomerRef": ref("1"), "TotalAmt": 20, "Line": [link]})
    facts = {one["value"]["Name"]: one["value"]["Value"] for one in payment["Line"][0]["LineEx"]["any"]}
    assert facts == {"txnId": invoice["Id"], "txnOpenBalance": "50.00", "txnReferenceNumber": "A-1"}
    bill = sample.post("Bill", {"VendorRef": ref("30"), "Line": [ACCOUNT_LINE]})
    link = {"Amount": 20, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}
    check = {"BankAccountRef": ref("35")}
    paid = {"VendorRef": ref("30"), "PayType": "Check", "CheckPayment": check, "TotalAmt": 20, "Line": [link]}
    for entity, row in (("Payment", payment), ("BillPayment", sample.post("BillPayment", paid))):
        assert wrong(entity, row) == []
        assert_same_everywhere(sample, entity, row, None)
    payment["TotalAmt"] = 30
    again = sample.post("Payment", payment)
    assert (wrong("Payment", again), again["Line"]) == ([], sample.read("Payment", payment["Id"])["Line"])


def test_a_deposit_of_payments(sample: Client) -> None:
    payment = sample.post("Payment", {"CustomerRef": ref("1"), "TotalAmt": 20})
    link = {"TxnId": payment["Id"], "TxnType": "Payment"}
    detail = {"PaymentMethodRef": ref("2")}
    line = {"Amount": 20, "LinkedTxn": [link], "DepositLineDetail": detail}
    row = sample.post("Deposit", {"DepositToAccountRef": ref("35"), "Line": [line]})
    assert wrong("Deposit", row) == []


def test_preferences_are_whole(sample: Client) -> None:
    assert wrong("Preferences", sample.call("GET", "preferences").json()["Preferences"]) == []
    assert wrong("Preferences", sample.query("select * from Preferences")["Preferences"][0]) == []


@pytest.mark.parametrize("entity", sorted({place for place in SHAPES if "." not in place and "<" not in place}))
def test_every_row_of_the_sample_company_has_the_recorded_keys(sample: Client, entity: str) -> None:
    for row in sample.query(f"select * from {entity} maxresults 1000").get(entity, []):
        assert wrong(entity, row) == [], row["Id"]


def test_addresses_have_ids_of_their_own_and_keep_them(sample: Client) -> None:
    row = sample.post("Customer", {"DisplayName": "A", "BillAddr": {"Line1": "1"}, "ShipAddr": {"Line1": "2"}})
    assert len({row["BillAddr"]["Id"], row["ShipAddr"]["Id"], sample.read("Customer", "1")["BillAddr"]["Id"]}) == 3
    moved = {"Id": row["Id"], "SyncToken": "0", "sparse": True, "BillAddr": {"Line1": "9"}}
    assert sample.post("Customer", moved)["BillAddr"]["Id"] == row["BillAddr"]["Id"]


def test_coordinates_go_away_by_a_switch(sample: Client) -> None:
    sample.do("switch", name="address_coordinates", value=False)
    assert set(sample.post("Invoice", sale(BillAddr={"Line1": "1"}))["BillAddr"]) == {"Id", "Line1"}

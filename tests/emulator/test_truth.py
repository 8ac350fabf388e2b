"""Small things that clients in use rely on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from email.utils import parsedate_to_datetime

import pytest

from qbo_emulator import Emulator
from qbo_emulator.books.clock import PACIFIC, Clock

from .conftest import TOKEN, Client, invoice, line


@pytest.mark.parametrize(
    "statement",
    [
        "select * from Customer where id = '1'",
        "select * from customer where displayname = 'Amy\\'s Bird Sanctuary' orderby id",
        "select * from Customer where METADATA.createtime > '2020-01-01' order by metadata.LASTUPDATEDTIME desc",
        "select ID, displayName from Customer where active = true",
        "select * from Customer where primaryemailaddr = 'Birds@Intuit.com'",
    ],
)
def test_properties_come_in_any_case(books: Client, statement: str) -> None:
    [row] = books.query(statement)["Customer"]
    assert (row["Id"], row["DisplayName"]) == ("1", "Amy's Bird Sanctuary")


def test_an_entity_without_a_field_table_too(books: Client) -> None:
    made = books.post("Class", {"Name": "North"})
    assert books.query(f"select * from Class where ID = '{made['Id']}' orderby name")["Class"] == [made]


@pytest.mark.parametrize("params", [{"include": "void"}, {"operation": "update", "include": "void"}])
def test_include_void_voids(books: Client, params: dict[str, str]) -> None:
    made = books.post("Invoice", invoice())
    key = {"Id": made["Id"], "SyncToken": "0"}
    voided = books.post("Invoice", {**key, "sparse": True}, **params)
    assert (voided["TotalAmt"], voided["PrivateNote"]) == (0, "Voided")


def test_options_of_a_batch_item_void_too(books: Client) -> None:
    made = books.post("Invoice", invoice())
    item = {"bId": "1", "optionsData": "void", "Invoice": {"Id": made["Id"], "SyncToken": "0"}}
    assert books.batch(item)[0]["Invoice"]["TotalAmt"] == 0


def test_a_custom_field_keeps_what_it_is(books: Client) -> None:
    field = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType", "StringValue": "102"}
    made = books.post("Invoice", invoice(CustomField=[field]))
    assert books.read("Invoice", made["Id"])["CustomField"] == [field]


def test_a_form_has_the_custom_fields_that_the_company_uses(books: Client, sample: Client) -> None:
    crew = {"DefinitionId": "1", "Name": "Crew #", "Type": "StringType"}
    assert books.post("Invoice", invoice())["CustomField"] == []
    made = sample.post("Invoice", invoice())
    assert made["CustomField"] == [crew]
    named = {"Id": made["Id"], "SyncToken": made["SyncToken"], "sparse": True}
    changed = sample.post("Invoice", named | {"CustomField": [{"DefinitionId": "1", "StringValue": "102"}]})
    assert changed["CustomField"] == [crew | {"StringValue": "102"}]
    # A full update that leaves it out empties it.
    whole = invoice(Id=made["Id"], SyncToken=changed["SyncToken"])
    assert sample.post("Invoice", whole)["CustomField"] == [crew]


def test_the_payment_method_of_a_receipt_has_its_name_and_exists(books: Client) -> None:
    made = books.post("SalesReceipt", invoice(PaymentMethodRef={"value": "2"}))
    assert made["PaymentMethodRef"] == {"value": "2", "name": "Check"}
    assert books.fault("SalesReceipt", invoice(PaymentMethodRef={"value": "99"}))["code"] == "2500"


@pytest.mark.parametrize("entity", ["SalesReceipt", "RefundReceipt"])
def test_a_receipt_has_a_tax_detail_unless_it_was_made_without_a_customer(books: Client, entity: str) -> None:
    # Recorded of both; one that loses its customer keeps the detail.
    sold = {"Line": [line()], "DepositToAccountRef": {"value": "35"}}
    none = {"TotalTax": 0}
    row = books.post(entity, {**sold, "CustomerRef": {"value": "1"}})
    assert row["TxnTaxDetail"] == none
    row = books.post(entity, {**sold, "Id": row["Id"], "SyncToken": row["SyncToken"]})
    assert ("CustomerRef" in row, row["TxnTaxDetail"]) == (False, none)
    row = books.post(entity, sold)
    for operation in ("update", "void"):
        assert "TxnTaxDetail" not in row
        sent = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        if operation == "void" and entity == "RefundReceipt":
            break
        row = books.post(entity, sent, operation=operation)
    assert "TxnTaxDetail" not in row


def test_items_of_the_sample_company_are_described_and_so_are_its_lines(sample: Client) -> None:
    assert sample.read("Item", "4")["Description"] == "Custom Design"
    assert sample.read("SalesReceipt", "17")["Line"][0]["Description"] == "Custom Design"
    assert "Description" not in sample.read("Item", "1")


def test_the_sample_company_has_the_recorded_receipts(sample: Client) -> None:
    rows = {
        row["Id"]: row for row in sample.query("select * from SalesReceipt where DocNumber < '1015'")["SalesReceipt"]
    }
    assert {key: (row["DocNumber"], row["TotalAmt"], row["CustomerRef"]["name"]) for key, row in rows.items()} == {
        "11": ("1003", Decimal("337.50"), "Dylan Sollfrank"),
        "17": ("1008", Decimal("337.50"), "Kate Whelan"),
        "38": ("1011", Decimal("78.75"), "Pye's Cakes"),
        "47": ("1014", Decimal("140.00"), "Diego Rodriguez"),
    }
    # Names and transactions each count by ids of their own.
    for entities in (("Customer", "Vendor", "Employee"), ("Invoice", "SalesReceipt", "Payment", "Bill", "Deposit")):
        ids = [row["Id"] for one in entities for row in sample.query(f"select Id from {one} maxresults 1000")[one]]
        assert len(ids) == len(set(ids))


def test_an_account_is_referred_to_by_its_full_name(sample: Client) -> None:
    full = "Landscaping Services:Job Materials:Plants and Soil"  # as in recorded answers
    item = sample.read("Item", "14")
    assert item["IncomeAccountRef"] == {"value": "49", "name": full}
    assert sample.post("Item", item)["IncomeAccountRef"]["name"] == full
    detail = {
        "DetailType": "AccountBasedExpenseLineDetail",
        "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "49"}},
    }
    bill = sample.post("Bill", {"VendorRef": {"value": "30"}, "Line": [{"Amount": 5, **detail}]})
    assert bill["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["name"] == full


def test_the_company_tells_what_clients_have_accessors_for(books: Client) -> None:
    told = {one["Name"]: one["Value"] for one in books.read("CompanyInfo", "1")["NameValue"]}
    assert told["IndustryType"] == "Landscaping Services"
    assert {
        "NeoEnabled",
        "IndustryCode",
        "SubscriptionStatus",
        "OfferingSku",
        "PayrollFeature",
        "AccountantFeature",
    } <= {*told}


def test_the_sample_company_has_types_of_customers(sample: Client) -> None:
    rows = sample.query("select * from CustomerType")["CustomerType"]
    assert {row["Id"]: row["Name"] for row in rows} == {
        "1": "Retail", "2": "Drop Ship", "3": "Distributor", "4": "Wholesale",
    }  # fmt: skip
    assert sample.read("CustomerType", "4")["Active"] is True


def test_an_unknown_property_is_refused_with_those_that_are_known(books: Client) -> None:
    detail = books.fault("Invoice", invoice(BadJson=True))["Detail"]
    assert detail.startswith(
        'Property Name:Unrecognized field "BadJson" (class com.intuit.schema.finance.v3.Invoice), not'
    )
    assert '"DocNumber"' in detail
    assert detail.endswith(" [truncated]])\n specified is unsupported or invalid")


@pytest.mark.parametrize(
    ("field", "value", "empty"),
    [
        ("AcctNum", "77", ""),
        ("PrimaryEmailAddr", {"Address": "jo@example.com"}, {}),
        ("PrimaryPhone", {"FreeFormNumber": "555"}, {"FreeFormNumber": ""}),
        ("TermRef", {"value": "3"}, {"value": ""}),
    ],
)
def test_what_is_sent_empty_in_a_sparse_update_is_cleared(
    books: Client, field: str, value: object, empty: object
) -> None:
    made = books.post("Vendor", {"DisplayName": "Ellis", field: value})
    same = {"Id": made["Id"], "SyncToken": "0", "sparse": True}
    assert books.post("Vendor", same | {field: None})[field] == value
    cleared = books.post("Vendor", same | {field: empty})
    assert field not in cleared
    assert (cleared["SyncToken"], cleared["DisplayName"]) == ("1", "Ellis")
    assert field not in books.read("Vendor", made["Id"])


def test_what_must_be_there_is_not_cleared(books: Client) -> None:
    made = books.post("Invoice", invoice(DocNumber="7", DueDate="2030-01-01"))
    junk = {"DocNumber": "", "DueDate": "", "TotalAmt": ""}
    kept = books.post("Invoice", {"Id": made["Id"], "SyncToken": "0", "sparse": True, **junk})
    assert (kept["DocNumber"], kept["DueDate"], kept["TotalAmt"]) == ("7", "2030-01-01", made["TotalAmt"])


REPEATED = [
    ("Bill", ["VendorRef"], {"PrivateNote": "seen"}),
    ("BillPayment", ["VendorRef"], {"PrivateNote": "seen"}),
    ("VendorCredit", ["VendorRef"], {"PrivateNote": "seen"}),
    ("Purchase", ["PaymentType"], {"PrivateNote": "seen"}),
    ("Deposit", ["DepositToAccountRef"], {"PrivateNote": "seen"}),
    ("Transfer", ["FromAccountRef", "ToAccountRef", "Amount"], {"PrivateNote": "seen"}),
    ("CreditCardPayment", ["CreditCardAccountRef", "BankAccountRef", "Amount"], {"PrivateNote": "seen"}),
    ("Class", ["Name"], {"Active": False}),
    ("Department", ["Name"], {"Active": False}),
    ("Term", ["Name"], {"DiscountPercent": 2, "DueDays": 9}),
]
MADE = {
    "VendorCredit": {"VendorRef": {"value": "30"}, "Line": [{"Amount": 5}]},
    "CreditCardPayment": {
        "Amount": 7,
        "CreditCardAccountRef": {"value": "42"},
        "BankAccountRef": {"value": "35"},
    },
    "Transfer": {"Amount": 7, "FromAccountRef": {"value": "35"}, "ToAccountRef": {"value": "4"}},
    "Class": {"Name": "Another"},
    "Department": {"Name": "Another"},
}


@pytest.mark.parametrize(("entity", "fields", "change"), REPEATED)
def test_some_fields_must_stand_in_every_update(
    sample: Client, entity: str, fields: list[str], change: dict[str, object]
) -> None:
    if entity in MADE:
        assert sample.call("POST", entity.lower(), MADE[entity]).status_code == 200
    [[row]] = [found for found in sample.query(f"select * from {entity} maxresults 1").values() if type(found) is list]
    change = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True, **change}
    whole = change | {field: row[field] for field in fields}
    for field in fields:
        fault = sample.fault(entity, {name: value for name, value in whole.items() if name != field})
        assert (fault["code"], fault["element"]) == ("2020", field)
    assert sample.call("POST", entity.lower(), whole).status_code == 200
    sample.do("switch", name="sparse_without_required", value="accept")
    again = change | {"SyncToken": str(int(row["SyncToken"]) + 1)}
    assert sample.call("POST", entity.lower(), again).status_code == 200


@pytest.mark.parametrize("entity", ["Invoice", "Bill"])
def test_a_class_must_be_there_and_gets_its_name(sample: Client, entity: str) -> None:
    """Words as recorded in 2026; those for a location are inferred from them."""
    north = sample.post("Class", {"Name": "Up north"})["Id"]
    shop = sample.post("Department", {"Name": "Up shop"})["Id"]

    def body(**reference: str) -> dict[str, object]:
        detail = "SalesItemLineDetail" if entity == "Invoice" else "AccountBasedExpenseLineDetail"
        about = {"ItemRef": {"value": "1"}} if entity == "Invoice" else {"AccountRef": {"value": "7"}}
        inner = {**about, "ClassRef": {"value": reference.get("inner", north)}}
        lines = [{"Amount": 5, "DetailType": detail, detail: inner}]
        who = {"CustomerRef": {"value": "1"}} if entity == "Invoice" else {"VendorRef": {"value": "30"}}
        return {**who, "Line": lines, "DepartmentRef": {"value": reference.get("location", shop)}}

    made = sample.post(entity, body())
    detail = made["Line"][0]["DetailType"]
    assert made["Line"][0][detail]["ClassRef"] == {"value": north, "name": "Up north"}
    assert made["DepartmentRef"] == {"value": shop, "name": "Up shop"}
    missing = sample.fault(entity, body(inner="999999"))
    words = "Invalid Reference Id : Klasses element id 999999 not found"
    assert (missing["code"], missing["Detail"], missing["element"]) == ("2500", words, "Reference Id")
    named = sample.fault(entity, body(inner="North"))
    words = "Id should be a valid number. Supplied value:North"
    assert (named["code"], named["Detail"], named["element"]) == ("2030", words, f"Line.{detail}.ClassRef.value")
    assert sample.fault(entity, body(location="99"))["Detail"].endswith("Departments element id 99 not found")
    assert sample.fault(entity, body(location="Shop"))["element"] == "DepartmentRef.value"


@pytest.mark.parametrize("word", ["INVOICE", "invoice", "Invoice"])
def test_what_a_link_leads_to_may_be_written_in_any_case(books: Client, word: str) -> None:
    made = books.post("Invoice", invoice())
    lines = [{"Amount": 40, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": word}]}]
    paid = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 40, "Line": lines})
    assert paid["Line"][0]["LinkedTxn"] == [{"TxnId": made["Id"], "TxnType": "Invoice"}]
    assert books.read("Invoice", made["Id"])["Balance"] == 60


def test_an_id_that_is_too_large_is_none(sample: Client) -> None:
    for entity, code in (("invoice", "2030"), ("customer", "2030"), ("purchase", "2030"), ("vendor", "610")):
        [error] = sample.call("GET", f"{entity}/9999999999999").json()["Fault"]["Error"]
        assert error["code"] == code
        [error] = sample.call("GET", f"{entity}/{2**31 - 1}").json()["Fault"]["Error"]
        assert error["code"] == "610"


def test_a_read_without_an_id_is_told_of_the_method(sample: Client) -> None:
    for path, words in (
        ("customer", "Operation No resource method found for GET, return 405 with Allow header is not supported."),
        ("journalentry/", "Operation No resource method found for GET, return 405 with Allow header is not supported."),
        ("bill/", "Operation operation could not find resource for entity bill is not supported."),
    ):
        [error] = sample.call("GET", path).json()["Fault"]["Error"]
        assert (error["Message"], error["Detail"]) == ("Unsupported Operation", words)


def test_the_other_fields_need_not_stand_in_a_sparse_update(sample: Client) -> None:
    for entity in ("Invoice", "Customer", "Item", "Vendor", "Payment", "JournalEntry", "Estimate"):
        [row] = sample.query(f"select * from {entity} maxresults 1")[entity]
        change = {"Id": row["Id"], "SyncToken": row["SyncToken"], "sparse": True}
        assert sample.post(entity, change)["Id"] == row["Id"]


def test_attachments_are_found_by_what_they_hang_on(books: Client) -> None:
    def hung_on(*keys: str) -> list[dict[str, object]]:
        return [{"EntityRef": {"type": "Invoice", "value": key}} for key in keys]

    first, second = (books.post("Invoice", invoice())["Id"] for _ in range(2))
    both = books.post("Attachable", {"Note": "both", "AttachableRef": hung_on(first, second)})
    books.post("Attachable", {"Note": "first", "AttachableRef": hung_on(first)})
    where = "AttachableRef.EntityRef.Type = 'Invoice' and AttachableRef.EntityRef.value"
    [found] = books.query(f"select * from Attachable where {where} = '{second}'")["Attachable"]
    assert found["Id"] == both["Id"]
    assert len(books.query(f"select * from Attachable where {where} = '{first}'")["Attachable"]) == 2
    assert books.query(f"select * from Attachable where {where} = '9999'") == {}


@pytest.mark.parametrize("entity", ["Invoice", "SalesReceipt", "Purchase", "JournalEntry"])
def test_a_department_cannot_be_queried(books: Client, entity: str) -> None:
    fault = books.query_fault(f"select * from {entity} where DepartmentRef = '1'")
    assert fault["Detail"] == "QueryValidationError: property 'DepartmentRef' is not queryable"


def test_the_year_1_is_no_date(books: Client) -> None:
    made = books.post("Invoice", invoice(TxnDate="0001-01-01", DueDate="0001-01-01T00:00:00Z", ShipDate="0001-01-01"))
    assert made["TxnDate"] > "2020"
    assert made["DueDate"] > made["TxnDate"]
    assert "ShipDate" not in made


def test_what_changes_nothing_in_a_list_moves_no_sync_token(books: Client) -> None:
    row = books.post("Customer", {"DisplayName": "Ada"})
    same = {"Id": row["Id"], "SyncToken": "0", "sparse": True, "DisplayName": "Ada", "Active": True}
    assert books.post("Customer", same) == row
    gone = books.post("Customer", {**same, "Active": False})
    assert gone["SyncToken"] == "1"
    again = {**same, "SyncToken": "1", "DisplayName": gone["DisplayName"], "Active": False}
    assert books.post("Customer", again) == gone
    made = books.post("Invoice", invoice())
    assert books.post("Invoice", {"Id": made["Id"], "SyncToken": "0", "sparse": True})["SyncToken"] == "1"


def test_an_attachable_goes_by_its_id_alone(books: Client) -> None:
    link = {"EntityRef": {"type": "Invoice", "value": books.post("Invoice", invoice())["Id"]}}
    made = books.post("Attachable", {"Note": "See there", "AttachableRef": [link]})
    assert made["AttachableRef"] == [{**link, "IncludeOnSend": False}]
    assert len(made["Id"]) == 19
    assert books.post("Attachable", {"Id": made["Id"]}, operation="delete")["status"] == "Deleted"


def test_an_answer_to_what_is_no_id_has_no_time(books: Client) -> None:
    assert "time" not in books.call("GET", "customer/1.5").json()
    assert "time" in books.call("GET", "customer/999").json()


def test_a_query_for_an_id_that_is_no_number_is_refused(books: Client) -> None:
    assert books.query_fault("select * from Bill where Id = 'no-such-id'")["code"] == "4001"
    assert books.query_fault("select * from Customer where Id in ('1', 'x')")["code"] == "4001"
    assert books.query("select * from Customer where Id in ('1', '-1')")["maxResults"] == 1
    assert books.query("select * from TaxCode where Id = 'TAX'")["TaxCode"][0]["Id"] == "TAX"
    books.do("switch", name="text_as_id", value="find_nothing")
    assert books.query("select * from Bill where Id = 'no-such-id'") == {}


def test_an_answer_has_the_headers_of_recorded_ones(client_of: Callable[[Emulator], Client]) -> None:
    emulator = Emulator(access_token=TOKEN, has_limits=False, clock=Clock.starting(date(2026, 6, 18)))
    books = client_of(emulator)
    success, refusal = books.call("GET", "customer/1"), books.call("GET", "customer/999")

    assert {"QBO-Version", "Service-Time", "Expires", "Cache-Control", "Date", "intuit_tid"} <= set(success.headers)
    assert {"Date", "intuit_tid"} <= set(refusal.headers)
    assert "QBO-Version" not in refusal.headers
    # The company's day is that of California; the header is in GMT, where the next may have begun.
    assert parsedate_to_datetime(success.headers["Date"]).astimezone(PACIFIC).date() == date(2026, 6, 18)
    assert success.headers["Date"].endswith(" GMT")

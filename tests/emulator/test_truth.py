"""Small things that clients in use rely on."""

from __future__ import annotations

import pytest

from .conftest import Client, invoice


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

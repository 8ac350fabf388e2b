"""Create, update, delete and void, as recorded from Intuit."""

from decimal import Decimal

from .conftest import Client, invoice, line


def test_a_minimal_invoice_gains_the_recorded_defaults(books: Client) -> None:
    row = books.post("Invoice", invoice(line(code=None)))
    assert row["Line"][0]["SalesItemLineDetail"]["TaxCodeRef"] == {"value": "NON"}
    assert row["Line"][0]["Id"] == "1"
    assert row["Line"][0]["LineNum"] == 1
    assert row["Line"][1] == {"Amount": Decimal("100.00"), "DetailType": "SubTotalLineDetail", "SubTotalLineDetail": {}}
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert (row["CustomField"], row["LinkedTxn"]) == ([], [])
    assert (row["EmailStatus"], row["PrintStatus"]) == ("NotSet", "NeedToPrint")
    assert row["Balance"] == row["TotalAmt"] == 100
    assert row["CustomerRef"] == {"value": "1", "name": "Amy's Bird Sanctuary"}
    assert row["BillAddr"]["Line1"] == "4581 Finch St."
    assert "SalesTermRef" not in row


def test_the_due_date_follows_the_term(books: Client) -> None:
    row = books.post("Invoice", invoice(TxnDate="2026-03-02", SalesTermRef={"value": "2"}))
    assert row["DueDate"] == "2026-03-17"


def test_without_a_term_an_invoice_is_due_after_30_days(books: Client) -> None:
    assert books.post("Invoice", invoice(TxnDate="2026-03-02"))["DueDate"] == "2026-04-01"


def test_ids_and_sync_tokens_are_strings_and_times_carry_a_pacific_offset(books: Client) -> None:
    row = books.post("Invoice", invoice())
    assert row["Id"].isdigit()
    assert row["SyncToken"] == "0"
    assert row["MetaData"]["CreateTime"][-6:] in ("-08:00", "-07:00")


def test_a_sparse_update_keeps_what_it_does_not_name(books: Client) -> None:
    row = books.post("Invoice", invoice(PrivateNote="keep me", DocNumber="A1"))
    changed = books.post("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "DueDate": "2030-01-01"})
    assert (changed["PrivateNote"], changed["DocNumber"], changed["DueDate"]) == ("keep me", "A1", "2030-01-01")
    assert changed["SyncToken"] == "1"


def test_a_full_update_clears_what_it_does_not_name(books: Client) -> None:
    row = books.post("Invoice", invoice(PrivateNote="gone"))
    changed = books.post("Invoice", invoice(Id=row["Id"], SyncToken="0"))
    assert "PrivateNote" not in changed


def test_a_line_names_an_item_in_full(books: Client) -> None:
    # Recorded: "Oribe:Shampoo:Test Product".
    parent = books.post("Item", {"Name": "Parts", "Type": "Category"})["Id"]
    item = {"Name": "Bolt", "Type": "Service", "IncomeAccountRef": {"value": "1"}}
    child = books.post("Item", {**item, "SubItem": True, "ParentRef": {"value": parent}})
    row = books.post("Invoice", invoice({**line(), "SalesItemLineDetail": {"ItemRef": {"value": child["Id"]}}}))
    assert row["Line"][0]["SalesItemLineDetail"]["ItemRef"] == {"value": child["Id"], "name": "Parts:Bolt"}


def test_a_receipt_that_loses_its_customer_loses_the_addresses(books: Client) -> None:
    row = books.post("SalesReceipt", invoice())
    kept = books.post("SalesReceipt", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "a"})
    assert kept["BillAddr"] == row["BillAddr"]
    changed = books.post("SalesReceipt", {"Id": row["Id"], "SyncToken": "1", "Line": [line()]})
    assert not {"CustomerRef", "BillAddr", "ShipAddr"} & changed.keys()


def test_a_sparse_update_replaces_the_lines_as_a_whole(books: Client) -> None:
    row = books.post("Invoice", invoice(line("10"), line("20")))
    changed = books.post("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "Line": [line("5")]})
    assert [one["Amount"] for one in changed["Line"]] == [5, 5]
    assert changed["TotalAmt"] == 5


def test_an_old_sync_token_is_a_stale_object(books: Client) -> None:
    row = books.post("Invoice", invoice())
    books.post("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "a"})
    fault = books.fault("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "PrivateNote": "b"})
    assert (fault["code"], fault["Message"]) == ("5010", "Stale Object Error")


def test_a_sync_token_may_come_as_a_number(books: Client) -> None:
    row = books.post("Invoice", invoice())
    assert books.post("Invoice", {"Id": row["Id"], "SyncToken": 0, "sparse": True, "PrivateNote": "a"})


def test_a_delete_answers_with_a_stub_and_a_second_one_finds_nothing(books: Client) -> None:
    row = books.post("Invoice", invoice())
    gone = books.post("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="delete")
    assert gone == {"domain": "QBO", "status": "Deleted", "Id": row["Id"]}
    assert books.fault("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="delete")["code"] == "610"


def test_a_voided_invoice_stays_with_its_number_and_nothing_on_it(books: Client) -> None:
    row = books.post("Invoice", invoice(line(Qty=2, UnitPrice=50), DocNumber="V1"))
    voided = books.post("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="void")
    assert (voided["TotalAmt"], voided["Balance"], voided["PrivateNote"]) == (0, 0, "Voided")
    assert [one["Amount"] for one in voided["Line"]] == [0, 0]
    assert (voided["DocNumber"], voided["SyncToken"]) == ("V1", "1")


def test_void_also_goes_by_include(books: Client) -> None:
    row = books.post("Invoice", invoice())
    body = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    assert books.post("Invoice", body, operation="update", include="void")["TotalAmt"] == 0


def test_a_note_that_was_there_survives_a_void_by_switch(books: Client) -> None:
    books.do("switch", name="void_note", value="keep")
    row = books.post("Invoice", invoice(PrivateNote="job 7"))
    assert books.post("Invoice", {"Id": row["Id"], "SyncToken": "0"}, operation="void")["PrivateNote"] == "job 7"


def test_lines_keep_their_ids_and_unknown_ids_are_new(books: Client) -> None:
    row = books.post("Invoice", invoice(line("1"), line("2")))
    lines = [{**line("2"), "Id": "2"}, {**line("3"), "Id": "99"}]
    changed = books.post("Invoice", {"Id": row["Id"], "SyncToken": "0", "sparse": True, "Line": lines})
    assert [one.get("Id") for one in changed["Line"]] == ["2", "3", None]


def test_a_line_without_an_item_is_a_comment_and_its_amount_is_ignored(books: Client) -> None:
    bare = {"DetailType": "SalesItemLineDetail", "Amount": 40, "SalesItemLineDetail": {}, "Description": "note"}
    row = books.post("Invoice", invoice(line("10"), bare))
    assert row["TotalAmt"] == 10
    assert row["Line"][1]["DetailType"] == "DescriptionOnly"


def test_a_bundle_carries_no_amount_and_its_lines_do(books: Client) -> None:
    books.do("add_item", name="Kit", type="Service")
    bundle = {
        "DetailType": "GroupLineDetail",
        "GroupLineDetail": {"GroupItemRef": {"value": "3"}, "Quantity": 1, "Line": [line("7"), line("8")]},
    }
    row = books.post("Invoice", invoice(bundle))
    assert (row["Line"][0]["Amount"], row["Line"][1]["Amount"], row["TotalAmt"]) == (0, 15, 15)


def test_what_clients_send_as_junk_is_neither_stored_nor_refused(books: Client) -> None:
    junk = {
        "PrivateNote": "",
        "DueDate": "",
        "ExchangeRate": "",
        "LinkedTxn": [],
        "TotalAmt": 5,
        "SyncToken": "0",
        "CustomField": [],
    }
    row = books.post("Invoice", invoice(line(Qty=""), **junk))
    assert row["TotalAmt"] == 100
    assert "PrivateNote" not in row


def test_amounts_keep_their_decimals(books: Client) -> None:
    answer = books.call("POST", "invoice", invoice(line("100")))
    assert '"TotalAmt":100.00' in answer.text


def test_a_subscription_that_ended_lets_read_and_not_write(books: Client) -> None:
    row = books.post("Invoice", invoice())
    books.do("subscription", status="EXPIRED")
    assert books.fault("Invoice", invoice())["code"] == "6190"
    assert books.read("Invoice", row["Id"])["Id"] == row["Id"]


def test_half_a_letter_is_no_reason_to_fall_silent(books: Client) -> None:
    body = '{"DisplayName": "half \\ud800 letter"}'
    answer = books.session.post(
        f"{books.url}/v3/company/{books.realm}/customer", data=body, headers=books.headers, timeout=9
    )
    assert answer.json()["Customer"]["DisplayName"] == "half ? letter"


def test_an_invoice_worth_less_than_was_paid_lets_go_of_the_rest(books: Client) -> None:
    row = books.post("Invoice", invoice(line("100")))
    paid = {"Amount": 100, "LinkedTxn": [{"TxnId": row["Id"], "TxnType": "Invoice"}]}
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 100, "Line": [paid]})
    changed = books.post("Invoice", {"Id": row["Id"], "SyncToken": "1", "sparse": True, "Line": [line("60")]})
    assert changed["Balance"] == 0
    after = books.read("Payment", payment["Id"])
    assert (after["Line"][0]["Amount"], after["UnappliedAmt"]) == (60, 40)
    assert books.read("Customer", "1")["Balance"] == -40

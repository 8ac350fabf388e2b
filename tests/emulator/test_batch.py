"""Batches and request ids."""

from typing import Any

import pytest

from .conftest import Client, invoice, line


def create(number: str, key: str = "1") -> dict:
    return {"bId": key, "operation": "create", "Invoice": invoice(DocNumber=number)}


def test_each_item_is_answered_by_itself(books: Client) -> None:
    books.post("Invoice", invoice(DocNumber="taken"))
    answers = books.batch(
        create("free", "a"),
        create("taken", "b"),
        {"bId": "c", "Query": "select * from Invoice where DocNumber = 'none'"},
        {"bId": "d", "operation": "update", "Customer": {"Id": "1", "SyncToken": "9", "sparse": True, "Active": False}},
    )
    assert answers[0]["Invoice"]["DocNumber"] == "free"
    assert answers[1]["Fault"]["Error"][0]["code"] == "6140"
    assert answers[2] == {"QueryResponse": {}, "bId": "c"}
    assert answers[3]["Fault"] == {
        "Error": [
            {
                "Message": "Stale Object Error",
                "Detail": answers[3]["Fault"]["Error"][0]["Detail"],
                "code": "5010",
                "element": "",
            }
        ],
        "type": "ValidationFault",
    }
    assert [one["bId"] for one in answers] == ["a", "b", "c", "d"]


def test_void_and_delete_in_a_batch(books: Client) -> None:
    one, two = books.post("Invoice", invoice()), books.post("Invoice", invoice())
    voided, deleted = books.batch(
        {"bId": "1", "operation": "update", "optionsData": "void", "Invoice": {"Id": one["Id"], "SyncToken": "0"}},
        {"bId": "2", "operation": "delete", "Invoice": {"Id": two["Id"], "SyncToken": "0"}},
    )
    assert voided["Invoice"]["TotalAmt"] == 0
    assert deleted["Invoice"]["status"] == "Deleted"


def test_a_used_number_passes_by_options_data(books: Client) -> None:
    books.post("Invoice", invoice(DocNumber="A"))
    answer = books.batch({**create("A"), "optionsData": "allowduplicatedocnum"})
    assert answer[0]["Invoice"]["DocNumber"] == "A"


def test_more_than_thirty_items_are_refused_whole(books: Client) -> None:
    answer = books.call("POST", "batch", {"BatchItemRequest": [create(str(n), str(n)) for n in range(31)]})
    assert (answer.status_code, answer.json()["Fault"]["Error"][0]["code"]) == (400, "1040")
    assert books.state["counts"]["Invoice"] == 0


def test_a_broken_item_does_not_hurt_the_others(books: Client) -> None:
    answers = books.batch({"bId": "1", "operation": "create", "Nonsense": {}}, {"bId": "2"}, create("A", "3"))
    assert "Fault" in answers[0]
    assert "Fault" in answers[1]
    assert answers[2]["Invoice"]["DocNumber"] == "A"


def test_a_repeated_request_id_does_nothing_and_answers_the_same(books: Client) -> None:
    first = books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r1")
    second = books.call("POST", "invoice", invoice(DocNumber="A"), requestid="r1")
    assert first.text == second.text
    assert books.state["counts"]["Invoice"] == 1
    assert books.state["replayed"] == 1


def test_a_batch_is_replayed_whole(books: Client) -> None:
    body = {"BatchItemRequest": [create("A", "1"), create("B", "2"), create("A", "3")]}
    first = books.call("POST", "batch", body, requestid="r2")
    assert books.call("POST", "batch", body, requestid="r2").text == first.text
    assert books.state["counts"]["Invoice"] == 2


def test_a_fault_is_replayed_too_unless_switched_off(books: Client) -> None:
    books.do("close_books", date="2026-12-31")
    body = invoice(TxnDate="2026-01-01")
    assert books.fault("Invoice", body, requestid="r3")["code"] == "6210"
    books.do("close_books", date=None)
    assert books.fault("Invoice", body, requestid="r3")["code"] == "6210"
    books.do("switch", name="requestid_replays_faults", value=False)
    books.do("close_books", date="2026-12-31")
    assert books.fault("Invoice", body, requestid="r4")["code"] == "6210"
    books.do("close_books", date=None)
    assert books.post("Invoice", body, requestid="r4")


@pytest.mark.parametrize(("value", "created"), [("replay", 1), ("execute", 2)])
def test_the_same_id_with_another_body_by_switch(books: Client, value: str, created: int) -> None:
    books.do("switch", name="requestid_other_body", value=value)
    books.post("Invoice", invoice(DocNumber="A"), requestid="r5")
    books.post("Invoice", invoice(DocNumber="B"), requestid="r5")
    assert books.state["counts"]["Invoice"] == created


def test_the_same_id_with_another_body_can_be_600(books: Client) -> None:
    books.do("switch", name="requestid_other_body", value="600")
    books.post("Invoice", invoice(DocNumber="A"), requestid="r5")
    assert books.fault("Invoice", invoice(DocNumber="B"), requestid="r5")["code"] == "600"


def test_a_request_id_is_forgotten_by_switch(books: Client) -> None:
    books.do("switch", name="requestid_seconds", value=60)
    books.post("Invoice", invoice(), requestid="r6")
    books.do("advance_clock", seconds=61)
    books.post("Invoice", invoice(), requestid="r6")
    assert books.state["counts"]["Invoice"] == 2


@pytest.mark.parametrize(("entity", "length"), [("invoice", 51), ("batch", 37)])
def test_a_request_id_that_is_too_long(books: Client, entity: str, length: int) -> None:
    body = invoice(line()) if entity == "invoice" else {"BatchItemRequest": []}
    answer = books.call("POST", entity, body, requestid="x" * length)
    assert answer.json()["Fault"]["Error"][0]["code"] == "2130"


def test_an_item_that_names_no_operation_is_a_create(books: Client) -> None:
    answers = books.batch({"Attachable": {"Note": "x", "Tag": "t"}}, {"bId": "2", "Attachable": {}})
    assert answers[0]["Attachable"]["Tag"] == "t"
    assert answers[1]["Fault"]["Error"][0]["code"] == "2020"


def test_a_card_payment_goes_by_either_name(books: Client) -> None:
    body = {"Amount": 9, "BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "41"}}
    made = [books.batch({"bId": "1", "operation": "create", name: body})[0] for name in CARD_PAYMENT]
    assert all(one["CreditCardPaymentTxn"]["Amount"] == 9 for one in made)


CARD_PAYMENT = ("CreditCardPayment", "CreditCardPaymentTxn")


def test_the_day_of_the_first_transaction_comes_with_the_company_for_who_asks(books: Client) -> None:
    """A live test of Intuit's SDK for .NET asks for it in a batch; its SDK for Java on a query."""

    def days(info: dict[str, Any]) -> list[str]:
        return [pair["Value"] for pair in info["NameValue"] if pair["Name"] == "firsttxndate"]

    def asked() -> list[list[str]]:
        item = {"bId": "1", "Query": "Select * From CompanyInfo", "optionsData": "firsttxndate"}
        [answer] = books.batch(item)
        query = books.call("GET", "query", query="select * from CompanyInfo", include="firsttxndate").json()
        read = books.call("GET", "companyinfo/1", include="firstTxnDate").json()
        found = [answer["QueryResponse"]["CompanyInfo"][0], query["QueryResponse"]["CompanyInfo"][0]]
        return [days(info) for info in (*found, read["CompanyInfo"])]

    assert asked() == [[], [], []]
    for day in ("2026-03-02", "2026-02-03"):
        books.post("Invoice", invoice(TxnDate=day))
    assert asked() == [["2026-02-03"]] * 3
    assert days(books.query("select * from CompanyInfo")["CompanyInfo"][0]) == []


def test_an_item_without_an_id_gets_an_answer_without_one(books: Client) -> None:
    [answer] = books.batch({"Query": "select * from Term"})
    assert "bId" not in answer

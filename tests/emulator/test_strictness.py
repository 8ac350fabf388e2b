"""What Intuit is reported to refuse, each with a switch whose default is the stricter reading."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice, line

Make = Callable[[Emulator], Client]


def discount(amount: Any) -> dict[str, Any]:
    return {"DetailType": "DiscountLineDetail", "Amount": amount, "DiscountLineDetail": {"PercentBased": False}}


@pytest.fixture
def canada(client_of: Make) -> Client:
    return client_of(Emulator(access_token=TOKEN, has_limits=False, world="canada"))


# letters in queries


@pytest.mark.parametrize(
    ("letter", "named"), [("’", '"\\u2019" (8217)'), ("–", '"\\u2013" (8211)'), ("漢", "28450"), ("😀", "55357")]
)
def test_a_letter_beyond_latin_1_is_a_lexical_error(books: Client, letter: str, named: str) -> None:
    fault = books.query_fault(f"select * from Customer where DisplayName = 'Amy{letter}s'")
    assert fault["code"] == "4000"
    assert "Lexical error at line 1, column " in fault["Detail"]
    assert named in fault["Detail"]


def test_it_fails_alone_in_a_batch_and_in_a_posted_query_too(books: Client) -> None:
    bad, good = books.batch(
        {"bId": "1", "Query": "select * from Customer where DisplayName = 'ł'"},
        {"bId": "2", "Query": "select * from Customer where DisplayName = 'é'"},
    )
    assert bad["Fault"]["Error"][0]["code"] == "4000"
    assert good["QueryResponse"] == {}
    assert books.call("POST", "query", "select * from Item where Name = '“'").status_code == 400


def test_letters_may_be_taken_by_a_switch(books: Client) -> None:
    books.post("Customer", {"DisplayName": "O’Neil"})
    books.do("switch", name="letters_beyond_latin1", value="accept")
    assert len(books.query("select * from Customer where DisplayName = 'O’Neil'")["Customer"]) == 1


# paid invoices


def test_a_paid_invoice_cannot_be_voided(books: Client) -> None:
    made = books.post("Invoice", invoice())
    link = {"Amount": 40, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Invoice"}]}
    books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 40, "Line": [link]})
    paid = books.read("Invoice", made["Id"])
    assert (
        books.fault("Invoice", {"Id": made["Id"], "SyncToken": paid["SyncToken"]}, operation="void")["code"] == "6000"
    )
    assert books.read("Invoice", made["Id"]) == paid


# totals


def test_a_discount_over_the_subtotal_is_refused(books: Client) -> None:
    assert books.fault("Invoice", invoice(line("100"), discount(101)))["code"] == "6000"
    assert books.post("Invoice", invoice(line("100"), discount(100)))["TotalAmt"] == 0


@pytest.mark.parametrize(("mode", "refused"), [("TaxInclusive", True), ("TaxExcluded", False)])
def test_it_may_be_refused_with_tax_included_only(canada: Client, mode: str, refused: bool) -> None:
    canada.do("switch", name="discount_over_subtotal", value="refuse_with_tax_included")
    canada.do("switch", name="negative_total", value="accept")
    answer = canada.call("POST", "invoice", invoice(line(code="3"), discount(101), GlobalTaxCalculation=mode))
    assert (answer.status_code == 400) == refused


def test_a_total_below_nothing_is_refused(books: Client) -> None:
    below = invoice(line("-1"))
    assert books.fault("Invoice", below)["code"] == "6000"
    books.do("switch", name="negative_total", value="accept")
    assert books.post("Invoice", below)["TotalAmt"] == -1


def test_more_than_750_taxable_lines_are_refused(books: Client) -> None:
    taxed = [line("1", code="TAX")] * 750
    assert books.fault("Invoice", invoice(*taxed, line("1", code="TAX")))["code"] == "6000"
    assert len(books.post("Invoice", invoice(*taxed, line("1", code="NON")))["Line"]) == 752


# stock


def test_nothing_moves_stock_before_it_was_kept(client_of: Make) -> None:
    sample = client_of(Emulator(access_token=TOKEN, has_limits=False, sample=True))
    early, late = {"TxnDate": "2019-12-31"}, {"TxnDate": "2020-01-01"}
    sold = invoice(line("275", item="5"))
    assert sample.fault("Invoice", {**sold, **early})["code"] == "6270"
    assert sample.post("Invoice", {**sold, **late})["Id"]
    assert sample.post("Estimate", {**sold, **early})["Id"]
    bought = {"Amount": 9, "DetailType": "ItemBasedExpenseLineDetail"}
    bought["ItemBasedExpenseLineDetail"] = {"ItemRef": {"value": "5"}}
    bill = {"VendorRef": {"value": "30"}, "Line": [bought]}
    assert sample.fault("Bill", {**bill, **early})["code"] == "6270"
    assert sample.post("Bill", {**bill, **late})["Id"]


# due dates


def test_an_invoice_is_due_by_its_terms_or_by_those_of_the_company(books: Client) -> None:
    day = {"TxnDate": "2026-03-02"}
    assert books.post("Invoice", invoice(**day))["DueDate"] == "2026-04-01"
    assert books.post("Invoice", invoice(SalesTermRef={"value": "2"}, **day))["DueDate"] == "2026-03-17"
    books.do("preference", group="SalesFormsPrefs", name="DefaultTerms", value={"value": "4"})
    assert books.post("Invoice", invoice(**day))["DueDate"] == "2026-05-01"
    books.do("preference", group="SalesFormsPrefs", name="DefaultTerms", value=None)
    assert books.post("Invoice", invoice(**day))["DueDate"] == "2026-03-02"
    books.do("switch", name="due_date_without_terms", value="30_days")
    assert books.post("Invoice", invoice(**day))["DueDate"] == "2026-04-01"
    assert books.post("Invoice", invoice(DueDate="2026-03-05", **day))["DueDate"] == "2026-03-05"


@pytest.mark.parametrize(
    ("day", "due"), [("2026-01-05", "2026-01-31"), ("2026-01-28", "2026-02-28"), ("2026-12-30", "2027-01-31")]
)
def test_terms_may_name_a_day_of_the_month(books: Client, day: str, due: str) -> None:
    term = books.post("Term", {"Name": "End of month", "DayOfMonthDue": 31, "DueNextMonthDays": 5})
    made = books.post("Invoice", invoice(TxnDate=day, SalesTermRef={"value": term["Id"]}))
    assert made["DueDate"] == due


# rows that break reads


def test_one_bad_row_breaks_every_read_that_would_return_it(books: Client) -> None:
    rows = [books.post("Customer", {"DisplayName": f"Customer {number}"}) for number in range(4)]
    bad = rows[2]["Id"]
    books.do("break_row", entity="Customer", id=bad)
    assert books.query_fault("select * from Customer")["code"] == "4002"
    assert books.call("GET", f"customer/{bad}").json()["Fault"]["Error"][0]["code"] == "4002"
    assert (
        books.call("GET", "cdc", entities="Customer", changedSince=rows[0]["MetaData"]["CreateTime"]).status_code == 400
    )
    statement = "select * from Customer orderby Id startposition {} maxresults 1"
    pages = [books.call("GET", "query", query=statement.format(start)).status_code for start in range(1, 6)]
    assert pages == [200, 200, 200, 400, 200]
    assert books.query("select count(*) from Customer")["totalCount"] == 5
    assert books.query("select * from Item")["maxResults"] == 2
    mend = {"Id": bad, "SyncToken": "0", "sparse": True, "PrimaryEmailAddr": {"Address": "new@example.com"}}
    books.post("Customer", mend)
    assert books.query("select * from Customer")["maxResults"] == 5


# tax outside the US


@pytest.mark.parametrize(("how", "total"), [("recalculated", 15), ("kept", 14)])
def test_tax_that_was_sent_is_kept_by_a_switch(canada: Client, how: str, total: int) -> None:
    canada.do("switch", name="tax_lines_outside_us", value=how)
    detail = {"TaxRateRef": {"value": "4"}, "PercentBased": True, "TaxPercent": 5, "NetAmountTaxable": 300}
    sent = {"Amount": 14, "DetailType": "TaxLineDetail", "TaxLineDetail": detail}
    body = invoice(line("300", code="3"), GlobalTaxCalculation="TaxExcluded", TxnTaxDetail={"TaxLine": [sent]})
    made = canada.post("Invoice", body)
    assert made["TxnTaxDetail"]["TotalTax"] == total
    assert made["TotalAmt"] == 300 + total


# merges


def test_a_merge_leaves_the_survivor_with_everything(books: Client) -> None:
    loser = books.post("Customer", {"DisplayName": "Twice"})["Id"]
    job = books.post("Customer", {"DisplayName": "Job", "ParentRef": {"value": loser}})["Id"]
    made = books.post("Invoice", invoice(customer=loser))
    assert books.do("merge_customers", loser=loser, survivor="1")["moved"] == 1
    assert books.read("Invoice", made["Id"])["CustomerRef"] == {"value": "1", "name": "Amy's Bird Sanctuary"}
    assert books.read("Invoice", made["Id"])["SyncToken"] == "1"
    assert books.read("Customer", "1")["Balance"] == 100
    assert books.read("Customer", job)["FullyQualifiedName"] == "Amy's Bird Sanctuary:Job"
    everyone = books.query("select * from Customer where Active in (true, false)")["Customer"]
    assert {row["Id"] for row in everyone} == {"1", job}
    assert books.call("GET", f"customer/{loser}").json()["Fault"]["Error"][0]["code"] == "610"
    books.do("switch", name="merged_customer_read", value="inactive")
    assert books.read("Customer", loser)["Active"] is False

"""XML in and out as Intuit's own SDKs read and write it."""

from __future__ import annotations

from typing import Any
from xml.etree import ElementTree

import pytest
import requests

from .conftest import Client, invoice

NAMESPACE = "{http://schema.intuit.com/finance/v3}"
XML = {"Accept": "application/xml", "Content-Type": "application/xml"}


def call(books: Client, method: str, path: str, body: str = "", **params: Any) -> requests.Response:
    url = f"{books.url}/v3/company/{books.realm}/{path}"
    headers = {**books.headers, **XML}
    return books.session.request(method, url, data=body.encode(), params=params, headers=headers, timeout=20)


def found(answer: requests.Response, path: str) -> ElementTree.Element:
    element = ElementTree.fromstring(answer.content).find("/".join(f"{NAMESPACE}{part}" for part in path.split("/")))
    assert element is not None, answer.text
    return element


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("CurrencyPrefs/HomeCurrency", "USD"),
        ("SalesFormsPrefs/DefaultTerms", "3"),
        ("TaxPrefs/TaxGroupCodeRef", "2"),
    ],
)
def test_what_is_a_reference_is_told_by_the_field_table(books: Client, path: str, text: str) -> None:
    element = found(call(books, "GET", "preferences"), f"Preferences/{path}")
    assert (element.text, list(element)) == (text, [])


def test_a_memo_is_text_and_extras_are_names_with_values(books: Client) -> None:
    made = books.post("Invoice", invoice(CustomerMemo={"value": "Thanks"}))
    assert found(call(books, "GET", f"invoice/{made['Id']}"), "Invoice/CustomerMemo").text == "Thanks"
    link = {"Amount": 9, "LinkedTxn": [{"TxnId": made["Id"], "TxnType": "Invoice"}]}
    payment = books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 9, "Line": [link]})
    answer = call(books, "GET", f"payment/{payment['Id']}")
    assert found(answer, "Payment/Line/LineEx/NameValue/Name").text == "txnId"
    assert found(answer, "Payment/Line/LineEx/NameValue/Value").text == made["Id"]


INVOICE = """<{root} xmlns="http://schema.intuit.com/finance/v3"><Line><Amount>40</Amount>{more}
<DetailType>SalesItemLineDetail</DetailType><SalesItemLineDetail>{more}<ItemRef>1</ItemRef></SalesItemLineDetail></Line>
<CustomerRef>1</CustomerRef>{end}</{root}>"""


def test_unknown_elements_on_lines_are_tolerated(books: Client) -> None:
    answer = call(books, "POST", "invoice", INVOICE.format(root="Invoice", more="<Colour>red</Colour>", end=""))
    assert found(answer, "Invoice/TotalAmt").text == "40.00"
    refused = call(books, "POST", "invoice", INVOICE.format(root="Invoice", more="", end="<Colour>red</Colour>"))
    assert (refused.status_code, 'code="2010"' in refused.text) == (400, True)


@pytest.mark.parametrize("written", ["2026-02-10 04:22:59 UTC", "2026-02-10 00:00:00 -0800", "2026-02-10"])
def test_a_date_may_be_written_as_ruby_writes_a_time(books: Client, written: str) -> None:
    body = INVOICE.format(root="Invoice", more="", end=f"<TxnDate>{written}</TxnDate>")
    assert found(call(books, "POST", "invoice", body), "Invoice/TxnDate").text == "2026-02-10"


def test_a_wrong_date_is_refused_in_xml_and_a_time_in_json(books: Client) -> None:
    body = INVOICE.format(root="Invoice", more="", end="<TxnDate>10 February 2026 04:22:59</TxnDate>")
    assert call(books, "POST", "invoice", body).status_code == 400
    assert books.fault("Invoice", invoice(TxnDate="2026-02-10 04:22:59 UTC"))["code"] == "2010"


def test_a_wrong_root_is_refused(books: Client) -> None:
    refused = call(books, "POST", "invoice", INVOICE.format(root="SalesReceipt", more="", end=""))
    assert (refused.status_code, 'code="2010"' in refused.text) == (400, True)
    assert "SalesReceipt" in refused.text


def test_what_cannot_be_read_speaks_of_xml(books: Client) -> None:
    refused = call(books, "POST", "invoice", "<Invoice><Line>")
    assert "xml document" in refused.text
    assert "json" not in refused.text
    assert "json object" in books.call("POST", "invoice", None).text


def test_a_report_is_a_document_of_its_own(books: Client) -> None:
    text = call(books, "GET", "reports/BalanceSheet").text
    assert text.startswith("<?xml ")
    root = ElementTree.fromstring(text)
    assert root.tag == f"{NAMESPACE}Report"
    assert root.find(f"{NAMESPACE}Header/{NAMESPACE}ReportName") is not None


@pytest.mark.parametrize("metadata", ["<Attachable><FileName>a.txt</FileName></Attachable>", '{"FileName":"a.txt"}'])
def test_an_upload_tells_its_metadata_in_either_form(books: Client, metadata: str) -> None:
    files = {
        "file_metadata_0": ("meta", metadata.encode(), "application/xml"),
        "file_content_0": ("x", b"hello", "text/plain"),
    }
    url = f"{books.url}/v3/company/{books.realm}/upload"
    answer = books.session.post(url, files=files, headers=books.headers, timeout=20).json()
    assert answer["AttachableResponse"][0]["Attachable"]["FileName"] == "a.txt"


KIND = "{http://www.w3.org/2001/XMLSchema-instance}type"


@pytest.mark.parametrize("path", ["SalesFormsPrefs/CustomField", "VendorAndPurchasesPrefs/POCustomField"])
def test_a_custom_field_of_the_preferences_names_its_type(books: Client, path: str) -> None:
    answer = call(books, "GET", "preferences")
    where = "/".join(f"{NAMESPACE}{part}" for part in f"Preferences/{path}".split("/"))
    fields = ElementTree.fromstring(answer.content).findall(where)
    assert fields
    for field in fields:
        values = {value.text for value in field.iter(f"{NAMESPACE}Type")}
        assert values == {field.get(KIND, "").replace("CustomFieldDefinition", "")}


def test_preferences_can_be_sent_back_as_they_came(books: Client) -> None:
    answer = call(books, "GET", "preferences")
    row = found(answer, "Preferences")
    ElementTree.register_namespace("", NAMESPACE.strip("{}"))
    sent = call(books, "POST", "preferences", ElementTree.tostring(row, encoding="unicode"), operation="update")
    assert found(sent, "Preferences/SyncToken").text != found(answer, "Preferences/SyncToken").text


@pytest.mark.parametrize(
    ("accept", "start"), [("application/json", '{"warnings"'), ("application/xml", "<?xml"), ("*/*", "<?xml")]
)
def test_a_401_is_json_in_lower_case_or_xml(books: Client, accept: str, start: str) -> None:
    headers = {"Accept": accept, "Authorization": "Bearer nonsense-and-more"}
    url = f"{books.url}/v3/company/{books.realm}/customer/1"
    answer = books.session.get(url, headers=headers, timeout=20)
    assert (answer.status_code, answer.text[: len(start)]) == (401, start)


def test_an_ordered_401_is_xml_too(books: Client) -> None:
    books.do("fault", fault="auth", path="customer")
    answer = call(books, "GET", "customer/1")
    assert (answer.status_code, answer.text[:5]) == (401, "<?xml")


@pytest.mark.parametrize(("how", "start"), [("json_lower", "<?xml"), ("as_asked", "<?xml"), ("xml", "<?xml")])
def test_a_401_comes_in_the_form_of_the_switch(books: Client, how: str, start: str) -> None:
    books.do("switch", name="unauthenticated_format", value=how)
    books.headers = {"Authorization": "Bearer nobody-knows-this-token"}
    answer = call(books, "GET", "preferences")
    assert (answer.status_code, answer.text.startswith(start)) == (401, True)
    assert "3200" in answer.text
    books.headers["Accept"] = "application/json"
    if how == "as_asked":
        assert books.call("GET", "preferences").json()["Fault"]["type"] == "AUTHENTICATION"


def entitlements(books: Client) -> requests.Response:
    url = f"{books.url}/manage/entitlements/v3/{books.realm}"
    return books.session.get(url, headers={**books.headers, **XML}, params={"minorversion": 75}, timeout=20)


def test_what_the_plan_includes_is_told_without_a_namespace(books: Client) -> None:
    told = ElementTree.fromstring(entitlements(books).content)
    assert (told.tag, told.findtext("QboCompany"), told.findtext("DaysRemainingTrial")) == (
        "EntitlementsResponse", "true", "0",
    )  # fmt: skip
    terms = {one.attrib["id"]: (one.findtext("name"), one.findtext("term")) for one in told.findall("Entitlement")}
    assert terms["1"] == ("Class Tracking", "On")
    assert terms["8"] == ("Merchant Service", "Off")
    counts = {one.findtext("name"): one.findtext("currentCount") for one in told.findall("Thresholds/threshold")}
    assert counts["ACCOUNTS"] == str(len(books.query("select * from Account maxresults 1000")["Account"]))
    books.do("subscription", status="TRIAL")
    assert ElementTree.fromstring(entitlements(books).content).findtext("DaysRemainingTrial") == "30"


def test_who_may_not_call_the_company_is_not_told_its_plan(books: Client) -> None:
    books.headers = {"Authorization": "Bearer nobody-knows-this-token"}
    refused = entitlements(books)
    assert (refused.status_code, "Class Tracking" in refused.text) == (401, False)

"""What the bookkeeper changes in one record, by command and by clicking through the record's page."""

from __future__ import annotations

import json
import re
from decimal import Decimal
from typing import Any

import pytest
import requests

from demo.html_forms import Form, forms_of

from .conftest import Client, invoice, line


def refused(books: Client, command: str, **given: Any) -> str:
    answer = books.session.post(f"{books.url}/emulator/control", data=json.dumps({"do": command, **given}), timeout=9)
    assert answer.status_code == 400, answer.text
    return str(answer.json()["error"])


def opened(books: Client, entity: str, words: str) -> requests.Response:
    """The page that the list leads to from the row with these words."""
    home = books.session.get(books.url + "/", timeout=9).text
    found = [path for path, said in re.findall(r'<a href="(/[^"]+)">([^<]+)</a>', home) if said == words]
    right = [path for path in found if (entity == "Invoice" and "/app/invoice" in path) or f"entity={entity}&" in path]
    return books.session.get(books.url + right[0].replace("&amp;", "&"), timeout=9)


def press(books: Client, page: requests.Response, command: str, **typed: str) -> requests.Response:
    form = next(one for one in forms_of(page.text) if has(one, command, typed))
    return books.session.post(books.url + form.action, data={**form.values, **typed}, timeout=9)


def has(form: Form, command: str, typed: dict[str, str]) -> bool:
    return form.values.get("do") == command and typed.keys() <= form.values.keys()


def test_a_customer_is_renamed_on_its_page(books: Client) -> None:
    page = opened(books, "Customer", "Amy&#x27;s Bird Sanctuary")
    after = press(books, page, "change_customer", name="Amy & Sons", email="amy@sons.example")
    assert "Done: change customer." in after.text
    assert "<h1>Customer Amy &amp; Sons</h1>" in after.text
    row = books.read("Customer", "1")
    assert (row["DisplayName"], row["PrimaryEmailAddr"]["Address"]) == ("Amy & Sons", "amy@sons.example")
    assert "it says that already" in press(books, after, "change_customer").text
    books.do("add_vendor", name="Taken")
    taken = press(books, after, "change_customer", name="Taken")
    assert "Duplicate Name Exists Error" in taken.text
    assert 'class="note bad"' in taken.text
    gone = press(books, after, "deactivate")
    assert "inactive" in gone.text
    assert books.read("Customer", "1")["Active"] is False
    assert "active" in press(books, gone, "reactivate").text
    assert books.read("Customer", "1")["Active"] is True


def test_an_invoice_is_changed_line_by_line_paid_and_voided_on_its_page(books: Client) -> None:
    row = books.post("Invoice", invoice(line("100", Qty=1, UnitPrice=100), line("40"), DocNumber="FS-1"))
    page = opened(books, "Invoice", "FS-1")
    page = press(books, page, "change_invoice", message="Thank you", due_date="2026-12-31")
    changed = books.read("Invoice", row["Id"])
    assert (changed["CustomerMemo"], changed["DueDate"], changed["TotalAmt"]) == (
        {"value": "Thank you"},
        "2026-12-31",
        140,
    )
    second = [one for one in forms_of(page.text) if one.values.get("line") == "2"]
    assert len(second) == 1
    sent = {**second[0].values, "rate": "19.99", "quantity": "3", "description": "Filter"}
    page = books.session.post(books.url + "/do", data=sent, timeout=9)
    changed = books.read("Invoice", row["Id"])
    assert [one.get("Amount") for one in changed["Line"]] == [100, Decimal("59.97"), Decimal("159.97")]
    assert changed["Line"][1]["Description"] == "Filter"
    assert changed["Line"][0]["Id"] == row["Line"][0]["Id"]
    assert "it says that already" in press(books, page, "change_invoice", rate="100").text

    page = press(books, page, "receive_payment", amount="59.97")
    assert books.read("Invoice", row["Id"])["Balance"] == 100
    payment = books.read("Payment", changed_links(books, row["Id"])[0])
    assert payment["TotalAmt"] == Decimal("59.97")
    paid = opened(books, "Payment", payment["Id"])
    assert "59.97" in paid.text
    assert "There is no Payment" in press(books, paid, "delete").text
    assert books.read("Invoice", row["Id"])["Balance"] == Decimal("159.97")

    page = press(books, page, "void")
    assert "voided" in page.text
    assert books.read("Invoice", row["Id"])["TotalAmt"] == 0
    after = press(books, page, "delete")
    assert (after.status_code, "Done: delete." in after.text) == (404, True)


def changed_links(books: Client, key: str) -> list[str]:
    return [one["TxnId"] for one in books.read("Invoice", key)["LinkedTxn"]]


def test_tax_on_a_changed_line_is_worked_out_anew(books: Client) -> None:
    code = books.do("add_tax_code", name="Ohio", percent="10")["row"]["Id"]
    taxed = invoice(line("100", code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": code}})
    row = books.post("Invoice", taxed)
    assert row["TotalAmt"] == 110
    books.do("change_invoice", id=row["Id"], rate="200")
    assert books.read("Invoice", row["Id"])["TotalAmt"] == 220


def test_a_product_gets_another_price_and_goes_away(books: Client) -> None:
    item = books.do("add_item", name="Filter", price="10")["row"]
    page = opened(books, "Item", "Filter")
    page = press(books, page, "change_item", price="12.50", name="Filter 20x25")
    row = books.read("Item", item["Id"])
    assert (row["Name"], row["UnitPrice"]) == ("Filter 20x25", Decimal("12.50"))
    other = books.do("add_account", name="Parts")["row"]["Id"]
    press(books, opened(books, "Item", "Filter 20x25"), "change_item", income_account=other)
    assert books.read("Item", item["Id"])["IncomeAccountRef"]["value"] == other
    press(books, page, "deactivate")
    assert books.read("Item", item["Id"])["Active"] is False


@pytest.mark.parametrize("entity", ["Account", "TaxCode", "Vendor"])
def test_what_else_a_list_leads_to_can_be_taken_away_and_brought_back(books: Client, entity: str) -> None:
    command = {"Account": "add_account", "TaxCode": "add_tax_code", "Vendor": "add_vendor"}[entity]
    given = {"percent": "7"} if entity == "TaxCode" else {}
    key = books.do(command, name="Brand new", **given)["row"]["Id"]
    page = press(books, opened(books, entity, "Brand new"), "deactivate")
    assert books.read(entity, key)["Active"] is False
    press(books, page, "reactivate")
    assert books.read(entity, key)["Active"] is True


def test_a_tax_code_is_taken_away_on_the_page_of_the_company(books: Client) -> None:
    key = books.do("add_tax_code", name="Ohio", percent="7")["row"]["Id"]
    home = books.session.get(books.url + "/", timeout=9)
    form = next(one for one in forms_of(home.text) if one.values.get("entity") == "TaxCode")
    books.session.post(books.url + "/do", data={**form.values, "id": key}, timeout=9)
    assert books.read("TaxCode", key)["Active"] is False


def test_the_books_are_closed_to_the_bookkeeper_too(books: Client) -> None:
    row = books.post("Invoice", invoice(TxnDate="2025-06-01"))
    books.do("close_books", date="2025-12-31")
    for command, given in (("change_invoice", {"message": "Late"}), ("void", {"entity": "Invoice"})):
        assert "closed" in refused(books, command, id=row["Id"], **given).lower()


def test_commands_that_make_no_sense_say_so(books: Client) -> None:
    row = books.post("Invoice", invoice())
    assert refused(books, "void", entity="Customer", id="1") == "QuickBooks cannot void a record of Customer."
    assert (
        refused(books, "change_invoice", id=row["Id"], line="2", rate="1") == "The invoice has no line 2 of a product."
    )
    assert refused(books, "change_customer", id="9999", name="X") == "There is no Customer '9999'."
    assert "is more than the open balance" in refused(books, "receive_payment", id=row["Id"], amount="1000")
    assert books.read("Invoice", row["Id"])["SyncToken"] == row["SyncToken"]


def test_a_record_of_another_company_has_its_own_page(books: Client) -> None:
    page = books.session.get(f"{books.url}/record?entity=Customer&id=9999", timeout=9)
    assert page.status_code == 404
    assert books.session.get(f"{books.url}/record?entity=Preferences&id=1", timeout=9).status_code == 404
    assert books.session.get(f"{books.url}/record?entity=%3Cb%3E&id=%3Cb%3E", timeout=9).text.count("<b>") == 0

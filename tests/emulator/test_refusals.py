"""The rules that refuse a write, with Intuit's codes and words."""

import pytest

from .conftest import Client, invoice, line

GENERIC = "Something you're trying to use has been made inactive."


def test_an_unknown_property(books: Client) -> None:
    fault = books.fault("Invoice", invoice(Colour="red"))
    assert fault["code"] == "2010"
    assert 'Unrecognized field "Colour" (class com.intuit.schema.finance.v3.Invoice)' in fault["Detail"]


def test_a_body_that_is_no_json(books: Client) -> None:
    answer = books.session.post(
        f"{books.url}/v3/company/{books.realm}/invoice", data="{nope", headers=books.headers, timeout=9
    )
    assert answer.json()["Fault"]["Error"][0]["code"] == "2010"


def test_an_invoice_without_lines(books: Client) -> None:
    fault = books.fault("Invoice", {"CustomerRef": {"value": "1"}})
    assert (fault["code"], fault["Detail"]) == ("2020", "Required parameter Line is missing in the request")


def test_an_invoice_without_a_customer(books: Client) -> None:
    assert books.fault("Invoice", {"Line": [line()]})["Detail"].startswith("Required parameter CustomerRef")


def test_a_value_that_is_too_long(books: Client) -> None:
    assert books.fault("Invoice", invoice(DocNumber="x" * 22))["code"] == "2050"


@pytest.mark.parametrize("name", ["a:b", "a\tb", "a\nb"])
def test_letters_that_a_name_may_not_hold(books: Client, name: str) -> None:
    assert books.fault("Customer", {"DisplayName": name})["code"] == "2040"


def test_an_amount_that_is_not_quantity_times_price(books: Client) -> None:
    fault = books.fault("Invoice", invoice(line("99", Qty=2, UnitPrice=50)))
    assert fault["code"] == "6070"
    assert fault["Detail"].startswith("Amount is not equal to UnitPrice * Qty. Supplied value:99")


def test_a_quantity_with_decimals_may_round_the_product(books: Client) -> None:
    assert books.post("Invoice", invoice(line("3.33", Qty=0.333, UnitPrice=10)))["TotalAmt"]


def test_a_zero_for_what_is_not_set_passes(books: Client) -> None:
    row = books.post("Invoice", invoice(line("99", Qty=0, UnitPrice=0)))
    assert not {"Qty", "UnitPrice"} & set(row["Line"][0]["SalesItemLineDetail"])


def test_a_deleted_customer_is_refused_in_generic_words(books: Client) -> None:
    books.do("delete_customer", id="1")
    fault = books.fault("Invoice", invoice())
    assert fault["code"] == "610"
    assert GENERIC in fault["Detail"]


@pytest.mark.parametrize(
    ("value", "code", "words"),
    [
        ("2500-generic", "2500", GENERIC),
        ("specific", "6000", "Customer assigned to this transaction has been deleted."),
    ],
)
def test_the_words_for_a_deleted_customer_by_switch(books: Client, value: str, code: str, words: str) -> None:
    books.do("switch", name="inactive_reference", value=value)
    books.do("delete_customer", id="1")
    fault = books.fault("Invoice", invoice())
    assert fault["code"] == code
    assert words in fault["Detail"]


def test_a_customer_that_never_was(books: Client) -> None:
    fault = books.fault("Invoice", invoice(customer="583"))
    assert (fault["code"], fault["element"]) == ("2500", "Reference Id")
    assert "Names element id 583 not found" in fault["Detail"]


def test_an_item_that_never_was(books: Client) -> None:
    fault = books.fault("Invoice", invoice(line(item="77")))
    assert fault["Detail"] == "Invalid Reference Id : Line.SalesItemLineDetail.ItemRef"


def test_an_inactive_item(books: Client) -> None:
    books.do("deactivate", entity="Item", id="2")
    assert books.fault("Invoice", invoice(line(item="2")))["code"] == "610"


def test_a_category_on_a_line(books: Client) -> None:
    key = books.post("Item", {"Name": "Parts", "Type": "Category"})["Id"]
    assert "set up as a category" in books.fault("Invoice", invoice(line(item=key)))["Detail"]


def test_an_inactive_income_account_behind_an_item(books: Client) -> None:
    books.do("deactivate", entity="Account", id="1")
    assert books.fault("Invoice", invoice())["code"] == "610"
    books.do("switch", name="inactive_reference", value="specific")
    assert "Accounts element id 1 not found" in books.fault("Invoice", invoice())["Detail"]
    books.do("reactivate", entity="Account", id="1")
    assert books.post("Invoice", invoice())


def test_an_inactive_liability_account_behind_a_tax_code(books: Client) -> None:
    books.do("deactivate", entity="Account", id="90")
    taxed = invoice(line(code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}})
    assert books.fault("Invoice", taxed)["code"] == "610"
    assert books.post("Invoice", invoice())


def test_a_used_number_names_the_other_invoice(books: Client) -> None:
    first = books.post("Invoice", invoice(DocNumber="FS-1042"))
    fault = books.fault("Invoice", invoice(DocNumber="FS-1042"))
    assert (fault["code"], fault["Message"]) == ("6140", "Duplicate Document Number Error")
    assert fault["Detail"].endswith(f"DocNumber=FS-1042 is assigned to TxnType=Invoice with TxnId={first['Id']}")


def test_a_used_number_passes_on_demand(books: Client) -> None:
    books.post("Invoice", invoice(DocNumber="A"))
    assert books.post("Invoice", invoice(DocNumber="A"), include="allowduplicatedocnum")


def test_a_used_number_passes_without_the_check(books: Client) -> None:
    books.do("duplicate_number_check", on=False)
    books.post("Invoice", invoice(DocNumber="A"))
    assert books.post("Invoice", invoice(DocNumber="A"))


def test_a_number_is_missing_where_numbers_go_by_hand_and_none_was_sent(books: Client) -> None:
    assert "DocNumber" not in books.post("Invoice", invoice())


def test_numbers_that_go_by_themselves_count_on_from_the_last(books: Client) -> None:
    books.do("custom_numbers", on=False)
    assert books.post("Invoice", invoice())["DocNumber"] == "1001"
    assert books.post("Invoice", invoice(DocNumber="RC-0099"))["DocNumber"] == "RC-0099"
    assert books.post("Invoice", invoice())["DocNumber"] == "RC-0100"
    assert books.post("Invoice", invoice(DocNumber="RC-0099"))["DocNumber"] == "RC-0099"  # no check


def test_a_sent_number_can_be_ignored_by_switch(books: Client) -> None:
    books.do("custom_numbers", on=False)
    books.do("switch", name="doc_number_when_automatic", value="ignored")
    assert books.post("Invoice", invoice(DocNumber="X9"))["DocNumber"] == "1001"


@pytest.mark.parametrize(("day", "is_open"), [("2025-12-31", False), ("2025-06-01", False), ("2026-01-01", True)])
def test_the_closing_date(books: Client, day: str, is_open: bool) -> None:
    books.do("close_books", date="2025-12-31")
    if is_open:
        assert books.post("Invoice", invoice(TxnDate=day))
    else:
        assert books.fault("Invoice", invoice(TxnDate=day))["code"] == "6210"


def test_the_closing_date_also_stops_update_void_delete_and_payment(books: Client) -> None:
    row = books.post("Invoice", invoice(TxnDate="2025-06-01"))
    books.do("close_books", date="2025-12-31")
    body = {"Id": row["Id"], "SyncToken": "0", "sparse": True}
    assert books.fault("Invoice", {**body, "TxnDate": "2026-02-01"})["code"] == "6210"
    assert books.fault("Invoice", body, operation="void")["code"] == "6210"
    assert books.fault("Invoice", body, operation="delete")["code"] == "6210"
    payment = {"CustomerRef": {"value": "1"}, "TotalAmt": 5, "TxnDate": "2025-06-02"}
    assert books.fault("Payment", payment)["code"] == "6210"


def test_the_code_and_the_boundary_of_closed_books_by_switch(books: Client) -> None:
    books.do("close_books", date="2025-12-31")
    books.do("switch", name="closed_books_code", value="5010")
    fault = books.fault("Invoice", invoice(TxnDate="2025-12-31"))
    assert fault["code"] == "5010"
    assert fault["Message"].startswith("Account Period Closed")
    books.do("switch", name="closed_books_boundary", value="<")
    assert books.post("Invoice", invoice(TxnDate="2025-12-31"))


def test_a_name_is_one_over_customers_vendors_and_employees(books: Client) -> None:
    books.do("add_vendor", name="Ohio Heating")
    fault = books.fault("Customer", {"DisplayName": "ohio heating"})
    assert (fault["code"], fault["Message"]) == ("6240", "Duplicate Name Exists Error")
    assert (fault["Detail"], fault.keys() & {"element"}) == ("The name supplied already exists. : null", set())
    books.do("switch", name="duplicate_name_words", value="who")
    fault = books.fault("Customer", {"DisplayName": "ohio heating"})
    assert fault["Detail"] == (
        "The name supplied already exists. : Another customer, vendor or employee is already using this name. "
        "Please use a different name."
    )


def test_an_item_earns_on_an_income_account(books: Client) -> None:
    assert books.fault("Item", {"Name": "Pipe", "Type": "Service"})["code"] == "2020"
    body = {"Name": "Pipe", "Type": "Service", "IncomeAccountRef": {"value": "35"}}
    assert books.fault("Item", body)["code"] == "6430"
    assert books.post("Item", {**body, "IncomeAccountRef": {"value": "79"}})["FullyQualifiedName"] == "Pipe"


def test_lists_cannot_be_deleted_and_tax_codes_not_be_created(books: Client) -> None:
    fault = books.fault("Customer", {"Id": "1", "SyncToken": "0"}, operation="delete")
    assert (fault["code"], fault["Detail"]) == ("500", "Operation delete is not supported.")
    assert books.fault("TaxCode", {"Name": "x"})["code"] == "500"


def test_an_id_that_is_no_number(books: Client) -> None:
    answer = books.call("GET", "customer/1.5").json()["Fault"]["Error"][0]
    assert answer["Detail"] == "Id should be a valid number. Supplied value:1.5"


def test_a_path_that_is_no_resource(books: Client) -> None:
    answer = books.call("GET", "customer/1/5")
    assert answer.json()["Fault"]["Error"][0]["code"] == "500"
    assert answer.status_code == 400


def test_a_discount_needs_the_company_to_allow_it(books: Client) -> None:
    books.do("preference", group="SalesFormsPrefs", name="AllowDiscount", value=False)
    discount = {"DetailType": "DiscountLineDetail", "Amount": 5, "DiscountLineDetail": {}}
    assert books.fault("Invoice", invoice(line(), discount))["code"] == "5030"


def test_a_refusal_may_come_in_lower_case(books: Client) -> None:
    books.do("switch", name="fault_format", value="json_lower")
    answer = books.call("POST", "customer", {"DisplayName": "Amy's Bird Sanctuary"})
    told = answer.json()
    [entry] = told["fault"]["error"]
    assert (answer.status_code, entry["code"], entry["message"]) == (400, "6240", "Duplicate Name Exists Error")
    assert set(told) == {"fault", "batchItemResponse", "attachableResponse", "time", "cdcresponse"}
    assert isinstance(told["time"], int)

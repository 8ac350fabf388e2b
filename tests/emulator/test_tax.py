"""The tax of an invoice in each world, and what happens where sales tax is off."""

from decimal import Decimal

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, invoice, line

CALIFORNIA = {"TxnTaxCodeRef": {"value": "2"}}


def taxed(*lines: dict, **fields: object) -> dict:
    return invoice(*(lines or (line("300", code="TAX"), line("25.75"))), TxnTaxDetail=CALIFORNIA, **fields)


def test_the_rate_of_the_code_taxes_the_taxable_lines(books: Client) -> None:
    row = books.post("Invoice", taxed())
    assert row["TxnTaxDetail"]["TotalTax"] == 24
    assert row["TotalAmt"] == Decimal("349.75")
    detail = row["TxnTaxDetail"]["TaxLine"][0]["TaxLineDetail"]
    assert detail == {"TaxRateRef": {"value": "3"}, "PercentBased": True, "TaxPercent": 8, "NetAmountTaxable": 300}


def test_an_explicit_total_is_kept(books: Client) -> None:
    row = books.post("Invoice", invoice(line("300", code="TAX"), TxnTaxDetail={**CALIFORNIA, "TotalTax": 24.01}))
    assert row["TxnTaxDetail"]["TotalTax"] == Decimal("24.01")
    assert row["TxnTaxDetail"]["TaxLine"][0]["Amount"] == Decimal("24.01")
    assert row["TotalAmt"] == Decimal("324.01")


def test_a_real_code_on_a_us_line_is_refused_line_by_line(books: Client) -> None:
    answer = books.call("POST", "invoice", invoice(line(code="8"), line(code="9"))).json()
    entries = answer["Fault"]["Error"]
    assert [entry["code"] for entry in entries] == ["6100", "6100"]
    assert entries[0]["Detail"] == "Valid line TaxCodes for US should be TAX or NON. Supplied value: 8"
    assert entries[0]["element"] == "Line.SalesItemLineDetail.TaxCodeRef"


def test_an_unknown_code_of_the_transaction_is_refused(books: Client) -> None:
    body = invoice(line(code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "99"}})
    fault = books.fault("Invoice", body)
    assert (fault["code"], fault["element"]) == ("2500", "TxnTaxDetail.TxnTaxCodeRef")


def test_an_inactive_code_is_refused(books: Client) -> None:
    books.do("deactivate", entity="TaxCode", id="2")
    assert books.fault("Invoice", taxed())["code"] == "610"


def test_custom_sales_tax_is_refused(books: Client) -> None:
    body = invoice(line(code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "CustomSalesTax"}})
    assert books.fault("Invoice", body)["code"] == "6160"


def test_tax_is_dropped_in_silence_where_sales_tax_is_off(books: Client) -> None:
    books.do("sales_tax", on=False)
    row = books.post("Invoice", taxed())
    assert row["TxnTaxDetail"] == {"TotalTax": 0}
    assert row["TotalAmt"] == Decimal("325.75")


def test_a_taxable_line_can_be_refused_where_sales_tax_is_off(books: Client) -> None:
    books.do("sales_tax", on=False)
    books.do("switch", name="tax_line_when_off", value="6470")
    assert books.fault("Invoice", taxed())["code"] == "6470"


def test_a_discount_lowers_the_total_and_the_tax_only_on_demand(books: Client) -> None:
    discount = {
        "DetailType": "DiscountLineDetail",
        "DiscountLineDetail": {"PercentBased": True, "DiscountPercent": 10},
    }
    before = books.post("Invoice", taxed(line("100", code="TAX"), discount))
    assert (before["TxnTaxDetail"]["TotalTax"], before["TotalAmt"]) == (8, 98)
    after = books.post("Invoice", taxed(line("100", code="TAX"), discount, ApplyTaxAfterDiscount=True))
    assert (after["TxnTaxDetail"]["TotalTax"], after["TotalAmt"]) == (Decimal("7.2"), Decimal("97.2"))
    assert [one["DetailType"] for one in before["Line"]][1:] == ["SubTotalLineDetail", "DiscountLineDetail"]


def test_a_new_code_can_be_used_at_once(books: Client) -> None:
    code = books.do("add_tax_code", name="Cuyahoga", percent="8")["row"]["Id"]
    row = books.post("Invoice", invoice(line(code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": code}}))
    assert row["TxnTaxDetail"]["TotalTax"] == 8


def test_the_rates_of_one_code_are_rounded_apart(books: Client) -> None:
    rates = [{"name": "State", "percent": "5.75"}, {"name": "County", "percent": "2.25"}]
    code = books.do("add_tax_code", name="Combined 8", rates=rates)["row"]["Id"]
    taxed_line = line("10.10", code="TAX")
    row = books.post("Invoice", invoice(taxed_line, TxnTaxDetail={"TxnTaxCodeRef": {"value": code}}))
    assert [one["Amount"] for one in row["TxnTaxDetail"]["TaxLine"]] == [Decimal("0.58"), Decimal("0.23")]
    assert row["TxnTaxDetail"]["TotalTax"] == Decimal("0.81")


def test_the_pseudo_codes_lack_the_fields_of_rows(books: Client) -> None:
    rows = {row["Id"]: row for row in books.query("select * from TaxCode")["TaxCode"]}
    assert set(rows) == {"2", "TAX", "NON", "CustomSalesTax"}
    assert not {"Active", "SyncToken", "domain", "sparse"} & set(rows["TAX"])


def test_automated_sales_tax_puts_its_own_code(client_of) -> None:
    books = client_of(Emulator(access_token=TOKEN, has_limits=False, world="us-ast"))
    other = books.do("add_tax_code", name="Other", percent="1")["row"]["Id"]
    chosen = {"TxnTaxCodeRef": {"value": other}}
    row = books.post("Invoice", invoice(line(code="TAX"), TxnTaxDetail=chosen))
    assert (row["TxnTaxDetail"]["TxnTaxCodeRef"]["value"], row["TotalAmt"]) == ("2", 108)
    kept = books.post("Invoice", invoice(line(code="TAX"), TxnTaxDetail={**chosen, "TotalTax": 1}))
    assert (kept["TxnTaxDetail"]["TxnTaxCodeRef"]["value"], kept["TotalAmt"]) == (other, 101)


def test_an_update_works_the_tax_out_anew(books: Client) -> None:
    row = books.post("Invoice", invoice(line("300", code="TAX"), TxnTaxDetail={**CALIFORNIA, "TotalTax": 1}))
    body = {"Id": row["Id"], "SyncToken": "0", "sparse": True, "Line": [line("100", code="TAX")]}
    assert books.post("Invoice", body)["TxnTaxDetail"]["TotalTax"] == 8


def test_the_codes_that_are_no_rows_are_read_by_the_id_that_a_query_gives(books: Client) -> None:
    for code in ("TAX", "NON", "CustomSalesTax"):
        assert books.call("GET", f"taxcode/{code}").json()["TaxCode"]["Name"] == code
    assert books.call("GET", "taxcode/GST").json()["Fault"]["Error"][0]["code"] == "2030"

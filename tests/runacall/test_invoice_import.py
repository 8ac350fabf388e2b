"""The import of invoices from a file, through its command."""

from __future__ import annotations

import io
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from runacall.invoices.models import Customer, Invoice, PricebookItem, TaxRate
from runacall.invoices.statuses import Status
from runacall.organizations.models import Organization
from tests import builders

HEADING = (
    "*InvoiceNo,*Customer,*InvoiceDate,*DueDate,Terms,Memo,Item(Product/Service),ItemDescription,ItemQuantity,"
    "ItemRate,*ItemAmount,Taxable,TaxRate,Email,BillingAddressLine1,BillingAddressLine2,BillingAddressCity,"
    "BillingAddressState,BillingAddressPostalCode,BillingAddressCountry"
)
Import = Callable[..., str]


@pytest.fixture
def run(shop: Organization, tmp_path: Path) -> Import:
    def import_(content: str | bytes, *options: str) -> str:
        file = tmp_path / "invoices.csv"
        file.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        call_command("import_invoices", str(file), "--organization", shop.slug, *options, stdout=out, stderr=out)
        return out.getvalue()

    return import_


def rows(*lines: str, heading: str = HEADING) -> str:
    return "\n".join([heading, *lines]) + "\n"


def simple(*lines: str) -> str:
    """A file of the columns that most tests need."""
    return rows(
        *lines, heading="InvoiceNo,Customer,InvoiceDate,Item,ItemQuantity,ItemRate,ItemAmount,Taxable,TaxRate,Email"
    )


def refused(run: Import, content: str | bytes, *options: str) -> str:
    with pytest.raises(CommandError) as refusal:
        run(content, *options)
    assert refusal.value.returncode == 1
    assert not Invoice.objects.filter(number__startswith="1").exists()
    return str(refusal.value)


def test_a_whole_file(run: Import, shop: Organization, changes: list[Any]) -> None:
    said = run(
        rows(
            "1001,Ann Lee,2026-06-17,2026-07-17,Net 30,call first,Filter,Filter 16x25,2,12.50,25.00,Y,7.25%,"
            "ann@example.com,1 Elm St,Apt 2,Lakewood,OH,44107,US",
            "1001,Ann Lee,2026-06-17,,,,Labor,,1.5,100,150,N,,,,,,,,",
            '1002,"Smith, Bob",6/5/2026,,,,,Goodwill,,,"1,250.00",,,,,,,,,',
        )
    )
    assert said == (
        "Imported 2 sent invoices, 3 lines, 2 new customers, 2 new pricebook items, 1 new tax rate; "
        "1,425.00 before tax.\n"
    )
    first, second = Invoice.objects.order_by("number")
    assert (first.status, first.total, first.tax_total) == (Status.SENT, Decimal("176.81"), Decimal("1.81"))
    assert (str(first.due_date), first.terms, first.internal_note) == ("2026-07-17", "Net 30", "call first")
    assert (first.billing_line1, first.billing_postal_code) == ("1 Elm St", "44107")
    assert (first.customer.email, first.customer.billing_city) == ("ann@example.com", "Lakewood")
    assert [rate.name for rate in first.lines.first().tax_rates.all()] == ["Tax 7.25%"]
    assert (str(second.invoice_date), second.customer.name, second.total) == ("2026-06-05", "Smith, Bob", Decimal(1250))
    assert PricebookItem.objects.get(name="Filter").unit_price == Decimal("12.50")
    assert not PricebookItem.objects.get(name="Labor").taxable
    assert sorted({name for name, *_ in changes}) == ["Customer", "Invoice", "PricebookItem", "TaxRate"]
    assert sum(name == "Invoice" for name, *_ in changes) == 2


def test_drafts(run: Import, shop: Organization) -> None:
    run(simple("1,Ann,2026-06-17,A,1,1,1,,,"), "--as", "draft")
    assert Invoice.objects.get().status == Status.DRAFT


def test_a_dry_run_makes_nothing(run: Import, shop: Organization, changes: list[Any]) -> None:
    said = run(simple("1,Ann,2026-06-17,A,1,1,1,Y,5,"), "--dry-run")
    assert said.startswith("Would import 1 sent invoice, 1 line, 1 new customer, 1 new pricebook item, 1 new tax rate")
    assert not Customer.objects.exists()
    assert changes == []


def test_what_is_there_already_is_used(run: Import, shop: Organization, other_shop: Organization) -> None:
    ann = builders.customer(shop, "Ann", email="Ann@example.com")
    acme = builders.customer(shop, "Bob", company="Acme")
    builders.customer(other_shop, "Cy")
    part, tax = builders.item(shop, "A", unit_price="9"), builders.rate(shop, "State + County", "7.25")
    said = run(
        simple(
            "1,Ann,2026-06-17,A,1,1,1,Y,7.25,ann@EXAMPLE.com",
            "2,Acme,2026-06-17,A,1,1,1,Y,State + County,",
            "3,Cy,2026-06-17,A,1,1,1,,,",
        )
    )
    assert "1 new customer, 0 new pricebook items, 0 new tax rates" in said
    invoices = list(Invoice.objects.order_by("number"))
    assert [invoice.customer for invoice in invoices[:2]] == [ann, acme]
    assert invoices[2].customer.organization == shop
    for invoice in invoices[:2]:
        assert invoice.lines.get().item == part
        assert list(invoice.lines.get().tax_rates.all()) == [tax]
    part.refresh_from_db()
    assert part.unit_price == 9


def test_names_stay_as_they_are(run: Import, shop: Organization) -> None:
    names = ["a ", "Parts:Filter", "tab\there", "x" * 300, "Ünïcode ✓"]
    run(simple(*(f"{i},{name},2026-06-17,{name},1,1,1,,," for i, name in enumerate(names))))
    assert sorted(PricebookItem.objects.values_list("name", flat=True)) == sorted(names)
    assert sorted(Customer.objects.values_list("name", flat=True)) == sorted(names)


def test_customers_by_name_and_email(run: Import, shop: Organization) -> None:
    run(
        simple(
            "1,Ann,2026-06-17,A,1,1,1,,,",
            "2,Ann,2026-06-17,A,1,1,1,,,one@example.com",
            "3,Ann,2026-06-17,A,1,1,1,,,two@example.com",
            "4,Ann,2026-06-17,A,1,1,1,,,one@example.com",
        )
    )
    people = [invoice.customer_id for invoice in Invoice.objects.order_by("number")]
    assert people[0] == people[1] == people[3] != people[2]
    assert set(Customer.objects.values_list("email", flat=True)) == {"one@example.com", "two@example.com"}
    with pytest.raises(CommandError) as refusal:
        run(simple("5,Ann,2026-06-17,A,1,1,1,,,"))
    said = str(refusal.value)
    assert "Row 2: 2 customers are named “Ann”. Enter the Email too." in said


def test_taxes(run: Import, shop: Organization) -> None:
    state = builders.rate(shop, "State", "6.75", is_default=True)
    county = builders.rate(shop, "County", "0.5")
    run(
        simple(
            "1,Ann,2026-06-17,A,1,100,100,Y,,",
            "2,Ann,2026-06-17,A,1,100,100,Y,State + 0.5%,",
            "3,Ann,2026-06-17,A,1,100,100,N,0%,",
            "4,Ann,2026-06-17,A,1,100,100,,,",
            "5,Ann,2026-06-17,A,1,100,100,true,8.000,",
            "6,Ann,2026-06-17,A,1,100,100,,8,",
        )
    )
    taxed = {invoice.number: invoice.tax_total for invoice in Invoice.objects.all()}
    assert [taxed[number] for number in "123456"] == [
        Decimal("6.75"),
        Decimal("7.25"),
        Decimal(0),
        Decimal(0),
        Decimal(8),
        Decimal(8),
    ]
    assert set(Invoice.objects.get(number="2").lines.get().tax_rates.all()) == {state, county}
    assert TaxRate.objects.get(percent=8).name == "Tax 8%"


def test_any_two_give_the_third(run: Import, shop: Organization) -> None:
    run(
        simple(
            "1,Ann,2026-06-17,A,3,,100,,,",
            "1,Ann,2026-06-17,A,,12.5,100,,,",
            "1,Ann,2026-06-17,A,4,25,,,,",
            "1,Ann,2026-06-17,A,,,100,,,",
            "1,Ann,2026-06-17,A,,100,,,,",
            "1,Ann,2026-06-17,A,3,33.3333333,100,,,",
            "1,Ann,2026-06-17,A,$1,$-50.00,-50,,,",
        )
    )
    lines = list(Invoice.objects.get().lines.all())
    assert [line.amount for line in lines] == [Decimal(100)] * 6 + [Decimal(-50)]
    assert (lines[0].unit_price, lines[1].quantity) == (Decimal("33.3333"), Decimal(8))


def test_columns_by_any_sensible_name(run: Import, shop: Organization) -> None:
    heading = "\ufeff invoice no ,CUSTOMER,*Invoice Date,Product/Service,Qty,Rate,Amount,Billing Address Line 1,Class"
    said = run(rows("1,Ann,2026-06-17,A,1,1,1,1 Elm St,North", heading=heading))
    assert "Columns that are not imported: Class." in said
    assert Invoice.objects.get().billing_line1 == "1 Elm St"


def test_rows_of_one_invoice(run: Import, shop: Organization) -> None:
    run(
        simple(
            "1,Ann,2026-06-17,A,1,1,1,,,", "2,Bob,2026-06-17,A,1,1,1,,,", "1,,,B,1,2,2,,,ann@example.com", ",,,,,,,,,"
        )
    )
    invoice = Invoice.objects.get(number="1")
    assert (invoice.total, invoice.customer.email) == (Decimal(3), "ann@example.com")


@pytest.mark.sampled(3)
@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",Ann,2026-06-17,A,1,1,1,,,", "InvoiceNo is empty."),
        ("1,,2026-06-17,A,1,1,1,,,", "Customer is empty."),
        ("1,Ann,,A,1,1,1,,,", "InvoiceDate is empty."),
        ("1,Ann,17.6.2026,A,1,1,1,,,", "InvoiceDate “17.6.2026” is not a date. Write 2026-06-17 or 6/17/2026."),
        ("1,Ann,2026-02-30,A,1,1,1,,,", "is not a date"),
        ("1,Ann,0026-02-03,A,1,1,1,,,", "is not a date"),
        ("1,Ann,2026-06-17,,1,1,1,,,", "Enter Item(Product/Service) or ItemDescription."),
        ("1,Ann,2026-06-17,A,1,,,,,", "Enter ItemAmount, or ItemQuantity and ItemRate."),
        ("1,Ann,2026-06-17,A,2,1,1,,,", "ItemQuantity × ItemRate is 2.00, but ItemAmount is 1."),
        ("1,Ann,2026-06-17,A,1,one,1,,,", "ItemRate “one” is not a number."),
        ("1,Ann,2026-06-17,A,1,1e5,,,,", "ItemRate “1e5” is not a number."),
        ("1,Ann,2026-06-17,A,NaN,1,,,,", "ItemQuantity “NaN” is not a number."),
        ("1,Ann,2026-06-17,A,1,1,1.001,,,", "ItemAmount has more than two decimals."),
        ("1,Ann,2026-06-17,A,1.00001,1,1,,,", "ItemQuantity has more than four decimals."),
        ("1,Ann,2026-06-17,A,1000,0.33333,,,,", "ItemRate has more than four decimals."),
        ("1,Ann,2026-06-17,A,30000,,1000,,,", "ItemQuantity × ItemRate is 999.00, but ItemAmount is 1,000."),
        ("1,Ann,2026-06-17,A,1," + "9" * 400 + ",,,,", "is too large."),
        ("1,Ann,2026-06-17,A,,,10000000000,,,", "is too large."),
        ("1,Ann,2026-06-17,A,99999999,99999999,,,,", "is too large."),
        ("1,Ann,2026-06-17,A,,0.0001,9999999999,,,", "is too large."),
        ("1,Ann,2026-06-17,A,0,,5,,,", "but ItemAmount is 5."),
        ("1,Ann,2026-06-17,A,1,-5,,,,", "The lines of invoice 1 add up to -5.00."),
        ("1,Ann,2026-06-17,A,1,1,1,maybe,,", "Taxable “maybe” is not Y or N."),
        ("1,Ann,2026-06-17,A,1,1,1,N,7.25,", "Taxable says no, but TaxRate is “7.25”."),
        ("1,Ann,2026-06-17,A,1,1,1,Y,,", "there is no TaxRate and no default rate"),
        ("1,Ann,2026-06-17,A,1,1,1,Y,State,", "“State” is neither a percentage nor the name of a tax rate."),
        ("1,Ann,2026-06-17,A,1,1,1,Y,101,", "neither a percentage"),
        ("1,Ann,2026-06-17,A,1,1,1,Y,5+5,", "names a rate twice"),
        ("1,Ann,2026-06-17,A,1,1,1,Y,3,", "TaxRate 3 could be “Three”, “Three again”. Write the name instead."),
        ("1,Ann,2026-06-17,A,1,1,1,Y,4,", "“Tax 4%” is the name of another rate."),
        (
            "1,Ann,2026-06-17,A,1,1,1,,,ann at home",
            "Email “ann at home” is not an e-mail address, nor several separated by commas.",
        ),
        ("1,Ann,2026-06-17,A,1,1,1,,,,,,more", "The row has 13 cells, but there are 10 columns."),
        ("1" * 33 + ",Ann,2026-06-17,A,1,1,1,,,", "InvoiceNo is longer than 32 characters."),
        ("1," + "x" * 501 + ",2026-06-17,A,1,1,1,,,", "Customer is longer than 500 characters."),
        ("1,Ann\x00,2026-06-17,A,1,1,1,,,", "NUL"),
        ("2001,Ann,2026-06-17,A,1,1,1,,,", "InvoiceNo 2001 is in use already."),
    ],
)
def test_bad_rows(run: Import, shop: Organization, row: str, reason: str) -> None:
    for name in ("Three", "Three again"):
        builders.rate(shop, name, "3")
    builders.rate(shop, "Tax 4%", "4.5")
    builders.invoice(shop, number="2001")
    before = Customer.objects.count()
    said = refused(run, simple("1500,Good,2026-06-17,A,1,1,1,,,", row))
    assert said.startswith("Nothing was imported. 1 problem:\nRow 3: ")
    assert reason in said
    assert Customer.objects.count() == before
    assert "Row 3" in refused(run, simple("1500,Good,2026-06-17,A,1,1,1,,,", row), "--dry-run")


def test_every_bad_row_is_named(run: Import, shop: Organization) -> None:
    said = refused(
        run,
        simple(
            "1,Ann,today,A,1,1,1,Y,Nowhere,",
            "1,Bob,2026-06-17,A,1,1,1,,,",
            "1,,,A,1,1,1,,,",
            "1,Bob,2026-06-17,A,one,1,1,,,",
            "2,Ann,2026-06-17,,1,1,1,,,",
        ),
    )
    assert said.splitlines() == [
        "Nothing was imported. 6 problems:",
        "Row 2: InvoiceDate “today” is not a date. Write 2026-06-17 or 6/17/2026.",
        "Row 2: TaxRate “Nowhere” is neither a percentage nor the name of a tax rate.",
        "Row 3: The customer differs from that in row 2 of the same invoice.",
        "Row 5: ItemQuantity “one” is not a number.",
        "Row 5: The customer differs from that in row 2 of the same invoice.",
        "Row 6: Enter Item(Product/Service) or ItemDescription.",
    ]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "The file is empty."),
        (b"\n\n", "The file is empty."),
        (HEADING.encode() + b"\n,,,\n", "The file has no rows."),
        (b"InvoiceNo,Customer,ItemRate\n1,Ann,1\n", "These columns are missing: InvoiceDate."),
        (b"InvoiceNo,Customer,InvoiceDate,Item\n1,Ann,2026-06-17,A\n", "There is no column ItemAmount or ItemRate."),
        (b"InvoiceNo,Invoice No,Customer,InvoiceDate,Rate\n", "There are two columns InvoiceNo."),
        (HEADING.encode() + b"\n1,Jos\xe9,2026-06-17\n", "The file is not UTF-8"),
        (b"PK\x03\x04\x14\x00\x08\x00", "This is an Excel workbook."),
        (b"PK\x03\x04\x14\x00\xe9\x00", "This is an Excel workbook."),
        (b"<html>caf\xe9</html>", "This is a web page"),
        (b"<!DOCTYPE html>\n<html>", "This is a web page"),
        (HEADING.encode() + b'\n1,"Ann,2026-06-17\n', "not a readable CSV file"),
        (HEADING.encode() + b'\n1,"' + b"x" * 200_000 + b'",2026-06-17\n', "not a readable CSV file"),
    ],
)
def test_bad_files(run: Import, content: bytes, reason: str) -> None:
    assert reason in refused(run, content)


def test_a_missing_file_and_a_missing_organization(shop: Organization, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match=r"Cannot read .*nowhere\.csv: No such file"):
        call_command("import_invoices", str(tmp_path / "nowhere.csv"), "--organization", shop.slug)
    with pytest.raises(CommandError, match=r"no organization “nobody”\. Known: lakeside\."):
        call_command("import_invoices", str(tmp_path / "nowhere.csv"), "--organization", "nobody")


# --- how files are written elsewhere ----------------------------------------------------------------------------


def abroad(shop: Organization, country: str) -> None:
    Organization.objects.filter(pk=shop.pk).update(country=country)


def test_a_problem_names_the_row_of_the_file_also_below_empty_lines(run: Import, shop: Organization) -> None:
    assert "Row 5: ItemQuantity" in refused(run, "\n,,,\n\n" + simple("1001,Ann,2026-06-17,A,one,100,100,N,,"))


@pytest.mark.sampled(3)
@pytest.mark.parametrize("above", ["", "\n\n", ",,,\n", "sep={}\n", "\ufeff", "\ufeffsep={}\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t", "|"])
def test_semicolons_and_tabs_separate_as_well(run: Import, shop: Organization, separator: str, above: str) -> None:
    content = simple("1001,Ann,2026-06-17,A,1,100,100,N,,").replace(",", separator)
    run(above.format(separator) + content)
    assert Invoice.objects.get().total == Decimal(100)


def test_excels_unicode_text_is_read(run: Import, shop: Organization) -> None:
    run(simple("1001,José,2026-06-17,A,1,100,100,N,,").replace(",", "\t").encode("utf-16"))
    assert Invoice.objects.get().customer.name == "José"


def test_a_comma_inside_a_cell_is_no_separator(run: Import, shop: Organization) -> None:
    run("InvoiceNo;Customer;InvoiceDate;Item;ItemAmount\n1001;Smith, Bob;2026-06-17;Filter, 16x25, pleated;100\n")
    assert Invoice.objects.get().customer.name == "Smith, Bob"


@pytest.mark.parametrize(
    ("amount", "total"),
    [("1234,50", "1234.50"), ("1.234,50", "1234.50"), ("12.50", "12.50"), ("1,250.00", "1250.00"), ("100", "100")],
)
def test_decimal_commas_where_they_are_the_custom(run: Import, shop: Organization, amount: str, total: str) -> None:
    abroad(shop, "DE")
    run(f"InvoiceNo;Customer;InvoiceDate;Item;ItemAmount\n1001;Ann;17.06.2026;A;{amount}\n")
    assert Invoice.objects.get().total == Decimal(total)
    assert str(Invoice.objects.get().invoice_date) == "2026-06-17"


@pytest.mark.parametrize("amount", ["1.234", "1,234"])
def test_a_number_that_may_be_two_is_refused(run: Import, shop: Organization, amount: str) -> None:
    abroad(shop, "DE")
    said = refused(run, f"InvoiceNo;Customer;InvoiceDate;Item;ItemAmount\n1001;Ann;17.06.2026;A;{amount}\n")
    assert f"ItemAmount “{amount}” may be 1234 or 1,234." in said


def test_a_decimal_comma_where_it_is_not_the_custom_is_named(run: Import, shop: Organization) -> None:
    said = refused(run, "InvoiceNo;Customer;InvoiceDate;Item;ItemAmount\n1001;Ann;2026-06-17;A;12,50\n")
    assert "ItemAmount “12,50” is not a number: write a decimal point." in said


@pytest.mark.parametrize(
    ("country", "written", "options"),
    [
        ("GB", "05/06/2026", ()),
        ("US", "6/5/2026", ()),
        ("US", "05/06/2026", ("--date-format", "d/m/y")),
        ("GB", "06/05/2026", ("--date-format", "m/d/y")),
        ("CA", "05/06/2026", ("--date-format", "d/m/y")),
        ("CA", "2026-06-05", ()),
    ],
)
def test_dates_are_read_as_the_country_writes_them_or_as_told(
    run: Import, shop: Organization, country: str, written: str, options: tuple[str, ...]
) -> None:
    abroad(shop, country)
    run(simple(f"1001,Ann,{written},A,1,1,1,N,,"), *options)
    assert str(Invoice.objects.get().invoice_date) == "2026-06-05"


def test_a_date_that_may_be_two_is_refused_where_both_orders_are_in_use(run: Import, shop: Organization) -> None:
    abroad(shop, "CA")
    said = refused(run, simple("1001,Ann,05/06/2026,A,1,1,1,N,,"))
    assert "InvoiceDate “05/06/2026” may be 2026-05-06 or 2026-06-05." in said
    assert "--date-format" in said
    run(simple("1001,Ann,17/06/2026,A,1,1,1,N,,", "1002,Ann,06/18/2026,A,1,1,1,N,,", "1003,Ann,06/06/2026,A,1,1,1,N,,"))
    days = [str(invoice.invoice_date) for invoice in Invoice.objects.order_by("number")]
    assert days == ["2026-06-17", "2026-06-18", "2026-06-06"]


def test_a_tax_rate_that_looks_like_a_fraction_is_asked_about(run: Import, shop: Organization) -> None:
    said = refused(run, simple("1,Ann,2026-06-17,A,1,100,100,Y,0.0725,"))
    assert "TaxRate “0.0725” looks like a fraction. If you mean 7.25 %, write 7.25%; if not, write 0.0725%." in said
    assert not TaxRate.objects.exists()


def test_a_small_rate_that_exists_or_has_its_sign_is_meant(run: Import, shop: Organization) -> None:
    builders.rate(shop, "County", "0.5")
    run(simple("1,Ann,2026-06-17,A,1,100,100,Y,0.5,", "2,Ann,2026-06-17,A,1,100,100,Y,0.25%,"))
    assert [invoice.tax_total for invoice in Invoice.objects.order_by("number")] == [Decimal("0.50"), Decimal("0.25")]


def test_a_rate_may_have_a_decimal_comma(run: Import, shop: Organization) -> None:
    run(simple('1,Ann,2026-06-17,A,1,100,100,Y,"9,975",'))
    assert TaxRate.objects.get().percent == Decimal("9.975")


def test_nothing_is_left_of_an_import_that_fails_at_the_end(
    run: Import, shop: Organization, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An invoice whose tax brings it below nothing is only seen when all is put together."""
    builders.rate(shop, "Half", "50")
    said = refused(run, simple("1,Ann,2026-06-17,A,1,-100,,Y,50,", "1,Ann,2026-06-17,A,1,110,,,,"))
    assert "Invoice #1: An invoice total cannot be negative." in said
    assert not Customer.objects.exists()
    assert not PricebookItem.objects.exists()


def test_thousands_of_rows_take_fewer_than_two_queries_an_invoice(run: Import, shop: Organization) -> None:
    lines = (f"{1000 + i // 2},Customer {i // 20},2026-06-17,Item {i % 50},2,12.5,25,Y,7.25," for i in range(4000))
    with CaptureQueriesContext(connection) as seen:
        said = run(simple(*lines))
    assert "2,000 sent invoices, 4,000 lines, 200 new customers, 50 new pricebook items" in said
    assert len(seen) < 2 * 2000, "fewer than two an invoice"


TWINS = ["Anna Smith", "Anna Smith ", "Anna\u00a0Smith", "ANNA  SMITH", "Anna \u200bSmith", "Ａｎｎａ Ｓｍｉｔｈ"]


def test_one_name_however_it_is_written_is_one_customer_and_one_item(run: Import, shop: Organization) -> None:
    """Blanks of every kind, case and width: within a file, and beside what is there already."""
    for start in (0, 10):
        run(simple(*(f"{start + i},{name},2026-06-17,{name},1,1,1,,," for i, name in enumerate(TWINS))))
    assert list(Customer.objects.values_list("name", flat=True)) == ["Anna Smith"]
    assert list(PricebookItem.objects.values_list("name", flat=True)) == ["Anna Smith"]


def test_rows_of_one_invoice_may_write_its_customer_differently(run: Import, shop: Organization) -> None:
    run(simple("1,Anna Smith,2026-06-17,a,1,1,1,,,", "1,ANNA SMITH ,,b,1,1,1,,,"))
    assert Invoice.objects.get().customer.name == "Anna Smith"


def test_an_item_that_the_shop_has_twice_is_taken_letter_for_letter(run: Import, shop: Organization) -> None:
    items = [builders.item(shop, name) for name in ("filter", "FILTER")]
    run(simple("1,Ann,2026-06-17,FILTER,1,1,1,,,", "2,Ann,2026-06-17,Filter,1,1,1,,,"))
    lines = [invoice.lines.get().item for invoice in Invoice.objects.order_by("number")]
    assert lines == [items[1], items[0]]


def test_several_e_mails_in_one_field_and_any_of_them_is_the_customer(run: Import, shop: Organization) -> None:
    run(simple('1,Ann,2026-06-17,A,1,1,1,,,"ann@example.com, office@example.com"'))
    run(simple("2,Ann,2026-06-17,A,1,1,1,,,OFFICE@example.com", "3,Ann,2026-06-17,A,1,1,1,,,else@example.com"))
    assert list(Customer.objects.order_by("pk").values_list("email", flat=True)) == [
        "ann@example.com, office@example.com",
        "else@example.com",
    ]


def test_blanks_around_a_colon_make_no_second_sub_customer_and_no_second_item(run: Import, shop: Organization) -> None:
    run(simple("1,ABC:Unit 4,2026-06-17,Heat:Filter,1,1,1,,,", "2,ABC : Unit 4 ,2026-06-17,Heat :Filter,1,1,1,,,"))
    assert list(Customer.objects.values_list("name", flat=True)) == ["ABC:Unit 4"]
    assert list(PricebookItem.objects.values_list("name", flat=True)) == ["Heat:Filter"]


def test_blanks_of_a_number_make_no_second_invoice(run: Import, shop: Organization) -> None:
    run(simple("A 1,Ann,2026-06-17,A,1,1,1,,,", "A\u00a01\u200b,Ann,2026-06-17,B,1,2,2,,,"))
    assert (Invoice.objects.get().number, Invoice.objects.get().lines.count()) == ("A 1", 2)


@pytest.mark.parametrize(("written", "percent"), [(".0725", "7.25"), ('"0,05"', "5"), ("0.08875", "8.875")])
def test_a_fraction_is_asked_about_however_it_is_written(
    run: Import, shop: Organization, written: str, percent: str
) -> None:
    said = refused(run, simple(f"1,Ann,2026-06-17,A,1,100,100,Y,{written},"))
    assert f"looks like a fraction. If you mean {percent} %, write {percent}%" in said


def test_a_rate_is_found_by_its_name_as_names_are_compared(run: Import, shop: Organization) -> None:
    builders.rate(shop, "Combined 7.25")
    run(simple("1,Ann,2026-06-17,A,1,100,100,Y,combined\u00a0 7.25,"))
    assert (TaxRate.objects.count(), Invoice.objects.get().tax_total) == (1, Decimal("7.25"))


def test_whether_a_line_is_taxable_in_french_and_one_complaint_where_it_cannot_be_read(
    run: Import, shop: Organization
) -> None:
    run(simple("2,Ann,2026-06-17,A,1,100,100,Oui,13,", "3,Ann,2026-06-17,A,1,100,100,Non,,"))
    assert [invoice.tax_total for invoice in Invoice.objects.order_by("number")] == [13, 0]
    assert "1 problem:\nRow 2: Taxable “maybe” is not Y or N." in refused(
        run, simple("1,Ann,2026-06-17,A,1,100,100,Maybe,13,")
    )


@pytest.mark.parametrize(
    ("country", "written", "total"),
    [("CA", "12,50", "12.50"), ("CH", "1’234.50", "1234.50"), ("IN", "1,23,456", "123456")],
)
def test_amounts_are_read_as_a_country_writes_them(
    run: Import, shop: Organization, country: str, written: str, total: str
) -> None:
    abroad(shop, country)
    run(f"InvoiceNo;Customer;InvoiceDate;Item;ItemAmount\n1001;Ann;2026-06-17;A;{written}\n")
    assert Invoice.objects.get().total == Decimal(total)

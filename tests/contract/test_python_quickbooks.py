"""python-quickbooks on every entity it knows: created, read back, changed, listed, and deleted if possible."""

from __future__ import annotations

import importlib
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from .conftest import Books

pytestmark = pytest.mark.processes
pytest.importorskip("quickbooks", reason="python-quickbooks is not installed")

Body = dict[str, Any]


def kind(name: str, module: str = "") -> Any:
    return getattr(importlib.import_module(f"quickbooks.objects.{module or name.lower()}"), name)


def to(row: Body, name: str = "Name") -> Body:
    return {"value": row["Id"], "name": row.get(name, "")}


def address() -> Body:
    return {"Line1": "12 Elm Street", "City": "Middletown", "CountrySubDivisionCode": "CA", "PostalCode": "94030"}


def customer(books: Books) -> Body:
    return to(books.first("Customer"), "DisplayName")


def vendor(books: Books) -> Body:
    return to(books.first("Vendor"), "DisplayName")


def account(books: Books, where: str) -> Body:
    return to(books.first("Account", f"where {where}"))


def sale(books: Books, amount: float = 100, **detail: Any) -> Body:
    inner = {"ItemRef": to(books.first("Item", "where Type = 'Service'")), **detail}
    return {
        "Amount": amount,
        "DetailType": "SalesItemLineDetail",
        "Description": "By contract",
        "SalesItemLineDetail": inner,
    }


def expense(books: Books, amount: float = 200) -> Body:
    inner = {"AccountRef": account(books, "AccountType = 'Expense'")}
    return {"Amount": amount, "DetailType": "AccountBasedExpenseLineDetail", "AccountBasedExpenseLineDetail": inner}


def goods(books: Books) -> Body:
    """A line of a purchase, for an inventory item, billed to nobody."""
    inner = {
        "ItemRef": to(books.first("Item", "where Type = 'Inventory'")),
        "CustomerRef": customer(books),
        "TaxCodeRef": {"value": "NON"},
        "BillableStatus": "NotBillable",
        "Qty": 1,
        "UnitPrice": 100,
    }
    return {"Amount": 100, "DetailType": "ItemBasedExpenseLineDetail", "ItemBasedExpenseLineDetail": inner}


def entry(books: Books, side: str) -> Body:
    inner = {"PostingType": side, "AccountRef": account(books, "AccountType = 'Expense'")}
    return {"Amount": 5, "DetailType": "JournalEntryLineDetail", "JournalEntryLineDetail": inner}


def person(name: str) -> Body:
    return {"GivenName": "Jo", "FamilyName": name, "DisplayName": name, "PrintOnCheckName": name}


Make = Callable[[Books, str], Body]
# class -> (what it is made of, what changes)
ENTITIES: dict[str, tuple[Make, Body]] = {
    "Account": (lambda _, name: {"Name": name, "AccountSubType": "CashOnHand", "AcctNum": name[-7:]}, {}),
    "Customer": (
        lambda _, name: {
            **person(name),
            "Title": "Mr",
            "Suffix": "Jr",
            "CompanyName": name,
            "BillAddr": address(),
            "PrimaryPhone": {"FreeFormNumber": "555-555-5555"},
            "PrimaryEmailAddr": {"Address": "a@example.com"},
        },
        {"MiddleName": "B"},
    ),
    "Vendor": (
        lambda _, name: {
            **person(name),
            "AcctNum": "17",
            "BillAddr": address(),
            "WebAddr": {"URI": "http://example.com"},
            "PrimaryEmailAddr": {"Address": "a@example.com"},
        },
        {"GivenName": "Al"},
    ),
    "Employee": (
        lambda _, name: {"GivenName": "Jo", "FamilyName": name, "HiredDate": "2020-07-22", "PrimaryAddr": address()},
        {"GivenName": "Al"},
    ),
    "Item": (
        lambda books, name: {
            "Name": name,
            "Type": "Inventory",
            "TrackQtyOnHand": True,
            "QtyOnHand": 10,
            "InvStartDate": "2015-01-01",
            "IncomeAccountRef": account(books, "AccountSubType = 'SalesOfProductIncome'"),
            "ExpenseAccountRef": account(books, "AccountSubType = 'SuppliesMaterialsCogs'"),
            "AssetAccountRef": account(books, "AccountSubType = 'Inventory'"),
        },
        {"Description": "changed"},
    ),
    "Class": (lambda _, name: {"Name": name}, {}),
    "Department": (lambda _, name: {"Name": name}, {}),
    "PaymentMethod": (lambda _, name: {"Name": name[-20:]}, {"Type": "NON_CREDIT_CARD"}),
    "Term": (lambda _, name: {"Name": name[-30:], "DueDays": 10}, {"DueDays": 60}),
    "Bill": (lambda books, _: {"VendorRef": vendor(books), "Line": [expense(books)]}, {"PrivateNote": "x"}),
    "VendorCredit": (lambda books, _: {"VendorRef": vendor(books), "Line": [expense(books)]}, {"PrivateNote": "x"}),
    "PurchaseOrder": (
        lambda books, _: {
            "VendorRef": vendor(books),
            "APAccountRef": account(books, "AccountSubType = 'AccountsPayable'"),
            "Line": [goods(books)],
        },
        {"PrivateNote": "x"},
    ),
    "Purchase": (
        lambda books, _: {
            "PaymentType": "CreditCard",
            "AccountRef": account(books, "AccountType = 'Credit Card'"),
            "Line": [goods(books)],
        },
        {"PrivateNote": "x"},
    ),
    "Deposit": (
        lambda books, _: {
            "DepositToAccountRef": account(books, "AccountSubType = 'Checking'"),
            "Line": [
                {
                    "Amount": 20,
                    "DetailType": "DepositLineDetail",
                    "DepositLineDetail": {"AccountRef": account(books, "AccountSubType = 'Savings'")},
                }
            ],
        },
        {"PrivateNote": "x"},
    ),
    "JournalEntry": (
        lambda books, _: {"Line": [entry(books, "Debit"), entry(books, "Credit")]},
        {"PrivateNote": "x"},
    ),
    "Transfer": (
        lambda books, _: {
            "Amount": 100,
            "FromAccountRef": account(books, "AccountSubType = 'Checking'"),
            "ToAccountRef": account(books, "AccountSubType = 'Savings'"),
        },
        {"Amount": 101},
    ),
    "TimeActivity": (
        lambda books, _: {
            "NameOf": "Employee",
            "EmployeeRef": to(books.first("Employee"), "DisplayName"),
            "Description": "By contract",
            "StartTime": "2016-07-22T10:00:00-07:00",
            "EndTime": "2016-07-22T11:00:00-07:00",
        },
        {"Description": "changed"},
    ),
    "Estimate": (
        lambda books, _: {"CustomerRef": customer(books), "Line": [sale(books)], "BillAddr": address()},
        {"PrivateNote": "x"},
    ),
    "Invoice": (
        lambda books, _: {
            "CustomerRef": customer(books),
            "CustomerMemo": {"value": "Thank you"},
            "Line": [sale(books)],
        },
        {"PrivateNote": "x"},
    ),
    "CreditMemo": (lambda books, _: {"CustomerRef": customer(books), "Line": [sale(books)]}, {"PrivateNote": "x"}),
    "SalesReceipt": (
        lambda books, _: {"CustomerRef": customer(books), "Line": [sale(books, Qty=1, UnitPrice=100)]},
        {"PrivateNote": "x"},
    ),
    "RefundReceipt": (
        lambda books, _: {
            "CustomerRef": customer(books),
            "DepositToAccountRef": account(books, "Name = 'checking'"),
            "PaymentType": "Check",
            "CheckPayment": {"CheckNum": "1001", "NameOnAcct": "Jo", "AcctNum": "0", "BankName": "Bank"},
            "Line": [sale(books, 200)],
        },
        {"PrivateNote": "x"},
    ),
    "Payment": (
        lambda books, _: {
            "CustomerRef": customer(books),
            "TotalAmt": 140,
            "PaymentMethodRef": {"value": books.first("PaymentMethod")["Id"]},
        },
        {"PrivateNote": "x"},
    ),
    "CreditCardPayment": (
        lambda books, _: {
            "Amount": 100,
            "BankAccountRef": account(books, "AccountSubType = 'Checking'"),
            "CreditCardAccountRef": account(books, "AccountType = 'Credit Card'"),
        },
        {"Amount": 101},
    ),
    "Attachable": (
        lambda books, name: {
            "Note": name,
            "AttachableRef": [{"EntityRef": {"type": "Vendor", "value": vendor(books)["value"]}}],
        },
        {"Note": "changed"},
    ),
}
MODULES = {"Class": "trackingclass", "CreditCardPayment": "creditcardpayment_entity"}
SYSTEM_SAYS = ("name", "DetailType")  # what a company may word in its own way


def holds(found: Any, expected: Any) -> bool:
    """Whether `found` says all that `expected` does."""
    if isinstance(expected, dict):
        return all(holds(field(found, name), value) for name, value in expected.items() if name not in SYSTEM_SAYS)
    if isinstance(expected, list):
        return len(found) >= len(expected) and all(map(holds, found, expected))
    return found == expected


def field(found: Any, name: str) -> Any:
    return found.get(name) if isinstance(found, dict) else getattr(found, name, None)


@pytest.mark.parametrize("name", ENTITIES)
def test_an_entity_lives(name: str, books: Books, qb: Any, unique: str) -> None:
    cls = kind(name, MODULES.get(name, ""))
    make, change = ENTITIES[name]
    body = make(books, unique)
    made = cls.from_json(body)
    made.save(qb=qb)
    read = cls.get(made.Id, qb=qb)
    assert holds(read, body), vars(read)
    for what, value in change.items():
        setattr(read, what, value)
    read.save(qb=qb)
    again = cls.get(made.Id, qb=qb)
    assert holds(again, {**body, **change}), vars(again)
    assert again.SyncToken == str(int(made.SyncToken or 0) + 1)
    assert cls.all(max_results=1, qb=qb)


@pytest.mark.parametrize("name", ["Invoice", "Bill", "Estimate", "Deposit", "Transfer", "Purchase", "Attachable"])
def test_what_can_be_deleted_is_gone(name: str, books: Books, qb: Any, unique: str) -> None:
    cls = kind(name)
    made = cls.from_json(ENTITIES[name][0](books, unique))
    made.save(qb=qb)
    made = cls.get(made.Id, qb=qb)
    made.delete(qb=qb)
    assert cls.filter(Id=made.Id, qb=qb) == []


@pytest.mark.parametrize("name", ["Invoice", "SalesReceipt", "Payment"])
def test_a_void_leaves_a_row_of_nothing(name: str, books: Books, qb: Any, unique: str) -> None:
    cls = kind(name)
    made = cls.from_json(ENTITIES[name][0](books, unique))
    made.save(qb=qb)
    cls.get(made.Id, qb=qb).void(qb=qb)
    voided = cls.get(made.Id, qb=qb)
    assert voided.TotalAmt == 0
    assert "Voided" in voided.PrivateNote


def bill_and_payment(books: Books, qb: Any) -> tuple[Any, Any]:
    bill = kind("Bill").from_json(ENTITIES["Bill"][0](books, ""))
    bill.save(qb=qb)
    body = {
        "VendorRef": vendor(books),
        "PayType": "Check",
        "TotalAmt": 200,
        "PrivateNote": "by contract",
        "CheckPayment": {"BankAccountRef": account(books, "AccountSubType = 'Checking'")},
        "APAccountRef": account(books, "AccountSubType = 'AccountsPayable'"),
        "Line": [{"Amount": 200, "LinkedTxn": [{"TxnId": bill.Id, "TxnType": "Bill"}]}],
    }
    payment = kind("BillPayment").from_json(body)
    payment.save(qb=qb)
    return bill, payment


def test_a_bill_payment_settles_and_its_void_frees(books: Books, qb: Any) -> None:
    bill, payment = bill_and_payment(books, qb)
    read = kind("BillPayment").get(payment.Id, qb=qb)
    assert (read.PayType, read.TotalAmt, len(read.Line), read.Line[0].Amount) == ("Check", 200, 1, 200)
    assert kind("Bill").get(bill.Id, qb=qb).Balance == 0
    read.void(qb=qb)
    voided = kind("BillPayment").get(payment.Id, qb=qb)
    assert voided.TotalAmt == 0
    assert "Voided" in voided.PrivateNote
    assert kind("Bill").get(bill.Id, qb=qb).Balance == 200


def test_a_card_payment_reads_as_a_transfer_too(books: Books, qb: Any) -> None:
    paid = kind("CreditCardPayment", "creditcardpayment_entity").from_json(ENTITIES["CreditCardPayment"][0](books, ""))
    paid.save(qb=qb)
    assert kind("Transfer").get(paid.Id, qb=qb).Amount == 100


def test_a_file_is_attached(books: Books, qb: Any, unique: str, tmp_path: Any) -> None:
    path = tmp_path / f"{unique}.txt"
    path.write_bytes(b"one\r\ntwo\x00\xff")
    file = kind("Attachable").from_json(ENTITIES["Attachable"][0](books, unique))
    file.FileName, file.ContentType, file._FilePath = path.name, "text/plain", str(path)
    file.save(qb=qb)
    read = kind("Attachable").get(file.Id, qb=qb)
    assert (read.FileName, read.AttachableRef[0].EntityRef.value) == (path.name, vendor(books)["value"])


def schedule(**fields: Any) -> Body:
    return {"StartDate": date.today().isoformat(), "NumInterval": 1, **fields}  # noqa: DTZ011  any day will do


def recurring(name: str, body: Body, unique: str, **fields: Any) -> Any:
    info = {"Active": True, "RecurType": "Automated", "Name": unique, "ScheduleInfo": schedule(**fields)}
    return kind("RecurringTransaction").from_json({name: {**body, "RecurringInfo": info}})


def test_a_recurring_invoice_is_changed_and_deleted(books: Books, qb: Any, unique: str) -> None:
    body = {"CustomerRef": customer(books), "Line": [sale(books)]}
    monthly = {"IntervalType": "Monthly", "DayOfMonth": 1, "MaxOccurrences": 6}
    made = recurring("Invoice", body, unique, **monthly).save(qb=qb)
    assert holds(made.Invoice.RecurringInfo.ScheduleInfo, monthly)
    assert made.Invoice.Line[0].Amount == 100
    read = kind("RecurringTransaction").get(made.Invoice.Id, qb=qb)
    read.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth = 15
    read.Invoice.Line[0].Amount, read.Invoice.Deposit = 250, None
    read.save(qb=qb)
    again = kind("RecurringTransaction").get(made.Invoice.Id, qb=qb)
    assert (again.Invoice.Line[0].Amount, again.Invoice.RecurringInfo.ScheduleInfo.DayOfMonth) == (250, 15)
    again.delete(qb=qb)


def test_recurring_transactions_are_found_by_type(books: Books, qb: Any, unique: str) -> None:
    weekly = {"IntervalType": "Weekly", "DayOfWeek": "Friday", "DaysBefore": 3}
    recurring("Bill", {"VendorRef": vendor(books), "Line": [expense(books, 500)]}, unique, **weekly).save(qb=qb)
    monthly = {"IntervalType": "Monthly", "DayOfMonth": 1}
    body = {"CustomerRef": customer(books), "Line": [sale(books)]}
    recurring("Invoice", body, f"{unique} i", **monthly).save(qb=qb)
    bills = kind("RecurringTransaction").where("Type = 'Bill'", qb=qb)
    assert bills
    assert all(hasattr(one, "Bill") for one in bills)
    assert {hasattr(one, "Invoice") for one in kind("RecurringTransaction").all(qb=qb)} == {True, False}


def test_tax_codes_bring_the_pseudo_codes_beside_the_page(qb: Any) -> None:
    codes = kind("TaxCode").all(max_results=1, qb=qb)
    assert len(codes) == 4
    assert {"TAX", "NON", "CustomSalesTax"} < {code.Id for code in codes}
    assert len(kind("TaxRate").all(max_results=1, qb=qb)) == 1


def test_tax_agencies_and_tax_service(qb: Any, unique: str) -> None:
    agency = kind("TaxAgency").from_json({"DisplayName": unique})
    agency.save(qb=qb)
    assert kind("TaxAgency").get(agency.Id, qb=qb).DisplayName == unique
    detail = {"TaxRateName": unique, "RateValue": 10, "TaxAgencyId": agency.Id, "TaxApplicableOn": "Sales"}
    made = kind("TaxService").from_json({"TaxCode": unique, "TaxRateDetails": [detail]}).save(qb=qb)
    shown = made.TaxRateDetails[0]
    assert (made.TaxCode, shown.RateValue, shown.TaxAgencyId) == (unique, 10, agency.Id)


def test_preferences_are_read_and_changed(qb: Any, unique: str) -> None:
    preferences = kind("Preferences").get(qb=qb)
    assert (preferences.Id, preferences.AccountingInfoPrefs.TaxYearMonth) == ("1", "January")
    assert preferences.ProductAndServicesPrefs.ForPurchase is True
    assert preferences.OtherPrefs.NameValue[0].Name == "SalesFormsPrefs.DefaultCustomerMessage"
    preferences.EmailMessagesPrefs.EstimateMessage.Subject = unique
    preferences.save(qb=qb)
    assert kind("Preferences").get(qb=qb).EmailMessagesPrefs.EstimateMessage.Subject == unique


def test_company_currencies_and_rates(qb: Any) -> None:
    assert kind("CompanyCurrency").get(1, qb=qb).Name == "Canadian Dollar"
    rate = kind("ExchangeRate").where("SourceCurrencyCode = 'EUR'", qb=qb)[0]
    assert (rate.SourceCurrencyCode, rate.TargetCurrencyCode) == ("EUR", "USD")
    rate.Rate = new = round(rate.Rate + 1, 4)
    rate.save(qb=qb)
    assert kind("ExchangeRate").where("SourceCurrencyCode = 'EUR'", qb=qb)[0].Rate == new


def test_a_request_id_makes_one_invoice(books: Books, qb: Any) -> None:
    key, made = str(uuid.uuid4()), []
    for _ in range(2):
        made.append(kind("Invoice").from_json(ENTITIES["Invoice"][0](books, "")))
        made[-1].save(qb=qb, request_id=key)
    assert made[0].Id == made[1].Id


def test_batch_takes_some_and_refuses_some(books: Books, qb: Any, unique: str) -> None:
    from quickbooks.batch import batch_create, batch_delete, batch_update

    names = [unique, f"{unique} 2", books.first("Customer")["DisplayName"]]
    made = batch_create([kind("Customer").from_json({"DisplayName": name}) for name in names], qb=qb)
    assert (len(made.successes), made.faults[0].Error[0].code) == (2, "6240")
    for one in made.successes:
        one.CompanyName = "changed"
    assert len(batch_update(made.successes, qb=qb).successes) == 2
    bill = kind("Bill").from_json(ENTITIES["Bill"][0](books, ""))
    bill.save(qb=qb)
    assert len(batch_delete([kind("Bill").get(bill.Id, qb=qb)], qb=qb).successes) == 1


def test_changes_since_a_moment(books: Books, qb: Any) -> None:
    from quickbooks.cdc import change_data_capture

    invoice = kind("Invoice").from_json(ENTITIES["Invoice"][0](books, ""))
    invoice.save(qb=qb)
    since = (datetime.now(UTC) - timedelta(minutes=5)).isoformat()
    found = change_data_capture([kind("Invoice"), kind("Customer")], since, qb=qb)
    assert invoice.Id in {one.Id for one in found.Invoice}


@pytest.mark.parametrize("name", ["BalanceSheet", "ProfitAndLoss", "AgedReceivables", "TransactionList"])
def test_a_report_has_head_columns_and_rows(name: str, qb: Any) -> None:
    days = {"start_date": "2026-01-01", "end_date": "2026-06-30"}
    dated = {"report_date": "2026-06-30"} if name.startswith("Aged") else days
    report = qb.get_report(name, dated)
    assert report["Header"]["ReportName"] == name
    assert report["Header"]["EndPeriod"] == "2026-06-30"
    assert "start_date" not in dated or report["Header"]["StartPeriod"] == "2026-01-01"
    assert report["Columns"]["Column"]
    assert "Rows" in report


def test_a_form_as_a_pdf_and_by_mail(books: Books, qb: Any) -> None:
    invoice = kind("Invoice").from_json(ENTITIES["Invoice"][0](books, ""))
    invoice.save(qb=qb)
    assert invoice.download_pdf(qb=qb).startswith(b"%PDF")
    assert invoice.send(qb=qb, send_to="a@example.com")["Invoice"]["EmailStatus"] == "EmailSent"

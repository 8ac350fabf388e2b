"""Rules other than sales: vendors and bills, account balances, automatic credits, several currencies, limits."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from qbo_emulator import Emulator

from .conftest import TOKEN, Client, Process, invoice, line

Make = Callable[[Emulator], Client]


def preference(books: Client, group: str, name: str, value: object) -> None:
    books.do("preference", group=group, name=name, value=value)


def expense(amount: int = 200) -> dict:
    return {"Amount": amount, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "7"}}}


def bill(**fields: object) -> dict:
    return {"VendorRef": {"value": "56"}, "Line": [expense()], **fields}


def bill_payment(bill_id: str, amount: int = 200) -> dict:
    line = {"Amount": amount, "LinkedTxn": [{"TxnId": bill_id, "TxnType": "Bill"}]}
    check = {"BankAccountRef": {"value": "35"}}
    return {
        "VendorRef": {"value": "56"},
        "PayType": "Check",
        "TotalAmt": amount,
        "CheckPayment": check,
        "Line": [line],
    }


# vendors


def test_a_bill_is_owed_until_it_is_paid(sample: Client) -> None:
    made = sample.post("Bill", bill(SalesTermRef={"value": "3"}, TxnDate="2026-03-01"))
    assert (made["Balance"], made["DueDate"]) == (200, "2026-03-31")
    assert made["Line"][0]["DetailType"] == "AccountBasedExpenseLineDetail"
    assert made["Line"][0]["AccountBasedExpenseLineDetail"]["AccountRef"]["name"] == "Advertising"
    assert sample.read("Vendor", "56")["Balance"] == 200
    payment = sample.post("BillPayment", bill_payment(made["Id"], 150))
    assert sample.read("Bill", made["Id"])["Balance"] == 50
    assert sample.read("Bill", made["Id"])["LinkedTxn"] == [{"TxnId": payment["Id"], "TxnType": "BillPaymentCheck"}]
    sample.post("BillPayment", {"Id": payment["Id"], "SyncToken": "0"}, operation="delete")
    assert sample.read("Vendor", "56")["Balance"] == 200


def test_a_bill_takes_no_more_than_is_open(sample: Client) -> None:
    made = sample.post("Bill", bill())
    assert sample.fault("BillPayment", bill_payment(made["Id"], 201))["code"] == "6000"
    assert "does not exist" in sample.fault("BillPayment", bill_payment("99999"))["Detail"]


def test_a_paid_bill_is_not_deleted(sample: Client) -> None:
    made = sample.post("Bill", bill())
    sample.post("BillPayment", bill_payment(made["Id"]))
    body = {"Id": made["Id"], "SyncToken": "1"}
    assert sample.fault("Bill", body, operation="delete")["code"] == "6000"


def test_accounts_of_lines_must_be_there(sample: Client) -> None:
    line = {"Amount": 1, "AccountBasedExpenseLineDetail": {"AccountRef": {"value": "9999"}}}
    assert "Accounts element id 9999" in sample.fault("Bill", bill(Line=[line]))["Detail"]


def test_a_journal_entry_balances(books: Client) -> None:
    sides = [("Debit", 5), ("Credit", 4)]
    lines = [
        {"Amount": amount, "JournalEntryLineDetail": {"PostingType": side, "AccountRef": {"value": "35"}}}
        for side, amount in sides
    ]
    assert books.fault("JournalEntry", {"Line": lines})["code"] == "6000"


# accounts


def test_money_moves_on_accounts(books: Client) -> None:
    sold = books.post("Invoice", invoice(line("100", code="TAX"), TxnTaxDetail={"TxnTaxCodeRef": {"value": "2"}}))
    assert balances(books, "84", "90", "4") == [108, -8, 0]
    paid = {"Amount": 108, "LinkedTxn": [{"TxnId": sold["Id"], "TxnType": "Invoice"}]}
    books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 108, "Line": [paid]})
    assert balances(books, "84", "90", "4") == [0, -8, 108]
    moved = {"Amount": 108, "FromAccountRef": {"value": "4"}, "ToAccountRef": {"value": "35"}}
    books.post("Transfer", moved)
    assert balances(books, "4", "35", "1") == [0, 108, 0]
    assert books.query("select * from Account where CurrentBalance > '100'")["Account"][0]["Id"] == "35"


def balances(books: Client, *accounts: str) -> list[float]:
    return [books.read("Account", key)["CurrentBalance"] for key in accounts]


def test_a_card_payment_is_a_transfer_under_a_name_of_its_own(books: Client) -> None:
    body = {"Amount": 9, "BankAccountRef": {"value": "35"}, "CreditCardAccountRef": {"value": "41"}}
    made = books.call("POST", "creditcardpayment", body).json()["CreditCardPaymentTxn"]
    assert books.query("select * from CreditCardPayment")["CreditCardPaymentTxn"][0]["Id"] == made["Id"]
    assert books.read("Transfer", made["Id"])["ToAccountRef"]["value"] == "41"
    assert balances(books, "35", "41") == [-9, 9]


# credits


def test_credits_apply_themselves_where_the_company_says_so(books: Client) -> None:
    books.post("Payment", {"CustomerRef": {"value": "1"}, "TotalAmt": 30})
    preference(books, "SalesFormsPrefs", "AutoApplyCredit", True)
    assert books.post("Invoice", invoice(line("20")))["Balance"] == 0
    books.post("CreditMemo", invoice(line("50")))
    assert books.post("Invoice", invoice(line("100")))["Balance"] == 40
    assert books.read("Customer", "1")["Balance"] == 40


# currencies


def test_a_customer_has_one_currency_for_life(sample: Client) -> None:
    euro = {"CurrencyRef": {"value": "EUR"}}
    assert sample.post("Customer", {"DisplayName": "Off", **euro})["CurrencyRef"]["value"] == "USD"
    preference(sample, "CurrencyPrefs", "MultiCurrencyEnabled", True)
    row = sample.post("Customer", {"DisplayName": "On", **euro})
    assert row["CurrencyRef"] == {"value": "EUR", "name": "Euro"}
    change = {"Id": row["Id"], "SyncToken": "0", "sparse": True, "CurrencyRef": {"value": "CAD"}}
    assert sample.fault("Customer", change)["code"] == "6000"
    assert sample.fault("Customer", {"DisplayName": "X", "CurrencyRef": {"value": "XXX"}})["code"] == "2220"
    sold = sample.post("Invoice", invoice(customer=row["Id"], ExchangeRate=2, **euro))
    assert (sold["CurrencyRef"]["value"], sold["ExchangeRate"], sold["HomeTotalAmt"]) == ("EUR", 2, 200)
    wrong = invoice(customer=row["Id"], CurrencyRef={"value": "CAD"})
    assert "one foreign currency" in sample.fault("Invoice", wrong)["Detail"]


# the sample company


def test_the_sample_company_has_documents_that_add_up(sample: Client) -> None:
    row = sample.read("Invoice", "130")
    assert (row["DocNumber"], row["CustomerRef"]["value"]) == ("1037", "24")
    assert (float(row["TotalAmt"]), float(row["Balance"])) == (362.07, 362.07)
    assert sample.query("select count(*) from Payment")["totalCount"] >= 5
    assert float(sample.read("Customer", "24")["Balance"]) == 362.07
    assert sample.post("Invoice", invoice())["DocNumber"] == "1038"


def test_pseudo_codes_are_beside_the_page(books: Client) -> None:
    found = books.query("select * from TaxCode maxresults 1")["TaxCode"]
    assert [row["Id"] for row in found] == ["TAX", "NON", "CustomSalesTax", "2"]
    assert books.query("select * from TaxCode startposition 2") == {}


# limits


@pytest.mark.parametrize(
    ("switch", "path"), [("reports_per_minute", "reports/BalanceSheet"), ("all_per_minute", "term/1")]
)
def test_further_limits(client_of: Make, switch: str, path: str) -> None:
    books = client_of(Emulator(access_token=TOKEN))
    books.do("switch", name=switch, value=2)
    assert [books.call("GET", path).status_code for _ in range(3)] == [200, 200, 429]


def test_batches_of_all_apps(client_of: Make) -> None:
    books = client_of(Emulator(access_token=TOKEN))
    books.do("switch", name="batches_per_minute_all_apps", value=1)
    body = {"BatchItemRequest": [{"bId": "1", "Query": "select * from Term"}]}
    assert [books.call("POST", "batch", body).status_code for _ in range(2)] == [200, 429]


# webhooks


def test_what_waits_for_a_webhook_outlives_the_process(tmp_path: Path, client_of: Make) -> None:
    state = tmp_path / "books"
    first = Emulator(access_token=TOKEN, has_limits=False, state=state)
    books = client_of(first)
    books.do("webhook", url="http://127.0.0.1:9/hooks", verifier="v")
    key = books.post("Customer", {"DisplayName": "Ohio"})["Id"]
    first.close()

    second = Emulator(access_token=TOKEN, has_limits=False, state=state)
    assert [(one.entity, one.key) for one in second.webhooks.queues[second.realm_id].waiting] == [("Customer", key)]
    second.webhooks.post = lambda *_: 200
    assert second.webhooks.deliver(second.companies.values(), second.clock.now()) == 1
    second.close()
    third = Emulator(access_token=TOKEN, state=state)
    assert not third.webhooks.queues
    third.close()


# refusals of the outermost kind


@pytest.mark.processes
def test_nonsense_over_a_socket_gets_a_fault(start_process: Callable[..., Process]) -> None:
    books = start_process("--no-limits").client()
    url = f"{books.url}/v3/company/{books.realm}"
    sent = [
        books.session.post(f"{url}/invoice", data=b"{", headers=books.headers, timeout=9),
        books.session.post(f"{url}/invoice", data=b"\xff\xfe", headers=books.headers, timeout=9),
        books.session.post(f"{url}/invoice", data=b"<a", headers=books.headers, timeout=9),
        books.session.post(f"{url}/invoice", data=b"[" * 2_000_000, headers=books.headers, timeout=9),
        books.session.get(f"{url}/query?query=%zz%ff", headers=books.headers, timeout=9),
        books.session.get(f"{url}/%ff/%00", headers=books.headers, timeout=9),
        books.session.request("PUT", f"{url}/invoice", headers=books.headers, timeout=9),
        books.session.request("PROPFIND", f"{url}/invoice/1", headers=books.headers, timeout=9),
        books.session.post(f"{url}/upload", data=b"--B", headers=books.headers, timeout=9),
        books.session.get(f"{url}/reports/NoSuchThing", headers=books.headers, timeout=9),
    ]
    assert [answer.status_code for answer in sent] == [400] * len(sent)
    assert all(answer.json()["Fault"]["Error"][0]["code"] for answer in sent)
    assert books.state["mistakes"] == 0


# what comes by itself


def test_each_line_whose_amount_is_off_is_told(books: Client) -> None:
    lines = [line("58", Qty=1, UnitPrice=57), line("5", Qty=2, UnitPrice=2)]
    entries = books.call("POST", "invoice", invoice(*lines)).json()["Fault"]["Error"]
    assert [(one["code"], one["element"]) for one in entries] == [("6070", "Line.Amount")] * 2
    assert [one["Detail"].split(":")[1] for one in entries] == ["58.0", "5.0"]


def test_an_expense_by_card_is_no_credit_and_one_by_check_is_not_printed(sample: Client) -> None:
    def spend(how: str, account: str) -> dict:
        return sample.post("Purchase", {"PaymentType": how, "AccountRef": {"value": account}, "Line": [expense()]})

    assert spend("CreditCard", "41")["Credit"] is False
    assert spend("Check", "35")["PrintStatus"] == "NotSet"
    assert not {"Credit", "PrintStatus"} & set(spend("Cash", "35"))


def test_an_adjustment_of_stock_is_of_quantities(sample: Client) -> None:
    detail = {"ItemRef": {"value": "11"}, "QtyDiff": -1}
    line = {"DetailType": "ItemAdjustmentLineDetail", "ItemAdjustmentLineDetail": detail}
    row = sample.post("InventoryAdjustment", {"AdjustAccountRef": {"value": "80"}, "Line": [line]})
    assert (row["AdjustAccountRef"]["name"], "TotalAmt" in row) == ("Cost of Goods Sold", False)
    nowhere = {"AdjustAccountRef": {"value": "9999"}, "Line": [line]}
    assert sample.fault("InventoryAdjustment", nowhere)["code"] == "2500"


def test_a_new_method_of_payment_is_no_card_and_a_new_term_gives_no_discount(books: Client) -> None:
    assert books.post("PaymentMethod", {"Name": "Cheque"})["Type"] == "NON_CREDIT_CARD"
    assert books.post("PaymentMethod", {"Name": "Amex", "Type": "CREDIT_CARD"})["Type"] == "CREDIT_CARD"
    term = books.post("Term", {"Name": "Net 9", "DueDays": 9})
    assert (term["Type"], term["DiscountPercent"]) == ("STANDARD", 0)
    dated = books.post("Term", {"Name": "On the 9th", "DayOfMonthDue": 9, "DueNextMonthDays": 3})
    assert (dated["Type"], "DueDays" in dated) == ("DATE_DRIVEN", False)

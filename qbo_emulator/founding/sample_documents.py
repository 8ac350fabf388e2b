"""Documents of every kind in the sample company, a dozen of each, some of them of the last days; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal

from qbo_emulator.books.clock import pacific_date
from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities import operations
from qbo_emulator.entities.registry import KINDS

DOZEN = range(12)
DAYS_APART = 4
CUSTOMERS = ("1", "2", "3", "4", "5", "6", "7", "10", "11", "12", "13", "14")
VENDORS = ("30", "31", "32", "33", "35", "36", "38", "39", "40", "43", "44", "46")
EXPENSES = ("7", "8", "11", "13", "15", "17", "20", "22", "24", "56", "76", "77")
PURCHASED = ("20", "56", "76", "13")
PLACES = [
    "North",
    "South",
    "East",
    "West",
    "Downtown",
    "Harbor",
    "Hillside",
    "Airport",
    "Campus",
    "Mill",
    "Park",
    "Station",
]


def write(company: Company, *, at: datetime) -> None:
    """Lists first, then documents from the oldest to today's."""
    for entity, body, days in sorted(bodies(pacific_date(at)), key=lambda one: -one[2]):
        operations.create(company, KINDS[entity], body, at=at - timedelta(days=days), options=frozenset())
    settle_bills(company, at=at)


def bodies(today: date) -> Iterator[tuple[str, Row, int]]:
    """Entity, body and how many days ago."""
    for name in PLACES:
        yield "Class", {"Name": name}, 99
        yield "Department", {"Name": name}, 99
    for number in DOZEN:
        days = number * DAYS_APART
        day = (today - timedelta(days=days)).isoformat()
        for entity, body in documents(number):
            yield entity, {"TxnDate": day, **body}, days


def documents(number: int) -> Iterator[tuple[str, Row]]:
    customer, vendor = ref(CUSTOMERS[number]), ref(VENDORS[number])
    amount = Decimal(40 + 7 * number)
    sale = {"CustomerRef": customer, "Line": [sold("4" if number % 2 else "10", amount)]}
    spent = [bought(EXPENSES[number], amount)]
    yield "Estimate", sale
    yield "SalesReceipt", {"Line": sale["Line"], "DepositToAccountRef": ref("4")}
    yield "CreditMemo", {**sale, "Line": [sold("12", Decimal(10 + number))]}
    yield "RefundReceipt", {**sale, "Line": [sold("12", Decimal(5 + number))], "DepositToAccountRef": ref("35")}
    yield "Payment", {"CustomerRef": customer, "TotalAmt": amount, "PaymentMethodRef": ref("2")}
    yield "Bill", {"VendorRef": vendor, "Line": spent, "SalesTermRef": ref("3")}
    yield "VendorCredit", {"VendorRef": vendor, "Line": [bought(EXPENSES[number], Decimal(3 + number))]}
    yield "PurchaseOrder", {"VendorRef": vendor, "APAccountRef": ref("33"), "Line": spent}
    yield "Purchase", purchase(number, vendor, amount)
    yield "Deposit", {"DepositToAccountRef": ref("35"), "Line": [deposited(amount)]}
    yield "Transfer", {"FromAccountRef": ref("35"), "ToAccountRef": ref("36"), "Amount": amount}
    yield "JournalEntry", {"Line": journal(amount), "PrivateNote": f"Wear of the truck, part {number + 1}"}
    worked = {"NameOf": "Employee", "EmployeeRef": ref("55"), "CustomerRef": customer, "Hours": 2, "Minutes": 0}
    yield "TimeActivity", worked


def ref(key: str) -> Row:
    return {"value": key}


def sold(item: str, amount: Decimal) -> Row:
    detail = {"ItemRef": ref(item), "Qty": 1, "UnitPrice": amount, "TaxCodeRef": ref("NON")}
    return {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}


def bought(account: str, amount: Decimal) -> Row:
    name = "AccountBasedExpenseLineDetail"
    return {"DetailType": name, "Amount": amount, "Description": "As ordered", name: {"AccountRef": ref(account)}}


def deposited(amount: Decimal) -> Row:
    return {"DetailType": "DepositLineDetail", "Amount": amount, "DepositLineDetail": {"AccountRef": ref("4")}}


def purchase(number: int, vendor: Row, amount: Decimal) -> Row:
    paid_by = (("Cash", "35"), ("CreditCard", "41"), ("Check", "35"))[number % 3]
    return {
        "PaymentType": paid_by[0],
        "AccountRef": ref(paid_by[1]),
        "EntityRef": {**vendor, "type": "Vendor"},
        "Line": [bought(PURCHASED[number % 4], amount)],
    }


def journal(amount: Decimal) -> list[Row]:
    name = "JournalEntryLineDetail"
    sides = (("Debit", "40"), ("Credit", "39"))
    return [
        {
            "DetailType": name,
            "Amount": amount,
            "Description": "Depreciation",
            name: {"PostingType": side, "AccountRef": ref(account)},
        }
        for side, account in sides
    ]


def settle_bills(company: Company, *, at: datetime) -> None:
    """Every bill of the sample is paid in half, some by check, some by card."""
    for number, bill in enumerate(list(company.rows("Bill"))):
        half = (Decimal(bill["TotalAmt"]) / 2).quantize(Decimal("0.01"))
        check = number % 2 == 0
        how: Row = {"BankAccountRef": ref("35")} if check else {"CCAccountRef": ref("41")}
        body = {
            "VendorRef": bill["VendorRef"],
            "TxnDate": bill["TxnDate"],
            "PayType": "Check" if check else "CreditCard",
            "CheckPayment" if check else "CreditCardPayment": how,
            "TotalAmt": half,
            "Line": [{"Amount": half, "LinkedTxn": [{"TxnId": bill["Id"], "TxnType": "Bill"}]}],
        }
        operations.create(company, KINDS["BillPayment"], body, at=at, options=frozenset())

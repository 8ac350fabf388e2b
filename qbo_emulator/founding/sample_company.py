"""Intuit's sample company on top of the plain one: its lists as rows, its documents by the rules; knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count

from qbo_emulator.books.clock import pacific_date, stamp
from qbo_emulator.books.company import Change, Company, Put, Row
from qbo_emulator.entities import operations
from qbo_emulator.entities.registry import KINDS
from qbo_emulator.founding import sample_documents
from qbo_emulator.founding.sample_facts import (
    ACCOUNTS,
    COMPANY_OF_JOBS,
    COMPANY_OF_VENDORS,
    CONTACTS,
    CURRENCIES,
    CUSTOMER_TYPES,
    CUSTOMERS,
    DESCRIPTIONS,
    EARNS_ON,
    EMPLOYEES,
    IN_STOCK,
    INVOICES,
    ITEMS,
    PERSONS,
    SALES_RECEIPTS,
    VENDORS,
    VENDORS_WITHOUT_COMPANY,
)
from qbo_emulator.founding.seed import CURRENCY, account, dress, sales_custom_fields, stored

FIRST_DAY_OF_STOCK = "2020-01-01"


OLDER = timedelta(days=100)  # the lists of a sandbox company are older than its documents


def found(company: Company, *, at: datetime) -> None:
    """Fills a plain company: lists with Intuit's ids, then invoices and payments, numbered by the company itself."""
    company.commit(rows(at=at - OLDER))
    dress(company)
    preferences = company.preferences
    forms = {
        **preferences["SalesFormsPrefs"],
        "CustomTxnNumbers": False,
        "CustomField": sales_custom_fields(in_use=True),
    }
    company.commit([Put("Preferences", {**preferences, "SalesFormsPrefs": forms})])
    free = count(max(int(key) for key, *_ in sales()) + 1)
    # From the oldest, with Intuit's ids; payments take those that are free behind them.
    for key, entity, body, days, is_paid in sorted(sales(), key=lambda one: -one[3]):
        then = at - timedelta(days=days)
        company.start_ids_at(entity, int(key))
        # By the calendar: so many times 24 hours ago it was the day before or after, where summer time lies between.
        body["TxnDate"] = (pacific_date(at) - timedelta(days=days)).isoformat()
        made = operations.create(company, KINDS[entity], body, at=then, options=frozenset())
        if is_paid:
            company.start_ids_at("Payment", next(free))
            pay(company, made, then)
    company.start_ids_at("Payment", next(free))
    sample_documents.write(company, at=at)


def sales() -> Iterator[tuple[str, str, Row, int, bool]]:
    """Id, entity, body, how many days ago, and whether a payment follows."""
    for key, number, customer, days, lines, is_paid in INVOICES:
        invoice = {
            "CustomerRef": {"value": customer},
            "DocNumber": number,
            "Line": [sales_line(*line) for line in lines],
            "TxnTaxDetail": {"TxnTaxCodeRef": {"value": "2"}},
        }
        yield key, "Invoice", invoice, days, is_paid
    for key, number, customer, days, sold, percent, (method, reference), account_id in SALES_RECEIPTS:
        receipt: Row = {
            "CustomerRef": {"value": customer},
            "DocNumber": number,
            "Line": [sales_line(*line, "NON") for line in sold],
            "CustomerMemo": {"value": "Thank you for your business and have a great day!"},
            "DepositToAccountRef": {"value": account_id},
        }
        if percent:
            receipt["Line"].append(discount_line(percent))
        if method:
            receipt["PaymentMethodRef"] = {"value": method}
        if reference:
            receipt["PaymentRefNum"] = reference
        yield key, "SalesReceipt", receipt, days, False


def sales_line(item: str, quantity: int | str, price: str, code: str) -> Row:
    count = Decimal(quantity)
    detail = {"ItemRef": {"value": item}, "Qty": count, "UnitPrice": price, "TaxCodeRef": {"value": code}}
    amount = (count * Decimal(price)).quantize(Decimal("0.01"))
    line = {"DetailType": "SalesItemLineDetail", "Amount": amount, "SalesItemLineDetail": detail}
    return {**described(item), **line}


def described(item: str) -> Row:
    return {"Description": DESCRIPTIONS[item]} if item in DESCRIPTIONS else {}


def discount_line(percent: int) -> Row:
    detail = {"PercentBased": True, "DiscountPercent": percent, "DiscountAccountRef": {"value": "86"}}
    return {"DetailType": "DiscountLineDetail", "DiscountLineDetail": detail}


def pay(company: Company, invoice: Row, at: datetime) -> None:
    links = [{"TxnId": invoice["Id"], "TxnType": "Invoice"}]
    body = {
        "CustomerRef": invoice["CustomerRef"],
        "TotalAmt": invoice["TotalAmt"],
        "TxnDate": invoice["TxnDate"],
        "PaymentMethodRef": {"value": "2"},
        "Line": [{"Amount": invoice["TotalAmt"], "LinkedTxn": links}],
    }
    operations.create(company, KINDS["Payment"], body, at=at, options=frozenset())


def rows(*, at: datetime) -> list[Change]:
    """The lists of Intuit's sample company, with its ids."""
    made = stamp(at)
    people = [("Customer", customer(*facts)) for facts in CUSTOMERS]
    sellers = [("Vendor", vendor(*facts)) for facts in VENDORS]
    staff = [("Employee", employee(*facts)) for facts in EMPLOYEES]
    goods = [("Item", item(*facts)) for facts in ITEMS]
    money = [
        ("CompanyCurrency", {"Id": key, "Code": code, "Name": name, "Active": True}) for key, code, name in CURRENCIES
    ]
    types = [
        ("CustomerType", {"Id": str(key), "Name": name, "Active": True}) for key, name in enumerate(CUSTOMER_TYPES, 1)
    ]
    books = [("Account", row) for row in chart()]
    lists = [*books, *people, *sellers, *staff, *goods, *money, *types]
    return [Put(entity, stored(row, made)) for entity, row in lists]


def chart() -> Iterator[Row]:
    full_names: dict[str, str] = {}
    for key, name, kind, sub_type, parent in ACCOUNTS:
        row = account(key, name, kind, sub_type)
        if parent:
            full = f"{full_names[parent]}:{name}"
            row |= {"SubAccount": True, "ParentRef": {"value": parent}, "FullyQualifiedName": full}
        full_names[key] = row["FullyQualifiedName"]
        yield row


def customer(key: str, name: str, given: str, family: str, parent: str) -> Row:
    full = f"{name_of(parent)}:{name}" if parent else name
    under: Row = {"ParentRef": {"value": parent}, "Level": 1} if parent else {}
    company = "" if key in PERSONS else COMPANY_OF_JOBS.get(key, name)
    return {
        "Taxable": True,
        "Job": bool(parent),
        "BillWithParent": False,
        **under,
        "Balance": 0,
        "BalanceWithJobs": 0,
        "CurrencyRef": CURRENCY,
        "PreferredDeliveryMethod": "Print",
        "Id": key,
        "GivenName": given,
        **({"FamilyName": family} if family else {}),
        "FullyQualifiedName": full,
        **({"CompanyName": company} if company else {}),
        "DisplayName": name,
        "PrintOnCheckName": company or name,
        "Active": True,
        "PrimaryEmailAddr": {"Address": f"customer{key}@example.com"},
        "PrimaryPhone": {"FreeFormNumber": f"(650) 555-{3300 + int(key)}"},
        "BillAddr": address(key),
        "DefaultTaxCodeRef": {"value": "2"},
    }


def address(key: str) -> Row:
    return {
        "Line1": f"{100 + int(key)} Main St.",
        "City": "Bayshore",
        "CountrySubDivisionCode": "CA",
        "PostalCode": "94326",
    }


def name_of(key: str) -> str:
    return next(name for one, name, *_ in CUSTOMERS if one == key)


def vendor(key: str, name: str) -> Row:
    given, family = CONTACTS.get(key, ("", ""))
    person = {"GivenName": given, "FamilyName": family} if given else {}
    has_company = key not in VENDORS_WITHOUT_COMPANY
    return {
        "Balance": 0,
        "Vendor1099": False,
        "BillAddr": address(key),
        "CurrencyRef": CURRENCY,
        "Id": key,
        **person,
        **({"CompanyName": COMPANY_OF_VENDORS.get(key, name)} if has_company else {}),
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
    }


def employee(key: str, given: str, family: str) -> Row:
    name = f"{given} {family}"
    return {
        "BillableTime": False,
        "Id": key,
        "GivenName": given,
        "FamilyName": family,
        "DisplayName": name,
        "PrintOnCheckName": name,
        "Active": True,
    }


def income_of(key: str, kind: str) -> tuple[str, str]:
    """Id and full name of the account that an item earns on."""
    if key not in EARNS_ON:
        return ("79", "Sales of Product Income") if kind == "NonInventory" else ("1", "Services")
    names = {row["Id"]: str(row["FullyQualifiedName"]) for row in chart()}
    return EARNS_ON[key], names[EARNS_ON[key]]


def item(key: str, name: str, kind: str, price: str, taxable: bool) -> Row:
    income = income_of(key, kind)
    stock: Row = {}
    if key in IN_STOCK:
        stock = {
            "Type": "Inventory",
            "ExpenseAccountRef": {"value": "80", "name": "Cost of Goods Sold"},
            "AssetAccountRef": {"value": "81", "name": "Inventory Asset"},
            "TrackQtyOnHand": True,
            "QtyOnHand": IN_STOCK[key][0],
            "PurchaseCost": Decimal(IN_STOCK[key][1]),
            "InvStartDate": FIRST_DAY_OF_STOCK,
        }
    return {
        "Id": key,
        "Name": name,
        **described(key),
        "Active": True,
        "FullyQualifiedName": name,
        "Taxable": taxable,
        "UnitPrice": Decimal(price) or 0,
        "Type": kind,
        "IncomeAccountRef": {"value": income[0], "name": income[1]},
        "PurchaseCost": 0,
        "TrackQtyOnHand": False,
        **stock,
    }

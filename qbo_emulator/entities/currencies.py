"""Which currency a customer and a transaction have; one only without multicurrency; knows no HTTP."""

from __future__ import annotations

from decimal import Decimal

from qbo_emulator import faults
from qbo_emulator.books.company import Company, Row
from qbo_emulator.books.money import cents
from qbo_emulator.entities.fields import DATE
from qbo_emulator.entities.kind import Draft
from qbo_emulator.entities.references import key_of


def has_several(company: Company) -> bool:
    return company.preference("CurrencyPrefs", "MultiCurrencyEnabled") is True


def currency_of_name(draft: Draft) -> None:
    """A customer's or vendor's currency: chosen once, or the home currency (Intuit's API reference)."""
    company, row = draft.company, draft.row
    home = company.setting("currency")
    standing = (draft.before or {}).get("CurrencyRef")
    asked = key_of(draft.sent.get("CurrencyRef"))
    if not has_several(company) or not (asked or standing):
        row["CurrencyRef"] = home
        return
    if standing and asked not in ("", key_of(standing)):
        raise faults.business("The currency of a customer or vendor cannot be changed.")
    row["CurrencyRef"] = standing or known(company, asked)


def known(company: Company, code: str) -> Row:
    """The currency `code` of the company's list. Raises QboFault 2220."""
    home: Row = company.setting("currency")
    if code == home["value"]:
        return home
    for row in company.rows("CompanyCurrency"):
        if row.get("Code") == code and row.get("Active") is not False:
            return {"value": code, "name": str(row.get("Name", code))}
    raise faults.invalid_currency(code)


WITH_HOME_TOTAL = frozenset(("Invoice", "CreditMemo", "Estimate", "SalesReceipt", "RefundReceipt", "Payment"))


NAMES = {
    "AUD": "Australian Dollar",
    "BRL": "Brazilian Real",
    "CAD": "Canadian Dollar",
    "CHF": "Swiss Franc",
    "CNY": "Chinese Yuan Renminbi",
    "CZK": "Czech Koruna",
    "DKK": "Danish Krone",
    "EUR": "Euro",
    "GBP": "British Pound Sterling",
    "HKD": "Hong Kong Dollar",
    "ILS": "Israeli New Sheqel",
    "INR": "Indian Rupee",
    "JPY": "Japanese Yen",
    "MXN": "Mexican Peso",
    "NOK": "Norwegian Krone",
    "NZD": "New Zealand Dollar",
    "PHP": "Philippine Peso",
    "PLN": "Polish Zloty",
    "SEK": "Swedish Krona",
    "SGD": "Singapore Dollar",
    "USD": "United States Dollar",
    "ZAR": "South African Rand",
}


def currency_rules(draft: Draft) -> None:
    """A currency that the company adds to its list has three letters, and a name of its own if it is a usual one."""
    code = str(draft.row["Code"])
    if not (len(code) == 3 and code.isascii() and code.isupper()):
        raise faults.invalid_currency(code)
    draft.row.setdefault("Name", NAMES.get(code, code))


def currency_of_transaction(draft: Draft, name: Row | None) -> None:
    """The currency of who it is with, or as sent where it is with nobody; a rate of 1 if none was sent."""
    company, row = draft.company, draft.row
    home = company.setting("currency")
    if not has_several(company):
        row["CurrencyRef"] = home
        row.pop("ExchangeRate", None)
        return
    asked = key_of(row.get("CurrencyRef"))
    currency = name.get("CurrencyRef", home) if name else known(company, asked) if asked else home
    if key_of(draft.sent.get("CurrencyRef")) not in ("", key_of(currency)):
        raise faults.business("You can only use one foreign currency per transaction.")
    row["CurrencyRef"] = currency
    row["ExchangeRate"] = rate = Decimal(row.get("ExchangeRate", 1)) if currency != home else Decimal(1)
    if draft.kind.name in WITH_HOME_TOTAL and currency != home:
        row["HomeTotalAmt"] = cents(row["TotalAmt"] * rate)


def with_home_balance(company: Company, row: Row) -> Row:
    """`row` with what is still open of it in the home currency, if it is in another one."""
    if not has_several(company) or row["CurrencyRef"] == company.setting("currency"):
        return row
    return {**row, "HomeBalance": cents(row["Balance"] * Decimal(row.get("ExchangeRate", 1)))}


def rate_on(row: Row, day: str) -> Row:
    """The exchange rate `row` as of `day`, if that is one: rates do not change by themselves."""
    return {**row, "AsOfDate": day[:10]} if DATE.match(day) else row

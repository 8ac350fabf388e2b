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


def currency_of_transaction(draft: Draft, name: Row | None) -> None:
    """The currency of who it is with; a rate of 1 if none was sent, and the total in the home currency."""
    company, row = draft.company, draft.row
    home = company.setting("currency")
    if not has_several(company):
        row["CurrencyRef"] = home
        return
    currency = (name or {}).get("CurrencyRef", home)
    if key_of(draft.sent.get("CurrencyRef")) not in ("", key_of(currency)):
        raise faults.business("You can only use one foreign currency per transaction.")
    row["CurrencyRef"] = currency
    row["ExchangeRate"] = rate = Decimal(row.get("ExchangeRate", 1)) if currency != home else Decimal(1)
    if "TotalAmt" in row and currency != home:
        row["HomeTotalAmt"] = cents(row["TotalAmt"] * rate)


def rate_on(row: Row, day: str) -> Row:
    """The exchange rate `row` as of `day`, if that is one: rates do not change by themselves."""
    return {**row, "AsOfDate": day[:10]} if DATE.match(day) else row

"""The company's lists and transactions as tables; knows no form."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any

from qbo_emulator.books.company import Company, Row
from qbo_emulator.pages.html import table, tag, text
from qbo_emulator.pages.record import WITH_PAGE, address

SHOWN = 50
Cell = Callable[[Row], str]


@dataclass(frozen=True)
class Listing:
    entity: str
    title: str
    columns: tuple[tuple[str, Cell], ...]
    numbers: tuple[int, ...] = ()
    opens: int = 1  # the column that leads to the page of the row


def at(path: str) -> Cell:
    def cell(row: Row) -> str:
        found: Any = row
        for part in path.split("."):
            found = found.get(part, "") if isinstance(found, dict) else ""
        return text(found)

    return cell


def status(row: Row) -> str:
    return tag("inactive", "bad") if row.get("Active") is False else tag("active", "ok")


def number_of(row: Row) -> str:
    return text(row.get("DocNumber") or f"(no number, id {row['Id']})")


def paid(row: Row) -> str:
    if str(row.get("PrivateNote", "")).startswith("Voided"):
        return tag("voided", "warn")
    return tag("paid", "ok") if not row["Balance"] else tag("open", "warn")


LISTINGS = (
    Listing(
        "Invoice",
        "Invoices",
        (
            ("Number", number_of),
            ("Date", at("TxnDate")),
            ("Customer", at("CustomerRef.name")),
            ("", paid),
            ("Tax", at("TxnTaxDetail.TotalTax")),
            ("Total", at("TotalAmt")),
            ("Balance", at("Balance")),
        ),
        (4, 5, 6),
        opens=0,
    ),
    Listing(
        "Payment",
        "Payments",
        (
            ("Id", at("Id")),
            ("Date", at("TxnDate")),
            ("Customer", at("CustomerRef.name")),
            ("Amount", at("TotalAmt")),
            ("Unapplied", at("UnappliedAmt")),
        ),
        (3, 4),
        opens=0,
    ),
    Listing(
        "Customer",
        "Customers",
        (
            ("Id", at("Id")),
            ("Name", at("DisplayName")),
            ("E-mail", at("PrimaryEmailAddr.Address")),
            ("", status),
            ("Balance", at("Balance")),
        ),
        (4,),
    ),
    Listing(
        "Item",
        "Items",
        (
            ("Id", at("Id")),
            ("Name", at("FullyQualifiedName")),
            ("Type", at("Type")),
            ("Income account", at("IncomeAccountRef.name")),
            ("", status),
            ("Price", at("UnitPrice")),
        ),
        (5,),
    ),
    Listing(
        "Account",
        "Accounts",
        (
            ("Id", at("Id")),
            ("Name", at("Name")),
            ("Type", at("AccountType")),
            ("Sub-type", at("AccountSubType")),
            ("", status),
        ),
    ),
    Listing(
        "TaxCode",
        "Tax codes",
        (("Id", at("Id")), ("Name", at("Name")), ("Description", at("Description")), ("", status)),
    ),
    Listing("TaxRate", "Tax rates", (("Id", at("Id")), ("Name", at("Name")), ("Percent", at("RateValue"))), (2,)),
    Listing("Vendor", "Vendors", (("Id", at("Id")), ("Name", at("DisplayName")), ("", status))),
    Listing("Term", "Terms", (("Id", at("Id")), ("Name", at("Name")), ("Days", at("DueDays"))), (2,)),
)


def tables(company: Company) -> str:
    return "".join(listing(company, one) for one in LISTINGS if company.tables[one.entity].rows)


def listing(company: Company, one: Listing) -> str:
    rows = [shown(company, one.entity, row) for row in islice(company.tables[one.entity].newest_first(), SHOWN)]
    count = len(company.tables[one.entity].rows)
    more = f"<p class=soft>The newest {SHOWN} of {count}.</p>" if count > SHOWN else ""
    lines = [("off" if row.get("Active") is False else "", cells(company, one, row)) for row in rows]
    opened = " open" if one.entity == "Invoice" else ""
    body = table([head for head, _ in one.columns], lines, numbers=one.numbers)
    head = f"<summary><b>{text(one.title)}</b> <span class=soft>{count}</span></summary>"
    return f"<section><details{opened}>{head}{body}{more}</details></section>"


def cells(company: Company, one: Listing, row: Row) -> list[str]:
    made = [cell(row) for _, cell in one.columns]
    if one.entity in WITH_PAGE:
        made[one.opens] = f'<a href="{text(address(company, one.entity, row["Id"]))}">{made[one.opens]}</a>'
    return made


def shown(company: Company, entity: str, row: Row) -> Row:
    return company.with_balance(entity, row)

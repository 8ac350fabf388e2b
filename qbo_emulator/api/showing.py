"""A row as answers show it: its name and its wrapper; knows no rule and no HTTP."""

from __future__ import annotations

from qbo_emulator.api import forms
from qbo_emulator.books.company import TRANSACTIONS, Company, Row
from qbo_emulator.books.encoding import dumps
from qbo_emulator.entities.kind import Kind


def shown(company: Company, kind: Kind, row: Row) -> str:
    """`row` as JSON, wrapped in its type if its kind says so. Anything that is not a stored row is shown as it is."""
    if kind.is_wrapped and "Type" in row:
        return dumps({row["Type"]: {name: value for name, value in row.items() if name != "Type"}})
    is_stored = company.get(kind.name, row.get("Id")) is row
    if kind.name == "Customer" and is_stored:
        return dumps(company.as_called(forms.found(kind.name, company.with_balance(kind.name, row))))
    return company.encoded(kind.name, row) if is_stored else dumps(company.as_called(row))


def member(company: Company, kind: Kind, row: Row, how: str = forms.READ) -> str:
    """`row` as a member of the answer's object: read, created or updated by this call."""
    if kind.name in forms.ALONE and company.get(kind.name, row.get("Id")) is row:
        row = forms.alone(kind.name, company.with_balance(kind.name, row), how)
    return f'"{kind.member}":{shown(company, kind, row)}'


FIRST_DAY = "firsttxndate"


LINK = "invoicelink"


def with_extras(company: Company, kind: Kind, row: Row, options: frozenset[str], base: str) -> Row:
    """`row` with what `include` asks for on top: a link to the invoice on the server `base`, a company's first day."""
    if kind.name == "Invoice" and LINK in options and row.get("status") != "Deleted":
        return {**company.with_balance(kind.name, row), "InvoiceLink": invoice_link(company, base, row["Id"])}
    return with_first_day(company, row) if kind.name == "CompanyInfo" and FIRST_DAY in options else row


def invoice_link(company: Company, base: str, key: str) -> str:
    link = f"{base}/app/invoice?txnId={key}"
    return link.replace("http:", "https:", 1) if company.switch("invoice_link_scheme") == "https" else link


def with_first_day(company: Company, info: Row) -> Row:
    """The company with the day of its first transaction, if it has any, for who asks for it by `include`."""
    days = sorted(row["TxnDate"] for entity in TRANSACTIONS for row in company.rows(entity) if row.get("TxnDate"))
    told = [{"Name": FIRST_DAY, "Value": days[0]}] if days else []
    return {**info, "NameValue": [*info.get("NameValue", ()), *told]}

"""Credits that are applied automatically if the company wants it (AutoApplyCredit); knows no HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal

from qbo_emulator.books.company import Company, Row
from qbo_emulator.entities import operations
from qbo_emulator.entities.kind import BY_ITSELF, Kind
from qbo_emulator.entities.payments import PAYMENT
from qbo_emulator.entities.references import key_of

OPEN_AMOUNT = {"Invoice": "Balance", "CreditMemo": "RemainingCredit", "Payment": "UnappliedAmt"}


def apply_credits(company: Company, kind: Kind, row: Row, *, at: datetime) -> Row:
    """Settles the customer's oldest invoices with the oldest credits, and returns `row` after that."""
    if not company.preference("SalesFormsPrefs", "AutoApplyCredit"):
        return row
    customer = key_of(row["CustomerRef"])
    for entity in ("Payment", "CreditMemo"):
        for credit in list(open_rows(company, entity, customer)):
            apply_one(company, entity, credit, at)
    return company.get(kind.name, row["Id"]) or row


def open_rows(company: Company, entity: str, customer: str) -> Iterator[Row]:
    field = OPEN_AMOUNT[entity]
    of_customer = (row for row in company.rows(entity) if key_of(row["CustomerRef"]) == customer)
    yield from sorted((row for row in of_customer if row.get(field, 0) > 0), key=age)


def age(row: Row) -> tuple[str, int]:
    return row["TxnDate"], int(row["Id"])


def apply_one(company: Company, entity: str, credit: Row, at: datetime) -> None:
    left, lines = Decimal(credit[OPEN_AMOUNT[entity]]), []
    for invoice in open_rows(company, "Invoice", key_of(credit["CustomerRef"])):
        part = min(left, Decimal(invoice["Balance"]))
        if part > 0:
            lines.append(line(part, "Invoice", invoice["Id"]))
            left -= part
    if lines:
        link(company, entity, credit, lines, at)


def line(amount: Decimal, entity: str, key: str) -> Row:
    return {"Amount": amount, "LinkedTxn": [{"TxnId": key, "TxnType": entity}]}


def link(company: Company, entity: str, credit: Row, lines: list[Row], at: datetime) -> None:
    """A payment takes the lines itself; a credit memo is linked to the invoices by a payment of zero."""
    if entity == "Payment":
        body = {"sparse": True, "Line": [*credit["Line"], *lines]}
        operations.update(company, PAYMENT, body, credit, at=at, options=BY_ITSELF)
        return
    used = sum((one["Amount"] for one in lines), Decimal(0))
    body = {
        "CustomerRef": credit["CustomerRef"],
        "TotalAmt": 0,
        "TxnDate": credit["TxnDate"],
        "Line": [*lines, line(used, "CreditMemo", credit["Id"])],
    }
    operations.create(company, PAYMENT, body, at=at, options=BY_ITSELF)

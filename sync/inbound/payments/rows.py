"""What the row of a payment says in our terms: whose it is, how it was paid, and when."""

from __future__ import annotations

from datetime import date

from qbo.json_objects import Row
from qbo.mapping.base import plain, reference
from qbo.mapping.names import name_key
from qbo.models import Link, ListEntry, PaymentMapping
from runacall.invoices.models import Customer, Payment
from sync.inbound.hearing import Hearing

# QuickBooks' names of methods, as companies have them from the start, and ours.
METHODS = {
    "cash": Payment.Method.CASH,
    "check": Payment.Method.CHECK,
    "cheque": Payment.Method.CHECK,
    "ach": Payment.Method.ACH,
    "e-check": Payment.Method.ACH,
    "credit card": Payment.Method.CARD,
    "card": Payment.Method.CARD,
    "visa": Payment.Method.CARD,
    "mastercard": Payment.Method.CARD,
    "american express": Payment.Method.CARD,
    "discover": Payment.Method.CARD,
}


def customer_of(hearing: Hearing, row: Row) -> Customer | None:
    links = Link.objects.of(hearing.connection, "customer").filter(qbo_id=reference(row, "CustomerRef"))
    ids = list(links.values_list("record_id", flat=True)[:2])
    return Customer.objects.filter(pk=ids[0]).first() if len(ids) == 1 else None


def method_of(hearing: Hearing, row: Row) -> str:
    """By staff's choice of methods, then by QuickBooks' name of it."""
    method_id = reference(row, "PaymentMethodRef")
    if not method_id:
        return Payment.Method.OTHER
    connection = hearing.connection
    mapped = PaymentMapping.objects.filter(
        connection=connection, realm_id=connection.realm_id, method_id=method_id
    ).first()
    if mapped is not None:
        return mapped.method
    entry = ListEntry.objects.of(connection, "PaymentMethod").filter(qbo_id=method_id).first()
    return METHODS.get(name_key(entry.name) if entry else "", Payment.Method.OTHER)


def number_of(row: Row) -> str:
    """The number of the check, or the bank's reference."""
    return plain(row.get("PaymentRefNum"))[:100]


def day_of(row: Row, *, otherwise: date) -> date:
    try:
        return date.fromisoformat(str(row.get("TxnDate") or "")[:10])
    except ValueError:
        return otherwise

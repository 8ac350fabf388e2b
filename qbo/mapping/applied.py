"""Which payments pay which invoices, and how much of them, as rows of QuickBooks say; pure."""

from __future__ import annotations

from decimal import Decimal

from qbo.json_objects import Row
from qbo.mapping.base import cents
from qbo.mapping.book import PaymentsOn, TransactionRef
from runacall.invoices.money import ZERO

# What takes money off an invoice there.
PAYMENTS = ("Payment", "CreditMemo")
# Of more payments of one invoice that are all on their way, nobody asks which of them have arrived.
MANY = 8


def paid_by(invoice: Row) -> frozenset[str]:
    """The Ids of the payments and credits that are applied to an invoice, fully or partly."""
    linked = invoice.get("LinkedTxn") or ()
    return frozenset(str(one.get("TxnId")) for one in linked if one.get("TxnType") in PAYMENTS)


def applied_to(invoice: Row) -> Decimal | None:
    """How much is applied to an invoice, in its currency; None where the row does not say."""
    if invoice.get("Balance") is None:
        return None
    return Decimal(cents(invoice.get("TotalAmt"))) - Decimal(cents(invoice["Balance"]))


def applied_by(payment: Row) -> dict[str, str]:
    """What a payment pays, by the Id of the invoice."""
    found: dict[str, Decimal] = {}
    for line in payment.get("Line") or ():
        for one in line.get("LinkedTxn") or ():
            if one.get("TxnType") == "Invoice":
                key = str(one.get("TxnId"))
                found[key] = found.get(key, Decimal(0)) + Decimal(str(line.get("Amount") or 0))
    return {key: cents(amount) for key, amount in found.items()}


def are_all_ours(invoice: TransactionRef, payments: PaymentsOn) -> bool:
    """Whether all that is applied to an invoice of ours is our own payments: those that are there, each before or after
    its change if nobody has seen the answer, and any of those that may be there.
    """
    applied = applied_to(invoice.now)
    if applied is None:
        return False
    known = {pk: Decimal(applied_by(one.now).get(invoice.qbo_id, "0")) for pk, one in payments.sent.items()}
    doubtful = dict(list(payments.lost.items())[:MANY])
    sums = {sum((amount for pk, amount in known.items() if pk not in doubtful), ZERO)}
    for pk, amount in doubtful.items():
        sums = {one + paid for one in sums for paid in (known.get(pk, ZERO), amount)}
    return applied in sums


def unknown_on(invoice: TransactionRef, payments: PaymentsOn) -> frozenset[str]:
    """The Ids of payments and credits that are applied to an invoice of ours there and are linked to none of ours."""
    return paid_by(invoice.now) - {one.qbo_id for one in payments.sent.values()}


def paying(invoice: TransactionRef, payments: PaymentsOn) -> list[int]:
    """Our payments that are on an invoice of ours there, then those that may be since an answer was lost."""
    on_it = [
        payment_id
        for payment_id, payment in payments.sent.items()
        if not (payment.gone or payment.voided) and invoice.qbo_id in applied_by(payment.now)
    ]
    return [*on_it, *(payment_id for payment_id, amount in payments.lost.items() if amount and payment_id not in on_it)]


def is_paid_more_than(total: Decimal, invoice: TransactionRef) -> bool:
    """Whether more is applied to an invoice of ours there than `total`: it would cut the payments to that."""
    applied = applied_to(invoice.now)
    return applied is not None and applied > total

"""A month's tie-out: invoices, sales tax by code and payments here and in QuickBooks, each difference named; pure."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal

from qbo.json_objects import JsonMapping, JsonObject, Row
from qbo.mapping.base import There, reference
from qbo.mapping.comparing import Comparison, PaymentComparison, Wanted
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.marks import INVOICE, marked_as
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from runacall.invoices.money import ZERO, round_cents


@dataclass(frozen=True)
class Line:
    """Counts and money of one kind, here and there, as text that JSON can keep."""

    what: str
    count_here: int
    count_there: int
    money_here: str
    money_there: str

    @property
    def agrees(self) -> bool:
        return (self.count_here, self.money_here) == (self.count_there, self.money_there)


@dataclass(frozen=True)
class Gap:
    """One difference. `kind`: missing, twice, different, accepted, rounded, paid_otherwise or unreadable."""

    kind: str
    record_type: str
    record_id: int
    label: str
    qbo_id: str
    what: str
    here: str
    there: str


def money(amount: object) -> str:
    return str(round_cents(Decimal(str(amount or 0))))


def invoice_lines(wanted: Sequence[Wanted], rows: Sequence[Row], codes: Mapping[int, str]) -> list[Line]:
    """Invoices, then their sales tax by code. `rows`: ours there; `codes`: by invoice, the code it has there."""
    ours = [one for one in wanted if not one.invoice.is_void]
    theirs = [row for row in rows if not is_void(row)]
    lines = [
        Line(
            "Invoices",
            len(ours),
            len(theirs),
            money(sum((one.total for one in ours), ZERO)),
            money(sum((There.of(row).total for row in theirs), ZERO)),
        )
    ]
    here: dict[str, list[Decimal]] = defaultdict(list)
    there: dict[str, list[Decimal]] = defaultdict(list)
    for one in ours:
        if one.tax:
            here[codes.get(one.invoice.id, "")].append(one.tax)
    for row in theirs:
        if tax := There.of(row).tax:
            there[reference(row.get("TxnTaxDetail") or {}, "TxnTaxCodeRef")].append(tax)
    return lines + tax_lines(here, there)


def tax_lines(here: Mapping[str, Sequence[Decimal]], there: Mapping[str, Sequence[Decimal]]) -> list[Line]:
    """One line for each tax code or rate, by its Id."""
    return [
        Line(
            key,
            len(here.get(key, ())),
            len(there.get(key, ())),
            money(sum(here.get(key, ()), ZERO)),
            money(sum(there.get(key, ()), ZERO)),
        )
        for key in sorted({*here, *there})
    ]


def gaps(found: Comparison) -> list[Gap]:
    """What a comparison found, one for each invoice."""
    named: list[Gap] = []
    for invoice in found.missing:
        named.append(_gap("missing", invoice, "", "not in QuickBooks", str(invoice.total), ""))
    for twin in found.twice:
        named.append(_gap("twice", twin.invoice, twin.qbo_ids[0], "there more than once", "1", str(len(twin.qbo_ids))))
    for kind in ("different", "accepted", "rounded", "paid_otherwise"):
        for one in getattr(found, kind):
            fields = {name: pair for name, pair in one.fields.items() if name != "balance"} or one.fields
            named.append(
                _gap(
                    kind,
                    one.invoice,
                    one.qbo_id,
                    ", ".join(fields),
                    "; ".join(pair[0] or "empty" for pair in fields.values()),
                    "; ".join(pair[1] or "empty" for pair in fields.values()),
                )
            )
    for unread in found.unreadable:
        named.append(_gap("unreadable", unread.invoice, unread.qbo_id, "QuickBooks cannot read it", "", unread.words))
    return named


def payment_gaps(found: PaymentComparison) -> list[Gap]:
    """What a comparison of payments found, one for each payment."""
    named = [_payment_gap("missing", one, "", "not in QuickBooks", str(one.amount), "") for one in found.missing]
    for one, ids in found.twice:
        named.append(_payment_gap("twice", one, ids[0], "there more than once", "1", str(len(ids))))
    for kind, differing in (("different", found.different), ("accepted", found.accepted)):
        for each in differing:
            sides = zip(*each.fields.values(), strict=True)
            here, there = ("; ".join(side or "empty" for side in one) for one in sides)
            named.append(_payment_gap(kind, each.payment, each.qbo_id, ", ".join(each.fields), here, there))
    return named


def _payment_gap(kind: str, payment: PaymentDocument, qbo_id: str, what: str, here: str, there: str) -> Gap:
    numbers = ", ".join(f"#{one.number}" for one in payment.applied)
    label = f"Payment on {numbers}" if numbers else f"Payment of {payment.received_date}"
    return Gap(kind, "payment", payment.id, label, qbo_id, what, here, there)


def payments_line(what: str, ours: Sequence[PaymentDocument], rows: Sequence[Row]) -> Line:
    """Counts and money of the month's payments: `ours`, and those rows there that are ours; void ones count nowhere."""
    here = [one.amount for one in ours if not one.is_void]
    there = [round_cents(Decimal(str(row.get("TotalAmt") or 0))) for row in rows if not is_void(row)]
    return Line(what, len(here), len(there), money(sum(here, ZERO)), money(sum(there, ZERO)))


def tax_by_rate(rows: Iterable[Row]) -> dict[str, list[Decimal]]:
    """The tax of invoices outside the US by QuickBooks' tax rate: there it is on lines of its own."""
    found: dict[str, list[Decimal]] = defaultdict(list)
    for row in rows:
        for line in (row.get("TxnTaxDetail") or {}).get("TaxLine") or ():
            amount = Decimal(str(line.get("Amount") or 0))
            if amount:
                found[reference(line.get("TaxLineDetail") or {}, "TaxRateRef")].append(amount)
    return found


def _gap(kind: str, invoice: InvoiceDocument, qbo_id: str, what: str, here: str, there: str) -> Gap:
    return Gap(kind, "invoice", invoice.id, f"Invoice #{invoice.number}", qbo_id, what, here, there)


def is_ours(row: Row, linked: Mapping[str, int], organization_id: int, *, kind: str = INVOICE) -> bool:
    """Linked to a record of ours, or with our mark."""
    mark = marked_as(str(row.get("PrivateNote") or ""), kind)
    return str(row["Id"]) in linked or (mark is not None and mark[0] == organization_id)


def content_of(lines: Iterable[Line], found: Iterable[JsonMapping], **more: object) -> JsonObject:
    return {"lines": [asdict(line) | {"agrees": line.agrees} for line in lines], "differences": list(found), **more}


def fingerprint(content: JsonMapping, rows: Iterable[Row]) -> str:
    """The same for the same content and the same versions in QuickBooks, and for nothing else."""
    versions = sorted((str(row["Id"]), str(row.get("SyncToken", ""))) for row in rows)
    text = json.dumps([content, versions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

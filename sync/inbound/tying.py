"""A month's tie-out: invoices, sales tax by code and payments here and in QuickBooks, each difference named; pure."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Container, Iterable, Mapping
from dataclasses import asdict, dataclass
from decimal import Decimal

from qbo.json_objects import JsonMapping, JsonObject, Row
from qbo.mapping.base import There, reference
from qbo.mapping.comparing import Comparison, PaymentComparison
from qbo.mapping.marks import INVOICE, marked_as
from runacall.invoices.documents import InvoiceDocument, PaymentDocument
from runacall.invoices.money import ZERO, round_cents
from sync.inbound.charges import CHARGES

INVOICES, TAX, PAID, PAYMENTS = "Invoices", "Sales tax", "Paid on these invoices", "Payments received"
# What is counted, in the order of the page. Of TAX there is one for each code or rate, by its Id.
THINGS = (INVOICES, TAX, *CHARGES.values(), PAID, PAYMENTS)
Thing = tuple[str, str]
# An amount here and in QuickBooks.
Sides = tuple[Decimal, Decimal]


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
    """One difference. `kind`: missing, twice, different, booked_otherwise, accepted, rounded, paid_otherwise or
    unreadable.
    """

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


class Totals:
    """Counts and money of each kind of thing, summed up while the records go by."""

    def __init__(self) -> None:
        self.here: dict[Thing, list[Decimal]] = {}
        self.there: dict[Thing, list[Decimal]] = {}

    def expect(self, *whats: str) -> None:
        """Lines that are there even if nothing is counted."""
        for what in whats:
            self.here.setdefault((what, ""), [ZERO, ZERO])

    def add_here(self, thing: Thing, amount: Decimal) -> None:
        _add(self.here, thing, amount)

    def add_there(self, thing: Thing, amount: Decimal) -> None:
        _add(self.there, thing, amount)

    def lines(self, names: Mapping[str, str]) -> list[Line]:
        """In the order of THINGS. `names`: of tax codes or rates, by Id."""
        things = sorted({*self.here, *self.there}, key=lambda thing: (THINGS.index(thing[0]), thing[1]))
        return [self._line(thing, names) for thing in things]

    def _line(self, thing: Thing, names: Mapping[str, str]) -> Line:
        what, key = thing
        title = f"{what}: {names.get(key, key or 'no tax code')}" if what == TAX else what
        (count_here, here), (count_there, there) = (side.get(thing, (ZERO, ZERO)) for side in (self.here, self.there))
        return Line(title, int(count_here), int(count_there), money(here), money(there))


def _add(side: dict[Thing, list[Decimal]], thing: Thing, amount: Decimal) -> None:
    of_it = side.setdefault(thing, [ZERO, ZERO])
    of_it[0] += 1
    of_it[1] += amount


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


def tax_by_rate(row: Row) -> dict[str, Decimal]:
    """The tax of an invoice outside the US by QuickBooks' tax rate: there it is on lines of its own."""
    found: dict[str, Decimal] = {}
    for line in (row.get("TxnTaxDetail") or {}).get("TaxLine") or ():
        amount = Decimal(str(line.get("Amount") or 0))
        if amount:
            rate = reference(line.get("TaxLineDetail") or {}, "TaxRateRef")
            found[rate] = found.get(rate, ZERO) + amount
    return found


def tax_by_code(row: Row) -> dict[str, Decimal]:
    """The tax of an invoice in the US, which has one code."""
    tax = There.of(row).tax
    return {reference(row.get("TxnTaxDetail") or {}, "TxnTaxCodeRef"): tax} if tax else {}


def charge_gap(invoice: InvoiceDocument, qbo_id: str, what: str, sides: Sides) -> Gap:
    """Tips or card fees that are booked under another product there."""
    return _gap("booked_otherwise", invoice, qbo_id, what, *map(money, sides))


def says_all(gap: Gap) -> bool:
    """Whether it explains every other figure of its invoice that differs."""
    return gap.kind in ("missing", "twice", "unreadable") or bool({"total", "void"} & {*gap.what.split(", ")})


def _gap(kind: str, invoice: InvoiceDocument, qbo_id: str, what: str, here: str, there: str) -> Gap:
    return Gap(kind, "invoice", invoice.id, f"Invoice #{invoice.number}", qbo_id, what, here, there)


def is_ours(row: Row, linked: Container[str], organization_id: int, *, kind: str = INVOICE) -> bool:
    """Linked to a record of ours, or with our mark."""
    mark = marked_as(str(row.get("PrivateNote") or ""), kind)
    return str(row["Id"]) in linked or (mark is not None and mark[0] == organization_id)


def content_of(lines: Iterable[Line], found: Iterable[JsonMapping], **more: object) -> JsonObject:
    return {"lines": [asdict(line) | {"agrees": line.agrees} for line in lines], "differences": list(found), **more}


def fingerprint(content: JsonMapping, versions: str) -> str:
    """The same for the same content and the same versions in QuickBooks, and for nothing else."""
    text = json.dumps([content, versions], sort_keys=True, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()

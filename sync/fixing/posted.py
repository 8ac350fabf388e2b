"""What would be posted of one invoice, field by field: what QuickBooks has now, and what it would have."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from qbo.json_objects import Row
from qbo.mapping.base import INVOICE_FIELDS, fields_of, plain, reference
from qbo.mapping.loading import load_book
from qbo.models import Connection, ListEntry
from runacall.invoices.money import dollars
from sync.fixing.fix import Answer, Case
from sync.fixing.table import BY_CODE
from sync.forecast.dry_run import Supposed, verdicts
from sync.forecast.readiness import as_sent
from sync.models.events import EntityType


@dataclass(frozen=True)
class Posted:
    """One field before and after, in words; "" where it is empty. `is_new`: the invoice is not there yet."""

    label: str
    was: str
    becomes: str
    is_new: bool = False

    @property
    def changes(self) -> bool:
        """Whether an invoice that is there gets another value."""
        return not self.is_new and self.was != self.becomes


def posted(case: Case, answer: Answer) -> list[Posted]:
    """The fields of the one invoice that the cause stops, or whose page it is; empty where the invoice stays."""
    is_shown = case.event is not None and case.event.record_type == EntityType.INVOICE
    ids = [case.event.record_id] if case.event and is_shown else case.invoice_ids(2)
    fix = BY_CODE.get(case.failure.code)
    if len(ids) != 1 or fix is None or not answer.choice:
        return []
    supposed = fix.supposed(case, answer)
    return fields(case.connection, ids[0], as_sent(supposed) if case.ahead else supposed)


# The fields of an invoice's head, in the order of its page; lines and sums follow.
HEAD = ("customer", "number", "date", "due date", "terms", "e-mail", "billing address", "service address", "message")
SUMS = ("discount", "tax code", "tax", "total")
# QuickBooks' own codes for a line of a company in the US; the rate is the invoice's there.
OF_US_LINES = {"TAX": "taxable", "NON": "not taxable"}
Names = dict[tuple[str, str], str]


def fields(connection: Connection, invoice_id: int, supposed: Supposed) -> list[Posted]:
    """The same for any invoice: everything that it will have there, also what stays as it is."""
    found = verdicts(connection, [invoice_id], supposed=supposed)
    if not found or found[0].failure:
        return []
    there = load_book(connection, [found[0].invoice]).invoices.get(invoice_id)
    now: Row = there.now if there else {}
    # An update sends only what it changes; the total is QuickBooks' own, and follows the lines.
    sent = dict(found[0].payload)
    if "Line" in sent or "TxnTaxDetail" in sent:
        sent["TotalAmt"] = found[0].invoice.total
    becomes: Row = {**now, **sent}
    names = _names(connection, now, becomes)
    before, after = _words(now, names), _words(becomes, names)
    if reference(now, "CustomerRef") != reference(becomes, "CustomerRef") or not now:
        after["customer"] = found[0].invoice.customer.display_name
    lines = sorted({*before, *after} - {*HEAD, *SUMS}, key=lambda label: int(label.split()[-1]))
    shown = [label for label in (*HEAD, *lines, *SUMS) if before.get(label) or after.get(label)]
    return [Posted(label, before.get(label, ""), after.get(label, ""), is_new=not now) for label in shown]


def _words(row: Row, names: Names) -> dict[str, str]:
    """The fields of an invoice in QuickBooks' form, with the names of what it refers to; each line is one field."""
    if not row:
        return {}
    said = fields_of(row, INVOICE_FIELDS)
    customer = row.get("CustomerRef") or {}
    said["customer"] = str(customer.get("name") or said["customer"])
    said["terms"] = names.get(("Term", said["terms"]), said["terms"])
    lines: Sequence[Row] = row.get("Line") or ()
    said |= {f"line {place}": words for place, words in enumerate(_lines(lines, names), 1)}
    said["discount"] = " + ".join(_discount(line) for line in lines if line.get("DetailType") == "DiscountLineDetail")
    detail = row.get("TxnTaxDetail") or {}
    code = reference(detail, "TxnTaxCodeRef")
    said["tax code"] = names.get(("TaxCode", code), code)
    said["tax"] = _money(detail.get("TotalTax"))
    said["total"] = _money(row.get("TotalAmt"))
    return said


def _lines(lines: Sequence[Row], names: Names) -> Iterator[str]:
    """E.g. "Capacitor 35/5: 2 × $63.05 = $126.10, taxable"; a line without an amount is its text."""
    for line in lines:
        if line.get("DetailType") == "DescriptionOnly":
            yield plain(line.get("Description"))
        detail = line.get("SalesItemLineDetail")
        if detail:
            item, code = reference(detail, "ItemRef"), reference(detail, "TaxCodeRef")
            what = names.get(("Item", item)) or plain(line.get("Description")) or "New item"
            amount, price = _money(line.get("Amount")), _money(detail.get("UnitPrice"))
            times = f"{_quantity(detail['Qty'])} × {price} = " if detail.get("Qty") is not None and price else ""
            taxed = OF_US_LINES.get(code) or names.get(("TaxCode", code), code)
            yield ", ".join(filter(None, (f"{what}: {times}{amount}", taxed)))


def _discount(line: Row) -> str:
    percent = (line.get("DiscountLineDetail") or {}).get("DiscountPercent")
    return _money(line.get("Amount")) or (f"{_quantity(percent)} %" if percent else "")


def _quantity(given: object) -> str:
    return f"{Decimal(str(given)).normalize():,f}"


def _money(amount: object) -> str:
    return "" if amount in (None, "") else dollars(Decimal(str(amount)))


def _names(connection: Connection, *rows: Row) -> Names:
    """The names of the products, terms and tax codes in these rows; one query."""
    ids: set[str] = set()
    for row in rows:
        details = [line.get("SalesItemLineDetail") or {} for line in row.get("Line") or ()]
        ids |= {reference(row, "SalesTermRef"), reference(row.get("TxnTaxDetail") or {}, "TxnTaxCodeRef")}
        ids |= {reference(detail, key) for detail in details for key in ("ItemRef", "TaxCodeRef")}
    entries = ListEntry.objects.filter(connection=connection, realm_id=connection.realm_id, qbo_id__in=ids)
    return {(entry.entity, entry.qbo_id): entry.name for entry in entries}

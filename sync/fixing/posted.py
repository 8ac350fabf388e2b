"""What would be posted of one invoice, field by field: what QuickBooks has now, and what it would have."""

from __future__ import annotations

from dataclasses import dataclass

from qbo.json_objects import Row
from qbo.mapping.base import INVOICE_FIELDS, fields_of
from qbo.mapping.loading import load_book
from qbo.models import Connection, ListEntry
from sync.dry_run import Supposed, verdicts
from sync.fixing.fix import Answer, Case
from sync.fixing.table import BY_CODE
from sync.models.events import EntityType


@dataclass(frozen=True)
class Posted:
    """One field before and after, in words; `was` is "" for what QuickBooks does not have yet."""

    label: str
    was: str
    becomes: str


def posted(case: Case, answer: Answer) -> list[Posted]:
    """The fields of the one invoice that the cause stops; empty where it stops several, or the invoice stays."""
    ids = list(case.events.filter(record_type=EntityType.INVOICE).values_list("record_id", flat=True)[:2])
    fix = BY_CODE.get(case.failure.code)
    if len(ids) != 1 or fix is None or not answer.choice:
        return []
    return fields(case.connection, ids[0], fix.supposed(case, answer))


def fields(connection: Connection, invoice_id: int, supposed: Supposed) -> list[Posted]:
    """The same for any invoice."""
    found = verdicts(connection, [invoice_id], supposed=supposed)
    if not found or found[0].failure:
        return []
    there = load_book(connection, [found[0].invoice]).invoices.get(invoice_id)
    now: Row = there.now if there else {}
    names = _names(connection, now, found[0].payload)
    before, after = _words(now, names), _words(found[0].payload, names)
    if after.get("customer"):
        after["customer"] = found[0].invoice.customer.display_name
    # An update sends only what it changes.
    shown = {label: words for label, words in after.items() if words and words != before.get(label)}
    return [Posted(label, before.get(label, ""), words) for label, words in shown.items()]


def _words(row: Row, names: dict[tuple[str, str], str]) -> dict[str, str]:
    """The fields of an invoice in QuickBooks' form, with the names of what it refers to."""
    if not row:
        return {}
    said = fields_of(row, INVOICE_FIELDS)
    customer = row.get("CustomerRef") or {}
    said["customer"] = str(customer.get("name") or said["customer"])
    said["terms"] = names.get(("Term", said["terms"]), said["terms"])
    detail = row.get("TxnTaxDetail") or {}
    code = str((detail.get("TxnTaxCodeRef") or {}).get("value") or "")
    said["tax code"] = names.get(("TaxCode", code), code)
    said["tax"] = str(detail.get("TotalTax") or "")
    said["lines"] = "; ".join(_line(line, names) for line in row.get("Line") or () if line.get("SalesItemLineDetail"))
    return said


def _line(line: Row, names: dict[tuple[str, str], str]) -> str:
    item = (line["SalesItemLineDetail"].get("ItemRef") or {}).get("value")
    what = names.get(("Item", str(item)), "") or str(line.get("Description") or "")
    return f"{what} {line.get('Amount')}".strip()


def _names(connection: Connection, *rows: Row) -> dict[tuple[str, str], str]:
    """The names of the products, terms and tax codes in these rows; one query."""
    ids: set[str] = set()
    for row in rows:
        ids.add(str((row.get("SalesTermRef") or {}).get("value") or ""))
        ids.add(str(((row.get("TxnTaxDetail") or {}).get("TxnTaxCodeRef") or {}).get("value") or ""))
        lines = [line.get("SalesItemLineDetail") or {} for line in row.get("Line") or ()]
        ids |= {str((detail.get("ItemRef") or {}).get("value") or "") for detail in lines}
    entries = ListEntry.objects.filter(connection=connection, realm_id=connection.realm_id, qbo_id__in=ids)
    return {(entry.entity, entry.qbo_id): entry.name for entry in entries}

"""What one invoice needs so that QuickBooks agrees with it: a write, nothing, or a person's decision; pure.

Our part of an invoice in QuickBooks is the fields that `payloads` fills, our own lines and our section of the
memo. Everything else is the bookkeeper's. An update sends only what changed here since the base; what changed
there stays, and if both changed the same field a person decides.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.json_objects import Row
from qbo.mapping import marks
from qbo.mapping.applied import applied_to, are_all_ours, is_paid_more_than, paid_by, paying, unknown_on
from qbo.mapping.base import INVOICE_FIELDS, Base, Said, Side, cents, fields_of, number, plain, reference
from qbo.mapping.book import Company, MappingBook, PaymentsOn, TransactionRef
from qbo.mapping.invoice_rows import (
    DISCOUNT,
    KEYS,
    LINE_IDS,
    base_after,
    held_line,
    is_discount,
    is_void,
    note_of,
    own_lines,
)
from qbo.mapping.payloads import Payload, Write, discount_lines, invoice_payload, rounding_allowed
from qbo.mapping.plans import Expected, Plan, conflict, settled_undo
from qbo.mapping.three_way import Comparison, in_words
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import ZERO


def plan_invoice(invoice: InvoiceDocument, book: MappingBook) -> Plan:
    """What to do so that QuickBooks agrees with the invoice."""
    there = book.invoices.get(invoice.id)
    if invoice.is_deleted or invoice.is_void:
        return _undo(invoice, there, book)
    if invoice.is_draft:
        return Plan()
    payload = invoice_payload(invoice, book)
    said = said_of(invoice, book.company)
    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)
    if there is None:
        said = {**said, "customer_ref": reference(payload, "CustomerRef")}
        expected = Expected(
            total=str(invoice.total),
            tax=str(invoice.tax_total),
            rounding=str(allowed or ""),
            date=invoice.books_date.isoformat(),
            number=str(payload.get("DocNumber") or ""),
        )
        return Plan(Write("Invoice", "create", payload), said, expected)
    if there.gone:
        return Plan(_update(there, payload), said, failures=(_failure("record_deleted_there", invoice),))
    payments = book.payments_on.get(invoice.id, PaymentsOn())
    return _change(invoice, payload, said, there, allowed, payments, takes_off=book.choices.sync_payments)


def _undo(invoice: InvoiceDocument, there: TransactionRef | None, book: MappingBook) -> Plan:
    if there is None:
        return Plan()
    target: Payload = {"Id": there.qbo_id, "SyncToken": there.current_token}
    write = Write("Invoice", "update", target, options="void")
    settled = settled_undo(there, write, Subject("invoice", str(invoice.id), invoice.number))
    if settled is not None:
        return settled
    if invoice.is_deleted:
        return Plan(Write("Invoice", "delete", target))
    payments = book.payments_on.get(invoice.id, PaymentsOn()) if book.choices.sync_payments else PaymentsOn()
    hers = unknown_on(there, payments) and not are_all_ours(there, payments)
    return Plan(write, failures=(_failure("void_has_payments", invoice),) if hers else ())


def _update(there: TransactionRef, changes: Payload) -> Write:
    target: Payload = {"Id": there.qbo_id, "SyncToken": there.current_token, "sparse": True}
    return Write("Invoice", "update", target | changes)


def said_of(invoice: InvoiceDocument, company: Company) -> Said:
    """The invoice as we would send it, field by field, in our own terms, independent of QuickBooks' lists and mappings.

    Outside the US the discount is one of the lines, as it is in QuickBooks.
    """
    return {
        "customer": str(invoice.customer.id),
        "date": invoice.books_date.isoformat(),
        "due date": invoice.due_date.isoformat() if invoice.due_date else "",
        "terms": plain(invoice.terms),
        "number": invoice.number,
        "e-mail": plain(invoice.customer.email).casefold(),
        "billing address": ", ".join(filter(None, map(plain, vars(invoice.billing).values()))),
        "service address": ", ".join(filter(None, map(plain, vars(invoice.service).values()))),
        "message": plain(invoice.customer_note),
        "memo": marks.section(invoice),
        "lines": _said_lines(invoice, company),
        "line_identities": [line.identity for line in invoice.lines],
        "discount": f"{cents(invoice.discount)} {invoice.discount_name}".strip() if company.is_us else "",
        "tax": str(invoice.tax_total),
        "total": str(invoice.total),
    }


def _said_lines(invoice: InvoiceDocument, company: Company) -> list[list[str]]:
    lines = []
    for line in (*invoice.lines, *discount_lines(invoice, company)):
        item = str(line.item.id) if line.item else ""
        amounts = [number(line.quantity), number(line.unit_price), str(line.amount)]
        lines.append([item, *amounts, plain(line.description), line.rate_key])
    return [line if place < len(invoice.lines) else [*line, DISCOUNT] for place, line in enumerate(lines)]


def _change(
    invoice: InvoiceDocument,
    payload: Payload,
    said: Said,
    there: TransactionRef,
    allowed: Decimal,
    payments: PaymentsOn,
    *,
    takes_off: bool,
) -> Plan:
    """`takes_off`: changes of payments are sent."""
    now = there.now
    if there.base is None:
        return _without_base(invoice, payload, said, there)
    comparison = Comparison(invoice, payload, said, there.base, now, in_doubt=there.in_doubt, allowed=allowed)
    said = {**said, "customer_ref": comparison.customer_ref}
    if not comparison.here and not is_void(now):
        return Plan(said=said, kept=comparison.kept())
    write = _update(there, comparison.changes())
    if "Line" in write.payload:
        said = {**said, LINE_IDS: comparison.line_ids()}
    if is_void(now):
        return Plan(write, said, failures=(_failure("voided_in_quickbooks", invoice),))
    if there.in_doubt and comparison.agrees:
        adopts = base_after(now, said, write.payload, before=there.base)
        return Plan(said=said, expected=comparison.expected(), adopts=adopts, kept=comparison.kept())
    sides = comparison.sides()
    if sides:
        return Plan(write, said, failures=(_conflict(invoice, sides),))
    if comparison.moves_money_or_customer and paid_by(now):
        ours = are_all_ours(there, payments)
        if "customer" in comparison.here or is_paid_more_than(invoice.total, there):
            # Payments of ours that do not pay it here any more are taken off it first.
            may_go = ours and takes_off and payments.here.isdisjoint(paying(there, payments))
        else:
            # Money that is recorded here as well is no news: it was sent while an edit from before it still waited.
            may_go = ours or applied_to(now) == invoice.amount_paid
        if not may_go:
            return Plan(write, said, failures=(_failure("paid_in_quickbooks", invoice),))
    return Plan(write, said, comparison.expected(), kept=comparison.kept())


def changed_there(invoice: InvoiceDocument, book: MappingBook) -> tuple[Side, ...]:
    """What somebody changed in QuickBooks of our part of an invoice, and of its total, to something else than we have.

    Nothing for a link without a base: there nobody knows who changed what.
    """
    there = book.invoices[invoice.id]
    if there.base is None:
        return ()
    payload, said = invoice_payload(invoice, book), said_of(invoice, book.company)
    allowed = ZERO if book.choices.stop_on_rounding else rounding_allowed(invoice, book.company)
    comparison = Comparison(invoice, payload, said, there.base, there.now, in_doubt=False, allowed=allowed)
    return tuple(comparison.changed_there())


# What the customer owes, to whom, and under which date and number: a person decides. The rest is said, and stays.
DECISIVE = frozenset({"customer", "date", "number", "discount", "tax", "total"})


def is_decisive(side: Side) -> bool:
    """Whether the books are different by it, and not only worded differently."""
    return side.field in DECISIVE or side.field.startswith("line ")


def _without_base(invoice: InvoiceDocument, payload: Payload, said: Said, there: TransactionRef) -> Plan:
    """A link from before bases were stored: we do not know who changed what, so a person decides about differences."""
    now = there.now
    ours, theirs = fields_of(payload, INVOICE_FIELDS), fields_of(now, INVOICE_FIELDS)
    sides = [
        in_words(Side(name, "", ours[name], theirs[name]), invoice, was={}, now=now)
        for name in INVOICE_FIELDS
        if ours[name] != theirs[name] and (name in ("customer", "date") or payload.get(KEYS[name][0]))
    ]
    if marks.section(invoice) not in note_of(now):
        sides.append(Side("memo", "", plain(marks.section(invoice)), plain(now.get("PrivateNote"))))
    ours_lines = sorted(map(held_line, own_lines(payload)))
    if ours_lines != sorted(map(held_line, own_lines(now))):
        ours_words, theirs_words = (f"{len(own_lines(row))} lines" for row in (payload, now))
        sides.append(Side("lines", "", f"{ours_words}, {invoice.total}", f"{theirs_words}, {now.get('TotalAmt')}"))
    if not sides:
        return Plan(said=said, adopts=base_after(now, said, payload))
    return Plan(_update(there, payload), said, failures=(_conflict(invoice, sides),))


def base_found(invoice: InvoiceDocument, row: Row, company: Company) -> Base:
    """The base of an invoice in QuickBooks when we do not know what we last sent: its lines by position."""
    ids = [str(line["Id"]) for line in own_lines(row) if line.get("Id") and not is_discount(line)]
    ids = ids[: len(_said_lines(invoice, company))]
    # What we sent is not known, so each counts as changed here.
    return Base({"lines": [[] for _ in ids]}, row, tuple(ids))


def _conflict(invoice: InvoiceDocument, sides: Sequence[Side]) -> Failure:
    return conflict(Subject("invoice", str(invoice.id), invoice.number), sides)


def _failure(code: str, invoice: InvoiceDocument) -> Failure:
    return Failure(code, Subject("invoice", str(invoice.id), invoice.number))

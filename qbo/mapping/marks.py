"""Our section of the memo (PrivateNote) of an invoice or payment: the mark by which we recognize it, then our notes;
pure.

The rest of the memo is the bookkeeper's, who may write before and after our section; a void puts "Voided" before it.
"""

from __future__ import annotations

import re

from runacall.invoices.documents import InvoiceDocument, PaymentDocument

Marked = InvoiceDocument | PaymentDocument

# PrivateNote's greatest length (Intuit's API reference, Invoice).
LONGEST_NOTE = 4000
INVOICE, PAYMENT = "Run a Call invoice", "Run a Call payment"
_REFERENCE = {
    INVOICE: re.compile(INVOICE + r" #.* \(ref (\d+)-(\d+)\)"),
    PAYMENT: re.compile(PAYMENT + r" \(ref (\d+)-(\d+)\)"),
}


def mark(record: Marked) -> str:
    """The line by which we recognize our own invoice if QuickBooks numbers it, and our own payment."""
    beginning, reference = _ends(record)
    number = f" #{record.number}" if isinstance(record, InvoiceDocument) else ""
    return f"{beginning}{number} {reference}"


def _ends(record: Marked) -> tuple[str, str]:
    """What a mark of this record begins and ends with. Between them is a number, which may have changed since."""
    beginning = INVOICE if isinstance(record, InvoiceDocument) else PAYMENT
    return beginning, f"(ref {record.organization_id}-{record.id})"


def is_marked(note: str, record: Marked) -> bool:
    """Whether a note has our mark of this record, whatever number it was sent with."""
    return any(_has_mark(line, record) for line in lines_of(note))


def _has_mark(line: str, record: Marked) -> bool:
    beginning, reference = _ends(record)
    return beginning in line and line.endswith(reference)


def marked_as(note: str, beginning: str = INVOICE) -> tuple[int, int] | None:
    """The organization and the record (an invoice, or a payment) that a note's mark names; None if it has no mark."""
    found = _REFERENCE[beginning].search(note)
    return (int(found[1]), int(found[2])) if found else None


def section(record: Marked) -> str:
    """What we write into the memo: the mark, then our notes, as far as they fit."""
    notes = record.internal_note if isinstance(record, InvoiceDocument) else record.memo
    return "\n".join([mark(record), *lines_of(notes)])[:LONGEST_NOTE].rstrip()


def lines_of(text: str) -> list[str]:
    """The lines of a text without trailing spaces, and without empty lines at the end."""
    return [line.rstrip() for line in text.strip().splitlines()]


def find_section(note: str, last_said: str, record: Marked) -> str:
    """Our section as it is in `note` now, unchanged or edited by somebody; "" if it is gone."""
    there = "\n".join(lines_of(note))
    if last_said and last_said in there:
        return last_said
    lines = lines_of(note)
    for position, line in enumerate(lines):
        if _has_mark(line, record):
            return "\n".join(lines[position : position + 1 + _paragraph(lines[position + 1 :])])
    return ""


def _paragraph(lines: list[str]) -> int:
    """How many lines come before an empty one."""
    return next((count for count, line in enumerate(lines) if not line), len(lines))


def replace_section(note: str, there: str, wanted: str) -> str:
    """`note` with our section changed from `there` to `wanted`; what others wrote stays, word for word."""
    lines = "\n".join(lines_of(note))
    if there and there in lines:
        changed = lines.replace(there, wanted, 1)
    else:
        changed = "\n".join(part for part in (wanted, lines) if part)
    if len(changed) <= LONGEST_NOTE:
        return changed
    # The bookkeeper's words are never cut: ours are shortened instead, down to the mark.
    room = len(wanted) - (len(changed) - LONGEST_NOTE)
    shorter = wanted[: max(room, len(wanted.splitlines()[0]))].rstrip()
    return changed.replace(wanted, shorter, 1)[:LONGEST_NOTE]

"""Our section of an invoice's memo (PrivateNote): the mark by which we recognize it, then our notes; pure.

The rest of the memo is the bookkeeper's, who may write before and after our section; a void puts "Voided" before it.
"""

from __future__ import annotations

import re

from runacall.invoices.documents import InvoiceDocument

# PrivateNote's greatest length (Intuit's API reference, Invoice).
LONGEST_NOTE = 4000
_MARK = "Run a Call invoice"
_REFERENCE = re.compile(_MARK + r" #.* \(ref (\d+)-(\d+)\)")


def mark(invoice: InvoiceDocument) -> str:
    """The line by which we recognize our own invoice if QuickBooks numbers it."""
    return f"{_MARK} #{invoice.number} {_reference(invoice)}"


def _reference(invoice: InvoiceDocument) -> str:
    return f"(ref {invoice.organization_id}-{invoice.id})"


def is_marked(note: str, invoice: InvoiceDocument) -> bool:
    """Whether a note has our mark of this invoice, whatever number it was sent with."""
    return any(_MARK in line and line.endswith(_reference(invoice)) for line in lines_of(note))


def marked_as(note: str) -> tuple[int, int] | None:
    """The organization and the invoice that a note's mark names; None if it has no mark."""
    found = _REFERENCE.search(note)
    return (int(found[1]), int(found[2])) if found else None


def section(invoice: InvoiceDocument) -> str:
    """What we write into the memo: the mark, then the internal notes, as far as they fit."""
    return "\n".join([mark(invoice), *lines_of(invoice.internal_note)])[:LONGEST_NOTE].rstrip()


def lines_of(text: str) -> list[str]:
    """The lines of a text without trailing spaces, and without empty lines at the end."""
    return [line.rstrip() for line in text.strip().splitlines()]


def find_section(note: str, last_said: str, invoice: InvoiceDocument) -> str:
    """Our section as it is in `note` now, unchanged or edited by somebody; "" if it is gone."""
    there = "\n".join(lines_of(note))
    if last_said and last_said in there:
        return last_said
    lines = lines_of(note)
    for position, line in enumerate(lines):
        if _MARK in line and line.endswith(_reference(invoice)):
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

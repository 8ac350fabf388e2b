"""Our invoices beside the rows of QuickBooks' books: which match, are missing, twice or different; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from qbo.connection.queries import Row
from qbo.mapping.names import name_key
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import ZERO, round_cents

# The reference at the end of the line by which `payloads.mark` names an invoice; a void may put words before it.
_MARK = re.compile(r"Run a Call invoice #.* \(ref (\d+)-(\d+)\)")


@dataclass(frozen=True)
class Wanted:
    """An invoice that ought to be in the books, and what is known of how it got there.

    `number`: the number that it ought to have there; "" where QuickBooks chose it. `customer_id`: the customer
    there, where known. `accepted`: staff agreed to a difference.
    """

    invoice: InvoiceDocument
    number: str = ""
    customer_id: str = ""
    accepted: bool = False

    @property
    def total(self) -> Decimal:
        return ZERO if self.invoice.is_void else self.invoice.total

    @property
    def tax(self) -> Decimal:
        return ZERO if self.invoice.is_void else self.invoice.tax_total


@dataclass(frozen=True)
class Difference:
    """One invoice that the books hold otherwise: what of it, as (ours, theirs)."""

    invoice: InvoiceDocument
    qbo_id: str
    fields: Mapping[str, tuple[str, str]]


@dataclass(frozen=True)
class Twin:
    """One invoice that the books hold more than once, and the Ids that it has there."""

    invoice: InvoiceDocument
    qbo_ids: tuple[str, ...]


@dataclass(frozen=True)
class Comparison:
    """What came of it. A void invoice that never reached the books is none of their business."""

    matched: list[InvoiceDocument] = field(default_factory=list)
    missing: list[InvoiceDocument] = field(default_factory=list)
    twice: list[Twin] = field(default_factory=list)
    different: list[Difference] = field(default_factory=list)
    accepted: list[Difference] = field(default_factory=list)

    @property
    def checked(self) -> int:
        parts: Sequence[Sequence[object]] = (self.matched, self.missing, self.twice, self.different, self.accepted)
        return sum(len(part) for part in parts)

    @property
    def agrees(self) -> bool:
        return not (self.missing or self.twice or self.different)


def compare(wanted: Iterable[Wanted], rows: Iterable[Row]) -> Comparison:
    """Find each wanted invoice among all rows of the books: by our mark, else by number and customer."""
    books = _Books(rows)
    found = Comparison()
    for one in wanted:
        _judge(one, books.rows_of(one), found)
    return found


def _judge(one: Wanted, rows: Sequence[Row], found: Comparison) -> None:
    if len(rows) > 1:
        found.twice.append(Twin(one.invoice, tuple(str(row["Id"]) for row in rows)))
    elif not rows:
        if not one.invoice.is_void:
            found.missing.append(one.invoice)
    else:
        fields = differences(one, rows[0])
        if fields:
            into = found.accepted if one.accepted else found.different
            into.append(Difference(one.invoice, str(rows[0]["Id"]), fields))
        else:
            found.matched.append(one.invoice)


def differences(one: Wanted, row: Row) -> dict[str, tuple[str, str]]:
    """Total, tax, date and number where the row has another, as (ours, theirs)."""
    tax = (row.get("TxnTaxDetail") or {}).get("TotalTax")
    theirs = {
        "total": str(_cents(row.get("TotalAmt"))),
        "tax": str(_cents(tax)),
        "date": str(row.get("TxnDate") or "")[:10],
        "number": str(row.get("DocNumber") or ""),
    }
    ours = {
        "total": str(_cents(one.total)),
        "tax": str(_cents(one.tax)),
        "date": one.invoice.books_date.isoformat(),
        "number": one.number or theirs["number"],
    }
    return {name: (ours[name], theirs[name]) for name in ours if ours[name] != theirs[name]}


def _cents(amount: object) -> Decimal:
    return round_cents(Decimal(str(amount or 0)))


class _Books:
    """The rows, each once, by our mark and by number."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self.marked: dict[tuple[int, int], list[Row]] = defaultdict(list)
        self.numbered: dict[str, list[Row]] = defaultdict(list)
        # Pages may overlap where something was written while they were read.
        for row in {str(row["Id"]): row for row in rows}.values():
            mark = _MARK.search(str(row.get("PrivateNote") or ""))
            if mark:
                self.marked[int(mark[1]), int(mark[2])].append(row)
            else:
                self.numbered[str(row.get("DocNumber") or "")].append(row)

    def rows_of(self, one: Wanted) -> list[Row]:
        """Those that carry its mark; a row of its number and customer whose mark is gone is its twin as well."""
        invoice = one.invoice
        marked = self.marked.get((invoice.organization_id, invoice.id), [])
        unmarked = [row for row in self.numbered.get(invoice.number, []) if _same_customer(one, row)]
        if marked:
            unmarked = [row for row in unmarked if _cents(row.get("TotalAmt")) == _cents(one.total)]
        return [*marked, *unmarked]


def _same_customer(one: Wanted, row: Row) -> bool:
    customer = row.get("CustomerRef") or {}
    same_name = name_key(str(customer.get("name") or "")) == name_key(one.invoice.customer.display_name)
    return same_name or bool(one.customer_id and str(customer.get("value")) == one.customer_id)

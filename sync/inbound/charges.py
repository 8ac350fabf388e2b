"""Tips and card fees of an invoice, here and in QuickBooks: there it is what is booked under their products; pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from decimal import Decimal

from qbo.json_objects import Row
from qbo.mapping.base import Base, cents, reference
from qbo.mapping.invoice_rows import own_lines
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.money import ZERO

# Kinds of pricebook items, as a tie-out calls what is booked under them.
CHARGES = {"tip": "Tips", "card_fee": "Card fees"}


@dataclass(frozen=True)
class Charges:
    """`kinds`: of the shop's pricebook items of these kinds, by id. `products`: by kind, what they are or were booked
    under, since another choice moves nothing that is in the books.
    """

    kinds: Mapping[str, str]
    products: Mapping[str, Collection[str]]

    def are_in(self, row: Row) -> bool:
        every = {product for products in self.products.values() for product in products}
        return any(_product(line) in every for line in own_lines(row))

    def there(self, row: Row, base: Base | None) -> dict[str, Decimal]:
        """What is booked there, by kind. `base`: of the invoice's link."""
        base = base or Base()
        said = zip(base.line_ids, base.said.get("lines", ()), strict=False)
        ours = {qbo_id: self.kinds.get(line[0], "") for qbo_id, line in said if line}
        return {
            kind: sum((_amount(line) for line in own_lines(row) if _counts(line, kind, products, ours)), ZERO)
            for kind, products in self.products.items()
        }


def _counts(line: Row, kind: str, under: Collection[str], ours: Mapping[str, str]) -> bool:
    """A line of ours that is something else may be under the same product."""
    return _product(line) in under and ours.get(str(line.get("Id")), kind) == kind


def _product(line: Row) -> str:
    return reference(line.get("SalesItemLineDetail") or {}, "ItemRef")


def _amount(line: Row) -> Decimal:
    return Decimal(cents(line.get("Amount")))


def charges_here(invoice: InvoiceDocument) -> dict[str, Decimal]:
    """By kind."""
    return {
        kind: sum((line.amount for line in invoice.lines if line.item and line.item.kind == kind), ZERO)
        for kind in CHARGES
    }

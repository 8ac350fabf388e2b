"""Invoice lines, and how they are built from what a person or a file entered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import TYPE_CHECKING

from django.db import models
from django.db.models import F, Q

from runacall.invoices import money
from runacall.invoices.models.customers import Customer
from runacall.invoices.models.pricebook import PricebookItem
from runacall.invoices.models.rate_sets import InvoiceRateSet
from runacall.invoices.models.tax_rates import TaxRate
from runacall.organizations.scope import refuse_strangers

if TYPE_CHECKING:
    from runacall.invoices.models.invoices import Invoice

# SQLite cannot store products of 16 digits exactly, so "to the cent" allows a tiny difference.
HALF_A_CENT = Decimal("0.0051")


class InvoiceLine(models.Model):
    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.CASCADE, related_name="lines", db_index=False)
    position = models.PositiveIntegerField()
    item = models.ForeignKey(PricebookItem, on_delete=models.PROTECT, null=True, blank=True, related_name="lines")
    description = models.TextField(blank=True, default="")
    quantity = models.DecimalField(max_digits=12, decimal_places=4, default=Decimal(1))
    unit_price = models.DecimalField("rate", max_digits=12, decimal_places=4)
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    tax_rates = models.ManyToManyField(TaxRate, blank=True, related_name="lines")
    # Every edit writes all lines: a rewritten one keeps the id that it had at first.
    first_id = models.PositiveBigIntegerField(null=True, blank=True, editable=False)

    class Meta:
        ordering = ["position"]
        verbose_name = "line"
        constraints = [
            models.UniqueConstraint(fields=["invoice", "position"], name="unique_line_position"),
            models.CheckConstraint(
                condition=Q(item__isnull=False) | ~Q(description=""),
                name="one_off_line_has_description",
                violation_error_message="A line that is not in the pricebook needs a description.",
            ),
            models.CheckConstraint(
                condition=Q(amount__gte=F("quantity") * F("unit_price") - HALF_A_CENT)
                & Q(amount__lte=F("quantity") * F("unit_price") + HALF_A_CENT),
                name="line_amount_is_quantity_times_rate",
            ),
        ]

    def __str__(self) -> str:
        return self.description or str(self.item)

    @property
    def identity(self) -> int:
        """Which line it is, whatever it says and wherever it stands."""
        return self.first_id or self.pk


@dataclass(frozen=True, kw_only=True)
class LineInput:
    """A line as it is entered. Missing values come from the item; missing `rates` from the order in `_rates`.

    `identity`: which line of the invoice it was until now; None for a new one.
    """

    item: PricebookItem | None = None
    description: str = ""
    quantity: Decimal = Decimal(1)
    unit_price: Decimal | None = None
    rates: Sequence[TaxRate] | None = None
    identity: int | None = None


@dataclass(frozen=True)
class ResolvedLine:
    item: PricebookItem | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    rates: tuple[TaxRate, ...]
    identity: int | None


def known_again(lines: Iterable[LineInput], identities: Iterable[int]) -> list[LineInput]:
    """The same lines; one that is none of these, or is so a second time, is new."""
    free = set(identities)
    known = []
    for line in lines:
        is_known = line.identity in free
        free.discard(line.identity or 0)
        known.append(line if is_known else replace(line, identity=None))
    return known


def resolve_lines(
    lines: Iterable[LineInput], *, customer: Customer, default_rate: TaxRate | None
) -> list[ResolvedLine]:
    """Lines with every missing value filled in. Raises ValidationError for another organization's item or rate."""
    return [_resolve(line, customer, default_rate) for line in lines]


def _resolve(line: LineInput, customer: Customer, default_rate: TaxRate | None) -> ResolvedLine:
    rates = _rates(line, customer, default_rate)
    refuse_strangers(customer.organization_id, {"item": line.item})
    for rate in rates:
        refuse_strangers(customer.organization_id, {"tax_rates": rate})
    item = line.item
    description = line.description or (item.description or item.name if item else "")
    price = line.unit_price if line.unit_price is not None else (item.unit_price if item else Decimal(0))
    amount = money.line_amount(line.quantity, price)
    return ResolvedLine(item, description, line.quantity, price, amount, rates, line.identity)


def _rates(line: LineInput, customer: Customer, default_rate: TaxRate | None) -> tuple[TaxRate, ...]:
    """The customer's exemption comes first, then the line's own rates, then the item, then the default rate."""
    if customer.tax_exempt:
        # A rate of 0 % may stay: it says why there is no tax.
        return tuple(rate for rate in line.rates or () if not rate.percent)
    if line.rates is not None:
        return tuple(line.rates)
    taxable = line.item is None or line.item.taxable
    return (default_rate,) if taxable and default_rate else ()


def write_lines(lines: Mapping[Invoice, Sequence[ResolvedLine]]) -> None:
    """Save lines of invoices that have none, and the sets of rates on them, in a fixed number of statements per
    thousand lines.
    """
    rows = [
        (_row(invoice, position, line), line.rates)
        for invoice, resolved in lines.items()
        for position, line in enumerate(resolved, start=1)
    ]
    InvoiceLine.objects.bulk_create([row for row, _ in rows], batch_size=1000)
    through = InvoiceLine.tax_rates.through
    links = [through(invoiceline_id=row.pk, taxrate_id=rate.pk) for row, rates in rows for rate in rates]
    through.objects.bulk_create(links, batch_size=1000)
    sets = {
        (invoice, money.rate_key(rate.id for rate in line.rates))
        for invoice, resolved in lines.items()
        for line in resolved
    }
    InvoiceRateSet.objects.bulk_create(
        [
            InvoiceRateSet(organization_id=invoice.organization_id, invoice=invoice, key=key)
            for invoice, key in sorted(sets, key=lambda one: (one[0].pk, one[1]))
        ],
        batch_size=1000,
    )


def _row(invoice: Invoice, position: int, line: ResolvedLine) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        item=line.item,
        description=line.description,
        quantity=line.quantity,
        unit_price=line.unit_price,
        amount=line.amount,
        first_id=line.identity,
    )

"""Invoices, customers, items and payments as frozen values, safe for pure code; knows no database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from runacall.invoices import money


@dataclass(frozen=True)
class Address:
    line1: str = ""
    line2: str = ""
    city: str = ""
    state: str = ""
    postal_code: str = ""
    country: str = ""

    @property
    def is_empty(self) -> bool:
        return self == Address()


@dataclass(frozen=True)
class CustomerDocument:
    id: int
    organization_id: int
    display_name: str
    company: str
    email: str
    phone: str
    tax_exempt: bool
    terms: str
    billing: Address
    service: Address


@dataclass(frozen=True)
class ItemDocument:
    id: int
    organization_id: int
    name: str
    description: str
    kind: str
    unit_price: Decimal
    taxable: bool
    category_id: int | None


@dataclass(frozen=True)
class RateDocument:
    id: int
    name: str
    percent: Decimal


@dataclass(frozen=True)
class LineDocument:
    position: int
    item: ItemDocument | None
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    rates: tuple[RateDocument, ...] = ()
    identity: int = 0

    @cached_property
    def rate_key(self) -> str:
        """The set of rates on the line, as mappings name it: ids in ascending order joined with "+", or ""."""
        return money.rate_key(rate.id for rate in self.rates)


@dataclass(frozen=True)
class InvoiceDocument:
    id: int
    organization_id: int
    number: str
    status: str
    customer: CustomerDocument
    invoice_date: dt.date
    posting_date: dt.date | None
    books_date: dt.date
    due_date: dt.date | None
    terms: str
    lines: tuple[LineDocument, ...]
    discount: Decimal
    discount_name: str
    subtotal: Decimal
    tax_total: Decimal
    total: Decimal
    amount_paid: Decimal
    customer_note: str
    internal_note: str
    billing: Address
    service: Address
    is_void: bool
    is_deleted: bool
    is_draft: bool
    updated_at: dt.datetime

    @property
    def balance(self) -> Decimal:
        return money.ZERO if self.is_void else self.total - self.amount_paid


@dataclass(frozen=True)
class AppliedDocument:
    """The part of a payment that pays one invoice."""

    invoice_id: int
    number: str
    amount: Decimal


@dataclass(frozen=True)
class PaymentDocument:
    """Money received; `applied` names no void invoices, since nothing of those is owed."""

    id: int
    organization_id: int
    customer: CustomerDocument
    amount: Decimal
    method: str
    method_name: str
    received_date: dt.date
    reference: str
    memo: str
    applied: tuple[AppliedDocument, ...]
    is_void: bool
    # The date in the books, where it is not the day on which it was received.
    posting_date: dt.date | None = None

    @property
    def books_date(self) -> dt.date:
        return self.posting_date or self.received_date

    @property
    def credit(self) -> Decimal:
        """What pays no invoice."""
        return self.amount - sum((one.amount for one in self.applied), money.ZERO)

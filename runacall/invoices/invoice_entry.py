"""Creates new invoices, one or thousands, in the same way; knows nothing about files or forms."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from runacall.invoices import money, terms
from runacall.invoices.documents import Address
from runacall.invoices.models import Customer, Invoice, LineInput, NumberSequence, TaxRate
from runacall.invoices.models.lines import ResolvedLine, resolve_lines, write_lines
from runacall.invoices.models.records import address_columns
from runacall.invoices.refusals import Refused
from runacall.invoices.statuses import Status
from runacall.organizations.models import Organization
from runacall.organizations.scope import refuse_strangers

AT_ONCE = 500


@dataclass(frozen=True, kw_only=True)
class InvoiceInput:
    """An invoice as it is entered. A missing number, terms, due date or address is filled in."""

    customer: Customer
    invoice_date: dt.date
    lines: Sequence[LineInput] = ()
    number: str = ""
    terms: str | None = None
    due_date: dt.date | None = None
    discount: Decimal = money.ZERO
    discount_name: str = ""
    customer_note: str = ""
    internal_note: str = ""
    billing: Address | None = None
    service: Address | None = None


def enter_invoice(
    new: InvoiceInput, *, at: dt.datetime, by: AbstractBaseUser | None = None, send: bool = False
) -> Invoice:
    return enter_invoices(new.customer.organization, [new], at=at, by=by, send=send)[0]


@transaction.atomic
def enter_invoices(
    organization: Organization,
    inputs: Sequence[InvoiceInput],
    *,
    at: dt.datetime,
    by: AbstractBaseUser | None = None,
    send: bool = False,
    on_entered: Callable[[int], object] = lambda count: None,
) -> list[Invoice]:
    """Create drafts or sent invoices, all of them or none. `on_entered` is called with how many more were created.

    Raises ValidationError for numbers in use, another organization's records or discounts above the lines,
    and Refused if one that should be sent has no lines.
    """
    _refuse_used_numbers(organization, [new.number for new in inputs if new.number])
    numbers = iter(NumberSequence.take(organization, sum(not new.number for new in inputs)))
    default_rate = TaxRate.objects.for_organization(organization).default().first()
    entered: list[Invoice] = []
    for start in range(0, len(inputs), AT_ONCE):
        lines: dict[Invoice, Sequence[ResolvedLine]] = {}
        chunk = inputs[start : start + AT_ONCE]
        built = [_build(organization, new, new.number or next(numbers), default_rate, at, send) for new in chunk]
        Invoice.objects.bulk_create([invoice for invoice, _ in built])
        lines.update(built)
        write_lines(lines)
        for invoice in lines:
            invoice.announce(at=at, by=by)
        entered += lines
        on_entered(len(chunk))
    _continue_numbers(organization, [new.number for new in inputs])
    return entered


def _build(
    organization: Organization,
    new: InvoiceInput,
    number: str,
    default_rate: TaxRate | None,
    at: dt.datetime,
    send: bool,
) -> tuple[Invoice, list[ResolvedLine]]:
    refuse_strangers(organization.pk, {"customer": new.customer})
    resolved = resolve_lines(new.lines, customer=new.customer, default_rate=default_rate)
    agreed = new.customer.terms if new.terms is None else new.terms
    invoice = Invoice(
        organization=organization,
        customer=new.customer,
        number=number,
        invoice_date=new.invoice_date,
        terms=agreed,
        due_date=new.due_date or terms.due_date(agreed, new.invoice_date),
        discount=new.discount,
        discount_name=new.discount_name,
        customer_note=new.customer_note,
        internal_note=new.internal_note,
        created_at=at,
        updated_at=at,
        **address_columns(billing=new.billing or new.customer.billing, service=new.service or new.customer.service),
    )
    try:
        invoice.take_totals(resolved)
    except ValidationError as mistake:
        raise ValidationError([f"{invoice}: {text}" for text in mistake.messages]) from mistake
    if send:
        if not resolved:
            raise Refused(f"{invoice} has no lines.")
        invoice.status, invoice.sent_at = Status.SENT, at
    return invoice, resolved


def _refuse_used_numbers(organization: Organization, numbers: Sequence[str]) -> None:
    twice = {number for number, count in Counter(numbers).items() if count > 1}
    if used := sorted({*used_numbers(organization, numbers), *twice}):
        raise ValidationError({"number": f"Already in use: {', '.join(used[:10])}."})


def used_numbers(organization: Organization, numbers: Iterable[str]) -> set[str]:
    """Those of `numbers` that an invoice of the organization has, deleted drafts included."""
    wanted, used = list(numbers), set()
    invoices = Invoice.objects.for_organization(organization)
    for start in range(0, len(wanted), AT_ONCE):
        chunk = invoices.filter(number__in=wanted[start : start + AT_ONCE])
        used |= set(chunk.values_list("number", flat=True))
    return used


def _continue_numbers(organization: Organization, numbers: Iterable[str]) -> None:
    # Longer numbers are dates or codes, not counters; continuing after them would help nobody.
    counted = [int(number) for number in numbers if number.isascii() and number.isdigit() and len(number) < 10]
    if counted:
        NumberSequence.continue_after(organization, max(counted))

"""Imports the content of a file into an organization, all of it or nothing; knows nothing about files and commands."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction

from runacall.invoices import money
from runacall.invoices.invoice_entry import InvoiceInput, enter_invoices, used_numbers
from runacall.invoices.invoice_import.columns import FileRefused, Problem
from runacall.invoices.invoice_import.matching import CustomerFinder, ItemFinder, RateFinder
from runacall.invoices.invoice_import.reading import CsvContent
from runacall.invoices.invoice_import.rows import CsvInvoice, CsvLine
from runacall.invoices.models import Customer, LineInput, PricebookItem, TaxRate
from runacall.invoices.refusals import Refused
from runacall.organizations.models import Organization


@dataclass
class ImportPlan:
    """What an import would create. New records are not saved yet; the invoices refer to them."""

    organization: Organization
    invoices: list[InvoiceInput] = field(default_factory=list)
    customers: list[Customer] = field(default_factory=list)
    items: list[PricebookItem] = field(default_factory=list)
    rates: list[TaxRate] = field(default_factory=list)

    @property
    def line_count(self) -> int:
        return sum(len(invoice.lines) for invoice in self.invoices)

    @property
    def amount(self) -> Decimal:
        """Of all lines, before tax."""
        lines = (line for invoice in self.invoices for line in invoice.lines)
        amounts = (money.line_amount(line.quantity, line.unit_price or money.ZERO) for line in lines)
        return sum(amounts, money.ZERO)

    @transaction.atomic
    def carry_out(
        self,
        *,
        at: dt.datetime,
        by: AbstractBaseUser | None = None,
        send: bool = True,
        on_entered: Callable[[int], object] = lambda count: None,
    ) -> None:
        """Save everything. Raises FileRefused and writes nothing if a problem shows only now."""
        Customer.objects.enter_all(self.customers, at=at, by=by)
        PricebookItem.objects.enter_all(self.items, at=at, by=by)
        TaxRate.objects.enter_all(self.rates, at=at, by=by)
        try:
            enter_invoices(self.organization, self.invoices, at=at, by=by, send=send, on_entered=on_entered)
        except ValidationError as mistake:
            raise FileRefused([Problem(0, text) for text in mistake.messages]) from mistake
        except Refused as mistake:
            raise FileRefused([Problem(0, str(mistake))]) from mistake


def plan_import(organization: Organization, content: CsvContent) -> ImportPlan:
    """Plan the import. Raises FileRefused with every problem in the file or with the organization's records."""
    planner = _Planner(organization, content)
    for invoice in content.invoices.values():
        planner.add(invoice)
    if planner.problems:
        raise FileRefused(planner.problems)
    return planner.plan


class _Planner:
    def __init__(self, organization: Organization, content: CsvContent) -> None:
        invoices = content.invoices.values()
        self.plan = ImportPlan(organization)
        self.problems = list(content.problems)
        self.used = used_numbers(organization, content.invoices)
        self.customers = CustomerFinder(organization, {invoice.customer for invoice in invoices})
        self.items = ItemFinder(organization, {line.item for invoice in invoices for line in invoice.lines})
        self.rates = RateFinder(organization)
        self.plan.customers, self.plan.items, self.plan.rates = (
            self.customers.new,
            self.items.new,
            self.rates.new,
        )

    def add(self, invoice: CsvInvoice) -> None:
        if invoice.number in self.used:
            reason = f"InvoiceNo {invoice.number} is in use already."
            self.problems.append(Problem(invoice.row, reason))
        lines = [self._line(line) for line in invoice.lines]
        customer = self._found(invoice.row, self.customers.find, invoice)
        if self.problems or invoice.invoice_date is None:
            return  # nothing will be created any more; we only look for further problems
        self.plan.invoices.append(
            InvoiceInput(
                customer=customer,
                invoice_date=invoice.invoice_date,
                lines=lines,
                number=invoice.number,
                terms=invoice.terms or None,
                due_date=invoice.due_date,
                internal_note=invoice.memo,
                billing=None if invoice.billing.is_empty else invoice.billing,
            )
        )

    def _line(self, line: CsvLine) -> LineInput:
        return LineInput(
            item=self.items.find(line),
            description=line.description,
            quantity=line.quantity,
            unit_price=line.unit_price,
            rates=self._found(line.row, self.rates.find, line),
        )

    def _found(self, row: int, find: Callable[[Any], Any], wanted: Any) -> Any:
        try:
            return find(wanted)
        except ValueError as reason:
            self.problems.append(Problem(row, str(reason)))
            return None

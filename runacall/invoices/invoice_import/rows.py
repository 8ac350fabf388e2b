"""Rows of the file as checked values; knows nothing about files and the database."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from runacall.invoices import money
from runacall.invoices.documents import Address
from runacall.invoices.invoice_import.columns import ADDRESS_COLUMNS, LONGEST, Heading, Problem
from runacall.invoices.invoice_import.values import (
    AMOUNT_BOUND,
    FACTOR_BOUND,
    PLAIN,
    Ambiguous,
    DateOrder,
    DecimalMark,
    Manner,
    complete_product,
    parse_amount,
    parse_date,
)
from runacall.invoices.names import are_addresses, as_typed, full_name_key

_YES, _NO = ("y", "yes", "true", "1", "t", "oui"), ("n", "no", "false", "0", "f", "non")


@dataclass(frozen=True)
class CsvLine:
    """`tax` is as written, "" for none; `taxable` is None if the file does not say."""

    row: int
    item: str
    description: str
    quantity: Decimal
    unit_price: Decimal
    amount: Decimal
    taxable: bool | None
    tax: str


@dataclass(frozen=True)
class CsvInvoice:
    row: int
    number: str
    customer: str
    invoice_date: dt.date | None
    due_date: dt.date | None
    terms: str
    memo: str
    email: str
    billing: Address
    lines: list[CsvLine] = field(default_factory=list)


def _has_decimal_comma(value: str) -> bool:
    return parse_amount(value.replace(".", ""), Manner(DecimalMark.COMMA)) is not None


class Row:
    """One row being read: each method returns a value, and records a problem instead of raising."""

    def __init__(self, number: int, cells: list[str], heading: Heading, manner: Manner = PLAIN) -> None:
        self.number, self.columns, self.manner = number, heading.columns, manner
        self.problems: list[Problem] = []
        if any(cells[heading.width :]):
            self._complain(f"The row has {len(cells)} cells, but there are {heading.width} columns.")
        if any("\x00" in cell for cell in cells):
            self._complain("There is a NUL character, which is not text.")
        self.cells = [cell.replace("\x00", "") for cell in cells]

    def head(self) -> CsvInvoice:
        number = as_typed(self.text("InvoiceNo"))
        if not number:
            self._complain("InvoiceNo is empty.")
        address = {part: self.text(column) for part, column in ADDRESS_COLUMNS.items()}
        return CsvInvoice(
            row=self.number,
            number=number,
            customer=self.text("Customer"),
            invoice_date=self.date("InvoiceDate"),
            due_date=self.date("DueDate"),
            terms=self.text("Terms").strip(),
            memo=self.text("Memo"),
            email=self.email(),
            billing=Address(**address),
        )

    def line(self) -> CsvLine:
        item, description = self.text("Item(Product/Service)"), self.text("ItemDescription")
        if not item.strip() and not description.strip():
            self._complain("Enter Item(Product/Service) or ItemDescription.")
        quantity, unit_price, amount = self.product()
        taxable, tax = self.taxable(), self.text("TaxRate").strip()
        if taxable is False and tax.rstrip("%").strip(" 0.") != "":
            self._complain(f"Taxable says no, but TaxRate is “{tax}”.")
        if not item.strip():
            item = ""
        return CsvLine(self.number, item, description, quantity, unit_price, amount, taxable, tax)

    def agree(self, first: CsvInvoice, this: CsvInvoice) -> CsvInvoice:
        """Merge a row into its invoice: a later row may repeat what the first says, add to it, or leave it empty."""
        filled: dict[str, Any] = {}
        blank = Address()
        for name in ("customer", "invoice_date", "due_date", "terms", "memo", "email", "billing"):
            was, now = getattr(first, name), getattr(this, name)
            if not now or now in (blank, was):
                continue
            if name == "customer" and full_name_key(was) == full_name_key(now):
                continue
            if was and was != blank:
                label = name.replace("_", " ")
                self._complain(f"The {label} differs from that in row {first.row} of the same invoice.")
            filled[name] = now
        return replace(first, **filled) if filled and not self.problems else first

    # --- readers of one cell ----------------------------------------------------------------------------------

    def text(self, column: str) -> str:
        i = self.columns.get(column)
        value = self.cells[i] if i is not None and i < len(self.cells) else ""
        if len(value) > LONGEST.get(column, len(value)):
            self._complain(f"{column} is longer than {LONGEST[column]} characters.")
        return value

    def email(self) -> str:
        email = self.text("Email").strip()
        if email and not are_addresses(email):
            self._complain(f"Email “{email}” is not an e-mail address, nor several separated by commas.")
        return email

    def date(self, column: str) -> dt.date | None:
        value = self.text(column).strip()
        if not value:
            return None
        try:
            return parse_date(value, self.manner)
        except Ambiguous as reason:
            self._complain(f"{column} “{value}” {reason}.")
        except ValueError:
            example = "6/17/2026" if self.manner.dates == DateOrder.MONTH_FIRST else "17/06/2026"
            self._complain(f"{column} “{value}” is not a date. Write 2026-06-17 or {example}.")
        return None

    def taxable(self) -> bool | None:
        value = self.text("Taxable").strip().lower()
        if value and value not in _YES + _NO:
            self._complain(f"Taxable “{value}” is not Y or N.")
        return value in _YES if value in _YES + _NO else None

    def amount(self, column: str) -> Decimal | None:
        value = self.text(column).strip()
        if not value:
            return None
        try:
            number = parse_amount(value, self.manner)
        except Ambiguous as reason:
            self._complain(f"{column} “{value}” {reason}.")
            return None
        if number is None:
            comma = self.manner.decimals is DecimalMark.POINT and _has_decimal_comma(value)
            why = ": write a decimal point" if comma else ""
            self._complain(f"{column} “{value[:40]}” is not a number{why}.")
        elif abs(number) >= (AMOUNT_BOUND if column == "ItemAmount" else FACTOR_BOUND):
            self._complain(f"{column} “{value[:40]}” is too large.")
        else:
            return number
        return None

    def product(self) -> tuple[Decimal, Decimal, Decimal]:
        """Quantity, rate and amount; any two of them give the third."""
        before = len(self.problems)
        quantity, rate, amount = (self.amount(f"Item{name}") for name in ("Quantity", "Rate", "Amount"))
        if len(self.problems) > before:
            return Decimal(1), money.ZERO, money.ZERO
        try:
            return complete_product(quantity, rate, amount)
        except ValueError as reason:
            self._complain(str(reason))
            return Decimal(1), money.ZERO, money.ZERO

    def _complain(self, reason: str) -> None:
        self.problems.append(Problem(self.number, reason))

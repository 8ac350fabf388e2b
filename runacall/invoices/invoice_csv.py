"""Reads a file in QuickBooks Online's invoice import format into checked values; knows no database.

Columns: Intuit's import template ("Import invoices into QuickBooks Online"), which marks required ones with "*".
"""

from __future__ import annotations

import csv
import datetime as dt
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from decimal import Decimal
from typing import Any, TextIO

from runacall.invoices import money
from runacall.invoices.documents import Address
from runacall.invoices.written_values import (
    AMOUNT_BOUND,
    FACTOR_BOUND,
    complete_product,
    parse_amount,
    parse_date,
)

# Column -> other spellings; compared without case, spaces, "*" and punctuation.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "InvoiceNo": ("Invoice Number", "Invoice #", "Number", "No", "DocNumber"),
    "Customer": ("Customer Name", "Name"),
    "InvoiceDate": ("Date", "TxnDate"),
    "DueDate": (),
    "Terms": (),
    "Memo": (),
    "Item(Product/Service)": ("Item", "Product/Service", "Service"),
    "ItemDescription": ("Description",),
    "ItemQuantity": ("Quantity", "Qty"),
    "ItemRate": ("Rate", "Unit Price"),
    "ItemAmount": ("Amount",),
    "Taxable": (),
    "TaxRate": ("Tax Rate", "Tax"),
    "Email": ("Customer Email", "E-mail"),
    "BillingAddressLine1": ("Billing Address", "Bill To Line 1"),
    "BillingAddressLine2": ("Bill To Line 2",),
    "BillingAddressCity": ("Billing City",),
    "BillingAddressState": ("Billing State", "Billing Province"),
    "BillingAddressPostalCode": (
        "Billing Address Zip",
        "Billing Zip",
        "Billing Postal Code",
        "Billing Zip Code",
    ),
    "BillingAddressCountry": ("Billing Country",),
}
REQUIRED = ("InvoiceNo", "Customer", "InvoiceDate")
ADDRESS_COLUMNS = {part.name: f"BillingAddress{part.name.title().replace('_', '')}" for part in fields(Address)}

LONGEST = {"InvoiceNo": 32, "Customer": 500, "Item(Product/Service)": 500, "Terms": 31, "Email": 254}
LONGEST |= {"BillingAddressPostalCode": 30, "BillingAddressLine1": 500, "BillingAddressLine2": 500}
LONGEST |= dict.fromkeys(("BillingAddressCity", "BillingAddressState", "BillingAddressCountry"), 255)

_EMAIL = re.compile(r"[^@\s,;<>]+@[^@\s,;<>]+\.[^@\s,;<>.]+\Z")
_YES, _NO = ("y", "yes", "true", "1", "t"), ("n", "no", "false", "0", "f")


@dataclass(frozen=True, order=True)
class Problem:
    """`row` as a spreadsheet counts, the heading being row 1; 0 for the file as a whole."""

    row: int
    reason: str

    def __str__(self) -> str:
        return f"Row {self.row}: {self.reason}" if self.row else self.reason


class FileRefused(Exception):
    """A file that cannot be imported, with everything that is wrong with it."""

    def __init__(self, problems: Iterable[Problem]) -> None:
        self.problems = sorted(problems)
        super().__init__("\n".join(map(str, self.problems)))


@dataclass(frozen=True)
class CsvLine:
    """`tax` is as written, "" for none; `taxable` None where the file does not say."""

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


@dataclass
class CsvContent:
    invoices: dict[str, CsvInvoice] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    columns: Mapping[str, int]
    width: int
    ignored: list[str]


def read_invoices(file: TextIO) -> CsvContent:
    """Everything in the file, and everything wrong in its rows.

    Raises FileRefused at once for what leaves no rows to speak of: another encoding, no rows, missing columns.
    """
    rows = csv.reader(file, strict=True)
    try:
        heading = read_heading(next(rows, []))
        content = CsvContent(ignored_columns=heading.ignored)
        _read_rows(_numbered(rows), heading, content)
    except UnicodeDecodeError as error:
        where = f"after line {rows.line_num}"
        reason = f"The file is not UTF-8 ({where}). Save it as “CSV UTF-8” and try again."
        raise FileRefused([Problem(0, reason)]) from error
    except csv.Error as error:
        reason = f"The file is not a readable CSV file near line {rows.line_num}: {error}."
        raise FileRefused([Problem(0, reason)]) from error
    if not content.invoices and not content.problems:
        raise FileRefused([Problem(0, "The file has no rows.")])
    return content


def read_heading(cells: list[str]) -> Heading:
    """Raises FileRefused for missing and for doubled columns; columns that mean nothing here are listed."""
    if not any(cell.strip() for cell in cells):
        raise FileRefused([Problem(0, "The file is empty.")])
    known = {_plain(spelling): name for name, more in COLUMNS.items() for spelling in (name, *more)}
    names = [known.get(_plain(cell)) for cell in cells]
    problems = [Problem(1, f"There are two columns {name}.") for name, n in Counter(names).items() if name and n > 1]
    if missing := [name for name in REQUIRED if name not in names]:
        problems.append(Problem(1, f"These columns are missing: {', '.join(missing)}."))
    if not {"ItemAmount", "ItemRate"} & set(names):
        problems.append(Problem(1, "There is no column ItemAmount or ItemRate."))
    if problems:
        raise FileRefused(problems)
    ignored = [cell.strip() for cell, name in zip(cells, names, strict=True) if name is None and cell.strip()]
    return Heading({name: i for i, name in enumerate(names) if name}, len(cells), ignored)


def _plain(heading: str) -> str:
    return re.sub(r"[^a-z0-9#]", "", heading.lower())


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=2):
        if any(cell.strip() for cell in row):
            yield number, row


def _read_rows(rows: Iterator[tuple[int, list[str]]], heading: Heading, content: CsvContent) -> None:
    spoiled = set()
    for number, cells in rows:
        row = Row(number, cells, heading)
        head, line = row.head(), row.line()
        first = content.invoices.setdefault(head.number, head)
        content.invoices[head.number] = whole = row.agree(first, head)
        whole.lines.append(line)
        if row.problems:
            content.problems += row.problems
            spoiled.add(head.number)
    for invoice in content.invoices.values():
        # What a bad row left out would be complained of twice.
        if invoice.number not in spoiled:
            content.problems += _whole_invoice_problems(invoice)


def _whole_invoice_problems(invoice: CsvInvoice) -> Iterator[Problem]:
    if not invoice.customer.strip():
        yield Problem(invoice.row, "Customer is empty.")
    if invoice.invoice_date is None:
        yield Problem(invoice.row, "InvoiceDate is empty.")
    whole = sum((line.amount for line in invoice.lines), money.ZERO)
    if not 0 <= whole < AMOUNT_BOUND:
        yield Problem(invoice.row, f"The lines of invoice {invoice.number} come to {whole:,}.")


class Row:
    """One row being read: each reader returns a value, and notes what is wrong instead of raising."""

    def __init__(self, number: int, cells: list[str], heading: Heading) -> None:
        self.number, self.cells, self.columns = number, cells, heading.columns
        self.problems: list[Problem] = []
        if any(cells[heading.width :]):
            self._complain(f"There are {len(cells)} cells, but {heading.width} columns.")
        if any("\x00" in cell for cell in cells):
            self._complain("There is a NUL character, which is no text.")

    def head(self) -> CsvInvoice:
        number = self.text("InvoiceNo").strip()
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
            self._complain("Give Item(Product/Service) or ItemDescription.")
        quantity, unit_price, amount = self.product()
        taxable, tax = self.taxable(), self.text("TaxRate").strip()
        if taxable is False and tax.rstrip("%").strip(" 0.") != "":
            self._complain(f"Taxable says no, but TaxRate is “{tax}”.")
        if not item.strip():
            item = ""
        return CsvLine(self.number, item, description, quantity, unit_price, amount, taxable, tax)

    def agree(self, first: CsvInvoice, this: CsvInvoice) -> CsvInvoice:
        """The invoice as its rows so far say: a later row may repeat what the first says, fill in, or be silent."""
        filled: dict[str, Any] = {}
        blank = Address()
        for name in ("customer", "invoice_date", "due_date", "terms", "memo", "email", "billing"):
            was, now = getattr(first, name), getattr(this, name)
            if not now or now == blank or now == was:
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
        if email and not _EMAIL.match(email):
            self._complain(f"Email “{email}” is not one e-mail address.")
        return email

    def date(self, column: str) -> dt.date | None:
        value = self.text(column).strip()
        if not value:
            return None
        try:
            return parse_date(value)
        except ValueError:
            self._complain(f"{column} “{value}” is no date. Write 2026-06-17 or 6/17/2026.")
            return None

    def taxable(self) -> bool | None:
        value = self.text("Taxable").strip().lower()
        if value and value not in _YES + _NO:
            self._complain(f"Taxable “{value}” is neither Y nor N.")
        return value in _YES if value else None

    def amount(self, column: str) -> Decimal | None:
        value = self.text(column).strip()
        if not value:
            return None
        number = parse_amount(value)
        if number is None:
            self._complain(f"{column} “{value[:40]}” is no number.")
        elif abs(number) >= (AMOUNT_BOUND if column == "ItemAmount" else FACTOR_BOUND):
            self._complain(f"{column} “{value[:40]}” is too large.")
        else:
            return number
        return None

    def product(self) -> tuple[Decimal, Decimal, Decimal]:
        """Quantity, rate and amount, of which any two give the third."""
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

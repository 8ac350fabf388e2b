"""The columns of QuickBooks Online's invoice import format, and the problems of a refused file; knows no database.

Source: Intuit's import template ("Import invoices into QuickBooks Online"), which marks required columns with "*".
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields

from runacall.invoices.documents import Address

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
    "TaxRate": ("Tax Rate",),
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


@dataclass(frozen=True, order=True)
class Problem:
    """`row` as a spreadsheet counts (the heading is row 1); 0 for the file as a whole."""

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
class Heading:
    columns: Mapping[str, int]
    width: int
    ignored: list[str]


SEPARATORS = (",", ";", "\t", "|")


def separator(line: str) -> str:
    """The separator of this heading: the one that yields the most known columns, or a comma."""
    known = _by_spelling()

    def found(candidate: str) -> int:
        return sum(_plain(cell) in known for cell in line.rstrip("\r\n").split(candidate))

    return max(SEPARATORS, key=found)


def _by_spelling() -> dict[str, str]:
    return {_plain(spelling): name for name, more in COLUMNS.items() for spelling in (name, *more)}


def read_heading(cells: list[str]) -> Heading:
    """Read the heading; unknown columns are listed. Raises FileRefused for missing and duplicate columns."""
    if not any(cell.strip() for cell in cells):
        raise FileRefused([Problem(0, "The file is empty.")])
    known = _by_spelling()
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

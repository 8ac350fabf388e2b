"""Reads a file of invoices, one invoice line per row, into checked values; knows no database."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import chain
from typing import TextIO

from runacall.invoices import money
from runacall.invoices.invoice_import.columns import FileRefused, Heading, Problem, read_heading, separator
from runacall.invoices.invoice_import.rows import CsvInvoice, Row
from runacall.invoices.invoice_import.values import AMOUNT_BOUND, PLAIN, Manner


@dataclass
class CsvContent:
    invoices: dict[str, CsvInvoice] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)


def read_invoices(file: TextIO, manner: Manner = PLAIN) -> CsvContent:
    """The content of the file and every problem in its rows; numbers and dates are read in the given manner.

    Columns may be separated by commas, semicolons, tabs or bars: the one that yields the most known columns is
    used. Raises FileRefused immediately if there are no rows to read: wrong encoding, no rows, missing columns.
    """
    rows = csv.reader(file, strict=True)
    try:
        above, first = _heading_line(file)
        _refuse_other_files(first)
        rows = csv.reader(chain([first], file), delimiter=separator(first), strict=True)
        heading = read_heading(next(rows, []))
        content = CsvContent(ignored_columns=heading.ignored)
        _read_rows(_numbered(rows, above + 2), heading, content, manner)
    except UnicodeDecodeError as error:
        if not rows.line_num:  # not even the heading is text
            _refuse_other_files(error.object[:8].decode("latin-1"))
        where = f" (after line {rows.line_num})" if rows.line_num else ""
        reason = f"The file is not UTF-8{where}. Save it as “CSV UTF-8” and try again."
        raise FileRefused([Problem(0, reason)]) from error
    except csv.Error as error:
        reason = f"The file is not a readable CSV file near line {rows.line_num}: {error}."
        raise FileRefused([Problem(0, reason)]) from error
    if not content.invoices and not content.problems:
        raise FileRefused([Problem(0, "The file has no rows.")])
    return content


_NAMES_SEPARATOR = re.compile(r"\ufeff?\"?sep=.\"?\s*\Z", re.IGNORECASE)


# What people choose by mistake, by how it begins.
_OTHER_FILES = {
    "pk\x03\x04": "This is an Excel workbook. In Excel choose File → Save As → “CSV UTF-8”, and import that file.",
    "<": "This is a web page or an XML file, not a CSV file. If you downloaded it, sign in there and do so again.",
}


def _refuse_other_files(beginning: str) -> None:
    """Raises FileRefused if a file that begins like this is none that can be imported."""
    for start, kind in _OTHER_FILES.items():
        if beginning.lstrip("\ufeff").casefold().startswith(start):
            raise FileRefused([Problem(0, kind)])


def _heading_line(file: TextIO) -> tuple[int, str]:
    """How many lines are above the heading, and the heading; "" where there is none.

    Above it may be empty lines, and Excel's own way to name the separator.
    """
    above = 0
    for line in file:
        if line.strip("\ufeff \t\r\n,;|") and not _NAMES_SEPARATOR.match(line):
            return above, line
        above += 1
    return above, ""


def _numbered(rows: Iterator[list[str]], start: int) -> Iterator[tuple[int, list[str]]]:
    for number, row in enumerate(rows, start=start):
        if any(cell.strip() for cell in row):
            yield number, row


def _read_rows(rows: Iterator[tuple[int, list[str]]], heading: Heading, content: CsvContent, manner: Manner) -> None:
    spoiled = set()
    for number, cells in rows:
        row = Row(number, cells, heading, manner)
        head, line = row.head(), row.line()
        if not head.number:
            content.problems += row.problems
            continue
        first = content.invoices.setdefault(head.number, head)
        content.invoices[head.number] = whole = row.agree(first, head)
        whole.lines.append(line)
        if row.problems:
            content.problems += row.problems
            spoiled.add(head.number)
    for invoice in content.invoices.values():
        # Otherwise what is missing because of a bad row would be reported twice.
        if invoice.number not in spoiled:
            content.problems += _whole_invoice_problems(invoice)


def _whole_invoice_problems(invoice: CsvInvoice) -> Iterator[Problem]:
    if not invoice.customer.strip():
        yield Problem(invoice.row, "Customer is empty.")
    if invoice.invoice_date is None:
        yield Problem(invoice.row, "InvoiceDate is empty.")
    whole = sum((line.amount for line in invoice.lines), money.ZERO)
    if not 0 <= whole < AMOUNT_BOUND:
        yield Problem(invoice.row, f"The lines of invoice {invoice.number} add up to {whole:,}.")

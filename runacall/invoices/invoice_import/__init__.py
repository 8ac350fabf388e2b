"""The import of invoices from a file in QuickBooks Online's import format."""

from runacall.invoices.invoice_import.columns import COLUMNS, FileRefused, Problem
from runacall.invoices.invoice_import.planning import ImportPlan, plan_import
from runacall.invoices.invoice_import.reading import CsvContent, read_invoices
from runacall.invoices.invoice_import.values import DateOrder, Manner, manner_of

__all__ = [
    "COLUMNS",
    "CsvContent",
    "DateOrder",
    "FileRefused",
    "ImportPlan",
    "Manner",
    "Problem",
    "manner_of",
    "plan_import",
    "read_invoices",
]

"""The records of the business, one module per group."""

from runacall.invoices.models.customers import Customer
from runacall.invoices.models.invoices import Invoice, InvoiceQuerySet
from runacall.invoices.models.lines import InvoiceLine, LineInput
from runacall.invoices.models.numbering import NumberSequence
from runacall.invoices.models.payments import Payment, PaymentApplication
from runacall.invoices.models.pricebook import PricebookCategory, PricebookItem
from runacall.invoices.models.rate_sets import InvoiceRateSet
from runacall.invoices.models.records import Dates
from runacall.invoices.models.tax_rates import TaxRate

__all__ = [
    "Customer",
    "Dates",
    "Invoice",
    "InvoiceLine",
    "InvoiceQuerySet",
    "InvoiceRateSet",
    "LineInput",
    "NumberSequence",
    "Payment",
    "PaymentApplication",
    "PricebookCategory",
    "PricebookItem",
    "TaxRate",
]

"""The admin pages of the business, one module per page."""

from runacall.invoices.admin import customers, invoices, payments, pricebook, tax_rates

__all__ = ["customers", "invoices", "payments", "pricebook", "tax_rates"]

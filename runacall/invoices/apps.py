"""The invoices app: customers, pricebook, tax rates, invoices and payments."""

from django.apps import AppConfig


class InvoicesConfig(AppConfig):
    name = "runacall.invoices"
    label = "invoices"
    verbose_name = "Work"

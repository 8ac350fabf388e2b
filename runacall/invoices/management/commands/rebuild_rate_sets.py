"""Writes anew which sets of tax rates each invoice uses."""

from __future__ import annotations

from django.core.management.base import BaseCommand

from runacall.invoices.models import Invoice, InvoiceLine, InvoiceRateSet
from runacall.invoices.models.rate_sets import rebuild_rate_sets


class Command(BaseCommand):
    help = (
        "Compute from the lines which sets of tax rates each invoice uses, as Settings → Tax shows them. Works in small"
        " steps while people go on working, and can be started again."
    )

    def handle(self, *args: object, **options: object) -> None:
        done = 0
        for done in rebuild_rate_sets(Invoice, InvoiceLine, InvoiceRateSet):
            if done % 50_000 == 0:
                self.stderr.write(f"{done:,} invoices")
        self.stdout.write(f"Rate sets of {done:,} invoices are up to date.")

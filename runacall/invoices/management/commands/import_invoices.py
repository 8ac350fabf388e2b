"""Imports a file in QuickBooks Online's invoice import format."""

import codecs
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from tqdm import tqdm

from runacall import clock
from runacall.invoices.invoice_import import (
    COLUMNS,
    CsvContent,
    DateOrder,
    FileRefused,
    ImportPlan,
    Manner,
    manner_of,
    plan_import,
    read_invoices,
)
from runacall.organizations.models import Organization


class Command(BaseCommand):
    help = (
        "Import invoices from a UTF-8 CSV file with the columns of QuickBooks Online's own import template, one "
        "invoice line per row; rows with the same InvoiceNo are one invoice. Missing customers, pricebook items and"
        " tax "
        f"rates are created. Everything is imported or nothing. Columns: {', '.join(COLUMNS)}."
    ).replace("%", "%%")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="the CSV file")
        parser.add_argument("--organization", required=True, metavar="SLUG")
        parser.add_argument("--as", dest="status", choices=["sent", "draft"], default="sent")
        parser.add_argument(
            "--date-format",
            type=DateOrder,
            choices=[DateOrder.MONTH_FIRST, DateOrder.DAY_FIRST],
            metavar="m/d/y|d/m/y",
            help="the order of dates with slashes, if it is not the usual one of the shop's country",
        )
        parser.add_argument("--dry-run", action="store_true", help="say what would be created, and create nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        organization = _organization(options["organization"])
        try:
            content = _read(options["file"], manner_of(organization.country, options["date_format"]))
            plan = plan_import(organization, content)
            self._tell_ignored(content)
            if not options["dry_run"]:
                self._carry_out(plan, send=options["status"] == "sent")
        except FileRefused as refusal:
            count = len(refusal.problems)
            head = f"Nothing was imported. {count:,} {'problem' if count == 1 else 'problems'}:"
            raise CommandError(f"{head}\n{refusal}") from refusal
        did = "Would import" if options["dry_run"] else "Imported"
        self.stdout.write(f"{did} {_summary(plan, options['status'])}")

    def _tell_ignored(self, content: CsvContent) -> None:
        if content.ignored_columns:
            self.stderr.write(f"Columns that are not imported: {', '.join(content.ignored_columns)}.")

    def _carry_out(self, plan: ImportPlan, *, send: bool) -> None:
        # disable=None: a progress bar on a terminal, nothing in a log.
        with tqdm(total=len(plan.invoices), unit=" invoices", disable=None) as bar:
            plan.carry_out(at=clock.now(), send=send, on_entered=bar.update)


def _organization(slug: str) -> Organization:
    try:
        return Organization.objects.get(slug=slug)
    except Organization.DoesNotExist:
        known = ", ".join(Organization.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no organization “{slug}”. Known: {known}.") from None


def _read(path: Path, manner: Manner) -> CsvContent:
    try:
        with path.open("rb") as start:
            # Excel's "Unicode Text" begins with this mark.
            is_utf16 = start.read(2) in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
        with path.open(encoding="utf-16" if is_utf16 else "utf-8-sig", newline="") as file:
            return read_invoices(file, manner)
    except OSError as error:
        raise CommandError(f"Cannot read {path}: {error.strerror}.") from error


def _summary(plan: ImportPlan, status: str) -> str:
    counts = [
        (len(plan.invoices), f"{status} invoice", f"{status} invoices"),
        (plan.line_count, "line", "lines"),
        (len(plan.customers), "new customer", "new customers"),
        (len(plan.items), "new pricebook item", "new pricebook items"),
        (len(plan.rates), "new tax rate", "new tax rates"),
    ]
    parts = [f"{count:,} {one if count == 1 else many}" for count, one, many in counts]
    return f"{', '.join(parts)}; {plan.amount:,} before tax."

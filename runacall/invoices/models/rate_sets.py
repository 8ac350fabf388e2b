"""Which sets of tax rates the invoices of an organization use, stored when lines are written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection, models

from runacall.invoices.money import rate_key
from runacall.organizations.scope import ScopedModel

AT_ONCE = 1_000


class InvoiceRateSet(ScopedModel):
    """At least one line of the invoice has exactly these rates: `key` as in `money.rate_key`, "" for none.

    Only of invoices that are neither void nor deleted. Grouping the rates of all lines takes seconds in a shop with
    400,000 invoices. Written with the lines; `manage.py rebuild_rate_sets` writes what is missing anew.
    """

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.CASCADE, related_name="rate_sets", db_index=False)
    key = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["invoice", "key"], name="unique_rate_set_of_invoice")]
        indexes = [models.Index(fields=["organization", "key", "-invoice"], name="rate_set_in_use")]

    def __str__(self) -> str:
        return self.key or "not taxed"


def keys_in_use(organization_id: int) -> list[str]:
    """Every set of rates that live invoices use: one look at the index for each set, however many invoices there are.

    Neither database skips from one value of an index to the next for SELECT DISTINCT.
    """
    table = InvoiceRateSet._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH RECURSIVE found(key) AS (SELECT MIN(key) FROM {table} WHERE organization_id = %s UNION ALL"
            f" SELECT (SELECT MIN(key) FROM {table} AS other WHERE organization_id = %s AND other.key > found.key)"
            " FROM found WHERE found.key IS NOT NULL) SELECT key FROM found WHERE key IS NOT NULL",
            [organization_id, organization_id],
        )
        return [key for (key,) in cursor.fetchall()]


def rebuild_rate_sets(invoices: Any, lines: Any, sets: Any) -> Iterator[int]:
    """Write the sets of all invoices anew, a thousand invoices at a time; yields how many are done.

    The three are model classes, in a migration the historical ones. What is right stays as it is, so that it can be
    interrupted and started again, and people can go on working.
    """
    done, last = 0, 0
    while rows := list(invoices.objects.filter(pk__gt=last).order_by("pk")[:AT_ONCE]):
        last = rows[-1].pk
        live = {row.pk: row.organization_id for row in rows if row.status != "void" and row.deleted_at is None}
        wanted = {(invoice, key) for invoice, key in _computed(lines, list(live))}
        stored = sets.objects.filter(invoice_id__gte=rows[0].pk, invoice_id__lte=last)
        known = {(invoice, key): pk for pk, invoice, key in stored.values_list("pk", "invoice_id", "key")}
        sets.objects.filter(pk__in=[known[one] for one in known.keys() - wanted]).delete()
        sets.objects.bulk_create(
            [
                sets(invoice_id=invoice, key=key, organization_id=live[invoice])
                for invoice, key in wanted - known.keys()
            ],
            ignore_conflicts=True,
        )
        done += len(rows)
        yield done


def _computed(lines: Any, invoice_ids: Sequence[int]) -> Iterator[tuple[int, str]]:
    of_line = dict(lines.objects.filter(invoice_id__in=invoice_ids).order_by().values_list("pk", "invoice_id"))
    rates: dict[int, set[int]] = {pk: set() for pk in of_line}
    through = lines.tax_rates.through.objects.filter(invoiceline__invoice_id__in=invoice_ids)
    for line, rate in through.values_list("invoiceline_id", "taxrate_id"):
        rates.setdefault(line, set()).add(rate)
    for line, ids in rates.items():
        if line in of_line:
            yield of_line[line], rate_key(ids)

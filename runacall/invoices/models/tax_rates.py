"""Tax rates of a shop; a line of an invoice may have several."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Any, Self

from django.contrib.auth.models import AbstractBaseUser
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models, transaction

from runacall.invoices.models.records import Record, RecordQuerySet
from runacall.invoices.refusals import Refused


class TaxRateQuerySet(RecordQuerySet):
    def active(self) -> TaxRateQuerySet:
        return self.filter(is_active=True)

    def default(self) -> TaxRateQuerySet:
        """The rate that new lines get automatically; at most one per organization."""
        return self.filter(is_default=True, is_active=True)


class TaxRate(Record):
    name = models.CharField(max_length=200)
    percent = models.DecimalField(
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(Decimal(0)), MaxValueValidator(Decimal(100))],
        help_text="For example 7.25. Once the rate is on an invoice, this cannot be changed: add a new rate instead.",
    )
    is_default = models.BooleanField("default", default=False, help_text="New taxable lines get this rate.")
    is_active = models.BooleanField("active", default=True, help_text="Inactive rates are not offered on invoices.")

    editable_fields = frozenset({"name", "percent", "is_default", "is_active"})
    objects = TaxRateQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="unique_rate_name",
                violation_error_message="There is already a tax rate with this name.",
            ),
            models.UniqueConstraint(
                fields=["organization"], condition=models.Q(is_default=True), name="one_default_rate"
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="rate_has_name"),
            models.CheckConstraint(
                condition=models.Q(percent__gte=0) & models.Q(percent__lte=100), name="rate_percent_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def is_used(self) -> bool:
        return bool(self.pk) and self.lines.exists()

    def validate_constraints(self, exclude: Collection[str] | None = None) -> None:
        # A second default is not an error here: the old one is replaced, see below.
        super().validate_constraints({*(exclude or ()), "is_default"})

    @transaction.atomic
    def enter(self, *, at: dt.datetime, by: AbstractBaseUser | None = None) -> Self:
        if self.is_default:
            self._take_over_as_default()
        return super().enter(at=at, by=by)

    @transaction.atomic
    def edit(self, *, at: dt.datetime, by: AbstractBaseUser | None = None, **fields: Any) -> Self:
        """As for every record. Raises Refused when the percentage of a rate that is on an invoice would change."""
        if "percent" in fields and fields["percent"] != self._stored_percent() and self.is_used:
            raise Refused(f"“{self.name}” is on invoices, so its percentage cannot change. Add a new rate instead.")
        if fields.get("is_default"):
            self._take_over_as_default()
        return super().edit(at=at, by=by, **fields)

    def _take_over_as_default(self) -> None:
        others = TaxRate.objects.filter(organization_id=self.organization_id, is_default=True)
        others.exclude(pk=self.pk).update(is_default=False)

    def _stored_percent(self) -> Decimal:
        # The form has already put the new value on the instance before this operation runs.
        return TaxRate.objects.values_list("percent", flat=True).get(pk=self.pk)

"""The pricebook: what a shop sells, in categories."""

from __future__ import annotations

from decimal import Decimal

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Lower

from runacall.invoices.models.records import Record, RecordQuerySet


class PricebookCategory(Record):
    name = models.CharField(max_length=200)
    sort_order = models.PositiveIntegerField(default=0, help_text="Lower numbers come first.")

    editable_fields = frozenset({"name", "sort_order"})

    class Meta:
        ordering = ["sort_order", "name"]
        verbose_name_plural = "pricebook categories"
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="unique_category_name",
                violation_error_message="There is already a category with this name.",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="category_has_name"),
        ]

    def __str__(self) -> str:
        return self.name


class PricebookItemQuerySet(RecordQuerySet):
    def active(self) -> PricebookItemQuerySet:
        return self.filter(is_active=True)


class PricebookItem(Record):
    """Something a shop sells. “a” and “A” are two different items: their names are compared exactly."""

    class Kind(models.TextChoices):
        SERVICE = "service", "Service"
        PART = "part", "Part"
        LABOR = "labor", "Labor"
        BUNDLE = "bundle", "Bundle"
        # Money that is not for work: it belongs on an account of its own.
        TIP = "tip", "Tip"
        CARD_FEE = "card_fee", "Card fee"

    category = models.ForeignKey(
        PricebookCategory, on_delete=models.PROTECT, null=True, blank=True, related_name="items"
    )
    name = models.CharField(max_length=500)
    description = models.TextField(blank=True, default="")
    kind = models.CharField("type", max_length=8, choices=Kind.choices, default=Kind.SERVICE)
    unit_price = models.DecimalField(
        max_digits=12, decimal_places=4, default=Decimal(0), validators=[MinValueValidator(0)]
    )
    unit_cost = models.DecimalField(
        max_digits=12, decimal_places=4, null=True, blank=True, validators=[MinValueValidator(0)]
    )
    taxable = models.BooleanField(default=True)
    is_active = models.BooleanField("active", default=True, help_text="Inactive items are not offered on invoices.")

    same_organization = ("category",)
    editable_fields = frozenset(
        {"category", "name", "description", "kind", "unit_price", "unit_cost", "taxable", "is_active"}
    )
    objects = PricebookItemQuerySet.as_manager()  # type: ignore[misc]

    class Meta:
        ordering = ["name"]
        indexes = [
            models.Index(fields=["organization", "id"], name="item_in_order"),
            # For the list of their matches in QuickBooks.
            models.Index("organization", Lower("name"), "id", name="item_by_lower_name"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "name"],
                name="unique_item_name",
                violation_error_message="There is already a pricebook item with this name.",
            ),
            models.CheckConstraint(condition=~models.Q(name=""), name="item_has_name"),
            models.CheckConstraint(condition=models.Q(unit_price__gte=0), name="item_price_not_negative"),
            models.CheckConstraint(condition=models.Q(unit_cost__gte=0), name="item_cost_not_negative"),
        ]

    def __str__(self) -> str:
        return self.name

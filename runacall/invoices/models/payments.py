"""Payments that customers made on invoices."""

from __future__ import annotations

from django.db import models

from runacall.invoices.models.records import Record, text


class Payment(Record):
    """Money received. Recorded by `invoice.record_payment` and never changed."""

    class Method(models.TextChoices):
        CARD = "card", "Card"
        ACH = "ach", "ACH"
        CASH = "cash", "Cash"
        CHECK = "check", "Check"
        OTHER = "other", "Other"

    invoice = models.ForeignKey("invoices.Invoice", on_delete=models.PROTECT, related_name="payments")
    amount = models.DecimalField(max_digits=12, decimal_places=2)
    method = models.CharField(max_length=8, choices=Method.choices)
    received_date = models.DateField("date received")
    reference = text(100, help_text="Check number or bank reference.")
    memo = text(500)

    same_organization = ("invoice",)

    class Meta:
        ordering = ["-received_date", "-pk"]
        indexes = [models.Index(fields=["organization", "-received_date", "-id"], name="payment_by_date")]
        constraints = [
            models.CheckConstraint(condition=models.Q(amount__gt=0), name="payment_amount_positive"),
            models.CheckConstraint(
                condition=models.Q(method__in=["card", "ach", "cash", "check", "other"]),
                name="payment_method_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.amount} on invoice #{self.invoice.number}"

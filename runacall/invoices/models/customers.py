"""Customers of a shop."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Value
from django.db.models.functions import Coalesce, Lower, NullIf

from runacall.invoices.models.records import ADDRESS_FIELDS, Addressed, Record, text
from runacall.invoices.names import are_addresses


def check_addresses(value: str) -> None:
    """Raises ValidationError unless it is one e-mail address or several with commas between them."""
    if not are_addresses(value):
        raise ValidationError("Enter one e-mail address, or several separated by commas.")


# What `display_name` says, in small letters: the order in which people look for one.
BY_SHOWN_NAME = Lower(Coalesce(NullIf(F("company"), Value("")), F("name")))


class Customer(Addressed, Record):
    """A person or a company. Names are kept as they were typed; QuickBooks' rules for names do not apply here."""

    name = text(500, help_text="A person's full name. Name or company is required.")
    company = text(500)
    # Several addresses are allowed, as in QuickBooks.
    email = models.CharField(
        "e-mail",
        max_length=254,
        blank=True,
        default="",
        validators=[check_addresses],
        help_text="Several are separated by commas.",
    )
    phone = text(30)
    tax_exempt = models.BooleanField(default=False, help_text="No sales tax on this customer's invoices.")
    terms = text(31, help_text="For example “Net 30” or “Due on receipt”; sets the due date of new invoices.")

    editable_fields = frozenset({"name", "company", "email", "phone", "tax_exempt", "terms", *ADDRESS_FIELDS})

    class Meta:
        ordering = ["pk"]
        indexes = [
            models.Index(fields=["organization", "name"], name="customer_by_name"),
            models.Index(fields=["organization", "company"], name="customer_by_company"),
            models.Index(fields=["organization", "id"], name="customer_in_order"),
            # For the list of their matches in QuickBooks.
            models.Index("organization", BY_SHOWN_NAME, "id", name="customer_by_shown_name"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(name="") | ~models.Q(company=""),
                name="customer_has_name_or_company",
                violation_error_message="Enter a name or a company.",
            ),
        ]

    def __str__(self) -> str:
        return self.display_name

    @property
    def display_name(self) -> str:
        return str(self.company or self.name)

    def clean(self) -> None:
        super().clean()
        if not (self.name.strip() or self.company.strip()):
            raise ValidationError("Enter a name or a company.")

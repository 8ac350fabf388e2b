"""What staff chose for a connection; ids are those of the connection's current company."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import models

from qbo.models.connection import Connection


class WhenToSync(models.TextChoices):
    ON_SEND = "on_send", "On send (accrual: posts when the invoice is sent)"
    ON_PAYMENT = "on_payment", "On payment (cash basis: posts when the invoice is paid)"


class ConnectionSettings(models.Model):
    """Settings → QuickBooks → Items, Invoices, Payments and Tax. An empty id means: not chosen."""

    WhenToSync = WhenToSync

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="settings")
    auto_create_items = models.BooleanField("Auto-create missing QBO products", default=False)
    default_income_account_id = models.CharField("Default income account", max_length=32, blank=True)
    one_off_item_id = models.CharField("Product for one-off lines", max_length=32, blank=True)
    discount_account_id = models.CharField("Discount account", max_length=32, blank=True)
    # Empty: QuickBooks uses Undeposited Funds.
    deposit_account_id = models.CharField("Undeposited Funds account", max_length=32, blank=True)
    # Empty: the product of the pricebook item's own name.
    tip_item_id = models.CharField("Product for tips", max_length=32, blank=True)
    card_fee_item_id = models.CharField("Product for card fees", max_length=32, blank=True)
    send_numbers = models.BooleanField("Run a Call IDs in QBO", default=True)
    sync_invoices = models.BooleanField("Sync invoices", default=True)
    sync_payments = models.BooleanField("Sync payments", default=True)
    sync_customer_updates = models.BooleanField("Sync customer updates", default=True)
    when_to_sync = models.CharField(
        "When to sync", max_length=16, choices=WhenToSync.choices, default=WhenToSync.ON_SEND
    )
    # Nothing dated before it is sent, unless it is already there.
    start_date = models.DateField("Start date", null=True, blank=True)
    # Outside the US: an invoice fails even if its total differs only by QuickBooks' rounding of a cent.
    stop_on_rounding = models.BooleanField("Stop on a cent of rounding", default=False)
    # The checklist on the Status page is done, and somebody put its last line away.
    hides_checklist = models.BooleanField(default=False, editable=False)
    default_tax_code_id = models.CharField("Default for unmapped", max_length=32, blank=True)

    class Meta:
        verbose_name_plural = "connection settings"

    def __str__(self) -> str:
        return f"Settings of {self.connection}"

    @classmethod
    def may_send(cls, connection: Connection) -> bool:
        """Whether anything may be sent now: False while staff have turned Sync invoices off."""
        return not cls.objects.filter(connection=connection, sync_invoices=False).exists()

    @classmethod
    def company_fields(cls) -> list[models.Field[Any, Any]]:
        """The settings that apply to one company only: every chosen id, and the start date."""
        plain = [field for field in cls._meta.concrete_fields if isinstance(field, models.CharField | models.DateField)]
        return [field for field in plain if field.name.endswith("_id") or field.name == "start_date"]

    def of_company(self) -> dict[str, str]:
        """What was chosen for the company, as text."""
        return {
            field.name: field.value_to_string(self)
            for field in self.company_fields()
            if getattr(self, field.name) not in ("", None)
        }

    def take_up(self, chosen: Mapping[str, str]) -> None:
        """Apply the choices that `of_company` returned for a company; what it does not name is not chosen.

        Does not save.
        """
        for field in self.company_fields():
            value = field.to_python(chosen[field.name]) if field.name in chosen else field.get_default()
            setattr(self, field.name, value)

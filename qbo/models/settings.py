"""What staff chose for a connection; ids are those of the connection's current company."""

from django.db import models

from qbo.models.connection import Connection


class WhenToSync(models.TextChoices):
    ON_SEND = "on_send", "On send (accrual: posts when the invoice is sent)"
    ON_PAYMENT = "on_payment", "On payment (cash basis: posts when the invoice is paid)"


class ConnectionSettings(models.Model):
    """Settings → QuickBooks → Items, Invoices and Tax. An empty id means: not chosen."""

    WhenToSync = WhenToSync

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="settings")
    auto_create_items = models.BooleanField("Auto-create missing QBO products", default=False)
    default_income_account_id = models.CharField("Default income account", max_length=32, blank=True)
    one_off_item_id = models.CharField("Product for one-off lines", max_length=32, blank=True)
    discount_account_id = models.CharField("Discount account", max_length=32, blank=True)
    send_numbers = models.BooleanField("Run a Call IDs in QBO", default=True)
    sync_invoices = models.BooleanField("Sync invoices", default=True)
    sync_customer_updates = models.BooleanField("Sync customer updates", default=True)
    when_to_sync = models.CharField(
        "When to sync", max_length=16, choices=WhenToSync.choices, default=WhenToSync.ON_SEND
    )
    default_tax_code_id = models.CharField("Default for unmapped", max_length=32, blank=True)

    class Meta:
        verbose_name_plural = "connection settings"

    def __str__(self) -> str:
        return f"Settings of {self.connection}"

    def forget_company(self) -> None:
        """Drop every id that belongs to a company no longer connected."""
        self.default_income_account_id = self.one_off_item_id = ""
        self.discount_account_id = self.default_tax_code_id = ""

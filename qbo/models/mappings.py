"""Staff's choices: which codes, accounts and methods in QuickBooks our tax rates, categories and payments use."""

from __future__ import annotations

from django.db import models

from qbo.models.connection import Connection
from runacall.invoices.models import PricebookCategory, PricebookItem


class TaxMapping(models.Model):
    """A set of our tax rates (`rate_key`: their ids, sorted, joined with +; "" = not taxed) is this tax code."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="tax_mappings")
    realm_id = models.CharField(max_length=32)
    rate_key = models.CharField(max_length=200, blank=True)
    tax_code_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "rate_key"], name="qbo_tax_mapping_once"),
            models.CheckConstraint(condition=~models.Q(tax_code_id=""), name="qbo_tax_mapping_has_code"),
        ]

    def __str__(self) -> str:
        return f"{self.rate_key} is tax code {self.tax_code_id}"


class AccountMapping(models.Model):
    """Items in this category (or in none) use this income account; with `item`, that one item alone does."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="account_mappings")
    realm_id = models.CharField(max_length=32)
    category = models.ForeignKey(PricebookCategory, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    item = models.ForeignKey(PricebookItem, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    account_id = models.CharField(max_length=32)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "category"], name="qbo_account_mapping_once"),
            models.UniqueConstraint(
                fields=["connection", "realm_id"],
                condition=models.Q(category=None, item=None),
                name="qbo_account_mapping_without_category_once",
            ),
            models.UniqueConstraint(fields=["connection", "realm_id", "item"], name="qbo_account_mapping_item_once"),
            models.CheckConstraint(
                condition=models.Q(category=None) | models.Q(item=None), name="qbo_account_mapping_of_one_kind"
            ),
            models.CheckConstraint(condition=~models.Q(account_id=""), name="qbo_account_mapping_has_account"),
        ]

    def __str__(self) -> str:
        whose = self.item or self.category or "Items without a category"
        return f"{whose} earns into account {self.account_id}"


class PaymentMapping(models.Model):
    """Payments made in one of our ways (`method`) have this method in QuickBooks and are deposited to this account.

    `method_id`: "" for the method of the same name, "none" for no method. `account_id`: "" for the account that all
    payments go to.
    """

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="payment_mappings")
    realm_id = models.CharField(max_length=32)
    method = models.CharField(max_length=8)
    method_id = models.CharField(max_length=32, blank=True)
    account_id = models.CharField(max_length=32, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "method"], name="qbo_payment_mapping_once"),
            models.CheckConstraint(
                condition=~models.Q(method_id="", account_id=""), name="qbo_payment_mapping_has_choice"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.method} is method {self.method_id or 'of that name'}, account {self.account_id or 'for all'}"

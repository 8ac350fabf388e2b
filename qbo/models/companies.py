"""Companies other than the connected one: one that waits for a decision, and earlier ones."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from qbo.encryption import EncryptedTextField
from qbo.models.connection import Connection, Environment


class OtherCompany(models.Model):
    """A company that was chosen while another one is connected: nothing is sent until a person chooses.

    `former_pause_code` and the two fields next to it are the connection's pause before that.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="other_company")
    realm_id = models.CharField("realm ID", max_length=32)
    company_name = models.CharField(max_length=255, blank=True)
    environment = models.CharField(max_length=16, choices=Environment.choices)
    emulator_url = models.CharField(max_length=200, blank=True)
    access_token = EncryptedTextField()
    refresh_token = EncryptedTextField()
    access_expires_at = models.DateTimeField()
    refresh_expires_at = models.DateTimeField()
    hard_expires_at = models.DateTimeField(null=True, blank=True)
    connected_at = models.DateTimeField()
    connected_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    former_pause_code = models.CharField(max_length=40, blank=True)
    former_pause_detail = models.TextField(blank=True)
    former_paused_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "other companies"
        constraints = [
            models.UniqueConstraint(fields=["realm_id", "emulator_url"], name="qbo_other_company_once"),
            models.CheckConstraint(
                condition=~models.Q(realm_id="") & ~models.Q(refresh_token=""),
                name="qbo_other_company_has_realm_and_token",
            ),
        ]

    def __str__(self) -> str:
        return self.company_name or self.realm_id


class FormerCompany(models.Model):
    """A company that was connected earlier: its name, and what staff had chosen for it."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="former_companies")
    realm_id = models.CharField("realm ID", max_length=32)
    company_name = models.CharField(max_length=255, blank=True)
    # Setting -> its value as text; see ConnectionSettings.of_company.
    choices = models.JSONField(default=dict)
    left_at = models.DateTimeField()

    class Meta:
        verbose_name_plural = "former companies"
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id"], name="qbo_former_company_once"),
        ]

    def __str__(self) -> str:
        return self.company_name or self.realm_id

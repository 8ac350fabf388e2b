"""Who changed which setting of a connection, from what to what; in words, because the ids may disappear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import models

from qbo.models.connection import Connection


class SettingChange(models.Model):
    """One change of one setting, written once. Without `by`: the person's log-in was deleted."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="setting_changes")
    realm_id = models.CharField("realm ID", max_length=32)
    # The page under Settings → QuickBooks where it is: status, tax, items, invoices or payments.
    page = models.CharField(max_length=16)
    setting = models.CharField(max_length=300)
    old = models.CharField(max_length=300, blank=True)
    new = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["connection", "realm_id", "-at", "-id"], name="qbo_setting_changes")]

    def __str__(self) -> str:
        return f"{self.setting}: {self.old} → {self.new}"

    @classmethod
    def note(
        cls, connection: Connection, page: str, changes: Iterable[tuple[str, str, str]], *, at: datetime, by: Any
    ) -> None:
        """Record (setting, old, new) for each; unchanged settings are left out."""
        SettingChange.objects.bulk_create(
            SettingChange(
                connection=connection,
                realm_id=connection.realm_id,
                page=page,
                setting=setting[:300],
                old=old[:300],
                new=new[:300],
                at=at,
                by=by,
            )
            for setting, old, new in changes
            if old != new
        )

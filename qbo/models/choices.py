"""People's choices about which QuickBooks record one of ours is; kept permanently, undone ones too."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from qbo.models.connection import Connection
from qbo.models.links import RecordType


class Kind(models.TextChoices):
    THIS_ONE = "this_one", "This one"
    NOT_THIS_ONE = "not_this_one", "Not this one"
    CREATE = "create", "Create it in QuickBooks"
    UNLINK = "unlink", "Unlinked"
    SEND_PRICE = "send_price", "Send our price"
    KEEP_PRICE = "keep_price", "Keep both prices"


class MatchChoiceQuerySet(models.QuerySet["MatchChoice"]):
    def of(self, connection: Connection, record_type: str) -> MatchChoiceQuerySet:
        """Choices for the connected company."""
        return self.filter(connection=connection, realm_id=connection.realm_id, record_type=record_type)

    def of_record(self, record_id: int) -> MatchChoiceQuerySet:
        return self.filter(record_id=record_id)

    def standing(self) -> MatchChoiceQuerySet:
        """Choices that nobody has undone."""
        return self.filter(undone_at=None)


class MatchChoice(models.Model):
    """One person's choice about one record: before, after, and whether it was undone."""

    Kind = Kind

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="match_choices")
    realm_id = models.CharField(max_length=32)
    record_type = models.CharField(max_length=16, choices=RecordType.choices)
    record_id = models.BigIntegerField()
    kind = models.CharField(max_length=16, choices=Kind.choices)
    # The record there and its name; for an Unlink, the former one.
    qbo_id = models.CharField(max_length=32, blank=True)
    there_name = models.CharField(max_length=500, blank=True)
    # The link before, as JSON text, so that it can be restored; empty if there was none.
    former = models.TextField(blank=True)
    former_name = models.CharField(max_length=500, blank=True)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    undone_at = models.DateTimeField(null=True, blank=True)
    undone_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )

    objects = MatchChoiceQuerySet.as_manager()

    class Meta:
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["connection", "realm_id", "record_type", "record_id"], name="qbo_choice_of_record")
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind=Kind.CREATE) | ~models.Q(qbo_id=""), name="qbo_choice_names_a_record"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.there_name or self.record_id}"

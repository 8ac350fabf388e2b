"""Which of a shop's records had no link when all were gone through, so that no page has to go through all."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.db import models

from qbo.models.connection import Connection


class LooseEnd(models.Model):
    """A record of ours that may have no link to this company. It may have one by now: readers look at the links.

    Every record up to `Gathered.through` that has no link has a row: it was written when the records were gone through,
    or when the link was deleted.
    """

    # No index of its own: the constraint starts with it.
    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="loose_ends", db_index=False)
    realm_id = models.CharField(max_length=32)
    record_type = models.CharField(max_length=16)
    record_id = models.BigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["connection", "realm_id", "record_type", "record_id"], name="qbo_loose_end_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.record_type} {self.record_id} may not be in company {self.realm_id}"

    @classmethod
    def note(cls, links: Iterable[tuple[int, str, str, int]]) -> None:
        """These links (connection, realm ID, type and id of the record) are being deleted, in the same transaction."""
        found: list[Any] = [
            cls(connection_id=connection, realm_id=realm, record_type=kind, record_id=pk)
            for connection, realm, kind, pk in links
        ]
        if found:
            # Otherwise what is dropped at the same time because it was linked would stay away.
            list(Gathered.objects.select_for_update().filter(connection__in={one.connection_id for one in found}))
            cls.objects.bulk_create(found, ignore_conflicts=True)


class Gathered(models.Model):
    """Up to which record of a kind the loose ends were gathered. Its row is locked while some are dropped."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    realm_id = models.CharField(max_length=32)
    record_type = models.CharField(max_length=16)
    through = models.BigIntegerField(default=0)
    # How far it goes next time: the last record that there was at `at`. A transaction that had not ended by then may
    # have given its records lower ids, so a day goes by.
    until = models.BigIntegerField(default=0)
    at = models.DateTimeField(null=True, blank=True)
    # How many loose ends were left then; some may have come since. None: they were not counted.
    loose = models.PositiveIntegerField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "gathered"
        constraints = [
            models.UniqueConstraint(fields=["connection", "realm_id", "record_type"], name="qbo_gathered_once"),
        ]

    def __str__(self) -> str:
        return f"Company {self.realm_id}: gathered up to {self.record_type} {self.through}"

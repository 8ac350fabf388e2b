"""Running totals of a connection, for metrics; they know no record, and nothing is decided by them."""

from __future__ import annotations

from collections.abc import Mapping

from django.db import models
from django.db.models import F

from qbo.models import Connection


class Tally(models.Model):
    """How often something happened over a connection since it was first counted. Names: sync.worker.tallying."""

    connection = models.ForeignKey(Connection, on_delete=models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=32)
    label = models.CharField(max_length=64, blank=True)
    value = models.FloatField(default=0)

    class Meta:
        verbose_name_plural = "tallies"
        constraints = [models.UniqueConstraint(fields=["connection", "name", "label"], name="sync_tally_once")]

    def __str__(self) -> str:
        return f"{self.name} {self.label}: {self.value:g}"

    @classmethod
    def add(cls, connection_id: int, counts: Mapping[tuple[str, str], float]) -> None:
        """Increase each total of (name, label) by its amount; several processes may do so at once."""
        for (name, label), count in counts.items():
            rows = cls.objects.filter(connection=connection_id, name=name, label=label)
            if not rows.update(value=F("value") + count):
                cls.objects.get_or_create(connection_id=connection_id, name=name, label=label)
                rows.update(value=F("value") + count)

"""What would happen to the invoices that are to be sent, as far as it has been checked; nothing was sent."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.db import models

from qbo.failures import Failure, Subject
from qbo.json_objects import JsonObject
from qbo.models import Connection


@dataclass(frozen=True)
class DryCause:
    """Invoices that would stop for one reason."""

    key: str
    failure: Failure
    money: Decimal
    ids: tuple[int, ...]

    @property
    def count(self) -> int:
        return len(self.ids)


class DryRun(models.Model):
    """The latest dry run of a connection: its progress, how many are ready, and what would stop the others.

    `basis`: the settings and lists that it used; if they have changed, the dry run is outdated.
    """

    connection = models.OneToOneField(Connection, on_delete=models.CASCADE, related_name="dry_run")
    realm_id = models.CharField("realm ID", max_length=32)
    basis = models.CharField(max_length=64)
    started_at = models.DateTimeField()
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    done_at = models.DateTimeField(null=True, blank=True)
    # How many there were to check when it started, and the last one that was checked.
    meant = models.PositiveIntegerField(default=0)
    last_id = models.BigIntegerField(default=0)
    ready = models.PositiveIntegerField(default=0)
    ready_money = models.DecimalField(max_digits=16, decimal_places=2, default=Decimal(0))
    # Cause key -> code, subject, facts, money, and the ids of the invoices.
    causes = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"Dry run of {self.connection}"

    def count_ready(self, amount: Decimal) -> None:
        self.ready += 1
        self.ready_money += amount

    def count_stopped(self, invoice_id: int, amount: Decimal, failure: Failure) -> None:
        cause = self.causes.setdefault(
            failure.cause_key,
            {
                "code": failure.code,
                "subject": [failure.subject.kind, failure.subject.key, failure.subject.name],
                "facts": {key: str(value) for key, value in failure.facts.items()},
                "money": "0.00",
                "ids": [],
            },
        )
        cause["money"] = str(Decimal(cause["money"]) + amount)
        cause["ids"].append(invoice_id)

    @property
    def stopped(self) -> int:
        return sum(len(cause["ids"]) for cause in self.causes.values())

    @property
    def looked_at(self) -> int:
        return self.ready + self.stopped

    def by_cause(self) -> list[DryCause]:
        """The causes with the most invoices first."""
        found = [_cause(key, kept) for key, kept in self.causes.items()]
        return sorted(found, key=lambda cause: (-cause.count, cause.key))

    def cause(self, key: str) -> DryCause | None:
        return _cause(key, self.causes[key]) if key in self.causes else None

    @classmethod
    def forget(cls, connections: Iterable[Connection] | models.QuerySet[Connection]) -> int:
        """It may name a customer."""
        return cls.objects.filter(connection__in=connections).delete()[0]


def _cause(key: str, kept: JsonObject) -> DryCause:
    failure = Failure(kept["code"], Subject(*kept["subject"]), facts=kept["facts"])
    return DryCause(key, failure, Decimal(kept["money"]), tuple(kept["ids"]))

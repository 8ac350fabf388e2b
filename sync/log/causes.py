"""Failures grouped by what would fix them, with count, money and age; knows nothing about how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Min, Q, Sum

from qbo.failures import Failure
from runacall.invoices.money import round_cents
from runacall.isolation import isolated
from sync.models import SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet


@dataclass(frozen=True)
class Cause:
    """Failures with the same code and subject: one thing to fix. `sample` is one of them."""

    key: str
    failure: Failure
    count: int
    invoices: int
    money: Decimal
    oldest_at: datetime
    sample: SyncEvent

    @property
    def title(self) -> str:
        """What is wrong: the failure's own message if it names one thing, otherwise the general title."""
        if self.failure.code == "closed_period" and self.failure.facts.get("closing_date"):
            return f"Closed period: the books are closed through {self.failure.facts['closing_date']}"
        return self.failure.message if self.failure.entry.cause_per_subject else self.failure.title


def causes(events: SyncEventQuerySet, *, limit: int = 100) -> list[Cause]:
    """The causes of the failed events among `events`, those that hold back the most money first, in two queries."""
    of_invoices = Q(record_type=EntityType.INVOICE)
    grouped = (
        events.failed()
        .order_by()
        .values("cause_key")
        .annotate(
            count=Count("pk"),
            invoices=Count("pk", filter=of_invoices),
            money=Sum("amount", filter=of_invoices),
            oldest_at=Min("opened_at"),
            sample=Min("pk"),
        )
        .order_by(F("money").desc(nulls_last=True), "-count", "cause_key")[:limit]
    )
    rows = list(grouped)
    samples = SyncEvent.objects.in_bulk([row["sample"] for row in rows])
    found: list[Cause] = []
    for row in rows:
        if row["sample"] in samples:
            with isolated("Showing a cause", event=row["sample"], cause=row["cause_key"]):
                found.append(_worded(_cause(row, samples[row["sample"]])))
    # A paused connection holds back everything, so it comes first.
    return sorted(found, key=lambda cause: cause.sample.record_type != EntityType.CONNECTION)


def _worded(cause: Cause) -> Cause:
    """The cause; if its facts cannot be put into words, the same without them, so that the page still works."""
    with isolated("Wording a cause", event=cause.sample.pk, cause=cause.key) as slip:
        _ = cause.title, cause.failure.message, cause.failure.remedy
    return replace(cause, failure=Failure(cause.failure.code)) if slip.mistake else cause


def _cause(row: Mapping[str, Any], sample: SyncEvent) -> Cause:
    failure = sample.failure
    assert failure is not None, "a failed event has a code, by constraint"
    return Cause(
        key=row["cause_key"],
        failure=failure,
        count=row["count"],
        invoices=row["invoices"],
        money=round_cents(Decimal(row["money"] or 0)),
        oldest_at=row["oldest_at"],
        sample=sample,
    )

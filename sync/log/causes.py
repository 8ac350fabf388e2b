"""Failures grouped by what would fix them, with count, money and age; knows nothing about how they are shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, F, Max, Min, Q, QuerySet, Sum

from qbo import catalogue
from qbo.failures import Failure
from runacall.invoices.money import round_cents
from runacall.isolation import isolated
from sync.models import SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet


@dataclass(frozen=True)
class Cause:
    """Failures with the same code and subject: one thing to fix. `sample` is one of them.

    `oldest_at`: since when the first of them waits; `newest_at`: when the last of them failed.
    """

    key: str
    failure: Failure
    count: int
    invoices: int
    money: Decimal
    oldest_at: datetime
    newest_at: datetime
    sample: SyncEvent

    def with_more(self, other: Cause) -> Cause:
        """The same cause with other events that it stops too."""
        return replace(
            self,
            count=self.count + other.count,
            invoices=self.invoices + other.invoices,
            money=self.money + other.money,
            oldest_at=min(self.oldest_at, other.oldest_at),
            newest_at=max(self.newest_at, other.newest_at),
        )

    @property
    def title(self) -> str:
        return self.failure.cause_title


# How many different sets of further causes are counted; those beyond hold back the least money.
MOST_SETS = 1_000


def causes(events: SyncEventQuerySet, *, limit: int = 100) -> list[Cause]:
    """The causes of the failed events among `events`, those that hold back the most money first, in a few queries.

    An event counts for each of the causes that block it.
    """
    failed = events.failed().order_by()
    rows = list(_summed(failed, "cause_key")[:limit])
    further = list(_summed(failed.filter(has_further=True), "further_keys")[:MOST_SETS])
    samples = SyncEvent.objects.in_bulk([row["sample"] for row in (*rows, *further)])
    found: dict[str, Cause] = {}
    for row in rows:
        if row["sample"] in samples:
            with isolated("Showing a cause", event=row["sample"], cause=row["cause_key"]):
                sample = samples[row["sample"]]
                assert sample.failure is not None, "a failed event has a code, by constraint"
                found[row["cause_key"]] = _cause(row, sample, sample.failure)
    for row in further:
        with isolated("Showing further causes", event=row["sample"]):
            for failure in samples[row["sample"]].further_failures if row["sample"] in samples else ():
                one = _cause(row, samples[row["sample"]], failure)
                found[one.key] = found[one.key].with_more(one) if one.key in found else one
    if len(rows) == limit:
        _add_first_ones(failed, found, {row["cause_key"] for row in rows})
    # A paused connection holds back everything, so it comes first.
    ordered = sorted(
        map(_worded, found.values()),
        key=lambda cause: (cause.sample.record_type != EntityType.CONNECTION, -cause.money, -cause.count, cause.key),
    )
    return ordered[:limit]


def words_of(events: SyncEventQuerySet, key: str) -> str:
    """The cause of that key, or just a code, as one of the failed `events` words it; in general where none has it."""
    sample = events.failed().held_by(key).first()
    found = (failure.cause_title for failure in (sample.failures if sample else ()) if failure.cause_key == key)
    return next(found, catalogue.entry(key.partition(":")[0]).title)


def _summed(events: SyncEventQuerySet, column: str) -> QuerySet[SyncEvent, dict[str, Any]]:
    """By each value of `column`: how many, how much, since when, and one of them; the most money first."""
    of_invoices = Q(record_type=EntityType.INVOICE)
    grouped = events.values(column).annotate(
        count=Count("pk"),
        invoices=Count("pk", filter=of_invoices),
        money=Sum("amount", filter=of_invoices),
        oldest_at=Min("opened_at"),
        newest_at=Max("changed_at"),
        sample=Min("pk"),
    )
    ordered: QuerySet[SyncEvent, dict[str, Any]] = grouped.order_by(F("money").desc(nulls_last=True), "-count", column)
    return ordered


def _add_first_ones(failed: SyncEventQuerySet, found: dict[str, Cause], counted: set[str]) -> None:
    """Of causes that were met as further ones only, since there are very many: also those that they stop first."""
    missing = found.keys() - counted
    for row in _summed(failed.filter(cause_key__in=missing), "cause_key"):
        one = found[row["cause_key"]]
        found[one.key] = one.with_more(_cause(row, one.sample, one.failure))


def _worded(cause: Cause) -> Cause:
    """The cause; if its facts cannot be put into words, the same without them, so that the page still works."""
    with isolated("Wording a cause", event=cause.sample.pk, cause=cause.key) as caught:
        _ = cause.title, cause.failure.message, cause.failure.remedy
    return replace(cause, failure=Failure(cause.failure.code)) if caught.mistake else cause


def _cause(row: Mapping[str, Any], sample: SyncEvent, failure: Failure) -> Cause:
    return Cause(
        key=row.get("cause_key") or failure.cause_key[:200],
        failure=failure,
        count=row["count"],
        invoices=row["invoices"],
        money=round_cents(Decimal(row["money"] or 0)),
        oldest_at=row["oldest_at"],
        newest_at=row["newest_at"],
        sample=sample,
    )

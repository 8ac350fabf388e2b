"""What is waiting: failed events of some causes, the queue by status, and invoices from before the connection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from qbo import catalogue
from qbo.models import Connection, ConnectionSettings, Link
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.log.rows import connection_of
from sync.log.wording import counted
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.outbox.enqueueing import earlier_invoices

LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Waiting:
    """The failed events of one cause, with their number and where to retry them."""

    sentence: str
    count: int
    retry_url: str
    show_url: str


def waiting_for(organization: Organization | None, codes: Sequence[str]) -> list[Waiting]:
    """The failed events with these codes, by cause, the largest first."""
    rows = SyncEvent.objects.for_organization(organization).failed().filter(failure_code__in=codes)
    grouped = (
        rows.exclude(record_type=EntityType.CONNECTION)
        .order_by()
        .values("cause_key", "subject_name", "record_type")
        .annotate(count=Count("pk"))
        .order_by("-count", "cause_key")
    )
    by_cause: dict[str, list[Mapping[str, Any]]] = {}
    for row in grouped:
        by_cause.setdefault(row["cause_key"], []).append(row)
    shown = []
    for key, found in by_cause.items():
        with isolated("Listing what waits", cause=key, organization=organization.pk if organization else None):
            shown.append(_waiting(key, found))
    return shown


def _waiting(cause_key: str, found: Iterable[Mapping[str, Any]]) -> Waiting:
    rows = list(found)
    count = sum(row["count"] for row in rows)
    only_invoices = all(row["record_type"] == EntityType.INVOICE for row in rows)
    names = {row["subject_name"] for row in rows} - {""}
    what = counted(count, "failed invoice" if only_invoices else "failed event")
    verb = "waits" if count == 1 else "wait"
    title = catalogue.entry(cause_key.partition(":")[0]).title
    subject = f" for ‘{names.pop()}’" if len(names) == 1 and ":" in cause_key else f": {title}"
    query = urlencode({"status": State.FAILED, "cause": cause_key})
    return Waiting(
        sentence=f"{what} {verb}{subject}",
        count=count,
        retry_url=f"{reverse('admin:sync_syncevent_retry_all')}?{query}",
        show_url=f"{reverse(LOG)}?{query}",
    )


def queue_facts(organization: Organization | None) -> list[tuple[str, int, str]]:
    """Label, count and link of each status of the queue."""
    rows = SyncEvent.objects.for_organization(organization).order_by()
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    shown = (State.FAILED, State.QUEUED, State.SENDING, State.CHECKING, State.SYNCED)
    return [(state.label, counts.get(state, 0), f"{reverse(LOG)}?status={state}") for state in shown]


def company_counts(connection: Connection, realm_id: str) -> list[tuple[str, int]]:
    """Labels and counts of what a company has and of what is waiting for it."""
    there = Link.objects.filter(connection=connection, realm_id=realm_id, record_type=EntityType.INVOICE, active=True)
    rows = SyncEvent.objects.for_organization(connection.organization, realm_id=realm_id).order_by()
    rows = rows.exclude(record_type=EntityType.CONNECTION)
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    return [
        ("Invoices in QuickBooks", there.count()),
        ("Queued", counts.get(State.QUEUED, 0)),
        ("Checking", counts.get(State.CHECKING, 0) + counts.get(State.SENDING, 0)),
        ("Failed", counts.get(State.FAILED, 0)),
    ]


def waiting_to_be_sent(connection: Connection) -> int:
    return SyncEvent.objects.of(connection).filter(state=State.QUEUED).count()


def earlier_count(organization: Organization | None) -> int:
    """How many invoices the shop sent before QuickBooks was connected that were never sent to QuickBooks."""
    connection = connection_of(organization)
    if connection is None or not connection.is_live:
        return 0
    if not ConnectionSettings.objects.filter(connection=connection, sync_invoices=True).exists():
        return 0
    return earlier_invoices(connection).count()


def counts_by_cause(organization: Organization | None) -> dict[str, int]:
    """How many failed events each cause holds back."""
    rows = SyncEvent.objects.for_organization(organization).failed().order_by()
    return dict(rows.values_list("cause_key").annotate(n=Count("pk")))

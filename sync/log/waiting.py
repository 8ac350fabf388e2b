"""What is waiting: failed events of some causes, the queue by status, and invoices from before the connection."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count
from django.urls import reverse
from django.utils.http import urlencode

from qbo.mapping.loose_ends import may_have_no_link
from qbo.models import Connection, ConnectionSettings, Link
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from runacall.organizations.paging import MOST, Counted, count_up_to
from sync.log.causes import Cause, causes
from sync.log.counting import by_status
from sync.log.rows import connection_of
from sync.log.wording import counted
from sync.models import State, SyncEvent
from sync.models.events import IN_FLIGHT, UNSENT, EntityType
from sync.outbox.enqueueing import earlier_invoices, payments_of

# More than anybody reads.
MOST_CAUSES = 1_000
# How many invoices a page looks at to find those that were never sent.
MOST_LOOKED_AT = 500
LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Waiting:
    """The failed events of one cause, with their number and where to retry them."""

    cause: Cause
    sentence: str
    count: int
    retry_url: str
    show_url: str


def waiting_for(organization: Organization | None, codes: Sequence[str]) -> list[Waiting]:
    """The failed events that one of these codes blocks, by cause, the largest first."""
    rows = SyncEvent.objects.for_organization(organization).exclude(record_type=EntityType.CONNECTION)
    shown = []
    for cause in causes(rows.held_by_any(codes), limit=MOST_CAUSES):
        if cause.failure.code in codes:
            with isolated(
                "Listing what waits", cause=cause.key, organization=organization.pk if organization else None
            ):
                shown.append(_waiting(cause))
    return sorted(shown, key=lambda one: -one.count)


def _waiting(cause: Cause) -> Waiting:
    what = counted(cause.count, "failed invoice" if cause.invoices == cause.count else "failed event")
    verb, failure = "waits" if cause.count == 1 else "wait", cause.failure
    named = failure.subject.name and ":" in cause.key
    subject = f" for ‘{failure.subject.name}’" if named else f": {failure.title}"
    query = urlencode({"status": State.FAILED, "cause": cause.key})
    return Waiting(
        cause=cause,
        sentence=f"{what} {verb}{subject}",
        count=cause.count,
        retry_url=f"{reverse('admin:sync_syncevent_retry_all')}?{query}",
        show_url=f"{reverse(LOG)}?{query}",
    )


def queue_facts(organization: Organization | None) -> list[tuple[str, Counted, str]]:
    """Label, count and link of each status of the queue."""
    counts = by_status(SyncEvent.objects.for_organization(organization))
    shown = (State.FAILED, State.HELD, State.QUEUED, State.SENDING, State.CHECKING, State.SYNCED)
    return [
        (state.label, counts[state], f"{reverse(LOG)}?status={state}")
        for state in shown
        if state != State.HELD or counts[state].number
    ]


def company_counts(connection: Connection, realm_id: str) -> list[tuple[str, Counted]]:
    """Labels and counts of what a company has, up to a bound, and of what is waiting for it."""
    there = Link.objects.filter(connection=connection, realm_id=realm_id, record_type=EntityType.INVOICE, active=True)
    rows = SyncEvent.objects.for_organization(connection.organization, realm_id=realm_id).order_by()
    rows = rows.exclude(record_type=EntityType.CONNECTION).filter(state__in=(*UNSENT, *IN_FLIGHT))
    counts = dict(rows.values_list("state").annotate(n=Count("pk")))
    return [
        ("Invoices in QuickBooks", count_up_to(there, MOST)),
        ("Queued", Counted(counts.get(State.QUEUED, 0))),
        ("Checking", Counted(counts.get(State.CHECKING, 0) + counts.get(State.SENDING, 0))),
        ("Failed", Counted(counts.get(State.FAILED, 0))),
    ]


def waiting_to_be_sent(connection: Connection) -> int:
    return SyncEvent.objects.by_state_of(connection).filter(state=State.QUEUED).count()


def looking_takes_long(organization: Organization | None) -> bool:
    """Whether the shop has so many invoices in QuickBooks that `earlier_count` is more than a page should wait for."""
    connection = connection_of(organization)
    if connection is None:
        return False
    some = may_have_no_link(connection, EntityType.INVOICE)
    if some is not None:
        return count_up_to(some, MOST_LOOKED_AT).is_more
    return count_up_to(Link.objects.of(connection, EntityType.INVOICE), MOST).is_more


def earlier_count(organization: Organization | None) -> Counted:
    """How many invoices the shop sent before QuickBooks was connected that were never sent to QuickBooks."""
    connection = connection_of(organization)
    if connection is None or not connection.is_live:
        return Counted(0)
    if not ConnectionSettings.objects.filter(connection=connection, sync_invoices=True).exists():
        return Counted(0)
    return count_up_to(earlier_invoices(connection), MOST_LOOKED_AT)


def earlier_payments_count(organization: Organization | None) -> int:
    """How many payments of invoices in QuickBooks were recorded while payments were not sent."""
    connection = connection_of(organization)
    if connection is None or not connection.is_live:
        return 0
    if not ConnectionSettings.objects.filter(connection=connection, sync_invoices=True, sync_payments=True).exists():
        return 0
    return payments_of(connection).count()


def counts_by_cause(organization: Organization | None) -> dict[str, int]:
    """How many failed events each cause stops."""
    rows = SyncEvent.objects.for_organization(organization)
    return {cause.key: cause.count for cause in causes(rows, limit=MOST_CAUSES)}

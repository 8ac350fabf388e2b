"""The shops for our support, a page at a time, with the health of each."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet

from qbo.models import Connection
from runacall.organizations.models import Organization
from sync.log.rows import pause_words
from sync.log.wording import age
from sync.models import State, SyncEvent
from sync.models.events import OVERDUE_AFTER

NEEDING_HELP, ALL = "needing-help", "all"


@dataclass(frozen=True)
class Shop:
    """`health`: one line. `colour`: as for the statuses of the sync log."""

    organization: Organization
    company: str
    realm_id: str
    health: str
    colour: str
    failed: int
    oldest: str


def shops(term: str, *, only: str, at: datetime) -> QuerySet[Organization]:
    """Organizations whose name, slug, company or realm ID contains `term`, by name.

    `only`: ALL, or NEEDING_HELP for those with errors, as their banner counts them, late work, or a paused
    connection.
    """
    found = Organization.objects.order_by("name", "pk")
    if term:
        named = Q(name__icontains=term) | Q(slug__icontains=term) | Q(qbo_connection__company_name__icontains=term)
        found = found.filter(named | Q(qbo_connection__realm_id=term))
    if only == NEEDING_HELP:
        of_shop = {"organization": OuterRef("pk"), "realm_id": OuterRef("qbo_connection__realm_id")}
        events, errors = SyncEvent.objects.filter(**of_shop), SyncEvent.objects.needing_attention().filter(**of_shop)
        late = events.filter(connection=OuterRef("qbo_connection"), state=State.QUEUED, due_at__lte=at - OVERDUE_AFTER)
        stopped = ~Q(qbo_connection__pause_code="") | Q(qbo_connection__status=Connection.Status.TOKEN_EXPIRED)
        is_connected = Q(qbo_connection__isnull=False)
        found = found.filter(Exists(errors) | Exists(late.allowed_out()) | (is_connected & stopped))
    return found


def health_of(organizations: Sequence[Organization], *, at: datetime) -> list[Shop]:
    """In three queries, however many there are."""
    events = SyncEvent.objects.of_connected_companies().filter(organization__in=organizations).order_by()
    errors = events.needing_attention().values("organization").annotate(count=Count("pk"), oldest=Min("opened_at"))
    failed = {row["organization"]: row for row in errors}
    waiting = events.filter(state=State.QUEUED, due_at__lte=at).allowed_out().values_list("organization")
    due = dict(waiting.annotate(first=Min("due_at")))
    rows = Connection.objects.filter(organization__in=organizations).select_related("settings")
    connections = {row.organization_id: row for row in rows.defer("access_token_sealed", "refresh_token_sealed")}
    found = []
    for one in organizations:
        connection, stuck = connections.get(one.pk), failed.get(one.pk)
        count = stuck["count"] if stuck else 0
        health, colour = _health(connection, count, due.get(one.pk), at)
        found.append(
            Shop(
                organization=one,
                company=connection.company_name if connection else "",
                realm_id=connection.realm_id if connection else "",
                health=health,
                colour=colour,
                failed=count,
                oldest=age(stuck["oldest"], at) if stuck else "",
            )
        )
    return found


def _health(connection: Connection | None, failed: int, due: datetime | None, at: datetime) -> tuple[str, str]:
    if connection is None:
        return "Never connected", "quiet"
    if pause := pause_words(connection):
        return f"Nothing is sent: {pause}", "failed"
    if due and at - due > OVERDUE_AFTER:
        return f"Work has waited for {age(due, at)}", "failed"
    return ("Errors need the shop", "failed") if failed else ("All is well", "synced")

"""The summary of a morning: what is not in the books, what was fixed by itself, what came in, and what is ahead."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.urls import reverse

from qbo.models import Connection
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.models import Membership, Organization
from sync.log.causes import causes
from sync.log.home import days_left, home, month_ends_in
from sync.log.wording import counted
from sync.models import Attempt, Letter, State, SyncEvent, Wish
from sync.models.events import Direction
from sync.telling.causes import LOG, MOST, write
from sync.telling.people import address, stop_link, who_wants

# The hour of the shop's morning in which it is written.
MORNING = 7
TOKEN_ENDS_SOON = timedelta(days=14)
MONTH_ENDS_SOON = 5


def write_all(*, at: datetime) -> int:
    """Write the summaries of the shops where it is morning; returns how many."""
    wanted = Wish.objects.filter(digest=True).order_by().values("organization").distinct()
    written = 0
    for organization in Organization.objects.filter(pk__in=wanted).order_by("pk"):
        if organization.local(at).hour == MORNING:
            with isolated("Writing a summary", organization=organization.pk):
                written += write_for(organization, at=at)
    return written


def write_for(organization: Organization, *, at: datetime) -> int:
    """One summary a day for each person who wants it."""
    connection = Connection.objects.for_organization(organization).first()
    people = who_wants(organization, "digest", at=at)
    if connection is None or not people:
        return 0
    facts = _facts(connection, at)
    key = f"digest {organization.today(at)}"
    letters = [_letter(member, facts, key, at) for member in people]
    return len(Letter.objects.bulk_create(letters, ignore_conflicts=True))


def _facts(connection: Connection, at: datetime) -> dict[str, object]:
    organization, since = connection.organization, at - timedelta(days=1)
    log = SyncEvent.objects.for_organization(organization)
    standing = causes(log, limit=MOST)
    standing_here = home(organization, at=at)
    assert standing_here is not None, "it is connected"
    missing = standing_here.missing
    fixed = (
        Attempt.objects.filter(event__in=log.filter(state=State.SYNCED, changed_at__gte=since, direction=Direction.OUT))
        .exclude(failure_code="")
        .values("event")
        .distinct()
        .count()
    )
    arrived = log.filter(direction=Direction.IN, changed_at__gte=since).count()
    return {
        "organization": organization,
        "missing": f"{counted(missing.invoices, 'invoice')}, {dollars(missing.money)}" if missing.invoices else "",
        "causes": [{"title": one.title, "count": counted(one.count, "record")} for one in standing],
        "sent": log.filter(state=State.SYNCED, direction=Direction.OUT, changed_at__gte=since).count(),
        "fixed": fixed,
        "arrived": arrived,
        "ahead": _ahead(connection, bool(missing.invoices), at),
        "log": address(reverse(LOG)),
        "settings": address(reverse("sync:notifications")),
    }


def _ahead(connection: Connection, owes: bool, at: datetime) -> list[str]:
    ahead, today = [], connection.organization.today(at)
    if not connection.is_live:
        ahead.append("QuickBooks is not connected: nothing is sent. Reconnect under Settings → QuickBooks → Status.")
    elif connection.expires_at and connection.expires_at - at < TOKEN_ENDS_SOON:
        day = connection.organization.local(connection.expires_at).date()
        ahead.append(f"The connection to QuickBooks ends on {day}: reconnect before then.")
    if owes and days_left(today) < MONTH_ENDS_SOON:
        ahead.append(f"{month_ends_in(today)}, and its books are not complete.")
    return ahead


def _letter(member: Membership, facts: dict[str, object], key: str, at: datetime) -> Letter:
    organization = member.organization
    missing = facts["missing"]
    subject = f"{organization.name}: {f'not in QuickBooks: {missing}' if missing else 'the books are up to date'}"
    return write(member, key, subject, "digest", {**facts, "stop": stop_link(organization, member.user_id)}, at=at)

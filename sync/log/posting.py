"""Whether "Post to current period" can help a failed event."""

from __future__ import annotations

from datetime import datetime

from qbo.mapping.book import Company
from qbo.models import CompanyFacts, Connection, Link
from sync.models import State, SyncEvent


def cannot_post_today(event: SyncEvent, *, at: datetime) -> str:
    """Why "Post to current period" cannot help this event; "" if it can."""
    if event.state != State.FAILED or not is_in_closed_period(event):
        return "not failed for a closed period"
    if Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).exists():
        return "already in the closed period in QuickBooks; only moving the closing date helps"
    if _company(event.connection).is_closed_on(event.organization.today(at)):
        return "today is in the closed period too"
    return ""


def is_in_closed_period(event: SyncEvent) -> bool:
    """Whether the closing date stands in its way, first or not."""
    return any(failure.code == "closed_period" for failure in event.failures)


def _company(connection: Connection) -> Company:
    facts = CompanyFacts.objects.filter(connection=connection).first()
    return Company(closing_date=facts.book_close_date if facts else None)

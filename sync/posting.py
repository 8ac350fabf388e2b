"""Whether "Post to current period" can help a failed event, the dates that it gives, and whether it can be undone."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef

from qbo.mapping.book import Company
from qbo.models import CompanyFacts, Connection, Link
from runacall.invoices.models import Dates, Invoice
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import UNSENT, EntityType, SyncEventQuerySet

NOT_CLOSED = "not failed for a closed period"
THERE = "already in the closed period in QuickBooks; only moving the closing date helps"
TODAY_TOO = "today is in the closed period too"
STOPPED = (State.FAILED, State.HELD)


def cannot_post_today(event: SyncEvent, *, at: datetime) -> str:
    """Why "Post to current period" cannot help this event; "" if it can."""
    return cannot_post(event, event.organization.today(at), called="today")


def cannot_post(event: SyncEvent, day: date, *, called: str = "") -> str:
    """Why it does not help to date the event's invoice `day` in the books; "" if it does."""
    if event.state not in STOPPED or not is_in_closed_period(event):
        return NOT_CLOSED
    if Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).exists():
        return THERE
    if _company(event.connection).is_closed_on(day):
        return f"{called or day} is in the closed period too"
    return ""


def refused_posting(events: SyncEventQuerySet, *, at: datetime) -> dict[str, int]:
    """How many of `events` "Post to current period" cannot help, by reason; as `cannot_post_today`, in few queries."""
    stopped = events.filter(state__in=STOPPED, record_type=EntityType.INVOICE).held_by_any(["closed_period"])
    named = {name: OuterRef(name) for name in ("connection", "realm_id", "record_type", "record_id")}
    there, left = Exists(Link.objects.filter(**named)), Counter[str]()
    left[NOT_CLOSED] = events.count() - stopped.count()
    left[THERE] = stopped.filter(there).count()
    connections = Connection.objects.filter(pk__in=stopped.order_by().values("connection"))
    for connection in connections.select_related("organization"):
        if _company(connection).is_closed_on(connection.organization.today(at)):
            left[TODAY_TOO] += stopped.filter(connection=connection).exclude(there).count()
    return {reason: count for reason, count in left.items() if count}


def is_in_closed_period(event: SyncEvent) -> bool:
    """Whether the closing date is one of its problems, first or not."""
    # A payment that waits for such an invoice shares its failure, and has no dates to move.
    is_invoice = event.record_type == EntityType.INVOICE
    return is_invoice and any(failure.code == "closed_period" for failure in event.failures)


def _company(connection: Connection) -> Company:
    facts = CompanyFacts.objects.filter(connection=connection).first()
    return Company(closing_date=facts.book_close_date if facts else None)


# The actions that give invoices another date in the books.
POSTED = ("post_to_current_period", "fix")


@dataclass(frozen=True)
class Moved:
    """An invoice with its dates before and after."""

    event: SyncEvent
    was: Dates
    becomes: Dates

    @property
    def in_books_only(self) -> bool:
        """It has a payment, so its own dates stay."""
        return self.was.invoice_date == self.becomes.invoice_date


def moved_to_today(event: SyncEvent, *, at: datetime) -> Moved:
    """The dates that "Post to current period" would give the invoice of this event."""
    invoice = Invoice.objects.for_organization(event.organization).get(pk=event.record_id)
    return Moved(event, invoice.dates, invoice.dates_posted_to(event.organization.today(at)))


def moved_back(event: SyncEvent) -> Moved | str:
    """The dates that undoing "Post to current period" would give the invoice; or why it cannot be undone."""
    if event.record_type != EntityType.INVOICE:
        return "not posted to the current period"
    posted = ActionRecord.objects.filter(organization=event.organization_id, action__in=POSTED)
    action = posted.filter(before__has_key=str(event.record_id)).order_by("-at", "-id").first()
    if action is None:
        return "not posted to the current period"
    if event.state not in UNSENT or event.look_first:
        return "already sent"
    if Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).exists():
        return "already in QuickBooks"
    invoice = Invoice.objects.for_organization(event.organization).get(pk=event.record_id)
    kept = action.before[str(event.record_id)]
    if as_json(invoice.dates) != kept["became"]:
        return "with other dates since then"
    return Moved(event, invoice.dates, from_json(kept["was"]))


def as_json(dates: Dates) -> list[str | None]:
    return [day.isoformat() if day else None for day in dates]


def from_json(days: list[str | None]) -> Dates:
    invoice_date, posting_date, due_date = (date.fromisoformat(day) if day else None for day in days)
    assert invoice_date is not None, "every invoice has a date"
    return Dates(invoice_date, posting_date, due_date)

"""Whether "Post to current period" can help a failed event, the dates that it gives, and whether it can be undone.

It is for invoices and payments, the records with a date in the books.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from functools import reduce
from operator import or_

from django.db.models import Exists, OuterRef, Q

from qbo.json_objects import JsonMapping
from qbo.mapping.book import Company
from qbo.models import CompanyFacts, Connection, Link
from runacall.invoices.models import Dates, Invoice, Payment
from sync.models import ActionRecord, State, SyncEvent
from sync.models.events import UNSENT, EntityType, SyncEventQuerySet, held_by_code

NOT_CLOSED = "did not fail for a closed period"
THERE = "already in the closed period in QuickBooks; only moving the closing date helps"
TODAY_TOO = "today is in the closed period too"
# By kind of record, the failure that says that its date in the books is closed.
CLOSED_BY: Mapping[str, str] = {
    EntityType.INVOICE: "closed_period",
    EntityType.PAYMENT: "payment_in_closed_period",
}
STOPPED = (State.FAILED, State.HELD)


def cannot_post_today(event: SyncEvent, *, at: datetime) -> str:
    """Why "Post to current period" cannot help this event; "" if it can."""
    return cannot_post(event, event.organization.today(at), called="today")


def cannot_post(event: SyncEvent, day: date, *, called: str = "") -> str:
    """Why it does not help to date the event's record `day` in the books; "" if it does."""
    if event.state not in STOPPED or not is_in_closed_period(event):
        return NOT_CLOSED
    if Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).exists():
        return THERE
    if _company(event.connection).is_closed_on(day):
        return f"{called or day} is in the closed period too"
    return ""


def refused_posting(events: SyncEventQuerySet, *, at: datetime) -> dict[str, int]:
    """How many of `events` "Post to current period" cannot help, by reason; as `cannot_post_today`, in few queries."""
    stopped = events.filter(_of_closed_periods(), state__in=STOPPED)
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
    # A payment that waits for such an invoice shares its failure, and moving its own date helps nothing.
    own = CLOSED_BY.get(event.record_type)
    return own is not None and any(failure.code == own for failure in event.failures)


def closed_facts(event: SyncEvent) -> JsonMapping:
    """What the failure for a closed period says: its date and the closing date; empty if there is none."""
    found = (one.facts for one in event.failures if one.code in CLOSED_BY.values())
    return next(found, {})


def noun_of(events: SyncEventQuerySet) -> str:
    """What is dated among these: "invoice", "payment", or "record" where they are both."""
    found = events.order_by().filter(_of_closed_periods()).values_list("record_type", flat=True)
    kinds = set(found.distinct())
    return "record" if len(kinds) > 1 else "payment" if kinds == {EntityType.PAYMENT} else "invoice"


def _of_closed_periods() -> Q:
    return reduce(or_, (Q(record_type=kind) & held_by_code(code) for kind, code in CLOSED_BY.items()))


def record_of(event: SyncEvent) -> Invoice | Payment:
    """The invoice or payment of an event whose dates are moved."""
    rows = (Payment if event.record_type == EntityType.PAYMENT else Invoice).objects
    found: Invoice | Payment = rows.for_organization(event.organization).get(pk=event.record_id)
    return found


def dates_key(event: SyncEvent) -> str:
    """How an action's record names the former dates of this event's record; invoices go by their bare ids."""
    is_invoice = event.record_type == EntityType.INVOICE
    return str(event.record_id) if is_invoice else f"{event.record_type}:{event.record_id}"


def _company(connection: Connection) -> Company:
    facts = CompanyFacts.objects.filter(connection=connection).first()
    return Company(closing_date=facts.book_close_date if facts else None)


# The actions that give invoices another date in the books.
POSTED = ("post_to_current_period", "fix")


@dataclass(frozen=True)
class Moved:
    """An invoice or a payment with its dates before and after."""

    event: SyncEvent
    was: Dates
    becomes: Dates

    @property
    def in_books_only(self) -> bool:
        """Its own dates stay: it has a payment, or is one."""
        return self.was.invoice_date == self.becomes.invoice_date


def moved_to_today(event: SyncEvent, *, at: datetime) -> Moved:
    """The dates that "Post to current period" would give the record of this event."""
    record = record_of(event)
    return Moved(event, record.dates, record.dates_posted_to(event.organization.today(at)))


def moved_back(event: SyncEvent) -> Moved | str:
    """The dates that undoing "Post to current period" would give the record; or why it cannot be undone."""
    if event.record_type not in CLOSED_BY:
        return "not posted to the current period"
    posted = ActionRecord.objects.filter(organization=event.organization_id, action__in=POSTED)
    action = posted.filter(before__has_key=dates_key(event)).order_by("-at", "-id").first()
    if action is None:
        return "not posted to the current period"
    if event.state not in UNSENT or event.look_first:
        return "already sent"
    if Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).exists():
        return "already in QuickBooks"
    record = record_of(event)
    kept = action.before[dates_key(event)]
    if as_json(record.dates) != kept["became"]:
        return "with other dates since then"
    return Moved(event, record.dates, from_json(kept["was"]))


def as_json(dates: Dates) -> list[str | None]:
    return [day.isoformat() if day else None for day in dates]


def from_json(days: list[str | None]) -> Dates:
    invoice_date, posting_date, due_date = (date.fromisoformat(day) if day else None for day in days)
    assert invoice_date is not None, "every invoice has a date"
    return Dates(invoice_date, posting_date, due_date)

"""What the start page says about a shop's books: whether all is well, what is missing, and the last two weeks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType

from django.db.models import Count, Exists, Min, OuterRef, Sum
from django.db.models.functions import TruncDate
from django.urls import reverse

from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO
from runacall.organizations.models import Organization
from sync.log.attention import count_errors
from sync.log.rows import connection_of, pause_words
from sync.log.wording import age, counted
from sync.models import State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

DAYS = 14
# In the last days of a month (this many), the page says how many are left.
MONTH_END_NEAR = 7
UNSETTLED = (State.FAILED, State.HELD, State.QUEUED, State.SENDING, State.CHECKING)
LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Missing:
    """Invoices that QuickBooks does not have, in the organization's currency, and those without the latest change."""

    invoices: int
    money: Decimal
    tax: Decimal
    changes: int
    oldest_at: datetime | None


@dataclass(frozen=True)
class Day:
    """What was sent on a day, and what failed that day and still needs a person. Heights are percent of the chart."""

    day: date
    sent: int
    failed: int
    sent_height: int = 0
    failed_height: int = 0
    left: int = 0


@dataclass(frozen=True)
class Home:
    """`colour`: good, warn or bad. `counts_errors`: the headline does. `month_end`: "" unless it is near."""

    headline: str
    colour: str
    counts_errors: bool
    errors: int
    missing: Missing
    oldest: str
    month_end: str
    days: list[Day]
    last_success: datetime | None
    next_retry: datetime | None
    retries: int
    status_url: str
    missing_url: str

    @property
    def sent(self) -> int:
        return sum(day.sent for day in self.days)

    @property
    def failed(self) -> int:
        return sum(day.failed for day in self.days)


def home(organization: Organization, *, at: datetime) -> Home | None:
    """What the page shows at `at`; None for a shop that never connected QuickBooks. A fixed number of queries."""
    connection = connection_of(organization)
    if connection is None:
        return None
    events = SyncEvent.objects.for_organization(organization).order_by()
    errors = count_errors(events)
    missing = missing_of(connection, events)
    retries = events.filter(state=State.QUEUED, retries__gt=0).aggregate(next=Min("due_at"), count=Count("pk"))
    synced = events.filter(state=State.SYNCED).order_by("-changed_at").values_list("changed_at", flat=True)
    held = dict(events.held().values_list("record_type").annotate(count=Count("pk")))
    pause = pause_words(connection)
    headline, colour = verdict(pause, failed=errors.to_fix, missing=missing, held=held)
    return Home(
        headline=headline,
        colour=colour,
        counts_errors=not pause and errors.to_fix > 0,
        errors=errors.to_fix,
        missing=missing,
        oldest=age(missing.oldest_at, at) if missing.oldest_at else "",
        month_end=month_end(organization.today(at)),
        days=last_days(organization, events, at=at),
        last_success=synced.first(),
        next_retry=retries["next"],
        retries=retries["count"],
        status_url=reverse("qbo:status"),
        missing_url=f"{reverse(LOG)}?status={State.FAILED}",
    )


def verdict(
    pause: str, *, failed: int, missing: Missing, held: Mapping[str, int] = MappingProxyType({})
) -> tuple[str, str]:
    """The first line, and its color. `held`: how many of each kind of record."""
    if pause:
        return f"Nothing is being sent to QuickBooks: {pause}.", "bad"
    if failed:
        verb = "needs" if failed == 1 else "need"
        return f"{counted(failed, 'sync error')} {verb} attention.", "bad"
    if held and held.get(EntityType.INVOICE, 0) == missing.invoices + missing.changes:
        is_are = "is" if sum(held.values()) == 1 else "are"
        said = " and ".join(counted(count, kind) for kind, count in sorted(held.items()))
        return f"{said} {is_are} held until the closing date in QuickBooks moves.", "warn"
    if missing.invoices or missing.changes:
        return "Invoices are on their way to QuickBooks.", "warn"
    return "Everything you sent is in QuickBooks.", "good"


def missing_of(connection: Connection, events: SyncEventQuerySet) -> Missing:
    """The part of `events`, all of one connection, that is not settled yet."""
    unsettled = events.filter(record_type=EntityType.INVOICE, state__in=UNSETTLED)
    there = Link.objects.filter(
        connection=connection,
        realm_id=connection.realm_id,
        record_type=EntityType.INVOICE,
        record_id=OuterRef("record_id"),
        active=True,
    )
    absent = unsettled.filter(~Exists(there))
    of_invoices = Invoice.objects.filter(pk__in=absent.values("record_id")).order_by()
    sums = of_invoices.aggregate(count=Count("pk"), money=Sum("total"), tax=Sum("tax_total"))
    first = absent.aggregate(invoices=Count("record_id", distinct=True), oldest_at=Min("opened_at"))
    return Missing(
        invoices=sums["count"],
        money=sums["money"] or ZERO,
        tax=sums["tax"] or ZERO,
        # All of them but those: asking QuickBooks' Ids for each of 5,000 once more takes as long as the sums.
        changes=unsettled.values("record_id").distinct().count() - first["invoices"],
        oldest_at=first["oldest_at"],
    )


def month_end(today: date) -> str:
    """How many days the month has left, in its last week; otherwise ""."""
    next_month = (today.replace(day=28) + timedelta(days=4)).replace(day=1)
    left = (next_month - today).days - 1
    if left >= MONTH_END_NEAR:
        return ""
    return f"The month ends in {counted(left, 'day')}." if left else "The month ends today."


def last_days(organization: Organization, events: SyncEventQuerySet, *, at: datetime) -> list[Day]:
    """The last `DAYS` days in the organization's time zone, today last."""
    today = organization.today(at)
    first = today - timedelta(days=DAYS - 1)
    since = datetime.combine(first, time.min, tzinfo=organization.zone)
    counts: Counter[tuple[date, str]] = Counter()
    rows = events.filter(state__in=[State.SYNCED, State.FAILED], changed_at__gte=since)
    by_day = rows.annotate(day=TruncDate("changed_at", tzinfo=organization.zone)).values_list("day", "state")
    for day, state, count in by_day.annotate(count=Count("pk")):
        counts[day, state] += count
    highest = max(counts.values(), default=0) or 1
    return [
        Day(
            day=day,
            sent=(sent := counts[day, State.SYNCED]),
            failed=(failed := counts[day, State.FAILED]),
            # Even a single one is visible.
            sent_height=max(sent * 100 // highest, 3 if sent else 0),
            failed_height=max(failed * 100 // highest, 3 if failed else 0),
            left=number * 20,
        )
        for number in range(DAYS)
        for day in [first + timedelta(days=number)]
    ]

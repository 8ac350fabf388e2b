"""What the start page says about a shop's books: whether all is well, what is missing, and the last two weeks."""

from __future__ import annotations

from calendar import monthrange
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from types import MappingProxyType
from typing import NamedTuple

from django.db import connection as database
from django.db.models import Case, Count, Min, OuterRef, Value, When
from django.urls import reverse

from qbo.models import Connection, Link
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO, round_cents
from runacall.looked_up import there_is, there_is_no
from runacall.organizations.models import Organization
from sync.log.attention import count_errors
from sync.log.counting import count_each
from sync.log.rows import connection_of, pause_words
from sync.log.wording import age, counted
from sync.models import State, SyncEvent
from sync.models.events import WAITING, EntityType, SyncEventQuerySet

DAYS = 14
# In the last days of a month (this many), the page says how many are left.
MONTH_END_NEAR = 7
# How many of those that wait longest are asked whether QuickBooks has them, before all are.
OLDEST_ASKED = 100
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
    missing = missing_of(connection)
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


def missing_of(connection: Connection) -> Missing:
    """What is not settled yet of the company that is connected."""
    # An index of its own has what is not sent, and another one what is being sent; a record has at most one of each.
    of_invoices = SyncEvent.objects.by_state_of(connection).filter(record_type=EntityType.INVOICE).order_by()
    unsent, in_flight = of_invoices.unsent(), of_invoices.in_flight()
    others = in_flight.exclude(there_is(unsent.filter(record_id=OuterRef("record_id"))))
    numbers = count_each([unsent, others])
    sums = [_sums(_absent(connection, part)) for part, number in zip((unsent, others), numbers, strict=True) if number]
    invoices = sum(one.number for one in sums)
    return Missing(
        invoices=invoices,
        money=sum((one.money for one in sums), ZERO),
        tax=sum((one.tax for one in sums), ZERO),
        # All of them but those: asking QuickBooks' Ids for each of 5,000 once more takes as long as the sums.
        changes=sum(numbers) - invoices,
        oldest_at=_oldest_absent(connection) if invoices else None,
    )


def _absent(connection: Connection, events: SyncEventQuerySet) -> SyncEventQuerySet:
    """Those whose invoice is not in QuickBooks."""
    links = Link.objects.of(connection, EntityType.INVOICE).filter(active=True, record_id=OuterRef("record_id"))
    return events.filter(there_is_no(links))


class Sums(NamedTuple):
    number: int
    money: Decimal
    tax: Decimal


def _sums(events: SyncEventQuerySet) -> Sums:
    """Of their invoices, of which each has one of the events.

    A join, so that PostgreSQL reads both in the order of their ids; IN would shuffle 5,000 of them first.
    """
    sql, params = events.values("record_id").query.sql_with_params()
    table = Invoice._meta.db_table
    with database.cursor() as cursor:
        cursor.execute(
            f"SELECT COUNT(*), SUM({table}.total), SUM({table}.tax_total) FROM ({sql}) AS absent"
            f" JOIN {table} ON {table}.id = absent.record_id",
            params,
        )
        number, *sums = cursor.fetchone()
    money, tax = (round_cents(Decimal(one or 0)) for one in sums)
    return Sums(number, money, tax)


def _oldest_absent(connection: Connection) -> datetime | None:
    """Since when the first one waits. Mostly one of the very first is absent, so they are asked from that end."""
    events = SyncEvent.objects.for_organization(connection.organization, realm_id=connection.realm_id)
    of_invoices, oldest = events.filter(record_type=EntityType.INVOICE), []
    # An index has the times of what failed.
    for part in (of_invoices.failed(), of_invoices.filter(state__in=(*WAITING, State.HELD, State.SENDING))):
        first = list(part.order_by("opened_at").values_list("record_id", "opened_at")[:OLDEST_ASKED])
        there = Link.objects.of(connection, EntityType.INVOICE).for_records(pk for pk, _ in first).filter(active=True)
        known = set(there.values_list("record_id", flat=True))
        found = next((at for pk, at in first if pk not in known), None)
        if found is None and len(first) == OLDEST_ASKED:
            found = _absent(connection, part).aggregate(at=Min("opened_at"))["at"]
        oldest.append(found)
    return min(filter(None, oldest), default=None)


def month_end(today: date) -> str:
    """How many days the month has left, in its last week; otherwise ""."""
    return f"{month_ends_in(today)}." if days_left(today) < MONTH_END_NEAR else ""


def days_left(today: date) -> int:
    """How many days the month has after today."""
    return monthrange(today.year, today.month)[1] - today.day


def month_ends_in(today: date) -> str:
    left = days_left(today)
    return f"The month ends in {counted(left, 'day')}" if left else "The month ends today"


def last_days(organization: Organization, events: SyncEventQuerySet, *, at: datetime) -> list[Day]:
    """The last `DAYS` days in the organization's time zone, today last."""
    today = organization.today(at)
    first = today - timedelta(days=DAYS - 1)
    days = [first + timedelta(days=number) for number in range(DAYS)]
    since, *mornings = (datetime.combine(day, time.min, tzinfo=organization.zone) for day in days)
    counts: Counter[tuple[date, str]] = Counter()
    rows = events.filter(state__in=[State.SYNCED, State.FAILED], changed_at__gte=since)
    # Which morning came next: to have the database work out the day in the time zone takes twice as long.
    before = [When(changed_at__lt=morning, then=number) for number, morning in enumerate(mornings)]
    by_day = rows.annotate(number=Case(*before, default=Value(DAYS - 1))).values_list("number", "state")
    for number, state, count in by_day.annotate(count=Count("pk")):
        counts[days[number], state] += count
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
        for number, day in enumerate(days)
    ]

"""What `/metrics` reports about the whole installation, read from the database; labels are few and bounded."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Case, CharField, Count, Min, Sum, Value, When
from django_q.models import OrmQ
from prometheus_client import CollectorRegistry
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric

from qbo.connection.limiter import MINUTE
from qbo.models import Connection, Lease
from runacall import clock
from sync.models import Heartbeat, Letter, State, SyncEvent, Tally
from sync.models.events import WAITING
from sync.worker.health import CLUSTER, queue_health
from sync.worker.tallying import CALL_BUCKETS, DRAIN_BUCKETS

CLUSTER_LIVES_WITHIN = timedelta(minutes=1)
EXPIRING_WITHIN = (7, 14, 30)
# The name of a connection's state: paused ones are distinguished from those that a person disconnected.
CONNECTION_STATE = Case(
    When(status=Connection.Status.ACTIVE, pause_code="", then=Value("active")),
    When(status=Connection.Status.ACTIVE, then=Value("paused")),
    default="status",
    output_field=CharField(),
)


class SyncCollector:
    """A fixed number of queries, each by a small index or over one row per connection."""

    def __init__(self, *, at: datetime) -> None:
        self.at = at

    def collect(self) -> Iterator[Metric]:
        yield from self.health()
        yield from self.connections()
        yield from self.events()
        yield from self.leases()
        yield from self.emails()
        yield from self.totals()

    def health(self) -> Iterator[Metric]:
        health = queue_health(at=self.at)
        yield _gauge("healthy", "1 while /healthz answers 200", int(not health.problem))
        yield _gauge(
            "oldest_due_seconds",
            "how long the oldest due event has waited, not counting paused connections",
            health.oldest_due_age or 0,
        )
        yield _gauge("stalled_connections", "connections whose drains settle no event", health.stalled)
        ages = GaugeMetricFamily(
            "runacall_heartbeat_age_seconds", "seconds since a worker last reported", labels=["part"]
        )
        beats = dict(Heartbeat.objects.values_list("name", "at"))
        for part in ("sweep", "drain", "maintain"):
            if part in beats:
                ages.add_metric([part], (self.at - beats[part]).total_seconds())
        yield ages
        alive = sum(name.startswith(CLUSTER) and self.at - at < CLUSTER_LIVES_WITHIN for name, at in beats.items())
        yield _gauge("clusters_alive", "hosts on which run_cluster is alive", alive)
        off = max(map(abs, health.clocks_off.values()), default=0)
        yield _gauge(
            "clock_off_seconds", "by how much the clock of a host is off at most; /healthz names the host", off
        )
        queue = OrmQ.objects.filter(key=settings.Q_CLUSTER["name"]).count()
        yield _gauge("tasks_queued", "tasks that wait for a worker or are running", queue)

    def connections(self) -> Iterator[Metric]:
        counts = Connection.objects.annotate(state=CONNECTION_STATE).values_list("state")
        yield _by("connections", "connections by state", "state", counts.annotate(n=Count("pk")).order_by())
        live = Connection.objects.exclude(status=Connection.Status.DISCONNECTED)
        ends = [end for end in live.values_list("refresh_expires_at", flat=True) if end]
        left = GaugeMetricFamily("runacall_token_days_left", "days until the first refresh token ends")
        if ends:
            left.add_metric([], (min(ends) - self.at).total_seconds() / 86400)
        yield left
        soon = GaugeMetricFamily("runacall_tokens_expiring", "connections whose token ends", labels=["within_days"])
        for days in EXPIRING_WITHIN:
            soon.add_metric([str(days)], sum(end - self.at <= timedelta(days=days) for end in ends))
        yield soon

    def events(self) -> Iterator[Metric]:
        due: dict[str, int] = defaultdict(int)
        state = dict(Connection.objects.annotate(s=CONNECTION_STATE).values_list("pk", "s"))
        unsettled: dict[str, int] = {}
        for waiting in WAITING:
            rows = SyncEvent.objects.filter(state=waiting).order_by()
            for connection, number in (
                rows.filter(due_at__lte=self.at).values_list("connection").annotate(n=Count("pk"))
            ):
                due[state.get(connection, "unknown")] += number
            unsettled[waiting] = rows.count()
        yield _by("events_due", "events that are due, by state of their connection", "connection", due.items())
        unsettled[State.SENDING] = SyncEvent.objects.filter(state=State.SENDING).count()
        unsettled[State.HELD] = SyncEvent.objects.held().count()
        failed = SyncEvent.objects.filter(state=State.FAILED).order_by().values_list("failure_code")
        codes = list(failed.annotate(n=Count("pk")))
        unsettled[State.FAILED] = sum(number for _, number in codes)
        yield _by("events_open", "events that are not settled, by state", "state", unsettled.items())
        yield _by("events_failed", "failed events by code of the catalogue", "code", codes)

    def leases(self) -> Iterator[Metric]:
        rows = list(Lease.objects.values_list("expires_at", "resume_at", "quiet_until", "calls"))
        held = [end for end, *_ in rows if end and end > self.at]
        yield _gauge("leases_held", "connections that are being drained now", len(held))
        lost = [end for end, *_ in rows if end and end <= self.at]
        yield _gauge("leases_expired", "leases whose holder ended without releasing them", len(lost))
        length = timedelta(seconds=settings.SYNC["LEASE_SECONDS"])
        renewed = max((self.at - end + length for end in held), default=timedelta(0))
        yield _gauge(
            "lease_age_seconds", "seconds since the oldest renewal among the held leases", renewed.total_seconds()
        )
        waits = {"our_limiter": [one[1] for one in rows], "quickbooks": [one[2] for one in rows]}
        held_up = {why: sum(bool(end and end > self.at) for end in ends) for why, ends in waits.items()}
        yield _by("connections_held_up", "connections that wait for a limit", "by", held_up.items())
        since = self.at.timestamp() - MINUTE
        recent = [call for *_, calls in rows for call in calls if call[0] > since]
        batches = sum(int(is_batch) for _, is_batch in recent)
        kinds = {"batch": batches, "other": len(recent) - batches}
        yield _by("calls_last_minute", "calls to QuickBooks in the last minute", "kind", kinds.items())
        allowed = {"batch": settings.SYNC["BATCHES_A_MINUTE"], "any": settings.SYNC["REQUESTS_A_MINUTE"]}
        yield _by("calls_allowed", "calls a minute that one company allows", "kind", allowed.items())

    def emails(self) -> Iterator[Metric]:
        waiting = Letter.objects.waiting().aggregate(number=Count("pk"), first=Min("made_at"))
        yield _gauge("emails_waiting", "e-mails that are neither sent nor given up", waiting["number"])
        age = (self.at - waiting["first"]).total_seconds() if waiting["first"] else 0
        yield _gauge("emails_oldest_seconds", "how long the oldest of them has waited", age)

    def totals(self) -> Iterator[Metric]:
        rows = Tally.objects.order_by().values_list("name", "label").annotate(total=Sum("value"))
        totals: dict[str, dict[str, float]] = defaultdict(dict)
        for name, label, total in rows:
            totals[name][label] = total
        outcomes = CounterMetricFamily("runacall_outcomes", "tries by outcome", labels=["outcome", "code"])
        for label, total in totals["outcome"].items():
            outcome, _, code = label.partition(":")
            outcomes.add_metric([outcome, code], total)
        yield outcomes
        for name, said, label in (("retry", "tries that are made again later", "code"), ("call", "writes", "status")):
            family = CounterMetricFamily(f"runacall_{name}s".replace("retrys", "retries"), said, labels=[label])
            for value, total in totals[name].items():
                family.add_metric([value], total)
            yield family
        emails = CounterMetricFamily("runacall_emails", "tries to send an e-mail", labels=["outcome"])
        for outcome in Letter.Outcome.values:
            # Zeros as well: an alert that asks for "none was sent" finds nothing where there is no series.
            emails.add_metric([outcome], totals["e-mail"].get(outcome, 0))
        yield emails
        yield _histogram("call_seconds", "how long a write took", CALL_BUCKETS, totals["call_time"])
        yield _histogram("drain_seconds", "how long a drain took", DRAIN_BUCKETS, totals["drain"])


def registry(*, at: datetime | None = None) -> CollectorRegistry:
    """One for each scrape: it keeps nothing between scrapes."""
    made = CollectorRegistry()
    made.register(SyncCollector(at=at or clock.now()))
    return made


def _gauge(name: str, said: str, value: float) -> Metric:
    return GaugeMetricFamily(f"runacall_{name}", said, value=value)


def _by(name: str, said: str, label: str, rows: Iterable[tuple[str, float]]) -> Metric:
    family = GaugeMetricFamily(f"runacall_{name}", said, labels=[label])
    for value, number in rows:
        family.add_metric([str(value)], number)
    return family


def _histogram(name: str, said: str, bounds: tuple[float, ...], found: dict[str, float]) -> Metric:
    buckets, below = [], 0.0
    for bound in (*(f"{bound:g}" for bound in bounds), "+Inf"):
        below += found.get(bound, 0)
        buckets.append((bound, below))
    family = HistogramMetricFamily(f"runacall_{name}", said)
    family.add_metric([], buckets, sum_value=found.get("sum", 0))
    return family

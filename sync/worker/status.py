"""The state of the queues as one value, for `sync_status` and for monitoring."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Min

from qbo.connection.limiter import MINUTE
from qbo.models import Connection, Lease
from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.models import Heartbeat, State, SyncEvent
from sync.models.events import WAITING
from sync.worker.health import clocks_off


@dataclass(frozen=True)
class ConnectionStatus:
    """`calls`: calls of the last minute and QuickBooks' limits."""

    status: str
    pause_code: str
    paused_at: datetime | None
    expires_at: datetime | None
    company: str
    realm_id: str
    environment: str
    quiet_until: datetime | None
    draining: bool
    calls: Mapping[str, int]


@dataclass(frozen=True)
class QueueStatus:
    """One organization's queue. `oldest_due_at`: when its oldest due event became due."""

    slug: str
    name: str
    connection: ConnectionStatus | None
    by_state: Mapping[str, int] = field(default_factory=dict)
    failed_by_code: Mapping[str, int] = field(default_factory=dict)
    # Of the failed ones: payments that go by themselves once their invoice does.
    waiting_payments: int = 0
    oldest_due_at: datetime | None = None
    next_due_at: datetime | None = None
    # Why its connection could not be read; "" if it could.
    unreadable: str = ""

    @property
    def needing_attention(self) -> int:
        """What the banner counts."""
        return self.by_state.get(State.FAILED, 0) - self.waiting_payments

    @property
    def is_live(self) -> bool:
        return self.connection is not None and self.connection.status == "active" and not self.connection.pause_code


@dataclass(frozen=True)
class SyncStatus:
    at: datetime
    heartbeats: Mapping[str, datetime]
    queues: Sequence[QueueStatus]
    # See `sync.worker.health.clocks_off`.
    clocks_off: Mapping[str, float] = field(default_factory=dict)

    @property
    def needing_attention(self) -> int:
        return sum(queue.needing_attention for queue in self.queues)

    @property
    def by_state(self) -> dict[str, int]:
        return _sum(queue.by_state for queue in self.queues)

    @property
    def failed_by_code(self) -> dict[str, int]:
        return _sum(queue.failed_by_code for queue in self.queues)

    @property
    def oldest_due_seconds(self) -> float | None:
        """How long the oldest due event has waited; events of a paused connection do not count."""
        since = [queue.oldest_due_at for queue in self.queues if queue.oldest_due_at and queue.is_live]
        return max(0.0, (self.at - min(since)).total_seconds()) if since else None

    @property
    def as_json(self) -> dict[str, Any]:
        """The document that `sync_status --json` prints; docs/running.md says what each figure means."""
        return {
            "at": self.at,
            "needing_attention": self.needing_attention,
            "by_state": self.by_state,
            "failed_by_code": self.failed_by_code,
            "oldest_due_seconds": self.oldest_due_seconds,
            "heartbeats": {
                name: {"at": at, "age_seconds": (self.at - at).total_seconds()} for name, at in self.heartbeats.items()
            },
            "clocks_off": dict(self.clocks_off),
            "organizations": [asdict(queue) | {"needing_attention": queue.needing_attention} for queue in self.queues],
        }


def sync_status(organizations: Sequence[Organization], *, at: datetime) -> SyncStatus:
    """In a fixed number of queries, however many organizations there are."""
    states = _counts(organizations, "state")
    codes = _counts(organizations, "failure_code", state=State.FAILED)
    payments = SyncEvent.objects.of_connected_companies().waiting_payments().filter(organization__in=organizations)
    waiting = dict(payments.order_by().values_list("organization_id").annotate(events=Count("pk")))
    due = _first_due(organizations, due_at__lte=at)
    later = _first_due(organizations, due_at__gt=at)
    connections = _connections(organizations)
    queues = []
    for one in organizations:
        queue = QueueStatus(
            slug=one.slug,
            name=one.name,
            connection=None,
            by_state=states.get(one.pk, {}),
            failed_by_code=codes.get(one.pk, {}),
            waiting_payments=waiting.get(one.pk, 0),
            oldest_due_at=due.get(one.pk),
            next_due_at=later.get(one.pk),
        )
        with isolated("Reading the status of a connection", organization=one.pk) as caught:
            found = connections.get(one.pk)
            queue = replace(queue, connection=_connection(found, at=at) if found else None)
        queues.append(replace(queue, unreadable=caught.words))
    beats = dict(Heartbeat.objects.order_by("name").values_list("name", "at"))
    return SyncStatus(at, beats, queues, clocks_off(at=at))


def _counts(organizations: Sequence[Organization], column: str, **where: object) -> dict[int, dict[str, int]]:
    events = SyncEvent.objects.of_connected_companies().filter(organization__in=organizations, **where).order_by()
    rows = events.values_list("organization_id", column).annotate(events=Count("pk"))
    counts: dict[int, dict[str, int]] = {}
    for organization_id, value, count in rows:
        counts.setdefault(organization_id, {})[value] = count
    return counts


def _first_due(organizations: Sequence[Organization], **when: datetime) -> dict[int, datetime]:
    """State by state, because each has a small index of its own."""
    first: dict[int, datetime] = {}
    for state in WAITING:
        rows = (
            SyncEvent.objects.of_connected_companies()
            .allowed_out()
            .filter(state=state, organization__in=organizations, **when)
            .order_by()
        )
        for organization_id, due_at in rows.values_list("organization_id").annotate(first=Min("due_at")):
            first[organization_id] = min(due_at, first.get(organization_id, due_at))
    return first


def _connections(organizations: Sequence[Organization]) -> dict[int, Connection]:
    found = Connection.objects.filter(organization__in=organizations).select_related("lease")
    return {one.organization_id: one for one in found}


def _connection(connection: Connection, *, at: datetime) -> ConnectionStatus:
    lease: Lease = getattr(connection, "lease", None) or Lease()
    return ConnectionStatus(
        status=connection.status,
        pause_code=connection.pause_code,
        paused_at=connection.paused_at,
        expires_at=connection.expires_at,
        company=connection.company_name,
        realm_id=connection.realm_id,
        environment=connection.environment,
        quiet_until=lease.quiet_until if lease.quiet_until and lease.quiet_until > at else None,
        draining=bool(lease.expires_at and lease.expires_at > at),
        calls=_calls(lease.calls, at=at),
    )


def _calls(calls: Sequence[Sequence[float]], *, at: datetime) -> dict[str, int]:
    recent = [call for call in calls if call[0] > at.timestamp() - MINUTE]
    return {
        "requests": len(recent),
        "requests_a_minute": settings.SYNC["REQUESTS_A_MINUTE"],
        "batches": sum(int(is_batch) for _, is_batch in recent),
        "batches_a_minute": settings.SYNC["BATCHES_A_MINUTE"],
    }


def _sum(counts: Iterable[Mapping[str, int]]) -> dict[str, int]:
    total: Counter[str] = Counter()
    for one in counts:
        total.update(one)
    return dict(sorted(total.items()))

"""The sync log as a CSV or JSON file: the same rows, columns and words. It does not know who asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from runacall.isolation import isolated
from runacall.organizations.models import Organization
from sync.log.export_formats import COLUMNS, csv_pieces, json_pieces
from sync.log.rows import UNSHOWABLE, LogRow, log_rows
from sync.models import Attempt, State, SyncEvent
from sync.models.events import SyncEventQuerySet

# Each chunk takes the same few queries, whatever it contains.
CHUNK = 500
FORMATS = ("csv", "json")


@dataclass(frozen=True)
class Export:
    """What to export: `events` of `organization` as they are `at` that time, selected by `filters`."""

    organization: Organization
    events: SyncEventQuerySet
    at: datetime
    filters: Mapping[str, object] = field(default_factory=dict)

    def pieces(
        self,
        file_format: str,
        *,
        byte_order_mark: bool = False,
        progress: Callable[[int], object] = lambda count: None,
    ) -> Iterator[str]:
        """The file, "csv" or "json", piece by piece; `progress` is called with how many more rows are done."""
        if file_format == "csv":
            return csv_pieces(self._values(progress), byte_order_mark=byte_order_mark)
        return json_pieces(self._values(progress), head=self._head())

    def file_name(self, file_format: str) -> str:
        return f"quickbooks-sync-log-{self.organization.slug}-{self.organization.local(self.at):%Y-%m-%d}.{file_format}"

    def _head(self) -> dict[str, object]:
        return {
            "organization": self.organization.slug,
            "exported_at": self.organization.local(self.at),
            "time_zone": self.organization.time_zone,
            "filters": dict(self.filters),
        }

    def _values(self, progress: Callable[[int], object]) -> Iterator[dict[str, object]]:
        for chunk in _chunks(self.events.order_by("-changed_at", "-id")):
            yield from export_values(chunk, self.organization, at=self.at)
            progress(len(chunk))


def _chunks(events: SyncEventQuerySet) -> Iterator[list[SyncEvent]]:
    rest = events.iterator(chunk_size=CHUNK)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def export_values(events: Sequence[SyncEvent], organization: Organization, *, at: datetime) -> list[dict[str, object]]:
    """A value for each column of the export, event by event, in a fixed number of queries."""
    traces = last_traces(events)
    rows = log_rows(events, organization, at=at)
    return [_values_or_what_is_known(row, organization, traces.get(row.event.pk, "")) for row in rows]


def _values_or_what_is_known(row: LogRow, organization: Organization, trace: str) -> dict[str, object]:
    """Every column; for a row that cannot be put into words, the plain values from the database."""
    with isolated("Exporting a row of the log", event=row.event.pk, organization=organization.pk):
        return _values_of(row, organization, trace)
    event = row.event
    known = {"status": event.state, "message": UNSHOWABLE.message, "code": event.failure_code, "intuit_tid": trace}
    return dict.fromkeys(COLUMNS) | known | {"entity": event.label, "event": event.pk}


def last_traces(events: Iterable[SyncEvent]) -> dict[int, str]:
    """The latest intuit_tid of each event that has one, by the event's id; one query."""
    known = Attempt.objects.filter(event__in=[event.pk for event in events]).exclude(intuit_tid="")
    return dict(known.order_by("at", "id").values_list("event_id", "intuit_tid"))


def _values_of(row: LogRow, organization: Organization, trace: str) -> dict[str, object]:
    event, failure = row.event, row.event.failure
    waits = event.state in (State.QUEUED, State.CHECKING) and event.due_at is not None
    return {
        "timestamp": organization.local(event.changed_at),
        "entity": event.label,
        "direction": event.get_direction_display(),
        "status": event.get_state_display(),
        "message": row.text.message,
        "follows": row.text.second,
        "also": "; ".join(failure.message for failure in event.further_failures),
        "customer": event.party,
        "amount": event.amount,
        "next_try": organization.local(event.due_at) if waits and event.due_at else None,
        "retries_used": event.retries,
        "code": event.failure_code,
        "cause": failure.title if failure else "",
        "cause_key": event.cause_key,
        "who": failure.entry.who.words if failure else "",
        "intuit_tid": trace,
        "quickbooks_url": row.text.url,
        "opened": organization.local(event.opened_at),
        "event": event.pk,
    }

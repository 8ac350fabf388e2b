"""What went out for records whose outcome is in doubt: edited since, they hide in QuickBooks under what they were."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from qbo.connection.client import decode
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.prepare.nothing_sent import not_there_yet
from sync.engine.send.sent_items import SentItem
from sync.models import Submission, SyncEvent


@dataclass(frozen=True)
class Sent:
    """One write that may have arrived: as what it went out, and until when it may still arrive."""

    payload: Mapping[str, Any]
    over_at: datetime
    item: SentItem


def sent_before(drain: Drain, entity: str, events: Iterable[SyncEvent]) -> dict[int, list[Sent]]:
    """By record, what went out for these events, which are all of QuickBooks' `entity`; empty for what never did."""
    found: dict[int, list[Sent]] = {event.record_id: [] for event in events}
    for submission in _submissions(drain, entity, list(found)):
        over_at = submission.done_for(answers_within=drain.answers_within)
        for item, payload in _writes(submission, entity):
            if item.record_id in found:
                found[item.record_id].append(Sent(payload, over_at, item))
    return found


def _submissions(drain: Drain, entity: str, record_ids: list[int]) -> Iterator[Submission]:
    events = SyncEvent.objects.of(drain.connection).filter(record_id__in=record_ids, record_type=entity.lower())
    rows = Submission.objects.filter(pk__in=events.values("submission"), realm_id=drain.turn.realm_id)
    return rows.defer("answer").order_by("pk").iterator(chunk_size=20)


def _writes(submission: Submission, entity: str) -> Iterator[tuple[SentItem, Mapping[str, Any]]]:
    requests = decode(submission.body)["BatchItemRequest"]
    for item, request in zip(submission.items, requests, strict=True):
        if item["record_type"] == entity.lower() and entity in request:
            yield SentItem.from_json(item), request[entity]


def not_yet(drain: Drain, event: SyncEvent, sent: Iterable[Sent]) -> Outcome | None:
    """That it is not there proves nothing before the last send is over."""
    over_at = max((one.over_at for one in sent), default=drain.now())
    return not_there_yet(drain, event, due_at=over_at) if over_at > drain.now() else None

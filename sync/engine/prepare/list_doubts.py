"""Updates of customers and products whose answer was lost: what of them is there is our own work."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from qbo.connection.client import decode
from qbo.mapping.base import Base
from qbo.mapping.list_planning import arrived, if_arrived
from qbo.models import Link
from sync.engine.context import Drain
from sync.engine.links import read_their_rows
from sync.engine.outcomes import Outcome
from sync.engine.send.doubts import Sent, maybe_undone
from sync.models import Attempt, SyncEvent


def look_at_updates(drain: Drain, entity: str, events: Iterable[SyncEvent], sent: Mapping[int, Sequence[Sent]]) -> None:
    """Read the rows of those that an update was sent of: what has arrived becomes part of their bases, and what may
    have been taken back since, a question. And read those that no write would meet: they may have changed since a
    person was asked.

    `entity`: Customer or Item; `sent`: by record. Raises ReadFailed, MustWait or Stop.
    """
    updates = {key: updates_of(ones) for key, ones in sent.items() if updates_of(ones)}
    links = Link.objects.of(drain.connection, entity.lower()).for_records(event.record_id for event in events)
    wanted = {*updates, *links.met_by_no_write().values_list("record_id", flat=True)}
    if not wanted:
        return
    read_their_rows(drain, entity, wanted)
    links = Link.objects.of(drain.connection, entity.lower()).for_records(updates).exclude(theirs="").exclude(base="")
    for link in links:
        before = Base.from_text(link.base)
        # Older ones are in the base, or a person has decided since.
        doubtful = [one for one in updates[link.record_id] if one.sent_at >= link.synced_at]
        writes = [(dict(one.payload), one.item.said) for one in doubtful]
        if before is None:
            continue
        base = arrived(before, decode(link.theirs), writes, entity)
        if undone := maybe_undone(drain, link, doubtful):
            base = if_arrived(base, dict(undone.payload), undone.item.said, entity)
        if base == before:
            continue
        with transaction.atomic():
            drain.lease.assert_held()
            # `theirs` stays: what else is different there, the bookkeeper changed.
            link.base = base.as_text()
            link.save(update_fields=["base"])


def still_under_way(drain: Drain, event: SyncEvent, sent: Sequence[Sent]) -> Outcome | None:
    """While an update may still arrive, what is there proves nothing: it is looked at again when it no longer can."""
    over_at = max((one.over_at for one in updates_of(sent)), default=drain.now())
    if over_at <= drain.now():
        return None
    message = "An earlier change may still arrive in QuickBooks, so Run a Call checks once more."
    return Outcome.queued(drain.attempt(event, Attempt.Kind.LOOKED), due_at=over_at, message=message, look_first=True)


def updates_of(sent: Sequence[Sent]) -> list[Sent]:
    """Those that change what is there."""
    return [one for one in sent if one.item.operation == "update"]

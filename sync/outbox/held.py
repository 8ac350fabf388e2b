"""What a person holds until the closing date in QuickBooks moves: sent again as soon as our mirror says so."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from qbo.mapping.loading import load_book
from qbo.mapping.payments import payment_in_closed_period
from qbo.mapping.preflight import falls_in_closed_period
from qbo.models import Connection
from runacall.invoices.document_loading import load_invoices, load_payments
from sync.models import ActionRecord, SyncEvent
from sync.models.events import EntityType
from sync.outbox.enqueueing import queued_again

AT_ONCE = 500
ITSELF = "Run a Call"


def release_held(connection: Connection, *, at: datetime) -> int:
    """Queue the held ones that no closed period stops any more; returns how many. The others stay held.

    Called after every reading of the preferences, so nothing stays held because a move of the date was missed.
    """
    held = list(SyncEvent.objects.of(connection).held().order_by("pk"))
    closed = {event.pk for event in still_closed(held)}
    free = [event.pk for event in held if event.pk not in closed]
    if not free:
        return 0
    action = ActionRecord.objects.create(
        organization_id=connection.organization_id,
        by_name=ITSELF,
        at=at,
        action="release",
        reason="The closing date in QuickBooks moved",
    )
    for start in range(0, len(free), AT_ONCE):
        rows = SyncEvent.objects.held().filter(pk__in=free[start : start + AT_ONCE])
        action.change(rows, **queued_again(at), changed_at=at)
    return action.done


def still_closed(events: Sequence[SyncEvent]) -> list[SyncEvent]:
    """Those of `events` that a closed period stops, by the closing date and the dates that we know now.

    A fixed number of queries for every few hundred.
    """
    found = list[SyncEvent]()
    for start in range(0, len(events), AT_ONCE):
        some = events[start : start + AT_ONCE]
        for connection in {event.connection_id: event.connection for event in some}.values():
            mine = [event for event in some if event.connection_id == connection.pk]
            found += _closed(connection, mine)
    return found


def _closed(connection: Connection, events: Sequence[SyncEvent]) -> list[SyncEvent]:
    invoices = load_invoices(event.record_id for event in events if event.record_type == EntityType.INVOICE)
    payments = load_payments(event.record_id for event in events if event.record_type == EntityType.PAYMENT)
    book = load_book(connection, list(invoices.values()), payments=list(payments.values()))
    closed = {
        EntityType.INVOICE: {pk for pk, one in invoices.items() if falls_in_closed_period(one, book)},
        EntityType.PAYMENT: {pk for pk, one in payments.items() if payment_in_closed_period(one, book)},
    }
    return [event for event in events if event.record_id in closed.get(EntityType(event.record_type), ())]

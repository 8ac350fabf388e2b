"""Which fix each cause has: one entry for each kind, which pages, forecasts and the audit log read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qbo.models import Connection
from sync.fixing.fix import Case, Fix
from sync.fixing.lists import Lists
from sync.fixing.ways import accounts, customers, dates, items, numbers, tax_codes, there
from sync.models import SyncEvent
from sync.models.events import SyncEventQuerySet

FIXES: Sequence[Fix] = (
    tax_codes.FIX,
    items.FIX,
    items.ONE_OFF,
    items.CHARGE,
    accounts.FIX,
    customers.FIX,
    numbers.FIX,
    dates.FIX,
    there.FIX,
)
BY_CODE: Mapping[str, Fix] = {code: fix for fix in FIXES for code in fix.codes}


def case_of(connection: Connection, key: str, *, events: SyncEventQuerySet | None = None) -> Case | None:
    """The cause of that key with what it stops now, or of `events` only those; None if it stops nothing."""
    held = (SyncEvent.objects.all() if events is None else events).of(connection).failed().held_by(key)
    sample = held.order_by("pk").first()
    failure = next((one for one in (sample.failures if sample else ()) if one.cause_key[:200] == key), None)
    return Case(connection, failure, held, Lists(connection, [failure])) if failure else None

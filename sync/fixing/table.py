"""Which fix each cause has: one entry for each kind, which pages, forecasts and the audit log read."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from qbo.models import Connection
from sync.fixing.fix import Case, Fix
from sync.fixing.lists import Lists
from sync.fixing.ways import accounts, customers, dates, items, numbers, tax_codes, there
from sync.models import SyncEvent

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


def case_of(connection: Connection, key: str, *, event_id: int = 0) -> Case | None:
    """The cause of that key with what it stops now; None if it stops nothing.

    `event_id`: on whose invoice's page it is shown; None if that one is no longer stopped. What changes invoices
    themselves changes only this one there, and only of this one is told what a retry would come to.
    """
    held = SyncEvent.objects.failed_of(connection).held_by(key)
    sample = held.filter(pk=event_id).first() if event_id else held.order_by("pk").first()
    failure = next((one for one in (sample.failures if sample else ()) if one.cause_key[:200] == key), None)
    if failure is None or sample is None:
        return None
    fix, shown = BY_CODE.get(failure.code), sample if event_id else None
    events = held.filter(pk=event_id) if shown and (fix is None or fix.edits) else held
    return Case(connection, failure, events, Lists(connection, [failure]), event=shown)

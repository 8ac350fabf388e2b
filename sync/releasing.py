"""What failed because of how QuickBooks' lists and settings were goes again once they have changed; it asks nobody."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from qbo.models import Connection
from sync.dry_run import AT_ONCE, verdicts
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.outbox.enqueueing import queued_again
from sync.worker.wake import wake

# By the list that changed: the failures that our own rules can judge again. Others only QuickBooks can.
RELEASES: Mapping[str, Sequence[str]] = {
    # A closed period is not here: a person chooses to hold those.
    "Preferences": ("tax_not_enabled", "currency_differs", "discount_not_enabled"),
    "Account": ("account_inactive",),
    "Item": (
        *("item_not_found", "item_inactive", "item_is_category", "account_inactive"),
        *("one_off_item_missing", "charge_item_missing"),
    ),
    "TaxCode": ("tax_code_not_mapped",),
}
# So many at a time are checked one by one.
MOST = 2_000


def release_stopped(connection: Connection, lists: Iterable[str], *, at: datetime) -> int:
    """Queue again the invoices that these lists no longer stop; returns how many.

    What another cause stops now goes back as well, so that its row names that one.
    """
    codes = {code for name in lists for code in RELEASES.get(name, ())}
    if not codes:
        return 0
    failed = SyncEvent.objects.of(connection).failed().filter(record_type=EntityType.INVOICE, failure_code__in=codes)
    held = dict(failed.order_by("pk").values_list("record_id", "cause_key")[:MOST])
    ids, free = list(held), []
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        stopped = {one.invoice.id: one.failure for one in verdicts(connection, chunk)}
        for record_id in chunk:
            failure = stopped.get(record_id)
            if failure is None or failure.cause_key[:200] != held[record_id]:
                free.append(record_id)
    released = 0
    for start in range(0, len(free), AT_ONCE):
        rows = failed.filter(record_id__in=free[start : start + AT_ONCE], state=State.FAILED)
        released += rows.update(**queued_again(at), changed_at=at)
    if released:
        wake(connection)
    return released

"""What failed because of how QuickBooks' lists and settings were goes again once they have changed; it asks nobody."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime

from qbo.failures import Failure
from qbo.mapping.loading import load_book
from qbo.mapping.payments import check_payment, plan_payment
from qbo.models import Connection
from runacall.invoices.document_loading import load_payments
from sync.forecast.dry_run import AT_ONCE, verdicts
from sync.forecast.settings import COMES_FIRST
from sync.models import State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet
from sync.outbox.enqueueing import queued_again
from sync.worker.wake import wake

# By the list that changed: the failures that our own rules can judge again. Others only QuickBooks can.
RELEASES: Mapping[str, Sequence[str]] = {
    "PaymentMethod": ("payment_method_missing",),
    # A closed period is not here: a person chooses to hold those.
    "Preferences": ("tax_not_enabled", "currency_differs", "discount_not_enabled"),
    "Account": ("account_inactive", "deposit_account_inactive", "deposit_account_wrong_type"),
    "Item": (
        *("item_not_found", "item_inactive", "item_is_category", "account_inactive"),
        *("one_off_item_missing", "charge_item_missing"),
    ),
    "TaxCode": ("tax_code_not_mapped",),
}
# So many at a time are checked one by one.
MOST = 2_000


def release_stopped(connection: Connection, lists: Iterable[str], *, at: datetime) -> int:
    """Queue again the invoices and payments that these lists no longer stop; returns how many.

    What another cause stops now goes back as well, so that its row names that one.
    """
    codes = {code for name in lists for code in RELEASES.get(name, ())}
    if not codes:
        return 0
    failed = SyncEvent.objects.of(connection).failed().filter(failure_code__in=codes)
    released = sum(_release(connection, failed.filter(record_type=kind), stops, at=at) for kind, stops in JUDGES)
    if released:
        wake(connection)
    return released


# By our ids: what stops each of these records now; those that nothing stops are left out, or None.
Stops = Callable[[Connection, Sequence[int]], Mapping[int, Failure | None]]


def _stopped_invoices(connection: Connection, ids: Sequence[int]) -> Mapping[int, Failure | None]:
    return {one.invoice.id: one.failure for one in verdicts(connection, ids)}


def _stopped_payments(connection: Connection, ids: Sequence[int]) -> Mapping[int, Failure | None]:
    payments = load_payments(ids)
    book = load_book(connection, payments=list(payments.values()))
    judged = {pk: check_payment(one, plan_payment(one, book), book) for pk, one in payments.items()}
    return {pk: next((one for one in found if one.code not in COMES_FIRST), None) for pk, found in judged.items()}


JUDGES: Sequence[tuple[EntityType, Stops]] = (
    (EntityType.INVOICE, _stopped_invoices),
    (EntityType.PAYMENT, _stopped_payments),
)


def _release(connection: Connection, failed: SyncEventQuerySet, stops: Stops, *, at: datetime) -> int:
    """Queue those of `failed`, all of one kind, whose own failure does not stop them any more; returns how many."""
    # One that shares the failure of another record follows that one.
    held = dict(failed.filter(blocked_by="").order_by("pk").values_list("record_id", "cause_key")[:MOST])
    ids, free = list(held), []
    for start in range(0, len(ids), AT_ONCE):
        chunk = ids[start : start + AT_ONCE]
        stopped = stops(connection, chunk)
        for record_id in chunk:
            failure = stopped.get(record_id)
            if failure is None or failure.cause_key[:200] != held[record_id]:
                free.append(record_id)
    released = 0
    for start in range(0, len(free), AT_ONCE):
        rows = failed.filter(record_id__in=free[start : start + AT_ONCE], state=State.FAILED)
        released += rows.update(**queued_again(at), changed_at=at)
    return released

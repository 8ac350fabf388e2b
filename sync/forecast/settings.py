"""What saving a settings page would change for the invoices that are waiting or have failed,
by the rules of a drain.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from qbo.json_objects import JsonMapping
from qbo.mapping.book import MappingBook
from qbo.mapping.loading import Unsaved, load_book
from qbo.mapping.payments import check_payment, plan_payment
from qbo.models import Connection, ConnectionSettings
from qbo.models.settings import WhenToSync
from runacall.invoices.document_loading import load_payments
from runacall.invoices.documents import PaymentDocument
from runacall.invoices.models import Invoice
from sync.forecast.dry_run import Supposed, Verdict, verdicts
from sync.log.wording import counted
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.outbox.enqueueing import earlier_invoices, payments_of

# How many invoices are checked twice for one preview.
MOST = 300


@dataclass(frozen=True)
class Preview:
    """One sentence for each effect. `total` invoices are waiting or have failed, `looked_at` of them were checked."""

    sentences: tuple[str, ...]
    looked_at: int
    total: int


def preview(connection: Connection, unsaved: Unsaved) -> Preview:
    """What would be different if `unsaved` were saved; it saves nothing."""
    stored = ConnectionSettings.objects.get(connection=connection)
    rows = SyncEvent.objects.by_state_of(connection).unsent().filter(record_type=EntityType.INVOICE)
    ids = list(rows.order_by("-changed_at", "-id").values_list("record_id", flat=True)[:MOST])
    now = {one.invoice.id: one for one in verdicts(connection, ids)}
    then = {one.invoice.id: one for one in verdicts(connection, ids, supposed=Supposed(unsaved))}
    both = [(now[pk], then[pk]) for pk in now if pk in then]
    of_switches = _of_switches(connection, stored, unsaved.settings or stored)
    sentences = (*of_switches, *_of_invoices(both), *_of_payments(connection, unsaved))
    return Preview(sentences, len(ids), rows.count())


# --- switches, which decide whether something is sent at all --------------------------------------------------------


def _of_switches(connection: Connection, now: ConnectionSettings, then: ConnectionSettings) -> Iterator[str]:
    queued = SyncEvent.objects.by_state_of(connection).filter(state=State.QUEUED)
    if now.sync_invoices != then.sync_invoices:
        count = queued.count()
        if count:
            way = f"go to {connection}" if then.sync_invoices else "wait until it is on again"
            yield f"{counted(count, 'queued change')} would {way}."
        later = "go" if then.sync_invoices else "not go until it is on again"
        yield f"Invoices that you send from now on would {later}."
    if now.sync_payments != then.sync_payments:
        count = queued.filter(record_type=EntityType.PAYMENT).count()
        if count:
            way = f"go to {connection}" if then.sync_payments else "wait until it is on again"
            yield f"{counted(count, 'queued payment')} would {way}."
        if then.sync_payments and (earlier := payments_of(connection).count()):
            yield f"{counted(earlier, 'earlier payment')} would be offered below; nothing of them goes unasked."
        yield f"Payments that you record from now on would {'' if then.sync_payments else 'not '}go."
    if now.when_to_sync != then.when_to_sync:
        yield from _of_when(connection, then)
    if now.sync_customer_updates != then.sync_customer_updates:
        count = queued.filter(record_type=EntityType.CUSTOMER).count()
        if count:
            yield f"{counted(count, 'queued customer')} would still go."
        yield f"Later changes of a customer would {'' if then.sync_customer_updates else 'not '}go."
    if now.stop_on_rounding != then.stop_on_rounding:
        if then.stop_on_rounding:
            yield "Synced invoices stay Synced; later ones that differ by a cent of rounding would stop."
        else:
            stopped = SyncEvent.objects.failed_of(connection).filter(failure_code="total_differs").count()
            yield f"{counted(stopped, 'invoice')} failed with a different total: a retry accepts a cent of rounding."


def _of_when(connection: Connection, then: ConnectionSettings) -> Iterator[str]:
    if then.when_to_sync == WhenToSync.ON_PAYMENT:
        queued = SyncEvent.objects.by_state_of(connection).filter(state=State.QUEUED, record_type=EntityType.INVOICE)
        unpaid = Invoice.objects.filter(pk__in=queued.values("record_id")).exclude(status=Invoice.Status.PAID).count()
        if unpaid:
            yield f"{counted(unpaid, 'queued invoice')} not paid yet would still go."
        yield "Later invoices would go when they are paid."
        return
    earlier = earlier_invoices(connection, settings=then).count()
    if earlier:
        yield f"{counted(earlier, 'sent invoice')} not in QuickBooks would be offered on the Status page."
    yield "Later invoices would go when you send them."


# --- invoices, checked with the current and with the new settings
# --------------------------------------------------------------------


def _of_invoices(both: list[tuple[Verdict, Verdict]]) -> Iterator[str]:
    freed = sum(bool(now.failure and not then.failure) for now, then in both)
    if freed:
        yield f"{counted(freed, 'invoice')} would no longer stop; retry those that have failed."
    stopped = Counter(then.failure.cause_title for now, then in both if then.failure and not now.failure)
    for message, count in stopped.most_common():
        yield f"{counted(count, 'invoice')} would stop: {message}."
    # Of what stops, before or after, nothing would be posted otherwise.
    going = [(now, then) for now, then in both if not now.failure and not then.failure]
    for part, words in CHANGES:
        count = sum(part(now.payload) != part(then.payload) and bool(part(then.payload)) for now, then in going)
        if count:
            yield f"{counted(count, 'waiting invoice')} would {words}."
    unnumbered = sum(bool(_number(now.payload)) and not _number(then.payload) for now, then in both if not then.failure)
    if unnumbered:
        yield f"{counted(unnumbered, 'waiting invoice')} would get QuickBooks’ numbers."
    before = {item for now, _ in both for item in now.created}
    after = {item for _, then in both for item in then.created}
    known = {pk for pk, _ in before}
    new, moved = {pk for pk, _ in after} - known, {pk for pk, _ in after - before if pk in known}
    if new:
        yield f"{counted(len(new), 'product')} would be created in QuickBooks."
    if moved:
        yield f"{counted(len(moved), 'product')} to be created would use a different income account."


# --- payments, likewise ---------------------------------------------------------------------------------------------


def _of_payments(connection: Connection, unsaved: Unsaved) -> Iterator[str]:
    rows = SyncEvent.objects.by_state_of(connection).unsent().filter(record_type=EntityType.PAYMENT)
    ids = list(rows.order_by("-changed_at", "-id").values_list("record_id", flat=True)[:MOST])
    documents = list(load_payments(ids).values())
    if not documents:
        return
    now = load_book(connection, payments=documents)
    then = load_book(connection, payments=documents, unsaved=unsaved)
    freed, stopped, moved = 0, Counter[str](), Counter[str]()
    for one in documents:
        was, becomes = (_judged(one, book) for book in (now, then))
        freed += bool(was.problem and not becomes.problem)
        if becomes.problem and not was.problem:
            stopped[becomes.problem] += 1
        for key, words in OF_PAYMENTS:
            moved[words] += was.payload.get(key) != becomes.payload.get(key)
    if freed:
        yield f"{counted(freed, 'payment')} would no longer stop; retry those that have failed."
    for message, count in stopped.most_common():
        yield f"{counted(count, 'payment')} would stop: {message}."
    for _, words in OF_PAYMENTS:
        if moved[words]:
            yield f"{counted(moved[words], 'waiting payment')} would {words}."


class _Judged(NamedTuple):
    """What a payment would say, and the first problem that a person has to fix, or ""."""

    payload: JsonMapping
    problem: str


def _judged(payment: PaymentDocument, book: MappingBook) -> _Judged:
    plan = plan_payment(payment, book)
    failures = [one for one in check_payment(payment, plan, book) if one.code not in COMES_FIRST]
    return _Judged(plan.write.payload if plan.write else {}, failures[0].cause_title if failures else "")


# What is sent before the payment, so that it is no problem of its own.
COMES_FIRST = ("waits_for_invoice", "customer_not_found")
OF_PAYMENTS = (
    ("PaymentMethodRef", "get a different payment method"),
    ("DepositToAccountRef", "be put into a different account"),
)


def _number(payload: Mapping[str, object]) -> str:
    return str(payload.get("DocNumber") or "")


def _taxes(payload: JsonMapping) -> object:
    detail = payload.get("TxnTaxDetail") or {}
    codes = [(line.get("SalesItemLineDetail") or {}).get("TaxCodeRef") for line in payload.get("Line") or ()]
    return (detail.get("TxnTaxCodeRef"), codes) if detail or any(codes) else None


def _products(payload: JsonMapping) -> object:
    return [(line.get("SalesItemLineDetail") or {}).get("ItemRef") for line in payload.get("Line") or ()]


def _discounts(payload: JsonMapping) -> object:
    details = [line.get("DiscountLineDetail") for line in payload.get("Line") or ()]
    return [one for one in details if one]


CHANGES = (
    (_number, "get their Run a Call numbers"),
    (_taxes, "post with a different tax code"),
    (_products, "post to a different product"),
    (_discounts, "post their discount to a different account"),
)

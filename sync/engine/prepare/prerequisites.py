"""What has to be in QuickBooks before an invoice can go, and waiting for it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from qbo.failures import Failure, Subject
from qbo.mapping.book import MappingBook
from qbo.mapping.payloads import Write
from runacall.invoices.documents import InvoiceDocument, ItemDocument
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.prepare.nothing_sent import refused_here, waiting
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.outbox.opening import RecordName, afresh, open_event
from sync.outbox.record_names import customer_name, item_name


def prerequisites_of(invoice: InvoiceDocument, book: MappingBook, failures: Iterable[Failure]) -> list[Failure]:
    """Those failures that sending a customer or an item first may mend."""
    return [failure for failure in failures if record_to_send(failure, invoice, book) is not None]


def record_to_send(failure: Failure, invoice: InvoiceDocument, book: MappingBook) -> RecordName | None:
    """The record whose sending may mend `failure`; None where none can."""
    if failure.code == "customer_not_found":
        return customer_name(invoice.customer)
    if failure.code == "item_not_found" and book.choices.auto_create_items:
        item = _item(invoice, int(failure.subject.key))
        return item_name(item) if item else None
    if failure.code == "account_inactive":
        item = next((one for one in _items(invoice) if one.name == failure.facts.get("item")), None)
        return item_name(item) if item and _is_remapped(item, book) else None
    return None


def _is_remapped(item: ItemDocument, book: MappingBook) -> bool:
    """Staff chose another, active account for the item's category since QuickBooks got the item."""
    account = book.accounts.get(book.chosen_account(item))
    there = book.items.get(item.id)
    return bool(account and account.active and there and there.account_id != account.qbo_id)


def _items(invoice: InvoiceDocument) -> list[ItemDocument]:
    return [line.item for line in invoice.lines if line.item]


def _item(invoice: InvoiceDocument, item_id: int) -> ItemDocument | None:
    return next((item for item in _items(invoice) if item.id == item_id), None)


def wait_for(
    drain: Drain,
    event: SyncEvent,
    invoice: InvoiceDocument,
    needed: Sequence[Failure],
    book: MappingBook,
    write: Write,
) -> Outcome:
    """Have what is needed sent first, and wait; or share its failure where it has failed since."""
    due_at = drain.now()
    for failure in needed:
        name = record_to_send(failure, invoice, book)
        if name is None:
            continue
        standing = _standing(drain, event, name)
        if isinstance(standing, Failure):
            blocked_by = f"{name.record_type}:{name.record_id}"
            return refused_here(drain, event, standing, write, blocked_by=blocked_by)
        due_at = max(due_at, standing)
    first = record_to_send(needed[0], invoice, book)
    code = "waits_for_customer" if first and first.record_type == EntityType.CUSTOMER else "waits_for_item"
    subject = Subject(needed[0].subject.kind, needed[0].subject.key, needed[0].subject.name)
    return waiting(drain, event, due_at=due_at, failure=Failure(code, subject))


def settle_anew(drain: Drain, invoices: Iterable[InvoiceDocument]) -> None:
    """A customer or item that these invoices need is there after all: a failed row of its own is out of date."""
    invoices = list(invoices)
    needed = {
        EntityType.CUSTOMER: {invoice.customer.id for invoice in invoices},
        EntityType.ITEM: {item.id for invoice in invoices for item in _items(invoice)},
    }
    for record_type, ids in needed.items():
        rows = SyncEvent.objects.of(drain.connection).failed().filter(record_type=record_type)
        rows.filter(record_id__in=ids).update(**afresh(drain.now()), changed_at=drain.now())


def _standing(drain: Drain, event: SyncEvent, name: RecordName) -> Failure | datetime:
    """When the record may be there, or why it cannot get there."""
    rows = SyncEvent.objects.of(drain.connection).of_record(name.record_type, name.record_id)
    latest = rows.exclude(state=State.SUPERSEDED).order_by("-id").first()
    open_one = latest if latest and latest.state != State.SYNCED else None
    if open_one and open_one.failure and _stands_in_the_way(open_one, event):
        return open_one.failure
    if open_one is None or open_one.state == State.FAILED:
        open_event(drain.connection, name, at=drain.now())
        return drain.now()
    return open_one.due_at or drain.now()


def _stands_in_the_way(needed: SyncEvent, event: SyncEvent) -> bool:
    """It has failed since `event` was due, or a person decided that it need not reach QuickBooks."""
    if needed.state == State.DISMISSED:
        return True
    return needed.state == State.FAILED and needed.changed_at >= (event.due_at or event.changed_at)

"""Getting claimed invoices ready: what is there, what stands in the way, what has to go first."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import transaction

from qbo.mapping.book import MappingBook
from qbo.mapping.loading import load_book
from qbo.mapping.payloads import plan_invoice
from qbo.mapping.preflight import check_invoice
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import InvoiceDocument
from sync.engine.context import Drain
from sync.engine.prepare.adoption import look_in_quickbooks, sent_item
from sync.engine.prepare.item_links import link_items_by_name
from sync.engine.prepare.nothing_sent import nothing_to_send, refused_here
from sync.engine.prepare.prerequisites import prerequisites_of, settle_anew, wait_for
from sync.engine.prepare.verdicts import sort_in
from sync.engine.recording import Outcome, record
from sync.engine.send.push import Ready
from sync.engine.send.sent_items import expecting
from sync.models import State, SyncEvent


def prepare_invoices(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The invoices that can go now; the others are settled here. Raises ReadFailed or MustWait."""
    documents = load_invoices(event.record_id for event in events)
    link_items_by_name(drain, documents.values())
    book = load_book(drain.connection, list(documents.values()))
    # Whether a number is free is asked only for what can go; what may have gone already is looked for in any case.
    worth_a_call = [event for event in events if event.look_first or _can_go(documents.get(event.record_id), book)]
    adopted, book = look_in_quickbooks(drain, worth_a_call, documents, book)
    settled: list[Outcome] = list(adopted)
    ready: list[Ready] = []
    known = {outcome.event.pk for outcome in adopted}
    for event in events:
        if event.pk not in known:
            verdict = judge(drain, event, documents.get(event.record_id), book)
            sort_in(verdict, ready, settled)
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        if ready:
            settle_anew(drain, [documents[one.event.record_id] for one in ready])
    drain.count(sum(outcome.state != State.QUEUED for outcome in settled))
    return ready


def _can_go(invoice: InvoiceDocument | None, book: MappingBook) -> bool:
    """Nothing that is known here stands in its way."""
    write = plan_invoice(invoice, book) if invoice else None
    return invoice is not None and write is not None and not check_invoice(invoice, write, book)


def judge(drain: Drain, event: SyncEvent, invoice: InvoiceDocument | None, book: MappingBook) -> Ready | Outcome:
    """Ready, or what becomes of the event instead."""
    if invoice is None:
        return nothing_to_send(drain, event, "The invoice is gone.", state=State.SUPERSEDED)
    write = plan_invoice(invoice, book)
    if write is None:
        return _nothing(drain, event, invoice, book)
    failures = check_invoice(invoice, write, book)
    needed = prerequisites_of(invoice, book, failures)
    stopping = [failure for failure in failures if failure not in needed]
    if stopping:
        return refused_here(drain, event, stopping[0], write)
    if needed:
        return wait_for(drain, event, invoice, needed, book, write)
    return Ready(event, write, expecting(sent_item(event, write), invoice, write))


def _nothing(drain: Drain, event: SyncEvent, invoice: InvoiceDocument, book: MappingBook) -> Outcome:
    if invoice.id in book.invoices:
        return nothing_to_send(drain, event, "")
    why = "deleted" if invoice.is_deleted else "voided" if invoice.is_void else "a draft"
    message = f"Nothing to send: the invoice was {why} before it reached QuickBooks."
    if invoice.is_draft:
        message = "Nothing to send: the invoice is a draft."
    return nothing_to_send(drain, event, message, state=State.SUPERSEDED)

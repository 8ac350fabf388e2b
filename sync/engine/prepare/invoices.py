"""Getting claimed invoices ready: what is there, what stands in the way, what has to go first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction

from qbo.failures import Failure
from qbo.mapping.book import MappingBook
from qbo.mapping.loading import load_book
from qbo.mapping.planning import Plan, plan_invoice
from qbo.mapping.preflight import check_invoice, number_taken
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import InvoiceDocument
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome
from sync.engine.prepare.adoption import look_in_quickbooks
from sync.engine.prepare.item_links import link_items_by_name
from sync.engine.prepare.nothing_sent import in_agreement, nothing_to_send, refused_here
from sync.engine.prepare.prerequisites import prerequisites_of, settle_anew, wait_for
from sync.engine.prepare.verdicts import sort_in
from sync.engine.recording import adopt_theirs, record
from sync.engine.send.push import Ready
from sync.models import State, SyncEvent
from sync.models.events import EntityType


def prepare_invoices(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The invoices that can go now; the others are settled here. Raises ReadFailed, MustWait or Stop."""
    documents = load_invoices(event.record_id for event in events)
    link_items_by_name(drain, documents.values())
    book = load_book(drain.connection, list(documents.values()))
    judged = {record_id: judge(invoice, book) for record_id, invoice in documents.items()}
    # Whether a number is free is asked only for what can go; what may have gone already is looked for in any case.
    worth_a_call = [event for event in events if event.look_first or _can_go(judged.get(event.record_id))]
    plans = {record_id: one.plan for record_id, one in judged.items()}
    look = look_in_quickbooks(drain, worth_a_call, documents, plans, book)
    settled: list[Outcome] = list(look.outcomes)
    ready: list[Ready] = []
    known = {outcome.event.pk for outcome in settled}
    for event in events:
        if event.pk in known:
            continue
        invoice, one = documents.get(event.record_id), judged.get(event.record_id)
        if invoice and event.record_id in look.learned:
            one = judge(invoice, look.book)
        verdict = _verdict(drain, event, invoice, one, look.book)
        sort_in(verdict, ready, settled)
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        if ready:
            settle_anew(drain, [documents[one.event.record_id] for one in ready])
    drain.count(sum(outcome.state != State.QUEUED for outcome in settled))
    return ready


@dataclass(frozen=True)
class Judged:
    """What an invoice needs, and everything that is known to stand in its way."""

    plan: Plan
    failures: tuple[Failure, ...]


def judge(invoice: InvoiceDocument, book: MappingBook) -> Judged:
    plan = plan_invoice(invoice, book)
    return Judged(plan, check_invoice(invoice, plan, book))


def _can_go(one: Judged | None) -> bool:
    """Nothing that is known here stands in its way."""
    return one is not None and one.plan.write is not None and not one.failures


def _verdict(
    drain: Drain, event: SyncEvent, invoice: InvoiceDocument | None, one: Judged | None, book: MappingBook
) -> Ready | Outcome:
    """Ready, or what becomes of the event instead."""
    if invoice is None or one is None:
        return nothing_to_send(drain, event, "The invoice is gone.")
    write = one.plan.write
    if write is None:
        return _nothing(drain, event, invoice, one.plan, book)
    taken = number_taken(invoice, one.plan, book)
    failures = (*one.failures, taken) if taken else one.failures
    needed = prerequisites_of(invoice, book, failures)
    stopping = [failure for failure in failures if failure not in needed]
    if stopping:
        return refused_here(drain, event, stopping[0], write)
    if needed:
        return wait_for(drain, event, invoice, needed, book, write)
    return Ready.planned(event, one.plan, book.invoices.get(invoice.id))


def _nothing(drain: Drain, event: SyncEvent, invoice: InvoiceDocument, plan: Plan, book: MappingBook) -> Outcome:
    if invoice.id in book.invoices:
        if plan.adopts:
            adopt_theirs(drain.connection, EntityType.INVOICE, invoice.id, plan.adopts)
        return in_agreement(drain, event)
    if invoice.is_draft and not invoice.is_deleted:
        return nothing_to_send(drain, event, "Nothing to send: the invoice is a draft.")
    why = "deleted" if invoice.is_deleted else "voided"
    return nothing_to_send(drain, event, f"Nothing to send: the invoice was {why} before it reached QuickBooks.")

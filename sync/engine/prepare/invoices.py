"""Preparing claimed invoices: what is already there, what would fail, what has to be sent first."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from django.db import transaction
from django.db.models import Q

from qbo.failures import Failure, Subject
from qbo.mapping.base import There
from qbo.mapping.book import MappingBook
from qbo.mapping.planning import plan_invoice
from qbo.mapping.plans import Plan, kept_in_words
from qbo.mapping.preflight import check_invoice, number_taken, with_spent_number
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import InvoiceDocument, ItemDocument
from runacall.invoices.models import Payment
from sync.engine.context import Drain
from sync.engine.links import adopt_theirs, read_their_rows
from sync.engine.outcomes import Outcome, record, release_dependants
from sync.engine.prepare.adoption import look_in_quickbooks
from sync.engine.prepare.book import book_of
from sync.engine.prepare.items import link_items, read_old_lists
from sync.engine.prepare.nothing_sent import in_agreement, nothing_to_send, refused_here
from sync.engine.prepare.prerequisites import (
    Needed,
    failed_prerequisites,
    payment_needed,
    wait_for,
)
from sync.engine.send.push import Ready
from sync.engine.send.sent_items import remark
from sync.models import State, SyncEvent
from sync.models.events import EntityType, Further, SyncEventQuerySet
from sync.outbox.enqueueing import RecordName, customer_name, item_name, payment_name, queued_again


def prepare_invoices(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The invoices that can be sent now; the others are settled here. Raises ReadFailed, MustWait or Stop."""
    documents = load_invoices(event.record_id for event in events)
    book, judged = _judge_all(drain, documents)
    stopping = _stopping(judged)
    # The cause may be mended there already. Read once for all that stop, and judged again.
    if stopping and any((read_old_lists(drain, stopping), _read_again(drain, stopping))):
        book, judged = _judge_all(drain, documents)
    # Numbers are checked only for what can be sent; what may already have been sent is looked up in any case.
    can_go = {
        record_id
        for record_id, one in judged.items()
        if one.plan.write is not None and not (one.needed or one.stopping)
    }
    # Looking costs calls, so what stops anyway is not looked up.
    worth_a_call = [event for event in events if event.look_first or event.record_id in can_go]
    plans = {record_id: one.plan for record_id, one in judged.items()}
    look = look_in_quickbooks(drain, worth_a_call, documents, plans, book)
    book = look.book
    learned = [record_id for record_id in look.learned if record_id in documents]
    judged |= {record_id: judge(documents[record_id], book) for record_id in learned}
    stopping = _stopping({record_id: judged[record_id] for record_id in learned}) if learned else []
    if stopping and read_old_lists(drain, stopping):
        anew = book_of(drain, documents)
        taken, holders, unclear = book.taken_numbers, book.number_holders, book.unclear_items
        book = replace(anew, invoices=book.invoices, taken_numbers=taken, number_holders=holders, unclear_items=unclear)
        judged |= {record_id: judge(documents[record_id], book) for record_id in learned}
    settled: list[Outcome] = list(look.outcomes)
    ready: list[Ready] = []
    known = {outcome.event.pk for outcome in settled}
    for event in events:
        if event.pk in known:
            continue
        verdict = _verdict(drain, event, documents.get(event.record_id), judged.get(event.record_id), book)
        if isinstance(verdict, Ready):
            ready.append(verdict)
        else:
            settled.append(verdict)
    going = [documents[one.event.record_id] for one in ready]
    outdated = outdated_failures(drain, going) if drain.has_failed else SyncEvent.objects.none()
    if settled or outdated.exists():
        with transaction.atomic():
            drain.lease.assert_held()
            record(settled, at=drain.now())
            release_dependants(settled, at=drain.now())
            outdated.update(**queued_again(drain.now()), changed_at=drain.now())
    drain.count(sum(outcome.state != State.QUEUED for outcome in settled))
    return ready


# What a payment stops, which may be off the invoice since its row was read.
OF_PAYMENTS = ("paid_in_quickbooks", "void_has_payments")


def _read_again(drain: Drain, failures: Iterable[Failure]) -> bool:
    """Whether there were invoices that a payment stops, which are read again."""
    ids = {int(failure.subject.key) for failure in failures if failure.code in OF_PAYMENTS}
    read_their_rows(drain, "Invoice", ids)
    return bool(ids)


@dataclass(frozen=True)
class Judged:
    """What an invoice needs, and everything we know that would make it fail.

    `needed`: the failures that sending a customer or an item first may fix; `stopping`: those that a person has to fix.
    """

    plan: Plan
    needed: tuple[Failure, ...]
    stopping: tuple[Failure, ...]


def judge(invoice: InvoiceDocument, book: MappingBook) -> Judged:
    plan = plan_invoice(invoice, book)
    failures = check_invoice(invoice, plan, book)
    needed = tuple(failure for failure in failures if record_to_send(failure, invoice, book) is not None)
    return Judged(plan, needed, stopping=tuple(failure for failure in failures if failure not in needed))


def _judge_all(drain: Drain, documents: Mapping[int, InvoiceDocument]) -> tuple[MappingBook, dict[int, Judged]]:
    book = book_of(drain, documents)
    items = {line.item.id: line.item for invoice in documents.values() for line in invoice.lines if line.item}
    there = {item_id for item_id, product in book.items.items() if product.active}
    unlinked = {item_id: item for item_id, item in items.items() if item_id not in there}
    if unlinked:
        # Before judging: a product that is there by name is linked and not reported as missing.
        unclear = link_items(drain, unlinked)
        book = replace(book_of(drain, documents), unclear_items=unclear)
    return book, {record_id: judge(invoice, book) for record_id, invoice in documents.items()}


def _stopping(judged: Mapping[int, Judged]) -> list[Failure]:
    return [failure for one in judged.values() for failure in one.stopping]


def _verdict(
    drain: Drain, event: SyncEvent, invoice: InvoiceDocument | None, one: Judged | None, book: MappingBook
) -> Ready | Outcome:
    """Ready to send, or the outcome instead."""
    if invoice is None or one is None:
        return nothing_to_send(drain, event, "The invoice no longer exists.")
    write = one.plan.write
    if write is None:
        return _nothing(drain, event, invoice, one.plan, book)
    taken = number_taken(invoice, one.plan, book)
    stopping = (*one.stopping, taken) if taken else one.stopping
    if stopping:
        first, *rest = stopping
        further = [*map(Further, rest), *failed_prerequisites(drain, _records(one.needed, invoice, book))]
        return refused_here(drain, event, first, write, further=further)
    if one.needed:
        return wait_for(drain, event, _records(one.needed, invoice, book), write)
    return Ready.planned(event, with_spent_number(one.plan, book), book.invoices.get(invoice.id))


def _nothing(drain: Drain, event: SyncEvent, invoice: InvoiceDocument, plan: Plan, book: MappingBook) -> Outcome:
    if invoice.id in book.invoices:
        said = kept_in_words(plan.kept)
        if plan.adopts:
            adopt_theirs(drain, EntityType.INVOICE, invoice.id, plan.adopts)
            said = remark(plan.expected, There.of(plan.adopts.row), kept=said)
        return in_agreement(drain, event, remark=said)
    if invoice.is_draft and not invoice.is_deleted:
        return nothing_to_send(drain, event, "Nothing to send: the invoice is a draft.")
    why = "deleted" if invoice.is_deleted else "voided"
    return nothing_to_send(drain, event, f"Nothing to send: the invoice was {why} before it reached QuickBooks.")


def _records(needed: Iterable[Failure], invoice: InvoiceDocument, book: MappingBook) -> list[Needed]:
    found = [(failure, record_to_send(failure, invoice, book)) for failure in needed]
    code = "void_has_payments" if invoice.is_void or invoice.is_deleted else "paid_in_quickbooks"
    still_on_it = Failure(code, Subject("invoice", str(invoice.id), invoice.number))
    return [
        payment_needed(name, otherwise=still_on_it) if failure.code == "waits_for_payment" else Needed(failure, name)
        for failure, name in found
        if name is not None
    ]


def record_to_send(failure: Failure, invoice: InvoiceDocument, book: MappingBook) -> RecordName | None:
    """The record whose sending may fix `failure`; None if there is none."""
    if failure.code == "customer_not_found":
        return customer_name(invoice.customer)
    if failure.code == "item_not_found" and book.creates(int(failure.subject.key)):
        item = _item(invoice, int(failure.subject.key))
        return item_name(item) if item else None
    if failure.code == "waits_for_payment":
        payment = Payment.objects.select_related("customer").get(pk=int(failure.subject.key))
        return payment_name(payment)
    if failure.code == "account_inactive":
        item = next((one for one in _items(invoice) if one.name == failure.facts.get("item")), None)
        return item_name(item) if item and _is_remapped(item, book) else None
    return None


def _is_remapped(item: ItemDocument, book: MappingBook) -> bool:
    """Staff have chosen a different, active account for the item's category since the item was sent."""
    account = book.accounts.get(book.chosen_account(item))
    there = book.items.get(item.id)
    return bool(account and account.active and there and there.account_id != account.qbo_id)


def _items(invoice: InvoiceDocument) -> list[ItemDocument]:
    return [line.item for line in invoice.lines if line.item]


def _item(invoice: InvoiceDocument, item_id: int) -> ItemDocument | None:
    return next((item for item in _items(invoice) if item.id == item_id), None)


def outdated_failures(drain: Drain, invoices: Sequence[InvoiceDocument]) -> SyncEventQuerySet:
    """A customer or item that these invoices need is there after all, so its own failed row is outdated."""
    customers = Q(record_type=EntityType.CUSTOMER, record_id__in={invoice.customer.id for invoice in invoices})
    items = Q(record_type=EntityType.ITEM, record_id__in={one.id for invoice in invoices for one in _items(invoice)})
    return SyncEvent.objects.of(drain.connection).filter(customers | items, state=State.FAILED)

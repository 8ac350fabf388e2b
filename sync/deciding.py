"""What a person decides about an invoice that both sides changed or that was voided in QuickBooks."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction

from qbo.connection.client import decode
from qbo.mapping.base import Base, Row, Said
from qbo.mapping.list_planning import said_of_customer, said_of_item
from qbo.mapping.loading import load_company
from qbo.mapping.planning import base_found, said_of
from qbo.models import Link
from runacall.invoices.document_loading import load_customers, load_invoices, load_items
from runacall.invoices.models import Invoice
from runacall.invoices.refusals import Refused
from sync.models import State, SyncEvent
from sync.models.audit import Action
from sync.models.events import NO_FAILURE, EntityType, SyncEventQuerySet
from sync.operations import Report, keep_drains_out, record_action
from sync.outbox.enqueueing import queued_again
from sync.worker.wake import wake

User = AbstractBaseUser | None
CONFLICTS = ("changed_in_quickbooks", "paid_in_quickbooks")


def keep_quickbooks(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """Keep QuickBooks' values: nothing is sent, and the difference is recorded as accepted."""
    return _decide(events, CONFLICTS, _keep, Action.KEEP_QUICKBOOKS, by=by, at=at)


def send_ours(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """Our values replace those in QuickBooks, only in the fields that both changed."""
    return _decide(events, ("changed_in_quickbooks",), _send_ours, Action.SEND_OURS, by=by, at=at)


def void_here_too(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """Void on both sides."""

    def void(event: SyncEvent, link: Link) -> str:
        invoice = Invoice.objects.for_organization(event.organization).get(pk=event.record_id)
        try:
            invoice.void(reason="Voided in QuickBooks", at=at, by=by)
        except Refused as refusal:
            return str(refusal)
        return ""

    return _decide(events, ("voided_in_quickbooks",), void, Action.VOID_HERE_TOO, by=by, at=at)


def send_as_new(events: SyncEventQuerySet, *, by: User, at: datetime) -> Report:
    """Create a new invoice there; the void one stays as it is and is no longer linked."""

    def forget(event: SyncEvent, link: Link) -> str:
        link.delete()
        _queue_again(event, at)
        return ""

    return _decide(events, ("voided_in_quickbooks",), forget, Action.SEND_AS_NEW, by=by, at=at)


def _decide(
    events: SyncEventQuerySet,
    codes: tuple[str, ...],
    decide: Callable[[SyncEvent, Link], str],
    action: Action,
    *,
    by: User,
    at: datetime,
) -> Report:
    """Apply `decide` to each failed event with these codes; it returns why it did not, or "" if it did."""
    done = 0
    left: Counter[str] = Counter()
    for event in events.select_related("connection", "organization").order_by("pk"):
        if event.state != State.FAILED or event.failure_code not in codes:
            left["with nothing to choose"] += 1
            continue
        with transaction.atomic():
            keep_drains_out([event.connection_id])
            link = Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).first()
            refusal = decide(event, link) if link else "no longer in QuickBooks: retry them"
            if not refusal:
                record_action(
                    event.organization_id, action, by=by, at=at, done=1, reason=f"{event.label}: {event.message}"
                )
                wake(event.connection)
        done += not refusal
        left.update([refusal] if refusal else [])
    return Report(done, dict(left))


def _keep(event: SyncEvent, link: Link) -> str:
    base, theirs, said = _three(event, link)
    _store(link, base.keep_theirs(theirs, said))
    Link.objects.filter(pk=link.pk).update(accepted_at=event.changed_at)
    fields = event.facts.get("fields") or "amount"
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(
        state=State.SYNCED,
        due_at=None,
        look_first=False,
        **{**NO_FAILURE, "message": f"Kept QuickBooks' values: {fields}"[:500]},
    )
    return ""


def _send_ours(event: SyncEvent, link: Link) -> str:
    base, theirs, _ = _three(event, link)
    fields = tuple(side["field"] for side in event.facts.get("sides", ()))
    _store(link, base.send_ours(theirs, fields))
    _queue_again(event, event.changed_at)
    return ""


def _three(event: SyncEvent, link: Link) -> tuple[Base, Row, Said]:
    """The base, QuickBooks' current values, and what we would send now."""
    theirs: Row = decode(link.theirs) if link.theirs else {}
    said: Said
    base = Base.from_text(link.base)
    if event.record_type == EntityType.INVOICE:
        invoice = load_invoices([event.record_id])[event.record_id]
        company = load_company(link.connection)
        base = base or base_found(invoice, theirs, company)
        said = {**said_of(invoice, company), "customer_ref": base.said.get("customer_ref", "")}
    elif event.record_type == EntityType.CUSTOMER:
        said = said_of_customer(load_customers([event.record_id])[event.record_id])
    else:
        said = said_of_item(load_items([event.record_id])[event.record_id])
    base = base or Base()
    return base, theirs or base.row, said


def _store(link: Link, base: Base) -> None:
    token = str(base.row.get("SyncToken") or link.sync_token)
    Link.objects.filter(pk=link.pk).update(base=base.as_text(), theirs="", sync_token=token)


def _queue_again(event: SyncEvent, at: datetime) -> None:
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(**(queued_again(at) | {"look_first": False}))

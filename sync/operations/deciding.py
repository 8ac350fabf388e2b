"""What a person decides about records that both sides changed or that were voided in QuickBooks, one or many."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any

from django.contrib.auth.models import AbstractBaseUser
from django.db import transaction
from django.db.models import F

from qbo.connection.client import decode
from qbo.json_objects import Row
from qbo.mapping.applied import applied_by
from qbo.mapping.base import STATUS, Base, Said
from qbo.mapping.invoice_rows import base_kept
from qbo.mapping.list_planning import said_of_customer, said_of_item
from qbo.mapping.loading import load_book, load_company, numbers_of_ours
from qbo.mapping.payments import plan_payment, with_hers_taken_off
from qbo.mapping.planning import base_found, said_of
from qbo.models import Link
from runacall.invoices.document_loading import load_customers, load_invoices, load_items, load_payments
from runacall.invoices.models import Invoice, Payment
from runacall.invoices.refusals import Refused
from runacall.isolation import isolated
from sync.actions import ACTIONS, NOTHING
from sync.models import ActionRecord, ChangeCursor, State, SyncEvent, TwoPayments, Untaken
from sync.models.events import NO_FAILURE, EntityType, SyncEventQuerySet
from sync.operations.dating import STUMBLED
from sync.operations.recording import Report, chosen_by, keep_drains_out, record_action
from sync.outbox.arrivals import release_waiting
from sync.outbox.enqueueing import queued_again
from sync.worker.wake import wake

User = AbstractBaseUser | None


# One way out for a failed event: does it and returns why it did not, or "".
Choice = Callable[[SyncEvent, Any, User, datetime], str]


def _keep(event: SyncEvent, link: Link, by: User, at: datetime) -> str:
    is_back = _is_back(event)
    if is_back and event.record_type == EntityType.PAYMENT:
        return _take_in_again(event, link, at)
    base, theirs, said = _three(event, link)
    is_invoice = event.record_type == EntityType.INVOICE
    _store(link, base_kept(base, theirs, said) if is_invoice else base.keep_theirs(theirs, said))
    # An update sent before this no longer counts, even if a look finds that it arrived.
    Link.objects.filter(pk=link.pk).update(accepted_at=at, synced_at=at, **({"voided": True} if is_back else {}))
    fields = event.facts.get("fields") or "amount"
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(
        state=State.SYNCED,
        due_at=None,
        look_first=False,
        **{**NO_FAILURE, "message": f"Kept QuickBooks' values: {fields}"[:500]},
    )
    release_waiting(event.connection, event.record_type, event.record_id, at=at)
    return ""


def _is_back(event: SyncEvent) -> bool:
    """It is void here, and was brought back there."""
    return any(side.get("field") == STATUS for side in event.facts.get("sides", ()))


def _take_in_again(event: SyncEvent, link: Link, at: datetime) -> str:
    """A void payment stays void: the one there is recorded here as one that was received there."""
    Untaken.objects.update_or_create(
        connection=event.connection,
        realm_id=event.realm_id,
        qbo_id=link.qbo_id,
        # As nothing has ever stood, so it is read with what changed next.
        defaults={"records": [f"{EntityType.PAYMENT}:{event.record_id}"], "stood": []},
    )
    link.delete()
    message = "Kept QuickBooks' payment: it is recorded here again with the next changes that are read"
    closed = {**NO_FAILURE, "message": message}
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(state=State.SYNCED, due_at=None, **closed)
    _read_soon(event, at)
    return ""


def _send_ours(event: SyncEvent, link: Link, by: User, at: datetime) -> str:
    base, theirs, said = _three(event, link)
    # A total follows from the rest.
    fields = tuple(side["field"] for side in event.facts.get("sides", ()) if side["field"] != "total")
    if event.record_type == EntityType.PAYMENT:
        of_ours = numbers_of_ours(link.connection, applied_by(theirs))
        base = with_hers_taken_off(base, theirs, said, fields, of_ours=of_ours)
    _store(link, base.send_ours(theirs, fields))
    if _is_back(event):
        Link.objects.filter(pk=link.pk).update(voided=False)
    _queue_again(event, at)
    return ""


def _void_here_too(event: SyncEvent, link: Link, by: User, at: datetime) -> str:
    invoice = Invoice.objects.for_organization(event.organization).get(pk=event.record_id)
    try:
        invoice.void(reason="Voided in QuickBooks", at=at, by=by)
    except Refused as refusal:
        return str(refusal)
    return ""


def _send_as_new(event: SyncEvent, link: Link, by: User, at: datetime) -> str:
    link.delete()
    _queue_again(event, at)
    return ""


def _same_payment(event: SyncEvent, link: Link | None, by: User, at: datetime) -> str:
    """Hers stays: ours becomes void, and what changed is read soon, which records hers or says that it is gone."""
    payment = Payment.objects.for_organization(event.organization).get(pk=event.record_id)
    paid = payment.applications.order_by("invoice").values_list("invoice", flat=True)
    records = [f"{EntityType.INVOICE}:{pk}" for pk in paid] + [f"{EntityType.PAYMENT}:{payment.pk}"]
    try:
        payment.void(at=at, by=by)
    except Refused as refusal:
        return str(refusal)
    Untaken.objects.update_or_create(
        connection=event.connection,
        realm_id=event.realm_id,
        qbo_id=str(event.facts.get("there_id", "")),
        defaults={"instead_of": payment.pk, "records": records},
    )
    _read_soon(event, at)
    return ""


def _record_both(event: SyncEvent, link: Link | None, by: User, at: datetime) -> str:
    TwoPayments.objects.get_or_create(
        connection=event.connection,
        realm_id=event.realm_id,
        payment_id=event.record_id,
        qbo_id=str(event.facts.get("there_id", "")),
    )
    # One that is there already has nothing to send.
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(**queued_again(at))
    _read_soon(event, at)
    return ""


def _read_soon(event: SyncEvent, at: datetime) -> None:
    ChangeCursor.objects.filter(connection=event.connection, realm_id=event.realm_id).update(next_at=at)


# For which failures each is, the table of actions says.
CHOICES: Mapping[str, Choice] = {
    # QuickBooks' values: nothing is sent, and the difference is recorded as accepted.
    "keep_quickbooks": _keep,
    # Our values replace those in QuickBooks, only in the fields that both changed.
    "send_ours": _send_ours,
    "void_here_too": _void_here_too,
    # A new invoice there; the void one stays as it is and is no longer linked.
    "send_as_new": _send_as_new,
    # The payment there is the one here: it counts once.
    "same_payment": _same_payment,
    # They are two: neither is asked about again.
    "record_both": _record_both,
}
# About records of which we may have no link.
WITHOUT_LINK = ("same_payment", "record_both")


def meant_by(name: str, events: SyncEventQuerySet) -> SyncEventQuerySet:
    """Those among `events` that the choice is for, not what only waits for one of them."""
    return events.failed().filter(failure_code__in=ACTIONS[name].codes, blocked_by="")


def _others(events: SyncEventQuerySet, meant: int) -> dict[str, int]:
    count = events.count() - meant
    return {NOTHING: count} if count else {}


def decide(
    name: str,
    events: SyncEventQuerySet,
    *,
    by: User,
    at: datetime,
    filters: Mapping[str, object] | None = None,
    dry_run: bool = False,
) -> Report:
    """Apply one choice to each of `events` that it is for, with one action record for all of them."""
    if dry_run:
        meant = meant_by(name, events).count()
        return Report(meant, _others(events, meant))
    chosen = list(meant_by(name, events).order_by("pk").values_list("pk", "organization_id"))
    left = Counter(_others(events, len(chosen)))
    if not chosen:
        return Report(0, dict(left))
    action = record_action(chosen[0][1], name, by=by, at=at, done=0, filters=filters)
    report = _carry_out(action, [pk for pk, _ in chosen], left, at=at)
    if not report.done:
        action.delete()
    return report


keep_quickbooks = partial(decide, "keep_quickbooks")
send_ours = partial(decide, "send_ours")
void_here_too = partial(decide, "void_here_too")
send_as_new = partial(decide, "send_as_new")
same_payment = partial(decide, "same_payment")
record_both = partial(decide, "record_both")


def carry_out(action_id: int, *, at: datetime) -> Report:
    """Do what was asked for, however often this is called: after an interruption it continues with what is left."""
    action = ActionRecord.objects.open().filter(pk=action_id, action__in=CHOICES).select_related("by").first()
    if action is None:
        return Report()
    found = chosen_by(action)
    chosen = list(meant_by(action.action, found).order_by("pk").values_list("pk", flat=True))
    return _carry_out(action, chosen, Counter(_others(found, len(chosen))), at=at)


def _carry_out(action: ActionRecord, chosen: Sequence[int], left: Counter[str], *, at: datetime) -> Report:
    labels: list[str] = []
    for pk in chosen:
        refusal = STUMBLED
        with isolated("Deciding", event=pk, organization=action.organization_id):
            event, refusal = _decide_one(action, pk, at=at)
            if not refusal:
                labels.append(f"{event.label}: {event.message}" if len(chosen) == 1 else event.label)
        left.update([refusal] if refusal else [])
    action.refresh_from_db(fields=["done", "meant"])
    action.meant = action.meant or action.done
    action.is_open, action.left, action.reason = False, dict(left), ", ".join(labels)[:500]
    action.save(update_fields=["is_open", "left", "reason", "meant"])
    return Report(len(labels), dict(left), action if labels else None)


def _decide_one(action: ActionRecord, pk: int, *, at: datetime) -> tuple[SyncEvent, str]:
    """The event as it was, and why nothing was done, or ""."""
    event = SyncEvent.objects.select_related("connection", "organization").get(pk=pk)
    choice = CHOICES[action.action]
    with transaction.atomic():
        keep_drains_out([event.connection_id])
        # Another person or worker may have been here first.
        event.refresh_from_db(fields=["state", "failure_code", "facts", "blocked_by"])
        if refused := ACTIONS[action.action].refuses(event, at):
            return event, refused
        link = Link.objects.of(event.connection, event.record_type).filter(record_id=event.record_id).first()
        can = link is not None or action.action in WITHOUT_LINK
        refusal = choice(event, link, action.by, at) if can else "no longer in QuickBooks: retry them"
        if not refusal:
            SyncEvent.objects.filter(pk=event.pk).update(action=action, changed_at=at)
            ActionRecord.objects.filter(pk=action.pk).update(done=F("done") + 1)
            action.touch(SyncEvent.objects.filter(pk=event.pk))
            wake(event.connection)
    return event, refusal


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
    elif event.record_type == EntityType.PAYMENT:
        payment = load_payments([event.record_id])[event.record_id]
        said = plan_payment(payment, load_book(link.connection, payments=[payment])).said
    else:
        item = load_items([event.record_id])[event.record_id]
        said = said_of_item(item, load_book(link.connection, items=[item]).chosen_account(item))
    base = base or Base()
    return base, theirs or base.row, said


def _store(link: Link, base: Base) -> None:
    token = str(base.row.get("SyncToken") or link.sync_token)
    Link.objects.filter(pk=link.pk).update(base=base.as_text(), theirs="", sync_token=token)


def _queue_again(event: SyncEvent, at: datetime) -> None:
    SyncEvent.objects.filter(pk=event.pk, state=State.FAILED).update(**{**queued_again(at), "look_first": False})

"""Preparing claimed customers: linked by name and e-mail if they exist, otherwise created or recreated."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from enum import Enum
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef

from qbo.connection.client import encode
from qbo.connection.queries import ANY_ACTIVE, ReadFailed, read_where_in
from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.mapping.base import CUSTOMER_FIELDS, fields_of, kept_part
from qbo.mapping.book import Ref
from qbo.mapping.list_planning import ListRecord, carried_over, plan_customer, said_of_customer
from qbo.mapping.loading import load_list_records, load_ruled
from qbo.mapping.matching import NOTHING_RULED, Holder, Match, Ruled, ambiguous, candidate_names, match_customer
from qbo.mapping.names import OF_CUSTOMER, full_name_key, name_key
from qbo.mapping.payloads import Write, customer_payload
from qbo.mapping.plans import Plan
from qbo.mapping.preflight import customer_subject
from qbo.models import Link
from runacall.invoices.document_loading import load_customers
from runacall.invoices.documents import CustomerDocument
from runacall.invoices.models import Customer, Invoice, Payment
from sync.engine.context import Drain
from sync.engine.outcomes import Outcome, record, release_dependants
from sync.engine.prepare.list_doubts import look_at_updates, still_under_way
from sync.engine.prepare.merges import MOVED_INVOICES, latest_there
from sync.engine.prepare.nothing_sent import linked, not_yet, nothing_to_send, owed_if_any, owed_update, refused_here
from sync.engine.prepare.rivals import CUSTOMER_NAME, named_alike
from sync.engine.send.doubts import Sent, base_as_sent, changed_since, made_meanwhile, sent_before
from sync.engine.send.push import Ready
from sync.models import SyncEvent
from sync.models.events import IN_FLIGHT, UNSENT, EntityType


def prepare_customers(drain: Drain, events: Sequence[SyncEvent]) -> list[Ready]:
    """The customers that have to be created; the others are linked or refused here. Raises ReadFailed, MustWait."""
    documents = load_customers(event.record_id for event in events)
    sent = sent_before(drain, "Customer", [event for event in events if event.look_first])
    look_at_updates(drain, "Customer", events, sent)
    links = {
        link.record_id: Ref(link.qbo_id, active=link.active)
        for link in Link.objects.of(drain.connection, EntityType.CUSTOMER).for_records(documents)
    }
    wanted = [documents[e.record_id] for e in events if _is_wanted(documents.get(e.record_id), links)]
    former = {record_id: _as_sent(documents.get(record_id), ones) for record_id, ones in sent.items()}
    unread: dict[str, ReadFailed] = {}
    rows = _rows(drain, "Customer", [*wanted, *filter(None, former.values())], unread)
    doubtful = [documents[e.record_id] for e in events if e.record_id in links or e.heals]
    holders = _other_holders(drain, [customer for customer in doubtful if customer in wanted])
    # A name that was refused although no active record has it belongs to an inactive one.
    refused = {name_key(documents[e.record_id].display_name) for e in events if e.heals and e.record_id in documents}
    for row in rows:
        key = name_key(str(row.get("DisplayName", "")))
        if key in refused and not row.get("Active", True):
            holders.setdefault(key, Holder("Customer", str(row["Id"]), active=False))
    held = _linked_ids(drain, rows)
    rivals = _rivals(drain, wanted) if any(str(row["Id"]) not in held for row in rows) else {}
    ruled = load_ruled(drain.connection, EntityType.CUSTOMER, {*documents, *_ids(rivals)})
    survivors = _survivors(drain, {key: link for key, link in links.items() if not link.active})
    there = load_list_records(drain.connection, EntityType.CUSTOMER, documents)
    needs = _needs(drain, [key for key, link in links.items() if not link.active and key not in survivors])
    settled: list[Outcome] = []
    ready: list[Ready] = []
    made: list[Row] | None = None
    for event in events:
        customer, link = documents.get(event.record_id), links.get(event.record_id)
        waits = still_under_way(drain, event, sent.get(event.record_id, ()))
        if waits:
            settled.append(waits)
            continue
        if customer and event.record_id in survivors:
            outcome = _link(drain, event, customer, survivors[event.record_id], link, held, merged=True)
            owed = _owed_again(drain, event, customer)
            if isinstance(owed, Ready):
                # What changed here goes to the survivor, and the row says where it went.
                remark = f"{outcome.message} {owed.item.kept}".strip()
                ready.append(replace(owed, item=replace(owed.item, kept=remark)))
            else:
                settled.append(owed or outcome)
            continue
        broken = _unread(unread, customer, former.get(event.record_id))
        if customer and broken:
            settled.append(refused_here(drain, event, broken, Write("Customer", "create", customer_payload(customer))))
            continue
        found = _find(former.get(event.record_id), rows, held)
        match = found or _match(customer, rows, held, holders, rivals.get(event.record_id, ()), ruled)
        sends = sent.get(event.record_id, ())
        verdict = _judge(drain, event, customer, link, match, held, there.get(event.record_id), sends)
        if isinstance(verdict, Ready) and customer and sends:
            if made is None:
                made = changed_since(made_meanwhile(drain, "Customer", chain.from_iterable(sent.values())))
                held |= _linked_ids(drain, made)
            waits = not_yet(drain, event, sends)
            verdict = waits or _renamed(drain, event, verdict, customer, sends, made, held, ruled)
        if not isinstance(verdict, Ready):
            settled.append(verdict)
            continue
        need = needs.get(event.record_id, Need.INVOICE)
        if customer and verdict.write.operation == "create" and need is not Need.INVOICE:
            settled.append(_stays_inactive(drain, event, customer, verdict.write, need))
            continue
        ready.append(verdict)
        if customer and verdict.write.operation == "create":
            # Of two with the same name in one batch, the second must not take the first one's name.
            rows = [*rows, {"Id": f"new {customer.id}", "DisplayName": verdict.write.payload["DisplayName"]}]
            held[f"new {customer.id}"] = customer.id
    _write_down(drain, settled)
    return ready


def _is_wanted(customer: CustomerDocument | None, links: Mapping[int, Ref]) -> bool:
    link = links.get(customer.id) if customer else None
    return customer is not None and (link is None or not link.active)


def _judge(
    drain: Drain,
    event: SyncEvent,
    customer: CustomerDocument | None,
    link: Ref | None,
    match: Match,
    held: dict[str, int],
    there: ListRecord | None,
    sends: Sequence[Sent],
) -> Ready | Outcome:
    if customer is None:
        return nothing_to_send(drain, event, "The customer no longer exists.")
    if link and link.active:
        return owed_update(drain, event, plan_customer(customer, there) if there else Plan())
    if match.row:
        outcome = _link(drain, event, customer, match.row, link, held, sends=sends)
        return (_owed_again(drain, event, customer) if link or sends else None) or outcome
    write = Write("Customer", "create", customer_payload(customer, name_taken=match.taken))
    if match.failure:
        return refused_here(drain, event, _worded(match, customer, link), write)
    former_id = link.qbo_id if link else ""
    return Ready.to_send(event, write, former_id=former_id, said=said_of_customer(customer))


def _owed_again(drain: Drain, event: SyncEvent, customer: CustomerDocument) -> Ready | Outcome | None:
    """What changed here and never went, now that the customer is active again, or another is it; None for nothing."""
    if not drain.connection.settings.sync_customer_updates:
        return None
    there = load_list_records(drain.connection, EntityType.CUSTOMER, [customer.id]).get(customer.id)
    plan = plan_customer(customer, there) if there else Plan()
    return owed_if_any(drain, event, plan)


def _match(
    customer: CustomerDocument | None,
    rows: Sequence[Row],
    held: Mapping[str, int],
    holders: Mapping[str, Holder],
    rivals: Sequence[CustomerDocument] = (),
    ruled: Mapping[int, Ruled] = NOTHING_RULED,
) -> Match:
    if customer is None:
        return Match()
    return match_customer(customer, rows, held=held, other_holders=holders, rivals=rivals, ruled=ruled)


class Need(Enum):
    """Who waits for a customer that is inactive there."""

    INVOICE = "an invoice, which the customer is made again for"
    PAYMENT = "only payments of invoices that stay with the inactive one"
    NOBODY = "nobody"


def _needs(drain: Drain, customer_ids: Sequence[int]) -> dict[int, Need]:
    """By our customer, who waits for it."""
    found = dict.fromkeys(customer_ids, Need.NOBODY)
    events = SyncEvent.objects.of(drain.connection).filter(state__in=(*UNSENT, *IN_FLIGHT))
    for kind, model, need in (
        (EntityType.PAYMENT, Payment, Need.PAYMENT),
        (EntityType.INVOICE, Invoice, Need.INVOICE),
    ):
        theirs = model.objects.filter(customer__in=customer_ids, organization=drain.connection.organization_id)
        waiting = events.filter(record_type=kind, record_id=OuterRef("pk"))
        found |= dict.fromkeys(theirs.filter(Exists(waiting)).values_list("customer", flat=True), need)
    return found


def _stays_inactive(drain: Drain, event: SyncEvent, customer: CustomerDocument, write: Write, need: Need) -> Outcome:
    """No second one is made for a change of its own, nor for payments: QuickBooks keeps their invoices with it."""
    if need is Need.PAYMENT:
        return refused_here(drain, event, Failure("customer_inactive", customer_subject(customer)), write)
    return nothing_to_send(
        drain,
        event,
        "The customer is inactive in QuickBooks: nothing was sent. The change stays here, and is sent with the next one"
        " once the customer is active again.",
    )


def _ids(rivals: Mapping[int, Sequence[CustomerDocument]]) -> set[int]:
    return {one.id for ones in rivals.values() for one in ones}


def _rivals(drain: Drain, customers: Sequence[CustomerDocument]) -> dict[int, list[CustomerDocument]]:
    """By customer, our other customers with the same name that are not linked."""
    keys = {customer.id: full_name_key(customer.display_name) for customer in customers}
    ours = Customer.objects.for_organization(drain.connection.organization)
    named = named_alike(ours, CUSTOMER_NAME, set(keys.values()))
    linked = Link.objects.of(drain.connection, EntityType.CUSTOMER).for_records(named).filter(active=True)
    for pk in linked.values_list("record_id", flat=True):
        named.pop(pk, None)
    documents = load_customers(named) if len(named) > 1 else {}
    return {pk: [one for one in documents.values() if one.id != pk and named[one.id] == keys[pk]] for pk in keys}


def _as_sent(customer: CustomerDocument | None, sent: Sequence[Sent]) -> CustomerDocument | None:
    """The customer with the name and e-mail it was last sent with; staff may have changed them since."""
    if customer is None or not sent:
        return None
    payload = sent[-1].payload
    email = str((payload.get("PrimaryEmailAddr") or {}).get("Address", ""))
    return replace(customer, display_name=str(payload.get("DisplayName", customer.display_name)), email=email)


def _find(former: CustomerDocument | None, rows: Sequence[Row], held: Mapping[str, int]) -> Match | None:
    """The row of an earlier send that did arrive."""
    match = _match(former, rows, held, {})
    return match if match.row else None


def _renamed(
    drain: Drain,
    event: SyncEvent,
    ready: Ready,
    customer: CustomerDocument,
    sends: Sequence[Sent],
    made: Sequence[Row],
    held: dict[str, int],
    ruled: Mapping[int, Ruled],
) -> Ready | Outcome:
    """An earlier send may have arrived, and the customer may have another name there since: never made twice.

    `made`: customers that were created there at that time and changed since. One with our e-mail, phone or address
    is it; otherwise a person says which, or that it is none of them.
    """
    if ready.write.operation != "create":
        return ready
    mine = ruled.get(customer.id, Ruled())
    free = [row for row in made if str(row["Id"]) not in held and str(row["Id"]) not in mine.refused]
    if mine.creates or not free:
        return ready
    ours = fields_of(ready.write.payload, CUSTOMER_FIELDS)
    alike = [row for row in free if any(ours[name] and ours[name] == CUSTOMER_FIELDS[name](row) for name in TELLING)]
    if len(alike) == 1:
        outcome = _link(drain, event, customer, alike[0], None, held, sends=sends)
        return _owed_again(drain, event, customer) or outcome
    return refused_here(drain, event, ambiguous(customer, alike or free, ()), ready.write)


# What tells a customer from others of another name.
TELLING = ("e-mail", "phone", "billing address")


def _worded(match: Match, customer: CustomerDocument, link: Ref | None) -> Failure:
    """A deleted customer whose name another record has taken still counts as: customer not found."""
    assert match.failure is not None
    if link is None:
        return match.failure
    return Failure("customer_not_found", customer_subject(customer), facts=match.failure.facts)


def _link(
    drain: Drain,
    event: SyncEvent,
    customer: CustomerDocument,
    row: Row,
    former: Ref | None,
    held: dict[str, int],
    *,
    merged: bool = False,
    sends: Sequence[Sent] = (),
) -> Outcome:
    """`sends`: what went out for it without an answer, which this row may have come of."""
    qbo_id = str(row["Id"])
    held[qbo_id] = customer.id
    there = Link.objects.of(drain.connection, EntityType.CUSTOMER).filter(record_id=customer.id).first()
    base = base_as_sent(sends, "Customer") or (there.base if there else "")
    columns = {
        "qbo_id": qbo_id,
        "sync_token": str(row.get("SyncToken", "")),
        "active": True,
        "synced_at": drain.now(),
        "created_here": False,
        # Differences that existed before linking stay: what is sent is what was owed, and what changes from now on.
        **carried_over(base, said_of_customer(customer), row, "Customer"),
    }
    if former and former.qbo_id == qbo_id:
        # The same one, active again: what changed here meanwhile is still to be sent, and compared with what is there.
        columns = {"active": True, "theirs": encode(kept_part("Customer", row))}
    Link.objects.of(drain.connection, EntityType.CUSTOMER).update_or_create(
        connection=drain.connection,
        realm_id=drain.turn.realm_id,
        record_type=EntityType.CUSTOMER,
        record_id=customer.id,
        defaults=columns,
    )
    if merged and former:
        message = f"Merged in QuickBooks: Id {former.qbo_id} is now {row.get('DisplayName')}, Id {qbo_id}."
        return linked(drain, event, row, message=message)
    was = f", in place of the deleted Id {former.qbo_id}" if former and former.qbo_id != qbo_id else ""
    return linked(
        drain, event, row, message=f"Linked to the customer with the same name in QuickBooks, Id {qbo_id}{was}."
    )


def _survivors(drain: Drain, gone: Mapping[int, Ref]) -> dict[int, Row]:
    """By our customer, the active customer that all invoices of the deleted one now belong to.

    A merge in QuickBooks moves the deleted customer's invoices to the other one. One query for all of them.
    """
    wanted: dict[str, int] = {}
    for customer_id in gone:
        latest = latest_there(drain, Invoice.objects.filter(customer=customer_id))
        wanted |= dict.fromkeys(latest.values_list("qbo_id", flat=True)[:MOVED_INVOICES], customer_id)
    moved: dict[int, set[str]] = {}
    for row in read_where_in(drain.turn.client(), "Invoice", "Id", wanted, pace=drain.pace):
        moved.setdefault(wanted[str(row["Id"])], set()).add(str((row.get("CustomerRef") or {}).get("value") or ""))
    one = {key: ids.pop() for key, ids in moved.items() if len(ids) == 1}
    elsewhere = {key: qbo_id for key, qbo_id in one.items() if qbo_id and qbo_id != gone[key].qbo_id}
    rows = read_where_in(drain.turn.client(), "Customer", "Id", elsewhere.values(), pace=drain.pace)
    by_id = {str(row["Id"]): row for row in rows if row.get("Active", True)}
    # Another customer of ours may be linked to it already: the two were merged there, and both are it from now on.
    return {key: by_id[qbo_id] for key, qbo_id in elsewhere.items() if qbo_id in by_id}


def _write_down(drain: Drain, settled: Sequence[Outcome]) -> None:
    with transaction.atomic():
        drain.lease.assert_held()
        record(settled, at=drain.now())
        release_dependants(settled, at=drain.now())
    drain.count(len(settled))


def _rows(drain: Drain, entity: str, customers: Sequence[CustomerDocument], unread: dict[str, ReadFailed]) -> list[Row]:
    """Rows with these customers' names; a name whose row QuickBooks cannot read is added to `unread`."""
    names = {
        name for customer in customers for name in candidate_names(customer.display_name, OF_CUSTOMER, customer.id)
    }
    client, pace = drain.turn.client(), drain.pace
    return read_where_in(
        client, entity, "DisplayName", names, extra=ANY_ACTIVE, pace=pace, unread=unread, however_spelled=True
    )


def _unread(unread: Mapping[str, ReadFailed], *customers: CustomerDocument | None) -> Failure | None:
    """What QuickBooks said when reading one of these names failed; None if it worked."""
    for customer in filter(None, customers):
        for name in candidate_names(customer.display_name, OF_CUSTOMER, customer.id) & unread.keys():
            return replace(unread[name].failure, subject=customer_subject(customer))
    return None


def _other_holders(drain: Drain, customers: Sequence[CustomerDocument]) -> dict[str, Holder]:
    """Vendors and employees that have a name; queried only if a customer was deleted or its name refused."""
    found: dict[str, Holder] = {}
    if customers:
        for entity in ("Vendor", "Employee"):
            for row in _rows(drain, entity, customers, {}):
                if row.get("Active", True):
                    found[name_key(str(row.get("DisplayName", "")))] = Holder(entity, str(row["Id"]))
    return found


def _linked_ids(drain: Drain, rows: Sequence[Row]) -> dict[str, int]:
    links = Link.objects.of(drain.connection, EntityType.CUSTOMER)
    found = links.filter(qbo_id__in=[str(row["Id"]) for row in rows])
    return dict(found.values_list("qbo_id", "record_id"))

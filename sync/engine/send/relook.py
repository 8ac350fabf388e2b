"""After an answer that our mirrors did not predict: before the next send, only what it referred to is read again."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping, Sequence

from qbo import catalogue
from qbo.failures import Failure
from qbo.json_objects import JsonMapping, Row
from qbo.lists.checking import Unreadable
from qbo.lists.mirrors import probe_references
from qbo.mapping.base import Base
from qbo.models import Link, ListState
from sync.engine.context import Drain
from sync.engine.links import read_their_rows
from sync.engine.send.sent_items import SentItem
from sync.models import Submission, SyncEvent
from sync.models.events import EntityType

logger = logging.getLogger(__name__)

# What a look can settle or fix: the event returns to the queue once, and preflight checks it again.
RELOOK_CODES = frozenset(
    {
        "customer_not_found",
        "link_refused",
        "payment_over_applied",
        "item_not_found",
        "item_inactive",
        "account_inactive",
        "tax_code_not_mapped",
        "tax_not_enabled",
        "closed_period",
        "duplicate_doc_number",
        "duplicate_name",
        "duplicate_request",
        "reference_not_found",
        "stale_object",
    }
)
# Lists small enough to read completely; of the others only the Ids in question are read.
WHOLE = ("Preferences", "TaxCode", "Account", "Term")
PROBED = ("Customer", "Item")


def want_lists(drain: Drain, submission: Submission, refused: Iterable[tuple[int, Failure]]) -> None:
    """Have the lists read before the next send that may say by now what QuickBooks refused, by position in the batch.

    Part of the transaction that records the refusals, so that no crash comes between.
    """
    wanted = set[str]()
    for index, failure in refused:
        lists = catalogue.entry(failure.code).refreshes
        if failure.code == "reference_not_found":
            lists = (*lists, "Account", "TaxCode", "Term")
        wanted |= {name for name in lists if name in WHOLE}
        if _is_item_of_same_name(submission, index, failure):
            wanted.add("Item")
    # Only wanted: the next wave reads them once, however many items of this batch were refused.
    ListState.want(drain.connection, wanted, at=drain.now())


def look_again(drain: Drain, events: Iterable[SyncEvent]) -> None:
    """Read what the refused sends of these events referred to and would have changed, before they are sent again.

    Raises ReadFailed, MustWait, Stop.
    """
    refused = [event for event in events if event.heals and event.submission_id]
    if not refused:
        return
    items, payloads = _last_sent(drain, refused)
    # An update says only what changed, and may be refused for what stays as it is.
    payloads += _what_stays(drain, items)
    try:
        probe_references(
            drain.connection, drain.turn.client(), references(drain, payloads), at=drain.now(), pace=drain.pace
        )
        read_their_rows(drain, "Invoice", _paid_invoices(drain, payloads))
        for entity in dict.fromkeys(item.entity for item in items):
            read_their_rows(drain, entity, _changed(items, entity))
    except Unreadable as error:
        # The lists are read completely instead, which reports the problem if it still exists.
        logger.warning("A look at connection %s returned an invalid answer: %s.", drain.connection.pk, error)
        ListState.want(drain.connection, PROBED, at=drain.now())


def _last_sent(drain: Drain, events: Sequence[SyncEvent]) -> tuple[list[SentItem], list[JsonMapping]]:
    """What was last sent of each of these events to this company, and as what it went out."""
    wanted = {event.pk for event in events}
    items, payloads = list[SentItem](), list[JsonMapping]()
    rows = Submission.objects.filter(pk__in={event.submission_id for event in events}, realm_id=drain.turn.realm_id)
    for submission in rows.with_bodies().defer("answer").order_by("pk").iterator(chunk_size=20):
        for stored, request in zip(submission.items, submission.writes, strict=True):
            if stored["event_id"] in wanted:
                item = SentItem.from_json(stored)
                items.append(item)
                payloads.append(request[item.entity])
    return items, payloads


def _is_item_of_same_name(submission: Submission, index: int, failure: Failure) -> bool:
    """A product with that name exists but is not in our mirror; customers are looked up by name each time."""
    return failure.code == "duplicate_name" and submission.items[index]["entity"] == "Item"


def _what_stays(drain: Drain, items: Iterable[SentItem]) -> list[Row]:
    """The invoices in QuickBooks that these updates change, as we last saw them."""
    ids = _changed(items, "Invoice")
    rows = Link.objects.of(drain.connection, EntityType.INVOICE).for_records(ids) if ids else Link.objects.none()
    bases = map(Base.from_text, rows.exclude(base="").values_list("base", flat=True))
    return [base.row for base in bases if base]


def references(drain: Drain, payloads: Iterable[JsonMapping]) -> dict[str, set[str]]:
    """What payloads refer to: entity -> Ids."""
    found: dict[str, set[str]] = {entity: set() for entity in PROBED}
    for payload in payloads:
        found["Customer"].add(_value(payload.get("CustomerRef")))
        for line in payload.get("Line", ()):
            found["Item"].add(_value((line.get("SalesItemLineDetail") or {}).get("ItemRef")))
    return {entity: {qbo_id for qbo_id in ids if qbo_id.isdigit()} for entity, ids in found.items()}


def _paid_invoices(drain: Drain, payloads: Iterable[JsonMapping]) -> list[int]:
    """Our invoices that these payments pay: one of them may be gone, void or another customer's."""
    links = [link for payload in payloads for line in payload.get("Line", ()) for link in line.get("LinkedTxn") or ()]
    ids = {str(link.get("TxnId")) for link in links if link.get("TxnType") == "Invoice"}
    rows = Link.objects.of(drain.connection, EntityType.INVOICE).filter(qbo_id__in=ids) if ids else Link.objects.none()
    return list(rows.values_list("record_id", flat=True))


def _value(reference: Mapping[str, object] | None) -> str:
    return str((reference or {}).get("value", ""))


def _changed(items: Iterable[SentItem], entity: str) -> list[int]:
    """The records of this kind that should be updated or voided: their SyncToken there has changed."""
    return [item.record_id for item in items if item.entity == entity and item.operation != "create"]

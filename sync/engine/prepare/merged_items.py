"""Products that a bookkeeper merged in QuickBooks: which one ours are from now on, as our invoices there say it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from qbo.connection.queries import read_where_in
from qbo.json_objects import Row
from qbo.lists.mirrors import probe_references
from qbo.mapping.base import Base, reference
from qbo.mapping.book import Ref
from qbo.mapping.invoice_rows import is_void, own_lines
from qbo.mapping.loading import ref_of
from qbo.mapping.names import name_key
from qbo.models import Link, ListEntry
from runacall.invoices.models import Invoice, InvoiceLine
from sync.engine.context import Drain
from sync.engine.prepare.merges import MOVED_INVOICES, latest_there
from sync.engine.send.doubts import sent_before
from sync.models import SyncEvent
from sync.models.events import EntityType


def survivors(drain: Drain, item_ids: Iterable[int]) -> dict[int, Ref]:
    """By our item whose product is inactive there, the active product that all its lines there name now.

    A merge in QuickBooks moves the lines of the one that is gone to the other. One query for all of them, and none
    where no product is gone. A product that is another item of ours, or may have been made for one since a lost answer,
    is nobody's survivor: each is one of ours. Raises ReadFailed, MustWait or Stop.
    """
    gone = _gone(drain, item_ids)
    if not gone:
        return {}
    invoices = {item_id: _latest_with(drain, item_id) for item_id in gone}
    ids = {link.qbo_id for links in invoices.values() for link in links}
    read = read_where_in(drain.turn.client(), "Invoice", "Id", ids, pace=drain.pace) if ids else []
    rows = {str(row["Id"]): row for row in read}
    named = {
        item_id: {
            one
            for link in links
            if (row := rows.get(link.qbo_id))
            for one in _products(item_id, link, row)
            # A void one that still names it says nothing: nobody has shown that a merge moves its lines, too.
            if not (is_void(row) and one == gone[item_id])
        }
        for item_id, links in invoices.items()
    }
    moved = {key: ids.pop() for key, ids in named.items() if len(ids) == 1 and gone[key] not in ids}
    times = Counter(moved.values())
    ours = Link.objects.of(drain.connection, EntityType.ITEM).filter(qbo_id__in=times)
    taken = {*ours.values_list("qbo_id", flat=True), *(qbo_id for qbo_id, count in times.items() if count > 1)}
    if times.keys() - taken:
        # Our mirror may not have it yet.
        wanted = {"Item": times.keys() - taken}
        probe_references(drain.connection, drain.turn.client(), wanted, at=drain.now(), pace=drain.pace)
    entries = ListEntry.objects.of(drain.connection, "Item").active().filter(qbo_id__in=times.keys() - taken)
    made = _names_sent(drain) if entries else set()
    free = {entry.qbo_id: ref_of(entry) for entry in entries if entry.name_key not in made}
    return {item_id: free[qbo_id] for item_id, qbo_id in moved.items() if qbo_id in free}


def _gone(drain: Drain, item_ids: Iterable[int]) -> dict[int, str]:
    """Those that are linked to a product that is inactive, or that our mirror has lost, with its Id."""
    links = Link.objects.of(drain.connection, EntityType.ITEM).for_records(item_ids)
    linked = dict(links.values_list("record_id", "qbo_id"))
    if not linked:
        return {}
    active = ListEntry.objects.of(drain.connection, "Item").active().filter(qbo_id__in=linked.values())
    there = set(active.values_list("qbo_id", flat=True))
    return {item_id: qbo_id for item_id, qbo_id in linked.items() if qbo_id not in there}


def _names_sent(drain: Drain) -> set[str]:
    """As keys, the names of the new products that may have arrived without an answer."""
    events = SyncEvent.objects.of(drain.connection).filter(record_type=EntityType.ITEM).in_doubt()
    sends = sent_before(drain, "Item", events)
    return {
        name_key(str(one.payload.get("Name")))
        for ones in sends.values()
        for one in ones
        if one.item.operation == "create"
    }


def _latest_with(drain: Drain, item_id: int) -> list[Link]:
    """The latest invoices there with a line of this item."""
    invoices = Invoice.objects.filter(pk__in=InvoiceLine.objects.filter(item=item_id).values("invoice"))
    return list(latest_there(drain, invoices).exclude(base="")[:MOVED_INVOICES])


def _products(item_id: int, link: Link, row: Row) -> set[str]:
    """The products that our lines of this item name there now."""
    base = Base.from_text(link.base)
    said = base.said.get("lines", []) if base else []
    ids = {
        qbo_id for qbo_id, line in zip(base.line_ids if base else (), said, strict=False) if line[:1] == [str(item_id)]
    }
    lines = [line for line in own_lines(row) if str(line.get("Id")) in ids]
    return {reference(line.get("SalesItemLineDetail") or {}, "ItemRef") for line in lines} - {""}

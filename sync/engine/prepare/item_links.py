"""Linking pricebook items to QuickBooks products of exactly their name, from the mirror, without a call."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from qbo.mapping.base import Base, Row, kept_part
from qbo.mapping.book import Ref
from qbo.mapping.list_planning import said_of_item
from qbo.mapping.loading import ref_of
from qbo.mapping.matching import candidate_names, match_item
from qbo.mapping.names import full_name_key, name_key
from qbo.models import Link, ListEntry
from runacall.invoices.document_loading import load_items
from runacall.invoices.documents import InvoiceDocument, ItemDocument
from runacall.invoices.models import PricebookItem
from sync.engine.context import Drain
from sync.models.events import EntityType


def link_items_by_name(drain: Drain, invoices: Iterable[InvoiceDocument]) -> None:
    """Give every unlinked item of these invoices its product, where one of exactly its name is there."""
    items = {line.item.id: line.item for invoice in invoices for line in invoice.lines if line.item}
    homeless = unlinked(drain, items)
    refs, held = candidates(drain, homeless) if homeless else ({}, {})
    rivals = item_rivals(drain, homeless) if refs else {}
    for item in homeless:
        match = match_item(item, refs, held=held, rivals=rivals.get(item.id, ()))
        if match.row:
            held[str(match.row["Id"])] = item.id
            link_item(drain, item, str(match.row["Id"]), str(match.row.get("SyncToken", "")))


def unlinked(drain: Drain, items: Mapping[int, ItemDocument]) -> list[ItemDocument]:
    """Items without a link to a product that is active in the mirror."""
    links = dict(
        Link.objects.of(drain.connection, EntityType.ITEM).for_records(items).values_list("qbo_id", "record_id")
    )
    active = ListEntry.objects.of(drain.connection, "Item").active().filter(qbo_id__in=list(links))
    alive = {links[qbo_id] for qbo_id in active.values_list("qbo_id", flat=True)}
    return [item for item in items.values() if item.id not in alive]


def candidates(drain: Drain, items: Iterable[ItemDocument]) -> tuple[dict[str, list[Ref]], dict[str, int]]:
    """Active products of any name that these items may have there, and who holds them already."""
    keys = {name_key(name) for item in items for name in candidate_names(item.name, item.id)}
    rows = ListEntry.objects.of(drain.connection, "Item").active().filter(name_key__in=keys).order_by("pk")
    refs: dict[str, list[Ref]] = {}
    for row in rows:
        full = row.data.get("FullyQualifiedName") if isinstance(row.data, dict) else None
        for key in {row.name_key, full_name_key(str(full or row.name))}:
            refs.setdefault(key, []).append(ref_of(row))
    ids = {ref.qbo_id for ones in refs.values() for ref in ones}
    links = Link.objects.of(drain.connection, EntityType.ITEM).filter(qbo_id__in=ids)
    return refs, dict(links.values_list("qbo_id", "record_id"))


def item_rivals(drain: Drain, items: Iterable[ItemDocument]) -> dict[int, list[ItemDocument]]:
    """By item, the others of ours of the same name that are linked to no product and in use."""
    keys = {item.id: full_name_key(item.name) for item in items}
    wanted = set(keys.values())
    ours = PricebookItem.objects.for_organization(drain.connection.organization).active().values_list("pk", "name")
    named = {pk: key for pk, name in ours.iterator() if (key := full_name_key(name)) in wanted}
    linked = Link.objects.of(drain.connection, EntityType.ITEM).for_records(named).filter(active=True)
    for pk in linked.values_list("record_id", flat=True):
        named.pop(pk, None)
    documents = load_items(named) if len(named) > 1 else {}
    return {pk: [one for one in documents.values() if one.id != pk and named[one.id] == keys[pk]] for pk in keys}


def link_item(drain: Drain, item: ItemDocument, qbo_id: str, sync_token: str) -> None:
    Link.objects.of(drain.connection, EntityType.ITEM).update_or_create(
        connection=drain.connection,
        realm_id=drain.turn.realm_id,
        record_type=EntityType.ITEM,
        record_id=item.id,
        defaults={
            "qbo_id": qbo_id,
            "sync_token": sync_token,
            "active": True,
            "synced_at": drain.now(),
            # What differs now was so before we came: only what changes here from now on goes there.
            "base": Base(said_of_item(item), kept_part("Item", row_there(drain, qbo_id))).as_text(),
            "theirs": "",
        },
    )


def row_there(drain: Drain, qbo_id: str) -> Row:
    """The product as our mirror has it; empty where it has not."""
    entry = ListEntry.objects.of(drain.connection, "Item").filter(qbo_id=qbo_id).first()
    return {**entry.data, "Name": entry.name, "SyncToken": entry.sync_token} if entry else {}

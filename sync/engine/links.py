"""What a link stores about a record in QuickBooks: after a write, after a look, and when somebody else changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db import transaction

from qbo.connection.client import encode
from qbo.connection.queries import ANY_ACTIVE, ReadFailed, read_where_in
from qbo.failures import Failure
from qbo.json_objects import Row
from qbo.lists.checking import checked, identity
from qbo.lists.mirrors import store_entries
from qbo.mapping.base import KEPT, Base, There, changed_there_at, kept_part
from qbo.mapping.invoice_rows import base_after
from qbo.models import Connection, Link
from sync.engine.context import Drain
from sync.engine.send.sent_items import SentItem, owed_fields
from sync.models.events import TRANSACTIONS, EntityType


def write_links(links: Sequence[Link]) -> None:
    """Store what QuickBooks holds now; an existing link is updated.

    Only creating the object again changes who created it there, not an update.
    """
    # Two statements: `created_here` is written by the one and left alone by the other.
    for created in (True, False):
        Link.objects.bulk_create(
            [link for link in links if link.created_here is created],
            update_conflicts=True,
            unique_fields=["connection", "realm_id", "record_type", "record_id"],
            update_fields=[
                "qbo_id", "sync_token", "active", "base", "theirs", "voided", "synced_at", "there_at",
                "doc_number", "txn_date", "total", "tax", *(["created_here"] if created else []),
            ],
        )  # fmt: skip


def forget_acceptance(connection: Connection, record_ids: Sequence[int]) -> None:
    """After a write that changed amounts, an accepted difference no longer applies."""
    if record_ids:
        links = Link.objects.of(connection, EntityType.INVOICE).for_records(record_ids)
        links.exclude(accepted_at=None).update(accepted_at=None)


def keep_link(drain: Drain, record_type: str, record_id: int, columns: Mapping[str, object]) -> None:
    """Store `columns` as the link of a record that was found in QuickBooks, by our mark: we created it there.

    Raises LeaseLost.
    """
    with transaction.atomic():
        drain.lease.assert_held()
        Link.objects.update_or_create(
            connection=drain.connection,
            realm_id=drain.turn.realm_id,
            record_type=record_type,
            record_id=record_id,
            defaults={**columns, "created_here": True},
        )


def columns_without_base(item: SentItem, row: Row, *, at: datetime) -> dict[str, object]:
    """The columns of a link for a row of which we have no record of sending it, as after restoring an older dump.

    We do not know who changed what, so it has no base: everything is compared, and nothing there is overwritten without
    asking.
    """
    columns = link_columns(item, row, There.of(row), {}, at=at)
    return columns | {"base": "", "theirs": encode(kept_part(item.entity, row))}


def link_columns(
    item: SentItem, row: Row, there: There | None, written: Row, *, at: datetime, differs: Failure | None = None
) -> dict[str, object]:
    """The columns of a link for a row that QuickBooks answered to `written`, or that was found to be it.

    `there`: what is compared of it, if it is an invoice or a payment. `differs`: where the books do not have what was
    sent, so that an update is still needed.
    """
    columns: dict[str, object] = {
        "qbo_id": str(row["Id"]),
        "sync_token": str(row.get("SyncToken", "")),
        "active": True,
        "theirs": "",
        "voided": item.options == "void",
        "synced_at": at,
        "there_at": changed_there_at(row),
    }
    if item.entity in KEPT:
        before = Base(line_ids=tuple(item.line_ids))
        kept = kept_part(item.entity, row)
        is_invoice = item.record_type == EntityType.INVOICE
        base = base_after(kept, item.said, written, before=before) if is_invoice else Base(item.said, kept)
        if differs is not None:
            # Our change is not in the books although it was sent, so the next update has to send these fields again.
            base = replace(base, ours_wins=owed_fields(item, differs))
        columns["base"] = base.as_text()
    if there is not None:
        columns |= _columns_of_transaction(there)
    return columns


def adopt_theirs(drain: Drain, record_type: str, record_id: int, base: Base) -> None:
    """QuickBooks already has what we would send: store `base`. Raises LeaseLost."""
    with transaction.atomic():
        drain.lease.assert_held()
        link = Link.objects.of(drain.connection, record_type).get(record_id=record_id)
        link.base, link.theirs = base.as_text(), ""
        # Without the new token the next update would be refused as stale.
        link.sync_token = str(base.row.get("SyncToken") or link.sync_token)
        link.save(update_fields=["base", "theirs", "sync_token"])


def read_their_rows(drain: Drain, entity: str, record_ids: Iterable[int]) -> None:
    """Store each linked record's current row next to its base, to compare when it is next planned.

    `entity`: QuickBooks' name of the kind: Invoice, Payment, Customer or Item. Records that are gone or inactive
    are marked so. Raises ReadFailed, MustWait, Stop, LeaseLost.
    """
    links = Link.objects.of(drain.connection, entity.lower()).for_records(record_ids).defer("base", "theirs")
    beside = {*links.exclude(theirs="").values_list("pk", flat=True)}
    by_id: dict[str, list[Link]] = {}
    for link in links:
        by_id.setdefault(link.qbo_id, []).append(link)
    if not by_id:
        return
    extra = "" if entity.lower() in TRANSACTIONS else ANY_ACTIVE
    unread: dict[str, ReadFailed] = {}
    client, pace = drain.turn.client(), drain.pace
    rows = checked(read_where_in(client, entity, "Id", by_id, extra=extra, pace=pace, unread=unread))
    with transaction.atomic():
        # Whoever was held up since the read may have been overtaken, and what it read be old.
        drain.lease.assert_held()
        if entity == "Item":
            # The mirror says whether a product is active, and must not say otherwise than the link.
            store_entries(drain.connection, "Item", rows, at=drain.now())
        for row in rows:
            for link in by_id.pop(identity(row), ()):
                # QuickBooks raises the token with each change: the same token means the same record. What stands beside
                # a base under that token is another record, as after a merge, or there is no base.
                moved = str(row.get("SyncToken", "")) != link.sync_token or link.pk in beside
                Link.objects.filter(pk=link.pk).update(
                    theirs=encode(kept_part(entity, row)) if moved else "",
                    active=bool(row.get("Active", True)),
                    there_at=changed_there_at(row),
                    **(_columns_of_transaction(There.of(row)) if link.record_type in TRANSACTIONS else {}),
                )
        # A row that QuickBooks cannot read still exists.
        gone = [link.pk for qbo_id, same in by_id.items() if qbo_id not in unread for link in same]
        Link.objects.filter(pk__in=gone).update(active=False)


def _columns_of_transaction(there: There) -> dict[str, object]:
    return {"total": there.total, "tax": there.tax, "txn_date": there.day, "doc_number": there.number[:32]}

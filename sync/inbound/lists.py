"""Changes in QuickBooks to lists that we mirror: accounts, products and terms."""

from __future__ import annotations

from django.db import transaction

from qbo.connection.client import encode
from qbo.lists.checking import Unreadable
from qbo.lists.mirrors import store_entries
from qbo.mapping.base import changed_there_at, kept_part
from qbo.models import ListEntry, ListState
from sync.inbound.hearing import Hearing
from sync.outbox.arrivals import try_again

ENTITIES = ("Account", "Item", "Term")


def take_lists(hearing: Hearing) -> None:
    """Store what changed; rows that make no sense have the whole list read again, which says what is wrong."""
    connection = hearing.connection
    for entity in ENTITIES:
        rows = hearing.changes.rows.get(entity, ())
        known = dict(ListEntry.objects.of(connection, entity).values_list("qbo_id", "sync_token")) if rows else {}
        new = [row for row in rows if known.get(str(row["Id"])) != str(row.get("SyncToken", ""))]
        if not new:
            continue
        try:
            with transaction.atomic():
                hearing.visit.turn.lease.assert_held()
                store_entries(connection, entity, new, at=hearing.at)
        except Unreadable:
            ListState.want(connection, [entity], at=hearing.at)
            continue
        hearing.lists.add(entity)
        hearing.came[f"rows of {entity}"] += len(new)
    for moved in hearing.moved("Item"):
        for link, row in moved:
            with hearing.one("Item", link.record_id):
                # The next change of ours is compared with it.
                link.theirs = encode(kept_part("Item", row)) if link.base else ""
                link.there_at = changed_there_at(row)
                link.save(update_fields=["theirs", "there_at"])
                hearing.came["queued again"] += try_again(connection, "item", link.record_id, at=hearing.at)

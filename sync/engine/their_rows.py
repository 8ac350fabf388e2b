"""Reading records as they stand in QuickBooks, where their SyncToken says that somebody else changed them."""

from __future__ import annotations

from collections.abc import Iterable

from qbo.connection.client import encode
from qbo.connection.queries import ANY_ACTIVE, ReadFailed, read_where_in
from qbo.lists.checking import checked, identity
from qbo.mapping.base import Row, kept_part
from qbo.mapping.comparing import There
from qbo.models import Link
from sync.engine.context import Drain
from sync.models.events import EntityType


def read_their_rows(drain: Drain, entity: str, record_ids: Iterable[int]) -> None:
    """Keep each linked record's row beside its base, to be compared when it is next planned.

    `entity`: QuickBooks' name of the kind: Invoice, Customer or Item. What is not there any more, or inactive, is
    marked so. Raises ReadFailed, MustWait, Stop.
    """
    links = Link.objects.of(drain.connection, entity.lower()).for_records(record_ids).defer("base", "theirs")
    by_id = {link.qbo_id: link for link in links}
    if not by_id:
        return
    extra = "" if entity == "Invoice" else ANY_ACTIVE
    unread: dict[str, ReadFailed] = {}
    client, pace = drain.turn.client(), drain.pace
    for row in checked(read_where_in(client, entity, "Id", by_id, extra=extra, pace=pace, unread=unread)):
        link = by_id.pop(identity(row), None)
        if link is None:
            continue
        moved = str(row.get("SyncToken", "")) != link.sync_token
        Link.objects.filter(pk=link.pk).update(
            theirs=encode(kept_part(entity, row)) if moved else "",
            active=bool(row.get("Active", True)),
            **(_invoice_columns(row) if link.record_type == EntityType.INVOICE else {}),
        )
    # A row that QuickBooks cannot read is there all the same.
    gone = [link.pk for qbo_id, link in by_id.items() if qbo_id not in unread]
    Link.objects.filter(pk__in=gone).update(active=False)


def _invoice_columns(row: Row) -> dict[str, object]:
    there = There.of(row)
    return {"total": there.total, "tax": there.tax, "txn_date": there.day, "doc_number": there.number[:32]}

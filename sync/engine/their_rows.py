"""Reading invoices as they stand in QuickBooks, where their SyncToken says that somebody else changed them."""

from __future__ import annotations

from collections.abc import Iterable

from qbo.connection.client import encode
from qbo.connection.queries import read_where_in
from qbo.lists.checking import checked, identity
from qbo.mapping.base import kept_part
from qbo.mapping.comparing import There
from qbo.models import Link
from sync.engine.context import Drain
from sync.models.events import EntityType


def read_their_rows(drain: Drain, record_ids: Iterable[int]) -> None:
    """Keep each linked invoice's row beside its base, to be compared when it is next planned.

    What is not there any more is marked as gone. Raises ReadFailed, MustWait, Stop.
    """
    links = Link.objects.of(drain.connection, EntityType.INVOICE).for_records(record_ids).defer("base", "theirs")
    by_id = {link.qbo_id: link for link in links}
    if not by_id:
        return
    for row in checked(read_where_in(drain.turn.client(), "Invoice", "Id", by_id, pace=drain.pace)):
        link, there = by_id.pop(identity(row), None), There.of(row)
        if link is None:
            continue
        moved = str(row.get("SyncToken", "")) != link.sync_token
        Link.objects.filter(pk=link.pk).update(
            theirs=encode(kept_part("Invoice", row)) if moved else "",
            total=there.total,
            tax=there.tax,
            txn_date=there.day,
            doc_number=there.number[:32],
            active=True,
        )
    Link.objects.filter(pk__in=[link.pk for link in by_id.values()]).update(active=False)

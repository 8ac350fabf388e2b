"""What one reading of changes is about: the turn that allows it, its time, and what came of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from qbo.connection.changes import Changes
from qbo.connection.client import decode
from qbo.connection.turn import Visit
from qbo.json_objects import Row
from qbo.mapping.base import There
from qbo.models import Connection, Link
from qbo.models.leases import LeaseLost
from runacall.chunks import in_chunks
from runacall.isolation import isolated
from sync.models.events import TRANSACTIONS

AT_ONCE = 200


@dataclass
class Hearing:
    """`came`: how many of what came in, by what they are called in the operator's log; `lists`: the mirrored lists that
    changed, which may release what waits for them."""

    visit: Visit
    changes: Changes
    at: datetime
    # What webhooks named as merged: the customer that is gone -> the one that is left.
    merges: Mapping[str, str] = field(default_factory=dict)
    # Everything that was sent since then is compared, whether or not its row seems to be the one that we know.
    sent_since: datetime | None = None
    came: Counter[str] = field(default_factory=Counter)
    lists: set[str] = field(default_factory=set)

    @property
    def connection(self) -> Connection:
        return self.visit.connection

    @contextmanager
    def one(self, what: str, record_id: int) -> Iterator[None]:
        """The work on one record, in a transaction under the lease; an error of ours stops only this one."""
        connection = self.connection
        doing = isolated("Taking in a change", connection=connection.pk, what=what, record=record_id)
        with doing as caught, transaction.atomic():
            self.visit.turn.lease.assert_held()
            yield
        if isinstance(caught.mistake, LeaseLost):
            raise caught.mistake

    def moved(self, entity: str) -> Iterator[list[tuple[Link, Row]]]:
        """Our links whose rows are newer than what we know, with those rows, some hundreds at a time.

        A write of ours leaves its SyncToken in the link, so that it is recognized when it comes back.
        """
        rows = {str(row["Id"]): row for row in self.changes.rows.get(entity, ()) if row.get("Id")}
        for ids in in_chunks(sorted(rows), AT_ONCE):
            links = Link.objects.of(self.connection, entity.lower()).filter(qbo_id__in=ids).order_by("pk")
            found = [(link, rows[link.qbo_id]) for link in links if self._is_news(rows[link.qbo_id], link)]
            if found:
                yield found

    def _is_news(self, row: Row, link: Link) -> bool:
        is_compared = self.sent_since is not None and link.synced_at >= self.sent_since
        return is_newer(row, link) or (is_compared and is_otherwise(row, link))

    def gone(self, entity: str) -> Iterator[list[Link]]:
        """Our links whose records were deleted there, some hundreds at a time."""
        links = Link.objects.of(self.connection, entity.lower()).filter(active=True).order_by("pk")
        if entity in self.changes.whole:
            there = {str(row["Id"]) for row in self.changes.rows[entity]}
            missing = [pk for pk, qbo_id in links.values_list("pk", "qbo_id").iterator() if qbo_id not in there]
            for pks in in_chunks(missing, AT_ONCE):
                yield list(links.filter(pk__in=pks))
            return
        for ids in in_chunks(sorted(self.changes.deleted.get(entity, ())), AT_ONCE):
            yield list(links.filter(qbo_id__in=ids))


def is_otherwise(row: Row, link: Link) -> bool:
    """Whether the row is not what QuickBooks answered when it was written, although its version is."""
    if link.record_type not in TRANSACTIONS or link.theirs or not link.base:
        return False
    there = There.of(row)
    if (there.total, there.day) != (link.total, link.txn_date):
        return True
    # A payment has neither.
    is_invoice = link.record_type == Link.RecordType.INVOICE
    return is_invoice and (there.tax, there.number[:32]) != (link.tax, link.doc_number)


def is_newer(row: Row, link: Link) -> bool:
    """Whether the row is a version that we have not seen: another SyncToken, and not an older one."""
    token, seen = str(row.get("SyncToken", "")), link.sync_token
    if link.theirs:
        seen = str(decode(link.theirs).get("SyncToken") or seen)
    if not link.active:
        return True
    if token.isdecimal() and seen.isdecimal():
        return int(token) > int(seen)
    return token != seen

"""What must hold, at every moment and in the end, read from the tables and from the company's own books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection as database
from django.utils import timezone

from qbo.mapping.marks import marked_as
from runacall.invoices.models import Invoice
from sync.log.rows import log_row
from sync.models import SyncEvent
from tests.simulation.clockwork import Clockwork
from tests.simulation.history import DELAYS

if TYPE_CHECKING:
    from tests.simulation.stage import Stage

UNFINISHED = "SELECT COUNT(*) FROM sync_syncevent WHERE state NOT IN ('synced', 'superseded', 'dismissed')"
MOVING = "SELECT COUNT(*) FROM sync_syncevent WHERE state IN ('queued', 'sending', 'checking')"
# What our pages may call "not in QuickBooks", and what they call "in QuickBooks".
SAID_ABSENT = """SELECT e.id, e.record_id FROM sync_syncevent e WHERE e.record_type = 'invoice'
    AND e.state IN ('failed', 'dismissed') AND NOT EXISTS (SELECT 1 FROM qbo_link l
    WHERE l.record_type = 'invoice' AND l.record_id = e.record_id AND l.connection_id = e.connection_id)"""
SAID_PRESENT = "SELECT record_id FROM qbo_link WHERE record_type = 'invoice' AND active"
STATES = """SELECT id, record_type, record_id, state, look_first, retries, failure_code, submission_id, due_at
    FROM sync_syncevent"""


class Watch:
    """`wrong`: everything that must not be."""

    def __init__(self, stage: Stage, work: Clockwork) -> None:
        self.stage, self.work = stage, work
        self.wrong: list[str] = []
        self.there: dict[int, list[dict[str, Any]]] = {}
        self.refused_before = sum(stage.emulator.limiter.refused.values())
        self._seen = -1

    # at every moment

    def committed(self) -> None:
        self.work.ring()
        self._words()

    def arrived(self) -> None:
        """The emulator has answered a call."""
        self.there = self._theirs()
        for pk, rows in self.there.items():
            if len(rows) > 1:
                self.tell(f"invoice {pk} is in the books {len(rows)} times")
        self._words()

    def _words(self) -> None:
        for pk, record in self._sql(SAID_ABSENT):
            if record in self.there:
                self._claims_absent(pk)
        for (record,) in self._sql(SAID_PRESENT):
            if record not in self.there:
                self.tell(f"invoice {record} is linked but not in the books")

    def _claims_absent(self, pk: int) -> None:
        current, self.work.current = self.work.current, None
        try:
            event = SyncEvent.objects.select_related("organization", "connection").get(pk=pk)
            row = log_row(event, event.organization, at=timezone.now())
        finally:
            self.work.current = current
        said = f"{row.text.message} {row.text.second}"
        if "Not in QuickBooks" in said:
            self.tell(f"the row of event {pk} says {said!r}, but the invoice is there")

    def tell(self, what: str) -> None:
        if what not in self.wrong:
            self.wrong.append(what)

    def _theirs(self) -> dict[int, list[dict[str, Any]]]:
        """The company's invoices by the invoice of ours that they are marked as."""
        found: dict[int, list[dict[str, Any]]] = {}
        for row in self._rows("Invoice"):
            marked = marked_as(str(row.get("PrivateNote", "")))
            if marked:
                found.setdefault(marked[1], []).append(row)
        return found

    def _rows(self, entity: str) -> Iterable[dict[str, Any]]:
        return self.stage.emulator.company.rows(entity)

    @staticmethod
    def _sql(statement: str) -> Iterator[tuple[Any, ...]]:
        return database.connection.execute(statement)

    def unfinished(self) -> int:
        ((count,),) = self._sql(UNFINISHED)
        return int(count)

    def is_moving(self) -> bool:
        ((count,),) = self._sql(MOVING)
        return bool(count)

    # in the end

    def judge(self, ours: Sequence[Invoice]) -> None:
        self.there = self._theirs()
        if self.unfinished():
            self.tell(f"stuck: {list(self._sql(STATES))}")
        ((open_ones,),) = self._sql("SELECT COUNT(*) FROM sync_submission WHERE settled_at IS NULL")
        if open_ones:
            self.tell(f"{open_ones} submissions never settled")
        for invoice in ours:
            self._same(invoice)
        for pk in set(self.there) - {invoice.pk for invoice in ours}:
            self.tell(f"the books have an invoice {pk} that we do not")
        for entity, name in (("Customer", "DisplayName"), ("Item", "Name")):
            self._once(entity, name)
        refused = sum(self.stage.emulator.limiter.refused.values()) - self.refused_before
        delayed = any(act.what in DELAYS for *_, act in self.work.history.happened)
        if refused and not delayed:
            self.tell(f"QuickBooks turned away {refused} calls above its limits")

    def _same(self, invoice: Invoice) -> None:
        rows = self.there.get(invoice.pk, [])
        is_void = invoice.status == Invoice.Status.VOID
        if is_void and not rows:
            return
        if len(rows) != 1:
            self.tell(f"invoice {invoice.pk} is in the books {len(rows)} times")
            return
        (row,) = rows
        total = Decimal(0) if is_void else invoice.total
        theirs = (Decimal(str(row["TotalAmt"])), row.get("DocNumber"), row.get("TxnDate"))
        expected = (total, invoice.number, invoice.invoice_date.isoformat())
        if theirs != expected:
            self.tell(f"invoice {invoice.pk} is {theirs} there and {expected} here")

    def _once(self, entity: str, name: str) -> None:
        names = Counter(str(row.get(name)) for row in self._rows(entity) if row.get("Active", True))
        for found, count in names.items():
            if count > 1 or found.endswith(")"):
                self.tell(f"{entity} twice: {found}")

"""What must hold, at every moment and in the end, read from the tables and from the company's own books."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import connection as database
from django.utils import timezone

from qbo import catalogue
from qbo.failures import FailureKind
from qbo.mapping.applied import applied_by
from qbo.mapping.invoice_rows import is_void
from qbo.mapping.marks import INVOICE, PAYMENT, marked_as
from runacall.invoices.models import Customer, Invoice, Payment, PricebookItem
from sync.log.rows import log_row
from sync.models import SyncEvent
from tests.simulation.clockwork import Clockwork
from tests.simulation.history import DELAYS

if TYPE_CHECKING:
    from tests.simulation.office import Expected
    from tests.simulation.stage import Stage

UNFINISHED = "SELECT COUNT(*) FROM sync_syncevent WHERE state NOT IN ('synced', 'superseded', 'dismissed')"
MOVING = "SELECT COUNT(*) FROM sync_syncevent WHERE state IN ('queued', 'sending', 'checking')"
# What our pages may call "not in QuickBooks", and what they call "in QuickBooks".
SAID_ABSENT = """SELECT e.id, e.record_type, e.record_id FROM sync_syncevent e
    WHERE e.record_type IN ('invoice', 'payment') AND e.state IN ('failed', 'dismissed') AND NOT EXISTS (SELECT 1
    FROM qbo_link l WHERE l.record_type = e.record_type AND l.record_id = e.record_id
    AND l.connection_id = e.connection_id)"""
SAID_PRESENT = "SELECT record_type, record_id FROM qbo_link WHERE record_type IN ('invoice', 'payment') AND active"
FAILED = "SELECT id, record_type, record_id, failure_code FROM sync_syncevent WHERE state = 'failed'"
# What a failing network, a server or a sign-in brings about. Everything else is about the books, where here nobody else
# is at work, or about what the shop has set up, which here is right.
FROM_OUTSIDE = (FailureKind.TRANSIENT, FailureKind.WAIT, FailureKind.PAUSE)
OF_LINK = "SELECT qbo_id FROM qbo_link WHERE record_type = '{}' AND record_id = {}"
STATES = """SELECT id, record_type, record_id, state, look_first, retries, failure_code, submission_id, due_at
    FROM sync_syncevent"""
# What is marked as ours there, by what its mark begins with.
MARKED = {"Invoice": INVOICE, "Payment": PAYMENT}
# Which record of ours: its type and its id.
Ours = tuple[str, int]


def _text(value: object) -> str:
    """Of a field that may be an object or missing."""
    return str((value or {}).get("FreeFormNumber", "")) if isinstance(value, dict) else str(value or "")


class Watch:
    """`wrong`: everything that must not be."""

    def __init__(self, stage: Stage, work: Clockwork) -> None:
        self.stage, self.work = stage, work
        self.wrong: list[str] = []
        self.there: dict[Ours, list[dict[str, Any]]] = {}
        self.refused_before = sum(stage.emulator.limiter.refused.values())
        self._seen = -1

    # at every moment

    def committed(self) -> None:
        self.work.ring()
        self._words()

    def arrived(self) -> None:
        """The emulator has answered a call."""
        self.there = self._theirs()
        for (what, pk), rows in self.there.items():
            if len(rows) > 1:
                self.tell(f"{what} {pk} is in the books {len(rows)} times")
        self._words()

    def _words(self) -> None:
        for pk, what, record in self._sql(SAID_ABSENT):
            if (what, record) in self.there:
                self._claims_absent(pk, what)
        for what, record in self._sql(SAID_PRESENT):
            if (what, record) not in self.there:
                self.tell(f"{what} {record} is linked but not in the books")
        for pk, what, record, code in self._sql(FAILED):
            if catalogue.entry(code).kind not in FROM_OUTSIDE:
                self.tell(f"event {pk} of {what} {record} asks a person needlessly: {code}")

    def _claims_absent(self, pk: int, what: str) -> None:
        current, self.work.current = self.work.current, None
        try:
            event = SyncEvent.objects.select_related("organization", "connection").get(pk=pk)
            row = log_row(event, event.organization, at=timezone.now())
        finally:
            self.work.current = current
        said = f"{row.text.message} {row.text.second}"
        if "Not in QuickBooks" in said:
            self.tell(f"the row of event {pk} says {said!r}, but the {what} is there")

    def tell(self, what: str) -> None:
        if what not in self.wrong:
            self.wrong.append(what)

    def _theirs(self) -> dict[Ours, list[dict[str, Any]]]:
        """The company's invoices and payments by the record of ours that they are marked as."""
        found: dict[Ours, list[dict[str, Any]]] = {}
        for entity, beginning in MARKED.items():
            for row in self._rows(entity):
                marked = marked_as(str(row.get("PrivateNote", "")), beginning)
                if marked:
                    found.setdefault((entity.lower(), marked[1]), []).append(row)
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

    def judge(self, ours: Expected) -> None:
        invoices, payments = ours.invoices, ours.payments
        self.there = self._theirs()
        if self.unfinished():
            self.tell(f"stuck: {list(self._sql(STATES))}")
        ((open_ones,),) = self._sql("SELECT COUNT(*) FROM sync_submission WHERE settled_at IS NULL")
        if open_ones:
            self.tell(f"{open_ones} submissions never settled")
        for invoice in invoices:
            self._same(invoice)
        for payment in payments:
            self._same_payment(payment)
        known = {("invoice", one.pk) for one in invoices} | {("payment", one.pk) for one in payments}
        for what, pk in set(self.there) - known:
            self.tell(f"the books have a {what} {pk} that we do not")
        for row in self._rows("Payment"):
            if not marked_as(str(row.get("PrivateNote", "")), PAYMENT):
                self.tell(f"the books have a payment that is not marked: {row}")
        for entity, name in (("Customer", "DisplayName"), ("Item", "Name")):
            self._once(entity, name)
        for customer in ours.customers:
            self._same_words("Customer", customer, DisplayName=customer.display_name, PrimaryPhone=customer.phone)
        for item in ours.items:
            self._same_words("Item", item, Name=item.name, Description=item.description)
        refused = sum(self.stage.emulator.limiter.refused.values()) - self.refused_before
        delayed = any(act.what in DELAYS for *_, act in self.work.history.happened)
        if refused and not delayed:
            self.tell(f"QuickBooks turned away {refused} calls above its limits")

    def _same(self, invoice: Invoice) -> None:
        rows = self.there.get(("invoice", invoice.pk), [])
        is_void = invoice.status == Invoice.Status.VOID
        if is_void and not rows:
            return
        if len(rows) != 1:
            self.tell(f"invoice {invoice.pk} is in the books {len(rows)} times")
            return
        (row,) = rows
        total = Decimal(0) if is_void else invoice.total
        theirs = (
            Decimal(str(row["TotalAmt"])),
            Decimal(str(row["Balance"])),
            row.get("DocNumber"),
            row.get("TxnDate"),
            (row.get("CustomerMemo") or {}).get("value", ""),
            row["CustomerRef"]["value"],
        )
        ((customer,),) = self._sql(OF_LINK.format("customer", invoice.customer_id))
        words = (invoice.number, invoice.invoice_date.isoformat(), invoice.customer_note)
        expected = (total, invoice.balance, *words, customer)
        # What is void here is only voided there: its words stay as they were.
        if (theirs[:2] != expected[:2]) if is_void else (theirs != expected):
            self.tell(f"invoice {invoice.pk} is {theirs} there and {expected} here")

    def _same_payment(self, payment: Payment) -> None:
        """It pays there what it pays here, but for invoices that are void: there they are paid by nothing."""
        rows = self.there.get(("payment", payment.pk), [])
        if payment.is_void and not rows:
            return
        if len(rows) != 1:
            self.tell(f"payment {payment.pk} is in the books {len(rows)} times")
            return
        (row,) = rows
        if payment.is_void:
            if not is_void(row):
                self.tell(f"payment {payment.pk} is void here and {row['TotalAmt']} there")
            return
        parts = payment.applications.exclude(invoice__status=Invoice.Status.VOID)
        here = {self.there["invoice", one.invoice_id][0]["Id"]: f"{one.amount:.2f}" for one in parts}
        theirs = (Decimal(str(row["TotalAmt"])), applied_by(row))
        if theirs != (payment.amount, here):
            self.tell(f"payment {payment.pk} is {theirs} there and {(payment.amount, here)} here")

    def _same_words(self, entity: str, record: Customer | PricebookItem, **ours: str) -> None:
        """A customer or product that is linked says there what it says here."""
        linked = self._sql(OF_LINK.format(entity.lower(), record.pk))
        for (qbo_id,) in linked:
            row = next(row for row in self._rows(entity) if row["Id"] == qbo_id)
            theirs = {name: _text(row.get(name)) for name in ours}
            if theirs != ours:
                self.tell(f"{entity} {record.pk} is {theirs} there and {ours} here")

    def _once(self, entity: str, name: str) -> None:
        names = Counter(str(row.get(name)) for row in self._rows(entity) if row.get("Active", True))
        for found, count in names.items():
            if count > 1 or found.endswith(")"):
                self.tell(f"{entity} twice: {found}")

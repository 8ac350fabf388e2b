"""Before it fails: everything that would stop an invoice if it was sent now, by the rules of a drain.

It makes no call and changes nothing. Which numbers are used in QuickBooks it knows only of invoices that we met there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from qbo.failures import Failure, Subject
from qbo.models import Connection, Link
from runacall.invoices.documents import InvoiceDocument
from runacall.invoices.models import Invoice
from runacall.invoices.money import ZERO
from sync.dry_run import AT_ONCE, Supposed, Verdict, verdicts
from sync.forecasting import failed_customers
from sync.models import SyncEvent
from sync.models.events import EntityType

# A draft is judged as if it was sent now.
AS_SENT = Supposed(change=lambda invoice: replace(invoice, is_draft=False))
# Of more, the latest are checked, and the page says so.
MOST = 500


@dataclass(frozen=True)
class Readiness:
    """One invoice and everything that would stop it; nothing: it is ready."""

    invoice: InvoiceDocument
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Stopping:
    """One cause: how many invoices it would stop, and what they come to."""

    failure: Failure
    count: int
    money: Decimal


@dataclass(frozen=True)
class Outlook:
    """What would become of `checked` of `total` invoices. An invoice counts for each cause that would stop it."""

    checked: int
    total: int
    ready: int
    ready_money: Decimal
    causes: Sequence[Stopping]

    @property
    def stopped(self) -> int:
        return self.checked - self.ready


def readiness(connection: Connection, ids: Sequence[int]) -> list[Readiness]:
    """In a fixed number of queries for every hundred; drafts are judged as if they were sent now.

    Invoices with nothing to send (void, or in QuickBooks as they are) are left out.
    """
    found: list[Readiness] = []
    for start in range(0, len(ids), AT_ONCE):
        some = verdicts(connection, ids[start : start + AT_ONCE], supposed=AS_SENT)
        customers = failed_customers(connection, {one.invoice.customer.id for one in some})
        taken = _taken_numbers(connection, some)
        for one in some:
            known = [*one.failures, customers.get(one.invoice.customer.id), taken.get(one.invoice.id)]
            found.append(Readiness(one.invoice, tuple(_each_once(known))))
    return found


def waiting(connection: Connection) -> Outlook:
    """Of what is queued, failed or held."""
    rows = SyncEvent.objects.of(connection).unsent().filter(record_type=EntityType.INVOICE)
    ids = list(rows.order_by("-changed_at", "-id").values_list("record_id", flat=True)[:MOST])
    return _outlook(readiness(connection, ids), rows.count())


def drafts(connection: Connection) -> Outlook:
    """Of the drafts, if they were sent now."""
    rows = Invoice.objects.for_organization(connection.organization).alive().filter(status=Invoice.Status.DRAFT)
    return _outlook(readiness(connection, list(rows.order_by("-pk").values_list("pk", flat=True)[:MOST])), rows.count())


def _outlook(found: Sequence[Readiness], total: int) -> Outlook:
    stopping: dict[str, Stopping] = {}
    for one in found:
        for failure in one.failures:
            had = stopping.get(failure.cause_key, Stopping(failure, 0, ZERO))
            stopping[failure.cause_key] = Stopping(had.failure, had.count + 1, had.money + one.invoice.total)
    ready = [one for one in found if not one.failures]
    money = sum((one.invoice.total for one in ready), start=ZERO)
    causes = sorted(stopping.values(), key=lambda one: (-one.money, -one.count, one.failure.cause_key))
    return Outlook(len(found), total, len(ready), money, causes)


def _each_once(failures: Iterable[Failure | None]) -> Iterator[Failure]:
    seen: set[str] = set()
    for failure in failures:
        if failure and failure.cause_key not in seen:
            seen.add(failure.cause_key)
            yield failure


def _taken_numbers(connection: Connection, verdicts: Sequence[Verdict]) -> dict[int, Failure]:
    """By invoice: the number that would be sent is one that another invoice in QuickBooks has."""
    numbers = {str(one.payload["DocNumber"]): one.invoice.id for one in verdicts if one.payload.get("DocNumber")}
    links = Link.objects.of(connection, EntityType.INVOICE).filter(doc_number__in=numbers, active=True)
    found = {}
    for link in links:
        if numbers[link.doc_number] != link.record_id:
            facts = {"number": link.doc_number, "txn_type": "Invoice", "txn_id": link.qbo_id}
            facts |= {"there_entity": "Invoice", "there_id": link.qbo_id}
            subject = Subject("number", link.doc_number, link.doc_number)
            found[numbers[link.doc_number]] = Failure("duplicate_doc_number", subject, facts=facts)
    return found

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
from runacall.invoices.models import Invoice, InvoiceQuerySet
from runacall.invoices.money import ZERO
from sync.forecast.dry_run import AS_IT_IS, AT_ONCE, Supposed, Verdict, verdicts
from sync.forecast.retries import failed_customers
from sync.models import SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

# Of more, the latest are checked, and the page says so: 500 would take a second.
MOST = 100


def as_sent(supposed: Supposed) -> Supposed:
    """The same where drafts are judged as if they were sent now."""
    change = supposed.change or (lambda invoice: invoice)
    return replace(supposed, change=lambda invoice: replace(change(invoice), is_draft=False))


@dataclass(frozen=True)
class Readiness:
    """One invoice and everything that would stop it; nothing: it is ready."""

    invoice: InvoiceDocument
    failures: tuple[Failure, ...] = ()


@dataclass(frozen=True)
class Stopping:
    """One cause: the invoices that it would stop, and what they come to."""

    failure: Failure
    ids: tuple[int, ...]
    money: Decimal

    @property
    def count(self) -> int:
        return len(self.ids)


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


def readiness(connection: Connection, ids: Sequence[int], *, supposed: Supposed = AS_IT_IS) -> list[Readiness]:
    """In a fixed number of queries for every hundred; drafts are judged as if they were sent now.

    Invoices with nothing to send (void, or in QuickBooks as they are) are left out.
    """
    found: list[Readiness] = []
    for start in range(0, len(ids), AT_ONCE):
        some = verdicts(connection, ids[start : start + AT_ONCE], supposed=as_sent(supposed))
        ids_there = {one.invoice.customer.id for one in some} - supposed.customers
        customers = failed_customers(connection, ids_there)
        taken = _taken_numbers(connection, some)
        for one in some:
            known = [*one.failures, customers.get(one.invoice.customer.id), taken.get(one.invoice.id)]
            found.append(Readiness(one.invoice, tuple(_each_once(known))))
    return found


def waiting(connection: Connection) -> Outlook:
    """Of what is queued, failed or held."""
    return _outlook(readiness(connection, waiting_ids(connection)), _waiting(connection).count())


def waiting_ids(connection: Connection) -> list[int]:
    """The invoices among them that are checked."""
    rows = _waiting(connection).order_by("-changed_at", "-id")
    return list(rows.values_list("record_id", flat=True)[:MOST])


def _waiting(connection: Connection) -> SyncEventQuerySet:
    return SyncEvent.objects.by_state_of(connection).unsent().filter(record_type=EntityType.INVOICE)


def drafts(connection: Connection) -> Outlook:
    """Of the drafts, if they were sent now."""
    return _outlook(readiness(connection, draft_ids(connection)), _drafts(connection).count())


def draft_ids(connection: Connection) -> list[int]:
    """The drafts that are checked."""
    return list(_drafts(connection).order_by("-pk").values_list("pk", flat=True)[:MOST])


def _drafts(connection: Connection) -> InvoiceQuerySet:
    return Invoice.objects.for_organization(connection.organization).alive().filter(status=Invoice.Status.DRAFT)


def _outlook(found: Sequence[Readiness], total: int) -> Outlook:
    stopping: dict[str, Stopping] = {}
    for one in found:
        for failure in one.failures:
            had = stopping.get(failure.cause_key, Stopping(failure, (), ZERO))
            ids = (*had.ids, one.invoice.id)
            stopping[failure.cause_key] = Stopping(had.failure, ids, had.money + one.invoice.total)
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

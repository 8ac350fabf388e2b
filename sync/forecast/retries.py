"""What a retry would do: how many would go to QuickBooks, and what still blocks the others; changes nothing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from django.db.models import Count, Min

from qbo.failures import Failure
from qbo.mapping.loading import load_book
from qbo.mapping.payments import check_payment, plan_payment
from qbo.models import Connection, ConnectionSettings, Link
from runacall.invoices.document_loading import load_payments
from runacall.invoices.documents import InvoiceDocument
from sync.forecast.dry_run import AS_IT_IS, Supposed, Verdict, verdicts
from sync.log.causes import Cause
from sync.models import State, SyncEvent
from sync.models.events import EntityType, SyncEventQuerySet

# This many invoices are checked one by one; of more, one for each set of causes.
MOST_CHECKED = 300
# The most payments that are checked.
MOST_PAYMENTS = 1_000
# A payment only waits for these, and follows by itself.
SENT_FIRST = ("waits_for_invoice", "customer_not_found")
# QuickBooks has the number: no list of ours knows which it has.
NUMBER_TAKEN = "duplicate_doc_number"
# As many are loaded together.
TOGETHER = 500
# As many on a settings page, which says it of several causes.
MOST_BESIDE = 60


@dataclass(frozen=True)
class Forecast:
    """`go`: how many are no longer blocked, as far as we know. `stay`: what blocks the others, with counts, the most
    first.

    Not `is_exact`: there are so many that those with the same causes count as alike.
    """

    go: int
    stay: Sequence[tuple[Failure, int]] = ()
    is_exact: bool = True

    @property
    def staying(self) -> int:
        return sum(count for _, count in self.stay)

    @property
    def sentence(self) -> str:
        """E.g. "61 will go · 2 stay: Item 'Labor' not found in QBO"; "" for nothing at all."""
        about = "" if self.is_exact else "about "
        said = [f"{about}{self.go:,} will go"] if self.go else []
        said += [
            f"{about}{count:,} stay{'s' if count == 1 else ''}: {failure.cause_title}"
            for failure, count in self.stay[:3]
        ]
        more = sum(count for _, count in self.stay[3:])
        return " · ".join([*said, *([f"{about}{more:,} more stay"] if more else [])])


def forecast_retry(
    connection: Connection, events: SyncEventQuerySet, *, most: int = 0, supposed: Supposed = AS_IT_IS
) -> Forecast:
    """The forecast of a retry of `events`, from the current mappings, settings and lists, without asking QuickBooks.

    `most`: how many are checked one by one, if not MOST_CHECKED. `supposed`: what would be saved before it.
    """
    most = most or MOST_CHECKED
    retried = events.filter(state__in=(State.FAILED, State.QUEUED)).exclude(record_type=EntityType.CONNECTION)
    invoices = retried.filter(record_type=EntityType.INVOICE).order_by()
    ids = list(invoices.values_list("record_id", flat=True)[: most + 1])
    samples = {} if len(ids) <= most else _samples(invoices, most)
    weights = dict(samples.values()) if samples else dict.fromkeys(ids, 1)
    taken = _taken_numbers(connection, invoices.filter(record_id__in=list(weights)), supposed)
    blocked = stopped(connection, list(weights), supposed=supposed, remains=taken)
    counts: Counter[str] = Counter()
    for record_id, failure in blocked.items():
        counts[failure.cause_key] += weights[record_id]
    payments = _stopped_payments(
        connection, retried, lambda paid: {**_as_alike(invoices, paid, samples, blocked), **blocked}
    )
    customers = _stopped_customers(connection, retried, supposed)
    alone = [*payments, *customers]
    counts += Counter(failure.cause_key for failure in alone)
    first = {failure.cause_key: failure for failure in reversed([*blocked.values(), *alone])}
    go = retried.count() - counts.total()
    return Forecast(go, [(first[key], count) for key, count in counts.most_common()], len(ids) <= most)


def forecast_fix(connection: Connection, cause: Cause) -> str:
    """The forecast of retrying everything that `cause` blocks; "" while it blocks them all."""
    found = forecast_retry(connection, SyncEvent.objects.failed_of(connection).held_by(cause.key), most=MOST_BESIDE)
    is_unfixed = not found.go and [failure.cause_key for failure, _ in found.stay] == [cause.key]
    return "" if is_unfixed else found.sentence


def _stopped_payments(
    connection: Connection,
    retried: SyncEventQuerySet,
    stopping: Callable[[Sequence[int]], Mapping[int, Failure]],
) -> list[Failure]:
    """What would stop each payment that stays: an invoice that it pays, or something of its own. `stopping`: what would
    stop these invoices, as far as they are retried too.
    """
    ids = retried.filter(record_type=EntityType.PAYMENT).order_by().values_list("record_id", flat=True)[:MOST_PAYMENTS]
    payments = load_payments(ids).values()
    if not payments:
        return []
    book, found = load_book(connection, payments=list(payments)), list[Failure]()
    blocked = stopping([one.invoice_id for payment in payments for one in payment.applied])
    for payment in payments:
        of_invoices = [blocked[one.invoice_id] for one in payment.applied if one.invoice_id in blocked]
        own = check_payment(payment, plan_payment(payment, book), book)
        found += [*of_invoices, *(failure for failure in own if failure.code not in SENT_FIRST)][:1]
    return found


def _stopped_customers(connection: Connection, retried: SyncEventQuerySet, supposed: Supposed) -> list[Failure]:
    """What stops each customer's own row."""
    rows = retried.filter(record_type=EntityType.CUSTOMER).order_by()
    ids = set(rows.values_list("record_id", flat=True)[:MOST_CHECKED]) - supposed.customers
    return list(failed_customers(connection, ids).values()) if ids else []


def _taken_numbers(
    connection: Connection, invoices: SyncEventQuerySet, supposed: Supposed
) -> Callable[[InvoiceDocument], Failure | None]:
    """What still stops an invoice that would go out with the number that QuickBooks refused."""
    settings = supposed.unsaved.settings or ConnectionSettings.objects.filter(connection=connection).first()
    held = invoices.failed().held_by(NUMBER_TAKEN) if settings and settings.send_numbers else invoices.none()
    refused = {
        event.record_id: failure for event in held for failure in event.failures if failure.cause_key == NUMBER_TAKEN
    }

    def remains(invoice: InvoiceDocument) -> Failure | None:
        failure = refused.get(invoice.id)
        return failure if failure and failure.subject.key in (invoice.number, "") else None

    return remains


# By the causes of an event: one record that has them, and how many do.
Samples = Mapping[tuple[str, str], tuple[int, int]]


def _samples(invoices: SyncEventQuerySet, most: int) -> Samples:
    """The largest sets of causes first."""
    sets = invoices.values_list("cause_key", "further_keys").annotate(sample=Min("record_id"), count=Count("pk"))
    return {(first, further): (sample, count) for first, further, sample, count in sets.order_by("-count")[:most]}


def _as_alike(
    invoices: SyncEventQuerySet, record_ids: Sequence[int], samples: Samples, blocked: Mapping[int, Failure]
) -> dict[int, Failure]:
    """What would stop each of these: what stops the sample with the same causes."""
    if not samples:
        return {}
    rows = invoices.filter(record_id__in=record_ids).values_list("record_id", "cause_key", "further_keys")
    alike = {record_id: samples.get((first, further), (0, 0))[0] for record_id, first, further in rows}
    return {record_id: blocked[sample] for record_id, sample in alike.items() if sample in blocked}


def stopped(
    connection: Connection,
    record_ids: Sequence[int],
    *,
    supposed: Supposed = AS_IT_IS,
    remains: Callable[[InvoiceDocument], Failure | None] = lambda invoice: None,
) -> dict[int, Failure]:
    """What would stop each of these invoices; those that would go are left out.

    `remains`: what would although nothing that we know does; only QuickBooks told us.
    """
    found: list[Verdict] = []
    for start in range(0, len(record_ids), TOGETHER):
        found += verdicts(connection, record_ids[start : start + TOGETHER], supposed=supposed)
    ids = {one.invoice.customer.id for one in found} - supposed.customers
    customers = failed_customers(connection, ids)
    shared = {
        one.invoice.id: one.failure or remains(one.invoice) or customers.get(one.invoice.customer.id) for one in found
    }
    return {record_id: failure for record_id, failure in shared.items() if failure}


def failed_customers(connection: Connection, ids: Iterable[int]) -> Mapping[int, Failure]:
    """Customers that are not in QuickBooks and whose own row failed or was dismissed: only QuickBooks knows better."""
    linked = Link.objects.of(connection, EntityType.CUSTOMER).for_records(ids).filter(active=True)
    rows = SyncEvent.objects.of(connection).filter(record_type=EntityType.CUSTOMER, record_id__in=list(ids))
    rows = rows.filter(state__in=(State.FAILED, State.DISMISSED)).exclude(record_id__in=linked.values("record_id"))
    return {row.record_id: row.failure for row in rows.order_by("pk") if row.failure}

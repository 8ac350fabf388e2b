"""What would happen to each invoice if it was sent to QuickBooks now, by the same rules as a drain.

It makes no call, links nothing and opens no event. It does not include what only QuickBooks knows (who has a customer's
name, which numbers are taken).
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from django.contrib.auth.models import AbstractBaseUser
from django.db.models import Q, QuerySet

from qbo.failures import Failure
from qbo.json_objects import JsonMapping
from qbo.mapping.book import MappingBook
from qbo.mapping.loading import Unsaved, load_book, ref_of
from qbo.mapping.matching import Match
from qbo.mapping.preflight import check_new_item
from qbo.models import AccountMapping, CompanyFacts, Connection, ConnectionSettings, ListEntry, ListState, TaxMapping
from runacall.invoices.document_loading import load_invoices
from runacall.invoices.documents import InvoiceDocument, ItemDocument
from runacall.invoices.models import Invoice
from sync.engine.prepare.invoices import Judged, judge
from sync.engine.prepare.items import matches_by_name
from sync.models import DryRun, SyncEvent
from sync.models.events import EntityType
from sync.outbox.enqueueing import earlier_invoices

AT_ONCE = 100
# How long a page works on it before it shows the progress.
PAGE_SECONDS = 1.0


@dataclass(frozen=True)
class Verdict:
    """One invoice: ready if we know nothing that would stop it, otherwise what does.

    `payload` is what would be sent; `created` the products that would be created first, each with its income account.
    """

    invoice: InvoiceDocument
    failures: tuple[Failure, ...] = ()
    payload: JsonMapping = field(default_factory=dict)
    created: tuple[tuple[int, str], ...] = ()

    @property
    def failure(self) -> Failure | None:
        """The first of them: the message of its row."""
        return self.failures[0] if self.failures else None


@dataclass(frozen=True)
class Supposed:
    """What would be different: settings, mappings and links that are not saved, and the invoices themselves.

    `customers`: ours whose own failure it settles.
    """

    unsaved: Unsaved = field(default_factory=Unsaved)
    change: Callable[[InvoiceDocument], InvoiceDocument] | None = None
    customers: frozenset[int] = frozenset()


AS_IT_IS = Supposed()


def to_go(connection: Connection) -> QuerySet[Invoice]:
    """The invoices that would be sent now: those waiting or failed, and earlier ones that were never queued."""
    unsent = SyncEvent.objects.by_state_of(connection).unsent().filter(record_type=EntityType.INVOICE)
    earlier = earlier_invoices(connection).order_by()
    wanted = Q(pk__in=unsent.values("record_id")) | Q(pk__in=earlier.values("pk"))
    return Invoice.objects.for_organization(connection.organization).filter(wanted).order_by("pk")


def start(connection: Connection, *, at: datetime, by: AbstractBaseUser | None = None) -> DryRun:
    """Start it over; `advance` continues it."""
    DryRun.objects.filter(connection=connection).delete()
    return DryRun.objects.create(
        connection=connection,
        realm_id=connection.realm_id,
        basis=basis(connection),
        started_at=at,
        started_by_id=by.pk if by else None,
        meant=to_go(connection).count(),
    )


def advance(connection: Connection, *, at: datetime, seconds: float | None = None) -> DryRun | None:
    """Continue for about that long; returns the dry run, or None if there is none."""
    run = latest(connection)
    if run is None or run.done_at:
        return run
    was, until = run.last_id, time.monotonic() + (PAGE_SECONDS if seconds is None else seconds)
    while not run.done_at:
        ids = list(to_go(connection).filter(pk__gt=run.last_id).values_list("pk", flat=True)[:AT_ONCE])
        for one in verdicts(connection, ids):
            if one.failure:
                run.count_stopped(one.invoice.id, one.invoice.total, one.failure)
            else:
                run.count_ready(one.invoice.total)
        if ids:
            run.last_id = ids[-1]
        if len(ids) < AT_ONCE:
            run.done_at = at
        elif time.monotonic() >= until:
            break
    columns = {name: getattr(run, name) for name in ("last_id", "done_at", "ready", "ready_money", "causes")}
    # Two people may run it at once: the first one wins.
    if not DryRun.objects.filter(pk=run.pk, last_id=was, done_at=None).update(**columns):
        return latest(connection)
    return run


def latest(connection: Connection) -> DryRun | None:
    return DryRun.objects.filter(connection=connection, realm_id=connection.realm_id).first()


def basis(connection: Connection) -> str:
    """What a verdict depends on besides the invoices (settings, mappings and lists), as one short text."""
    which = {"connection": connection, "realm_id": connection.realm_id}
    parts = (
        ConnectionSettings.objects.filter(connection=connection).values_list(),
        TaxMapping.objects.filter(**which).order_by("rate_key").values_list("rate_key", "tax_code_id"),
        AccountMapping.objects.filter(**which)
        .order_by("item_id", "category_id")
        .values_list("item_id", "category_id", "account_id"),
        CompanyFacts.objects.filter(**which).values_list("refreshed_at"),
        ListState.objects.filter(connection=connection).order_by("name").values_list("name", "refreshed_at"),
    )
    return hashlib.sha256(repr([list(part) for part in parts]).encode()).hexdigest()


def verdicts(connection: Connection, ids: Iterable[int], *, supposed: Supposed = AS_IT_IS) -> list[Verdict]:
    """The verdicts on these invoices, if what is supposed were so; those with nothing to send are left out."""
    documents = load_invoices(ids)
    if supposed.change:
        documents = {pk: supposed.change(invoice) for pk, invoice in documents.items()}
    book = load_book(connection, list(documents.values()), unsaved=supposed.unsaved)
    items = {line.item.id: line.item for invoice in documents.values() for line in invoice.lines if line.item}
    chosen = supposed.unsaved.products.keys() | supposed.unsaved.created_items
    unclear = {pk: item for pk, item in items.items() if pk not in chosen}
    matches = {item.id: match for item, match in matches_by_name(connection, unclear)}
    book = _with_products(connection, book, matches)
    found = []
    for invoice in documents.values():
        judged = judge(invoice, book)
        if judged.plan.write or judged.needed or judged.stopping:
            failures = _stopping(judged, book, items)
            payload = judged.plan.write.payload if judged.plan.write else {}
            found.append(Verdict(invoice, failures, payload, _created(judged, book, items)))
    return found


def _created(judged: Judged, book: MappingBook, items: Mapping[int, ItemDocument]) -> tuple[tuple[int, str], ...]:
    """The products that would be created first, each with its income account."""
    missing = [items[int(failure.subject.key)] for failure in judged.needed if failure.code == "item_not_found"]
    return tuple((item.id, book.new_item_account(item)) for item in missing)


def _with_products(connection: Connection, book: MappingBook, matches: Mapping[int, Match]) -> MappingBook:
    """The book after a drain has linked each item to the product with its name."""
    wanted = {str(match.row["Id"]): pk for pk, match in matches.items() if match.row}
    rows = ListEntry.objects.of(connection, "Item").filter(qbo_id__in=wanted)
    found = {wanted[row.qbo_id]: ref_of(row) for row in rows}
    unclear = {pk: match.failure for pk, match in matches.items() if match.failure}
    return replace(book, items={**book.items, **found}, unclear_items=unclear)


def _stopping(judged: Judged, book: MappingBook, items: Mapping[int, ItemDocument]) -> tuple[Failure, ...]:
    """The failures that a person has to settle: customers, and products where that is on, are created."""
    missing = (items[int(failure.subject.key)] for failure in judged.needed if failure.code == "item_not_found")
    return (*judged.stopping, *(failure for item in missing for failure in check_new_item(item, book)))

"""The column "QuickBooks" in the list of invoices: the status of each one, by the rule of `holding`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

from runacall.invoices.foreign_columns import ForeignColumn
from runacall.invoices.models import Invoice
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.log.holding import Books, InBooks
from sync.log.rows import connection_of, holding_of, in_books
from sync.models import State, SyncEvent
from sync.models.events import IN_FLIGHT, UNSENT, EntityType

IN_BOOKS, ON_ITS_WAY, HELD = "In QuickBooks", "On its way", "Held"
OF_BOOKS = {
    Books.NOT_THERE: "Not in QuickBooks",
    Books.UNKNOWN: "May be in QuickBooks",
    Books.AS_IT_WAS: "Change not in QuickBooks",
    Books.DIFFERENT: "Different in QuickBooks",
}
COLOURS = {IN_BOOKS: "success", ON_ITS_WAY: "info", HELD: "warning", **dict.fromkeys(OF_BOOKS.values(), "danger")}


def _is_offered(request: StaffRequest) -> bool:
    if connection_of(request.organization) is None:
        return False
    is_support = request.membership is None and bool(request.user.is_superuser)
    return is_support or role_allows(request, Ability.SEE_INVOICE_SYNC)


def _words(request: StaffRequest, invoices: Sequence[Invoice]) -> dict[int, str]:
    """Two queries, however many invoices there are."""
    connection = connection_of(request.organization)
    if connection is None:
        return {}
    rows = SyncEvent.objects.of(connection).filter(
        record_type=EntityType.INVOICE, record_id__in=[invoice.pk for invoice in invoices]
    )
    by_invoice: dict[int, list[SyncEvent]] = defaultdict(list)
    for event in rows.order_by("-changed_at", "-id"):
        by_invoice[event.record_id].append(event)
    current = [found for events in by_invoice.values() if (found := current_of(events))]
    there = in_books(connection, request.organization, current) if request.organization else {}
    totals = {invoice.pk: invoice.total for invoice in invoices}
    return {
        event.record_id: _word(event, there.get(event.pk), totals[event.record_id] == _total(there.get(event.pk)))
        for event in current
    }


def _total(there: InBooks | None) -> object:
    return there.total if there else None


def _word(event: SyncEvent, there: InBooks | None, matches: bool) -> str:
    held = holding_of(event, there)
    if event.state in (State.FAILED, State.DISMISSED) and held:
        return OF_BOOKS[held.books]
    if event.state == State.HELD:
        return HELD
    if event.state in (*UNSENT, *IN_FLIGHT):
        return ON_ITS_WAY
    if there is None or there.gone:
        return ""
    return IN_BOOKS if matches or there.accepted or there.voided else OF_BOOKS[Books.DIFFERENT]


def current_of(events: Iterable[SyncEvent]) -> SyncEvent | None:
    """The event that shows a record's status: one being sent, otherwise an unsent one, otherwise the latest.

    A dismissed event is skipped if a later change has arrived, which says more.

    `events`: of one record, the latest first.
    """
    settled = (State.SYNCED, State.SUPERSEDED, State.DISMISSED)
    rank = {**dict.fromkeys(IN_FLIGHT, 0), **dict.fromkeys(settled, 2)}
    return min(events, key=lambda event: rank.get(State(event.state), 1), default=None)


COLUMN = ForeignColumn("QuickBooks", _is_offered, _words, COLOURS)

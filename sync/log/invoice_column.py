"""The column "QuickBooks" in the list of invoices, by the rule of `holding`, and what the list is filtered by."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence

from django.db.models import Case, Exists, OuterRef, Subquery, When

from qbo.mapping.loose_ends import without_link
from qbo.models import Connection, Link
from runacall.invoices.foreign_columns import ForeignColumn, ForeignState
from runacall.invoices.models import Invoice
from runacall.invoices.models.invoices import InvoiceQuerySet
from runacall.looked_up import there_is_no
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.log.holding import Books, InBooks
from sync.log.rows import connection_of, holding_of, in_books_of
from sync.models import State, SyncEvent
from sync.models.events import IN_FLIGHT, UNSENT, EntityType, SyncEventQuerySet

IN_BOOKS, ON_ITS_WAY, HELD, NOT_SENT = "In QuickBooks", "On its way", "Held", "Not sent yet"
OF_BOOKS = {
    Books.NOT_THERE: "Not in QuickBooks",
    Books.UNKNOWN: "May be in QuickBooks",
    Books.AS_IT_WAS: "Change not in QuickBooks",
    Books.DIFFERENT: "Different in QuickBooks",
}
COLOURS = {
    IN_BOOKS: "success",
    ON_ITS_WAY: "info",
    HELD: "warning",
    NOT_SENT: "",
    **dict.fromkeys(OF_BOOKS.values(), "danger"),
}
# What is not meant for the books.
NOT_MEANT = (Invoice.Status.DRAFT, Invoice.Status.VOID)


def _connection_of(request: StaffRequest) -> Connection | None:
    """Read once for a page."""
    if not hasattr(request, "_books_of_list"):
        request._books_of_list = connection_of(request.organization)  # type: ignore[attr-defined]
    found: Connection | None = request._books_of_list  # type: ignore[attr-defined]
    return found


def _is_offered(request: StaffRequest) -> bool:
    if _connection_of(request) is None:
        return False
    is_support = request.membership is None and bool(request.user.is_superuser)
    return is_support or role_allows(request, Ability.SEE_INVOICE_SYNC)


# --- the cells of a page --------------------------------------------------------------------------------------------


def _words(request: StaffRequest, invoices: Sequence[Invoice]) -> dict[int, str]:
    """Two queries, however many invoices there are."""
    connection = _connection_of(request)
    if connection is None or request.organization is None:
        return {}
    ids = [invoice.pk for invoice in invoices]
    by_invoice: dict[int, list[SyncEvent]] = defaultdict(list)
    for event in _events(connection).filter(record_id__in=ids).order_by("-changed_at", "-id"):
        by_invoice[event.record_id].append(event)
    links = Link.objects.of(connection, EntityType.INVOICE).for_records(ids)
    there = {link.record_id: in_books_of(connection, link, request.organization) for link in links}
    words = {one.pk: _word(one, current_of(by_invoice[one.pk]), there.get(one.pk)) for one in invoices}
    return {pk: word for pk, word in words.items() if word}


def _word(invoice: Invoice, event: SyncEvent | None, there: InBooks | None) -> str:
    held = holding_of(event, there) if event else None
    if event and event.state in (State.FAILED, State.DISMISSED) and held:
        return OF_BOOKS[held.books]
    if event and event.state == State.HELD:
        return HELD
    if event and event.state in (*UNSENT, *IN_FLIGHT):
        return ON_ITS_WAY
    if there is None:
        return "" if invoice.status in NOT_MEANT else NOT_SENT
    if there.gone:
        return "" if invoice.status in NOT_MEANT else OF_BOOKS[Books.NOT_THERE]
    matches = there.total == invoice.total or there.accepted or there.voided
    return IN_BOOKS if matches else OF_BOOKS[Books.DIFFERENT]


# Of a record's events, the one that shows its status: the lowest rank, then the latest.
IN_FLIGHT_RANK, UNSENT_RANK, SETTLED_RANK = range(3)
RANK_OF = {
    **dict.fromkeys(IN_FLIGHT, IN_FLIGHT_RANK),
    **dict.fromkeys(UNSENT, UNSENT_RANK),
    **dict.fromkeys((State.SYNCED, State.SUPERSEDED, State.DISMISSED), SETTLED_RANK),
}


def current_of(events: Iterable[SyncEvent]) -> SyncEvent | None:
    """The event that shows a record's status: one being sent, otherwise an unsent one, otherwise the latest.

    A dismissed event is skipped if a later change has arrived, which says more.

    `events`: of one record, the latest first.
    """
    return min(events, key=lambda event: RANK_OF.get(State(event.state), UNSENT_RANK), default=None)


# --- the filters, by the same rule ------------------------------------------------------------------------------------


def _events(connection: Connection) -> SyncEventQuerySet:
    # The organization is in it for the index by state.
    rows = SyncEvent.objects.of(connection).filter(organization=connection.organization_id)
    return rows.filter(record_type=EntityType.INVOICE)


def _current_state(connection: Connection) -> Subquery:
    """The state of the event that `current_of` would take; NULL if there is none."""
    rank = Case(*[When(state=state, then=rank) for state, rank in RANK_OF.items()])
    events = _events(connection).filter(record_id=OuterRef("pk")).order_by(rank, "-changed_at", "-id")
    return Subquery(events.values("state")[:1])


def _there(connection: Connection) -> Exists:
    links = Link.objects.of(connection, EntityType.INVOICE)
    return Exists(links.filter(record_id=OuterRef("pk"), active=True))


def _open(*states: State) -> Callable[[Connection, InvoiceQuerySet], InvoiceQuerySet]:
    """The invoices whose current event is in one of `states`, none of which is settled.

    A record has at most one event that is not sent, and what is being sent comes before it: no event is ranked here.
    """
    overtaking = [state for state in IN_FLIGHT if state not in states]

    def rows(connection: Connection, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
        # By the organization alone: the indexes by state begin with it, and that of failures has the ids.
        events = SyncEvent.objects.for_organization(connection.organization, realm_id=connection.realm_id).order_by()
        some = events.filter(record_type=EntityType.INVOICE, state__in=states)
        found: InvoiceQuerySet = invoices.filter(pk__in=some.values("record_id"))
        if overtaking:
            sending = _events(connection).filter(state__in=overtaking, record_id=OuterRef("pk"))
            found = found.filter(there_is_no(sending))
        return found

    return rows


def _dismissed(connection: Connection, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """The invoices whose current event is dismissed; starts from the few that have such an event."""
    some = invoices.filter(pk__in=_events(connection).filter(state=State.DISMISSED).values("record_id"))
    found: InvoiceQuerySet = some.alias(state_there=_current_state(connection)).filter(state_there=State.DISMISSED)
    return found


def _in_books(connection: Connection, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """Those that are there, with nothing open, and not dismissed last: of which there are few."""
    dismissed = _dismissed(connection, Invoice.objects.for_organization(connection.organization))
    # Without the organization, so that the index by record serves it. The state of each one's current event would take
    # several times as long for the thousands that are counted.
    events = SyncEvent.objects.of(connection).of_record(EntityType.INVOICE, OuterRef("pk"))
    is_open = Exists(events.filter(state__in=(*UNSENT, *IN_FLIGHT)))
    there: InvoiceQuerySet = invoices.filter(_there(connection), ~is_open)
    return there.exclude(pk__in=dismissed.order_by().values("pk"))


def _not_there(connection: Connection, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
    """Sent to the customer, not void, and not in the books, whatever the reason."""
    found: InvoiceQuerySet = without_link(invoices.exclude(status__in=NOT_MEANT), connection, EntityType.INVOICE)
    return found


def _state(
    name: str,
    label: str,
    rows: Callable[[Connection, InvoiceQuerySet], InvoiceQuerySet],
    *,
    is_counted: bool = False,
    is_kept: bool = False,
) -> ForeignState:
    def found(request: StaffRequest, invoices: InvoiceQuerySet) -> InvoiceQuerySet:
        connection = _connection_of(request)
        return rows(connection, invoices) if connection else invoices.none()

    return ForeignState(name, label, found, is_counted, is_kept)


STATES = (
    _state("attention", "Needs attention", _open(State.FAILED), is_counted=True, is_kept=True),
    _state("held", HELD, _open(State.HELD), is_counted=True),
    _state("waiting", ON_ITS_WAY, _open(State.QUEUED, *IN_FLIGHT), is_counted=True),
    _state("dismissed", "Dismissed", _dismissed, is_counted=True),
    _state("not_there", "Not in QuickBooks", _not_there),
    _state("in_books", IN_BOOKS, _in_books),
)
COLUMN = ForeignColumn("QuickBooks", _is_offered, _words, COLOURS, "quickbooks", STATES)

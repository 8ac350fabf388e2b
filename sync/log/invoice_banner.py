"""The QuickBooks status of one invoice, as its page shows it to each role."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from qbo.mapping.names import name_key
from qbo.models import Connection, FormerCompany, Link, ListEntry
from qbo.pages.places import Place, help_place, obstacle_place, settings_place
from runacall.invoices.models import Invoice
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.actions import Action, offered
from sync.log.details import (
    is_moving,
    others_waiting,
)
from sync.log.holding import Books, Holding, InBooks, for_dispatcher, holding
from sync.log.invoice_column import current_of
from sync.log.results import QUICK, SLOW, Result, result_of
from sync.log.rows import connection_of, holding_of, in_books_of, standing_of
from sync.log.wording import SYNC_IS_OFF, Standing, also_in_the_way, books_line, row_text
from sync.models import State, SyncEvent
from sync.models.events import WAITING, EntityType

ALARM, CALM, GOOD = "alarm", "calm", "good"


@dataclass(frozen=True)
class InvoiceBanner:
    """`tone`: alarm (a person is needed), calm (on its way) or good (in the books)."""

    tone: str
    title: str
    steps: tuple[str, ...] = ()
    second: str = ""
    # What QuickBooks makes of a due date that is missing here.
    due: str = ""
    event: SyncEvent | None = None
    fix: Place | None = None
    help: Place | None = None
    log: Place | None = None
    obstacle: Place | None = None
    others: int = 0
    books: InBooks | None = None
    buttons: Sequence[tuple[Action, str]] = ()
    # After how many seconds the banner reads itself again; 0: only the reader's own doing changes it.
    every: int = 0
    # The result of the reader's own Retry sync or Post to current period.
    result: Result | None = None

    @property
    def is_moving(self) -> bool:
        return self.every == QUICK


def invoice_banner(request: StaffRequest, invoice: Invoice, *, at: datetime) -> InvoiceBanner | None:
    """What to show; None for people who may not see sync, and if there is nothing to row_text."""
    office = role_allows(request, Ability.MANAGE_QUICKBOOKS) or _is_support(request)
    if not office and not role_allows(request, Ability.SEE_INVOICE_SYNC):
        return None
    connection = connection_of(request.organization)
    if connection is None or invoice.organization_id != connection.organization_id:
        return None
    event = current_event(connection, invoice)
    link = Link.objects.of(connection, EntityType.INVOICE).filter(record_id=invoice.pk).first()
    if event is None or event.state in (State.SYNCED, State.SUPERSEDED):
        there = in_books_of(connection, link, request.organization) if link else None
        shown_settled = _settled(connection, invoice, there, office)
        if shown_settled is None or event is None:
            return shown_settled
        # What is different there and stays, by a cent or by what somebody changed.
        second = shown_settled.second or (event.message if office and there else "")
        return replace(shown_settled, second=second, result=_result(event, request, office, at))
    due = due_words(connection, invoice) if office and link is None else ""
    standing = standing_of(connection, request.organization, at=at)
    there = in_books_of(connection, link, request.organization) if link else None
    held = holding_of(event, there)
    if not office:
        shown = _for_dispatcher(event, standing, held)
    else:
        shown = _for_office(event, standing, there, held, at, may_act=role_allows(request, Ability.MANAGE_QUICKBOOKS))
    every = QUICK if is_moving(event, standing) else SLOW if event.state in (*WAITING, State.HELD) else 0
    return replace(shown, every=every, result=_result(event, request, office, at), due=due)


def due_words(connection: Connection, invoice: Invoice) -> str:
    """What QuickBooks makes of a due date that is missing here, since none is sent; "" where there is one."""
    if invoice.due_date is not None:
        return ""
    terms = ListEntry.objects.of(connection, "Term").active().filter(name_key=name_key(invoice.terms))
    by = f"the terms “{invoice.terms}”" if invoice.terms and terms.exists() else "its default terms"
    return f"No due date here, so none is sent: QuickBooks sets one by {by}."


def _result(event: SyncEvent, request: StaffRequest, office: bool, at: datetime) -> Result | None:
    return result_of(event, request.user, at=at) if office else None


def _is_support(request: StaffRequest) -> bool:
    return request.membership is None and bool(request.user.is_superuser)


def current_event(connection: Connection, invoice: Invoice) -> SyncEvent | None:
    """The event that shows the invoice's status: one being sent, otherwise an unsent one, otherwise the latest."""
    events = SyncEvent.objects.of(connection).of_record(EntityType.INVOICE, invoice.pk)
    return current_of(events.select_related("organization", "connection", "action").order_by("-changed_at", "-id")[:10])


def _settled(connection: Connection, invoice: Invoice, there: InBooks | None, office: bool) -> InvoiceBanner | None:
    if there is not None and not there.gone:
        return InvoiceBanner(GOOD, books_line(there, ours=invoice.total), books=there if office else None)
    if invoice.status in (Invoice.Status.DRAFT, Invoice.Status.VOID) or invoice.deleted_at:
        return None
    return InvoiceBanner(
        CALM,
        holding(there, None).because("nothing has been sent of this invoice yet"),
        second=_other_company_note(connection, invoice) if office else "",
    )


def _other_company_note(connection: Connection, invoice: Invoice) -> str:
    """What an earlier company has of the invoice or still has to get; "" if there is none."""
    # By the names of those companies: no index serves "not this one".
    others = FormerCompany.objects.filter(connection=connection).exclude(realm_id=connection.realm_id)
    realms = list(others.values_list("realm_id", flat=True))
    if not realms:
        return ""
    held = Link.objects.filter(connection=connection, record_type=EntityType.INVOICE, record_id=invoice.pk)
    waits = SyncEvent.objects.filter(connection=connection).of_record(EntityType.INVOICE, invoice.pk)
    found = held.filter(realm_id__in=realms).order_by("-synced_at").first()
    event = waits.filter(realm_id__in=realms).order_by("-id").first()
    if found is None and event is None:
        return ""
    realm_id = found.realm_id if found else event.realm_id if event else ""
    name = FormerCompany.objects.filter(connection=connection, realm_id=realm_id).first() or realm_id
    return f"{'In' if found else 'Waits for'} {name}, which is not connected now"


def _for_dispatcher(event: SyncEvent, standing: Standing, held: Holding | None) -> InvoiceBanner:
    """For dispatchers: plain words, no buttons, no payload."""
    failure = event.failure
    if event.state == State.QUEUED and standing.pause:
        if standing.pause == SYNC_IS_OFF:
            return InvoiceBanner(CALM, "Waiting: the office has turned off sending invoices to QuickBooks.")
        return InvoiceBanner(CALM, "Waiting for the connection to QuickBooks. After that it is sent automatically.")
    if failure and held:
        is_failed = event.state != State.QUEUED
        tone = ALARM if event.state == State.FAILED else CALM
        return InvoiceBanner(tone, for_dispatcher(held, failure, is_failed=is_failed))
    return InvoiceBanner(CALM, "On its way to QuickBooks.")


def _what_holds_it(standing: Standing) -> Place | None:
    if standing.pause == SYNC_IS_OFF:
        return Place("Open Invoices settings", reverse("qbo:invoices"))
    return Place("Open Status", reverse("qbo:status")) if standing.pause else None


def _for_office(
    event: SyncEvent,
    standing: Standing,
    there: InBooks | None,
    held: Holding | None,
    at: datetime,
    *,
    may_act: bool,
) -> InvoiceBanner:
    said, failure = row_text(event, standing), event.failure
    # What else is in the way has lines of its own.
    second = said.second.removesuffix(also_in_the_way(event.further_failures))
    log = Place("Details", reverse("admin:sync_syncevent_change", args=[event.pk]))
    books = there if there and not there.gone else None
    shown = [action for action in offered(event, at=at) if action.on_invoice] if may_act else []
    buttons = [(action, action.label(event, on_invoice=True)) for action in shown]
    if event.state != State.FAILED or failure is None or held is None:
        waiting = _what_holds_it(standing)
        # Say nothing about the books while it is being sent, or while the invoice is on its way there for the first
        # time.
        decided = event.state in (State.DISMISSED, State.HELD)
        claims = held is not None and (decided or held.books not in (Books.NOT_THERE, Books.UNKNOWN))
        fix = waiting if event.state == State.QUEUED else None
        return InvoiceBanner(
            CALM,
            held.because(said.message) if held and claims else said.message,
            second=second,
            event=event,
            log=log,
            books=books,
            fix=settings_place(failure) if event.state == State.HELD and failure else fix,
            buttons=[
                (action, label)
                for action, label in buttons
                # What is queued for the first time goes by itself.
                if not action.is_main or (event.state == State.QUEUED and not standing.pause and event.retries)
            ],
        )
    return InvoiceBanner(
        ALARM,
        held.because(held.differs or said.message),
        steps=failure.remedy,
        second=" · ".join(filter(None, (said.message if held.differs else "", second))),
        event=event,
        fix=settings_place(failure),
        help=help_place(failure.code),
        obstacle=obstacle_place(failure, event.connection),
        log=log,
        books=books,
        others=others_waiting(event),
        buttons=buttons,
    )

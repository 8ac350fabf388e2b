"""Before it fails: whether one invoice is ready for QuickBooks, and what would fail if everything was sent now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from qbo.failures import Failure
from qbo.models import Connection, ConnectionSettings, Link
from qbo.models.settings import WhenToSync
from qbo.pages.base import may_act, page_context, settings_page
from runacall.invoices.models import Invoice
from runacall.invoices.money import dollars
from runacall.isolation import isolated
from runacall.organizations.access import role_allows
from runacall.organizations.middleware import StaffRequest
from runacall.organizations.models import Ability
from sync.fixing.ahead import DRAFTS, WAITING
from sync.fixing.posted import fields
from sync.forecast.dry_run import AS_IT_IS
from sync.forecast.readiness import Outlook, as_sent, drafts, readiness, waiting
from sync.log.rows import connection_of
from sync.log.wording import counted
from sync.models import State, SyncEvent
from sync.models.events import EntityType
from sync.pages.obstacles import Obstacle, obstacles_ahead, page_of

LOG = "admin:sync_syncevent_changelist"


@dataclass(frozen=True)
class Ready:
    """`words`: the first line; `obstacles`: for people who can fix them. Neither: it is ready."""

    is_ready: bool
    words: str
    second: str = ""
    obstacles: Sequence[Obstacle] = ()
    # Where the page reads what will be posted; "" where nothing is.
    posted_url: str = ""


def ready(request: StaffRequest, invoice: Invoice | None) -> Ready | None:
    """What the invoice's page says before anything is sent of it; None where an event or the books say more."""
    connection = connection_of(request.organization)
    if invoice is None or connection is None or connection.status == Connection.Status.DISCONNECTED:
        return None
    office = _is_office(request)
    if not office and not role_allows(request, Ability.SEE_INVOICE_SYNC):
        return None
    if not _is_before_the_first_try(connection, invoice):
        return None
    with isolated("A preflight", invoice=invoice.pk, organization=invoice.organization_id):
        found = readiness(connection, [invoice.pk])
        return _told(connection, invoice, found[0].failures if found else (), office=office)
    return None


def _is_office(request: StaffRequest) -> bool:
    is_support = request.membership is None and bool(request.user.is_superuser)
    return is_support or role_allows(request, Ability.MANAGE_QUICKBOOKS)


def _is_before_the_first_try(connection: Connection, invoice: Invoice) -> bool:
    if (
        invoice.deleted_at
        or invoice.status == Invoice.Status.VOID
        or invoice.organization_id != connection.organization_id
    ):
        return False
    there = Link.objects.of(connection, EntityType.INVOICE).filter(record_id=invoice.pk)
    tried = SyncEvent.objects.of(connection).of_record(EntityType.INVOICE, invoice.pk)
    # What waits for a paused connection has not failed yet; what a person has just fixed has.
    untried = tried.exclude(Q(state=State.QUEUED, failure_code="") & (Q(action=None) | ~Q(action__action="fix")))
    return not there.exists() and not untried.exists()


def _told(connection: Connection, invoice: Invoice, failures: Sequence[Failure], *, office: bool) -> Ready:
    if not failures:
        url = reverse("sync:posted", args=[invoice.pk]) if office else ""
        return Ready(True, "Ready for QuickBooks", second=_when(connection, invoice), posted_url=url)
    if not office:
        return Ready(False, f"Not ready for QuickBooks yet: {failures[0].dispatcher}")
    is_draft = invoice.status == Invoice.Status.DRAFT
    found = obstacles_ahead(connection, [(one, [invoice.pk]) for one in failures], str(invoice.pk))
    count = "One thing stands" if len(found) == 1 else f"{len(found)} things stand"
    if_sent = "If you send it now, it stops there. " if is_draft else ""
    return Ready(
        False,
        f"Not ready for QuickBooks. {count} in the way",
        second=f"{if_sent}Checked here, without QuickBooks.",
        obstacles=found,
    )


def _when(connection: Connection, invoice: Invoice) -> str:
    chosen = ConnectionSettings.objects.filter(connection=connection).first()
    if chosen is None or not chosen.sync_invoices:
        return "Sync invoices is off, so it does not go yet"
    if chosen.when_to_sync == WhenToSync.ON_PAYMENT:
        return "It goes when it is paid"
    return "It goes when you send it" if invoice.status == Invoice.Status.DRAFT else ""


@settings_page
@require_GET
def posted(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """What QuickBooks would have of one invoice if it went now, field by field; a part of the invoice's page."""
    invoice = get_object_or_404(Invoice.objects.for_organization(request.organization).alive(), pk=invoice_id)
    connection = connection_of(request.organization)
    found = fields(connection, invoice.pk, as_sent(AS_IT_IS)) if connection else []
    return TemplateResponse(request, "sync/posted.html", {"posted": found})


@settings_page
@require_GET
def ready_again(request: StaffRequest, invoice_id: int) -> HttpResponse:
    """What an invoice's page says before anything is sent of it, after something was fixed."""
    invoice = get_object_or_404(Invoice.objects.for_organization(request.organization), pk=invoice_id)
    context = {"ready": ready(request, invoice), "may_act": may_act(request), "here": page_of(request, invoice)}
    return TemplateResponse(request, "sync/ready.html", context)


@settings_page
@require_GET
def would_fail(request: StaffRequest) -> HttpResponse:
    """What would fail if we synced now: of what waits or has failed, and of the drafts."""
    connection = connection_of(request.organization)
    parts = []
    if connection is not None:
        parts = [
            _part("Waiting, failed or held", waiting(connection), connection, WAITING),
            _part("Drafts, if they were sent now", drafts(connection), connection, DRAFTS),
        ]
    context = {
        **page_context(request, "What would fail if we synced now?"),
        "parts": parts,
        "log_url": reverse(LOG),
        "here": request.path,
    }
    return TemplateResponse(request, "sync/would_fail.html", context)


def _part(title: str, found: Outlook, connection: Connection, scope: str) -> dict[str, object]:
    shown = obstacles_ahead(connection, [(one.failure, one.ids) for one in found.causes], scope)
    counted_money = [f"{counted(one.count, 'invoice')} · {dollars(one.money)}" for one in found.causes]
    return {
        "title": title,
        "found": found,
        "ready_money": dollars(found.ready_money),
        "obstacles": [replace(one, counts=said) for one, said in zip(shown, counted_money, strict=True)],
    }

"""What stands in the way of invoices, each with the control that fixes it: of what failed, and of what would fail."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.urls import reverse

from qbo.failures import Failure
from qbo.models import Connection
from qbo.pages.base import may_act
from qbo.pages.places import Place, help_place, obstacle_place, settings_place
from runacall import clock
from runacall.invoices.admin.invoice_buttons import filters_of_the_list
from runacall.invoices.models import Invoice
from runacall.isolation import isolated
from runacall.organizations.middleware import StaffRequest
from sync.actions import to_decide
from sync.admin.cause_cards import FixForm, form_ahead, form_for, form_now
from sync.fixing.ahead import WAITING, fix_ahead_of, made
from sync.fixing.applying import why_not_undone
from sync.fixing.lists import Lists
from sync.fixing.table import BY_CODE, case_of
from sync.log.causes import causes
from sync.log.details import in_order
from sync.log.invoice_banner import InvoiceBanner, invoice_banner
from sync.models import State, SyncEvent
from sync.posting import STOPPED


@dataclass(frozen=True)
class Obstacle:
    """What is missing, the form that fixes it here, and where else to fix it. `counts`: whom it would stop."""

    failure: Failure
    form: FixForm | None
    fix: Place | None
    there: Place | None
    help: Place
    counts: str = ""


def obstacles_ahead(
    connection: Connection, stopping: Sequence[tuple[Failure, Sequence[int]]], scope: str
) -> list[Obstacle]:
    """Each cause with the control that fixes it: of what failed already, with its events; else without sending."""
    at, lists = clock.now(), Lists(connection, [failure for failure, _ in stopping])
    # Drafts and single invoices never take failed events along, but for those of a record of their own.
    known = {one.key: one for one in causes(SyncEvent.objects.failed_of(connection))}
    found = []
    for failure, ids in stopping:
        form, cause = None, known.get(failure.cause_key[:200])
        with isolated("Offering a fix", cause=failure.cause_key, organization=connection.organization_id):
            fix = BY_CODE.get(failure.code)
            if cause and fix and (scope == WAITING or fix.has_own_event):
                form = form_for(cause, lists)
            elif fix_ahead_of(failure):
                form = form_ahead(made(connection, failure, ids, lists), scope, shown_at=at)
        found.append(_obstacle(connection, failure, form))
    return found


def obstacles_of(event: SyncEvent) -> list[Obstacle]:
    """Each cause that stopped one event, with the control of its card."""
    lists, found = Lists(event.connection, event.failures), []
    for failure in event.failures:
        form = None
        with isolated("Offering a fix", event=event.pk, cause=failure.cause_key):
            case = case_of(event.connection, failure.cause_key[:200], event_id=event.pk)
            form = form_now(replace(case, lists=lists)) if case else None
        found.append(_obstacle(event.connection, failure, form))
    return found


def _obstacle(connection: Connection, failure: Failure, form: FixForm | None) -> Obstacle:
    places = settings_place(failure), obstacle_place(failure, connection), help_place(failure.code)
    return Obstacle(failure, form, *places)


def banner_context(request: StaffRequest, invoice: Invoice, *, at: datetime) -> dict[str, object]:
    """What the template of an invoice's banner needs; its controls lead back to the invoice."""
    banner = invoice_banner(request, invoice, at=at)
    event = banner.event if banner else None
    obstacles = obstacles_of(event) if event and event.state in STOPPED else []
    # What keeps a held one is its title, and a retry is not what comes next: no form of its own.
    first = obstacles[0] if event and event.state == State.FAILED and obstacles else None
    is_fixed_here = first is not None and first.form is not None
    buttons = banner.buttons if banner else ()
    retry_last = is_fixed_here or to_decide(action for action, _ in buttons)
    return {
        "banner": banner,
        "first": first,
        "also": obstacles[1:],
        "buttons": in_order(buttons, after_fix=retry_last),
        "is_retry_last": retry_last,
        "is_fixed_here": is_fixed_here,
        "why": _why_not_undone(banner),
        "invoice": invoice,
        "request": request,
        "may_act": may_act(request),
        "back": page_of(request, invoice),
    }


def page_of(request: StaffRequest, invoice: Invoice) -> str:
    """The page of an invoice, with the filters of the list that a person came from."""
    return reverse("admin:invoices_invoice_change", args=[invoice.pk]) + filters_of_the_list(request)


def _why_not_undone(banner: InvoiceBanner | None) -> str:
    """Of the reader's own fix."""
    return why_not_undone(banner.result.action) if banner and banner.result and banner.result.action.fix else ""
